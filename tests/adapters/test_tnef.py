"""winmail.dat: what Outlook put into it is there as text and files, under the rules of any other file of a mail."""

from __future__ import annotations

import base64
import struct
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake_fn.adapters.mail_in import html, read, rtf, tnef
from intake_fn.core.events import Noted
from intake_fn.core.inbound.files import accepted
from intake_fn.core.inbound.mail import MailFile
from intake_fn.desk.inbound_mail import keep, take
from tests.desk.test_story import Room
from tests.mails import mail

if TYPE_CHECKING:
    from intake_fn.core.process import Process

CODEPAGE, BODY, MESSAGE = 0x00069007, 0x0002800C, 0x00069003
BEGINS, TITLE, DATA, OF_FILE = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
RENDERING = struct.pack("<HIHHI", 1, 0xFFFFFFFF, 32, 32, 0)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
SPACES = len(rtf.BEGINNING) + 6
"""Where in the window of MS-OXRTFCP the spaces behind `{\\rtf1` stand, of which a reference copies 16."""
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
"""The first example of MS-OXRTFCP, 4.1."""


def attribute(level: int, number: int, value: bytes, wrong: int = 0) -> bytes:
    """An attribute with the sum of its value."""
    return struct.pack("<BII", level, number, len(value)) + value + struct.pack("<H", (sum(value) + wrong) % 65536)


def winmail(*attributes: bytes, text: str = "See the files.", codepage: int = 1252) -> bytes:
    """A winmail.dat."""
    body = text.encode(f"cp{codepage}") + b"\0"
    own = attribute(1, CODEPAGE, struct.pack("<II", codepage, 0)) + (attribute(1, BODY, body) if text else b"")
    return struct.pack("<IH", 0x223E9F78, 1) + own + b"".join(attributes)


def prop(number: int, kind: int, value: bytes) -> bytes:
    """A MAPI property."""
    head = struct.pack("<HH", kind, number)
    if kind == 0x0003:
        return head + value
    padded = value + b"\0" * (-len(value) % 4)
    return head + struct.pack("<II", 1, len(value)) + padded


def wide(number: int, text: str) -> bytes:
    """A property that is a text in UTF-16."""
    return prop(number, 0x001F, text.encode("utf-16-le") + b"\0\0")


def props(*each: bytes) -> bytes:
    """A list of them."""
    return struct.pack("<I", len(each)) + b"".join(each)


def file(title: bytes, content: bytes | None, *more: bytes, wrong: int = 0) -> bytes:
    """A file: it begins, its title, its bytes, its properties."""
    parts = [attribute(2, BEGINS, RENDERING), attribute(2, TITLE, title + b"\0")]
    parts += [attribute(2, DATA, content, wrong)] if content is not None else []
    return b"".join([*parts, *([attribute(2, OF_FILE, props(*more))] if more else [])])


def message(content: bytes) -> tuple[bytes, bytes]:
    """The properties of a file that is a message."""
    return prop(0x3705, 0x0003, struct.pack("<I", 5)), prop(0x3701, 0x000D, b"i" * 16 + content)


def names(content: bytes) -> list[tuple[str, bytes]]:
    """The files of a winmail.dat."""
    return [(one.name, one.content) for one in tnef.opened(content).files]


LONG = wide(0x3707, "Přehled zásilek za listopad.csv"), wide(0x370E, "text/csv")
INNER = winmail(file(b"inner.csv", b"1;2"), text="A mail within.")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (winmail(file(b"bays.csv", b"a;1")), [("bays.csv", b"a;1")]),
        (winmail(file("Größe.csv".encode("cp1252"), b"a;1")), [("Größe.csv", b"a;1")]),
        (winmail(file("řádky.csv".encode("cp1250"), b"a"), codepage=1250), [("řádky.csv", b"a")]),
        (winmail(file(b"PEHLED~1.CSV", b"a;1", *LONG)), [("Přehled zásilek za listopad.csv", b"a;1")]),
        (winmail(file(b"a.csv", b"1"), file(b"b.png", PNG)), [("a.csv", b"1"), ("b.png", PNG)]),
        (winmail(file(b"", None, *LONG, prop(0x3701, 0x0102, b"x;y"))), [("Přehled zásilek za listopad.csv", b"x;y")]),
        (winmail(file(b"empty.txt", b"")), [("empty.txt", b"")]),
        (winmail(file(b"", b"1")), [("file-1", b"1")]),
        (winmail(file(b"A mail", None, *message(INNER))), [("A mail.txt", b"A mail within."), ("inner.csv", b"1;2")]),
        (winmail(), []),
        (b"no TNEF at all", []),
    ],
)
def test_the_files_within_are_there_with_their_names_and_bytes(
    content: bytes, expected: list[tuple[str, bytes]]
) -> None:
    """By title, by long name, in properties, as a message within; nothing else is made up."""
    assert expected == names(content)
    assert [] == tnef.opened(content).losses


def test_what_is_damaged_is_read_as_far_as_it_goes_and_said() -> None:
    """A sum that is wrong, a file that is cut, one without content, more files than anybody sends."""
    two = winmail(file(b"a.csv", b"1"), file(b"b.csv", b"12345678"))

    assert ["a part of it is damaged"] == tnef.opened(winmail(file(b"a.csv", b"1", wrong=1))).losses
    assert ([("a.csv", b"1"), ("b.csv", b"1234")], ["it is cut off"]) == (
        names(two[:-6]),
        tnef.opened(two[:-6]).losses,
    )
    assert ["the file a.csv in it has no content"] == tnef.opened(winmail(file(b"a.csv", None))).losses
    assert ["it holds more files than are opened"] == tnef.opened(winmail(*[file(b"a.csv", b"1")] * 600)).losses


def test_messages_within_messages_are_opened_three_deep() -> None:
    """The fourth is in none of the files; whoever wants it has the winmail.dat."""
    content = INNER
    for _ in range(6):
        content = winmail(file(b"m", None, *message(content)))

    assert ["m.txt"] * 3 == [name for name, _ in names(content)[:3]]
    assert len(names(content)) <= 4


@pytest.mark.parametrize("kind", ["application/ms-tnef", "application/octet-stream"])
def test_a_mail_has_the_files_beside_its_winmail_dat_under_harmless_names(kind: str) -> None:
    """What a click would run gets .bin, what climbs leads nowhere, and two of a name are two."""
    content = winmail(
        file(b"..\\..\\start.exe", b"MZ" + bytes(60)),
        file(b"page.html", b"<script>alert(1)</script>"),
        file(b"a.csv", b"1"),
        file(b"a.csv", b"2"),
        file(b"screen.png", PNG, wide(0x3712, "screen@01"), wide(0x370E, "image/png")),
    )
    found = read(mail(files=(("winmail.dat", kind, content),)))
    kept = accepted(found.files)

    assert ["winmail.dat", "start.exe.bin", "page.html.bin", "a.csv", "a (2).csv", "screen.png"] == [
        one.name for one in kept
    ]
    assert content == kept[0].content
    assert "image/png" == kept[-1].content_type
    assert [False] * 5 + [True] == [one.inline for one in found.files]


def test_a_request_by_mail_has_them_too_and_a_note_says_what_was_lost(process: Process) -> None:
    """The way of any other file: stored, hashed, filed."""
    room = Room(process)
    content = winmail(file(b"bays.csv", b"a;1"), file(b"cut.csv", b"12345678"))[:-6]
    record = take(room.desk, keep(room.desk, mail(files=(("winmail.dat", "application/ms-tnef", content),))))
    case = room.store.load(record.case_id)

    assert ["winmail.dat", "bays.csv", "cut.csv"] == [one.name for one in case.request.attachments]
    assert ["of winmail.dat: it is cut off"] == [
        event.text.split("read: ")[1].split(". The original")[0] for event in case.history if isinstance(event, Noted)
    ]


def test_a_text_that_is_rtf_alone_is_read() -> None:
    """Compressed, as Outlook sends it; characters by code page and by number, without what is no text."""
    body = rb"{\rtf1\ansi\ansicpg1250{\fonttbl{\f0 Arial;}}\f0 D\'eckuji\par P\u345?ehled{\*\generator x;}\tab \{1\}}"
    plain = struct.pack("<II4sI", len(body) + 12, len(body), b"MELA", 0) + body
    content = winmail(attribute(1, MESSAGE, props(prop(0x1009, 0x0102, plain))), text="")
    compressed = winmail(attribute(1, MESSAGE, props(prop(0x1009, 0x0102, HELLO))), text="")
    head = b"From: a@example.org\nContent-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n"

    assert b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n" == rtf.decompressed(HELLO)
    assert "Děkuji\nPřehled\t{1}" == read(head + base64.b64encode(content)).text
    assert "hello world" == read(head + base64.b64encode(compressed)).text


def test_a_sign_of_two_numbers_is_one_sign() -> None:
    """Outlook writes an emoji so; half of one is no text that could be stored."""
    assert "Hi \U0001f600!" == rtf.text_of(rb"{\rtf1 Hi \u-10179?\u-8704?!}")
    assert "Hi \ufffd!" == rtf.text_of(rb"{\rtf1 Hi \u-10179?!}")


def test_a_winmail_of_nothing_but_beginnings_takes_little_memory() -> None:
    """Each is a few bytes: what is not opened is not kept either, and what is wrong is said once."""
    begins = attribute(2, BEGINS, b"", wrong=1)
    content = winmail(*[begins] * 1000)
    head = b"From: a@example.org\nContent-Type: application/ms-tnef; name=winmail.dat\n\n"

    assert tnef.MOST_FILES >= len(tnef.opened(content).files)
    assert tnef.TOO_MUCH in tnef.opened(content).losses
    assert len(tnef.opened(content).losses) < 2 * tnef.MOST_FILES + 10
    assert 4 > len(read(head + content).losses)


def test_a_large_file_within_takes_no_time_to_speak_of() -> None:
    """Ten megabytes."""
    assert [("large.zip", 10_000_000)] == [
        (one.name, len(one.content)) for one in tnef.opened(winmail(file(b"large.zip", bytes(10_000_000)))).files
    ]


def rtf_alone(body: bytes) -> bytes:
    """A winmail.dat whose text is some RTF, not compressed."""
    packed = struct.pack("<II4sI", len(body) + 12, len(body), b"MELA", 0) + body
    return winmail(attribute(1, MESSAGE, props(prop(0x1009, 0x0102, packed))), text="")


LARGE_RTF = {
    "groups": b"{}" * 2_500_000,
    "words": rb"\b" * 2_500_000,
    "characters": rb"\u1078?" * 1_500_000,
    "letters": rb"\'e9" * 1_500_000,
    "nested": b"{" * 8_000_000,
    "text": b"a\n" * 4_000_000,
}
"""Five to ten megabytes of RTF, of what takes long to read."""


@pytest.mark.parametrize("kind", LARGE_RTF)
def test_a_text_that_is_megabytes_of_rtf_takes_seconds_at_most_and_says_what_is_lost(kind: str) -> None:
    """By sizes and counts, not by the clock; what was read of it is there."""
    began = time.process_time()
    found = tnef.opened(rtf_alone(rb"{\rtf1\ansi Good morning. " + LARGE_RTF[kind]))

    assert 6 > time.process_time() - began
    assert found.text.startswith("Good morning.")
    assert [html.TOO_LONG] == found.losses


def test_the_bound_is_that_of_the_whole_mail(process: Process) -> None:
    """However many messages it holds within, each with RTF that grows eightfold, and pages; the mail is a request."""
    grown = b"\xff" + struct.pack(">H", (SPACES << 4) | 14) * 8
    packed = struct.pack("<II4sI", 300_012, 10**7, b"LZFu", 0) + b"\x00{\\rtf1  " + grown * 17_000
    page = prop(0x1013, 0x0102, b"<p>a</p>" * 40_000)
    inner = [winmail(attribute(1, MESSAGE, props(one)), text="") for one in (prop(0x1009, 0x0102, packed), page)] * 6
    within = [file(b"m", None, *message(one)) for one in inner]
    began = time.process_time()
    raw = mail("", files=(("winmail.dat", "application/ms-tnef", winmail(*within)),))
    room = Room(process)
    taken = take(room.desk, keep(room.desk, raw))

    assert 6 > time.process_time() - began
    assert "ticketed" == taken.outcome
    notes = " ".join(str(event) for event in room.desk.cases.load(taken.case_id).history if isinstance(event, Noted))
    assert html.TOO_LONG in notes


def test_of_more_parts_than_are_read_the_loss_is_said() -> None:
    """A hundred thousand attributes, or values of one property."""
    many = winmail(*[attribute(1, 0x00028005, b"")] * (tnef.MOST + 1))
    values = struct.pack("<HHI", 0x1003, 0x3001, 2**31) + b"\0" * 4 * (tnef.MOST + 1)

    assert [tnef.TOO_MANY] == tnef.opened(many).losses
    assert [tnef.TOO_MANY] == tnef.opened(winmail(file(b"a", b"1", values))).losses
    assert [("a", b"1")] == names(winmail(file(b"a", b"1", values)))


def test_where_nothing_of_a_long_text_can_be_read_a_person_looks() -> None:
    """It has no other text."""
    raw = mail("", files=(("winmail.dat", "application/ms-tnef", rtf_alone(rb"{\rtf1 " + b"{}" * 2_500_000)),))

    assert ("its text is in winmail.dat, and nothing of it could be read",) == read(raw).problems


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400), st.binary(max_size=200))
def test_nothing_is_raised_whatever_the_bytes_are(noise: bytes, place: int, body: bytes) -> None:
    """A winmail.dat with noise in it, and one of noise alone."""
    whole = winmail(file(b"a.csv", b"1", *LONG), file(b"m", None, *message(INNER)))
    for content in (whole[:place] + noise + whole[place:], tnef.SIGNATURE + b"\0\0" + noise, whole[:place]):
        for one in tnef.opened(content).files:
            assert isinstance(one, MailFile)
    rtf.text_of(rtf.decompressed(struct.pack("<II4sI", len(body), 0, b"LZFu", 0) + body))
    rtf.text_of(b"{\\rtf1" + body)
