"""What the records are good for afterwards: a verdict given again, overruled verdicts as evaluation cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from intake_fn.core.case import Case, Overruled
from intake_fn.core.errors import Refused
from intake_fn.core.request import Request
from intake_fn.ports import Store
from spec_lookup import Claim, Verdict

PAGE = 200
"""Requests that are read from the queue at a time."""

OVERRULED = "overruled"
"""The kind of an evaluation case that came from a person's decision."""


def claim_of(request: Request) -> Claim:
    """What the judge reads of a request."""
    return Claim(
        summary=request.summary,
        what_happened=request.description,
        what_expected=request.expected,
        steps=request.steps,
        module=request.module,
        reporter_says=request.kind.value,
    )


def pinned(case: Case) -> Verdict:
    """The verdict as it was given. Raises Refused when the judge has not spoken."""
    if case.verdict is None:
        raise Refused(f"{case.id} has no verdict: the judge has not spoken yet.")
    return Verdict.from_plain(case.verdict)


def as_bytes(verdict: Verdict) -> bytes:
    """A verdict as one line of JSON, always the same for the same verdict."""
    return json.dumps(verdict.to_plain(), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def evaluation_cases(store: Store) -> Iterator[dict[str, Any]]:
    """Every request whose verdict a person has overruled, as a line of singles.jsonl without its spec; oldest last."""
    cursor = ""
    while True:
        page = store.queue(None, open_only=False, limit=PAGE, cursor=cursor)
        for row in page.rows:
            case = store.load(row.id)
            if (decided := _decision(case)) is not None:
                yield _single(case, decided)
        cursor = page.cursor
        if not cursor:
            return


def _decision(case: Case) -> Overruled | None:
    """The last decision of a person on a request that the judge had spoken on."""
    decisions = [event for event in case.history if isinstance(event, Overruled)]
    return decisions[-1] if decisions and case.verdict is not None else None


def _single(case: Case, decided: Overruled) -> dict[str, Any]:
    verdict, claim = pinned(case), claim_of(case.request)
    page, _, anchor = decided.clause.partition("#")
    return {
        "id": case.id,
        "request": {name: value for name, value in claim.to_plain().items() if value},
        "verdict": decided.category.value,
        "page": page or None,
        "anchor": anchor or None,
        "kind": OVERRULED,
        "note": f"{verdict.judge} said {verdict.category}; {decided.reason}",
    }
