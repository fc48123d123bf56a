"""Mails that are damaged, each in its way, with what an honest reader makes of it.

A row says whether a person can read what was written. Where they can, it becomes a request, and the desk reads what of
the mail was lost; where they cannot, or nobody can know what is missing, it waits for a person with its raw bytes.
"""

from __future__ import annotations

import base64
import gzip
import io
import zipfile
from dataclasses import dataclass

SENTENCE = "The menu of the booking page is cut on my telephone."
FROM = b"From: Dana <dana@marlow.example.org>\r\nTo: helpdesk@example.com\r\nSubject: Menu\r\n"
PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n"
BASE64, QUOTED = b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
TEXT = SENTENCE.encode()
PART = b"--b\r\nContent-Type: text/plain\r\n\r\n" + TEXT + b"\r\n"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
CZECH = "Prosím o opravu: v seznamu přepravních zakázek chybí úplně všechny poslední řádky. Děkuji!"


@dataclass(frozen=True)
class Broken:
    """A damaged mail; `told` stands in what the desk says of it, `shown` in the text that it shows."""

    name: str
    raw: bytes
    waits: bool
    told: str = ""
    shown: str = ""
    files: tuple[str, ...] = ()


def waits(name: str, raw: bytes, told: str, shown: str = "") -> Broken:
    """A mail that a person has to look at."""
    return Broken(name, raw, waits=True, told=told, shown=shown)


def read(name: str, raw: bytes, told: str = "", shown: str = SENTENCE, files: tuple[str, ...] = ()) -> Broken:
    """A mail that can be read; `told` is what was lost, "" for nothing."""
    return Broken(name, raw, waits=False, told=told, shown=shown, files=files)


def zipped() -> bytes:
    """A ZIP with a file."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("menu.txt", SENTENCE)
    return held.getvalue()


def part(kind: bytes, body: bytes, *head: bytes) -> bytes:
    """A part of a multipart."""
    return b"\r\n".join([b"--b", b"Content-Type: " + kind, *head, b"", body, b""])


def attached(content: bytes) -> bytes:
    """A part with a picture, as base64."""
    head = b"Content-Transfer-Encoding: base64", b"Content-Disposition: attachment; filename=menu.png"
    return part(b"image/png", content, *head)


SIGNS = base64.encodebytes(PICTURE)
SPOILT = SIGNS.translate(bytes.maketrans(b"AyQg5", b"\x01\x02\x03\x04\x05"))
LONG = base64.encodebytes(TEXT * 40)

HEADS = [
    waits("no empty line before the text", FROM + TEXT + b"\r\nIt began today.\r\n", "separates", SENTENCE),
    waits(
        "no empty line, and one between the paragraphs",
        FROM + TEXT + b"\r\n\r\nIt began today.\r\n",
        "separates",
        SENTENCE,
    ),
    waits("no empty line, a first word with a colon", FROM + b"Menu: " + TEXT, "within its headers"),
    waits("cut in the headers", FROM[:-9], "headers"),
    waits("nothing but headers", FROM + PLAIN, "within its headers"),
    waits("an empty file", b"", "no headers"),
    waits("nothing but ends of lines", b"\r\n\r\n\r\n", "no headers"),
    waits("no headers", TEXT + b"\r\n\r\nIt began today.\r\n", "no headers", SENTENCE),
    waits("a note above the headers", b"forwarded by the gateway\r\n" + FROM + b"\r\n" + TEXT, "no headers", SENTENCE),
    waits("a subject of two megabytes", FROM.replace(b"Menu", b"Menu " * 400_000) + b"\r\n" + TEXT, "headers are long"),
    waits(
        "ten thousand headers", FROM + b"X-Trace: 0123456789 0123456789\r\n" * 10_000 + b"\r\n" + TEXT, "headers are"
    ),
    read("a line among the headers that is none", FROM + b"telephone\r\n" + PLAIN + b"\r\n" + TEXT, "no header"),
    read("the mark of an mbox", b"From dana@marlow.example.org Mon Nov 23 10:00:00 2026\r\n" + FROM + b"\r\n" + TEXT),
    read("the mark of an mbox, escaped", b">From dana@marlow Mon Nov 23 10:00:00 2026\r\n" + FROM + b"\r\n" + TEXT),
    read("a byte order mark", b"\xef\xbb\xbf" + FROM + b"\r\n" + TEXT),
    read("ends of lines as CR", (FROM + b"\r\n" + TEXT).replace(b"\r\n", b"\r")),
    read(
        "ends of lines as CR, in parts",
        (FROM + MIXED + PART + attached(SIGNS) + b"--b--\r\n").replace(b"\r\n", b"\r").replace(b"\n", b"\r"),
        files=("menu.png",),
    ),
    read("headers of eight bits", FROM.replace(b"Menu", "Menü".encode("cp1252")) + b"\r\n" + TEXT),
    waits("two types that differ", FROM + PLAIN + MIXED + PART + b"--b--\r\n", "twice", SENTENCE),
    read("two types that agree", FROM + PLAIN + PLAIN + b"\r\n" + TEXT),
    waits("two encodings that differ", FROM + PLAIN + BASE64 + QUOTED + b"\r\n" + TEXT, "twice"),
    waits("sixteen bits for all", (FROM + b"\r\n" + TEXT).decode().encode("utf-16"), "UTF-16", SENTENCE),
    waits("nothing but an archive", zipped(), "no headers"),
    waits("nothing but a picture", PICTURE, "no headers"),
    waits("a few headers before an archive", FROM + zipped(), "separates"),
    waits("a compressed mail", gzip.compress(FROM + b"\r\n" + TEXT), "no headers"),
]
TEXTS = [
    waits("a body of NULs", FROM + PLAIN + b"\r\n" + bytes(400), "cannot be read"),
    waits("a body of controls", FROM + PLAIN + b"\r\n" + bytes(range(1, 9)) * 40, "cannot be read"),
    waits("a text of any bytes", FROM + PLAIN + b"\r\n" + bytes(range(256)) * 4, "cannot be read"),
    waits("a picture that is called a text", FROM + PLAIN + b"\r\n" + PICTURE, "cannot be read"),
    waits("an archive that is called a text", FROM + PLAIN + BASE64 + b"\r\n" + base64.encodebytes(zipped()), "cannot"),
    waits("a compressed text", FROM + PLAIN + b"\r\n" + gzip.compress(TEXT * 3), "cannot be read"),
    waits("a text that lost its letters", FROM + PLAIN + b"\r\n?????? ?? ????????? ???? ?????????!", "question marks"),
    waits(
        "a text that lost its letters, as U+FFFD", FROM + PLAIN + "\r\n������ ������� ����".encode(), "cannot be read"
    ),
    waits("base64 that ends within a sign", FROM + PLAIN + BASE64 + b"\r\n" + b"".join(LONG.split())[:901], "base64"),
    waits("base64 with much else", FROM + PLAIN + BASE64 + b"\r\n" + LONG.replace(b"b", b"\xe2"), "base64"),
    waits("a text that is called base64", FROM + PLAIN + BASE64 + b"\r\n" + TEXT, "base64", SENTENCE),
    waits("base64 that does not say so", FROM + PLAIN + b"\r\n" + LONG, "does not say"),
    waits(
        "an encoding that nobody knows", FROM + PLAIN + b"Content-Transfer-Encoding: x-yenc\r\n\r\n=ybegin", "x-yenc"
    ),
    waits(
        "uuencode that is cut",
        FROM + PLAIN + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 t\r\nM5&AE(&UE;G4@;V8",
        "uuencode",
    ),
    waits("a page that is cut in its style", FROM + b"Content-Type: text/html\r\n\r\n<html><style>p {", "page is cut"),
    waits("a page that is cut in a comment", FROM + b"Content-Type: text/html\r\n\r\n<p><!-- [if mso", "page is cut"),
    waits("one piece of several", FROM + b"Content-Type: message/partial; number=2; total=3\r\n\r\n" + TEXT, "pieces"),
    read("quoted-printable that is cut", FROM + PLAIN + QUOTED + b"\r\n" + TEXT + b"=\r\nIt began today=2"),
    read("quoted-printable that is none", FROM + PLAIN + QUOTED + b"\r\n" + TEXT + b" 5=7=G"),
    read("a short text that lost a letter", FROM + PLAIN + "\r\nDoor \ufffd".encode(), "some signs", "Door"),
    waits("one NUL", FROM + PLAIN + b"\r\n\0", "cannot be read"),
    read("a few NULs", FROM + PLAIN + b"\r\n" + TEXT + bytes(3) + b" It began today.", "some signs"),
    read("a few bytes that are no UTF-8", FROM + PLAIN + ("\r\n" + CZECH * 2).encode() + b"\xff", "some signs", CZECH),
    read("sixteen bits, said", FROM + b"Content-Type: text/plain; charset=utf-16\r\n\r\n" + SENTENCE.encode("utf-16")),
    read("sixteen bits, not said", FROM + b"\r\n" + SENTENCE.encode("utf-16-le")),
    read("sixteen bits, said and not so", FROM + b"Content-Type: text/plain; charset=utf-16\r\n\r\n" + TEXT),
    read("a type that is none", FROM + b"Content-Type: text\r\n\r\n" + TEXT),
    read("a charset that is none", FROM + b"Content-Type: text/plain; charset=x-none-of-all\r\n\r\n" + TEXT),
    read(
        "a charset that is another",
        FROM + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + CZECH.encode("cp1250"),
        "windows-1250",
        CZECH,
    ),
    read("no closing tags", FROM + b"Content-Type: text/html\r\n\r\n<html><body><div><p>" + TEXT + b"<b"),
    read("a subject alone", FROM + PLAIN + b"\r\n", shown=""),
    read(
        "an archive that says so",
        FROM + b"Content-Type: application/zip\r\n\r\n" + zipped(),
        shown="",
        files=("file-1.zip",),
    ),
]
PARTS = [
    waits("no closing boundary", FROM + MIXED + PART, "end is missing", SENTENCE),
    waits("cut in a file", FROM + MIXED + PART + attached(SIGNS)[:600], "end is missing", SENTENCE),
    waits("no boundary", FROM + b"Content-Type: multipart/mixed\r\n\r\n" + PART, "told apart", SENTENCE),
    waits("another boundary", FROM + MIXED.replace(b"=b", b"=c") + PART + b"--b--\r\n", "told apart", SENTENCE),
    waits(
        "a boundary in other letters", FROM + MIXED.replace(b"=b", b"=B") + PART + b"--b--\r\n", "told apart", SENTENCE
    ),
    waits("a multipart that is encoded", FROM + BASE64 + MIXED + base64.encodebytes(PART + b"--b--\r\n"), "told apart"),
    waits("a multipart with nothing in it", FROM + MIXED, "told apart"),
    waits(
        "parts in parts without end",
        FROM + b"".join(b"Content-Type: multipart/mixed; boundary=n%d\r\n\r\n--n%d\r\n" % (n, n) for n in range(80)),
        "end is missing",
    ),
    waits("two thousand parts", FROM + MIXED + PART * 2000 + b"--b--\r\n", "too many parts"),
    waits(
        "no empty line in a part",
        FROM + MIXED + b"--b\r\nContent-Type: text/plain\r\n" + TEXT + b"\r\n--b--\r\n",
        "separates",
        SENTENCE,
    ),
    waits(
        "a text that cannot be read beside a file",
        FROM + MIXED + part(b"text/plain", bytes(200)) + attached(SIGNS) + b"--b--\r\n",
        "cannot be read",
    ),
    waits(
        "an enclosed mail that cannot be read, and no text",
        FROM + b"Content-Type: message/rfc822\r\n\r\n" + FROM + b"Content-Type: multipart/mixed\r\n\r\n" + PART,
        "enclosed mail",
    ),
    read("a part without headers", FROM + MIXED + b"--b\r\n\r\n" + TEXT + b"\r\n--b--\r\n"),
    read("a part that begins with its text", FROM + MIXED + b"--b\r\n" + TEXT + b"\r\n--b--\r\n"),
    read(
        "a file that is damaged",
        FROM + MIXED + PART + attached(SPOILT) + b"--b--\r\n",
        "menu.png",
        files=("menu.png",),
    ),
    read(
        "a file of which the end is missing",
        FROM + MIXED + PART + attached(b"".join(SIGNS.split())[:601]) + b"--b--\r\n",
        "menu.png",
        files=("menu.png",),
    ),
    read(
        "a file in an encoding that nobody knows",
        FROM + MIXED + PART + attached(SIGNS).replace(b"base64", b"x-secret") + b"--b--\r\n",
        "x-secret",
        files=("menu.png",),
    ),
    read(
        "a form of the text that cannot be read, beside one that can",
        FROM
        + MIXED.replace(b"mixed", b"alternative")
        + part(b"text/plain", bytes(200))
        + part(b"text/html", b"<p>" + TEXT)
        + b"--b--\r\n",
        "cannot be read",
    ),
    read(
        "an enclosed mail that cannot be read, beside a text",
        FROM
        + MIXED
        + PART
        + part(b"message/rfc822", b"Subject: x\r\nContent-Type: multipart/mixed\r\n\r\nx")
        + b"--b--\r\n",
        "enclosed mail",
        files=("message.eml",),
    ),
    read(
        "a file that is kept elsewhere",
        FROM
        + MIXED
        + PART
        + part(b"message/external-body; access-type=URL", b"Content-Type: image/png\r\n")
        + b"--b--\r\n",
        "elsewhere",
        files=("file-1",),
    ),
    read("text below the last boundary", FROM + MIXED + PART + b"--b--\r\nA gateway was here.\r\n"),
]
BROKEN = [*HEADS, *TEXTS, *PARTS]
