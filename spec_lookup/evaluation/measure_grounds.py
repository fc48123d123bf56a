"""Measure how often each ground of the built-in judge is right on what is held back, and write it for the verdicts.

The confidence of a verdict is then a measured share (`spec_lookup/judge/confidence.py`), and no invented constant.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from spec_lookup.errors import SpecLookupError
from spec_lookup.evaluation.cases import HELD, spec_elsewhere
from spec_lookup.evaluation.evaluate import evaluate
from spec_lookup.evaluation.metrics import Judged, Outcomes
from spec_lookup.judge.confidence import FILE
from spec_lookup.judge.evidence import ASKS, TO_SET_UP
from spec_lookup.judge.failures import CRASH
from spec_lookup.judge.form import REASONS

GROUNDS = tuple(sorted(reason.key for reason in (CRASH, TO_SET_UP, ASKS, *REASONS.values())))


def judged_in(outcomes: Outcomes) -> list[Judged]:
    """The cases of pairs, each pair two of them, and the singles."""
    return [*(case for pair in outcomes.pairs for case in (pair.a, pair.b)), *outcomes.singles]


def measure(cases: Mapping[str, Sequence[Judged]]) -> dict[str, Any]:
    """What is written: the sets with their numbers of cases, and how many each ground decided and how many right."""
    every = [case for rows in cases.values() for case in rows]
    return {
        "measured on": {name: len(rows) for name, rows in cases.items()},
        "part": HELD,
        "grounds": {ground: _counts(case for case in every if case.ground == ground) for ground in GROUNDS},
    }


def _counts(cases: Iterable[Judged]) -> dict[str, int]:
    right = [case.right for case in cases]
    return {"decided": len(right), "right": sum(right)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the held parts of these folders and write what was measured."""
    options = argparse.ArgumentParser(prog="python -m spec_lookup.evaluation.measure_grounds", description=main.__doc__)
    options.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="cases, as `evaluate` reads them")
    options.add_argument("--spec", type=spec_elsewhere, action="append", default=[], metavar="NAME=DIR")
    options.add_argument("--out", type=Path, default=FILE, metavar="FILE", help="where the figures are written")
    given = options.parse_args(arguments)
    try:
        outcomes = {folder.name: evaluate(folder, HELD, specs=dict(given.spec)) for folder in given.folders}
    except SpecLookupError as error:
        print(error, file=sys.stderr)
        return 2
    figures = measure({name: judged_in(each) for name, each in outcomes.items()})
    given.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures["grounds"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
