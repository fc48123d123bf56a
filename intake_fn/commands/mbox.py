"""The mails of an mbox, byte for byte as they were before they were put into it. Reads all kinds that programs write.

| kind    | a line of the text that begins with `From ` | how a mail ends                                  |
|---------|---------------------------------------------|--------------------------------------------------|
| mboxo   | is `>From `; `>From ` stays as it is        | the next line `From SENDER DATE`                 |
| mboxrd  | one `>` more, whatever number it has        | the same                                         |
| mboxcl  | as mboxrd                                   | `Content-Length`, if another mail or nothing is there |
| mboxcl2 | stays as it is                              | the same                                         |

The standard library's reader ends a mail at every line that begins with `From `, and leaves the `>` in the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

    Bytes = bytes | mmap

FIRST = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*From ")
"""How an mbox begins."""

DATED = rb"From [^\r\n]{0,300}\d{1,2}:\d{2}[^\r\n]{0,40}\d{4}[^\r\n]{0,20}\r?\n"
FIELD = rb"[!-9;-~]{1,80}[ \t]{0,4}:"
SEPARATOR = re.compile(rb"(?m)^" + DATED + rb"(?=" + FIELD + rb")|(?:(?<=\n\n)|(?<=\n\r\n))" + DATED)
"""A line with sender and date that stands above a header, or below an empty line."""
BARE = re.compile(rb"(?:(?<=\n\n)|(?<=\n\r\n))From [^\r\n]{0,400}\r?\n(?=" + FIELD + rb")")
"""The same in a file whose lines have no date: below an empty line and above a header."""

HEAD_END = re.compile(rb"\r?\n\r?\n")
EMPTY = re.compile(rb"\r?\n")
LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,12})[ \t]*\r?$")
LONGEST_HEAD = 2**20
"""Bytes of a mail in which its header ends."""

STUFFED = re.compile(rb"(?m)^>(?=>*From )")
UNSTUFFED = re.compile(rb"(?m)^From ")


def is_mbox(beginning: bytes) -> bool:
    """Whether a file that begins so is an mbox."""
    return FIRST.match(beginning) is not None


def mails_in(data: Bytes) -> Iterator[bytes]:
    """The mails, in their order; also one that is empty or damaged, which ends nothing but itself."""
    first = FIRST.match(data)
    if first is None:
        return
    start = _after_line(data, first.end())
    separator = SEPARATOR if re.match(DATED, data[first.end() - len(b"From ") : start]) else BARE
    while True:
        end, by_length = _end_by_length(data, start), True
        if end is None:
            end, by_length = _next_start(separator, data, start), False
        raw = _without_empty_line(data[start:end])
        stays = by_length and UNSTUFFED.search(raw) is not None
        yield raw if stays else STUFFED.sub(b"", raw)
        found = separator.search(data, end) if by_length else separator.match(data, end)
        if found is None:
            return
        start = found.end()


def _after_line(data: Bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end + 1


def _next_start(separator: re.Pattern[bytes], data: Bytes, start: int) -> int:
    """Where the next mail's first line begins; the end of the file where there is none."""
    found = separator.search(data, start)
    return found.start() if found else len(data)


def _end_by_length(data: Bytes, start: int) -> int | None:
    """Where a mail ends by its Content-Length; None where that leads nowhere: a program may have left an old one."""
    head = HEAD_END.search(data, start, min(len(data), start + LONGEST_HEAD))
    if head is None or EMPTY.match(data, start) or UNSTUFFED.search(data, start, head.start() + 1):
        return None  # it has no header, so what stands there is another mail's
    said = LENGTH.search(data, start, head.start() + 1)
    if said is None:
        return None
    end = head.end() + int(said[1])
    if end > len(data):
        return None
    rest = bytes(data[end : end + 4]).lstrip(b"\r\n")
    after = end + len(bytes(data[end : end + 4])) - len(rest)
    return end if after >= len(data) or bytes(data[after : after + 5]) == b"From " else None


def _without_empty_line(raw: bytes) -> bytes:
    """Without the line that stands between two mails."""
    for line_end in (b"\r\n", b"\n"):
        if raw.endswith(line_end * 2):
            return raw[: -len(line_end)]
    return raw
