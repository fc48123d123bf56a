"""The check that every person, office, calendar and module that support.yml refers to is defined in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from intake_fn.core.process import OFFICE_CALENDAR
from intake_fn.core.process_file.problems import Line, Problem, Raw, nearest

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
    ("board.chair", "person"),
    ("board.deputies.*", "person"),
    ("board.owner_declines.*", "module"),
    ("board.calendar", "calendar"),
    ("admins.*", "person"),
)
"""Where the file names something that stands elsewhere in it."""

KNOWN: Mapping[str, Callable[[Raw], Collection[Any]]] = {
    "calendar": lambda p: p["calendars"],
    "calendar of a level": lambda p: (*p["calendars"], OFFICE_CALENDAR),
    "level": lambda p: [level["number"] for level in p["levels"] if level["number"] is not None],
    "module": lambda p: p["modules"],
    "person": lambda p: p["people"],
    "speciality": lambda p: {name for level in p["levels"] for name in level["specialities"]},
}
"""What there is to be named."""


def _matches(value: Any, pattern: list[str], path: str = "") -> Iterator[tuple[str, Any]]:
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
        yield from _matches(inner, rest, f"{path}.{key}".lstrip("."))


def references(p: Raw, line: Line) -> Iterator[Problem]:
    """The references to what is not defined."""
    for pattern, kind in REFERENCES:
        known = KNOWN[kind](p)
        for path, name in _matches(p, pattern.split(".")):
            if name not in known:
                message = f"{path} names the {kind} {name!r}, which is not there"
                if kind == "person" and name in p["former"]:
                    message = f"{path} names {name!r}, who has left (former.{name})"
                yield Problem(line(path), message, nearest(str(name), known))
