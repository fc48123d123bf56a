"""support.yml holds the customer's process, and whatever is wrong with it is said with its line."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake_fn.core.process import SameDay, WorkingDayHours
from intake_fn.core.process_file import ProcessError, parse
from intake_fn.core.request import Priority
from intake_fn.core.spans import DAY_MINUTES, WHOLE_DAY, Holiday, Span

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from intake_fn.core.process_file import Problem

TEXT = (Path(__file__).parents[2] / "support.yml").read_text(encoding="utf-8")


# --- the customer's process ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "front_end_for", "resources", "escalates_to", "notifies"),
    [
        pytest.param(
            0,
            "staff of the offices outside New York",
            {
                "London CT2 Liaison": "CT2 Liaison",
                "Paris CT2 Liaison": "CT2 Liaison",
                "HK CT2 Liaison": "CT2 Liaison",
            },
            (1,),
            None,
            id="Level 0: front end of non-NY office users; London, Paris and HK liaisons",
        ),
        pytest.param(
            1,
            "staff of the New York office and users of client companies",
            {"iHelp": "Help Desk front end"},
            (2,),
            None,
            id="Level 1: front end of NY office users and client users; ihelp@jaguarfreight.com",
        ),
        pytest.param(
            2,
            "",
            {"Marc Selter": "Director of Operations"},
            (3,),
            None,
            id="Level 2: Marc Selter; if it can't be resolved, escalate to Level 3",
        ),
        pytest.param(
            3,
            "",
            {"Paul": "Server engineer", "System Analysts (SAs)": "System Analysts"},
            (4,),
            None,
            id="Level 3: Paul for server and firewall issues, SAs for all others",
        ),
        pytest.param(
            4,
            "",
            {"Andrei": "Level 4 engineer A", "Roma": "Level 4 engineer B"},
            (),
            3,
            id="Level 4: engineers A (Andrei) and B (Roma); once completed notify Level 3",
        ),
    ],
)
def test_every_level_of_the_process_is_there(
    process: Process,
    number: int,
    front_end_for: str,
    resources: dict[str, str],
    escalates_to: tuple[int, ...],
    notifies: int | None,
) -> None:
    """Levels, whose front end they are, their resources with role, where they lead: as the process page says."""
    level = process.levels[number]
    people = [process.people[person] for person in level.resources]

    assert f"Help Desk Level {number}" == level.name
    assert front_end_for == level.front_end_for
    assert resources == {person.name: person.role for person in people}
    assert (escalates_to, notifies) == (level.escalates_to, level.notifies_on_completion)


def test_there_are_five_levels_and_no_other(process: Process) -> None:
    """Levels 0 to 4, in their order."""
    assert [0, 1, 2, 3, 4] == list(process.levels)


def test_specialities_of_level_3_are_those_of_the_page(process: Process) -> None:
    """Paul handles server issues, firewall issues and the like (our reading: network), SAs all other issues."""
    expected = {"server": "paul", "firewall": "paul", "network": "paul", "other": "system-analysts"}
    assert expected == process.levels[3].specialities
    assert "server" == process.modules["server"].speciality


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_response_times_to_be_decided_stay_to_be_decided(process: Process, number: int) -> None:
    """The page says TBD for levels 0 to 3: no clock runs there, for any priority."""
    assert dict.fromkeys(Priority) == process.levels[number].response


def test_response_times_of_level_4_are_those_of_the_page(process: Process) -> None:
    """High: same day or morning of the next working day; medium: 24 hours; low: 48 hours; urgent: never there."""
    expected = {
        Priority.HIGH: SameDay(cutoff=time(13), next_due=time(12)),
        Priority.MEDIUM: WorkingDayHours(24),
        Priority.LOW: WorkingDayHours(48),
    }

    assert expected == process.levels[4].response


def test_urgent_is_handled_up_to_level_3_and_the_others_up_to_level_4(process: Process) -> None:
    """All urgent issues are handled at level 3; high, medium and low could be escalated to level 4."""
    expected = {"urgent": (0, 1, 2, 3), "high": (0, 1, 2, 3, 4), "medium": (0, 1, 2, 3, 4), "low": (0, 1, 2, 3, 4)}

    assert expected == {priority.value: rule.levels for priority, rule in process.priorities.items()}


def test_mantis_projects_are_those_of_the_page(process: Process) -> None:
    """Three mutually exclusive categories, each with its project; what is undecided waits in Support Misc."""
    expected = {
        "bug": "Bugs InBox",
        "change": "Change InBox",
        "misc": "Support Misc",
        "undecided": "Support Misc",
    }

    assert ("CT2 (3)", "CT2 Customer Support (Help Desk)") == (process.mantis.root, process.mantis.parent)
    assert {"priority": "T"} == process.mantis.field_names
    assert expected == process.mantis.projects


def test_the_two_reasons_of_an_escalation_are_those_of_the_page(process: Process) -> None:
    """Too complex for the level, or not for the level; the page gives no other."""
    expected = {
        "too-complex": "The task is too complex for this level",
        "not-this-level": "This level is not supposed to handle this type of task",
    }

    assert expected == process.escalation_reasons


@pytest.mark.parametrize(
    ("office", "zone", "front_end", "liaison"),
    [
        ("new-york", "America/New_York", 1, ""),
        ("london", "Europe/London", 0, "london-liaison"),
        ("paris", "Europe/Paris", 0, "paris-liaison"),
        ("hong-kong", "Asia/Hong_Kong", 0, "hk-liaison"),
    ],
)
def test_offices_have_their_front_end(process: Process, office: str, zone: str, front_end: int, liaison: str) -> None:
    """Staff outside New York come to the liaison of their office, New York and client users to level 1."""
    row = process.offices[office]

    assert (zone, front_end, liaison) == (row.zone, row.front_end, row.liaison)
    assert 1 == process.client_front_end


def test_the_address_that_the_page_gives_is_kept_and_all_others_are_examples(process: Process) -> None:
    """Nobody gets mail by accident: only one address is real, and it is the page's own."""
    real = [person.address for person in process.people.values() if not person.address.endswith("@example.com")]

    assert ["ihelp@jaguarfreight.com"] == real
    assert (True, True) == tuple(
        address.endswith("@example.com") for address in (process.mail.address, process.mail.reply_to)
    )


def test_every_module_has_an_owner_for_its_change_requests(process: Process) -> None:
    """Requests for change initially go to the module owners, then to the CT2 Board."""
    owners = {module.owner for module in process.modules.values()}

    assert owners <= set(process.people)
    assert "The CT2 Board" == process.board.name
    assert process.board.meets is None, "the page does not say when it meets: to be decided"


# --- defects ---------------------------------------------------------------------------------

LEVEL_1 = "    resources: [ihelp]\n    calendar: new-york\n"
LEVEL_2 = "    resources: [marc-selter]\n    calendar: new-york\n"

HOURS = 'hours: "09:00-17:30"'
PAGES = {page.stem for page in (Path(__file__).parents[2] / "docs" / "spec").glob("*.md")}
BOARD = "board:\n  name: The CT2 Board\n  members: [marc-selter"
EVE = "Good Friday"
ROMA = "mantis: roma}"
DEFECTS = [
    # what is changed, into what; the line that is named (by its text); what is said; what should be done
    ("  name: CT2\n", "  nmae: CT2\n", "nmae", "product.nmae is an unknown key", "Write 'name'"),
    ("  name: CT2\n", "  name: CT2\n  colour: red\n", "colour", "product.colour is an unknown key", "Use one of name,"),
    ("board:\n", "bored:\n", "bored:", "bored is an unknown key", "Write 'board'"),
    ("  name: CT2\n", "", "product:", "product has no 'name'", "Add `name:`"),
    (
        "{name: Customs,                  owner: system-analysts,",
        "{name: Customs,",
        "Customs",
        "no 'owner'",
        "Add `own",
    ),
    (
        "owner: marc-selter",
        "owner: marc-seltr",
        "marc-seltr",
        "person 'marc-seltr', which is not",
        "Write 'marc-selter'",
    ),
    ("owner: marc-selter", "owner: nobody", "owner: nobody", "modules.billing.owner names the person 'nobody'", "Use "),
    ("calendar: paris,", "calendar: pari,", "calendar: pari,", "calendar 'pari', which is not", "Write 'paris'"),
    (
        "front_end: 0, liaison: paris",
        "front_end: 7, liaison: paris",
        "front_end: 7",
        "the level 7, which is",
        "Use one",
    ),
    (
        "front_end: 1}\n\n# Hol",
        "front_end: 9}\n\n# Hol",
        "Client company",
        "clients.front_end names the level 9",
        "Use",
    ),
    ("liaison: paris-liaison", "liaison: paul", "liaison: paul", "paul is not a resource of level 0", "Use one of"),
    ("speciality: server", "speciality: servers", "speciality: servers", "speciality 'servers'", "Write 'server'"),
    ("[paul, system-analysts]\n    spec", "[paul, sa]\n    spec", "[paul, sa]", "person 'sa'", "Use one of london"),
    ("firewall: paul", "firewall: roma", "firewall: roma", "roma is not a resource of level 3", "Use one of paul"),
    (", other: system-analysts}", "}", "network: paul}", "level 3 has nobody for what is no special", "Add `other:`"),
    (
        "escalates_to: [3]",
        "escalates_to: []",
        "escalates_to: []",
        "level 2 escalates to nowhere",
        "Name a higher level",
    ),
    ("escalates_to: [3]", "escalates_to: [8]", "escalates_to: [8]", "names the level 8", "Use one of 0, 1, 2, 3, 4"),
    ("escalates_to: [3]", "escalates_to: [2]  # !", "[2]  # !", "level 2 escalates to itself", "Name a higher"),
    ("escalates_to: [3]", "escalates_to: [1]  # !", "[1]  # !", "round in circles", "Name a higher level"),
    (
        "escalates_to: [3]",
        "escalates_to: 3",
        "escalates_to: 3",
        "levels.2.escalates_to has to be a list",
        "Write it as",
    ),
    (
        BOARD,
        "former:\n  paul: {name: Paul}\n" + BOARD,
        "paul: {name: Paul}",
        "paul is also one of the people who",
        "Dele",
    ),
    (BOARD, "former:\n  jo: {name: Jo}\n" + BOARD.replace("[", "[jo, "), "[jo, ", "names 'jo', who has left", "Use"),
    (BOARD, "former:\n  jo: {name: Jo, address: Paul@example.com}\n" + BOARD, "jo: {", "is that of paul now", "Delete"),
    (BOARD, "former:\n  jo: {role: SA}\n" + BOARD, "jo: {", "former.jo has no 'name'", "Add `name:`"),
    ("admins: [ihelp, paul", "admins: [ihelp, pual", "admins:", "admins.1 names the person 'pual'", "Write 'paul'"),
    ("admins: [ihelp, paul, system-analysts]", "admins: []", "admins:", "admins is empty", "Name at least one"),
    ("admins: [ihelp, paul, system-analysts]\n", "", "# The support process", "there is no 'admins'", "Add `admins:`"),
    ("number: 2", "number: 1", "number: 1", "level 1 is there twice", "Give each level a number"),
    ("[board.members, ", "[board.member, ", "to_be_confirmed: [", "can mark 'board.member'", "Write 'board.members'"),
    ("number: 2", "number: two", "number: two", "'two' is not a level", "Write its number"),
    (LEVEL_2, LEVEL_2.replace("marc-selter", ""), "resources: []", "levels.2.resources is empty", "Name at least one"),
    (LEVEL_2, LEVEL_2.replace("    resources: [marc-selter]\n", ""), "number: 2", "no 'resources'", "Add `resources:`"),
    ("levels: [0, 1, 2, 3], about", "levels: [0, 1, 2, 3, 4], about", "urgent: {", "urgent requests are al", "Take 4"),
    ("handled_at: 3", "handled_at: 2", "urgent: {", "urgent requests are allowed at level 3", "Take 3 out: all urgent"),
    (
        "It can wait}",
        "It can wait, handled_at: 3}",
        "about: It can wait",
        "low requests are allowed at level 4",
        "Take 4 out: all l",
    ),
    (
        "mantis: low,    levels: [0, 1, 2, 3, 4]",
        "mantis: low, levels: []",
        "low, levels: []",
        "levels is empty",
        "Name",
    ),
    ("mantis: low,    levels: [0, ", "mantis: low, levels: [", "{name: London", "may not hold low ones", "Add 0 to"),
    ("      high:   {same_day", "      hihg:   {same_day", "hihg:", "'hihg' is not a priority", "Use urgent, high"),
    (
        "      low:    {working_day_hours: 48}\n",
        "",
        "    response:\n",
        "level 4 has no response time for low",
        "Add `low: n",
    ),
    ("{working_day_hours: 48}", "{working_day_hours: 0}", "_hours: 0}", "'0' is not a whole number above", "Write a"),
    ("{working_day_hours: 48}", "{hour: 48}", "{hour: 48}", "hour is an unknown key", "Write 'hours' if you"),
    ("{working_day_hours: 48}", "48", "low:    48", "levels.4.response.low has to be a mapping", "Write it as"),
    ('cutoff: "13:00"', 'cutoff: "25:00"', "25:00", "'25:00' is not a time of day", 'Write it as "13:00"'),
    ('cutoff: "13:00"', 'cutoff: "08:30"', "08:30", "08:30 is outside the hours of the calendar new-york", "Choose"),
    (HOURS, 'hours: "09:00"', 'hours: "09:00"', "'09:00' is not a span of the day", 'Write it as "09:00-18:00"'),
    (HOURS, 'hours: "9-17"', 'hours: "9-17"', "'9' is not a time of day", 'two digits each, as "09:00"'),
    (HOURS, 'hours: "09:00-25:00"', "09:00-25:00", "no clock shows 25:00", "from 00:00 to 24:00"),
    (HOURS, 'hours: "09:00-24:01"', "09:00-24:01", "no clock shows 24:01", "from 00:00 to 24:00"),
    (HOURS, 'hours: "09:60-17:00"', "09:60-17:00", "no clock shows 09:60", "from 00:00 to 24:00"),
    (HOURS, 'hours: "24:00-06:00"', "24:00-06:00", "begins at 24:00, when the day is over", "Write 00:00"),
    (HOURS, 'hours: "09:00-09:00"', "09:00-09:00", "ends when it begins", '"00:00-24:00" for day and night'),
    (HOURS, "hours: []", "hours: []", "calendars.london.hours is empty", "Name at least one"),
    (HOURS, "hours: {from: nine}", "hours: {", "calendars.london.hours has to be a span", "Write it as"),
    (HOURS, 'hours: ["09:00-13:00", "12:00-18:00"]', "09:00-13:00", "09:00-13:00 and 12:00-18:00 overlap", "Let the"),
    (HOURS, 'hours: ["22:00-06:00", "05:00-09:00"]', "05:00-09:00", "22:00-06:00 and 05:00-09:00 overlap", "Let the"),
    (EVE, "{name: Eve, from: noon}", "name: Eve", "26.from: 'noon' is not a time of day", "two digits each"),
    (EVE, '{name: Eve, from: "13:00", until: "12:00"}', "name: Eve", "begins at 13:00 and ends at 12:00", "by date"),
    (EVE, '{name: Eve, from: "24:00"}', "name: Eve", "begins at 24:00 and ends at 24:00", "by date"),
    (EVE, "{from: '12:00'}", "from: '12:00'", "2027-03-26 has no 'name'", "Add `name:`"),
    (EVE, "{name: Eve, hours: '12:00'}", "name: Eve", "2027-03-26.hours is an unknown key", "Use one of name, from"),
    (EVE, "[Eve]", "[Eve]", "calendars.london.holidays.2027-03-26 has to be a mapping", "Write it as"),
    ("zone: Europe/London\n", "zone: Europe/Londn\n", "Londn", "'Europe/Londn' is not a time zone", "Use an IANA name"),
    ("zone: Europe/London\n", "zone: Europe\n", "zone: Europe\n", "'Europe' is not a time zone", "Use an IANA name"),
    ("2027-03-26: Good", "2027-02-30: Good", "2027-02-30", "'2027-02-30' is not a date", "Write it as 2026-12-25"),
    ("[mon, tue, wed, thu, fri]", "[mon, tues]", "tues", "'tues' is not a day of the week", "Use mon, tue"),
    ("[mon, tue, wed, thu, fri]", "[]", "working_days: []", "working_days is empty", "Name at least one"),
    ("[mon, tue, wed, thu, fri]", "[mon, mon]", "[mon, mon]", "names 'mon' twice", "Delete one of the two"),
    ("  paris:     {", "  london:     {", "  london:     {", "offices.london is there twice", "Delete one of the two"),
    ("address: roma@", "address: Andrei@", "Andrei@", "roma and andrei share the address", "Give each an address"),
    ("address: roma@example.com", "address: roma", "roma, mantis", "'roma' is not an e-mail address", "Write name@"),
    ("address: roma@example", "address: roma@example.", "roma@example..com", "two periods in a row", "Write name@"),
    (
        "taken_in_since: null",
        'taken_in_since: "2026-12-01T09:00"',
        "taken_in_since",
        "mantis.taken_in_since: '2026-12-01T09:00' is not an instant with its offset from UTC",
        'Write it as "2026-12-01T09:00-05:00"',
    ),
    ("root: CT2 (3)", "root: Bugs InBox", "projects: {bug", "mantis.projects.bug: 'Bugs InBox' is mantis.root", "Name"),
    ("{priority: T}", "{prioriti: T}", "{prioriti: T}", "nothing fills a field 'prioriti'", "Write 'priority' if"),
    (ROMA, "mantis: roma, mantis_accounts: [ann, Paul]}", "[ann, Paul]", "'Paul' stands for paul, too", "Let it stand"),
    (ROMA, "mantis: roma, mantis_accounts: [Roma]}", "[Roma]", "'Roma' is people.roma.mantis already", "Delete it"),
    (ROMA, "mantis: roma, mantis_accounts: ann}", "accounts: ann", "mantis_accounts has to be a list", "Write it as"),
    ("quorum: 2", "quorum: 4", "quorum: 4", "4 can't be reached by 3 members", "Choose a number from 1 to 3"),
    ("deputies: {} ", "deputies: {paul: roma, marc-selter: roma} ", "deputies", "would have two votes", "Name"),
    ("deputies: {} ", "deputies: {paul: marc-selter} ", "deputies", "would have two votes", "Name"),
    ("quorum: 2", "quorum: [2]", "quorum: [2]", "board.quorum has to be a whole number", "Write a number"),
    ("sample: true", "sample: perhaps", "perhaps", "'perhaps' is not true or false", "Write true or false"),
    ("title: CT2 Customer Support", "title: null", "title: null", "product.title has to be a line", "Write one line"),
    (
        'marker: "Specdesk {id}"',
        "marker: Specdesk",
        "marker: Specdesk",
        "does not name the request",
        "Put {id} into it",
    ),
    ('marker: "Specdesk {id}"', 'marker: "{id} {x}"', "{x}", "does not name the request", "in no other braces"),
    ("  not-this-level:", "  not-for-us:", "escalation_reasons:", "has no 'not-this-level'", "Add `not-this-level:`"),
    ("  new-york:  {name", "  client:  {name", "  client:", "'client' has a meaning of its own", "Choose another name"),
    (
        LEVEL_1,
        LEVEL_1.replace("new-york", "office  # of level 1"),
        "# of level 1",
        "client companies have none",
        "Use one",
    ),
    ("  server:    {", "  Server Room:    {", "Server Room", "'Server Room' is not a name", "Use small letters"),
    ("modules:\n", "modules: [\n", "  bookings:", "this is not YAML", "Mend the indentation"),
]


def test_hours_may_end_at_24_cross_midnight_and_have_breaks() -> None:
    """As an office writes them, in any order; spans may touch, and also those of the next day."""
    texts = {
        '"00:00-24:00"': (Span(0, DAY_MINUTES),),
        '"22:00-06:00"': (Span(22 * 60, 30 * 60),),
        '["13:30-18:00", "09:00-12:30"]': (Span(540, 750), Span(810, 1080)),
        '["22:00-06:00", "06:00-22:00"]': (Span(360, 1320), Span(1320, 1800)),
        '["06:00-09:00", "20:00-24:00"]': (Span(360, 540), Span(1200, DAY_MINUTES)),
        '["20:00-02:00", "03:00-06:00"]': (Span(1200, 1560), Span(1620, 1800)),
        '["18:00-23:30", "00:30-06:00"]': (Span(1080, 1410), Span(1470, 1800)),
        '["18:00-24:00", "00:00-02:00", "02:30-05:00"]': (Span(1080, 1440), Span(1440, 1560), Span(1590, 1740)),
    }
    for text, hours in texts.items():
        assert hours == parse(TEXT.replace(HOURS, f"hours: {text}", 1)).calendars["london"].hours
        assert sorted(text.strip('["]').split('", "')) == sorted(map(str, hours))


def test_a_holiday_may_take_a_part_of_a_day() -> None:
    """From a time, until a time, or both; by its name alone it takes the day."""
    texts = {
        "Eve": WHOLE_DAY,
        "{name: Eve}": WHOLE_DAY,
        "{name: Eve, from: '12:00'}": Span(720, DAY_MINUTES),
        "{name: Eve, until: '12:00'}": Span(0, 720),
        "{name: Eve, from: '12:00', until: '13:00'}": Span(720, 780),
    }
    for text, part in texts.items():
        holidays = parse(TEXT.replace(EVE, text, 1)).calendars["london"].holidays

        assert Holiday("Eve", part) == holidays[date(2027, 3, 26)]


@pytest.mark.parametrize(
    ("hours", "cutoff", "next_due", "says"),
    [
        pytest.param('"22:00-06:00"', "02:00", "23:00", "", id="after midnight, in the night's hours"),
        pytest.param('["09:00-12:30", "13:30-18:00"]', "13:00", "12:30", "", id="the cut-off may lie in the break"),
        pytest.param('"00:00-24:00"', "13:00", "12:00", "", id="day and night"),
        pytest.param('["18:00-23:30", "00:30-06:00"]', "00:00", "06:00", "", id="a night's break at midnight"),
        pytest.param(
            '["18:00-23:30", "00:30-06:00"]',
            "00:00",
            "00:15",
            "next_due: 00:15 is outside the hours of the calendar new-york. Choose a time after 18:00 and up to 23:30"
            " or after 00:30 and up to 06:00.",
            id="the next due time may not lie in that break",
        ),
        pytest.param(
            '["09:00-12:30", "13:30-18:00"]',
            "13:00",
            "13:00",
            "next_due: 13:00 is outside the hours of the calendar new-york. Choose a time after 09:00 and up to 12:30"
            " or after 13:30 and up to 18:00.",
            id="the next due time may not",
        ),
        pytest.param('"22:00-06:00"', "12:00", "23:00", "cutoff: 12:00 is outside", id="noon is not of the night"),
    ],
)
def test_times_of_a_target_lie_in_the_hours(hours: str, cutoff: str, next_due: str, says: str) -> None:
    """By the hours as they are: past midnight and around a break."""
    text = TEXT.replace('hours: "09:00-18:00"', f"hours: {hours}", 1)
    text = text.replace('cutoff: "13:00", next_due: "12:00"', f'cutoff: "{cutoff}", next_due: "{next_due}"')
    with pytest.raises(ProcessError) if says else nullcontext() as error:
        parse(text)

    assert says in str(error and error.value)


def line_of(text: str, words: str) -> int:
    """The line of the first place that holds these words, from 1."""
    return text[: text.index(words)].count("\n") + 1


@pytest.mark.parametrize(("old", "new", "at", "says", "remedy"), DEFECTS)
def test_a_defect_is_named_with_its_line_and_what_to_do(old: str, new: str, at: str, says: str, remedy: str) -> None:
    """Whoever breaks the file reads where, what, and how to mend it; nothing else is needed to mend it."""
    assert old in TEXT
    broken = TEXT.replace(old, new, 1)
    with pytest.raises(ProcessError) as error:
        parse(broken)
    lines = str(error.value).splitlines()

    assert len(lines) == len(error.value.problems)
    assert any(
        line.startswith(f"support.yml:{line_of(broken, at)}: ") and says in line and remedy in line for line in lines
    ), str(error.value)


def test_a_page_of_the_spec_that_is_not_there_is_named_with_its_line() -> None:
    """Only where the pages are at hand: the function carries none."""
    text = TEXT.replace("spec: [billing,", "spec: [biling,")
    with pytest.raises(ProcessError) as error:
        parse(text, pages=PAGES)

    (problem,) = error.value.problems
    assert (line_of(text, "[biling,"), "Write 'billing' if you meant that") == (problem.line, problem.remedy)
    assert parse(TEXT, pages=PAGES) == parse(TEXT)
    assert parse(text)


def test_all_problems_are_named_at_once() -> None:
    """Parts that are missing or misread do not hide what is wrong elsewhere."""
    broken = TEXT
    for old, new in (
        ("  name: CT2\n", ""),
        ("zone: Europe/London\n", "zone: Londn\n"),
        ("owner: marc-selter", "owner: marc"),
        ("escalates_to: [3]", "escalates_to: []"),
        ("quorum: 2", "quorum: 4"),
    ):
        broken = broken.replace(old, new, 1)
    with pytest.raises(ProcessError) as error:
        parse(broken, "the file.yml")

    assert 5 == len(error.value.problems)
    assert [problem.line for problem in error.value.problems] == sorted(p.line for p in error.value.problems)
    assert all(line.startswith("the file.yml:") for line in str(error.value).splitlines())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "support.yml:1: the file is empty"),
        ("# nothing but a comment\n", "support.yml:1: the file is empty"),
        ("- a\n- b\n", "support.yml:1: the file has to be a mapping"),
        ("just words", "support.yml:1: the file has to be a mapping"),
        ("a: \x00", "support.yml:1: there are characters that YAML does not know"),
        ("a: 1\n---\nb: 2\n", "support.yml:2: this is not YAML"),
        ("a: &x\n  b: *x\n", "a is an unknown key"),
    ],
)
def test_what_is_no_process_at_all_is_refused_in_words(text: str, says: str) -> None:
    """Empty, cut off, binary or circular files give a message, never a traceback of the YAML library."""
    with pytest.raises(ProcessError) as error:
        parse(text)

    assert says in str(error.value)


LINES = TEXT.splitlines(keepends=True)
JUNK = st.sampled_from(["", "{", "]", "null", "[]", "{}", "x: y", "- a", "'", "*a", "&a", "!!set", "? b", "\t", "\x07"])


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), JUNK), min_size=1, max_size=3))
def test_a_file_broken_anywhere_gives_problems_with_lines_or_stays_sound(breaks: list[tuple[int, str]]) -> None:
    """Whatever replaces the end of whatever line: a Process or a ProcessError, nothing else."""
    lines = list(LINES)
    for place, junk in breaks:
        head, colon, _ = lines[place].rpartition(":")
        lines[place] = f"{head}{colon} {junk}\n"
    problems: tuple[Problem, ...] = ()
    try:
        parse("".join(lines))
    except ProcessError as error:
        problems = error.problems

    assert [] == [problem for problem in problems if not 1 <= problem.line <= len(lines) + 1]
