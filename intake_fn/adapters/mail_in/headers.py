"""Headers as people and programs write them: encoded words, names of files, addresses, identifiers. Pure."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from intake_fn.adapters.mail_in.charsets import charset, decoded
from intake_fn.core.addresses import ascii_host
from intake_fn.core.inbound.mail import MailAddress

ENCODED_WORD = re.compile(rb"=\?([^?\s=]{1,40})\?([BbQq])\?([^?]*)\?=")
BETWEEN = re.compile(rb"\s*")
FOLD = re.compile(rb"\r?\n(?=[ \t])|\r?\n")
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
"""Controls, ends of lines, and marks that turn the direction of writing."""

LONGEST = 10_000
"""Characters of a header that are read."""
MOST_ADDRESSES = 500
MESSAGE_ID = re.compile(r"<([^<>\s]{1,996})>")
ADDRESS = re.compile(r"[^\s<>@,;:\"\\()]{1,64}@[^\s<>@,;:\"\\()]{1,255}")


def one_line(text: str) -> str:
    """On one line, with single spaces, and without what nobody sees."""
    return " ".join(UNSEEN.sub(" ", text).split())


def bytes_of(value: str) -> bytes:
    """The bytes of a header as the standard library's parser gives it, unfolded."""
    return FOLD.sub(b"", value.encode("utf-8", "surrogateescape")).replace(b"\0", b" ")[: 4 * LONGEST]


def words(raw: bytes) -> str:
    """A header's text, decoded: encoded words (RFC 2047), also such as split a character, and bytes of any charset."""
    return one_line("".join(_pieces(raw)))[:LONGEST]


def _pieces(raw: bytes) -> Iterator[str]:
    """Runs of encoded words in one charset are decoded together, since some programs cut within a character."""
    run, run_charset, end = b"", "", 0
    for word in ENCODED_WORD.finditer(raw):
        between = raw[end : word.start()]
        named = word[1].decode("ascii", "replace")
        if run and BETWEEN.fullmatch(between) and charset(named) == charset(run_charset):
            run += _word(word[2], word[3])
        else:
            if run:
                yield decoded(run, run_charset)
            if between and not (run and BETWEEN.fullmatch(between)):
                yield decoded(between)
            run, run_charset = _word(word[2], word[3]), named
        end = word.end()
    if run:
        yield decoded(run, run_charset)
    yield decoded(raw[end:])


def _word(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"Qq":
        return binascii.a2b_qp(text.replace(b"\n", b""), header=True)
    padded = re.sub(rb"[^A-Za-z0-9+/]", b"", text)
    try:
        return b64decode(padded + b"=" * (-len(padded) % 4))
    except (binascii.Error, ValueError):
        return b64decode(padded[: len(padded) // 4 * 4])


# --- addresses -------------------------------------------------------------------------------


def addresses(raws: Iterable[bytes]) -> tuple[MailAddress, ...]:
    """The mailboxes of some headers, each once, in small letters; what is none is left out."""
    found: dict[str, MailAddress] = {}
    for raw in raws:
        for part in _parts(raw[:LONGEST]):
            if (mailbox := _mailbox(part)) and len(found) < MOST_ADDRESSES:
                found.setdefault(mailbox.address, mailbox)
    return tuple(found.values())


def _parts(raw: bytes) -> Iterator[bytes]:
    """The mailboxes of a list (RFC 5322, 3.4): split at commas outside quotes, comments and brackets; groups opened."""
    start, depth, quoted, angle, position = 0, 0, False, False, 0
    while position < len(raw):
        sign = raw[position : position + 1]
        if sign == b"\\":
            position += 1
        elif sign == b'"' and not depth:
            quoted = not quoted
        elif not quoted and sign in b"()":
            depth = max(0, depth + (1 if sign == b"(" else -1))
        elif not quoted and not depth and sign in b"<>":
            angle = sign == b"<"
        elif not quoted and not depth and (sign in b";" or (sign == b"," and not angle)):
            yield raw[start:position]
            start = position + 1
        elif not quoted and not depth and not angle and sign == b":" and b"@" not in raw[start:position]:
            start = position + 1
        position += 1
    yield raw[start:]


def _mailbox(part: bytes) -> MailAddress | None:
    in_brackets = re.search(rb"<([^<>]*)>\s*(?:\([^()]*\)\s*)*$", part) or re.search(rb"<([^<>]*)>", part)
    if in_brackets:
        address, name = in_brackets[1], part[: in_brackets.start()]
    else:
        address = re.sub(rb"\([^()]*\)", b" ", part)
        comment = re.search(rb"\(([^()]*)\)", part)
        name = comment[1] if comment else b""
    plain = decoded(address).strip()
    if plain.startswith("@") and ":" in plain:
        plain = plain.rpartition(":")[2]  # a route (RFC 5322, 4.4)
    written = address_of(plain)
    return MailAddress(written, _display(name)) if written else None


def address_of(text: str) -> str:
    """An address in small letters with its host in ASCII; "" for what is none."""
    plain = text.strip().strip("<>").strip()
    if not ADDRESS.fullmatch(plain):
        return ""
    name, _, host = plain.rpartition("@")
    try:
        return f"{name.lower()}@{ascii_host(host)}"
    except ValueError:
        return ""


def _display(raw: bytes) -> str:
    """A display name without its quotes; encoded words are read also within them, as many programs write them so."""
    bare = re.sub(rb"\\(.)", rb"\1", raw.strip().removeprefix(b'"').removesuffix(b'"'))
    return words(bare)[:200].strip("\"' ")


def message_ids(raws: Iterable[bytes]) -> tuple[str, ...]:
    """The identifiers of some headers, each once, without brackets."""
    return tuple(dict.fromkeys(one for raw in raws for one in MESSAGE_ID.findall(one_line(decoded(raw)))))[:200]


def date_of(raw: bytes) -> datetime | None:
    """The instant that a Date header names, in UTC; None for what is no date."""
    try:
        at = parsedate_to_datetime(one_line(decoded(raw))[:200])
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        return at.astimezone(UTC) if abs(at.utcoffset() or timedelta()) < timedelta(days=1) else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
