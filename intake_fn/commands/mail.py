"""`specdesk mail`: the addresses that get no more mail, and letting mail go there again."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from intake_fn.commands import background_desk, say
from intake_fn.core.errors import SpecdeskError, Unknown
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.messages import told

if TYPE_CHECKING:
    from intake_fn.ports import MailState, SuppressedAddress


def add(commands: Any) -> None:
    """Put `mail` on the command line."""
    command = commands.add_parser("mail", help=mail.__doc__, description=mail.__doc__)
    command.add_argument("action", choices=("list", "unmark"))
    command.add_argument("address", nargs="*")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=mail)


def mail(args: argparse.Namespace) -> None:
    """List the addresses that get no more mail, or unmark some: what is owed to them later is sent again."""
    mail_state = background_desk().mail_state
    if args.action == "unmark":
        done = _unmarked(mail_state, args.address)
        say(args, {"unmarked": done}, [f"{address} gets mail again." for address in done])
        return
    suppression_list = [_plain(mark) for mark in mail_state.suppression_list()]
    lines = ["  ".join(filter(None, mark.values())) for mark in suppression_list]
    say(args, {"marked": suppression_list}, lines or ["Every address gets its mail."])


def _unmarked(mail_state: MailState, addresses: list[str]) -> list[str]:
    """Unmark them. Raises Unknown naming those that were not marked, when the others are done."""
    if not addresses:
        raise SpecdeskError("Name the address: specdesk mail unmark name@company.com")
    done = [address for address in addresses if mail_state.unsuppress(mailbox(address))]
    if len(done) < len(addresses):
        others = ", ".join(address for address in addresses if address not in done)
        raise Unknown(f"{others} was not marked. See: specdesk mail list")
    return done


def _plain(mark: SuppressedAddress) -> dict[str, str]:
    since = mark.since.isoformat(timespec="seconds")
    return {"address": mark.mailbox, "since": since, "request": mark.case_id, "why": told([mark.why])}
