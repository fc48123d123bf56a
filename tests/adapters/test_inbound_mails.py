"""What every store of inbound mails keeps to, held against the fake and against DynamoDB (the local one)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.errors import Refused, Unknown
from intake_fn.core.inbound.record import MailDecision, MailLedger, MailOutcome, MailRecord
from intake_fn.texts import message
from tests.fakes import MONDAY, MemoryStore

if TYPE_CHECKING:
    from tests.fakes import Store


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.aws)])
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store: the fake, then the real one."""
    if request.param == "memory":
        return MemoryStore()
    real: Store = request.getfixturevalue("dynamo_store")
    return real


def record(number: int = 1, outcome: MailOutcome = MailOutcome.WAITING) -> MailRecord:
    """A mail that came some minutes after Monday, 15:00 UTC."""
    return MailRecord(
        id=f"mail{number}",
        key=f"mail-in/mail{number}",
        received_at=MONDAY + timedelta(minutes=number),
        subject="Écran noir",
        outcome=outcome,
        reason=message("mail.attempts"),
    )


def test_a_record_comes_back_and_is_counted_once(store: Store) -> None:
    """An id that comes again adds nothing."""
    assert store.add_mail(record())
    assert not store.add_mail(replace(record(), subject="Another"))

    assert store.mail("mail1") == record()
    assert store.mail_ledger() == MailLedger(received=1, waiting=1)
    with pytest.raises(Unknown):
        store.mail("mail2")


def test_a_record_moves_between_lists_and_ledger(store: Store) -> None:
    """Who was slower changes nothing."""
    store.add_mail(record())
    done = replace(record(), outcome=MailOutcome.TICKETED, case_id="HD-1")

    assert store.save_mail(record(), done)
    assert not store.save_mail(record(), replace(record(), outcome=MailOutcome.IGNORED))
    assert list(store.mails((MailOutcome.WAITING,)).records) == []
    assert list(store.mails((MailOutcome.TICKETED,)).records) == [done]
    assert store.mail_ledger() == MailLedger(received=1, ticketed=1)
    assert store.mail_ledger().balanced


def test_records_are_listed_by_page_the_latest_first(store: Store) -> None:
    """Of some outcomes, or of all."""
    outcomes = (MailOutcome.TICKETED, MailOutcome.IGNORED, MailOutcome.THREADED)
    for number in range(9):
        store.add_mail(record(number, outcomes[number % 3]))

    first = store.mails(limit=4)
    second = store.mails(limit=4, cursor=first.cursor)
    third = store.mails(limit=4, cursor=second.cursor)
    listed = [one.id for page in (first, second, third) for one in page.records]

    assert listed == [f"mail{number}" for number in reversed(range(9))]
    assert third.cursor == ""
    assert [one.id for one in store.mails(outcomes[:1], limit=2).records] == ["mail6", "mail3"]
    with pytest.raises(Refused):
        store.mails(cursor="nonsense")


def test_one_decision_holds_for_a_fingerprint(store: Store) -> None:
    """Whoever decides first decides for all; a person may decide anew."""
    first = MailDecision(MailOutcome.QUARANTINED, message("mail.attempts"), first="mail1")
    other = MailDecision(MailOutcome.TICKETED, message("mail.attempts"), "HD-1", first="mail2")

    assert store.decided("f") is None
    assert store.decide("f", first) == first
    assert store.decide("f", other) == first
    assert store.decide("f", other, anew=True) == other
    assert store.decided("f") == other


def test_a_message_id_belongs_to_the_request_that_named_it_first(store: Store) -> None:
    """An id that somebody uses again leads nowhere else, however long it is."""
    store.remember_message("a@example.com", "HD-1")
    store.remember_message("a@example.com", "HD-2")
    store.remember_message("x" * 5000, "HD-3")

    assert store.case_of_message("a@example.com") == "HD-1"
    assert store.case_of_message("x" * 5000) == "HD-3"
    assert store.case_of_message("b@example.com") == ""


def test_many_at_once_are_counted_right(store: Store) -> None:
    """Fifty at once of one id are one; the ledger balances."""
    with ThreadPoolExecutor(10) as pool:
        added = list(pool.map(lambda n: store.add_mail(record(n % 5)), range(50)))

    assert sum(added) == 5
    assert store.mail_ledger() == MailLedger(received=5, waiting=5)
