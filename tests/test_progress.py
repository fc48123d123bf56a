"""A command that looks at every request says how far it is, and goes on where it broke off."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from intake_fn.commands import progress
from intake_fn.core.errors import Refused
from intake_fn.desk import figures
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from intake_fn.core.process import Process


@dataclass
class Row:
    """A request as far as it is counted."""

    id: str


ROWS = [Row(f"HD-{number}") for number in range(5)]


def made(path: Path | None) -> progress.Progress:
    """As a command makes it."""
    return progress.Progress(argparse.Namespace(progress=path), "compared")


def test_a_run_that_broke_off_goes_on_behind_what_is_done(tmp_path: Path) -> None:
    """What was being looked at is looked at again; at the end the file is gone, and it is said what was done before."""
    path = tmp_path / "done.txt"
    first = made(path).left(ROWS)
    assert ["HD-0", "HD-1", "HD-2"] == [next(first).id for _ in range(3)]
    first.close()  # at the third it breaks off
    again = made(path)

    assert ["HD-2", "HD-3", "HD-4"] == [row.id for row in again.left(ROWS)]
    assert ["2 more were compared by an earlier run, which said what it found."] == again.ended()
    assert {"before": 2} == again.plain()
    assert not path.exists()
    assert [] == made(path).ended()


def test_it_says_how_far_it_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On the error output, where no program reads the result."""
    monkeypatch.setattr(progress, "EACH", 2)
    assert ROWS == [*made(None).left(ROWS)]

    out, err = capsys.readouterr()
    assert ("", ["2 requests compared, the last one HD-1.", "4 requests compared, the last one HD-3."]) == (
        out,
        err.splitlines(),
    )


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    """Before anything is looked at."""
    with pytest.raises(Refused, match="cannot be read"):
        made(tmp_path)


def test_figures_are_counted_one_request_at_a_time_and_only_of_those_that_are_left(process: Process) -> None:
    """Whatever is left out was counted before."""
    room = Room(process)
    ids = [room.desk.take_in(request(), f"key-{number}").id for number in range(3)]

    def but_the_first(rows: Iterable[progress.Row]) -> Iterable[progress.Row]:
        return (row for row in rows if row.id != ids[0])

    assert 3 == figures.recompute(room.desk, fix=False).requests
    assert 2 == figures.recompute(room.desk, fix=False, left=but_the_first).requests
