"""The queue: what filters mean, how a list is sorted, and what of it is written into an address or a CSV file."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake_fn.core.errors import Refused
from intake_fn.core.queue.csv_file import csv_file, harmless
from intake_fn.core.queue.facets import FACETS
from intake_fn.core.queue.filters import Filters, Show, filtered, is_listed, meets, parsed
from intake_fn.core.queue.order import SORTS, ordered
from intake_fn.core.request import Priority
from intake_fn.core.vocabulary import Category, Status
from tests.core.rows import DAY, HOUR, NOW, row, viewer

if TYPE_CHECKING:
    from intake_fn.core.process import Process

# --- what a filter means ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facet", "value", "facts", "why"),
    [
        ("level", "3", {"level": 3}, "the level that holds it"),
        ("assignee", "andrei", {"handler": "andrei"}, "by person"),
        ("assignee", "me", {"handler": "paris-liaison"}, "whoever looks"),
        ("assignee", "nobody", {"handler": "somebody-who-left"}, "its handler has left"),
        ("assignee", "nobody", {"level": 9}, "its level is gone"),
        ("status", "waiting", {"status": Status.WAITING}, "we asked the requester"),
        ("verdict", "undecided", {"category": Category.UNDECIDED}, "a person has to decide"),
        ("priority", "urgent", {"priority": Priority.URGENT}, "as it is now"),
        ("module", "none", {"module": ""}, "no module was named"),
        ("module", "billing", {"module": "billing"}, "by module"),
        ("office", "client", {"office": "client"}, "a user of a client company has no office"),
        ("company", "acme shoes", {"company": "  ACME   Shoes "}, "spaces and case aside"),
        ("due", "breached", {"due": NOW - HOUR}, "it was due an hour ago"),
        ("due", "today", {"due": NOW - HOUR}, "today in Paris, even if it is past"),
        ("due", "today", {"due": NOW + 6 * HOUR}, "23:00 in Paris"),
        ("due", "later", {"due": NOW + 8 * HOUR}, "01:00 tomorrow in Paris"),
        ("due", "none", {"due": None}, "no clock runs"),
        ("age", "3", {"received_at": NOW - 3 * DAY}, "three days to the minute"),
        ("unanswered", "yes", {"unanswered": NOW - HOUR}, "the requester wrote last"),
        ("appealed", "yes", {"appealed": True}, "the requester does not agree"),
    ],
)
def test_a_request_is_found_by_what_it_is(
    process: Process, facet: str, value: str, facts: dict[str, Any], why: str
) -> None:
    """Each facet shows the request that has the value, and hides one that has another."""
    other = row(
        level=1,
        handler="roma",
        priority=Priority.LOW,
        module="users",
        office="london",
        company="Other",
        due=NOW + 40 * DAY if value != "later" else None,
        received_at=NOW - HOUR,
    )
    filters, here = parsed([(facet, value)]), viewer(process)

    assert meets(row(**facts), filters, here), why
    assert not meets(other, filters, here), why


def test_values_of_one_facet_are_alternatives_and_facets_have_to_meet_all(process: Process) -> None:
    """As everywhere in the field."""
    filters = parsed([("priority", "high"), ("priority", "urgent"), ("level", "0")])
    rows = [
        row(priority=Priority.HIGH),
        row(priority=Priority.URGENT),
        row(priority=Priority.LOW),
        row(priority=Priority.HIGH, level=1),
    ]
    found = filtered(rows, filters, viewer(process))

    assert rows[:2] == found.rows
    assert {"priority": 1, "level": 1} == found.hidden_by
    assert {"high": 1, "urgent": 1, "low": 1} == found.counts["priority"]
    assert {"0": 2, "1": 1} == found.counts["level"]


def test_a_list_is_about_open_ones_or_mine_or_resolved_ones(process: Process) -> None:
    """Before any filter."""
    mine, others, done = row(), row(handler="andrei"), row(status=Status.RESOLVED)
    here = viewer(process)
    about = {show: [one for one in (mine, others, done) if is_listed(one, show, here)] for show in Show}

    assert {Show.ALL: [mine, others], Show.MINE: [mine], Show.DONE: [done]} == about


# --- the address -----------------------------------------------------------------------------


@given(
    st.dictionaries(
        st.sampled_from([*FACETS]), st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=3, unique=True)
    ),
    st.sampled_from([*Show]),
    st.sampled_from(["", *SORTS, *(f"-{name}" for name in SORTS)]),
)
def test_an_address_says_all_of_a_list(chosen: dict[str, list[str]], show: Show, sort: str) -> None:
    """What is read back is the list that was written; two equal lists have one address, whatever the order."""
    known = {name: [*facet.known][: len(chosen[name])] for name, facet in FACETS.items() if name in chosen}
    values = {name: tuple(known[name] or chosen[name]) for name in FACETS if name in chosen}
    filters = Filters(show, values, sort)
    pairs = parse_qsl(filters.query())

    assert filters == parsed(pairs)
    grouped = sorted(pairs, key=lambda pair: pair[0], reverse=True)
    assert filters.query() == parsed(grouped).query()


@pytest.mark.parametrize(
    "pair", [("status", "x"), ("due", "yesterday"), ("sort", "x"), ("sort", "-"), ("show", "x"), ("age", "2")]
)
def test_what_cannot_be_is_refused(pair: tuple[str, str]) -> None:
    """With what can be; a made-up filter never shows a list that it does not describe."""
    with pytest.raises(Refused):
        parsed([pair])


def test_an_endless_filter_is_refused() -> None:
    """An address is bounded, and so is the work that it makes."""
    with pytest.raises(Refused):
        parsed([("company", "x" * 201)])
    with pytest.raises(Refused):
        parsed([("company", str(number)) for number in range(51)])


def test_filters_are_taken_back_one_by_one() -> None:
    """A value, a facet, all."""
    filters = parsed([("priority", "high"), ("priority", "low"), ("level", "1"), ("colour", "red"), ("module", "")])

    assert "level=1&priority=low" == filters.without("priority", "high").query()
    assert "level=1" == filters.without("priority").query()
    assert "show=all" == filters.unfiltered().query()
    assert ["age", "-age"] == [filters.sorted_by("age").sort, filters.sorted_by("age").sorted_by("age").sort]


# --- the order -------------------------------------------------------------------------------


def test_the_most_pressing_request_comes_first(process: Process) -> None:
    """Urgent, then by due time, then by priority, then the longest waiting."""
    rows = [
        row(priority=Priority.URGENT, on_top=True),
        row(due=NOW - HOUR, priority=Priority.LOW),
        row(due=NOW + HOUR, priority=Priority.HIGH),
        row(priority=Priority.HIGH),
        row(received_at=NOW - 2 * DAY),
        row(received_at=NOW - DAY),
    ]

    assert rows == ordered(reversed(rows), "", process)


@pytest.mark.parametrize("sort", [*SORTS])
def test_a_list_is_sorted_by_each_column_both_ways(process: Process, sort: str) -> None:
    """What has no value for it comes last either way; equal ones stay in the order of pressing."""
    low = row(summary="a", requester="A", priority=Priority.URGENT, level=0, issue=1, due=NOW, handler="andrei")
    high = row(
        summary="B",
        requester="b",
        priority=Priority.LOW,
        category=Category.MISC,
        level=1,
        issue=2,
        due=NOW + HOUR,
        handler="roma",
        status=Status.WAITING,
        received_at=NOW,
        changed_at=NOW,
    )
    without = [row(issue=None, due=None, level=2)] if sort in ("mantis", "due") else []
    rows = [*without, low, high]

    assert [low, high, *without] == ordered(rows, sort, process)
    assert [high, low, *without] == ordered(rows, f"-{sort}", process)


# --- the CSV file ----------------------------------------------------------------------------


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", "\uff1d"])
def test_no_cell_is_a_formula(begins: str) -> None:
    """Neither Excel nor another spreadsheet runs what a requester typed."""
    assert f"'{begins}cmd|' /C calc'!A0" == harmless(f"{begins}cmd|' /C calc'!A0")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2, max_size=4))
def test_a_csv_file_gives_back_what_was_written(cells: list[str]) -> None:
    """Quotes, commas and line ends survive; only what would be a formula has an apostrophe before it."""
    content = csv_file(["head"] * len(cells), [cells]).decode("utf-8-sig")
    _, read = csv.reader(io.StringIO(content, newline=""))

    assert [harmless(cell) for cell in cells] == read
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) for cell in read)


def test_plain_cells_stay_as_they_are() -> None:
    """Numbers of requests and issues, and names with signs in them."""
    assert ["HD-7K2M-9QXA", "#12", "a=b", "", "Jean-Luc"] == [
        harmless(cell) for cell in ("HD-7K2M-9QXA", "#12", "a=b", "", "Jean-Luc")
    ]
