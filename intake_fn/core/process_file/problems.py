"""A problem in support.yml, and the error that carries all of them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from intake_fn.core.errors import Broken

Raw = Mapping[str, Any]
"""The file as plain data; None stands for whatever was missing or misread."""

Line = Callable[[str], int]
"""The line of a path such as `levels.0.resources`."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A problem in the file, and what to do about it. Lines count from 1."""

    line: int
    message: str
    remedy: str


class ProcessError(Broken):
    """support.yml is not sound. `problems` holds all that was found, by line; its text has one a line."""

    def __init__(self, source: str, problems: Iterable[Problem]) -> None:
        self.source = source
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(f"{source}:{p.line}: {p.message}. {p.remedy}." for p in self.problems))


def nearest(name: str, known: Iterable[Any]) -> str:
    """What to do about a name that is not known: the nearest one, or all that there are."""
    names = [str(name) for name in known]
    near = difflib.get_close_matches(name, names, 1)
    return f"Write {near[0]!r} if you meant that" if near else f"Use one of {', '.join(names)}"
