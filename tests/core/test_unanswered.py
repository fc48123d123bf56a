"""Unanswered: since when a requester waits for words of the Help Desk."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.desk_events import UpdateSent
from intake_fn.core.events import ActivityCompleted, AskedRequester, Event, Noted, Overruled, RequesterReplied, Resolved
from intake_fn.core.requester_events import Appealed
from intake_fn.core.steps import apply, take_in
from intake_fn.core.unanswered import unanswered_since
from intake_fn.core.vocabulary import Category
from tests.desk.test_story import request
from tests.fakes import MONDAY

if TYPE_CHECKING:
    from intake_fn.core.process import Process

OVERRULED = {"category": Category.BUG, "clause": ""}


@pytest.mark.parametrize(
    ("events", "since", "why"),
    [
        ([], 0, "nobody has written yet"),
        ([(Noted, {"text": "Seen."})], 0, "a note is for colleagues"),
        ([(AskedRequester, {"question": "Which?"})], None, "we wrote last"),
        ([(UpdateSent, {"text": "Soon."})], None, "an update is an answer"),
        ([(Overruled, {**OVERRULED, "reason": "So."})], None, "a decision says why"),
        ([(Overruled, {**OVERRULED, "reason": ""})], 0, "by one press, without a word"),
        ([(ActivityCompleted, {"activity": "x", "note": "Do.", "mailed": True})], None, "a workaround was mailed"),
        ([(ActivityCompleted, {"activity": "x", "note": "Done."})], 0, "an activity is for colleagues"),
        ([(AskedRequester, {"question": "Which?"}), (RequesterReplied, {"text": "That."})], 2, "they wrote last"),
        ([(UpdateSent, {"text": "Try."}), (RequesterReplied, {"text": "OK", "works": True})], None, "it works"),
        (
            [(UpdateSent, {"text": "So."}), (Appealed, {"text": "No."}), (RequesterReplied, {"text": "!"})],
            2,
            "the first",
        ),
        ([(Resolved, {"resolution": "Done."})], None, "it is done"),
    ],
)
def test_it_counts_from_the_first_word_of_theirs_after_the_last_of_ours(
    process: Process, events: list[tuple[type[Event], dict[str, Any]]], since: int | None, why: str
) -> None:
    """In minutes after the request came in; None for one that waits for nothing."""
    case = take_in("HD-1", request(), MONDAY, process).case
    for minute, (kind, said) in enumerate(events, 1):
        case = apply(case, kind(at=MONDAY + timedelta(minutes=minute), actor="paul@example.com", **said))

    assert (None if since is None else MONDAY + timedelta(minutes=since)) == unanswered_since(case), why
