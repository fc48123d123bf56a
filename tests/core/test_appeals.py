"""Appeals, withdrawals, people in copy, and what the status page calls a request: the rules one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.appeals import decisions, who_decides
from intake_fn.core.copies import MOST, may_be_in_copy
from intake_fn.core.errors import Refused
from intake_fn.core.events import (
    AskedRequester,
    Closed,
    Escalated,
    Event,
    HandedOver,
    Noted,
    Overruled,
    Rejected,
    Released,
    Reopened,
    RequesterReplied,
    Resolved,
)
from intake_fn.core.intents import NotifyDuplicates, SendNotice
from intake_fn.core.messages import in_words
from intake_fn.core.reconciliation import expected, next_event
from intake_fn.core.request import Requester
from intake_fn.core.requester_events import Appealed, CopyAdded, CopyRemoved, Withdrawn
from intake_fn.core.requester_status import RequesterStatus, requester_status
from intake_fn.core.steps import advance, allowed
from intake_fn.core.vocabulary import Category, Filing, Outcome, Progress, Stage, Stance, Status
from tests.core.samples import NOW, PAUL, case_at, case_of, judged, received
from tests.core.test_reconciliation import shown
from tests.letters import letter_of

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import Process

SAS, ANDREI, CAMILLE = "sa@example.com", "andrei@example.com", "camille@example.com"
BUG, CHANGE, MISC = Category.BUG, Category.CHANGE, Category.MISC


def by(actor: str, kind: type[Event], **what: Any) -> Event:
    """Something that somebody does now."""
    return kind(at=NOW, actor=actor, **what)


def decides(actor: str, category: Category = BUG) -> Event:
    """A person decides, with a reason."""
    return by(actor, Overruled, category=category, clause="", reason="So it is.")


def appeals(text: str = "The clause says 45 days.") -> Event:
    """The requester does not agree."""
    return by("requester", Appealed, text=text)


def after(process: Process, *events: Event, case: Case | None = None) -> Case:
    """The case after some events, each of which is allowed."""
    case = case or case_at(3, "paul")
    for event in events:
        case = advance(case, event, process).case
    return case


def refused(process: Process, case: Case, event: Event) -> str:
    """Why an event is refused."""
    with pytest.raises(Refused) as error:
        advance(case, event, process)
    return str(error.value)


def test_who_decided_before_does_not_decide_an_appeal(process: Process) -> None:
    """Neither in the first appeal nor in the second; the desk offers it to nobody who may not."""
    case = after(process, decides(PAUL), appeals())

    assert "you have decided on HD-0000-0001 before" in refused(process, case, decides(PAUL, MISC))
    assert Overruled not in allowed(case, process, PAUL).events
    assert Overruled in allowed(case, process, SAS).events
    case = after(process, decides(SAS), appeals(), case=case)
    for actor in (PAUL, SAS):
        assert "somebody else decides now" in refused(process, case, decides(actor))
    assert BUG is after(process, decides(ANDREI), case=case).category


def test_any_person_decides_an_appeal_against_the_program(process: Process) -> None:
    """Nobody has decided before."""
    assert not after(process, appeals(), decides(PAUL), case=case_at(3, "paul")).appealed


def test_an_appeal_is_decided_with_a_reason(process: Process) -> None:
    """The requester reads it."""
    case = after(process, appeals())

    assert "does not agree, reads it" in refused(
        process, case, by(PAUL, Overruled, category=MISC, clause="", reason=" ", stance=Stance.NEITHER)
    )


def test_there_are_two_appeals_and_no_third(process: Process) -> None:
    """And none while one is open, before a decision, or without a reason."""
    case = after(process, appeals())

    assert "have said already" in refused(process, case, appeals("Again."))
    assert "why you do not agree" in refused(process, case_at(3, "paul"), appeals(" "))
    undecided = replace(case_at(3, "paul"), category=Category.UNDECIDED)
    assert "Nothing has been decided yet" in refused(process, undecided, appeals())
    case = after(process, decides(PAUL), appeals(), decides(SAS), case=case)
    assert "the last decision is final" in refused(process, case, appeals())


@pytest.mark.parametrize("stage", [Stage.DESIGN, Stage.READY, Stage.RELEASED, Stage.DECLINED])
def test_what_the_board_decided_is_not_appealed(process: Process, stage: Stage) -> None:
    """A reply reopens it."""
    case = replace(case_at(3, "paul"), category=CHANGE, stage=stage)

    assert "The Board has decided" in refused(process, case, appeals())


def test_nobody_resolves_what_is_appealed(process: Process) -> None:
    """Neither at the desk nor in Mantis, where a note says why it was put back."""
    case = after(process, appeals())
    case = replace(case, issue=4711)
    resolved = replace(shown(case, process), status="resolved", resolution="fixed")
    event = next_event(case, resolved, (), process, NOW)

    assert "decides first" in refused(process, case, by(PAUL, Resolved, resolution="Mended."))
    assert Resolved not in allowed(case, process, PAUL).events
    assert "does not agree" in in_words([event.why])  # type: ignore[union-attr]


def test_an_appeal_that_changes_nothing_resolves_the_request_again(process: Process) -> None:
    """As before, also in Mantis and for its duplicates; unless the requester has written since."""
    done = after(process, by(PAUL, Resolved, resolution="Mended.", outcome=Outcome.FIXED))
    done = replace(done, duplicates=("HD-0000-0002",))
    opened = advance(done, appeals(), process)
    stands = advance(opened.case, decides(PAUL), process)
    told = [i.progress for step in (opened, stands) for i in step.intents if isinstance(i, NotifyDuplicates)]

    assert [Status.OPEN, Status.RESOLVED] == [opened.case.status, stands.case.status]
    assert [Progress.REOPENED, Progress.RESOLVED] == told
    assert ("resolved", "fixed") == tuple(expected(stands.case, process)[name] for name in ("status", "resolution"))
    assert Status.OPEN is after(process, decides(PAUL, MISC), case=opened.case).status
    wrote = after(process, by("requester", RequesterReplied, text="And this."), case=opened.case)
    assert Status.OPEN is after(process, decides(PAUL), case=wrote).status


def test_an_appeal_ends_the_wait_for_the_requester(process: Process) -> None:
    """They have written: it is our turn."""
    case = after(process, by(PAUL, AskedRequester, question="Which?"), appeals())

    assert Status.OPEN is case.status


def test_who_is_asked_to_decide_has_not_decided(process: Process) -> None:
    """Whoever has it; else a colleague of the level, then of the level above. Both are mailed, once each."""
    fresh = after(process, appeals())
    step = advance(after(process, decides(PAUL)), appeals(), process)
    mails = {intent.to: in_words(intent.why) for intent in step.intents if isinstance(intent, SendNotice)}

    assert PAUL == who_decides(fresh, process).address
    assert SAS == who_decides(step.case, process).address
    assert {PAUL, SAS} == set(mails)
    assert "System Analysts (SAs) was asked" in mails[PAUL]
    assert "Paul has the request and has decided on it before" in mails[SAS]
    both = after(process, decides(SAS), appeals(), case=step.case)
    assert who_decides(both, process).id in process.levels[4].resources


@pytest.mark.parametrize(("category", "says"), [(BUG, "The decision stands"), (MISC, "decided otherwise")])
def test_the_requester_is_told_what_came_of_their_appeal(process: Process, category: Category, says: str) -> None:
    """One mail: who decided, what, why, and whether they may disagree again."""
    case = after(process, appeals())
    step = advance(case, decides(PAUL, category), process)
    (notice,) = [i for i in step.intents if isinstance(i, SendNotice) and i.to == CAMILLE]
    subject, text, _ = letter_of(notice, step.case, process, "https://help/s", "https://help/d")

    assert "Your appeal is decided" in subject
    assert "Paul, who had not decided on your request before, has looked at it again" in " ".join(text.split())
    assert says in text
    assert "> So it is." in text
    assert "you can appeal once more" in text
    again = advance(after(process, appeals(), case=step.case), decides(SAS), process)
    (notice,) = [i for i in again.intents if isinstance(i, SendNotice) and i.to == CAMILLE]
    assert "this decision is final" in in_words(notice.why)


def test_the_chain_of_decisions_is_kept(process: Process) -> None:
    """The program's, each person's, and what was said against each."""
    case = after(process, appeals("No."), decides(PAUL, MISC), appeals("Still no."), decides(SAS))
    chain = decisions(case, process)

    assert [("", BUG), ("Paul", MISC), ("System Analysts (SAs)", BUG)] == [(one.person, one.category) for one in chain]
    assert ["No.", "Still no.", None] == [one.appeal and one.appeal.text for one in chain]


# --- withdrawing ------------------------------------------------------------------------------

WITHDRAWN: dict[str, Any] = {"resolution": "", "outcome": Outcome.WITHDRAWN}


def test_a_requester_withdraws_what_is_open(process: Process) -> None:
    """Undecided or appealed as well: resolved here and in Mantis; they and the assignee are mailed once."""
    for case in (
        replace(case_at(3, "paul"), category=Category.UNDECIDED),
        after(process, appeals()),
        case_at(4, "roma"),
    ):
        step = advance(case, by("requester", Resolved, **WITHDRAWN), process)
        mails = [(i.notice, i.to) for i in step.intents if isinstance(i, SendNotice)]

        assert (Status.RESOLVED, False) == (step.case.status, step.case.appealed)
        assert [("withdrawn", CAMILLE), ("withdrew", process.people[case.handler].address)] == mails
        assert ("resolved", "not a bug") == tuple(expected(step.case, process)[k] for k in ("status", "resolution"))
        assert RequesterStatus.WITHDRAWN is requester_status(step.case)
        assert Status.OPEN is after(process, by("requester", RequesterReplied, text="No."), case=step.case).status


def test_nobody_else_withdraws_and_not_what_others_wait_for(process: Process) -> None:
    """Other requests follow it, or the Board has approved it."""
    lead = replace(case_at(3, "paul"), duplicates=("HD-0000-0002",))
    approved = replace(case_at(3, "paul"), category=CHANGE, stage=Stage.DESIGN)

    assert "Only the requester" in refused(process, case_at(3, "paul"), by(PAUL, Resolved, **WITHDRAWN))
    assert "Other requests wait" in refused(process, lead, by("requester", Resolved, **WITHDRAWN))
    assert "Board has approved" in refused(process, approved, by("requester", Resolved, **WITHDRAWN))


def test_a_requester_withdraws_what_awaits_review(process: Process) -> None:
    """Nothing is filed or mailed, nobody releases it, and a reply brings it back to the review."""
    waiting = replace(case_at(1, "camille"), status=Status.QUARANTINED, filing=Filing.QUARANTINED)
    step = advance(waiting, by("requester", Withdrawn, reason="Found it."), process)
    back = after(process, by("requester", RequesterReplied, text="I need it."), case=step.case)

    assert () == step.intents
    assert (Status.REJECTED, Filing.REJECTED) == (step.case.status, step.case.filing)
    assert RequesterStatus.WITHDRAWN is requester_status(step.case)
    assert "has withdrawn HD-0000-0001" in refused(process, step.case, by(PAUL, Released, note=""))
    assert (Status.QUARANTINED, Filing.QUARANTINED) == (back.status, back.filing)
    assert Status.NEW is after(process, by(PAUL, Released, note=""), case=back).status
    rejected = after(process, by(PAUL, Rejected, reason="No."), case=back)
    assert RequesterStatus.REJECTED is requester_status(rejected)


# --- people in copy ---------------------------------------------------------------------------


def in_copy(address: str) -> Event:
    """The requester has somebody in copy."""
    return by("requester", CopyAdded, address=address)


@pytest.mark.parametrize(
    ("requester", "address", "says"),
    [
        (CAMILLE, "jo@example.com", ""),
        (CAMILLE, "kim@client.example.org", ""),
        ("kim@client.example.org", "lee@example.org", ""),
        ("kim@client.example.org", "jo@example.com", ""),
        (CAMILLE, "someone@elsewhere.test", "is not an e-mail address|doesn't look like"),
        (CAMILLE, "someone@gmail.com", "gmail.com is not a mail domain of your company or ours"),
        ("kim@other.example", "jo@example.com", ""),
        (CAMILLE, "Camille@Example.com", "You get all mails"),
        (CAMILLE, "jo", "look like an e-mail address"),
    ],
)
def test_only_addresses_of_known_domains_can_be_in_copy(
    process: Process, requester: str, address: str, says: str
) -> None:
    """Of the requester's company, or ours; staff may add any client that is known."""
    case = case_at(3, "paul", requester=Requester("Camille", requester, "paris"))
    problems = " ".join(may_be_in_copy(case, address, process))

    assert any(part in problems for part in says.split("|")) if says else problems == ""


def test_there_are_bounds_and_who_left_is_not_added_again(process: Process) -> None:
    """Five at a time, ten ever."""
    case = case_at(3, "paul")
    for number in range(MOST):
        case = after(process, in_copy(f"a{number}@example.com"), case=case)

    assert "At most 5 people" in refused(process, case, in_copy("b@example.com"))
    assert "already in copy" in refused(process, case, in_copy("A0@example.com"))
    for number in range(MOST):
        left = by("requester", CopyRemoved, address=f"a{number}@example.com", themselves=True)
        case = after(process, left, case=case)
    assert "asked not to be in copy" in refused(process, case, in_copy("a1@example.com"))
    for number in range(MOST):
        case = after(process, in_copy(f"c{number}@example.com"), case=case)
        case = after(process, by("requester", CopyRemoved, address=f"c{number}@example.com"), case=case)
    assert "10 people have been added" in refused(process, case, in_copy("d@example.com"))


def test_who_is_in_copy_hears_what_the_requester_hears(process: Process) -> None:
    """In words that do not speak to the requester; nothing of what colleagues write, nor of other requests."""
    case = after(process, in_copy("jo@example.com"))
    heard = {}
    for event in (
        by(PAUL, AskedRequester, question="Which browser?"),
        by(PAUL, Noted, text="Difficult client."),
        by("requester", RequesterReplied, text="Firefox."),
        by(PAUL, Escalated, level=4, handler="roma", reason="too-complex", note="No idea."),
        by(PAUL, HandedOver, handler="andrei"),
        by(ANDREI, Resolved, resolution="Mended.", outcome=Outcome.FIXED),
    ):
        step = advance(case, event, process)
        case = step.case
        mails = [i for i in step.intents if isinstance(i, SendNotice) and i.to == "jo@example.com"]
        heard[type(event)] = [letter_of(mail, case, process, "https://help/c", "https://help/d").text for mail in mails]

    assert {Noted, HandedOver} == {kind for kind, mails in heard.items() if not mails}
    assert all(len(mails) <= 1 for mails in heard.values())
    (asked,) = heard[AskedRequester]
    assert "Question to the requester" in asked
    assert "> Which browser?" in asked
    assert "https://help/c" in asked
    assert "No idea" not in heard[Escalated][0]
    assert "> Mended." in heard[Resolved][0]


def test_nobody_is_mailed_what_a_stranger_typed(process: Process) -> None:
    """Until a person of the Help Desk has acted, the invitation names the address of the requester alone."""
    case = case_of(received(3, "paul", summary="Buy now"), judged())
    step = advance(case, in_copy("jo@example.com"), process)
    (mail,) = [i for i in step.intents if isinstance(i, SendNotice)]
    subject, text, _ = letter_of(mail, step.case, process, "https://help/c", "https://help/d")

    assert "Buy now" not in subject + text
    assert "You are in copy of a request of camille@example.com" in text
    assert "Take me out of copy" in text


# --- what the status page calls it ------------------------------------------------------------


def test_in_progress_only_when_somebody_has_begun(process: Process) -> None:
    """What was only assigned, passed on or reopened is called so."""
    assigned = case_at(3, "paul")
    steps = [
        (by(PAUL, Escalated, level=4, handler="roma", reason="too-complex"), RequesterStatus.ASSIGNED),
        (by(ANDREI, HandedOver, handler="andrei"), RequesterStatus.ASSIGNED),
        (by(ANDREI, Noted, text="On it."), RequesterStatus.IN_PROGRESS),
        (by(ANDREI, AskedRequester, question="Which?"), RequesterStatus.WAITING),
        (by("requester", RequesterReplied, text="This."), RequesterStatus.IN_PROGRESS),
        (by(ANDREI, Resolved, resolution="Mended."), RequesterStatus.RESOLVED),
        (by("requester", RequesterReplied, text="No."), RequesterStatus.REOPENED),
        (by(ANDREI, Noted, text="On it."), RequesterStatus.IN_PROGRESS),
        (appeals(), RequesterStatus.APPEALED),
        (decides(PAUL), RequesterStatus.IN_PROGRESS),
        (by(ANDREI, Resolved, resolution="Mended."), RequesterStatus.RESOLVED),
        (by(ANDREI, Closed), RequesterStatus.CLOSED),
        (by(ANDREI, Reopened, reason="It came back."), RequesterStatus.REOPENED),
    ]

    assert RequesterStatus.RECEIVED is requester_status(case_of(received(3, "paul")))
    assert RequesterStatus.ASSIGNED is requester_status(assigned)
    for event, called in steps:
        assigned = after(process, event, case=assigned)
        assert called is requester_status(assigned), type(event).__name__


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage.is_on_its_way])
def test_a_change_on_its_way_is_called_by_its_stage(stage: Stage) -> None:
    """With the owner, before the Board, in design, and so on."""
    case = replace(case_at(3, "paul"), category=CHANGE, stage=stage)

    assert stage.value == requester_status(case).value
