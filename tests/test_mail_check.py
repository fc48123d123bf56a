"""The check of a folder of mails: what it reads, and what it calls a difference."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.aws import SandboxError
from sandbox.mail.check import Result, table
from sandbox.mail.expected import Expected, Seen, differences, read

if TYPE_CHECKING:
    from pathlib import Path

SEEN = Seen("ticketed", "HD-0000-0001", "dana@example.com", "Hello", stored="One two\u2011three", shown="One", made=1)
EXPECTED = Expected("1.eml", ("ticketed",), attachments=())


def folder(path: Path, *lines: Any) -> Path:
    """A folder with one mail and these lines."""
    (path / "1.eml").write_bytes(b"From: dana@example.com\r\n\r\nHello\r\n")
    (path / "expected.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def test_a_folder_is_read_with_what_any_of_a_list_allows(tmp_path: Path) -> None:
    """A single value is a list of one; fields that are not compared are passed over."""
    setup = {"number": "HD-1111-1111", "requester": "a@example.com", "name": "A", "status": "open", "summary": "S"}
    line = {"file": "1.eml", "outcome": ["ticketed", "quarantined"], "requester": None, "remark": "none"}

    whole = read(folder(tmp_path, {"setup": [setup]}, line))

    assert ["HD-1111-1111"] == [one.number for one in whole.requests]
    assert ("ticketed", "quarantined") == whole.mails[0].outcome
    assert (None,) == whole.mails[0].requester


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"file": "2.eml", "outcome": "ticketed"}, "2.eml"),
        ({"file": "1.eml", "outcome": "lost"}, "line 1.*lost"),
        ({"outcome": "ticketed"}, "line 1"),
        ([], "line 1"),
    ],
)
def test_a_folder_that_says_something_else_is_refused(tmp_path: Path, line: Any, says: str) -> None:
    """The message names the line, or the file that is missing."""
    with pytest.raises(SandboxError, match=says):
        read(folder(tmp_path, line))


@pytest.mark.parametrize(
    ("expected", "seen", "problem"),
    [
        ({}, {}, ""),
        ({"outcome": ("rejected",)}, {}, "outcome ticketed"),
        ({"requester": ("eve@example.com", None)}, {}, "requester dana@example.com"),
        ({"requester": ("eve@example.com", None)}, {"requester": None}, ""),
        ({"summary": ("Hello",)}, {"summary": " Hello\n"}, ""),
        ({"summary": ("Hello",)}, {"summary": "Hallo"}, "summary 'Hallo'"),
        ({"summary_starts": "Hell", "summary_max": 5}, {}, ""),
        ({"summary_max": 4}, {}, "summary of 5 characters"),
        ({"body_contains": ("One two-three",)}, {}, ""),
        ({"body_contains": ("four",)}, {}, "the text lacks 'four'"),
        ({"body_excludes": ("One",)}, {}, "the text holds 'One'"),
        ({"attachments": ((None, None, "aa"),)}, {"files": [("n", "t", "aa")]}, ""),
        ({"attachments": ((None, None, "aa"),)}, {}, "files: none"),
        ({}, {"files": [("n", "t", "aa")]}, "files: n"),
        ({"may_attach": (("n", None, None),)}, {"files": [("n", "t", "aa")]}, ""),
        ({"attachments_alt": (((None, "t", None),),)}, {"files": [("n", "t", "aa")]}, ""),
        ({"attachments": ((None, None, "aa"),)}, {"files": [("n", "t", "aa")], "is_raw": True}, ""),
        ({}, {"files": [("n", "t", "aa")], "is_raw": True}, ""),
        ({"summary": ("Re: Hello",)}, {"subject": "Re: Hello"}, ""),
        ({"names_exclude": ("/",), "attachments": None}, {"files": [("a/b", "t", "aa")]}, "a file's name holds '/'"),
        ({"resumes_clock": (True,)}, {"resumes_clock": False}, "resumes the clock: no"),
        ({"reopens": (False, None)}, {"reopens": True}, ""),
        ({"reply_sent": (False,)}, {"answered": ["dana@example.com"]}, "mailed dana@example.com"),
        ({"reply_sent": (True,)}, {"answered": []}, ""),
        ({}, {"changed": ["HD-2222-2222"]}, "changed HD-2222-2222"),
        ({}, {"made": 2}, "made 2 requests"),
        ({"same_as": "0.eml"}, {"made": 0}, ""),
        ({"same_as": "0.eml"}, {"same": "made 1 requests although it was there before"}, "made 1 requests"),
        ({"outcome": ("threaded",), "request": "HD-1"}, {"outcome": "threaded", "made": 0}, "joined HD-0000-0001"),
    ],
)
def test_every_field_is_compared(expected: dict[str, Any], seen: dict[str, Any], problem: str) -> None:
    """Texts in one form, lists as any of them, all of what changed."""
    found = [*differences(replace(EXPECTED, **expected), replace(SEEN, **seen))]

    assert len(found) == bool(problem)
    assert problem in "".join(found)


def test_the_last_line_counts_what_is_as_expected() -> None:
    """A script that reads the last line needs no other."""
    results = [Result(EXPECTED, SEEN, ()), Result(EXPECTED, SEEN, ("the text lacks 'four'",))]

    assert table(results).splitlines()[-1] == "1 of 2 as expected"
