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
