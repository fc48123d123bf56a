"""Numbers under one form, however they are written: `50,000`, `50 000`, `50'000.00` and `50000` find each other.

What is counted goes with its number, too: `USD 150`, `150 USD` and `$150` have the form `150usd`, and `48h` and
`48 hours` have `48hour`. A search knows these forms beside the words as they are written. They begin with a sign that
no word has, so that the judge, which compares quantities itself, finds what it finds without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spec_lookup.search.words import STOP_WORDS, fold, stem

CURRENCIES = {"$": "usd", "us$": "usd", "€": "eur", "£": "gbp", "¥": "jpy"}
"""Signs of currencies, and the codes that specs write (ISO 4217); that a dollar is one of the US is a guess."""

CODES = ("usd", "eur", "gbp", "jpy", "cny", "hkd", "sgd", "mxn", "cad", "aud", "nzd", "chf", "inr", "brl")
"""Codes of currencies that may stand before a number."""

SIGN = "="
"""What a form begins with."""

PERCENT = "%"

UNITS = {
    PERCENT: ("percent", "pct"),
    "hour": ("h", "hr", "hrs"),
    "minut": ("min", "mins"),
    "second": ("s", "sec", "secs"),
    "day": ("d",),
    "kg": ("kgs", "kilo", "kilos", "kilogram", "kilograms"),
    "mb": ("megabyte", "megabytes"),
    "gb": ("gigabyte", "gigabytes"),
}
"""Units, by their stem, and how they are written besides where they stand at a number."""

_UNIT = {written: unit for unit, forms in UNITS.items() for written in forms}

_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(
    rf"""(?<![\w.,:/+-])(?:(?P<before>us\$|[$€£¥]|{"|".join(CODES)})[ ]?)?
    (?P<whole>[1-9]\d{{0,2}}(?P<sign>[,.'\u2019 ])\d{{3}}(?:(?P=sign)\d{{3}})*(?!\d)|\d+)
    (?:[.,](?P<decimals>\d+))?(?![.,:/+-]?\d)
    (?:[ ]?(?P<percent>%|per[ ]cent\b)|[ ]?(?P<after>[$€£¥])|[ ]?(?P<word>[^\W\d_]+)\b)?""",
    re.VERBOSE,
)
"""A number with what is counted. A sign between groups of three digits is one of thousands if it stands at each."""


def number_forms(text: str) -> list[str]:
    """The forms of the numbers of a text, in order, with repetitions."""
    folded = fold(text)
    if not _DIGIT.search(folded):  # most texts have none, and it is quickly seen
        return []
    return [f"{SIGN}{form}" for match in _NUMBER.finditer(folded) for form in _forms(match)]


def _forms(match: re.Match[str]) -> Iterator[str]:
    decimals = (match["decimals"] or "").rstrip("0")
    number = re.sub(r"\D", "", match["whole"])
    plain = f"{number}.{decimals}" if decimals else number
    yield plain
    if decimals and match["sign"]:
        yield number
    for counted in _counted(match):
        yield f"{plain}{counted}"


def _counted(match: re.Match[str]) -> Iterator[str]:
    """What is counted, under its one name: a currency on either side, percent, a unit, a thing."""
    for currency in filter(None, (match["before"], match["after"])):
        yield CURRENCIES.get(currency, currency)
    if match["percent"]:
        yield PERCENT
    elif (word := match["word"]) and word not in STOP_WORDS:
        yield _UNIT.get(word) or stem(word)
