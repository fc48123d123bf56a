"""The time and new request numbers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from intake_fn.adapters.clock import new_id, now


def test_now_is_aware_and_in_utc() -> None:
    """No naive instant enters the house."""
    assert now().utcoffset() == timedelta(0)
    assert abs(now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_ids_can_be_read_aloud_and_do_not_repeat() -> None:
    """HD-XXXX-XXXX without I, L, O and U, drawn at random."""
    drawn = {new_id() for _ in range(2000)}

    assert len(drawn) == 2000
    assert all(re.fullmatch(r"HD-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", each) for each in drawn)
    assert len({each[3] for each in drawn}) == 32
