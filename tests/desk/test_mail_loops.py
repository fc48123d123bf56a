"""No loop starts: bounces, absences, other help desks, and one who answers everything, for a day each (R6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake_fn.core.mail_throttle import MOST_RECEIPTS
from tests.desk.mail_loops import MOST_OF_A_REQUEST, PROGRAMS, UNTRACEABLE, Answer, Loop

if TYPE_CHECKING:
    from intake_fn.core.process import Process


@pytest.mark.parametrize("answer", PROGRAMS, ids=lambda answer: answer.__name__)
def test_a_program_gets_two_mails_of_a_request_in_a_day(process: Process, answer: Answer) -> None:
    """The receipt and the question that the day begins with; and hardly a receipt for what looks like a new request."""
    loop = Loop(process, answer)
    loop.run()

    assert all(number <= MOST_OF_A_REQUEST for number in loop.threads.values()), loop.threads
    assert loop.sent <= (2 + MOST_RECEIPTS if answer in UNTRACEABLE else 4), loop.threads
