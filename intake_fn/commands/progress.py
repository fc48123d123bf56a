"""How far a command is that looks at every request: it says so, and goes on where it broke off."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from intake_fn.commands import text_of

if TYPE_CHECKING:
    import argparse

EACH = 500
"""Requests after which it is said how far a command is."""


class Known(Protocol):
    """What has the number of a request."""

    @property
    def id(self) -> str:
        """Such as HD-7K2M-9QXA."""
        ...


Row = TypeVar("Row", bound=Known)


def add(command: argparse.ArgumentParser) -> None:
    """Let a command go on where it broke off."""
    command.add_argument(
        "--progress",
        type=Path,
        metavar="FILE",
        help="keep in this file which requests are done; run again with it, the command goes on behind them",
    )


class Progress:
    """Counts what is done, says it on the error output, and keeps it in the file of `--progress`, if one is given."""

    def __init__(self, args: argparse.Namespace, what: str) -> None:
        """`what` says what is done with each, such as "compared". Raises Refused for a file that cannot be read."""
        self._what, self._path = what, args.progress
        self._before = {*text_of(self._path).split()} if self._path and self._path.exists() else set()
        self._done = 0

    @property
    def before(self) -> int:
        """How many an earlier run had done."""
        return len(self._before)

    def left(self, rows: Iterable[Row]) -> Generator[Row, None, None]:
        """Those that are not done yet; each is done when the next one is asked for."""
        for row in rows:
            if row.id in self._before:
                continue
            yield row
            self._done += 1
            if self._path:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(f"{row.id}\n")
            if self._done % EACH == 0:
                print(f"{self._done + self.before} requests {self._what}, the last one {row.id}.", file=sys.stderr)

    def ended(self) -> list[str]:
        """The file is no longer needed; what is to be said of an earlier run."""
        if self._path:
            self._path.unlink(missing_ok=True)
        if not self.before:
            return []
        return [f"{self.before} more were {self._what} by an earlier run, which said what it found."]

    def plain(self) -> dict[str, Any]:
        """The same as JSON."""
        return {"before": self.before} if self.before else {}
