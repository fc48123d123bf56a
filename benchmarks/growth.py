"""What grows with the number of stored requests: pages, sweep, sync, nightly check and known issues, counted and timed.

python -m benchmarks.growth [STORED:OPEN ...]

The requests are simulated (benchmarks/simulated.py): DynamoDB's answers are made on the wire, so that calls, capacity
units, our own time and botocore's are real, and the time of DynamoDB and the network is left out; it is `calls` times
5 to 10 ms on AWS. Milliseconds are of this process, the 95th of a hundred percent of RUNS; memory is the most that
Python held beside what it held before.
"""

from __future__ import annotations

import base64
import json
import sys
import time
import tracemalloc
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.corpus import clauses
from benchmarks.simulated import Simulated, id_of
from intake_fn.adapters.aws import client
from intake_fn.adapters.clock import now
from intake_fn.adapters.dynamodb import DynamoStore, Table
from intake_fn.adapters.provision.dynamodb import create_table
from intake_fn.core.process_file import parse
from intake_fn.desk import nightly_check
from intake_fn.desk.find import find, post_pending
from intake_fn.desk.issue_index import MOST, Cache
from intake_fn.desk.sync import LIST_ALL_EVERY
from intake_fn.ports import Change, SyncCursor
from intake_fn.settings import ROOT
from sandbox.aws import LocalAws
from spec_lookup import DuplicateIndex, IssueText, Spec
from tests.adapters.meter import Bill, Metered
from tests.fakes import MemoryFiles, MemoryTracker
from tests.web.conftest import application_of
from tests.web.samples import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from intake_fn.desk import Desk

SIZES = ((10_000, 1_000), (100_000, 10_000), (1_000_000, 10_000), (1_000_000, 100_000))
"""Stored requests, and how many of them are open."""

RUNS = 20
A_CALL = timedelta(milliseconds=6)
"""What a call takes that the nightly check's clock goes by."""

PAGES = {
    "queue": "/desk",
    "queue, filtered and sorted": "/desk?show=all&office=paris&sort=-age",
    "queue, mine": "/desk?show=mine",
    "resolved": "/desk?show=closed",
    "resolved, filtered": "/desk?show=closed&module=invoices",
    "news of the queue": "/desk/changes.json?since=2026-11-01T00:00:00%2B00:00",
    "a request": "/desk/requests/{id}",
    "find": "/desk/find?q=error+shipment",
}


@dataclass(frozen=True)
class Row:
    """What one thing costs: a figure for each size."""

    name: str
    calls: int
    units: float
    milliseconds: float
    megabytes: float


class Switch:
    """A client of DynamoDB: metered, or as it is."""

    def __init__(self, plain: Any) -> None:
        self.bill = Bill()
        self.plain, self.metered = plain, Metered(plain, self.bill)
        self.is_metered = False

    def __getattr__(self, name: str) -> Any:
        """An operation."""
        return getattr(self.metered if self.is_metered else self.plain, name)


@dataclass
class Measure:
    """Measures what is done with a client."""

    client: Switch
    runs: int = RUNS

    def __call__(self, name: str, do: Callable[[], Any]) -> Row:
        """Run it once to count, once for the memory and `runs` times for the time; without runs only to count."""
        do()
        bill = self.client.bill
        bill.calls.clear()
        bill.read = bill.written = 0
        self.client.is_metered = True
        do()
        self.client.is_metered = False
        calls, units, _ = bill.figures
        if not self.runs:
            return Row(name, calls, units, 0.0, 0.0)
        tracemalloc.start()
        do()
        megabytes = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        times = []
        for _ in range(self.runs):
            began = time.process_time()
            do()
            times.append(1000 * (time.process_time() - began))
        return Row(name, calls, units, float(np.percentile(times, 95)), megabytes)


class ManyIssues(MemoryTracker):
    """A Mantis with an issue for each stored request; the later ones were changed later."""

    number = 0
    at: datetime

    def changes(self, since: datetime | None, most: int = 0) -> Sequence[Change]:
        """The last ones; none since then."""
        first = max(1, self.number - most + 1) if most else 1
        if since:
            return []
        newest = self.number
        return [Change(number, self.at - timedelta(minutes=newest - number)) for number in range(first, newest + 1)]


def known_issues(files: MemoryFiles, last: int) -> None:
    """Fill the issue index with the last issues, in one file as before there were shards, with vectors of chance."""
    kept = json.loads(DuplicateIndex.of([IssueText("1", "Label", "It is late.")]).to_bytes())
    draw, size = np.random.default_rng(1), len(base64.b64decode(kept["issues"][0].get("vector", ""))) // 2
    issues = []
    for place, clause in enumerate(clauses(min(MOST, last))):
        vector = draw.standard_normal(size)
        issue = IssueText(str(last - place), clause.title, clause.markdown, "", "It should work.", clause.cite)
        content = (vector / np.linalg.norm(vector)).astype(np.float16).tobytes() if size else b""
        issues.append({**asdict(issue), "vector": base64.b64encode(content).decode()})
    content = json.dumps({"format": 4, "model": kept["model"], "issues": issues}).encode()
    files.put("known/issues.json", content, "application/json")


def rows(dynamodb: Any, stored: int, opened: int, runs: int = RUNS) -> Iterator[Row]:
    """The rows of one size, by a client of its own: it answers for the requests that are simulated."""
    process = parse((ROOT / "support.yml").read_text(encoding="utf-8"))
    table = f"growth-{stored}-{opened}"
    create_table(dynamodb, table)
    client = Switch(Simulated.of(process, stored, opened).attach(dynamodb))
    store = DynamoStore(Table(lambda: client, table), process.levels, zone=process.reports_zone)  # type: ignore[arg-type,return-value]  # it is one by its methods
    web = application_of(process, Spec.of(list(SPEC.items())), store)
    web.clock.at = now()
    web.sign_in("paul@example.com")
    measure = Measure(client, runs)
    for name, address in PAGES.items():
        path = address.format(id=id_of(stored - 1))
        if web.client.get(path).status_code != 200:  # noqa: PLR2004 - OK
            raise RuntimeError(f"{name} does not answer")
        yield measure(name, partial(web.client.get, path))
    desk = web.desk
    yield measure("search of two words", lambda: find(desk, "error shipment", 8))
    post_pending(desk)
    before = web.clock.at
    web.clock.at = before - timedelta(days=300)  # before the first alert
    yield measure("sweep, nothing due", desk.sweep)
    web.clock.at = before
    yield measure("sync, which lists Mantis", _sync(desk, stored))
    yield _nightly(desk, client, web.clock)


def _sync(desk: Desk, stored: int) -> Callable[[], Any]:
    """A sync every five minutes, on an index that holds what it may."""
    tracker, files = ManyIssues(), MemoryFiles()
    tracker.number, tracker.at = stored, desk.clock() - timedelta(days=1)
    known_issues(files, stored)
    syncing = replace(desk, tracker=tracker, files=files, index_cache=Cache())

    def once() -> None:
        clock: Any = desk.clock
        clock.advance(minutes=10)
        cursor = syncing.sync_state.take_sync(desk.clock(), desk.clock() + desk.sync_every)
        rest = replace(cursor or SyncCursor(desk.clock()), since=desk.clock(), started=desk.clock(), listed=None)
        syncing.sync_state.keep_sync(replace(rest, listed=desk.clock() - 2 * LIST_ALL_EVERY))
        clock.advance(minutes=1)
        syncing.sync()

    return once


def _nightly(desk: Desk, client: Switch, clock: Any) -> Row:
    """A portion of the nightly check, by a clock on which each call takes A_CALL; a line says how many there are."""
    client.bill.calls.clear()
    client.bill.read = client.bill.written = 0
    client.is_metered = True
    began, start = clock.at, time.process_time()
    timed = replace(desk, clock=lambda: began + client.bill.calls.total() * A_CALL)
    progress = nightly_check.begin(timed)
    client.is_metered = False
    spent = 1000 * (time.process_time() - start)
    calls, units, _ = client.bill.figures
    each = progress.requests
    return Row(f"nightly check, a portion of {each:,} requests", calls, units, spent, 0.0)


def main(sizes: tuple[tuple[int, int], ...] = SIZES) -> None:
    """Print the tables."""
    with LocalAws() as aws:
        for stored, opened in sizes:
            with closing(client("dynamodb", aws.environ())) as dynamodb:
                print(f"\n{stored:,} requests stored, {opened:,} of them open")
                print(f"{'':44} {'calls':>6} {'units read':>11} {'ms, p95':>8} {'MB':>6}")
                for row in rows(dynamodb, stored, opened):
                    figures = f"{row.calls:6,} {row.units:11,.1f} {row.milliseconds:8,.0f} {row.megabytes:6.1f}"
                    print(f"{row.name:44} {figures}", flush=True)


if __name__ == "__main__":
    given = [tuple(map(int, one.split(":"))) for one in sys.argv[1:]]
    main(tuple((stored, opened) for stored, opened in given) or SIZES)
