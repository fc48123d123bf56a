"""Finding: which words a request is found by, and what a query finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.events import AskedRequester, Noted, RequesterReplied, Resolved
from intake_fn.core.find import MOST_TERMS, MOST_WORDS, extract, is_searched, terms, words_of
from intake_fn.core.request import Requester
from intake_fn.core.steps import apply, take_in
from tests.desk.test_story import request
from tests.fakes import MONDAY

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process


def case_of(process: Process, *events: Event, **changed: object) -> Case:
    """A request, and what happened to it."""
    case = take_in("HD-1", replace(request(), **changed), MONDAY, process).case  # type: ignore[arg-type]
    for event in events:
        case = apply(case, event)
    return case


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("escalation", "the same word"),
        ("escalations", "by its stem"),
        ("escal", "while somebody types"),
        ("Zürich", "accents and case are folded"),
        ("zurich", "also in the text"),
        ("S-PAR-2024-003310", "a code whole"),
        ("003310", "a part of it"),
        ("s-par-20", "its beginning"),
        ("Camille", "the requester's name"),
        ("camille@example.com", "their address"),
        ("CAMILLE@EXAMPLE", "its beginning"),
        ("Acme", "their company"),
        ("proxy", "a note"),
        ("firefox", "an answer"),
        ("browser", "our question"),
        ("cache", "the resolution"),
    ],
)
def test_a_request_is_found_by_every_word_that_stands_in_it(process: Process, query: str, why: str) -> None:
    """In the request, in who sent it, in notes and in answers."""
    at = MONDAY + timedelta(minutes=1)
    case = case_of(
        process,
        Noted(at=at, actor="paul@example.com", text="Their proxy is down."),
        AskedRequester(at=at, actor="paul@example.com", question="Which browser?"),
        RequesterReplied(at=at, actor="requester", text="Firefox, I think."),
        Resolved(at=at, actor="paul@example.com", resolution="The cache was emptied."),
        summary="Escalation of the Zürich shipment",
        description="S-PAR-2024-003310 stays in the queue.",
        requester=Requester("Camille Laurent", "Camille@Example.com", "client", "Acme Shoes"),
    )
    words = words_of(case)

    assert all(term.finds(words) for term in terms(query)), why
    assert not any(term.finds(words) for term in terms("zebra quantum"))


def test_short_words_find_themselves_alone() -> None:
    """Two letters begin too much."""
    (term,) = terms("eu")

    assert (term.finds(["eu"]), term.finds(["europe"])) == (True, False)


def test_words_and_queries_are_bounded(process: Process) -> None:
    """A pasted log is not kept whole, and a long query costs no more reads."""
    case = case_of(process, description=" ".join(f"word{number}x" for number in range(2000)))

    assert MOST_WORDS == len(words_of(case))
    assert MOST_TERMS == len(terms(" ".join(f"word{number}" for number in range(50))))
    assert () == terms("the of to ?")


def test_only_events_with_words_are_indexed() -> None:
    """A reply is; an empty note of a hand-over is not."""
    reply = RequesterReplied(at=MONDAY, actor="requester", text="Yes.")

    assert (is_searched(reply), is_searched(replace(reply, text=""))) == (True, False)


def test_an_extract_shows_where_the_words_stand(process: Process) -> None:
    """Around the first of them, with what was asked for told apart; none where only the summary has it."""
    note = Noted(at=MONDAY, actor="paul@example.com", text=f"{'x ' * 100}The proxies of Paris are down. {'y ' * 100}")
    case = case_of(process, note, summary="Zanzibar")
    found = extract(case, terms("proxy paris"))

    assert found is not None
    where, parts = found
    assert "Noted" == where
    assert ["Paris"] == [text for text, is_asked in parts if is_asked and text == "Paris"]
    assert ("…", False) == parts[0]
    assert extract(case, terms("zanzibar")) is None
