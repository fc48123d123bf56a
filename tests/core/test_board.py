"""Votes of the Board: who may vote, what the votes decide, and that nothing else is ever proclaimed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake_fn.core.change_events import BoardDecided, ChangeAssessed, DeferralEnded, MotionPut, Recused, VoteCast
from intake_fn.core.changes.agenda import asked, item_of, log_of_votes
from intake_fn.core.changes.board import tally, votes_of, voting_round
from intake_fn.core.changes.meetings import end_of_working_day, in_words, next_meeting
from intake_fn.core.changes.rules import voting_of
from intake_fn.core.errors import Refused
from intake_fn.core.events import Overruled, RequesterReplied, Resolved
from intake_fn.core.intents import SendNotice
from intake_fn.core.process import MAJORITIES, TIES, MeetingRule, WorkingDayHours
from intake_fn.core.request import Priority, Requester
from intake_fn.core.sla import ClockState, due
from intake_fn.core.spans import Holiday
from intake_fn.core.steps import advance, fold
from intake_fn.core.vocabulary import Category, Decision, Motion, Outcome, Stage, Status, Vote
from tests.core.samples import CASE_ID, NOW, PAUL, at, case_at

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process

MARC, ANALYSTS = "marc.selter@example.com", "sa@example.com"
ADDRESS = {"marc-selter": MARC, "system-analysts": ANALYSTS, "paul": PAUL}
YES, NO, ABSTAIN = Vote


def act(case: Case, process: Process, kind: type[Event], actor: str = PAUL, **what: Any) -> Case:
    """The case after something that is allowed."""
    return advance(case, kind(at=NOW, actor=actor, **what), process).case


def before_the_board(process: Process, **changes: Any) -> Case:
    """A change request for Billing that its owner has assessed."""
    case = case_at(3, "paul", module="billing", **changes)
    case = act(case, process, Overruled, category=Category.CHANGE, clause="billing#due", reason="It is as defined.")
    assessment = {"clause": "billing#due", "today": "30 days.", "spec": "s", "proposed": "45 days.", "effort": "2"}
    return act(case, process, ChangeAssessed, actor=MARC, **assessment)


def voted(case: Case, process: Process, votes: dict[str, Vote]) -> Case:
    """The case after these votes."""
    for member, vote in votes.items():
        case = act(case, process, VoteCast, actor=ADDRESS[member], member=member, vote=vote)
    return case


def proclaimed(case: Case, process: Process, **changes: Any) -> Case:
    """The case after the chair has proclaimed what the votes decide."""
    voting = voting_of(case, process)
    decision = tally(voting, NOW, process.board).decision
    what = {"decision": decision, "votes": votes_of(voting), "text": "So it is.", **changes}
    return act(case, process, BoardDecided, actor=MARC, **what)


def test_a_change_goes_from_the_owner_over_the_board_into_design(process: Process) -> None:
    """The whole way up to the decision: stage, handler, and the mail that each one gets."""
    case = before_the_board(process)
    assert (Stage.BOARD, "marc-selter") == (case.stage, case.handler)

    case = proclaimed(voted(case, process, {"marc-selter": YES, "paul": YES}), process)
    assert Stage.DESIGN is case.stage
    assert case == fold(CASE_ID, case.history)


@pytest.mark.parametrize(
    ("votes", "decision"),
    [
        pytest.param({"paul": YES}, None, id="one vote is no quorum"),
        pytest.param({"paul": YES, "system-analysts": NO}, Decision.DECLINED, id="a tie is declined"),
        pytest.param({"paul": YES, "system-analysts": ABSTAIN}, Decision.APPROVED, id="abstentions make the quorum"),
        pytest.param({"paul": ABSTAIN, "system-analysts": ABSTAIN}, Decision.DECLINED, id="nobody is for it"),
        pytest.param({"paul": NO, "system-analysts": NO, "marc-selter": YES}, Decision.DECLINED, id="two of three"),
        pytest.param({"paul": YES, "system-analysts": YES, "marc-selter": NO}, Decision.APPROVED, id="two for it"),
    ],
)
def test_votes_decide(process: Process, votes: dict[str, Vote], decision: Decision | None) -> None:
    """Quorum 2 of 3, more votes for than against."""
    case = voted(before_the_board(process), process, votes)

    assert decision == tally(voting_of(case, process), NOW, process.board).decision


def test_a_later_vote_counts_instead_and_both_stand_in_the_log(process: Process) -> None:
    """Who changes their mind before the decision is counted once."""
    case = voted(before_the_board(process), process, {"paul": NO, "system-analysts": YES})
    case = voted(case, process, {"paul": YES})

    assert Decision.APPROVED is tally(voting_of(case, process), NOW, process.board).decision
    assert 3 == sum(isinstance(event, VoteCast) for event in case.history)


def test_nothing_but_what_the_votes_say_is_proclaimed(process: Process) -> None:
    """Not another decision, not other votes, not by another person, not before the quorum."""
    case = voted(before_the_board(process), process, {"paul": YES, "marc-selter": YES})
    votes = {"marc-selter": "yes", "paul": "yes"}
    refused: list[tuple[str, dict[str, Any]]] = [
        (MARC, {"decision": Decision.DECLINED, "votes": votes}),
        (MARC, {"decision": Decision.APPROVED, "votes": {"paul": "yes"}}),
        (PAUL, {"decision": Decision.APPROVED, "votes": votes}),
    ]
    for actor, what in refused:
        with pytest.raises(Refused):
            act(case, process, BoardDecided, actor=actor, text="So.", **what)


def test_who_made_the_request_does_not_vote_and_neither_does_a_stranger(process: Process) -> None:
    """A member's own request has one vote less; nobody votes for another unless as the named deputy."""
    case = before_the_board(process, requester=Requester("Paul", PAUL, "new-york"))
    for actor in (PAUL, MARC):
        with pytest.raises(Refused, match="made the request"):
            act(case, process, VoteCast, actor=actor, member="paul", vote=YES)
    with pytest.raises(Refused, match="Only Marc Selter"):
        act(case, process, VoteCast, actor=PAUL, member="marc-selter", vote=YES)

    deputies = replace(process, board=replace(process.board, deputies={"marc-selter": "ihelp"}))
    case = act(case, deputies, VoteCast, actor="ihelp@jaguarfreight.com", member="marc-selter", vote=YES)
    assert ["marc-selter"] == list(voting_of(case, deputies).votes)


def test_a_recused_member_is_not_counted_whatever_they_voted_before(process: Process) -> None:
    """Nor is the quorum lowered: it is shown as out of reach."""
    case = voted(before_the_board(process), process, {"paul": YES, "system-analysts": YES})
    case = act(case, process, Recused, member="paul", reason="My own idea.")
    standing = tally(voting_of(case, process), NOW, process.board)

    assert (1, None, "board.below-quorum") == (standing.yes, standing.decision, standing.why and standing.why.key)


def test_a_declined_change_is_resolved_in_the_chairs_words(process: Process) -> None:
    """The requester is mailed the decision and its reason by the resolution."""
    case = voted(before_the_board(process), process, {"paul": NO, "marc-selter": NO})
    case = proclaimed(case, process, text="Too dear for what it brings.")
    resolved = case.history[-1]

    assert isinstance(resolved, Resolved)
    assert (Stage.DECLINED, Status.RESOLVED) == (case.stage, case.status)
    assert ("Too dear for what it brings.", Outcome.WONT_FIX) == (resolved.resolution, resolved.outcome)


def test_a_decision_on_a_change_whose_owner_has_left_goes_to_the_present_owner(process: Process) -> None:
    """The chair proclaims it all the same, and who looks after it now is mailed."""
    case = voted(before_the_board(process), process, {"paul": YES, "system-analysts": YES})
    people = {name: person for name, person in process.people.items() if name != "marc-selter"}
    modules = {**process.modules, "billing": replace(process.modules["billing"], owner="roma")}
    board = replace(process.board, members=("paul", "system-analysts"), chair="paul")
    later = replace(
        process, people=people, former={"marc-selter": process.people["marc-selter"]}, modules=modules, board=board
    )
    votes = {"paul": "yes", "system-analysts": "yes"}
    event = BoardDecided(at=NOW, actor=PAUL, decision=Decision.APPROVED, votes=votes, text="So it is.")
    step = advance(case, event, later)

    assert Stage.DESIGN is step.case.stage
    assert ["roma@example.com"] == [
        owed.to for owed in step.intents if isinstance(owed, SendNotice) and owed.notice == "assigned"
    ]


def test_a_vote_that_came_twice_counts_once_in_the_log(process: Process) -> None:
    """Two entries of one instant that say the same are two all the same."""
    case = voted(before_the_board(process), process, {"paul": YES})
    case = voted(case, process, {"paul": YES})
    item = item_of(case, process, NOW)
    assert item is not None

    votes = [entry for entry in log_of_votes(item, process) if isinstance(entry.event, VoteCast)]
    assert [False, True] == [entry.counts for entry in votes]


@pytest.mark.parametrize(
    ("vote", "after", "clock"),
    [
        pytest.param(YES, ClockState.DECIDING, ClockState.DECIDING, id="approved: the release has a date of its own"),
        pytest.param(NO, ClockState.STOPPED, ClockState.RUNS, id="declined and reopened: it waits for us again"),
    ],
)
def test_the_clock_stands_still_only_for_the_board_and_the_release(
    process: Process, vote: Vote, after: ClockState, clock: ClockState
) -> None:
    """What the requester objects to is a request like any other."""
    level = replace(process.levels[3], response=dict.fromkeys(Priority, WorkingDayHours(24)))
    timed = replace(process, levels={**process.levels, 3: level})
    case = proclaimed(voted(before_the_board(timed), timed, {"paul": vote, "marc-selter": vote}), timed)
    then = due(case, timed)
    replied = act(case, timed, RequesterReplied, actor="requester", text="We need it.")
    now = due(replied, timed)

    assert then is not None
    assert now is not None
    assert (after, clock) == (then.clock, now.clock)


def test_a_deferred_change_is_voted_on_again_from_its_date(process: Process) -> None:
    """Before that date no vote is taken."""
    case = before_the_board(process)
    later = NOW + timedelta(days=30)
    case = act(case, process, MotionPut, motion=Motion.DEFER, until=later, reason="After the audit.")
    case = proclaimed(voted(case, process, {"paul": YES, "marc-selter": YES}), process, until=later)
    assert Stage.DEFERRED is case.stage

    with pytest.raises(Refused, match="put off"):
        act(case, process, VoteCast, member="paul", vote=YES)
    again = VoteCast(at=later, actor=PAUL, member="paul", vote=YES)
    assert Stage.BOARD is advance(case, again, process).case.stage


def test_a_change_before_the_board_is_not_resolved_past_it(process: Process) -> None:
    """It is declined by the Board or done by its release; a duplicate it may be."""
    case = before_the_board(process)
    with pytest.raises(Refused, match="declined by the Board"):
        act(case, process, Resolved, resolution="No.", outcome=Outcome.WONT_FIX)

    assert case.status.is_open
    assert not act(case, process, Resolved, resolution="See there.", outcome=Outcome.DUPLICATE).status.is_open


def test_an_urgent_change_is_voted_on_online_until_its_time_is_over(process: Process) -> None:
    """All have voted, or the time is over; a vote behind it is refused."""
    case = before_the_board(process, priority=Priority.URGENT)
    motion = voting_of(case, process).motion
    assert motion is not None
    assert motion.closes is not None
    case = voted(case, process, {"paul": YES, "marc-selter": YES})
    voting = voting_of(case, process)

    assert tally(voting, NOW, process.board).decision is None
    assert Decision.APPROVED is tally(voting, motion.closes, process.board).decision
    with pytest.raises(Refused, match="closed"):
        advance(case, VoteCast(at=motion.closes, actor=ANALYSTS, member="system-analysts", vote=NO), process)


cast = st.tuples(st.just("vote"), st.sampled_from(list(ADDRESS)), st.sampled_from(list(Vote)))
recuse = st.tuples(st.just("recuse"), st.sampled_from(list(ADDRESS)), st.none())
decide = st.tuples(st.just("decide"), st.sampled_from(list(Decision)), st.none())


@given(
    st.lists(st.one_of(cast, cast, recuse, decide), max_size=12),
    st.sampled_from(MAJORITIES),
    st.sampled_from(TIES),
    st.integers(1, 3),
)
def test_whatever_is_tried_the_decision_is_a_count_of_the_last_votes(
    process: Process, tries: list[tuple[str, Any, Any]], majority: str, tie: str, quorum: int
) -> None:
    """A second implementation counts: nobody twice, nobody recused, and no decision but the counted one stands."""
    process = replace(process, board=replace(process.board, majority=majority, tie=tie, quorum=quorum))
    case = before_the_board(process)
    last: dict[str, Vote] = {}
    gone: set[str] = set()
    for what, whom, vote in tries:
        if case.stage is not Stage.BOARD:
            break
        try:
            if what == "vote":
                case = act(case, process, VoteCast, actor=ADDRESS[whom], member=whom, vote=vote)
                assert whom not in gone
                last[whom] = vote
            elif what == "recuse":
                case = act(case, process, Recused, actor=ADDRESS[whom], member=whom, reason="Mine.")
                gone.add(whom)
            else:
                votes = votes_of(voting_of(case, process))
                case = act(case, process, BoardDecided, actor=MARC, decision=whom, votes=votes, text="So.")
                assert whom == counted(last, gone, majority, tie, quorum)
        except Refused:
            assert what != "decide" or whom != counted(last, gone, majority, tie, quorum)
    assert case == fold(CASE_ID, case.history)
    assert (case.stage is Stage.BOARD) != any(isinstance(event, BoardDecided) for event in case.history)


def counted(last: dict[str, Vote], gone: set[str], majority: str, tie: str, quorum: int) -> Decision | None:
    """What a person would count, on their fingers."""
    votes = {member: vote for member, vote in last.items() if member not in gone}
    if len(votes) < quorum or len(ADDRESS) - len(gone) < quorum:
        return None
    yes, no = ([*votes.values()].count(vote) for vote in (YES, NO))
    if majority == "all":
        carried = yes >= 1 and no == 0
    elif majority == "two-thirds":
        carried = yes >= 1 and yes / (yes + no) >= 2 / 3
    elif yes == no:
        carried = tie == "chair" and votes.get("marc-selter") is YES
    else:
        carried = yes > no
    return Decision.APPROVED if carried else Decision.DECLINED


@pytest.mark.parametrize(
    ("rule", "after", "expected"),
    [
        pytest.param(MeetingRule(1, time(10), 2), "2026-11-24 11:00", "2026-12-08 10:00", id="second Tuesday"),
        pytest.param(MeetingRule(1, time(10), 2), "2026-12-08 09:59", "2026-12-08 10:00", id="on the day, before it"),
        pytest.param(MeetingRule(1, time(10), 2), "2026-12-08 10:00", "2027-01-12 10:00", id="when it has begun"),
        pytest.param(MeetingRule(3, time(9)), "2026-11-24 11:00", "2026-11-27 09:00", id="a holiday: the day after"),
        pytest.param(MeetingRule(4, time(16), -1), "2026-12-01 11:00", "2026-12-28 16:00", id="the last, a holiday"),
        pytest.param(MeetingRule(3, time(9)), "2026-11-27 08:00", "2026-11-27 09:00", id="moved, and still ahead"),
    ],
)
def test_the_next_meeting(process: Process, rule: MeetingRule, after: str, expected: str) -> None:
    """In New York's wall clock; Thanksgiving 2026 is a Thursday, Christmas a Friday."""
    assert at(expected) == next_meeting(rule, at(after), process.calendars["new-york"])


def test_a_meeting_behind_more_than_a_week_of_holidays_is_not_lost(process: Process) -> None:
    """The first Thursday of October begins eight days without work: the meeting is on the ninth, to its beginning."""
    closed = {date(2026, 10, day): Holiday("Golden Week") for day in range(1, 9)}
    calendar = replace(process.calendars["new-york"], holidays=closed)
    rule = MeetingRule(3, time(10), week=1)

    found = {next_meeting(rule, at(f"2026-{day} 09:00"), calendar) for day in ("09-30", "10-01", "10-08", "10-09")}

    assert {at("2026-10-09 10:00")} == found


def test_a_calendar_without_working_days_has_no_meeting(process: Process) -> None:
    """Nothing is made up."""
    calendar = replace(process.calendars["new-york"], working_days=frozenset())

    assert next_meeting(MeetingRule(1, time(10)), NOW, calendar) is None
    with pytest.raises(ValueError, match="working days"):
        end_of_working_day(NOW, 1, calendar)


def test_an_online_vote_is_open_to_the_end_of_a_working_day(process: Process) -> None:
    """Two working days from the day before Thanksgiving are Friday and Monday; a holiday in part counts."""
    calendar = process.calendars["new-york"]
    assert at("2026-12-01 00:00") == end_of_working_day(at("2026-11-25 15:00"), 2, calendar)

    eve = Holiday("Half", replace(calendar.hours[0], start=720))
    halved = replace(calendar, holidays={**calendar.holidays, date(2026, 11, 27): eve})
    assert at("2026-12-01 00:00") == end_of_working_day(at("2026-11-25 15:00"), 2, halved)


def test_the_rule_of_the_meetings_in_words(process: Process) -> None:
    """As the process page shows it."""
    calendar = process.calendars["new-york"]

    assert in_words(MeetingRule(1, time(10), 2), calendar).startswith("the second Tuesday of the month at 10:00")
    assert in_words(MeetingRule(1, time(10)), calendar).startswith("every Tuesday at 10:00")


def test_a_round_without_a_motion_decides_nothing(process: Process) -> None:
    """Before the assessment there is nothing to vote on."""
    voting = voting_round((), "camille@example.com", process)
    standing = tally(voting, datetime.now(NOW.tzinfo), process.board)

    assert standing.decision is None
    assert standing.why is not None
    assert "board.no-motion" == standing.why.key


def test_a_motion_to_defer_decides_nothing_once_its_date_has_come(process: Process) -> None:
    """It would be back on the agenda at once: another motion is put, to a date ahead."""
    case = before_the_board(process)
    until = NOW + timedelta(days=3)
    case = act(case, process, MotionPut, motion=Motion.DEFER, until=until, reason="After the audit.")
    case = voted(case, process, {"paul": YES, "system-analysts": YES})
    voting = voting_of(case, process)
    assert Decision.DEFERRED is tally(voting, until - timedelta(seconds=1), process.board).decision

    late = tally(voting, until, process.board)
    assert (None, "board.date-passed") == (late.decision, late.why and late.why.key)
    proclaims = BoardDecided(
        at=until, actor=MARC, decision=Decision.DEFERRED, votes=votes_of(voting), text="So.", until=until
    )
    with pytest.raises(Refused, match="The date to which it was to be put off has come: please put another motion"):
        advance(case, proclaims, process)
    ahead = MotionPut(
        at=until, actor=PAUL, motion=Motion.DEFER, until=until + timedelta(days=9), reason="The audit is late."
    )
    assert advance(case, ahead, process).case.stage is Stage.BOARD


def test_who_is_faster_than_the_sweep_brings_a_deferred_request_back_all_the_same(process: Process) -> None:
    """By a vote once its date has come, or by another motion before: requester and members are mailed."""
    case = before_the_board(process)
    until = NOW + timedelta(days=3)
    case = act(case, process, MotionPut, motion=Motion.DEFER, until=until, reason="After the audit.")
    case = voted(case, process, {"paul": YES, "system-analysts": YES})
    case = proclaimed(case, process, until=until)
    vote = VoteCast(at=until, actor=PAUL, member="paul", vote=YES)
    motion = MotionPut(at=NOW, actor=PAUL, motion=Motion.RETURN, reason="The audit is off.")

    for event in (vote, motion):
        step = advance(case, event, process)
        assert Stage.BOARD is step.case.stage
        assert [DeferralEnded, type(event)] == [type(one) for one in step.events]
        told = {(notice.to, why.key) for notice in step.intents if isinstance(notice, SendNotice) for why in notice.why}
        assert {("camille@example.com", "step.again"), (ADDRESS["system-analysts"], "why.again")} <= told


# --- mails -----------------------------------------------------------------------------------


def mailed(case: Case, process: Process, event: Event) -> dict[str, list[str]]:
    """The readers of the Board's mails about an event, with the keys of what the mails say."""
    intents = advance(case, event, process).intents
    return {
        intent.to: [why.key for why in intent.why]
        for intent in intents
        if isinstance(intent, SendNotice) and intent.notice == "board"
    }


def test_a_deputy_gets_the_mails_of_the_member_and_who_is_recused_none(process: Process) -> None:
    """Nobody reports an absence, so the rule knows none; the deputy reads for whom the mail is."""
    process = replace(process, board=replace(process.board, deputies={"paul": "andrei", "marc-selter": "roma"}))
    case = before_the_board(process, requester=Requester("SA", ANALYSTS, "new-york"))
    closes = NOW + timedelta(days=2)
    online = MotionPut(at=NOW, actor=MARC, motion=Motion.APPROVE, reason="It cannot wait.", closes=closes)

    told = mailed(case, process, online)
    assert {MARC, PAUL, "andrei@example.com", "roma@example.com"} == set(told)
    assert ["why.motion", "why.online"] == told[PAUL]
    assert ["why.deputy", "why.motion", "why.online"] == told["andrei@example.com"]

    case = act(case, process, MotionPut, MARC, motion=Motion.APPROVE, reason="It cannot wait.", closes=closes)
    case = act(case, process, VoteCast, actor=PAUL, member="paul", vote=YES)
    last = VoteCast(at=NOW, actor="roma@example.com", member="marc-selter", vote=YES)
    assert {MARC, "roma@example.com"} == set(mailed(case, process, last)), "who may proclaim"


def test_an_urgent_change_is_one_mail_to_each_member(process: Process) -> None:
    """It says that the vote is open, and until when; the motion that comes with it is not mailed as well."""
    case = act(
        case_at(3, "paul", module="billing", priority=Priority.URGENT),
        process,
        Overruled,
        category=Category.CHANGE,
        clause="",
        reason="So.",
    )
    what: dict[str, Any] = {
        "clause": "billing#due",
        "today": "30 days.",
        "spec": "s",
        "proposed": "45 days.",
        "effort": "2",
    }
    step = advance(case, ChangeAssessed(at=NOW, actor=MARC, **what), process)
    mails = [owed for owed in step.intents if isinstance(owed, SendNotice) and owed.notice == "board"]

    assert [MARC, ANALYSTS, PAUL] == [mail.to for mail in mails]
    assert {("why.urgent", "why.online")} == {tuple(why.key for why in mail.why) for mail in mails}


def test_owners_of_touched_and_near_modules_are_asked_once_with_a_date(process: Process) -> None:
    """A member among them by the mail that asks for the vote; whoever assessed it is not asked."""
    case = act(
        case_at(3, "paul", module="billing"), process, Overruled, category=Category.CHANGE, clause="", reason="So."
    )
    what = {"clause": "billing#due", "today": "30 days.", "spec": "s", "proposed": "45 days.", "effort": "2"}
    modules = {"modules": ("customs", "general"), "near": ("users", "customs", "billing", "no-more")}
    event = ChangeAssessed(at=NOW, actor=MARC, **what, **modules)  # type: ignore[arg-type]  # texts and modules

    told = mailed(case, process, event)
    assert {
        MARC: ["why.board"],
        PAUL: ["why.board"],
        ANALYSTS: ["why.board", "why.comment-by"],
        "ihelp@jaguarfreight.com": ["why.comment-by"],
    } == told
    item = item_of(advance(case, event, process).case, process, NOW)
    assert item is not None
    assert [
        ("system-analysts", ("Customs",)),
        ("ihelp", ("Something else", "Users and client companies")),
    ] == [(one.person, one.modules) for one in asked(item, process)]
