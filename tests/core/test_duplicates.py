"""Requests that are the same: what one hears of the other, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.case import Case
from intake_fn.core.duplicates import duplicate_change, lead_update, with_lead
from intake_fn.core.errors import Refused
from intake_fn.core.events import (
    AskedRequester,
    Closed,
    DuplicateAdded,
    DuplicateRemoved,
    Escalated,
    Event,
    Filed,
    LeadUpdated,
    Linked,
    MarkedDuplicate,
    Noted,
    Overruled,
    Reopened,
    RequesterReplied,
    Resolved,
    UnmarkedDuplicate,
)
from intake_fn.core.intents import NotifyDuplicates, NotifyLead, RelateIssue, SendNotice
from intake_fn.core.messages import in_history, in_words
from intake_fn.core.steps import advance
from intake_fn.core.vocabulary import Category, Progress, Relation, Status
from intake_fn.texts import message
from tests.core.samples import CASE_ID, NOW, case_at, case_of, happened

if TYPE_CHECKING:
    from intake_fn.core.process import Process

OTHER, THIRD = "HD-0000-0002", "HD-0000-0003"
LEAD = replace(case_at(3, "paul"), id=OTHER, issue=4700, duplicates=(CASE_ID,))
CASE = replace(case_at(3, "paul"), issue=4711)
FOLLOWER = replace(
    CASE,
    duplicate_of=OTHER,
    history=(*CASE.history, happened(MarkedDuplicate, other=OTHER)),
    statuses=(*CASE.statuses, CASE.status),
)
WAITING = replace(case_of(*CASE.history, happened(AskedRequester, question="Which?")), duplicate_of=OTHER)


NOW_WITH_ROMA = message("lead.escalated", person="Roma", level="Help Desk Level 4")
A_BUG = message("lead.decided", category="bug")


def news(progress: Progress, **what: Any) -> LeadUpdated:
    """Something is heard of the other one."""
    return LeadUpdated(at=NOW, actor="specdesk", other=OTHER, item=f"{OTHER}#9#{progress}", progress=progress, **what)


UP_AND_DONE = replace(
    FOLLOWER,
    status=Status.RESOLVED,
    history=(*FOLLOWER.history, news(Progress.ESCALATED), happened(Resolved, resolution="By itself.")),
    statuses=(*FOLLOWER.statuses, FOLLOWER.status, Status.RESOLVED),
)
"""What it heard last before it was resolved did not resolve it."""


def after(case: Case, *events: Event, process: Process) -> Case:
    """The case after all of that."""
    for event in events:
        case = advance(case, event, process).case
    return case


def test_who_joins_follows_and_is_a_duplicate_in_mantis_too(process: Process) -> None:
    """A person's word for both; the other request is let know, and the requester is told once."""
    step = advance(CASE, happened(MarkedDuplicate, other=OTHER, number=4700), process)

    assert [MarkedDuplicate, Linked] == [type(event) for event in step.events]
    assert (OTHER, {4700: Relation.DUPLICATE}) == (step.case.duplicate_of, step.case.links)
    assert NotifyLead(OTHER) in step.intents
    assert RelateIssue(4700, Relation.DUPLICATE) in step.intents
    assert ["joined"] == [intent.notice for intent in step.intents if isinstance(intent, SendNotice)]


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({}, None),
        ({"issue": 4700}, 4700),
        ({"links": {4700: Relation.DUPLICATE}}, 4700),
    ],
)
def test_mantis_is_not_told_what_it_cannot_be_told_or_knows(
    process: Process, changes: dict[str, Any], number: int | None
) -> None:
    """Without an issue, and where it is linked already, only the requests are joined."""
    step = advance(replace(CASE, **changes), happened(MarkedDuplicate, other=OTHER, number=number), process)

    assert [MarkedDuplicate] == [type(event) for event in step.events]


def test_a_request_is_the_same_as_one_other(process: Process) -> None:
    """Not itself, not two; and only what was joined can be parted."""
    with pytest.raises(Refused, match="another request"):
        advance(CASE, happened(MarkedDuplicate, other=CASE_ID), process)
    with pytest.raises(Refused, match=f"duplicate of {OTHER} already"):
        advance(FOLLOWER, happened(MarkedDuplicate, other=THIRD), process)
    with pytest.raises(Refused, match="not marked as a duplicate"):
        advance(CASE, happened(UnmarkedDuplicate), process)


def test_nobody_follows_in_a_circle_or_a_chain() -> None:
    """Whoever follows is not followed by others from then on: the one at the head is named."""
    event = happened(MarkedDuplicate, other=OTHER)
    assert isinstance(event, MarkedDuplicate)

    with pytest.raises(Refused, match=f"{OTHER} is a duplicate of {CASE_ID} already"):
        with_lead(CASE, event, replace(LEAD, duplicate_of=CASE_ID))
    with pytest.raises(Refused, match=f"Name {THIRD} instead"):
        with_lead(CASE, event, replace(LEAD, duplicate_of=THIRD))

    with pytest.raises(Refused, match=f"{OTHER} is in quarantine"):
        with_lead(CASE, event, replace(LEAD, status=Status.QUARANTINED))

    assert [4700, None] == [
        with_lead(CASE, event, replace(LEAD, missing_in_mantis=gone)).number for gone in (False, True)
    ]


@pytest.mark.parametrize(
    ("duplicate_of", "duplicates", "expected"),
    [
        (OTHER, (), DuplicateAdded(at=NOW, actor="specdesk", other=CASE_ID)),
        (OTHER, (CASE_ID,), None),
        ("", (CASE_ID,), DuplicateRemoved(at=NOW, actor="specdesk", other=CASE_ID)),
        (THIRD, (), None),
    ],
)
def test_the_other_request_learns_what_it_does_not_know(
    duplicate_of: str, duplicates: tuple[str, ...], expected: Event | None
) -> None:
    """As both stand by then, so that telling it twice does no harm."""
    case, other = replace(CASE, duplicate_of=duplicate_of), replace(LEAD, duplicates=duplicates)

    assert expected == duplicate_change(case, other, NOW, "specdesk")


def test_who_parts_is_no_duplicate_any_more(process: Process) -> None:
    """Unless somebody has said since that it is something else."""
    joined = advance(CASE, happened(MarkedDuplicate, other=OTHER, number=4700), process).case
    otherwise = advance(joined, happened(Linked, number=4700, relation=Relation.RELATED), process).case

    assert RelateIssue(4700, None) in advance(joined, happened(UnmarkedDuplicate), process).intents
    assert {4700: Relation.RELATED} == advance(otherwise, happened(UnmarkedDuplicate), process).case.links


def test_parting_lets_the_other_request_know_and_tells_the_requester(process: Process) -> None:
    """What is open is looked at by itself again; what is done stays so."""
    step = advance(FOLLOWER, happened(UnmarkedDuplicate), process)
    done = advance(
        after(FOLLOWER, happened(Resolved, resolution="Mended."), process=process), happened(UnmarkedDuplicate), process
    )
    notices = [intent for one in (step, done) for intent in one.intents if isinstance(intent, SendNotice)]

    assert "" == step.case.duplicate_of
    assert NotifyLead(OTHER) in step.intents
    assert ["parted", "parted"] == [notice.notice for notice in notices]
    assert ["We handle it separately again."] == [in_words(notice.why) for notice in notices[:1]]
    assert "stays resolved" in in_words(notices[1].why)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (happened(Resolved, resolution="Mended."), NotifyDuplicates((CASE_ID,), Progress.RESOLVED, None, "Mended.")),
        (
            happened(Escalated, level=4, handler="roma", reason="too-complex", note="For colleagues."),
            NotifyDuplicates((CASE_ID,), Progress.ESCALATED, NOW_WITH_ROMA, ""),
        ),
        (
            happened(Overruled, category=Category.BUG, clause="", reason="It is."),
            NotifyDuplicates((CASE_ID,), Progress.DECIDED, A_BUG, "It is."),
        ),
        (happened(AskedRequester, question="Which one?"), None),
        (happened(Noted, text="For colleagues."), None),
        (happened(RequesterReplied, text="My shipment."), None),
    ],
)
def test_followers_hear_what_a_requester_sees_and_nothing_else(
    process: Process, event: Event, expected: NotifyDuplicates | None
) -> None:
    """Not what is between us and the other requester alone, nor what colleagues write to each other."""
    passed = [intent for intent in advance(LEAD, event, process).intents if isinstance(intent, NotifyDuplicates)]

    assert ([expected] if expected else []) == passed
    assert not [intent for intent in advance(CASE, event, process).intents if isinstance(intent, NotifyDuplicates)]


def test_what_is_done_and_comes_back_is_passed_on_without_the_requesters_words(process: Process) -> None:
    """A reply to what is resolved opens it again; their words are theirs."""
    done = after(LEAD, happened(Resolved, resolution="Mended."), process=process)
    by_reply = advance(done, happened(RequesterReplied, text="My shipment is still lost."), process)
    by_hand = advance(done, happened(Reopened, reason="It came back."), process)
    closed = advance(done, happened(Closed, note="For colleagues."), process)

    assert NotifyDuplicates((CASE_ID,), Progress.REOPENED) in by_reply.intents
    assert NotifyDuplicates((CASE_ID,), Progress.REOPENED, None, "It came back.") in by_hand.intents
    assert NotifyDuplicates((CASE_ID,), Progress.CLOSED) in closed.intents


@pytest.mark.parametrize("events", [[], [happened(Closed)]])
def test_who_follows_what_is_resolved_is_resolved_at_once(process: Process, events: list[Event]) -> None:
    """Or it would wait for something that has happened. Those who followed before know."""
    done = after(LEAD, happened(Resolved, resolution="Mended."), *events, process=process)
    step = advance(done, DuplicateAdded(at=NOW, actor="specdesk", other=THIRD, issue=4700), process)

    assert (NotifyDuplicates((THIRD,), Progress.RESOLVED, None, "Mended."),) == step.intents


@pytest.mark.parametrize(
    ("changes", "known", "expected"),
    [
        ({}, None, [NotifyDuplicates((THIRD,), Progress.FILED, number=4700)]),
        ({}, 4699, [NotifyDuplicates((THIRD,), Progress.FILED, number=4700)]),
        ({}, 4700, []),
        ({"missing_in_mantis": True}, None, []),
        ({"issue": None}, None, []),
    ],
)
def test_who_does_not_know_the_issue_of_the_other_one_hears_its_number(
    process: Process, changes: dict[str, Any], known: int | None, expected: list[NotifyDuplicates]
) -> None:
    """It was joined before the other one was filed, or filed anew."""
    event = DuplicateAdded(at=NOW, actor="specdesk", other=THIRD, issue=known)

    assert expected == [*advance(replace(LEAD, **changes), event, process).intents]


def test_followers_are_duplicates_of_the_issue_that_there_is(process: Process) -> None:
    """Of none at first, then of the first one, and of the next when that was lost; no mail tells of it."""
    joined = after(CASE, happened(MarkedDuplicate, other=OTHER), process=process)
    filed = advance(joined, news(Progress.FILED, number=4700), process)
    again = advance(filed.case, news(Progress.FILED, number=4800), process)
    parted = advance(again.case, happened(UnmarkedDuplicate), process)

    assert {} == joined.links
    assert (RelateIssue(4700, Relation.DUPLICATE),) == filed.intents
    assert (RelateIssue(4700, None), RelateIssue(4800, Relation.DUPLICATE)) == again.intents
    assert ({4800: Relation.DUPLICATE}, {}) == (again.case.links, parted.case.links)


def test_the_followers_of_what_is_filed_hear_its_number(process: Process) -> None:
    """The first time as well as when it is filed anew."""
    new = replace(LEAD, issue=None)
    step = advance(new, happened(Filed, number=4800, project="Bugs InBox", url="https://mantis/4800"), process)

    assert (NotifyDuplicates((CASE_ID,), Progress.FILED, number=4800),) == step.intents


def test_news_goes_down_a_chain(process: Process) -> None:
    """Who had followers before it came to follow another one lets them hear of that one."""
    middle = replace(FOLLOWER, duplicates=(THIRD,))
    up = advance(middle, news(Progress.ESCALATED, why=NOW_WITH_ROMA), process)
    done = advance(middle, news(Progress.RESOLVED, text="Mended."), process)

    assert NotifyDuplicates((THIRD,), Progress.ESCALATED, NOW_WITH_ROMA) in up.intents
    assert [NotifyDuplicates((THIRD,), Progress.RESOLVED, None, "Mended.")] == [
        i for i in done.intents if isinstance(i, NotifyDuplicates)
    ]


def test_of_two_that_follow_each_other_one_stays_the_head(process: Process) -> None:
    """Two people joined them in the same moment, each to the other one."""
    first = after(CASE, happened(MarkedDuplicate, other=OTHER, number=4700), process=process)
    second = after(replace(LEAD, duplicates=()), happened(MarkedDuplicate, other=CASE_ID), process=process)
    steps = [
        advance(case, DuplicateAdded(at=NOW, actor="specdesk", other=other), process)
        for case, other in ((first, OTHER), (second, CASE_ID))
    ]

    assert ["", CASE_ID] == [step.case.duplicate_of for step in steps]
    assert [{}, {}] == [step.case.links for step in steps]
    assert NotifyLead(OTHER) in steps[0].intents


def test_who_is_followed_by_it_is_not_followed(process: Process) -> None:
    """The other way round first."""
    with pytest.raises(Refused, match=f"{CASE_ID} is a duplicate of {OTHER} already"):
        advance(LEAD, MarkedDuplicate(at=NOW, actor="paul@example.com", other=CASE_ID), process)


def test_no_follower_learns_who_the_other_requester_is(process: Process) -> None:
    """Names and addresses of the other requester are masked in what was written to them."""
    said = "Dear Camille, we mended it. Write to camille@example.com or call +33 1 44 55 66 77."
    step = advance(LEAD, happened(Resolved, resolution=said), process)
    passed = next(intent for intent in step.intents if isinstance(intent, NotifyDuplicates))

    assert "Dear [name 1], we mended it. Write to [e-mail 1] or call [phone 1]." == passed.text


@pytest.mark.parametrize(
    ("case", "events", "status", "notices"),
    [
        (FOLLOWER, [news(Progress.ESCALATED, why=NOW_WITH_ROMA)], Status.OPEN, ["heard"]),
        (FOLLOWER, [news(Progress.DECIDED, why=A_BUG, text="So.")], Status.OPEN, ["heard"]),
        (WAITING, [news(Progress.ESCALATED)], Status.WAITING, ["heard"]),
        (FOLLOWER, [news(Progress.RESOLVED, text="Mended.")], Status.RESOLVED, ["resolved"]),
        (WAITING, [news(Progress.RESOLVED, text="Mended.")], Status.RESOLVED, ["resolved"]),
        (
            FOLLOWER,
            [news(Progress.RESOLVED, text="Mended."), news(Progress.REOPENED)],
            Status.OPEN,
            ["reopened", "returned"],
        ),
        (FOLLOWER, [news(Progress.RESOLVED, text="Mended."), news(Progress.CLOSED)], Status.CLOSED, ["closed"]),
        (FOLLOWER, [happened(Resolved, resolution="By itself."), news(Progress.RESOLVED)], Status.RESOLVED, []),
        (FOLLOWER, [happened(Resolved, resolution="By itself."), news(Progress.REOPENED)], Status.RESOLVED, []),
        (FOLLOWER, [happened(Resolved, resolution="By itself."), news(Progress.CLOSED)], Status.RESOLVED, []),
        (UP_AND_DONE, [news(Progress.REOPENED)], Status.RESOLVED, []),
        (UP_AND_DONE, [news(Progress.CLOSED)], Status.RESOLVED, []),
        (FOLLOWER, [news(Progress.REOPENED)], Status.OPEN, []),
        (FOLLOWER, [news(Progress.CLOSED)], Status.OPEN, []),
    ],
)
def test_what_becomes_of_a_request_that_hears_it(
    process: Process, case: Case, events: list[Event], status: Status, notices: list[str]
) -> None:
    """It goes where the other one goes, unless it was resolved on its own; its requester is told once or not."""
    case = after(case, *events[:-1], process=process)
    step = advance(case, events[-1], process)

    assert status is step.case.status
    assert notices == [
        intent.notice for intent in step.intents if isinstance(intent, SendNotice) and intent.notice != "completed"
    ]


def test_what_opens_again_always_says_why(process: Process) -> None:
    """The other requester's words are not passed on; ours stand in their place."""
    resolved = after(FOLLOWER, news(Progress.RESOLVED, text="Mended."), process=process)
    opened = after(resolved, news(Progress.REOPENED), process=process)

    assert (
        "The request that yours duplicates has been reopened, and so has yours."
        == in_history(opened.history[-1], process)[1]
    )
    assert happened(Reopened, reason="").reason == opened.history[-1].reason  # type: ignore[attr-defined]  # both are Reopened


def test_a_thing_is_heard_once_and_only_while_it_follows(process: Process) -> None:
    """The item that told it stands in the log; who has parted hears no more."""
    intent = NotifyDuplicates((CASE_ID,), Progress.ESCALATED, NOW_WITH_ROMA)
    event = lead_update(FOLLOWER, intent, f"{OTHER}#9#1", LEAD, NOW, "specdesk")
    assert event is not None
    told = after(FOLLOWER, event, process=process)

    assert lead_update(told, intent, f"{OTHER}#9#1", LEAD, NOW, "specdesk") is None
    assert lead_update(told, intent, f"{OTHER}#10#1", LEAD, NOW, "specdesk") is not None
    assert lead_update(CASE, intent, f"{OTHER}#9#1", LEAD, NOW, "specdesk") is None
    with pytest.raises(Refused, match="is no duplicate"):
        advance(CASE, event, process)


def test_who_sent_both_requests_is_told_once(process: Process) -> None:
    """As the requester of the other one; the history says what happened all the same."""
    intent = NotifyDuplicates((CASE_ID,), Progress.ESCALATED, NOW_WITH_ROMA)
    jun = replace(LEAD, request=replace(LEAD.request, requester=replace(LEAD.request.requester, email="jun@x.org")))
    told = {
        lead.request.requester.email: [
            found.notice
            for event in [lead_update(FOLLOWER, intent, f"{OTHER}#9#1", lead, NOW, "specdesk")]
            if event
            for found in advance(FOLLOWER, event, process).intents
            if isinstance(found, SendNotice)
        ]
        for lead in (jun, LEAD)
    }

    assert {"jun@x.org": ["heard"], "camille@example.com": []} == told
