"""A spec with one clause as it would read is the spec that its edited pages make."""

from __future__ import annotations

from spec_lookup import Claim, Spec, neighbours
from spec_lookup.judge.substance import clause_changes
from tests.spec_edits import PAGES, SUBSTANTIVE, edited

EDIT = SUBSTANTIVE[0]
CLAIM = Claim("Quote expired", "My quote was valid for 45 days and expired.", "It stays valid.")


def test_it_is_searched_and_judged_as_the_edited_spec_is() -> None:
    """With the model where there is one; only the changed clause is embedded anew."""
    spec, other = Spec.of(PAGES), Spec.of(edited(EDIT))
    text = other.clause(EDIT.clause)
    assert text is not None
    amended = spec.amended(EDIT.clause, text.markdown)

    assert {} == clause_changes(amended, other)
    assert [EDIT.clause] == list(clause_changes(spec, amended))
    for query in ("how long is a quote valid", "quote expires after 45 days", "credit note approval"):
        found, wanted = amended.search(query), other.search(query)
        assert [(hit.clause.cite, hit.quote) for hit in wanted] == [(hit.clause.cite, hit.quote) for hit in found]
        assert all(abs(one.score - two.score) < 1e-3 for one, two in zip(found, wanted, strict=True))
    assert other.judge(CLAIM).citations == amended.judge(CLAIM).citations
    assert amended.stamp.content not in (spec.stamp.content, other.stamp.content)


def test_a_clause_can_be_new_or_left_out() -> None:
    """A new one stands behind the others of its page."""
    spec = Spec.of([("a.md", "# A\n\n## One {#one}\n\nIt is one.\n"), ("b.md", "# B\n\n## Two {#two}\n\nIt is two.\n")])
    more = spec.amended("a", "## Three {#three}\n\nIt is three.")

    assert ["a#one", "a#three", "b#two"] == [clause.cite for clause in more.clauses()]
    assert [("A", "It is three.")] == [
        (one.page_title, one.markdown) for one in more.clauses() if one.anchor == "three"
    ]
    assert ["b#two"] == [clause.cite for clause in spec.amended("a#one", "").clauses()]
    assert ["It is 1.", "It is two."] == [clause.markdown for clause in spec.amended("a#one", "It is 1.").clauses()]


def test_neighbours_are_named_once_with_the_first_relation_that_holds() -> None:
    """Who links here comes before who is linked, and both before what is only about the same."""
    spec = Spec.of(PAGES)
    found = {one.clause.cite: one.relation.value for one in neighbours(spec, "quotes#validity", "How long it is valid")}

    assert "quotes#validity" not in found
    assert "near" in found.values()
    rates = neighbours(spec, "billing#exchange-rates", "exchange rates")
    assert "links-here" == {one.clause.cite: one.relation.value for one in rates}["quotes#currency"]
