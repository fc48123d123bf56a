"""What the published spec says of approved changes is noted by itself: as proposed, otherwise, or no more.

The spec is published with its index, whose stamp says which one it is: each approved change is held against it once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.change_events import ClausePublished
from intake_fn.core.changes.clause_text import assessment_of, cite_of, published_since
from intake_fn.core.errors import Refused, Stale, TryLater, Unreadable
from intake_fn.core.names import SPECDESK
from intake_fn.desk.proposing import same
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.desk.needs import Deciding
    from spec_lookup import Spec

EVERY = timedelta(minutes=10)
"""How often it is looked whether another spec is published."""


@dataclass(slots=True)
class Looked:
    """When this process looked last, at which spec, and which changes it held against that one."""

    at: datetime | None = None
    stamp: str = ""
    cases: set[str] = field(default_factory=set)


def note(desk: Deciding, spec: Callable[[], Spec], looked: Looked) -> int:
    """Hold each approved change against the published spec once; how many cases noted something. Raises TryLater."""
    now = desk.clock()
    if looked.at is not None and now - looked.at < EVERY:
        return 0
    looked.at = now
    approved = desk.cases.approved()
    if not approved:
        return 0
    try:
        opened = spec()
    except SpecLookupError as error:
        log.warning("published_spec_unread", error=str(error))
        return 0
    looked.cases &= {*approved} if opened.stamp.content == looked.stamp else set()
    looked.stamp = opened.stamp.content
    return sum(_noted(desk, case_id, opened, looked) for case_id in approved if case_id not in looked.cases)


def _noted(desk: Deciding, case_id: str, spec: Spec, looked: Looked) -> bool:
    """Whether there was something to note; one case that cannot be changed is tried again, and stops nothing else."""

    def decide(case: Case) -> Event | None:
        return publication(case, spec, desk.clock())

    try:
        step = desk.change(case_id, decide)
    except (Stale, Refused, Unreadable) as error:
        log.warning("publication_unnoted", case=case_id, error=str(error))
        return False
    except TryLater:
        raise
    except Exception:  # whatever it is: the deliveries come after this
        log.exception("publication_failed", case=case_id)
        return False
    looked.cases.add(case_id)
    return bool(step.events)


def publication(case: Case, spec: Spec, now: datetime) -> ClausePublished | None:
    """The event by which an approved change learns how its clause is published; None when it knows."""
    event = assessment_of(case)
    if event is None or not case.stage.is_approved:
        return None
    cite = cite_of(event)
    clause = spec.clause(cite)
    text = clause.source if clause else ""
    before = published_since(case)
    if same(text, before.text if before else event.today):
        return None
    return ClausePublished(
        at=now,
        actor=SPECDESK,
        clause=cite,
        spec=spec.stamp.content,
        commit=spec.stamp.commit,
        text=text,
        as_proposed=same(text, event.proposed),
    )
