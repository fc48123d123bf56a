"""`python -m benchmarks.golden`: recall and quotes of search on the sample spec, with the model and by words alone.

The queries and look-ups are those of tests/data/golden; its README says what the parts are.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spec_lookup import Spec, read_pages, site_of

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "docs" / "spec"
GOLDEN = ROOT / "tests" / "data" / "golden"

FOUND = 5
"""Clauses among which the right one has to be."""

Rows = list[dict[str, Any]]
Shares = Mapping[str, tuple[int, int]]


def sample_spec() -> Spec:
    """The spec of the wiki, indexed in memory; by words alone where there is no model."""
    return Spec.of(list(read_pages(SPEC)), site=site_of(SPEC))


def rows(name: str, part: str | None = None) -> Rows:
    """The rows of a file, or of one of its parts."""
    lines = (GOLDEN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if part in (None, row["part"])]


def recall(spec: Spec, queries: Rows) -> Shares:
    """The numbers of queries that find an answering clause, of how many, by kind of query and for `all`."""
    found = [
        (row["kind"], any(hit.clause.cite in row["relevant"] for hit in spec.search(row["query"], FOUND)))
        for row in queries
    ]
    return _shares(found)


def quotes(spec: Spec, lookups: Rows) -> Shares:
    """How often a quote holds the answer: that of the right clause among those found, and that of the first one."""
    found = []
    for row in lookups:
        hits = spec.search(row["query"], FOUND)
        holding = [hit.clause.cite for hit in hits if row["answer"] in _plain(hit.quote)]
        found += [("right clause", row["clause"] in holding), ("first clause", hits[0].clause.cite in holding)]
    return {name: share for name, share in _shares(found).items() if name != "all"}


def main() -> None:
    """Print the table."""
    spec = sample_spec()
    print(f"\nSearch on the sample spec: {spec.engine}")
    for part in ("tune", "held"):
        print(f"recall@{FOUND}, {part}: {_line(recall(spec, rows('queries', part)))}")
        print(f"quote holds the answer, {part}: {_line(quotes(spec, rows('lookups', part)))}")


def _shares(found: Iterable[tuple[str, bool]]) -> Shares:
    counts: dict[str, list[bool]] = defaultdict(list)
    for kind, right in found:
        counts["all"].append(right)
        counts[kind].append(right)
    return {kind: (sum(all_of_them), len(all_of_them)) for kind, all_of_them in counts.items()}


def _line(shares: Shares) -> str:
    return ", ".join(f"{name} {count}/{of} ({count / of:.3f})" for name, (count, of) in shares.items())


def _plain(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
