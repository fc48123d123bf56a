"""What each event says, and where: one row per event with the keys of its texts in `texts/catalogue.py`.

Events and intents carry a `Message`, which is a key with values, and never a sentence. A row gives the headline of an
event in the desk's history, on the requester's page and in the note in Mantis, and what a person wrote that stands
below it; `notices` are the mails that the event may cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from intake_fn.core import events as e
from intake_fn.core.change_messages import CHANGE_MESSAGES
from intake_fn.core.clause_changed import sentence_diff
from intake_fn.core.desk_messages import DESK_MESSAGES
from intake_fn.core.drift_events import ClauseChanged
from intake_fn.core.erasure_events import DataErased
from intake_fn.core.event_messages import EventMessages, Key, with_files
from intake_fn.core.names import activity_name, actor_of, name_of, names_of
from intake_fn.core.process import Process
from intake_fn.core.requester_messages import REQUESTER_MESSAGES
from intake_fn.core.vocabulary import Category, Outcome, Progress, Reproduced
from intake_fn.texts import Message, message, say


def in_words(messages: Iterable[Message], process: Process | None = None) -> str:
    """The messages in words. What support.yml names, such as the reason of an escalation, is shown in its words."""
    return " ".join(say(entry.key, _shown(entry.values, process)).strip() for entry in messages)


_VOCABULARIES = {
    "category": "kind",
    "failure": "failure",
    "motion": "motion",
    "decision": "decision",
    "stage": "stage",
}
"""Values that stand for themselves in the log, and the keys of their words."""


def _shown(values: Mapping[str, str], process: Process | None) -> dict[str, str]:
    """The values as people read them: instants in a zone, vocabularies by their words."""
    shown = dict(values)
    if "zone" in shown and "due" in shown:
        zone = ZoneInfo(shown["zone"])
        shown["due"] = f"{datetime.fromisoformat(shown['due']).astimezone(zone):%a %d %b %Y, %H:%M} ({zone.key})"
    if "reason" in shown and process:
        shown["reason"] = process.reason(shown["reason"])
    for name, prefix in _VOCABULARIES.items():
        if name in shown:
            shown[name] = say(f"{prefix}.{shown[name]}")
    return shown


# --- the rows --------------------------------------------------------------------------------


def _handler(event: Any, process: Process) -> dict[str, str]:
    return {"level": str(getattr(event, "level", "")), "handler": name_of(event.handler, process)}


def _escalated(event: e.Escalated, process: Process) -> dict[str, str]:
    return {**_handler(event, process), "reason": process.reason(event.reason)}


def _decides(event: e.Judged) -> bool:
    """Whether a verdict is more than a proposal."""
    return event.acts or event.category is Category.UNDECIDED


def _decided_by(event: e.Overruled, by_clause: str, silent: str) -> str:
    if event.stance:
        return f"decided.{event.stance}"
    return by_clause if event.clause else silent


def _decided(event: e.Overruled, _: Process) -> dict[str, str]:
    return {"category": say(f"category.{event.category}"), "clause": event.clause}


def _due(event: Any, _: Process) -> dict[str, str]:
    return {"share": str(getattr(event, "share", 100)), "due": f"{event.due:%-d %b %Y, %H:%M} UTC"}


def _activity_key(event: e.ActivityCompleted) -> str:
    """What came of trying to reproduce it, with the version in which it was tried; of others that they are done."""
    if event.reproduced is Reproduced.UNSAID:
        return "history.activity-completed"
    in_version = "-in" if event.version and event.reproduced is not Reproduced.NOT_TRIED else ""
    return f"reproduced.{event.reproduced}{in_version}"


def _delivery(event: Any, _: Process) -> dict[str, str]:
    key = f"delivery.{event.what}"
    return {"delivery": event.what if say(key) == key else say(key)}


def _changed(event: e.ChangedInMantis, _: Process) -> dict[str, str]:
    changes = (
        say("change.put-back", field=name, theirs=theirs or say("change.nobody"), ours=event.ours.get(name, ""))
        for name, theirs in event.theirs.items()
    )
    return {"changes": "; ".join(changes)}


def _filed_key(event: e.Filed) -> str:
    if event.found:
        return "history.taken-in"
    return "history.filed-dropped" if event.dropped else "history.filed"


def _filed(event: e.Filed, _: Process) -> dict[str, str]:
    return {"number": str(event.number), "project": event.project, "fields": ", ".join(event.dropped)}


def _resolved(event: e.Resolved, _: Process) -> dict[str, str]:
    return {"outcome": in_words(outcome_of(event)).rstrip(".")}


def _resolution(event: e.Resolved, withdrawn: str) -> str:
    if event.outcome is Outcome.WITHDRAWN:
        return withdrawn
    return "history.resolved-as" if outcome_of(event) else "history.resolved"


def _skipped(event: e.NoticeSkipped, _: Process) -> dict[str, str]:
    key = f"notice.{event.notice}"
    return {"to": event.to, "notice": event.notice if say(key) == key else say(key)}


def _lead(event: e.LeadUpdated, _: Process) -> dict[str, str]:
    return {"other": event.other, "progress": say(f"progress.{event.progress}")}


def _reply_key(event: e.RequesterReplied) -> str:
    """The key of a reply's headline; by mail it names the address, since somebody else may have answered for them."""
    if event.works:
        return "history.works-mail" if event.sender else "history.replied-works"
    return "history.replied-mail" if event.sender else "history.replied"


def _reply_on_page(event: e.RequesterReplied) -> str:
    if event.works:
        return "history.works-mail" if event.sender else "page.replied-works"
    return "history.replied-mail" if event.sender else "page.replied"


def _reply(event: e.RequesterReplied) -> str:
    return reply_of(event)


def _reopening(event: e.Reopened) -> str:
    """What a person wrote, or that its lead is open again."""
    return event.reason or say("lead.reopened")


NOTIFIED = (Progress.DECIDED, Progress.ESCALATED, Progress.WORKAROUND)
"""What of its lead a duplicate is mailed as such; of all else its own resolving, reopening or closing tells."""

MESSAGES: Mapping[type[e.Event], EventMessages] = {
    e.Received: EventMessages(history="history.received", page="history.received", values=_handler),
    e.Quarantined: EventMessages(
        history="history.quarantined", page="page.quarantined", text=lambda event: in_words(event.reasons)
    ),
    e.Released: EventMessages(history="history.released", page="page.released", text=lambda event: event.note),
    e.Rejected: EventMessages(history="history.rejected", page="page.rejected", text=lambda event: event.reason),
    e.Judged: EventMessages(
        history=lambda event: "history.judged" if _decides(event) else "history.proposed",
        page=lambda event: "history.judged" if _decides(event) else "history.proposed",
        values=lambda event, _: {"category": say(f"category.{event.category}")},
        notices=("receipt", "assigned", "orphaned", "copied"),
    ),
    e.JudgedInShadow: EventMessages(
        history="history.judged-in-shadow",
        values=lambda event, _: {"category": say(f"category.{event.category}"), "judge": event.verdict["judge"]},
    ),
    e.Overruled: EventMessages(
        history=lambda event: _decided_by(event, "history.overruled", "history.overruled-silent"),
        page=lambda event: f"page.decided-{event.stance}" if event.stance else "page.decided",
        note=lambda event: _decided_by(event, "note.overruled", "note.overruled-silent"),
        values=_decided,
        text=lambda event: event.reason,
        page_text=lambda event: event.reason,
        notices=("overruled", "appeal-decided", "receipt", "assigned", "orphaned", "copied"),
    ),
    e.RequesterRead: EventMessages(
        history=lambda event: f"history.read-{event.stance}",
        page=lambda event: f"page.read-{event.stance}",
        note=lambda event: f"history.read-{event.stance}",
        values=lambda event, _: {"clause": event.clause},
    ),
    e.Filed: EventMessages(
        history=_filed_key,
        page=lambda event: "page.taken-in" if event.found else "page.filed",
        note="note.taken-in",
        values=_filed,
    ),
    e.Escalated: EventMessages(
        history="history.escalated",
        page="page.escalated",
        note="history.escalated",
        values=_escalated,
        text=lambda event: event.note,
        notices=("escalated", "assigned", "copied"),
    ),
    e.HandedOver: EventMessages(
        history="history.handed-over",
        note="history.handed-over",
        values=_handler,
        text=lambda event: event.note,
        notices=("assigned", "copied"),
    ),
    e.Reprioritised: EventMessages(
        history="history.reprioritised",
        page="history.reprioritised",
        note="history.reprioritised",
        values=lambda event, process: {"priority": process.priorities[event.priority].name},
        text=lambda event: event.note,
        notices=("priority", "copied"),
    ),
    e.AskedRequester: EventMessages(
        history="history.asked",
        page="page.asked",
        note="history.asked",
        text=lambda event: with_files(event.question, event),
        page_text=lambda event: with_files(event.question, event),
        note_text=lambda event: event.question,
        notices=("question", "copied"),
    ),
    e.RequesterReplied: EventMessages(
        history=_reply_key,
        page=_reply_on_page,
        values=lambda event, _: {"sender": event.sender},
        note="note.replied",
        text=lambda event: event.text,
        page_text=lambda event: event.text,
        note_text=_reply,
        notices=("replied", "copied"),
    ),
    e.ActivityCompleted: EventMessages(
        history=_activity_key,
        page=lambda event: "page.workaround-sent" if event.mailed else "",
        note=_activity_key,
        values=lambda event, process: {
            "activity": activity_name(event.activity, process),
            "version": event.version,
        },
        text=lambda event: event.note,
        page_text=lambda event: event.note,
    ),
    ClauseChanged: EventMessages(
        history="history.clause-changed",
        page="history.clause-changed",
        note="history.clause-changed",
        values=lambda event, _: {"clause": event.clause},
        text=lambda event: sentence_diff(event.old, event.new),
        page_text=lambda event: sentence_diff(event.old, event.new),
        notices=("clause-changed", "recheck"),
    ),
    e.Noted: EventMessages(
        history=lambda event: "history.noted-to" if event.mentions else "history.noted",
        note="note.noted",
        values=lambda event, process: {"people": names_of(event.mentions, process)},
        text=lambda event: with_files(event.text, event),
        notices=("mentioned",),
    ),
    e.Resolved: EventMessages(
        history=lambda event: _resolution(event, "history.withdrawn"),
        page=lambda event: _resolution(event, "page.withdrawn"),
        note=lambda event: _resolution(event, "history.withdrawn"),
        values=_resolved,
        text=lambda event: with_files(event.resolution, event),
        page_text=lambda event: with_files(event.resolution, event),
        note_text=lambda event: event.resolution,
        notices=("resolved", "change", "withdrawn", "withdrew", "completed", "copied"),
    ),
    e.Reopened: EventMessages(
        history="history.reopened",
        page="history.reopened",
        note="note.reopened",
        text=_reopening,
        page_text=_reopening,
        notices=("reopened", "returned", "copied"),
    ),
    e.Closed: EventMessages(
        history="history.closed",
        page="history.closed",
        note="history.closed",
        text=lambda event: event.note,
        notices=("closed", "copied"),
    ),
    e.LinkRequested: EventMessages(history="history.link-requested", notices=("link",)),
    e.Linked: EventMessages(
        history="history.linked",
        values=lambda event, _: {"relation": say(f"relation.{event.relation}"), "number": str(event.number)},
    ),
    e.Unlinked: EventMessages(history="history.unlinked", values=lambda event, _: {"number": str(event.number)}),
    e.Refiled: EventMessages(history="history.refiled"),
    e.MarkedDuplicate: EventMessages(
        history="history.marked",
        page="page.marked",
        note="note.marked",
        values=lambda event, _: {"other": event.other},
        notices=("joined", "copied"),
    ),
    e.UnmarkedDuplicate: EventMessages(
        history="history.unmarked", page="page.unmarked", note="history.unmarked", notices=("parted", "copied")
    ),
    e.DuplicateAdded: EventMessages(history="history.duplicate-added", values=lambda event, _: {"other": event.other}),
    e.DuplicateRemoved: EventMessages(
        history="history.duplicate-removed", values=lambda event, _: {"other": event.other}
    ),
    e.LeadUpdated: EventMessages(
        history="history.lead-updated",
        page=lambda event: "" if event.progress is Progress.FILED else "page.lead-updated",
        values=_lead,
        text=lambda event: event.text,
        page_text=lambda event: event.text if event.progress in NOTIFIED else "",
        notices=("heard",),
    ),
    e.Warned: EventMessages(history="history.warned", values=_due, notices=("warned",)),
    e.Breached: EventMessages(history="history.breached", note="note.breached", values=_due, notices=("breached",)),
    e.DeliveryFailed: EventMessages(
        history="history.delivery-failed", values=_delivery, text=lambda event: event.error
    ),
    e.Retried: EventMessages(history="history.retried", values=_delivery),
    e.NotedInMantis: EventMessages(
        history=lambda event: "history.noted-in-private" if event.private else "history.noted-in-mantis",
        text=lambda event: event.text,
    ),
    e.ChangedInMantis: EventMessages(
        history="history.changed-in-mantis",
        note="note.changed-in-mantis",
        values=_changed,
        text=lambda event: in_words([event.why] if event.why else []),
    ),
    e.MissingInMantis: EventMessages(history="history.missing", values=lambda event, _: {"number": str(event.number)}),
    e.FoundInMantis: EventMessages(history="history.found", values=lambda event, _: {"number": str(event.number)}),
    e.FieldsDropped: EventMessages(
        history=lambda event: "history.fields-dropped" if event.dropped else "history.fields-kept",
        values=lambda event, _: {"fields": ", ".join(event.dropped)},
    ),
    e.NoticesBundled: EventMessages(
        history="history.bundled", values=lambda event, _: {"count": str(len(event.notices)), "to": event.to}
    ),
    e.MailFailed: EventMessages(
        history="history.mail-failed",
        values=lambda event, _: {"to": event.to, "failure": say(f"failure.{event.failure}")},
        text=lambda event: event.detail,
        notices=("unreached",),
    ),
    e.NoticeSkipped: EventMessages(
        history="history.skipped", values=_skipped, text=lambda event: in_words([event.why])
    ),
    DataErased: EventMessages(
        history=lambda event: f"history.erased-{event.role}",
        values=lambda event, _: {"texts": str(event.texts), "files": str(event.files)},
    ),
    **CHANGE_MESSAGES,
    **DESK_MESSAGES,
    **REQUESTER_MESSAGES,
    e.UnknownEvent: EventMessages(
        history="history.unknown", values=lambda event, _: {"kind": event.kind}, text=lambda event: event.why
    ),
}
"""One row per event; a test holds that none is missing, and that no event causes a mail that its row does not name."""


def in_history(event: e.Event, process: Process) -> tuple[str, str]:
    """The headline of an event at the desk, and what a person wrote."""
    row = MESSAGES[type(event)]
    return _headline(row.history, event, process), row.text(event)


def on_page(event: e.Event, process: Process) -> tuple[str, str] | None:
    """An event's headline and text as the requester reads them; None for an event that they are not shown."""
    row = MESSAGES[type(event)]
    return (_headline(row.page, event, process), row.page_text(event)) if is_on_page(event) else None


FOR_COPIES: Mapping[str, str] = {
    "page.appealed": "history.appealed",
    "page.asked": "history.asked",
    "page.lead-updated": "copy.lead-updated",
    "page.marked": "copy.marked",
    "page.read-contradicts": "history.read-contradicts",
    "page.read-matches": "history.read-matches",
    "page.read-silent": "history.read-silent",
    "page.replied": "history.replied",
    "page.replied-works": "history.replied-works",
    "page.requester-changed": "history.requester-changed",
    "page.stage": "copy.stage",
    "page.unmarked": "history.unmarked",
    "page.withdrawn": "history.withdrawn",
}
"""Sentences to the requester on the page, and what people in copy read in their place; all others are for both."""


def in_copy(event: e.Event, process: Process) -> tuple[str, str] | None:
    """The headline of an event and what a person wrote, for somebody in copy; None for what is not shown to them."""
    row = MESSAGES[type(event)]
    if not is_on_page(event):
        return None
    key = key_of(row.page, event)
    return say(FOR_COPIES.get(key, key), row.values(event, process)), row.page_text(event)


def is_on_page(event: e.Event) -> bool:
    """Whether its requester sees it; under which number another request stands in Mantis is none of their business."""
    return bool(key_of(MESSAGES[type(event)].page, event))


def in_note(event: e.Event, process: Process) -> tuple[str, str]:
    """An event's headline and text as a note in Mantis; raises KeyError for an event without a note."""
    row = MESSAGES[type(event)]
    return _headline(row.note, event, process), (row.note_text or row.text)(event)


def key_of(key: Key, event: e.Event) -> str:
    """The key for this event."""
    return key if isinstance(key, str) else key(event)


def _headline(key: Key, event: e.Event, process: Process) -> str:
    return say(key_of(key, event), MESSAGES[type(event)].values(event, process))


# --- notes in Mantis -------------------------------------------------------------------------


def has_a_note(event: e.Event) -> bool:
    """Whether events of its kind make a note in Mantis."""
    return bool(MESSAGES[type(event)].note)


def makes_a_note(event: e.Event) -> bool:
    """Whether Mantis is to have a note of it: not of what was done there, nor of an activity nothing was said about.

    Of what is put back only where there is a reason to be read, and of an issue only where a person created it.
    """
    done_there = isinstance(event, e.Resolved | e.Closed | e.RequesterReplied) and event.in_mantis
    bare = (
        (isinstance(event, e.ActivityCompleted) and not (event.note or event.reproduced))
        or (isinstance(event, e.ChangedInMantis) and not event.why)
        or (isinstance(event, e.Filed) and not event.found)
    )
    return has_a_note(event) and not done_there and not bare


def note_of(event: e.Event, process: Process) -> str:
    """The note of an event that has one: headline with who did it, then what was said."""
    headline, text = in_note(event, process)
    return "\n".join(filter(None, (say("note.by", headline=headline, actor=actor_of(event, process)), text)))


def outcome_of(event: e.Resolved) -> tuple[Message, ...]:
    """What came of a request; nothing where nobody said."""
    if event.outcome is Outcome.UNSAID:
        return ()
    key = f"outcome.{event.outcome}"
    return (message(f"{key}-in", version=event.fixed_in) if event.fixed_in else message(key),)


def reply_of(event: e.RequesterReplied) -> str:
    """What the requester wrote, from where it was mailed, and the files that came with it."""
    by_mail = say("reply.mail", sender=event.sender) if event.sender else ""
    return with_files("\n".join(filter(None, (by_mail, say("reply.works") if event.works else "", event.text))), event)


def files_told(event: Any) -> tuple[Message, ...]:
    """What a mail says of the files that came with an answer: they are on the status page."""
    names = ", ".join(file.name for file in event.attachments)
    return (message("answer.files", files=names),) if names else ()
