"""What threads share is made once, and reading it while it changes gives what it was before or after."""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.dynamodb import DynamoStore, Table
from intake_fn.adapters.mantis import MantisTracker
from intake_fn.core.once import once
from intake_fn.core.redaction import hide, redacted
from spec_lookup import DuplicateIndex, IssueText
from tests.fakes import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from intake_fn.core.process import Process

THREADS = 8
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _many_switches() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def at_once(do: Callable[[int], Any]) -> list[Any]:
    """What each of the threads got, all having begun together."""
    gate = threading.Barrier(THREADS)

    def run(number: int) -> Any:
        gate.wait()
        return do(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


@dataclass(frozen=True)
class Thing:
    """Something with a costly part."""

    made: list[int] = field(default_factory=list)
    fails: list[int] = field(default_factory=list)

    @once
    def part(self) -> object:
        """Slow to make."""
        time.sleep(0.01)
        if self.fails:
            self.fails.pop()
            raise OSError("It is down.")
        self.made.append(1)
        return object()

    @once
    def other(self) -> object:
        """Needs the first."""
        return self.part


def test_what_is_made_once_is_made_once_for_all_threads() -> None:
    """And by each object for itself; one part may need another."""
    thing, another = Thing(), Thing()

    assert 1 == len(set(map(id, at_once(lambda _: thing.part))))
    assert [1] == thing.made
    assert thing.other is thing.part is not another.part


def test_what_failed_is_made_by_the_next_one() -> None:
    """A store that was down at the first request is there for the second."""
    thing = Thing(fails=[1])
    with pytest.raises(OSError, match="It is down"):
        _ = thing.part

    assert [1] == [len(thing.made) for _ in [thing.part]]


def test_first_requests_share_one_client(process: Process) -> None:
    """Making a client takes a fifth of a second: many come meanwhile."""
    made: list[object] = []

    def client() -> Any:
        time.sleep(0.01)
        made.append(object())
        return made[-1]

    store = DynamoStore(Table(client, "table"), LEVELS)
    tracker = MantisTracker("https://mantis.example.com", "token-of-mantis", process.mantis)

    assert 1 == len(set(map(id, at_once(lambda _: store.table.client))))
    assert 1 == len(made)
    assert 1 == len(set(map(id, at_once(lambda _: tracker.http._pool))))


def test_nothing_of_ours_is_cached_without_a_lock() -> None:
    """From Python 3.12 on functools.cached_property makes it once for each thread that asks."""
    users = [
        path
        for path in (ROOT / "intake_fn").rglob("*.py")
        if "import cached_property" in path.read_text(encoding="utf-8")
    ]

    assert [] == users


def test_names_of_mantis_may_be_forgotten_while_they_are_asked_for(process: Process) -> None:
    """A thread that met an unknown id empties what all know; the others read on."""
    tracker = MantisTracker("https://mantis.example.com", "token-of-mantis", process.mantis)

    def ask(number: int) -> set[Any]:
        found = set()
        for _ in range(2_000):
            found.add(tracker.names._read("account", lambda: "helpdesk"))
            if number % 2:
                tracker.names._known.clear()
        return found

    assert [{"helpdesk"}] * THREADS == at_once(ask)


def test_secrets_may_be_added_while_lines_are_redacted() -> None:
    """A first request reads secrets while others write their lines."""

    def work(number: int) -> set[str]:
        lines = set()
        for each in range(100):
            hide(f"secret-of-thread-{number}-{each}")
            lines.add(redacted(f"secret-of-thread-{number}-{each} was read"))
        return lines

    assert [{"[secret] was read"}] * THREADS == at_once(work)


def test_issues_are_found_while_others_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    """No search fails or mixes two states, whatever is added and taken out meanwhile; the last state is whole."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", "")
    index = DuplicateIndex.of(IssueText(f"s{n}", f"Label {n} is late", "The label of the crate.") for n in range(20))

    def work(number: int) -> int:
        found = 0
        for each in range(150):
            if number % 2:
                index.add(IssueText(f"{number}-{each % 20}", f"Crane {each} is late", "The crane of the yard. " * 3))
                index.take_out(f"{number}-{(each + 7) % 20}")
                _ = index.ids, IssueText("x", "", "") in index
            else:
                for candidate in index.find(IssueText("new", "Label is late", "The label of a crate."), 5):
                    assert 0 < candidate.score <= 1
                    found += 1
        return found

    assert all(found for found in at_once(work)[::2])
    assert index.ids == DuplicateIndex.from_bytes(index.to_bytes()).ids
