"""A language model at Amazon Bedrock. Whatever goes wrong there is NoResponse here.

The only module of the library that knows boto3, which it loads with the first prompt. Only throttling and a service
that is not ready are tried again: a response that comes too late would come too late again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from spec_lookup.errors import NoResponse
from spec_lookup.llm.cassettes import LanguageModel
from spec_lookup.llm.prompt import Plain

CONNECT_SECONDS = 2
READ_SECONDS = 60
"""Seconds to wait on the command line, where nobody waits for a page."""

ATTEMPTS = 3
PAUSE_SECONDS = 0.5
"""Before the second attempt; twice as long before each further one."""

PASSING = frozenset(
    {"ThrottlingException", "TooManyRequestsException", "ServiceUnavailableException", "ModelNotReadyException"}
)
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)
"""What botocore's parser raises over a response that is JSON and not of the form that it expects."""

KEPT = ("output", "stopReason", "usage", "metrics")
"""What of a response is handed on; the rest is about the transport."""


def bedrock_model(make_client: Callable[[], Any], pause: Callable[[float], None] = time.sleep) -> LanguageModel:
    """The model behind a client, which `make_client` makes when it is first needed; it attempts each call once."""
    clients: list[Any] = []

    def converse(prompt: Plain) -> Plain:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - see the first lines
        from botocore.parsers import ResponseParserError  # noqa: PLC0415

        for attempt in range(ATTEMPTS):
            if attempt:
                pause(PAUSE_SECONDS * 2 ** (attempt - 1))
            try:
                if not clients:
                    clients.append(make_client())
                response = clients[0].converse(**prompt)
            except ClientError as error:
                code = str(error.response.get("Error", {}).get("Code", ""))
                if code in PASSING and attempt + 1 < ATTEMPTS:
                    continue
                raise NoResponse(f"Bedrock refused the request ({code}): {error}") from error
            except (BotoCoreError, ResponseParserError, *UNREADABLE) as error:
                raise NoResponse(f"Bedrock does not answer ({type(error).__name__}): {error}") from error
            return {name: response[name] for name in KEPT if name in response}
        raise NoResponse("Bedrock was never asked.")

    return converse


def bedrock_client() -> Any:
    """A client for the account, region and endpoint of the environment."""
    import boto3.session  # noqa: PLC0415 - see the first lines
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    return boto3.session.Session().client("bedrock-runtime", config=config)
