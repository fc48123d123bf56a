"""What an erasure leaves of a log: nothing of the person, and everything that is counted."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake_fn.core.change_events import Commented
from intake_fn.core.erasure import (
    ADDRESSES,
    KEPT,
    OF_THE_BOARD,
    DataSubject,
    erased,
    erased_intent,
    names_in,
    role_of,
)
from intake_fn.core.erasure_events import ERASED, DataErased
from intake_fn.core.events import Event, Noted, RequesterReplied, Resolved
from intake_fn.core.figures import entries
from intake_fn.core.intents import AddNote, SendNotice
from intake_fn.core.lifecycle import EVENTS
from intake_fn.core.requester_events import CopyAdded
from intake_fn.core.steps import fold, states
from intake_fn.core.stored import event_to_plain
from intake_fn.core.vocabulary import ErasedAs
from tests.core.samples import CASE_ID, NOW, PAUL, case_of, happened, judged, received, request
from tests.core.test_escalation import SAMPLES

ANN = "ann.lee@client.example.org"
SUBJECT = DataSubject(ANN, ("Ann Lee",))

WORDS = {
    "Rejected": {"reason"},
    "Overruled": {"reason"},
    "Released": {"note"},
    "DeliveryFailed": {"error"},
    "Escalated": {"note"},
    "Deescalated": {"note"},
    "HandedOver": {"note"},
    "Reprioritised": {"note"},
    "AskedRequester": {"question"},
    "RequesterReplied": {"text", "mail"},
    "Noted": {"text", "mail"},
    "Resolved": {"resolution"},
    "Reopened": {"reason"},
    "Closed": {"note"},
    "ActivityCompleted": {"note"},
    "LeadUpdated": {"text"},
    "NotedInMantis": {"text"},
    "MailFailed": {"detail"},
    "Appealed": {"text"},
    "Withdrawn": {"reason"},
    "UpdateSent": {"text"},
    "SentToOwner": {"note"},
}
"""The texts that are erased, by event: what requester, Help Desk, Mantis and the mail service said."""


def texts_of(kind: type[Event]) -> set[str]:
    """The fields of an event that hold a text or texts."""
    hints = get_type_hints(kind)
    return {part.name for part in fields(kind) if hints[part.name] in (str, tuple[str, ...])}


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
def test_of_each_text_of_an_event_somebody_has_decided_what_becomes_of_it(kind: type[Event]) -> None:
    """A new field is erased; that it may be, or that it names something of ours, is to be written down."""
    named = {name for row in (KEPT, OF_THE_BOARD) for one in kind.__mro__ for name in row.get(one, ())}

    assert WORDS.get(kind.__name__, set()) == texts_of(kind) - named - set(ADDRESSES)


def plain_of(events: Any) -> str:
    """A log as it is stored."""
    return "\n".join(json.dumps(event_to_plain(event), ensure_ascii=False) for event in events)


SECRETS = ("Zyxomma", "petiolatum")


def anns(*events: Event) -> Any:
    """A request of Ann's, with what happened to it."""
    first = received(3, "paul")
    whole = request(
        requester=replace(first.request.requester, name="Ann Lee", email="Ann.Lee@Client.example.org"),
        summary=f"Broken {SECRETS[0]}",
        description=f"I, Ann Lee ({ANN}), see {SECRETS[1]}.",
    )
    return case_of(replace(first, request=whole), *events)


VERDICT_WITH_CLAIM = {
    **judged().verdict,
    "claim": {"summary": f"Broken {SECRETS[0]}", "what_happened": f"{SECRETS[1]}", "module": "shipments"},
    "reasons": [{"key": "said", "values": {"text": SECRETS[0]}}],
}


@st.composite
def histories(draw: st.DrawFn) -> tuple[Event, ...]:
    """Any events, in any order, with the person and their words in every text; the fold takes them all."""
    kinds = [kind for kind in SAMPLES if kind.__name__ not in ("Received", "Quarantined", "DataErased")]
    text = st.sampled_from([f"Hello Ann Lee, {SECRETS[0]}", f"{ANN} wrote {SECRETS[1]}", f"Lee, Ann: {SECRETS[0]}"])
    made = []
    for kind in draw(st.lists(st.sampled_from(kinds), max_size=8)):
        sample: dict[str, Any] = {"actor": PAUL, **SAMPLES[kind], "at": NOW}
        for name in WORDS.get(kind.__name__, ()):
            if name != "mail":
                sample[name] = draw(text)
        for name in ADDRESSES[1:]:
            if name in sample:
                sample[name] = draw(st.sampled_from([ANN, ANN.upper(), "jo@example.com"]))
        if "verdict" in sample:
            sample["verdict"] = VERDICT_WITH_CLAIM
        made.append(kind(**sample))
    return tuple(made)


@settings(max_examples=60)
@given(events=histories())
def test_nothing_of_a_requester_is_left_and_everything_is_counted_as_before(events: tuple[Event, ...]) -> None:
    """No address, no name, no word; the same statuses, levels and figures; a second time changes nothing."""
    case = anns(*events)

    left = erased(case, SUBJECT)
    after = fold(CASE_ID, left.events)

    stored = plain_of(left.events).casefold()
    assert not [word for word in (*SECRETS, ANN, "ann lee", "lee, ann") if word.casefold() in stored]
    assert ErasedAs.REQUESTER is left.role
    assert case.statuses == after.statuses
    facts = ("level", "handler", "priority", "category", "filing", "issue", "stage", "duplicates", "received_at")
    assert [getattr(case, fact) for fact in facts] == [getattr(after, fact) for fact in facts]
    after = fold(
        CASE_ID, [*left.events, DataErased(at=after.changed_at, actor="specdesk", role=left.role, texts=1, files=0)]
    )
    assert entries(case, "America/New_York") == entries(after, "America/New_York")
    assert after.erased
    assert {} == erased(after, SUBJECT).changed(after)
    assert len([*states(after)]) == len(case.history) + 1


@settings(max_examples=40)
@given(events=histories())
def test_of_somebody_who_is_named_in_it_only_address_and_name_go(events: tuple[Event, ...]) -> None:
    """The words of others stay: it is their request."""
    case = case_of(received(3, "paul"), *events, happened(Noted, text=f"Ann Lee of {ANN} saw it: {SECRETS[0]}"))

    left = erased(case, SUBJECT)

    stored = plain_of(left.events)
    assert ErasedAs.MENTIONED is left.role
    assert not [word for word in (ANN, "ann lee", "lee, ann") if word in stored.casefold()]
    assert f"{ERASED} of {ERASED} saw it: {SECRETS[0]}" in stored
    assert "camille@example.com" in stored
    assert entries(case, "UTC") == entries(fold(CASE_ID, left.events), "UTC")
    assert {} == erased(fold(CASE_ID, left.events), SUBJECT).changed(fold(CASE_ID, left.events))


def test_what_somebody_wrote_in_another_ones_request_goes_in_full() -> None:
    """A reply by mail from somebody in copy is theirs; that they were in copy is no longer said of anybody."""
    case = case_of(
        received(3, "paul"),
        happened(CopyAdded, address=ANN),
        happened(RequesterReplied, text=SECRETS[0], sender=ANN, mail="f1"),
        happened(RequesterReplied, text="Mine.", sender="camille@example.com", mail="f2"),
    )

    left = erased(case, SUBJECT)
    after = fold(CASE_ID, [*left.events, happened(DataErased, role=left.role, texts=left.texts, files=0)])

    assert SECRETS[0] not in plain_of(left.events)
    assert "Mine." in plain_of(left.events)
    assert () == after.copies
    assert not after.erased


def test_a_name_of_one_word_is_anybodys() -> None:
    """Only a full name is replaced; where a part of one stays, a person looks."""
    case = case_of(received(3, "paul"), happened(Noted, text="Ann called. Annual report."))

    left = erased(case, DataSubject(ANN, ("Ann",)))

    assert "Ann called." in plain_of(left.events)
    assert 1 == left.unnamed


def test_an_account_of_mantis_is_no_word_of_others() -> None:
    """It may be any word; it is known where it is an account."""
    subject = DataSubject("sales")

    assert "The sales list of sales@example.com is empty." == subject.without(
        "The sales list of sales@example.com is empty."
    )
    assert subject.is_in('{"requester":{"name":"","account":"Sales","office":""}}')
    assert subject.may_be_in("The sales list")
    assert subject.is_theirs("sales")


def test_after_the_time_of_keeping_everybodys_words_go_and_the_help_desk_stays() -> None:
    """Retention erases for all; who handled it is the organisation's record."""
    case = anns(happened(CopyAdded, address="jo@client.example.org"), happened(Resolved, resolution="Mended."))
    subject = DataSubject(everybody=True, staff=frozenset(("paul@example.com",)))

    left = erased(case, subject)
    stored = plain_of(left.events)

    assert ErasedAs.RETENTION is left.role
    assert not [word for word in (*SECRETS, ANN, "Ann Lee", "jo@client", "Mended") if word in stored]
    assert "paul@example.com" in stored
    assert {} == erased(fold(CASE_ID, left.events), subject).changed(fold(CASE_ID, left.events))


def test_after_the_time_of_keeping_the_board_names_the_requester_no_more() -> None:
    """What it decided, and why, stays; and so does the name of who works here."""
    case = anns(happened(Commented, text=f"Ann Lee ({ANN}) asked paul@example.com for it."))

    left = erased(case, DataSubject(everybody=True, staff=frozenset(("paul@example.com",))))

    assert f"{ERASED} ({ERASED}) asked paul@example.com for it." in plain_of(left.events)


@pytest.mark.parametrize("subject", [DataSubject("al@example.com", ("Al Wu",)), DataSubject(everybody=True)])
def test_who_has_short_names_or_none_is_looked_for_all_the_same(subject: DataSubject) -> None:
    """No part of their names is long enough to be looked for by itself."""
    text = "Ask al@example.com."

    assert not subject.may_be_in(text)
    assert subject.is_in(text) is bool(subject.box)
    assert ("Ask [erased]." if subject.box else text) == subject.without(text)


def test_a_mail_to_the_person_is_not_sent_and_others_lose_their_words() -> None:
    """What is pending holds copies of the words."""
    notice = SendNotice("assigned", "paul@example.com", {"about": "3", "text": SECRETS[0]})

    assert erased_intent(SendNotice("receipt", ANN.upper()), SUBJECT, ErasedAs.REQUESTER) is None
    assert replace(notice, fields={"about": "3", "text": ERASED}) == erased_intent(notice, SUBJECT, ErasedAs.REQUESTER)
    assert AddNote(3) == erased_intent(AddNote(3), SUBJECT, ErasedAs.REQUESTER)


def test_their_names_are_those_of_their_requests() -> None:
    """By these they are looked for in the requests of others."""
    assert frozenset(("Ann Lee",)) == names_in(anns(), SUBJECT)
    assert frozenset() == names_in(case_of(received(3, "paul")), SUBJECT)
    assert ErasedAs.MENTIONED is role_of(case_of(received(3, "paul")), SUBJECT)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<ann.lee@client.example.org>", f"<{ERASED}>"),
        ("joann.lee@client.example.org", "joann.lee@client.example.org"),
        ("ann.lee@client.example.org.uk", "ann.lee@client.example.org.uk"),
        ("ann.lee%40client.example.org", ERASED),
        ("Lee,  Ann", ERASED),
        ("Ann\nLee", ERASED),
        ("Joann Lee", "Joann Lee"),
        ("Ann Leeds", "Ann Leeds"),
    ],
)
def test_an_address_is_not_part_of_another_one(text: str, left: str) -> None:
    """Somebody else's address may hold it."""
    assert left == SUBJECT.without(text)
