"""Figures that no log tells: mails that were sent or came in, and answers by clauses. Pure.

A mail that does well is no event of its request, what comes in may make none, and who is answered by a clause sends
none. Each is a record of its own, with its instant, and counts by itself.
"""

from __future__ import annotations

from datetime import datetime

from intake_fn.core.answered import Answered
from intake_fn.core.figures.entry import Entry, Figure, day_of
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.notices import NOTICES, Audience

RECORDED = frozenset((Figure.MAILED, Figure.MAIL_CAME, Figure.CLAUSE_ANSWERED, Figure.CLAUSE_TAKEN_BACK))

END = "end"
"""What became of a mail that came in (core/inbound/record.py, `MailOutcome`)."""

TO = "to"
TO_REQUESTER, TO_COPY, TO_HELP_DESK = "requester", "copy", "help-desk"
"""Who got a mail: the requester, somebody in copy, the Help Desk."""

READERS = {Audience.REQUESTER: TO_REQUESTER, Audience.COPY: TO_COPY, Audience.HELP_DESK: TO_HELP_DESK}


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that the mail service took: the outbox item that asked for it, when, and its notice."""

    item: str
    at: datetime
    notice: str

    @property
    def case_id(self) -> str:
        """The request that it was about."""
        return self.item.partition("#")[0]


def of_mail(mail: SentMail, zone: str) -> Entry:
    """How a mail counts, by the days of a zone. A notice that this version does not know went to the Help Desk."""
    reader = READERS[NOTICES.get(mail.notice, Audience.HELP_DESK)]
    return Entry(Figure.MAILED, day_of(mail.at, zone), 0, ((TO, reader),))


def of_incoming(at: datetime, end: str, zone: str) -> Entry:
    """How a mail counts that was received at an instant and has come to an end, or is still being processed."""
    return Entry(Figure.MAIL_CAME, day_of(at, zone), 0, ((END, end),))


def of_answer(answer: Answered, zone: str) -> Entry:
    """How an answer by a clause counts: on the day on which somebody said so, taken back or not."""
    figure = Figure.CLAUSE_ANSWERED if answer.counts else Figure.CLAUSE_TAKEN_BACK
    return Entry(figure, day_of(answer.at, zone), 0, (("clause", answer.clause),))
