"""Quantities in a text: numbers with their units, in figures or words, times of day, percentages, money.

Only a number with a unit can be held against another; the rest (dates, record numbers) says nothing.
A limit is a quantity with the side on which it lies: "until 18:00", "more than 15 %", "at least 3".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from spec_lookup.search.words import fold, stem


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit's stem, and the words as they stand in the text. Times are minutes, from midnight."""

    value: float
    unit: str
    text: str


ONES = dict(zip("one two three four five six seven eight nine".split(), range(1, 10), strict=True))
TEENS = dict(
    zip(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(),
        range(10, 20),
        strict=True,
    )
)
TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
NUMBER_WORDS = (
    {"zero": 0, "hundred": 100}
    | ONES
    | TEENS
    | TENS
    | {f"{ten}{between}{one}": TENS[ten] + ONES[one] for ten in TENS for one in ONES for between in "- "}
)
"""Numbers in words; twenty-five is written with and without its hyphen."""

UNITS = {
    "d": "day", "h": "hour", "hr": "hour", "min": "minut", "sec": "second", "s": "second", "%": "percent",
    "kb": "kb", "mb": "mb", "gb": "gb", "kg": "kg", "km": "km", "m3": "m3", "cbm": "m3", "€": "eur", "euro": "eur",
    "$": "usd", "dollar": "usd", "£": "gbp", "¥": "jpy", "pound": "gbp", "char": "charact", "letter": "charact",
}  # fmt: skip
"""Ways to write a unit; any other word after a number is a unit by its stem."""

CONVERSIONS = {
    "week": ("day", 7),
    "hour": ("minut", 60),
    "minut": ("minut", 1),
    "second": ("minut", 1 / 60),
    "gb": ("mb", 1024),
}
"""Units that are compared in another: a week is seven days, whatever the text prefers."""

NO_UNITS = frozenset(
    "of the and or to in on at is was are were for with by from out as than a an it they that which times who now also "
    "but already not so when then january february march april may june july august september october november "
    "december jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
"""Words after a number that are no unit; a date is no quantity."""

_CLOCK = re.compile(
    r"(?<![\w:.,])(?P<hour>\d{1,3}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\w:])"
    r"(?:\s*(?P<half>[ap])\.?m\b|\s?(?P<span>h|hrs?|hours?)\b)?|\b(?P<bare>1[0-2]|[1-9])\s*(?P<bare_half>[ap])\.?m\b"
)
"""A time of day, above 24:00 one of the next days; with `h` behind it a duration."""

_CODE = r"usd|eur|gbp|hkd|jpy|chf|cny"
_NUMBER = r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:'\d{3})+(?:\.\d+)?|\d+(?:[ ,]\d{3})*(?:[.,]\d+)?"
"""12.345,60 and 12'345.60 are written in some countries, 12 345,60 and 12,345.60 in others."""
_WORDS = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_AMOUNT = re.compile(  # behind the bar of a fraction stands none: \u00bd is folded to 1\u20442
    rf"(?<![\w.,:/\u2044-])(?P<sign>[€$£¥]|(?:{_CODE})(?=[\s\d]))?\s?(?P<number>{_NUMBER}|{_WORDS})(?P<place>st|nd|rd|th)?"
    r"(?(sign)|(?P<unit>\s?[%€$£¥]|(?:[\s-](?:working|business|calendar|full|more|other|different|separate))?"
    r"[\s-]?[a-z]\w*)?)"
)


_ANY_NUMBER = re.compile(
    rf"\d|\b(?:{_WORDS}|thousands?|millions?|dozens?|half|quarters?|couple|once|twice|thrice|double|triple|noon|midday"
    r"|midnight|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth"
    r"|twentieth)\b"
)


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text, times of day first."""
    return [quantity for _, quantity in _placed(_plain(text))]


def has_number(text: str) -> bool:
    """Whether a text has a number of any kind, in figures or in words."""
    return bool(_ANY_NUMBER.search(fold(text)))


def _plain(text: str) -> str:
    """Folded, without the marks of emphasis that may stand around a number, and with one kind of apostrophe."""
    return re.sub(r"[*`]", "", fold(text)).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def _placed(folded: str) -> list[tuple[int, Quantity]]:
    """The quantities of a folded text with the places where they begin."""
    placed = []
    for match in _CLOCK.finditer(folded):
        hour = int(match["hour"] or match["bare"])
        half = match["half"] or match["bare_half"]
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        minutes = hour * 60 + int(match["minute"] or 0) + int(match["second"] or 0) / 60
        placed.append(
            (match.start(), Quantity(round(minutes, 4), "minut" if match["span"] else "clock", match.group()))
        )
    without_times = _CLOCK.sub(lambda match: " " * len(match.group()), folded)
    for match in _AMOUNT.finditer(without_times):
        unit = (match.group("sign") or match.group("unit") or "").strip(" -")
        unit = unit.split()[-1].split("-")[-1] if unit else ""
        if unit and unit not in NO_UNITS:
            placed.append((match.start(), _quantity(match.group("number"), unit, match.group(), match.group("place"))))
    return placed


def _quantity(number: str, unit: str, text: str, place: str | None) -> Quantity:
    """The 6th day is a place in a row of days, and no amount of them."""
    name = UNITS.get(unit) or UNITS.get(unit.rstrip("s")) or stem(unit)
    name, factor = CONVERSIONS.get(name, (name, 1))
    value = float(NUMBER_WORDS[number]) if number in NUMBER_WORDS else _value(number)
    shown = re.sub(rf"\b(?:{_CODE})\b", lambda code: code.group().upper(), text.strip())
    return Quantity(round(value * factor, 4), f"{name} in a row" if place else name, shown)


def _value(number: str) -> float:
    """5,000, 5 000, 5'000 and 5.000,00 are thousands; 2,5 is a decimal."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}", number):
        number = number.replace(".", "")
    number = number.replace("'", "")
    return float(re.sub(r"[ ,](?=\d{3}\b)", "", number).replace(",", "."))


# --- limits -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limit:
    """The numbers on one side of a quantity. Beyond a strict one nothing can be; another says where a rule begins."""

    quantity: Quantity
    upper: bool
    inclusive: bool
    strict: bool

    def holds(self, value: float) -> bool:
        """Whether a value of the same unit lies on this side."""
        if value == self.quantity.value:
            return self.inclusive
        return (value < self.quantity.value) == self.upper


UPPER = True
LOWER = False

LIMIT_WORDS = (
    # words before the quantity; is it the upper end, does it belong to it, is it strict
    (r"up to|at most|no more than|not more than|until|within|not later than|(?:a )?maximum(?: of)?", UPPER, True, True),
    (r"below|under|(?<!not )(?<!no )(?:less|fewer) than|before", UPPER, False, False),
    (r"at least|(?:a )?minimum(?: of)?|(?:not|no) (?:less|fewer) than", LOWER, True, True),
    (r"from|as of", LOWER, True, False),
    (r"above|over|more than|after|exceeds?|exceeding|longer than|later than", LOWER, False, False),
)

_BEFORE = tuple((re.compile(rf"\b(?:{row[0]})(?: the)?\s*$"), row[1], row[2], row[3]) for row in LIMIT_WORDS)
_OR_MORE = re.compile(r"^(?:\W+\w+)?\W{1,3}(?:or (?:more|longer|later|above)|and (?:more|above|over)|upwards?)\b")


def limits(text: str) -> list[Limit]:
    """The limits that a text names, times of day first."""
    folded = _plain(text)
    return [limit for start, quantity in _placed(folded) if (limit := _limit(folded, start, quantity))]


def _limit(folded: str, start: int, quantity: Quantity) -> Limit | None:
    if _OR_MORE.search(folded[start + len(quantity.text) :]):
        return Limit(quantity, LOWER, inclusive=True, strict=False)
    for before, upper, inclusive, strict in _BEFORE:
        if before.search(folded[max(0, start - 30) : start]):
            return Limit(quantity, upper, inclusive, strict)
    return None
