"""Personal data out of a text before it is sent outside, and back into what is shown to our own people.

Every value gets a placeholder such as `[e-mail 1]`, the same one wherever it stands in the same request.
Numbers of the trade stay: shipment and booking numbers, waybills, containers, tariff codes, dates, amounts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial

from spec_lookup.search.unspaced import pieces

SHORTEST_NAME = 3
"""Letters from which a part of a known name is masked by itself; shorter ones are words more often than names."""

SHORTEST_UNSPACED = 2
"""Letters of the shortest name in a script without spaces between words: whole names have two there."""

_BEFORE = r"(?<![^\W_])"
_AFTER = r"(?![^\W_])"
"""The borders of a name: file names join words by an underscore."""

_IN_FILE_NAME = (
    rf"{_BEFORE}(?i:%s)(?=_|[.-]?\d*\.(?:pdf|png|jpe?g|gif|tiff?|docx?|xlsx?|csv|txt|log|eml|msg|zip|mp[34]|m4a|heic)\b)"
    rf"|(?<=_)(?i:%s){_AFTER}"
)
"""Where a part of a name is taken for one in any case: beside an underscore, and before the ending of a file."""

IBAN_REMAINDER = 1
IBAN_LENGTHS = range(15, 35)
PHONE_DIGITS = range(8, 16)
LOCAL_PHONE_DIGITS = range(9, 14)

_CARD_SCHEMES = re.compile(r"4\d{15}|(?:5[1-5]|2[2-7])\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3[068]\d{12}")
_DATE_FIRST = re.compile(r"\d{1,2}([./ -])\d{1,2}\1\d{4}(?!\d)")
_OF_THE_TRADE = re.compile(
    r"\d{3}-\d{4} ?\d{4}"  # an air waybill
    r"|\d{4}\.\d{2}(?:\.\d{2,4}){1,2}"  # a customs tariff code
)
_SIGNED_AMOUNT = re.compile(r"\+\d+\.\d{1,2}")


_COMPANY_FORM = re.compile(
    r",? (?:ltd|limited|inc|corp|corporation|llc|plc|gmbh|ag|kg|co|sa|sas|sarl|bv|nv|ab|oy|as|pte|pty|spa|srl)\.?$",
    re.IGNORECASE,
)


def _card(text: str) -> str:
    """The number of a known card scheme whose check digit (ISO/IEC 7812-1) is right; else nothing."""
    plain = re.sub(r"\D", "", text)
    digits = [int(c) for c in reversed(plain)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return text if _CARD_SCHEMES.fullmatch(plain) and (sum(digits[::2]) + sum(doubled)) % 10 == 0 else ""


def _iban(text: str) -> str:
    """The beginning that is an account number by ISO 13616: as one number (A = 10) it leaves 1 divided by 97."""
    for end in range(len(text), 0, -1):
        plain = text[:end].replace(" ", "")
        if text[end - 1] == " " or (end < len(text) and text[end] != " ") or len(plain) not in IBAN_LENGTHS:
            continue
        if int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == IBAN_REMAINDER:
            return text[:end]
    return ""


def _phone_abroad(text: str) -> str:
    return text if len(re.sub(r"\D", "", text)) in PHONE_DIGITS and not _SIGNED_AMOUNT.fullmatch(text) else ""


def _phone_at_home(text: str) -> str:
    if _DATE_FIRST.match(text) or _OF_THE_TRADE.fullmatch(text):
        return ""
    return text if len(re.sub(r"\D", "", text)) in LOCAL_PHONE_DIGITS else ""


def _always(text: str) -> str:
    return text


KINDS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("e-mail", r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}", _always),
    ("account", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", _iban),
    ("card", r"(?<![\w.-])\d(?:[ -]?\d){13,18}(?![\w-])", _card),
    ("phone", r"(?<![\w+-])(?<!\d )(?:\+\d{1,3}|00\d{1,3}[ ./-])(?:[ ./-]?\(?\d{1,8}\)?){2,6}(?![\w-])", _phone_abroad),
    ("phone", r"(?<![\w.:/-])(?<!\d )\(?0\d{1,4}\)?(?:[ ./-]+\d{2,8}){1,5}(?![\w-])", _phone_at_home),
    ("phone", r"(?<![\w.-])(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])", _always),
)
"""What is masked, from the surest to the vaguest: kind, pattern, and what of a match is really one."""

JOINED = (("phone", r"(?<![A-Za-z\d+-])\+\d{1,3}(?:[ ./_-]?\(?\d{1,8}\)?){2,6}(?![A-Za-z\d-])", _phone_abroad),)
"""Patterns without a border at their ends, for names of files and texts without spaces."""


class Masking:
    """The placeholders of one request."""

    def __init__(
        self, names: Iterable[str] = (), companies: Iterable[str] = (), *, between_words_only: bool = False
    ) -> None:
        """`names` are those that are known, the requester's first of all; `companies` are masked whole.

        With `between_words_only` a name is found as it was when claims were read once: not in the names of files, nor
        where words have no spaces between them.
        """
        self._companies = _company_pattern(companies)
        self._placeholders: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._names = (_earlier_name_pattern if between_words_only else _name_pattern)(tuple(names))
        self._kinds = KINDS if between_words_only else KINDS + JOINED

    def mask(self, text: str) -> str:
        """The text with placeholders."""
        for kind, pattern, proved in self._kinds:
            text = re.sub(pattern, partial(self._masked, kind, proved), text)
        if self._companies:
            text = self._companies.sub(lambda match: self._of("company", match[0]), text)
        return self._names.sub(lambda match: self._of("name", match[0]), text) if self._names else text

    def unmask(self, text: str) -> str:
        """The text with the values again; for what only our own people and the requester read."""
        for value, placeholder in self._placeholders.items():
            text = text.replace(placeholder, value)
        return text

    def _masked(self, kind: str, proved: Callable[[str], str], match: re.Match[str]) -> str:
        value = proved(match[0])
        return self._of(kind, value) + match[0][len(value) :] if value else match[0]

    def _of(self, kind: str, value: str) -> str:
        if value not in self._placeholders:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._placeholders[value] = f"[{kind} {self._counts[kind]}]"
        return self._placeholders[value]


def _name_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Whole names in any case; their parts as they are written, for Mark is a name and mark a word."""
    whole, parts = _longest_first(names), _longest_first(part for name in names for part in name.split())
    ways = [_whole_name(name) for name in whole if len(name) >= SHORTEST_NAME]
    for part in parts:
        written = re.escape(part)
        if _is_unspaced(part):
            ways += [written] if len(part) >= SHORTEST_UNSPACED else []
        elif len(part) >= SHORTEST_NAME:
            ways += [f"{_BEFORE}{written}{_AFTER}", _IN_FILE_NAME % (written, written)]
    return re.compile("|".join(ways)) if ways else None


def _whole_name(name: str) -> str:
    written = "[ _]".join(map(re.escape, name.split()))
    return written if _is_unspaced(name) else f"{_BEFORE}(?i:{written}){_AFTER}"


def _is_unspaced(name: str) -> bool:
    return any(unspaced for _, unspaced in pieces(name))


def _earlier_name_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    whole = _longest_first(names)
    parts = sorted({part for name in whole for part in name.split() if len(part) >= SHORTEST_NAME})
    ways = [f"(?i:{re.escape(name)})" for name in whole if len(name) >= SHORTEST_NAME] + [re.escape(p) for p in parts]
    return re.compile(rf"(?<!\w)(?:{'|'.join(ways)})(?!\w)") if ways else None


def _longest_first(texts: Iterable[str]) -> list[str]:
    return sorted({text.strip() for text in texts if text.strip()}, key=lambda text: (-len(text), text))


def _company_pattern(companies: Iterable[str]) -> re.Pattern[str] | None:
    """Names of companies in any case, with the form of company or without: Northwind Ltd. and Northwind are one."""
    given = [" ".join(name.split()) for name in companies]
    names = {*given, *(_COMPANY_FORM.sub("", name) for name in given)}
    ways = sorted((name for name in names if len(name) >= SHORTEST_NAME), key=lambda name: (-len(name), name))
    return re.compile(rf"(?<!\w)(?i:{'|'.join(map(_spaced, ways))})(?!\w)") if ways else None


def _spaced(name: str) -> str:
    return r"\s{1,3}".join(map(re.escape, name.split()))
