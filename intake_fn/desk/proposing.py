"""The owner's assessment is made on the spec as it stands: today's clause, and whether it has changed since."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from intake_fn.core.changes.clause_text import ClauseText, assessment_of, cite_of
from intake_fn.core.changes.patch import PageText, patch
from intake_fn.core.changes.word_diff import Piece, clause_diff, flowed
from intake_fn.core.errors import Refused
from intake_fn.core.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.change_events import ChangeAssessed
    from spec_lookup import Spec


class Standing(StrEnum):
    """How the published clause stands to an assessment."""

    AS_ASSESSED = "as-assessed"
    CHANGED = "changed"
    """The clause reads otherwise than when it was assessed, and not as proposed."""
    GONE = "gone"
    PUBLISHED = "published"
    """The clause reads as proposed."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """An assessment with what the spec says by now.

    `since` is what changed in the clause since it was assessed, `otherwise` how it differs from the proposed one.
    """

    event: ChangeAssessed
    diff: list[Piece]
    standing: Standing
    now: str
    otherwise: list[Piece]
    since: list[Piece]


def clause_today(spec: Spec, named: str) -> ClauseText:
    """The clause as it reads today, cited as page#anchor; a page alone stands for a new clause of it.

    Raises Refused for what is not there.
    """
    stamp = spec.stamp
    clause = spec.clause(named) if "#" in named else None
    if clause is not None and clause.source:
        return ClauseText(clause.cite, clause.source, clause.file, stamp.content, stamp.commit)
    page = named.partition("#")[0]
    file = spec.file_of(page)
    if "#" in named or not file:
        raise Refused(f"The spec has no clause {named}. It may have moved: choose another, or a page for a new clause.")
    return ClauseText(page, "", file, stamp.content, stamp.commit)


def assessed(case: Case, spec: Spec) -> Assessment | None:
    """The latest assessment of a case, held against the spec that is published; None before there is one."""
    event = assessment_of(case)
    if event is None:
        return None
    clause = spec.clause(cite_of(event))
    now = clause.source if clause else ""
    return Assessment(
        event=event,
        diff=clause_diff(event.today, event.proposed),
        standing=_standing(event, now),
        now=now,
        otherwise=clause_diff(event.proposed, now),
        since=clause_diff(event.today, now),
    )


def _standing(event: ChangeAssessed, now: str) -> Standing:
    if same(now, event.proposed):
        return Standing.PUBLISHED
    if same(now, event.today):
        return Standing.AS_ASSESSED
    return Standing.CHANGED if now else Standing.GONE


def same(text: str, other: str) -> bool:
    """Whether two texts differ at most in where their paragraphs are broken into lines, and in blanks at line ends."""
    return _lines(text) == _lines(other)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in flowed(text.strip()).splitlines()]


# --- the patch -------------------------------------------------------------------------------


def patch_of(case: Case, spec: Spec) -> str:
    """The clause of an approved change as a patch against the spec that is published.

    Raises Refused where there is none, and where the clause has changed since it was assessed.
    """
    known = assessed(case, spec)
    if known is None or not case.stage.is_approved:
        raise Refused(f"{case.id} is no change request that the Board has approved and that is not released yet.")
    event = known.event
    if known.standing is Standing.PUBLISHED:
        raise Refused(f"The published spec holds the clause of {case.id} as proposed: there is nothing to apply.")
    if known.standing is not Standing.AS_ASSESSED:
        how = "has changed" if known.standing is Standing.CHANGED else "is gone"
        raise Refused(
            f"The clause {event.clause} {how} in the spec since it was assessed, so no patch of it applies. "
            f"Change the page by hand; the page of {case.id} at the desk shows what differs."
        )
    text = clause_today(spec, event.clause)
    first, lines = spec.written(event.clause.partition("#")[0])
    clause = spec.clause(event.clause)
    page = PageText(first, lines, clause.line if clause else first)
    return patch(f"{case.id}: {' '.join(case.request.summary.split())}", text, page, event.proposed)
