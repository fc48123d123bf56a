"""Release notes: every fixed issue exactly once, in words as they were filed, and no text is more than a text."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake_fn.core.change_events import ChangeAssessed, ClausePublished
from intake_fn.core.errors import Refused
from intake_fn.core.events import Filed, Overruled, Resolved
from intake_fn.core.markdown import escaped
from intake_fn.core.release_notes import FixedIssue, ReleaseNotes, notes_of, unusable, versions_between
from intake_fn.core.release_page import is_as_written, page_of
from intake_fn.core.steps import advance
from intake_fn.core.vocabulary import Category, Outcome
from tests.core.samples import NOW, PAUL, case_at

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import Process

KNOWN = {"Bugs InBox": ["4.3", "4.2", "4.1"], "Change InBox": ["4.3", "4.1"], "Support Misc": []}
MARC = "marc.selter@example.com"
TODAY = "An invoice is due after **30 days**.\n\n- counted from its [date](#date)\n- Sundays count"
PROPOSED = "An invoice is due after **45 days**.\n\n- counted from its [date](#date)\n- Sundays count"


def fixed(number: int, **changes: Any) -> FixedIssue:
    """A bug that Mantis says is fixed in 4.3."""
    whole = FixedIssue(number, "The label shows the old address", "Bugs InBox", "Documents", "resolved", "fixed", "4.3")
    return replace(whole, **changes)


def plain(_: Case | None, text: str) -> str:
    """Nothing is personal."""
    return text


def act(case: Case, process: Process, kind: Any, actor: str = PAUL, **what: Any) -> Case:
    """The case after something that is allowed."""
    return advance(case, kind(at=NOW, actor=actor, **what), process).case


def filed(process: Process, number: int, **changes: Any) -> Case:
    """A bug of ours that stands in Mantis."""
    case = case_at(3, "paul", module="billing", **changes)
    return act(case, process, Filed, actor="specdesk", number=number, project="Bugs InBox", url="")


def delivered(process: Process, number: int, published: str = "") -> Case:
    """A change whose owner has assessed it, and perhaps whose clause is published."""
    case = act(filed(process, number), process, Overruled, category=Category.CHANGE, clause="billing#due", reason="So.")
    assessed = ChangeAssessed(
        at=NOW, actor=MARC, clause="billing#due", today=TODAY, spec="s", proposed=PROPOSED, effort="2"
    )
    history = (*case.history, assessed)
    if published:
        clause = ClausePublished(
            at=NOW, actor="specdesk", clause="billing#due", spec="t", text=published, as_proposed=False
        )
        history = (*history, clause)
    return replace(case, history=history)


# --- which issues -----------------------------------------------------------------------------


def test_each_fixed_issue_stands_in_one_place(process: Process) -> None:
    """Bugs, changes, what a person looks at, and what is left out: together all of them, each once."""
    issues = [
        fixed(1),
        fixed(1),
        fixed(2, project="Change InBox", summary="Labels show the weight in pounds"),
        fixed(3, project="Support Misc"),
        fixed(4, resolution="duplicate"),
        fixed(5, summary="Error"),
        fixed(6, status="assigned", resolution="reopened"),
        fixed(7, fixed_in="4.2"),
        fixed(8, status="closed", category="Customs"),
    ]
    notes = notes_of(("4.3",), issues, (), process, plain)

    assert [8, 1] == [line.number for line in notes.bugs]
    assert [2] == [line.number for line in notes.changes]
    assert {5: "Its summary has fewer than 3 words.", 6: "Mantis says fixed in 4.3, and its status is assigned."} == {
        one.number: one.why for one in notes.open
    }
    assert {"duplicate": 1, "misc": 1} == notes.left_out


@given(
    st.lists(
        st.builds(
            fixed,
            st.integers(1, 30),
            summary=st.sampled_from(["", "Error", "The label shows the old address", "Re: the label is wrong"]),
            project=st.sampled_from(["Bugs InBox", "Change InBox", "Support Misc", "Elsewhere"]),
            status=st.sampled_from(["resolved", "closed", "assigned"]),
            resolution=st.sampled_from(["fixed", "duplicate", "wont fix"]),
            fixed_in=st.sampled_from(["4.3", "4.2", "4.1"]),
        )
    )
)
def test_no_issue_is_lost_or_told_twice(process: Process, issues: list[FixedIssue]) -> None:
    """Whatever Mantis has: the numbers add up."""
    notes = notes_of(("4.3", "4.2"), issues, (), process, plain)
    told = [one.number for one in (*notes.bugs, *notes.changes)] + [one.number for one in notes.open]
    last = {issue.number: issue for issue in issues if issue.fixed_in != "4.1"}

    assert len(told) == len(set(told))
    assert set(told) <= set(last)
    assert len(last) == len(told) + sum(notes.left_out.values())


def test_what_is_delivered_here_and_not_in_mantis_is_for_a_person(process: Process) -> None:
    """Mantis dropped the version, or somebody took it away; a duplicate says nothing of its own."""
    case = act(filed(process, 9), process, Resolved, resolution="Mended.", outcome=Outcome.FIXED, fixed_in="4.3")
    notes = notes_of(("4.3",), [], [case, replace(case, issue=10, duplicate_of="HD-0000-0002")], process, plain)

    assert [(9, case.id, "It is resolved here in 4.3, and not in Mantis.")] == [
        (one.number, one.case, one.why) for one in notes.open
    ]


# --- which words ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("in_mantis", "expected"),
    [
        ("Error page when a shipment is opened", "Error page when a shipment is opened"),
        ("Error page when a shi", "Error page when a shipment is opened"),
        ("Opening a shipment no longer fails", "Opening a shipment no longer fails"),
    ],
)
def test_the_summary_is_as_filed_unless_somebody_worded_it_anew(
    process: Process, in_mantis: str, expected: str
) -> None:
    """Mantis cuts long ones; a person's words in Mantis count."""
    (line,) = notes_of(("4.3",), [fixed(9, summary=in_mantis)], [filed(process, 9)], process, plain).bugs

    assert (expected, "HD-0000-0001") == (line.summary, line.case)


@pytest.mark.parametrize(
    ("summary", "masked", "why"),
    [
        ("The label shows the old address", "", ""),
        ("発票の期日が違います", "", ""),
        ("", "", "no summary"),
        ("Label wrong", "", "fewer than 3 words"),
        ("RE: the label is wrong", "", "subject of a mail"),
        ("The label of Jane Doe is wrong", "The label of [name 1] is wrong", "personal data"),
        ("w" + " word" * 25 + " x", "", "cut at 128"),
    ],
)
def test_a_summary_is_usable_or_says_why_not(summary: str, masked: str, why: str) -> None:
    """A person words those anew that are no sentence for everybody."""
    found = unusable(summary, masked or summary)

    assert why in found
    assert bool(why) == bool(found)


@pytest.mark.parametrize(
    ("version", "since", "expected"),
    [("4.3", "", ("4.3",)), ("4.3", "4.1", ("4.3", "4.2")), ("4.2", "4.1", ("4.2",))],
)
def test_versions_follow_each_other_as_in_mantis(version: str, since: str, expected: tuple[str, ...]) -> None:
    """By the order of a project that has both."""
    assert expected == versions_between(KNOWN, version, since)


@pytest.mark.parametrize(
    ("version", "since", "why"),
    [
        ("5.0", "", "does not know the version '5.0'.*4.3, 4.2, 4.1"),
        ("4.3", "3.9", "'3.9'"),
        ("4.1", "4.3", "not come before"),
    ],
)
def test_an_unknown_version_is_refused_with_those_that_are_known(version: str, since: str, why: str) -> None:
    """Said plainly, and nothing is guessed."""
    with pytest.raises(Refused, match=why):
        versions_between(KNOWN, version, since)


# --- the page ---------------------------------------------------------------------------------


def page(notes: ReleaseNotes) -> str:
    """The page, in a wiki that has the clause billing#due alone."""
    return page_of(notes, lambda number: f"https://m/{number}", lambda cite: "../spec/b.md" * (cite == "billing#due"))


def test_a_change_shows_its_clause_before_and_now(process: Process) -> None:
    """As published; as proposed where the program has not seen it published; alone where nobody assessed it."""
    issues = [fixed(number, project="Change InBox", summary="Invoices are due later") for number in (1, 2, 3)]
    cases = [delivered(process, 1), delivered(process, 2, "An invoice is due after 60 days."), filed(process, 3)]
    text = page(notes_of(("4.3",), issues, cases, process, plain))
    one, two, three = text.split("### ")[1:]

    assert (
        "Before:\n\n> An invoice is due after 30 days.\n>\n> \\- counted from its date\n>\n> \\- Sundays count" in one
    )
    assert "Now:\n\n> An invoice is due after 45 days.\n" in one
    assert "Now:\n\n> An invoice is due after 60 days.\n" in two
    assert "[billing#due](../spec/b.md)" in one
    assert "Before" not in three
    assert "0 bugs are fixed, 3 changes are delivered." in text


def test_a_clause_that_was_published_for_an_earlier_assessment_is_not_this_one(process: Process) -> None:
    """Assessed anew, the change has the clause as it is proposed now until that is published."""
    case = delivered(process, 7, published="In between.")
    anew = next(event for event in case.history if isinstance(event, ChangeAssessed))
    case = replace(case, history=(*case.history, replace(anew, today="In between.", proposed="60 days.")))
    notes = notes_of(("4.3",), [fixed(7, project="Change InBox")], [case], process, plain)

    assert [("In between.", "60 days.")] == [(line.before, line.after) for line in notes.changes]


HOSTILE = [
    "<script>alert(1)</script> and more words",
    "# no heading * no _emphasis_ `code` [link](javascript:x)",
    "1. not a list {: .x onclick=a } | table |",
    "~~~ fence --8<-- ![img](https://evil.example/x.png)",
    "- [ ] item <!-- specdesk: board --> and more",
    "&lt;b&gt; &#60; stays as typed",
    "C:\\temp\\new is not found",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_requester_typed_is_text_and_no_markup(process: Process, text: str) -> None:
    """In a list, a heading and a quote; a reader sees what was typed."""
    notes = notes_of(
        ("4.3",), [fixed(1, summary=text), fixed(2, project="Change InBox", summary=text)], (), process, plain
    )
    made = markdown.markdown(
        page(notes), extensions=["attr_list", "tables", "md_in_html", "def_list", "admonition", "footnotes", "toc"]
    )
    shown = unescape(made)

    assert 2 == shown.count(text)
    assert not [tag for tag in ("<script", "<img", "<em>", "<code>", "<table", 'javascript:x"') if tag in made]


@given(st.text(max_size=80))
def test_no_text_breaks_out_of_its_line(text: str) -> None:
    """One line stays one line, whatever is in it."""
    assert "\n" not in escaped(text)
    assert 1 == markdown.markdown(f"- {escaped(text)} (end)", extensions=["tables", "attr_list"]).count("<li>")


def test_a_page_knows_whether_somebody_edited_it(process: Process) -> None:
    """The same notes give the same bytes; one letter more is an edit."""
    notes = notes_of(("4.3",), [fixed(1)], (), process, plain)
    written = page(notes)

    assert written == page(notes)
    assert is_as_written(written)
    assert not is_as_written(written.replace("old address", "new address"))
    assert not is_as_written(f"{written}More.\n")
    assert not is_as_written("# By hand\n")
