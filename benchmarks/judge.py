"""The time of a judgement with the model and without, and the cost of adding an issue.

The spec of the judgements is made of the four of the evaluation set and filled up with made-up clauses. Each claim is
judged once: the vectors of claims are remembered, and remembering is not measured.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any, TypeVar

from benchmarks.corpus import as_pages, clauses
from spec_lookup import Claim, DuplicateIndex, IssueText, Spec, page_clauses

Made = TypeVar("Made")

SET = Path(__file__).resolve().parent.parent / "tests" / "data" / "evaluation"
CLAUSES = 500
WARM_UP = 8
ISSUES = 10_000
ADDED = 100


def main() -> None:
    """Print what was measured."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    pages, claims = _pages(), list(_claims())
    print(f"\nOne judgement, {len(claims) - WARM_UP} claims, about {CLAUSES} clauses, one core (ms)")
    for name, named in (("with the model", None), ("by words alone", "")):
        spec = _with_model(named, Spec.of, pages)
        times = [_ms(spec.judge, claim) for claim in claims][WARM_UP:]
        size = spec.stamp.clauses
        print(f"{name:20} p50 {median(times):6.1f}   p95 {quantiles(times, n=20)[-1]:6.1f}   ({size} clauses)")
    _adding()


def _adding() -> None:
    issues = [IssueText(clause.cite, clause.title, clause.markdown) for clause in clauses(ISSUES + ADDED)]
    index = _with_model("", DuplicateIndex.of, issues[:ISSUES])
    added = median(_ms(index.add, issue) for issue in issues[ISSUES:])
    found = median(_ms(index.find, issue) for issue in issues[:ADDED])
    print(f"\nDuplicates among {ISSUES} issues, by words alone (ms): add p50 {added:.2f}, find p50 {found:.2f}")


def _with_model(folder: str | None, make: Callable[[list[Any]], Made], of: list[Any]) -> Made:
    """What is made while SPEC_LOOKUP_MODEL says this; None leaves it as it is."""
    before = os.environ.get("SPEC_LOOKUP_MODEL")
    if folder is not None:
        os.environ["SPEC_LOOKUP_MODEL"] = folder
    try:
        return make(of)
    finally:
        os.environ.pop("SPEC_LOOKUP_MODEL", None)
        if before is not None:
            os.environ["SPEC_LOOKUP_MODEL"] = before


def _ms(what: Callable[..., object], *given: object) -> float:
    began = time.perf_counter()
    what(*given)
    return (time.perf_counter() - began) * 1000


def _pages() -> list[tuple[str, str]]:
    files = sorted((SET / "specs").rglob("*.md"))
    real = [(path.relative_to(SET / "specs").as_posix(), path.read_text(encoding="utf-8")) for path in files]
    have = sum(len(page_clauses(name, text)) for name, text in real)
    return real + as_pages(clauses(CLAUSES - have))


def _claims() -> Iterator[Claim]:
    for name in ("singles", "pairs"):
        for line in (SET / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            request = json.loads(line)["request"]
            yield Claim(**{key: value for key, value in request.items() if value is not None})


if __name__ == "__main__":
    main()
