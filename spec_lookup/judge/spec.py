"""An opened spec: search it, and have a claim judged against it.

The judge goes one way, top to bottom:

1. the set-up form and the question form say what they are, unless their text reports a failure or a behaviour (form);
2. a crash is a bug; what is gone or stuck is one only if no near clause may be the cause (failures);
3. what needs no clause is routed, in so many words (evidence.route) or by its meaning (router); a wish only if the
   spec is silent on it;
4. all else is left to a person, who gets the nearest clause whole.

No clause decides by itself; evaluation/built-in.md says what was tried.
"""

from __future__ import annotations

from spec_lookup.judge.claim import Claim
from spec_lookup.judge.evidence import (
    ASKS,
    ROUTES,
    TO_SET_UP,
    WANTS_NEW,
    Route,
    asks_for,
    deviates,
    expects_answer,
    imagines,
    route,
    seen,
    wishes,
)
from spec_lookup.judge.failures import CRASH, LOSS, denies_failure, explaining, tells_crash, tells_loss
from spec_lookup.judge.form import REASONS, asks, says_what_it_is, stated_with_sureness, tells_report
from spec_lookup.judge.language import is_legible
from spec_lookup.judge.reasons import citations, named, why_decided, why_undecided
from spec_lookup.judge.router import FAILURE, NEW, QUESTION, SETUP, Router
from spec_lookup.judge.sentences import Reason
from spec_lookup.judge.verdict import (
    BUG,
    CHANGE,
    FORM,
    MISC,
    NOTHING,
    UNDECIDED,
    WORDS,
    Verdict,
)
from spec_lookup.search.spec_index import Hit, SpecIndex, words_of
from spec_lookup.search.words import words

JUDGE = "built-in"

FEWEST_WORDS = 3
"""Words from which a claim says enough to have a kind."""

CITED = 3

ROUTED = 0.7
"""The probability from which the router's word is taken. Chosen on its own claims; see evaluation/router.md."""

ROUTED_AGAINST = 0.8
"""The same where words point to a report of behaviour ("not", "instead of", or more than an answer is expected), and
where there is no model for the meaning."""

FAILED = 0.9
"""The probability of a failure from which a claim without words for it tells one."""

ASKED = 0.5
"""The probability of a question below which its words alone make none."""

UNASKED = 0.85
"""The probability, of a question and of a set-up together, from which the question form settles what asks nothing."""

WISHED_BY_FORM = 0.9
"""The probability of a wish from which a form settles nothing."""

CRASHED = 0.95
LOST = 0.8
WISHED = 0.7
"""The confidence of what words settle."""

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
        reasons: tuple[Reason, ...] = ()
        if tells_crash(evidence):
            routed: Route | None = Route(BUG, CRASHED, CRASH)
        elif self._tells_loss(evidence):
            explained = explaining(evidence, (hit.clause for hit in hits))
            routed = None if explained else Route(BUG, LOST, LOSS)
            reasons = (Reason("may-explain", named(explained)),) if explained else ()
        else:
            routed = self._routed(evidence, hits)
        if routed:
            return self._verdict(
                claim, routed.category, routed.confidence, why_decided(routed.reason, hits), hits, WORDS
            )
        return self._verdict(claim, UNDECIDED, 0.0, why_undecided(evidence, hits) + reasons, hits, NOTHING)

    def by_form(self, claim: Claim) -> Verdict | None:
        """The verdict that the form alone settles; None where the text has to be read."""
        evidence = claim.evidence()
        if not says_what_it_is(evidence) or self._reports(evidence):
            return None
        hits = self.deciding(evidence.parts(), CITED)
        reasons = why_decided(REASONS[evidence.reporter_says], hits)
        return self._verdict(claim, MISC, BY_FORM, reasons, hits, FORM)

    def _reports(self, claim: Claim) -> bool:
        """Whether a claim from a form that says what it is reports a failure or a behaviour all the same, or wishes."""
        if tells_report(claim) or not is_legible(claim.observed):  # what is not read may be a report
            return True
        router = Router.open(self._embedder)
        kinds = router.kinds(claim)
        fits = kinds[QUESTION] + kinds[SETUP]
        if kinds[NEW] >= WISHED_BY_FORM or (not asks(claim) and fits < UNASKED):
            return True
        return any(
            router.reports(stated) >= sure
            for stated, sure in stated_with_sureness(claim, by_words_alone=router.by_words_alone)
        )

    def _tells_loss(self, claim: Claim) -> bool:
        """Whether something is said to fail or to be lost, in so many words or by its meaning."""
        if tells_loss(claim):
            return True
        if len(words(claim.observed)) < FEWEST_WORDS or not is_legible(claim.observed) or denies_failure(claim):
            return False
        router = Router.open(self._embedder)
        told = min(router.kinds(each)[FAILURE] for each in (claim, Claim("", seen(claim))))  # not what is expected
        return told >= FAILED

    def _routed(self, claim: Claim, hits: list[Hit]) -> Route | None:
        """What needs no clause: a set-up or a question, and a wish if the spec is silent on it; of English texts."""
        if not is_legible(claim.observed):
            return None
        routed = self._by_rule(claim) or self._by_meaning(claim)
        if routed is None and wishes(claim):
            routed = Route(CHANGE, WISHED, WANTS_NEW)
        if (
            routed is None
            or imagines(claim)
            or (routed.reason == TO_SET_UP and (deviates(claim) or not asks_for(claim)))
        ):
            return None
        if routed.category == CHANGE and not self._is_silent_on(claim, hits):
            return None
        return None if routed.category == MISC and says_what_it_is(claim) else routed  # a report is neither

    def _by_rule(self, claim: Claim) -> Route | None:
        """What needs no clause in so many words, unless the meaning is plainly another."""
        routed = route(claim)
        if routed and routed.reason == ASKS:
            router = Router.open(self._embedder)
            if not router.by_words_alone and router.kinds(claim)[QUESTION] < ASKED:
                return None
        return routed

    def _by_meaning(self, claim: Claim) -> Route | None:
        """What needs no clause by its meaning, where the rules have no words for it."""
        if len(words(claim.observed)) < FEWEST_WORDS:
            return None
        router = Router.open(self._embedder)
        kind, probability = max(router.kinds(claim).items(), key=lambda item: item[1])
        doubtful = deviates(claim) or (kind == QUESTION and not expects_answer(claim))
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
