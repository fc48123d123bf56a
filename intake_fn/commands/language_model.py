"""Which language model a command asks: that of the settings, or one that its arguments name."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Any

from intake_fn.core.errors import Refused
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.redaction import hide
from intake_fn.settings import secret, wrong_with_endpoint
from spec_lookup import OPENAI, PROVIDERS, Endpoint, Price, openai_model

if TYPE_CHECKING:
    from intake_fn.settings import Settings
    from spec_lookup import LanguageModel

SECONDS = 300.0
"""For one response: nobody waits for a page here."""


@dataclass(frozen=True, slots=True)
class ConfiguredModel:
    """A model, and how it is asked. `settings` is None where the arguments name it."""

    provider: str
    name: str
    ask: LanguageModel
    price: Price
    settings: Settings | None = None


def add_model(command: Any) -> None:
    """The arguments that name a model."""
    command.add_argument("--url", help="OpenAI-compatible endpoint in place of the settings'; its key: LLM_KEY")
    command.add_argument("--model", help="its model")
    command.add_argument(
        "--price-in", type=float, default=0.0, metavar="DOLLARS", help="with --url: of a million tokens"
    )
    command.add_argument("--price-out", type=float, default=0.0, metavar="DOLLARS")


def configured(args: argparse.Namespace) -> ConfiguredModel:
    """The model that a command asks. Raises Refused."""
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
        ask = openai_model(lambda: endpoint, lambda: SECONDS)
        return ConfiguredModel(OPENAI, args.model, ask, Price(args.price_in, args.price_out))
    if os.environ.get("SPECDESK_JUDGE", "") not in PROVIDERS:
        raise Refused("No language model is set up: set SPECDESK_JUDGE, or name one with --url and --model.")
    from intake_fn.wiring import Application  # noqa: PLC0415 - with --url no settings are needed

    application = Application.from_environ(os.environ)
    settings = application.settings
    ask = application.language_model(SECONDS)
    return ConfiguredModel(settings.judge, settings.llm_model, ask, application.llm_price, settings)
