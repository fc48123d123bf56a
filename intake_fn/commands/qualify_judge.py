"""`specdesk qualify-judge`: whether the configured language model may act, shown on the qualification set.

Not in the function, like all commands: it alone uses the evaluation of spec_lookup.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake_fn.commands import say
from intake_fn.core.errors import Refused
from intake_fn.core.redaction import hide, without_secrets
from intake_fn.settings import ROOT, secret, wrong_with_endpoint
from spec_lookup import OPENAI, PROVIDERS, Endpoint, Price, openai_model

if TYPE_CHECKING:
    from spec_lookup import LanguageModel

SECONDS = 300.0
"""For one response: nobody waits for a page here."""


def add(commands: Any) -> None:
    """Put `qualify-judge` on the command line."""
    command = commands.add_parser("qualify-judge", help=qualify_judge.__doc__, description=qualify_judge.__doc__)
    command.add_argument("--url", help="OpenAI-compatible endpoint in place of the settings'; its key: LLM_KEY")
    command.add_argument("--model", help="its model")
    command.add_argument("--restates", action="store_true", help="with --url: it restates each claim as searches first")
    command.add_argument(
        "--price-in", type=float, default=0.0, metavar="DOLLARS", help="with --url: of a million tokens"
    )
    command.add_argument("--price-out", type=float, default=0.0, metavar="DOLLARS")
    command.add_argument("--limit", type=int, metavar="N", help="a first look at N cases of each kind; no record")
    command.add_argument("--cassettes", type=Path, default=ROOT / "build" / "cassettes" / "qualification")
    command.add_argument("--record", type=Path, metavar="FILE", help="where the record is written")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=qualify_judge)


def qualify_judge(args: argparse.Namespace) -> int:
    """Run the language model over the qualification set and write its record; exit status 1 when it has not passed."""
    from spec_lookup.evaluation.qualify import lines_of, qualified  # noqa: PLC0415 - only here
    from spec_lookup.llm.qualification import write_record  # noqa: PLC0415

    provider, model, language_model, price, path, restates = _configured(args)

    def tell(line: str) -> None:
        print(without_secrets(line), file=sys.stderr, flush=True)

    record = qualified(
        provider,
        model,
        language_model,
        cassettes=args.cassettes,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        price=price,
        limit=args.limit,
        restates=restates,
        tell=tell,
    )
    if args.limit is None:
        write_record(path, record)
        verdict = f"{'passed: it may act' if record.passed else 'not passed: it only proposes'} (record: {path})"
    else:
        verdict = "a first look: no record is written"
    say(args, record.to_plain(), [*lines_of(record), verdict])
    return 0 if record.passed or args.limit is not None else 1


def _configured(args: argparse.Namespace) -> tuple[str, str, LanguageModel, Price, Path, bool]:
    """Provider, model, how it is asked, its price, where its record goes, and whether it restates. Raises Refused."""
    if args.limit is not None and args.limit < 1:
        raise Refused("--limit has to be 1 or more.")
    if args.restates and not args.url:
        raise Refused("--restates belongs to --url; without it SPECDESK_LLM_RESTATES says so.")
    if (args.price_in or args.price_out) and not args.url:
        raise Refused("--price-in and --price-out belong to --url; without it SPECDESK_LLM_PRICE_IN and _OUT say so.")
    if bool(args.url) != bool(args.model):
        raise Refused("--url and --model belong together.")
    if args.url:
        if problem := wrong_with_endpoint(args.url):
            raise Refused(f"--url is {args.url!r}: {problem}.")
        key = secret(os.environ.get("LLM_KEY", ""), "LLM_KEY")
        hide(key)
        endpoint = Endpoint(args.url.rstrip("/"), key)
        path = args.record or Path(os.environ.get("SPECDESK_QUALIFICATION") or ROOT / "build" / "qualification.json")
        price = Price(args.price_in, args.price_out)
        return OPENAI, args.model, openai_model(lambda: endpoint, lambda: SECONDS), price, path, args.restates
    from intake_fn.wiring import Application  # noqa: PLC0415 - with --url no settings are needed

    application = Application.from_environ(os.environ)
    settings = application.settings
    if settings.judge not in PROVIDERS:
        raise Refused("No language model is set up: set SPECDESK_JUDGE, or name one with --url and --model.")
    path = args.record or settings.qualification
    model = application.language_model(SECONDS)
    return settings.judge, settings.llm_model, model, application.llm_price, path, settings.llm_restates
