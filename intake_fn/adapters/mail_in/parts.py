"""The parts of a mail (RFC 2046), cut out of its bytes as they stand: what an enclosed mail holds keeps every byte.

A mail may be of any shape: parts that are nested without end, boundaries that are missing, thousands of parts. Nothing
here recurses, and what is left out is named in the problems.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32

from intake_fn.adapters.mail_in.charsets import decoded
from intake_fn.adapters.mail_in.headers import bytes_of, one_line, words

DEEPEST = 30
MOST_PARTS = 500
LARGEST_HEAD = 256 * 1024
"""Bytes of the headers of a part that are read."""

END_OF_HEAD = re.compile(rb"\r?\n[ \t]*\r?\n|\r\r")
TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}")
HEADER_LINE = re.compile(rb"[!-9;-~]{1,200}[ \t]*:")
NOT_BASE64 = bytes({*range(256)} - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
BLANK = b" \t\r\n\f\v="


@dataclass(slots=True)
class Part:
    """One part: its headers, and its body as it stands in the mail."""

    head: Message
    body: bytes = field(repr=False)
    children: list[Part] = field(default_factory=list)
    depth: int = 0

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
        """A parameter of a header, decoded; of several parts, too (RFC 2231). "" for none."""
        values = self.all(header)
        if not values:
            return ""
        plain = Message()
        plain[header] = values[0].decode("latin-1")  # so that its bytes come out as they went in
        try:
            value = plain.get_param(name, "", header)
        except Exception:  # noqa: BLE001 - it raises of many kinds on what real programs write
            return ""
        if isinstance(value, tuple):
            said, _, text = value
            return one_line(decoded(text.encode("latin-1", "replace"), said or "utf-8"))
        return words(bytes_of(str(value or "").encode("latin-1", "replace").decode("utf-8", "surrogateescape")))

    @property
    def name(self) -> str:
        """The name of the file, as it is said; "" for none."""
        return self.parameter("filename", "content-disposition") or self.parameter("name")

    @property
    def content(self) -> bytes:
        """The body without its transfer encoding; what of it is damaged is left out (see `damage`)."""
        if self.encoding == "base64":
            return _from_base64(self.body)
        if self.encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        if self.encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return _from_uuencode(self.body)
        return self.body

    @property
    def encoding(self) -> str:
        """The transfer encoding, in small letters."""
        return self.text("Content-Transfer-Encoding").partition(";")[0].strip().lower()

    @property
    def damage(self) -> str:
        """What is wrong with the body, in a few words; "" for nothing."""
        if self.encoding != "base64":
            return ""
        signs = self.body.translate(None, NOT_BASE64)
        others = len(self.body.translate(None, BLANK)) - len(signs)
        return "a part is cut off or damaged (base64)" if len(signs) % 4 == 1 or others > len(signs) // 20 else ""


@dataclass(slots=True)
class Cut:
    """A mail cut into its parts, with what is wrong with it."""

    root: Part
    problems: list[str] = field(default_factory=list)


def cut(raw: bytes) -> Cut:
    """The parts of a mail."""
    raw = raw.lstrip(b"\r\n")
    done = Cut(_part(raw, 0))
    if not done.root.head:
        done.problems.append("it does not begin with headers")
    waiting, count = [done.root], 0
    while waiting:
        part = waiting.pop()
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
    done.problems = list(dict.fromkeys(done.problems))
    return done


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
    if raw.startswith((b"\r\n", b"\n")):
        head, body = b"", raw[2:] if raw.startswith(b"\r") else raw[1:]
    elif not HEADER_LINE.match(raw) and not raw.startswith(b"From "):
        head, body = b"", raw
    else:
        end = END_OF_HEAD.search(raw, 0, LARGEST_HEAD)
        head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw[:LARGEST_HEAD], raw[LARGEST_HEAD:])
    parsed = _head(head)
    if default and "Content-Type" not in parsed:
        parsed["Content-Type"] = default
    return Part(parsed, body, depth=depth)


def _head(raw: bytes) -> Message:
    """Headers as they stand. A line that is none ends them for the standard library, so such lines are left out."""
    if raw.startswith(b"From "):  # the mark of an mbox
        raw = raw.partition(b"\n")[2]
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    kept = [line for line in lines if HEADER_LINE.match(line) or line[:1] in (b" ", b"\t")]
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
        end = body.find(b"\n", place)
        line = body[place : end if end >= 0 else len(body)].rstrip(b" \t\r")
        alone = place == 0 or body[place - 1 : place] == b"\n"
        if alone and line in (mark, mark + b"--"):
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


def _from_uuencode(body: bytes) -> bytes:
    found = re.search(rb"(?:\A|\n)begin [0-7]{3,4} [^\n]*\n", body)
    out = []
    for line in body[found.end() if found else 0 :].splitlines():
        if line.strip() in (b"end", b"`"):
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                continue
    return b"".join(out)
