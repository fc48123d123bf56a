"""Claims judged again by a changed spec: exactly those flip whose clause says something else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from spec_lookup import Claim, FlipKind, JudgedRequest, LlmJudge, Spec, Verdict, drift, from_readings
from spec_lookup.judge.drift import DriftJudge
from tests.drift_requests import READ
from tests.spec_edits import COSMETIC, PAGES, SUBSTANTIVE, Edit, edited

BY_PERSON = tuple(
    JudgedRequest(f"P-{edit.clause}", Claim("A report", "It is so."), decided="bug", clause=edit.clause)
    for edit in (*SUBSTANTIVE, *COSMETIC)
)
"""Requests that a person has decided, by each clause that is edited in substance or only in its spelling."""


@pytest.fixture(scope="module", autouse=True)
def by_words_alone() -> Iterator[None]:
    """The search finds these clauses by their words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPEC_LOOKUP_MODEL", "")
        yield


@pytest.fixture(scope="module")
def old(by_words_alone: None) -> Spec:
    """The spec as it stands."""
    del by_words_alone
    return Spec.of(PAGES)


@pytest.fixture(scope="module")
def new(by_words_alone: None) -> Spec:
    """The spec with all edits, those of substance and the others."""
    del by_words_alone
    return Spec.of(edited(*SUBSTANTIVE, *COSMETIC))


def built_in(spec: Spec, claim: Claim, names: tuple[str, ...]) -> Verdict:
    """The judge that asks nobody."""
    del names
    return spec.judge(claim)


def reader(old: Spec, new: Spec) -> DriftJudge:
    """The judge whose readings are recorded."""
    lines = [line for read in READ for line in read.readings(old, new)]
    return LlmJudge("recorded", from_readings(lines), restates=True)


def test_exactly_the_seeded_requests_flip(old: Spec, new: Spec) -> None:
    """By a verdict that turns, by a spec that no longer decides, and by a person's clause that changed."""
    result = drift([read.request for read in READ], old, new, reader(old, new))
    told = {flip.request: f"{flip.before} {flip.after}" for flip in result.flips}

    assert {read.id: read.flip for read in READ if read.flip} == told
    assert {read.id: read.clause for read in READ if read.flip} == {f.request: f.change.cite for f in result.flips}
    assert [read.id for read in READ] == list(result.again)
    assert () == result.unread


def test_a_persons_decision_is_looked_at_again_where_its_clause_changed(old: Spec, new: Spec) -> None:
    """It stands until then; no judge is asked about it."""

    def nobody(spec: Spec, claim: Claim, names: tuple[str, ...]) -> Verdict:
        raise AssertionError((spec, claim, names))

    result = drift(BY_PERSON, old, new, nobody)

    assert [f"P-{edit.clause}" for edit in SUBSTANTIVE] == [flip.request for flip in result.flips]
    assert {FlipKind.CLAUSE_CHANGED} == {flip.kind for flip in result.flips}
    assert [edit.kind in flip.change.kinds for edit, flip in zip(SUBSTANTIVE, result.flips, strict=True)] == [True] * 8
    assert ["gone"] == [flip.change.hash for flip in result.flips if flip.change.new is None]


@pytest.mark.parametrize("edit", COSMETIC, ids=lambda edit: edit.new[:40])
def test_spelling_and_markup_flip_nothing(old: Spec, edit: Edit) -> None:
    """No claim is even judged again, whoever decided it."""
    requests = [*(read.request for read in READ), *BY_PERSON]
    result = drift(requests, old, Spec.of(edited(edit)), reader(old, old))

    assert () == result.flips
    assert () == result.again


def test_a_spec_that_is_the_same_flips_nothing(old: Spec) -> None:
    """Nobody is asked."""
    assert () == drift([read.request for read in READ], old, Spec.of(PAGES), reader(old, old)).again


def test_the_built_in_judge_flips_where_a_clause_explains_a_crash(old: Spec) -> None:
    """It is a bug, until the spec says why the program does so."""
    holds = "A shipment holds at most 200 cargo lines."
    says = Edit("shipments#cargo", holds, f"{holds} Saving more of them shows an error page.")
    claim = Claim("Error page when cargo lines are saved", "An error page comes when I save the cargo lines.")
    explained = Spec.of(edited(says))
    (flip,) = drift([JudgedRequest("R", claim)], old, explained, built_in).flips

    assert ("bug", "undecided", "shipments#cargo") == (flip.before, flip.after, flip.change.cite)
    assert () == drift([JudgedRequest("R", claim)], explained, old, built_in).flips  # nobody had decided it


def test_a_new_clause_is_noticed_by_the_wish_for_it(old: Spec) -> None:
    """No clause that the request shows has changed, and yet the spec speaks of it now."""
    clause = "\n## Fax {#fax}\n\nCT2 sends each delivery note by fax to the terminal of the haulier.\n"
    new = Spec.of([(name, text + clause if name == "documents.md" else text) for name, text in PAGES])
    claim = Claim("Please add faxing to hauliers", "It would be nice if CT2 faxed delivery notes to hauliers.")
    before = built_in(old, claim, ())
    shown = tuple(citation.clause for citation in before.citations)
    result = drift([JudgedRequest("R", claim, shown=shown)], old, new, built_in)

    assert ("R",) == result.again
    assert ["documents#fax"] == list(result.changes)


def test_a_decision_without_a_clause_is_judged_by_what_it_was(old: Spec, new: Spec) -> None:
    """A person said bug where the spec was silent: the changed spec has another word, or the same."""
    by_id = {read.id: read for read in READ}
    draft, longer = by_id["R-DRAFT"], by_id["R-LONGER"]
    requests = [
        JudgedRequest("same", longer.claim, shown=(longer.clause,), decided="bug"),
        JudgedRequest("other", draft.claim, shown=(draft.clause,), decided="bug"),
    ]
    (flip,) = drift(requests, old, new, reader(old, new)).flips

    assert ("other", "bug", "change") == (flip.request, flip.before, flip.after)


def test_what_no_reading_is_recorded_of_is_said(old: Spec, new: Spec) -> None:
    """It does not pass for a request that stays as it is."""
    read = READ[0]
    judge = LlmJudge("recorded", from_readings(read.readings(old, new)[:1]), restates=True)
    result = drift([read.request], old, new, judge)

    assert ((read.id,), ()) == (result.unread, result.flips)
