"""What a log counts for: which figure, on which day, in which breakdown, with what time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from intake_fn.core.answered import Answered
from intake_fn.core.errors import Refused
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Breached,
    Closed,
    Escalated,
    Event,
    Judged,
    MarkedDuplicate,
    NoticeSkipped,
    Overruled,
    Quarantined,
    Received,
    Released,
    Reopened,
    RequesterReplied,
    Resolved,
    UnmarkedDuplicate,
)
from intake_fn.core.figures import Entry, Figure, counters, entries, entries_of_plain, plain_of
from intake_fn.core.figures.records import RECORDED, SentMail, of_answer, of_mail
from intake_fn.core.requester_events import Appealed, Withdrawn
from intake_fn.core.steps import advance, fold
from intake_fn.core.vocabulary import Category, Outcome
from intake_fn.texts import as_written, message
from tests.core.samples import CASE_ID, PAUL, VERDICT, at, case_of, judged, received
from tests.core.test_machine import logs, made_to_fit

if TYPE_CHECKING:
    from intake_fn.core.process import Process

NY = "America/New_York"
F = Figure


def counted(*log: Event, zone: str = NY) -> list[tuple[Figure, str]]:
    """Figures and days of a log, in the order of the figures' names."""
    return sorted((entry.figure, entry.day.isoformat()) for entry in entries(case_of(*log), zone))


def found(figure: Figure, *log: Event) -> list[Entry]:
    """The entries of one figure."""
    return [entry for entry in entries(case_of(*log), NY) if entry.figure is figure]


def told(kind: type[Event], when: str, **what: object) -> Event:
    """Something that Paul does at a wall-clock time in New York."""
    return kind(at=at(when), actor=PAUL, **what)


RECEIVED = received(4, "roma", when=at("2026-11-24 23:30"))
JUDGED = judged(at("2026-11-24 23:31"))
RESOLVED = told(Resolved, "2026-11-27 10:00", resolution="Done.", in_time=True)
WITHOUT_ACTING = Judged(at=at("2026-11-24 23:31"), actor="specdesk", category=Category.BUG, verdict=VERDICT, acts=False)


def test_a_thing_belongs_to_the_day_of_the_organisation() -> None:
    """Half past eleven at night in New York is the next day in Paris, and in UTC."""
    assert {"2026-11-24"} == {day for _, day in counted(RECEIVED, JUDGED)}
    assert {"2026-11-25"} == {day for _, day in counted(RECEIVED, JUDGED, zone="Europe/Paris")}


def test_a_verdict_that_a_person_overrides_later_counts_on_the_day_of_the_verdict() -> None:
    """So that it is a share of that day's verdicts; a decision back to the verdict takes it back."""
    override = told(Overruled, "2026-11-26 09:00", category=Category.CHANGE, clause="billing#rates", reason="So.")
    back = told(Overruled, "2026-11-26 10:00", category=Category.BUG, clause="billing#due", reason="No.")

    assert [] == found(F.OVERRIDDEN, RECEIVED, JUDGED)
    (entry,) = found(F.OVERRIDDEN, RECEIVED, JUDGED, override)
    assert (date(2026, 11, 24), ("clause", "billing#due")) == (entry.day, entry.by[-1])
    assert [] == found(F.OVERRIDDEN, RECEIVED, JUDGED, override, back)
    assert [date(2026, 11, 26)] == [one.day for one in found(F.DECIDED, RECEIVED, JUDGED, override, back)]
    (clause,) = found(F.CLAUSE, RECEIVED, JUDGED, override)
    assert (date(2026, 11, 26), ("clause-change", "billing#rates")) == (clause.day, clause.by[1])


def test_a_proposal_decides_nothing_and_cannot_be_overridden() -> None:
    """It was left to people."""
    decided = told(Overruled, "2026-11-25 09:00", category=Category.CHANGE, clause="", reason="So.")

    assert [F.LEFT, F.DECIDED] == [
        entry.figure
        for entry in entries(case_of(RECEIVED, WITHOUT_ACTING, decided), NY)
        if entry.figure in (F.JUDGED, F.LEFT, F.DECIDED, F.OVERRIDDEN)
    ]


def test_a_request_leaves_the_backlog_and_comes_back() -> None:
    """By the day on which it was received, so that the age of what is open is known on every day."""
    reopened = told(Reopened, "2026-11-30 10:00", reason="Again.")
    closed = told(Closed, "2026-11-28 10:00")
    flow = [
        (entry.figure.value, entry.day.day, dict(entry.by)["from"])
        for entry in entries(case_of(RECEIVED, JUDGED, RESOLVED, closed, reopened), NY)
        if entry.figure in (F.OPENED, F.CLEARED)
    ]

    assert [("opened", 24, "2026-11-24"), ("cleared", 27, "2026-11-24"), ("opened", 30, "2026-11-24")] == flow
    assert 1 == len(found(F.REOPENED, RECEIVED, JUDGED, RESOLVED, closed, reopened))
    assert 1 == len(found(F.RESOLVED, RECEIVED, JUDGED, RESOLVED, closed))


def test_what_is_in_quarantine_is_no_backlog() -> None:
    """It comes in when it is released; what is rejected never does. Its first answer counts from the release."""
    held = Quarantined(at=RECEIVED.at, actor="specdesk", reasons=(as_written("Why."),))
    released = told(Released, "2026-11-25 12:00")
    asked = told(AskedRequester, "2026-11-25 14:00", question="Which?")
    log = (RECEIVED, held, released, judged(at("2026-11-25 12:01")), asked)

    assert [F.FILING, F.QUARANTINED, F.RECEIVED] == [figure for figure, _ in counted(RECEIVED, held)]
    assert [25] == [entry.day.day for entry in found(F.OPENED, *log)]
    assert [7200] == [entry.seconds for entry in found(F.ANSWERED, *log)]


@pytest.mark.parametrize(
    ("first", "seconds"),
    [
        (told(AskedRequester, "2026-11-25 00:30", question="Which?"), 3600),
        (told(ActivityCompleted, "2026-11-25 00:30", activity="workaround", note="Try.", mailed=True), 3600),
        (told(ActivityCompleted, "2026-11-25 00:30", activity="analyse"), 3600 * 58 + 1800),
    ],
    ids=["question", "workaround", "a note for colleagues"],
)
def test_the_first_answer_is_what_a_person_sends_to_the_requester(first: Event, seconds: int) -> None:
    """Neither the receipt nor what colleagues write to each other."""
    (entry,) = found(F.ANSWERED, RECEIVED, JUDGED, first, RESOLVED)

    assert (seconds, (("level", "4"),)) == (entry.seconds, entry.by)


def test_time_at_a_level_leaves_out_the_waits_for_the_requester() -> None:
    """An hour before the question, an hour after the reply; then the next level's own time."""
    log = (
        received(3, "paul", when=at("2026-11-24 09:00")),
        judged(at("2026-11-24 09:00")),
        told(AskedRequester, "2026-11-24 10:00", question="Which?"),
        RequesterReplied(at=at("2026-11-26 10:00"), actor="requester", text="This."),
        told(Escalated, "2026-11-26 11:00", level=4, handler="roma", reason="too-complex"),
        told(Resolved, "2026-11-26 14:00", resolution="Done."),
    )

    assert [("3", 7200), ("4", 10800)] == [(entry.by[0][1], entry.seconds) for entry in found(F.AT_LEVEL, *log)]
    assert [18000] == [entry.seconds for entry in found(F.RESOLVED, *log)]
    assert 1 == counters(entries(case_of(*log), NY))["at-level|within-4|14400"]


def test_a_due_time_is_kept_or_missed_once_for_each_level() -> None:
    """Missed stays missed, on the day on which it was due; no clock is neither."""
    breached = told(Breached, "2026-11-27 08:00", due=at("2026-11-26 18:00"))
    late = told(Resolved, "2026-11-28 10:00", resolution="Done.", in_time=False)
    reopened = told(Reopened, "2026-11-30 10:00", reason="Again.")
    unclocked = told(Resolved, "2026-11-28 10:00", resolution="Done.")

    def due_times(*log: Event) -> list[tuple[Figure, int]]:
        return [(e.figure, e.day.day) for e in entries(case_of(*log), NY) if e.figure in (F.DUE_KEPT, F.DUE_MISSED)]

    assert [(F.DUE_KEPT, 27)] == due_times(RECEIVED, JUDGED, RESOLVED)
    assert [(F.DUE_MISSED, 26)] == due_times(RECEIVED, JUDGED, breached)
    assert [(F.DUE_MISSED, 26)] == due_times(RECEIVED, JUDGED, breached, late)
    assert [(F.DUE_MISSED, 28)] == due_times(RECEIVED, JUDGED, late)
    assert [(F.DUE_MISSED, 26)] == due_times(RECEIVED, JUDGED, breached, RESOLVED, reopened, late)
    assert [] == due_times(RECEIVED, JUDGED, unclocked)


def test_a_duplicate_that_is_unmarked_counts_no_more() -> None:
    """It never was one."""
    marked = told(MarkedDuplicate, "2026-11-25 09:00", other="HD-0000-0002")
    unmarked = told(UnmarkedDuplicate, "2026-11-25 10:00")

    assert 1 == len(found(F.DUPLICATE, RECEIVED, JUDGED, marked))
    assert [] == found(F.DUPLICATE, RECEIVED, JUDGED, marked, unmarked)


def test_an_appeal_counts_when_it_is_made_and_when_somebody_else_has_decided() -> None:
    """Whether the decision stands, or the request is something else now. One that waits is not decided."""
    appealed = Appealed(at=at("2026-11-25 09:00"), actor="requester", text="No.")
    stands = told(Overruled, "2026-11-26 09:00", category=Category.BUG, clause="", reason="So.")
    changed = told(Overruled, "2026-11-26 09:00", category=Category.CHANGE, clause="", reason="So.")

    assert [25] == [one.day.day for one in found(F.APPEALED, RECEIVED, JUDGED, appealed)]
    assert [] == found(F.APPEAL_DECIDED, RECEIVED, JUDGED, appealed)
    for decision, became in ((stands, "stands"), (changed, "changed")):
        (decided,) = found(F.APPEAL_DECIDED, RECEIVED, JUDGED, appealed, decision)
        assert (26, ("decision", became)) == (decided.day.day, decided.by[-1])
    assert [] == found(F.APPEAL_DECIDED, RECEIVED, JUDGED, changed)


def test_what_its_requester_withdraws_counts_as_withdrawn_besides() -> None:
    """Nobody of the Help Desk chooses that outcome."""
    event = Resolved(at=at("2026-11-25 09:00"), actor="requester", resolution="", outcome=Outcome.WITHDRAWN)

    assert [25] == [one.day.day for one in found(F.WITHDRAWN, RECEIVED, JUDGED, event)]
    assert [] == found(F.WITHDRAWN, RECEIVED, JUDGED, RESOLVED)
    held = Quarantined(at=RECEIVED.at, actor="specdesk", reasons=(as_written("Why."),))
    unread = Withdrawn(at=at("2026-11-25 09:00"), actor="requester")
    assert [25] == [one.day.day for one in found(F.WITHDRAWN, RECEIVED, held, unread)]


def test_a_notice_that_is_not_sent_counts_by_its_recorded_reason() -> None:
    """A suppressed address is something else than a reader who has left."""
    log = [
        NoticeSkipped(at=at("2026-11-25 09:00"), actor="specdesk", to="a@example.com", notice="link", why=why)
        for why in (message("skipped.suppressed", to="a", failure="bounced", detail=""), message("skipped.left"))
    ]

    assert [(("why", "suppressed"),), (("why", "left"),)] == [
        entry.by for entry in found(F.NOT_SENT, RECEIVED, JUDGED, *log)
    ]


def test_mails_and_answers_count_from_records_of_their_own() -> None:
    """A mail by who reads it; an answer by its clause, on the day on which somebody gave it, taken back or not."""
    mail = SentMail("HD-7K2M-9QXA#3#1", at("2026-11-24 23:30"), "receipt")
    kept = Answered("one", at("2026-11-24 23:30"), "billing#due", "stamp", ("digest",))
    back = replace(kept, taken_back=at("2026-11-28 09:00"))

    assert ("HD-7K2M-9QXA", (("to", "requester"),)) == (mail.case_id, of_mail(mail, NY).by)
    assert "help-desk" == of_mail(replace(mail, notice="of another version"), NY).by[0][1]
    assert date(2026, 11, 25) == of_mail(mail, "Europe/Paris").day
    assert [F.CLAUSE_ANSWERED, F.CLAUSE_TAKEN_BACK] == [of_answer(one, NY).figure for one in (kept, back)]
    assert {(date(2026, 11, 24), (("clause", "billing#due"),))} == {
        (entry.day, entry.by) for entry in (of_answer(one, NY) for one in (kept, back))
    }
    assert all(figure in RECORDED for figure in (F.MAILED, of_answer(kept, NY).figure, of_answer(back, NY).figure))


def test_whether_it_was_in_time_is_kept_as_it_was_then(process: Process) -> None:
    """At level 4 a clock runs, at level 3 none: support.yml may say something else when the figures are recomputed."""
    resolved = told(Resolved, "2026-11-25 10:00", resolution="Done.")
    late = told(Resolved, "2026-11-30 10:00", resolution="Done.")
    without = case_of(received(3, "paul"), judged())

    def in_time(event: Event, *log: Event) -> object:
        (happened,) = advance(case_of(*log), event, process).events
        assert isinstance(happened, Resolved)
        return happened.in_time

    assert [True, False] == [in_time(event, RECEIVED, JUDGED) for event in (resolved, late)]
    assert advance(without, resolved, process).events[0] == resolved


@settings(max_examples=60, derandomize=True, deadline=None)
@given(log=logs)
def test_the_entries_of_any_log_add_up(process: Process, log: list[tuple[Event, bool]]) -> None:
    """What came in and did not leave is open; each entry has a name of its own, and comes back from the store."""
    case = fold(CASE_ID, [received(1, "ihelp"), judged()])
    for event, fits in log:
        try:
            case = advance(case, made_to_fit(event, case, process) if fits else event, process).case
        except Refused:
            continue
    every = entries(case, NY)
    sums = counters(every)

    assert int(case.status.is_open) == sums["opened"] - sums["cleared"]
    assert 1 == sums["received"]
    assert sums["overridden"] <= sums["judged"] <= 1
    assert sums["due-kept"] + sums["due-missed"] <= 1 + sum(isinstance(event, Escalated) for event in case.history)
    assert len(every) == len({(entry.figure, entry.number) for entry in every})
    for entry in every:
        assert (entry,) == entries_of_plain(json.loads(json.dumps(plain_of([entry]))), entry.day)
        assert isinstance(case.history[entry.number - 1], Received) or entry.figure is not F.RECEIVED
