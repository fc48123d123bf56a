"""Mails that nobody would write, by Hypothesis: MIME in any shape, headers of any bytes, real mails damaged.

Each goes the way of any mail, into one desk that has the requests which the real ones answer. It has to come to a named
end at its first attempt, the ledger has to balance, and a second delivery has to change nothing.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from intake_fn import log
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.desk.inbound_mail import keep, raw_of, take
from sandbox.mail.expected import read
from sandbox.mail.house import House
from tests.desk.test_story import Room

if TYPE_CHECKING:
    from intake_fn.core.inbound.record import MailRecord
    from intake_fn.core.process import Process

MAILS = Path(__file__).parents[1] / "data" / "mail"
REAL = [file.read_bytes() for file in sorted(MAILS.glob("*.eml")) if file.stat().st_size < 20_000]

# --- bytes ------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *(
            b"",
            b"\r\n",
            b"\n",
            b"\r",
            b"\x00",
            b"\xff\xfe",
            b"--",
            b"=",
            b"=?",
            b"?=",
            b";",
            b'"',
            b"\\",
            b"<",
            b">",
            b"@",
        ),
        *(
            "é".encode(),
            "é".encode("latin-1"),
            "漢字".encode("gb18030"),
            "漢字".encode("iso-2022-jp"),
            "\u202e".encode(),
        ),
        *(b"=?utf-8?B?4oKs?=", b"=?utf-8?Q?=E2=82?=", b"=?x-none?Q?a?=", b"=?utf-8?B?!!?=", b"=?gb18030?B?gTCBMA==?="),
        *(
            b"Re: ",
            b"[HD-0000-0001]",
            b"HD-0000-0001",
            b"a@example.com",
            b"<a@b@c>",
            b"(",
            b")",
            b":;",
            b"\t",
            b"\x1b$B",
        ),
    ]
)
LINE = st.lists(st.one_of(PIECES, st.binary(max_size=12), st.text(max_size=12).map(str.encode)), max_size=6).map(
    b"".join
)
VALUE = st.one_of(LINE, st.sampled_from([b"dana@example.com", b"Dana <dana@example.com>", b"helpdesk@example.com"]))

NAMES = (
    *(b"From", b"from", b"To", b"Cc", b"Reply-To", b"Sender", b"Subject", b"Date", b"Message-ID", b"References"),
    *(b"In-Reply-To", b"Return-Path", b"Received", b"X-SES-Spam-Verdict", b"X-SES-Virus-Verdict", b"Received-SPF"),
    *(b"Authentication-Results", b"Auto-Submitted", b"Precedence", b"List-Id", b"X-Autoreply", b"MIME-Version"),
    *(
        b"X-Specdesk-Item",
        b"Content-Type",
        b"Content-Transfer-Encoding",
        b"Content-Disposition",
        b"Content-ID",
        b"",
        b"\xe9",
    ),
)
HEADER = st.builds(lambda name, value: name + b": " + value, st.sampled_from(NAMES), VALUE)
USUAL = st.sampled_from([[], [b"From: Dana <dana@example.com>", b"To: helpdesk@example.com", b"Subject: Menu"]])
HEADERS = st.builds(lambda usual, more: b"\r\n".join([*usual, *more]), USUAL, st.lists(HEADER, max_size=8))

# --- parts ------------------------------------------------------------------------------------

KINDS = (
    *(b"text/plain", b"text/html", b"TEXT/PLAIN", b"text/calendar; method=REPLY", b"text/enriched", b"image/png"),
    *(b"application/ms-tnef", b"application/pkcs7-mime", b"application/pgp-encrypted", b"message/rfc822", b"text"),
    *(
        b"message/delivery-status",
        b"message/partial; id=a; number=1",
        b"message/external-body",
        b"multipart/mixed",
        b"/",
    ),
    *(
        b"message/disposition-notification",
        b"application/octet-stream",
        b"a/b/c",
        b"text/plain; format=flowed; delsp=yes",
    ),
)
CHARSETS = (
    b"utf-8",
    b"us-ascii",
    b"gb18030",
    b"iso-2022-jp",
    b"koi8-r",
    b"windows-1252",
    b"utf-7",
    b"utf-16",
    b"x",
    b"\xff",
    b"",
)
ENCODINGS = (b"7bit", b"8bit", b"base64", b"quoted-printable", b"x-uuencode", b"BASE64", b"binary", b"\x00", b"")
FILES = (
    b"a.png",
    b"../../x",
    b"=?utf-8?Q?a=E2?=",
    b"\xe2\x80\xaegpj.exe",
    b"con",
    b"a" * 300,
    b"winmail.dat",
    b"\x00.txt",
)


def _leaf(kind: bytes, charset: bytes, encoding: bytes, name: bytes, body: bytes) -> bytes:
    head = b"Content-Type: " + kind + (b"; charset=" + charset if charset else b"")
    head += b"\r\nContent-Transfer-Encoding: " + encoding
    head += b'\r\nContent-Disposition: attachment; filename="' + name + b'"' if name else b""
    return head + b"\r\n\r\n" + body


BODIES = st.lists(st.one_of(LINE, st.binary(max_size=60), st.text(max_size=60).map(str.encode)), max_size=6).map(
    b"\r\n".join
)
LEAF = st.builds(
    _leaf,
    st.sampled_from(KINDS),
    st.sampled_from(CHARSETS),
    st.sampled_from(ENCODINGS),
    st.sampled_from([b"", *FILES]),
    BODIES,
)
MULTIPARTS = (
    b"mixed",
    b"alternative",
    b"related",
    b"report; report-type=delivery-status",
    b"signed",
    b"digest",
    b"encrypted",
)


def _multi(kind: bytes, boundary: bytes, named: bytes, parts: list[bytes], *, closed: bool) -> bytes:
    head = b"Content-Type: multipart/" + kind + b'; boundary="' + named + b'"\r\n\r\n'
    return (
        head
        + b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
        + (b"--" + boundary + b"--\r\n" if closed else b"")
    )


BOUNDARIES = st.sampled_from([b"b", b"b1", b"=_x", b"a b", b"", b"\xe9"])
TREE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.builds(
            lambda kind, boundary, lies, parts, closed: _multi(
                kind, boundary, b"other" if lies else boundary, parts, closed=closed
            ),
            st.sampled_from(MULTIPARTS),
            BOUNDARIES,
            st.sampled_from([False] * 6 + [True]),
            st.lists(inner, max_size=4),
            st.booleans(),
        ),
        inner.map(lambda part: b"Content-Type: message/rfc822\r\n\r\n" + part),
    ),
    max_leaves=8,
)
BUILT = st.builds(lambda head, body: head + b"\r\n" + body, HEADERS, TREE)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real mail with a few places changed."""
    raw = bytearray(draw(st.sampled_from(REAL)))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(raw)))
        length = draw(st.sampled_from([0, 1, 2, 8, 64, 400]))
        raw[place : place + length] = draw(
            st.one_of(PIECES, st.binary(max_size=8), HEADER.map(lambda one: b"\r\n" + one))
        )
    return bytes(raw)


ANY_MAIL = st.one_of(BUILT, damaged(), damaged(), st.binary(max_size=300), LINE)

# --- the run ----------------------------------------------------------------------------------


class Fuzz:
    """The mails that go into one desk, and what became of them."""

    def __init__(self, process: Process) -> None:
        self.room = Room(process)
        self.house = House(self.room.desk, self._take, list)
        self.house.set_up(read(MAILS).requests)
        self.ends: Counter[str] = Counter()
        self.ids: set[str] = set()

    def _take(self, raw: bytes) -> MailRecord:
        return take(self.room.desk, keep(self.room.desk, raw))

    def feed(self, raw: bytes) -> None:
        """One mail: a named end at once, and nothing more by a second delivery."""
        desk, raw = self.room.desk, self.house.placed(raw)
        mail_id = keep(desk, raw)
        record = take(desk, mail_id)
        self.ids.add(mail_id)
        self.ends[record.outcome] += 1

        assert record.outcome is not MailOutcome.WAITING
        assert record.reason
        assert raw == raw_of(desk, record)
        received = desk.counters.ledger().received
        assert record == take(desk, keep(desk, raw))
        assert received == desk.counters.ledger().received

    def run(self, examples: int, number: int) -> None:
        """That many, drawn from a seed."""

        @seed(number)
        @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(ANY_MAIL)
        def feed(raw: bytes) -> None:
            self.room.clock.advance(hours=1)  # what is counted by the hour and day shall not fill up
            self.feed(raw)

        with log.captured():
            feed()
        ledger = self.room.desk.inbound.mail_ledger()

        assert ledger.balanced
        assert (len(self.ids), 0) == (ledger.received, ledger.waiting)
