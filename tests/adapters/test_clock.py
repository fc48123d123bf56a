"""The time and new request numbers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from intake_fn.adapters.clock import new_id, now, shifted
from sandbox.aws import SandboxError
from sandbox.clock import shift

if TYPE_CHECKING:
    from pathlib import Path


def test_now_is_aware_and_in_utc() -> None:
    """No naive instant enters the application."""
    assert now().utcoffset() == timedelta(0)
    assert abs(now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_sandboxs_clock_can_be_turned_while_it_runs(tmp_path: Path) -> None:
    """Shifts add up, and are taken back."""
    path = tmp_path / "state" / "clock"
    clock, seen = shifted(path), []
    for words in ("+26h", "+90min", "-1d", "reset"):
        shift(path, words)
        seen.append(round((clock() - datetime.now(UTC)) / timedelta(minutes=1)))

    assert [26 * 60, 27 * 60 + 30, 3 * 60 + 30, 0] == seen


@pytest.mark.parametrize("words", ["26h", "+h", "+26", "+26 h", "tomorrow", ""])
def test_what_is_no_shift_is_refused_with_an_example(tmp_path: Path, words: str) -> None:
    """And the clock stays as it was."""
    with pytest.raises(SandboxError, match=r"\+26h"):
        shift(tmp_path / "clock", words)
    assert [] == [*tmp_path.iterdir()]


def test_ids_can_be_read_aloud_and_do_not_repeat() -> None:
    """HD-XXXX-XXXX without I, L, O and U, drawn at random."""
    drawn = {new_id() for _ in range(2000)}

    assert len(drawn) == 2000
    assert all(re.fullmatch(r"HD-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", each) for each in drawn)
    assert len({each[3] for each in drawn}) == 32
