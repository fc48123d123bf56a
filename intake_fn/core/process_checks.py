"""What must hold between the parts of support.yml: `REFERENCES` and `CHECKS`, one small function a rule.

They get the file as plain data in which None stands for whatever was missing or misread: that has
been complained about already and is passed over here, so that all problems come out at once.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from intake_fn.core.mailing import mailbox
from intake_fn.core.process import CLIENT, NOT_THIS_LEVEL, OFFICE_CALENDAR, OTHER, SameDay
from intake_fn.core.request import Priority
from intake_fn.core.spans import Span, minute_of, shown

URGENT_NEVER_AT = 4
"""Seed, Level 3: "All urgent issues must be handled at this level. high, medium, low could be escalated"."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in the file, and what to do about it. Lines count from 1."""

    line: int
    what: str
    remedy: str


Raw = Mapping[str, Any]
Line = Callable[[str], int]
"""The line of a path such as `levels.0.resources`."""

REFERENCES: tuple[tuple[str, str], ...] = (
    ("offices.*.calendar", "calendar"),
    ("offices.*.front_end", "level"),
    ("offices.*.liaison", "person"),
    ("clients.front_end", "level"),
    ("levels.*.resources.*", "person"),
    ("levels.*.specialities.*", "person"),
    ("levels.*.calendar", "calendar of a level"),
    ("levels.*.escalates_to.*", "level"),
    ("levels.*.notifies_on_completion", "level"),
    ("activities.*.levels.*", "level"),
    ("priorities.*.levels.*", "level"),
    ("priorities.*.handled_at", "level"),
    ("modules.*.owner", "person"),
    ("modules.*.speciality", "speciality"),
    ("board.members.*", "person"),
    ("admins.*", "person"),
)
"""Where the file names something that stands elsewhere in it."""

KNOWN: Mapping[str, Callable[[Raw], Collection[Any]]] = {
    "calendar": lambda p: p["calendars"],
    "calendar of a level": lambda p: (*p["calendars"], OFFICE_CALENDAR),
    "level": lambda p: [level["number"] for level in p["levels"] if level["number"] is not None],
    "person": lambda p: p["people"],
    "speciality": lambda p: {name for level in p["levels"] for name in level["specialities"]},
}
"""What there is to be named."""


def nearest(name: str, known: Iterable[Any]) -> str:
    """What to do about a name that is not known: the nearest one, or all that there are."""
    names = [str(one) for one in known]
    near = difflib.get_close_matches(name, names, 1)
    return f"Write {near[0]!r} if you meant that" if near else f"Use one of {', '.join(names)}"


def check(p: Raw, line: Line) -> Iterator[Problem]:
    """Everything that is wrong between the parts."""
    for rule in CHECKS:
        yield from rule(p, line)


def _found(value: Any, pattern: list[str], path: str = "") -> Iterator[tuple[str, Any]]:
    """Path and value of everything that a pattern fits and that is there; `*` fits any key or place."""
    if value in (None, ""):
        return
    if not pattern:
        yield path, value
        return
    head, rest = pattern[0], pattern[1:]
    inside: Iterable[tuple[Any, Any]]
    if head == "*":
        inside = value.items() if isinstance(value, Mapping) else enumerate(value)
    else:
        inside = [(head, value[head])]
    for key, inner in inside:
        yield from _found(inner, rest, f"{path}.{key}".lstrip("."))


def _references(p: Raw, line: Line) -> Iterator[Problem]:
    """Whatever is named is there."""
    for pattern, kind in REFERENCES:
        known = KNOWN[kind](p)
        for path, name in _found(p, pattern.split(".")):
            if name not in known:
                what = f"{path} names the {kind} {name!r}, which is not there"
                if kind == "person" and name in p["former"]:
                    what = f"{path} names {name!r}, who has left (former.{name})"
                yield Problem(line(path), what, nearest(str(name), known))


def _levels_lead_upwards(p: Raw, line: Line) -> Iterator[Problem]:
    """Each level is there once and leads to a higher one; only the last leads nowhere."""
    numbers = [level["number"] for level in p["levels"] if level["number"] is not None]
    for n, level in enumerate(p["levels"]):
        number, path = level["number"], f"levels.{n}"
        if number is None:
            continue
        if numbers.count(number) > 1:
            yield Problem(line(path), f"level {number} is there twice", "Give each level a number of its own")
        if level["escalates_to"] == () and number != max(numbers):
            what = f"level {number} escalates to nowhere"
            remedy = f"Name a higher level; only the last one, level {max(numbers)}, may lead nowhere"
            yield Problem(line(f"{path}.escalates_to"), what, remedy)
        for place, to in enumerate(level["escalates_to"] or ()):
            if to <= number:
                to_where = "itself" if to == number else f"level {to}"
                what = f"level {number} escalates to {to_where}, so a request could go round in circles"
                yield Problem(line(f"{path}.escalates_to.{place}"), what, "Name a higher level")


def _specialists_are_of_their_level(p: Raw, line: Line) -> Iterator[Problem]:
    """A level that has specialities has somebody of its own for each, and for all else."""
    for n, level in enumerate(p["levels"]):
        for name, person in level["specialities"].items():
            path = f"levels.{n}.specialities.{name}"
            if person in p["people"] and person not in (level["resources"] or (person,)):
                what = f"{path}: {person} is not a resource of level {level['number']}"
                yield Problem(line(path), what, nearest(person, level["resources"]))
        for name in level["speciality_words"] or ():
            if name not in level["specialities"]:
                path = f"levels.{n}.speciality_words.{name}"
                what = f"{path}: nobody at level {level['number']} is there for {name!r}"
                yield Problem(line(path), what, f"Add `{name}:` to its specialities, with one of its resources")
        if level["specialities"] and OTHER not in level["specialities"]:
            what = f"level {level['number']} has nobody for what is no speciality"
            yield Problem(line(f"levels.{n}.specialities"), what, f"Add `{OTHER}:` with one of its resources")


def _urgent_stays_below(p: Raw, line: Line) -> Iterator[Problem]:
    """Urgent at level 4 can't be represented."""
    if URGENT_NEVER_AT in (p["priorities"][Priority.URGENT]["levels"] or ()):
        what = f"urgent requests are allowed at level {URGENT_NEVER_AT}"
        yield Problem(line("priorities.urgent.levels"), what, "Take 4 out: all urgent requests are handled at level 3")


def _handled_where_it_may_be(p: Raw, line: Line) -> Iterator[Problem]:
    """The level to which a priority goes at once is one that may hold it."""
    for name, priority in p["priorities"].items():
        at, levels = priority["handled_at"], priority["levels"]
        if at is not None and levels is not None and at not in levels:
            path = f"priorities.{name}.handled_at"
            what = f"{path}: level {at} may not hold {name} requests"
            yield Problem(line(path), what, f"Name one of {', '.join(map(str, levels))}")


def _front_ends_take_everything(p: Raw, line: Line) -> Iterator[Problem]:
    """A request can come in with any priority, and an office's liaison sits at the office's front end."""
    resources = {level["number"]: level["resources"] or () for level in p["levels"]}
    doors = {("clients.front_end", p["clients"]["front_end"])}
    for name, office in p["offices"].items():
        doors.add((f"offices.{name}.front_end", office["front_end"]))
        liaison, level = office["liaison"], office["front_end"]
        if liaison in p["people"] and level in resources and liaison not in resources[level]:
            path = f"offices.{name}.liaison"
            what = f"{path}: {liaison} is not a resource of level {level}, the front end of this office"
            yield Problem(line(path), what, nearest(liaison, resources[level]))
    for path, level in doors:
        for name, priority in p["priorities"].items():
            if level in resources and level not in (priority["levels"] or (level,)):
                what = f"{path}: requests come in at level {level}, which may not hold {name} ones"
                yield Problem(line(path), what, f"Add {level} to priorities.{name}.levels")


def _response_times_fit(p: Raw, line: Line) -> Iterator[Problem]:
    """A level has a response time for exactly the priorities that it may hold."""
    for n, level in enumerate(p["levels"]):
        number, response = level["number"], level["response"]
        for name, priority in p["priorities"].items():
            if number is None or response is None or priority["levels"] is None:
                continue
            held, given = number in priority["levels"], name in response
            if given and not held:
                what = f"level {number} has a response time for {name} requests, which it may not hold"
                remedy = f"Delete it, or add {number} to priorities.{name}.levels"
                yield Problem(line(f"levels.{n}.response.{name}"), what, remedy)
            if held and not given:
                what = f"level {number} has no response time for {name} requests, which it may hold"
                yield Problem(line(f"levels.{n}.response"), what, f"Add `{name}: null` while it is to be decided")


def _same_day_is_within_hours(p: Raw, line: Line) -> Iterator[Problem]:
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
                    what = f"{path}: {at:%H:%M} is outside the hours of the calendar {calendar}"
                    yield Problem(line(path), what, f"Choose a time {choice}")


def _times_of(target: SameDay, hours: Sequence[Span]) -> Iterator[tuple[str, time, Sequence[Span]]]:
    """The times of a target that lie outside the hours, and where they may lie: the cut-off may be in a break."""
    if not hours:
        return
    day = (Span(hours[0].start, hours[-1].end),)
    for key, at, within in (("cutoff", target.cutoff, day), ("next_due", target.next_due, hours)):
        if at and not any(span.start < minute_of(at, hours) <= span.end for span in within):
            yield key, at, within


def _clients_have_a_calendar(p: Raw, line: Line) -> Iterator[Problem]:
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
            what = f"level {number} counts in the hours of the requester's office, and client companies have none"
            remedy = f"Use one of {', '.join(p['calendars'])}, or another front end for clients"
            yield Problem(line(f"levels.{n}.calendar"), what, remedy)


def _addresses_are_different(p: Raw, line: Line) -> Iterator[Problem]:
    """Whoever signs in by mail is one person."""
    seen: dict[str, str] = {}
    for name, person in p["people"].items():
        address = mailbox(person["address"] or "")
        if address in seen:
            path = f"people.{name}.address"
            what = f"{path}: {name} and {seen[address]} share the address {address}"
            yield Problem(line(path), what, "Give each an address of their own: it is what they sign in with")
        elif address:
            seen[address] = name


def _who_left_is_not_here(p: Raw, line: Line) -> Iterator[Problem]:
    """Somebody is here or has left, and an address tells one person from another in both lists together."""
    here = {mailbox(person["address"] or ""): name for name, person in p["people"].items()}
    for name, person in p["former"].items():
        address = mailbox(person["address"] or "")
        if name in p["people"]:
            what = f"former.{name}: {name} is also one of the people who are here"
            yield Problem(line(f"former.{name}"), what, "Delete one of the two, or give the new one another name")
        elif address and address in here:
            what = f"former.{name}.address: {address} is that of {here[address]} now"
            yield Problem(line(f"former.{name}.address"), what, "Delete it: what came from it counts as theirs then")


def _accounts_stand_for_one(p: Raw, line: Line) -> Iterator[Problem]:
    """An account behind a group mailbox is that of nobody else, or nobody could tell who held an issue."""
    owners: dict[str, set[str]] = {}
    for name, person in p["people"].items():
        for account in (person["mantis"] or "", *(person["mantis_accounts"] or ())):
            owners.setdefault(account.casefold(), set()).add(name)
    for name, person in p["people"].items():
        for place, account in enumerate(person["mantis_accounts"] or ()):
            path = f"people.{name}.mantis_accounts.{place}"
            others = sorted(owners[account.casefold()] - {name})
            if others:
                what = f"{path}: the account {account!r} stands for {others[0]}, too"
                yield Problem(line(path), what, "Let it stand for one of the two")
            elif account.casefold() == (person["mantis"] or "").casefold():
                what = f"{path}: {account!r} is people.{name}.mantis already"
                yield Problem(line(path), what, "Delete it: name here only the others")


def _quorum_can_be_reached(p: Raw, line: Line) -> Iterator[Problem]:
    quorum, members = p["board"]["quorum"], p["board"]["members"]
    if quorum and members is not None and quorum > len(members):
        what = f"board.quorum: {quorum} can't be reached by {len(members)} members"
        yield Problem(line("board.quorum"), what, f"Choose a number from 1 to {len(members)}, or add members")


def _marker_names_the_request(p: Raw, line: Line) -> Iterator[Problem]:
    marker = p["mantis"]["marker"]
    if marker and (marker.count("{id}") != 1 or set("{}") & set(marker.replace("{id}", ""))):
        what = f"mantis.marker: {marker!r} does not name the request"
        yield Problem(line("mantis.marker"), what, 'Put {id} into it, once and in no other braces, as "Specdesk {id}"')


def _projects_of_mantis_are_a_tree(p: Raw, line: Line) -> Iterator[Problem]:
    """The root stands above the parent, and the parent above the others."""
    mantis = p["mantis"]
    above = {"root": mantis["root"], "parent": mantis["parent"]}
    below = {"parent": mantis["parent"], **{f"projects.{name}": one for name, one in mantis["projects"].items()}}
    for upper, lower in itertools.product(above, below):
        if upper != lower and above[upper] and below[lower] and above[upper].casefold() == below[lower].casefold():
            what = f"mantis.{lower}: {below[lower]!r} is mantis.{upper}, too"
            yield Problem(line(f"mantis.{lower}"), what, "Name another project: one cannot stand in itself")


def _named_fields_are_filled(p: Raw, line: Line) -> Iterator[Problem]:
    """A name of the customer's is that of a field that we fill."""
    for name in p["mantis"]["field_names"]:
        if name not in p["mantis"]["fields"]:
            what = f"mantis.field_names.{name}: nothing fills a field {name!r}"
            yield Problem(line(f"mantis.field_names.{name}"), what, nearest(name, p["mantis"]["fields"]))


def _own_reason_is_there(p: Raw, line: Line) -> Iterator[Problem]:
    """The reason that Specdesk gives itself, for a request that is raised to urgent at level 4."""
    if p["escalation_reasons"] and NOT_THIS_LEVEL not in p["escalation_reasons"]:
        what = f"escalation_reasons has no {NOT_THIS_LEVEL!r}, which is given when a request is raised to urgent"
        yield Problem(line("escalation_reasons"), what, f"Add `{NOT_THIS_LEVEL}:` with its words")


def _words_of_ours_are_free(p: Raw, line: Line) -> Iterator[Problem]:
    """Two words stand for what has no entry, so no entry may be called so."""
    for part, word in (("offices", CLIENT), ("calendars", OFFICE_CALENDAR)):
        if word in p[part]:
            path = f"{part}.{word}"
            yield Problem(line(path), f"{path}: {word!r} has a meaning of its own here", "Choose another name")


CHECKS: tuple[Callable[[Raw, Line], Iterator[Problem]], ...] = (
    _references,
    _levels_lead_upwards,
    _specialists_are_of_their_level,
    _urgent_stays_below,
    _handled_where_it_may_be,
    _front_ends_take_everything,
    _response_times_fit,
    _same_day_is_within_hours,
    _clients_have_a_calendar,
    _addresses_are_different,
    _who_left_is_not_here,
    _accounts_stand_for_one,
    _quorum_can_be_reached,
    _marker_names_the_request,
    _projects_of_mantis_are_a_tree,
    _named_fields_are_filled,
    _own_reason_is_there,
    _words_of_ours_are_free,
)
