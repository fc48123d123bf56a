"""Requests and issues that are like what somebody is writing, and how they stand. Nothing that anybody typed is told.

Whoever writes is not known: they may be of any client company, and a request may be of another. So a suggestion holds
what Specdesk itself says of it, and no word of a summary, a note or an answer. Who follows a request reads it by a link
that is mailed, if their address allows it (core/copies.py, `may_follow`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import spec_lookup
from intake_fn.core.errors import TryLater, Unknown
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.lifecycle import TRANSITIONS
from intake_fn.core.requester_events import CopyAdded

if TYPE_CHECKING:
    from datetime import datetime

    from intake_fn.core.case import Case
    from intake_fn.core.request import Kind
    from intake_fn.core.vocabulary import Status
    from intake_fn.desk.issue_index import IssueIndex
    from intake_fn.ports import CaseStore
    from spec_lookup import Claim

LIKELY = 0.5
"""Likeness from which somebody who writes is shown a request; at the desk, where a person looks, less will do."""

SHOWN = 2
"""Each costs two reads of the store."""


@dataclass(frozen=True, slots=True)
class SimilarRequest:
    """A similar request, open or resolved: its number, status, since when, and its clause."""

    issue: int
    case_id: str = ""
    kind: Kind | None = None
    status: Status | None = None
    since: datetime | None = None
    clause: str = ""
    state: str = ""
    """How an issue stands in Mantis that was not filed by Specdesk."""
    can_be_followed: bool = False


def similar(index: IssueIndex, cases: CaseStore, claim: Claim, clause: str) -> list[SimilarRequest]:
    """The requests most similar to a text with a given nearest clause; none where they cannot be read."""
    report = spec_lookup.IssueText("", claim.summary, claim.what_happened, "", claim.what_expected, clause)
    found: list[SimilarRequest] = []
    for issue in index.similar_to(report, least=LIKELY)[:SHOWN]:
        try:
            case_id = cases.find_issue(issue.number)
            found.append(_of(cases.load(case_id)) if case_id else SimilarRequest(issue.number, state=issue.state))
        except (Unknown, TryLater):
            continue
    return found


def _of(case: Case) -> SimilarRequest:
    cited = case.verdict["citations"][:1] if case.verdict else ()
    return SimilarRequest(
        issue=case.issue or 0,
        case_id=case.id,
        kind=case.request.kind,
        status=case.status,
        since=case.received_at,
        clause=case.request.clause or next((str(one["title"]) for one in cited), ""),
        can_be_followed=case.status.is_open and CopyAdded in TRANSITIONS[case.status],
    )
