"""Requests, instants and cases as the tests of the core need them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from intake_fn.core.case import Case
from intake_fn.core.events import Event, Judged, Received
from intake_fn.core.request import Kind, Priority, Request, Requester
from intake_fn.core.steps import fold
from intake_fn.core.vocabulary import Category

NEW_YORK = ZoneInfo("America/New_York")
CASE_ID = "HD-0000-0001"
PAUL = "paul@example.com"
VERDICT: dict[str, Any] = {
    "category": "bug",
    "confidence": 0.75,
    "reasons": ["The clause promises what was expected."],
    "citations": [
        {
            "clause": "billing#due",
            "title": "When an invoice is due",
            "url": "billing/#due",
            "quote": "An invoice is due after 30 days.",
            "stance": "supports-expected",
        }
    ],
    "counter": None,
    "judge": "builtin",
    "engine": "test",
    "spec": "test",
}


def at(text: str) -> datetime:
    """A wall-clock time in New York, such as "2026-11-24 11:00", as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


NOW = at("2026-11-24 11:00")


def request(office: str = "paris", module: str = "shipments", **changes: Any) -> Request:
    """A complete bug report."""
    whole = Request(
        kind=Kind.BUG,
        requester=Requester("Camille", "camille@example.com", office),
        summary="Error page when a shipment is opened",
        description="It shows error 500.",
        expected="The shipment opens.",
        priority=Priority.HIGH,
        module=module,
    )
    return replace(whole, **changes)


def received(level: int, handler: str, *, when: datetime = NOW, **changes: Any) -> Received:
    """The first event of a case that begins at a level of choice."""
    return Received(at=when, actor="requester", request=request(**changes), level=level, handler=handler)


def judged(when: datetime = NOW) -> Judged:
    """The judge has said bug."""
    return Judged(at=when, actor="specdesk", category=Category.BUG, verdict=VERDICT)


def case_of(*events: Event) -> Case:
    """The case that a log describes."""
    return fold(CASE_ID, events)


def case_at(level: int, handler: str, **changes: Any) -> Case:
    """A judged case at a level, in the hands of somebody."""
    return case_of(received(level, handler, **changes), judged())


def happened(kind: type[Event], **what: Any) -> Event:
    """Something that Paul does now."""
    return kind(at=NOW, actor=PAUL, **what)
