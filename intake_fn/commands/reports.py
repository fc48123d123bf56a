"""`specdesk reports recompute`: the figures of the reports against the logs."""

from __future__ import annotations

import argparse
from typing import Any

from intake_fn.commands import background_desk, progress, say


def add(commands: Any) -> None:
    """Put `reports` on the command line."""
    command = commands.add_parser("reports", help=recompute.__doc__, description=recompute.__doc__)
    command.add_argument("action", choices=("recompute",))
    command.add_argument("--fix", action="store_true", help="write what the logs say")
    command.add_argument("--json", action="store_true")
    progress.add(command)
    command.set_defaults(run=recompute)


def recompute(args: argparse.Namespace) -> int:
    """Count every request anew from its log, and compare that with the figures of the reports."""
    from intake_fn.desk import figures  # noqa: PLC0415 - `specdesk due` needs no desk

    done = progress.Progress(args, "compared")
    found = figures.recompute(background_desk(), fix=args.fix, left=done.left)
    fixed = bool(args.fix and found.differences)
    days = [{"id": case_id, "day": str(day)} for case_id, each in found.entries.items() for day in each]
    counters = [
        {"day": str(row.day), "counter": name, "stored": stored, "counted": counted}
        for row in found.rows
        for name, (stored, counted) in sorted(row.counters.items())
    ]
    lines = [f"{one['id']}  {one['day']}: counted otherwise than its log says" for one in days]
    lines += [f"mail {mail_id}: counted otherwise than its record says" for mail_id in found.mails]
    lines += [f"{one['day']}  {one['counter']}: stored {one['stored']}, counted {one['counted']}" for one in counters]
    sum_ = f"{found.requests} requests, {found.days} days, {found.differences} differences{', fixed' if fixed else ''}"
    plain = {
        "requests": found.requests,
        "days": found.days,
        "entries": days,
        "mails": found.mails,
        "rows": counters,
        "fixed": fixed,
        **done.plain(),
    }
    say(args, plain, [*lines, sum_, *done.ended()])
    return 1 if found.differences and not args.fix else 0
