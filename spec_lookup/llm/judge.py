"""The judge that has a language model read the clauses: asks, checks what is said, asks once more, or gives up.

1. the clauses that may decide are found by the same search as the built-in judge's (shown);
2. the model is asked, unless the day's money is spent (request, budget);
3. its answer is checked word by word against those clauses; a fault is told once (answer);
4. where there is no answer, the built-in judge speaks and the verdict says so; where there is none that
   holds, a person decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from spec_lookup.errors import NoAnswer, NotRecorded
from spec_lookup.judge.claim import Claim
from spec_lookup.judge.spec import CITED, JUDGE, Spec
from spec_lookup.judge.verdict import BUG, CHANGE, MISC, RELATED, UNDECIDED, Citation, Verdict
from spec_lookup.llm.budget import Budget, Price, RunBudget, Usage
from spec_lookup.llm.cassettes import Ask
from spec_lookup.llm.context import shown
from spec_lookup.llm.masking import Masking
from spec_lookup.llm.prompt import Plain, again, request
from spec_lookup.llm.response import Answer, Fault, call_in, checked
from spec_lookup.search.clause import Clause

CATEGORIES = {"bug": BUG, "change": CHANGE, "misc": MISC, "silent": UNDECIDED}

TRUST = 0.9
"""How much of its distance from one half a stated confidence keeps; models state too much."""

NOT_RECORDED = "No recorded answer."


@dataclass(frozen=True, slots=True)
class Account:
    """What one judgement took, for the log. `outcome` is answered, repaired, refused, not-recorded or fallback."""

    judge: str
    outcome: str
    clauses: int
    usage: Usage
    cost: int
    seconds: float
    why: str = ""


def _nobody(account: Account) -> None:
    del account


class Reader:
    """A judge like Spec.judge: called with a spec and a claim, it gives a verdict, whatever happens to the model."""

    def __init__(
        self,
        model: str,
        ask: Ask,
        *,
        price: Price | None = None,
        budget: Budget | None = None,
        limit: int | None = None,
        told: Callable[[Account], None] = _nobody,
    ) -> None:
        """`limit` is what may be spent a day, in millionths of a dollar; `told` gets an account of every judgement."""
        self.name = f"bedrock:{model}"
        self._model = model
        self._ask = ask
        self._price = price or Price()
        self._budget = budget or RunBudget()
        self._limit = limit
        self._told = told

    def __call__(self, spec: Spec, claim: Claim, names: Iterable[str] = ()) -> Verdict:
        """The verdict on a claim; `names` are those of people that are not sent outside."""
        began = time.perf_counter()
        masking = Masking(names)
        clauses = shown(spec, claim)
        used: list[Usage] = []
        why = ""
        try:
            answer = self._answer(request(self._model, claim, clauses, masking), clauses, used)
            outcome = "repaired" if len(used) > 1 else "answered"
            verdict = self._verdict(spec, claim, answer, masking)
        except Fault as fault:
            outcome, why = "refused", str(fault)
            reason = "The model's answer did not hold when it was checked against the spec; a person has to read it."
            verdict = self._undecided(spec, claim, reason)
        except NotRecorded:
            outcome = "not-recorded"
            verdict = self._undecided(spec, claim, NOT_RECORDED)
        except NoAnswer as error:
            outcome, why = "fallback", str(error)
            verdict = replace(spec.judge(claim), judge=f"{JUDGE}, for {self.name}")
        usage = sum(used, Usage())
        seconds = time.perf_counter() - began
        self._told(Account(self.name, outcome, len(clauses), usage, self._price.of(usage), seconds, why))
        return verdict

    def _answer(self, asked: Plain, clauses: list[Clause], used: list[Usage]) -> Answer:
        """The first answer that holds, of two at most. Raises Fault or NoAnswer."""
        call = self._call(asked, used)
        try:
            return checked(call["input"], clauses)
        except Fault as fault:
            call = self._call(again(asked, call, str(fault)), used)
        return checked(call["input"], clauses)

    def _call(self, asked: Plain, used: list[Usage]) -> Plain:
        """Ask if it can be paid, and count what it cost. Raises NoAnswer."""
        if self._limit is not None and self._budget.spent() + self._price.of(Usage.at_most(asked)) > self._limit:
            raise NoAnswer("The day's limit for the language model is reached.")
        answer = self._ask(asked)
        used.append(Usage.of(answer))
        self._budget.add(self._price.of(used[-1]))
        call = call_in(answer)
        if call is None:
            raise NoAnswer(f"The model did not give a judgement (stop reason: {answer.get('stopReason', 'none')}).")
        return call

    def _verdict(self, spec: Spec, claim: Claim, answer: Answer, masking: Masking) -> Verdict:
        category = CATEGORIES[answer.verdict]
        confidence = 0.0 if category == UNDECIDED else 0.5 + TRUST * (answer.confidence - 0.5)
        return Verdict(
            category=category,
            confidence=round(min(max(confidence, 0.0), 1.0), 4),
            citations=_each_once([*answer.citations, *_found(spec, claim)]),
            counter=answer.counter,
            reasons=(masking.unmask(answer.reason),),
            judge=self.name,
            engine=spec.engine,
            spec=spec.stamp.content,
            claim=claim,
        )

    def _undecided(self, spec: Spec, claim: Claim, reason: str) -> Verdict:
        answer = Answer("silent", 0.0, (), None, reason)
        return self._verdict(spec, claim, answer, Masking())


def _found(spec: Spec, claim: Claim) -> list[Citation]:
    """The best clauses of the search, for the reader of the verdict."""
    hits = spec.deciding(claim.shortened().parts(), CITED)
    return [Citation(hit.clause.cite, hit.clause.title, hit.clause.url, hit.quote, RELATED) for hit in hits]


def _each_once(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """As many as a verdict shows, each clause with its first quote."""
    cited: dict[str, Citation] = {}
    for citation in citations:
        cited.setdefault(citation.clause, citation)
    return tuple(cited.values())[:CITED]
