"""Submitters at once against the application on a real WSGI server: how many receipts a second, and how late they come.

python -m benchmarks.load [SUBMITTERS [SECONDS [SERVERS]]]

Everything runs on this machine: the submitters, the servers (waitress, each a process with its own deliveries after the
receipts), the local AWS and the stand-in Mantis. So the cores are shared out between them; what each took of the
processors is printed beside. At the end nothing may be lost: each receipt has one request, and each request one issue.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import urllib3

from benchmarks.busy import busy_sandbox
from intake_fn.desk.case_lists import rows
from sandbox.server import THREADS
from sandbox.stack import HOST, ROOT, answers, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sandbox.stack import Sandbox

SUBMITTERS, SECONDS, SERVERS = 20, 60, 2
WARM_UP = 10
PATIENCE = 60.0
CREATED = 201
UNTIL_ALL_IS_FILED = 300


@dataclass
class Load:
    """What came of it: the seconds of each answer, by when it began, and answers that were no receipts."""

    times: list[float] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def submit(self, http: urllib3.PoolManager, url: str, request: Mapping[str, Any]) -> None:
        """Send one request, and keep how long its receipt took."""
        body = {key: value for key, value in request.items() if key != "expect"}
        begin = time.perf_counter()
        try:
            answer = http.request("POST", f"{url}/api/requests", json=body, timeout=PATIENCE)
        except urllib3.exceptions.HTTPError as error:
            self.errors[type(error).__name__] += 1
            return
        if answer.status != CREATED:
            self.errors[f"HTTP {answer.status}"] += 1
            return
        self.times.append(time.perf_counter() - begin)
        self.ids.append(answer.json()["id"])


@dataclass(frozen=True)
class Servers:
    """Processes that serve the application, and their addresses."""

    processes: Sequence[subprocess.Popen[bytes]]
    urls: Sequence[str]


@contextmanager
def served(sandbox: Sandbox, number: int) -> Iterator[Servers]:
    """Processes of waitress that serve the application as Lambda's entry has it; they end with the context."""
    ports = [free_port(0, "PORT") for _ in range(number)]
    command = [sys.executable, "-m", "waitress", f"--threads={THREADS}", "intake_fn.entry:app"]
    environ = {**os.environ, **sandbox.environ}
    servers = Servers(
        [
            subprocess.Popen([*command[:3], f"--listen={HOST}:{port}", *command[3:]], cwd=ROOT, env=environ)
            for port in ports
        ],
        [f"http://{HOST}:{port}" for port in ports],
    )
    try:
        while not all(map(answers, servers.urls)):
            time.sleep(0.2)
        yield servers
    finally:
        for process in servers.processes:
            process.terminate()
            process.wait()


def under_load(
    urls: Sequence[str], requests: list[dict[str, Any]], submitters: int, seconds: float
) -> tuple[Load, float]:
    """Have so many people submit one request after the other for so long; and how long it took in all."""
    load, turn, lock = Load(), iter(range(10**9)), threading.Lock()
    with urllib3.PoolManager(maxsize=submitters, retries=False) as http:
        for number in range(WARM_UP):
            Load().submit(http, urls[number % len(urls)], _another(requests, -number - 1))
        until = time.perf_counter() + seconds

        def person() -> None:
            while time.perf_counter() < until:
                with lock:
                    number = next(turn)
                load.submit(http, urls[number % len(urls)], _another(requests, number))

        people = [threading.Thread(target=person) for _ in range(submitters)]
        begin = time.perf_counter()
        for one in people:
            one.start()
        for one in people:
            one.join()
        return load, time.perf_counter() - begin


def _another(requests: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """A request that nobody has sent before."""
    request = requests[number % len(requests)]
    return {**request, "description": f"{request['description']}\n(measurement {number})"}


def seconds_of(pid: int) -> float:
    """What a process and its threads took of the processors so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))


def main(submitters: int = SUBMITTERS, seconds: float = SECONDS, servers: int = SERVERS) -> int:
    """Print receipts a second and their times; 1 when an answer was no receipt, or anything was lost or doubled."""
    with busy_sandbox() as (sandbox, requests), served(sandbox, servers) as site:
        parts = {f"server {number}": process.pid for number, process in enumerate(site.processes, 1)}
        parts |= {"submitters and sweep": os.getpid(), "stand-in Mantis": sandbox.mantis.pid, "AWS": sandbox.aws.pid}
        before = {name: seconds_of(pid) for name, pid in parts.items()}
        load, took = under_load(site.urls, requests, submitters, seconds)
        used = {name: seconds_of(pid) - before[name] for name, pid in parts.items()}
        desk = sandbox.application.background_desk
        filed_by_then, begin = desk.counters.ledger().filed, time.perf_counter()
        while desk.counters.ledger().queued and time.perf_counter() < begin + UNTIL_ALL_IS_FILED:
            time.sleep(0.5)
        late, ledger = time.perf_counter() - begin, desk.counters.ledger()
        stored = [row for row in rows(desk.cases, open_only=False) if row.id in {*load.ids}]
    issues = Counter(row.issue for row in stored)
    lost = len({*load.ids}) - len(stored)
    doubled = len(load.ids) - len({*load.ids}) + sum(times - 1 for issue, times in issues.items() if issue)
    cuts = statistics.quantiles(load.times, n=20)
    print(
        f"\n{submitters} submitters for {took:.0f} s on {servers} processes of waitress with {THREADS} threads; "
        f"all parts share {os.cpu_count()} cores"
    )
    print(f"{len(load.times) / took:6.1f} receipts a second, {sum(load.errors.values())} errors {dict(load.errors)}")
    print(f"{statistics.median(load.times):6.2f} s p50, {cuts[18]:.2f} s p95, {max(load.times):.2f} s the slowest")
    print(f"{filed_by_then:6} filed by the end, the rest {late:.0f} s later; {lost} lost, {doubled} doubled; {ledger}")
    for name, cpu in used.items():
        print(f"{cpu:6.1f} s of the processors: {name} ({1000 * cpu / len(load.times):.0f} ms a receipt)")
    return 1 if load.errors or lost or doubled or not ledger.balanced else 0


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*given) if given else main())
