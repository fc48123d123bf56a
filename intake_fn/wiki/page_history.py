"""When the pages of the spec were changed last, and whether they have changed since the latest version, as git has it.

Nothing is said that git cannot show: without a repository or its history, and of a page that differs from what is
committed, there is no date.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date
from functools import lru_cache
from pathlib import Path

from intake_fn.core.lazy_dataclass import dataclass

_DAY = "day "


@dataclass(frozen=True, slots=True)
class History:
    """What git has about the pages of a folder, by their paths within it."""

    days: Mapping[str, date] = field(default_factory=dict)
    """The day of the last commit of each page."""

    version: str = ""
    """The latest version whose commit is there; "" for none."""

    changed: frozenset[str] = frozenset()
    """Pages that differ from those of that version."""

    def told(self, path: str) -> list[str]:
        """The history of a page, in sentences without a full stop."""
        said = []
        if day := self.days.get(path):
            said.append(f"Last changed on {day.day} {day:%B %Y}")
        if self.version:
            said.append(f"{'Changed since' if path in self.changed else 'As in'} version {self.version}")
        return said


@lru_cache(maxsize=4)
def history(folder: Path, versions: Sequence[tuple[str, str]] = ()) -> History:
    """The history of a folder of pages. `versions` are names with their commits, the earliest first."""
    if _git(folder, "rev-parse", "--is-shallow-repository") != "false":
        return History()
    log = _git(folder, "log", "--relative", f"--format={_DAY}%cs", "--name-only", "--", ".") or ""
    days = _days(log.splitlines())
    differing = _git(folder, "diff", "--relative", "--name-only", "HEAD", "--", ".") or ""
    for path in differing.splitlines():
        days.pop(path, None)
    for name, commit in reversed(versions):
        changed = _git(folder, "diff", "--relative", "--name-only", commit, "--", ".")
        if changed is not None:
            return History(days, name, frozenset(changed.splitlines()))
    return History(days)


def _days(lines: Iterable[str]) -> dict[str, date]:
    """The first day of each path: git's log begins with the latest commit."""
    days: dict[str, date] = {}
    day = date.min
    for line in lines:
        if line.startswith(_DAY):
            day = date.fromisoformat(line.removeprefix(_DAY))
        elif line:
            days.setdefault(line, day)
    return days


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints, without white space around it; None where it can't, or is not installed."""
    command = ["git", "-c", "core.quotePath=false", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
