"""`specdesk env`: the settings of a stage for a shell, in which all other commands then work on that stage."""

from __future__ import annotations

import argparse
import os
import shlex
from typing import Any

from intake_fn.commands import say
from intake_fn.commands.stages import PREFIX, add_stage, stage_of


def add(commands: Any) -> None:
    """Put `env` on the command line."""
    command = commands.add_parser("env", help=env.__doc__, description=env.__doc__)
    add_stage(command, "whose settings are printed", required=True)
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=env)


def env(args: argparse.Namespace) -> None:
    """Print the settings of a stage for a shell: eval "$(specdesk env --stage dev)". No secret is among them.

    What the shell holds of another stage is taken out of it.
    """
    variables = stage_of(args.stage, args.settings).environ({})
    others = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in variables)
    lines = [f"unset {' '.join(others)}"] if others else []
    lines += [f"export {name}={shlex.quote(value)}" for name, value in sorted(variables.items())]
    say(args, variables, lines)
