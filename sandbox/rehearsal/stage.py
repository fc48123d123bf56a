"""The stage that is rehearsed: its settings, its commands, its function, and a Mantis beside it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import client
from intake_fn.commands.stages import stage_of, stage_settings
from intake_fn.settings import ROOT
from sandbox.aws import ACCOUNT, HOST, REGION, LocalAws

if TYPE_CHECKING:
    from collections.abc import Mapping

STAGE = "rehearsal"
FUNCTION = f"specdesk-{STAGE}"
PACKAGES, SITE = f"{FUNCTION}-packages", f"{FUNCTION}-site"
CANARIES = "Specdesk Test"
"""The project of Mantis that canaries are filed in."""
TOKEN = "token-of-the-rehearsal-0123456789"  # noqa: S105 - guards nothing: everything is on this machine
MARKER = re.compile(r"Specdesk (HD-\w{4}-\w{4})")
COMMAND_SECONDS = 300

SPECDESK = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from intake_fn.cli import main; sys.exit(main())"
ZAPPA = """
from zappa import cli
cli.ZappaCLI.check_for_update = lambda self: None  # it asks the package index, and a rehearsal asks nobody
cli.handle()
"""


class RehearsalError(Exception):
    """A step did not do what it has to; the message says what came instead."""


@dataclass
class RehearsedStage:
    """A stage on the local AWS. Browsers reach it at `address`, where front.py stands in for CloudFront."""

    aws: LocalAws
    folder: Path
    mantis_port: int
    address: str
    more: dict[str, str] = field(default_factory=dict)
    """Variables of the function that are known only once it is deployed."""
    secrets: dict[str, str] = field(default_factory=lambda: {"SPECDESK_MANTIS_TOKEN": TOKEN})
    """What `specdesk provision` puts into Parameter Store; nothing else reads them."""
    mantis: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> Path:
        """The file of stages."""
        return self.folder / "zappa_settings.json"

    @property
    def environ(self) -> dict[str, str]:
        """The environment of the commands: this machine's, with the local AWS and the secrets of Parameter Store."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SPECDESK_"))}
        return {**inherited, **self.aws.environ(), "AWS_REGION": REGION, **self.secrets}

    def variables(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of the commands that need the function's settings."""
        return {**stage_of(STAGE, self.settings).environ(self.environ, secrets=True), **(more or {})}

    def write_settings(self) -> None:
        """The stage: that of `dev`, with names of its own, here."""
        stage = dict(stage_settings(ROOT / "zappa_settings.json", "dev"))
        stage |= {"aws_region": REGION, "s3_bucket": PACKAGES, "role_name": f"{FUNCTION}-function"}
        stage |= {"runtime": f"python{sys.version_info.major}.{sys.version_info.minor}"}
        stage |= {"tags": {"stage": STAGE}, "lambda_concurrency": None}
        stage["specdesk"] = {**stage["specdesk"], "site_bucket": SITE}
        variables = {
            "SPECDESK_TABLE": FUNCTION,
            "SPECDESK_BUCKET": f"{FUNCTION}-files",
            "SPECDESK_PARAMETERS": f"/specdesk/{STAGE}",
            "SPECDESK_MANTIS_URL": f"http://{HOST}:{self.mantis_port}",
            "SPECDESK_BASE_URL": self.address,
            "SPECDESK_SITE_URL": self.address,
            "SPECDESK_CANARY_PROJECT": CANARIES,
        }
        del stage["extends"]
        stage["aws_environment_variables"] = variables | self.more | self.aws.environ()
        self.settings.write_text(json.dumps({STAGE: stage}), encoding="utf-8")

    # --- commands ---------------------------------------------------------------------------------

    def run(self, *command: str, environ: Mapping[str, str] | None = None, wrong: int = 0) -> str:
        """Run a program; what it prints. Raises RehearsalError for another exit status than 0 or `wrong`."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**(environ or self.environ)},
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
        if done.returncode not in (0, wrong) or (done.returncode and not done.stdout):
            told = f"{done.stdout}{done.stderr}"[-3000:]
            raise RehearsalError(f"{' '.join(command[3:])}: status {done.returncode}\n{told}")
        return done.stdout

    def specdesk(self, *arguments: str, wrong: int = 0, more: Mapping[str, str] | None = None) -> str:
        """Run one of our commands with the function's settings."""
        environ = self.variables(more)
        return self.run(sys.executable, "-c", SPECDESK, *arguments, environ=environ, wrong=wrong)

    def of_stage(self, command: str, *arguments: str, wrong: int = 0) -> Any:
        """Run one of our commands that take a stage; its JSON."""
        given = ("--stage", STAGE, "--settings", str(self.settings), "--json")
        return json.loads(self.run(sys.executable, "-c", SPECDESK, *command.split(), *given, *arguments, wrong=wrong))

    def zappa(self, *arguments: str) -> str:
        """Run Zappa on the stage."""
        return self.run(sys.executable, "-c", ZAPPA, *arguments, "-s", str(self.settings))

    def client(self, service: str) -> Any:
        """A client of the local AWS."""
        return client(service, self.aws.environ(), read_seconds=60)

    # --- the function -----------------------------------------------------------------------------

    @property
    def arn(self) -> str:
        """The function's name among all."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}"

    @property
    def url(self) -> str:
        """Where the deployed function answers."""
        (api,) = (one for one in self.client("apigatewayv2").get_apis()["Items"] if one["Name"] == FUNCTION)
        return f"{self.aws.url}/_aws/execute-api/{api['ApiId']}/{STAGE}"

    def ask(self, path: str, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Ask for a page as people do, at the front; status and body."""
        call = urllib.request.Request(self.address + path, data, {**(headers or {})})  # noqa: S310 - our own front
        try:
            with urllib.request.urlopen(call, timeout=60) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    # --- Mantis -----------------------------------------------------------------------------------

    def start_mantis(self) -> None:
        """Start the stand-in, with what was filed before."""
        command = [sys.executable, "-m", "sandbox.mantis", "--port", str(self.mantis_port)]
        command += ["--support", str(ROOT / "support.yml"), "--state", str(self.folder / "mantis")]
        command.append("--until-input-ends")
        command += ["--more-projects", CANARIES]
        environ = {**os.environ, "MANTIS_TOKEN": TOKEN}
        self.mantis = subprocess.Popen(command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        for _ in range(600):
            with suppress(OSError):
                self.issues()
                return
            time.sleep(0.1)
        raise RehearsalError("the stand-in Mantis does not start")

    def stop_mantis(self) -> None:
        """Stop the stand-in."""
        if self.mantis is not None:
            self.mantis.terminate()
            self.mantis.wait()
            if self.mantis.stdin:
                self.mantis.stdin.close()
            self.mantis = None

    def issues(self) -> list[dict[str, Any]]:
        """All that was filed."""
        call = urllib.request.Request(
            f"http://{HOST}:{self.mantis_port}/api/rest/issues?page_size=0", headers={"Authorization": TOKEN}
        )
        with urllib.request.urlopen(call, timeout=10) as answer:  # noqa: S310
            rows: list[dict[str, Any]] = json.load(answer)["issues"]
            return rows

    def filed(self) -> list[str]:
        """The request of each issue, by our marker; one with two issues stands there twice. Canaries are none."""
        rows = [row for row in self.issues() if row["project"]["name"] != CANARIES]
        return [found[1] for row in rows if (found := MARKER.search(row.get("additional_information") or ""))]
