"""What an engineer can do with a request: a table from the action's name to the event that it makes.

Whether an event may happen is for core/escalation.py to say; here only that the answers are complete.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from intake_fn.core import request_id
from intake_fn.core.errors import Refused
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
from intake_fn.core.request import Priority
from intake_fn.core.vocabulary import Category, Outcome, Relation
from intake_fn.web.forms import clean_line, clean_text
from intake_fn.web.numbers import whole
from spec_lookup import whole_text

if TYPE_CHECKING:
    from intake_fn.core.process import Person
    from intake_fn.desk import Desk

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Action:
    """One action: what its button says, what is said when it is done, what must be answered, the event it makes."""

    title: str
    done: str
    event: type[Event]
    must: Mapping[str, str]
    make: Callable[[Answers], dict[str, Any]]
    asks: bool = True
    """Whether who does it is asked first where somebody else has the request."""
    for_admins: bool = False


ACTIONS: Mapping[str, Action] = {
    "let-through": Action("Let it through", "It goes on.", Released, {}, lambda _: {}, asks=False, for_admins=True),
    "reject": Action(
        "Set it aside",
        "It is set aside. Nobody is told; it can still be let through.",
        Rejected,
        {"reason": "Please say why."},
        lambda a: {"reason": a["reason"]},
        asks=False,
        for_admins=True,
    ),
    "escalate": Action(
        "Escalate",
        "Escalated.",
        Escalated,
        {"to": "Please choose to whom.", "reason": "Please choose the reason."},
        lambda a: {**_level_and_handler(a["to"]), "reason": a["reason"], "note": a["note"]},
    ),
    "hand-over": Action(
        "Hand over",
        "Handed over.",
        HandedOver,
        {"handler": "Please choose to whom."},
        lambda a: {"handler": a["handler"], "note": a["note"]},
    ),
    "prioritise": Action(
        "Change priority",
        "The priority is changed.",
        Reprioritised,
        {"priority": "Please choose the priority."},
        lambda a: {"priority": _one_of(Priority, a["priority"]), "note": a["note"]},
    ),
    "overrule": Action(
        "Decide otherwise",
        "Your decision stands.",
        Overruled,
        {
            "category": "Please choose what it is.",
            "reason": "Please give the reason: the requester reads it.",
        },
        lambda a: {
            "category": _one_of(Category, a["category"]),
            **{name: a[name] for name in ("clause", "quote", "url", "module", "reason")},
        },
    ),
    "ask": Action(
        "Ask the requester",
        "Your question is on its way.",
        AskedRequester,
        {"question": "Please write your question."},
        lambda a: {"question": a["question"]},
    ),
    "tick": Action(
        "Tick an activity",
        "Ticked.",
        ActivityCompleted,
        {"activity": "Please choose what is done."},
        lambda a: {"activity": a["activity"], "note": a["note"]},
    ),
    "note": Action(
        "Add a note",
        "Your note is saved.",
        Noted,
        {"text": "Please write the note."},
        lambda a: {"text": a["text"]},
        asks=False,
    ),
    "link": Action(
        "Link to another issue",
        "Linked.",
        Linked,
        {"relation": "Please choose what it is to the other issue.", "number": "Please give the issue's number."},
        lambda a: {"relation": _one_of(Relation, a["relation"]), "number": _number(a["number"])},
    ),
    "unlink": Action(
        "Take a link back",
        "The link is taken back.",
        Unlinked,
        {"number": "Please choose which."},
        lambda a: {"number": _number(a["number"])},
    ),
    "join": Action(
        "The same as another request",
        "Its requester hears of the other one from now on.",
        MarkedDuplicate,
        {"request": "Please give the number of the other request."},
        lambda a: {"other": _request(a["request"]), "confirmed": a["confirmed"] == "yes"},
    ),
    "part": Action("Not the same after all", "It is looked at by itself again.", UnmarkedDuplicate, {}, lambda _: {}),
    "refile": Action("File it anew", "It is filed anew.", Refiled, {}, lambda _: {}),
    "resolve": Action(
        "Resolve",
        "Resolved; the requester is told.",
        Resolved,
        {
            "outcome": "Please choose what came of it.",
            "resolution": "Please say how it was resolved: the requester reads it.",
        },
        lambda a: {
            "outcome": _one_of(Outcome, a["outcome"]),
            "fixed_in": a["fixed_in"],
            "resolution": a["resolution"],
        },
    ),
    "reopen": Action(
        "Open again",
        "Open again.",
        Reopened,
        {"reason": "Please say why."},
        lambda a: {"reason": a["reason"]},
    ),
    "close": Action("Close", "Closed.", Closed, {}, lambda a: {"note": a["note"]}),
}

LINES = (
    "to",
    "handler",
    "priority",
    "category",
    "clause",
    "module",
    "activity",
    "relation",
    "number",
    "request",
    "confirmed",
    "outcome",
    "fixed_in",
)
"""Answers on one line; all others are texts."""

DECISIONS = (Category.BUG, Category.CHANGE, Category.MISC)
"""What a person may decide that a request is."""


def event_of(name: str, said: Mapping[str, str], desk: Desk, person: Person) -> Event:
    """The event that an action's form makes. Raises Refused when an answer is missing, too long or unknown."""
    action = ACTIONS[name]
    answers = _Answers({key: clean_line(text) if key in LINES else clean_text(text) for key, text in said.items()})
    missing = [message for field, message in action.must.items() if not answers[field]]
    if missing:
        raise Refused(" ".join(missing))
    limit = desk.process.intake.text_characters
    if any(len(text) > limit for text in answers.values()):
        raise Refused(f"This is too long: at most {limit:,} characters fit.")
    answers |= _cited(answers["clause"], desk)
    return action.event(at=desk.clock(), actor=person.address, **action.make(answers))


def _cited(clause: str, desk: Desk) -> dict[str, str]:
    """Text and place of a clause as they are now. Raises Refused for one that is not there."""
    if not clause:
        return {"quote": "", "url": ""}
    found = desk.spec().clause(clause)
    if found is None:
        raise Refused(f"The spec has no clause {clause}. Look it up under “Expected behaviour”, or leave it empty.")
    return {"quote": whole_text(found), "url": found.url}


class _Answers(dict[str, str]):
    """What was answered; "" for what was not."""

    def __missing__(self, key: str) -> str:
        return ""


def _level_and_handler(to: str) -> dict[str, Any]:
    level, _, handler = to.partition(":")
    number = whole(level, -1)
    if number < 0:
        raise Refused("Please choose to whom.")
    return {"level": number, "handler": handler}


def _number(text: str) -> int:
    number = whole(text.strip().removeprefix("#"), -1)
    if number < 0:
        raise Refused("Please give the number of an issue in Mantis, such as 4711.")
    return number


def _request(text: str) -> str:
    number = request_id.typed(text)
    if not number:
        raise Refused(f"Please give the number of a request, such as {request_id.EXAMPLE}.")
    return number


def _one_of(kind: Any, value: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise Refused("Please choose one of the values offered.") from None
