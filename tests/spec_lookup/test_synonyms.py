"""Terms that mean the same: from a list beside the spec, and from the spec itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from spec_lookup import Clause, Spec, SpecBroken
from spec_lookup.search.synonyms import Synonyms, abbreviations, read_synonyms

PAGE = (
    "yard.md",
    (
        "# Yard\n\n## Storage {#storage}\n\nThe first five days are free.\n\n"
        "## Papers {#papers}\n\nThe driver hands over the proof of delivery (POD). Others (ABC) stay.\n\n"
        "## Gate {#gate}\n\nThe gate opens at six.\n\n## Signs {#signs}\n\nPOD is painted on the wall of hall 3.\n"
    ),
)
LIST = ("synonyms.txt", "# words of the yard\nstorage, demurrage, frais de stockage  # French\n")


@pytest.fixture(autouse=True)
def words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the model, which might know a synonym by itself."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", "")


def found(spec: Spec, text: str) -> list[str]:
    """The anchors of the clauses that are found."""
    return [hit.clause.anchor for hit in spec.search(text)]


@pytest.mark.parametrize("text", ["demurrage", "Frais de stockage", "what is the DEMURRAGE here"])
def test_a_listed_synonym_finds_the_clause(text: str, tmp_path: Path) -> None:
    """Not without the list; and with it also in an index that was written and read."""
    assert "storage" not in found(Spec.of([PAGE]), text)
    spec = Spec.of([PAGE, LIST])
    spec.save(tmp_path / "index")

    assert "storage" == found(spec, text)[0]
    assert found(spec, text) == found(Spec.open(tmp_path / "index"), text)


def test_part_of_a_term_is_no_synonym() -> None:
    """`frais` alone is not storage."""
    assert [] == found(Spec.of([PAGE, LIST]), "frais")


def test_the_list_is_part_of_the_spec(tmp_path: Path) -> None:
    """Read with the pages of a folder, and in their stamp."""
    spec = tmp_path / "spec"
    spec.mkdir()
    (spec / PAGE[0]).write_text(PAGE[1], encoding="utf-8")
    before = Spec.build(spec, tmp_path / "index")
    (spec / LIST[0]).write_text(LIST[1], encoding="utf-8")
    after = Spec.build(spec, tmp_path / "index")

    assert before.content != after.content
    assert before.clauses == after.clauses
    assert "storage" == found(Spec.open(tmp_path / "index"), "demurrage")[0]


@pytest.mark.parametrize("line", ["alone", "one,", "one, ,two", "..., two"])
def test_a_line_that_is_no_group_is_refused_with_its_number(line: str) -> None:
    """Two terms at least, none empty."""
    with pytest.raises(SpecBroken, match=r"synonyms\.txt:2"):
        read_synonyms(f"# fine\n{line}\n")


def test_what_the_spec_explains_is_learned() -> None:
    """Either way round and as a note; not where the letters don't fit."""
    text = (
        "Bring the proof of delivery (POD). See ETA (estimated time of arrival). Some other words (XYZ).\n\n"
        "UTC: Coordinated Universal Time"
    )
    learned = abbreviations([Clause("p", "a", "T", "P", text, 1)])

    assert [
        ["proof of delivery", "POD"],
        ["estimated time of arrival", "ETA"],
        ["Coordinated Universal Time", "UTC"],
    ] == learned
    assert "papers" in found(Spec.of([PAGE]), "pod")


def test_the_longest_term_counts_and_none_is_said_twice() -> None:
    """A house air waybill is not looked up as an air waybill, too."""
    synonyms = Synonyms(read_synonyms("house air waybill, HAWB\nair waybill, AWB\n"))

    assert ["HAWB"] == synonyms.others("the house air waybills of June")
    assert ["AWB"] == synonyms.others("an air waybill")
    assert [] == synonyms.others("AWB or air waybill")
    assert [] == synonyms.others("")
