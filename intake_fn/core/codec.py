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
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union

from intake_fn.core.lazy_dataclass import dataclass

Value = TypeVar("Value")

Reader = Callable[[Any, str], Any]
"""From plain data, and the name of its field, to the value."""

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
    known = _fields(kind)
    members = {name: value for name, value in plain.items() if strict or name in known}
    return checked(kind(**{name: _value(known.get(name), name, value) for name, value in members.items()}))


def checked(record: Value) -> Value:
    """The record itself. Raises TypeError for a field of a wrong type, ValueError for a level that does not exist."""
    for field in _fields(type(record)).values():
        if not field.holds(getattr(record, field.name)):
            raise TypeError(f"{field.name} is no {_name(field.hint)}")
    if getattr(record, "level", 0) not in LEVELS:
        raise ValueError("there is no such level")
    return record


def _value(field: _Field | None, name: str, value: Any) -> Any:
    """A field's value from plain data; what is unknown stays, and the record refuses it."""
    return field.read(value, name) if field and field.read else value


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


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a record, by its annotation."""

    name: str
    hint: Any
    read: Reader | None
    """From plain data to its value; None where plain data is the value."""
    holds: Callable[[Any], bool]
    """Whether a value is what the annotation says."""


_KNOWN: dict[Any, Mapping[str, _Field]] = {}


def _fields(kind: type[Any]) -> Mapping[str, _Field]:
    """The fields of a class by name; each annotation is looked at once, not with every record."""
    known = _KNOWN.get(kind)
    if known is None:
        all_hints = typing.get_type_hints(kind)
        hints = {part.name: all_hints[part.name] for part in fields(kind)}
        known = {name: _Field(name, hint, _reader(hint), _holder(hint)) for name, hint in hints.items()}
        _KNOWN[kind] = known
    return known


def _plain_members(members: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in members}


@cache
def _reader(hint: Any) -> Reader | None:
    """How a value of that annotation is read; None for what is plain already, which is checked with the record."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        first = _reader(next(part for part in parts if part is not type(None)))
        return _optional(first) if first and type(None) in parts else first
    if origin is tuple:
        return _list_of(_reader(parts[0]))
    if hint is datetime:
        return lambda value, _: datetime.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value, _: hint(value)
    if isinstance(hint, type) and is_dataclass(hint):
        return _object_of(hint)
    return None


def _optional(read: Reader) -> Reader:
    return lambda value, name: None if value is None else read(value, name)


def _list_of(read: Reader | None) -> Reader:
    def items(value: Any, name: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise TypeError(f"{name} is no list")
        return tuple(read(item, name) for item in value) if read else tuple(value)

    return items


def _object_of(kind: type[Any]) -> Reader:
    def record(value: Any, name: str) -> Any:
        if not isinstance(value, Mapping):
            raise TypeError(f"{name} is no object")
        return from_plain(kind, value)

    return record


_ONE_OF: Mapping[Any, Callable[[Any], bool]] = {
    int: lambda value: isinstance(value, int) and not isinstance(value, bool),
    datetime: lambda value: isinstance(value, datetime) and value.utcoffset() is not None,
}


@cache
def _holder(hint: Any) -> Callable[[Any], bool]:
    """Tells of a value whether it is what an annotation says."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        any_of = tuple(_holder(part) for part in parts)
        return lambda value: any(holds(value) for holds in any_of)
    if origin is tuple:
        each = _holder(parts[0])
        return lambda value: isinstance(value, tuple) and all(each(item) for item in value)
    if hint == Mapping[str, Any]:
        return is_verdict
    if origin is Mapping:
        key, member = _holder(parts[0]), _holder(parts[1])
        return lambda value: (
            isinstance(value, Mapping) and all(key(name) and member(item) for name, item in value.items())
        )
    return _ONE_OF.get(hint) or (lambda value: isinstance(value, hint))


def _name(hint: Any) -> str:
    return getattr(hint, "__name__", str(hint))


def _is_cited(row: Any) -> bool:
    return isinstance(row, Mapping) and _texts(row, CITED)


def _texts(value: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return all(isinstance(value.get(name), str) for name in names)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
