"""`make run` as a person uses it: start, enter something, Ctrl-C, start again."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.demo import REQUESTS, send
from sandbox.stack import ROOT
from tests.kept_vectors import with_vectors
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.aws

START_SECONDS = 90
NO_MANTIS = {"MANTIS_URL": "", "MANTIS_TOKEN": ""}
"""The contract's tests may be running on a real one."""
TOKEN = "token-of-a-mantis-0123456789abcd"


def free_ports(number: int) -> list[int]:
    """Ports that nobody listens on at this moment."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@contextmanager
def running(environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """`python -m sandbox`, once it says that it is running; interrupted at the end, as Ctrl-C does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox"],
        cwd=ROOT,
        env={**os.environ, **NO_MANTIS, **environ},
        stdout=subprocess.PIPE,
        text=True,
    )
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        until = time.monotonic() + START_SECONDS
        while "is running" not in lines.get(timeout=max(0.1, until - time.monotonic())):
            pass
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        reader.join()
        process.stdout.close()


def children(pid: int) -> list[int]:
    """Processes that a process has started, as `ps` shows them."""
    shown = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in shown.splitlines()]
    direct = [child for child, parent in pairs if parent == pid]
    return direct + [grandchild for child in direct for grandchild in children(child)]


def alive(pid: int) -> bool:
    """Whether a process is still there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def in_shell(environ: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """A command as `make shell` runs it, on the sandbox of these settings."""
    shell = [sys.executable, "-m", "sandbox.shell", *command]
    return subprocess.run(shell, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=False)


def mails_of(site: int, case_id: str) -> int:
    """How often the page of sent mails names a request."""
    with urllib.request.urlopen(f"http://127.0.0.1:{site}/sandbox/mail") as answer:
        page: str = answer.read().decode()
    return page.count(case_id)


def test_what_was_entered_survives_ctrl_c_and_no_process_does(tmp_path: Path) -> None:
    """A request sent before the stop is on its page, in Mantis and among the mails after the next start.

    While it runs, and not longer, commands work on its data.
    """
    site, aws, mantis = free_ports(3)
    environ = {
        "PORT": str(site),
        "AWS_PORT": str(aws),
        "MANTIS_PORT": str(mantis),
        "BUILD": str(with_vectors(tmp_path)),
    }
    request = json.loads(REQUESTS.read_text(encoding="utf-8").splitlines()[0])
    with running(environ) as process:
        taken = send(f"http://127.0.0.1:{site}", request)
        number, address = await_issue(taken)
        mails = mails_of(site, taken["id"])
        started = children(process.pid)
        ledger = in_shell(environ, "specdesk", "ledger", "--json")
        readable_by = (tmp_path / "state" / "settings.json").stat().st_mode & 0o777

    stopped = in_shell(environ, "specdesk", "ledger")
    assert (0, 1) == (ledger.returncode, json.loads(ledger.stdout)["received"])
    assert 0o600 == readable_by
    assert (1, True) == (stopped.returncode, "No sandbox is running. Start it with `make run`" in stopped.stderr)
    assert 0 == process.returncode
    assert len(started) >= 2
    assert [] == [pid for pid in started if alive(pid)]

    with running(environ):
        with urllib.request.urlopen(taken["status_url"]) as answer:
            page = answer.read().decode()
        with urllib.request.urlopen(address) as answer:
            issue = answer.read().decode()
        kept = mails_of(site, taken["id"])

    assert taken["id"] in page
    assert mails > 0
    assert mails <= kept
    assert f"#{number}" in page
    assert f"Specdesk {taken['id']}" in issue


def await_issue(taken: dict[str, Any]) -> tuple[str, str]:
    """The number of the issue of a request and its address, as soon as they stand on the status page."""

    def look() -> re.Match[str] | None:
        with urllib.request.urlopen(taken["status_url"]) as answer:
            return re.search(r'<a href="([^"]+)">#([0-9]+)</a>', answer.read().decode())

    filed = wait_until(look, seconds=40)
    return filed[2], filed[1]


@contextmanager
def mantis(folder: Path) -> Iterator[str]:
    """A Mantis that somebody else has started: the stand-in on a port of its own; its address."""
    command = [sys.executable, "-m", "sandbox.mantis", "--port", "0", "--state", str(folder)]
    environ = {**os.environ, "MANTIS_TOKEN": TOKEN}
    started = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    try:
        yield started.stdout.readline().split()[-1].rstrip("/")
    finally:
        started.terminate()
        started.wait(30)
        started.stdout.close()


def test_the_sandbox_runs_on_a_mantis_that_is_there(tmp_path: Path) -> None:
    """No stand-in is started; requests stand in that Mantis; its token is on no command line and in no output."""
    site, aws, unused = free_ports(3)
    request = json.loads(REQUESTS.read_text(encoding="utf-8").splitlines()[0])
    ports = {"PORT": str(site), "AWS_PORT": str(aws), "MANTIS_PORT": str(unused), "BUILD": str(with_vectors(tmp_path))}
    with mantis(tmp_path / "theirs") as url, running({**ports, "MANTIS_URL": f"{url}/", "MANTIS_TOKEN": TOKEN}):
        number, address = await_issue(send(f"http://127.0.0.1:{site}", request))
        call = urllib.request.Request(f"{url}/api/rest/issues/{number}", headers={"Authorization": TOKEN}, method="GET")
        with urllib.request.urlopen(call) as answer:
            stored = json.load(answer)["issues"][0]
        shown = subprocess.run(["ps", "-A", "-o", "args="], capture_output=True, text=True, check=True).stdout
        with socket.socket() as probe:
            taken = probe.connect_ex(("127.0.0.1", unused))

    assert f"{url}/view.php?id={number}" == address
    assert request["summary"] == stored["summary"]
    assert TOKEN not in shown
    assert taken


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"MANTIS_TOKEN": TOKEN}, "MANTIS_TOKEN is given and MANTIS_URL is not"),
        ({"MANTIS_URL": "https://mantis.example.com"}, "MANTIS_URL is given and MANTIS_TOKEN is not"),
        ({"MANTIS_URL": "mantis.example.com", "MANTIS_TOKEN": TOKEN}, "write it with https://"),
        ({"MANTIS_URL": "http://127.0.0.1:9/api/rest", "MANTIS_TOKEN": TOKEN}, "write it without /api/rest"),
        ({"MANTIS_URL": "http://127.0.0.1:9", "MANTIS_TOKEN": TOKEN}, "Mantis does not answer at http://127.0.0.1:9"),
        ({"MANTIS_URL": "{mantis}", "MANTIS_TOKEN": "another-token"}, "store it as MANTIS_TOKEN"),
    ],
)
def test_what_is_wrong_with_a_mantis_is_said_before_anything_is_built(
    tmp_path: Path, given: dict[str, str], says: str
) -> None:
    """In one line, and without the token."""
    with mantis(tmp_path / "theirs") as url:
        changed = {name: value.format(mantis=url) for name, value in given.items()}
        environ = {**os.environ, **NO_MANTIS, **changed, "BUILD": str(tmp_path / "build"), "PORT": "0"}
        command = [sys.executable, "-m", "sandbox"]
        done = subprocess.run(
            command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )

    assert (1, True) == (done.returncode, says in done.stderr), done.stderr
    assert not any(given.get("MANTIS_TOKEN", TOKEN) in said for said in (done.stdout, done.stderr))
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "build" / "index").exists()


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    """No stack trace; the message says how to choose another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environ = {**os.environ, "PORT": str(taken.getsockname()[1]), "BUILD": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-m", "sandbox"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
        )

    assert 1 == done.returncode
    assert "PORT=" in done.stderr
    assert "Traceback" not in done.stderr
