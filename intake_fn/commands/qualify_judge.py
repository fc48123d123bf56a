"""`specdesk qualify-judge`: whether the configured language model may act, shown on the qualification set.

Not in the function, like all commands: it alone uses the evaluation of spec_lookup.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from intake_fn.commands import say
from intake_fn.commands.language_model import ConfiguredModel, add_model, configured
from intake_fn.core.errors import Refused
from intake_fn.core.redaction import without_secrets
from intake_fn.settings import ROOT


def add(commands: Any) -> None:
    """Put `qualify-judge` on the command line."""
    command = commands.add_parser("qualify-judge", help=qualify_judge.__doc__, description=qualify_judge.__doc__)
    add_model(command)
    command.add_argument("--restates", action="store_true", help="with --url: it restates each claim as searches first")
    command.add_argument("--limit", type=int, metavar="N", help="a first look at N cases of each kind; no record")
    command.add_argument("--cassettes", type=Path, default=ROOT / "build" / "cassettes" / "qualification")
    command.add_argument("--record", type=Path, metavar="FILE", help="where the record is written")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=qualify_judge)


def qualify_judge(args: argparse.Namespace) -> int:
    """Run the language model over the qualification set and write its record; exit status 1 when it has not passed."""
    from spec_lookup.evaluation.qualify import lines_of, qualified  # noqa: PLC0415 - only here
    from spec_lookup.llm.qualification import write_record  # noqa: PLC0415

    _checked(args)
    model = configured(args)
    path = _record_path(args, model)

    def tell(line: str) -> None:
        print(without_secrets(line), file=sys.stderr, flush=True)

    record = qualified(
        model.provider,
        model.name,
        model.ask,
        cassettes=args.cassettes,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        price=model.price,
        limit=args.limit,
        restates=model.settings.llm_restates if model.settings else args.restates,
        tell=tell,
    )
    if args.limit is None:
        write_record(path, record)
        verdict = f"{'passed: it may act' if record.passed else 'not passed: it only proposes'} (record: {path})"
    else:
        verdict = "a first look: no record is written"
    say(args, record.to_plain(), [*lines_of(record), verdict])
    return 0 if record.passed or args.limit is not None else 1


def _checked(args: argparse.Namespace) -> None:
    """Raise Refused for arguments that do not go together."""
    if args.limit is not None and args.limit < 1:
        raise Refused("--limit has to be 1 or more.")
    if args.restates and not args.url:
        raise Refused("--restates belongs to --url; without it SPECDESK_LLM_RESTATES says so.")


def _record_path(args: argparse.Namespace, model: ConfiguredModel) -> Path:
    """Where the record is written."""
    if args.record:
        return Path(args.record)
    if model.settings:
        return model.settings.qualification
    return Path(os.environ.get("SPECDESK_QUALIFICATION") or ROOT / "build" / "qualification.json")
