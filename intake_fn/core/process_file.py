"""Reads support.yml: its text in, a whole Process out, or every problem with its line and remedy.

Each part of the file is read by a table of its keys (`_LEVEL`, `_PERSON` ...), whose rows say how a
value is read. What must hold between the parts stands in core/process_checks.py.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, time
from typing import Any

import yaml

from intake_fn.core.activities import SHOWN_BY
from intake_fn.core.addresses import ascii_host, fault_of
from intake_fn.core.case import Category, Status
from intake_fn.core.errors import Broken
from intake_fn.core.process import (
    RESOLUTIONS,
    Activity,
    AroundTheClock,
    Board,
    Calendar,
    IntakeLimits,
    Level,
    MailIdentity,
    MantisMap,
    Module,
    Office,
    Person,
    PriorityRule,
    Process,
    Product,
    QuarantineLimits,
    SameDay,
    Target,
    Usual,
    WorkingDayHours,
)
from intake_fn.core.process_checks import Problem, Raw, check, nearest
from intake_fn.core.request import Priority
from intake_fn.core.spans import DAY_MINUTES, Holiday, NoSpan, Span, of_a_day, overlap, shown, span_of, time_of

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class ProcessError(Broken):
    """support.yml is not sound. `problems` holds all that was found, by line; its text has one a line."""

    def __init__(self, source: str, problems: Iterable[Problem]) -> None:
        self.source = source
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(f"{source}:{p.line}: {p.what}. {p.remedy}." for p in self.problems))


def parse(text: str, source: str = "support.yml") -> Process:
    """The process that `text` describes. Raises ProcessError naming every problem, each by `source` and line."""
    file = _File()
    raw = file.record(_tree(text, source), "", _PROCESS)
    file.problems += check(raw, file.line)
    if file.problems:
        raise ProcessError(source, file.problems)
    return _process(raw)


def _tree(text: str, source: str) -> yaml.Node:
    """The file as nodes, which know their lines. Raises ProcessError for what is no YAML."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C where PyYAML was built with it
    try:
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = Problem(
            line, f"this is not YAML ({error.problem})", "Mend the indentation, the quotes or the brackets"
        )
        raise ProcessError(source, [problem]) from error
    except yaml.YAMLError as error:
        problem = Problem(1, "there are characters that YAML does not know", "Save the file as UTF-8 text")
        raise ProcessError(source, [problem]) from error
    if node is None:
        raise ProcessError(source, [Problem(1, "the file is empty", "Take it back from the last version")])
    return node


# --- how values are read ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a value is read: `read` gives it, or complains and gives `empty`, which also stands for a missing one."""

    read: Callable[[_File, yaml.Node, str], Any]
    empty: Any = None
    needed: bool = True


@dataclass
class _File:
    """What was found so far: problems, and the line of every path."""

    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    def line(self, path: str) -> int:
        """The line of a path; that of the nearest part around it when it is not there itself."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path, 1)

    def complain(self, node: yaml.Node, what: str, remedy: str) -> None:
        """Write down a problem at a node's line."""
        self.problems.append(Problem(node.start_mark.line + 1, what, remedy))

    def pairs(self, node: yaml.Node, path: str) -> Iterator[tuple[yaml.Node, str, str, yaml.Node]]:
        """Key node, name, path and value of everything in a mapping."""
        if not isinstance(node, yaml.MappingNode):
            self.complain(node, f"{path or 'the file'} has to be a mapping", "Write it as `name: value`, line by line")
            return
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            inside = f"{path}.{name}".lstrip(".")
            if name in seen:
                self.complain(key, f"{inside} is there twice", "Delete one of the two: only the last would count")
            seen.add(name)
            self.lines[inside] = key.start_mark.line + 1
            yield key, name, inside, value

    def record(self, node: yaml.Node, path: str, keys: Mapping[str, _Shape]) -> dict[str, Any]:
        """A mapping whose keys are fixed by a table."""
        found = {name: shape.empty for name, shape in keys.items()}
        missing = {name for name, shape in keys.items() if shape.needed}
        for key, name, inside, value in self.pairs(node, path):
            missing.discard(name)
            if name in keys:
                found[name] = keys[name].read(self, value, inside)
            else:
                self.complain(key, f"{inside} is an unknown key", nearest(name, keys))
        if isinstance(node, yaml.MappingNode):
            for name in sorted(missing):
                where = f"{path} has" if path else "there is"
                self.problems.append(Problem(self.line(path), f"{where} no {name!r}", f"Add `{name}:`"))
        return found


@dataclass(frozen=True, slots=True)
class _Kind:
    """A value on one line: its conversion from text (ValueError when it is none), its name, how to write it."""

    convert: Callable[[str], Any]
    name: str
    remedy: str


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and str(node.tag).endswith(":null")


def _scalar(kind: _Kind) -> _Shape:
    def read(file: _File, node: yaml.Node, path: str) -> Any:
        if not isinstance(node, yaml.ScalarNode) or _is_null(node):
            file.complain(node, f"{path} has to be {kind.name}", kind.remedy)
            return None
        try:
            return kind.convert(node.value)
        except ValueError:
            file.complain(node, f"{path}: {node.value!r} is not {kind.name}", kind.remedy)
            return None

    return _Shape(read)


def _optional(shape: _Shape, nothing: Any = None) -> _Shape:
    """The same, but the key may be missing or null."""
    return _Shape(lambda f, node, path: nothing if _is_null(node) else shape.read(f, node, path), nothing, needed=False)


def _record(keys: Mapping[str, _Shape]) -> _Shape:
    return _Shape(lambda f, node, path: f.record(node, path, keys), {name: shape.empty for name, shape in keys.items()})


def _list(shape: _Shape) -> _Shape:
    """A list, each value once. None when it is no list; what was misread is left out."""

    def read(file: _File, node: yaml.Node, path: str) -> tuple[Any, ...] | None:
        if not isinstance(node, yaml.SequenceNode):
            file.complain(node, f"{path} has to be a list", "Write it as [one, two]")
            return None
        rows: list[Any] = []
        for place, item in enumerate(node.value):
            file.lines[f"{path}.{place}"] = item.start_mark.line + 1
            row = shape.read(file, item, f"{path}.{place}")
            if isinstance(item, yaml.ScalarNode) and row in rows:
                file.complain(item, f"{path} names {item.value!r} twice", "Delete one of the two")
            elif row is not None:
                rows.append(row)
        return tuple(rows)

    return _Shape(read)


def _table(shape: _Shape, key_kind: _Kind) -> _Shape:
    """A mapping with free keys of one kind; what has no good key is left out."""

    def read(file: _File, node: yaml.Node, path: str) -> dict[Any, Any]:
        rows = {}
        for key, name, inside, value in file.pairs(node, path):
            try:
                rows[key_kind.convert(name)] = shape.read(file, value, inside)
            except ValueError:
                file.complain(key, f"{inside}: {name!r} is not {key_kind.name}", key_kind.remedy)
        return rows

    return _Shape(read, {})


def _filled(shape: _Shape) -> _Shape:
    """The same, but there has to be something in it."""

    def read(file: _File, node: yaml.Node, path: str) -> Any:
        if isinstance(node, yaml.CollectionNode) and not node.value:
            file.complain(node, f"{path} is empty", "Name at least one")
        return shape.read(file, node, path)

    return replace(shape, read=read)


# --- kinds of values -------------------------------------------------------------------------


def _text(text: str) -> str:
    if not text.strip() or not text.strip().isprintable():
        raise ValueError(text)
    return text.strip()


def _matching(pattern: str, text: str) -> str:
    if not re.fullmatch(pattern, text):
        raise ValueError(text)
    return text


def _one_of(known: Iterable[str], text: str) -> str:
    if text not in known:
        raise ValueError(text)
    return text


def _positive(text: str) -> int:
    return int(_matching(r"[1-9]\d{0,8}", text))


def _flag(text: str) -> bool:
    return _matching("true|false", text) == "true"


def _clock(text: str) -> time:
    return time.fromisoformat(_matching(r"[0-9]{2}:[0-9]{2}", text))


def _date(text: str) -> date:
    return date.fromisoformat(_matching(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text))


def _domain(text: str) -> str:
    if fault_of(f"someone@{text}"):
        raise ValueError(text)
    return ascii_host(text)


def _zone(text: str) -> str:
    try:
        return zoneinfo.ZoneInfo(text).key
    except (zoneinfo.ZoneInfoNotFoundError, OSError) as error:  # OSError: a folder of zones, such as "America"
        raise ValueError(text) from error


_ID = _Kind(lambda text: _matching(r"[a-z0-9]+(-[a-z0-9]+)*", text), "a name", "Use small letters, digits and hyphens")
_DATE = _Kind(_date, "a date", "Write it as 2026-12-25")
_PRIORITY_ID = _Kind(Priority, "a priority", f"Use {', '.join(Priority)}")

_TEXT = _scalar(_Kind(_text, "a line of text", "Write one line, in quotes if in doubt"))
_LEVEL_NUMBER = _scalar(_Kind(lambda text: int(_matching(r"\d", text)), "a level", "Write its number, such as 2"))
_COUNT = _scalar(_Kind(_positive, "a whole number above 0", "Write a number such as 2"))
_FLAG = _scalar(_Kind(_flag, "true or false", "Write true or false"))
_TIME = _scalar(_Kind(_clock, "a time of day", 'Write it as "13:00"'))
_ZONE = _scalar(_Kind(_zone, "a time zone", "Use an IANA name such as Europe/Paris"))
_WEEKDAY = _scalar(_Kind(WEEKDAYS.index, "a day of the week", f"Use {', '.join(WEEKDAYS)}"))
_CATEGORY = _scalar(_Kind(lambda text: Category(text).value, "a category", f"Use {', '.join(Category)}"))
_SHOWN_BY = _scalar(_Kind(lambda text: _one_of(SHOWN_BY, text), "an event that shows it", f"Use {', '.join(SHOWN_BY)}"))
_DOMAIN = _scalar(_Kind(_domain, "a mail domain", "Write company.com"))


def _part_of_day(convert: Callable[[str], Any], name: str, example: str) -> _Shape:
    """A time or a span, whose conversion tells what is wrong with it."""

    def read(file: _File, node: yaml.Node, path: str) -> Any:
        if not isinstance(node, yaml.ScalarNode) or _is_null(node):
            file.complain(node, f"{path} has to be {name}", f'Write it as "{example}"')
            return None
        try:
            return convert(node.value)
        except NoSpan as error:
            file.complain(node, f"{path}: {error.what}", error.remedy)
            return None

    return _Shape(read)


_SPAN = _part_of_day(span_of, "a span of the day", "09:00-18:00")
_UP_TO_MIDNIGHT = _part_of_day(time_of, "a time of day", "13:00")


def _read_hours(file: _File, node: yaml.Node, path: str) -> tuple[Span, ...] | None:
    """One span or a list of them, in their order."""
    if isinstance(node, yaml.SequenceNode):
        spans = of_a_day(_filled(_list(_SPAN)).read(file, node, path) or ())
    else:
        spans = [span for span in (_SPAN.read(file, node, path),) if span]
    if both := overlap(spans):
        what = f"{path}: {both[0]} and {both[1]} overlap"
        file.complain(node, what, "Let the one end when the other begins, or earlier; hours past midnight go on then")
    return tuple(spans) or None


def _read_holiday(file: _File, node: yaml.Node, path: str) -> Holiday | None:
    """The name of a day off; with `from` or `until` it is a part of the day."""
    if isinstance(node, yaml.ScalarNode):
        name = _TEXT.read(file, node, path)
        return Holiday(name) if name else None
    found = file.record(node, path, _HOLIDAY)
    start = 0 if found["from"] is None else found["from"]
    end = DAY_MINUTES if found["until"] is None else found["until"]
    if start >= end:
        what = f"{path}: the holiday begins at {shown(start)} and ends at {shown(end)}"
        file.complain(node, what, "Write the earlier time as `from`; one that goes past midnight is two, by date")
    return Holiday(found["name"], Span(start, end)) if found["name"] else None


def _read_address(file: _File, node: yaml.Node, path: str) -> str | None:
    address = _TEXT.read(file, node, path)
    if address is None or not (fault := fault_of(address)):
        return str(address) if address else None
    file.complain(
        node, f"{path}: {address!r} is not an e-mail address: {fault[0].lower()}{fault[1:-1]}", "Write name@company.com"
    )
    return None


def _read_target(file: _File, node: yaml.Node, path: str) -> Target | None:
    found = file.record(node, path, _TARGET)
    given = [name for name, value in found.items() if value is not None]
    if isinstance(node, yaml.MappingNode) and len(node.value) != 1:
        file.complain(node, f"{path} has to be one kind of target", f"Write {' or '.join(_TARGET)}, or null")
    if given == ["same_day"]:
        return SameDay(**found["same_day"])
    if given == ["hours"]:
        return AroundTheClock(found["hours"])
    return WorkingDayHours(found["working_day_hours"]) if given == ["working_day_hours"] else None


_ADDRESS = _Shape(_read_address)

# --- the keys of every part ------------------------------------------------------------------

_TARGET = {
    "same_day": _optional(_record({"cutoff": _TIME, "next_due": _TIME})),
    "working_day_hours": _optional(_COUNT),
    "hours": _optional(_COUNT),
}
_PRODUCT = {"name": _TEXT, "title": _TEXT, "about": _TEXT, "sample": _optional(_FLAG, nothing=False)}
_OFFICE = {
    "name": _TEXT,
    "zone": _ZONE,
    "calendar": _TEXT,
    "front_end": _LEVEL_NUMBER,
    "liaison": _optional(_TEXT, ""),
}
_HOLIDAYS_OF = {"country": _TEXT, "subdivision": _optional(_TEXT, ""), "language": _optional(_TEXT, "")}
_HOLIDAY = {"name": _TEXT, "from": _optional(_UP_TO_MIDNIGHT), "until": _optional(_UP_TO_MIDNIGHT)}
_CALENDAR = {
    "zone": _ZONE,
    "working_days": _filled(_list(_WEEKDAY)),
    "hours": _Shape(_read_hours),
    "holidays": _table(_Shape(_read_holiday), _DATE),
    "holidays_of": _optional(_record(_HOLIDAYS_OF)),
}
_PERSON = {
    "name": _TEXT,
    "role": _TEXT,
    "address": _ADDRESS,
    "mantis": _TEXT,
    "mantis_accounts": _optional(_list(_TEXT), ()),
}
_FORMER = {
    **_PERSON,
    "role": _optional(_TEXT, ""),
    "address": _optional(_ADDRESS, ""),
    "mantis": _optional(_TEXT, ""),
}
"""What is still known of somebody who has left: their line of `people` can stay as it was."""
_LEVEL = {
    "number": _LEVEL_NUMBER,
    "name": _TEXT,
    "front_end_for": _optional(_TEXT, ""),
    "resources": _filled(_list(_TEXT)),
    "specialities": replace(_table(_TEXT, _ID), needed=False),
    "speciality_words": replace(_table(_filled(_list(_TEXT)), _ID), needed=False),
    "calendar": _TEXT,
    "response": replace(_table(_optional(_Shape(_read_target)), _PRIORITY_ID), empty=None),
    "escalates_to": _list(_LEVEL_NUMBER),
    "notifies_on_completion": _optional(_LEVEL_NUMBER),
}
_ACTIVITY = {
    "name": _TEXT,
    "categories": _optional(_list(_CATEGORY), ()),
    "levels": _optional(_list(_LEVEL_NUMBER), ()),
    "shown_by": _optional(_SHOWN_BY, ""),
    "mails_requester": _optional(_FLAG, nothing=False),
}
_PRIORITY = {
    "name": _TEXT,
    "mantis": _TEXT,
    "levels": _filled(_list(_LEVEL_NUMBER)),
    "about": _TEXT,
    "handled_at": _optional(_LEVEL_NUMBER),
}
_MODULE = {"name": _TEXT, "owner": _TEXT, "speciality": _optional(_TEXT, ""), "spec": _list(_TEXT)}
_BOARD = {"name": _TEXT, "members": _filled(_list(_TEXT)), "quorum": _COUNT, "meets": _optional(_TEXT, "")}
_MANTIS = {
    "root": _optional(_TEXT, ""),
    "parent": _TEXT,
    "projects": _record({category.value: _TEXT for category in Category}),
    "category": _TEXT,
    "marker": _TEXT,
    "fields": _table(_TEXT, _Kind(_text, "a field", "Write the name of a Mantis field")),
    "field_names": replace(_table(_TEXT, _Kind(_text, "a field", "Write the name of a Mantis field")), needed=False),
    "status": _record({status.value: _TEXT for status in Status if not status.is_held_back}),
    "resolution": _optional(_record({name: _optional(_TEXT, ours) for name, ours in RESOLUTIONS.items()}), RESOLUTIONS),
    "max_file_mb": _COUNT,
}
_MAIL = {"from": _record({"name": _TEXT, "address": _ADDRESS}), "reply_to": _ADDRESS, "per_hour": _optional(_COUNT, 20)}
_USUAL = _record(dict.fromkeys((part.name for part in fields(Usual)), _COUNT))
_QUARANTINE = {
    "domains": _optional(_list(_DOMAIN), ()),
    "seconds": _optional(_COUNT, QuarantineLimits().seconds),
    "links": _optional(_COUNT, QuarantineLimits().links),
    "strangers": _optional(_USUAL),
    "known": _optional(_USUAL),
}
_INTAKE = {
    "files": _record({"count": _COUNT, "direct_mb": _COUNT, "posted_mb": _COUNT}),
    "text_characters": _COUNT,
    "status_link_days": _COUNT,
    "sign_in_minutes": _COUNT,
    "quarantine": _optional(_record(_QUARANTINE), None),
    "keep_originals": _optional(_FLAG, nothing=False),
}
_PROCESS = {
    "product": _record(_PRODUCT),
    "offices": _filled(_table(_record(_OFFICE), _ID)),
    "clients": _record({"name": _TEXT, "front_end": _LEVEL_NUMBER}),
    "calendars": _filled(_table(_record(_CALENDAR), _ID)),
    "people": _filled(_table(_record(_PERSON), _ID)),
    "admins": _filled(_list(_TEXT)),
    "former": replace(_table(_record(_FORMER), _ID), needed=False),
    "levels": replace(_filled(_list(_record(_LEVEL))), empty=()),
    "activities": _filled(_table(_record(_ACTIVITY), _ID)),
    "escalation_reasons": _filled(_table(_TEXT, _ID)),
    "priorities": _record({priority.value: _record(_PRIORITY) for priority in Priority}),
    "modules": _filled(_table(_record(_MODULE), _ID)),
    "board": _record(_BOARD),
    "mantis": _record(_MANTIS),
    "mail": _record(_MAIL),
    "intake": _record(_INTAKE),
}


# --- values ----------------------------------------------------------------------------------


def _process(p: Raw) -> Process:
    """The frozen values of a file in which nothing is wrong."""
    return Process(
        product=Product(**p["product"]),
        offices={name: Office(id=name, **row) for name, row in p["offices"].items()},
        client_front_end=p["clients"]["front_end"],
        client_name=p["clients"]["name"],
        calendars={name: _calendar(name, **row) for name, row in p["calendars"].items()},
        people={name: Person(id=name, **row) for name, row in p["people"].items()},
        former={name: Person(id=name, **row) for name, row in p["former"].items()},
        admins=p["admins"],
        levels={row["number"]: Level(**row) for row in sorted(p["levels"], key=lambda row: int(row["number"]))},
        activities={name: Activity(id=name, **row) for name, row in p["activities"].items()},
        escalation_reasons=p["escalation_reasons"],
        priorities={
            priority: PriorityRule(priority=priority, **p["priorities"][priority.value]) for priority in Priority
        },
        modules={name: Module(id=name, **row) for name, row in p["modules"].items()},
        board=Board(**p["board"]),
        mantis=MantisMap(**p["mantis"]),
        mail=MailIdentity(**p["mail"]["from"], reply_to=p["mail"]["reply_to"], per_hour=p["mail"]["per_hour"]),
        intake=_intake(**p["intake"]),
    )


def _calendar(
    name: str,
    *,
    working_days: tuple[int, ...],
    holidays_of: Mapping[str, str] | None,
    **row: Any,
) -> Calendar:
    of: Mapping[str, Any] = holidays_of or {}
    return Calendar(id=name, working_days=frozenset(working_days), **row, **of)


def _intake(*, files: Mapping[str, int], quarantine: Mapping[str, Any] | None, **row: Any) -> IntakeLimits:
    return IntakeLimits(
        files=files["count"],
        direct_mb=files["direct_mb"],
        posted_mb=files["posted_mb"],
        quarantine=_quarantine(**quarantine) if quarantine else QuarantineLimits(),
        **row,
    )


def _quarantine(
    *, domains: Iterable[str], seconds: int, links: int, **usual: Mapping[str, int] | None
) -> QuarantineLimits:
    bounds = {whose: Usual(**numbers) for whose, numbers in usual.items() if numbers}
    return QuarantineLimits(tuple(domains), seconds, links, **bounds)
