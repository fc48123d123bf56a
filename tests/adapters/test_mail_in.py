"""A mail as it is read: whatever its bytes are, there is one, and what was lost is named."""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake_fn.adapters.mail_in import read
from intake_fn.adapters.mail_in.charsets import decoded
from intake_fn.adapters.mail_in.headers import addresses, words
from intake_fn.adapters.mail_in.tnef import opened
from tests.mails import mail, on_top

CHINESE = "您好，系统无法打开发货单，请帮忙查看。"
JAPANESE = "お世話になっております。出荷一覧が開きません。"
RUSSIAN = "Здравствуйте, отчёт не открывается со вчерашнего дня."


@pytest.mark.parametrize(
    ("text", "written", "declared"),
    [
        (CHINESE, "gb18030", "gb2312"),
        (CHINESE, "utf-8", "gb2312"),
        (CHINESE, "utf-8", "us-ascii"),
        (CHINESE, "big5hkscs", "big5"),
        (JAPANESE, "iso-2022-jp", "iso-2022-jp"),
        (JAPANESE, "iso-2022-jp", ""),
        (JAPANESE, "shift_jis", "shift_jis"),
        (JAPANESE, "euc-jp", "euc-jp"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (RUSSIAN, "koi8-r", ""),
        (RUSSIAN, "cp1251", ""),
        ("Écran noir – « erreur »", "cp1252", "iso-8859-1"),
        ("Écran noir – « erreur »", "utf-8", "iso-8859-1"),
        ("Écran noir – « erreur »", "cp1252", "utf-8"),
        ("Grüße, 12 €", "utf-8", "x-unknown"),
        ("Grüße, 12 €", "utf-8", "unicode_escape"),
        ("Preis für Köln fehlt, 3 Stück", "cp1252", ""),
        ("Preis für Köln fehlt, 3 Stück", "cp1252", "utf-8"),
        ("Zażółć fakturę z Łodzi", "cp1250", ""),
    ],
)
def test_a_text_is_read_whatever_its_charset_is_called(text: str, written: str, declared: str) -> None:
    """A charset that is wrong, missing or unknown does not spoil a text."""
    if written == "big5hkscs":
        text = "您好，系統無法打開發貨單"

    assert decoded(text.encode(written), declared) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Nemůžu otevřít přílohu k zásilce.", "cp1250"),
        ("Kde nájdem nastavenie účtu?", "cp1250"),
        ("Nie mogę otworzyć załącznika.", "iso8859_2"),
        ("Nem tudom megnyitni a mellékletet.", "cp1250"),
        ("Ne mogu otvoriti privitak, hvala što pomažete.", "cp1250"),
        ("Eki açamıyorum, dosya çok büyük.", "cp1254"),
        ("Nevaru atvērt pielikumu, jo tas ir pārāk liels.", "cp1257"),
        ("Déjà réglé, merci.", "cp1252"),
        ("Der Anhang lässt sich nicht öffnen.", "cp1252"),
        ("Неверный номер контейнера, проверьте.", "koi8_r"),
        ("Спасибо, всё работает.", "cp866"),
        ("Не можу відкрити вкладення.", "cp1251"),
        ("Δεν μπορώ να ανοίξω το συνημμένο.", "cp1253"),
        ("אני לא מצליח לפתוח את הקובץ.", "cp1255"),
        ("เปิดไฟล์แนบไม่ได้", "cp874"),
        ("添付ファイルを開けません。", "cp932"),
        ("コンテナ番号が違います。", "euc_jp"),
        ("첨부 파일을 열 수 없습니다.", "cp949"),
        ("集装箱号码错误，请核对。", "gb18030"),
        ("無法開啟附件。", "cp950"),
    ],
)
def test_a_short_text_that_names_no_charset_is_guessed_and_called_a_guess(text: str, written: str) -> None:
    """The desk is told by which charset it was read, since a guess may be wrong."""
    found = read(on_top() + b"From: c@example.com\r\nContent-Type: text/plain\r\n\r\n" + text.encode(written))

    assert text == found.text
    assert "was read as" in "; ".join(found.losses)
    assert () == found.problems


def test_a_page_says_its_charset_within() -> None:
    """Where the header of the part says none, and it is no guess then."""
    page = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1250"><p>Zły numer'.encode("cp1250")
    found = read(on_top() + b"From: c@example.com\r\nContent-Type: text/html\r\n\r\n" + page)

    assert ("Zły numer", ()) == (found.text, found.losses)


def winmail(*attributes: tuple[int, bytes]) -> bytes:
    """A winmail.dat with these attributes of the message."""
    out = struct.pack("<IH", 0x223E9F78, 1)
    for number, value in attributes:
        out += struct.pack("<BII", 1, number, len(value)) + value + struct.pack("<H", sum(value) % 65536)
    return out


WIDE = "Größe fehlt.".encode("utf-16-le")
PAGE = "<p>Größe fehlt.</p>".encode()
PADDED = PAGE + b"\0" * (-len(PAGE) % 4)
NAMED_PROPERTY = struct.pack("<HH16sIIHxxI", 0x001E, 0x8001, b"g" * 16, 1, 2, 65, 1) + struct.pack("<I4s", 2, b"x")
FLAGS = struct.pack("<HHI", 0x0003, 0x0E07, 1)


@pytest.mark.parametrize(
    "content",
    [
        winmail((0x00069007, struct.pack("<II", 1252, 0)), (0x0002800C, "Größe fehlt.".encode("cp1252") + b"\0")),
        winmail((0x00069003, struct.pack("<I", 2) + FLAGS + struct.pack("<HHII", 0x1F, 0x1000, 1, len(WIDE)) + WIDE)),
        winmail(
            (0x00069007, struct.pack("<II", 65001, 0)),
            (
                0x00069003,
                struct.pack("<I", 2) + NAMED_PROPERTY + struct.pack("<HHII", 0x102, 0x1013, 1, len(PAGE)) + PADDED,
            ),
        ),
    ],
)
def test_a_mail_that_is_nothing_but_a_winmail_dat_has_its_text(content: bytes) -> None:
    """As a body, a property in UTF-16, or a page of HTML; the file is kept as it came, and may be cut anywhere."""
    head = "From: a@example.org\nContent-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n"
    found = read(head.encode() + base64.b64encode(content))

    assert found.text == "Größe fehlt."
    assert [(file.name, file.content) for file in found.files] == [("winmail.dat", content)]
    for end in range(len(content)):
        assert "Größe fehlt.".startswith(opened(content[:end]).text.rstrip("\ufffd"))


def test_utf_8_that_is_cut_within_its_last_character_is_utf_8() -> None:
    """A text that ends too early loses one character, not all of them."""
    assert decoded("Köln, Gruß".encode()[:-1], "utf-8") == "Köln, Gru\ufffd"


def test_a_name_of_raw_bytes_is_whole_and_so_is_a_text_that_was_signed_in_itself() -> None:
    """Programs that know no MIME write names as they are; the signature around a text is none of it."""
    body = """--b
Content-Type: text/plain; charset=utf-8

-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

The list is wrong.
- --
-----BEGIN PGP SIGNATURE-----

iQEzBAEB
-----END PGP SIGNATURE-----
--b
Content-Type: text/csv
Content-Disposition: attachment; filename="Größe 7.csv"

1
--b--
"""
    raw = f"From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n{body}".encode()

    found = read(raw)

    assert found.text == "The list is wrong.\n--"
    assert [file.name for file in found.files] == ["Größe 7.csv"]


def test_of_two_forms_of_a_name_the_extended_one_counts() -> None:
    """Programs write a plain one beside it, for readers of before RFC 2231."""
    part = b"Content-Disposition: attachment; filename=plain.csv; filename*=UTF-8''%C3%BCber.csv\n\n1"
    raw = b"From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" + part + b"\n--b--\n"

    assert ["über.csv"] == [file.name for file in read(raw).files]


def test_spaces_behind_a_soft_break_are_no_text() -> None:
    """They were added on the way (RFC 2045, 6.7)."""
    raw = b"From: a@example.org\nContent-Transfer-Encoding: quoted-printable\n\nA soft break =  \r\nof a line.\r\n"

    assert "A soft break of a line." == read(raw).text


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        (b"=?utf-8?q?Caf=C3=A9?=", "Café"),
        (b"=?UTF-8?B?w4k=?= =?UTF-8?B?Y3Jhbg==?=", "Écran"),
        (b"=?UTF-8?B?w4lj?=\r\n =?UTF-8?B?cmFu?= noir", "Écran noir"),
        (b"=?UTF-8?B?0J3QvtCy0A==?= =?UTF-8?B?sNGP?=", "Новая"),
        (b"=?iso-2022-jp?B?GyRCTVdLPhsoQg==?=", "要望"),
        (b"plain \xc3\xa9", "plain é"),
        (b"=?x-nobody-knows?q?abc?=", "abc"),
        (b"=?utf-8?b?%%%?= rest", "rest"),
        (b"=?utf-8?B?R2F0ZQpCY2M6IHg=?=", "Gate Bcc: x"),
        ("photo\u202egpj.exe".encode(), "photo gpj.exe"),
    ],
)
def test_a_header_is_decoded_on_one_line(header: bytes, shown: str) -> None:
    """Words that were cut within a character are whole, and no line break or turned direction is left."""
    assert words(header.replace(b"\r\n", b"")) == shown


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (b"Camille <CAMILLE@Example.com>", ["camille@example.com"]),
        (b'"Laurent, Camille" <c@example.com>, d@example.com', ["c@example.com", "d@example.com"]),
        (b"c@example.com (Camille, Paris)", ["c@example.com"]),
        (b"undisclosed-recipients:;", []),
        (b"Team: a@example.com, B <b@example.com>;", ["a@example.com", "b@example.com"]),
        (b'"roma@example.com" <x@example.net>', ["x@example.net"]),
        (b"=?utf-8?q?a=40example=2Ecom?=", []),
        (b"nobody", []),
        (b"<>", []),
    ],
)
def test_the_address_of_a_header_is_the_one_in_brackets(header: bytes, found: list[str]) -> None:
    """A display name that looks like an address is none."""
    assert [one.address for one in addresses([header])] == found


def test_a_text_is_there_once_and_files_are_whole() -> None:
    """Of alternatives the plain one; pictures and enclosed mails are files, byte for byte."""
    enclosed = b"From: a@example.com\r\nSubject: x\r\n\tfolded\r\n\r\nBody\r\n"
    raw = on_top() + (
        b"From: c@example.com\r\nSubject: s\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
        b"--m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n"
        b"--r\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
        b"--a\r\nContent-Type: text/plain\r\n\r\nPlain text\r\n"
        b"--a\r\nContent-Type: text/html\r\n\r\n<p>HTML text</p>\r\n--a--\r\n"
        b"--r\r\nContent-Type: image/png; name=p.png\r\nContent-ID: <p>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.b64encode(b"\x89PNG picture")
        + b"\r\n--r--\r\n--m\r\nContent-Type: message/rfc822\r\n\r\n"
        + enclosed
        + b"\r\n--m--\r\n"
    )

    found = read(raw)

    assert found.text.startswith("Plain text\n\n---------- Forwarded message")
    assert found.text.count("Plain text") == 1
    assert "HTML text" not in found.text
    assert [(file.name, file.content_type, file.content) for file in found.files] == [
        ("p.png", "image/png", b"\x89PNG picture"),
        ("message.eml", "message/rfc822", enclosed),
    ]
    assert found.problems == ()


def test_html_is_text_without_what_acts() -> None:
    """Lists and quotations stay; scripts, styles and what is hidden go; a link says where it leads."""
    page = (
        "<html><style>p{}</style><body><p>One<br>two</p><ul><li>a</li><li>b</li></ul><script>x()</script>"
        '<div style="display:none">hidden</div><a href="https://evil.example.net/x">our page</a>'
        "<blockquote>quoted</blockquote></body></html>"
    )
    raw = on_top() + b"From: c@example.com\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()

    assert read(raw).text == "One\ntwo\n\n- a\n- b\n\nour page <https://evil.example.net/x>\n> quoted"


def test_only_the_first_verdict_counts() -> None:
    """What came with the mail proves nothing, and a pass for another domain is none."""
    forged = (
        b"X-SES-Spam-Verdict: PASS\r\nAuthentication-Results: amazonses.com; dmarc=pass header.from=example.com\r\n"
    )
    raw = on_top("roma@example.com", dmarc="fail", spam="FAIL") + forged + b"From: roma@example.com\r\n\r\nHi"
    other = on_top("x@example.net") + b"From: roma@example.com\r\n\r\nHi"

    assert (read(raw).verdicts.spam, read(raw).verdicts.dmarc) == ("fail", "fail")
    assert read(other).verdicts.dmarc == "fail"


@pytest.mark.parametrize(
    ("spf", "dmarc"),
    [
        ("envelope-from=dmarc=pass@evil.example; helo=h;", "fail"),
        ("envelope-from=header.from=example.com@evil.example; helo=h;", "fail"),
        ("envelope-from=x@evil.example; helo=dmarc=pass.evil.example;", "fail"),
        ("envelope-from=x@evil.example; helo=h; dmarc=pass header.from=example.com;", "fail"),
        ('envelope-from="; dmarc=pass header.from=example.com;"@evil.example;', "fail"),
        ("(domain of x; dmarc=pass) envelope-from=x@evil.example;", "fail"),
        ("envelope-from=bounce+dmarc=fail=x@example.com; helo=h;", "pass"),
    ],
)
def test_words_of_the_sender_within_the_results_are_no_verdict(spf: str, dmarc: str) -> None:
    """The mail service writes the envelope's sender and the name that a server gives itself before its own verdict."""
    results = f"Authentication-Results: amazonses.com; spf=pass {spf} dmarc={dmarc} header.from=example.com;\r\n"
    raw = results.encode() + b"From: roma@example.com\r\n\r\nHi"

    assert dmarc == read(raw).verdicts.dmarc


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nText", "its end is missing"),
        (b"Content-Type: multipart/mixed\r\n\r\nText", "its parts cannot be told apart"),
        (b"Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8gYWxsL", "its text is cut off or damaged (base64)"),
    ],
)
def test_damage_is_named(body: bytes, named: str) -> None:
    """So that a person looks at the raw mail."""
    assert named in read(on_top() + b"From: c@example.com\r\n" + body).problems


@pytest.mark.parametrize("raw", [b"", b"\x00\xff" * 50, b"\r\n\r\n", b"no header at all", b"From \r\n", b"X" * 10_000])
def test_what_is_no_mail_is_read_as_one_without_a_sender(raw: bytes) -> None:
    """Nothing raises."""
    assert read(raw).senders == ()


def test_five_megabytes_come_whole() -> None:
    """And no byte is lost."""
    content = bytes(range(256)) * 20_000
    found = read(mail(files=(("big.bin", "application/octet-stream", content),)))

    assert hashlib.sha256(found.files[0].content).digest() == hashlib.sha256(content).digest()


HEADERS = st.sampled_from(
    [
        b"From: c@example.com",
        b"From: =?UTF-8?B?R2lkZW9uDQo=?= <a@example.com>",
        b"From: a@b.example, c@d.example",
        b"Subject: =?utf-8?q?x=?=",
        b"Content-Type: multipart/mixed; boundary=m",
        b"Content-Type: multipart/alternative; boundary=m",
        b"Content-Type: text/html; charset=utf-7",
        b"Content-Type: text/plain; charset=\xff; format=flowed; delsp=yes",
        b"Content-Type: message/rfc822",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=m",
        b"Content-Type: message/delivery-status",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b"Content-Transfer-Encoding: x-uuencode",
        b"Content-Disposition: attachment; filename*0*=utf-8''%ff; filename*1=x",
        b"Content-Disposition: attachment; filename*=unknown'en'%E2%82",
        b"Authentication-Results: amazonses.com; dmarc=",
        b"Date: Fri, 99 Nov 99999 99:99:99 +9999",
        b"References: <a@b> <<c@d> <e",
    ]
)
LINES = st.one_of(
    HEADERS, st.sampled_from([b"", b"--m", b"--m--", b"> q", b"On Mon, x wrote:", b"\x00", b"begin 644 a"]), st.binary()
)


@given(st.lists(LINES, max_size=25), st.sampled_from([b"\r\n", b"\n", b"\r"]))
@settings(max_examples=80, deadline=None)
def test_no_bytes_raise(lines: list[bytes], end: bytes) -> None:
    """Whatever stands in a mail, it is read (R2), and read alike each time."""
    raw = end.join(lines)
    found: Any = read(raw)

    assert found == read(raw)
    assert "this program cannot read it" not in found.problems
    assert "\x00" not in found.text
    found.text.encode()


def mixed(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    """A mail of several parts."""
    head = b"From: c@example.com\r\nContent-Type: multipart/%s; boundary=m\r\n\r\n" % kind
    return on_top() + head + b"".join(b"--m\r\n" + part + b"\r\n" for part in parts) + b"--m--\r\n"


def test_a_text_with_a_name_is_a_file_also_where_it_is_shown() -> None:
    """Mail programs show small texts in the mail."""
    log = b"Content-Type: text/plain; name=app.log\r\nContent-Disposition: inline; filename=app.log\r\n\r\nline 1"
    found = read(mixed(b"Content-Type: text/plain\r\n\r\nSee the log.", log))

    assert found.text == "See the log."
    assert [(file.name, file.content) for file in found.files] == [("app.log", b"line 1")]


def test_other_forms_of_a_text_are_no_files_and_an_invitation_is_one() -> None:
    """AMP and enriched text say the same once more."""
    found = read(
        mixed(
            b"Content-Type: text/plain\r\n\r\nMeet?",
            b"Content-Type: text/x-amp-html\r\n\r\n<html amp></html>",
            b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR",
            kind=b"alternative",
        )
    )

    assert found.text == "Meet?"
    assert [file.name for file in found.files] == ["invitation.ics"]


def test_a_mail_that_is_passed_on_as_a_file_is_read_and_kept() -> None:
    """What it says is what the mail is about; who wrote it is known."""
    inner = b"From: Chloe <chloe@example.org>\r\nSubject: Cut-off\r\n\r\nThe cut-off is a day late.\r\n"
    found = read(mixed(b"\r\nSee the mail.", b"Content-Type: message/rfc822\r\n\r\n" + inner))

    assert found.reply.startswith("See the mail.")
    assert "The cut-off is a day late." in found.reply
    assert found.forwarded is not None
    assert found.forwarded.address == "chloe@example.org"
    assert [file.content_type for file in found.files] == ["message/rfc822"]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Yes.\n\nOn Mon, 23 Nov 2026 at 10:00, Desk <d@example.com>\nwrote:\n\n> Is it?\n> More", "Yes."),
        ("Ja.\n\nAm 23.11.2026 um 10:00 schrieb Desk:\n> Ist es?", "Ja."),
        ("Oui.\n\nLe lun. 23 nov. 2026 à 10:00, Desk <d@example.com> a écrit :\n> Est-ce ?", "Oui."),
        ("はい。\n\n2026年11月23日(月) 10:00 Desk <d@example.com>:\n> どれ", "はい。"),
        ("是的。\n\nDesk <d@example.com> 于2026年11月23日周一 10:00写道：\n> 哪个", "是的。"),
        ("Yes.\n\nFrom: Desk\nSent: Monday\nTo: Me\nSubject: Q\n\nIs it?", "Yes."),
        (
            "Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Desk\nGesendet: Montag\nAn: Ich\nBetreff: F\n\nIst es?",
            "Ja.",
        ),
        ("> Which?\n\nThe first.\n\n> When?\n\nToday.", "The first.\n\nToday."),
        ("Mon 23 Nov 2026 Desk wrote:\n> Q\n\nBelow.", "Below."),
        ("Yes.\n-- \nBob\n+44 1", "Yes."),
        ("Yes.\n\nSent from my iPhone", "Yes."),
        ("Yes.\n\nVon meinem iPhone gesendet", "Yes."),
        ("> all is quoted", "> all is quoted"),
        ("I wrote:\nit fails", "I wrote:\nit fails"),
    ],
)
def test_what_was_written_now_stands_alone(text: str, reply: str) -> None:
    """Without what is quoted above, between or below it, and without a signature; never empty."""
    raw = mail(text, subject="Re: Q", headers={"In-Reply-To": "<x@example.com>"})

    assert read(raw).reply == reply


BEGIN, SIGNATURE = "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----"
END = "-----END PGP SIGNATURE-----"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Above.\n{BEGIN}\nHash: SHA256\n\n- -- a\nb\n{SIGNATURE}\nxyz\n{END}\nBelow.", "Above.\n-- a\nb\nBelow."),
        (f"{BEGIN}\n\na\n{SIGNATURE}\nx\n{END}\n{BEGIN}\n\nb\n{SIGNATURE}\ny\n{END}", "a\nb"),
        (f"{BEGIN}\n\na\n{SIGNATURE}\nis cut", "a"),
        (f"{BEGIN}\nNote: a\n{SIGNATURE}\nx\n{END}", "Note: a"),
        (f"{BEGIN}\n\nnever signed", f"{BEGIN}\n\nnever signed"),
        (f"{BEGIN}\n{BEGIN}\n{BEGIN}", f"{BEGIN}\n{BEGIN}\n{BEGIN}"),
    ],
)
def test_what_is_signed_within_a_text_stands_without_its_signature(text: str, shown: str) -> None:
    """However many begin, and where none ends."""
    assert shown == read(mail(text)).text
