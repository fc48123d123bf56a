"""Numbers with their units, and limits, as specs and people write them."""

from __future__ import annotations

import pytest

from spec_lookup.judge.quantity import limits, quantities


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
