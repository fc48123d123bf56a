"""Run search, judge and duplicates on a folder of cases whose right answers are known.

The right answers never reach what is measured: it gets pages, claims, queries and reports, and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from spec_lookup.evaluation.cases import HELD, RIGHT, Cases, Row, cite_of, claim_of, part_of, texts_in
from spec_lookup.evaluation.checker import false_sentences
from spec_lookup.evaluation.metrics import SEARCHED, SUGGESTED, Judged, Matched, Outcomes, Pair, Searched
from spec_lookup.judge.claim import Claim
from spec_lookup.judge.duplicates import DuplicateIndex, IssueText
from spec_lookup.judge.spec import Spec
from spec_lookup.judge.verdict import FORM, UNDECIDED, WORDS, Verdict

Judge = Callable[[Spec, Claim], Verdict]


def evaluate(
    folder: Path, part: str | None = None, judge: Judge = Spec.judge, specs: Mapping[str, Path] | None = None
) -> Outcomes:
    """Answer every case of a folder; metrics.tables() makes figures of it. Raises InputBroken or SpecBroken."""
    cases = Cases(folder, part, specs)
    return Outcomes(
        pairs=[judged_pair(cases, row, judge) for row in cases.pairs],
        singles=[judged_single(cases, row, judge) for row in cases.singles],
        queries=[_searched(cases, row) for row in cases.queries],
        reports=list(_matched(cases)),
    )


def judged_pair(cases: Cases, row: Row, judge: Judge) -> Pair:
    """A request judged under both versions of its clause."""
    gold = {"clause": cite_of(row), "also": tuple(texts_in(row, "also")), "group": row.data["phenomenon"]}
    return Pair(
        a=_judged(judge, cases.source(row).spec, row, "verdict_a", gold),
        b=_judged(judge, Spec.of(cases.version_b(row)), row, "verdict_b", gold),
    )


def judged_single(cases: Cases, row: Row, judge: Judge) -> Judged:
    """A request judged by the spec as saved."""
    return _judged(judge, cases.source(row).spec, row, "verdict", {"clause": cite_of(row), "group": row.data["kind"]})


def _judged(judge: Judge, spec: Spec, row: Row, member: str, gold: Mapping[str, Any]) -> Judged:
    claim = claim_of(row)
    began = time.perf_counter()
    given = judge(spec, claim)
    seconds = time.perf_counter() - began
    return Judged(
        gold=RIGHT[row.data[member]],
        given=given.category,
        confidence=given.confidence,
        cited=tuple(citation.clause for citation in given.citations),
        seconds=seconds,
        ground=_ground(given),
        false=false_sentences(spec, given),
        held=part_of(row) == HELD,
        **gold,
    )


def _ground(verdict: Verdict) -> str:
    if verdict.category == UNDECIDED:
        return ""
    by_itself = verdict.ground in (FORM, WORDS) and verdict.reasons
    return verdict.reasons[0].key if by_itself else verdict.ground


def _searched(cases: Cases, row: Row) -> Searched:
    hits = cases.source(row).spec.search(row.data["query"], SEARCHED)
    return Searched(tuple(hit.clause.cite for hit in hits), row.data["relevant"])


def _matched(cases: Cases) -> Iterable[Matched]:
    """Each report beside the filed issues of its own spec."""
    indexes = {
        spec: DuplicateIndex.of(_issue(row) for row in cases.issues if row.data["spec"] == spec)
        for spec in dict.fromkeys(row.data["spec"] for row in cases.reports)
    }
    for row in cases.reports:
        index = indexes[row.data["spec"]]
        candidates = index.find(_issue(row), SUGGESTED)
        duplicates = frozenset(row.data["duplicates"])
        yield Matched(tuple(candidate.id for candidate in candidates), duplicates, index.is_duplicate(candidates))


def _issue(row: Row) -> IssueText:
    return IssueText(row.data["id"], row.data["summary"], row.data["description"])
