"""The mails that a log caused are those that its steps owed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.core.caused_mails import caused_mails
from intake_fn.core.desk_events import Deescalated, UpdateSent
from intake_fn.core.events import ActivityCompleted, Escalated, Noted, Reprioritised, Resolved
from intake_fn.core.intents import SendNotice
from intake_fn.core.request import Priority
from intake_fn.core.steps import advance
from tests.core.samples import case_at, case_of, happened

if TYPE_CHECKING:
    from intake_fn.core.process import Process

DONE = (
    happened(Escalated, level=4, handler="roma", reason="too-complex"),
    happened(Deescalated, level=3, handler="paul", note="It is the proxy."),
    happened(Noted, text="@andrei, look."),
    happened(UpdateSent, text="Use the list.", workaround=True),
    happened(Reprioritised, priority=Priority.URGENT),
    happened(Resolved, resolution="Mended."),
)


def test_a_log_tells_the_mails_that_its_steps_owed(process: Process) -> None:
    """To the requester and to the Help Desk, copies among them, event by event."""
    case, owed = case_at(3, "paul"), []
    for event in DONE:
        step = advance(case, event, process)
        case = step.case
        owed += [mail for mail in step.intents if isinstance(mail, SendNotice)]
    told = [mail for _, mails in list(caused_mails(case, process))[2:] for mail in mails]

    assert owed == told
    assert {"assigned", "deescalated", "mentioned", "workaround", "copied", "resolved"} <= {
        mail.notice for mail in told
    }


def test_a_log_of_before_tells_what_it_can(process: Process) -> None:
    """A workaround that was a ticked activity was mailed; an event that nobody understands any more causes nothing."""
    ticked = happened(ActivityCompleted, activity="workaround", note="Old.", mailed=True)
    gone = happened(Escalated, level=4, handler="somebody-who-left", reason="too-complex")
    told = dict(
        enumerate(mails for _, mails in caused_mails(case_of(*case_at(3, "paul").history, ticked, gone), process))
    )

    assert ["workaround"] == [mail.notice for mail in told[2]]
    assert 4 == len(told)
