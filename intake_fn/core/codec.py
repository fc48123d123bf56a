"""Records to plain data and back, by the annotations of their fields. Pure.

Plain data is what JSON holds. What is stored may be damaged, or of a version that knows more; a field that holds
something else than its annotation says would make a page fail much later, so it is found here, when it is read.

| annotation                          | plain                                       |
|-------------------------------------|---------------------------------------------|
| str, int, bool, None                | the same                                    |
| datetime                            | ISO 8601 with its offset                    |
| an enumeration                      | its value                                   |
| tuple[X, ...]                       | a list                                      |
| Mapping[str, X]                     | an object                                   |
| Mapping[str, Any]                   | a verdict, as spec_lookup made it           |
| a dataclass                         | an object; members it does not know are left |
| X or Y                              | whichever fits                              |
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar, Union

Value = TypeVar("Value")

LEVELS = range(10)
"""The levels that a process may have; which it has is said by support.yml."""

CITED = ("clause", "title", "url", "quote", "stance")
"""The members that are shown of a clause that a verdict cites."""
VERDICT = ("category", "judge", "engine", "spec")
"""The members that are shown of a verdict, beside its confidence, citations and reasons."""


def to_plain(record: Any) -> dict[str, Any]:
    """The fields of a record as plain data."""
    plain: dict[str, Any] = asdict(record, dict_factory=_plain_members)
    return plain


def from_plain(kind: type[Value], plain: Mapping[str, Any], *, strict: bool = False) -> Value:
    """The record that `to_plain` wrote.

    Raises TypeError or ValueError for a field that does not hold what its annotation says, TypeError for one that is
    missing, and with `strict` for one that is unknown.
    """
    hints = _hints(kind)
    members = {name: value for name, value in plain.items() if strict or name in hints}
    return checked(kind(**{name: _read(hints.get(name), value, name) for name, value in members.items()}))


def checked(record: Value) -> Value:
    """The same record. Raises TypeError for a field that does not hold what its annotation says, and for no level."""
    for name, hint in _hints(type(record)).items():
        if not _holds(hint, getattr(record, name)):
            raise TypeError(f"{name} is no {_name(hint)}")
    if getattr(record, "level", 0) not in LEVELS:
        raise ValueError("there is no such level")
    return record


def is_verdict(value: Any) -> bool:
    """Whether it has all that pages, mails and Mantis show of a verdict."""
    return (
        isinstance(value, Mapping)
        and _texts(value, VERDICT)
        and _is_number(value.get("confidence"))
        and isinstance(value.get("citations"), list | tuple)
        and all(_is_cited(row) for row in value["citations"])
        and (value.get("counter") is None or _is_cited(value["counter"]))
        and isinstance(value.get("reasons"), list | tuple)
        and all(_is_reason(reason) for reason in value["reasons"])
    )


def _is_reason(value: Any) -> bool:
    """Whether it is a reason: a key with values, or a sentence of a former version."""
    if isinstance(value, str):
        return True
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("key"), str)
        and isinstance(value.get("values"), Mapping)
        and all(isinstance(text, str) for text in value["values"].values())
    )


_KNOWN: dict[Any, Mapping[str, Any]] = {}


def _hints(kind: type[Any]) -> Mapping[str, Any]:
    """The annotations of the fields of a class, resolved once for each."""
    known = _KNOWN.get(kind)
    if known is None:
        hints = typing.get_type_hints(kind)
        known = _KNOWN[kind] = {part.name: hints[part.name] for part in fields(kind)}
    return known


def _plain_members(members: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in members}


def _read(hint: Any, value: Any, name: str) -> Any:
    """A field's value from plain data; what is plain already is checked with the record."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return _read_one_of(parts, value, name)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise TypeError(f"{name} is no list")
        return tuple(_read(parts[0], item, name) for item in value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, Mapping):
            raise TypeError(f"{name} is no object")
        return from_plain(hint, value)
    return value


def _read_one_of(hints: tuple[Any, ...], value: Any, name: str) -> Any:
    if value is None and type(None) in hints:
        return None
    first = next(hint for hint in hints if hint is not type(None))
    return _read(first, value, name)


def _holds(hint: Any, value: Any) -> bool:
    """Whether a value is what an annotation says."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return any(_holds(part, value) for part in parts)
    if origin is tuple:
        return isinstance(value, tuple) and all(_holds(parts[0], item) for item in value)
    if hint == Mapping[str, Any]:
        return is_verdict(value)
    if origin is Mapping:
        return isinstance(value, Mapping) and all(
            _holds(parts[0], name) and _holds(parts[1], item) for name, item in value.items()
        )
    return _is_one(hint, value)


def _is_one(hint: type[Any], value: Any) -> bool:
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint is datetime:
        return isinstance(value, datetime) and value.utcoffset() is not None
    return isinstance(value, hint)


def _name(hint: Any) -> str:
    return getattr(hint, "__name__", str(hint))


def _is_cited(row: Any) -> bool:
    return isinstance(row, Mapping) and _texts(row, CITED)


def _texts(value: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return all(isinstance(value.get(name), str) for name in names)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
