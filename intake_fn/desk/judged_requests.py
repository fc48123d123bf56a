"""Requests as far as the spec decides them: of the store, and as lines of a file that can leave it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import spec_lookup
from intake_fn.core.case import Case
from intake_fn.core.errors import Refused
from intake_fn.core.verdicts import decision, shown_clauses
from intake_fn.core.vocabulary import Category
from intake_fn.desk.case_lists import queued, readable
from intake_fn.desk.judging import claim_of, people_in
from intake_fn.desk.needs import Judging
from intake_fn.desk.spec_versions import judged_by_version
from spec_lookup import Claim, Masking

if TYPE_CHECKING:
    from spec_lookup import JudgedRequest

RECENT = 500
"""Requests that are no longer open and are judged again, the latest ones."""

UNMASKED = ("module", "reporter_says")
"""Members of a claim that hold words of ours."""

CLAIM = tuple(Claim("", "").to_plain())
"""The members of a claim."""


def judged_cases(desk: Judging, recent: int = RECENT) -> Iterator[Case]:
    """Every open request that today's spec judged, and so many of the latest others.

    Duplicates follow their leads, and what a version's spec judged stays as that version was.
    """
    yield from (case for case in _cases(desk, open_only=True) if case.status.is_open)
    for case in _cases(desk, open_only=False):
        if recent and case.status.is_done:
            recent -= 1
            yield case
        if not recent:
            return


def _cases(desk: Judging, *, open_only: bool) -> Iterator[Case]:
    listed = queued(desk.cases, open_only=open_only)
    for case in readable(desk.cases, (row for row in listed if open_only or row.status.is_done)):
        if case.verdict and not case.erased and not case.duplicate_of and not judged_by_version(desk, case):
            yield case


def judged_request(case: Case) -> JudgedRequest:
    """What is judged again of a case: its claim as it stands, its clauses, and what a person decided."""
    by_person = decision(case)
    decides = by_person is not None and by_person.category is not Category.UNDECIDED
    return spec_lookup.JudgedRequest(
        id=case.id,
        claim=claim_of(case.request),
        names=people_in(case),
        shown=tuple(shown_clauses(case)),
        decided=by_person.category.value if by_person and decides else "",
        clause=by_person.clause if by_person and decides else "",
    )


def masking_of(case: Case) -> Masking:
    """What is masked in what leaves the store."""
    return Masking(people_in(case), (case.request.requester.company,))


def masked_claim(case: Case, masking: Masking) -> dict[str, str]:
    """The claim of a case without personal data, as far as it is known as such; what is empty is left out."""
    plain = claim_of(case.request).to_plain()
    return {name: text if name in UNMASKED else masking.mask(text) for name, text in plain.items() if text}


def as_line(case: Case) -> dict[str, Any]:
    """A case as a line of a file; personal data in it is masked. `verdict` is a person's decision, None for none."""
    request = judged_request(case)
    page, _, anchor = request.clause.partition("#")
    return {
        "id": case.id,
        "request": masked_claim(case, masking_of(case)),
        "verdict": request.decided or None,
        "page": page or None,
        "anchor": anchor or None,
        "shown": list(request.shown),
    }


def requests_in(lines: Iterable[str], name: str) -> Iterator[JudgedRequest]:
    """The requests of a file of such lines, or of evaluation cases. Raises Refused naming the line that is broken."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _request(line, f"{name}:{number}")


def _request(line: str, where: str) -> JudgedRequest:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise Refused(f"{where}: this is not a line of JSON ({error}). Export the file again.") from error
    row = row if isinstance(row, dict) else {}
    shown = row.get("shown")
    claim: Any = row.get("request")
    problems = {
        "'id' has to be a text": isinstance(row.get("id"), str),
        "'request' has to be an object with 'summary' and 'what_happened', all of them texts": _is_claim(claim),
        f"'verdict' has to be one of {', '.join(Category)}, or null": row.get("verdict") in (None, *Category),
        "'page' and 'anchor' have to be texts, or null": all(_is_text(row.get(name)) for name in ("page", "anchor")),
        "'shown' has to be a list of texts": shown is None or (isinstance(shown, list) and all(map(_is_text, shown))),
    }
    if wrong := [problem for problem, is_right in problems.items() if not is_right]:
        raise Refused(f"{where}: {'; '.join(wrong)}. Export the file again.")
    decided = row.get("verdict") or ""
    return spec_lookup.JudgedRequest(
        id=row["id"],
        claim=Claim(**{name: claim.get(name) or "" for name in CLAIM}),
        shown=tuple(shown or ()),
        decided="" if decided == Category.UNDECIDED else decided,
        clause=f"{row['page']}#{row.get('anchor') or ''}" if decided and row.get("page") else "",
    )


def _is_claim(claim: Any) -> bool:
    if not isinstance(claim, dict) or not all(_is_text(claim.get(name)) for name in CLAIM):
        return False
    return bool(claim.get("summary") or claim.get("what_happened"))


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)
