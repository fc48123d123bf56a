"""`specdesk canary`: a made-up request through a deployed function, to see that everything works together."""

from __future__ import annotations

import argparse
import json
import os
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from intake_fn.commands import say
from intake_fn.commands.stages import add_stage, stage_of
from intake_fn.core.errors import Refused, TryLater
from intake_fn.ports import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECONDS = 90
NO_SUCH_PAGE = 404


def add(commands: Any) -> None:
    """Put `canary` on the command line."""
    command = commands.add_parser("canary", help=canary.__doc__, description=canary.__doc__)
    add_stage(command, "whose function is tried; that of the settings if not given")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=canary)


def canary(args: argparse.Namespace) -> int:
    """Send a made-up request through the deployed function; exit status 1 when a part fails. Nothing is counted."""
    from intake_fn.wiring import Application  # noqa: PLC0415 - `specdesk check` needs no settings and no AWS

    environ = stage_of(args.stage, args.settings).environ() if args.stage else os.environ
    application = Application.from_environ(environ)
    address = f"{application.settings.base_url}/health/canary"
    found = sent(address, application.links.sign(Purpose.CANARY, ""))
    say(args, found, [address, *_lines(found)])
    return 0 if found["ok"] else 1


def sent(address: str, token: str) -> dict[str, Any]:
    """What the function says of the canary. Raises TryLater, Refused."""
    call = urllib.request.Request(address, b"", {"Authorization": f"Bearer {token}"})  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(call, timeout=SECONDS) as answer:  # noqa: S310
            return _read(answer.read())
    except urllib.error.HTTPError as error:
        if error.code == NO_SUCH_PAGE:
            raise Refused(
                f"{address} does not know the token: it reads another secret key, or is of an earlier version."
            ) from error
        return _read(error.read())
    except OSError as error:
        raise TryLater(f"{address} does not answer ({error}). Check SPECDESK_BASE_URL and the function.") from error


def _read(body: bytes) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(body)
        return {"ok": bool(found["ok"]), "says": str(found["says"]), "parts": [*found["parts"]]}
    except (ValueError, LookupError, TypeError) as error:
        told = body[:200].decode(errors="replace")
        raise TryLater(f"The function did not answer as it should: {told!r}. Look at its log.") from error


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    if found["says"]:
        yield found["says"]
    for part in found["parts"]:
        yield f"  {part['name']:8} {'ok' if part['ok'] else 'FAILED':7} {part['milliseconds']:6} ms  {part['says']}"
