"""A secret of Parameter Store by a signed request: signed as botocore signs, and answered by the local AWS."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from intake_fn.adapters import parameter_store
from intake_fn.adapters.aws import client
from intake_fn.adapters.parameter_store import TARGET, TYPE, secret_parameter, signed
from intake_fn.core.errors import Broken, TryLater

if TYPE_CHECKING:
    from sandbox.aws import LocalAws

NOBODY_LISTENS = {
    "AWS_ACCESS_KEY_ID": "a",
    "AWS_SECRET_ACCESS_KEY": "b",
    "AWS_REGION": "eu-west-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
}


@pytest.mark.parametrize("token", ["", "t" * 300])
def test_it_signs_as_botocore_does(token: str) -> None:
    """With the token of a role, as on Lambda, and without one."""
    body, host = b'{"Name": "/specdesk/dev/secret-key"}', "ssm.eu-west-1.amazonaws.com"
    request = AWSRequest("POST", f"https://{host}/", {"Content-Type": TYPE, "X-Amz-Target": TARGET}, body)
    SigV4Auth(Credentials("AKID", "s3cret/+", token or None), "ssm", "eu-west-1").add_auth(request)
    at = datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    ours = signed(host, body, ("AKID", "s3cret/+", token), "eu-west-1", at)
    assert ours["authorization"] == request.headers["Authorization"]


@pytest.mark.aws
def test_a_secret_is_read_and_one_that_is_not_there_is_named(aws: LocalAws) -> None:
    """The message says which; no value is in it."""
    with closing(client("ssm", aws.environ())) as ssm:
        ssm.put_parameter(Name="/specdesk/signed/secret-key", Value="v" * 40, Type="SecureString", Overwrite=True)

    assert "v" * 40 == secret_parameter(aws.environ(), "/specdesk/signed/secret-key")
    with pytest.raises(Broken, match=r"does not give /specdesk/signed/none: ParameterNotFound\. `specdesk provision"):
        secret_parameter(aws.environ(), "/specdesk/signed/none")


def test_who_does_not_answer_is_asked_later() -> None:
    """After three attempts."""
    with pytest.raises(TryLater, match="does not answer"):
        secret_parameter(NOBODY_LISTENS, "/specdesk/dev/secret-key")


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ([(400, {"__type": "ThrottlingException"})] * 3, "busy"),
        ([(503, {})] * 3, "busy"),
        ([(400, {"__type": "com.amazonaws#AccessDeniedException"})], "AccessDenied"),
    ],
)
def test_only_what_passes_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, answers: list[tuple[int, dict[str, str]]], raised: str
) -> None:
    """A role that lacks the right does not get it by asking again."""
    left = iter(answers)
    monkeypatch.setattr(parameter_store, "_sent", lambda *_: next(left))

    with pytest.raises((TryLater, Broken), match=raised):
        secret_parameter(NOBODY_LISTENS, "/specdesk/dev/secret-key")
    assert [] == list(left)


def test_without_credentials_boto3_is_left_to_find_some() -> None:
    """A profile, or the role of a machine."""
    assert secret_parameter({"AWS_REGION": "eu-west-1"}, "/specdesk/dev/secret-key") is None
