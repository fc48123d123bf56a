"""An opened spec: search it, and have a claim judged against it.

The judge goes one way, top to bottom:

1. the set-up form and the question form say what they are, unless their text reports a failure or a behaviour (form);
2. what needs no clause in so many words is routed (evidence.route);
3. else what needs no clause by its meaning is routed (router), and a wish in plain words that is near to no clause;
4. all else is left to a person, who gets the nearest clause whole. No rule decides by a clause: measured on products
   that nobody had in view, such rules were right as often as a coin.
"""

from __future__ import annotations

from spec_lookup.judge.claim import Claim
from spec_lookup.judge.evidence import (
    ROUTES,
    WANTS_NEW,
    Route,
    denies_failure,
    deviates,
    expects_answer,
    route,
    seen,
    wishes,
)
from spec_lookup.judge.form import REASONS, says_what_it_is, stated_with_sureness, tells_report
from spec_lookup.judge.reasons import citations, why_decided, why_undecided
from spec_lookup.judge.router import FAILURE, QUESTION, Router
from spec_lookup.judge.sentences import Reason
from spec_lookup.judge.verdict import CHANGE, FORM, MISC, NOTHING, UNDECIDED, WORDS, Verdict
from spec_lookup.search.spec_index import Hit, SpecIndex, words_of
from spec_lookup.search.words import mostly_latin, words

JUDGE = "built-in"

FEWEST_WORDS = 3
"""Words from which a claim says enough to have a kind."""

CITED = 3

ROUTED = 0.7
"""The probability from which the router's word is taken. Chosen on its own claims; see evaluation/router.md."""

ROUTED_AGAINST = 0.8
"""The same where words point to a report of behaviour ("not", "instead of", or more than an answer is expected), and
where there is no model for the meaning."""

BY_FORM = 0.9
"""The confidence of what the form settles."""

SILENT = 0.12
"""Share of a wish's words below which the best clause has nothing to do with it; a nearer one leaves it to a person."""


class Spec(SpecIndex):
    """A spec that can be searched, and by which claims are judged."""

    def nearest(self, claim: Claim) -> str:
        """The clause that a claim resembles most, as page#anchor; "" when none has to do with it."""
        hits = self.deciding(claim.evidence().parts(), 1)
        return hits[0].clause.cite if hits else ""

    def judge(self, claim: Claim) -> Verdict:
        """The verdict on a claim: the same for the same claim and spec, always."""
        if settled := self.by_form(claim):
            return settled
        evidence = claim.evidence()
        hits = self.deciding(evidence.parts(), CITED)
        routed = route(evidence) or self._routed(evidence)
        if routed and not (routed.category == MISC and says_what_it_is(evidence)):  # a report is neither
            reasons = why_decided(routed.reason, hits)
            return self._verdict(claim, routed.category, routed.confidence, reasons, hits, WORDS)
        if wishes(evidence) and self._is_silent_on(evidence, hits):
            return self._verdict(claim, CHANGE, 0.7, why_decided(WANTS_NEW, hits), hits, WORDS)
        return self._verdict(claim, UNDECIDED, 0.0, why_undecided(evidence, hits), hits, NOTHING)

    def by_form(self, claim: Claim) -> Verdict | None:
        """The verdict that the form alone settles; None where the text has to be read."""
        evidence = claim.evidence()
        if not says_what_it_is(evidence) or self._reports(evidence):
            return None
        hits = self.deciding(evidence.parts(), CITED)
        reasons = why_decided(REASONS[evidence.reporter_says], hits)
        return self._verdict(claim, MISC, BY_FORM, reasons, hits, FORM)

    def _reports(self, claim: Claim) -> bool:
        """Whether a claim from a form that says what it is reports a failure or a behaviour all the same."""
        if tells_report(claim) or not mostly_latin(claim.observed):  # what is not read may be a report
            return True
        router = Router.open(self._embedder)
        return any(
            router.reports(stated) >= sure
            for stated, sure in stated_with_sureness(claim, by_words_alone=router.by_words_alone)
        )

    def _routed(self, claim: Claim) -> Route | None:
        """What needs no clause by its meaning, where the rules have no words for it and the router the language."""
        if len(words(claim.observed)) < FEWEST_WORDS or not mostly_latin(claim.observed):
            return None
        router = Router.open(self._embedder)
        kind, probability = max(router.kinds(claim).items(), key=lambda item: item[1])
        if kind == FAILURE:  # only what was seen counts, not what was expected, quoted or denied
            if denies_failure(claim):
                return None
            probability = min(probability, router.kinds(Claim("", seen(claim)))[FAILURE])
        doubtful = (kind != FAILURE and deviates(claim)) or (kind == QUESTION and not expects_answer(claim))
        sure = ROUTED_AGAINST if doubtful or router.by_words_alone else ROUTED
        if kind not in ROUTES or probability < sure:
            return None
        category, reason = ROUTES[kind]
        return Route(category, round(probability, 2), reason)

    def _is_silent_on(self, claim: Claim, hits: list[Hit]) -> bool:
        """Whether even the best clause hardly shares a word with what is asked for."""
        wish = set(words(f"{claim.summary} {claim.expected}"))
        if not hits or not wish:
            return True
        clause_words = set(words_of(hits[0].clause))
        return len(wish & clause_words) / len(wish) <= SILENT

    def _verdict(
        self,
        claim: Claim,
        category: str,
        confidence: float,
        reasons: tuple[Reason, ...],
        hits: list[Hit],
        ground: str,
    ) -> Verdict:
        return Verdict(
            category=category,
            confidence=round(confidence, 4),
            citations=citations(hits),
            counter=None,
            reasons=reasons,
            judge=JUDGE,
            engine=self.engine,
            spec=self.stamp.content,
            claim=claim,
            ground=ground,
        )
