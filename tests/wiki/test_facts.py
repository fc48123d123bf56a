"""Page and rule cannot differ: what support.yml says stands on the pages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
import yaml

from intake_fn.core.process import ASSUMPTIONS, Process, SameDay, WorkingDayHours
from intake_fn.core.request import Priority
from intake_fn.core.retention import FIXED, RetentionPolicy, Rule
from intake_fn.core.spans import WHOLE_DAY, Holiday, Span
from intake_fn.web.retention_words import KEPT
from intake_fn.wiki.facts import FACTS, TBD, facts, target
from intake_fn.wiki.figure import figure
from intake_fn.wiki.kept import GOES
from intake_fn.wiki.tables import table
from tests.wiki.conftest import ROOT, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED_SECTIONS = (
    "Support operation",
    "Maintenance",
    "Help Desk operation",
    "Help Desk diagram",
    "Core activities",
    "Bug report",
    "Escalation",
    "Mantis",
    "Change request",
    "Help Desk Level 0",
    "Help Desk Level 1",
    "Help Desk Level 2",
    "Help Desk Level 3",
    "Help Desk Level 4",
)


def section(page: str, anchor: str) -> str:
    """The text of a section of a built page, up to the next H2."""
    html = page.partition(f'id="{anchor}"')[2].partition("<h2")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_every_fact_of_the_process_stands_on_its_page(site: Site, process: Process) -> None:
    """Levels, people with role and address, priorities, reasons, projects, modules, offices, holidays."""
    text = site["process/"].text
    wanted = [
        process.product.about,
        process.board.name,
        process.mantis.root,
        process.mantis.parent,
        f"priority (“{process.mantis.field_names['priority']}”)",
        *process.mantis.projects.values(),
        *process.escalation_reasons.values(),
        *(level.name for level in process.levels.values()),
        *(level.front_end_for for level in process.levels.values()),
        *(word for person in process.people.values() for word in (person.name, person.role, person.address)),
        *(word for rule in process.priorities.values() for word in (rule.name, rule.about, rule.mantis)),
        *(module.name for module in process.modules.values()),
        *(word for office in process.offices.values() for word in (office.name, office.zone)),
        *(day.name for calendar in process.calendars.values() for day in calendar.holidays.values()),
    ]

    assert [word for word in wanted if word not in text] == []


def test_every_level_has_its_people_and_targets_in_its_own_section(site: Site, process: Process) -> None:
    """A reader of one level's section needs no other."""
    html = site["process/"].html
    for level in process.levels.values():
        text = section(html, f"level-{level.number}").replace("&#39;", "'")
        wanted = [process.people[person].address for person in level.resources]
        times = {p: target(when, process.to_be_confirmed) for p, when in level.response.items()}
        times |= {p: "goes to Level 3 at once" for p in times if p == "urgent" and level.number != 3}
        wanted += [f"{process.priorities[p].name} {when}" for p, when in times.items()]
        wanted += [f"Escalates to Level {to}" for to in level.escalates_to]

        assert [word for word in wanted if word not in text] == [], level.name


def test_the_process_page_has_every_section_of_the_customers_page(site: Site) -> None:
    """Nothing of the process was lost on the way into the wiki."""
    headings = re.findall(r"<h2[^>]*>([^<]+)", site["process/"].html)

    assert [title for title in SEED_SECTIONS if title not in headings] == []


def test_the_diagram_names_all_levels_people_and_escalations(process: Process) -> None:
    """Figure 1 is drawn from the same data as the rules."""
    drawn = figure(process)
    arrows = {tuple(map(int, found)) for found in re.findall(r'L(\d) -->\|"[^|]*"\| L(\d)', drawn)}
    wanted = [level.name for level in process.levels.values()]
    wanted += [process.people[person].name for level in process.levels.values() for person in level.resources]
    wanted += [office.name for office in process.offices.values()]

    assert [word for word in wanted if word not in drawn] == []
    assert arrows == {(level.number, to) for level in process.levels.values() for to in level.escalates_to}
    assert re.findall(r"L(\d) -\.->\S*.* L(\d)", drawn) == [("4", "3")]
    assert "only high, medium and low" in drawn


def test_a_changed_level_changes_the_diagram(process: Process) -> None:
    """It is generated, not written."""
    levels = {**process.levels, 2: replace(process.levels[2], escalates_to=(4,), name='The "second" level')}
    drawn = figure(replace(process, levels=levels))

    assert "L2 -->" in drawn
    assert "| L4" in drawn
    assert "The #quot;second#quot; level" in drawn


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (None, TBD),
        (WorkingDayHours(24), "24 hours, counted on working days only"),
    ],
)
def test_a_target_is_told_in_words(when: WorkingDayHours | None, words: str) -> None:
    """What is to be decided is shown as TBD, as the customer's page does."""
    assert target(when) == words


@pytest.mark.parametrize(
    "anchor",
    ["figure-1", "bug-report", "mantis", "change-request", "level-0", "resources", "response-times"],
)
def test_what_the_customer_did_not_say_is_marked_in_its_section(site: Site, anchor: str) -> None:
    """Figure, definitions, calendars, owners, addresses, rules of counting: a reader can tell ours from theirs."""
    assert "our assumption" in section(site["process/"].html, anchor).casefold()


@pytest.mark.parametrize("page", ["maintenance", "releases", "changes"])
def test_a_procedure_of_ours_says_so_before_it_begins(site: Site, page: str) -> None:
    """In its first words, before any section."""
    html = site[f"process/{page}/"].html

    assert "Our assumption" in html.partition("<h1")[2].partition("<h2")[0]


def test_each_part_of_maintenance_has_a_procedure(site: Site) -> None:
    """Who, when, and how it is checked; releases have a page of their own."""
    for anchor in ("upgrades", "backups", "monitoring"):
        text = section(site["process/maintenance/"].html, anchor)

        assert all(word in text for word in ("Server engineer", "checked", "day")), anchor
        assert f"maintenance/#{anchor}" in site["process/"].html


def test_projects_and_fields_stand_as_the_customer_names_them(process: Process) -> None:
    """The root above the support's project, and the priority with the customer's name for the field."""
    found = facts(process)

    assert found["projects"].startswith(
        "- **CT2 (3)**\n    - **CT2 Customer Support (Help Desk)**\n        - **Bugs InBox**: bug\n"
    )
    assert "| In Mantis: priority (“T”) |" in found["priorities"]
    assert "the field *priority (“T”)* in Mantis" in found["bug-report-priority"]
    plain = facts(replace(process, mantis=replace(process.mantis, root="", field_names={})))
    assert plain["projects"].startswith("- **CT2 Customer Support (Help Desk)**\n    - **Bugs InBox**: bug\n")
    assert "| In Mantis: priority |" in plain["priorities"]


def test_working_time_and_parts_of_days_are_told_in_words(process: Process) -> None:
    """Day and night, past midnight, with a break; what a holiday takes of its day."""
    calendar = process.calendars["london"]
    eve = date(2026, 12, 24)

    def told(*hours: Span, part: Span = WHOLE_DAY) -> str:
        london = replace(calendar, hours=hours, holidays={eve: Holiday("Eve", part)})
        found = facts(replace(process, calendars={**process.calendars, "london": london}))
        return found["offices"] + found["holidays"]

    assert "Mon to Fri, around the clock" in told(WHOLE_DAY)
    assert "Mon to Fri, 22:00 to 06:00 of the next day" in told(Span(1320, 1800))
    assert "Mon to Fri, 09:00 to 12:30 and 13:30 to 24:00" in told(Span(540, 750), Span(810, 1440))
    assert "| Thu 24 Dec 2026 | Eve | london |" in told(WHOLE_DAY)
    assert "| Eve, from 12:00 |" in told(WHOLE_DAY, part=Span(720, 1440))
    assert "| Eve, until 12:00 |" in told(WHOLE_DAY, part=Span(0, 720))
    assert "| Eve, 12:00 to 13:00 |" in told(WHOLE_DAY, part=Span(720, 780))


def test_same_day_is_told_with_its_hours(process: Process) -> None:
    """The seed's own words, and the hours by which we read them."""
    when = process.levels[4].response[Priority.HIGH]

    assert isinstance(when, SameDay)
    assert target(when) == (
        "same day (received before 13:00: by the end of that working day) or morning of the next working day (by 12:00)"
    )


MARKED = {
    "board.members": ("board", "Members (to be confirmed)"),
    "board.chair": ("board", "Chair (to be confirmed)"),
    "board.quorum": ("board", "Quorum (to be confirmed)"),
    "calendars.hours": ("offices", "Working time (to be confirmed)"),
    "same_day.cutoff": ("level-4", "before 13:00, to be confirmed"),
    "same_day.next_due": ("level-4", "by 12:00, to be confirmed"),
    "reports.zone": ("reports-zone", "**America/New_York** (to be confirmed)"),
    "retention.days": ("retention", "| Kept (to be confirmed) |"),
}


def test_each_assumption_is_marked_until_it_is_confirmed(process: Process) -> None:
    """What may be listed in support.yml is marked on a page; what is not listed is not."""
    confirmed = facts(replace(process, to_be_confirmed=frozenset()))

    assert set(ASSUMPTIONS) == set(MARKED) == process.to_be_confirmed
    for fact, mark in MARKED.values():
        assert mark in facts(process)[fact]
    assert "to be confirmed" not in "".join(confirmed.values())


def test_urgent_is_never_at_level_4(process: Process) -> None:
    """The seed: all urgent issues must be handled at level 3."""
    assert "| Urgent | never at this level |" in facts(process)["level-4"]
    assert "Urgent requests stay here." in facts(process)["level-3"]


def test_urgent_is_at_level_3_on_every_page(process: Process) -> None:
    """Nowhere a time that is to be decided where no urgent request ever waits; Figure 1 shows the short way."""
    told = facts(process)

    for level in (0, 1, 2):
        assert "| Urgent | goes to Level 3 at once |" in told[f"level-{level}"]
        assert f'L{level} ==>|"urgent: at once"| L3' in told["figure"]
    assert "| Urgent | TBD |" in told["level-3"]
    assert 'L4 ==>|"urgent: at once"| L3' in told["figure"]
    (row,) = [line for line in told["priorities"].splitlines() if line.startswith("| Urgent |")]
    assert row.endswith("| 3 |")
    rows = [line for line in told["response-times"].splitlines() if line.startswith("| Help Desk Level")]
    assert ["goes to Level 3 at once"] * 3 == [line.split(" | ")[1] for line in rows[:3]]


def test_a_bar_in_a_value_does_not_break_the_table() -> None:
    """Cells are data."""
    assert table(("a",), [("x|y",)]) == "| a |\n| --- |\n| x\\|y |"


def test_every_fact_is_shown_on_some_page(process: Process) -> None:
    """A fact that no page asks for is dead code; a marker that stayed would be a hole."""
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")]
    asked = {name for page in pages for name in re.findall(r"^<!-- specdesk: (\S+) -->$", page, re.MULTILINE)}

    assert asked == set(FACTS) | {f"level-{number}" for number in process.levels}


def keys(node: object, path: str = "") -> Iterator[str]:
    """Every key of support.yml by its last two names."""
    for name, value in node.items() if isinstance(node, dict) else ():
        yield f"{path}.{name}".lstrip(".")
        yield from keys(value, f"{path}.{name}".lstrip("."))
    for row in node if isinstance(node, list) else ():
        yield from keys(row, path)


FREE = {
    "offices": "OFFICE",
    "calendars": "CALENDAR",
    "people": "PERSON",
    "priorities": "PRIORITY",
    "modules": "MODULE",
    "escalation_reasons": "REASON",
    "activities": "ACTIVITY",
    "templates": "TEMPLATE",
}
"""Parts whose own keys are names that the admin chooses, and how the page writes them."""

EXPLAINED_AS_ONE = (
    "holidays",
    "specialities",
    "speciality_words",
    "levels.response",
    "mantis.projects",
    "mantis.fields",
    "mantis.field_names",
    "mantis.status",
    "mantis.resolution",
    "mantis.stages",
)


def test_every_key_of_support_yml_is_explained(site: Site) -> None:
    """The admin's page keeps up with the file."""
    tree = yaml.safe_load((ROOT / "support.yml").read_text(encoding="utf-8"))
    page = site["operate/support-yml/"].text
    missing = set()
    for key in keys(tree):
        parts = key.split(".")
        if parts[0] in FREE and len(parts) > 1:
            parts[1] = FREE[parts[0]]
        named = ".".join(parts)
        inner = next((one for one in EXPLAINED_AS_ONE if f"{one}." in f"{named}."), None)
        named = named[: named.index(inner) + len(inner)] if inner else named
        if named not in page:
            missing.add(named)

    assert missing == set()


def test_requesters_read_how_long_it_is_kept(process: Process) -> None:
    """The list is made of the rules, and says nothing of what has none; to be read on a phone, one thing a line."""
    told = facts(process)["retention-for-requesters"]
    days = dict.fromkeys(Rule, None)
    for_ever = facts(replace(process, retention=RetentionPolicy(days)))["retention-for-requesters"]

    assert "for 1095 days after it is resolved, its files for 730 days (to be confirmed)." in told
    assert "in its original form for 180 days, longer only while it waits for a person." in told
    assert process.mail.reply_to in told
    assert 4 == told.count("\n- ") + told.startswith("- ")
    assert for_ever.startswith("- We keep what you write, with your name and address, as long as we run this service (")
    assert "A mail that you send" not in for_ever


def test_each_time_to_live_is_said(process: Process) -> None:
    """One row for each, and one for each rule."""
    assert set(FIXED) == set(GOES)
    assert set(Rule) == set(KEPT)
    assert "| forms that are not sent, with their files | 2 days |" in facts(process)["times-to-live"]
