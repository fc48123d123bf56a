"""What the wiki says of the requests of a clause, from the counts that `specdesk silence --counts FILE` wrote.

    {"at": "2026-11-27", "requests": 812, "clauses": {"quotes#validity": {"bugs": 2, "changes": 1, ...}}}

Only counts are published: no request, and nobody who sent one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

COUNTS = ("bugs", "changes", "overridden", "open")


def figures(path: Path) -> Mapping[str, str]:
    """A line for each clause that has figures, by its citation.

    Raises OSError for a file that is not there, ValueError, with what is wrong, for one that is no such file.
    """
    told = json.loads(path.read_text(encoding="utf-8"))
    try:
        made = date.fromisoformat(told["at"])
        clauses = {cite: _line(counts, made) for cite, counts in told["clauses"].items()}
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ValueError(f"it is no file of `specdesk silence --counts` ({error!r})") from error
    return {cite: line for cite, line in clauses.items() if line}


def _line(counts: Mapping[str, Any], made: date) -> str:
    """The figures of a clause in words; "" for one without any."""
    numbers = {name: int(counts[name]) for name in COUNTS}
    age = counts["oldest_days"]
    said = " · ".join(_said(numbers, None if age is None else int(age)))
    return f"{said} ({made:%-d %b %Y})" if said else ""


def _said(numbers: Mapping[str, int], age: int | None) -> Iterator[str]:
    yield from _counted(numbers["bugs"], "bug", "bugs")
    yield from _counted(numbers["changes"], "change", "changes")
    yield from _counted(numbers["overridden"], "verdict overridden", "verdicts overridden")
    if numbers["open"] and age is not None:
        yield f"{numbers['open']} open, the oldest for {age} {'day' if age == 1 else 'days'}"


def _counted(number: int, one: str, several: str) -> Iterator[str]:
    if number:
        yield f"{number} {one if number == 1 else several}"
