"""Appeals: the requester does not agree with what was decided, and somebody else decides anew. Pure.

Source: docs/process/index.md, "When a requester does not agree". The decision that is appealed is what the request is:
bug, change request or support. What the Board decided on a change is not: a reply reopens that. The chain of decisions
is the log: each `Overruled` after an `Appealed` decides it, with a reason that the requester reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from intake_fn.core.case import Case, resolved_by
from intake_fn.core.escalation import keeper
from intake_fn.core.event_messages import with_files
from intake_fn.core.events import Event, Judged, LeadUpdated, Overruled, RequesterReplied
from intake_fn.core.intents import AddNote, Intent, SendNotice, UpdateIssue
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.names import actor_of
from intake_fn.core.process import Person, Process
from intake_fn.core.requester_events import Appealed
from intake_fn.core.vocabulary import Category, Outcome, Progress, Stage, Status
from intake_fn.texts import Message, message, say

MOST = 2
"""How often a requester may appeal about one request. The second decision is final; a reply is read all the same."""

BEFORE_THE_BOARD_DECIDES = (Stage.NONE, Stage.OWNER, Stage.BOARD, Stage.DEFERRED)


# --- what was decided, and by whom ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on the category of a request. `person` is "" for the program; `appeal` is what was said against it."""

    at: datetime
    category: Category
    person: str
    reason: str
    appeal: Appealed | None = None


def decisions(case: Case, process: Process) -> tuple[Decision, ...]:
    """The chain of decisions, the first one first, each with the appeal against it."""
    chain: list[Decision] = []
    for event in case.history:
        if isinstance(event, Appealed) and chain:
            last = chain.pop()
            chain.append(Decision(last.at, last.category, last.person, last.reason, event))
        elif (made := _decision(event, process)) and not (isinstance(event, Judged) and chain):
            chain.append(made)
    return tuple(chain)


def _decision(event: Event, process: Process) -> Decision | None:
    if isinstance(event, Overruled):
        return Decision(event.at, event.category, actor_of(event, process), event.reason)
    with_lead = isinstance(event, LeadUpdated) and event.progress in (Progress.DECIDED, Progress.RESOLVED)
    if with_lead or (isinstance(event, Judged) and event.acts):
        category = event.category  # type: ignore[attr-defined]  # of both
        return Decision(event.at, category, "", "") if category is not Category.UNDECIDED else None
    return None


def appeals(case: Case) -> int:
    """How often the requester has appealed."""
    return sum(isinstance(event, Appealed) for event in case.history)


def has_decided(case: Case, address: str) -> bool:
    """Whether who has this address decided on the request before."""
    return mailbox(address) in {mailbox(event.actor) for event in case.history if isinstance(event, Overruled)}


def who_decides(case: Case, process: Process) -> Person:
    """Who is asked to decide an appeal: whoever has the request, else a colleague who has not decided on it before.

    Of its level, then of the levels above, then of those below. Where all have decided, whoever has the request.
    """
    holder = keeper(case, process)
    levels = sorted(process.levels, key=lambda number: (number < case.level, number))
    others = [process.people[name] for number in levels for name in process.levels[number].resources]
    return next((one for one in (holder, *others) if not has_decided(case, one.address)), holder)


@dataclass(frozen=True, slots=True)
class OpenAppeal:
    """An appeal that waits for a decision, as somebody of the Help Desk sees it."""

    event: Appealed
    decider: str
    """Who was asked to decide."""
    why_not_me: str
    """Why who looks at it may not decide; "" if they may."""
    chain: tuple[Decision, ...]


def open_appeal(case: Case, process: Process, actor: str) -> OpenAppeal | None:
    """The appeal that waits for a decision; None for none."""
    if not case.appealed:
        return None
    event = next(event for event in reversed(case.history) if isinstance(event, Appealed))
    why_not = " ".join(may_decide(case, actor, process))
    return OpenAppeal(event, who_decides(case, process).name, why_not, decisions(case, process))


# --- rules ------------------------------------------------------------------------------------


def may_appeal(case: Case) -> Iterator[str]:
    """It is decided, by no Board, and has not been appealed too often; nothing is left to be decided anew."""
    done = resolved_by(case)
    if case.category is Category.UNDECIDED:
        yield say("appeal.undecided")
    elif case.appealed:
        yield say("appeal.open")
    elif case.status.is_done and done and done.outcome is Outcome.WITHDRAWN:
        yield say("appeal.withdrawn")
    elif case.stage not in BEFORE_THE_BOARD_DECIDES:
        yield say("appeal.board")
    elif appeals(case) >= MOST:
        yield say("appeal.over")


def can_be_appealed(case: Case, event: Appealed, _: Process) -> Iterator[str]:
    """It may be appealed, and says why."""
    yield from may_appeal(case)
    if not event.text.strip():
        yield say("appeal.reason")


def is_decided_by_another(case: Case, event: Overruled, process: Process) -> Iterator[str]:
    """An appeal is decided by somebody who has not decided before, with a reason."""
    yield from may_decide(case, event.actor, process)
    if case.appealed and not event.reason.strip():
        yield "Please give the reason: the requester, who does not agree, reads it."


def may_decide(case: Case, actor: str, process: Process) -> Iterator[str]:
    """Who decided before does not decide about their own decision."""
    if case.appealed and has_decided(case, actor):
        yield (
            f"The requester does not agree, and you have decided on {case.id} before: somebody else decides now. "
            f"{who_decides(case, process).name} was asked."
        )


def appeal_is_decided(case: Case, *_: object) -> Iterator[str]:
    """What the requester does not agree with is decided anew first."""
    if case.appealed:
        yield "The requester does not agree with the decision. Somebody who did not decide before decides first."


# --- what it changes and causes ---------------------------------------------------------------


def decided_anew(case: Case, event: Overruled) -> dict[str, Any]:
    """An appeal is decided. A request that had been resolved is resolved again if the decision stands.

    Unless its requester has written since: somebody has to read that.
    """
    if not case.appealed:
        return {}
    place = max(place for place, one in enumerate(case.history) if isinstance(one, Appealed))
    wrote = any(isinstance(one, RequesterReplied) and not one.works for one in case.history[place:])
    stands = event.category is case.category and case.statuses[place - 1].is_done and not wrote
    return {"appealed": False, **({"status": Status.RESOLVED} if stands else {})}


def on_appealed(before: Case, event: Appealed, after: Case, process: Process) -> Iterator[Intent]:
    """Mantis has it as a note; who has the request is mailed, and who is asked to decide where that is another."""
    yield AddNote(after.version)
    if after.status is not before.status:
        yield UpdateIssue()
    holder, decider = keeper(after, process), who_decides(after, process)
    asked = message("why.appeal-decide") if holder == decider else message("why.appeal-asked", person=decider.name)
    yield SendNotice(
        "appealed", holder.address, {"name": holder.name, "text": with_files(event.text, event)}, why=(asked,)
    )
    if mailbox(holder.address) != mailbox(decider.address):
        fields = {"name": decider.name, "text": with_files(event.text, event)}
        why = message("why.appeal-other", person=holder.name)
        yield SendNotice("appealed", decider.address, fields, why=(why,))


def outcome_of_appeal(before: Case, event: Overruled, after: Case, process: Process) -> tuple[Message, ...]:
    """What the requester is told who did not agree: who decided, what, and whether they may disagree again."""
    stands = event.category is before.category
    values = {"person": actor_of(event, process), "category": event.category}
    decided = message("appeal.stands" if stands else "appeal.changed", **values)
    resolved = (message("appeal.resolved-again"),) if after.status.is_done else ()
    left = message("appeal.final" if appeals(after) >= MOST else "appeal.once-more")
    return (decided, *resolved, left)
