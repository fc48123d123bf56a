"""Mails come out of an mbox as they were put in, whichever program wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake_fn.commands.mbox import is_mbox, mails_in

LINE = b"From dana@example.com Mon Nov 23 15:00:00 2026\n"
FIRST = b"From: dana@example.com\nSubject: One\n\nHello.\n"
TRICKY = b"From: eve@example.com\nSubject: Two\n\nFrom now on:\n\nFrom the list: late.\n>From here.\n>>From there.\n"


def stuffed(raw: bytes, *, all_of_them: bool) -> bytes:
    """As mboxrd has it, or as mboxo, which leaves lines that have a sign already."""
    head, empty, body = raw.partition(b"\n\n")
    lines = [
        b">" + line if line.lstrip(b">" if all_of_them else b"").startswith(b"From ") else line
        for line in body.split(b"\n")
    ]
    return head + empty + b"\n".join(lines)


def with_length(raw: bytes) -> bytes:
    """With the length of its body in its header."""
    head, empty, body = raw.partition(b"\n\n")
    return head + b"\nContent-Length: %d" % len(body) + empty + body


def box(*mails: bytes, line: bytes = LINE) -> bytes:
    """An mbox of mails that are ready for it."""
    return b"".join(line + raw + b"\n" for raw in mails)


def test_mboxrd_takes_one_sign_from_each_line() -> None:
    """Whatever number it has."""
    assert [FIRST, TRICKY, FIRST] == list(mails_in(box(FIRST, stuffed(TRICKY, all_of_them=True), FIRST)))


def test_mboxo_gives_lines_back_that_begin_with_from() -> None:
    """What had a sign before is not to be told from what got one."""
    found = list(mails_in(box(FIRST, stuffed(TRICKY, all_of_them=False), FIRST)))

    assert [FIRST, FIRST] == [found[0], found[2]]
    assert b"\nFrom now on:\n\nFrom the list: late.\n" in found[1]


@pytest.mark.parametrize("all_of_them", [True, None])
def test_a_length_says_where_a_mail_ends(all_of_them: bool | None) -> None:
    """With signs as mboxcl has them, or without any as mboxcl2: then a line may even look like the next mail's."""
    inner = TRICKY + b"\n" + LINE + b"Subject: No mail of its own\n"
    raw = stuffed(inner, all_of_them=True) if all_of_them else inner
    found = list(mails_in(box(with_length(FIRST), with_length(raw), with_length(FIRST))))

    assert 3 == len(found)
    assert with_length(inner).partition(b"\n\n")[2] == found[1].partition(b"\n\n")[2]


@pytest.mark.parametrize("length", [b"3", b"99999", b"x"])
def test_a_length_that_leads_nowhere_is_passed_over(length: bytes) -> None:
    """It came with the mail, or was not renewed."""
    wrong = FIRST.replace(b"\n\n", b"\nContent-Length: " + length + b"\n\n", 1)

    assert [wrong, FIRST] == list(mails_in(box(wrong, FIRST)))


@pytest.mark.parametrize("empty", [b"", b"\n", b"\n\n", b"\r\n"])
def test_an_empty_mail_takes_no_length_of_the_next_one(empty: bytes) -> None:
    """It has no header; the mails behind it are whole, each by its own length."""
    line = b"From ann@example.com Mon Nov 23 10:00:00 2026\n"
    mails = [b"Subject: one\nContent-Length: 3\n\nhi\n", b"Subject: two\nContent-Length: 4\n\nall\n"]
    found = [*mails_in(line + empty + line + line.join(f"{one.decode()}\n".encode() for one in mails))]

    assert mails == found[1:]
    assert b"" == found[0].strip()


def test_text_that_begins_with_from_ends_no_mail() -> None:
    """A program that writes no signs at all, and no lengths."""
    assert [TRICKY.replace(b"\n>", b"\n", 1).replace(b">>", b">"), FIRST] == list(mails_in(box(TRICKY, FIRST)))


@pytest.mark.parametrize(
    "line",
    [
        b"From - Mon Nov 23 15:00:00 2026\n",
        b"From 1791234567890123456@xxx Mon Nov 23 15:00:00 +0000 2026\n",
        b"From MAILER-DAEMON Mon Nov 23 15:00:00 2026\n",
        b"From dana@example.com  Mon Nov 23 15:00 EST 2026\n",
        b"From dana\n",
    ],
)
def test_lines_between_mails_are_known_as_programs_write_them(line: bytes) -> None:
    """Thunderbird, Gmail, servers, old ones, and one without a date; with line ends of either kind."""
    whole = box(FIRST, FIRST, line=line)

    assert [FIRST, FIRST] == list(mails_in(whole))
    assert [FIRST.replace(b"\n", b"\r\n")] * 2 == list(mails_in(whole.replace(b"\n", b"\r\n")))
    assert is_mbox(b"\xef\xbb\xbf\n" + whole)


def test_a_damaged_mail_ends_nothing_but_itself() -> None:
    """Without a header, without an end of its header, empty."""
    headless, cut = b"\nNo header at all.\n", b"From: dana@example.com\nSubject: Cut"
    found = list(mails_in(LINE + headless + b"\n" + LINE + cut + b"\n\n" + LINE + b"\n\n" + box(FIRST)))

    assert [headless, cut + b"\n", b"\n", FIRST] == found


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.lists(st.sampled_from([b"From x", b">From y", b"", b"a", b">>From ", b"Fromage"])), min_size=1))
def test_whatever_is_put_in_comes_out(bodies: list[list[bytes]]) -> None:
    """As mboxrd, and as mboxcl."""
    mails = [b"Subject: S\n\n" + b"\n".join(lines) + b"\n" for lines in bodies]
    lengths = [with_length(raw) for raw in mails]

    assert mails == list(mails_in(box(*(stuffed(raw, all_of_them=True) for raw in mails))))
    assert len(mails) == len(list(mails_in(box(*(with_length(stuffed(raw, all_of_them=True)) for raw in mails)))))
    assert len(lengths) == len(list(mails_in(box(*lengths))))
