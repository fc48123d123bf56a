"""`make rehearse`: the whole life of a stage on the local AWS, from nothing until nothing is left.

    provision ─► package ─► zappa deploy ─► a form ─► the schedule ─► mail ─► update, and back ─► undeploy ─► remove

It runs the commands of docs/operate/deploying.md. The function runs from the zip, in the interpreter of the local AWS;
so its runtime is the version of this Python. The table at the end has each step with its seconds and what came of it.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zipfile
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import client
from intake_fn.commands.stages import stage_of, stage_settings
from intake_fn.settings import ROOT
from sandbox.aws import HOST, REGION, LocalAws
from sandbox.demo import REQUESTS, send
from sandbox.stack import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STAGE = "rehearsal"
FUNCTION = f"specdesk-{STAGE}"
TOKEN = "token-of-the-rehearsal-0123456789"  # noqa: S105 - guards nothing: everything is on this machine
SCHEDULE_SECONDS = 150
UPDATE_PAUSE = 0.3

ZAPPA = """
from zappa import cli
cli.ZappaCLI.check_for_update = lambda self: None  # it asks the package index, and a rehearsal asks nobody
cli.handle()
"""


class RehearsalError(Exception):
    """A step did not do what it has to; the message says what came instead."""


@dataclass
class Rehearsal:
    """One stage on the local AWS; `steps` are run in their order, each by its name."""

    aws: LocalAws
    folder: Path
    mantis_port: int
    rows: list[tuple[str, float, str]] = field(default_factory=list)
    zips: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    mantis: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> Path:
        """The file of stages."""
        return self.folder / "zappa_settings.json"

    @property
    def environ(self) -> dict[str, str]:
        """Of the commands: this machine's, the local AWS, and the token that is kept in Parameter Store."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SPECDESK_"))}
        return {**inherited, **self.aws.environ(), "AWS_REGION": REGION, "SPECDESK_MANTIS_TOKEN": TOKEN}

    def write_settings(self) -> None:
        """The stage: that of `dev`, with names of its own, here."""
        stage = dict(stage_settings(ROOT / "zappa_settings.json", "dev"))
        stage |= {"aws_region": REGION, "s3_bucket": f"{FUNCTION}-packages", "role_name": f"{FUNCTION}-function"}
        stage |= {"runtime": f"python{sys.version_info.major}.{sys.version_info.minor}"}
        stage |= {"tags": {"stage": STAGE}, "lambda_concurrency": None}
        variables = {
            "SPECDESK_TABLE": FUNCTION,
            "SPECDESK_BUCKET": f"{FUNCTION}-files",
            "SPECDESK_PARAMETERS": f"/specdesk/{STAGE}",
            "SPECDESK_MANTIS_URL": f"http://{HOST}:{self.mantis_port}",
            "SPECDESK_BASE_URL": "https://rehearsal.example.com",
        }
        del stage["extends"]
        stage["aws_environment_variables"] = variables | self.aws.environ()
        self.settings.write_text(json.dumps({STAGE: stage}), encoding="utf-8")

    def run(self, *command: str, wrong: int = 0) -> str:
        """Run a program; what it prints. Raises RehearsalError for another exit status than 0 or `wrong`."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environ, capture_output=True, text=True, check=False, timeout=1200
        )
        if done.returncode not in (0, wrong) or (done.returncode and not done.stdout):
            raise RehearsalError(
                f"{' '.join(command[-6:])}: status {done.returncode}\n{done.stdout}{done.stderr}"[-3000:]
            )
        return done.stdout

    def specdesk(self, *arguments: str, wrong: int = 0) -> str:
        """Run one of our commands, for the stage."""
        code = "import sys; from intake_fn.cli import main; sys.exit(main())"
        place = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"
        return self.run(sys.executable, "-c", place, *arguments, wrong=wrong)

    def zappa(self, *arguments: str) -> str:
        """Run Zappa on the stage."""
        return self.run(sys.executable, "-c", ZAPPA, *arguments, "-s", str(self.settings))

    def client(self, service: str) -> Any:
        """A client of the local AWS."""
        return client(service, self.aws.environ())

    # --- the steps --------------------------------------------------------------------------------

    def provision(self) -> str:
        """Plan, make, and make again: the second time nothing is missing but what is for a person."""
        given = ("provision", "--stage", STAGE, "--settings", str(self.settings), "--json")
        plan = json.loads(self.specdesk(*given, wrong=1))["steps"]
        self.specdesk(*given, "--apply", wrong=1)
        left = [step for step in json.loads(self.specdesk(*given, wrong=1))["steps"] if step["by"] == "specdesk"]
        if not plan or left:
            raise RehearsalError(f"planned {len(plan)}; still to be made: {left}")
        return f"{len(plan)} parts made, nothing left to make"

    def package(self) -> str:
        """Make the zip for this Python and put it into the bucket of packages."""
        given = ("package", "--stage", STAGE, "--settings", str(self.settings), "--upload", "--json")
        made = json.loads(self.specdesk(*given, "--out", str(self.folder / "one.zip")))
        self.zips.append(made["at"])
        return f"{made['zipped'] / 1e6:.1f} MB zipped, {made['unzipped'] / 1e6:.1f} MB unzipped"

    def deploy(self) -> str:
        """Deploy the zip."""
        self.zappa("deploy", STAGE, "-z", self.zips[0])
        status, body = self.ask("GET", "/health")
        if status not in (200, 503):
            raise RehearsalError(f"/health says {status}: {body[:300]!r}")
        return f"/health answers {status}"

    @property
    def url(self) -> str:
        """Where the deployed function answers."""
        (api,) = (one for one in self.client("apigatewayv2").get_apis()["Items"] if one["Name"] == FUNCTION)
        return f"{self.aws.url}/_aws/execute-api/{api['ApiId']}/{STAGE}"

    def ask(self, method: str, path: str) -> tuple[int, bytes]:
        """Ask the deployed function for a page."""
        call = urllib.request.Request(self.url + path, method=method)  # noqa: S310 - the local AWS
        try:
            with urllib.request.urlopen(call, timeout=60) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def submit(self) -> str:
        """Send a request through the deployed function while Mantis is down: it is received all the same."""
        self.stop_mantis()
        request = json.loads(REQUESTS.read_text(encoding="utf-8").splitlines()[0])
        answer = send(self.url, request)
        self.sent.append(answer["id"])
        if answer["issue"]:
            raise RehearsalError("it was filed, and Mantis is down")
        return f"{answer['id']} received, {answer['verdict']['category']}; filing delayed, as Mantis is down"

    def schedule(self) -> str:
        """Wait for the rule of every minute: it files the request, since Mantis is back."""
        self.start_mantis()
        begin = time.monotonic()
        while time.monotonic() < begin + SCHEDULE_SECONDS:
            if self.issues():
                return f"filed by the schedule after {time.monotonic() - begin:.0f} s"
            time.sleep(2)
        raise RehearsalError(f"no issue after {SCHEDULE_SECONDS} s")

    def mail(self) -> str:
        """Its requester is mailed."""
        mails = [mail for mail in self.aws.mails() if self.sent[0] in mail["subject"] + mail["text"]]
        if not mails:
            raise RehearsalError("nobody was mailed")
        return f"{len(mails)} mails, the first: {mails[0]['subject']}"

    def update(self) -> str:
        """Update while requests keep coming: each that was acknowledged is there once."""
        other = self.folder / "two.zip"
        shutil.copyfile(self.folder / "one.zip", other)
        with zipfile.ZipFile(other, "a") as package:
            package.writestr("rehearsal.txt", "another version")
        bucket = self.zips[0].removeprefix("s3://").partition("/")[0]
        self.client("s3").upload_file(str(other), bucket, "packages/two.zip")
        self.zips.append(f"s3://{bucket}/packages/two.zip")
        with self.keep_sending() as counted:
            self.zappa("update", STAGE, "-z", self.zips[1])
        return self.none_lost(counted)

    def roll_back(self) -> str:
        """Update to the former zip, while requests keep coming."""
        with self.keep_sending() as counted:
            self.zappa("update", STAGE, "-z", self.zips[0])
        return self.none_lost(counted)

    @contextmanager
    def keep_sending(self) -> Iterator[dict[str, int]]:
        """Send requests until the block ends; how many were acknowledged, and how many not."""
        lines = [json.loads(line) for line in REQUESTS.read_text(encoding="utf-8").splitlines()]
        counted, over, url = {"acknowledged": 0, "refused": 0}, threading.Event(), self.url

        def keep_on() -> None:
            while not over.wait(UPDATE_PAUSE):
                request = lines[len(self.sent) % len(lines)]
                try:
                    self.sent.append(send(url, request)["id"])
                    counted["acknowledged"] += 1
                except (OSError, http.client.HTTPException):
                    counted["refused"] += 1

        sending = threading.Thread(target=keep_on)
        sending.start()
        try:
            yield counted
        finally:
            over.set()
            sending.join()

    def none_lost(self, counted: dict[str, int]) -> str:
        """Compare what was acknowledged with the table and with Mantis. Raises RehearsalError."""
        self.specdesk_with_stage("sweep")
        ledger = json.loads(self.specdesk_with_stage("ledger", "--json"))
        marked = [match for row in self.issues() for match in set(re.findall(r"HD-\w{4}-\w{4}", json.dumps(row)))]
        doubled = len(self.issues()) - ledger["filed"]
        if (
            ledger["received"] < len(set(self.sent))
            or not ledger["balanced"]
            or doubled > 0
            or not set(self.sent) & set(marked)
        ):
            raise RehearsalError(f"sent {len(set(self.sent))}, {ledger}, {len(self.issues())} issues")
        return (
            f"{counted['acknowledged']} acknowledged, {counted['refused']} refused; "
            f"of {len(set(self.sent))} in all 0 lost, 0 doubled"
        )

    def specdesk_with_stage(self, *arguments: str) -> str:
        """One of our commands with the function's settings."""
        variables = stage_of(STAGE, self.settings).environ(self.environ)
        place = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from intake_fn.cli import main; sys.exit(main())"
        done = subprocess.run(
            [sys.executable, "-c", place, *arguments], env=variables, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RehearsalError(f"specdesk {' '.join(arguments)}: {done.stdout}{done.stderr}"[-2000:])
        return done.stdout

    def recompute(self) -> str:
        """Every request is as its log says, and the first verdict is given again, byte for byte."""
        found = json.loads(self.specdesk_with_stage("recompute", "--all", "--json"))
        self.specdesk_with_stage("replay", self.sent[0])
        return f"{found['requests']} requests, {len(found['differences'])} differences; {self.sent[0]} judged the same"

    def undeploy(self) -> str:
        """Undeploy, and remove the stage with its data."""
        self.zappa("undeploy", STAGE, "-y", "--remove-logs")
        given = ("provision", "--stage", STAGE, "--settings", str(self.settings), "--remove", "--with-data", "--json")
        plan = json.loads(self.specdesk(*given, wrong=1))["steps"]
        self.specdesk(*given, "--confirm", FUNCTION)
        return f"{len(plan)} parts removed"

    def nothing_left(self) -> str:
        """Look through the account."""
        left = {
            "functions": self.client("lambda").list_functions()["Functions"],
            "roles": self.client("iam").list_roles()["Roles"],
            "tables": self.client("dynamodb").list_tables()["TableNames"],
            "buckets": self.client("s3").list_buckets()["Buckets"],
            "alarms": self.client("cloudwatch").describe_alarms()["MetricAlarms"],
            "dashboards": self.client("cloudwatch").list_dashboards()["DashboardEntries"],
            "log groups": self.client("logs").describe_log_groups()["logGroups"],
            "topics": self.client("sns").list_topics()["Topics"],
            "secrets": self.client("ssm").describe_parameters()["Parameters"],
            "rules": self.client("events").list_rules()["Rules"],
            "APIs": self.client("apigatewayv2").get_apis()["Items"],
        }
        found = {name: items for name, items in left.items() if items}
        if found:
            raise RehearsalError(json.dumps(found, default=str)[:1500])
        return f"none of {', '.join(left)}"

    # --- Mantis -----------------------------------------------------------------------------------

    def start_mantis(self) -> None:
        """Start the stand-in, with what was filed before."""
        command = [sys.executable, "-m", "sandbox.mantis", "--port", str(self.mantis_port)]
        command += ["--support", str(ROOT / "support.yml"), "--state", str(self.folder / "mantis")]
        environ = {**os.environ, "MANTIS_TOKEN": TOKEN}
        self.mantis = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
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
            self.mantis = None

    def issues(self) -> list[dict[str, Any]]:
        """All that was filed."""
        call = urllib.request.Request(
            f"http://{HOST}:{self.mantis_port}/api/rest/issues?page_size=0", headers={"Authorization": TOKEN}
        )
        with urllib.request.urlopen(call, timeout=10) as answer:  # noqa: S310
            rows: list[dict[str, Any]] = json.load(answer)["issues"]
            return rows

    def step(self, name: str, act: Callable[[], str]) -> None:
        """Run a step, and note its seconds and what came of it."""
        begin = time.monotonic()
        result = act()
        self.rows.append((name, time.monotonic() - begin, result))
        print(f"{name:28} {self.rows[-1][1]:7.1f} s  {result}", flush=True)


def main() -> int:
    """Run all steps; 1 if one failed, which ends the rehearsal."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="specdesk-rehearsal-")))
        aws = stack.enter_context(LocalAws())
        rehearsal = Rehearsal(aws, folder, free_port(0, "MANTIS_PORT"))
        stack.callback(rehearsal.stop_mantis)
        rehearsal.write_settings()
        rehearsal.start_mantis()
        steps = {
            "provision": rehearsal.provision,
            "package": rehearsal.package,
            "zappa deploy": rehearsal.deploy,
            "a request, Mantis down": rehearsal.submit,
            "the schedule files it": rehearsal.schedule,
            "mail": rehearsal.mail,
            "zappa update, under load": rehearsal.update,
            "roll back, under load": rehearsal.roll_back,
            "recompute and replay": rehearsal.recompute,
            "undeploy and remove": rehearsal.undeploy,
            "nothing is left": rehearsal.nothing_left,
        }
        for name, act in steps.items():
            try:
                rehearsal.step(name, act)
            except (RehearsalError, subprocess.TimeoutExpired) as error:
                print(f"{name:28}  FAILED  {error}", file=sys.stderr)
                return 1
    print(f"All {len(steps)} steps in {sum(seconds for _, seconds, _ in rehearsal.rows):.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
