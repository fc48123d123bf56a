"""The judge by a language model: it has a claim read once or twice, checks what comes back, or gives up.

1. if so set, or if the claim is in another language than the spec or finds nothing, the model restates it as searches
   in the manner of the spec; without any the claim alone is used;
2. the clauses that may decide are found by the same search as the built-in judge's (context);
3. the prompt is sent, unless the day's budget is spent (prompt, budget);
4. the response is checked word by word against those clauses; a fault is told once (response);
5. if so set, the claim is read again with everything in another order; readings that differ leave it to a person;
6. without a first response the built-in judge gives the verdict, which says so; without one that passes the check, or
   without a second reading where one is needed, a person decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from spec_lookup.errors import NoResponse, NotRecorded
from spec_lookup.judge.claim import WEIGHTS, Claim
from spec_lookup.judge.language import is_legible
from spec_lookup.judge.sentences import SAID, Reason
from spec_lookup.judge.spec import CITED, JUDGE, Spec
from spec_lookup.judge.verdict import NOTHING, READING, RELATED, UNDECIDED, Citation, Reading, Verdict
from spec_lookup.llm.budget import Budget, Price, RunBudget, Usage
from spec_lookup.llm.cassettes import LanguageModel
from spec_lookup.llm.context import context
from spec_lookup.llm.masking import Masking
from spec_lookup.llm.names import BEDROCK
from spec_lookup.llm.prompt import ENGLISH, Plain, earlier_prompt, follow_up, prompt, searches_prompt, second_prompt
from spec_lookup.llm.reading import CATEGORIES, agree, confidence_of, is_unsure, reading_of
from spec_lookup.llm.response import Fault, Response, checked_response, searches_in, tool_call
from spec_lookup.search.clause import Clause

NOT_RECORDED = Reason("not-recorded")
NOT_HELD = Reason("not-held")
DISAGREED = Reason("disagreed")
UNSURE = Reason("unsure")
READ_ONCE = Reason("read-once")
SEE_CLAUSE = Reason("see-clause")
SEE_NONE = Reason("see-none")
SEE_NOTHING = Reason("see-nothing")
"""The sentence in place of a reason with numbers that are in nothing that the model was shown."""


@dataclass(frozen=True, slots=True)
class Account:
    """What one judgement took, for the log.

    `outcome` is answered, repaired, disagreed, unsure, read-once, refused, not-recorded or fallback; `calls` counts
    responses.
    """

    judge: str
    outcome: str
    clauses: int
    usage: Usage
    cost: int
    seconds: float
    why: str = ""
    calls: int = 0


def _nobody(account: Account) -> None:
    del account


def always(category: str) -> bool:
    """Every category is read twice."""
    del category
    return True


@dataclass(slots=True)
class _Read:
    """A claim while it is read."""

    spec: Spec
    claim: Claim
    masking: Masking
    clauses: Sequence[Clause] = ()
    used: list[Usage] = field(default_factory=list)
    repaired: bool = False
    restated: bool = False
    began: float = field(default_factory=time.perf_counter)


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
        twice: Callable[[str], bool] = always,
        restates: bool = False,
        earlier: bool = False,
        patience: float | None = None,
    ) -> None:
        """`limit` is what may be spent a day, in millionths of a dollar; `log` gets an account of every judgement.

        A claim is read a second time if `twice` says so of the category that the first reading came to, unless it took
        longer than `patience` seconds. With `restates` the model is first asked for searches. `earlier` asks as
        verdicts were asked for when a claim was read once.
        """
        self.name = f"{provider}:{model}"
        self._model = model
        self._language_model = language_model
        self._price = price or Price()
        self._budget = budget or RunBudget()
        self._limit = limit
        self._log = log
        self._twice = twice
        self._restates = restates
        self._earlier = earlier
        self._patience = patience

    def __call__(self, spec: Spec, claim: Claim, names: Iterable[str] = ()) -> Verdict:
        """The verdict on a claim; `names` are those of people that are not sent outside."""
        read = _Read(spec, claim, Masking(names, between_words_only=self._earlier))
        why = ""
        try:
            read.clauses = self._clauses(read)
            ask = earlier_prompt if self._earlier else prompt
            first = self._response(read, ask(self._model, claim, read.clauses, read.masking))
            outcome, verdict, why = self._concluded(read, first)
        except Fault as fault:
            outcome, why = "refused", str(fault)
            verdict = self._undecided(read, NOT_HELD)
        except NotRecorded:
            outcome = "not-recorded"
            verdict = self._undecided(read, NOT_RECORDED)
        except NoResponse as error:
            outcome, why = "fallback", str(error)
            verdict = replace(spec.judge(claim), judge=f"{JUDGE}, for {self.name}")
        usage = sum(read.used, Usage())
        cost, seconds = self._price.of(usage), time.perf_counter() - read.began
        self._log(Account(self.name, outcome, len(read.clauses), usage, cost, seconds, why, len(read.used)))
        return verdict

    def _clauses(self, read: _Read) -> list[Clause]:
        """The clauses that are shown; none only where the spec has none."""
        if self._earlier:
            return context(read.spec, read.claim, never_empty=False)
        restates = self._restates or (read.spec.is_legible and not is_legible(read.claim.observed))
        found = [] if restates else context(read.spec, read.claim, never_empty=False)
        return found or context(read.spec, read.claim, self._searches(read))

    def _searches(self, read: _Read) -> list[str]:
        """The claim restated as searches; none when that does not succeed: the claim itself is a search."""
        read.restated = True
        language = ENGLISH if read.spec.is_legible else "that of the report"
        try:
            return searches_in(self._sent(read, searches_prompt(self._model, read.claim, read.masking, language)))
        except NoResponse:
            return []

    def _concluded(self, read: _Read, first: Response) -> tuple[str, Verdict, str]:
        """Outcome, verdict, and why it is no decision; after a second reading where one is needed."""
        category = CATEGORIES[first.verdict]
        decides = category != UNDECIDED and not self._earlier
        responses, why = [first], ""
        if decides and not is_unsure(responses) and self._twice(category):
            try:
                responses.append(self._second(read))
            except (Fault, NoResponse) as error:
                why = str(error)
        readings = tuple(reading_of(response, read.masking) for response in responses)
        if why:
            return "read-once", self._undecided(read, READ_ONCE, readings), why
        if not agree(first, responses[-1]):
            return "disagreed", self._undecided(read, DISAGREED, readings), ""
        if decides and is_unsure(responses):
            return "unsure", self._undecided(read, UNSURE, readings), ""
        return ("repaired" if read.repaired else "answered"), self._decided(read, responses), ""

    def _second(self, read: _Read) -> Response:
        """The second reading, which is not corrected: somebody waits for the receipt. Raises Fault or NoResponse."""
        if self._is_late(read):
            raise NoResponse("The first reading took too long for a second one.")
        call = self._call(read, second_prompt(self._model, read.claim, read.clauses, read.masking))
        return checked_response(call["input"], read.clauses, _said(read))

    def _is_late(self, read: _Read) -> bool:
        return self._patience is not None and time.perf_counter() - read.began > self._patience

    def _response(self, read: _Read, asked: Plain) -> Response:
        """The first response that passes the check, of two at most. Raises Fault or NoResponse.

        After searches there is a correction only where neither they nor the reading were slow.
        """
        said = None if self._earlier else _said(read)
        call = self._call(read, asked)
        try:
            return checked_response(call["input"], read.clauses, said)
        except Fault as fault:
            if read.restated and self._is_late(read):
                raise
            call = self._call(read, follow_up(asked, call, str(fault)))
        read.repaired = True
        return checked_response(call["input"], read.clauses, said)

    def _call(self, read: _Read, asked: Plain) -> Plain:
        """The call of the tool in the response to a prompt. Raises NoResponse."""
        response = self._sent(read, asked)
        call = tool_call(response)
        if call is None:
            raise NoResponse(f"The model did not give a judgement (stop reason: {response.get('stopReason', 'none')}).")
        return call

    def _sent(self, read: _Read, asked: Plain) -> Plain:
        """Send the prompt if the budget allows it, and count what it cost. Raises NoResponse."""
        if self._limit is not None and self._budget.spent() + self._price.of(Usage.at_most(asked)) > self._limit:
            raise NoResponse("The day's limit for the language model is reached.")
        response = self._language_model(asked)
        read.used.append(Usage.of(response))
        self._budget.add(self._price.of(read.used[-1]))
        return response

    def _decided(self, read: _Read, responses: list[Response], reason: Reason | None = None) -> Verdict:
        """The verdict of readings that agree, with a reason of ours in the place of the model's if one is given.

        That of one reading may be that the spec is silent.
        """
        first = responses[0]
        category = CATEGORIES[first.verdict]
        instead = SEE_NOTHING if category == UNDECIDED else SEE_CLAUSE if first.ground == "clause" else SEE_NONE
        said = read.masking.unmask(first.reason)
        reason = reason or (Reason(SAID, {"text": said}) if said else instead)
        return Verdict(
            category=category,
            confidence=confidence_of(responses),
            citations=_each_once([*first.citations, *_nearest(read.spec, read.claim)]),
            counter=first.counter,
            reasons=(reason,),
            judge=self.name,
            engine=read.spec.engine,
            spec=read.spec.stamp.content,
            claim=read.claim,
            ground="" if self._earlier else NOTHING if category == UNDECIDED else READING,
            readings=() if self._earlier else tuple(reading_of(response, read.masking) for response in responses),
        )

    def _undecided(self, read: _Read, reason: Reason, readings: tuple[Reading, ...] = ()) -> Verdict:
        verdict = self._decided(read, [Response("silent", "none", 0.0, (), None, "")], reason)
        shown = [reading.citation for reading in readings if reading.citation]
        related = [replace(citation, stance=RELATED) for citation in shown]
        return replace(verdict, readings=readings, citations=_each_once([*related, *verdict.citations]))


def _said(read: _Read) -> str:
    return " ".join(read.masking.mask(str(getattr(read.claim, name))) for name in WEIGHTS)


def _nearest(spec: Spec, claim: Claim) -> list[Citation]:
    """The best clauses of the search, for the reader of the verdict."""
    hits = spec.deciding(claim.shortened().parts(), CITED)
    return [Citation(hit.clause.cite, hit.clause.title, hit.clause.url, hit.quote, RELATED) for hit in hits]


def _each_once(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """The citations of a verdict: as many as it shows, each clause with its first quote."""
    cited: dict[str, Citation] = {}
    for citation in citations:
        cited.setdefault(citation.clause, citation)
    return tuple(cited.values())[:CITED]
