"""Two requests that are the same: joined by a person, they go on together, and every requester is told once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core import duplicates
from intake_fn.core.desk_events import UpdateSent
from intake_fn.core.errors import Refused, TryLater
from intake_fn.core.events import (
    Closed,
    Escalated,
    LeadUpdated,
    MarkedDuplicate,
    Noted,
    Refiled,
    RequesterReplied,
    Resolved,
    UnmarkedDuplicate,
)
from intake_fn.core.request import Requester
from intake_fn.core.vocabulary import Relation, Status
from intake_fn.ports import Purpose
from intake_fn.web.status_words import history_for_requester
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process
    from intake_fn.ports import Mail

JUN = Requester("Jun", "jun@example.com", "hong-kong")


class Pair:
    """A request of Camille's, and one of Jun's that is the same."""

    def __init__(self, process: Process) -> None:
        self.room = Room(process)
        self.desk = self.room.desk
        self.lead = self.desk.take_in(request(), "lead").id
        self.follower = self.desk.take_in(request(requester=JUN, summary="I cannot open a shipment"), "follower").id
        self.act(self.follower, MarkedDuplicate, other=self.lead)
        self.room.mailer.sent.clear()

    def act(self, case_id: str, kind: type[Event], **what: Any) -> None:
        """Something that Paul does, and the sweep a minute later."""
        self.desk.act(case_id, self.room.event(kind, **what), self.case(case_id).version)
        self.sweep()

    def sweep(self) -> None:
        """A minute later."""
        self.room.clock.advance(minutes=1)
        self.desk.sweep()

    def case(self, case_id: str) -> Case:
        """The case as it stands."""
        return self.room.store.load(case_id)

    def to_jun(self) -> list[Mail]:
        """What Jun was mailed since the beginning."""
        return [mail for mail in self.room.mailer.sent if mail.to == "jun@example.com"]

    def subjects(self) -> list[str]:
        """What it was about."""
        return [mail.subject.removeprefix(f"[{self.follower}] ").partition(":")[0] for mail in self.to_jun()]


@pytest.fixture
def pair(process: Process) -> Pair:
    """Two requests, joined."""
    return Pair(process)


def test_who_joins_is_linked_on_both_sides_and_in_mantis(pair: Pair) -> None:
    """The other one knows its followers; Mantis has a duplicate."""
    lead, follower = pair.case(pair.lead), pair.case(pair.follower)

    assert ((follower.id,), lead.id) == (lead.duplicates, follower.duplicate_of)
    assert {lead.issue: Relation.DUPLICATE} == follower.links
    assert [(follower.issue, lead.issue)] == list(pair.room.tracker.related)


def test_both_are_resolved_reopened_and_closed_together(pair: Pair) -> None:
    """One notice for each, in the follower's own thread, by their own name, with the link to their own page."""
    pair.act(pair.lead, Resolved, resolution="Mended.")
    assert (Status.RESOLVED, "resolved") == (pair.case(pair.follower).status, pair.room.tracker.issues[2].status)

    reply = RequesterReplied(at=pair.room.clock(), actor="requester", text="Mine, 4711, is still lost.")
    pair.desk.act(pair.lead, reply, 0)
    pair.sweep()
    assert Status.OPEN is pair.case(pair.follower).status

    pair.act(pair.lead, Resolved, resolution="Mended for good.")
    pair.act(pair.lead, Closed)
    assert Status.CLOSED is pair.case(pair.follower).status

    assert ["Resolved", "Reopened", "Resolved", "Closed"] == pair.subjects()
    for mail in pair.to_jun():
        assert mail.text.startswith("Hello Jun,")
        token = mail.text.partition("/status/")[2].split()[0]
        assert pair.follower == pair.desk.links.verify(Purpose.STATUS, token)
        assert not [word for word in ("Camille", "camille", pair.lead, "4711", "Error page") if word in mail.text]


def test_the_requester_hears_how_it_goes_on(pair: Pair) -> None:
    """A hand-over to another level is news; the request itself stays with whoever has it."""
    handler = pair.case(pair.follower).handler
    pair.act(pair.lead, Escalated, level=1, handler="ihelp", reason="too-complex", note="See the log.")

    assert ["News"] == pair.subjects()
    assert "It is now assigned to iHelp" in pair.to_jun()[0].text
    assert "See the log." not in pair.to_jun()[0].text
    assert (handler, 0) == (pair.case(pair.follower).handler, pair.case(pair.follower).level)


def test_a_workaround_reaches_the_followers_too(pair: Pair) -> None:
    """In their own thread, without a name of the other requester; their page shows it."""
    pair.act(pair.lead, UpdateSent, text="Ask Camille (camille@example.com) for the old page.", workaround=True)

    assert ["News"] == pair.subjects()
    (mail,) = pair.to_jun()
    assert "Workaround until it is resolved:" in mail.text
    assert "for the old page." in mail.text
    assert "camille" not in mail.text.casefold()
    shown = [said for event, _, said in history_for_requester(pair.case(pair.follower), pair.desk.process) if said]
    assert any("for the old page." in said for said in shown)


def test_who_joins_later_hears_of_the_workaround_of_an_open_request(process: Process) -> None:
    """Once; of a request that is resolved, the resolution says all."""
    pair = Pair(process)
    pair.act(pair.lead, UpdateSent, text="Use the old page.", workaround=True)
    late = pair.desk.take_in(request(requester=Requester("Kim", "kim@example.com", "paris")), "late").id
    pair.act(late, MarkedDuplicate, other=pair.lead)
    pair.sweep()

    assert 1 == sum("Use the old page." in mail.text for mail in pair.room.mailer.sent if mail.to == "kim@example.com")


def test_who_parts_goes_on_alone(pair: Pair) -> None:
    """What happens to the other one afterwards is not told, and does nothing."""
    pair.act(pair.follower, UnmarkedDuplicate)
    pair.act(pair.lead, Resolved, resolution="Mended.")

    assert ((), Status.OPEN) == (pair.case(pair.lead).duplicates, pair.case(pair.follower).status)
    assert ["No longer a duplicate"] == pair.subjects()


@pytest.mark.parametrize("cut", ["before", "after"])
def test_work_that_is_cut_off_tells_it_once_all_the_same(pair: Pair, cut: str) -> None:
    """Before the follower's log has it, or after, when the item is still to be finished."""
    store, finish, save = pair.room.store, pair.room.store.finish, pair.room.store.save
    cuts = iter([True])

    def cut_off(*args: Any, **kwargs: Any) -> None:
        if any(isinstance(event, LeadUpdated) for arg in args for event in getattr(arg, "events", ())) and next(
            cuts, False
        ):
            raise TryLater("The store is down.")
        save(*args, **kwargs)

    def not_finished(item: Any) -> None:
        if type(item.intent).__name__ == "NotifyDuplicates" and next(cuts, False):
            raise TryLater("The store is down.")
        finish(item)

    if cut == "before":
        store.save = cut_off  # type: ignore[method-assign]  # an outage at the worst moment
    else:
        store.finish = not_finished  # type: ignore[method-assign]  # as well
    pair.act(pair.lead, Resolved, resolution="Mended.")
    for _ in range(3):
        pair.sweep()

    assert next(cuts, None) is None
    assert 1 == sum(isinstance(event, LeadUpdated) for event in pair.case(pair.follower).history)
    assert ["Resolved"] == pair.subjects()
    assert not store.items_of(pair.lead)


def test_what_is_joined_before_the_other_one_is_filed_is_a_duplicate_of_it_afterwards(process: Process) -> None:
    """Mantis was down; once both are there, so is the link."""
    room = Room(process)
    room.tracker.down = True
    lead = room.desk.take_in(request(), "lead").id
    room.desk.act(lead, room.event(Noted, text="First."), room.seen(lead))
    room.tracker.down = False
    other = room.desk.take_in(request(requester=JUN), "follower").id
    room.desk.act(other, room.event(MarkedDuplicate, other=lead), room.seen(other))
    room.clock.advance(hours=1)
    room.desk.sweep()
    room.desk.sweep()

    case = room.store.load(lead)
    assert case.issue is not None
    assert {case.issue: Relation.DUPLICATE} == room.store.load(other).links
    assert {(room.store.load(other).issue, case.issue): Relation.DUPLICATE} == room.tracker.related


def test_what_follows_an_issue_that_is_filed_anew_is_a_duplicate_of_the_new_one(pair: Pair) -> None:
    """The old one is gone from Mantis, and nothing waits for it."""
    lost = pair.case(pair.lead).issue or 0
    del pair.room.tracker.issues[lost]
    pair.act(pair.lead, Noted, text="Where is it?")
    pair.room.clock.advance(hours=2)
    pair.desk.sync()
    assert pair.case(pair.lead).missing_in_mantis
    pair.act(pair.lead, Refiled)
    pair.act(pair.follower, Noted, text="Goes on.")

    new = pair.case(pair.lead).issue
    assert new not in (None, lost)
    assert {new: Relation.DUPLICATE} == pair.case(pair.follower).links
    assert [] == [*pair.room.store.dead_letters(), *pair.room.store.items_of(pair.follower)]


def test_two_that_are_joined_to_each_other_at_once_come_to_rest(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one was joined while nobody had told it of the first."""
    pair.act(pair.follower, UnmarkedDuplicate)
    with monkeypatch.context() as patch:
        patch.setattr(type(pair.desk), "deliver", lambda desk, case_id, _: desk.cases.load(case_id))
        patch.setattr(duplicates, "with_lead", lambda _, event, __: event)
        for one, other in ((pair.lead, pair.follower), (pair.follower, pair.lead)):
            pair.desk.act(one, pair.room.event(MarkedDuplicate, other=other), pair.case(one).version)
    pair.sweep()
    pair.sweep()
    lead, follower = pair.case(pair.lead), pair.case(pair.follower)

    assert ("", (follower.id,)) == (lead.duplicate_of, lead.duplicates)
    assert (lead.id, ()) == (follower.duplicate_of, follower.duplicates)


def test_news_keeps_its_order(pair: Pair) -> None:
    """What could not be told holds up what came later: else both would end up apart."""
    load, down = pair.room.store.load, iter([True])

    def unreachable(case_id: str) -> Case:
        if case_id == pair.follower and next(down, False):
            raise TryLater("The store is down.")
        return load(case_id)

    version = pair.case(pair.lead).version
    pair.room.store.load = unreachable  # type: ignore[method-assign]  # an outage that meets one request alone
    pair.desk.act(pair.lead, pair.room.event(Resolved, resolution="Mended."), version)
    pair.desk.act(pair.lead, RequesterReplied(at=pair.room.clock(), actor="requester", text="No."), 0)
    for _ in range(3):
        pair.sweep()

    told = [event.progress.value for event in pair.case(pair.follower).history if isinstance(event, LeadUpdated)]
    assert ["resolved", "reopened"] == told
    assert Status.OPEN is pair.case(pair.follower).status


def test_only_a_request_that_is_there_and_follows_nobody_can_be_followed(pair: Pair) -> None:
    """Whoever names another one is told which."""
    third = pair.desk.take_in(request(summary="A third"), "third")

    for other, why in (
        ("HD-ZZZZ-ZZZZ", "The request HD-ZZZZ-ZZZZ does not exist"),
        (pair.follower, f"Name {pair.lead} instead"),
        (third.id, "another request"),
    ):
        with pytest.raises(Refused, match=why):
            pair.desk.act(third.id, pair.room.event(MarkedDuplicate, other=other), third.version)
    with pytest.raises(Refused, match=f"{pair.follower} is a duplicate of {pair.lead} already"):
        pair.act(pair.lead, MarkedDuplicate, other=pair.follower)

    assert third == pair.case(third.id)


def test_one_follower_that_cannot_hear_keeps_no_other_from_it(pair: Pair) -> None:
    """Many may follow: it is one item in the outbox, however many they are, and each hears once."""
    others = [pair.desk.take_in(request(summary=f"Number {n}"), f"key {n}").id for n in range(150)]
    for other in others:
        pair.desk.act(other, pair.room.event(MarkedDuplicate, other=pair.lead), pair.case(other).version)
    load, fails = pair.room.store.load, {pair.follower}

    def unreachable(case_id: str) -> Case:
        if case_id in fails:
            raise TryLater("The store is down.")
        return load(case_id)

    version = pair.case(pair.lead).version
    pair.room.store.load = unreachable  # type: ignore[method-assign]  # an outage that meets one request alone
    pair.desk.act(pair.lead, pair.room.event(Resolved, resolution="Mended."), version)
    assert {Status.RESOLVED} == {pair.case(other).status for other in others}

    fails.clear()
    pair.room.clock.advance(minutes=2)
    pair.desk.sweep(limit=1_000)
    everybody = [pair.case(one) for one in (*others, pair.follower)]
    assert {1} == {sum(isinstance(event, LeadUpdated) for event in case.history) for case in everybody}
    assert {Status.RESOLVED} == {case.status for case in everybody}
