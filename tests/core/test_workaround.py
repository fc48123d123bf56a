"""A workaround reaches the person who asked for help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake_fn.core.errors import Refused
from intake_fn.core.events import ActivityCompleted
from intake_fn.core.intents import AddNote, SendNotice
from intake_fn.core.messages import note_of
from intake_fn.core.steps import advance
from intake_fn.web.words import history_for_requester
from tests.core.samples import case_at, case_of, happened
from tests.letters import letter_of

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import Process

AT_LEVEL_3 = case_at(3, "paul")


def test_a_workaround_reaches_the_requester(process: Process) -> None:
    """The seed: "provide user with workaround if possible"; their page, the history and Mantis have it, too."""
    step = advance(
        AT_LEVEL_3, happened(ActivityCompleted, activity="workaround", note="Use the other button."), process
    )

    (mail,) = [one for one in step.intents if isinstance(one, SendNotice)]
    assert ("workaround", "camille@example.com") == (mail.notice, mail.to)
    assert "> Use the other button." in letter_of(mail, step.case, process, "status", "desk").text
    assert ["Use the other button."] == _told(step.case, process)
    (note,) = [one for one in step.intents if isinstance(one, AddNote)]
    assert "Use the other button." in note_of(step.case.history[note.about - 1], process)


def test_a_workaround_without_words_is_refused(process: Process) -> None:
    """Nobody is mailed an empty workaround."""
    with pytest.raises(Refused, match="Please write what the requester is to read"):
        advance(AT_LEVEL_3, happened(ActivityCompleted, activity="workaround", note=" "), process)


def test_other_activities_stay_among_colleagues(process: Process) -> None:
    """What came of trying to reproduce it is for Mantis; an old log's tick was mailed to nobody and stays so."""
    step = advance(AT_LEVEL_3, happened(ActivityCompleted, activity="reproduce", note="Seen."), process)
    old = case_of(*AT_LEVEL_3.history, happened(ActivityCompleted, activity="workaround", note="Old."))

    assert [] == [one for one in step.intents if isinstance(one, SendNotice)]
    assert [] == _told(step.case, process)
    assert [] == _told(old, process)


def _told(case: Case, process: Process) -> list[str]:
    """What the requester's page says of activities."""
    return [said for event, _, said in history_for_requester(case, process) if isinstance(event, ActivityCompleted)]
