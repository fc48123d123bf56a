"""Judges, what they read of a request, and their verdict as an event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import spec_lookup
from intake_fn import log
from intake_fn.core.case import Case
from intake_fn.core.errors import TryLater
from intake_fn.core.escalation import speciality_of
from intake_fn.core.events import Judged, JudgedInShadow, Received
from intake_fn.core.names import SPECDESK
from intake_fn.core.process import Process
from intake_fn.core.request import Request
from intake_fn.core.verdicts import BUILT_IN, is_placed
from intake_fn.core.vocabulary import Category

if TYPE_CHECKING:
    from spec_lookup import Claim, Spec, Verdict

Judge = Callable[["Spec", "Claim", tuple[str, ...]], "Verdict"]
"""From the spec, a claim and the names of people in it, which are not sent outside, to a verdict."""


def built_in(spec: Spec, claim: Claim, names: tuple[str, ...]) -> Verdict:
    """The judge that asks nobody."""
    del names
    return spec.judge(claim)


def form_first(judge: Judge) -> Judge:
    """A judge that is asked only what the form does not settle: set-ups and plain questions are not sent outside."""

    def judged(spec: Spec, claim: Claim, names: tuple[str, ...]) -> Verdict:
        return spec.by_form(claim) or judge(spec, claim, names)

    return judged


def where_recorded(judge: Judge) -> Judge:
    """A judge by recorded readings; the built-in one for a claim without any, or where the spec has changed since."""

    def judged(spec: Spec, claim: Claim, names: tuple[str, ...]) -> Verdict:
        verdict = judge(spec, claim, names)
        return verdict if verdict.readings else built_in(spec, claim, names)

    return judged


def without_fallback(judge: Judge) -> Judge:
    """A judge who raises TryLater where the built-in one speaks in a model's place: the two are not compared."""

    def judged(spec: Spec, claim: Claim, names: tuple[str, ...]) -> Verdict:
        verdict = judge(spec, claim, names)
        if verdict.judge.startswith(f"{BUILT_IN}, for "):
            raise TryLater(f"The language model does not answer ({verdict.judge}). Try it again once it does.")
        return verdict

    return judged


def claim_of(request: Request) -> Claim:
    """What the judge reads of a request."""
    return spec_lookup.Claim(
        summary=request.summary,
        what_happened=request.description,
        what_expected=request.expected,
        steps=request.steps,
        module=request.module,
        reporter_says=request.kind.value,
    )


def people_in(case: Case) -> tuple[str, ...]:
    """Names that are not sent outside: the requester, who is to be set up, who approves it, whose mail was forwarded.

    Those of the request as it was received, so that a verdict is given again by the same ones.
    """
    received = case.history[0] if case.history else None
    request = received.request if isinstance(received, Received) else case.request
    named = (request.details.get(detail, "") for detail in ("person_name", "approver"))
    client = request.on_behalf_of.name if request.on_behalf_of else ""
    return (request.requester.name, *filter(None, (*named, client)))


MayAct = Callable[[str], bool]
"""Whether a language model may act, by the name of its judge (spec_lookup's qualification)."""


def anyone(judge: str) -> bool:
    """Every judge may act."""
    del judge
    return True


def acts(verdict: Verdict, process: Process, may_act: MayAct) -> bool:
    """Whether a verdict decides. What is undecided proposes nothing; a language model has to be qualified."""
    if verdict.category == Category.UNDECIDED:
        return True
    return is_qualified(verdict, may_act) and verdict.category in process.judge.acts


def is_qualified(verdict: Verdict, may_act: MayAct) -> bool:
    """Whether the judge of a verdict needs no qualification, or has passed it."""
    return verdict.judge.startswith(BUILT_IN) or may_act(verdict.judge)


def judged(
    case: Case, judge: Judge, spec: Spec, process: Process, now: Callable[[], datetime], may_act: MayAct = anyone
) -> Judged:
    """The verdict on a request, as the event that records it."""
    with log.bound(case=case.id):
        verdict = judge(spec, claim_of(case.request), people_in(case))
    return Judged(
        at=now(),
        actor=SPECDESK,
        category=Category(verdict.category),
        verdict=verdict.to_plain(),
        speciality=speciality_of(case.request, process),
        acts=acts(verdict, process, may_act) and not is_placed(case),
        unqualified=verdict.category != Category.UNDECIDED and not is_qualified(verdict, may_act),
    )


def judged_in_shadow(
    case: Case, judge: Judge | None, spec: Callable[[], Spec], now: Callable[[], datetime]
) -> JudgedInShadow | None:
    """A language model's verdict that does not act; None without one, and where it did not speak or has before."""
    if judge is None:
        return None
    with log.bound(case=case.id):
        verdict = judge(spec(), claim_of(case.request), people_in(case))
    spoken = [event.verdict["judge"] for event in case.history if isinstance(event, JudgedInShadow)]
    if verdict.judge.startswith(BUILT_IN) or verdict.judge in spoken:
        return None
    return JudgedInShadow(at=now(), actor=SPECDESK, category=Category(verdict.category), verdict=verdict.to_plain())
