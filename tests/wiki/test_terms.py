"""The lint of terms: what is used as a term has to be defined, and what is not a term is left alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from intake_fn.cli import main
from intake_fn.commands.spec_lint import agreed
from intake_fn.core.errors import Refused
from intake_fn.wiki.lint import read
from intake_fn.wiki.terms import names_listed, undefined
from tests.wiki.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SPEC = ROOT / "docs" / "spec"

PAGE = """---
owner: paul
---
# Orders {#about}

| State | Meaning |
|---|---|
| Open | taken |
| Owner of an order | who answers for it |

## Closing {#close}

An **archive** holds what is Open. The button *Done* and `Code` name themselves, a proof of delivery (POD) is explained.
"""


def terms(text: str, names: str = "") -> list[str]:
    """The undefined terms of a page."""
    found = undefined([read("orders", "orders.md", text)], names_listed(names))
    return [problem.what.split("'")[1] for problem in found]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("An order is Open, and its owner is known.", []),
        ("An order becomes Closed.", ["Closed"]),
        ("Orders that are Open are closed by a Clerk.", ["Clerk"]),
        ("The owner of the order is told.", []),
        ("The maker of the order is told.", ["maker of the order"]),
        ("CT2 warns the holder 2 days before.", ["holder"]),
        ("The POD is kept.", []),
        ("It is kept in Paris.", ["Paris"]),
    ],
)
def test_a_term_has_to_be_defined(sentence: str, expected: list[str]) -> None:
    """States, roles and recipients; the first word of a sentence, codes and what is on the screen are none."""
    assert expected == [term for term in terms(f"{PAGE}\n{sentence}\n") if term != "CT2"]


def test_a_listed_name_needs_no_definition() -> None:
    """A remark and an agreement are no names."""
    listed = "# places\nParis\nagree a#b c#d Rome is another city\n"

    assert [] == terms(f"{PAGE}\nIt is kept in Paris.\n", listed)
    assert ["Rome"] == terms(f"{PAGE}\nIt is kept in Rome.\n", listed)


CLAUSES = """
## First {{#first}}

Its price is that of the {thing}.

## Second {{#second}}

When the {thing} is changed, nothing else is.

## {title} {{#third}}

{more} the {thing}.
"""


@pytest.mark.parametrize(
    ("thing", "title", "more", "expected"),
    [
        ("tariff", "Third", "It depends on", ["tariff"]),
        ("rate of the tariff", "Third", "It depends on", ["rate", "tariff"]),
        ("tariff", "The tariff", "It depends on", []),
        ("tariff", "Third", "A tariff lists prices. It depends on", []),
        ("tariff", "Third", "It depends on its price, not on", ["tariff"]),
        ("tariff price", "Third", "It depends on", []),
        ("date", "Third", "It depends on", []),
    ],
    ids=["nowhere", "two", "a heading", "introduced", "price is said by two", "a longer name", "everyday"],
)
def test_a_thing_that_several_clauses_take_as_known_is_defined(
    thing: str, title: str, more: str, expected: list[str]
) -> None:
    """In small letters, in three clauses or more; what is listed beside the spec needs no definition."""
    text = PAGE + CLAUSES.format(thing=thing, title=title, more=more)

    assert expected == sorted(terms(text))
    assert [] == terms(text, "tariff\nrate\n")


def test_the_terms_that_an_earlier_sample_spec_left_open_are_found() -> None:
    """Two of them were defined since; in the other specs of the evaluation hardly a word is."""
    found = {}
    for folder in sorted((ROOT / "tests" / "data").glob("evaluation*/specs/*")):
        pages = [read(path.stem, path.name, path.read_text(encoding="utf-8")) for path in folder.glob("*.md")]
        found[folder.name] = {one.what.split("'")[1] for one in undefined(pages) if "clauses speak" in one.what}

    assert {"tariff", "owner", "authority"} == found.pop("ct2")
    assert sum(map(len, found.values())) <= 2


def test_an_agreement_names_two_clauses_and_a_reason() -> None:
    """Nobody is asked to believe it without."""
    assert frozenset({frozenset({"a#b", "c#d"})}) == agreed("Paris\nagree a#b c#d one is ours\n")
    with pytest.raises(Refused, match=r"lint\.txt:2: "):
        agreed("Paris\nagree a#b c#d\n")


def test_the_command_names_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Undefined terms with their line, clauses that disagree with both sentences, and what a person may compare."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", "")  # pairs by words alone: nothing has to be embedded
    for path in SPEC.iterdir():
        text = path.read_text(encoding="utf-8")
        if path.name == "index.md":
            text = "\n".join(line for line in text.split("\n") if not line.startswith("| Owner of a shipment"))
        if path.name == "shipments.md":
            text = text.replace("## Owner {#owner}", "## Who answers {#owner}")
        if path.name == "billing.md":
            text = text.replace("No interest is computed.", "An invoice is due 14 days after its date.")
        (tmp_path / path.name).write_text(text, encoding="utf-8")

    assert 1 == main(["spec", "lint", "--spec", str(tmp_path), "--pairs", "1"])

    said = capsys.readouterr().out

    assert re.search(r"customs\.md:\d+: the term 'owner of the shipment' is defined nowhere", said)
    assert re.search(r"billing#\w+ and billing#\w+ disagree \(quantity\):", said)
    assert "  An invoice is due 14 days after its date." in said
    assert re.search(r"[\w#-]+ and [\w#-]+, nearness [01]\.\d\d, to read:", said)

    with (tmp_path / "lint.txt").open("a", encoding="utf-8") as listed:
        listed.write("owner of the shipment\nagree billing#overdue billing#terms only a test\n")

    assert 0 == main(["spec", "lint", "--spec", str(tmp_path)])
    assert 2 == len(capsys.readouterr().out.split("0 problems, 0 contradictions")), "the sample spec has no finding"
