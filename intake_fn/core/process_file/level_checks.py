"""Rules between levels, priorities, response targets and calendars of support.yml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time

from intake_fn.core.process import OFFICE_CALENDAR, OTHER, SameDay
from intake_fn.core.process_file.problems import Line, Problem, Raw, nearest
from intake_fn.core.spans import Span, minute_of, shown


def levels_lead_upwards(p: Raw, line: Line) -> Iterator[Problem]:
    """Each level is there once and leads to a higher one; only the last leads nowhere."""
    numbers = [level["number"] for level in p["levels"] if level["number"] is not None]
    for n, level in enumerate(p["levels"]):
        number, path = level["number"], f"levels.{n}"
        if number is None:
            continue
        if numbers.count(number) > 1:
            yield Problem(line(path), f"level {number} is there twice", "Give each level a number of its own")
        if level["escalates_to"] == () and number != max(numbers):
            message = f"level {number} escalates to nowhere"
            remedy = f"Name a higher level; only the last one, level {max(numbers)}, may lead nowhere"
            yield Problem(line(f"{path}.escalates_to"), message, remedy)
        for place, to in enumerate(level["escalates_to"] or ()):
            if to <= number:
                to_where = "itself" if to == number else f"level {to}"
                message = f"level {number} escalates to {to_where}, so a request could go round in circles"
                yield Problem(line(f"{path}.escalates_to.{place}"), message, "Name a higher level")


def specialists_are_of_their_level(p: Raw, line: Line) -> Iterator[Problem]:
    """A level that has specialities has somebody of its own for each, and for all else."""
    for n, level in enumerate(p["levels"]):
        for name, person in level["specialities"].items():
            path = f"levels.{n}.specialities.{name}"
            if person in p["people"] and person not in (level["resources"] or (person,)):
                message = f"{path}: {person} is not a resource of level {level['number']}"
                yield Problem(line(path), message, nearest(person, level["resources"]))
        for name in level["speciality_words"] or ():
            if name not in level["specialities"]:
                path = f"levels.{n}.speciality_words.{name}"
                message = f"{path}: nobody at level {level['number']} is there for {name!r}"
                yield Problem(line(path), message, f"Add `{name}:` to its specialities, with one of its resources")
        if level["specialities"] and OTHER not in level["specialities"]:
            message = f"level {level['number']} has nobody for what is no speciality"
            yield Problem(line(f"levels.{n}.specialities"), message, f"Add `{OTHER}:` with one of its resources")


def nothing_is_held_above_where_it_is_handled(p: Raw, line: Line) -> Iterator[Problem]:
    """A priority is handled at one level, if that is given: no level above it may hold it.

    Seed, Level 3: "All urgent issues must be handled at this level. high, medium, low could be escalated".
    """
    for name, priority in p["priorities"].items():
        at = priority["handled_at"]
        for level in priority["levels"] or ():
            if at is not None and level > at:
                message = f"{name} requests are allowed at level {level}"
                remedy = f"Take {level} out: all {name} requests are handled at level {at}"
                yield Problem(line(f"priorities.{name}.levels"), message, remedy)


def handled_where_it_may_be(p: Raw, line: Line) -> Iterator[Problem]:
    """The level to which a priority goes at once is one that may hold it."""
    for name, priority in p["priorities"].items():
        at, levels = priority["handled_at"], priority["levels"]
        if at is not None and levels is not None and at not in levels:
            path = f"priorities.{name}.handled_at"
            message = f"{path}: level {at} may not hold {name} requests"
            yield Problem(line(path), message, f"Name one of {', '.join(map(str, levels))}")


def front_ends_take_everything(p: Raw, line: Line) -> Iterator[Problem]:
    """A request can come in with any priority, and an office's liaison sits at the office's front end."""
    resources = {level["number"]: level["resources"] or () for level in p["levels"]}
    doors = {("clients.front_end", p["clients"]["front_end"])}
    for name, office in p["offices"].items():
        doors.add((f"offices.{name}.front_end", office["front_end"]))
        liaison, level = office["liaison"], office["front_end"]
        if liaison in p["people"] and level in resources and liaison not in resources[level]:
            path = f"offices.{name}.liaison"
            message = f"{path}: {liaison} is not a resource of level {level}, the front end of this office"
            yield Problem(line(path), message, nearest(liaison, resources[level]))
    for path, level in doors:
        for name, priority in p["priorities"].items():
            if level in resources and level not in (priority["levels"] or (level,)):
                message = f"{path}: requests come in at level {level}, which may not hold {name} ones"
                yield Problem(line(path), message, f"Add {level} to priorities.{name}.levels")


def response_times_fit(p: Raw, line: Line) -> Iterator[Problem]:
    """A level has a response time for exactly the priorities that it may hold."""
    for n, level in enumerate(p["levels"]):
        number, response = level["number"], level["response"]
        for name, priority in p["priorities"].items():
            if number is None or response is None or priority["levels"] is None:
                continue
            held, given = number in priority["levels"], name in response
            if given and not held:
                message = f"level {number} has a response time for {name} requests, which it may not hold"
                remedy = f"Delete it, or add {number} to priorities.{name}.levels"
                yield Problem(line(f"levels.{n}.response.{name}"), message, remedy)
            if held and not given:
                message = f"level {number} has no response time for {name} requests, which it may hold"
                yield Problem(line(f"levels.{n}.response"), message, f"Add `{name}: null` while it is to be decided")


def same_day_is_within_hours(p: Raw, line: Line) -> Iterator[Problem]:
    """The cut-off lies within the working day and the next due time is open, wherever the level may count."""
    for n, level in enumerate(p["levels"]):
        of_offices = level["calendar"] == OFFICE_CALENDAR
        names = {o["calendar"] for o in p["offices"].values()} if of_offices else {level["calendar"]}
        hours = {name: p["calendars"][name]["hours"] for name in sorted(names & p["calendars"].keys())}
        for name, target in (level["response"] or {}).items():
            if not isinstance(target, SameDay):
                continue
            for calendar, spans in hours.items():
                for key, at, within in _times_of(target, spans or ()):
                    path = f"levels.{n}.response.{name}.same_day.{key}"
                    choice = " or ".join(f"after {span.opens} and up to {shown(span.end)}" for span in within)
                    message = f"{path}: {at:%H:%M} is outside the hours of the calendar {calendar}"
                    yield Problem(line(path), message, f"Choose a time {choice}")


def _times_of(target: SameDay, hours: Sequence[Span]) -> Iterator[tuple[str, time, Sequence[Span]]]:
    """The times of a target that lie outside the hours, and where they may lie: the cut-off may be in a break."""
    if not hours:
        return
    day = (Span(hours[0].start, hours[-1].end),)
    for key, at, within in (("cutoff", target.cutoff, day), ("next_due", target.next_due, hours)):
        if at and not any(span.start < minute_of(at, hours) <= span.end for span in within):
            yield key, at, within


def clients_have_a_calendar(p: Raw, line: Line) -> Iterator[Problem]:
    """A client company's user has no office, so no level on their way may count in the office's hours."""
    levels = {level["number"]: (n, level) for n, level in enumerate(p["levels"])}
    at_once = [rule["handled_at"] for rule in p["priorities"].values() if rule["handled_at"] is not None]
    waiting, seen = [p["clients"]["front_end"], *at_once], set()
    while waiting:
        number = waiting.pop()
        if number in seen or number not in levels:
            continue
        seen.add(number)
        n, level = levels[number]
        waiting += level["escalates_to"] or ()
        if level["calendar"] == OFFICE_CALENDAR:
            message = f"level {number} counts in the hours of the requester's office, and client companies have none"
            remedy = f"Use one of {', '.join(p['calendars'])}, or another front end for clients"
            yield Problem(line(f"levels.{n}.calendar"), message, remedy)
