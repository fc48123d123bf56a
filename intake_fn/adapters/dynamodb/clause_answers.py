"""The ClauseAnswers: one item for each answer, in the partition of its month, and one for each of its people.

ANSWERS#2026-11     2026-11-27T13:05:00.000000+00:00#ID    clause, spec, people, taken_back
ANSWERED#DIGEST     2026-11-27T13:05:00.000000+00:00#ID    (expires after seven days)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.values import epoch, instant, instant_of
from intake_fn.adapters.dynamodb.writes import put, update
from intake_fn.core.answered import COMES_BACK_WITHIN, Answered

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from intake_fn.adapters.dynamodb.table import Table
    from intake_fn.adapters.dynamodb.values import Item


@dataclass
class DynamoClauseAnswers:
    """The ClauseAnswers port."""

    table: Table

    def keep_answer(self, answer: Answered) -> None:
        """Keep an answer, in one transaction with what its people are found by."""
        until = epoch(answer.at + COMES_BACK_WITHIN)
        found_by = [{"pk": f"ANSWERED#{one}", "sk": _sort(answer), "expires": until} for one in answer.people]
        self.table.transact(put(item, "") for item in (_item(answer), *found_by))

    def answers_of(self, people: Iterable[str]) -> list[Answered]:
        """The answers of a person within the last seven days."""
        found = [
            item["sk"]
            for one in dict.fromkeys(people)
            for item in self.table.query("#pk = :pk", {":pk": f"ANSWERED#{one}"})
        ]
        keys = [{"pk": f"ANSWERS#{sort[:7]}", "sk": sort} for sort in dict.fromkeys(found)]
        return [_answer(item) for key in keys if (item := self.table.get(**key))]

    def take_back(self, answer: Answered, at: datetime) -> None:
        """An answer no longer counts; the first instant stays."""
        key = {name: _item(answer)[name] for name in ("pk", "sk")}
        self.table.write(update(key, {"taken_back": instant(at)}, "#taken_back = :none", {":none": ""}))

    def answers_in(self, month: date) -> list[Answered]:
        """All answers of a month: one query."""
        return [_answer(item) for item in self.table.query("#pk = :pk", {":pk": f"ANSWERS#{month:%Y-%m}"})]


def _sort(answer: Answered) -> str:
    return f"{instant(answer.at)}#{answer.id}"


def _item(answer: Answered) -> Item:
    return {
        "pk": f"ANSWERS#{instant(answer.at)[:7]}",
        "sk": _sort(answer),
        "clause": answer.clause,
        "spec": answer.spec,
        "people": " ".join(answer.people),
        "taken_back": instant(answer.taken_back) if answer.taken_back else "",
    }


def _answer(item: Item) -> Answered:
    at, _, id_ = str(item["sk"]).partition("#")
    taken = str(item["taken_back"])
    people = tuple(str(item["people"]).split())
    back = instant_of(taken) if taken else None
    return Answered(id_, instant_of(at), str(item["clause"]), str(item["spec"]), people, back)
