"""`specdesk change patch`: the clause of an approved change request, for the wiki."""

from __future__ import annotations

import argparse
from typing import Any

from intake_fn.commands import background_desk
from intake_fn.commands import say as say_result
from intake_fn.core import request_id
from intake_fn.core.errors import Refused


def add(commands: Any) -> None:
    """Put `change` on the command line."""
    command = commands.add_parser("change", help=change.__doc__, description=change.__doc__)
    command.add_argument("action", choices=("patch",))
    command.add_argument("request", metavar=request_id.SHAPE)
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=change)


def change(args: argparse.Namespace) -> None:
    """Print the clause of an approved change as a patch for `git apply`, in a checkout of the wiki."""
    from intake_fn.desk.proposing import patch_of  # noqa: PLC0415 - `specdesk due` needs no desk

    number = request_id.typed(args.request)
    if not number:
        raise Refused(f"{args.request} is no request number; they look like {request_id.EXAMPLE}.")
    desk = background_desk()
    patch = patch_of(desk.cases.load(number), desk.spec())
    say_result(args, {"request": number, "patch": patch}, patch.splitlines())
