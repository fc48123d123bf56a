"""A person with 100,000 events is erased: what is called how often, how long it takes here, and how much memory.

    python -m benchmarks.erasure [EVENTS]

The table is a stand-in that makes each item when it is asked for and keeps one bit a request, so that what is measured
is the erasure: as many events of others are read beside theirs. DynamoDB answers in some milliseconds a call instead;
a scan reads a megabyte a call. Mantis and the file store answer at once, and their calls are counted.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from intake_fn.adapters.dynamodb import DynamoStore, Table
from intake_fn.adapters.dynamodb.requester_items import requester_item, requester_key
from intake_fn.adapters.dynamodb.search_items import words_key
from intake_fn.adapters.dynamodb.states import state_item
from intake_fn.adapters.dynamodb.values import wire
from intake_fn.adapters.provision.stored_items import stored
from intake_fn.core.case import Case
from intake_fn.core.desk_events import UpdateSent
from intake_fn.core.events import Event, Filed, Judged, Noted, Received, RequesterReplied, Resolved
from intake_fn.core.find import words_of
from intake_fn.core.process_file import parse
from intake_fn.core.request import Kind, Request, Requester
from intake_fn.core.steps import fold, standing
from intake_fn.core.stored import event_to_plain
from intake_fn.core.vocabulary import Category, Outcome
from intake_fn.desk.erasure import Eraser
from intake_fn.ports import IssueLeft
from tests.desk.test_story import Room
from tests.fakes import ports_of

ANN, JO = "ann.lee@example.com", "jo.park@example.com"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
A_PAGE = 1_000_000
"""Bytes of a page of a scan."""
EVENTS_OF_A_REQUEST = 12

VERDICT: Mapping[str, Any] = {
    "category": "bug",
    "confidence": 0.9,
    "citations": [],
    "counter": None,
    "reasons": [{"key": "said", "values": {"text": "The list shows an error page when it is opened."}}],
    "judge": "built-in",
    "engine": "test",
    "spec": "test",
    "claim": {"summary": "The list is empty", "what_happened": "The list is empty when it is opened."},
}


def log_of(name: str, address: str) -> list[Event]:
    """A request as many are: sent, judged, filed, talked about, resolved."""
    text = f"Dear all, {name} here. The list of shipments is empty since this morning. " * 6
    request = Request(Kind.BUG, Requester(name, address, "london"), "The list is empty", text, module="shipments")
    minutes = (SINCE + timedelta(minutes=number) for number in range(EVENTS_OF_A_REQUEST))
    made: list[Event] = [
        Received(at=next(minutes), actor="requester", request=request, level=0, handler="london-liaison"),
        Judged(at=next(minutes), actor="specdesk", category=Category.BUG, verdict=VERDICT),
        Filed(at=next(minutes), actor="specdesk", number=1, project="Bugs InBox", url="http://mantis/1"),
    ]
    for _ in range(4):
        made.append(RequesterReplied(at=next(minutes), actor="requester", text=text[:300]))
        made.append(UpdateSent(at=next(minutes), actor="paul@example.com", text=f"Hello {name}, we look at it."))
    made[-1] = Noted(at=made[-1].at, actor="paul@example.com", text=f"Called {name}.")
    return [*made, Resolved(at=next(minutes), actor="paul@example.com", resolution="Done.", outcome=Outcome.DONE)]


class Made:
    """The items of all requests, made when they are asked for. The stand-in of a client of DynamoDB."""

    def __init__(self, requests: int, process: Any) -> None:
        self.requests, self.calls, self.erased = requests, Counter[str](), bytearray(requests)
        self.logs = {address: log_of(name, address) for name, address in (("Ann Lee", ANN), ("Jo Park", JO))}
        self.items = {
            address: [json.dumps(wire(item)) for item in self._items(fold("HD-ID", log), process)]
            for address, log in self.logs.items()
        }
        self.erased_state = [json.dumps(wire({"pk": "REQ#HD-ID", "sk": "STATE", "summary": "[erased]"}))]

    @staticmethod
    def _items(case: Case, process: Any) -> Iterator[Any]:
        yield state_item(standing(case, process))
        for number, event in enumerate(case.history, 1):
            body = json.dumps(event_to_plain(event), ensure_ascii=False)
            yield {"pk": f"REQ#{case.id}", "sk": f"EVENT#{number:06}", "body": body, "format": 3}
        yield {**words_key(case.id), "words": json.dumps(words_of(case))}
        yield requester_item(case)

    def of(self, number: int, address: str) -> list[Any]:
        """The items of a request."""
        erased = address == ANN and self.erased[number]
        case_id = f"HD-{address[:2].upper()}-{number:06}"
        return [
            json.loads(item.replace("HD-ID", case_id))
            for item in (self.erased_state if erased else self.items[address])
        ]

    def get_paginator(self, _: str) -> Made:
        """The paginator of the scan."""
        return self

    def paginate(self, **_: Any) -> Iterator[Any]:
        """Pages of a megabyte, as DynamoDB gives them."""
        page, size = [], 0
        for number in range(self.requests):
            for address in (ANN, JO):
                for item in self.of(number, address):
                    page.append(item)
                    size += len(str(item))
                if size >= A_PAGE:
                    self.calls["Scan"] += 1
                    yield {"Items": page}
                    page, size = [], 0
        yield {"Items": page}

    def query(self, **asked: Any) -> Any:
        """The log of a request, its outbox, or the requests of a mailbox."""
        self.calls["Query"] += 1
        pk = asked["ExpressionAttributeValues"][":pk"]["S"]
        if pk == requester_key(ANN):
            ids = (f"HD-AN-{number:06}" for number in range(self.requests) if not self.erased[number])
            return {"Items": [{"case_id": {"S": case_id}} for case_id in ids]}
        beginning, _, case_id = pk.partition("#")
        if beginning != "REQ":
            return {"Items": []}
        address = ANN if case_id.startswith("HD-AN") else JO
        return {"Items": [item for item in self.of(int(case_id[-6:]), address) if "EVENT#" in item["sk"]["S"]]}

    def get_item(self, **asked: Any) -> Any:
        """The words of a request."""
        self.calls["GetItem"] += 1
        pk, sk = (asked["Key"][name]["S"] for name in ("pk", "sk"))
        found = self.of(int(pk[-6:]), ANN) if pk.startswith("REQ#HD-AN") else []
        there = [item for item in found if item["sk"]["S"] == sk]
        return {"Item": there[0]} if there else {}

    def transact_write_items(self, **asked: Any) -> Any:
        """The end of a request: from then on it is erased."""
        self.calls["TransactWriteItems"] += 1
        case_id = asked["TransactItems"][0]["Put"]["Item"]["id"]["S"]
        self.erased[int(case_id[-6:])] = 1
        return {}

    def batch_write_item(self, **_: Any) -> Any:
        """Kept nowhere."""
        self.calls["BatchWriteItem"] += 1
        return {}

    def put_item(self, **_: Any) -> Any:
        """Kept nowhere."""
        self.calls["PutItem"] += 1
        return {}

    def delete_item(self, **_: Any) -> Any:
        """Kept nowhere."""
        self.calls["DeleteItem"] += 1
        return {}


class Issues:
    """A Mantis that is counted."""

    calls = 0

    def erase(self, number: int, texts: Any, scrub: Any) -> IssueLeft:
        """All that Mantis keeps is left."""
        del texts, scrub
        self.calls += 1
        return IssueLeft(number, revisions=True, history=True, files=(number,))


def megabytes() -> float:
    """What the process has taken of memory at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(name: str, made: Made, run: Callable[[], Any]) -> Any:
    """Run it, and print what it took."""
    made.calls.clear()
    before, began, cpu = megabytes(), time.perf_counter(), time.process_time()
    result = run()
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    calls = ", ".join(f"{operation} {number}" for operation, number in sorted(made.calls.items()))
    print(f"{name}: {took:.1f} s ({spent:.1f} s CPU), memory {before:.0f} -> {megabytes():.0f} MB; {calls}")
    print(f"  {dict(result.counts)}")
    return result


def main() -> None:
    """Plan, apply, and look once more."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    process = parse((Path(__file__).parents[1] / "support.yml").read_text(encoding="utf-8"))
    made, issues = Made(events // EVENTS_OF_A_REQUEST, process), Issues()
    table: Any = Table(lambda: made, "table")  # type: ignore[arg-type, return-value]  # what is used of it
    store = DynamoStore(table, process.levels)
    desk = replace(Room(process).desk, **ports_of(store))
    eraser = Eraser(desk=desk, store=store, issues=issues, everything=lambda: stored(table))
    plan = measured("plan", made, lambda: eraser.plan(ANN))
    measured("apply", made, lambda: eraser.apply(plan, "paul@example.com"))
    print(f"Mantis: {issues.calls} issues")


if __name__ == "__main__":
    main()
