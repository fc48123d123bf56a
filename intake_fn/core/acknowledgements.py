"""Flips that people have looked at: a small text file that is reviewed as code is. Pure.

A line for each request and clause: the request, the clause, the hash of the clause as it reads now, and what was done
about it. Empty lines and those that begin with # say nothing.

    HD-7K3M-Q9TZ  quotes#validity  3f2a9c1b7d4e  The client knows since 3 May.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import spec_lookup
from intake_fn.core.errors import Refused
from intake_fn.core.lazy_dataclass import dataclass

MEMBERS = 3
"""What a line has before its note."""

Key = tuple[str, str, str]
"""Request, clause, and the hash of the clause."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A line of the file; `note` is "" if nothing stands behind the hash."""

    key: Key
    note: str
    line: int

    def __str__(self) -> str:
        """The acknowledgement as it is written."""
        return "  ".join((*self.key, *filter(None, (self.note,))))


def acknowledged(text: str, name: str) -> Mapping[Key, Acknowledgement]:
    """The lines of a file, by what they acknowledge. Raises Refused naming each line that is wrong."""
    lines, problems = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        request, clause, digest, note = (*line.split(maxsplit=MEMBERS), "", "", "", "")[: MEMBERS + 1]
        if "#" not in clause or not re.fullmatch(rf"[0-9a-f]{{{spec_lookup.HASH_LENGTH}}}|{spec_lookup.GONE}", digest):
            problems.append(f"{name}:{number}: {line.strip()!r}")
            continue
        key = (request, clause, digest)
        lines[key] = Acknowledgement(key, note.strip(), number)
    if problems:
        raise Refused(
            f"A line is written as `REQUEST page#anchor HASH note`, with the {spec_lookup.HASH_LENGTH} digits that "
            f"`specdesk drift` prints, or {spec_lookup.GONE!r}. This is not: {'; '.join(problems)}."
        )
    return lines


def stale(lines: Mapping[Key, Acknowledgement], flips: Collection[Key]) -> list[Acknowledgement]:
    """The lines that acknowledge nothing that flips now."""
    return [line for key, line in lines.items() if key not in flips]
