"""The parts of a mail (RFC 2046), cut out of its bytes as they stand: what an enclosed mail holds keeps every byte.

A mail may be of any shape: parts that are nested without end, boundaries that are missing, thousands of parts. Nothing
here recurses, and what is left out is named: in the problems where nobody can know what is missing, else in the losses.

| of the headers of a part                              | what is made of it                                           |
|-------------------------------------------------------|--------------------------------------------------------------|
| a line is none, and what follows is headers of a mail | the line is left out: a loss                                 |
| a line is none, and what follows is not               | the text begins there, no empty line before it: a problem    |
| they are longer than LARGEST_HEAD, or never end       | the first of them are read: a problem                        |
| two name another type or encoding                     | the first holds: a problem                                   |
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32

from intake_fn.adapters.mail_in import html
from intake_fn.adapters.mail_in.charsets import decoded, of_sixteen_bits
from intake_fn.adapters.mail_in.damage import is_written, not_base64
from intake_fn.adapters.mail_in.headers import bytes_of, one_line, words

DEEPEST = 30
MOST_PARTS = 500
LARGEST_HEAD = 256 * 1024
"""Bytes of the headers of a part that are read."""
LONGEST_LINE = 64 * 1024
"""Bytes of a line of them."""

END_OF_HEAD = re.compile(rb"\r?\n[ \t]*\r?\n|\r\r")
TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}")
HEADER_LINE = re.compile(rb"[!-9;-~]{1,200}[ \t]*:")
OF_A_MAIL = re.compile(
    rb"(?:from|to|cc|subject|date|sender|reply-to|message-id|in-reply-to|references|mime-version|content-[a-z-]+"
    rb"|received(?:-spf)?|return-path|x-[a-z0-9-]+|dkim-signature|arc-[a-z-]+|authentication-results|list-[a-z-]+"
    rb"|thread-[a-z]+|user-agent|importance|precedence|auto-submitted)[ \t]*:",
    re.IGNORECASE,
)
"""A header that mail programs write."""
OF_A_PART = re.compile(rb"(?:content|x|mime)-[a-z0-9-]+[ \t]*:", re.IGNORECASE)
MARKS = (b"From ", b">From ")
"""What an mbox writes above a mail."""
BYTE_ORDER = b"\xef\xbb\xbf"

NO_HEADERS = "there are no headers at its beginning"
NOT_APART = "no empty line separates its headers from its text"
NO_END = "it ends within its headers"
LONG_HEAD = "its headers are longer than is read"
NO_HEADER = "a line among its headers is no header"
WIDE = "it is written in UTF-16, as no mail is"
TWICE = "it says twice, and differently, what it holds"

IDENTITIES = ("", "7bit", "8bit", "binary", "7-bit", "8-bit")
UUENCODE = ("x-uuencode", "uuencode", "uue", "x-uue")
SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
"""A break that is no part of the text, with spaces that were added on the way (RFC 2045, 6.7)."""
KNOWN = ("base64", "quoted-printable", *UUENCODE, *IDENTITIES)
"""Transfer encodings."""
NOT_BASE64 = bytes({*range(256)} - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))


@dataclass(slots=True)
class Part:
    """A part: its headers, and its body as it stands in the mail."""

    head: Message
    body: bytes = field(repr=False)
    children: list[Part] = field(default_factory=list)
    depth: int = 0
    problem: str = ""
    """What is wrong with its headers; "" for nothing."""
    loss: str = ""
    """What of its headers is left out, though the part can be read."""

    def all(self, name: str) -> list[bytes]:
        """The values of a header, unfolded, in their order."""
        wanted = name.lower()
        return [bytes_of(str(value)) for key, value in self.head.raw_items() if key.lower() == wanted]

    def text(self, name: str) -> str:
        """The first value of a header, decoded; "" for none."""
        values = self.all(name)
        return words(values[0]) if values else ""

    @property
    def content_type(self) -> str:
        """In small letters; text/plain where it says none, or nonsense (RFC 2045, 5.2)."""
        said = self.text("Content-Type").partition(";")[0].strip().lower()
        return said if TYPE.fullmatch(said) else "text/plain"

    @property
    def disposition(self) -> str:
        """inline, attachment, or ""."""
        return self.text("Content-Disposition").partition(";")[0].strip().lower()

    def parameter(self, name: str, header: str = "content-type") -> str:
        """A parameter of a header, decoded; of several parts, too (RFC 2231). "" for none.

        Of two forms of one the extended counts, which programs write beside a plain one for old readers.
        """
        values = self.all(header)
        if not values:
            return ""
        plain = Message()
        plain[header] = values[0].decode("latin-1")  # so that its bytes come out as they went in
        try:
            said = [value for key, value in plain.get_params([], header) if key.lower() == name]
        except Exception:  # noqa: BLE001 - it raises of many kinds on what real programs write
            return ""
        value = next((one for one in said if isinstance(one, tuple)), next(iter(said), ""))
        if isinstance(value, tuple):
            charset, _, text = value
            return one_line(decoded(text.encode("latin-1", "replace"), charset or "utf-8"))
        return words(bytes_of(str(value or "").encode("latin-1", "replace").decode("utf-8", "surrogateescape")))

    @property
    def name(self) -> str:
        """The name of the file as the mail gives it; "" for none."""
        return self.parameter("filename", "content-disposition") or self.parameter("name")

    @property
    def content(self) -> bytes:
        """The body without its transfer encoding; what of it is damaged is left out (see `damage`)."""
        if self.encoding == "base64":
            return self.body if is_written(self.body) else _from_base64(self.body)
        if self.encoding == "quoted-printable":
            return binascii.a2b_qp(SOFT_BREAK.sub(b"=", self.body))
        return _from_uuencode(self.body)[0] if self.encoding in UUENCODE else self.body

    @property
    def encoding(self) -> str:
        """The transfer encoding, in small letters."""
        return self.text("Content-Transfer-Encoding").partition(";")[0].strip().lower()

    @property
    def damage(self) -> str:
        """What is wrong with the body, in a few words; "" for nothing."""
        if self.encoding == "base64":
            return not_base64(self.body, self.body.translate(None, NOT_BASE64))
        if self.encoding in UUENCODE:
            return "" if _from_uuencode(self.body)[1] else "cut off or damaged (uuencode)"
        return "" if self.encoding in KNOWN else f"encoded in a way that nobody knows ({self.encoding[:40]})"


@dataclass(slots=True)
class Cut:
    """A mail cut into its parts, with what is wrong with it."""

    root: Part
    problems: list[str] = field(default_factory=list)
    """Why a person has to look at it."""
    losses: list[str] = field(default_factory=list)
    """What of it is lost, though it can be read."""
    pages: html.Budget = field(default_factory=html.Budget)
    """What is still read of its HTML."""


def cut(raw: bytes) -> Cut:
    """The parts of a mail."""
    done = Cut(_part(_of_lines(raw), 0))
    if not done.root.head:
        done.problems.append(NO_HEADERS)
    elif of_sixteen_bits(raw) is not raw:
        done.problems.append(WIDE)
    waiting, count = [done.root], 0
    while waiting:
        part = waiting.pop()
        done.problems += [part.problem] if part.problem else []
        done.losses += [part.loss] if part.loss else []
        if not part.content_type.startswith("multipart/"):
            continue
        boundary = _boundary(part)
        bodies, closed = _bodies(part.body, boundary) if boundary else ([], False)
        if not bodies:
            done.problems.append("its parts cannot be told apart")
            continue
        if not closed:
            done.problems.append("its end is missing")
        count += len(bodies)
        if part.depth >= DEEPEST or count > MOST_PARTS:
            done.problems.append("it has too many parts")
            continue
        default = "message/rfc822" if part.content_type == "multipart/digest" else ""
        part.children = [_part(body, part.depth + 1, default) for body in bodies]
        waiting += part.children
    return done


def _of_lines(raw: bytes) -> bytes:
    """A mail in bytes with ends of lines as mail has them, from its first line on."""
    raw = of_sixteen_bits(raw).removeprefix(BYTE_ORDER)
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    return raw.lstrip(b"\r\n").removeprefix(BYTE_ORDER)


def leaves(part: Part) -> Iterator[Part]:
    """The parts that hold something, in their order."""
    waiting = [part]
    while waiting:
        now = waiting.pop()
        if now.children:
            waiting += reversed(now.children)
        else:
            yield now


def head_of(raw: bytes) -> Part:
    """A mail's headers alone, as of one that is enclosed."""
    return _part(raw, 0)


def fields_of(raw: bytes) -> list[Mapping[str, str]]:
    """The groups of fields of a report (RFC 3464, RFC 8098), names in small letters."""
    groups = re.split(rb"\r?\n[ \t]*\r?\n", raw.strip()[:LARGEST_HEAD])[:MOST_PARTS]
    return [{key.lower(): words(bytes_of(str(v))) for key, v in _head(group).raw_items()} for group in groups]


def _part(raw: bytes, depth: int, default: str = "") -> Part:
    """A part; one that begins with an empty line has no headers."""
    problem = loss = ""
    if raw.startswith((b"\r\n", b"\n")):
        head, body = b"", raw[2:] if raw.startswith(b"\r") else raw[1:]
    elif not HEADER_LINE.match(raw) and not raw.startswith(MARKS):
        head, body = b"", raw
    else:
        head, body, problem, loss = _split(raw, depth)
    parsed = _head(head)
    if default and "Content-Type" not in parsed:
        parsed["Content-Type"] = default
    return Part(parsed, body, depth=depth, problem=problem or _twice(parsed), loss=loss)


def _split(raw: bytes, depth: int) -> tuple[bytes, bytes, str, str]:
    """The headers and the body of a part that begins with headers; what is wrong with them, and what is lost."""
    end = END_OF_HEAD.search(raw)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    short, is_long = _shortened(head)
    text, loss = _text_begins(short, OF_A_PART if depth and not end else None)
    if text >= 0 and raw.startswith(short[:text]):
        return raw[:text], raw[text:], NOT_APART, ""
    if is_long:
        return short, body, LONG_HEAD, loss
    return short, body, NO_END if not end and not depth else "", loss


def _shortened(head: bytes) -> tuple[bytes, bool]:
    """Headers as far as they are read, and whether that leaves something out."""
    if len(head) <= LONGEST_LINE:
        return head, False
    lines = [line[:LONGEST_LINE] for line in head.split(b"\n")]
    short = b"\n".join(lines)[:LARGEST_HEAD]
    return short, len(short) < len(head)


def _text_begins(head: bytes, only: re.Pattern[bytes] | None) -> tuple[int, str]:
    """Where a text begins among headers, -1 for nowhere; and what is left out where headers go on below such a line.

    `only` says which headers there may be: those of a part that has nothing but headers.
    """
    place, first, loss = 0, -1, ""
    for line in re.split(rb"(?<=\n)|(?<=\r)(?!\n)", head):
        is_one = (only or HEADER_LINE).match(line) or line[:1] in (b" ", b"\t") or line.startswith((*MARKS, BYTE_ORDER))
        if first >= 0 and OF_A_MAIL.match(line):
            first, loss = -1, NO_HEADER
        elif first < 0 and line.strip() and not is_one:
            first = place
        place += len(line)
    return first, loss


def _twice(head: Message) -> str:
    """The problem of two headers that contradict each other."""
    for name in ("Content-Type", "Content-Transfer-Encoding"):
        said = {str(value).partition(";")[0].strip().lower() for value in head.get_all(name, [])}
        if len(said) > 1:
            return TWICE
    return ""


def _head(raw: bytes) -> Message:
    """Headers as they stand. A line that is none ends them for the standard library, so such lines are left out."""
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    bare = [line.removeprefix(BYTE_ORDER) for line in lines]
    kept = [line for line in bare if HEADER_LINE.match(line) or line[:1] in (b" ", b"\t")]
    while kept and kept[0][:1] in (b" ", b"\t"):
        del kept[0]
    return BytesHeaderParser(policy=compat32).parsebytes(b"\n".join(kept) + b"\n\n")


def _boundary(part: Part) -> bytes:
    try:
        said = part.head.get_param("boundary", "")
    except Exception:  # noqa: BLE001 - as in `parameter`
        return b""
    text = said[2] if isinstance(said, tuple) else str(said or "")
    return text.encode("utf-8", "surrogateescape").rstrip()[:200]


def _bodies(body: bytes, boundary: bytes) -> tuple[list[bytes], bool]:
    """What stands between the lines of a boundary, and whether the last one closes it."""
    bodies: list[bytes] = []
    start = -1
    for begins, ends, closes in _lines_of(body, b"--" + boundary):
        if start >= 0:
            bodies.append(_after_line(body[start:begins]))
        if closes or len(bodies) > MOST_PARTS:
            return bodies, True
        start = ends
    if start >= 0:
        bodies.append(_after_line(body[start:]))
    return bodies, False


def _lines_of(body: bytes, mark: bytes) -> Iterator[tuple[int, int, bool]]:
    """The lines that hold nothing but the mark of a boundary: where each begins and ends, and whether it closes."""
    place = body.find(mark)
    while place >= 0:
        alone = place == 0 or body[place - 1 : place] == b"\n"
        end = body.find(b"\n", place) if alone else place
        line = body[place : end if end >= 0 else len(body)].rstrip(b" \t\r")
        if line in (mark, mark + b"--"):
            before = place - 2 if body[place - 2 : place] == b"\r\n" else max(0, place - 1)
            after = place + len(line)
            while body[after : after + 1] in (b" ", b"\t"):
                after += 1
            yield before, after, line != mark
            place = after - 1
        place = body.find(mark, place + 1)


def _after_line(part: bytes) -> bytes:
    """A part without the end of the boundary's own line."""
    return part[2:] if part.startswith(b"\r\n") else part[1:] if part.startswith(b"\n") else part


def _from_base64(body: bytes) -> bytes:
    """Up to the padding; what follows that, such as what a gateway adds below, is no base64."""
    signs = body.partition(b"=")[0].translate(None, NOT_BASE64)
    return binascii.a2b_base64(signs[: len(signs) // 4 * 4] + _last(signs))


def _last(signs: bytes) -> bytes:
    """The last group, padded; one sign alone is no byte."""
    rest = signs[len(signs) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def _from_uuencode(body: bytes) -> tuple[bytes, bool]:
    """The bytes of a file in uuencode, and whether it is whole."""
    found = re.search(rb"(?:\A|\n)begin [0-7]{3,4} [^\n]*\n", body)
    out: list[bytes] = []
    whole = True
    for line in body[found.end() if found else 0 :].splitlines():
        if line.strip() in (b"end", b"`"):
            return b"".join(out), whole
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                whole = False
    return b"".join(out), False
