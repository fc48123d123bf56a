"""The set-up form and the question form say what they are, unless their text reports a failure or a behaviour."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from spec_lookup import Claim, Spec, in_words
from spec_lookup.search.pages import read_pages

DATA = Path(__file__).parent.parent / "data"
ROWS = [json.loads(line) for line in (DATA / "forms" / "forms.jsonl").read_text(encoding="utf-8").splitlines()]

FEWEST_SETTLED = {"tune": 0.7, "held": 0.8}
"""Share of the texts that report nothing whose verdict is misc. Measured: 66 of 93; of the part whose rows were not
looked at 34 of 41. What is left to a person is not wrong."""

MOST_SWALLOWED = {"tune": 0, "held": 0.04}
"""Share of hidden reports whose verdict is misc. Measured: 0 of 69; of the part that had not been looked at 0 of 27."""


def spec_of(folder: str) -> Spec:
    """A spec for tests."""
    return Spec.of(list(read_pages(DATA / "specs" / folder)))


@pytest.fixture(scope="module")
def library() -> Spec:
    """The library's spec."""
    return spec_of("library")


def claim_of(row: dict[str, str]) -> Claim:
    """The claim of a text, as the form sends it."""
    return Claim(row["summary"], row["description"], reporter_says=row["form"])


@pytest.mark.parametrize("part", ["tune", "held"])
def test_a_form_that_says_what_it_is_leaves_little_to_decide(library: Spec, part: str) -> None:
    """Who asks or has something set up waits for nobody's decision; a report hidden in it still gets one."""
    rows = [row for row in ROWS if row["part"] == part]
    verdicts = Counter((row["reports"] != "nothing", library.judge(claim_of(row)).category == "misc") for row in rows)
    settled = verdicts[False, True] / (verdicts[False, True] + verdicts[False, False])
    swallowed = verdicts[True, True] / (verdicts[True, True] + verdicts[True, False])

    assert settled >= FEWEST_SETTLED[part]
    assert swallowed <= MOST_SWALLOWED[part]


@pytest.mark.parametrize("form", ["setup", "question"])
@pytest.mark.parametrize("row", [row for row in ROWS if row["reports"] == "failure"], ids=lambda row: row["id"])
def test_a_failure_that_is_told_in_a_form_is_never_settled_by_the_form(
    library: Spec, row: dict[str, str], form: str
) -> None:
    """A question such as "why does the import fail with error 500?" is a bug, whichever form it came by."""
    assert library.judge(replace(claim_of(row), reporter_says=form)).category in ("bug", "undecided")


@pytest.mark.parametrize(
    ("form", "summary", "description", "category"),
    [
        ("question", "Why does the import fail with error 500?", "I do it like always.", "bug"),
        ("question", "Is it normal?", "The list shows 9 shipments and yesterday there were 14.", "undecided"),
        ("question", "Loan period", "How long is it? My colleague was not sure.", "misc"),
        ("question", "Loan period", "My colleague was not sure.", "undecided"),
        ("setup", "Jo Wu", "starts Monday, ops", "misc"),
        ("setup", "Rights for Kim", "She does not see the invoices yet, please add them.", "misc"),
        ("setup", "Invitation for Tom", "The invitation never arrived. Please send it again.", "undecided"),
        ("setup", "Login for Kai", "New login for Kai does not work", "undecided"),
        ("setup", "Rights for Kim", "She cannot work yet, please give her the rights of a clerk.", "misc"),
        ("setup", "Rights of Max", "He sees the loans of every branch, should only see his own", "undecided"),
        ("question", "Rounding", "The fee of 45.2 was rounded to 45, should it not be 45.5?", "undecided"),
        ("question", "Rounding", "How is a fee rounded?", "misc"),
        ("question", "Label", "Which address is printed on the label, and how can I change it?", "misc"),
        ("setup", "Rights of Max", "Please give Max the rights of a clerk, he should only see loans.", "misc"),
        ("question", "\u501f\u4e66", "\u501f\u9605\u671f\u662f\u591a\u5c11\u5929\uff1f", "undecided"),
        ("bug", "Loan period", "Kindly inform me of it, my colleague was not sure.", "undecided"),
        ("", "Jo Wu", "starts Monday, ops", "undecided"),
    ],
)
def test_the_form_decides_only_where_nothing_is_reported(
    library: Spec, form: str, summary: str, description: str, category: str
) -> None:
    """Other forms settle nothing, whatever is written in them."""
    assert category == library.judge(Claim(summary, description, reporter_says=form)).category


@pytest.mark.parametrize(
    ("form", "beside", "alone"),
    [
        ("question", "How do I sign in when each fresh code is refused at once?", "How do I sign in with a code?"),
        ("question", "Where do I get the notice that doesn't come by mail any more?", "Where do I get the notice?"),
        ("question", "How long is a code good for, mine dies after a minute?", "How long is a code good for?"),
        ("question", "Does the discount hold, since I pay the full price?", "Does the discount hold for children?"),
        ("question", "Can helpers read the log, as the page suggests?", "Can helpers read the log?"),
        ("question", "In what order are labels printed? They come mixed.", "In what order are labels printed?"),
        ("question", "How are fines sent? One came at four in the morning.", "How are fines sent?"),
        (
            "setup",
            "Please make Ana a clerk. Right now she lends films.",
            "Please make Ana a clerk. She lends films soon.",
        ),
        ("setup", "New login for Lia. By the way, fines are free for her.", "New login for Lia. She starts on Monday."),
        ("setup", "Ina needs a login. Members can see all fines.", "Ina needs a login. She should see all fines."),
        ("setup", "Please give Uwe a card. He stays signed in all day.", "Please give Uwe a card. He works all day."),
        ("setup", "Please close Ben's account. His books are no more in the list.", "Please close Ben's account."),
    ],
)
def test_what_is_taken_for_granted_or_told_beside_is_a_report(
    library: Spec, form: str, beside: str, alone: str
) -> None:
    """A question may presuppose what happened, and a set-up may tell it by the way; without that the form settles."""
    assert "undecided" == library.judge(Claim("A request", beside, reporter_says=form)).category
    assert "misc" == library.judge(Claim("A request", alone, reporter_says=form)).category


@pytest.mark.parametrize("form", ["setup", "question"])
def test_what_is_settled_by_the_form_says_so(library: Spec, form: str) -> None:
    """The reason names the form and claims no more than that nothing was found."""
    verdict = library.judge(Claim("Jo Wu", "Please tell me.", reporter_says=form))

    assert "misc" == verdict.category
    assert f"The {'set-up' if form == 'setup' else form} form was sent" in in_words(verdict.reasons[0])
    assert "the program found no report" in in_words(verdict.reasons[0])


@pytest.mark.parametrize("form", ["setup", "question"])
def test_what_is_expected_beside_a_question_is_a_report(library: Spec, form: str) -> None:
    """Programs can send what was expected: who expects something else than an answer reports or wishes."""
    said = Claim("Login", "How does my colleague get a login?", "blue", reporter_says=form)

    assert "undecided" == library.judge(said).category
    assert "misc" == library.judge(replace(said, what_expected="an answer")).category


def test_without_a_model_the_words_alone_tell_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """An application without a model still settles forms, and swallows no failure."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", "")
    bare = spec_of("library")
    assert bare.by_words_alone
    verdicts = Counter((row["reports"], bare.judge(claim_of(row)).category == "misc") for row in ROWS)

    assert verdicts["nothing", True] >= 0.5 * (verdicts["nothing", True] + verdicts["nothing", False])
    assert 0 == verdicts["failure", True]


def test_what_the_form_settles_is_told_before_anything_else_is_asked(library: Spec) -> None:
    """A judge that reads by a language model need not be asked; what reports something is not settled."""
    asked = Claim("Loan period", "How long is it? My colleague was not sure.", reporter_says="question")

    assert library.judge(asked) == library.by_form(asked)
    assert library.by_form(replace(asked, reporter_says="bug")) is None
    assert library.by_form(replace(asked, what_happened="The page shows an internal server error.")) is None
