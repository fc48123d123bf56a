"""Use cases of answers by clauses (core/answered.py): kept when somebody says so, taken back when they come again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.answered import Answered, clauses_of, to_take_back
from intake_fn.core.errors import TryLater
from intake_fn.core.mail_throttle import mailbox
from intake_fn.desk.limits import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from intake_fn.core.case import Case
    from intake_fn.ports import ClauseAnswers


def people_of(email: str, visitor: str) -> tuple[str, ...]:
    """Who somebody is, as digests: of their mailbox and of their browser's number, as far as they are known."""
    known = (f"mailbox {mailbox(email)}" if "@" in email else "", f"visitor {visitor}" if visitor else "")
    return tuple(digest_of(one) for one in known if one)


def keep(answers: ClauseAnswers, new_id: Callable[[], str], now: datetime, clause: str, spec: str, *who: str) -> None:
    """A person (their digests) says that a clause answers them. Raises TryLater."""
    if not any(one.clause == clause and one.counts for one in answers.answers_of(who)):
        answers.keep_answer(Answered(new_id(), now, clause, spec, who))


def not_after_all(answers: ClauseAnswers, now: datetime, clause: str, *who: str) -> None:
    """The person takes back that a clause answers. Raises TryLater."""
    for answer in to_take_back(answers.answers_of(who), [clause], now):
        answers.take_back(answer, now)


def came_again(answers: ClauseAnswers, now: datetime, case: Case, visitor: str) -> None:
    """Whoever sent a request on a clause was not answered by it. The receipt does not depend on this."""
    who = people_of(case.request.requester.email, visitor)
    try:
        for answer in to_take_back(answers.answers_of(who), clauses_of(case), now):
            answers.take_back(answer, now)
    except TryLater as error:
        log.warning("answer_not_taken_back", case=case.id, error=str(error))
