"""Instants, JSON, cursors and DynamoDB's types: how values are written in an item. Pure."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

from intake_fn.core.errors import Refused
from intake_fn.core.stored import FORMAT

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST = 390_000
"""Bytes of one event or outbox item as JSON; DynamoDB's limit is 409,600 with names and keys."""

Item = dict[str, Any]
"""An item as we see it: texts, whole numbers and flags. `wire` and `plain` put DynamoDB's types on and off."""


def written(item: Mapping[str, Any]) -> int:
    """The format in which an item was written."""
    number = item.get("format", 1)
    return number if isinstance(number, int) else FORMAT + 1


def json_of(values: Mapping[str, Any]) -> str:
    """Values as JSON. Raises Refused when it is larger than an item may be, or holds half a surrogate pair."""
    body = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    try:
        size = len(body.encode())
    except UnicodeEncodeError as error:
        raise Refused("The text holds a broken character (half of a surrogate pair). Type it again.") from error
    if size > LARGEST:
        raise Refused(
            f"The text is too long to be kept: {size // 1000} kB, and {LARGEST // 1000} kB fit. "
            "Shorten it, or send the long part as a file."
        )
    return body


# --- instants --------------------------------------------------------------------------------


def instant(at: datetime) -> str:
    """An instant as text that sorts by time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def instant_of(text: str) -> datetime:
    """The instant that is written. Raises ValueError for a time without its zone."""
    at = datetime.fromisoformat(text)
    if at.utcoffset() is None:
        raise ValueError("a time without a zone is no instant")
    return at


def epoch(at: datetime) -> int:
    """In seconds since 1970."""
    return int(at.timestamp())


# --- cursors ---------------------------------------------------------------------------------

PLACE = re.compile(r"U?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00#[!-~]{1,40}")


def cursor_of(place: str) -> str:
    """The place of the last row, URL-safe, with a checksum before it: a cursor is a hint, not a secret."""
    return base64.urlsafe_b64encode(crc32(place.encode()).to_bytes(4, "big") + place.encode()).decode().rstrip("=")


def place_of(cursor: str) -> str:
    """The place that a cursor names. Raises Refused when it is damaged."""
    try:
        place = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)[4:].decode()
    except ValueError:
        place = ""
    if not PLACE.fullmatch(place) or cursor_of(place) != cursor:
        raise Refused("This page of the list does not exist. Start again at its first page.")
    return place


# --- DynamoDB's types ------------------------------------------------------------------------


def names(expression: str) -> dict[str, str]:
    """Every #name of an expression; all names are written so, because DynamoDB reserves 573 words."""
    return {f"#{name}": name for name in re.findall(r"#(\w+)", expression)}


def wire(item: Mapping[str, Any]) -> dict[str, Any]:
    """With DynamoDB's types: texts, whole numbers and flags are all we use."""
    return {name: _typed(value) for name, value in item.items()}


def _typed(value: str | int | bool) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    return {"S": str(value)}


def plain(item: Mapping[str, Any]) -> Item:
    """Without them."""
    return {name: _number(typed["N"]) if "N" in typed else next(iter(typed.values())) for name, typed in item.items()}


def _number(text: str) -> int | str:
    """A whole number; as its text where it is another one, which is none of ours."""
    try:
        return int(text)
    except ValueError:
        return text
