"""What an engineer can do with a request: a table from the action's name to the event that it makes.

Whether an event may happen is for core/escalation.py to say; here only that the answers are complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import spec_lookup
from intake_fn.core import request_id
from intake_fn.core.answer_templates import unfilled
from intake_fn.core.change_events import ChangeReleased, SentToOwner, StageReached
from intake_fn.core.desk_events import Deescalated, UpdateSent
from intake_fn.core.errors import Refused, Stale, TryLater, Unreadable
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Closed,
    Escalated,
    Event,
    HandedOver,
    Linked,
    MarkedDuplicate,
    Noted,
    Overruled,
    Refiled,
    Rejected,
    Released,
    Reopened,
    Reprioritised,
    Resolved,
    Unlinked,
    UnmarkedDuplicate,
)
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mentions import strangers
from intake_fn.core.request import Priority
from intake_fn.core.requester_events import RequesterChanged, RequesterKept
from intake_fn.core.vocabulary import Category, Outcome, Relation, Reproduced, Stage, Stance
from intake_fn.web.forms import clean_line, clean_text
from intake_fn.web.numbers import whole

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import Person, Process
    from intake_fn.desk import Desk
    from spec_lookup import Spec

Answers = Mapping[str, str]


def why_not(error: Refused | Stale | TryLater, *, after: str, not_sure: str) -> tuple[str, int]:
    """The message about an action that did not happen, or may not have, and the HTTP status.

    `after` says what to do where others have changed the request meanwhile.
    """
    match error:
        case Stale():
            return f"{error} {after}", 409
        case Unreadable():
            return str(error), 503
        case TryLater():
            return not_sure, 503
    return str(error), 422


@dataclass(frozen=True, slots=True)
class Action:
    """An action of the desk: the text of its button, the confirmation, the required answers, the event."""

    title: str
    done: str
    event: type[Event]
    must: Mapping[str, str]
    make: Callable[[Answers], dict[str, Any]]
    asks: bool = True
    """Whether it needs a confirmation if the request is assigned to somebody else."""
    for_admins: bool = False
    takes_files: bool = False
    """Whether files may come with it; the requester gets them."""


ACTIONS: Mapping[str, Action] = {
    "release": Action("Release", "Released.", Released, {}, lambda _: {}, asks=False, for_admins=True),
    "reject": Action(
        "Reject",
        "Rejected. Nobody is notified; the request can still be released.",
        Rejected,
        {"reason": "Please enter a reason."},
        lambda a: {"reason": a["reason"]},
        asks=False,
        for_admins=True,
    ),
    "escalate": Action(
        "Escalate",
        "Escalated.",
        Escalated,
        {"to": "Please choose the new assignee.", "reason": "Please choose the reason."},
        lambda a: {**_level_and_handler(a["to"]), "reason": a["reason"], "note": a["note"]},
    ),
    "send-back": Action(
        "Send back to the level below",
        "Sent back to the level below.",
        Deescalated,
        {"to": "Please choose the new assignee.", "note": "Please give the reason: the level below reads it."},
        lambda a: {**_level_and_handler(a["to"]), "note": a["note"]},
    ),
    "hand-over": Action(
        "Reassign",
        "Reassigned.",
        HandedOver,
        {"handler": "Please choose the new assignee."},
        lambda a: {"handler": a["handler"], "note": a["note"]},
    ),
    "prioritise": Action(
        "Change priority",
        "Priority changed.",
        Reprioritised,
        {"priority": "Please choose the priority."},
        lambda a: {"priority": one_of(Priority, a["priority"]), "note": a["note"]},
    ),
    "overrule": Action(
        "Override the verdict",
        "Verdict overridden.",
        Overruled,
        {
            "category": "Please choose the category.",
            "reason": "Please enter the reason: the requester reads it.",
        },
        lambda a: {
            "category": one_of(Category, a["category"]),
            **{name: a[name] for name in ("clause", "quote", "url", "module", "reason", "spec", "person")},
        },
    ),
    "read": Action(
        "Decide by what you read",
        "Decided.",
        Overruled,
        {"reading": "Please press one of the buttons."},
        lambda a: {
            **_read(a["reading"]),
            **{name: a[name] for name in ("clause", "quote", "url", "module", "reason", "spec", "person")},
        },
    ),
    "send-to-owner": Action(
        "Send it to the owner of a module",
        "Sent to the owner of the module, who is mailed.",
        SentToOwner,
        {"module": "Please choose the module."},
        lambda a: {"module": a["module"], "owner": "", "note": a["note"]},
    ),
    "stage": Action(
        "Move the change on",
        "The change is a stage further, or back.",
        StageReached,
        {"stage": "Please choose the stage.", "handler": "Please choose the assignee."},
        lambda a: {
            "stage": one_of(Stage, a["stage"]),
            **{name: a[name] for name in ("handler", "version", "note")},
        },
    ),
    "release-change": Action(
        "Release the change",
        "Released. The requester is notified.",
        ChangeReleased,
        {
            "version": "Please enter the version.",
            "text": "Please write what was changed: the requester reads it.",
        },
        lambda a: {name: a[name] for name in ("version", "text", "reason")},
    ),
    "update": Action(
        "Write to the requester",
        "Sent to the requester by mail. It stands on the status page.",
        UpdateSent,
        {"text": "Please write what the requester is to read."},
        lambda a: {"text": a["text"], "workaround": a["as"] == "workaround"},
        takes_files=True,
    ),
    "ask": Action(
        "Ask the requester",
        "Your question is sent to the requester.",
        AskedRequester,
        {"question": "Please enter your question."},
        lambda a: {"question": a["question"]},
        takes_files=True,
    ),
    "complete": Action(
        "Complete an activity",
        "Activity completed.",
        ActivityCompleted,
        {"activity": "Please choose the activity."},
        lambda a: {
            "activity": a["activity"],
            "note": a["note"],
            "reproduced": one_of(Reproduced, a["reproduced"]),
            "version": a["version"],
        },
    ),
    "note": Action(
        "Add an internal note",
        "Note saved.",
        Noted,
        {"text": "Please enter the note."},
        lambda a: {"text": a["text"]},
        asks=False,
    ),
    "link": Action(
        "Link to another issue",
        "Linked.",
        Linked,
        {"relation": "Please choose the relation.", "number": "Please enter the issue number."},
        lambda a: {"relation": one_of(Relation, a["relation"]), "number": _number(a["number"])},
    ),
    "unlink": Action(
        "Remove link",
        "Link removed.",
        Unlinked,
        {"number": "Please choose the link."},
        lambda a: {"number": _number(a["number"])},
    ),
    "mark-duplicate": Action(
        "Mark as duplicate",
        "Marked as duplicate. The requester is notified of the progress of the other request.",
        MarkedDuplicate,
        {"request": "Please enter the number of the other request."},
        lambda a: {"other": _request(a["request"]), "confirmed": a["confirmed"] == "yes"},
    ),
    "unmark-duplicate": Action("Not a duplicate", "No longer a duplicate.", UnmarkedDuplicate, {}, lambda _: {}),
    "refile": Action("Create a new Mantis issue", "The new issue is being created.", Refiled, {}, lambda _: {}),
    "resolve": Action(
        "Resolve",
        "Resolved. The requester is notified.",
        Resolved,
        {
            "outcome": "Please choose the outcome.",
            "resolution": "Please describe the resolution: the requester reads it.",
        },
        lambda a: {
            "outcome": one_of(Outcome, a["outcome"]),
            "fixed_in": a["fixed_in"],
            "resolution": a["resolution"],
        },
        takes_files=True,
    ),
    "reopen": Action(
        "Reopen",
        "Reopened.",
        Reopened,
        {"reason": "Please enter a reason."},
        lambda a: {"reason": a["reason"]},
    ),
    "change-requester": Action(
        "Make them the requester",
        "They are the requester now and get the receipt. Who forwarded the mail is in copy.",
        RequesterChanged,
        {},
        lambda a: {"address": a["address"]},
    ),
    "keep-requester": Action(
        "Keep the requester as it is",
        "The requester stays as it is.",
        RequesterKept,
        {},
        lambda a: {"address": a["address"]},
        asks=False,
    ),
    "close": Action("Close", "Closed.", Closed, {}, lambda a: {"note": a["note"]}),
}

LINES = (
    "to",
    "as",
    "reproduced",
    "handler",
    "priority",
    "category",
    "clause",
    "other_clause",
    "reading",
    "module",
    "activity",
    "relation",
    "number",
    "request",
    "confirmed",
    "outcome",
    "fixed_in",
    "stage",
    "version",
    "vote",
    "member",
    "motion",
    "until",
    "decision",
    "address",
)
"""Answers on one line; all others are texts."""

DECISIONS = (Category.BUG, Category.CHANGE, Category.MISC)
"""What a person may decide that a request is."""

READINGS: Mapping[str, tuple[Stance, Category]] = {
    "matches": (Stance.MATCHES, Category.CHANGE),
    "contradicts": (Stance.CONTRADICTS, Category.BUG),
    "silent-bug": (Stance.SILENT, Category.BUG),
    "silent-change": (Stance.SILENT, Category.CHANGE),
    "silent-misc": (Stance.SILENT, Category.MISC),
    "neither": (Stance.NEITHER, Category.MISC),
}
"""What a person may say who has read request and spec, and the category that it decides."""


def event_of(
    name: str, form_data: Mapping[str, str], desk: Desk, person: Person, spec: Callable[[], Spec] | None = None
) -> Event:
    """The event that an action's form makes. Raises Refused when an answer is missing, too long or unknown.

    `spec` is the one that the request was judged by, where that is not today's.
    """
    return event_by(ACTIONS[name], form_data, desk, person, spec)


def event_by(
    action: Action,
    form_data: Mapping[str, str],
    desk: Desk,
    person: Person,
    spec: Callable[[], Spec] | None = None,
) -> Event:
    """The event that the form of an action makes. Raises Refused as `event_of` does."""
    answers = _Answers({key: clean_line(text) if key in LINES else clean_text(text) for key, text in form_data.items()})
    missing = [message for field, message in action.must.items() if not answers[field]]
    if missing:
        raise Refused(" ".join(missing))
    refuse_long(answers.values(), desk.process)
    if action.takes_files and (left := [name for text in answers.values() for name in unfilled(text)]):
        raise Refused(
            f"Please replace {', '.join(f'{{{name}}}' for name in left)} in your text: the requester reads it."
        )
    if action.event is Overruled:
        answers |= _clause_read(answers) | {"person": person.id}
        answers |= _cited(answers["clause"], spec or desk.spec, always=bool(answers["reading"]))
    return action.event(at=desk.clock(), actor=person.address, **action.make(answers))


def refuse_long(texts: Iterable[str], process: Process) -> None:
    """Raise Refused for a text that is longer than the limit."""
    limit = process.intake.text_characters
    if any(len(text) > limit for text in texts):
        raise Refused(f"This text is too long: the limit is {limit:,} characters.")


def refuse_strangers(event: Event, case: Case, process: Process, *, as_it_is: bool) -> None:
    """Raise Refused for a note that mentions nobody of the Help Desk by an @name, unless it is meant so.

    Else nobody would be mailed, and its author would wait for an answer. In quarantine a note mails nobody.
    """
    if not isinstance(event, Noted) or as_it_is or case.status.in_quarantine:
        return
    unknown = strangers(event.text, process)
    if unknown:
        near = [f"@{person}" for person in dict.fromkeys(unknown.values()) if person]
        meant = f" Do you mean {' or '.join(near)}?" if near else ""
        named = ", ".join(f"@{name}" for name in unknown)
        whom = "somebody" if len(unknown) == 1 else "people"
        raise Refused(
            f"Nothing is saved yet, and nobody is mailed: {named} names {whom} whom the Help Desk does not know."
            f"{meant} Correct the name, or save the note as it is."
        )


def _clause_read(answers: Answers) -> dict[str, str]:
    """The clause that was typed, else the chosen one; none where the reading is of no clause."""
    stance, _ = READINGS.get(answers["reading"], (Stance.UNSAID, None))
    by_none = stance in (Stance.SILENT, Stance.NEITHER)
    return {"clause": "" if by_none else answers["other_clause"] or answers["clause"]}


def _read(pressed: str) -> dict[str, Any]:
    if pressed not in READINGS:
        raise Refused("Please press one of the buttons.")
    stance, category = READINGS[pressed]
    return {"stance": stance, "category": category}


def _cited(clause: str, opened: Callable[[], Spec], *, always: bool) -> dict[str, str]:
    """Text and place of a clause as the spec has them, and its stamp; that `always`, else for a clause only.

    Raises Refused for a clause that is not there.
    """
    if not clause:
        return {"quote": "", "url": "", "spec": opened().stamp.content if always else ""}
    spec = opened()
    cited = spec.clause(clause)
    if cited is None:
        raise Refused(f"The spec has no clause {clause}. Search under “Expected behaviour”, or leave the field empty.")
    return {"quote": spec_lookup.whole_text(cited), "url": cited.url, "spec": spec.stamp.content}


class _Answers(dict[str, str]):
    """What was answered; "" for what was not."""

    def __missing__(self, key: str) -> str:
        return ""


def _level_and_handler(to: str) -> dict[str, Any]:
    level, _, handler = to.partition(":")
    number = whole(level, -1)
    if number < 0:
        raise Refused("Please choose the new assignee.")
    return {"level": number, "handler": handler}


def _number(text: str) -> int:
    number = whole(text.strip().removeprefix("#"), -1)
    if number < 0:
        raise Refused("Please enter the number of a Mantis issue, such as 4711.")
    return number


def _request(text: str) -> str:
    number = request_id.typed(text)
    if not number:
        raise Refused(f"Please enter a request number, such as {request_id.EXAMPLE}.")
    return number


def one_of(kind: Any, value: str) -> Any:
    """The member of a vocabulary that was chosen. Raises Refused for none."""
    try:
        return kind(value)
    except ValueError:
        raise Refused("Please choose one of the values in the list.") from None
