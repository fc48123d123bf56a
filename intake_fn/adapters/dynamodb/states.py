"""The state of a case as an item: what lists show, and its places in the indexes. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.dynamodb.due_index import ALERTS, partition_of
from intake_fn.adapters.dynamodb.values import Item, instant, instant_of, written
from intake_fn.core.agreement import Said, decided, said
from intake_fn.core.case import module_of
from intake_fn.core.case_row import CaseRow
from intake_fn.core.clause_changed import unsettled
from intake_fn.core.codec import checked, from_plain, to_plain
from intake_fn.core.erasure_events import DataErased
from intake_fn.core.errors import Unreadable
from intake_fn.core.quarantine import why_in_quarantine
from intake_fn.core.request import Priority
from intake_fn.core.retention import Rule, rests_since, rule_of
from intake_fn.core.stored import FORMAT, MISREAD, read_event
from intake_fn.core.unanswered import unanswered_since
from intake_fn.core.vocabulary import Category, Stage, Status
from intake_fn.texts import Message, as_written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from intake_fn.core.case import Case, Step
    from intake_fn.core.events import Event

STATE = "STATE"
"""The sort key of all states."""

ON_TOP = "U"
"""What the places of open urgent requests begin with."""


RESTING: Mapping[Rule, str] = {
    Rule.CLOSED_REQUESTS: "rest",
    Rule.ATTACHMENTS: "rest-files",
    Rule.QUARANTINED_REQUESTS: "rest-held",
}
"""The beginning of the partitions of the index `due` in which requests rest, by the rule by which they go next."""


def resting_line(rule: Rule) -> str:
    """The beginning of the partitions for a rule."""
    return RESTING[rule]


def state_key(case_id: str) -> Item:
    """Where the state of a case stands."""
    return {"pk": f"REQ#{case_id}", "sk": STATE}


def state_item(step: Step) -> Item:
    """The state of a case after a step; `queue` and `place`, `line` and `turn` are its places in the indexes."""
    case = step.case
    state = {
        **state_key(case.id),
        "id": case.id,
        "version": case.version,
        "summary": case.request.summary,
        "requester": case.request.requester.name,
        "status": case.status,
        "level": case.level,
        "handler": case.handler,
        "priority": case.priority,
        "category": case.category,
        "received_at": instant(case.received_at),
        "changed_at": instant(case.changed_at),
        "filing": case.filing,
        "module": module_of(case),
        "office": case.request.requester.office,
        "company": case.request.requester.company,
        "queue": queue_of(case),
        "place": f"{_first(case)}{instant(case.received_at)}#{case.id}",
        **({"appealed": True} if case.appealed else {}),
    }
    state |= _facts(case)
    if step.due is not None:
        state["due"] = instant(step.due)
    if step.next_alert is not None:
        state |= {"line": partition_of(ALERTS, case.id), "turn": f"{instant(step.next_alert)}#{case.id}"}
    elif since := rests_since(case):
        state |= {"line": partition_of(resting_line(rule_of(case)), case.id), "turn": f"{instant(since)}#{case.id}"}
    return state


def _facts(case: Case) -> Item:
    """What a state holds only where it is so."""
    facts: Item = {}
    if case.issue is not None:
        facts["issue"] = case.issue
    if case.missing_in_mantis:
        facts["gone"] = True
    if why := why_in_quarantine(case):
        facts["why"] = json.dumps([to_plain(reason) for reason in why])
    if spoken := said(case):
        facts["said"] = json.dumps([to_plain(one) for one in spoken])
    if by_person := decided(case):
        facts["decided"] = by_person
    if case.stage:
        facts["stage"] = case.stage
    if unsettled(case):
        facts["recheck"] = True
    if erased := [number for number, event in enumerate(case.history, 1) if isinstance(event, DataErased)]:
        facts["erased"] = erased[-1]
    if since := unanswered_since(case):
        facts["unanswered"] = instant(since)
    return facts


def _first(case: Case) -> str:
    """What brings an open urgent request to the top of a queue: a letter comes after all digits."""
    return ON_TOP if case.priority is Priority.URGENT and case.status.is_open else ""


def queue_of(case: Case) -> str:
    """The partition of the index `queue` in which a case stands."""
    if case.status.in_quarantine:
        return case.status
    return level_queue(case.level, is_open=case.status.is_open)


def level_queue(level: int, *, is_open: bool) -> str:
    """The partition of the index `queue` of the open or closed cases of a level."""
    return f"{level}#{'open' if is_open else 'closed'}"


def id_of(state: Mapping[str, Any]) -> str:
    """The id of the case whose state it is."""
    return str(state.get("pk", "")).removeprefix("REQ#")


def row_of(item: Item) -> CaseRow:
    """The row of a list, from a state. Raises Unreadable."""
    if written(item) > FORMAT:
        raise Unreadable(f"The state of {id_of(item)} was written by a newer version of Specdesk.")
    try:
        return checked(_row(item))
    except MISREAD as error:
        raise Unreadable(
            f"The state of {id_of(item)} is not as this version of Specdesk knows it: {error!r}."
        ) from error


def readable_row(item: Item) -> CaseRow | None:
    """The row of a state; None for one that this version cannot read."""
    try:
        return row_of(item)
    except Unreadable:
        return None


def event_of(item: Item) -> Event:
    """The event that stands in a log; UnknownEvent for one that cannot be read."""
    return read_event(str(item.get("body", "")), written(item))


def _row(item: Item) -> CaseRow:
    if item["id"] != id_of(item):
        raise ValueError("it names another case than its key")
    return CaseRow(
        id=item["id"],
        summary=item["summary"],
        requester=item["requester"],
        status=Status(item["status"]),
        level=item["level"],
        handler=item["handler"],
        priority=Priority(item["priority"]),
        category=Category(item["category"]),
        received_at=instant_of(item["received_at"]),
        changed_at=instant_of(item["changed_at"]),
        issue=item.get("issue"),
        filing=item["filing"],
        due=instant_of(item["due"]) if "due" in item else None,
        next_alert=_next_alert(item),
        version=item["version"],
        missing_in_mantis=item.get("gone", False),
        why=_why(item),
        on_top=item["place"].startswith(ON_TOP),
        said=tuple(from_plain(Said, one) for one in json.loads(item.get("said", "[]"))),
        decided=Category(item["decided"]) if "decided" in item else None,
        appealed=item.get("appealed", False),
        stage=Stage(item.get("stage", "")),
        recheck=item.get("recheck", False),
        module=item.get("module", ""),
        office=item.get("office", ""),
        company=item.get("company", ""),
        unanswered=instant_of(item["unanswered"]) if "unanswered" in item else None,
        rests=str(item.get("line", "")).startswith(tuple(f"{line}#" for line in RESTING.values())),
    )


def _next_alert(item: Item) -> datetime | None:
    """When its next alert is due; None for one that rests."""
    is_alert = "turn" in item and str(item["line"]).startswith(f"{ALERTS}#")
    return instant_of(item["turn"].partition("#")[0]) if is_alert else None


def _why(item: Item) -> tuple[Message, ...]:
    """Why a case is in quarantine, or was rejected; format 1 held that as a text."""
    why = item.get("why", "")
    if not isinstance(why, str):
        raise TypeError("why is no text")
    if why and written(item) > 1:
        return tuple(from_plain(Message, reason) for reason in json.loads(why))
    return (as_written(why),) if why else ()
