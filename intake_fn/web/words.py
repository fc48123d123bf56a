"""What stands in the pages for states, verdicts, events and times. Tables of plain words; no rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from intake_fn.core import events as c
from intake_fn.core.attachments import size_in_words
from intake_fn.core.case import Case, resolved_by
from intake_fn.core.duplicates import TOLD
from intake_fn.core.escalation import keeper
from intake_fn.core.events import Event
from intake_fn.core.intents import SendNotice
from intake_fn.core.notes import FAILURES, activity_name, actor_of, name_of, outcome_of
from intake_fn.core.process import Person, Process
from intake_fn.core.quarantine import quarantine_note
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Category, Filing, Outcome, Progress, Relation, Status

if TYPE_CHECKING:
    from intake_fn.ports import OutboxItem

KIND: Mapping[Kind, str] = {
    Kind.BUG: "Bug report",
    Kind.CHANGE: "Change request",
    Kind.SETUP: "Set-up",
    Kind.QUESTION: "Question",
}

CATEGORY: Mapping[Category, str] = {
    Category.BUG: "Bug",
    Category.CHANGE: "Change request",
    Category.MISC: "Support",
    Category.UNDECIDED: "Undecided",
}

VERDICT: Mapping[Category, str] = {
    Category.BUG: "This is a bug: the system does not behave as it should.",
    Category.CHANGE: "This is a change request: it asks for a new or different behaviour.",
    Category.MISC: "This is a support request: a question or a set-up, neither a bug nor a change.",
    Category.UNDECIDED: "A person will read the spec and decide.",
}

OUTCOME: Mapping[Outcome, str] = {
    Outcome.FIXED: "Fixed",
    Outcome.DONE: "Done, or answered",
    Outcome.NO_CHANGE: "No change required",
    Outcome.NOT_REPRODUCIBLE: "Could not be reproduced",
    Outcome.NOT_FIXABLE: "Not fixable",
    Outcome.DUPLICATE: "Duplicate of an earlier report",
    Outcome.POSTPONED: "Postponed",
    Outcome.WONT_FIX: "Will not be changed",
}
"""What may have come of a request, as the desk offers it; the requester reads a sentence of it (core/notes.py)."""

RELATED = "related"
"""The stance of a clause that was found and takes no side."""

STANCE: Mapping[str, str] = {
    "supports-observed": "supports the observed behaviour",
    "supports-expected": "supports the expected behaviour",
    RELATED: "similar to the request",
}

CONFIDENCE = ((0.9, "very high"), (0.75, "high"), (0.5, "moderate"), (0.0, "low"))
"""The confidence of the judge in words, from this share on."""

STATUS: Mapping[Status, str] = {
    Status.QUARANTINED: "Awaiting review",
    Status.REJECTED: "Rejected",
    Status.NEW: "Received",
    Status.OPEN: "In progress",
    Status.WAITING: "Waiting for requester",
    Status.RESOLVED: "Resolved",
    Status.CLOSED: "Closed",
}

NEXT: Mapping[Status, str] = {
    Status.QUARANTINED: "Your request is saved and awaits review. You get an e-mail as soon as it is in progress.",
    Status.REJECTED: "The Help Desk has rejected this: it does not look like a request. If it is one, please reply.",
    Status.NEW: "Your request is saved and is assessed within two minutes. Reload this page to see the result.",
    Status.OPEN: "The Help Desk works on your request. You get an e-mail about each change and each question.",
    Status.WAITING: "We need an answer from you: please reply below. The response time is paused until then.",
    Status.RESOLVED: "Please check the solution and tell us below whether it works. If not, the request is reopened.",
    Status.CLOSED: "This request is closed. If the problem returns, please reply below: a reply reopens the request.",
}

SETTLED: Mapping[Filing, str] = {
    Filing.QUARANTINED: "Saved; not filed before the review.",
    Filing.REJECTED: "Saved; not filed.",
    Filing.QUEUED: "Saved; filing is delayed. It is filed as soon as Mantis responds; you need not do anything.",
    Filing.FAILED: "Saved; filing is delayed. Mantis did not accept it, and the Help Desk takes care of it.",
    Filing.FILED: "",
}

RELATION: Mapping[Relation, str] = {
    Relation.DUPLICATE: "Duplicate of",
    Relation.RELATED: "Related to",
    Relation.PARENT: "Parent of",
    Relation.CHILD: "Child of",
}
"""What our issue is to another one."""

PROGRESS: Mapping[Progress, str] = {
    Progress.FILED: "in Mantis",
    Progress.DECIDED: "decided",
    Progress.WORKAROUND: "not resolved yet, but this may help until then",
    Progress.ESCALATED: "with another level",
    Progress.RESOLVED: "resolved",
    Progress.REOPENED: "open again",
    Progress.CLOSED: "closed",
}
"""What a request hears of the one that it follows."""

OWED: Mapping[str, str] = {
    "JudgeRequest": "Assess it and look for clauses",
    "FileIssue": "File in Mantis",
    "UpdateIssue": "Update the issue in Mantis",
    "AddNote": "Add a note in Mantis",
    "BackfillNotes": "Add earlier notes in Mantis",
    "RelateIssue": "Link the issue in Mantis",
    "NotifyLead": "Notify the lead request",
    "NotifyDuplicates": "Notify the duplicates",
    "SendNotice": "Send an e-mail",
    "UnknownIntent": "Unreadable item of a newer version",
}


NOTICE: Mapping[str, str] = {
    "receipt": "the receipt",
    "link": "the link to the status page",
    "overruled": "a decision",
    "escalated": "the level that has it now",
    "priority": "the new priority",
    "question": "a question",
    "workaround": "a workaround",
    "resolved": "the resolution",
    "reopened": "that it is open again",
    "closed": "that it is closed",
    "joined": "that it is a duplicate",
    "parted": "that it is no duplicate",
    "heard": "news of the request that it is a duplicate of",
    "several": "several notices in one",
    "assigned": "that it is theirs now",
    "orphaned": "that nobody has it",
    "copied": "their copy",
    "replied": "what the requester wrote",
    "returned": "that it is open again",
    "warned": "that it is due soon",
    "breached": "that it is overdue",
    "completed": "that it is completed",
    "unreached": "that mail does not arrive",
    "piled": "several notices in one",
}
"""What a notice is about, as the history names it."""

UNREAD = (
    "A newer version of Specdesk has stored data in this request that this version cannot read. This page may be "
    "incomplete, so no action is possible and no delivery is made for it. Nothing is lost: run "
    "the newer version again."
)


def unread(case: Case) -> list[str]:
    """What it means that this version cannot read all of a log; nothing for all others."""
    if not case.unread:
        return []
    return [UNREAD]


def quarantine(case: Case) -> list[str]:
    """Why a case is held back or was set aside, and what that means; nothing for all others."""
    if not case.status.in_quarantine:
        return []
    what = "In quarantine" if case.status is Status.QUARANTINED else "Rejected"
    return [f"{what}: {quarantine_note(case)} Nothing has been filed or mailed, and no clock runs."]


def holder(case: Case, process: Process) -> str:
    """Who has a request: its handler; once they have left, its level."""
    return f"Level {case.level}" if process.has_left(case.handler) else process.people[case.handler].name


def orphaned(case: Case, process: Process) -> list[str]:
    """Why nobody has a request, and what to do; nothing for all others."""
    if not case.status.is_open:
        return []
    who, told = keeper(case, process).name, []
    if process.has_left(case.handler):
        name = process.person(case.handler).name
        told = [f"Unassigned: {name} has left. Mail about this request goes to {who} until somebody takes it."]
    if case.level not in process.levels:
        to = process.level(case.level).escalates_to[0]
        told.append(f"Unassigned: level {case.level} no longer exists. Escalate this request to level {to}.")
    return told


def stuck(items: Sequence[OutboxItem]) -> list[tuple[str, str]]:
    """What could not be delivered yet, for a banner: a sentence for mail and one for all else, with the last reason."""
    mails = [item for item in items if isinstance(item.intent, SendNotice)]
    others = [item for item in items if item not in mails]
    parts = (("Delayed e-mails", mails), ("Other delayed deliveries", others))
    return [
        (f"{what}: {len(those)}. Nothing is lost; they are retried automatically.", those[-1].last_error)
        for what, those in parts
        if those
    ]


def confidence(share: Any) -> str:
    """How sure the judge is, in words. `share` is 0 to 1."""
    return next((words for least, words in CONFIDENCE if float(share or 0) >= least), CONFIDENCE[-1][1])


# --- the history -----------------------------------------------------------------------------

Tell = Callable[[Any, Process], tuple[str, str]]

STORY: Mapping[type[Event], Tell] = {
    c.Received: lambda e, p: (f"Received; with {name_of(e.handler, p)}, level {e.level}", ""),
    c.Quarantined: lambda e, _: ("Held back until a person has looked at it", " ".join(e.reasons)),
    c.Released: lambda e, _: ("Looked at, and let through", e.note),
    c.Rejected: lambda e, _: ("Set aside: nobody asks for anything", e.reason),
    c.Judged: lambda e, _: (f"Read, and clauses looked up: {CATEGORY[e.category].lower()}", ""),
    c.Overruled: lambda e, _: (
        f"Decided by a person: {CATEGORY[e.category].lower()}"
        + (f", by clause {e.clause}" if e.clause else ", the spec is silent"),
        e.reason,
    ),
    c.Filed: lambda e, _: (
        f"Filed in Mantis as #{e.number}, {e.project}"
        + (f"; not kept there: {', '.join(e.dropped)}" if e.dropped else ""),
        "",
    ),
    c.ActivityCompleted: lambda e, p: (f"Done: {activity_name(e.activity, p)}", e.note),
    c.Linked: lambda e, _: (f"Linked in Mantis: {RELATION[e.relation].lower()} #{e.number}", ""),
    c.Unlinked: lambda e, _: (f"Not linked to #{e.number} in Mantis any more", ""),
    c.Refiled: lambda *_: ("To be filed in Mantis anew", ""),
    c.MarkedDuplicate: lambda e, _: (f"The same as {e.other}, and follows it from now on", ""),
    c.UnmarkedDuplicate: lambda *_: ("Not the same as another request after all", ""),
    c.DuplicateAdded: lambda e, _: (f"{e.other} is the same, and follows this one from now on", ""),
    c.DuplicateRemoved: lambda e, _: (f"{e.other} does not follow this one any more", ""),
    c.LeadUpdated: lambda e, _: (f"{e.other}, which it follows, is {PROGRESS[e.progress]}", e.text),
    c.Retried: lambda e, _: (f"To be tried again: {OWED.get(e.what, e.what).lower()}", ""),
    c.Warned: lambda e, _: (f"Warning: {e.share} % of the time is used, due {e.due:%-d %b %Y, %H:%M} UTC", ""),
    c.Breached: lambda e, _: (f"Overdue: was due {e.due:%-d %b %Y, %H:%M} UTC", ""),
    c.DeliveryFailed: lambda e, _: (f"Given up after many tries: {OWED.get(e.what, e.what).lower()}", e.error),
    c.Escalated: lambda e, p: (
        f"Escalated to level {e.level}, {name_of(e.handler, p)}: {p.reason(e.reason)}",
        e.note,
    ),
    c.HandedOver: lambda e, p: (f"Handed over to {name_of(e.handler, p)}", e.note),
    c.Reprioritised: lambda e, p: (f"Priority is now {p.priorities[e.priority].name.lower()}", e.note),
    c.AskedRequester: lambda e, _: ("Asked the requester", e.question),
    c.RequesterReplied: lambda e, _: (
        "The requester wrote that it works" if e.works else "The requester wrote",
        e.text,
    ),
    c.LinkRequested: lambda *_: ("The link to the status page was asked for, and is sent to the requester", ""),
    c.Noted: lambda e, _: ("Note for colleagues", e.text),
    c.Resolved: lambda e, _: (" ".join(filter(None, ("Resolved.", outcome_of(e)))).rstrip("."), e.resolution),
    c.NotedInMantis: lambda e, _: ("Note in Mantis", e.text),
    c.ChangedInMantis: lambda e, _: (
        "Changed in Mantis, and put back: "
        + "; ".join(
            f"{name} was {theirs or 'nobody'}, is {e.ours.get(name, '')} again" for name, theirs in e.theirs.items()
        ),
        e.why,
    ),
    c.MissingInMantis: lambda e, _: (f"#{e.number} is gone from Mantis: deleted there, or moved out of our sight", ""),
    c.FoundInMantis: lambda e, _: (f"#{e.number} is in Mantis again", ""),
    c.FieldsDropped: lambda e, _: (
        f"Mantis did not keep: {', '.join(e.dropped)}" if e.dropped else "Mantis keeps all fields again",
        "",
    ),
    c.NoticesBundled: lambda e, _: (f"{len(e.notices)} notices to {e.to} went as one mail: there were too many", ""),
    c.MailFailed: lambda e, _: (f"Mail to {e.to} {FAILURES[e.failure]}", e.detail),
    c.NoticeSkipped: lambda e, _: (f"Not mailed to {e.to}: {NOTICE.get(e.notice, e.notice)}", e.why),
    c.Reopened: lambda e, _: ("Opened again", e.reason),
    c.Closed: lambda e, _: ("Closed", e.note),
    c.UnknownEvent: lambda e, _: (f"An entry that this version of Specdesk cannot read {e.kind}".rstrip(), e.why),
}
"""An event as a headline and, where a person wrote something, their words."""

FOR_REQUESTERS: Mapping[type[Event], Tell] = {
    **{kind: STORY[kind] for kind in (c.Received, c.Judged, c.Overruled, c.Resolved, c.Reopened)},
    c.Reprioritised: lambda e, p: (f"Priority is now {p.priorities[e.priority].name.lower()}", ""),
    c.Quarantined: lambda *_: ("A person looks at it before it goes on", ""),
    c.Released: lambda *_: ("A person has looked at it: it goes on", ""),
    c.Rejected: lambda *_: ("Set aside", ""),
    c.Closed: lambda *_: ("Closed", ""),
    c.MarkedDuplicate: lambda *_: ("The same as an earlier request: you hear of that one here, too", ""),
    c.UnmarkedDuplicate: lambda *_: ("Not the same as an earlier request after all", ""),
    c.LeadUpdated: lambda e, _: (
        f"The request that is the same is {PROGRESS[e.progress]}",
        e.text if e.progress in TOLD else "",
    ),
    c.Filed: lambda e, _: (f"Filed in Mantis as #{e.number}", ""),
    c.Escalated: lambda e, p: (f"Handed to level {e.level} of the Help Desk, {name_of(e.handler, p)}", ""),
    c.AskedRequester: lambda e, _: ("We asked you", e.question),
    c.ActivityCompleted: lambda e, _: ("Until it is mended, this may help", e.note),
    c.RequesterReplied: lambda e, _: ("You wrote that it works" if e.works else "You wrote", e.text),
}
"""What a requester sees of it: the Help Desk's notes to each other are not among it."""


def history(case: Case, process: Process) -> list[tuple[Event, str, str]]:
    """Everything that happened, for the desk: event, headline, somebody's words."""
    return [(event, *STORY[type(event)](event, process)) for event in case.history]


def history_for_requester(case: Case, process: Process) -> list[tuple[Event, str, str]]:
    """What happened, for the requester's eyes."""
    told = FOR_REQUESTERS
    return [(event, *told[type(event)](event, process)) for event in case.history if concerns_requester(event)]


def concerns_requester(event: Event) -> bool:
    """Whether a requester sees it; under which number another request stands in Mantis is none of their business."""
    hidden = isinstance(event, c.LeadUpdated) and event.progress is Progress.FILED
    ours = isinstance(event, c.ActivityCompleted) and not event.mailed
    return type(event) in FOR_REQUESTERS and not hidden and not ours


def overruled(case: Case) -> c.Overruled | None:
    """What a person decided last, if one did: it stands above the judge's verdict."""
    return next((event for event in reversed(case.history) if isinstance(event, c.Overruled)), None)


def outcome(case: Case) -> str:
    """What came of a request that is done, as a sentence; "" where nobody said, and for what is not done."""
    done = resolved_by(case)
    return outcome_of(done) if done and case.status.is_done else ""


# --- times ---------------------------------------------------------------------------------


def zone_of(person: Person, process: Process) -> str:
    """The IANA zone in which a person of the Help Desk sits: that of their office or their level's calendar."""
    for office in process.offices.values():
        if office.liaison == person.id:
            return office.zone
    for level in process.levels.values():
        if person.id in level.resources and level.calendar in process.calendars:
            return process.calendars[level.calendar].zone
    return "UTC"


def zone_of_requester(case: Case, process: Process) -> str:
    """The IANA zone of the requester's office; UTC for client companies."""
    office = process.offices.get(case.request.requester.office)
    return office.zone if office else "UTC"


def when(instant: datetime, zone: str = "UTC") -> Markup:
    """An instant for people: in UTC and, where that differs, in their office's zone."""
    utc = instant.astimezone(UTC)
    text = utc.strftime("%-d %b %Y, %H:%M UTC")
    if zone != "UTC":
        here = instant.astimezone(ZoneInfo(zone))
        place = zone.rpartition("/")[2].replace("_", " ")
        text += here.strftime(" (%H:%M" if here.date() == utc.date() else " (%-d %b %H:%M") + f" {place})"
    return Markup('<time datetime="{}">{}</time>').format(utc.isoformat(timespec="seconds"), text)


def actor(event: Event, process: Process) -> str:
    """Who did it, as the beginning of a line."""
    who = actor_of(event, process)
    return who[:1].upper() + who[1:]


def span(length: timedelta) -> str:
    """A length of time in hours and minutes: 1 h 05 min; below an hour in minutes alone."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


STEPS = ((86400, "d"), (3600, "h"), (60, "min"))


def age(instant: datetime, now: datetime) -> str:
    """How long ago, in its largest unit: 3 d, 5 h, 12 min."""
    seconds = int((now - instant).total_seconds())
    return next((f"{seconds // unit} {name}" for unit, name in STEPS if seconds >= unit), "just now")


def until(instant: datetime, now: datetime) -> str:
    """How far ahead, in its largest unit: in 5 h; what is past is overdue."""
    seconds = int((instant - now).total_seconds())
    ahead = next((f"in {seconds // unit} {name}" for unit, name in STEPS if seconds >= unit), "now")
    return ahead if instant >= now else "overdue"


_TABLE_RULE = re.compile(r"\s*\|[\s:|-]+$")
_MARKUP = re.compile(r"\[([^\[\]]*)\]\([^()]*\)|(`+|\*\*|__|(?<!\w)\*(?=\w)|(?<=[\w.])\*(?!\w))")


def spoken(quote: str) -> str:
    """A quote without Markdown's signs: links as their words, emphasis and code as plain text, rows as cells."""
    return "\n".join(_spoken_line(line) for line in quote.splitlines() if not _TABLE_RULE.match(line))


def _spoken_line(line: str) -> str:
    plain = _MARKUP.sub(lambda match: match.group(1) or "", line.strip())
    if plain.startswith("|") and plain.endswith("|"):
        return " · ".join(cell.strip() for cell in plain.strip("|").split("|"))
    return re.sub(r"^(?:[-*+]|\d+\.)\s+", "", plain)


def cited_as(citations: Sequence[Mapping[str, str]]) -> str:
    """The heading above what is cited: a clause that only resembles the request says nothing on it."""
    decides = any(citation["stance"] != RELATED for citation in citations)
    return "What the spec says" if decides else "Related clauses"


def against(verdict: Mapping[str, Any]) -> str:
    """The heading above the counter-clause; "" where it would only be shown a second time."""
    counter = verdict.get("counter")
    if counter is None:
        return ""
    if counter["stance"] != RELATED:
        return "Evidence against it"
    shown = counter["clause"] in {citation["clause"] for citation in verdict["citations"]}
    return "" if shown else "Also related"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "when": when,
    "age": age,
    "until": until,
    "span": span,
    "confidence": confidence,
    "size": size_in_words,
    "spoken": spoken,
    "cited_as": cited_as,
    "against": against,
}
