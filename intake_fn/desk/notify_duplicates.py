"""The intents for other requests, carried out: a lead learns of its duplicates, and duplicates of their lead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.duplicates import duplicate_change, lead_update, masked
from intake_fn.core.errors import SpecdeskError, TryLater
from intake_fn.core.names import SPECDESK

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.intents import NotifyDuplicates, NotifyLead
    from intake_fn.desk.needs import Delivering
    from intake_fn.ports import OutboxItem


def notify_lead(desk: Delivering, item: OutboxItem, _: Case, intent: NotifyLead) -> None:
    """Record with the other request whether this one is a duplicate of it, as both stand."""

    def decide(lead: Case) -> Event | None:
        return duplicate_change(desk.cases.load(item.case_id), lead, desk.clock(), SPECDESK)

    busy = TryLater(f"{intent.other} is changing too fast to be told of {item.case_id}. It is tried again.")
    desk.change(intent.other, decide, busy=busy)
    desk.outbox.finish(item)


def notify_duplicates(desk: Delivering, item: OutboxItem, lead: Case, news: NotifyDuplicates) -> None:
    """Record the news with each duplicate; one that cannot take it keeps no other from it. Raises the first error.

    The intents of a duplicate that follow from it are in its own outbox, for the next sweep.
    """
    errors = []
    for duplicate in news.others:
        try:
            _notify(desk, duplicate, item, lead, _masked(desk, news, duplicate))
        except SpecdeskError as error:
            errors.append(error)
    if errors:
        raise errors[0]
    desk.outbox.finish(item)


def _notify(desk: Delivering, case_id: str, item: OutboxItem, lead: Case, news: NotifyDuplicates) -> None:
    """The log of the duplicate names the item, so that the news is recorded once however often this runs."""

    def decide(duplicate: Case) -> Event | None:
        return lead_update(duplicate, news, item.id, lead, desk.clock(), SPECDESK)

    busy = TryLater(f"{case_id} is changing too fast to hear of {item.case_id}. It is tried again.")
    desk.change(case_id, decide, busy=busy)


def _masked(desk: Delivering, news: NotifyDuplicates, case_id: str) -> NotifyDuplicates:
    """The news for one duplicate: the requesters of the other ones are not named in it."""
    others = []
    for other in (number for number in news.others if news.text and number != case_id):
        try:
            others.append(desk.cases.load(other))
        except SpecdeskError as error:
            log.warning("follower_not_masked", case=other, error=str(error))
    return replace(news, text=masked(news.text, *others)) if others else news
