"""What people decided, as evaluation cases, and what they read, to be checked against the spec of then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import spec_lookup
from intake_fn.core.agreement import Said, said
from intake_fn.core.case import Case
from intake_fn.core.events import Overruled, RequesterRead
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.names import REQUESTER
from intake_fn.core.verdicts import decision, requester_reading, shown_clauses
from intake_fn.core.vocabulary import Category
from intake_fn.desk.case_lists import queued, readable
from intake_fn.desk.judged_requests import masked_claim, masking_of
from intake_fn.ports import CaseStore

if TYPE_CHECKING:
    from spec_lookup import Spec

OVERRULED = "overruled"
"""The kind of an evaluation case that came from a person's decision."""


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """A request that a person has decided, as far as it is compared with what judges said of it."""

    line: dict[str, Any]
    """A line of singles.jsonl without its spec. Personal data in it is masked."""
    said: tuple[Said, ...]
    decided: Category


def decided_cases(cases: CaseStore, since: date | None = None) -> Iterator[DecidedCase]:
    """Every judged request that a person has decided, `since` a day (UTC) if given; oldest last."""
    for case in readable(cases, queued(cases, open_only=False)):
        by_person = decision(case)
        if by_person and case.verdict and (since is None or by_person.at.date() >= since):
            yield DecidedCase(_single(case, by_person), said(case), by_person.category)


def _single(case: Case, by_person: Overruled) -> dict[str, Any]:
    """The line of a case: what was asked and decided, by which clause, and what each judge had said."""
    masking = masking_of(case)
    page, _, anchor = by_person.clause.partition("#")
    read = requester_reading(case)
    return {
        "id": case.id,
        "request": masked_claim(case, masking),
        "verdict": by_person.category.value,
        "page": page or None,
        "anchor": anchor or None,
        "shown": list(shown_clauses(case)),
        "kind": OVERRULED,
        "note": masking.mask(by_person.reason),
        "stance": by_person.stance.value,
        "spec_stamp": by_person.spec,
        "said": [asdict(one) for one in said(case)],
        "requester_read": {"clause": read.clause, "stance": read.stance, "spec_stamp": read.spec} if read else None,
    }


@dataclass(frozen=True, slots=True)
class PersonsReading:
    """What a person read and said of it: the engineer's is the decision, the requester's a proposal."""

    by: str
    """A person id of support.yml, an address in logs of before that, or "requester"."""
    clause: str
    stance: str
    spec: str
    quote: str
    category: str = ""
    """What it decided; "" for a proposal."""

    def stands_in(self, spec: Spec) -> bool:
        """Whether the clause, as it was read, stands in that spec; of no clause there is nothing to find."""
        if not self.clause:
            return True
        clause = spec.clause(self.clause)
        return clause is not None and (not self.quote or _words(self.quote) in _words(spec_lookup.whole_text(clause)))


def persons_readings(case: Case) -> tuple[PersonsReading, ...]:
    """What people read of a case, in the order of its log."""
    return tuple(_readings(case))


def _readings(case: Case) -> Iterator[PersonsReading]:
    request = case.request
    if request.reading_clause:
        yield PersonsReading(REQUESTER, request.reading_clause, request.reading_stance, request.reading_spec, "")
    for event in case.history:
        if isinstance(event, RequesterRead):
            yield PersonsReading(REQUESTER, event.clause, event.stance, event.spec, event.quote)
        if isinstance(event, Overruled):
            by = event.person or event.actor
            yield PersonsReading(by, event.clause, event.stance, event.spec, event.quote, event.category)


def _words(text: str) -> str:
    """The text without its line ends, which a quote may set otherwise."""
    return " ".join(text.split())
