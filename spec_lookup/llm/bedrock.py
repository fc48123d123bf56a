"""Sends requests to a language model at Amazon Bedrock. Whatever goes wrong there is NoAnswer here.

The only module of the library that knows boto3, which it loads with the first request. Only throttling
and a service that is not ready are tried again: an answer that comes too late would come too late again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from spec_lookup.errors import NoAnswer
from spec_lookup.llm.cassettes import Ask
from spec_lookup.llm.prompt import Plain

CONNECT_SECONDS = 2
READ_SECONDS = 60
"""For the command line, where nobody waits for a page."""

ATTEMPTS = 3
PAUSE_SECONDS = 0.5
"""Before the second attempt; twice as long before each further one."""

PASSING = frozenset(
    {"ThrottlingException", "TooManyRequestsException", "ServiceUnavailableException", "ModelNotReadyException"}
)
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)
"""What botocore's parser raises over an answer that is JSON and not of the form that it expects."""

KEPT = ("output", "stopReason", "usage", "metrics")
"""What of an answer is handed on; the rest is about the transport."""


def asking(client: Callable[[], Any], pause: Callable[[float], None] = time.sleep) -> Ask:
    """Asks with the client that `client` makes when it is first needed; it has to attempt each call once only."""
    made: list[Any] = []

    def ask(request: Plain) -> Plain:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - see the first lines
        from botocore.parsers import ResponseParserError  # noqa: PLC0415

        for attempt in range(ATTEMPTS):
            if attempt:
                pause(PAUSE_SECONDS * 2 ** (attempt - 1))
            try:
                if not made:
                    made.append(client())
                answer = made[0].converse(**request)
            except ClientError as error:
                code = str(error.response.get("Error", {}).get("Code", ""))
                if code in PASSING and attempt + 1 < ATTEMPTS:
                    continue
                raise NoAnswer(f"Bedrock refused the request ({code}): {error}") from error
            except (BotoCoreError, ResponseParserError, *UNREADABLE) as error:
                raise NoAnswer(f"Bedrock does not answer ({type(error).__name__}): {error}") from error
            return {name: answer[name] for name in KEPT if name in answer}
        raise NoAnswer("Bedrock was never asked.")

    return ask


def client() -> Any:
    """A client for the account, region and endpoint of the environment."""
    import boto3.session  # noqa: PLC0415 - see the first lines
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    return boto3.session.Session().client("bedrock-runtime", config=config)
