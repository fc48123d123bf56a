"""What a use case costs does not depend on how many requests there are: counted, on the local AWS."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import timedelta
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import growth
from benchmarks.capacity import MILLION, Office, of_a_sweep, of_requests, of_the_pages, of_the_queue
from intake_fn.adapters.aws import client
from tests.adapters.meter import Wire, size, units_to_read, units_to_write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake_fn.core.process import Process
    from sandbox.aws import LocalAws

ROOT = Path(__file__).parents[2]
tables = count(1)

MOST_CALLS = 21
"""Calls to the table that a page of the desk makes at most."""


@pytest.fixture(scope="module")
def dynamodb(aws: LocalAws) -> Iterator[Any]:
    """A client of the local AWS."""
    with closing(client("dynamodb", aws.environ())) as made:
        yield made


def office(dynamodb: Any, process: Process, others: int, due: int = 0) -> Office:
    """A desk on a table of its own."""
    return Office(dynamodb, f"capacity-{next(tables)}", process, others, due)


@pytest.mark.aws
def test_a_sweep_costs_what_is_due_and_not_what_exists(dynamodb: Any, process: Process) -> None:
    """Nothing due: thirteen empty pages. Ten due: ten times one, be there a million others or none (R28)."""
    found = {
        (due, others): of_a_sweep(office(dynamodb, process, others, due), due, others)
        for due in (0, 1, 10)
        for others in (0, MILLION)
    }
    figures = {key: (cost.calls, cost.read, cost.written, cost.mails) for key, cost in found.items()}

    assert all(figures[due, 0] == figures[due, MILLION] for due in (0, 1, 10))
    assert (13, 8.0, 0, 0) == figures[0, MILLION]
    assert 10 * (figures[1, MILLION][0] - 14) == figures[10, MILLION][0] - 14  # what is listed is read in one batch
    assert 10 * figures[1, MILLION][2] == figures[10, MILLION][2]
    assert 10 == figures[10, MILLION][3]


@pytest.mark.aws
def test_the_million_is_there_when_its_time_comes(dynamodb: Any, process: Process) -> None:
    """Else the test above would prove nothing."""
    full = office(dynamodb, process, MILLION)
    cases, now = full.desk.cases, full.room.clock()

    assert [] == cases.alerts_due(now, 100)
    assert 4 * 10 == len(cases.alerts_due(now + timedelta(minutes=1, seconds=9), 100))
    assert 100 == len(cases.alerts_due(now + timedelta(days=3), 100))


@pytest.mark.aws
def test_a_request_costs_a_fixed_number_of_calls(dynamodb: Any, process: Process) -> None:
    """Who makes one of these dearer decides to."""
    costs = of_requests(office(dynamodb, process, MILLION))
    whole, receipt, after, words, *others = costs

    assert (4, 0, 0) == (receipt.calls, receipt.mantis, receipt.mails)
    assert (14, 1, 2) == (after.calls, after.mantis, after.mails)
    assert (33, 40) == (receipt.written, after.written)
    assert (5, 17 + 5) == (words.calls, words.written)
    assert receipt.calls + after.calls == whole.calls
    assert [(17, 1, 2), (17, 3, 2), (1, 0, 0), (1, 0, 0), (2, 1, 0), (2, 0, 0)] == [
        (cost.calls, cost.mantis, cost.mails) for cost in others
    ]


@pytest.mark.aws
def test_the_queue_costs_a_fixed_number_of_calls(dynamodb: Any, process: Process) -> None:
    """A list a query a level and once a minute the ledger, news one, a search one a word and three for the rest."""
    costs = of_the_queue(office(dynamodb, process, MILLION))

    assert [6, 5, 1, 4, 4] == [cost.calls for cost in costs]
    assert all(0 == cost.written for cost in costs)


@pytest.mark.aws
def test_what_a_page_costs_does_not_depend_on_what_is_stored(aws: LocalAws) -> None:
    """Of ten thousand requests or a million, with as many open ones: the same calls and units (R28)."""
    number = len(growth.PAGES) + 2
    found = []
    for stored in (10_000, MILLION):
        with closing(client("dynamodb", aws.environ())) as simulated:
            rows = islice(growth.rows(simulated, stored, 50, runs=0), number)
            found.append([(row.name, row.calls, row.units) for row in rows])

    assert found[0] == found[1]


@pytest.mark.aws
def test_a_page_of_the_desk_costs_a_few_reads_and_no_write(dynamodb: Any, process: Process) -> None:
    """The session, its own lists, and one query for each level; who looks at a request writes that down."""
    costs = {cost.name: cost for cost in of_the_pages(dynamodb, f"pages-{next(tables)}", process)}

    assert {} == {name: cost.calls for name, cost in costs.items() if cost.calls > MOST_CALLS}
    assert {"a request", "who looks at it"} >= {name for name, cost in costs.items() if cost.written}


def test_units_are_reckoned_as_dynamodb_does() -> None:
    """By the rules in the table of its documentation."""
    small: Wire = {"pk": {"S": "é"}, "n": {"N": "-12"}, "yes": {"BOOL": True}}
    large: Wire = {"pk": {"S": "x" * 1023}}
    there: Wire = {"line": {"S": "a"}, "turn": {"S": "b"}}
    later: Wire = {"line": {"S": "a"}, "turn": {"S": "c"}}

    assert [4, 3, 4] == [size({name: small[name]}) for name in ("pk", "n", "yes")]
    assert (0.5, 1.0) == (units_to_read([], consistent=False), units_to_read([small], consistent=True))
    assert 2.0 == units_to_read([large] * 5, consistent=True)
    assert (1, 2) == (units_to_write(None, small), units_to_write(large, None))
    assert (2, 3, 1, 1) == (
        units_to_write(None, there),
        units_to_write(there, later),
        units_to_write(there, {**there, "more": {"S": ""}}),
        units_to_write(there, there),
    )
    listed: Wire = {"queue": {"S": "a"}, "place": {"S": "b"}}
    assert 2 == units_to_write(listed, {**listed, **small})


def test_nothing_reads_a_whole_table() -> None:
    """No Scan, and no statement that may become one, stands in what serves (R28); what provisions is not in it."""
    found = [
        path.relative_to(ROOT).as_posix()
        for folder in ("intake_fn", "spec_lookup")
        for path in (ROOT / folder).rglob("*.py")
        if "provision" not in path.parts
        and re.search(r"\bscan\(|\"[Ss]can\"|execute_statement", path.read_text(encoding="utf-8"))
    ]

    assert [] == found
