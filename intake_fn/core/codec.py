"""What the fields of stored events and intents have to hold, by their annotations.

What is stored may be damaged, or of a version that knows more. A field that holds something else than it says would
make a page fail much later, so it is found when it is read: the entry is then an unknown one (core/case.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

Value = TypeVar("Value")

LEVELS = range(10)
"""The levels that a process may have; which it has is said by support.yml."""

CITED = ("clause", "title", "url", "quote", "stance")
"""What is shown of a clause that a verdict cites."""
SAID = ("category", "judge", "engine", "spec")
"""What is shown of a verdict, beside its confidence, citations and reasons."""


def checked(value: Value) -> Value:
    """The same value. Raises TypeError where a field holds something else than it says."""
    for one in fields(value):  # type: ignore[arg-type]  # a dataclass
        holds = HOLDS.get(str(one.type))
        if holds is not None and not holds(getattr(value, one.name)):
            raise TypeError(f"{one.name} is no {one.type}")
    if getattr(value, "level", 0) not in LEVELS:
        raise ValueError("there is no such level")
    return value


def listed(value: Any) -> tuple[Any, ...]:
    """A list as it is stored. Raises TypeError for anything else, such as a text, which has parts, too."""
    if not isinstance(value, list | tuple):
        raise TypeError("no list stands where one must be")
    return tuple(value)


def is_verdict(value: Any) -> bool:
    """Whether it has all that pages, mails and Mantis show of a verdict."""
    return (
        isinstance(value, Mapping)
        and _texts(value, SAID)
        and _is_number(value.get("confidence"))
        and isinstance(value.get("citations"), list | tuple)
        and all(_is_cited(row) for row in value["citations"])
        and (value.get("counter") is None or _is_cited(value["counter"]))
        and isinstance(value.get("reasons"), list | tuple)
        and all(isinstance(reason, str) for reason in value["reasons"])
    )


def _is_cited(row: Any) -> bool:
    return isinstance(row, Mapping) and _texts(row, CITED)


def _texts(value: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return all(isinstance(value.get(name), str) for name in names)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_instant(value: Any) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is not None


def _are_texts(value: Any) -> bool:
    return isinstance(value, tuple) and all(map(_is_text, value))


def _are_texts_by_name(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_text, [*value, *value.values()]))


def _or_none(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or holds(value)


HOLDS: Mapping[str, Callable[[Any], bool]] = {
    "str": _is_text,
    "int": _is_whole,
    "int | None": _or_none(_is_whole),
    "bool": _is_flag,
    "bool | None": _or_none(_is_flag),
    "datetime": _is_instant,
    "datetime | None": _or_none(_is_instant),
    "tuple[str, ...]": _are_texts,
    "Mapping[str, str]": _are_texts_by_name,
    "Mapping[str, Any]": is_verdict,
}
"""By annotation, whether a field holds what it says; enumerations and what stands in a field are read by themselves."""
