"""The local AWS of the sandbox and the tests: ministack, in an environment and a process of its own.

It listens on 127.0.0.1 only. It saves its state when it is stopped in good order, so `stop` waits
for it; should we die without a word, its standard input ends and it stops itself.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import client
from intake_fn.adapters.provision.dynamodb import create_table
from intake_fn.adapters.provision.mail_in import create_receipt, permit_receipt
from intake_fn.adapters.provision.s3 import create_bucket
from intake_fn.adapters.provision.ses import create_identity
from intake_fn.commands import mail_addresses
from sandbox.running import Running

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intake_fn.core.process import Process

HOST = "127.0.0.1"
ACCOUNT = "123456789012"
"""Stands for the access key, too: ministack takes a key of 12 digits as the account's number."""
SECRET = "sandbox"  # noqa: S105 - guards nothing: the emulator is on loopback and keeps example data
"""ministack checks the signatures of links with it, and nothing else."""
REGION = "eu-west-1"

PYTHON = Path(__file__).resolve().parent.parent / "build" / "aws-venv" / "bin" / "python"

START_SECONDS = 20
STOP_SECONDS = 15

# What the child runs: ministack, and beside it a thread that waits until our end of the pipe is closed.
PROGRAM = """
import os, signal, sys, threading
from ministack.app import main

def outlive_nobody():
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=outlive_nobody, daemon=True).start()
main()
"""


class SandboxError(Exception):
    """Something that the sandbox needs is missing or in the way; the message says what to do."""


class LocalAws(Running):
    """A local AWS, to be used as a context manager or by `start` and `stop`.

    `state` is the folder where tables, files and mails outlive a stop; None keeps nothing. Mails are kept by
    `keep_mails`, since ministack forgets them.
    `port` 0 takes any free port. `python` is the interpreter that has ministack.
    """

    def __init__(self, state: Path | None = None, port: int = 0, python: Path = PYTHON) -> None:
        self.state = state
        self.python = python
        self.port = port or _free_port()
        self.url = f"http://{HOST}:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._kept: list[dict[str, Any]] = []

    @property
    def pid(self) -> int:
        """The process id of the local AWS; 0 while it is stopped."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start and wait until it answers. Raises SandboxError that says what is missing or in the way."""
        if not self.python.exists():
            raise SandboxError(
                "The local AWS is not installed. `make run` and `make test` install it (build/aws-venv); "
                "`make build/aws-venv/.ready` does nothing else."
            )
        with socket.socket() as probe:
            if probe.connect_ex((HOST, self.port)) == 0:
                raise SandboxError(
                    f"Port {self.port} is taken by another program. Choose another: make run AWS_PORT=4567"
                )
        if self._mails_file and self._mails_file.exists():
            self._kept = json.loads(self._mails_file.read_text(encoding="utf-8"))
        self._scratch = tempfile.TemporaryDirectory(prefix="specdesk-aws-")
        scratch = Path(self._scratch.name)
        log = scratch / "log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [self.python, "-c", PROGRAM],
                env=self._environment(scratch),
                cwd=scratch,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C at the terminal is for us; we stop it in our own time
            )
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                told = log.read_text(encoding="utf-8", errors="replace")[-2000:]
                self.stop()
                raise SandboxError(f"The local AWS does not start on port {self.port}. It printed:\n{told}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop in good order, so that the state is saved. May be called twice."""
        if self._process is not None:
            with contextlib.suppress(OSError, http.client.HTTPException, SandboxError):  # it is down already
                self.keep_mails()
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdin:
                self._process.stdin.close()
            self._process = None
        if self._scratch is not None:
            self._scratch.cleanup()
            self._scratch = None

    def environ(self) -> dict[str, str]:
        """The environment variables that lead boto3 here."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": REGION,
        }

    def reset(self) -> None:
        """Forget everything, tables and buckets included."""
        self._call("POST", "/_ministack/reset")
        self._kept = []

    def mails(self) -> list[dict[str, Any]]:
        """The mails that were sent, oldest first: `to`, `subject`, `text`, `html`, `at` (seconds since 1970)."""
        return [*self._kept, *self._sent()]

    def keep_mails(self) -> None:
        """Write down the mails that were sent, so that the next start knows them."""
        if self._mails_file is None:
            return
        fresh = self._mails_file.with_suffix(".fresh")
        fresh.write_text(json.dumps(self.mails(), ensure_ascii=False), encoding="utf-8")
        fresh.replace(self._mails_file)

    @property
    def _mails_file(self) -> Path | None:
        return self.state / "mails.json" if self.state else None

    def _sent(self) -> list[dict[str, Any]]:
        """The mails of this run."""
        sent = json.loads(self._call("GET", f"/_ministack/ses/messages?account={ACCOUNT}"))
        return [
            {
                "to": ", ".join(mail["To"]),
                "subject": mail["Subject"],
                "text": mail["BodyText"].replace("\r\n", "\n").rstrip("\n"),
                "html": (mail["BodyHtml"] or "").replace("\r\n", "\n").rstrip("\n"),
                "at": mail["Timestamp"],
            }
            for mail in sorted(sent["messages"].get(ACCOUNT, []), key=lambda mail: mail["Timestamp"])
        ]

    def _environment(self, scratch: Path) -> dict[str, str]:
        """Ours without any AWS settings, plus those of ministack."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
        kept = {}
        if self.state is not None:
            self.state.mkdir(parents=True, exist_ok=True)
            kept = {
                "PERSIST_STATE": "1",
                "STATE_DIR": str(self.state.resolve() / "services"),
                "S3_PERSIST": "1",
                "S3_DATA_DIR": str(self.state.resolve() / "s3"),
            }
        return {
            **inherited,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": HOST,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_REGION": REGION,
            "LOG_LEVEL": "WARNING",
            "TMPDIR": str(scratch),  # its pid file goes there
            "STATE_DIR": str(scratch / "services"),
            "S3_DATA_DIR": str(scratch / "s3"),
            "DOCKER_HOST": f"unix://{scratch}/none",  # it would tidy up containers that are not ours
            "SFTP_ENABLED": "0",
            **kept,
        }

    def _answers(self) -> bool:
        try:
            self._call("GET", "/_ministack/health")
        except (OSError, http.client.HTTPException):
            return False
        return True

    def _call(self, method: str, path: str) -> bytes:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        with contextlib.closing(connection):
            connection.request(method, path)
            answer = connection.getresponse()
            body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise SandboxError(f"The local AWS answers {method} {path} with {answer.status}: {body[:300]!r}")
        return body


def provision(environ: Mapping[str, str], process: Process, pages_at: Sequence[str] = ()) -> None:
    """Make table, bucket and mail identity of a stage where they are missing; pages of those origins may upload.

    Names are those of `environ` (SPECDESK_TABLE, SPECDESK_BUCKET) and of support.yml.
    """
    with contextlib.closing(client("dynamodb", environ)) as dynamodb:
        create_table(dynamodb, environ["SPECDESK_TABLE"])
    with contextlib.closing(client("s3", environ)) as s3:
        create_bucket(s3, environ["SPECDESK_BUCKET"], pages_at)
        permit_receipt(s3, environ["SPECDESK_BUCKET"], ACCOUNT)
    with contextlib.closing(client("ses", environ)) as receiving:
        create_receipt(receiving, environ["SPECDESK_BUCKET"], mail_addresses(process))
    with contextlib.closing(client("sesv2", environ)) as ses:
        create_identity(ses, process.mail.address)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        number: int = probe.getsockname()[1]
        return number
