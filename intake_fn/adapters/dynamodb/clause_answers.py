"""The ClauseAnswers: one item for each answer, in the partition of its month, and one for each of its people.

ANSWERS#2026-11     see figure_records.py
ANSWERED#DIGEST     2026-11-27T13:05:00.000000+00:00#ID    (expires after seven days)

What is kept and taken back moves the row of the figures in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.figure_records import ANSWERS, answer_item, answer_of, moved_row, partition
from intake_fn.adapters.dynamodb.values import epoch, instant
from intake_fn.adapters.dynamodb.writes import put, update
from intake_fn.core.answered import COMES_BACK_WITHIN, Answered
from intake_fn.core.errors import Stale, TryLater
from intake_fn.core.figures.records import of_answer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from intake_fn.adapters.dynamodb.table import Table
    from intake_fn.adapters.dynamodb.writes import Write


@dataclass
class DynamoClauseAnswers:
    """The ClauseAnswers port; the figures count by the days of `zone`."""

    table: Table
    zone: str = field(default="UTC", kw_only=True)

    def keep_answer(self, answer: Answered) -> None:
        """Keep an answer, in one transaction with what its people are found by and with the row of its day."""
        item, until = answer_item(answer), epoch(answer.at + COMES_BACK_WITHIN)
        found_by = [{"pk": f"ANSWERED#{one}", "sk": item["sk"], "expires": until} for one in answer.people]
        counted = moved_row(self.zone, answer.id, (), [of_answer(answer, self.zone)])
        self._transact([*(put(each, "") for each in (item, *found_by)), *counted])

    def answers_of(self, people: Iterable[str]) -> list[Answered]:
        """The answers of a person within the last seven days."""
        found = [
            item["sk"]
            for one in dict.fromkeys(people)
            for item in self.table.query("#pk = :pk", {":pk": f"ANSWERED#{one}"})
        ]
        keys = [{"pk": f"{ANSWERS}#{sort[:7]}", "sk": sort} for sort in dict.fromkeys(found)]
        return [answer_of(item) for key in keys if (item := self.table.get(**key))]

    def take_back(self, answer: Answered, at: datetime) -> None:
        """An answer no longer counts; the first instant stays."""
        key = {name: answer_item(answer)[name] for name in ("pk", "sk")}
        taken = update(key, {"taken_back": instant(at)}, "#taken_back = :none", {":none": ""})
        before, after = (of_answer(replace(answer, taken_back=back), self.zone) for back in (None, at))
        self._transact([taken, *moved_row(self.zone, answer.id, [before], [after])])

    def answers_in(self, month: date) -> list[Answered]:
        """All answers of a month: one query."""
        return [answer_of(item) for item in self.table.query("#pk = :pk", {":pk": partition(ANSWERS, month)})]

    def _transact(self, writes: Iterable[Write]) -> None:
        """All or nothing; nothing happens where a guard does not hold. Raises TryLater."""
        try:
            self.table.transact(writes)
        except Stale as error:
            raise TryLater("The table is busy. Try again in a moment.") from error
