"""`specdesk recompute`, what is stored against the logs; `specdesk calendar preview`, what would move."""

from __future__ import annotations

import argparse
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from intake_fn.commands import background_desk, process_of, progress, say
from intake_fn.core.errors import Unreadable


def add(commands: Any) -> None:
    """Put `recompute` and `calendar` on the command line."""
    command = commands.add_parser("recompute", help=recompute.__doc__, description=recompute.__doc__)
    command.add_argument("--fix", action="store_true", help="write what the logs say")
    command.add_argument("--all", action="store_true", help="closed requests, too")
    progress.add(command)
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=recompute)

    command = commands.add_parser("calendar", help=preview.__doc__, description=preview.__doc__)
    command.add_argument("action", choices=("preview",))
    command.add_argument("file", type=Path, help="the changed support.yml")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=preview)


def recompute(args: argparse.Namespace) -> int:
    """Fold the log of every open request anew, and compare state, due time and the Board's lists with what is stored.

    With --fix, requests of earlier versions are brought to where such ones stand today.
    """
    from intake_fn.desk.board_lists import BoardLists, with_listed  # noqa: PLC0415 - `specdesk due` needs no desk
    from intake_fn.desk.consistency_check import difference, migrated  # noqa: PLC0415 - `specdesk due` needs no desk

    desk = background_desk()
    seen, differences = 0, []
    unread: list[str] = []
    moved: list[str] = []
    lists = BoardLists.of(desk.cases)
    done = progress.Progress(args, "compared")
    for row in done.left(with_listed(desk.cases, lists, open_only=not args.all)):
        seen += 1
        try:
            if args.fix and migrated(desk.cases, desk.process, row, desk.clock()):
                moved.append(row.id)
                row = desk.cases.row(row.id)  # noqa: PLW2901 - as it stands from now on
            mismatch = difference(desk.cases, desk.process, row, lists)
        except Unreadable:
            unread.append(row.id)
            continue
        if mismatch is None:
            continue
        differences += [
            {"id": row.id, "part": part, "stored": _json_value(stored), "log": _json_value(log)}
            for part, (stored, log) in mismatch.parts.items()
        ]
        if args.fix:
            desk.cases.restate(mismatch.step)
    fixed = bool(args.fix and differences)
    lines = [
        f"{entry['id']}  {entry['part']}: stored {entry['stored']}, by the log {entry['log']}" for entry in differences
    ]
    lines += [f"{case_id}  is where such requests stand today" for case_id in moved]
    lines += [f"{case_id}  this version can't read all of it, so it is left alone" for case_id in unread]
    sum_ = f"{seen} requests, {len(differences)} differences{', fixed' if fixed else ''}"
    say(
        args,
        {
            "requests": seen,
            "differences": differences,
            "fixed": fixed,
            "moved": moved,
            "unreadable": unread,
            **done.plain(),
        },
        [*lines, sum_, *done.ended()],
    )
    return 1 if differences and not args.fix else 0


def preview(args: argparse.Namespace) -> int:
    """List the open requests whose due time a changed support.yml would move; change nothing."""
    from intake_fn.desk.case_lists import rows  # noqa: PLC0415 - `specdesk due` needs no desk
    from intake_fn.desk.consistency_check import move  # noqa: PLC0415 - `specdesk due` needs no desk

    desk = background_desk()
    changed = process_of(args.file)
    changes = []
    for row in rows(desk.cases):
        with suppress(Unreadable):  # nothing of it can be counted for now
            changes.append(move(desk.cases.load(row.id), desk.process, changed))
    moves = [
        {"id": m.case.id, "old": _local(m.before, m.zone), "new": _local(m.after, m.zone), "why": m.why}
        for m in changes
        if m is not None
    ]
    lines = [
        f"{entry['id']}  {entry['old'] or 'no clock'} -> {entry['new'] or 'no clock'}  {entry['why']}"
        for entry in moves
    ]
    sum_ = f"{len(changes)} open requests, {len(moves)} would move"
    say(args, {"requests": len(changes), "moves": moves}, [*lines, sum_])
    return 0


def _json_value(value: Any) -> Any:
    """A value as JSON has it."""
    return value.isoformat() if isinstance(value, datetime) else value


def _local(instant: datetime | None, zone: str) -> str | None:
    return instant.astimezone(ZoneInfo(zone)).isoformat() if instant else None
