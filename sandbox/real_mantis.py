"""`make run MANTIS_URL=…`: the application files to a Mantis that is there already, in place of the stand-in.

Its token comes from the environment, or is asked for at the terminal; it stands on no command line of ours, is handed
to no other program, and is never printed.
"""

from __future__ import annotations

import getpass
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from intake_fn.adapters.mantis import MantisTracker
from intake_fn.adapters.provision.mantis_account import Token
from intake_fn.adapters.provision.mantis_lacks import lacks
from intake_fn.adapters.provision.mantis_survey import survey
from intake_fn.core.errors import SpecdeskError
from intake_fn.settings import wrong_with_start_page
from sandbox.aws import SandboxError

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from intake_fn.core.process import Process

TOKEN = Token("MANTIS_TOKEN", "the account that Specdesk is to be in Mantis")
SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RealMantis:
    """Where it is, and as whom we file there."""

    url: str
    token: str = field(repr=False)

    @classmethod
    def from_environ(cls, environ: MutableMapping[str, str]) -> RealMantis | None:
        """MANTIS_URL and MANTIS_TOKEN, which no program that is started later inherits. Raises SandboxError."""
        url, token = (environ.pop(name, "").strip() for name in ("MANTIS_URL", "MANTIS_TOKEN"))
        for name in ("MAKEFLAGS", "MAKEOVERRIDES"):  # make tells its children what it was called with
            environ.pop(name, None)
        if not url:
            if token:
                raise SandboxError("MANTIS_TOKEN is given and MANTIS_URL is not: say where that Mantis is.")
            return None
        if problem := wrong_with_start_page(url):
            raise SandboxError(f"MANTIS_URL is {url!r}: {problem}.")
        if not token and sys.stdin.isatty():
            token = getpass.getpass(f"API token of Specdesk's account in {url}: ").strip()
        if not token:
            raise SandboxError("MANTIS_URL is given and MANTIS_TOKEN is not. See docs/operate/running.md, Real Mantis.")
        return cls(url.rstrip("/"), token)

    def lacks(self, process: Process) -> list[str]:
        """What is missing there, with its remedy. Raises SandboxError when it cannot be used."""
        tracker = MantisTracker(self.url, self.token, process.mantis, timeout_seconds=SECONDS)
        try:
            return [f"{lack.what}. {lack.remedy}" for lack in lacks(survey(tracker, TOKEN), process)]
        except SpecdeskError as error:
            raise SandboxError(str(error)) from error
