"""Numbers are found however they are written, and the judge does not know it."""

from __future__ import annotations

import pytest

from spec_lookup import Spec
from spec_lookup.search.numbers import SIGN, number_forms


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (("50,000", "50 000", "50'000", "50\u2019000", "50.000", "50,000.00", "50 000,00"), "50000"),
        (("12,345.60", "12 345,60", "12345.60", "12345,6"), "12345.6"),
        (("8%", "8 %", "8 percent", "8 per cent", "8.0 pct"), "8%"),
        (("USD 150", "150 USD", "$150", "US$ 150", "150.00 USD"), "150usd"),
        (("€ 1,500", "1500 EUR", "EUR 1500", "1 500 €"), "1500eur"),
        (("48h", "48 hours", "48 hrs", "48 hour"), "48hour"),
        (("25 MB", "25MB", "25 megabytes"), "25mb"),
        (("3 photos", "3 photo"), "3photo"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_one_number_has_one_form(texts: tuple[str, ...], form: str) -> None:
    """Separators of thousands, decimals, percent, currencies on either side, units, things that are counted."""
    assert [SIGN + form in number_forms(text) for text in texts] == [True] * len(texts)


@pytest.mark.parametrize("text", ["S-PAR-2024-003310", "2026-11-27", "1.2.3", "no number", ""])
def test_what_is_no_amount_has_no_form(text: str) -> None:
    """Codes, dates and versions stay as they are."""
    assert number_forms(text) == []


def test_numbers_beside_each_other_stay_apart() -> None:
    """`0.45359237` is no thousands, `100 2000` are two numbers, and so are those of a list."""
    assert number_forms("0.45359237") == ["=0.45359237"]
    assert number_forms("100 2000") == ["=100", "=2000"]
    assert number_forms("levels 3, 4 and 5") == ["=3", "=4", "=5"]


PAGE = """# Fees

## Review {#review}

An entry of 50,000.00 USD or more is reviewed by a second person.

## Other {#other}

An invoice is in USD. The currency USD stands on it.

## Margin {#margin}

Below 8 % a manager approves.

## Window {#window}

A window has 8 hours.
"""


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("50000", "fees#review"),
        ("50000 USD", "fees#review"),
        ("$50,000", "fees#review"),
        ("8%", "fees#margin"),
        ("8h", "fees#window"),
    ],
)
def test_search_finds_a_number_by_words_alone(query: str, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before clauses that hold the unit only, or the number with another one."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", "")
    spec = Spec.of([("fees.md", PAGE)])

    assert spec.search(query)[0].clause.cite == found


def test_the_quote_holds_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is written, and not another sentence of the clause with more of the other words."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", "")
    text = (
        "# Exports\n\n## Large {#large}\n\nAn export holds at most 50,000 rows. Up to 10,000 rows are sent at once.\n"
    )

    assert Spec.of([("exports.md", text)]).search("50000 rows")[0].quote == "An export holds at most 50,000 rows."


def test_the_judge_reads_the_words_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """It finds clauses as before: verdicts are pinned, and recorded readings hold."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", "")

    assert Spec.of([("fees.md", PAGE)]).deciding([("50000", 1.0)], 3) == []
