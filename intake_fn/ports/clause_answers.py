"""Answers by clauses: who has said that a clause answers them, and sent nothing (core/answered.py)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

from intake_fn.core.answered import Answered


class ClauseAnswers(Protocol):
    """The answers by clauses. Raises TryLater."""

    def keep_answer(self, answer: Answered) -> None:
        """Keep an answer, so that it is found by its month and, for seven days, by each of its people."""
        ...

    def answers_of(self, people: Iterable[str]) -> list[Answered]:
        """The answers of a person within the last seven days, by their digests; one query for each digest."""
        ...

    def take_back(self, answer: Answered, at: datetime) -> None:
        """An answer no longer counts; the first instant stays."""
        ...

    def answers_in(self, month: date) -> list[Answered]:
        """All answers of the month (in UTC) that holds a day, the earliest first: one query."""
        ...
