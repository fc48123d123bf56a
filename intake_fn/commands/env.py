"""`specdesk env`: the settings of a stage for a shell, in which all other commands then work on that stage."""

from __future__ import annotations

import argparse
import shlex
from typing import Any

from intake_fn.commands import say
from intake_fn.commands.stages import add_stage, stage_of


def add(commands: Any) -> None:
    """Put `env` on the command line."""
    command = commands.add_parser("env", help=env.__doc__, description=env.__doc__)
    add_stage(command, "whose settings are printed", required=True)
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=env)


def env(args: argparse.Namespace) -> None:
    """Print the settings of a stage for a shell: eval "$(specdesk env --stage dev)". No secret is among them."""
    variables = stage_of(args.stage, args.settings).environ({})
    say(args, variables, [f"export {name}={shlex.quote(value)}" for name, value in sorted(variables.items())])
