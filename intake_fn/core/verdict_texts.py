"""Sentences about a verdict: how it was reached, how sure it is, and what would help a person to decide. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from intake_fn.core import sla
from intake_fn.core.case import Case
from intake_fn.core.events import RequesterReplied
from intake_fn.core.form_labels import label_of
from intake_fn.core.interview import is_interviewed, lacking
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.process import CLIENT, Process
from intake_fn.core.request import Channel, Kind
from intake_fn.core.verdicts import (
    BUILT_IN,
    decided_with_lead,
    decision,
    in_words,
    is_placed,
    is_recorded,
    judged_otherwise,
    judgement,
    proposal,
    reason_of,
)
from intake_fn.core.vocabulary import Category, Status
from intake_fn.texts import gettext, say
from spec_lookup import Reason, measured

SHOWN_OTHERWISE = frozenset({"person-decides", "nearest-whole", "nearest-begins", "nearest-sentence", "no-clause"})
"""Reasons that say what heading, quote and mark say already."""

ASKED_FOR = frozenset({"nothing-expected", "number-missing"})
"""Reasons that name what is missing."""

NOT_SURE = 0.5
SURE = ((0.95, "very-sure"), (0.8, "sure"), (NOT_SURE, "rather-sure"), (0.0, "unsure"))
"""How sure a language model calls itself, from this share on."""


def said_of(case: Case, *, for_requester: bool = True) -> str:
    """The sentence above a verdict: what the request is, and who says so; to who has to decide, that they have to."""
    kind = say(f"kind.{case.category}")
    if decision(case):
        return say("says.person", kind=kind)
    if decided_with_lead(case):
        return say("says.lead", kind=kind)
    if is_placed(case):
        other = judged_otherwise(case)
        return say("says.placed-otherwise" if other else "says.placed", kind=kind, judged=say(f"kind.{other}"))
    if proposed := proposal(case):
        judged = judgement(case)
        key = "says.proposed-unqualified" if judged and judged.unqualified else "says.proposed"
        return say(key, kind=say(f"kind.{proposed}"))
    if case.category is not Category.UNDECIDED:
        return say("says.program", kind=kind)
    return say("says.undecided") if for_requester else say("says.decide")


def reached_by(verdict: Mapping[str, Any]) -> str:
    """How a verdict was reached; "" for an undecided one, and in logs of before it was recorded."""
    ground, judge = verdict.get("ground", ""), verdict.get("judge", "")
    if verdict["category"] == Category.UNDECIDED or not ground:
        return ""
    if ground == "reading":
        name = "recorded" if is_recorded(verdict) else "model"
        times = "twice" if len(verdict.get("readings", ())) > 1 else "once"
        return say(f"by.{name}-{times}", judge=judge.partition(":")[2] or judge)
    return say(f"by.{ground}")


def sureness(verdict: Mapping[str, Any]) -> str:
    """How often a rule was right where it was measured; how sure a language model, which has a provider, calls itself.

    That of two readings that agree is measured, and no estimate: then it is the less sure one of them that speaks.
    """
    stated = [float(reading["confidence"]) for reading in verdict.get("readings", ())]
    judge, share = str(verdict.get("judge", "")), min(stated, default=float(verdict.get("confidence") or 0))
    if verdict["category"] == Category.UNDECIDED:
        return ""
    if judge.startswith(BUILT_IN):
        return _measured(verdict)
    if ":" not in judge:
        return ""
    words = next(name for least, name in SURE if share >= least)
    return say("by.sureness", sure=say(f"sure.{words}"), percent=round(share * 100))


def _measured(verdict: Mapping[str, Any]) -> str:
    """How often the rule that decided was right; "" where it is not that by which its confidence was measured."""
    for reason in map(reason_of, verdict["reasons"]):
        found = measured().get(reason.key)
        if found and found.share == verdict.get("confidence"):
            return say("by.measured", right=found.right, decided=found.decided)
    return ""


def reasons_to_show(verdict: Mapping[str, Any], *, asks: object = False) -> tuple[str, ...]:
    """The reasons that nothing else says there; what is missing is among them unless it is asked for, or was."""
    hidden = SHOWN_OTHERWISE | (ASKED_FOR if asks else frozenset())
    if not verdict["citations"]:
        hidden -= {"no-clause"}
    reasons = map(reason_of, verdict["reasons"])
    return tuple(in_words(reason) for reason in reasons if reason.key not in hidden)


def is_shown_clause(verdict: Mapping[str, Any]) -> bool:
    """Whether its clauses belong to a verdict: it rests on them, a person has to read them, or they may help."""
    helps = any(reason_of(plain).key == "may-help" for plain in verdict["reasons"])
    rests = any(row.get("stance") != "related" for row in verdict["citations"])
    return verdict["category"] == Category.UNDECIDED or helps or rests


# --- what the requester could add ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not in a request and would help, by one of ADDED, and how it is asked for."""

    name: str
    question: str


ADDED = ("expected", "number", "steps", "always", "priority", "no_screenshot", "company")
"""What a reply may add, in the order in which it is asked for."""


def missing(case: Case) -> tuple[Missing, ...]:
    """What a requester could add; nothing once they have replied.

    So that a person can decide what is undecided. A bug report that came by mail lacks what its form demands: the
    process has the user interviewed "if required" (docs/process/index.md, "Help Desk Level 0").
    """
    if not case.verdict or not case.status.is_open or has_replied(case):
        return ()
    request, undecided = case.request, case.category is Category.UNDECIDED
    by_mail = request.channel is Channel.MAIL
    of_form = is_interviewed(request) and (undecided or case.category is Category.BUG)
    asks_steps = undecided and request.kind in (Kind.BUG, Kind.QUESTION)
    lacks = {
        "expected": undecided and not request.expected.strip(),
        "number": undecided and bool(_numbers(case.verdict)),
        "steps": asks_steps and not request.steps.strip(),
        "company": by_mail and request.requester.office == CLIENT and not request.requester.company,
        **dict.fromkeys(lacking(request) if of_form else (), True),
    }
    return tuple(Missing(name, question_of(case, name)) for name in ADDED if lacks.get(name))


def has_replied(case: Case) -> bool:
    """Whether the requester has written again: what was missing may be said by now."""
    return any(isinstance(event, RequesterReplied) and event.text for event in case.history)


def question_of(case: Case, name: str) -> str:
    """The question by which something missing is asked for; the answer in a reply stands below it."""
    if name == "priority" and case.request.channel is Channel.MAIL:
        return say("missing.priority")
    if name == "company":
        return say("missing.company")
    if name != "number":
        return gettext(label_of(case.request.kind, name))
    numbers = _numbers(case.verdict or {"reasons": ()})
    return say("missing.number", number=numbers[0]) if numbers else say("missing.which-number")


def _numbers(verdict: Mapping[str, Any]) -> list[str]:
    reasons: list[Reason] = [reason_of(plain) for plain in verdict["reasons"]]
    return [reason.values.get("number", "") for reason in reasons if reason.key == "number-missing"]


# --- by when ---------------------------------------------------------------------------------


def due_in_words(case: Case, process: Process, now: datetime, zone: str) -> str:
    """When a case is due at its level, in words; "" for one that is new or done, and for a change without a clock."""
    if not case.status.is_open or case.status is Status.NEW:
        return ""
    level, priority = process.level(case.level).name, process.priorities[case.priority].name.lower()
    due = sla.due(case, process)
    if case.stage.is_on_its_way and (due is None or due.clock is sla.ClockState.DECIDING):
        return ""
    if due is None:
        return say("due.none", level=level, priority=priority)
    if case.status is Status.WAITING:
        return say("due.paused")
    return _due_at(case, process, due, now, zone)


def due_for_assignee(case: Case, process: Process, now: datetime) -> str:
    """When a case is due at its level, in the zone of its clock; "" where no clock runs."""
    due = sla.due(case, process) if case.status.is_open and case.status not in (Status.NEW, Status.WAITING) else None
    if due is None or due.clock is sla.ClockState.DECIDING:
        return ""
    return _due_at(case, process, due, now, due.zone)


def _due_at(case: Case, process: Process, due: sla.Due, now: datetime, zone: str) -> str:
    level, priority = process.level(case.level).name, process.priorities[case.priority].name.lower()
    key = "due.passed" if due.status(now).breached else "due.at"
    here = f"{due.instant.astimezone(ZoneInfo(zone)):%a %-d %b %Y, %H:%M} ({zone})"
    return say(key, level=level, priority=priority, due=here)


def zone_of_requester(case: Case, process: Process) -> str:
    """The IANA zone of the requester's office; UTC for client companies."""
    office = process.offices.get(case.request.requester.office)
    return office.zone if office else "UTC"
