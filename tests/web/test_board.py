"""The Board at the desk: the agenda, the page of an item, votes with their log, and who may do what."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.change_events import Commented, VoteCast
from intake_fn.core.process import MeetingRule
from intake_fn.core.request import Priority
from intake_fn.core.vocabulary import Stage
from tests.removals import without
from tests.web.boards import (
    ANALYSTS,
    ANDREI,
    MARC,
    PAUL,
    ROMA,
    before_the_board,
    board_page,
    press,
    text_of,
    vote,
    with_board,
)
from tests.web.conftest import application_of
from tests.web.test_removed_names import reopened

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from spec_lookup import Spec
    from tests.web.conftest import Web

TUESDAY = MeetingRule(1, time(10), 2)


# --- the agenda ------------------------------------------------------------------------------


def test_an_empty_agenda_says_so_and_that_no_meeting_is_set(web: Web) -> None:
    """With support.yml as it is: members, chair and quorum, and what can be done without a date."""
    web.sign_in()
    page = text_of(web.client.get("/desk/board").text)

    assert "Nothing is before the Board." in page
    assert "Marc Selter (chair), System Analysts (SAs), Paul" in page
    assert all(f"{part} to be confirmed" in page for part in ("Members", "Quorum"))
    assert "The chair is to be confirmed." in page
    assert "board.meets of support.yml holds no rule" in page
    assert "2 of 3 members" in page


def test_the_next_meeting_stands_there_with_its_zone(process: Process, spec: Spec) -> None:
    """By the rule of support.yml: the second Tuesday in New York."""
    web = application_of(with_board(process, meets=TUESDAY), spec)
    web.sign_in()
    page = text_of(web.client.get("/desk/board").text)

    assert "8 Dec 2026, 15:00 UTC (10:00 New York)" in page
    assert "The second Tuesday of the month at 10:00 (America/New_York)" in page


def test_the_agenda_is_in_the_order_of_urgency_and_age(web: Web) -> None:
    """An urgent one that came last stands first; of equal ones, the older."""
    first = before_the_board(web, summary="First")
    web.clock.advance(hours=1)
    second = before_the_board(web, summary="Second")
    web.clock.advance(hours=1)
    urgent = before_the_board(web, summary="Urgent", priority="urgent")
    web.sign_in()
    page = web.client.get("/desk/board").text
    places = [page.index(f"/desk/board/{case.id}") for case in (urgent, first, second)]

    assert places == sorted(places)
    assert urgent.priority is Priority.URGENT
    assert "online, closes in" in text_of(page)


def test_what_waits_for_months_is_said(web: Web) -> None:
    """On the agenda and on the page, with why and what the chair can do."""
    case = before_the_board(web)
    web.clock.advance(days=75)
    web.sign_in()

    assert "1 request has been before the Board for 60 days or more" in text_of(web.client.get("/desk/board").text)
    assert "It has been before the Board for 75 days. 0 have voted; the quorum is 2." in text_of(board_page(web, case))


def test_what_is_resolved_past_the_board_is_not_on_the_agenda(web: Web) -> None:
    """A duplicate, for instance; its page still shows what was voted."""
    case = before_the_board(web)
    web.sign_in(PAUL)
    web.act(case, "resolve", outcome="duplicate", resolution="See the other one.")

    assert "Nothing is before the Board." in text_of(web.client.get("/desk/board").text)
    assert "<summary>Vote</summary>" not in board_page(web, case)


# --- the page of an item ---------------------------------------------------------------------


def test_the_page_shows_the_assessment_with_the_changed_words_marked(web: Web) -> None:
    """The clause as it reads and as it would read, effort, risk, effect, modules, and whose comments are asked for."""
    case = before_the_board(web)
    web.sign_in()
    page = board_page(web, case)

    assert "A quote is valid for <del>30</del><ins>45</ins> days" in page
    text = text_of(page)
    assert "Effort 2 days" in text
    assert "Risk Old quotes." in text
    assert "Clients have two weeks more." in text
    assert "System Analysts (SAs), owner of Customs: asked to comment by 1 Dec 2026." in text
    assert "iHelp, owner of Users and client companies: asked to comment" in text
    assert "At least 2 of 3 members vote; an abstention counts for that. More votes for than against" in text
    assert "A tie is declined." in text


def test_a_clause_that_reads_otherwise_by_now_is_said(web: Web) -> None:
    """What the assessment was written on is not what the spec of this version holds: the Board sees the difference."""
    case = before_the_board(web)
    web.sign_in()
    page = text_of(board_page(web, case))

    assert "The clause has changed in the spec since it was assessed:" in page
    assert "After that it is shown as expired." in page


def test_what_nobody_assessed_has_no_page_there(web: Web) -> None:
    """404, with the reason; so has a number that nobody has."""
    case = web.sent()
    web.sign_in()
    answer = web.client.get(f"/desk/board/{case.id}")

    assert (404, True) == (answer.status_code, "is not assessed" in answer.text)
    assert 404 == web.client.get("/desk/board/HD-9999-9999").status_code


def test_everybody_at_the_desk_may_comment(web: Web) -> None:
    """It is an event; who was asked is said to have commented."""
    case = before_the_board(web)
    web.sign_in("ihelp@jaguarfreight.com")
    answer = press(web, case, "comment", text="Client companies ask for this.")
    page = text_of(board_page(web, case))

    assert answer.status_code == 303
    assert isinstance(web.desk.cases.load(case.id).history[-1], Commented)
    assert "iHelp, owner of Users and client companies: has commented." in page
    assert "Client companies ask for this." in page


def test_a_comment_that_did_not_come_is_said(web: Web) -> None:
    """Once its working days are over."""
    case = before_the_board(web)
    web.clock.advance(days=10)
    web.sign_in()

    assert "no comment came" in text_of(board_page(web, case))


# --- votes -----------------------------------------------------------------------------------


def test_a_vote_stands_with_its_reason_and_is_an_event(web: Web) -> None:
    """By a member, for themselves."""
    case = before_the_board(web)
    answer = vote(web, case, "paul", "yes", reason="Clients ask for it.")
    last = web.desk.cases.load(case.id).history[-1]
    page = text_of(board_page(web, case))

    assert answer.headers["Location"].endswith("?done=vote")
    assert isinstance(last, VoteCast)
    assert ("paul", "yes", PAUL) == (last.member, last.vote.value, last.actor)
    assert "Paul yes Clients ask for it." in page
    assert "1 has voted; the quorum is 2." in page


def test_a_later_vote_counts_instead_and_both_stand_in_the_log(web: Web) -> None:
    """One member, one vote that counts."""
    case = before_the_board(web)
    vote(web, case, "paul", "no", reason="Too dear.")
    vote(web, case, "paul", "yes", reason="Cheaper than I thought.")
    page = text_of(board_page(web, case))

    assert "1 has voted" in page
    assert "Vote of Paul: no does not count any more Too dear." in page
    assert "Vote of Paul: yes Cheaper than I thought." in page


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        pytest.param({"vote": "", "reason": "So."}, "Please choose yes, no or abstain.", id="no vote"),
        pytest.param({"vote": "maybe", "reason": "So."}, "Please choose one of the values", id="an unknown vote"),
        pytest.param({"vote": "yes", "reason": " "}, "Please give the reason of the vote.", id="no reason"),
        pytest.param({"vote": "yes", "reason": "x" * 50_001}, "too long", id="an endless reason"),
    ],
)
def test_half_a_vote_is_refused_with_the_text_kept(web: Web, answers: dict[str, Any], problem: str) -> None:
    """Nothing is recorded."""
    case = before_the_board(web)
    web.sign_in(PAUL)
    answer = press(web, case, "vote", member="paul", **answers)

    assert answer.status_code == 422
    assert problem in text_of(answer.text)
    assert answers["reason"].strip() in answer.text
    assert case.version == web.desk.cases.load(case.id).version


def test_a_form_that_is_stale_keeps_the_text(web: Web) -> None:
    """Another member voted meanwhile: 409, who it was, and what was typed and chosen is still there."""
    case = before_the_board(web)
    vote(web, case, "system-analysts", "no")
    web.sign_in(PAUL)
    answer = press(web, case, "vote", seen=case.version, member="paul", vote="abstain", reason="A long thought.")

    assert answer.status_code == 409
    assert "Someone else has changed this request: System Analysts (SAs)." in text_of(answer.text)
    assert "A long thought.</textarea>" in answer.text
    assert 'value="abstain" checked' in answer.text
    assert 1 == sum(isinstance(event, VoteCast) for event in web.desk.cases.load(case.id).history)


def test_a_double_click_votes_once(web: Web) -> None:
    """The same again, of the version that was seen, changes nothing."""
    case = before_the_board(web)
    web.sign_in(PAUL)
    for _ in range(2):
        answer = press(web, case, "vote", seen=case.version, member="paul", vote="yes", reason="So.")
        assert answer.status_code == 303

    assert case.version + 1 == web.desk.cases.load(case.id).version


def test_without_the_token_of_the_session_nothing_happens(web: Web) -> None:
    """CSRF, as at the other forms of the desk; and without a session the text is shown with the sign-in."""
    case = before_the_board(web)
    answers = {"seen": str(case.version), "member": "paul", "vote": "yes", "reason": "A long thought."}
    assert 401 == web.client.post(f"/desk/board/{case.id}/vote", data=answers).status_code
    web.sign_in(PAUL)
    answer = web.client.post(f"/desk/board/{case.id}/vote", data=answers)

    assert answer.status_code == 400
    assert case.version == web.desk.cases.load(case.id).version


@pytest.mark.parametrize("address", [ANDREI, "ihelp@jaguarfreight.com"], ids=["an engineer", "an admin"])
def test_who_is_no_member_sees_and_cannot_vote(web: Web, address: str) -> None:
    """There is no form, and the rule refuses what comes without one."""
    case = before_the_board(web)
    web.sign_in(address)
    page = board_page(web, case)
    answer = press(web, case, "vote", member="paul", vote="yes", reason="For Paul.")

    assert "Only members of the Board vote: Marc Selter, System Analysts (SAs), Paul." in text_of(page)
    assert "/vote" not in page
    assert "/proclaim" not in page
    assert answer.status_code == 422
    assert "Only Paul may cast this vote." in text_of(answer.text)
    assert "For Paul." in answer.text
    assert case.version == web.desk.cases.load(case.id).version


def test_no_member_votes_for_another(web: Web) -> None:
    """Not even the chair."""
    case = before_the_board(web)
    answer = vote(web, case, "paul", "yes", by=MARC)

    assert (422, True) == (answer.status_code, "Only Paul may cast this vote." in text_of(answer.text))


def test_the_requester_is_recused_and_it_is_said(web: Web) -> None:
    """They see their own item, and why they have no vote."""
    case = before_the_board(web, name="Paul", email=PAUL, office="new-york")
    answer = vote(web, case, "paul", "yes")
    page = text_of(board_page(web, case))

    assert (422, True) == (answer.status_code, "made the request and does not vote on it" in text_of(answer.text))
    assert "Paul recused Made the request, and does not vote on it." in page
    assert "You made this request, so you do not vote on it." in page


def test_a_deputy_votes_as_that_and_it_says_for_whom(process: Process, spec: Spec) -> None:
    """The deputy of Paul; for nobody else."""
    web = application_of(with_board(process, deputies={"paul": "andrei"}), spec)
    case = before_the_board(web)
    assert 303 == vote(web, case, "paul", "yes", by=ANDREI).status_code
    page = text_of(board_page(web, case))
    other = vote(web, case, "marc-selter", "yes", by=ANDREI)

    assert "You vote as the deputy of Paul" in page
    assert "Paul deputy: Andrei yes So. cast by Andrei, the deputy" in page
    assert (422, True) == (other.status_code, "Only Marc Selter may cast this vote." in text_of(other.text))


def test_a_deputy_does_not_vote_on_their_own_request(process: Process, spec: Spec) -> None:
    """Whoever made it has no vote, whoever they stand in for."""
    web = application_of(with_board(process, deputies={"paul": "roma"}), spec)
    case = before_the_board(web, name="Roma", email=ROMA, office="new-york")
    answer = vote(web, case, "paul", "yes", by=ROMA)

    assert (422, True) == (answer.status_code, "not for a member either" in text_of(answer.text))
    assert "You made this request" in text_of(board_page(web, case))
    assert 303 == vote(web, case, "paul", "yes").status_code


def test_a_member_recuses_themselves_and_their_vote_counts_no_more(web: Web) -> None:
    """With the reason on the page; another member cannot do it for them, the chair can."""
    case = before_the_board(web)
    vote(web, case, "paul", "yes")
    web.sign_in(ANALYSTS)
    refused = press(web, case, "recuse", member="paul", reason="He is biased.")
    web.sign_in(PAUL)
    done = press(web, case, "recuse", member="paul", reason="My brother's company asks for it.")
    page = text_of(board_page(web, case))

    assert (422, 303) == (refused.status_code, done.status_code)
    assert "Paul recused My brother's company asks for it." in page
    assert "0 have voted" in page
    assert "Vote of Paul: yes does not count any more" in page


@pytest.mark.parametrize("former", [True, False])
def test_the_vote_of_who_left_the_board_does_not_count_and_it_is_said(web: Web, *, former: bool) -> None:
    """The log keeps it."""
    case = before_the_board(web)
    vote(web, case, "paul", "yes")
    later = reopened(web, without("people", "paul", former=former))
    later.sign_in()
    page = text_of(board_page(later, case))

    assert ": yes no member any more: does not count" in page
    assert "0 have voted; the quorum is 2." in page


def test_a_quorum_out_of_reach_is_said(process: Process, spec: Spec) -> None:
    """When so many are recused that those left are fewer than the quorum."""
    web = application_of(with_board(process, quorum=3), spec)
    case = before_the_board(web, name="Paul", email=PAUL, office="new-york")
    web.sign_in()

    assert "Only 2 members may vote; the quorum of 3 is out of reach." in text_of(board_page(web, case))
    assert Stage.BOARD is web.desk.cases.load(case.id).stage
