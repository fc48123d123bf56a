"""What the Board decides: proclaimed by the chair as the votes have it, told to the requester, and done by time."""

from __future__ import annotations

import re
from datetime import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from intake_fn.core.change_events import BoardDecided, DeferralEnded, MotionPut, VoteClosed
from intake_fn.core.events import Resolved
from intake_fn.core.intents import AddNote
from intake_fn.core.process import MeetingRule
from intake_fn.core.requester_events import CopyAdded
from intake_fn.core.vocabulary import Decision, Motion, Stage
from tests.web.boards import (
    ANALYSTS,
    ANDREI,
    MARC,
    PAUL,
    before_the_board,
    board_page,
    press,
    proclaim,
    text_of,
    vote,
    with_board,
)
from tests.web.conftest import application_of
from tests.web.test_status_pages import happen, page_of

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import Process
    from spec_lookup import Spec
    from tests.web.conftest import Web


def status_page(web: Web, case: Case) -> str:
    """What the requester reads."""
    return text_of(web.client.get(page_of(web, case)).text)


def mails_to(web: Web, address: str) -> str:
    """All that was mailed to somebody."""
    web.desk.sweep()
    return "\n".join(mail.text for mail in web.mailer.sent if mail.to == address)


def mail_to_requester(web: Web) -> str:
    """The last mail to the requester."""
    web.desk.sweep()
    return [mail.text for mail in web.mailer.sent if mail.to == "camille@example.com"][-1]


def test_two_of_three_approve_and_the_chair_proclaims(web: Web) -> None:
    """In design, by the decision; the requester reads it by mail and on the status page, and Mantis has a note."""
    case = before_the_board(web)
    vote(web, case, "paul", "yes")
    vote(web, case, "system-analysts", "no")
    so_far = "By the votes so far: declined. 1 of those who may vote has not voted; Marc Selter can proclaim it all"
    assert so_far in text_of(board_page(web, case))
    vote(web, case, "marc-selter", "yes")
    assert "Decided: approved. Marc Selter proclaims it." in text_of(board_page(web, case))
    answer = proclaim(web, case, "approved", "Clients ask for it, and it is cheap.")
    case = web.desk.cases.load(case.id)
    decided = case.history[-1]

    assert answer.headers["Location"].endswith("?done=proclaim")
    assert isinstance(decided, BoardDecided)
    assert {"marc-selter": "yes", "paul": "yes", "system-analysts": "no"} == dict(decided.votes)
    assert Stage.DESIGN is case.stage
    assert "The Board has approved your change request." in mail_to_requester(web)
    assert "> Clients ask for it, and it is cheap." in mail_to_requester(web)
    shown = status_page(web, case)
    assert "Decision of the Board: approved Clients ask for it, and it is cheap." in shown
    assert "Too dear" not in shown
    assert "Paul yes So." in text_of(board_page(web, case))
    assert any("Decision of the Board: approved (2 for, 1 against" in note for note in notes(web, case))
    assert "Nothing is before the Board." in text_of(web.client.get("/desk/board").text)


def notes(web: Web, case: Case) -> list[str]:
    """The notes on the issue in Mantis."""
    web.desk.sweep()
    return web.tracker.notes[case.issue or 0]


def test_what_is_declined_is_resolved_with_the_reason(web: Web) -> None:
    """In words, by mail and on the page."""
    case = before_the_board(web)
    vote(web, case, "paul", "no")
    vote(web, case, "marc-selter", "abstain")
    proclaim(web, case, "declined", "The law fixes 30 days.")
    case = web.desk.cases.load(case.id)
    happen(web, case, CopyAdded, address="jo@example.com")
    copy = text_of(web.client.get(urlsplit(web.links.copy(case.id, "jo@example.com")).path).text)

    assert Stage.DECLINED is case.stage
    assert isinstance(case.history[-1], Resolved)
    mail, page = mail_to_requester(web), status_page(web, case)
    assert "> The law fixes 30 days." in mail
    assert "The Board has declined your change request: it will not be changed." in mail
    assert "Decision of the Board: declined The law fixes 30 days." in page
    assert "Your change request is declined, for this reason." in page
    assert "Your change request" not in copy
    assert "The change request is declined, for this reason." in copy
    assert not re.search(r"check the solution|does it work now|whether it works|it works", mail + page, re.IGNORECASE)


def test_who_does_not_agree_with_a_refusal_replies_and_it_is_open_again(web: Web) -> None:
    """With the button of the page; then it can go to the owner once more."""
    case = before_the_board(web)
    vote(web, case, "paul", "no")
    vote(web, case, "marc-selter", "no")
    proclaim(web, case, "declined", "The law fixes 30 days.")
    status = page_of(web, case)
    page = web.client.get(status).text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    assert 'name="finding" value="trouble"' in page
    answer = web.upload(f"{status}/reply", text="The law has changed.", finding="trouble", seen=seen[1])
    case = web.desk.cases.load(case.id)

    assert answer.status_code == 303
    assert case.status.is_open
    assert "Your change request is declined" not in status_page(web, case)


@pytest.mark.parametrize(
    ("tie", "chair", "decision"),
    [("declined", "yes", "declined"), ("chair", "yes", "approved"), ("chair", "no", "declined")],
)
def test_a_tie_is_as_support_yml_says(process: Process, spec: Spec, tie: str, chair: str, decision: str) -> None:
    """Declined, or what the chair voted for; the page says which before anybody votes."""
    web = application_of(with_board(process, tie=tie), spec)
    case = before_the_board(web)
    vote(web, case, "marc-selter", chair)
    vote(web, case, "paul", "no" if chair == "yes" else "yes")
    page = text_of(board_page(web, case))
    other = "approved" if decision == "declined" else "declined"

    assert ("A tie is declined." in page) is (tie == "declined")
    assert 422 == proclaim(web, case, other).status_code
    assert 303 == proclaim(web, case, decision).status_code


@pytest.mark.parametrize("decision", [one.value for one in Decision if one is not Decision.APPROVED])
def test_nothing_is_proclaimed_against_the_votes(web: Web, decision: str) -> None:
    """Refused with what the votes decide, the text is kept, and nothing changes."""
    case = before_the_board(web)
    vote(web, case, "paul", "yes")
    vote(web, case, "marc-selter", "yes")
    answer = proclaim(web, case, decision, "I do not like it.")

    assert answer.status_code == 422
    assert "The votes decide: approved. Nothing else can be proclaimed." in text_of(answer.text)
    assert "I do not like it.</textarea>" in answer.text
    assert Stage.BOARD is web.desk.cases.load(case.id).stage


def test_nothing_is_proclaimed_before_the_quorum_nor_by_another(web: Web) -> None:
    """Each with its reason."""
    case = before_the_board(web)
    vote(web, case, "paul", "yes")
    early = proclaim(web, case, "approved")
    vote(web, case, "system-analysts", "yes")
    web.sign_in(PAUL)
    shown = board_page(web, case)
    other = press(web, case, "proclaim", decision="approved", text="So.")

    assert early.status_code == other.status_code == 422
    assert "The vote has not decided yet. 1 has voted; the quorum is 2." in text_of(early.text)
    assert "Marc Selter chairs The CT2 Board and proclaims its decisions." in text_of(other.text)
    assert "/proclaim" not in shown
    assert Stage.BOARD is web.desk.cases.load(case.id).stage


def test_a_vote_that_changes_meanwhile_stops_the_proclamation(web: Web) -> None:
    """409 with the text kept: the chair looks again, whatever the votes decide now."""
    case = before_the_board(web)
    vote(web, case, "paul", "yes")
    vote(web, case, "marc-selter", "yes")
    seen = web.desk.cases.load(case.id).version
    vote(web, case, "paul", "no")
    answer = proclaim(web, case, "approved", "As we said.", seen=seen)

    assert answer.status_code == 409
    assert "As we said." in answer.text
    assert Stage.BOARD is web.desk.cases.load(case.id).stage


def test_a_double_click_proclaims_once(web: Web) -> None:
    """The second one finds it done."""
    case = before_the_board(web)
    vote(web, case, "paul", "yes")
    vote(web, case, "marc-selter", "yes")
    seen = web.desk.cases.load(case.id).version

    assert [303, 303] == [proclaim(web, case, "approved", seen=seen).status_code for _ in range(2)]
    assert 1 == sum(isinstance(event, BoardDecided) for event in web.desk.cases.load(case.id).history)


def test_a_decision_needs_words_for_the_requester(web: Web) -> None:
    """A status alone is refused."""
    case = before_the_board(web)
    vote(web, case, "paul", "yes")
    vote(web, case, "marc-selter", "yes")

    assert 422 == proclaim(web, case, "approved", " ").status_code


# --- putting off, giving back ----------------------------------------------------------------


def put_off(web: Web, case: Case, until: str = "2026-12-15") -> Case:
    """Put off by two votes."""
    web.sign_in(PAUL)
    assert 303 == press(web, case, "move", motion="defer", until=until, reason="After the audit.").status_code
    vote(web, case, "paul", "yes")
    vote(web, case, "marc-selter", "yes")
    assert 303 == proclaim(web, case, "deferred", "The audit comes first.").status_code
    return web.desk.cases.load(case.id)


def test_what_is_put_off_comes_back_by_itself(process: Process, spec: Spec) -> None:
    """It leaves the agenda; on its date the sweep brings it back, and members and requester are told."""
    web = application_of(with_board(process, meets=MeetingRule(1, time(10))), spec)
    case = put_off(web, before_the_board(web))
    agenda = text_of(web.client.get("/desk/board").text)

    assert Stage.DEFERRED is case.stage
    assert "On the agenda again from 15 Dec 2026, 05:00 UTC" in agenda
    assert "Nothing is before the Board." in agenda
    assert "It is on the agenda again from 15 Dec 2026." in mail_to_requester(web)
    assert "Decision of the Board: deferred to 15 Dec 2026 The audit comes first." in status_page(web, case)
    assert 422 == vote(web, case, "paul", "yes").status_code

    web.clock.at = web.clock.at.replace(month=12, day=15, hour=4, minute=59)
    web.desk.sweep()
    assert Stage.DEFERRED is web.desk.cases.load(case.id).stage
    web.clock.advance(minutes=1)
    web.desk.sweep()
    case = web.desk.cases.load(case.id)

    assert Stage.BOARD is case.stage
    assert 1 == sum(isinstance(event, DeferralEnded) for event in case.history)
    assert "It is before the Board again. The Board meets next on Tue 15 Dec 2026, 10:00" in mail_to_requester(web)
    assert "It was put off, and is on the agenda again: please vote." in mails_to(web, ANALYSTS)
    web.sign_in(PAUL)
    assert f"/desk/board/{case.id}" in web.client.get("/desk/board").text
    assert 303 == vote(web, case, "paul", "yes").status_code


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        pytest.param({"motion": "defer", "until": "soon", "reason": "So."}, "such as 2027-01-31", id="no date"),
        pytest.param({"motion": "defer", "until": "9999-99-99", "reason": "So."}, "such as 2027-01-31", id="far"),
        pytest.param(
            {"motion": "defer", "until": "0001-01-01", "reason": "So."}, "has to lie ahead", id="very long ago"
        ),
        pytest.param({"motion": "defer", "until": "2026-11-01", "reason": "So."}, "has to lie ahead", id="past"),
        pytest.param({"motion": "defer", "until": "2026-12-15", "reason": ""}, "give the reason", id="no reason"),
        pytest.param({"motion": "return", "reason": ""}, "give the reason", id="given back without a reason"),
        pytest.param({"motion": "approve"}, "before the Board already", id="as it is"),
        pytest.param({"motion": "", "reason": "So."}, "choose what the Board is to vote on", id="none"),
    ],
)
def test_a_motion_that_cannot_be_put_says_why(web: Web, answers: dict[str, str], problem: str) -> None:
    """With what was typed, and nothing changes."""
    case = before_the_board(web)
    web.sign_in(PAUL)
    answer = press(web, case, "move", **answers)  # type: ignore[arg-type]  # none of them is `seen`

    assert answer.status_code == 422
    assert problem in text_of(answer.text)
    assert case.version == web.desk.cases.load(case.id).version


def test_a_motion_that_is_lost_leaves_the_request_where_it_was(web: Web) -> None:
    """It is up for approval again, and the requester is not told of what is no decision on their request."""
    case = before_the_board(web)
    web.sign_in(PAUL)
    press(web, case, "move", motion="return", reason="Who pays?")
    vote(web, case, "paul", "yes")
    vote(web, case, "marc-selter", "no")
    before = len(web.mailer.sent)
    assert 303 == proclaim(web, case, "not-carried", "We know who pays.").status_code
    case = web.desk.cases.load(case.id)

    assert Stage.BOARD is case.stage
    assert isinstance(case.history[-1], MotionPut)
    assert case.history[-1].motion is Motion.APPROVE
    web.desk.sweep()
    assert "camille@example.com" not in {mail.to for mail in web.mailer.sent[before:]}
    assert "motion not carried" not in status_page(web, case)


def test_what_is_given_back_goes_to_the_owner_and_the_requester_reads_why(web: Web) -> None:
    """The owner has it again, with the Board's question."""
    case = before_the_board(web)
    web.sign_in(PAUL)
    press(web, case, "move", motion="return", reason="Who pays?")
    vote(web, case, "paul", "yes")
    vote(web, case, "system-analysts", "yes")
    proclaim(web, case, "returned", "Who pays for it?")
    case = web.desk.cases.load(case.id)

    assert (Stage.OWNER, "marc-selter") == (case.stage, case.handler)
    assert "> Who pays for it?" in mail_to_requester(web)
    assert "Who pays for it?" in mails_to(web, MARC)
    assert "Nothing is before the Board." in text_of(web.client.get("/desk/board").text)


# --- online votes ----------------------------------------------------------------------------


def test_an_online_vote_is_opened_by_the_owner_or_the_chair_alone(web: Web) -> None:
    """With a reason; the members are mailed until when they can vote, and votes so far count no more."""
    case = before_the_board(web)
    vote(web, case, "paul", "no")
    web.sign_in(PAUL)
    refused = press(web, case, "online", reason="Now!")
    web.sign_in(MARC)
    without = press(web, case, "online", reason="")
    done = press(web, case, "online", reason="The client leaves on Friday.")
    page = text_of(board_page(web, case))

    assert (422, 422, 303) == (refused.status_code, without.status_code, done.status_code)
    assert "opens an online vote." in text_of(refused.text)
    assert "Online vote, open until 26 Nov 2026, 05:00 UTC" in page
    assert "0 have voted" in page
    assert "This is an online vote, open until Thu 26 Nov 2026, 00:00" in mails_to(web, ANALYSTS)
    assert "> The client leaves on Friday." in mails_to(web, ANALYSTS)
    assert f"/desk/board/{case.id}" in mails_to(web, ANALYSTS)
    assert 422 == press(web, case, "move", motion="return", reason="Who pays?").status_code


def test_an_online_vote_of_all_is_decided_at_once(web: Web) -> None:
    """Not with the quorum alone; the chair is mailed when the last one has voted."""
    case = before_the_board(web, priority="urgent")
    vote(web, case, "paul", "yes")
    vote(web, case, "system-analysts", "yes")
    early = proclaim(web, case, "approved")
    vote(web, case, "marc-selter", "no")

    assert (422, True) == (early.status_code, "1 member has not voted" in text_of(early.text))
    assert "All who may vote have voted, and it is decided" in mails_to(web, MARC)
    assert 303 == proclaim(web, case, "approved").status_code


def test_an_online_vote_is_closed_by_time(web: Web) -> None:
    """With the same votes needed: the quorum has voted, and the chair is asked to proclaim; later votes are refused."""
    case = before_the_board(web, priority="urgent")
    vote(web, case, "paul", "yes")
    vote(web, case, "system-analysts", "yes")
    web.clock.advance(days=3)
    web.desk.sweep()
    web.desk.sweep()
    closed = [event for event in web.desk.cases.load(case.id).history if isinstance(event, VoteClosed)]
    late = vote(web, case, "marc-selter", "no")
    instead = press(web, case, "move", motion="return", reason="Who pays?")

    assert [(2, Decision.APPROVED)] == [(event.voted, event.decided) for event in closed]
    assert "The online vote is over: approved. Please proclaim the decision." in mails_to(web, MARC)
    assert (422, True) == (late.status_code, "The online vote is closed." in text_of(late.text))
    assert (422, True) == (instead.status_code, "its decision is proclaimed first" in text_of(instead.text))
    assert 303 == proclaim(web, case, "approved").status_code


def test_an_online_vote_without_a_quorum_goes_to_the_meeting(web: Web) -> None:
    """Nobody is shown a decision; the members vote anew, and a second online vote can be opened."""
    case = before_the_board(web, priority="urgent")
    vote(web, case, "paul", "yes")
    web.clock.advance(days=3)
    web.desk.sweep()
    case = web.desk.cases.load(case.id)
    motion = case.history[-1]
    web.sign_in(MARC)
    page = text_of(board_page(web, case))

    assert isinstance(motion, MotionPut)
    assert motion.closes is None
    assert "The online vote is over without a quorum: 1 voted" in page
    assert "0 have voted" in page
    assert "It is voted on at the next meeting." in mails_to(web, ANALYSTS)
    assert 303 == press(web, case, "online", reason="Still urgent.").status_code


def test_a_deputy_of_the_chair_proclaims(process: Process, spec: Spec) -> None:
    """When the chair is away; the log says who did it."""
    web = application_of(with_board(process, deputies={"marc-selter": "andrei"}), spec)
    case = before_the_board(web)
    vote(web, case, "paul", "yes")
    vote(web, case, "system-analysts", "yes")
    web.sign_in(ANDREI)
    answer = press(web, case, "proclaim", decision="approved", text="So it is.")

    assert answer.status_code == 303
    assert ANDREI == web.desk.cases.load(case.id).history[-1].actor


def test_while_the_store_is_down_nothing_is_said_to_be_done(web: Web) -> None:
    """503, and the vote can be cast again."""
    case = before_the_board(web)
    web.sign_in(PAUL)
    token = web.token_on(f"/desk/board/{case.id}")
    web.store.down = True
    try:
        answer = web.client.post(
            f"/desk/board/{case.id}/vote",
            data={"csrf_token": token, "seen": case.version, "member": "paul", "vote": "yes", "reason": "A thought."},
        )
    finally:
        web.store.down = False

    assert answer.status_code == 503
    assert case.version == web.desk.cases.load(case.id).version


def test_while_mantis_is_down_votes_are_kept_and_their_notes_wait(web: Web) -> None:
    """They are written when it is back."""
    case = before_the_board(web)
    web.tracker.down = True
    assert 303 == vote(web, case, "paul", "yes", reason="Cheap.").status_code
    assert any(isinstance(item.intent, AddNote) for item in web.store.items_of(case.id))
    web.tracker.down = False
    web.clock.advance(hours=2)

    assert any("Vote of Paul: yes" in note and "Cheap." in note for note in notes(web, web.desk.cases.load(case.id)))
