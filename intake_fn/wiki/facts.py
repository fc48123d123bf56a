"""The facts of support.yml as Markdown, for the markers in pages.

A page holds `<!-- specdesk: NAME -->` on a line of its own; NAME is a row of `FACTS`, or `level-N`
for one Help Desk level.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from intake_fn.core import request_id
from intake_fn.core.changes.meetings import in_words
from intake_fn.core.process import (
    ALL,
    CHAIR,
    DECLINED,
    MORE_THAN_HALF,
    OFFICE_CALENDAR,
    OTHER,
    REOPENED,
    TWO_THIRDS,
    Activity,
    AroundTheClock,
    Calendar,
    Level,
    Office,
    Person,
    PriorityRule,
    Process,
    SameDay,
    Target,
    WorkingDayHours,
)
from intake_fn.core.request import Priority
from intake_fn.core.spans import WHOLE_DAY, Holiday, Span, shown
from intake_fn.core.vocabulary import Category, Outcome
from intake_fn.texts import say
from intake_fn.web.forms import FORMS
from intake_fn.wiki import kept
from intake_fn.wiki.figure import figure
from intake_fn.wiki.lifecycle_diagram import lifecycle
from intake_fn.wiki.tables import table

ASKED_FOR_BY: Mapping[str, str] = {
    Category.BUG: "a bug",
    Category.CHANGE: "a request for change",
    Category.MISC: "neither a bug nor a change",
    Category.UNDECIDED: "still to be decided",
}

TBD = "TBD"
"""Stands where the process page gives no value yet."""

NOBODY = "—"
"""Stands in a table where there is nobody and nothing."""

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def facts(process: Process) -> dict[str, str]:
    """All facts by name, as Markdown without a line end."""
    tables = {name: render(process) for name, render in FACTS.items()}
    return tables | {f"level-{level.number}": _level(level, process) for level in process.levels.values()}


# --- one function for each fact ---------------------------------------------------------------


def _product(process: Process) -> str:
    return f"**{process.product.name}** is {process.product.about}."


def _levels(process: Process) -> str:
    rows = (
        (
            f"[{level.name}](#level-{level.number})",
            level.front_end_for or NOBODY,
            ", ".join(process.people[person].name for person in level.resources),
            _calendar_name(level.calendar),
            ", ".join(f"Level {to}" for to in level.escalates_to) or NOBODY,
        )
        for level in process.levels.values()
    )
    return table(("Level", "Front end for", "Resources", "Calendar", "Escalates to"), rows)


def _response_times(process: Process) -> str:
    rows = (
        (level.name, *(_target(level, priority, process) for priority in process.priorities))
        for level in process.levels.values()
    )
    return table(("Level", *(rule.name for rule in process.priorities.values())), rows)


def _resources(process: Process) -> str:
    places: dict[str, list[str]] = {}
    for level in process.levels.values():
        for person in level.resources:
            places.setdefault(person, []).append(f"Level {level.number}")
    rows = (
        (person.name, person.role, _mail_to(person.address), ", ".join(places.get(person.id, ())) or NOBODY)
        for person in process.people.values()
    )
    return table(("Name", "Role", "Address", "Level"), rows)


def _offices(process: Process) -> str:
    def row(office: Office) -> Sequence[str]:
        liaison = process.people[office.liaison].name if office.liaison else NOBODY
        working = _hours(process.calendars[office.calendar])
        return office.name, office.zone, working, f"Level {office.front_end}", liaison

    clients = (process.client_name, NOBODY, NOBODY, f"Level {process.client_front_end}", NOBODY)
    rows = [*map(row, process.offices.values()), clients]
    working_time = f"Working time{_unless_confirmed('calendars.hours', process)}"
    return table(("Who", "Time zone", working_time, "Front end", "Liaison"), rows)


def _holidays(process: Process) -> str:
    rows = (
        (f"{day:%a} {day.day} {day:%b %Y}", name, ", ".join(calendars))
        for (day, name), calendars in sorted(_days(process.calendars.values()).items())
    )
    return table(("Day", "Holiday", "Calendar"), rows)


def _days(calendars: Iterable[Calendar]) -> Mapping[tuple[date, str], list[str]]:
    """Days and names of all holidays, with the calendars that have them."""
    days: dict[tuple[date, str], list[str]] = {}
    for calendar in calendars:
        for day, holiday in calendar.holidays.items():
            days.setdefault((day, _holiday(holiday)), []).append(calendar.id)
    return days


def _activities(process: Process) -> str:
    """What more than one level does, in the page's order; a level's own stands in its section."""
    return _grouped(activity for activity in process.activities.values() if len(activity.levels or process.levels) > 1)


def _grouped(activities: Iterable[Activity]) -> str:
    """Under a heading for each kind of request that asks for them."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for activity in activities:
        groups.setdefault(activity.categories, []).append(activity.name)
    lines = []
    for number, (categories, names) in enumerate(groups.items(), 1):
        kinds = " or ".join(ASKED_FOR_BY[category] for category in categories)
        lines += [f"{number}. **{f'If it is {kinds}' if kinds else 'Initial analysis'}**"]
        lines += [f"    - {name}." for name in names]
    return "\n".join(lines)


def _escalation_reasons(process: Process) -> str:
    return "\n".join(f"- {reason}." for reason in process.escalation_reasons.values())


def _held_at(rule: PriorityRule) -> Sequence[int]:
    """The levels that hold requests of a priority: that one alone, to which they go at once."""
    return rule.levels if rule.handled_at is None else (rule.handled_at,)


def _priorities(process: Process) -> str:
    rows = (
        (rule.name, rule.about, f"`{rule.mantis}`", ", ".join(map(str, _held_at(rule))))
        for rule in process.priorities.values()
    )
    return table(("Priority", "When", f"In Mantis: {_field('priority', process)}", "Levels"), rows)


def _bug_report(process: Process) -> str:
    """The last line of the list of what a bug report must have."""
    return f"- a priority, which becomes the field *{_field('priority', process)}* in Mantis."


def _field(name: str, process: Process) -> str:
    """A field of Mantis, with the customer's own name for it."""
    own = process.mantis.field_names.get(name)
    return name.replace("_", " ") + (f" (“{own}”)" if own else "")


def _modules(process: Process) -> str:
    rows = (
        (
            module.name,
            process.people[module.owner].name,
            ", ".join(f"[{page}](/spec/{page}.md)" for page in module.spec) or NOBODY,
        )
        for module in process.modules.values()
    )
    return table(("Module", "Owner", "Spec"), rows)


MAJORITY = {
    MORE_THAN_HALF: "more votes for than against; abstentions count for the quorum alone",
    TWO_THIRDS: "two thirds of the votes for and against",
    ALL: "no vote against",
}
TIE = {DECLINED: "declined", CHAIR: "as the chair voted; declined if the chair did not vote for it"}


def _board(process: Process) -> str:
    board, unsure = process.board, partial(_unless_confirmed, process=process)
    rows = (
        ("Members" + unsure("board.members"), ", ".join(process.people[member].name for member in board.members)),
        ("Chair" + unsure("board.chair"), process.people[board.chair].name),
        ("Deputies", _deputies(process)),
        ("Quorum" + unsure("board.quorum"), f"{board.quorum} of {len(board.members)} members"),
        ("Majority", MAJORITY[board.majority]),
        ("Tie", TIE[board.tie]),
        ("Meets", in_words(board.meets, process.calendars[board.calendar]) if board.meets else TBD),
        ("Online vote", f"open for {board.online_days} working days"),
    )
    return table((board.name, "Rule"), rows)


def _deputies(process: Process) -> str:
    names = (
        (process.people[whom].name, process.people[member].name) for member, whom in process.board.deputies.items()
    )
    return "; ".join(f"{deputy} for {member}" for deputy, member in names) or NOBODY


def _projects(process: Process) -> str:
    """The project tree, each project with the categories that land there."""
    landing: dict[str, list[str]] = {}
    for category, project in process.mantis.projects.items():
        landing.setdefault(project, []).append(category)
    above = [f"**{name}**" for name in (process.mantis.root, process.mantis.parent) if name]
    below = [f"**{project}**: {', '.join(categories)}" for project, categories in landing.items()]
    depths = [*range(len(above)), *[len(above)] * len(below)]
    return "\n".join(f"{'    ' * depth}- {line}" for depth, line in zip(depths, [*above, *below], strict=True))


def _mantis_fields(process: Process) -> str:
    rows = ((_field(name, process), source) for name, source in process.mantis.fields.items())
    return table(("Field in Mantis", "Filled from"), rows)


def _mantis_status(process: Process) -> str:
    stages = ((f"open, {say(f'stage.{stage}')}", theirs) for stage, theirs in process.mantis.stages.items() if theirs)
    return table(("Status of the request", "Status in Mantis"), [*process.mantis.status.items(), *stages])


def _mantis_resolution(process: Process) -> str:
    shown = {outcome.value: say(f"outcome.{outcome}").rstrip(".") for outcome in Outcome if outcome}
    labels = {Outcome.UNSAID.value: "", **shown, REOPENED: "(reopened)"}
    rows = ((labels[name], theirs) for name, theirs in process.mantis.resolution.items())
    return table(("Shown to the requester", "Resolution in Mantis"), rows)


def _mantis_settings(process: Process) -> str:
    rows = (
        ("Category where Mantis has none of the module's name", process.mantis.category),
        ("Marker in *additional information*", f"`{process.mantis.marker.format(id=request_id.SHAPE)}`"),
        ("Largest file kept in Mantis", f"{process.mantis.max_file_mb} MB; larger ones are signed links"),
    )
    return table(("Setting", "Value"), rows)


def _intake(process: Process) -> str:
    limits = process.intake
    rows = (
        ("Files of one request", f"at most {limits.files}"),
        ("Files sent with the form, in total", f"{limits.posted_mb} MB"),
        ("Largest file, uploaded by the browser before the form", f"{limits.direct_mb} MB"),
        ("Longest text", f"{limits.text_characters:,} characters"),
        ("Link to the status page", f"valid for {limits.status_link_days} days"),
        ("Link to sign in at the desk", f"valid for {limits.sign_in_minutes} minutes, once"),
    )
    return table(("Limit", "Value"), rows)


def _mail(process: Process) -> str:
    return f"Mail comes from **{process.mail.name}** ({process.mail.address}); replies go to {process.mail.reply_to}."


def _reports_zone(process: Process) -> str:
    mark = _unless_confirmed("reports.zone", process)
    return f"A day is a calendar day in the zone **{process.reports_zone}**{mark}; a week begins on Monday."


def _retention(process: Process) -> str:
    return kept.retention(process.retention, _unless_confirmed("retention.days", process))


def _retention_for_requesters(process: Process) -> str:
    return kept.for_requesters(process, _unless_confirmed("retention.days", process))


def _times_to_live(_: Process) -> str:
    return kept.times_to_live()


def _forms(_process: Process) -> str:
    """The four forms, as on the start page of the intake."""
    return "\n\n".join(
        f"[**{form.title}**\n{form.choose_when}](intake:/requests/new/{kind}){{ .sd-card }}"
        for kind, form in FORMS.items()
    )


FACTS: Mapping[str, Callable[[Process], str]] = {
    "product": _product,
    "forms": _forms,
    "figure": figure,
    "lifecycle": lifecycle,
    "levels": _levels,
    "response-times": _response_times,
    "resources": _resources,
    "offices": _offices,
    "holidays": _holidays,
    "activities": _activities,
    "escalation-reasons": _escalation_reasons,
    "priorities": _priorities,
    "modules": _modules,
    "board": _board,
    "bug-report-priority": _bug_report,
    "projects": _projects,
    "mantis-fields": _mantis_fields,
    "mantis-status": _mantis_status,
    "mantis-resolution": _mantis_resolution,
    "mantis-settings": _mantis_settings,
    "intake": _intake,
    "mail": _mail,
    "reports-zone": _reports_zone,
    "retention": _retention,
    "retention-for-requesters": _retention_for_requesters,
    "times-to-live": _times_to_live,
}
"""What a page may ask for."""


# --- one level --------------------------------------------------------------------------------


def _level(level: Level, process: Process) -> str:
    """Everything that support.yml says about a level."""
    parts = [
        f"The front end for {level.front_end_for}." if level.front_end_for else "",
        "**Resources**",
        table(("Name", "Role", "Address", "Handles"), _people(level, process)),
        f"**Response times**, by the calendar of {_calendar_name(level.calendar)}",
        table(
            ("Priority", "Target"),
            ((rule.name, _target(level, rule.priority, process)) for rule in process.priorities.values()),
        ),
        "**Activities**",
        _grouped(
            activity
            for activity in process.activities.values()
            if not activity.levels or level.number in activity.levels
        )
        or NOBODY,
        "\n".join(f"- {sentence}" for sentence in _ways_on(level, process)),
    ]
    return "\n\n".join(part for part in parts if part)


def _people(level: Level, process: Process) -> Iterator[Sequence[str]]:
    for person in map(process.people.__getitem__, level.resources):
        yield person.name, person.role, _mail_to(person.address), _handles(person, level, process)


def _handles(person: Person, level: Level, process: Process) -> str:
    """What of the level's requests is this person's."""
    offices = [office.name for office in process.offices.values() if office.liaison == person.id]
    mine = [topic for topic, who in level.specialities.items() if who == person.id]
    if offices:
        return f"requests of the {' and '.join(offices)} office"
    special = ("all other issues" if topic == OTHER else topic for topic in mine)
    return ", ".join(special) if level.specialities else "all requests of this level"


def _ways_on(level: Level, process: Process) -> Iterator[str]:
    rules = process.priorities.values()
    for to in level.escalates_to:
        fitting = ", ".join(rule.name.lower() for rule in rules if to in rule.levels)
        kept = " and ".join(rule.name.lower() for rule in rules if to not in rule.levels)
        limit = f": {fitting}. {kept.capitalize()} requests stay here" if kept else ""
        yield f"Escalates to Level {to}{limit}."
    if not level.escalates_to:
        yield "The last level: no further escalation."
    if level.notifies_on_completion is not None:
        yield f"Once completed, Level {level.notifies_on_completion} is notified by e-mail."


# --- words for values -------------------------------------------------------------------------


def _target(level: Level, priority: Priority, process: Process) -> str:
    """A response target in words."""
    at = process.priorities[priority].handled_at
    if priority not in level.response:
        return "never at this level"
    if at is not None and level.number != at:
        return f"goes to Level {at} at once"
    return target(level.response[priority], process.to_be_confirmed)


def target(when: Target | None, to_be_confirmed: Collection[str] = ()) -> str:
    """A response target in the words of the process page, and how we read them."""
    match when:
        case None:
            return TBD
        case SameDay(cutoff, next_due):
            before, by = (_mark(f"same_day.{name}" in to_be_confirmed, ", ") for name in ("cutoff", "next_due"))
            return (
                f"same day (received before {cutoff:%H:%M}{before}: by the end of that working day) "
                f"or morning of the next working day (by {next_due:%H:%M}{by})"
            )
        case WorkingDayHours(hours):
            return f"{hours} hours, counted on working days only"
        case AroundTheClock(hours):
            return f"{hours} hours around the clock"


def _unless_confirmed(name: str, process: Process) -> str:
    """What stands behind something that the customer has not confirmed; nothing behind all else."""
    return _mark(name in process.to_be_confirmed, " (", ")")


def _mark(unsure: bool, before: str, after: str = "") -> str:
    return f"{before}to be confirmed{after}" if unsure else ""


def _calendar_name(calendar: str) -> str:
    return "the requester's office" if calendar == OFFICE_CALENDAR else calendar.replace("-", " ").title()


def _hours(calendar: Calendar) -> str:
    """Working days and hours, as in Mon to Fri, 09:00 to 18:00."""
    days = sorted(calendar.working_days)
    in_a_row = days == list(range(days[0], days[-1] + 1)) and len(days) > 1
    named = f"{WEEKDAYS[days[0]]} to {WEEKDAYS[days[-1]]}" if in_a_row else ", ".join(WEEKDAYS[day] for day in days)
    return f"{named}, {' and '.join(map(_span, calendar.hours))}"


def _span(span: Span) -> str:
    if span == WHOLE_DAY:
        return "around the clock"
    return f"{span.opens} to {shown(span.end)}{' of the next day' if span.crosses_midnight else ''}"


def _holiday(holiday: Holiday) -> str:
    """The name; of a part of a day, with the time that is off."""
    start, end = (shown(minute) for minute in (holiday.part.start, holiday.part.end))
    if holiday.part == WHOLE_DAY:
        return holiday.name
    if holiday.part.end == WHOLE_DAY.end:
        return f"{holiday.name}, from {start}"
    return f"{holiday.name}, until {end}" if holiday.part.start == 0 else f"{holiday.name}, {start} to {end}"


def _mail_to(address: str) -> str:
    return f"[{address}](mailto:{address})"
