"""The stand-in Mantis as a program: it starts, answers over a real connection, and survives a kill."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sandbox.mantis.state import FILE_NAME
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
TOKEN = "token-of-the-service-account-0123"
ISSUE = {"summary": "Printer", "description": "It is silent.", "project": {"id": 2}, "category": "General"}


class Program:
    """`python -m sandbox.mantis` on a free port."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "sandbox.mantis", "--port", "0", "--state", str(folder), "--token", TOKEN]
        self.process = subprocess.Popen(
            [*command, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        match = re.search(r"http://127\.0\.0\.1:(\d+)/", self.said)
        self.port = int(match[1]) if match else 0

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of one call. Raises OSError or HTTPException when there is no answer."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            headers = {"Authorization": TOKEN, "Content-Type": "application/json"}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            data = answer.read()
            return answer.status, json.loads(data) if data else None

    def end(self, how: signal.Signals) -> tuple[int, str]:
        """End it; its exit status and what it said on stderr."""
        self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=10)
        return self.process.returncode, errors


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Starts the program with its data in one folder; none is left running."""
    started: list[Program] = []

    def start_one(*options: str) -> Program:
        started.append(Program(tmp_path / "state", *options))
        return started[-1]

    yield start_one
    for program in started:
        if program.process.poll() is None:
            program.process.kill()
        program.process.communicate(timeout=10)


def test_the_program_says_where_it_is_and_ends_cleanly(start: Callable[..., Program]) -> None:
    """One line when it is ready; SIGTERM ends it with status 0 and without a word."""
    program = start()
    status, answer = program.call("GET", "/api/rest/users/me")
    ended = program.end(signal.SIGTERM)

    assert program.said == f"Stand-in Mantis: http://127.0.0.1:{program.port}/\n"
    assert (status, answer["name"]) == (200, "specdesk")
    assert ended == (0, "")


def test_a_lost_answer_and_a_server_that_is_down_look_like_that_to_a_client(start: Callable[..., Program]) -> None:
    """Over a real connection nothing comes back, at once, and the issue of the lost answer is there."""
    program = start()
    for fault in ("down", "created-no-answer"):
        program.call("POST", "/_control", {"fault": fault, "times": 1})
        with pytest.raises((OSError, http.client.HTTPException)):
            program.call("POST", "/api/rest/issues", {**ISSUE, "summary": fault})
    _, listed = program.call("GET", "/api/rest/issues?select=summary")

    assert [issue["summary"] for issue in listed["issues"]] == ["created-no-answer"]
    assert program.end(signal.SIGINT) == (0, "")


def test_killed_in_the_middle_of_work_it_loses_nothing_that_it_confirmed(
    start: Callable[..., Program], tmp_path: Path
) -> None:
    """After kill -9 the file is sound, each confirmed issue is there, and the program starts on it again."""
    program = start()
    confirmed: list[int] = []
    enough = threading.Event()

    def work() -> None:
        try:
            while True:
                confirmed.append(program.call("POST", "/api/rest/issues", ISSUE)[1]["issue"]["id"])
                if len(confirmed) > 10:
                    enough.set()
        except (OSError, http.client.HTTPException):
            enough.set()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    enough.wait(10)
    program.end(signal.SIGKILL)
    for worker in workers:
        worker.join()
    with closing(sqlite3.connect(tmp_path / "state" / FILE_NAME)) as database:
        sound = database.execute("pragma integrity_check").fetchone()[0]
    _, listed = start().call("GET", "/api/rest/issues?page_size=0&select=id")

    assert sound == "ok"
    assert len(confirmed) > 10
    assert set(confirmed) <= {issue["id"] for issue in listed["issues"]}


@pytest.mark.parametrize("wrong", ["port", "support"])
def test_what_keeps_it_from_starting_is_said_plainly(wrong: str, tmp_path: Path) -> None:
    """A port that is taken, or a support.yml that is not sound: status 1 and what to do."""
    support = tmp_path / "support.yml"
    support.write_text("product: {name: CT2}\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1] if wrong == "port" else 0
        options = ["--port", str(port)] + (["--support", str(support)] if wrong == "support" else [])
        done = subprocess.run(
            [sys.executable, "-m", "sandbox.mantis", *options], cwd=ROOT, capture_output=True, text=True, check=False
        )
    expected = f"port {port} of 127.0.0.1: it is taken" if wrong == "port" else f"{support}:1: there is no 'offices'"

    assert done.returncode == 1
    assert expected in done.stderr
    assert "Traceback" not in done.stderr


PARENT = """
import subprocess, sys, time
program = [sys.executable, "-m", "sandbox.mantis", "--port", "0", "--token", "t" * 32, "--until-input-ends"]
child = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
print(child.pid, child.stdout.readline().strip(), flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_program_ends_with_whoever_started_it(how: signal.Signals) -> None:
    """However they died: nothing is left that holds a port or a pipe."""
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        said = parent.stdout.readline()
        port = int(said.rpartition(":")[2].strip().rstrip("/"))
        with closing(socket.create_connection(("127.0.0.1", port), 5)):
            parent.send_signal(how)
            parent.wait()

    wait_until(lambda: not _listens(port), seconds=10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
