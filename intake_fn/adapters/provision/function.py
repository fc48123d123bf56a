"""The deployed function: started anew, so that it reads its secrets again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import code_of, translated
from intake_fn.core.errors import TryLater

if TYPE_CHECKING:
    from datetime import datetime

SERVICE = "The function"
AS_OF = "SPECDESK_SECRETS_AS_OF"
"""A variable that nothing reads: Lambda starts a function anew whose variables change."""


KEPT_FREE = 100
"""Runs at a time that Lambda keeps free for the other functions of an account."""


def too_many_reserved(lambda_: Any, function: str, wanted: int | None) -> str:
    """How many runs at a time the account has, where `wanted` cannot be reserved for the function; else "".

    Raises TryLater, Broken.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    if not wanted:
        return ""
    with translated(SERVICE):
        limit = lambda_.get_account_settings()["AccountLimit"]
        try:
            reserved = lambda_.get_function_concurrency(FunctionName=function).get("ReservedConcurrentExecutions", 0)
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise
            reserved = 0
    free = limit["UnreservedConcurrentExecutions"] + reserved - KEPT_FREE
    return "" if wanted <= free else f"{limit['ConcurrentExecutions']}, of which {max(free, 0)} can be reserved"


def is_deployed(lambda_: Any, function: str) -> bool:
    """Whether there is such a function. Raises TryLater, Broken."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(SERVICE):
        try:
            lambda_.get_function_configuration(FunctionName=function)
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise
            return False
    return True


def restart(lambda_: Any, function: str, now: datetime) -> bool:
    """Have all that comes from now on answered by a function that was started anew; False where none is deployed.

    Raises TryLater, Broken.
    """
    from botocore.exceptions import ClientError, WaiterError  # noqa: PLC0415 - loaded with the client

    with translated(SERVICE):
        try:
            found = lambda_.get_function_configuration(FunctionName=function)
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise
            return False
        variables = {**found.get("Environment", {}).get("Variables", {}), AS_OF: now.isoformat()}
        lambda_.update_function_configuration(FunctionName=function, Environment={"Variables": variables})
        try:
            lambda_.get_waiter("function_updated_v2").wait(FunctionName=function)
        except WaiterError as error:
            raise TryLater(f"{SERVICE} {function} is not updated yet: {error}. Run the command again.") from error
    return True
