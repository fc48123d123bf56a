"""What an event changes of a case besides its status: fields by name, with their new values. Pure.

Which function belongs to which event is a column of core/lifecycle.py.
"""

from __future__ import annotations

from typing import Any

from intake_fn.core import events as e
from intake_fn.core.appeals import decided_anew
from intake_fn.core.case import UPDATED, Case, accepts
from intake_fn.core.erasure_events import ERASED, DataErased
from intake_fn.core.intents import FileIssue
from intake_fn.core.vocabulary import Category, Filing, Progress, Stage, Status


def judged(case: Case, event: e.Judged) -> dict[str, Any]:
    """A person's decision stands, whatever the judge says afterwards; a proposal decides nothing.

    A change that a person created in Mantis goes to the owner of its module (`handler_by`).
    """
    keeps = not event.acts or any(isinstance(earlier, e.Overruled) for earlier in case.history)
    to_owner = {"stage": Stage.OWNER, "handler": event.handler} if event.handler else {}
    return {"verdict": event.verdict} | (to_owner if keeps else _decided(case, event))


def overruled(case: Case, event: e.Overruled) -> dict[str, Any]:
    """What is no change request any more is on no way to the Board; an appeal is decided."""
    return {**_decided(case, event), **decided_anew(case, event)}


def _decided(case: Case, event: e.Judged | e.Overruled) -> dict[str, Any]:
    """A change goes to the owner of its module; logs before that name none, and it stays with whoever has it."""
    stage = case.stage if event.category is Category.CHANGE else Stage.NONE
    if event.category is Category.CHANGE and stage is Stage.NONE and event.handler:
        stage = Stage.OWNER
    return {"category": event.category, "stage": stage, "handler": event.handler or case.handler}


def filed(_: Case, event: e.Filed) -> dict[str, Any]:
    """The issue is there; one that a person created is what its project says."""
    return ({"category": event.category} if event.found else {}) | {
        "filing": Filing.FILED,
        "issue": event.number,
        "issue_url": event.url,
        "issue_project": event.project,
        "dropped_fields": event.dropped,
    }


def refiled(_: Case, __: e.Refiled) -> dict[str, Any]:
    """What is known of the former issue is forgotten."""
    return {
        "filing": Filing.QUEUED,
        "issue": None,
        "issue_url": "",
        "issue_project": "",
        "missing_in_mantis": False,
        "dropped_fields": (),
    }


def fields_dropped(case: Case, event: e.FieldsDropped) -> dict[str, Any]:
    """An update sends fewer fields than the filing: what else was dropped then is still missing."""
    others = tuple(name for name in case.dropped_fields if name not in UPDATED)
    return {"dropped_fields": (*others, *event.dropped)}


def delivery_failed(case: Case, event: e.DeliveryFailed) -> dict[str, Any]:
    """An issue that could not be made is no longer queued."""
    return {"filing": Filing.FAILED} if event.what == FileIssue.__name__ and case.issue is None else {}


def retried(case: Case, event: e.Retried) -> dict[str, Any]:
    """An issue that could not be made is queued again."""
    again = event.what == FileIssue.__name__ and case.filing is Filing.FAILED
    return {"filing": Filing.QUEUED} if again else {}


def replied(case: Case, event: e.RequesterReplied) -> dict[str, Any]:
    """A rejected request is reviewed once more: else nobody would read the reply. What is done and works stays done."""
    if case.status is Status.REJECTED:
        return {"filing": Filing.QUARANTINED}
    return {"status": case.status} if accepts(case, event) else {}


def lead_updated(case: Case, event: e.LeadUpdated) -> dict[str, Any]:
    """An undecided duplicate takes its lead's category, once a person has decided that one or it is resolved."""
    decides = event.progress in (Progress.DECIDED, Progress.RESOLVED)
    undecided = case.category is Category.UNDECIDED and event.category is not Category.UNDECIDED
    return {"category": event.category} if decides and undecided else {}


def linked(case: Case, event: e.Linked) -> dict[str, Any]:
    """What was said of the same issue before is replaced."""
    return {"links": {**case.links, event.number: event.relation}}


def unlinked(case: Case, event: e.Unlinked) -> dict[str, Any]:
    """The other issue is no longer named."""
    return {"links": {number: relation for number, relation in case.links.items() if number != event.number}}


def duplicate_removed(case: Case, event: e.DuplicateRemoved) -> dict[str, Any]:
    """The other request is no longer named."""
    return {"duplicates": tuple(other for other in case.duplicates if other != event.other)}


def data_erased(case: Case, event: DataErased) -> dict[str, Any]:
    """The person whose data was erased is no longer in copy; an erased request stays erased."""
    return {
        "erased": case.erased or event.role.is_whole,
        "copies": tuple(box for box in case.copies if box != ERASED),
        "muted": tuple(box for box in case.muted if box != ERASED),
    }
