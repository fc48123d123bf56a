"""Engineers write to the requester, mention colleagues, and send a request back to the level below."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.case import Case, files_of
from intake_fn.core.desk_events import Deescalated, UpdateSent
from intake_fn.core.errors import Refused
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Escalated,
    Noted,
    Overruled,
    RequesterReplied,
    Resolved,
)
from intake_fn.core.intents import AddNote, NotifyDuplicates, SendNotice
from intake_fn.core.mentions import strangers
from intake_fn.core.messages import in_history, note_of
from intake_fn.core.process import CLIENT, WorkingDayHours
from intake_fn.core.request import Attachment, Priority
from intake_fn.core.requester_steps import steps
from intake_fn.core.sla import due
from intake_fn.core.steps import advance, allowed
from intake_fn.core.vocabulary import Category
from intake_fn.web.status_words import history_for_requester
from tests.core.samples import NOW, PAUL, at, case_at, case_of, happened
from tests.letters import letter_of

if TYPE_CHECKING:
    from intake_fn.core.case import Step
    from intake_fn.core.process import Process

AT_LEVEL_3 = case_at(3, "paul")
GUIDE = Attachment("k/1", "guide.pdf", "application/pdf", 120, "ab" * 32)
WORKAROUND = UpdateSent(at=NOW, actor=PAUL, text="Use the other button.", workaround=True, attachments=(GUIDE,))


def mails(step: Step) -> list[SendNotice]:
    """The mails that a step owes."""
    return [one for one in step.intents if isinstance(one, SendNotice)]


def told(case: Case, process: Process) -> list[tuple[str, str]]:
    """What the requester's page shows of the latest event."""
    return [(headline, said) for event, headline, said in history_for_requester(case, process)][-1:]


# --- updates and workarounds ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("workaround", "notice", "headline"),
    [(True, "workaround", "Workaround until it is resolved"), (False, "update", "News from us")],
)
def test_what_is_written_to_the_requester_reaches_them(
    process: Process, workaround: bool, notice: str, headline: str
) -> None:
    """The seed: "provide user with workaround if possible"; mail, page, history and Mantis have it, with its files."""
    step = advance(AT_LEVEL_3, replace(WORKAROUND, workaround=workaround), process)

    (mail,) = mails(step)
    assert (notice, "camille@example.com") == (mail.notice, mail.to)
    letter = letter_of(mail, step.case, process, "status", "desk").text
    assert "> Use the other button." in letter
    assert "Files on the page of your request: guide.pdf." in letter
    assert [(headline, "Use the other button.\nFile: guide.pdf (120 bytes)")] == told(step.case, process)
    (note,) = [one for one in step.intents if isinstance(one, AddNote)]
    assert note_of(step.case.history[note.about - 1], process).endswith(
        "sent to the requester (Paul)\nUse the other button."
    )
    assert [GUIDE] == files_of(step.case)


def test_an_update_leaves_the_clock_and_the_status_as_they_are(process: Process) -> None:
    """It asks nothing. The clock runs on; where we wait for an answer it stays paused."""
    timed = _timed(process)
    asked = advance(AT_LEVEL_3, happened(AskedRequester, question="Which?"), timed).case
    for case in (AT_LEVEL_3, asked):
        after = advance(case, WORKAROUND, timed).case

        assert (case.status, due(case, timed)) == (after.status, due(after, timed))


def test_a_resolved_request_gets_updates_and_no_workaround(process: Process) -> None:
    """A workaround helps until it is resolved; an update does not reopen it."""
    done = advance(AT_LEVEL_3, happened(Resolved, resolution="Mended."), process).case

    assert done.status is advance(done, happened(UpdateSent, text="It is on the server now."), process).case.status
    with pytest.raises(Refused, match="Send an update"):
        advance(done, WORKAROUND, process)


def test_duplicates_are_told_a_workaround_and_no_other_update(process: Process) -> None:
    """Its text, not its files; what is told of one request's progress otherwise stays with its requester."""
    lead = replace(AT_LEVEL_3, duplicates=("HD-0000-0002",))

    (news,) = [i for i in advance(lead, WORKAROUND, process).intents if isinstance(i, NotifyDuplicates)]
    assert "Use the other button." == news.text
    update = advance(lead, replace(WORKAROUND, workaround=False), process)
    assert [] == [i for i in update.intents if isinstance(i, NotifyDuplicates)]


def test_nobody_is_mailed_an_empty_update_nor_what_came_of_an_activity(process: Process) -> None:
    """Results of activities stay among colleagues; what an old log mailed still shows."""
    with pytest.raises(Refused, match="Please write what the requester is to read"):
        advance(AT_LEVEL_3, replace(WORKAROUND, text=" \n"), process)
    assert [] == mails(advance(AT_LEVEL_3, happened(ActivityCompleted, activity="workaround", note="None."), process))
    old = case_of(*AT_LEVEL_3.history, happened(ActivityCompleted, activity="workaround", note="Old.", mailed=True))
    assert [("Workaround until it is resolved", "Old.")] == told(old, process)


# --- mentions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mailed"),
    [
        ("@roma, please look.", ["roma@example.com"]),
        ("@Marc and @marc-selter and @MarcSelter: one and the same", ["marc.selter@example.com"]),
        ("(@system-analysts) @iHelp!", ["sa@example.com", "ihelp@jaguarfreight.com"]),
        ("write to roma@example.com, or @nobody", []),
        ("@paul is who writes this", []),
    ],
)
def test_a_mention_mails_a_colleague_once(process: Process, text: str, mailed: list[str]) -> None:
    """By the id or the name, in any case; not the author, not an address, not a stranger. The history says who."""
    step = advance(AT_LEVEL_3, happened(Noted, text=text), process)

    assert mailed == [mail.to for mail in mails(step)]
    headline, _ = in_history(step.events[0], process)
    assert ("mailed to" in headline) == bool(mailed)
    for mail in mails(step):
        letter = letter_of(mail, step.case, process, "status", "desk").text
        assert "Paul mentions you in an internal note." in letter
        assert "desk" in letter


def test_who_is_nobody_of_the_help_desk_is_told_apart_from_colleagues(process: Process) -> None:
    """With the colleague whom the name resembles; the sign inside of an address is no mention."""
    text = "@rmoa and @roma, @Marc-Selte. Not a@example.com, and @zz"

    assert {"rmoa": "roma", "marc-selte": "marc-selter", "zz": ""} == strangers(text, process)
    assert {} == strangers("@roma, @Paul: see roma@example.com", process)


# --- back to the level below ------------------------------------------------------------------


BACK = {"level": 2, "handler": "marc-selter", "note": "A matter of training."}


def test_a_request_goes_back_to_the_level_below_with_a_reason(process: Process) -> None:
    """Handler, requester and Mantis are told; the reason is for colleagues."""
    step = advance(AT_LEVEL_3, happened(Deescalated, **BACK), process)

    assert (2, "marc-selter") == (step.case.level, step.case.handler)
    assert [("assigned", "marc.selter@example.com"), ("deescalated", "camille@example.com")] == [
        (mail.notice, mail.to) for mail in mails(step)
    ]
    assert "Paul sent it back from level 3." in letter_of(mails(step)[0], step.case, process, "s", "d").text
    assert "Sent back to level 2, Marc Selter (Paul)\nA matter of training." == note_of(step.events[0], process)
    assert [("Now with Help Desk Level 2, Marc Selter", "")] == told(step.case, process)
    assert Escalated in allowed(step.case, process).events


@pytest.mark.parametrize(
    ("case", "changes", "says"),
    [
        pytest.param(AT_LEVEL_3, {"note": " "}, "Please give the reason", id="a reason is needed"),
        pytest.param(AT_LEVEL_3, {"level": 1, "handler": "ihelp"}, "back to level 2, not to level 1", id="one level"),
        pytest.param(AT_LEVEL_3, {"handler": "roma"}, "Roma is not at level 2", id="a resource of it"),
        pytest.param(
            case_at(3, "paul", priority=Priority.URGENT),
            {},
            "Urgent requests are handled at level 3. Lower its priority first",
            id="urgent stays at level 3",
        ),
        pytest.param(
            case_at(1, "ihelp", office=CLIENT),
            {"level": 0, "handler": "paris-liaison"},
            "back to no other level",
            id="not below the front end of its origin",
        ),
    ],
)
def test_what_does_not_go_back_is_refused_and_not_offered(
    process: Process, case: Case, changes: dict[str, Any], says: str
) -> None:
    """The refusal says what is possible."""
    with pytest.raises(Refused, match=says):
        advance(case, happened(Deescalated, **{**BACK, **changes}), process)
    assert (case is AT_LEVEL_3) == (Deescalated in allowed(case, process).events)


def test_a_change_on_its_way_is_not_sent_back(process: Process) -> None:
    """It is with the owner of its module, who is of no level as such."""
    change = advance(
        AT_LEVEL_3, happened(Overruled, category=Category.CHANGE, clause="billing#due", reason="So."), process
    ).case

    with pytest.raises(Refused, match="change request on its way"):
        advance(change, happened(Deescalated, **BACK), process)
    assert Deescalated not in allowed(change, process).events


def test_the_level_below_begins_a_new_count_and_a_wait_goes_on(process: Process) -> None:
    """The page: "a new level starts a new count"; a request that waits for its requester stays paused."""
    timed, later = _timed(process), at("2026-11-24 15:00")
    moved = advance(AT_LEVEL_3, replace(happened(Deescalated, **BACK), at=later), timed).case
    clock = due(moved, timed)

    assert clock is not None
    assert (later, None) == (clock.started, clock.stopped)
    asked = advance(AT_LEVEL_3, happened(AskedRequester, question="Which?"), timed).case
    paused = due(advance(asked, replace(happened(Deescalated, **BACK), at=later), timed).case, timed)
    assert paused is not None
    assert later == paused.stopped


def _timed(process: Process) -> Process:
    """With a response time at every level."""
    target = dict.fromkeys(Priority, WorkingDayHours(24))
    return replace(process, levels={n: replace(one, response=target) for n, one in process.levels.items()})


def test_a_request_waits_since_the_question_whatever_happens_meanwhile(process: Process) -> None:
    """The step on the status page has the date of the question that is open, and of no note after it."""
    hours = [NOW + timedelta(hours=number) for number in range(1, 6)]
    log = [
        replace(happened(AskedRequester, question="Which?"), at=hours[0]),
        replace(happened(Noted, text="She is away."), at=hours[1]),
    ]
    answered = RequesterReplied(at=hours[2], actor="requester", text="This one.")
    again = [answered, replace(happened(AskedRequester, question="Since when?"), at=hours[3])]
    again.append(replace(happened(Noted, text="She is back."), at=hours[4]))
    since = []
    for events in (log, [*log, *again]):
        case = AT_LEVEL_3
        for event in events:
            case = advance(case, event, process).case
        since += [one.at for one in steps(case, process) if one.what.key == "step.waiting"]

    assert [hours[0], hours[3]] == since
