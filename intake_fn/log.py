"""The log: what happened, by a name that does not change, with its values.

    from intake_fn import log
    log.warning("delivery_postponed", case="HD-7K2M-9QXC", error=str(error))

`adapters/logs.py` writes the lines, without secrets and people's data. What is bound to the context, such as the id of
the call, is in every line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

Write = Callable[[Mapping[str, Any]], None]
"""Writes a line: `event` and `level`, then the values, with an exception under `exc_info`."""


def _plainly(line: Mapping[str, Any]) -> None:
    """Before anybody said how lines are written: the name alone holds nothing of anybody's."""
    sys.stderr.write(f"{line['level']}: {line['event']}\n")


class _InUse:
    """How lines are written: one way for a process."""

    write: Write = staticmethod(_plainly)


_bound: ContextVar[Mapping[str, Any]] = ContextVar("bound", default=MappingProxyType({}))


def info(event: str, **values: Any) -> None:
    """What goes as it should."""
    _InUse.write({"event": event, "level": "info", **values})


def warning(event: str, **values: Any) -> None:
    """What is tried again, or was put right."""
    _InUse.write({"event": event, "level": "warning", **values})


def error(event: str, **values: Any) -> None:
    """What somebody has to look at."""
    _InUse.write({"event": event, "level": "error", **values})


def exception(event: str, **values: Any) -> None:
    """Log an error with the exception that is being handled."""
    _InUse.write({"event": event, "level": "error", "exc_info": sys.exc_info()[1], **values})


@contextmanager
def bound(**values: Any) -> Iterator[None]:
    """Have these values in every line that is written meanwhile, in this thread."""
    before = _bound.set({**_bound.get(), **values})
    try:
        yield
    finally:
        _bound.reset(before)


def bound_values() -> Mapping[str, Any]:
    """What is bound now."""
    return _bound.get()


def write_by(write: Write) -> Write:
    """Write lines in this way from now on; the way that it was until now."""
    before, _InUse.write = _InUse.write, write
    return before


@contextmanager
def captured() -> Iterator[list[Mapping[str, Any]]]:
    """The lines of a while, for a test: none of them is written."""
    lines: list[Mapping[str, Any]] = []
    before = write_by(lines.append)
    try:
        yield lines
    finally:
        write_by(before)
