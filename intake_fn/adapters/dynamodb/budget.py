"""The daily budget of the language model, and the log line of every judgement by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.adapters.aws import translated
from intake_fn.adapters.dynamodb.values import epoch, plain, wire
from intake_fn.core.errors import SpecdeskError
from intake_fn.core.once import once
from intake_fn.core.retention import MODEL_COSTS
from spec_lookup import NoResponse

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from spec_lookup import Account

SERVICE = "The table"


@dataclass
class DynamoBudget:
    """The Budget of spec_lookup: one counter for each day in UTC, moved by DynamoDB itself."""

    client_factory: Callable[[], DynamoDBClient]
    table: str
    clock: Callable[[], datetime]

    @once
    def _client(self) -> DynamoDBClient:
        return self.client_factory()

    def spent(self) -> int:
        """Millionths of a dollar that were spent today. Raises NoResponse when the table does not say."""
        try:
            with translated(SERVICE):
                answer = self._client.get_item(TableName=self.table, Key=wire(self._key()), ConsistentRead=True)
        except SpecdeskError as error:
            raise NoResponse(f"It is not known what was spent today: {error}") from error
        cost = plain(answer["Item"]).get("cost") if "Item" in answer else 0
        if not isinstance(cost, int):
            raise NoResponse("It is not known what was spent today: what is counted of it cannot be read.")
        return cost

    def add(self, cost: int) -> None:
        """Count what was spent just now. It is spent: when it can't be counted, that is logged and the answer used."""
        try:
            with translated(SERVICE):
                self._client.update_item(
                    TableName=self.table,
                    Key=wire(self._key()),
                    UpdateExpression="SET #expires = :expires ADD #cost :cost",
                    ExpressionAttributeNames={"#expires": "expires", "#cost": "cost"},
                    ExpressionAttributeValues=wire({":expires": epoch(self.clock() + MODEL_COSTS), ":cost": cost}),
                )
        except SpecdeskError as error:
            log.error("spending_not_counted", cost=cost, error=str(error))  # noqa: TRY400 - its text says it

    def _key(self) -> dict[str, str]:
        return {"pk": f"SPENT#{self.clock().date().isoformat()}", "sk": "SPENT"}


def log_account(account: Account) -> None:
    """One line for each judgement; one by the built-in judge in the model's place is a warning and says why."""
    tell = log.info if account.outcome in ("answered", "repaired") else log.warning
    tell(
        "judged_by_model",
        judge=account.judge,
        outcome=account.outcome,
        why=account.why,
        clauses=account.clauses,
        tokens_in=account.usage.input,
        tokens_out=account.usage.output,
        millionths_of_a_dollar=account.cost,
        seconds=round(account.seconds, 3),
    )
