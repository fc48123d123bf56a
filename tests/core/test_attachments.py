"""Files: which are taken, which are not, and what is said about those."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake_fn.core.attachments import clean_name, inspect, select, size_in_words
from intake_fn.core.errors import Refused
from intake_fn.core.file_types import FILE_TYPES
from tests.web.samples import PNG

if TYPE_CHECKING:
    from intake_fn.core.process import Process

GOOD = {
    "png": PNG,
    "jpg": b"\xff\xd8\xff\xe0JFIF",
    "jpeg": b"\xff\xd8\xff\xe1Exif",
    "gif": b"GIF89a..",
    "webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    "bmp": b"BM\x36\x00",
    "pdf": b"%PDF-1.7\n",
    "txt": "naïve".encode(),
    "log": b"2026-11-23 ERROR",
    "csv": "a;b\r\nä;ö".encode("cp1252"),
    "eml": b"From: ann@example.com\r\n\r\nHello",
    "msg": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....",
    "docx": b"PK\x03\x04....word/document.xml",
    "heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
    "mp4": b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41",
    "mov": b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  ",
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00",
    "xlsx": b"PK\x03\x04....xl/workbook.xml",
    "zip": b"PK\x03\x04....a.txt",
}


def test_there_is_a_sample_of_every_kind() -> None:
    """A new row of FILE_TYPES needs a sample here."""
    assert set(FILE_TYPES) == set(GOOD)


@pytest.mark.parametrize("extension", GOOD)
def test_each_allowed_kind_is_taken(extension: str) -> None:
    """By any case of its extension."""
    sent = inspect(f"File.{extension.upper()}", GOOD[extension])

    assert FILE_TYPES[extension].content_type == sent.content_type


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("screen.png", b"MZ\x90\x00", "a Windows program"),  # an .exe under another name
        ("notes.txt", b"\x7fELF\x02", "a program"),
        ("notes.txt", b"MZ\x90", "a Windows program"),
        ("picture.png", b"<html>", "is not a PNG picture"),
        ("report.docx", b"PK\x03\x04....a.txt", "is not a Word document"),  # a plain zip
        ("setup.exe", b"MZ\x90", "files of this type"),
        ("screen.svg", b"<svg/>", "files of this type"),  # may hold scripts
        ("noextension", b"abc", "files of this type"),
        ("empty.png", b"", "is empty"),
        ("binary.log", bytes(range(32)) * 9, "is not a text"),
        ("picture.log", PNG, "is not a text"),
        ("nothing.log", b"\x00" * 40, "is not a text"),
        ("setup.pdf", b"MZ\x90 %PDF-1.7", "a Windows program"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(name: str, content: bytes, says: str) -> None:
    """The message names the file and what is wrong."""
    with pytest.raises(Refused, match=says) as error:
        inspect(name, content)

    assert name in str(error.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.log", b"2026-11-26 line one\n" + b"\x00" * 4096 + b"line two\n"),  # cut off by a crash
        ("colours.log", b"\x1b[31mERROR\x1b[0m\x00 disk full\n" * 20),
        ("marked.txt", "naïve\n".encode("utf-16")),
        ("unmarked.txt", "Ошибка при загрузке\r\n".encode("utf-16-le")),
        ("big-endian.csv", "a;b\r\n1;2\r\n".encode("utf-16-be")),
        ("chinese.log", "错误 磁盘已满\n".encode("gbk")),
        ("printed.pdf", b"\x1b%-12345X@PJL JOB\r\n%PDF-1.4\n"),  # by way of a printer's queue
        ("mailed.pdf", b"\r\n\r\n%PDF-1.7\n"),
    ],
)
def test_what_programs_write_is_taken_as_it_is(name: str, content: bytes) -> None:
    """Logs with NUL bytes, texts in UTF-16, documents with bytes before their mark: unchanged, byte for byte."""
    assert content == inspect(name, content).content


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("écran 1.png", "écran 1.png"),
        ("C:\\Users\\ann\\shot.png", "shot.png"),  # old browsers sent whole paths
        ("\\\\server\\share\\shot.png", "shot.png"),
        ("/home/kim/note.txt", "note.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("a\r\nSet-Cookie: x.png", "aSet-Cookie: x.png"),
        ("photo\u202egnp.exe", "photognp.exe"),  # a right-to-left mark would show exe.png
        ("  .hidden. ", "hidden"),
        ("\x00\x01", "file"),
        ("x" * 200 + ".png", "x" * 96 + ".png"),
    ],
)
def test_names_are_cleaned(name: str, cleaned: str) -> None:
    """Names go into headers, Mantis and pages: one line, no paths, no tricks, not endless."""
    assert cleaned == clean_name(name)


def test_the_first_files_are_kept_and_the_rest_named(process: Process) -> None:
    """30 attachments: ten are kept, and the message says how many are allowed."""
    selection = select((), ((f"{n}.png", PNG + bytes([n])) for n in range(30)), process.intake)

    assert process.intake.files == selection.count
    assert [f"{n}.png" for n in range(process.intake.files)] == [file.name for file in selection.sent]
    assert len(selection.problems) == 1
    assert "At most 10 files" in selection.problems[0]
    assert "10.png, 11.png" in selection.problems[0]
    assert "15 more" in selection.problems[0]


def test_a_file_that_is_too_large_is_named_with_its_size_and_the_limit(process: Process) -> None:
    """A 25 MB screenshot: the others are kept all the same."""
    selection = select((), [("big.png", PNG + bytes(25 * 2**20)), ("small.png", PNG)], process.intake)

    assert [file.name for file in selection.sent] == ["small.png"]
    assert "big.png (25.0 MB)" in selection.problems[0]
    assert "4 MB" in selection.problems[0]


def test_the_same_file_twice_is_attached_once(process: Process) -> None:
    """Choosing the files again after a form was shown again doubles nothing."""
    assert select((), [("a.png", PNG), ("a.png", PNG)], process.intake).count == 1


@pytest.mark.parametrize(("size", "words"), [(12, "12 B"), (2048, "2.0 KB"), (25 * 2**20, "25.0 MB")])
def test_sizes_are_in_words(size: int, words: str) -> None:
    """For the receipt."""
    assert words == size_in_words(size)
