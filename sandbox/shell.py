"""`make shell`: a shell in which `specdesk` commands work on the running sandbox; or one command, given as arguments.

    make shell                                        a shell, until `exit`
    .venv/bin/python -m sandbox.shell specdesk ledger    one command

The running sandbox keeps its settings in `build/state/settings.json` (BUILD names another folder than build).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.aws import SandboxError
from sandbox.stack import ROOT, SETTINGS, answers

if TYPE_CHECKING:
    from collections.abc import Mapping

WELCOME = """`specdesk` works on the sandbox at {url} here: try `specdesk ledger`, `specdesk doctor` or
`specdesk --help`. `exit` leaves."""


def settings_of(build: Path) -> dict[str, str]:
    """The settings of the sandbox that runs on a build folder. Raises SandboxError where none does."""
    path = build / "state" / SETTINGS
    try:
        settings: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        settings = {}
    if not settings or not answers(settings["SPECDESK_BASE_URL"]):
        raise SandboxError("No sandbox is running. Start it with `make run` in another terminal, then try again.")
    return settings


def environ_of(settings: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a command on the sandbox: its settings, and our programs before all others."""
    programs = str(Path(sys.executable).parent)
    return {**environ, **settings, "PATH": f"{programs}{os.pathsep}{environ.get('PATH', '')}"}


def main(command: list[str]) -> int:
    """Run the command, or a shell, in the place of this program; the exit status where that cannot be."""
    try:
        settings = settings_of(Path(os.environ.get("BUILD") or ROOT / "build"))
    except SandboxError as error:
        print(f"make shell: {error}", file=sys.stderr)
        return 1
    if not command:
        print(WELCOME.format(url=settings["SPECDESK_BASE_URL"]), flush=True)
        command = [os.environ.get("SHELL") or "sh"]
    environ = environ_of(settings, os.environ)
    try:
        os.execvpe(command[0], command, environ)  # noqa: S606 - what the person at the terminal asks for
    except OSError as error:
        print(f"make shell: {command[0]}: {error.strerror}", file=sys.stderr)
    return 127


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
