"""The judge by a language model: it sends a prompt, checks the response, sends one follow-up, or gives up.

1. the clauses that may decide are found by the same search as the built-in judge's (context);
2. the prompt is sent, unless the day's budget is spent (prompt, budget);
3. the response is checked word by word against those clauses; a fault is told once (response);
4. without a response the built-in judge gives the verdict, which says so; without one that passes the check a person
   decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from spec_lookup.errors import NoResponse, NotRecorded
from spec_lookup.judge.claim import Claim
from spec_lookup.judge.spec import CITED, JUDGE, Spec
from spec_lookup.judge.verdict import BUG, CHANGE, MISC, RELATED, UNDECIDED, Citation, Verdict
from spec_lookup.llm.budget import Budget, Price, RunBudget, Usage
from spec_lookup.llm.cassettes import LanguageModel
from spec_lookup.llm.context import context
from spec_lookup.llm.masking import Masking
from spec_lookup.llm.prompt import Plain, follow_up, prompt
from spec_lookup.llm.response import Fault, Response, checked_response, tool_call
from spec_lookup.search.clause import Clause

CATEGORIES = {"bug": BUG, "change": CHANGE, "misc": MISC, "silent": UNDECIDED}

TRUST = 0.9
"""How much of its distance from one half a stated confidence keeps; models state too much."""

BEDROCK, OPENAI = "bedrock", "openai"
PROVIDERS = (BEDROCK, OPENAI)
"""How a language model is called: `converse` of Amazon Bedrock, or chat completions; first in the judge's name."""

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


class LlmJudge:
    """A judge like Spec.judge: called with a spec and a claim, it gives a verdict, whatever happens to the model."""

    def __init__(
        self,
        model: str,
        language_model: LanguageModel,
        *,
        price: Price | None = None,
        budget: Budget | None = None,
        limit: int | None = None,
        log: Callable[[Account], None] = _nobody,
        provider: str = BEDROCK,
    ) -> None:
        """`limit` is what may be spent a day, in millionths of a dollar; `log` gets an account of every judgement."""
        self.name = f"{provider}:{model}"
        self._model = model
        self._language_model = language_model
        self._price = price or Price()
        self._budget = budget or RunBudget()
        self._limit = limit
        self._log = log

    def __call__(self, spec: Spec, claim: Claim, names: Iterable[str] = ()) -> Verdict:
        """The verdict on a claim; `names` are those of people that are not sent outside."""
        began = time.perf_counter()
        masking = Masking(names)
        clauses = context(spec, claim)
        used: list[Usage] = []
        why = ""
        try:
            response = self._response(prompt(self._model, claim, clauses, masking), clauses, used)
            outcome = "repaired" if len(used) > 1 else "answered"
            verdict = self._verdict(spec, claim, response, masking)
        except Fault as fault:
            outcome, why = "refused", str(fault)
            reason = "The model's answer did not hold when it was checked against the spec; a person has to read it."
            verdict = self._undecided(spec, claim, reason)
        except NotRecorded:
            outcome = "not-recorded"
            verdict = self._undecided(spec, claim, NOT_RECORDED)
        except NoResponse as error:
            outcome, why = "fallback", str(error)
            verdict = replace(spec.judge(claim), judge=f"{JUDGE}, for {self.name}")
        usage = sum(used, Usage())
        seconds = time.perf_counter() - began
        self._log(Account(self.name, outcome, len(clauses), usage, self._price.of(usage), seconds, why))
        return verdict

    def _response(self, first: Plain, clauses: list[Clause], used: list[Usage]) -> Response:
        """The first response that passes the check, of two at most. Raises Fault or NoResponse."""
        call = self._call(first, used)
        try:
            return checked_response(call["input"], clauses)
        except Fault as fault:
            call = self._call(follow_up(first, call, str(fault)), used)
        return checked_response(call["input"], clauses)

    def _call(self, sent: Plain, used: list[Usage]) -> Plain:
        """Send the prompt if the budget allows it, and count what it cost. Raises NoResponse."""
        if self._limit is not None and self._budget.spent() + self._price.of(Usage.at_most(sent)) > self._limit:
            raise NoResponse("The day's limit for the language model is reached.")
        response = self._language_model(sent)
        used.append(Usage.of(response))
        self._budget.add(self._price.of(used[-1]))
        call = tool_call(response)
        if call is None:
            raise NoResponse(f"The model did not give a judgement (stop reason: {response.get('stopReason', 'none')}).")
        return call

    def _verdict(self, spec: Spec, claim: Claim, response: Response, masking: Masking) -> Verdict:
        category = CATEGORIES[response.verdict]
        confidence = 0.0 if category == UNDECIDED else 0.5 + TRUST * (response.confidence - 0.5)
        return Verdict(
            category=category,
            confidence=round(min(max(confidence, 0.0), 1.0), 4),
            citations=_each_once([*response.citations, *_nearest(spec, claim)]),
            counter=response.counter,
            reasons=(masking.unmask(response.reason),),
            judge=self.name,
            engine=spec.engine,
            spec=spec.stamp.content,
            claim=claim,
        )

    def _undecided(self, spec: Spec, claim: Claim, reason: str) -> Verdict:
        response = Response("silent", 0.0, (), None, reason)
        return self._verdict(spec, claim, response, Masking())


def _nearest(spec: Spec, claim: Claim) -> list[Citation]:
    """The best clauses of the search, for the reader of the verdict."""
    hits = spec.deciding(claim.shortened().parts(), CITED)
    return [Citation(hit.clause.cite, hit.clause.title, hit.clause.url, hit.quote, RELATED) for hit in hits]


def _each_once(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """As many as a verdict shows, each clause with its first quote."""
    cited: dict[str, Citation] = {}
    for citation in citations:
        cited.setdefault(citation.clause, citation)
    return tuple(cited.values())[:CITED]
