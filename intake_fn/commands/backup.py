"""`specdesk backup` and `specdesk restore`: all that is stored into a folder, and back into an empty stage."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake_fn.commands import erase, say

if TYPE_CHECKING:
    from intake_fn.adapters.provision.backup import Manifest

AFTER = (
    "Next: `specdesk recompute --all --fix`, `specdesk reindex`, `specdesk reports recompute --fix`, "
    "`specdesk ledger`; then let the sweep run."
)

NONE_GIVEN = (
    "No erasures were given (--erasures). If somebody's data was erased after {}, it is back. Before anybody works "
    "with it: `specdesk erase --again FILE --by NAME`, with what `specdesk erase --list --json` printed last; or "
    "`specdesk erase ADDRESS --apply --by NAME` for each of them."
)


def add(commands: Any) -> None:
    """Put `backup` and `restore` on the command line."""
    command = commands.add_parser("backup", help=backup.__doc__, description=backup.__doc__)
    command.add_argument("folder", type=Path, help="a new folder; it will hold personal data: keep it encrypted")
    command.add_argument("--check", action="store_true", help="take none; see whether the one in the folder is whole")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=backup)

    command = commands.add_parser("restore", help=restore.__doc__, description=restore.__doc__)
    command.add_argument("folder", type=Path, help="what `specdesk backup` wrote")
    command.add_argument(
        "--erasures", type=Path, help="what `specdesk erase --list --json` last printed: these are erased again"
    )
    command.add_argument("--by", default="", help="with --erasures: who does it, by the name in support.yml")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=restore)


def backup(args: argparse.Namespace) -> int:
    """Copy table, files and the numbers of issues into a folder; exit status 1 when some request never settled."""
    from intake_fn.adapters.provision.backup import back_up, manifest_of  # noqa: PLC0415 - with boto3

    manifest = manifest_of(args.folder) if args.check else back_up(*_stage(), args.folder, _application().clock)
    lines = [_counted(manifest)]
    if manifest.unsettled:
        lines.append(f"They changed at each pass, so the copy may mix two of their states: {_ids(manifest)}.")
    say(args, asdict(manifest), lines)
    return 1 if manifest.unsettled else 0


def restore(args: argparse.Namespace) -> int:
    """Fill the empty table and bucket of this stage from a backup; run it again when it broke off.

    Exit status 1 when an erasure that was to be done again has something left.
    """
    from intake_fn.adapters.provision.backup import restore as fill  # noqa: PLC0415 - with boto3

    records = erase.records_in(args.erasures) if args.erasures else []
    who = erase.actor(args.by, _application().process) if args.erasures else ""
    manifest = fill(*_stage(), args.folder)
    plain: dict[str, Any] = asdict(manifest)
    finished = True
    if args.erasures:
        again = f"`specdesk erase --again {args.erasures} --by {args.by}`"
        print(f"All is restored. Erasing again; if that breaks off, {again} goes on.", file=sys.stderr)
        done = erase.erased_again(erase.reading_everything(_application()), records, who)
        plain, told, finished = {**plain, **erase.again_plain(done)}, erase.again_lines(records, done), done.finished
    else:
        told = [NONE_GIVEN.format(manifest.made_at)]
    following = [*told, AFTER]
    say(args, {**plain, "next": following}, [f"Restored: {_counted(manifest)}", *following])
    return 0 if finished else 1


def _application() -> Any:
    from intake_fn.wiring import Application  # noqa: PLC0415 - `specdesk check` needs no settings and no AWS

    return Application.from_environ(os.environ)


def _stage() -> tuple[Any, Any, str]:
    """The table, a client of S3 and the bucket of the settings."""
    from intake_fn.adapters.dynamodb import Table  # noqa: PLC0415 - as above

    application = _application()
    table = Table(lambda: application.client("dynamodb", read_seconds=60), application.settings.table)
    return table, application.client("s3", read_seconds=60), application.settings.bucket


def _counted(manifest: Manifest) -> str:
    return (
        f"{manifest.requests} requests in {manifest.items} items, {manifest.files} files of "
        f"{manifest.bytes / 1_000_000:.1f} MB, as of {manifest.made_at}."
    )


def _ids(manifest: Manifest) -> str:
    shown = ", ".join(manifest.unsettled[:10])
    return f"{shown} and {len(manifest.unsettled) - 10} more" if len(manifest.unsettled) > 10 else shown  # noqa: PLR2004 - a line's worth
