"""How right it is to call an issue the same as a new report: precision and recall on pairs of complaints.

Each pair's second report is looked up among all first ones, as on the desk, with the nearest clauses of the spec.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from spec_lookup import DuplicateIndex, IssueText, Spec, read_pages

ROOT = Path(__file__).resolve().parent.parent
PAIRS = ROOT / "tests" / "data" / "duplicates" / "pairs.jsonl"
PARTS = ("tune", "held")


@dataclass(frozen=True, slots=True)
class Called:
    """What became of the pairs of one part: ids of those called the same, rightly or wrongly, and how many are."""

    right: tuple[str, ...]
    wrong: tuple[str, ...]
    same: int
    others: int


def issue_of(id_: str, row: Mapping[str, str], spec: Spec) -> IssueText:
    """A report with its nearest clause."""
    near = spec.deciding([(row["summary"], 1.5), (row["description"], 1.0)], 1)
    return IssueText(id_, row["summary"], row["description"], clause=near[0].clause.cite if near else "")


def measured(part: str) -> Called:
    """What is called the same in a part of the pairs."""
    spec = Spec.of(list(read_pages(ROOT / "docs" / "spec")))
    rows = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    firsts = {json.dumps(row["first"]): row["first"] for row in rows}
    index = DuplicateIndex.of(issue_of(key, first, spec) for key, first in firsts.items())

    @cache
    def is_called(first: str, second: str) -> bool:
        found = index.find(issue_of("new", json.loads(second), spec), len(firsts))
        return any(one.id == first and one.same for one in found)

    mine = [row for row in rows if row["part"] == part]
    called = [row for row in mine if is_called(json.dumps(row["first"]), json.dumps(row["second"]))]
    same = sum(row["relation"] == "same" for row in mine)
    return Called(
        tuple(row["id"] for row in called if row["relation"] == "same"),
        tuple(row["id"] for row in called if row["relation"] != "same"),
        same,
        len(mine) - same,
    )


def main() -> None:
    """Print precision and recall of both parts."""
    print("\nCalled the same (pairs of complaints, a third of them opposite)")
    for part in PARTS:
        found = measured(part)
        called = len(found.right) + len(found.wrong)
        print(
            f"  {part}: {len(found.right)} of {called} that are called so are the same; "
            f"{found.same} of {found.same + found.others} pairs are the same"
        )


if __name__ == "__main__":
    main()
