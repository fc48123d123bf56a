"""What AWS says when something is wrong, and what that means to us."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, NoRegionError, ReadTimeoutError
from botocore.session import Session

from intake_fn.adapters.aws import client, translated
from intake_fn.adapters.dynamodb import DynamoStore, Table
from intake_fn.core.errors import Broken, SpecdeskError, Stale, TryLater
from intake_fn.core.intents import JudgeRequest
from intake_fn.ports import OutboxItem
from tests.adapters.test_store import received
from tests.fakes import LEVELS, MONDAY

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRON = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ACCESS_KEY_ID": "123456789012",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_DEFAULT_REGION": "eu-west-1",
}


def error(code: str, status: int = 400) -> ClientError:
    """An error as AWS answers it."""
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Query")  # type: ignore[typeddict-item]  # the parts that count


@pytest.mark.parametrize(
    ("met", "expected"),
    [
        (error("ThrottlingException"), TryLater),  # on demand tables throttle when traffic doubles suddenly
        (error("ProvisionedThroughputExceededException"), TryLater),
        (error("SlowDown", 503), TryLater),  # S3's word for it
        (error("ContinuousBackupsUnavailableException"), TryLater),  # a table that was made a moment ago
        (error("ResourceInUseException"), TryLater),  # another change of the table is under way
        (error("ResourceConflictException", 409), TryLater),  # of the function
        (error("OperationAborted", 409), TryLater),  # a bucket whose deletion is not through
        (error("WhoKnows", 500), TryLater),  # every 5xx passes
        (EndpointConnectionError(endpoint_url="http://x"), TryLater),
        (ReadTimeoutError(endpoint_url="http://x"), TryLater),
        (error("AccessDeniedException"), Broken),  # the role lacks a right: trying again does not help
        (error("ResourceNotFoundException"), Broken),  # the table's name is wrong
        (error("ValidationException"), Broken),  # our code is wrong
        (NoRegionError(), Broken),
    ],
)
def test_errors_become_ours_by_whose_turn_it_is(met: Exception, expected: type[SpecdeskError]) -> None:
    """What passes is tried later, what does not is for an admin; the message names the part."""
    with pytest.raises(expected, match="The table"), translated("The table"):
        raise met


def test_our_own_errors_pass_unchanged() -> None:
    """An adapter that knows better has already said what it means."""
    with pytest.raises(Stale, match="moved on"), translated("The table"):
        raise Stale("It has moved on.")


class Answering:
    """A DynamoDB client whose every call gets the same answer, as bytes on the wire would be read."""

    def __init__(self) -> None:
        self.status, self.body = 200, "{}"
        self.client: Any = client("dynamodb", ENVIRON)
        self.client.meta.events.register("before-send.dynamodb", self.answer)

    def answer(self, request: Any, **_: object) -> AWSResponse:
        """The answer, instead of the network's."""

        class Raw:
            def __init__(self, content: bytes) -> None:
                self.content = content

            def stream(self) -> Iterator[bytes]:
                yield self.content

        headers = HTTPHeaders()
        headers["Content-Type"] = "application/x-amz-json-1.0"
        return AWSResponse(request.url, self.status, headers, Raw(self.body.encode()))

    def fail(self, code: str, **more: Any) -> None:
        """Answer with an error from now on."""
        self.status = 400
        self.body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no", **more})


@pytest.fixture
def answering() -> Iterator[Answering]:
    """A client that answers what it is told to."""
    made = Answering()
    with closing(made.client):
        yield made


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        (["None", "TransactionConflict"], Stale),  # another transaction at the same item: read again
        (["None", "ThrottlingError"], TryLater),
        (["ProvisionedThroughputExceeded", "None"], TryLater),
        (["TransactionConflict", "ThrottlingError"], Stale),
        (["None", "ConditionalCheckFailed", "ThrottlingError"], Stale),  # a guard that broke is an answer already
        (["None", "ItemCollectionSizeLimitExceeded"], Broken),
        (["ValidationError"], Broken),
        ([], Broken),
    ],
)
def test_a_cancelled_transaction_says_why(
    answering: Answering, reasons: list[str], expected: type[SpecdeskError]
) -> None:
    """No emulator cancels for a conflict or throttles, so the answers are those of the documentation."""
    answering.fail("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in reasons])
    store = DynamoStore(Table(lambda: answering.client, "table", sleep=lambda _: None), LEVELS)

    with pytest.raises(expected):
        store.create(received(), "key")


def test_a_write_that_meets_another_transaction_is_tried_again(answering: Answering) -> None:
    """They may only have met in a shard of the ledger: nobody is told to come again for that."""
    answering.fail("TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}])
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            answering.status, answering.body = 200, "{}"

    assert "HD-1" == DynamoStore(Table(lambda: answering.client, "table", sleep=pause), LEVELS).create(
        received(), "key"
    )
    assert pauses[0] < pauses[-1] < 0.2


def test_a_key_that_exists_outweighs_all_other_reasons(answering: Answering) -> None:
    """The second of two clicks gets the first one's receipt, also when they meet in other items, too."""
    there = {"Code": "ConditionalCheckFailed", "Item": {"case_id": {"S": "HD-7"}}}
    answering.fail("TransactionCanceledException", CancellationReasons=[there, {"Code": "TransactionConflict"}])

    assert DynamoStore(Table(lambda: answering.client, "table"), LEVELS).create(received(), "key") == "HD-7"


def test_an_item_in_a_transaction_is_not_leased(answering: Answering) -> None:
    """Somebody is completing it at this moment: that is as good as taken, and no reason to fail."""
    answering.fail("TransactionConflictException")
    item = OutboxItem("HD-1#1#1", "HD-1", JudgeRequest(), 0, MONDAY)

    assert DynamoStore(Table(lambda: answering.client, "table"), LEVELS).lease(item, MONDAY, 60) is False


def test_a_store_that_is_down_asks_for_patience() -> None:
    """Nobody listens at the endpoint: TryLater, with few and short attempts."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        dynamodb = Session().create_client(
            "dynamodb",
            region_name="eu-west-1",
            endpoint_url=f"http://127.0.0.1:{reserved.getsockname()[1]}",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"total_max_attempts": 1}),
        )
        with closing(dynamodb), pytest.raises(TryLater, match="does not answer"):
            DynamoStore(Table(lambda: dynamodb, "table"), LEVELS).counts()  # type: ignore[arg-type,return-value]  # made without the stubs


def test_clients_wait_seconds_not_minutes() -> None:
    """boto3 would wait a minute for each of five attempts, while a person looks at a form."""
    with closing(client("s3", ENVIRON)) as s3:
        config = s3.meta.config

    assert (config.connect_timeout, config.read_timeout) == (2, 5)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}


def test_boto3_is_loaded_with_the_first_client_and_not_before() -> None:
    """It is half of a cold start: a form page must not pay for it."""
    program = (
        "import sys; from intake_fn.adapters import aws, clock, dynamodb, s3, ses, signed_links;"
        "dynamodb.DynamoStore(dynamodb.Table(None, 't'), range(5)); s3.S3Files(None, 'b'); ses.SesMailer(None, None);"
        "print([name for name in ('boto3', 'botocore') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
