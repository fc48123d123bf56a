"""What the AWS adapters share: how a client is made, and what its errors mean to us.

botocore takes an eighth of a second to load, so it is imported here, when the first client is made, and nowhere else.
boto3 would add a fifth to that, and nothing that is used.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.deadline import keep_to
from intake_fn.adapters.transmission import track
from intake_fn.core.errors import Broken, TryLater

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.session import Session

CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
)
"""Variables that a session is made of. A line end behind one would be part of a header, and of the error about it."""

CONNECT_SECONDS = 2
READ_SECONDS = 5
ATTEMPTS = 3
"""Few and short: somebody may be waiting, and what is pending stands in the outbox anyway."""

BUSY = frozenset(
    {
        "ConcurrentModification",
        "ContinuousBackupsUnavailableException",  # of a table that was made just now
        "InternalServerError",
        "InternalServerException",
        "InternalError",
        "LimitExceededException",
        "OperationAborted",  # a bucket that is being made or deleted
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ResourceConflictException",  # a function that is being changed
        "ResourceInUseException",  # a table that is being changed
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Error codes that pass by themselves, like everything that is answered with 5xx."""

UNKNOWN = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""Error codes of credentials that AWS does not take."""

NO_RIGHT = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Forbidden",
        "UnauthorizedOperation",
    }
)
"""Error codes of credentials that lack a right."""

REMEDIES = {
    **dict.fromkeys(UNKNOWN, "Renew the credentials (AWS_PROFILE, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY)."),
    **dict.fromkeys(
        NO_RIGHT,
        "That right is missing: commands take an administrator's credentials, and `specdesk provision --stage STAGE "
        "--apply` gives the function its own.",
    ),
    "ParameterNotFound": "`specdesk provision --stage STAGE --apply` makes it.",
}
"""What to do, by error code; for all others name and region are looked at first."""


def client(
    service: str, environ: Mapping[str, str], *, read_seconds: float = READ_SECONDS, attempts: int = ATTEMPTS
) -> Any:
    """A client of `service` for the account, region and endpoint that `environ` names.

    As boto3 has it, AWS_ENDPOINT_URL_BEDROCK_RUNTIME is the endpoint of that service alone. What
    `environ` does not name is left to botocore (profile, instance role).
    """
    from botocore.config import Config  # noqa: PLC0415 - see the first lines

    own = f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}"
    endpoint = environ.get(own) or environ.get("AWS_ENDPOINT_URL") or None
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
        # Links are signed with the method that every region takes; a local endpoint has no host for each bucket.
        signature_version="s3v4" if service == "s3" else None,
        # Its calls are made in one place, and DynamoDB checks them itself: half the time of a transaction here.
        parameter_validation=service != "dynamodb",
        # Else botocore puts together twice for each call what it can say of itself: a tenth of the call.
        user_agent="specdesk",
        s3={"addressing_style": "path" if endpoint else "virtual"},
    )
    session = session_of(environ)
    with _making, translated("AWS"):  # a profile that is not there, no region
        made = session.create_client(service, endpoint_url=endpoint, config=config)
    keep_to(made)
    track(made)
    return made


def session_of(environ: Mapping[str, str]) -> Session:
    """The session of the credentials and the region that `environ` names."""
    key, secret, token, region, other_region = (environ.get(name, "").strip() or None for name in CREDENTIALS)
    with _making:
        return _session(key, secret, token, region or other_region)


_making = Lock()
"""Several threads may use a client at once, and only one a session."""


@lru_cache(maxsize=4)
def _session(key: str | None, secret: str | None, token: str | None, region: str | None) -> Session:
    """One for all services: what it has read of the descriptions of AWS takes longest, and is not read again."""
    from botocore.session import Session  # noqa: PLC0415 - see the first lines

    made = Session()
    if region:
        made.set_config_variable("region", region)
    if key and secret:
        made.set_credentials(key, secret, token)
    return made


@contextmanager
def translated(service: str) -> Iterator[None]:
    """Turn the errors of boto3 into ours; `service` names the part in messages ("The table", "The file store").

    Raises TryLater when it is down or throttles, Broken when it is set up wrongly. An adapter that
    knows better what an error code means catches ClientError inside.
    """
    from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004, PLC0415
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - as above

    try:
        yield
    except ClientError as error:
        code = code_of(error)
        if code in BUSY or status_of(error) >= 500:  # noqa: PLR2004 - server errors of HTTP
            raise TryLater(f"{service} is busy ({code}). Try again in a moment.") from error
        raise Broken(f"{service} refused a call: {error}. {remedy_of(code)}") from error
    except (ConnectionError, HTTPClientError, ResponseParserError) as error:
        raise TryLater(f"{service} does not answer ({type(error).__name__}). Try again in a moment.") from error
    except BotoCoreError as error:
        raise Broken(f"{service} cannot be called: {str(error).rstrip('.')}. Check region and credentials.") from error


def remedy_of(code: str) -> str:
    """What to do about a call that AWS refused with this code."""
    return REMEDIES.get(code, "Check its name and region.")


def code_of(error: Any) -> str:
    """The code of a ClientError, such as "ConditionalCheckFailedException"."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: Any) -> int:
    """The HTTP status of a ClientError; 0 where it has none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
