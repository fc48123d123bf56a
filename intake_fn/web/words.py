"""What stands in the pages for states, verdicts, events and times. Tables of plain words; no rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

import spec_lookup
from intake_fn.core import events as c
from intake_fn.core import quotes
from intake_fn.core.agreement import Role
from intake_fn.core.case import Case, resolved_by
from intake_fn.core.errors import Erased
from intake_fn.core.escalation import keeper
from intake_fn.core.events import Event
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.core.intents import SendNotice
from intake_fn.core.messages import in_history, in_words, outcome_of
from intake_fn.core.names import REQUESTER, SPECDESK, actor_of
from intake_fn.core.notices import off_the_levels, place_of
from intake_fn.core.process import Person, Process
from intake_fn.core.quarantine import why_in_quarantine
from intake_fn.core.quotes import spoken
from intake_fn.core.request import Channel, Kind
from intake_fn.core.verdicts import decision
from intake_fn.core.vocabulary import (
    Category,
    Decision,
    Filing,
    Outcome,
    Relation,
    Reproduced,
    Stage,
    Stance,
    Status,
    Vote,
)
from intake_fn.texts import gettext, mark, say

if TYPE_CHECKING:
    from intake_fn.core.case_row import CaseRow
    from intake_fn.core.change_events import MotionPut
    from intake_fn.ports import OutboxItem
    from spec_lookup import Clause

KIND: Mapping[Kind, str] = {
    Kind.BUG: mark("Bug report"),
    Kind.CHANGE: mark("Change request"),
    Kind.SETUP: mark("Set-up"),
    Kind.QUESTION: mark("Question"),
}

CATEGORY: Mapping[Category, str] = {
    Category.BUG: mark("Bug"),
    Category.CHANGE: mark("Change request"),
    Category.MISC: mark("Support"),
    Category.UNDECIDED: mark("Undecided"),
}

VERDICT: Mapping[Category, str] = {
    Category.BUG: mark("This is a bug: the system does not behave as it should."),
    Category.CHANGE: mark("This is a change request: it asks for a new or different behaviour."),
    Category.MISC: mark("This is a support request: a question or a set-up, neither a bug nor a change."),
}
"""What a request is, as a person has decided; what a program says is worded in core/verdict_texts.py."""

CHANNEL: Mapping[Channel, str] = {
    Channel.FORM: "Form",
    Channel.API: "API",
    Channel.MAIL: "E-mail",
    Channel.MANTIS: "Created in Mantis",
}

MAIL_END: Mapping[MailOutcome, str] = {
    MailOutcome.WAITING: "being processed",
    MailOutcome.TICKETED: "new request",
    MailOutcome.THREADED: "joined a request",
    MailOutcome.IGNORED: "ignored (automatic)",
    MailOutcome.QUARANTINED: "needs a person",
    MailOutcome.REJECTED: "rejected",
}
"""What the pages call an end of a mail that came in."""

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
"""What may have come of a request, as the desk offers it; the requester reads a sentence of it (texts/catalogue.py)."""

REPRODUCED: Mapping[Reproduced, str] = {
    Reproduced.YES: "Yes, it happens here, too",
    Reproduced.NO: "No, it does not happen here",
    Reproduced.NOT_TRIED: "Not tried",
}
"""What came of trying to reproduce a bug, as the desk asks for it."""

RELATED = "related"
"""The stance of a clause that was found and takes no side."""

ROLE: Mapping[Role, str] = {Role.ACTED: "decided", Role.PROPOSED: "proposed", Role.SHADOW: "in shadow"}
"""What a verdict was worth."""

READING: Mapping[Stance, str] = {
    Stance.MATCHES: mark("The system does what the clause says, and the request asks for something else."),
    Stance.CONTRADICTS: mark("The system does something else than the clause says."),
    Stance.SILENT: mark("The spec says nothing about it."),
    Stance.NEITHER: mark("It is neither a bug nor a change request."),
}
"""What an engineer says who has read request and clause."""

PRESSED: Mapping[Stance, str] = {
    Stance.MATCHES: mark("It does what this says; I want it otherwise"),
    Stance.CONTRADICTS: mark("It does something else than this says"),
    Stance.SILENT: mark("This says nothing about it"),
}
"""The buttons of the requester below a clause."""

SAID: Mapping[Stance, str] = {
    Stance.MATCHES: mark("The system does what it says, and you want it otherwise."),
    Stance.CONTRADICTS: mark("The system does something else."),
    Stance.SILENT: mark("It says nothing about your request."),
}
"""What a requester has pressed."""

SAYS: Mapping[Stance, str] = {
    **READING,
    Stance.SILENT: "This clause says nothing about the request.",
}
"""What a requester has pressed, as the desk words it."""

STANCE: Mapping[str, str] = {
    "supports-observed": mark("supports the observed behaviour"),
    "supports-expected": mark("supports the expected behaviour"),
    RELATED: "",
}

STATUS: Mapping[Status, str] = {
    Status.QUARANTINED: mark("Awaiting review"),
    Status.REJECTED: mark("Rejected"),
    Status.NEW: mark("Received"),
    Status.OPEN: mark("Open"),
    Status.WAITING: mark("Waiting for requester"),
    Status.RESOLVED: mark("Resolved"),
    Status.CLOSED: mark("Closed"),
}

SETTLED: Mapping[Filing, str] = {
    Filing.QUARANTINED: mark("Saved; not filed before the review."),
    Filing.REJECTED: mark("Saved; not filed."),
    Filing.QUEUED: mark("Saved; filing is delayed. It is filed as soon as Mantis responds; you need not do anything."),
    Filing.FAILED: mark("Saved; filing is delayed. Mantis did not accept it, and the Help Desk takes care of it."),
    Filing.FILED: "",
}
BEING_FILED = mark(
    "Saved; it is being filed in Mantis. This usually takes less than a minute, and longer while Mantis does not "
    "respond. You need not do anything; reload this page to see the number."
)
AT_ONCE = timedelta(minutes=2)
"""How long after its receipt a request is not called delayed: the sweep has not tried it twice yet."""

STAGE: Mapping[Stage, str] = {stage: say(f"stage.{stage}") for stage in Stage if stage}
"""Where a change request stands, in lists of the desk."""

RELATION: Mapping[Relation, str] = {
    Relation.DUPLICATE: "Duplicate of",
    Relation.RELATED: "Related to",
    Relation.PARENT: "Parent of",
    Relation.CHILD: "Child of",
}
"""What our issue is to another one."""

UNREAD = (
    "A newer version of Specdesk has stored data in this request that this version cannot read. This page may be "
    "incomplete, so no action is possible and no delivery is made for it. Nothing is lost: run "
    "the newer version again."
)


def settled(case: Case, now: datetime) -> str:
    """How a request without an issue stands with Mantis, for its requester."""
    if case.filing is Filing.QUEUED and now - case.received_at < AT_ONCE:
        return gettext(BEING_FILED)
    return gettext(SETTLED[case.filing])


def with_words(case: Case) -> Case:
    """The case itself. Raises Erased for one without words: its page would show nothing, and promise answers."""
    if case.erased:
        raise Erased(f"The personal data of {case.id} was erased.")
    return case


def unread(case: Case) -> list[str]:
    """What it means that this version cannot read all of a log; nothing for all others."""
    if not case.unread:
        return []
    return [UNREAD]


def quarantine(case: Case) -> list[str]:
    """Why a case is in quarantine or was rejected, and what that means; nothing for all others."""
    if not case.status.in_quarantine:
        return []
    status = "In quarantine" if case.status is Status.QUARANTINED else "Rejected"
    why = in_words(why_in_quarantine(case)).strip()
    stop = "" if why.endswith((".", "!", "?")) else "."
    return [f"{status}: {why}{stop} Nothing has been filed or mailed, and no clock runs."]


def reasons(row: CaseRow) -> str:
    """Why a request of a list is in quarantine, or was rejected."""
    return in_words(row.why)


def holder(case: Case, process: Process) -> str:
    """Who has a request: its handler; once they have left, its level."""
    return f"Level {case.level}" if process.has_left(case.handler) else process.people[case.handler].name


def unassigned(case: Case, process: Process) -> list[str]:
    """Why nobody has a request, and what to do; nothing for all others."""
    if not case.status.is_open:
        return []
    who, sentences = keeper(case, process).name, []
    if process.has_left(case.handler):
        name = process.person(case.handler).name
        sentences = [f"Unassigned: {name} has left. Mail about this request goes to {who} until somebody takes it."]
    if case.level not in process.levels:
        to = process.level(case.level).escalates_to[0]
        sentences.append(f"Unassigned: level {case.level} no longer exists. Escalate this request to level {to}.")
    return sentences


def stuck(items: Sequence[OutboxItem]) -> list[tuple[str, str]]:
    """What could not be delivered yet, for a banner: a sentence for mail and one for all else, with the last reason."""
    mails = [item for item in items if isinstance(item.intent, SendNotice)]
    others = [item for item in items if item not in mails]
    parts = (("Delayed e-mails", mails), ("Other delayed deliveries", others))
    return [
        (f"{heading}: {len(those)}. Nothing is lost; they are retried automatically.", those[-1].last_error)
        for heading, those in parts
        if those
    ]


def delivery(item: OutboxItem) -> str:
    """What an outbox item delivers, as the beginning of a line."""
    text = say(f"delivery.{type(item.intent).__name__}")
    return text[:1].upper() + text[1:]


def place(case: Case, process: Process) -> str:
    """Where a request is handled: its level, or of a change on its way how far that has come."""
    return place_of(case, process)


def is_elsewhere(case: Case, process: Process) -> bool:
    """Whether it is handled by nobody of its level."""
    return off_the_levels(case, process)


# --- the history -----------------------------------------------------------------------------


def history(case: Case, process: Process) -> list[tuple[Event, str, str]]:
    """Everything that happened, for the desk: event, headline, somebody's words."""
    return [(event, *in_history(event, process)) for event in case.history]


def came_of(event: Event, process: Process) -> str:
    """What came of an activity, as the beginning of a line: whether the bug could be reproduced; "" for others."""
    reproduced = getattr(event, "reproduced", Reproduced.UNSAID)
    return f"{in_history(event, process)[0]}. " if reproduced is not Reproduced.UNSAID else ""


def overruled(case: Case) -> c.Overruled | None:
    """What a person decided last, if one did: it stands above the judge's verdict."""
    return decision(case)


def outcome(case: Case) -> str:
    """What came of a request that is done, as a sentence; "" where nobody said, and for what is not done."""
    done = resolved_by(case)
    return in_words(outcome_of(done)) if done and case.status.is_done else ""


# --- the Board -------------------------------------------------------------------------------


def motion(put: MotionPut | None) -> str:
    """What the Board votes on."""
    return say(f"motion.{put.motion}") if put else "none"


def vote(cast: Vote) -> str:
    """A vote."""
    return say(f"vote.{cast}")


def decision_of_board(decided: Decision) -> str:
    """A decision of the Board."""
    return say(f"decision.{decided}")


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
    return who[:1].upper() + who[1:] if event.actor in (REQUESTER, SPECDESK) else who


def span(length: timedelta) -> str:
    """A length of time in hours and minutes: 1 h 05 min; below an hour in minutes alone."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


JUST_NOW = "just now"
STEPS = ((86400, "d"), (3600, "h"), (60, "min"))


def age(instant: datetime, now: datetime) -> str:
    """How long ago, in its largest unit: 3 d, 5 h, 12 min."""
    seconds = int((now - instant).total_seconds())
    return next((f"{seconds // unit} {name}" for unit, name in STEPS if seconds >= unit), JUST_NOW)


def ago(instant: datetime, now: datetime) -> str:
    """How long ago, within a sentence: 3 d ago, 12 min ago, just now."""
    old = age(instant, now)
    return old if old == JUST_NOW else f"{old} ago"


def until(instant: datetime, now: datetime) -> str:
    """How far ahead, in its largest unit: in 5 h; what is past is overdue."""
    seconds = int((instant - now).total_seconds())
    ahead = next((f"in {seconds // unit} {name}" for unit, name in STEPS if seconds >= unit), "now")
    return ahead if instant >= now else "overdue"


def marked(quote: str, verdict: Mapping[str, Any]) -> Markup:
    """A quote as it is read, with the sentence in it marked that resembles the request most."""
    before, sentence, after = quotes.marked(spoken(quote), quotes.nearest_sentence(verdict))
    return Markup("{}<mark>{}</mark>{}").format(before, sentence, after) if sentence else escape(before)


def has_mark(quote: str, verdict: Mapping[str, Any]) -> bool:
    """Whether a sentence of it is marked."""
    return bool(quotes.marked(spoken(quote), quotes.nearest_sentence(verdict)).sentence)


def cited_as(citations: Sequence[Mapping[str, str]]) -> str:
    """The heading above what is cited: a clause that only resembles the request says nothing on it."""
    decides = any(citation["stance"] != RELATED for citation in citations)
    return mark("What the spec says") if decides else mark("Related clauses")


def against(verdict: Mapping[str, Any]) -> str:
    """The heading above the counter-clause; "" where it would only be shown a second time."""
    counter = verdict.get("counter")
    if counter is None:
        return ""
    if counter["stance"] != RELATED:
        return mark("Evidence against it")
    shown = counter["clause"] in {citation["clause"] for citation in verdict["citations"]}
    return "" if shown else mark("Also related")


def whole_text(clause: Clause) -> str:
    """The text of a clause, as far as it is quoted."""
    return spec_lookup.whole_text(clause)
