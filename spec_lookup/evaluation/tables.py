"""The figures of an evaluation as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import mean, median

from spec_lookup.evaluation.grounds import ground_tables
from spec_lookup.evaluation.metrics import (
    SUGGESTED,
    Judged,
    Matched,
    Outcomes,
    Pair,
    Searched,
    Share,
    ndcg,
    recall,
)
from spec_lookup.evaluation.table import Cell, Table
from spec_lookup.judge.verdict import BUG, CHANGE, MISC, UNDECIDED

VERDICTS = (BUG, CHANGE, MISC, UNDECIDED)

CITED = (1, 3)
"""A citation counts as a hit when the gold clause is among this many first ones."""


def tables(outcomes: Outcomes) -> list[Table]:
    """All tables for which there is something to measure."""
    cases = [case for pair in outcomes.pairs for case in (pair.a, pair.b)]
    singles = list(outcomes.singles)
    measured: list[Table] = []
    if cases:
        measured += [
            _pairs(outcomes.pairs, cases),
            _by("pairs-by-verdict", "Pairs by right verdict", cases, lambda case: case.gold),
            _phenomena(outcomes.pairs),
        ]
    if singles:
        measured += [
            Table("singles", "Singles", ("measure", "share"), tuple(_verdicts(singles))),
            _by("singles-by-verdict", "Singles by right verdict", singles, lambda case: case.gold),
            _by("singles-by-kind", "Singles by kind", singles, lambda case: case.group),
        ]
    if cases or singles:
        measured += ground_tables([*cases, *singles])
    sets = [(name, rows) for name, rows in (("pairs", cases), ("singles", singles)) if rows]
    if sets:
        measured.append(_citations(sets))
    if outcomes.queries:
        measured.append(_search(outcomes.queries))
    if outcomes.reports:
        measured.append(_duplicates(outcomes.reports))
    for name, rows in sets:
        measured += [_confusion(name, rows), _risk_coverage(name, rows)]
    if sets:
        measured.append(_times(sets))
    return measured


def _verdicts(cases: Sequence[Judged]) -> list[tuple[Cell, ...]]:
    return [
        ("verdict accuracy", Share.where(case.right for case in cases)),
        ("decided (coverage)", Share.where(case.decided for case in cases)),
        ("right among the decided", Share.where(case.right for case in cases if case.decided)),
    ]


def _pairs(pairs: Sequence[Pair], cases: Sequence[Judged]) -> Table:
    rows = (
        ("pair accuracy (both versions right)", Share.where(pair.right for pair in pairs)),
        ("both versions answered the wrong way round", Share.where(pair.wrong_way_round for pair in pairs)),
        *_verdicts(cases),
    )
    return Table("pairs", "Pairs (two cases each)", ("measure", "share"), rows)


def _by(key: str, title: str, cases: Sequence[Judged], group_of: Callable[[Judged], str]) -> Table:
    """Accuracy and coverage within each group."""
    rows: list[tuple[Cell, ...]] = []
    for group in sorted({group_of(case) for case in cases}):
        inside = [case for case in cases if group_of(case) == group]
        rows.append((group, *(share for _, share in _verdicts(inside))))
    return Table(key, title, ("group", "accuracy", "decided", "right among the decided"), tuple(rows))


def _phenomena(pairs: Sequence[Pair]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for group in sorted({pair.a.group for pair in pairs}):
        inside = [pair for pair in pairs if pair.a.group == group]
        cases = [case for pair in inside for case in (pair.a, pair.b)]
        rows.append((group, Share.where(pair.right for pair in inside), *(share for _, share in _verdicts(cases))))
    columns = ("phenomenon", "pairs right", "accuracy", "decided", "right among the decided")
    return Table("pairs-by-phenomenon", "Pairs by phenomenon", columns, tuple(rows))


def _citations(sets: Sequence[tuple[str, Sequence[Judged]]]) -> Table:
    """Hits over the cases that have a gold clause; the lenient ones also take the clauses of `also`."""
    rows: list[tuple[Cell, ...]] = []
    for name, cases in sets:
        gold = [case for case in cases if case.clause]
        strict = [Share.where(case.clause in case.cited[:n] for case in gold) for n in CITED]
        lenient = [Share.where(_cites_any(case, n) for case in gold) for n in CITED]
        rows.append((name, *strict, *lenient))
    columns = ("cases", "hit@1", "hit@3", "hit@1 lenient", "hit@3 lenient")
    return Table("citations", "Citations", columns, tuple(rows))


def _cites_any(case: Judged, first: int) -> bool:
    return not {case.clause, *case.also}.isdisjoint(case.cited[:first])


def _search(queries: Sequence[Searched]) -> Table:
    figure = mean(ndcg(query.cites, query.grades) for query in queries)
    return Table("search", "Search", ("measure", "mean", "queries"), (("nDCG@10", round(figure, 4), len(queries)),))


def _duplicates(reports: Sequence[Matched]) -> Table:
    true = [report for report in reports if report.duplicates]
    figure = round(mean(recall(report.candidates, report.duplicates) for report in true), 4) if true else None
    rows: tuple[tuple[Cell, ...], ...] = (
        (f"recall@{SUGGESTED} (mean over reports that have duplicates)", figure, len(true)),
        ("false alarms", Share.where(report.called for report in reports if not report.duplicates), None),
        ("true duplicates called so", Share.where(report.called for report in true), None),
    )
    return Table("duplicates", "Duplicates", ("measure", "figure", "reports"), rows)


def _confusion(name: str, cases: Sequence[Judged]) -> Table:
    """Right verdicts down, given ones across."""
    rows: list[tuple[Cell, ...]] = [
        (gold, *(sum(case.gold == gold and case.given == given for case in cases) for given in VERDICTS))
        for gold in VERDICTS
        if any(case.gold == gold for case in cases)
    ]
    columns = ("right verdict", *(f"said {given}" for given in VERDICTS))
    return Table(f"confusion-{name}", f"Confusion, {name}", columns, tuple(rows))


def _risk_coverage(name: str, cases: Sequence[Judged]) -> Table:
    """What would be decided, and how well, if only verdicts of at least each confidence counted."""
    decided = [case for case in cases if case.decided]
    rows: list[tuple[Cell, ...]] = []
    for threshold in sorted({case.confidence for case in decided}, reverse=True):
        sure = [case for case in decided if case.confidence >= threshold]
        rows.append((threshold, Share(len(sure), len(cases)), Share.where(case.right for case in sure)))
    columns = ("confidence from", "coverage", "accuracy")
    return Table(f"risk-coverage-{name}", f"Risk and coverage, {name}", columns, tuple(rows))


def _times(sets: Sequence[tuple[str, Sequence[Judged]]]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (name, round(1000 * median(case.seconds for case in cases), 2), len(cases)) for name, cases in sets
    ]
    return Table("time", "Time of one judgement", ("cases", "p50 ms", "judgements"), tuple(rows))
