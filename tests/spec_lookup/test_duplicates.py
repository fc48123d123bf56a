"""Earlier issues that are like a new report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec_lookup import Candidate, DuplicateIndex, IssueText
from spec_lookup.errors import IndexBroken

LATE = IssueText("1", "Late flag stays", "The plan was moved to the afternoon, the flag is still there.")
BILL = IssueText("2", "Bill has two shipments missing", "Files that departed in June are on no bill.")
COPY = IssueText("3", "Copied shipment has old dates", "I press copy and the arrival of March is in it.")
REPORT = IssueText("new", "flag is still red", "moved the plan, the late flag stays")

TEXT = st.text(alphabet="ab 19-.é", max_size=30)
ISSUES = st.lists(st.builds(IssueText, st.just("x"), TEXT, TEXT), max_size=5)


def test_the_likest_comes_first_and_what_has_nothing_in_common_not_at_all() -> None:
    """What a person is shown."""
    index = DuplicateIndex.of([BILL, LATE, COPY])

    assert "1" == index.find(REPORT)[0].id
    assert 1 == len(index.find(REPORT, limit=1))


def test_adding_one_by_one_is_as_good_as_at_once() -> None:
    """Searching in between leaves nothing behind."""
    index = DuplicateIndex()
    for issue in (LATE, BILL, COPY):
        index.find(REPORT)
        index.add(issue)

    assert DuplicateIndex.of([LATE, BILL, COPY]).find(REPORT) == index.find(REPORT)


@pytest.mark.parametrize("issue", [LATE, BILL, COPY])
def test_the_same_text_is_certain(issue: IssueText) -> None:
    """1 is the same text, and it is called a duplicate."""
    index = DuplicateIndex.of([LATE, BILL, COPY])
    found = index.find(IssueText("new", issue.summary, issue.description))

    assert Candidate(issue.id, 1.0, same=True) == found[0]
    assert index.is_duplicate(found)


def test_nothing_is_like_an_empty_index() -> None:
    """Nor is it a duplicate."""
    index = DuplicateIndex()

    assert [] == index.find(REPORT)
    assert not index.is_duplicate([])


@given(ISSUES, TEXT, TEXT)
def test_a_score_is_a_share(issues: list[IssueText], summary: str, description: str) -> None:
    """Above 0 and not above 1, whatever is written."""
    for candidate in DuplicateIndex.of(issues).find(IssueText("new", summary, description)):
        assert 0 < candidate.score <= 1


def test_an_issue_is_replaced_taken_out_and_kept() -> None:
    """What comes back from bytes finds the same, to the last digits that are kept."""
    index = DuplicateIndex.of(
        [
            IssueText("1", "Invoice shows the wrong currency", "Euros where pounds were agreed."),
            IssueText("2", "Crane cannot be booked", "The calendar of the crane is empty."),
            IssueText("3", "Map is upside down", "North is at the bottom."),
        ]
    )
    index.add(IssueText("2", "Crane can be booked twice", "Two customers on one day."))
    index.take_out("3")
    index.take_out("never there")
    report = IssueText("x", "Wrong currency on the invoice", "It has euros instead of pounds.")
    again = DuplicateIndex.from_bytes(index.to_bytes())

    assert {"1", "2"} == index.ids == again.ids
    assert "Crane can be booked twice" == again.text("2").summary
    assert IssueText("3", "Map is upside down", "North is at the bottom.") not in index
    assert "3" not in [one.id for one in index.find(IssueText("x", "Map is upside down", ""))]
    assert "1" == index.find(report)[0].id == again.find(report)[0].id
    assert again.find(report)[0].score == pytest.approx(index.find(report)[0].score, abs=0.05)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": 1}', b'{"format": 1, "model": "no", "issues": []}'])
def test_bytes_of_something_else_are_refused(content: bytes) -> None:
    """And of another model, whose vectors mean something else."""
    with pytest.raises(IndexBroken, match="made anew"):
        DuplicateIndex.from_bytes(content)
