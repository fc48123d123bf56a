"""What the events on a change request's way say: the keys of their texts in `texts/catalogue.py`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake_fn.core import change_events as c
from intake_fn.core.event_messages import EventMessages
from intake_fn.core.events import Event
from intake_fn.core.names import board_date, last_day, name_of
from intake_fn.core.process import Process
from intake_fn.core.vocabulary import Decision, Motion
from intake_fn.texts import say


def _owner(event: c.SentToOwner, process: Process) -> dict[str, str]:
    module = process.modules.get(event.module)
    return {"person": name_of(event.owner, process), "module": module.name if module else event.module}


def _assessment(event: c.ChangeAssessed, _: Process) -> dict[str, str]:
    return {"clause": event.clause, "effort": event.effort}


def _assessed_in_words(event: c.ChangeAssessed) -> str:
    parts = (("change.proposed", event.proposed), ("change.risk", event.risk), ("change.effect", event.effect))
    return "\n\n".join(f"{say(key)}\n{text}" for key, text in parts if text)


def _motion(event: c.MotionPut, process: Process) -> dict[str, str]:
    date = board_date(event.until, process) if event.until else ""
    closes = last_day(event.closes, process) if event.closes else ""
    return {"motion": say(f"motion.{event.motion}"), "date": date or closes}


def _vote(event: c.VoteCast, process: Process) -> dict[str, str]:
    return {"person": name_of(event.member, process), "vote": say(f"vote.{event.vote}")}


def _recused(event: c.Recused, process: Process) -> dict[str, str]:
    return {"person": name_of(event.member, process)}


def _closed(event: c.VoteClosed, _: Process) -> dict[str, str]:
    return {"voted": str(event.voted), "decision": say(f"decision.{event.decided}") if event.decided else ""}


def _decision(event: c.BoardDecided, process: Process) -> dict[str, str]:
    votes = [str(vote) for vote in event.votes.values()]
    counts = {name: str(votes.count(name)) for name in ("yes", "no", "abstain")}
    date = board_date(event.until, process) if event.until else ""
    return {"decision": say(f"decision.{event.decision}"), "date": date, **counts}


def _stage(event: c.StageReached, process: Process) -> dict[str, str]:
    return {"stage": say(f"stage.{event.stage}"), "person": name_of(event.handler, process)}


def _published(event: c.ClausePublished, _: Process) -> dict[str, str]:
    return {"clause": event.clause}


def _stamped(event: c.ClausePublished) -> str:
    """Which spec it was, as its stamp says."""
    return say("publication.commit" if event.commit else "publication.stamp", spec=event.spec[:12], commit=event.commit)


def _released(event: c.ChangeReleased, _: Process) -> dict[str, str]:
    return {"version": event.version}


def _of_motion(event: Any) -> str:
    if event.closes:
        return "history.motion-online"
    return "history.motion-until" if event.motion is Motion.DEFER else "history.motion"


def _of_decision(event: Any) -> str:
    """What the requester reads of it; nothing of a motion that was lost: the request is where it was."""
    if event.decision is Decision.NOT_CARRIED:
        return ""
    return "page.board-decided-until" if event.until else "page.board-decided"


CHANGE_MESSAGES: Mapping[type[Event], EventMessages] = {
    c.SentToOwner: EventMessages(
        history="history.sent-to-owner",
        page="history.sent-to-owner",
        note="history.sent-to-owner",
        values=_owner,
        text=lambda event: event.note,
        notices=("assigned", "change", "copied"),
    ),
    c.ChangeAssessed: EventMessages(
        history="history.assessed",
        page="page.assessed",
        note="history.assessed",
        values=_assessment,
        text=_assessed_in_words,
        notices=("board", "change", "copied"),
    ),
    c.OwnerDeclined: EventMessages(
        history="history.owner-declined",
        page="history.owner-declined",
        note="history.owner-declined",
        text=lambda event: event.reason,
    ),
    c.Commented: EventMessages(history="history.commented", note="history.commented", text=lambda event: event.text),
    c.MotionPut: EventMessages(
        history=_of_motion, note=_of_motion, values=_motion, text=lambda event: event.reason, notices=("board",)
    ),
    c.VoteCast: EventMessages(
        history="history.voted",
        note="history.voted",
        values=_vote,
        text=lambda event: event.reason,
        notices=("board",),
    ),
    c.Recused: EventMessages(
        history="history.recused", note="history.recused", values=_recused, text=lambda event: event.reason
    ),
    c.BoardDecided: EventMessages(
        history="history.board-decided",
        page=_of_decision,
        note="history.board-decided",
        values=_decision,
        text=lambda event: event.text,
        page_text=lambda event: event.text,
        notices=("assigned", "change", "copied"),
    ),
    c.VoteClosed: EventMessages(
        history=lambda event: "history.vote-closed" if event.decided else "history.vote-lapsed",
        note=lambda event: "history.vote-closed" if event.decided else "history.vote-lapsed",
        values=_closed,
        notices=("board",),
    ),
    c.DeferralEnded: EventMessages(
        history="history.deferral-ended",
        page="history.deferral-ended",
        note="history.deferral-ended",
        notices=("board", "change", "copied"),
    ),
    c.StageReached: EventMessages(
        history="history.stage",
        page="page.stage",
        note="history.stage",
        values=_stage,
        text=lambda event: event.note,
        notices=("assigned", "change", "copied"),
    ),
    c.ClausePublished: EventMessages(
        history=lambda event: "history.published" if event.as_proposed else "history.published-otherwise",
        page=lambda event: "page.published" if event.as_proposed else "",
        note=lambda event: "history.published" if event.as_proposed else "history.published-otherwise",
        values=_published,
        text=_stamped,
    ),
    c.ChangeReleased: EventMessages(
        history="history.change-released",
        page="history.change-released",
        note="history.change-released",
        values=_released,
        text=lambda event: event.reason,
    ),
}
"""One row per event."""
