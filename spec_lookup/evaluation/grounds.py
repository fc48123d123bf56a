"""What verdicts rest on, and how often each ground is right; whether the confidence that is stated is what is reached.

Cases that are held back stand apart: what has been looked at measures nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from spec_lookup.evaluation.metrics import Judged, Share
from spec_lookup.evaluation.table import Cell, Table

BINS = ((0.0, 0.5), (0.5, 0.75), (0.75, 0.9), (0.9, 0.95), (0.95, 1.0))
"""Stated confidences that are looked at together, each bin up to and with its end."""


def ground_tables(cases: Sequence[Judged]) -> list[Table]:
    """Figures by ground, for all cases and for those held back, then the reliability of the confidence."""
    held = [case for case in cases if case.held]
    apart = [] if len(held) in (0, len(cases)) else [("-held", ", held back", held)]
    named = [("", ", all held back" if held and not apart else "", cases), *apart]
    tables: list[Table] = []
    for key, title, rows in named:
        tables += [
            _by_ground(f"grounds{key}", f"What decided{title}", rows),
            _reliability(f"reliability{key}", f"Reliability of the confidence{title}", rows),
        ]
    return tables


def calibration_error(cases: Sequence[Judged]) -> float | None:
    """The expected calibration error over BINS: how far the stated confidence is from the share of right ones."""
    decided = [case for case in cases if case.decided]
    if not decided:
        return None
    off = (len(rows) * abs(mean(row.confidence for row in rows) - _right(rows)) for rows in _binned(decided) if rows)
    return round(sum(off) / len(decided), 4)


def _by_ground(key: str, title: str, cases: Sequence[Judged]) -> Table:
    grounds = sorted({case.ground for case in cases if case.decided})
    rows = [(ground, [case for case in cases if case.decided and case.ground == ground]) for ground in grounds]
    rows.append(("all that is decided", [case for case in cases if case.decided]))
    lines: list[tuple[Cell, ...]] = [
        (
            name,
            len(inside),
            sum(case.right for case in inside),
            sum(not case.right for case in inside),
            sum(len(case.false) for case in inside),
            round(mean(case.confidence for case in inside), 3) if inside else None,
        )
        for name, inside in rows
    ]
    left = [case for case in cases if not case.decided]
    lines.append(("undecided", len(left), None, None, sum(len(case.false) for case in left), None))
    return Table(key, title, ("ground", "cases", "right", "wrong", "false sentences", "stated"), tuple(lines))


def _reliability(key: str, title: str, cases: Sequence[Judged]) -> Table:
    decided = [case for case in cases if case.decided]
    rows: list[tuple[Cell, ...]] = [
        (
            f"{low:.2f} to {high:.2f}",
            round(mean(row.confidence for row in inside), 3),
            Share.where(r.right for r in inside),
        )
        for (low, high), inside in zip(BINS, _binned(decided), strict=True)
        if inside
    ]
    rows.append(("expected calibration error", calibration_error(cases), None))
    return Table(key, title, ("stated", "on average", "right"), tuple(rows))


def _binned(decided: Sequence[Judged]) -> list[list[Judged]]:
    return [[case for case in decided if low < case.confidence <= high] for low, high in BINS]


def _right(cases: Sequence[Judged]) -> float:
    return sum(case.right for case in cases) / len(cases)
