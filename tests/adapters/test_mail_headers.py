"""What a person typed arrives as typed: every mail that we make, read back, with hostile values in every field."""

from __future__ import annotations

import base64
import quopri
import re
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake_fn.adapters.mail_headers import address_header, flaw_of, text_header
from intake_fn.adapters.ses import _message
from intake_fn.core.events import Noted
from intake_fn.core.intents import SendNotice
from intake_fn.core.notices import NOTICES, Audience
from intake_fn.desk.mail import headers
from intake_fn.ports import Mail
from tests.core.samples import CASE_ID, case_of, happened, judged, received
from tests.letters import letter_of

if TYPE_CHECKING:
    from intake_fn.core.process import Process

EVIL = (
    "Label =?utf-8?q?=0D=0A=0D=0APay_here?= question",
    "=?utf-8?b?QmNjOiBhbGxAZXhhbXBsZS5jb20=?=",
    "=?UTF-8?Q?=0ABcc:_all@example.com?=",
    "=?iso-8859-1?q?a?=\t=?us-ascii?q?b?=",
    "a =?utf-8?q?x",
    "\r\nBcc: all@example.com\r\n\r\nBody",
    "\x00\x0b\x0c\x1c\x1d\x85\u2028\u2029end",
    "\ud800 half",
    "\u202eevil\u2066",
    "שלום עולם, مرحبا",
    "👩\u200d👩\u200d👧 family 🚢",
    'quote " and \\ and <a@b.example>, (c)',
    "x" * 2000,
    "word " * 300,
    "é" * 500,
    "?==?utf-8?q??=",
)
HOSTILE = st.one_of(
    st.sampled_from(EVIL),
    st.text(st.characters(exclude_categories=()), max_size=300),
    st.lists(st.sampled_from(EVIL) | st.text(max_size=20), max_size=4).map(" ".join),
)

NAMES = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "References",
    "In-Reply-To",
    "X-Specdesk-Item",
    "MIME-Version",
    "Content-Type",
]
ENCODED = re.compile(rb"=\?([\w-]+)\?([bq])\?([!-~]*?)\?=", re.IGNORECASE)


def read(raw: bytes) -> str:
    """The text of a header as RFC 2047 says it is read: written anew, so that no library's mistakes hide ours."""
    unfolded = re.sub(rb"\r\n(?=[ \t])", b"", raw)
    unfolded = re.sub(rb"(\?=)[ \t]+(?==\?)", rb"\1", unfolded)
    read, end = bytearray(), 0
    for word in ENCODED.finditer(unfolded):
        text = base64.b64decode(word[3]) if word[2] in b"Bb" else quopri.decodestring(word[3], header=True)
        read += unfolded[end : word.start()] + text.decode().encode()  # a split character raises
        end = word.end()
    return (bytes(read) + unfolded[end:]).decode()


def fields_of(message: bytes) -> dict[str, bytes]:
    """Every header field, raw, by name, in order."""
    head = message.split(b"\r\n\r\n", 1)[0]
    fields = re.split(rb"\r\n(?![ \t])", head)
    return {name.decode(): value for name, _, value in (field.partition(b": ") for field in fields)}


def typed(text: str) -> str:
    """What stays of what was typed: all but controls, line ends, turned directions and half characters."""
    gone = "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
    return re.sub(" {2,}", " ", re.sub(gone, " ", text)).strip(" ")


def assert_sound(message: bytes) -> None:
    """Lines and words keep to their lengths, the head is ASCII, and no line break stands by itself."""
    head = message.split(b"\r\n\r\n", 1)[0]

    assert head.isascii()
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]", head)
    for line in head.split(b"\r\n"):
        assert len(line) <= (76 if b"=?" in line else 998)
    assert all(len(word[0]) <= 75 for word in ENCODED.finditer(head))
    assert all(len(line) <= 998 for line in message.split(b"\r\n"))


@pytest.mark.parametrize("name", list(NOTICES))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_mail_we_make_has_our_headers_and_their_words(process: Process, name: str, data: Any) -> None:
    """Whatever was typed where: the same header fields, the subject as typed, the bodies as rendered, nothing more.

    Who is in copy gets a subject of ours alone until a person of the Help Desk has acted.
    """
    summary, said = data.draw(HOSTILE), {key: data.draw(HOSTILE) for key in ("name", "why", "text")}
    ours = data.draw(HOSTILE).replace("\r", " ").replace("\n", " ")
    verdict = {"category": "bug", "reasons": [said["text"]], "citations": [{"clause": summary, "quote": said["why"]}]}
    acted = data.draw(st.booleans())
    log = (received(3, "paul", summary=summary), judged(), *([happened(Noted, text="On it.")] if acted else []))
    case = replace(case_of(*log), verdict=verdict)
    letter = letter_of(SendNotice(name, "camille@example.com", said), case, process, "https://a/s", "https://a/d")
    about = headers(CASE_ID, f"{CASE_ID}#1#1", process.mail)
    mail = Mail("camille@example.com", letter.subject, letter.text, letter.html, about)
    message = _message(mail, mail.to, replace(process.mail, name=ours))
    fields, parsed = fields_of(message), message_from_bytes(message, policy=default)
    texts = {part.get_content_type(): part for part in parsed.iter_parts()}

    assert_sound(message)
    assert NAMES == list(fields)
    assert letter.subject == read(fields["Subject"])
    if acted or NOTICES[name] is not Audience.COPY:
        assert typed(summary) in letter.subject
    else:
        assert re.fullmatch(rf"\[{CASE_ID}\] [\w ]+", letter.subject), "nothing typed before a person has acted"
    assert letter.subject == str(make_header(decode_header(re.sub(rb"\r\n", b"", fields["Subject"]).decode())))
    assert b"helpdesk@example.com" == fields["Reply-To"]
    assert fields["From"].endswith(b"<helpdesk@example.com>" if ours else b"helpdesk@example.com")
    assert ["text/plain", "text/html"] == list(texts)
    assert letter.text == texts["text/plain"].get_content().replace("\r\n", "\n")
    assert letter.html.rstrip("\n") == texts["text/html"].get_content().replace("\r\n", "\n").rstrip("\n")


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_a_display_name_arrives_as_it_is_written(name: str) -> None:
    """In front of the address, never instead of it, quoted or encoded where it has to be."""
    raw = address_header("Reply-To", "helpdesk@example.com", name)
    expected = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", name)
    expected = re.sub("[\ud800-\udfff]", "\ufffd", expected)
    whole = read(raw.removeprefix(b"Reply-To: ").removesuffix(b"\r\n"))
    shown = whole.removesuffix("<helpdesk@example.com>") if name else whole.removesuffix("helpdesk@example.com")
    quoted = re.fullmatch(r'"((?:[^"\\]|\\.)*)" ', shown)
    said = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted and b"=?" not in raw else shown.removesuffix(" ")

    assert_sound(raw[:-2] + b"\r\n\r\n")
    assert expected == said
    assert raw.endswith(b"<helpdesk@example.com>\r\n" if name else b": helpdesk@example.com\r\n")


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(["Subject", "List-Id", "X-Specdesk-Item"]), HOSTILE)
def test_any_text_in_a_header_is_read_as_it_was_given(name: str, value: str) -> None:
    """Nothing is decoded, nothing lost, no character split; folding is undone by every reader."""
    raw = text_header(name, value)
    expected = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", value)
    expected = re.sub("[\ud800-\udfff]", "\ufffd", expected)

    assert_sound(raw[:-2] + b"\r\n\r\n")
    assert expected == read(raw.removeprefix(f"{name}: ".encode()).removesuffix(b"\r\n"))


def test_a_summary_that_looks_like_an_encoded_word_is_shown_as_it_was_typed() -> None:
    """It hides line breaks; decoded on the way, it would end the head of the mail and begin a body of its own."""
    raw = text_header("Subject", EVIL[0])

    assert b"\r\n\r\n" not in raw
    assert EVIL[0] == read(raw.removeprefix(b"Subject: ").removesuffix(b"\r\n"))
    assert EVIL[0] == message_from_bytes(raw + b"\r\n", policy=default)["Subject"]


def test_plain_words_stay_readable_in_the_head() -> None:
    """Only what needs it is encoded."""
    assert text_header("Subject", "[HD-1] We have your request: Error") == (
        b"Subject: [HD-1] We have your request: Error\r\n"
    )
    assert address_header("From", "a@example.com", "CT2 Help Desk") == b"From: CT2 Help Desk <a@example.com>\r\n"


@pytest.mark.parametrize(
    ("python", "safe"),
    [
        ((3, 11, 7), "3.11.10"),
        ((3, 11, 10), ""),
        ((3, 12, 4), "3.12.5"),
        ((3, 12, 5), ""),
        ((3, 13, 0), ""),
        ((3, 14, 1), ""),
    ],
)
def test_a_python_with_the_flaw_is_named_with_the_release_that_mends_it(
    python: tuple[int, int, int], safe: str
) -> None:
    """Our mails do not depend on it, which the tests above hold on whatever Python runs them; other programs may."""
    told = flaw_of(python)

    assert (f"Update to {safe} or newer." in told) if safe else told == ""
