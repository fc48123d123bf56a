"""What differs between two texts of a clause, and whether that changes what it says."""

from __future__ import annotations

import json

import pytest

from spec_lookup import Spec, page_clauses, read_pages
from spec_lookup.evaluation.source import Source
from spec_lookup.judge.substance import changed_in_substance, clause_changes, clause_hash, kinds_of_change
from tests.spec_edits import COSMETIC, PAGES, ROOT, SUBSTANTIVE, Edit

KNOWN = frozenset("receive shipment import export sender".split())


@pytest.fixture(scope="module", autouse=True)
def by_words_alone() -> object:
    """No model is needed to compare texts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPEC_LOOKUP_MODEL", "")
        yield


@pytest.fixture(scope="module")
def today(by_words_alone: object) -> Spec:
    """The spec as it stands."""
    del by_words_alone
    return Spec.of(PAGES)


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("Valid for 30 days.", "Valid for 45 days.", "number"),
        ("At 18:00.", "At 18.00.", "number"),
        ("Valid for 30 days.", "Valid for 30 hours.", "unit"),
        ("At most 25 MB.", "At most 25 kB.", "unit"),
        ("Up to 15 %.", "Up to 15 kg.", "unit"),
        ("It costs USD 5,000.00.", "It costs EUR 5,000.00.", "unit"),
        ("Users edit it.", "Users never edit it.", "negation"),
        ("Users can edit it.", "Users can't edit it.", "negation"),
        ("Users may edit it.", "Users must edit it.", "modal"),
        ("Users edit it.", "Users edit it, unless closed.", "exception wording"),
        ("At most 5 lines.", "At least 5 lines.", "wording"),
        ("One invoice a month.", "One invoice a month. One reminder.", "number wording"),
        ("X is sent. It is paid.", "It is paid. X is sent.", "wording"),
        ("The form is filled.", "The form is filed.", "wording"),
        ("The import is done.", "The export is done.", "wording"),
        ("The sender pays.", "The tender pays.", "wording"),
        ("Each user sees it.", "Each users sees it.", "wording"),
        ("Not above \u22125 °C.", "Not above 5 °C.", "unit"),
        ("A before B.", "B before A.", "wording"),
    ],
)
def test_what_says_something_else_is_of_substance(old: str, new: str, kinds: str) -> None:
    """Number, unit, negation, modal, exception, or other words; whichever way the text is changed."""
    assert tuple(kinds.split()) == kinds_of_change(old, new, KNOWN.__contains__)
    assert changed_in_substance(new, old, KNOWN.__contains__)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Valid for 30 days.", "Valid  for\nthirty days"),
        ("It costs 5,000 kg.", "It costs 5000 kg."),
        ("A sent quote stays.", "The sent quote stays"),
        ("Users cannot edit it.", "Users can't edit it."),
        ("Cancelled in the centre.", "Canceled in the center."),
        ("The colour is organised.", "The color is organized."),
        ("Read-only e-mail.", "Read only email."),
        ("They recieve it.", "They receive it."),
        ("A shipmnet.", "A shipment."),
        ("X is sent. Y is paid.", "Y is paid. X is sent."),
        ("X is sent. It is paid. Y waits.", "Y waits. X is sent. It is paid."),
        ("X is sent; Y waits.", "X is sent. Y waits."),
        ("Café at Zürich.", "CAFE at Zurich."),
        ("", " \n"),
    ],
)
def test_what_says_the_same_is_not(old: str, new: str) -> None:
    """Spelling, white space, articles, hyphens, ways to write a number, the order of sentences that stand alone."""
    assert kinds_of_change(old, new, KNOWN.__contains__) == ()
    assert kinds_of_change(new, old, KNOWN.__contains__) == ()


def test_a_slip_is_told_by_the_rest_of_the_spec() -> None:
    """Where neither of two words stands elsewhere, nobody knows which one is right: a person looks."""
    assert changed_in_substance("The tariff.", "The tarif.")
    assert not changed_in_substance("The tariff.", "The tarif.", {"tariff"}.__contains__)


@pytest.mark.parametrize("edit", SUBSTANTIVE, ids=lambda edit: edit.clause)
def test_each_seeded_edit_changes_its_clause_alone(today: Spec, edit: Edit) -> None:
    """And is called what it is."""
    changes = clause_changes(today, Spec.of(edit.on(PAGES)))

    assert [edit.clause] == list(changes)
    assert edit.kind in changes[edit.clause].kinds
    assert changes[edit.clause].is_of_substance


@pytest.mark.parametrize("edit", COSMETIC, ids=lambda edit: edit.new[:40])
def test_no_edit_of_spelling_or_markup_changes_a_clause(today: Spec, edit: Edit) -> None:
    """Though the page is another file."""
    edited = Spec.of(edit.on(PAGES))

    assert edited.stamp.content != today.stamp.content
    assert clause_changes(today, edited) == {}


def test_an_anchor_that_is_renamed_moves_its_clause(today: Spec) -> None:
    """The text is the same: nothing else follows from it than that citations lead nowhere."""
    moved = Spec.of(Edit("quotes#validity", "## Validity {#validity}", "## Validity {#valid}").on(PAGES))
    (change,) = clause_changes(today, moved).values()

    assert ("quotes#validity", "quotes#valid", ("moved",)) == (
        change.cite,
        change.new and change.new.cite,
        change.kinds,
    )
    assert not change.is_of_substance


def test_what_no_longer_decides_is_said() -> None:
    """A page that becomes informative takes its clauses with it."""
    page = "# Quotes\n\n## Validity {#validity}\n\nA quote is valid for 30 days.\n"
    old, new = (Spec.of([("quotes.md", text)]) for text in (page, f"---\nnormative: false\n---\n{page}"))

    assert clause_changes(old, new)["quotes#validity"].kinds == ("no longer decides",)
    assert clause_changes(new, old)["quotes#validity"].kinds == ("decides now",)


def test_the_hash_names_what_is_said(today: Spec) -> None:
    """The same for another way to set it, another for another text, and `gone` for none."""
    former = today.clause("quotes#validity")
    set_anew = Edit("quotes#validity", "A quote is valid for 30 days", "A  quote is *valid* for\n30 days")
    other = SUBSTANTIVE[0]

    assert clause_hash(former) == clause_hash(Spec.of(set_anew.on(PAGES)).clause("quotes#validity"))
    assert clause_hash(former) != clause_hash(Spec.of(other.on(PAGES)).clause("quotes#validity"))
    assert "gone" == clause_hash(None)


SETS = ("tests/data/evaluation", "tests/data/evaluation-unseen", "spec_lookup/evaluation/qualification")
"""Sets with pairs: two versions of a clause, by which a request is another thing."""


@pytest.mark.parametrize("name", SETS)
def test_the_two_versions_of_every_pair_differ_in_substance(name: str) -> None:
    """They turn the verdict of careful readers; and no other clause of the page differs."""
    folder = ROOT / name
    rows = [json.loads(line) for file in folder.glob("pairs*.jsonl") for line in file.read_text("utf-8").splitlines()]
    specs = {spec: Source(list(read_pages(folder / "specs" / spec))) for spec in {row["spec"] for row in rows}}
    assert len(rows) >= 10
    for row in rows:
        source, file, cite = specs[row["spec"]], f"{row['page']}.md", f"{row['page']}#{row['anchor']}"
        before, after = dict(source.pages)[file], dict(source.with_body(cite, row["clause_b"]))[file]
        clauses = zip(page_clauses(file, before), page_clauses(file, after), strict=True)
        changed = [one.anchor for one, other in clauses if changed_in_substance(one.markdown, other.markdown)]
        assert [row["anchor"]] == changed, row["id"]
