"""Values on one line of support.yml: names, numbers, dates, times, addresses."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable
from datetime import UTC, date, datetime, time

import yaml

from intake_fn.core.activities import SHOWN_BY
from intake_fn.core.addresses import ascii_host, fault_of
from intake_fn.core.process import MAJORITIES, TIES
from intake_fn.core.process_file.schema import Document, ScalarType, Shape, scalar
from intake_fn.core.request import Priority
from intake_fn.core.vocabulary import Category

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_DAYS = 36_500
WEEKS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


def _text(text: str) -> str:
    if not text.strip() or not text.strip().isprintable():
        raise ValueError(text)
    return text.strip()


def _matching(pattern: str, text: str) -> str:
    if not re.fullmatch(pattern, text):
        raise ValueError(text)
    return text


def _one_of(known: Iterable[str], text: str) -> str:
    if text not in known:
        raise ValueError(text)
    return text


def _positive(text: str) -> int:
    return int(_matching(r"[1-9]\d{0,8}", text))


def _days(text: str) -> int | str:
    number = text if text == "ever" else _positive(text)
    if isinstance(number, int) and number > LONGEST_DAYS:
        raise ValueError(text)
    return number


def _flag(text: str) -> bool:
    return _matching("true|false", text) == "true"


def _clock(text: str) -> time:
    return time.fromisoformat(_matching(r"[0-9]{2}:[0-9]{2}", text))


def _date(text: str) -> date:
    return date.fromisoformat(_matching(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text))


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text.strip())
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant.astimezone(UTC)


def _domain(text: str) -> str:
    if fault_of(f"someone@{text}"):
        raise ValueError(text)
    return ascii_host(text)


def _mail_place(text: str) -> str:
    name, at, host = text.rpartition("@")
    return f"{name.lower()}@{_domain(host)}" if at and not fault_of(text) else _domain(text)


def _zone(text: str) -> str:
    try:
        return zoneinfo.ZoneInfo(text).key
    except (zoneinfo.ZoneInfoNotFoundError, OSError) as error:  # OSError: a folder of zones, such as "America"
        raise ValueError(text) from error


def _read_address(document: Document, node: yaml.Node, path: str) -> str | None:
    address = TEXT.read(document, node, path)
    if address is None or not (fault := fault_of(address)):
        return str(address) if address else None
    document.report(
        node, f"{path}: {address!r} is not an e-mail address: {fault[0].lower()}{fault[1:-1]}", "Write name@company.com"
    )
    return None


ID = ScalarType(
    lambda text: _matching(r"[a-z0-9]+(-[a-z0-9]+)*", text), "a name", "Use small letters, digits and hyphens"
)
DATE = ScalarType(_date, "a date", "Write it as 2026-12-25")
PRIORITY_ID = ScalarType(Priority, "a priority", f"Use {', '.join(Priority)}")

TEXT = scalar(ScalarType(_text, "a line of text", "Write one line, in quotes if in doubt"))
LEVEL_NUMBER = scalar(ScalarType(lambda text: int(_matching(r"\d", text)), "a level", "Write its number, such as 2"))
COUNT = scalar(ScalarType(_positive, "a whole number above 0", "Write a number such as 2"))
DAYS = scalar(ScalarType(_days, "a number of days, or ever", "Write a number from 1 to 36500, or ever"))
FLAG = scalar(ScalarType(_flag, "true or false", "Write true or false"))
TIME = scalar(ScalarType(_clock, "a time of day", 'Write it as "13:00"'))
ZONE = scalar(ScalarType(_zone, "a time zone", "Use an IANA name such as Europe/Paris"))
INSTANT = scalar(ScalarType(_instant, "an instant with its offset from UTC", 'Write it as "2026-12-01T09:00-05:00"'))
WEEKDAY = scalar(ScalarType(WEEKDAYS.index, "a day of the week", f"Use {', '.join(WEEKDAYS)}"))
CATEGORY = scalar(ScalarType(lambda text: Category(text).value, "a category", f"Use {', '.join(Category)}"))
SHOWN_BY_EVENT = scalar(
    ScalarType(lambda text: _one_of(SHOWN_BY, text), "an event that shows it", f"Use {', '.join(SHOWN_BY)}")
)
MAJORITY = scalar(ScalarType(lambda text: _one_of(MAJORITIES, text), "a majority", f"Use {', '.join(MAJORITIES)}"))
TIE = scalar(ScalarType(lambda text: _one_of(TIES, text), "what a tie is", f"Use {' or '.join(TIES)}"))
WEEK_OF_MONTH = scalar(
    ScalarType(lambda text: WEEKS[_one_of(WEEKS, text)], "a week of the month", f"Use {', '.join(WEEKS)}")
)
FIELD_NAME = ScalarType(_text, "a field", "Write the name of a Mantis field")
DOMAIN_NAME = ScalarType(_domain, "a mail domain", "Write company.com")
DOMAIN = scalar(DOMAIN_NAME)
MAIL_PLACE = scalar(ScalarType(_mail_place, "an address or a mail domain", "Write name@company.com or company.com"))
ADDRESS = Shape(_read_address)
