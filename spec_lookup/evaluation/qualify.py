"""Run a judge over the qualification set, and make the record of how it did.

The set stands beside this module. Every exchange is kept as a cassette, so a run that was broken off goes on where it
was; a judge that gives no response for several cases in a row is down, and the run ends.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from spec_lookup.errors import InputBroken
from spec_lookup.evaluation.cases import Cases
from spec_lookup.evaluation.evaluate import Judge, judged_pair, judged_single
from spec_lookup.evaluation.metrics import Judged, Pair
from spec_lookup.judge.claim import Claim
from spec_lookup.judge.spec import Spec
from spec_lookup.judge.verdict import Verdict
from spec_lookup.llm.budget import Price
from spec_lookup.llm.cassettes import LanguageModel, Plain, resumed
from spec_lookup.llm.judge import Account, LlmJudge
from spec_lookup.llm.qualification import Figures, QualificationRecord, prompts_version

QUALIFICATION_SET = Path(__file__).parent / "qualification"

DOWN_AFTER = 5
"""Cases in a row without a response after which the run ends."""

FALLBACK = "fallback"

Tell = Callable[[str], None]


@dataclass
class _Run:
    """What the cases of one run gave."""

    accounts: list[Account] = field(default_factory=list)
    calls: int = 0

    def note(self, account: Account) -> None:
        """Take down one judgement. Raises InputBroken when the model is down."""
        self.accounts.append(account)
        last = self.accounts[-DOWN_AFTER:]
        if len(last) == DOWN_AFTER and all(each.outcome == FALLBACK for each in last):
            raise InputBroken(f"The model gave no judgement {DOWN_AFTER} times in a row; the last time: {account.why}")


def qualified(
    provider: str,
    model: str,
    language_model: LanguageModel,
    *,
    cassettes: Path,
    at: str,
    price: Price | None = None,
    limit: int | None = None,
    restates: bool = False,
    folder: Path = QUALIFICATION_SET,
    tell: Tell = lambda _: None,
) -> QualificationRecord:
    """How a model does on the set, or on the first `limit` cases of each kind. Raises InputBroken when it is down."""
    run = _Run()

    def counted(prompt: Plain) -> Plain:
        run.calls += 1
        return language_model(prompt)

    llm = LlmJudge(model, resumed(cassettes, counted), provider=provider, price=price, log=run.note, restates=restates)

    def judge(spec: Spec, claim: Claim) -> Verdict:
        return spec.by_form(claim) or llm(spec, claim)  # as the application asks: what the form settles is not sent

    cases = Cases(folder)
    began = time.perf_counter()
    engine = next(iter(cases.sources.values())).spec.engine
    pairs, singles = _judged(cases, judge, limit, tell)
    every = [*(case for pair in pairs for case in (pair.a, pair.b)), *singles]
    return QualificationRecord(
        judge=llm.name,
        prompts=prompts_version(restates=restates),
        engine=engine,
        at=at,
        pairs=len(pairs),
        pairs_right=sum(pair.right for pair in pairs),
        total=_figures(every),
        categories={gold: _figures(case for case in every if case.gold == gold) for gold in _golds(every)},
        cost=sum(account.cost for account in run.accounts),
        calls=run.calls,
        seconds=round(time.perf_counter() - began, 1),
        outcomes=dict(sorted(Counter(account.outcome for account in run.accounts).items())),
    )


def _judged(cases: Cases, judge: Judge, limit: int | None, tell: Tell) -> tuple[list[Pair], list[Judged]]:
    """The pairs and the singles, judged one by one; of each kind, probes included, the first `limit`."""
    pairs, singles = list[Pair](), list[Judged]()
    for row in islice(cases.pairs, limit):
        pairs.append(judged_pair(cases, row, judge))
        tell(_line(row.data["id"], (pairs[-1].a, pairs[-1].b)))
    probes = [row for row in cases.singles if "probe" in row.data]
    plain = [row for row in cases.singles if "probe" not in row.data]
    for row in (*islice(plain, limit), *islice(probes, limit)):
        singles.append(judged_single(cases, row, judge))
        tell(_line(row.data["id"], singles[-1:]))
    return pairs, singles


def lines_of(record: QualificationRecord) -> Iterator[str]:
    """A record for people."""
    total = record.total
    yield f"{record.judge}, prompts {record.prompts}, {record.engine}"
    yield f"pairs right     {record.pairs_right} of {record.pairs} ({record.pairs_share:.3f})"
    yield f"wrong decided   {total.wrong} of {total.decided} ({total.wrong_share:.3f})"
    yield f"undecided       {total.undecided} of {total.cases}"
    for name, figures in record.categories.items():
        yield f"  {name:12}  {figures.decided} of {figures.cases} decided, {figures.wrong} wrong"
    yield f"outcomes        {', '.join(f'{count} {outcome}' for outcome, count in record.outcomes.items()) or 'none'}"
    each = record.cost / 1e6 / total.cases if total.cases else 0.0
    cost = f"{record.cost / 1e6:.4f} dollars, {each:.5f} for each case"
    yield f"cost            {cost if record.cost else 'not counted: no price is given'}"
    yield f"time            {record.seconds:.1f} s, {record.calls} calls"


def _line(name: str, cases: Iterable[Judged]) -> str:
    return f"{name}: " + ", ".join(f"{case.given}{'' if case.right else f' (right: {case.gold})'}" for case in cases)


def _golds(cases: Iterable[Judged]) -> list[str]:
    return sorted({case.gold for case in cases})


def _figures(cases: Iterable[Judged]) -> Figures:
    some = list(cases)
    decided = [case for case in some if case.decided]
    return Figures(len(some), len(decided), sum(not case.right for case in decided))
