"""Reads support.yml: its text in, a whole Process out, or every problem with its line and remedy.

First the shape: each part of the file is read by a table of its keys (`_LEVEL`, `_PERSON`, ...).
Then the sense: `CHECKS` holds the rules that tie the parts together, one small function each.
"""

from __future__ import annotations

import difflib
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import yaml

from intake_fn.core.errors import Broken
from intake_fn.core.process import (
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
    SameDay,
    Target,
    WorkingDayHours,
)
from intake_fn.core.request import Priority

URGENT_NEVER_AT = 4
"""Seed, Level 3: "All urgent issues must be handled at this level. high, medium, low could be escalated"."""

CATEGORIES = ("bug", "change", "misc", "undecided")
STATUSES = ("new", "open", "waiting", "resolved", "closed")
OFFICE_CALENDAR = "office"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in the file, and what to do about it. Lines count from 1."""

    line: int
    what: str
    remedy: str


class ProcessError(Broken):
    """support.yml is not sound. `problems` holds all that was found, by line."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(f"{source}:{p.line}: {p.what}. {p.remedy}." for p in self.problems))


def parse(text: str, source: str = "support.yml") -> Process:
    """The process that `text` describes. Raises ProcessError naming every problem."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        raise ProcessError(
            source, [Problem(line, f"this is not YAML ({error.problem})", "Mend the indentation or the quotes")]
        ) from error
    except yaml.YAMLError as error:
        raise ProcessError(source, [Problem(1, f"this is not YAML ({error})", "Save the file as UTF-8")]) from error
    if node is None:
        raise ProcessError(source, [Problem(1, "the file is empty", "Begin with the sample instance's support.yml")])
    file = _File()
    process = file.record(node, "support.yml", _PROCESS)
    if not file.problems:
        file.problems += [problem for check in CHECKS for problem in check(process, file.line)]
    if file.problems:
        raise ProcessError(source, file.problems)
    return _process(process)


# --- shape -----------------------------------------------------------------------------------

Read = Callable[["_File", yaml.Node, str], Any]
"""Turns a node into a value, or complains; the text is the path of the node, for messages and lines."""

NEEDED = object()
"""Stands for "no default": the key must be there."""


class _File:
    """Problems found so far, and the line of every path that was read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.lines: dict[str, int] = {}

    def line(self, path: str) -> int:
        """The line of a path; that of the nearest parent when it is not there itself."""
        while path not in self.lines and "." in path:
            path = path.rpartition(".")[0]
        return self.lines.get(path, 1)

    def complain(self, node: yaml.Node, what: str, remedy: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, what, remedy))

    def pairs(self, node: yaml.Node, path: str) -> Iterator[tuple[yaml.Node, str, yaml.Node]]:
        """Key node, key and value of a mapping, each key once."""
        if not isinstance(node, yaml.MappingNode):
            self.complain(node, f"{path} has to be a mapping (key: value)", f"Write {path} as `key: value` pairs")
            return
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                self.complain(key, f"{path} has the key {name!r} twice", "Delete one of the two")
            seen.add(name)
            yield key, name, value

    def record(self, node: yaml.Node, path: str, keys: Mapping[str, tuple[Read, Any]]) -> dict[str, Any]:
        """A mapping whose keys are fixed by a table: key -> (how to read it, its default or NEEDED)."""
        root = "" if path == "support.yml" else f"{path}."
        self.lines[path] = node.start_mark.line + 1
        found: dict[str, Any] = {}
        for key, name, value in self.pairs(node, path):
            if name not in keys:
                near = difflib.get_close_matches(name, keys, 1)
                remedy = f"Write {near[0]!r} if you meant that" if near else f"Known keys are {', '.join(keys)}"
                self.complain(key, f"unknown key {name!r} in {path}", remedy)
                continue
            self.lines[f"{root}{name}"] = value.start_mark.line + 1
            found[name] = keys[name][0](self, value, f"{root}{name}")
        for name, (_, default) in keys.items():
            if name not in found:
                if default is NEEDED and isinstance(node, yaml.MappingNode):
                    self.complain(node, f"{path} has no {name!r}", f"Add `{name}:`")
                found[name] = default
        return found


def _null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null")


def _text(file: _File, node: yaml.Node, path: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or _null(node) or not node.value.strip():
        file.complain(node, f"{path} has to be a text", "Write a text, in quotes if in doubt")
        return ""
    return str(node.value).strip()


def _optional(read: Read, nothing: Any) -> Read:
    return lambda file, node, path: nothing if _null(node) else read(file, node, path)


def _whole(file: _File, node: yaml.Node, path: str) -> int:
    try:
        number = int(node.value)
    except (TypeError, ValueError):
        number = -1
    if number < 0:
        file.complain(node, f"{path} has to be a whole number", "Write a number such as 2")
        return 0
    return number


def _flag(file: _File, node: yaml.Node, path: str) -> bool:
    if str(node.value).lower() not in ("true", "false"):
        file.complain(node, f"{path} has to be true or false", "Write true or false")
    return str(node.value).lower() == "true"


def _clock(file: _File, node: yaml.Node, path: str) -> time:
    try:
        return time.fromisoformat(str(node.value))
    except ValueError:
        file.complain(node, f"{path}: {node.value!r} is not a time of day", 'Write it as "13:00", in quotes')
        return time(0)


def _hours(file: _File, node: yaml.Node, path: str) -> tuple[time, time]:
    opens, dash, closes = str(node.value).partition("-")
    try:
        span = (time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip()))
    except ValueError:
        span = (time(0), time(0))
    if not dash or span[0] >= span[1]:
        file.complain(node, f"{path}: {node.value!r} is not a span of the day", 'Write it as "09:00-18:00", in quotes')
    return span


def _zone(file: _File, node: yaml.Node, path: str) -> str:
    try:
        zoneinfo.ZoneInfo(str(node.value))
    except (ValueError, zoneinfo.ZoneInfoNotFoundError):
        file.complain(node, f"{path}: there is no time zone {node.value!r}", "Use an IANA name such as Europe/Paris")
    return str(node.value)


def _weekday(file: _File, node: yaml.Node, path: str) -> int:
    if node.value not in WEEKDAYS:
        file.complain(node, f"{path}: {node.value!r} is not a day of the week", f"Use {', '.join(WEEKDAYS)}")
        return 0
    return WEEKDAYS.index(node.value)


def _list(read: Read) -> Read:
    def read_list(file: _File, node: yaml.Node, path: str) -> tuple[Any, ...]:
        if not isinstance(node, yaml.SequenceNode):
            file.complain(node, f"{path} has to be a list", "Write it as [one, two]")
            return ()
        rows = []
        for number, item in enumerate(node.value):
            file.lines[f"{path}.{number}"] = item.start_mark.line + 1
            rows.append(read(file, item, f"{path}.{number}"))
        return tuple(rows)

    return read_list


def _table(read: Read) -> Read:
    """A mapping with free keys, all read alike."""

    def read_table(file: _File, node: yaml.Node, path: str) -> dict[str, Any]:
        rows = {}
        for _, name, value in file.pairs(node, path):
            file.lines[f"{path}.{name}"] = value.start_mark.line + 1
            rows[name] = read(file, value, f"{path}.{name}")
        return rows

    return read_table


def _of(keys: Mapping[str, tuple[Read, Any]]) -> Read:
    return lambda file, node, path: file.record(node, path, keys)


def _exactly(names: tuple[str, ...]) -> Read:
    return _of(dict.fromkeys(names, (_text, NEEDED)))


def _holidays(file: _File, node: yaml.Node, path: str) -> dict[date, str]:
    days = {}
    for key, name, value in file.pairs(node, path):
        try:
            days[date.fromisoformat(name)] = _text(file, value, f"{path}.{name}")
        except ValueError:
            file.complain(key, f"{path}: {name!r} is not a date", "Write it as 2026-12-25")
    return days


def _target(file: _File, node: yaml.Node, path: str) -> Target | None:
    if _null(node):
        return None
    found = file.record(node, path, {"same_day": (_of(_SAME_DAY), None), "working_day_hours": (_whole, None)})
    given = [name for name, value in found.items() if value is not None]
    if len(given) != 1:
        file.complain(node, f"{path} needs exactly one kind of target", "Write same_day or working_day_hours, or null")
        return None
    if given == ["same_day"]:
        return SameDay(**found["same_day"])
    return WorkingDayHours(found["working_day_hours"])


_SAME_DAY = {"cutoff": (_clock, NEEDED), "next_due": (_clock, NEEDED)}
_PRODUCT = {"name": (_text, NEEDED), "title": (_text, NEEDED), "about": (_text, NEEDED), "sample": (_flag, False)}
_OFFICE = {
    "name": (_text, NEEDED),
    "zone": (_zone, NEEDED),
    "calendar": (_text, NEEDED),
    "front_end": (_whole, NEEDED),
    "liaison": (_text, ""),
}
_CALENDAR = {
    "zone": (_zone, NEEDED),
    "working_days": (_list(_weekday), NEEDED),
    "hours": (_hours, NEEDED),
    "holidays": (_holidays, NEEDED),
}
_PERSON = {"name": (_text, NEEDED), "role": (_text, NEEDED), "address": (_text, NEEDED), "mantis": (_text, NEEDED)}
_LEVEL = {
    "number": (_whole, NEEDED),
    "name": (_text, NEEDED),
    "front_end_for": (_text, ""),
    "resources": (_list(_text), NEEDED),
    "specialities": (_table(_text), {}),
    "calendar": (_text, NEEDED),
    "response": (_table(_target), NEEDED),
    "escalates_to": (_list(_whole), NEEDED),
    "notifies_on_completion": (_whole, None),
}
_PRIORITY = {
    "name": (_text, NEEDED),
    "mantis": (_text, NEEDED),
    "levels": (_list(_whole), NEEDED),
    "about": (_text, NEEDED),
}
_MODULE = {
    "name": (_text, NEEDED),
    "owner": (_text, NEEDED),
    "speciality": (_text, ""),
    "spec": (_list(_text), NEEDED),
}
_BOARD = {
    "name": (_text, NEEDED),
    "members": (_list(_text), NEEDED),
    "quorum": (_whole, NEEDED),
    "meets": (_optional(_text, ""), ""),
}
_MANTIS = {
    "parent": (_text, NEEDED),
    "projects": (_exactly(CATEGORIES), NEEDED),
    "category": (_text, NEEDED),
    "marker": (_text, NEEDED),
    "fields": (_table(_text), NEEDED),
    "status": (_exactly(STATUSES), NEEDED),
    "max_file_mb": (_whole, NEEDED),
}
_MAIL = {
    "from": (_of({"name": (_text, NEEDED), "address": (_text, NEEDED)}), NEEDED),
    "reply_to": (_text, NEEDED),
}
_INTAKE = {
    "files": (_of({"count": (_whole, NEEDED), "direct_mb": (_whole, NEEDED), "posted_mb": (_whole, NEEDED)}), NEEDED),
    "text_characters": (_whole, NEEDED),
    "status_link_days": (_whole, NEEDED),
    "sign_in_minutes": (_whole, NEEDED),
}
_PROCESS: Mapping[str, tuple[Read, Any]] = {
    "product": (_of(_PRODUCT), NEEDED),
    "offices": (_table(_of(_OFFICE)), NEEDED),
    "clients": (_of({"name": (_text, NEEDED), "front_end": (_whole, NEEDED)}), NEEDED),
    "calendars": (_table(_of(_CALENDAR)), NEEDED),
    "people": (_table(_of(_PERSON)), NEEDED),
    "levels": (_list(_of(_LEVEL)), NEEDED),
    "escalation_reasons": (_table(_text), NEEDED),
    "priorities": (_of({p.value: (_of(_PRIORITY), NEEDED) for p in Priority}), NEEDED),
    "modules": (_table(_of(_MODULE)), NEEDED),
    "board": (_of(_BOARD), NEEDED),
    "mantis": (_of(_MANTIS), NEEDED),
    "mail": (_of(_MAIL), NEEDED),
    "intake": (_of(_INTAKE), NEEDED),
}


# --- sense -----------------------------------------------------------------------------------

Raw = Mapping[str, Any]
Line = Callable[[str], int]


def _references(p: Raw, line: Line) -> Iterator[Problem]:
    """Every name that refers to something refers to something that is there."""
    numbers = {level["number"] for level in p["levels"]}
    specialities = {name for level in p["levels"] for name in level["specialities"]}
    people, calendars = p["people"], p["calendars"]
    for path, name, kind, known in (
        *((f"offices.{i}.calendar", o["calendar"], "calendar", calendars) for i, o in p["offices"].items()),
        *((f"offices.{i}.front_end", o["front_end"], "level", numbers) for i, o in p["offices"].items()),
        *((f"offices.{i}.liaison", o["liaison"], "person", people) for i, o in p["offices"].items() if o["liaison"]),
        ("clients.front_end", p["clients"]["front_end"], "level", numbers),
        *(
            (f"levels.{n}.resources", who, "person", people)
            for n, level in enumerate(p["levels"])
            for who in level["resources"]
        ),
        *(
            (f"levels.{n}.specialities.{what}", who, "resource of this level", level["resources"])
            for n, level in enumerate(p["levels"])
            for what, who in level["specialities"].items()
        ),
        *(
            (f"levels.{n}.calendar", level["calendar"], "calendar", {*calendars, OFFICE_CALENDAR})
            for n, level in enumerate(p["levels"])
        ),
        *(
            (f"levels.{n}.escalates_to", to, "level", numbers)
            for n, level in enumerate(p["levels"])
            for to in level["escalates_to"]
        ),
        *(
            (f"levels.{n}.notifies_on_completion", level["notifies_on_completion"], "level", numbers)
            for n, level in enumerate(p["levels"])
            if level["notifies_on_completion"] is not None
        ),
        *(
            (f"levels.{n}.response.{name}", name, "priority", {p.value for p in Priority})
            for n, level in enumerate(p["levels"])
            for name in level["response"]
        ),
        *(
            (f"priorities.{i}.levels", number, "level", numbers)
            for i, priority in p["priorities"].items()
            for number in priority["levels"]
        ),
        *((f"modules.{i}.owner", m["owner"], "person", people) for i, m in p["modules"].items()),
        *(
            (f"modules.{i}.speciality", m["speciality"], "speciality", specialities)
            for i, m in p["modules"].items()
            if m["speciality"]
        ),
        *(("board.members", who, "person", people) for who in p["board"]["members"]),
    ):
        if name not in known:
            known_names = ", ".join(map(str, known))
            yield Problem(
                line(path), f"{path} names the {kind} {name!r}, which is not there", f"Use one of {known_names}"
            )


def _levels(p: Raw, line: Line) -> Iterator[Problem]:
    """Each level is there once, has somebody, and leads upwards; only the last leads nowhere."""
    numbers = [level["number"] for level in p["levels"]]
    for n, level in enumerate(p["levels"]):
        number = level["number"]
        path = f"levels.{n}"
        if numbers.count(number) > 1:
            yield Problem(line(path), f"level {number} is there twice", "Give each level a number of its own")
        if not level["resources"]:
            yield Problem(line(f"{path}.resources"), f"level {number} has no resource", "Name who handles its requests")
        if not level["escalates_to"] and number != max(numbers):
            yield Problem(
                line(f"{path}.escalates_to"),
                f"level {number} escalates to nowhere",
                f"Name a higher level; only level {max(numbers)} may be the last",
            )
        for to in level["escalates_to"]:
            if to <= number:
                yield Problem(
                    line(f"{path}.escalates_to"), f"level {number} escalates to level {to}", "Escalation leads upwards"
                )


def _urgent(p: Raw, line: Line) -> Iterator[Problem]:
    """Urgent at level 4 cannot be represented; every priority is handled somewhere."""
    for name, priority in p["priorities"].items():
        if not priority["levels"]:
            yield Problem(line(f"priorities.{name}.levels"), f"no level may hold {name} requests", "Name its levels")
    if URGENT_NEVER_AT in p["priorities"][Priority.URGENT.value]["levels"]:
        yield Problem(
            line("priorities.urgent.levels"),
            f"urgent requests are allowed at level {URGENT_NEVER_AT}",
            "All urgent requests are handled at level 3: take 4 out",
        )
    for n, level in enumerate(p["levels"]):
        for name in level["response"]:
            if name in p["priorities"] and level["number"] not in p["priorities"][name]["levels"]:
                yield Problem(
                    line(f"levels.{n}.response.{name}"),
                    f"level {level['number']} has a response time for {name}, which it may not hold",
                    f"Delete the line, or allow the level under priorities.{name}.levels",
                )
        for name, priority in p["priorities"].items():
            if level["number"] in priority["levels"] and name not in level["response"]:
                yield Problem(
                    line(f"levels.{n}.response"),
                    f"level {level['number']} has no response time for {name}",
                    f"Add `{name}: null` while it is to be decided",
                )


def _addresses(p: Raw, line: Line) -> Iterator[Problem]:
    """Whoever signs in by mail is one person."""
    seen: dict[str, str] = {}
    for name, person in p["people"].items():
        address = person["address"].lower()
        if "@" not in address:
            yield Problem(
                line(f"people.{name}.address"), f"{address!r} is not an e-mail address", "Write name@company.com"
            )
        if address in seen:
            yield Problem(
                line(f"people.{name}.address"), f"{name} and {seen[address]} share an address", "Give each their own"
            )
        seen[address] = name


def _the_rest(p: Raw, line: Line) -> Iterator[Problem]:
    """Rules that stand alone."""
    board = p["board"]
    if not 0 < board["quorum"] <= len(board["members"]):
        yield Problem(
            line("board.quorum"),
            f"a quorum of {board['quorum']} can't be reached with {len(board['members'])} members",
            "Choose a number between 1 and the number of members",
        )
    if "{id}" not in p["mantis"]["marker"]:
        yield Problem(line("mantis.marker"), "the marker doesn't name the request", "Put {id} into it")
    for name in ("modules", "people", "offices", "calendars", "escalation_reasons"):
        if not p[name]:
            yield Problem(line(name), f"{name} is empty", "Add at least one")
    for name, office in p["offices"].items():
        level = next((row for row in p["levels"] if row["number"] == office["front_end"]), None)
        if level and office["liaison"] and office["liaison"] not in level["resources"]:
            yield Problem(
                line(f"offices.{name}.liaison"),
                f"{office['liaison']} is not a resource of level {office['front_end']}",
                f"Add it to the level's resources, or name one of {', '.join(level['resources'])}",
            )
    for name, calendar in p["calendars"].items():
        if not calendar["working_days"]:
            yield Problem(line(f"calendars.{name}.working_days"), f"{name} has no working day", "Name at least one")


CHECKS: tuple[Callable[[Raw, Line], Iterator[Problem]], ...] = (_references, _levels, _urgent, _addresses, _the_rest)


# --- values ----------------------------------------------------------------------------------


def _process(p: Raw) -> Process:
    return Process(
        product=Product(**p["product"]),
        offices={i: Office(id=i, **row) for i, row in p["offices"].items()},
        client_front_end=p["clients"]["front_end"],
        client_name=p["clients"]["name"],
        calendars={i: _calendar(i, row) for i, row in p["calendars"].items()},
        people={i: Person(id=i, **row) for i, row in p["people"].items()},
        levels={row["number"]: _level(row) for row in p["levels"]},
        escalation_reasons=p["escalation_reasons"],
        priorities={Priority(i): PriorityRule(priority=Priority(i), **row) for i, row in p["priorities"].items()},
        modules={i: Module(id=i, **row) for i, row in p["modules"].items()},
        board=Board(**p["board"]),
        mantis=MantisMap(**p["mantis"]),
        mail=MailIdentity(
            name=p["mail"]["from"]["name"], address=p["mail"]["from"]["address"], reply_to=p["mail"]["reply_to"]
        ),
        intake=IntakeLimits(
            files=p["intake"]["files"]["count"],
            direct_mb=p["intake"]["files"]["direct_mb"],
            posted_mb=p["intake"]["files"]["posted_mb"],
            text_characters=p["intake"]["text_characters"],
            status_link_days=p["intake"]["status_link_days"],
            sign_in_minutes=p["intake"]["sign_in_minutes"],
        ),
    )


def _calendar(name: str, row: Raw) -> Calendar:
    opens, closes = row["hours"]
    return Calendar(name, row["zone"], frozenset(row["working_days"]), opens, closes, row["holidays"])


def _level(row: Raw) -> Level:
    return Level(**{**row, "response": {Priority(name): target for name, target in row["response"].items()}})
