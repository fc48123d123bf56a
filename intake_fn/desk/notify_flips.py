"""Telling requests of flips that people have acknowledged, once the spec is published."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import spec_lookup
from intake_fn.core.clause_changed import was_told
from intake_fn.core.drift_events import ClauseChanged
from intake_fn.core.errors import Refused
from intake_fn.core.lifecycle import TRANSITIONS
from intake_fn.core.names import SPECDESK
from intake_fn.core.vocabulary import Category

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.desk import Desk
    from spec_lookup import Flip


def refuse_unpublished(desk: Desk, stamp: str) -> None:
    """Raise Refused unless the spec of that stamp is the one that the desk reads."""
    published = desk.spec().stamp.content
    if published != stamp:
        raise Refused(
            f"The spec of --to ({stamp[:12]}) is not published: the desk reads {published[:12]}. "
            "Deploy its index first, or name the spec that is published."
        )


def notify(desk: Desk, flips: Iterable[Flip], stamp: str) -> list[str]:
    """Record each flip in its request, whose requester and handler are mailed; the requests that were told now.

    What a request was told before it is not told again. The sweep delivers notes and mails. Raises Stale, TryLater.
    """
    told = []
    for flip in flips:
        step = desk.change(flip.request, lambda case, flip=flip: _event(desk, case, flip, stamp))  # type: ignore[misc]
        if step.events:
            told.append(flip.request)
    return told


def _event(desk: Desk, case: Case, flip: Flip, stamp: str) -> ClauseChanged | None:
    """The event; None where the request was told before, or is where nobody is told of anything."""
    change = flip.change
    if ClauseChanged not in TRANSITIONS[case.status] or was_told(case, change.cite, change.hash):
        return None
    return ClauseChanged(
        at=desk.clock(),
        actor=SPECDESK,
        clause=change.cite,
        before=Category(flip.before),
        after=Category(flip.after),
        old=spec_lookup.whole_text(change.old) if change.old else "",
        new=spec_lookup.whole_text(change.new) if change.new else "",
        digest=change.hash,
        spec=stamp,
    )
