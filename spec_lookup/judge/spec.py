"""An opened spec: search it, and have a claim judged against it.

The judge goes one way, top to bottom:

1. the set-up form and the question form say what they are, where their text asks and reports nothing (form);
2. a crash of the program is a bug, unless one of the nearest clauses may be its cause (failures);
3. what asks for a user, a company or access, or asks a question, and reports nothing is support (evidence, router);
4. all else is left to a person, who gets the nearest clause whole, and reads what it sounds like.

No clause decides by itself, nor does a wish or what is said to be lost; evaluation/built-in.md says what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from spec_lookup.judge.claim import Claim
from spec_lookup.judge.confidence import confidence
from spec_lookup.judge.evidence import (
    ROUTES,
    TO_SET_UP,
    Route,
    asks_for,
    deviates,
    expects_answer,
    imagines,
    names_access,
    route,
    wishes,
)
from spec_lookup.judge.failures import (
    CRASH,
    SOUNDS_LOST,
    explaining,
    is_elsewhere,
    tells_crash,
    tells_error,
    tells_loss,
)
from spec_lookup.judge.form import (
    QUESTION_FORM,
    REASONS,
    SETUP_FORM,
    asks,
    changes_program,
    says_what_it_is,
    stated,
    stated_with_sureness,
    tells_report,
)
from spec_lookup.judge.language import is_legible
from spec_lookup.judge.reasons import SOUNDS_NEW, citations, named, why_decided, why_undecided
from spec_lookup.judge.router import FAILURE, NEW, QUESTION, SETUP, Router
from spec_lookup.judge.sentences import Reason
from spec_lookup.judge.verdict import BUG, FORM, MISC, NOTHING, UNDECIDED, WORDS, Verdict
from spec_lookup.search.spec_index import Hit, SpecIndex
from spec_lookup.search.words import words

JUDGE = "built-in"

FEWEST_WORDS = 3
"""Words from which a claim says enough to have a kind."""

CITED = 3

NEAR = 8
"""Clauses that may be the cause of a crash."""

ROUTED = 0.7
"""The probability from which the router's word is taken. Chosen on its own claims; see evaluation/router.md."""

ROUTED_AGAINST = 0.8
"""The same where words point to a report of behaviour ("not", "instead of", or more than an answer is expected), and
where there is no model for the meaning."""

ASKED = 0.5
"""The probability of a question below which its words alone make none."""

STATED = 0.4
"""The probability of a report from which what is stated beside a question or a set-up may be one."""

FITS = {QUESTION_FORM: 0.5, SETUP_FORM: 0.3}
"""The probability, of a question and of a set-up together, below which a form settles nothing. Chosen on reports of
other sets as if they came by these forms: of 506 the question form settles none."""

WISHED = 0.9
"""The probability of a wish from which it sounds like one, and a form settles nothing."""

WISHED_IN_WORDS = 0.3
"""The same where there are words for a wish, too: "has no", "missing" and "feature" stand in reports as well."""

WISHED_BESIDE_A_SETUP = 0.6
"""The same for the set-up form, through which nothing is wished for."""

FAILED = 0.2
"""The probability of a failure below which a crash needs the words of an error that only programs have."""


SAMPLE = 20
"""Clauses by which the language of a spec is told."""


class Spec(SpecIndex):
    """A spec that can be searched, and by which claims are judged."""

    @cached_property
    def is_legible(self) -> bool:
        """Whether it is in the language that rules and router have learnt."""
        return is_legible(" ".join(self._clauses[n].markdown for n in range(min(SAMPLE, len(self._clauses)))))

    def nearest(self, claim: Claim) -> str:
        """The clause that a claim resembles most, as page#anchor; "" when none has to do with it."""
        hits = self.deciding(claim.evidence().parts(), 1)
        return hits[0].clause.cite if hits else ""

    def judge(self, claim: Claim) -> Verdict:
        """The verdict on a claim: the same for the same claim and spec, always."""
        if settled := self.by_form(claim):
            return settled
        evidence = claim.evidence()
        near = self.deciding(evidence.parts(), NEAR)
        hits = near[:CITED]
        routed, sounds = (None, ()) if evidence.is_order else self._by_words(evidence, near)
        if routed:
            return self._verdict(claim, routed, why_decided(routed.reason, hits), hits, WORDS)
        return self._verdict(claim, None, why_undecided(claim, hits) + sounds, hits, NOTHING)

    def by_form(self, claim: Claim) -> Verdict | None:
        """The verdict that the form alone settles; None where the text has to be read."""
        evidence = claim.evidence()
        if not says_what_it_is(evidence) or evidence.is_order or self._reports(evidence):
            return None
        routed = Route(MISC, REASONS[evidence.reporter_says])
        hits = self.deciding(evidence.parts(), CITED)
        return self._verdict(claim, routed, why_decided(routed.reason, hits), hits, FORM)

    def _reports(self, claim: Claim) -> bool:
        """Whether a claim from a form that says what it is reports a failure or a behaviour all the same, or wishes."""
        if not claim.observed.strip():
            return False
        if tells_report(claim) or not is_legible(claim.observed):  # what is not read may be a report
            return True
        router = Router.open(self._embedder)
        if claim.reporter_says == SETUP_FORM and not router.knows(claim.observed) and not names_access(claim):
            return True  # not a word of it is known
        kinds = router.kinds(claim)
        if kinds[NEW] >= WISHED or self._may_report(claim, router):
            return True
        fits = kinds[QUESTION] + kinds[SETUP]
        question = fits >= FITS[QUESTION_FORM] and asks(claim) and not wishes(claim)
        if claim.reporter_says == QUESTION_FORM or question:
            return not question
        setup = kinds[SETUP] >= FITS[SETUP_FORM] or (asks_for(claim) and names_access(claim))
        return not setup or fits < FITS[SETUP_FORM] or kinds[NEW] >= WISHED_BESIDE_A_SETUP or changes_program(claim)

    def _may_report(self, claim: Claim, router: Router) -> bool:
        """Whether what the text of a form states may be a report."""
        return any(
            router.reports(said) >= sure
            for said, sure in stated_with_sureness(claim, by_words_alone=router.by_words_alone)
        )

    def _by_words(self, claim: Claim, near: list[Hit]) -> tuple[Route | None, tuple[Reason, ...]]:
        """What the words of a claim settle by themselves, or else what it sounds like."""
        explained = explaining(claim, [hit.clause for hit in near])
        if explained:
            return None, () if is_elsewhere(claim) else (Reason("may-explain", named(explained)),)
        if tells_crash(claim):
            return (None, ()) if imagines(claim) or not self._may_fail(claim) else (Route(BUG, CRASH), ())
        if tells_loss(claim):
            return None, () if is_elsewhere(claim) else (SOUNDS_LOST,)
        if imagines(claim) or len(words(claim.observed)) < FEWEST_WORDS or not is_legible(claim.observed):
            return None, ()
        router = Router.open(self._embedder)
        if routed := self._routed(claim, router):
            return routed, ()
        new = router.kinds(claim)[NEW]
        wished = new >= WISHED or (wishes(claim) and (new >= WISHED_IN_WORDS or router.by_words_alone))
        return None, (SOUNDS_NEW,) if wished else ()

    def _may_fail(self, claim: Claim) -> bool:
        """Whether the meaning of a claim with words of a crash may be that of a failure."""
        router = Router.open(self._embedder)
        return router.by_words_alone or tells_error(claim) or router.kinds(claim)[FAILURE] >= FAILED

    def _routed(self, claim: Claim, router: Router) -> Route | None:
        """A set-up or a question, in so many words or by its meaning, if nothing is reported with it."""
        if tells_report(claim) or says_what_it_is(claim):  # the form has settled it already, or found a report
            return None
        kinds = router.kinds(claim)
        routed = route(claim) or _by_meaning(claim, kinds, router.by_words_alone)
        if routed is None:
            return None
        said = stated(claim.what_happened)
        if said and router.reports(said) >= STATED:
            return None
        if routed.reason == TO_SET_UP:
            plain = asks_for(claim) and names_access(claim) and not deviates(claim) and not wishes(claim)
            plain = plain and not changes_program(claim)
            return routed if plain and kinds[SETUP] >= ROUTED else None
        return routed if asks(claim) and not wishes(claim) and kinds[QUESTION] >= ASKED else None

    def _verdict(
        self, claim: Claim, routed: Route | None, reasons: tuple[Reason, ...], hits: list[Hit], ground: str
    ) -> Verdict:
        return Verdict(
            category=routed.category if routed else UNDECIDED,
            confidence=confidence(routed.reason.key) if routed else 0.0,
            citations=citations(hits),
            counter=None,
            reasons=reasons,
            judge=JUDGE,
            engine=self.engine,
            spec=self.stamp.content,
            claim=claim,
            ground=ground,
        )


def _by_meaning(claim: Claim, kinds: Mapping[str, float], by_words_alone: bool) -> Route | None:
    """What the router takes a claim for, where the rules have no words for it."""
    kind, probability = max(kinds.items(), key=lambda item: item[1])
    doubtful = deviates(claim) or (kind == QUESTION and not expects_answer(claim))
    sure = ROUTED_AGAINST if doubtful or by_words_alone else ROUTED
    return ROUTES.get(kind) if probability >= sure else None
