"""Numbers with their units, and limits, as specs and people write them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spec_lookup.judge.quantity import has_number, limits, quantities

UPPER = ("at most", "up to", "no more than", "not more than", "a maximum of", "within", "not later than")
LOWER = ("at least", "a minimum of", "not less than", "no less than", "not fewer than", "no fewer than")
BELOW = ("below", "under", "less than", "fewer than", "before")
ABOVE = ("above", "over", "more than", "exceeding", "longer than", "after")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lent for 21 days", [(21, "day")]),
        ("three weeks", [(21, "day")]),
        ("within one hour", [(60, "minut")]),
        ("1,000.50 kg", [(1000.5, "kg")]),
        ("2,5 kg", [(2.5, "kg")]),
        ("USD 50,000.00 or more", [(50000, "usd")]),
        ("a fee of € 12", [(12, "eur")]),
        ("12.00 EUR each", [(12, "eur")]),
        ("8 % margin", [(8, "percent")]),
        ("the 4th day", [(4, "day in a row")]),
        ("5 working days", [(5, "day")]),
        ("two letters", [(2, "charact")]),
        ("closes at 19:00", [(1140, "clock")]),
        ("closes at 7 p.m.", [(1140, "clock")]),
        ("12:30 am", [(30, "clock")]),
        ("arrives at 24:10:00 of its day", [(1450, "clock")]),
        ("closes at 24:00", [(1440, "clock")]),
        ("shows 00:10:30", [(10.5, "clock")]),
        ("a shift of 36:00 h", [(2160, "minut")]),
        ("12.345,60 €", [(12345.6, "eur")]),
        ("EUR 1.234.567", [(1234567, "eur")]),
        ("CHF 12'345.60", [(12345.6, "chf")]),
        ("12 345,60 EUR", [(12345.6, "eur")]),
        ("1\N{RIGHT SINGLE QUOTATION MARK}234.50 CHF", [(1234.5, "chf")]),
        ("USD1,234", [(1234, "usd")]),
        ("EUR12", [(12, "eur")]),
        ("twenty-five days", [(25, "day")]),
        ("thirty one days", [(31, "day")]),
        ("eighteen rooms", [(18, "room")]),
        ("eighty kg", [(80, "kg")]),
        ("1/2 hour", []),
        ("½ day", []),
        ("2½ hours", []),
        ("¥ 1,000", [(1000, "jpy")]),
        ("on 9 November 2026", []),
        ("shipment S-PAR-2024-003310", []),
        ("one of the 3", []),
        ("", []),
    ],
)
def test_a_number_with_its_unit_is_a_quantity(text: str, found: list[tuple[float, str]]) -> None:
    """Times in minutes, weeks in days; dates, record numbers and bare numbers say nothing."""
    assert found == [(quantity.value, quantity.unit) for quantity in quantities(text)]


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("up to 3 books", 3, 4),
        ("up to **3 books**", 3, 4),
        ("below 8 %", 7.9, 8),
        ("at least 3 characters", 3, 2),
        ("from 10 rooms", 10, 9),
        ("more than 15 %", 15.1, 15),
        ("after 45 days without a loan", 46, 45),
        ("until 18:00", 1080, 1081),
        ("500 kg or more", 500, 499),
    ],
)
def test_a_limit_knows_which_side_it_is_on(text: str, inside: float, outside: float) -> None:
    """The word before the number (or the two after it) says which side, and whether the number belongs to it."""
    (limit,) = limits(text)

    assert limit.holds(inside)
    assert not limit.holds(outside)


def test_a_number_alone_is_no_limit() -> None:
    """Nothing says on which side the rule would be."""
    assert [] == limits("A book is lent for 21 days.")


@given(
    number=st.integers(2, 5_000),
    value=st.integers(1, 6_000),
    limit_words=st.sampled_from(UPPER + LOWER + BELOW + ABOVE),
    unit=st.sampled_from(("labels", "kg", "MB", "days", "boxes")),
)
@example(3, 2, "not less than", "labels")
@example(3, 3, "no fewer than", "days")
@example(500, 500, "under", "kg")
def test_a_limit_has_the_direction_of_its_words(number: int, value: int, limit_words: str, unit: str) -> None:
    """By a comparison that shares nothing with the reading of words."""
    (limit,) = limits(f"A shelf is for {limit_words} {number} {unit}.")
    inside = {
        UPPER: value <= number,
        LOWER: value >= number,
        BELOW: value < number,
        ABOVE: value > number,
    }

    assert limit.quantity.value == number
    assert limit.holds(value) == next(holds for words, holds in inside.items() if limit_words in words)


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("my 3 boxes", True),
        ("order S-PAR-0003", True),
        ("twenty-five of them", True),
        ("the boxes are too many", False),
        ("someone weighs the freight", False),
        ("", False),
    ],
)
def test_any_number_counts_as_told(text: str, has: bool) -> None:
    """In figures or words, be it the number of a record: who has told one is not said to have told none."""
    assert has == has_number(text)
