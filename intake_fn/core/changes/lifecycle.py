"""The rows of a change request's way in the lifecycle: owner, Board, design, development, release.

Source: docs/process/changes.md. core/lifecycle.py takes them into its registry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from intake_fn.core import change_events as c
from intake_fn.core.appeals import appeal_is_decided
from intake_fn.core.case import Case, module_of
from intake_fn.core.changes import intents as i
from intake_fn.core.changes import rules as r
from intake_fn.core.changes.meetings import end_of_online_vote
from intake_fn.core.escalation import last_handler_at, module_of_clause, says_something
from intake_fn.core.event_spec import HANDLED, JUDGED, EventSpec
from intake_fn.core.events import Event, Filed, Judged, Overruled, Resolved
from intake_fn.core.lifecycle_rules import requires
from intake_fn.core.names import SPECDESK
from intake_fn.core.process import Process
from intake_fn.core.request import Priority
from intake_fn.core.verdicts import is_placed
from intake_fn.core.vocabulary import Category, Decision, Motion, Outcome, Stage

DECIDED: Mapping[Decision, Stage] = {
    Decision.APPROVED: Stage.DESIGN,
    Decision.DECLINED: Stage.DECLINED,
    Decision.DEFERRED: Stage.DEFERRED,
    Decision.RETURNED: Stage.OWNER,
    Decision.NOT_CARRIED: Stage.BOARD,
}
"""Where a decision leads."""


def handler_by(case: Case, event: Judged | Overruled, process: Process) -> str:
    """Who gets a request by a verdict or a decision; "" for whoever has it.

    What is a change now goes to the owner of its module: the one that a person chose, else the one that the requester
    named, else that of the deciding clause. Where there is none the Help Desk chooses one; so it does when a request is
    reopened that was decided to be a change after it was done. What is no change any more goes back to the level that
    has it. What a person created in Mantis as a change goes to the owner, unless they gave it to somebody.
    """
    if isinstance(event, Judged) and is_placed(case):
        return _owner_of_placed(case, process)
    if isinstance(event, Judged) and (not event.acts or any(isinstance(e, Overruled) for e in case.history)):
        return ""
    if event.category is not Category.CHANGE:
        return last_handler_at(case.level, case, process) if case.stage is not Stage.NONE else ""
    if case.stage is not Stage.NONE or case.status.is_done:
        return ""
    names = [module_of(case)]
    if isinstance(event, Overruled):
        names = [event.module, *names, module_of_clause(event.clause, process)]
    return next((process.modules[name].owner for name in names if says_something(name, process)), "")


def _owner_of_placed(case: Case, process: Process) -> str:
    """The owner of the module of a change that was created in Mantis and given to nobody of the Help Desk there."""
    given = (event.found.get("handler", "") for event in case.history if isinstance(event, Filed) and event.found)
    module = module_of(case)
    if case.category is not Category.CHANGE or process.account_of(next(given, ""), process.people):
        return ""
    return process.modules[module].owner if says_something(module, process) else ""


def _with_owner(_: Case, event: c.SentToOwner, process: Process) -> Event:
    """The owner of the module, as support.yml has it."""
    module = process.modules.get(event.module)
    return replace(event, owner=module.owner) if module and not event.owner else event


def _deferral_ends(case: Case, event: c.VoteCast | c.MotionPut, _: Process) -> Iterator[Event]:
    """Whoever takes up what is put off brings it back on the agenda, before its date or before the sweep does."""
    if case.stage is Stage.DEFERRED:
        yield c.DeferralEnded(at=event.at, actor=SPECDESK)


def _assessed(case: Case, event: c.ChangeAssessed, process: Process) -> Iterator[Event]:
    """It is up for approval: at the next meeting, or if it is urgent online at once."""
    closes = end_of_online_vote(event.at, process) if case.priority is Priority.URGENT else None
    yield c.MotionPut(at=event.at, actor=SPECDESK, motion=Motion.APPROVE, closes=closes)


def _decided(_: Case, event: c.BoardDecided, __: Process) -> Iterator[Event]:
    """A declined one is resolved; one that is not carried, or deferred, is up for approval (again)."""
    if event.decision is Decision.DECLINED:
        yield Resolved(at=event.at, actor=event.actor, resolution=event.text, outcome=Outcome.WONT_FIX)
    elif event.decision in (Decision.DEFERRED, Decision.NOT_CARRIED):
        yield c.MotionPut(at=event.at, actor=SPECDESK, motion=Motion.APPROVE)


def _closed(_: Case, event: c.VoteClosed, __: Process) -> Iterator[Event]:
    """Without a quorum it is voted on anew, at the next meeting."""
    if event.decided is None:
        yield c.MotionPut(at=event.at, actor=SPECDESK, motion=Motion.APPROVE)


def _declined(_: Case, event: c.OwnerDeclined, __: Process) -> Iterator[Event]:
    """The requester is mailed the reason by the resolution."""
    yield Resolved(at=event.at, actor=event.actor, resolution=event.reason, outcome=Outcome.WONT_FIX)


def _released(_: Case, event: c.ChangeReleased, __: Process) -> Iterator[Event]:
    yield Resolved(at=event.at, actor=event.actor, resolution=event.text, outcome=Outcome.DONE, fixed_in=event.version)


def _back_on_the_agenda(*_: object) -> dict[str, Any]:
    return {"stage": Stage.BOARD}


CHANGE_LIFECYCLE: Mapping[type[Event], EventSpec] = {
    c.SentToOwner: EventSpec(
        allowed_in=HANDLED,
        action="send it to the owner of a module",
        rules=(r.stands_at(Stage.NONE, Stage.OWNER, Stage.DECLINED, Stage.RELEASED), r.has_an_owner),
        changes=lambda _, event: {"stage": Stage.OWNER, "handler": event.owner},
        completes=_with_owner,
        intents=i.on_sent_to_owner,
        copied=True,
    ),
    c.ChangeAssessed: EventSpec(
        allowed_in=HANDLED,
        action="assess the change",
        rules=(r.stands_at(Stage.OWNER, Stage.BOARD), r.is_by_the_owner, r.is_assessed),
        changes=lambda *_: {"stage": Stage.BOARD},
        after=_assessed,
        intents=i.on_assessed,
        copied=True,
    ),
    c.OwnerDeclined: EventSpec(
        allowed_in=HANDLED,
        action="decline the change",
        rules=(
            r.stands_at(Stage.OWNER),
            r.is_by_the_owner,
            r.owner_may_decline,
            appeal_is_decided,
            requires("reason", "Please give the reason: the requester reads it."),
        ),
        changes=lambda *_: {"stage": Stage.DECLINED},
        after=_declined,
        intents=i.on_noted_alone,
    ),
    c.Commented: EventSpec(
        allowed_in=HANDLED,
        action="comment for the Board",
        rules=(r.stands_at(Stage.OWNER, Stage.BOARD, Stage.DEFERRED), requires("text", "Please write your comment.")),
        intents=i.on_commented,
    ),
    c.MotionPut: EventSpec(
        allowed_in=HANDLED,
        action="put a motion to the Board",
        rules=(r.stands_at(Stage.BOARD, Stage.DEFERRED), r.may_move, r.motion_is_whole),
        changes=lambda case, event: {"stage": case.stage if event.actor == SPECDESK else Stage.BOARD},
        before=_deferral_ends,
        intents=i.on_motion,
    ),
    c.VoteCast: EventSpec(
        allowed_in=HANDLED,
        action="vote",
        rules=(r.stands_at(Stage.BOARD, Stage.DEFERRED), r.may_vote),
        changes=_back_on_the_agenda,
        before=_deferral_ends,
        intents=i.on_vote,
    ),
    c.Recused: EventSpec(
        allowed_in=HANDLED,
        action="recuse a member of the Board",
        rules=(r.stands_at(Stage.OWNER, Stage.BOARD, Stage.DEFERRED), r.may_be_recused),
        intents=i.on_noted_alone,
    ),
    c.BoardDecided: EventSpec(
        allowed_in=HANDLED,
        action="proclaim the decision of the Board",
        rules=(r.stands_at(Stage.BOARD), r.is_proclaimed, appeal_is_decided),
        changes=lambda _, event: {"stage": DECIDED[event.decision]},
        after=_decided,
        intents=i.on_decided,
        copied=True,
    ),
    c.VoteClosed: EventSpec(
        allowed_in=HANDLED,
        rules=(r.stands_at(Stage.BOARD, Stage.DEFERRED), r.is_over),
        after=_closed,
        intents=i.on_vote_closed,
    ),
    c.DeferralEnded: EventSpec(
        allowed_in=HANDLED,
        rules=(r.stands_at(Stage.DEFERRED), r.has_come),
        changes=_back_on_the_agenda,
        intents=i.on_deferral_ended,
        copied=True,
    ),
    c.StageReached: EventSpec(
        allowed_in=HANDLED,
        action="move the change to another stage",
        rules=(r.stands_at(Stage.DESIGN, Stage.DEVELOPMENT, Stage.READY), r.goes_one_stage),
        changes=lambda _, event: {"stage": event.stage, "handler": event.handler},
        intents=i.on_stage,
        copied=True,
    ),
    c.ClausePublished: EventSpec(
        allowed_in=JUDGED,
        rules=(r.stands_at(Stage.DESIGN, Stage.DEVELOPMENT, Stage.READY), r.is_another_text),
        intents=i.on_noted_alone,
    ),
    c.ChangeReleased: EventSpec(
        allowed_in=HANDLED,
        action="release the change",
        rules=(r.stands_at(Stage.READY), requires("version", "Please name the version."), r.is_delivered),
        changes=lambda *_: {"stage": Stage.RELEASED},
        after=_released,
        intents=i.on_noted_alone,
    ),
}
