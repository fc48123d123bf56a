"""`specdesk mail`: the addresses that get no more mail, and letting mail go there again."""

from __future__ import annotations

import argparse
import json
import os
from typing import TYPE_CHECKING, Any

from intake_fn.core.errors import SpecdeskError, Unknown
from intake_fn.core.mailing import mailbox

if TYPE_CHECKING:
    from intake_fn.ports import Mark, Store


def add(commands: Any) -> None:
    """Put `mail` on the command line."""
    command = commands.add_parser("mail", help=mail.__doc__, description=mail.__doc__)
    command.add_argument("action", choices=("list", "unmark"))
    command.add_argument("address", nargs="*")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=mail)


def mail(args: argparse.Namespace) -> None:
    """List the addresses that get no more mail, or unmark some: what is owed to them later is sent again."""
    from intake_fn.wiring import House  # noqa: PLC0415 - `specdesk check` needs no settings and no AWS

    store: Store = House.from_environ(os.environ).patient_desk.store
    told = _unmarked(store, args.address) if args.action == "unmark" else [_plain(mark) for mark in store.marks()]
    if args.json:
        print(json.dumps({"unmarked" if args.action == "unmark" else "marked": told}, ensure_ascii=False, indent=2))
        return
    for one in told:
        print("  ".join(filter(None, one.values())) if isinstance(one, dict) else f"{one} gets mail again.")
    if not told:
        print("Every address gets its mail.")


def _unmarked(store: Store, addresses: list[str]) -> list[str]:
    """Unmark them. Raises Unknown naming those that were not marked, when the others are done."""
    if not addresses:
        raise SpecdeskError("Name the address: specdesk mail unmark name@company.com")
    done = [address for address in addresses if store.unmark(mailbox(address))]
    if len(done) < len(addresses):
        others = ", ".join(address for address in addresses if address not in done)
        raise Unknown(f"{others} was not marked. See: specdesk mail list")
    return done


def _plain(mark: Mark) -> dict[str, str]:
    since = mark.since.isoformat(timespec="seconds")
    return {"address": mark.mailbox, "since": since, "request": mark.case_id, "why": mark.why}
