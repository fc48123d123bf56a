"""The local AWS of the sandbox: it starts, keeps what it should, and never outlives us."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from intake_fn.adapters.aws import client
from intake_fn.adapters.dynamodb import DynamoStore, Table
from intake_fn.adapters.s3 import S3Files
from intake_fn.adapters.ses import SesMailer
from intake_fn.ports import Mail
from sandbox.aws import HOST, LocalAws, SandboxError, provision
from tests.adapters.test_store import received
from tests.fakes import LEVELS
from tests.waiting import wait_until

if TYPE_CHECKING:
    from intake_fn.core.process import Process

pytestmark = pytest.mark.aws

NAMES = {"SPECDESK_TABLE": "specdesk", "SPECDESK_BUCKET": "specdesk-files"}


def listens(port: int) -> bool:
    """Whether anybody answers at a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def test_what_was_entered_survives_a_stop(tmp_path: Path, process: Process) -> None:
    """`make run`, enter something, Ctrl-C, `make run`: tables, files and the mail identity are there."""
    for turn in (1, 2):
        with contextlib.ExitStack() as stack:
            aws = stack.enter_context(LocalAws(tmp_path / "state"))
            environ = {**aws.environ(), **NAMES}
            provision(environ, process)
            clients = {
                name: stack.enter_context(closing(client(name, environ))) for name in ("dynamodb", "s3", "sesv2")
            }
            store = DynamoStore(Table(partial(clients.__getitem__, "dynamodb"), "specdesk"), LEVELS)
            files = S3Files(partial(clients.__getitem__, "s3"), "specdesk-files")
            mailer = SesMailer(partial(clients.__getitem__, "sesv2"), process.mail)
            if turn == 1:
                store.create(received(), "key")
                files.put("k", b"kept", "text/plain")
            mailer.send(Mail("a@example.com", f"turn {turn}", "text"))

            assert store.load("HD-1") == received().case
            assert store.counts()[1] == 1
            assert [row.id for row in store.queue(1).rows] == ["HD-1"]
            assert files.get("k") == b"kept"
            assert aws.mails()[-1]["subject"] == f"turn {turn}"
        assert not listens(aws.port)


def test_a_port_that_is_taken_is_said_so() -> None:
    """With the way to choose another; the program that has it is left alone."""
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SandboxError, match=rf"Port {port} is taken.*AWS_PORT"):
            LocalAws(port=port).start()


def test_a_missing_environment_is_said_so(tmp_path: Path) -> None:
    """With the command that makes it."""
    with pytest.raises(SandboxError, match="make run"):
        LocalAws(python=tmp_path / "python").start()


def test_a_child_that_fails_is_quoted() -> None:
    """The person at the terminal sees what it printed, and nothing stays behind."""
    aws = LocalAws(python=Path(sys.executable))  # which has no ministack
    with pytest.raises(SandboxError, match="No module named 'ministack'"):
        aws.start()

    aws.stop()


def test_reset_forgets_everything(process: Process) -> None:
    """Tests may begin anew without a new process."""
    with LocalAws() as aws:
        environ = {**aws.environ(), **NAMES}
        provision(environ, process)
        aws.reset()
        with closing(client("dynamodb", environ)) as dynamodb:
            assert dynamodb.list_tables()["TableNames"] == []


def test_it_listens_on_this_machine_only(aws: LocalAws) -> None:
    """By its own habit it would listen to the whole network."""
    with socket.socket() as probe:
        probe.settimeout(1)

        assert probe.connect_ex(("127.0.0.2", aws.port)) != 0  # reaches what listens everywhere


def test_it_dies_with_its_parent() -> None:
    """Even when the parent is killed without a chance to stop it."""
    program = "from sandbox.aws import LocalAws; a = LocalAws(); a.start(); print(a.port, flush=True); input()"
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        assert listens(port)
        parent.send_signal(signal.SIGKILL)
        parent.wait()

    wait_until(lambda: not listens(port), seconds=10)
