"""`specdesk mail`: the suppression list, and removing addresses from it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from intake_fn.commands import background_desk, say
from intake_fn.core.messages import in_words

if TYPE_CHECKING:
    from intake_fn.ports import SuppressedAddress


def add(commands: Any) -> None:
    """Put `mail` on the command line."""
    command = commands.add_parser("mail", help=mail.__doc__, description=mail.__doc__)
    command.add_argument("action", choices=("list", "unsuppress"))
    command.add_argument("address", nargs="*")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=mail)


def mail(args: argparse.Namespace) -> None:
    """List the suppression list, or remove addresses from it: later mail is sent to them again."""
    from intake_fn.desk import suppression_list  # noqa: PLC0415 - `specdesk due` needs no desk

    mail_state = background_desk().mail_state
    if args.action == "unsuppress":
        done = suppression_list.unsuppress(mail_state, args.address)
        say(args, {"unsuppressed": done}, [f"{address} is no longer suppressed." for address in done])
        return
    entries = [_plain(entry) for entry in mail_state.suppression_list()]
    lines = ["  ".join(filter(None, entry.values())) for entry in entries]
    say(args, {"suppressed": entries}, lines or ["No address is suppressed."])


def _plain(entry: SuppressedAddress) -> dict[str, str]:
    since = entry.since.isoformat(timespec="seconds")
    return {"address": entry.mailbox, "since": since, "request": entry.case_id, "why": in_words([entry.why])}
