"""A table with any number of requests, none of which is stored: the answers of DynamoDB are computed.

The answers to reads of such requests are made on the wire, between botocore and the local AWS, so that all of our own
code and botocore's parsing run as ever; whatever else is asked goes to the local AWS. What is left out is the time
that DynamoDB and the network take. Requests are numbered in the order in which they came: the last ones are open.
"""

from __future__ import annotations

import io
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.dynamodb.due_index import SHARDS
from intake_fn.adapters.dynamodb.requester_items import requester_key
from intake_fn.adapters.dynamodb.search_items import WORDS
from intake_fn.adapters.dynamodb.states import state_item
from intake_fn.adapters.dynamodb.values import instant, json_of, wire
from intake_fn.core.events import Escalated, Filed, Resolved
from intake_fn.core.find import words_of
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.steps import fold, standing
from intake_fn.core.stored import FORMAT, event_to_plain
from intake_fn.desk.find import READ
from tests.adapters.meter import size
from tests.desk.test_story import Room, request

if TYPE_CHECKING:
    from intake_fn.core.case import Step
    from intake_fn.core.process import Process

ID, ISSUE = "HD-STEM-PLAT", 900_000_001
"""What stands in a pattern where a request has its own."""

A_PAGE = 1_000_000
"""Bytes that one query returns at most, about: DynamoDB's own limit is 1 MiB."""

Wire = dict[str, Any]


def id_of(number: int) -> str:
    """The id of a simulated request."""
    return f"HD-S{number // 10_000:03}-{number % 10_000:04}"


def number_of(key: str) -> int:
    """The number of a simulated request, by its key."""
    return int(key[-8:].replace("-", ""))


@dataclass(frozen=True, slots=True)
class Pattern:
    """What stands in the table of a request, as JSON texts in which its id and issue are replaced."""

    state: str
    log: tuple[str, ...]

    @classmethod
    def of(cls, step: Step, process: Process) -> Pattern:
        """The pattern of a case as it stands."""
        events = [replace(event, number=ISSUE) if isinstance(event, Filed) else event for event in step.case.history]
        case = fold(ID, events)
        log = [
            {"pk": f"REQ#{ID}", "sk": f"EVENT#{number:06}", "body": json_of(event_to_plain(event)), "format": FORMAT}
            for number, event in enumerate(events, 1)
        ]
        state = {**state_item(standing(case, process)), "format": FORMAT}
        return cls(json.dumps(wire(state)), tuple(json.dumps(wire(entry)) for entry in log))


@dataclass(frozen=True)
class Simulated:
    """A number of requests of one requester; the last ones are open, spread evenly over the levels."""

    stored: int
    open: int
    patterns: Mapping[tuple[int, bool], Pattern]
    """Patterns by level and by whether the request is open."""
    handlers: Mapping[int, str]
    first_alert: str
    words: str
    """The words of each request, as they stand in the table."""
    received: str

    @classmethod
    def of(cls, process: Process, stored: int, opened: int) -> Simulated:
        """The requests of a process: one of each level is taken in, filed, and resolved."""
        patterns, handlers, alert = {}, {}, ""
        case = Room(process).desk.take_in(request(), "key")
        words, received = json.dumps(words_of(case)), instant(case.received_at)
        for level in process.levels:
            room = Room(process)
            case = room.desk.take_in(request(requester=replace(request().requester, email=EMAIL)), "key")
            while case.level < level:
                above = process.levels[case.level + 1]
                event = room.event(Escalated, level=above.number, handler=above.resources[0], reason="too-complex")
                case = room.desk.act(case.id, event, case.version)
            step = standing(case, process)
            patterns[level, True], handlers[level] = Pattern.of(step, process), case.handler
            alert = instant(step.next_alert) if step.next_alert else alert
            resolution = room.event(Resolved, resolution="It works again.")
            case = room.desk.act(case.id, resolution, case.version)
            patterns[level, False] = Pattern.of(standing(case, process), process)
        return cls(stored, opened, patterns, handlers, alert, words, received)

    # --- one request --------------------------------------------------------------------------

    def _pattern(self, number: int) -> Pattern:
        return self.patterns[number % len(self.handlers), number >= self.stored - self.open]

    def _as(self, number: int, text: str) -> str:
        return text.replace(ID, id_of(number)).replace(str(ISSUE), str(number + 1))

    def state(self, number: int) -> str:
        """The state of a request, as JSON."""
        return self._as(number, self._pattern(number).state)

    def log(self, number: int) -> list[str]:
        """The events of a request."""
        return [self._as(number, event) for event in self._pattern(number).log]

    # --- answers ------------------------------------------------------------------------------

    def attach(self, client: Any) -> Any:
        """Have a client of DynamoDB be answered from here where simulated requests are asked for."""
        client.meta.events.register("before-send.dynamodb", self._answer)
        return client

    def _answer(self, request: Any, **_: object) -> Any:
        operation = request.headers["X-Amz-Target"]
        operation = (operation.decode() if isinstance(operation, bytes) else operation).partition(".")[2]
        answer = {"Query": self._query, "GetItem": self._get, "BatchGetItem": self._batch}.get(operation)
        body = answer(json.loads(request.body)) if answer else None
        return _response(request, body) if body is not None else None

    def _get(self, asked: Wire) -> str | None:
        pk, sk = asked["Key"]["pk"]["S"], asked["Key"]["sk"]["S"]
        if pk.startswith("MANTIS#") and 0 < int(pk[7:]) <= self.stored:
            row = {"pk": pk, "sk": sk, "case_id": id_of(int(pk[7:]) - 1)}
            return json.dumps({"Item": wire(row)})
        if pk == requester_key(mailbox(EMAIL)) and sk[-12:].startswith("HD-S"):
            return json.dumps({"Item": wire({"pk": pk, "sk": sk, "case_id": sk[-12:]})})
        if sk == "STATE" and self._is_ours(pk):
            return f'{{"Item": {self.state(number_of(pk))}}}'
        return None

    def _batch(self, asked: Wire) -> str | None:
        ((table, request),) = asked["RequestItems"].items()
        keys = [(key["pk"]["S"], key["sk"]["S"]) for key in request["Keys"]]
        if not keys or not all(self._is_ours(pk) and sk in ("STATE", WORDS) for pk, sk in keys):
            return None
        items = [
            self.state(number_of(pk)) if sk == "STATE" else json.dumps(wire({"pk": pk, "sk": sk, "words": self.words}))
            for pk, sk in keys
        ]
        return f'{{"Responses": {{{json.dumps(table)}: [{", ".join(items)}]}}, "UnprocessedKeys": {{}}}}'

    def _is_ours(self, pk: str) -> bool:
        return pk.startswith("REQ#HD-S") and pk[-8:].replace("-", "").isdecimal() and number_of(pk) < self.stored

    def _query(self, asked: Wire) -> str | None:
        values = {name: value["S"] for name, value in asked["ExpressionAttributeValues"].items()}
        index = asked.get("IndexName")
        if index is None:
            pk = values.get(":pk", "")
            if pk.startswith("WORD#"):
                return self._postings(values, asked.get("Limit", READ))
            return _page(self.log(number_of(pk))) if self._is_ours(pk) and values.get(":event") == "EVENT#" else None
        listed = {"queue": self._in_queue, "handler": self._of_handler, "changed": self._changed, "due": self._due}
        found = listed[index](values)
        if found is None:
            return None
        numbers, sort = found
        return self._cut(asked, values, numbers, sort)

    def _postings(self, values: Mapping[str, str], limit: int) -> str | None:
        """All requests hold the words of the pattern."""
        word = values[":begins"].partition("#")[0]
        found = next((one for one in json.loads(self.words) if one.startswith(word)), "")
        if not found:
            return None
        numbers = range(self.stored - 1, max(-1, self.stored - 1 - limit), -1)
        rows = ({"pk": values[":pk"], "sk": f"{found}#{self.received}#{id_of(number)}"} for number in numbers)
        return _page(json.dumps(wire(row)) for row in rows)

    def _levels(self) -> int:
        return len(self.handlers)

    def _of_level(self, level: int, *, is_open: bool) -> range:
        border = self.stored - self.open
        first, last = (border, self.stored) if is_open else (0, border)
        return range(first + (level - first) % self._levels(), last, self._levels())

    def _in_queue(self, values: Mapping[str, str]) -> tuple[range, Sort] | None:
        level, _, kind = values[":partition"].partition("#")
        if not kind or int(level) not in self.handlers:
            return None
        return self._of_level(int(level), is_open=kind == "open"), self._sort("place")

    def _of_handler(self, values: Mapping[str, str]) -> tuple[range, Sort] | None:
        level = int(values[":queue"].partition("#")[0])
        mine = self.handlers.get(level) == values[":handler"]
        return (self._of_level(level, is_open=True) if mine else range(0)), self._sort("queue")

    def _changed(self, values: Mapping[str, str]) -> tuple[range, Sort]:
        sort = self._sort("changed_at")
        return range(self.stored if sort(self.stored - 1) > values[":since"] else 0), sort

    def _due(self, values: Mapping[str, str]) -> tuple[range, Sort] | None:
        line, _, shard = values[":partition"].partition("#")
        if line != "clock":
            return None
        border = self.stored - self.open
        first = border + (int(shard) - border) % SHARDS
        return range(first, self.stored, SHARDS), lambda number: f"{self.first_alert}#{id_of(number)}"

    def _sort(self, name: str) -> Sort:
        return lambda number: str(json.loads(self.state(number))[name]["S"])

    def _cut(self, asked: Wire, values: Mapping[str, str], numbers: range, sort: Sort) -> str:
        """One page of a query: within the bounds of its condition, from where it goes on, up to its limit or 1 MB."""
        forward = asked.get("ScanIndexForward", True)
        lower = {name: value for name, value in values.items() if name == ":bound"}
        if lower and "#place <" in asked["KeyConditionExpression"]:
            numbers = numbers[: bisect_left(numbers, values[":bound"], key=sort)]
        elif lower:
            numbers = numbers[: bisect_right(numbers, values[":bound"], key=sort)]
        if after := asked.get("ExclusiveStartKey"):
            number = number_of(after["pk"]["S"])
            numbers = numbers[bisect_right(numbers, number) :] if forward else numbers[: bisect_left(numbers, number)]
        ordered: Sequence[int] = numbers if forward else numbers[::-1]
        taken: list[str] = []
        weight, limit = 0, asked.get("Limit", len(ordered))
        for number in ordered:
            if len(taken) >= limit or weight >= A_PAGE:
                break
            taken.append(self.state(number))
            weight += weight // len(taken) if len(taken) > 1 else size(json.loads(taken[0]))
        more = len(taken) < len(ordered)
        last = {"pk": wire({"pk": f"REQ#{id_of(ordered[len(taken) - 1])}"})["pk"]} if more and taken else None
        return _page(taken, last)


Sort = Callable[[int], str]

EMAIL = "camille@example.com"


def _page(items: Iterable[str], last: Wire | None = None) -> str:
    listed = list(items)
    more = f', "LastEvaluatedKey": {json.dumps(last)}' if last else ""
    return f'{{"Items": [{", ".join(listed)}], "Count": {len(listed)}{more}}}'


class _Body(io.BytesIO):
    """What botocore reads an answer from."""

    def stream(self, **_: object) -> Iterable[bytes]:
        """All of it."""
        yield self.read()


def _response(request: Any, body: str) -> Any:
    from botocore.awsrequest import AWSResponse  # noqa: PLC0415 - loaded with the client
    from botocore.compat import HTTPHeaders  # noqa: PLC0415 - as above

    headers = HTTPHeaders.from_dict({"Content-Type": "application/x-amz-json-1.0"})
    return AWSResponse(request.url, 200, headers, _Body(body.encode()))
