"""Writes the mails of this folder and what has to become of each: `python tests/data/mail/make.py`.

The format is that of docs/operate/mail-in.md. People, companies and texts are invented. Each mail is a few lines of
headers and bytes, so that what it tries can be seen here; the outcomes are what a careful person would do with it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import quopri
import struct
import zlib
from email.header import Header
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DESK = "helpdesk@example.com"
SETUP: list[dict[str, Any]] = []
LINES: list[dict[str, Any]] = []
CRLF = "\r\n"

EITHER = [True, False]
HELD = ["quarantined", "rejected"]


# --- what a mail is made of -------------------------------------------------------------------


def request(number: str, requester: str, status: str, summary: str, *, cc: tuple[str, ...] = ()) -> dict[str, Any]:
    """A request of the set-up; its token and ids follow from its number."""
    digest = hashlib.sha256(number.encode()).hexdigest()
    token = base64.b32encode(bytes.fromhex(digest)).decode().lower()[:14]
    name = requester.partition("@")[0].replace(".", " ").title()
    sent = (
        f"<0100019b{digest[:8]}-{digest[8:16]}-{digest[16:20]}-{digest[20:24]}-{digest[24:36]}-000000@ses.example.com>"
    )
    entry = {
        "number": number,
        "requester": requester,
        "name": name,
        "status": status,
        "summary": summary,
        "token": token,
        "message_ids": [f"<{number.lower()}@example.com>", sent],
        "cc": list(cc),
        "received_message_ids": [f"<first-{token[:6]}@{requester.partition('@')[2]}>"],
    }
    SETUP.append(entry)
    return entry


def top(
    sender: str,
    to: str = DESK,
    *,
    spf: str = "pass",
    dkim: str = "pass",
    dmarc: str = "pass",
    spam: str = "PASS",
    virus: str = "PASS",
    envelope: str | None = None,
) -> str:
    """What SES writes above a mail."""
    envelope = sender if envelope is None else envelope
    host = (envelope or sender).partition("@")[2]
    of = sender.partition("@")[2]
    helo = f"mx.{host}"
    return CRLF.join(
        [
            f"Return-Path: <{envelope}>",
            f"Received: from {helo} ({helo} [198.51.100.23])",
            f" by inbound-smtp.us-east-1.amazonaws.com with SMTP id {hashlib.sha256(to.encode()).hexdigest()[:40]}",
            f" for {to};",
            " Thu, 26 Nov 2026 10:15:30 +0000 (UTC)",
            f"X-SES-Spam-Verdict: {spam}",
            f"X-SES-Virus-Verdict: {virus}",
            f"Received-SPF: {spf} (spfCheck: for {host}) client-ip=198.51.100.23; envelope-from={envelope}; helo={helo};",
            "Authentication-Results: amazonses.com;",
            f" spf={spf} (spfCheck: for {host}) client-ip=198.51.100.23; envelope-from={envelope}; helo={helo};",
            f" dkim={dkim} header.i=@{of};",
            f" dmarc={dmarc} header.from={of};",
            "",
        ]
    )


def word(text: str, charset: str = "utf-8") -> str:
    """An encoded word, or several."""
    return Header(text, charset, maxlinelen=70).encode(linesep=CRLF)


def head(sender: str, subject: str | None, *more: str, name: str = "", to: str = DESK, date: bool = True) -> str:
    """The usual headers; `more` is whole ones."""
    lines = [f"From: {f'{name} ' if name else ''}<{sender}>" if name else f"From: {sender}", f"To: {to}"]
    lines += [f"Subject: {subject}"] if subject is not None else []
    lines += ["Date: Thu, 26 Nov 2026 10:15:22 +0000"] if date else []
    if not any(line.lower().startswith("message-id:") for line in more):
        unique = hashlib.sha256(f"{sender}{subject}{more}".encode("utf-8", "replace")).hexdigest()[:12]
        lines.append(f"Message-ID: <{unique}@{sender.partition('@')[2] or 'nowhere.example.net'}>")
    if not any(line.lower().startswith("mime-version:") for line in more):
        lines.append("MIME-Version: 1.0")
    return CRLF.join([*lines, *more, ""])


def crlf(text: str) -> str:
    """Lines as they travel."""
    return text.replace("\r\n", "\n").replace("\n", CRLF)


def plain(text: str, charset: str = "utf-8", cte: str = "8bit", more: str = "", label: str | None = None) -> bytes:
    """A text part with its headers."""
    return part(f"text/plain; charset={label or charset}{more}", crlf(text).encode(charset), cte)


def html(text: str, charset: str = "utf-8", cte: str = "quoted-printable") -> bytes:
    """An HTML part with its headers."""
    return part(f"text/html; charset={charset}", crlf(text).encode(charset), cte)


def part(kind: str, content: bytes, cte: str = "base64", *more: str) -> bytes:
    """A part with its headers."""
    if cte == "base64":
        body = base64.encodebytes(content).replace(b"\n", b"\r\n")
    elif cte == "quoted-printable":
        body = quopri.encodestring(content.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    else:
        body = content
    lines = [f"Content-Type: {kind}", f"Content-Transfer-Encoding: {cte}", *more, "", ""]
    return CRLF.join(lines).encode("utf-8", "surrogateescape") + body


def multi(kind: str, *parts: bytes, boundary: str = "b1", more: str = "", preamble: bytes = b"") -> bytes:
    """A multipart with its headers."""
    opened = b"".join(b"--" + boundary.encode() + b"\r\n" + each + b"\r\n" for each in parts)
    first = f'Content-Type: multipart/{kind}; boundary="{boundary}"{more}{CRLF}{CRLF}'
    return first.encode() + preamble + opened + b"--" + boundary.encode() + b"--\r\n"


def file(name: str, kind: str, content: bytes, disposition: str = "attachment") -> bytes:
    """An attachment under a plain name."""
    return part(f'{kind}; name="{name}"', content, "base64", f'Content-Disposition: {disposition}; filename="{name}"')


def kept(name: str | None, kind: str | None, content: bytes | None) -> list[str | None]:
    """How an attachment is expected to be kept."""
    return [name, kind, hashlib.sha256(content).hexdigest() if content is not None else None]


def png(colour: int) -> bytes:
    """A small picture of one colour, with nothing in it that says where it was taken."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\x00" + bytes([colour, 90, 160]) * 12 for _ in range(12))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 12, 12, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def tnef(text: str, name: str, content: bytes) -> bytes:
    """A winmail.dat as Outlook writes it: a body and one attachment."""

    def attribute(level: int, number: int, value: bytes) -> bytes:
        return struct.pack("<BII", level, number, len(value)) + value + struct.pack("<H", sum(value) % 65536)

    rend = struct.pack("<HIHHI", 1, 0xFFFFFFFF, 32, 32, 0)
    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
        + attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
        + attribute(1, 0x0002800C, text.encode("cp1252") + b"\0")
        + attribute(2, 0x00069002, rend)
        + attribute(2, 0x00018010, name.encode("ascii") + b"\0")
        + attribute(2, 0x0006800F, content)
    )


def add(name: str, kinds: str, why: str, raw: bytes | str, outcome: Any, **more: Any) -> None:
    """Write a mail and keep its line."""
    number = len(LINES) + 1
    path = f"{number:03}-{name}.eml"
    content = raw.encode() if isinstance(raw, str) else raw
    (HERE / path).write_bytes(content)
    one = outcome if isinstance(outcome, str) else outcome[0]
    sure: dict[str, Any] = {
        "file": path,
        "kinds": [kind.strip() for kind in kinds.split(",")],
        "outcome": outcome,
        "request": None,
        "requester": None,
        "summary": None,
        "body_contains": [],
        "body_excludes": [],
        "attachments": [],
        "resumes_clock": None,
        "reopens": None,
        "reply_sent": one in ("ticketed", "threaded"),
        "why": why,
    }
    if one == "threaded":
        sure["reply_sent"] = EITHER
    LINES.append({**sure, **more})


# --- new requests: programs that people write with ---------------------------------------------


def new_requests() -> None:
    """Bugs, wishes, questions and set-ups from many programs."""
    sender = "noor.haddad@saltmarsh.example.org"
    add(
        "gmail-bug-quoted-printable",
        "new bug, Gmail, multipart/alternative, quoted-printable",
        "Text and HTML say the same and count once; the soft line breaks are joined.",
        top(sender).encode()
        + head(sender, "Manifest prints twice", "X-Google-Smtp-Source: abc", name="Noor Haddad").encode()
        + multi(
            "alternative",
            plain(
                "Since the update of Monday the manifest of M-2026-0417 prints twice – once in each language, "
                "although only one is ticked.\n\nThe total is 1 284,50 €.\n",
                cte="quoted-printable",
            ),
            html(
                "<div dir=ltr>Since the update of Monday the manifest of M-2026-0417 prints twice – once in each "
                "language, although only one is ticked.<br><br>The total is 1 284,50 €.</div>"
            ),
        ),
        "ticketed",
        requester=sender,
        summary="Manifest prints twice",
        body_contains=["prints twice – once in each language, although only one is ticked.", "1 284,50 €"],
    )
    sender = "hugo.lambrecht@tidewater.example.net"
    picture = png(40)
    add(
        "outlook-wish-inline-logo",
        "change wish, Outlook, windows-1252, multipart/related, inline image",
        "Outlook's picture is kept as a file; smart quotes of windows-1252 come out as such.",
        top(sender).encode()
        + head(
            sender, "Wish: sort depots by name", "X-Mailer: Microsoft Outlook 16.0", "Thread-Index: AdpfTQ=="
        ).encode()
        + multi(
            "related",
            multi(
                "alternative",
                plain(
                    "We would like the list “Depots” sorted by name – today it is by number.\n",
                    "windows-1252",
                    "quoted-printable",
                ),
                html(
                    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style>'
                    "</head><body><p class=MsoNormal>We would like the list “Depots” sorted by name – today it is by "
                    'number.</p><img src="cid:image001.png@01D"></body></html>',
                    "windows-1252",
                ),
                boundary="alt",
            ),
            part(
                'image/png; name="image001.png"',
                picture,
                "base64",
                "Content-ID: <image001.png@01D>",
                'Content-Disposition: inline; filename="image001.png"',
            ),
            boundary="_004_rel",
        ),
        "ticketed",
        requester=sender,
        summary="Wish: sort depots by name",
        body_contains=["“Depots” sorted by name – today"],
        body_excludes=("MsoNormal",),
        attachments=[kept("image001.png", "image/png", picture)],
    )
    sender = "ines.carvalho@example.com"
    add(
        "apple-text-file-text",
        "new bug, Apple Mail, file between two texts",
        "Apple Mail cuts the text where a file was dropped: both halves are the message.",
        top(sender).encode()
        + head(sender, "Rate table has a gap", "X-Mailer: Apple Mail (2.3826.200.121)", name="Ines Carvalho").encode()
        + multi(
            "mixed",
            plain("The table of rates lacks the step from 45 to 100 kg, see here:\n\n", cte="7bit"),
            file("rates.pdf", "application/pdf", PDF, "inline"),
            plain("\n\nIn October it was still there.\n", cte="7bit"),
            boundary="Apple-Mail=_1",
        ),
        "ticketed",
        requester=sender,
        summary="Rate table has a gap",
        body_contains=["lacks the step from 45 to 100 kg", "In October it was still there."],
        attachments=[kept("rates.pdf", "application/pdf", PDF)],
    )
    sender = "gwen.prosser@harborlight.example.org"
    add(
        "thunderbird-flowed-signature",
        "question, Thunderbird, format=flowed, signature",
        "Flowed lines are one paragraph; what stands below the signature line is not text.",
        top(sender)
        + head(sender, "Who may release a hold?", "User-Agent: Mozilla Thunderbird", name="Gwen Prosser")
        + "Content-Type: text/plain; charset=UTF-8; format=flowed\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + "Our trainee asks whether every planner may release a customs hold, or \r\nonly the one of the branch.\r\n\r\n"
        + "-- \r\nGwen Prosser\r\nHarborlight Supplies, Quay 7\r\n",
        "ticketed",
        requester=sender,
        summary="Who may release a hold?",
        body_contains=["release a customs hold, or only the one of the branch."],
        body_excludes=("Quay 7",),
    )
    sender = "marit.solvang@fjordline.example.org"
    add(
        "exchange-set-up-base64",
        "set-up request, Exchange, base64",
        "A text in base64 with Exchange's many headers is a mail like any other.",
        top(sender).encode()
        + head(
            sender,
            "New user for Fjordline",
            "X-MS-Exchange-Organization-SCL: -1",
            "X-MS-Has-Attach: ",
            "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply",
            "Accept-Language: nb-NO",
            name='"Solvang, Marit"',
        ).encode()
        + plain(
            "Please set up a user for Jon Sæther (jon.saether@fjordline.example.org), role planner, from 1 December.\n",
            cte="base64",
        ),
        "ticketed",
        requester=sender,
        summary="New user for Fjordline",
        body_contains=["Jon Sæther (jon.saether@fjordline.example.org), role planner"],
    )
    sender = "karl.ehrmann@steinmole.example.org"
    add(
        "lotus-html-latin1",
        "new bug, Lotus Notes, HTML only, iso-8859-1",
        "HTML of Notes without a text part becomes text.",
        top(sender).encode()
        + head(
            sender,
            word("Rechnung zeigt falsche Währung", "iso-8859-1"),
            "X-Mailer: Lotus Notes Release 9.0.1",
            "Sensitivity: ",
        ).encode()
        + html(
            '<font size=2 face="sans-serif">Die Rechnung I-HAM-2026-000311 zeigt für die Gebühr CHF statt EUR.</font><br>'
            '<br><font size=2>Bitte prüfen.</font><script>alert("no")</script>',
            "iso-8859-1",
        ),
        "ticketed",
        requester=sender,
        summary="Rechnung zeigt falsche Währung",
        body_contains=["zeigt für die Gebühr CHF statt EUR.", "Bitte prüfen."],
        body_excludes=["alert(", "<font"],
    )
    sender = "tomas.berg@example.com"
    photo = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
    add(
        "iphone-photo-only",
        "new bug, iPhone, photo, no subject",
        "A photo with a line and no subject: the desk makes a summary.",
        top(sender).encode()
        + head(sender, "", "X-Mailer: iPhone Mail (22B83)").encode()
        + multi(
            "mixed",
            plain("Label shows the depot of yesterday\n\n\nSent from my iPhone\n", cte="7bit"),
            file("IMG_0413.jpeg", "image/jpeg", photo, "inline"),
            boundary="Apple-Mail-6F",
        ),
        "ticketed",
        requester=sender,
        body_contains=["Label shows the depot of yesterday"],
        attachments=[["IMG_0413.jpeg", "image/jpeg", None]],
    )
    sender = "adaeze.nwosu@palmgate.example.net"
    add(
        "android-base64-alternative",
        "question, Android, base64, multipart/alternative",
        "Both alternatives in base64.",
        top(sender).encode()
        + head(sender, "Where is the list of surcharges?", "X-Mailer: Android Mail").encode()
        + multi(
            "alternative",
            plain(
                "Where do I see the surcharges for dangerous goods – on the quote or only on the invoice?\n",
                cte="base64",
            ),
            html(
                "<p>Where do I see the surcharges for dangerous goods – on the quote or only on the invoice?</p>",
                cte="base64",
            ),
        ),
        "ticketed",
        requester=sender,
        summary="Where is the list of surcharges?",
        body_contains=["surcharges for dangerous goods – on the quote"],
    )


def encodings() -> None:
    """Charsets, right and wrong."""

    def told(name: str, kinds: str, sender: str, subject: str, text: str, charset: str, cte: str, **more: Any) -> None:
        subject_charset = more.pop("subject_charset", charset)
        add(
            name,
            f"question, {kinds}",
            more.pop("why", "The words come out as they were typed."),
            top(sender).encode()
            + head(sender, word(subject, subject_charset)).encode()
            + plain(text + "\n", charset, cte, label=more.pop("label", None)),
            "ticketed",
            requester=sender,
            summary=subject,
            body_contains=[text],
            **more,
        )

    told(
        "gb18030-base64",
        "GB18030, base64",
        "li.wen@jadebridge.example.org",
        "提单日期错误",
        "提单上的日期比系统晚一天，请检查。㐀",
        "gb18030",
        "base64",
    )
    told(
        "gb2312-label-gbk-bytes",
        "gb2312, bytes beyond it",
        "zhao.min@jadebridge.example.org",
        "客户名称",
        "客户“镕基贸易”的名称显示为问号。",
        "gbk",
        "8bit",
        label="gb2312",
        subject_charset="utf-8",
        why="Programs write gb2312 and mean its larger successor.",
    )
    told(
        "iso-2022-jp-body",
        "ISO-2022-JP, 7bit",
        "k.mori@sazanami.example.org",
        "見積書の印刷",
        "見積書が二枚に分かれて印刷されます。",
        "iso-2022-jp",
        "7bit",
    )
    told(
        "shift-jis",
        "Shift_JIS, 8bit",
        "y.okada@sazanami.example.org",
        "ｶﾅの検索",
        "半角ｶﾅで検索すると結果が出ません。",
        "shift_jis",
        "8bit",
        subject_charset="utf-8",
    )
    told(
        "koi8-r-8bit",
        "KOI8-R, 8bit",
        "p.zimin@severny.example.org",
        "Не печатается акт",
        "Акт сверки за ноябрь не печатается: пустая страница.",
        "koi8-r",
        "8bit",
    )
    told(
        "windows-1251",
        "windows-1251, quoted-printable",
        "o.bondar@dnipro.example.org",
        "Валюта рахунку",
        "У рахунку № 318 валюта EUR замість UAH.",
        "windows-1251",
        "quoted-printable",
    )
    told(
        "windows-1252-as-latin-1",
        "windows-1252 labelled iso-8859-1",
        "clive.redfern@moorgate.example.org",
        "Quotes in the name",
        "The customer “Dray & Sons” – shown with boxes…",
        "windows-1252",
        "8bit",
        label="iso-8859-1",
        subject_charset="utf-8",
        why="What calls itself Latin-1 is windows-1252, as browsers read it.",
    )
    told(
        "big5",
        "Big5, base64",
        "kelvin.lau@lantau.example.org",
        "艙單語言",
        "艙單的語言不能改成中文。",
        "big5",
        "base64",
    )
    told(
        "euc-kr",
        "EUC-KR, 8bit",
        "jin.park@hanriver.example.org",
        "화물 위치",
        "화물 위치가 어제부터 바뀌지 않습니다.",
        "euc-kr",
        "8bit",
    )
    told(
        "windows-1255-hebrew",
        "windows-1255, right to left",
        "d.azoulay@carmel.example.org",
        "הדפסה",
        "ההדפסה של התעודה ריקה מאז אתמול.",
        "windows-1255",
        "8bit",
        subject_charset="utf-8",
    )
    told(
        "iso-8859-15-euro",
        "iso-8859-15, 8bit",
        "b.marchal@quaisud.example.org",
        "Montant en €",
        "Le montant affiche 12 € au lieu de 1 200 €.",
        "iso-8859-15",
        "8bit",
        subject_charset="iso-8859-15",
    )
    told(
        "charset-nobody-knows",
        "unknown charset, UTF-8 bytes",
        "e.strand@nordlys.example.org",
        "Feil språk",
        "Fakturaen kommer på engelsk, men kunden har valgt norsk.",
        "utf-8",
        "8bit",
        label="x-unknown-8bit",
        why="A charset that nobody knows: the bytes are UTF-8, and nothing is lost.",
    )
    told(
        "utf8-spelt-otherwise",
        "misspelt charset",
        "r.sousa@atlantico.example.org",
        "Sessão expira",
        "A sessão expira após três minutos.",
        "utf-8",
        "quoted-printable",
        label='"utf8"',
    )

    sender = "s.kowal@wisla.example.org"
    add(
        "utf8-without-charset-qp",
        "question, no charset, quoted-printable",
        "No charset, and UTF-8 under quoted-printable.",
        top(sender)
        + head(sender, "Zażalenie na raport")
        + "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + "Raport za pa=C5=BAdziernik pokazuje z=C5=82=C4=85 sum=C4=99: 4=2E310 z=C5=82=\r\notych.\r\n",
        "ticketed",
        requester=sender,
        summary="Zażalenie na raport",
        body_contains=["Raport za październik pokazuje złą sumę: 4.310 złotych."],
    )
    sender = "ola.nyman@example.com"
    add(
        "base64-with-dirt",
        "new bug, damaged base64",
        "A character that base64 does not know, and a missing end: what can be read is read.",
        top(sender)
        + head(sender, "Export stops")
        + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.b64encode(b"The export of shipments stops at row 5000 each time I try.")
        .decode()
        .replace("IHN0b3Bz", "IHN0*b3Bz", 1)
        .rstrip("=")
        + "\r\n",
        "ticketed",
        requester=sender,
        summary="Export stops",
        body_contains=["The export of shipments stops at row 5000"],
    )
    sender = "rhea.dimitriou@piraeus.example.org"
    add(
        "quoted-printable-broken",
        "question, broken quoted-printable",
        "Signs that quoted-printable would have encoded stay as they are.",
        top(sender)
        + head(sender, "Rate =3D or =")
        + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + "Is the margin =ZZ 100%=3D1 or =\r\n0,5? We see both=.\r\n",
        "ticketed",
        requester=sender,
        body_contains=["Is the margin", "100%=1 or 0,5?"],
    )


def hostile_shapes() -> None:
    """Mails that are broken or want to break something."""
    sender = "lena.voss@example.com"
    add(
        "no-closing-boundary",
        "new bug, truncated multipart",
        "The last boundary is missing, as after a cut connection: the text is there; a person may look at what is missing.",
        top(sender)
        + head(sender, "Cut off in transit")
        + 'Content-Type: multipart/mixed; boundary="cut"\r\n\r\n--cut\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
        + 'The list of quotes loses its filter when I go back.\r\n--cut\r\nContent-Type: text/csv; name="quotes.csv"\r\n'
        + 'Content-Disposition: attachment; filename="quotes.csv"\r\n\r\nnumber;state\r\n1;open',
        ["ticketed", "quarantined"],
        requester=sender,
        summary="Cut off in transit",
        body_contains=["loses its filter when I go back."],
        attachments=[["quotes.csv", "text/csv", None]],
        reply_sent=True,
    )
    sender = "dario.conti@lanterna.example.org"
    add(
        "boundary-not-named",
        "multipart without a boundary",
        "No boundary is named: the whole body is kept, and a person can read it.",
        top(sender)
        + head(sender, "Without boundary")
        + "Content-Type: multipart/mixed\r\n\r\nThe port list shows Genoa twice.\r\n",
        ["ticketed", "quarantined"],
        requester=[sender, None],
        body_contains=["The port list shows Genoa twice."],
        reply_sent=True,
    )
    deep: bytes = plain("At the bottom of a hundred boxes: the menu is empty.\n", cte="7bit")
    for level in range(100):
        deep = multi("mixed", deep, boundary=f"d{level}")
    sender = "ivo.petrov@rila.example.org"
    add(
        "deep-nesting",
        "deep MIME nesting",
        "A hundred multiparts in each other: it comes to a named end and breaks nothing.",
        top(sender).encode() + head(sender, "Boxes").encode() + deep,
        ["ticketed", "quarantined"],
        requester=[sender, None],
        reply_sent=True,
        may_attach=[[None, None, None]],
    )
    sender = "faye.munro@example.com"
    add(
        "nul-bytes-in-headers",
        "NUL bytes, control characters",
        "Zero bytes in subject and text: kept without them.",
        (
            top(sender)
            + head(sender, "Print\x00er off\x07line")
            + "Content-Type: text/plain; charset=utf-8\r\n\r\n"
            + "The label print\x00er of bay 3 is shown as offline.\r\n"
        ).encode(),
        ["ticketed", "quarantined"],
        requester=sender,
        summary=["Printer offline", "Print er off line", "Print er offline", "Print\ufffder off line"],
        body_contains=["of bay 3 is shown as offline."],
        reply_sent=True,
    )
    sender = "milan.hruska@vltava.example.org"
    one, two, three = b"first\n", b"second\n", b"third\n"
    add(
        "file-names-that-climb",
        "path tricks in attachment names, right-to-left mark, the same name twice",
        "No kept name leads anywhere or hides its end.",
        top(sender).encode()
        + head(sender, "Three lists").encode()
        + multi(
            "mixed",
            plain("Three lists as asked.\n", cte="7bit"),
            part("text/plain", one, "base64", 'Content-Disposition: attachment; filename="../../etc/passwd"'),
            part("text/plain", two, "base64", "Content-Disposition: attachment; filename*=UTF-8''list%E2%80%AEtxt.exe"),
            part("text/plain", three, "base64", 'Content-Disposition: attachment; filename="C:\\\\Temp\\\\con.txt"'),
        ),
        ["ticketed", "quarantined"],
        requester=sender,
        summary="Three lists",
        body_contains=["Three lists as asked."],
        attachments=[kept(None, None, one), kept(None, None, two), kept(None, None, three)],
        names_exclude=["/", "\\", "\u202e", "\x00", ".."],
        reply_sent=True,
    )
    sender = "amelie.duval@example.com"
    add(
        "from-with-bad-bytes",
        "From with raw 8-bit bytes",
        "A name in raw Latin-1 does not keep anybody from writing to us.",
        top(sender).encode()
        + head(sender, "Menu", name="Am\xe9lie Duval").encode("latin-1")
        + plain("The menu of the depot page is cut on my telephone.\n"),
        "ticketed",
        requester=sender,
        summary="Menu",
        body_contains=["The menu of the depot page is cut"],
    )
    add(
        "two-from-headers",
        "two From headers",
        "Nobody can say which From was checked: a person looks, and nobody is answered.",
        top("first@example.com").encode()
        + b"From: first@example.com\r\n"
        + head("second@example.com", "Two of them").encode()
        + plain("Please close all my requests.\n"),
        HELD,
        reply_sent=False,
    )
    add(
        "two-from-addresses",
        "two addresses in From",
        "Two people in one From: nobody acts as either before a person has looked.",
        top("anna.one@example.com").encode()
        + head("x@example.com", "Joint mail")
        .replace("From: x@example.com", "From: anna.one@example.com, bert.two@example.org")
        .encode()
        + plain("We both cannot sign in.\n"),
        ["quarantined", "rejected"],
        reply_sent=False,
    )
    add(
        "no-from",
        "no From",
        "Nobody says who writes: kept until a person has looked.",
        top("ghost@hollow.example.net").encode()
        + head("x@example.net", "From nobody").replace("From: x@example.net\r\n", "").encode()
        + plain("The gate list is empty since noon.\n"),
        HELD,
        reply_sent=False,
    )
    add(
        "from-no-address",
        "From without an address",
        "A From that holds no address at all.",
        top("bounce@hollow.example.net").encode()
        + head("x@example.net", "Who am I").replace("From: x@example.net", "From: undisclosed").encode()
        + plain("The clock of the kiosk is wrong.\n"),
        HELD,
        reply_sent=False,
    )
    sender = "wim.peeters@schelde.example.org"
    add(
        "headers-only",
        "no body, no blank line",
        "A mail that ends with its headers: nothing was asked, a person may look.",
        top(sender) + head(sender, "Empty").rstrip(),
        ["ticketed", "quarantined"],
        requester=[sender, None],
        reply_sent=EITHER,
    )
    sender = "vera.lind@example.com"
    add(
        "subject-of-a-thousand-signs",
        "very long subject",
        "The summary is cut, the record keeps the whole.",
        top(sender)
        + head(sender, "The report of arrivals " + "and departures " * 66)
        + plain("See subject.\n").decode(),
        "ticketed",
        requester=sender,
        summary_starts="The report of arrivals and departures",
        summary_max=255,
        body_contains=["See subject."],
    )
    sender = "sami.virtanen@saimaa.example.org"
    add(
        "html-with-traps",
        "HTML only, script, remote image, form",
        "Active content and remote pictures are no text and are not loaded.",
        top(sender).encode()
        + head(sender, "Kuva puuttuu").encode()
        + html(
            '<html><body onload="go()"><p>Kuitin kuva puuttuu.</p><img src="https://tracker.example.net/p.gif?id=7">'
            '<script>steal()</script><form action="https://tracker.example.net"><input name=pw></form>'
            '<svg onload=alert(1)></svg><a href="javascript:alert(2)">avaa</a></body></html>'
        ),
        "ticketed",
        requester=sender,
        summary="Kuva puuttuu",
        body_contains=["Kuitin kuva puuttuu."],
        body_excludes=["steal()", "onload", "<img", "javascript:"],
    )


def subjects_and_forwards() -> None:
    """Prefixes, tags, and mails within mails."""
    # senders and texts differ, as the same one again and again is a sign of a program
    for name, subject, summary, text in (
        (
            "prefixes-western",
            "RE: AW: FW: WG: TR: Rif: SV: VS: Odp: ENC: Seal number lost",
            "Seal number lost",
            "The seal number that I type is gone after saving.",
        ),
        (
            "prefixes-chinese",
            "回复: 转发: 答复：Seal number lost again",
            "Seal number lost again",
            "Each typed seal is gone after saving, in every office of ours.",
        ),
        (
            "tags",
            "[EXTERNAL] RE: [EXT] Fwd: Seal number lost thrice",
            "Seal number lost thrice",
            "For the reefers the field of the seal is gone after saving.",
        ),
        (
            "counted-prefix",
            "Re[2]: Re^3: Seal number: lost",
            "Seal number: lost",
            "I save, and the seal of the second container is gone after saving.",
        ),
    ):
        sender = f"piet.{name}@amstel.example.org"
        add(
            f"subject-{name}",
            "subject prefixes",
            "What programs put before a subject is not the summary.",
            top(sender).encode()
            + head(sender, word(subject) if not subject.isascii() else subject).encode()
            + plain(f"{text}\n"),
            "ticketed",
            requester=sender,
            summary=summary,
            body_contains=["is gone after saving"],
        )
    inner = (
        head("rosa.abel@brightmoor.example.org", "Container not found") + "\r\nContainer BRMU4471203 is not found.\r\n"
    ).encode()
    sender = "liaison.london@example.com"
    add(
        "forwarded-as-attachment",
        "forwarded by a liaison as an attachment, message/rfc822",
        "The client's mail hangs on the liaison's: it is kept, and its text can be read.",
        top(sender).encode()
        + head(sender, "Fwd: Container not found").encode()
        + multi(
            "mixed",
            plain("A client writes, see attachment.\n", cte="7bit"),
            b"Content-Type: message/rfc822\r\n\r\n" + inner,
        ),
        "ticketed",
        requester=[sender, "rosa.abel@brightmoor.example.org"],
        summary="Container not found",
        body_contains=["A client writes, see attachment."],
        attachments=[[None, "message/rfc822", None]],
        attachments_alt=[[]],
    )
    sender = "liaison.paris@example.com"
    add(
        "forwarded-outlook-style",
        "forwarded inline by a liaison, Outlook",
        "What is forwarded is the request.",
        top(sender).encode()
        + head(sender, word("TR: Facture en double")).encode()
        + plain(
            "Pour vous, merci.\n\nDe : Odile Garnier <odile.garnier@quaisud.example.org>\nEnvoyé : jeudi 26 novembre 2026 09:02\n"
            "À : Paris CT2 Liaison <liaison.paris@example.com>\nObjet : Facture en double\n\n"
            "Bonjour, la facture I-PAR-2026-004410 apparaît deux fois dans la liste.\n"
        ),
        "ticketed",
        requester=["odile.garnier@quaisud.example.org", sender],
        summary="Facture en double",
        body_contains=["Pour vous, merci.", "apparaît deux fois dans la liste."],
    )


def packed() -> None:
    """Signed, encrypted, packed by Outlook, calendars."""
    sender = "ruth.kessler@weserbank.example.org"
    content = b"bay;count\r\n3;11\r\n"
    packed_in = tnef("The list of bays counts one too many.\r\n", "bays.csv", content)
    add(
        "winmail-dat",
        "TNEF, winmail.dat",
        "Outlook packed the file: it is opened, or kept as it came.",
        top(sender).encode()
        + head(sender, "Bays counted wrong", "X-Mailer: Microsoft Outlook 16.0").encode()
        + multi(
            "mixed",
            plain("The list of bays counts one too many.\n", cte="7bit"),
            file("winmail.dat", "application/ms-tnef", packed_in),
        ),
        "ticketed",
        requester=sender,
        summary="Bays counted wrong",
        body_contains=["The list of bays counts one too many."],
        attachments=[["bays.csv", None, hashlib.sha256(content).hexdigest()]],
        attachments_alt=[
            [kept("winmail.dat", None, packed_in)],
            [kept("winmail.dat", None, packed_in), ["bays.csv", None, hashlib.sha256(content).hexdigest()]],
        ],
    )
    sender = "oskar.brandt@example.com"
    seal = b"0\x82\x01\x00" + bytes(range(64))
    add(
        "smime-signed",
        "S/MIME signed",
        "The text is read as it is; the signature is no message.",
        top(sender).encode()
        + head(sender, "Signed: tax number").encode()
        + multi(
            "signed",
            plain("The tax number of Brightmoor has a digit too few.\n", cte="quoted-printable"),
            file("smime.p7s", "application/pkcs7-signature", seal),
            more='; protocol="application/pkcs7-signature"; micalg=sha-256',
        ),
        "ticketed",
        requester=sender,
        summary="Signed: tax number",
        body_contains=["The tax number of Brightmoor has a digit too few."],
        may_attach=[[None, None, hashlib.sha256(seal).hexdigest()]],
    )
    sender = "jonas.falk@example.com"
    locked = b"0\x82\x02\x00" + bytes(reversed(range(128)))
    add(
        "smime-encrypted",
        "S/MIME encrypted",
        "Nobody here can read it: a person has to ask for it in clear, and the file is kept.",
        top(sender).encode()
        + head(sender, "Confidential").encode()
        + part(
            'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
            locked,
            "base64",
            'Content-Disposition: attachment; filename="smime.p7m"',
        ),
        ["quarantined", "ticketed"],
        requester=[sender, None],
        attachments=[kept("smime.p7m", None, locked)],
        attachments_alt=[[]],
        reply_sent=EITHER,
    )
    sender = "petra.nagy@balaton.example.org"
    add(
        "pgp-signed",
        "PGP/MIME signed",
        "As with S/MIME.",
        top(sender).encode()
        + head(sender, "PGP: vessel list").encode()
        + multi(
            "signed",
            plain("The vessel list ends at V although we have a Zephyr.\n", cte="7bit"),
            part(
                'application/pgp-signature; name="signature.asc"',
                b"-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n",
                "7bit",
            ),
            more='; protocol="application/pgp-signature"; micalg=pgp-sha512',
        ),
        "ticketed",
        requester=sender,
        summary="PGP: vessel list",
        body_contains=["ends at V although we have a Zephyr."],
        body_excludes=("BEGIN PGP SIGNATURE",),
        may_attach=[[None, None, None]],
    )
    sender = "bela.toth@balaton.example.org"
    add(
        "pgp-inline",
        "PGP inline signed",
        "The words between the armour are the message.",
        top(sender).encode()
        + head(sender, "Armoured").encode()
        + plain(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nThe cut-off of Friday is shown on Saturday.\n"
            "-----BEGIN PGP SIGNATURE-----\n\niQIzBAEBCgAd\n-----END PGP SIGNATURE-----\n",
            cte="7bit",
        ),
        "ticketed",
        requester=sender,
        summary="Armoured",
        body_contains=["The cut-off of Friday is shown on Saturday."],
    )
    sender = "nina.holm@example.com"
    add(
        "pgp-encrypted",
        "PGP encrypted",
        "Nobody here can read it.",
        top(sender).encode()
        + head(sender, "...").encode()
        + multi(
            "encrypted",
            part("application/pgp-encrypted", b"Version: 1\r\n", "7bit"),
            part(
                'application/octet-stream; name="encrypted.asc"',
                b"-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\n",
                "7bit",
            ),
            more='; protocol="application/pgp-encrypted"',
        ),
        ["quarantined", "ticketed"],
        requester=[sender, None],
        may_attach=[[None, None, None]],
        reply_sent=EITHER,
    )
    sender = "lou.haas@example.com"
    calendar = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{}\r\nBEGIN:VEVENT\r\nUID:77@example.com\r\nDTSTAMP:20261126T100000Z\r\n"
        "DTSTART:20261201T140000Z\r\nSUMMARY:Board meeting\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:lou.haas@example.com\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    add(
        "calendar-accepted",
        "calendar answer",
        "A calendar program says that somebody comes: nothing for the desk.",
        top(sender).encode()
        + head(sender, "Accepted: Board meeting").encode()
        + multi(
            "alternative",
            plain("Lou Haas has accepted this invitation.\n", cte="7bit"),
            part("text/calendar; charset=utf-8; method=REPLY", calendar.format("REPLY").encode(), "7bit"),
        ),
        ["ignored_auto", "quarantined"],
        may_attach=[[None, None, None]],
        reply_sent=False,
    )
    add(
        "calendar-invitation",
        "calendar invitation",
        "A person invites the desk: no program's answer may go out as if it came.",
        top(sender).encode()
        + head(sender, "Invitation: walk through the new forms").encode()
        + multi(
            "alternative",
            plain("Please join us to walk through the new forms on Tuesday.\n", cte="7bit"),
            part("text/calendar; charset=utf-8; method=REQUEST", calendar.format("REQUEST").encode(), "7bit"),
        ),
        ["ticketed", "quarantined", "ignored_auto"],
        requester=[sender, None],
        may_attach=[[None, None, None]],
        reply_sent=EITHER,
    )


def danger() -> None:
    """Verdicts and forgeries."""
    sender = "offers@bargain.example.net"
    add(
        "spam-verdict",
        "spam verdict FAIL",
        "SES says spam: kept, shown to a person, and nobody is answered.",
        top(sender, spam="FAIL").encode()
        + head(sender, "You have won").encode()
        + plain("Click here: https://win.example.net\n"),
        HELD,
        reply_sent=False,
    )
    sender = "ulla.bjork@example.com"
    add(
        "virus-verdict",
        "virus verdict FAIL",
        "SES found a virus: set aside, whoever writes.",
        top(sender, virus="FAIL").encode()
        + head(sender, "Invoice attached").encode()
        + multi("mixed", plain("See invoice.\n", cte="7bit"), file("invoice.js", "text/javascript", b"evil()\n")),
        ["rejected", "quarantined"],
        reply_sent=False,
        may_attach=[[None, None, None]],
    )
    sender = "gil.amaro@atlantico.example.org"
    add(
        "virus-scan-failed",
        "virus verdict PROCESSING_FAILED",
        "Nobody looked for a virus in the file: a person looks first.",
        top(sender, virus="PROCESSING_FAILED").encode()
        + head(sender, "Tariff file").encode()
        + multi(
            "mixed", plain("The tariff file is not imported.\n", cte="7bit"), file("tariff.csv", "text/csv", b"a;1\n")
        ),
        ["quarantined", "ticketed"],
        requester=[sender, None],
        reply_sent=True,
        may_attach=[[None, None, None]],
        body_contains=["The tariff file is not imported."],
    )
    sender = "mona.eklund@example.com"
    add(
        "spf-fail-dmarc-pass",
        "SPF fails, DKIM and DMARC pass",
        "Forwarded on the way: the domain's signature holds, and DMARC passes.",
        top(sender, spf="softfail").encode()
        + head(sender, "Forwarded on the way").encode()
        + plain("The depot list is not sorted.\n"),
        "ticketed",
        requester=sender,
        summary="Forwarded on the way",
        body_contains=["The depot list is not sorted."],
    )
    sender = "paul@example.com"
    forged = "Authentication-Results: amazonses.com; spf=pass; dkim=pass header.i=@example.com; dmarc=pass header.from=example.com;"
    add(
        "forged-results-below",
        "spoofed From, forged Authentication-Results, X-SES verdicts of the sender",
        "Only what SES wrote on top counts; below it a forger writes what he likes.",
        top(sender, spf="fail", dkim="none", dmarc="fail", envelope="x@bulk.example.net").encode()
        + head(sender, "Resolve all requests", forged, "X-SES-Spam-Verdict: PASS", "X-SES-Virus-Verdict: PASS").encode()
        + plain("Please resolve all requests of today.\n"),
        HELD,
        reply_sent=False,
    )
    spoofed = request(
        "HD-SP00-F1NG".replace("I", "1"), "carla.weiss@marlow.example.org", "waiting", "Pallet count is off by one"
    )
    sender = spoofed["requester"]
    address = f"helpdesk+{spoofed['token']}@example.com"
    add(
        "spoofed-reply-with-token",
        "spoofed From, reply with token, DMARC fail",
        "A stolen address with the right token: nothing of the request changes before a person has looked.",
        top(sender, address, spf="fail", dkim="none", dmarc="fail", envelope="x@bulk.example.net").encode()
        + head(
            sender, f"Re: [{spoofed['number']}] A question", f"In-Reply-To: {spoofed['message_ids'][1]}", to=address
        ).encode()
        + plain("Please cancel it.\n"),
        HELD,
        reply_sent=False,
        resumes_clock=False,
    )
    sender = "no.dmarc@smallshop.example.net"
    add(
        "no-authentication-at-all",
        "no SPF, no DKIM, no DMARC record",
        "A small company without any record is no forger; nothing proves who writes, so it may wait for a person.",
        top(sender, spf="none", dkim="none", dmarc="none").encode()
        + head(sender, "Small shop").encode()
        + plain("Our order list is empty since this morning.\n"),
        ["ticketed", "quarantined"],
        requester=sender,
        summary="Small shop",
        body_contains=["Our order list is empty since this morning."],
        reply_sent=True,
    )


def again() -> None:
    """A mail that comes again, an id that was used before, our own mail."""
    sender = "edda.krog@skagen.example.org"
    raw = (
        top(sender).encode()
        + head(sender, "Twice on its way", "Message-ID: <twice-1@skagen.example.org>").encode()
        + plain("The ferry list lacks the boat of six o'clock.\n")
    )
    first = f"{len(LINES) + 1:03}-delivered-once.eml"
    add(
        "delivered-once",
        "new bug",
        "It comes once here, and once more as the next mail.",
        raw,
        "ticketed",
        requester=sender,
        summary="Twice on its way",
        body_contains=["lacks the boat of six o'clock."],
    )
    add(
        "delivered-again",
        "delivered twice",
        "The same mail by another way of delivery: nothing is added.",
        raw.replace(b"10:15:30 +0000 (UTC)", b"10:16:02 +0000 (UTC)"),
        "ticketed",
        same_as=first,
        reply_sent=EITHER,
        requester=sender,
        summary="Twice on its way",
        body_contains=["lacks the boat of six o'clock."],
    )
    add(
        "id-reused",
        "a Message-ID that another mail had",
        "A program that counts badly uses an id again: other words are another mail.",
        top(sender).encode()
        + head(sender, "The scale", "Message-ID: <twice-1@skagen.example.org>").encode()
        + plain("The scale of hall 2 sends its weights in pounds.\n"),
        "ticketed",
        requester=sender,
        summary="The scale",
        body_contains=["sends its weights in pounds."],
    )
    own = request("HD-0WN1-MA1N".replace("I", "1"), "ivan.rusu@galati.example.org", "waiting", "Barge has no draught")
    add(
        "our-own-mail",
        "our own mail coming back",
        "A mailbox forwards all mail to us, ours among it: it is not answered and changes nothing.",
        top(DESK, envelope="forwarder@galati.example.org").encode()
        + head(
            DESK,
            f"[{own['number']}] A question: Barge has no draught",
            "Auto-Submitted: auto-generated",
            f"X-Specdesk-Item: {own['number']}#4#1",
            f"References: {own['message_ids'][0]}",
            f"Message-ID: {own['message_ids'][1]}",
            f"Reply-To: helpdesk+{own['token']}@example.com",
            name="CT2 Help Desk",
        ).encode()
        + plain("To go on with your request, iHelp needs to know: which barge is it?\n"),
        ["ignored_auto", "rejected"],
        reply_sent=False,
        resumes_clock=False,
    )
    sender = "ihelp@jaguarfreight.com".replace("jaguarfreight.com", "example.com")
    add(
        "own-mail-without-marks",
        "our own address as sender, by somebody else",
        "Our own address never asks for anything.",
        top(DESK, spf="fail", dkim="none", dmarc="fail", envelope="x@bulk.example.net").encode()
        + head(DESK, "Password").encode()
        + plain("Send me the password.\n"),
        ["quarantined", "rejected", "ignored_auto"],
        reply_sent=False,
    )


ABSENCES = [
    (
        "exchange-english",
        "exchange",
        "Automatic reply: {}",
        "I am out of the office until 7 December with no access to mail.",
    ),
    (
        "french",
        "words",
        "Réponse automatique : {}",
        "Je suis absente du bureau jusqu'au 4 décembre et ne lis pas mes messages.",
    ),
    ("spanish", "words", "Respuesta automática: {}", "Estoy fuera de la oficina hasta el 3 de diciembre."),
    ("italian", "header", "Risposta automatica: {}", "Sono fuori ufficio fino al 2 dicembre."),
    ("dutch", "words", "Automatisch antwoord: {}", "Ik ben afwezig tot en met 1 december."),
    ("polish", "header", "Odpowiedź automatyczna: {}", "Jestem poza biurem do 5 grudnia."),
    ("portuguese", "words", "Resposta automática: {}", "Estou ausente do escritório até 4 de dezembro."),
    ("swedish", "header", "Autosvar: {}", "Jag är på semester till den 8 december."),
    ("russian", "words", "Автоответ: {}", "Я в отпуске до 10 декабря, на письма не отвечаю."),
    ("japanese", "words", "自動返信: {}", "12月4日まで不在にしております。"),
    ("chinese", "header", "自动回复: {}", "您好，我正在休假，12月5日后回复您。"),
    ("unix-vacation", "vacation", "Re: {}", "I am reading my mail less frequently than usual until Monday."),
]


def automatic() -> None:
    """Programs that answer."""
    for number, (name, way, subject, text) in enumerate(ABSENCES):
        host = f"holiday{number}.example.org"
        asked = request(
            f"HD-AW{number:02}-0FFC"[:12],
            f"away.person{number}@{host}",
            "waiting" if number % 2 == 0 else "resolved",
            f"Matter number {number}",
        )
        title = f"[{asked['number']}] A question: {asked['summary']}"
        marks = {
            "exchange": [
                "Auto-Submitted: auto-generated",
                "X-Auto-Response-Suppress: All",
                "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent",
            ],
            "header": ["Auto-Submitted: auto-replied"],
            "vacation": ["Auto-Submitted: auto-replied (vacation)", "Precedence: bulk"],
            "words": [],
        }[way]
        sender = asked["requester"]
        address = f"helpdesk+{asked['token']}@example.com"
        add(
            f"absence-{name}",
            f"out of office, {name}, {'no headers' if way == 'words' else 'headers'}",
            "A program answers while nobody is there: nothing moves.",
            top(sender, address, envelope="" if way == "exchange" else None).encode()
            + head(
                sender, word(subject.format(title)), f"In-Reply-To: {asked['message_ids'][1]}", *marks, to=address
            ).encode()
            + plain(text + "\n", cte="quoted-printable"),
            "ignored_auto",
            resumes_clock=False,
            reopens=False,
            reply_sent=False,
        )
    sender = "bodil.krag@example.com"
    add(
        "absence-is-the-subject",
        "a person writes about absences",
        "A person asks about out-of-office mails; no program wrote it.",
        top(sender).encode()
        + head(sender, "Out of office replies reopen our requests").encode()
        + plain("When a client's mailbox answers automatically, the request is open again. Is that meant?\n"),
        "ticketed",
        requester=sender,
        summary="Out of office replies reopen our requests",
        body_contains=["the request is open again. Is that meant?"],
    )
    bounced = request(
        "HD-B0VN-CE01".replace("V", "W"), "left.company@harwich.example.org", "waiting", "Lift plan is blank"
    )
    returned = f"From: CT2 Help Desk <{DESK}>\r\nTo: {bounced['requester']}\r\nSubject: [{bounced['number']}] A question\r\nMessage-ID: {bounced['message_ids'][1]}\r\n\r\nWhich lift?\r\n"
    status = f"Reporting-MTA: dns; mx.harwich.example.org\r\n\r\nFinal-Recipient: rfc822; {bounced['requester']}\r\nAction: {{}}\r\nStatus: {{}}\r\n"
    mta = "postmaster@mx.harwich.example.org"

    def report(action: str, code: str, words: str) -> bytes:
        return multi(
            "report",
            plain(words, cte="7bit"),
            part("message/delivery-status", status.format(action, code).encode(), "7bit"),
            part("message/rfc822", returned.encode(), "7bit"),
            more="; report-type=delivery-status",
        )

    auto = {"resumes_clock": False, "reply_sent": False, "may_attach": [[None, None, None]]}
    add(
        "dsn-delayed",
        "DSN, delayed",
        "It is only late.",
        top(mta, envelope="").encode()
        + head(mta, "Warning: message delayed 4 hours", "Auto-Submitted: auto-replied").encode()
        + report("delayed", "4.4.7", "Your message has not been delivered yet.\n"),
        "ignored_auto",
        **auto,
    )
    add(
        "dsn-failed",
        "bounce, DSN RFC 3464",
        "The question came back.",
        top(mta, envelope="").encode()
        + head(mta, "Undelivered Mail Returned to Sender", "Auto-Submitted: auto-replied").encode()
        + report("failed", "5.1.1", "User unknown.\n"),
        "ignored_auto",
        **auto,
    )
    daemon = "MAILER-DAEMON@oldmx.example.org"
    add(
        "bounce-qmail",
        "bounce without a report",
        "An old server's bounce is prose; its empty return path tells.",
        top(daemon, envelope="").encode()
        + head(daemon, "failure notice").encode()
        + plain(
            f"Hi. This is the qmail-send program at oldmx.example.org.\nI'm afraid I wasn't able to deliver your message to\n"
            f"the following addresses.\n\n<{bounced['requester']}>:\nSorry, no mailbox here by that name. (#5.1.1)\n",
            cte="7bit",
        ),
        "ignored_auto",
        **auto,
    )
    reader = "else.thomsen@skagen.example.org"
    read = request("HD-READ-0001", reader, "waiting", "Tide table is missing")
    add(
        "read-receipt",
        "read receipt, MDN",
        "Opened is not answered.",
        top(reader).encode()
        + head(reader, f"Read: [{read['number']}] A question", f"References: {read['message_ids'][0]}").encode()
        + multi(
            "report",
            plain("Your message was read on Thursday.\n", cte="7bit"),
            part(
                "message/disposition-notification",
                f"Final-Recipient: rfc822;{reader}\r\nOriginal-Message-ID: {read['message_ids'][1]}\r\nDisposition: automatic-action/MDN-sent-automatically; displayed\r\n".encode(),
                "7bit",
            ),
            more="; report-type=disposition-notification",
        ),
        "ignored_auto",
        **auto,
    )
    poster = "freight-talk@lists.example.net"
    add(
        "list-post",
        "mailing list",
        "A list is not our requester.",
        top(poster, envelope="freight-talk-bounces@lists.example.net").encode()
        + head(
            "hanna.roth@ilmenau.example.org",
            "[freight-talk] Who uses which portal?",
            "List-Id: Freight talk <freight-talk.lists.example.net>",
            "List-Post: <mailto:freight-talk@lists.example.net>",
            "Precedence: list",
        ).encode()
        + plain("Hello list, which portals do you use?\n"),
        ["ignored_auto", "quarantined"],
        reply_sent=False,
    )
    desk = "support@ticketfirm.example.net"
    answered = request("HD-DESK-0002", desk, "waiting", "Interface sends no prices")
    add(
        "desk-receipt-servicenow",
        "receipt of another help desk, Auto-Submitted",
        "Two desks must not thank each other for ever.",
        top(desk).encode()
        + head(
            desk,
            f"INC0042117 opened: [{answered['number']}] A question",
            "Auto-Submitted: auto-generated",
            f"References: {answered['message_ids'][0]}",
        ).encode()
        + plain("Your incident INC0042117 has been created.\n"),
        "ignored_auto",
        **auto,
    )
    add(
        "desk-receipt-otrs",
        "receipt of another help desk, X-OTRS-Loop",
        "Their loop mark says it.",
        top(desk).encode()
        + head(
            desk,
            f"[Ticket#2026112610000017] RE: [{answered['number']}] A question",
            "X-OTRS-Loop: support@ticketfirm.example.net",
            "X-Powered-By: OTRS",
            "Precedence: bulk",
            "Auto-Submitted: auto-replied",
        ).encode()
        + plain("Thank you for your request. It has the number 2026112610000017.\n"),
        "ignored_auto",
        **auto,
    )
    add(
        "challenge",
        "challenge-response",
        "A program asks us to prove that we are people.",
        top("guard@antispam.example.net").encode()
        + head(
            "guard@antispam.example.net",
            "Confirm your message",
            "Auto-Submitted: auto-replied",
            "X-Auto-Response-Suppress: All",
        ).encode()
        + plain("Click to confirm that you are human.\n"),
        ["ignored_auto", "quarantined"],
        reply_sent=False,
    )


def replies() -> None:
    """People who answer us."""
    count = 0

    def answered(
        name: str,
        kinds: str,
        why: str,
        status: str,
        words: str,
        *,
        contains: list[str],
        excludes: tuple[str, ...] = (),
        **more: Any,
    ) -> None:
        nonlocal count
        count += 1
        sender = more.pop("sender", f"answerer{count}@client{count}.example.org")
        number = f"HD-R{count:03}-PLYS"[:12].replace("L", "M")
        asked = request(
            number, more.pop("of", sender), status, f"Question number {count} of the tour", cc=more.pop("cc", ())
        )
        ways = more.pop("ways", ("ref", "irt"))
        address = f"helpdesk+{asked['token']}@example.com" if "token" in ways else DESK
        references = [
            *([f"References: {asked['message_ids'][0]} {asked['message_ids'][1]}"] if "ref" in ways else []),
            *([f"In-Reply-To: {asked['message_ids'][1]}"] if "irt" in ways else []),
            *([f"In-Reply-To: {asked['received_message_ids'][0]}"] if "own" in ways else []),
        ]
        title = more.pop("title", f"Re: [{asked['number']}] A question: {asked['summary']}")
        title = title.format(asked["number"]) if "{}" in title else title
        body = more.pop("part", None)
        text = words.format(token=asked["token"], number=asked["number"], desk=DESK)
        content = html(text) if body == "html" else more.pop("content", None) or plain(text, cte="quoted-printable")
        add(
            name,
            kinds,
            why,
            top(sender, address).encode()
            + head(sender, title, *references, name=word(more.pop("display", "")), to=address).encode()
            + content,
            "threaded",
            request=asked["number"],
            requester=sender if more.pop("same", True) else None,
            body_contains=contains,
            body_excludes=[*excludes],
            resumes_clock=True if status == "waiting" else None,
            reopens=more.pop("reopens", None),
            **more,
        )

    answered(
        "reply-outlook-top",
        "reply, top-posted, Outlook",
        "The answer stands above, our mail below.",
        "waiting",
        "It is shipment S-2026-118204.\n\nGreta\n\n-----Original Message-----\nFrom: CT2 Help Desk <{desk}>\nSent: Thursday, 26 November 2026 09:00\n"
        "To: Greta\nSubject: [{number}] A question\n\nWhich shipment is it?\n",
        contains=["It is shipment S-2026-118204."],
        excludes=("Which shipment is it?",),
    )
    answered(
        "reply-gmail-html",
        "reply, Gmail, HTML only",
        "Gmail's quotation is in a div of its own.",
        "waiting",
        '<div dir="ltr">Since the 3rd, at the Leeds depot.</div><br><div class="gmail_quote"><div class="gmail_attr">On Thu, 26 Nov 2026 at 09:00, '
        'CT2 Help Desk &lt;{desk}&gt; wrote:<br></div><blockquote class="gmail_quote">Since when, and where?</blockquote></div>',
        contains=["Since the 3rd, at the Leeds depot."],
        excludes=("Since when, and where?",),
        part="html",
    )
    answered(
        "reply-inline",
        "reply, inline",
        "The answers stand between our questions.",
        "waiting",
        "On 26/11/2026 09:00, CT2 Help Desk wrote:\n> Which browser is it?\nFirefox 140.\n> And which role?\nPlanner.\n",
        contains=["Firefox 140.", "Planner."],
    )
    answered(
        "reply-bottom",
        "reply, bottom-posted",
        "The answer stands below our mail.",
        "waiting",
        "CT2 Help Desk wrote on 26.11.2026:\n> Which port?\n>\n> iHelp\n\nRotterdam, Maasvlakte.\n",
        contains=["Rotterdam, Maasvlakte."],
        excludes=("> Which port?",),
    )
    answered(
        "reply-notes",
        "reply, Lotus Notes",
        "Notes quotes with a line of dashes.",
        "waiting",
        'Carrier is Oceanlark.\n\nRegards, Imke\n\n\n-----"CT2 Help Desk" <{desk}> wrote: -----\nTo: imke\nFrom: "CT2 Help Desk" <{desk}>\n'
        "Date: 11/26/2026 09:00AM\nSubject: [{number}] A question\n\nWhich carrier?\n",
        contains=["Carrier is Oceanlark."],
        excludes=("Which carrier?",),
    )
    answered(
        "reply-german",
        "reply, Outlook, German quotation",
        "Von, Gesendet, An, Betreff are a quotation.",
        "waiting",
        "Es ist die Rechnung I-HAM-2026-000090.\n\nVon: CT2 Help Desk <{desk}>\nGesendet: Donnerstag, 26. November 2026 09:00\nAn: Uwe\nBetreff: [{number}] A question\n\nWelche Rechnung?\n",
        contains=["I-HAM-2026-000090"],
        excludes=("Welche Rechnung?",),
    )
    answered(
        "reply-token-address-only",
        "reply with token, no references",
        "The address alone leads to the request.",
        "waiting",
        "It happens with every label.\n",
        contains=["It happens with every label."],
        ways=("token",),
        title="AW: your question",
    )
    answered(
        "reply-token-in-body",
        "reply with the token in the quoted text only",
        "The token in what is quoted leads to the request.",
        "waiting",
        "Only with Hong Kong dollars.\n\n> Reply to helpdesk+{token}@example.com\n> Which currency?\n",
        contains=["Only with Hong Kong dollars."],
        ways=(),
        title="answer",
    )
    answered(
        "reply-number-and-requester",
        "reply with only the number in the subject, from the requester",
        "Number and sender belong together.",
        "waiting",
        "Two of three users.\n",
        contains=["Two of three users."],
        ways=(),
        title="{} how many users",
    )
    answered(
        "reply-to-own-first-mail",
        "refers to the requester's own first mail",
        "The thread began with the requester.",
        "waiting",
        "I forgot: the build is 4.3.\n",
        contains=["I forgot: the build is 4.3."],
        ways=("own",),
        title="Re: my mail of today",
    )
    answered(
        "reply-attachment",
        "reply with an attachment",
        "Files of an answer are kept.",
        "waiting",
        "",
        contains=["Here is the list."],
        attachments=[kept("answer.csv", "text/csv", b"a;b\n")],
        content=multi("mixed", plain("Here is the list.\n", cte="7bit"), file("answer.csv", "text/csv", b"a;b\n")),
    )
    answered(
        "reply-colleague-in-copy",
        "reply from colleague in Cc",
        "Who had our mail in copy may answer.",
        "waiting",
        "I answer for her: it is line 4.\n",
        contains=["it is line 4."],
        of="absent.asker@client99.example.org",
        sender="helpful.colleague@client99.example.org",
        cc=("helpful.colleague@client99.example.org",),
        same=False,
        ways=("token", "ref"),
    )
    answered(
        "thanks-english",
        "thanks on a resolved request",
        "Only thanks: it stays resolved.",
        "resolved",
        "Thank you very much!\n\nSent from my iPhone\n",
        contains=["Thank you very much!"],
        reopens=False,
    )
    answered(
        "thanks-french",
        "thanks on a resolved request, French",
        "Only thanks.",
        "resolved",
        "Merci beaucoup, bonne journée.\n\nLe 26 nov. 2026 à 09:00, CT2 Help Desk <{desk}> a écrit :\n> Votre demande est résolue.\n",
        contains=["Merci beaucoup"],
        reopens=False,
    )
    answered(
        "thanks-german",
        "thanks on a resolved request, German",
        "Only thanks.",
        "resolved",
        "Vielen Dank für die schnelle Hilfe!\n\nMit freundlichen Grüßen\nDörte\n",
        contains=["Vielen Dank"],
        display="Dörte Ahrens",
        reopens=False,
    )
    answered(
        "thanks-but",
        "thanks and still not solved",
        "Thanks that go on with “but” are no end.",
        "resolved",
        "Thanks, but the second page is still empty.\n",
        contains=["the second page is still empty."],
        reopens=True,
    )
    answered(
        "not-solved-french",
        "not solved, French",
        "It still fails: open again.",
        "resolved",
        "Bonjour, le problème persiste depuis ce matin.\n",
        contains=["le problème persiste"],
        reopens=True,
    )
    answered(
        "thanks-and-question",
        "thanks with a question",
        "A question after thanks is no end.",
        "resolved",
        "Great, thanks! Does this also hold for Paris?\n",
        contains=["Does this also hold for Paris?"],
        reopens=True,
    )
    answered(
        "reply-on-open",
        "reply on an open request",
        "More about an open request.",
        "open",
        "One more thing: it is the same in Chrome.\n",
        contains=["it is the same in Chrome."],
    )

    answered(
        "reply-says-when-away",
        "an answer that also mentions an absence",
        "A person answers and says who helps from tomorrow: an answer, and no absence note.",
        "waiting",
        "It is tour 114, every stop of it.\n\nI am out of office from tomorrow until 30 November; my colleague Ida can help.\n",
        contains=["It is tour 114, every stop of it.", "my colleague Ida can help."],
    )
    theirs = request("HD-TH1R-D0NE", "quiet.client@tern.example.org", "open", "Weights are rounded")
    sender = "nosy.neighbour@gannet.example.org"
    add(
        "number-of-others",
        "number in the subject, from somebody else",
        "A number that one overheard opens nothing.",
        top(sender).encode()
        + head(sender, f"Re: [{theirs['number']}] Weights are rounded").encode()
        + plain("We have that as well. What did the other company say?\n"),
        ["ticketed", "quarantined"],
        requester=sender,
        summary=["Weights are rounded", f"[{theirs['number']}] Weights are rounded"],
        body_contains=["We have that as well."],
        reply_sent=True,
    )
    sender = "guessing.token@gannet.example.org"
    add(
        "token-made-up",
        "made-up token",
        "A token that we never gave leads nowhere.",
        top(sender, "helpdesk+aaaaaaaaaaaaaa@example.com").encode()
        + head(sender, "Hello there", to="helpdesk+aaaaaaaaaaaaaa@example.com").encode()
        + plain("The seal list is unsorted.\n"),
        ["ticketed", "quarantined"],
        requester=sender,
        summary="Hello there",
        body_contains=["The seal list is unsorted."],
        reply_sent=True,
    )


def sent_without_care() -> None:
    """Programs that name no charset or a wrong one, and words that a rule could take for something else."""
    cases: list[tuple[str, str, bytes, str, str]] = [
        (
            "western-bytes-called-utf-8",
            "wrong declared charset",
            "Der Preis in Köln fehlt für 3 Stück.".encode("cp1252"),
            "8bit",
            "",
        ),
        (
            "utf-8-cut-in-a-letter",
            "quoted-printable that ends too early",
            b"Die Preise f=C3=BCr K=C3=B6ln fehlen: =C3",
            "quoted-printable",
            "Die Preise für Köln fehlen",
        ),
        (
            "pgp-in-the-text",
            "inline PGP signature",
            b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\nThe June rates are wrong, too.\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\niQEzBAEBCgAdFiEE\r\n-----END PGP SIGNATURE-----\r\n",
            "8bit",
            "The June rates are wrong, too.",
        ),
        (
            "bug-of-absences",
            "new bug whose subject begins like an absence",
            b"The out of office days of our planner are not shown in the list of tasks.\r\n",
            "8bit",
            "are not shown in the list of tasks.",
        ),
    ]
    for name, kinds, content, cte, words in cases:
        sender = f"{name}@cormorant.example.org"
        subject = "Out of office days missing in the list" if name == "bug-of-absences" else name
        body = (
            f"Content-Type: text/plain; charset=utf-8{CRLF}Content-Transfer-Encoding: {cte}{CRLF}{CRLF}".encode()
            + content
        )
        add(
            name,
            kinds,
            "The text is read as it was meant.",
            top(sender).encode() + head(sender, subject).encode() + body,
            "ticketed",
            requester=sender,
            summary=subject,
            body_contains=[words or content.decode("cp1252")],
            body_excludes=["iQEzBAEBCgAdFiEE"],
        )
    sender = "raw.bytes@cormorant.example.org"
    body = multi(
        "mixed",
        plain("The list is attached.\n"),
        part("text/csv", b"7\r\n", "base64", 'Content-Disposition: attachment; filename="Größe 7.csv"'),
        boundary="raw1",
    )
    raw = head(sender, "SUBJECT").encode().replace(b"SUBJECT", "Preis für Köln fehlt".encode("cp1252"))
    add(
        "western-bytes-in-the-subject",
        "raw windows-1252 subject, raw UTF-8 file name",
        "Headers of plain bytes are read by what they hold.",
        top(sender).encode() + raw + body,
        "ticketed",
        requester=sender,
        summary="Preis für Köln fehlt",
        body_contains=["The list is attached."],
        attachments=[kept("Größe 7.csv", "text/csv", b"7\r\n")],
    )


def threads_and_people() -> None:
    """Where an answer belongs, what thanks are, what engineers order, and whose mail a liaison forwards."""
    ihelp, unproved = "ihelp@jaguarfreight.com", {"spf": "none", "dkim": "none", "dmarc": "none"}
    rows: list[tuple[str, str, str, str, dict[str, Any]]] = [
        ("plus-in-capitals", "plus-address in capitals", "waiting", "The Lyon one.\n", {"way": "TOKEN"}),
        (
            "token-quoted",
            "token in the quoted head, no references",
            "waiting",
            "It was at noon.\n\nOn Thu, 26 Nov 2026 at 09:00 CT2 Help Desk <helpdesk+{token}@example.com> wrote:\n> When?\n",
            {"way": "", "title": "Re: your question", "excludes": ["> When?"]},
        ),
        (
            "number-of-a-stranger",
            "number in the subject from a stranger",
            "waiting",
            "Our barcode is wrong.\n",
            {"way": "", "sender": "curious@nosy.example.net", "outcome": "ticketed"},
        ),
        (
            "number-of-who-is-in-copy",
            "number in the subject, in copy",
            "waiting",
            "We saw it in Lyon, too.\n",
            {"way": "", "of": "boss@quai.example.org", "sender": "clerk@quai.example.org", "title": "{number}"},
        ),
        (
            "in-copy-answers",
            "somebody in copy answers our mail",
            "waiting",
            "Carla is away; it is booking B-7.\n",
            {"of": "carla@quai2.example.org", "sender": "tim@quai2.example.org"},
        ),
        ("thanks-chinese", "thanks alone", "resolved", "谢谢，问题解决了。\n", {"reopens": False}),
        ("thanks-chinese-but", "thanks with a problem", "resolved", "谢谢！不过打印还是不行。\n", {"reopens": True}),
        (
            "thanks-french-but",
            "thanks with a problem",
            "resolved",
            "Merci, mais le bouton est gris.\n",
            {"reopens": True},
        ),
        ("thanks-spanish", "thanks alone", "resolved", "Muchas gracias, ya funciona.\n", {"reopens": False}),
        (
            "thanks-japanese-but",
            "thanks with a problem",
            "resolved",
            "ありがとうございます。まだ表示されません。\n",
            {"reopens": True},
        ),
        (
            "thanks-russian-but",
            "thanks with a problem",
            "resolved",
            "Спасибо, но ошибка осталась.\n",
            {"reopens": True},
        ),
        (
            "thanks-trick",
            "thanks alone, a small picture",
            "resolved",
            "Thanks, that did the trick 👍\n\n-- \nQuai Ltd\n",
            {"reopens": False},
        ),
        (
            "thanks-and-more",
            "thanks with a wish",
            "resolved",
            "Thanks! One more thing: please add Bob to the list.\n",
            {"reopens": True},
        ),
        (
            "engineer-escalates",
            "engineer, with a reason in other words",
            "open",
            "Escalate to Marc, it is beyond our level.\n",
            {"sender": ihelp},
        ),
        (
            "engineer-notes",
            "engineer, a note",
            "open",
            "I have seen this before.\n",
            {"sender": ihelp, "reply_sent": False},
        ),
        (
            "engineer-unproved",
            "engineer whom nothing confirms",
            "open",
            "Escalate to Marc: it is too complex.\n",
            {"sender": ihelp, "verdicts": unproved, "outcome": "quarantined", "reply_sent": False},
        ),
    ]
    for number, (name, kinds, status, text, more) in enumerate(rows, 1):
        of = more.get("of", f"asker{number}@quai.example.org")
        sender, way, outcome = more.get("sender", of), more.get("way", "ref"), more.get("outcome", "threaded")
        copied = (sender,) if sender.partition("@")[2] == of.partition("@")[2] and sender != of else ()
        asked = request(f"HD-T{number:03}-HREA", of, status, f"Thread number {number} of the quay", cc=copied)
        to = f"HELPDESK+{asked['token']}@EXAMPLE.COM" if way == "TOKEN" else DESK
        refs = [f"References: {' '.join(asked['message_ids'])}"] if way == "ref" else []
        title = more.get("title", "AW: a question" if way == "TOKEN" else "Re: [{number}] A question").format(**asked)
        add(
            name,
            kinds,
            f"It is about {asked['number']}.",
            top(sender, to, **more.get("verdicts", {})).encode()
            + head(sender, title, *refs, to=to).encode()
            + plain(text.format(**asked), cte="quoted-printable"),
            outcome,
            request=asked["number"] if outcome == "threaded" else None,
            body_contains=[text.split("\n")[0]],
            body_excludes=more.get("excludes", []),
            resumes_clock=outcome == "threaded" if status == "waiting" else None,
            reopens=more.get("reopens"),
            reply_sent=more.get("reply_sent", EITHER),
        )
    forwards()


def forwards() -> None:
    """A liaison forwards a client's mail, with each program's lines in several languages."""
    liaison, at = "liaison.hk@example.com", "Thu, 26 Nov 2026 09:02:11 +0800"
    rows: list[tuple[str, str, str, str]] = [
        (
            "outlook-german",
            "WG: Gewichte",
            (
                "Von: Jörg Groß <{client}>\nGesendet: Donnerstag, 26. November 2026 09:02\n"
                f"An: HK CT2 Liaison <{liaison}>\nBetreff: Gewichte\n"
            ),
            "Das Gewicht steht in Pfund.",
        ),
        (
            "outlook-chinese",
            "转发: 重量",
            f"发件人: 李伟 <{{client}}>\n发送时间: 2026年11月26日 9:02\n收件人: <{liaison}>\n主题: 重量\n",
            "重量显示为磅。",
        ),
        (
            "outlook-old",
            "FW: Old style",
            (
                "From: Yip Chloe [mailto:{client}]\nSent: Thursday, November 26, 2026 9:02 AM\n"
                f"To: {liaison}\nSubject: Old style\n"
            ),
            "The old list is empty.",
        ),
        (
            "outlook-bold",
            "Fw: Bold",
            (
                "*From:* Yip Chloe <{client}>\n*Sent:* Thursday, November 26, 2026 9:02 AM\n"
                f"*To:* {liaison}\n*Subject:* Bold\n"
            ),
            "The bold list is empty.",
        ),
        (
            "gmail-chinese",
            "Fwd: 列表",
            (
                "---------- Forwarded message ---------\n发件人： 李伟 <{client}>\nDate: 2026年11月26日周四 09:02\n"
                f"Subject: 列表\nTo: <{liaison}>\n\n"
            ),
            "列表是空的。",
        ),
        (
            "apple-german",
            "Fwd: Apfel",
            (
                "Anfang der weitergeleiteten Nachricht:\n\nVon: Jörg Groß <{client}>\nBetreff: Apfel\n"
                f"Datum: 26. November 2026 um 09:02:11 MEZ\nAn: {liaison}\n\n"
            ),
            "Die Apfelliste ist leer.",
        ),
        (
            "apple-french",
            "Fwd: Pomme",
            (
                "Début du message réexpédié :\n\nDe: Zoé Lefèvre <{client}>\nObjet: Pomme\n"
                f"Date: 26 novembre 2026 à 09:02:11 UTC+1\nÀ: {liaison}\n\n"
            ),
            "La liste des pommes est vide.",
        ),
        (
            "thunderbird-english",
            "Fwd: Bird",
            (
                f"-------- Forwarded Message --------\nSubject: \tBird\nDate: \t{at}\n"
                f"From: \tChloe Yip <{{client}}>\nTo: \t{liaison}\n\n"
            ),
            "The bird list is empty.",
        ),
        (
            "thunderbird-french",
            "Fwd: Oiseau",
            (
                f"-------- Message transféré --------\nSujet : \tOiseau\nDate : \t{at}\n"
                f"De : \tZoé Lefèvre <{{client}}>\nPour : \t{liaison}\n\n"
            ),
            "La liste des oiseaux est vide.",
        ),
        (
            "thunderbird-chinese",
            "Fwd: 鸟",
            (
                f"-------- 转发的消息 --------\n主题: \t鸟\n日期: \t{at}\n发件人: \t李伟 <{{client}}>\n"
                f"收件人: \t{liaison}\n\n"
            ),
            "鸟列表是空的。",
        ),
        (
            "twice",
            "Fwd: Fwd: Nested",
            (
                "---------- Forwarded message ---------\nFrom: Chloe <{client}>\nDate: x\nSubject: Fwd: Nested\n"
                f"To: <{liaison}>\n\n\n---------- Forwarded message ---------\nFrom: Deep <deep@deeper.example.org>\nDate: x\n"
                "Subject: Nested\nTo: x@y.example.org\n\n"
            ),
            "The nested list is empty.",
        ),
    ]
    for number, (name, subject, lines, text) in enumerate(rows, 1):
        client = f"client{number}@lotus{number}.example.org"
        add(
            f"forward-{name}",
            f"forwarded by a liaison, {name}",
            "Who wrote it is proposed as the requester; until a person confirms it, the liaison is.",
            top(liaison).encode()
            + head(liaison, subject if subject.isascii() else word(subject)).encode()
            + plain(f"Please see below.\n\n{lines.format(client=client)}\n{text}\n"),
            "ticketed",
            requester=liaison,
            proposed=client,
            body_contains=[text],
        )
    outlook = "From: {0}\nSent: Thursday, November 26, 2026 9:02 AM\nTo: x@example.com\nSubject: List\n\nThe {1} list is empty.\n"
    for name, sender, whose, verdicts in (
        ("of-a-colleague", liaison, "Paul <paul@example.com>", {}),
        ("of-a-strange-domain", liaison, "X <x@unknown.example.net>", {}),
        ("unproved", "liaison.london@example.com", "X <x@lotus.example.org>", {"dkim": "none", "dmarc": "none"}),
        ("by-a-client", "someone@lotus99.example.org", "Boss <boss@lotus99.example.org>", {}),
    ):
        add(
            f"forward-{name}",
            "forwarded, nobody to propose",
            "Only who is surely of the Help Desk speaks for a client, and only for one of a known domain.",
            top(sender, **verdicts).encode()
            + head(sender, f"FW: List {name}").encode()
            + plain(outlook.format(whose, name)),
            "ticketed",
            requester=sender,
            proposed="",
            body_contains=[f"The {name} list is empty."],
        )


def around_an_answer() -> None:
    """What stands around an answer: business cards, disclaimers, heads of quotations, numbers, notices of programs."""
    card = "Max Bell\nSenior Operations Manager\nSaltmarsh Group | 1 Dock Road\nT: +44 20 7946 0999 | www.saltmarsh.example.org\n"
    notice = "CONFIDENTIALITY NOTICE: This e-mail is confidential and may be privileged. Please delete it. " * 12
    german = "Max Bell\n\nRosenpapier GmbH\nGartenstraße 12\nHRB 12345 Amtsgericht Köln\n"
    then = "CT2 Help Desk<helpdesk@example.com> wrote:   To go on with your request\nOLD TEXT\n"
    read = (
        "Your message\n\n   To: Ada Wu\n   Subject: A question\n\n was read on Thursday, 26 November 2026 09:30:00.\n"
    )
    rows: list[tuple[str, str, str, str, dict[str, Any]]] = [
        (
            "card-and-disclaimer",
            "business card, disclaimer",
            "waiting",
            f"The third one.\n\nKind regards,\n\n{card}\n{notice}\n",
            {"excludes": ["Dock Road", "CONFIDENTIALITY"]},
        ),
        (
            "card-german",
            "business card, German",
            "waiting",
            f"Die vom Montag.\n\nMit freundlichen Grüßen\n{german}",
            {"excludes": ["Gartenstraße", "HRB"]},
        ),
        (
            "card-below-thanks",
            "thanks alone, business card, disclaimer",
            "resolved",
            f"Thanks, that works.\n\nRegards\n{card}\n{notice}\n",
            {"reopens": False, "excludes": ["Dock Road"]},
        ),
        (
            "postscript-below-card",
            "business card, postscript",
            "waiting",
            f"The second one.\n\nRegards,\n{card}\nPS: the fourth is wrong, too.\n",
            {"contains": ["the fourth is wrong"]},
        ),
        (
            "answer-below-closing",
            "answer below a closing",
            "waiting",
            "Hello,\n\nThanks,\nCy\n\n1) Booking B-12\n2) 12 May, phone 020 7946 0002\n",
            {"contains": ["Booking B-12", "12 May"]},
        ),
        (
            "disclaimer-chinese",
            "disclaimer, Chinese",
            "waiting",
            "是三号仓库。\n\n本邮件及其附件含有保密信息，仅供收件人使用。\n",
            {"excludes": ["保密信息"]},
        ),
        (
            "yahoo-telephone",
            "Yahoo for telephones",
            "waiting",
            f"The storage fee.\n\nYahoo Mail: Search, Organize, Conquer\n\n  On Thu, 26 Nov 2026 at 9:12, {then}",
            {"excludes": ["OLD TEXT", "Conquer"]},
        ),
        (
            "head-vietnamese",
            "head of a quotation in a language without a table",
            "waiting",
            "Hộp 7.\n\nVào Th 5, 26 thg 11, 2026 lúc 09:12 CT2 Help Desk <helpdesk@example.com> đã viết:\n\n> OLD TEXT\n",
            {"excludes": ["OLD TEXT", "Vào Th"]},
        ),
        (
            "head-hebrew",
            "head of a quotation, marks of direction",
            "waiting",
            "ארגז 7.\n\n\u202bבתאריך 26 בנוב׳ 2026 ב-9:12 מאת \u202aCT2 Help Desk\u202c\u200f <\u202ahelpdesk@example.com\u202c\u200f>:\u202c\n\n> OLD TEXT\n",
            {"excludes": ["OLD TEXT", "בתאריך"]},
        ),
        (
            "number-without-hyphens",
            "number in the subject, spaces and small letters",
            "waiting",
            "The blue one.\n",
            {"way": "", "title": "hd {loose} more"},
        ),
        (
            "number-with-other-hyphens",
            "number in the subject, U+2011 for hyphens",
            "waiting",
            "The green one.\n",
            {"way": "", "title": "{other} more"},
        ),
        (
            "absence-polish",
            "out of office, Polish, no headers",
            "waiting",
            "Wrócę 4 stycznia.\n",
            {"title": "Automatyczna odpowiedź: [{number}] A question", **PROGRAM},
        ),
        (
            "absence-vietnamese",
            "out of office, Vietnamese, no headers",
            "waiting",
            "Tôi nghỉ phép.\n",
            {"title": "Trả lời tự động: [{number}] A question", **PROGRAM},
        ),
        (
            "in-the-office",
            "an answer that speaks of the office",
            "waiting",
            "Ich bin im Büro erreichbar: es ist die Rechnung 4711.\n",
            {},
        ),
        (
            "read-as-text",
            "read receipt as plain text",
            "waiting",
            read,
            {"title": "Read: [{number}] A question", **PROGRAM},
        ),
        (
            "read-by-a-person",
            "an answer that speaks of reading",
            "waiting",
            "I read your message. It was the label which was deleted.\n",
            {"title": "Read: my answer"},
        ),
        ("thanks-as-a-sign", "thanks alone, emoji", "resolved", "👍\n", {"reopens": False}),
        (
            "card-below-a-line",
            "business card below a line",
            "waiting",
            "The blue one.\n\n______________\nMax Bell\nSaltmarsh Group\n+44 20 7946 0999\n",
            {"excludes": ["7946"]},
        ),
        (
            "person-below-a-line",
            "no business card, but what is asked for",
            "waiting",
            "The new user is\n-----\nJo Wu\nTel. +44 20 7946 0111\n",
            {"contains": ["7946 0111"]},
        ),
        (
            "details-below-thanks",
            "no business card, but what is asked for",
            "waiting",
            "Please add this one.\n\nThank you\n\nName: Jo Wu\nPhone: +44 20 7946 0111\nEmail: jo@wu.example\n",
            {"contains": ["7946 0111", "jo@wu.example"]},
        ),
        (
            "person-below-regards",
            "somebody else's business card",
            "waiting",
            "The client is this one.\n\nRegards\n\nJo Wu\nWu Ltd\n+44 20 7946 0111\n",
            {"contains": ["7946 0111"]},
        ),
        (
            "message-that-is-confidential",
            "no disclaimer, but what is wrong",
            "waiting",
            "Hello,\n\nThis message is shown for confidential invoices, and it must not: “Paid”.\n",
            {"contains": ["it must not"]},
        ),
        (
            "disclaimer-is-the-topic",
            "no disclaimer, but what is wrong",
            "waiting",
            "The invoice is wrong.\n\nDisclaimer: the text below it names the old company.\n",
            {"contains": ["names the old company"]},
        ),
        (
            "answers-below-signature",
            "inline reply below a signature",
            "waiting",
            "Hi.\n\n-- \nMax Bell\n\nOn 26 Nov 2026, at 09:12, CT2 Help Desk <helpdesk@example.com> wrote:\n\n> WHICH\n\nThe weekly one.\n",
            {"contains": ["The weekly one."], "excludes": ["WHICH", "wrote:"]},
        ),
        (
            "answers-below-in-red",
            "inline reply in Outlook, without marks",
            "waiting",
            "See my answers below in red.\n\nFrom: CT2 Help Desk <helpdesk@example.com>\nSent: Thursday\nTo: Max\nSubject: x\n\nWhich?\nThe weekly one.\n",
            {"contains": ["The weekly one."]},
        ),
        (
            "sentence-right-above-head",
            "reply without an empty line above the quotation",
            "waiting",
            "Since 12.5., the blue one.\nAm 26.11.26, 09:12 schrieb CT2 Help Desk <helpdesk@example.com>:\n\n> OLD TEXT\n",
            {"contains": ["Since 12.5., the blue one."], "excludes": ["OLD TEXT", "schrieb"]},
        ),
        (
            "person-who-quotes-a-carrier",
            "reply that says what somebody wrote",
            "waiting",
            "It is this.\n\nAt 10:15 the carrier wrote:\nGate 7 is closed.\n\nSo we wait.\n",
            {"contains": ["Gate 7 is closed.", "So we wait."]},
        ),
        (
            "card-below-underscores",
            "business card below underscores, with a title",
            "waiting",
            "The blue one.\n_______\nMax Bell, Head of Sales\nSaltmarsh Group\n+44 20 7946 0999\n",
            {"excludes": ["7946"]},
        ),
        (
            "postscript-below-signature",
            "thanks with a postscript",
            "resolved",
            "Thanks!\n-- \nMax Bell\nPS: the list is still empty.\n",
            {"contains": ["the list is still empty"], "reopens": True},
        ),
        (
            "head-greek",
            "Outlook in Greek",
            "waiting",
            "The blue one.\n\nΑπό: CT2 Help Desk <helpdesk@example.com>\nΣτάλθηκε: 26.11.2026\nΠρος: Max\nΘέμα: x\n\nOLD TEXT\n",
            {"excludes": ["OLD TEXT"]},
        ),
    ]
    for number, (name, kinds, status, text, more) in enumerate(rows, 1):
        sender = f"writer{number}@saltmarsh.example.org"
        asked = request(f"HD-V{number:03}-HREA", sender, status, f"Thread number {number} of the marsh")
        loose, other = asked["number"][3:].lower().replace("-", " "), asked["number"].replace("-", "\u2011")
        refs = [f"References: {' '.join(asked['message_ids'])}"] if more.get("way", "ref") else []
        title = more.get("title", "Re: [{number}] A question").format(**asked, loose=loose, other=other)
        outcome = more.get("outcome", "threaded")
        add(
            name,
            kinds,
            f"It is about {asked['number']}.",
            top(sender).encode()
            + head(sender, title if title.isascii() else word(title), *refs, name="Max Bell").encode()
            + plain(text, cte="quoted-printable"),
            outcome,
            request=asked["number"] if outcome == "threaded" else None,
            body_contains=more.get("contains", [text.split("\n")[0]]) if outcome == "threaded" else [],
            body_excludes=more.get("excludes", []),
            resumes_clock=outcome == "threaded" if status == "waiting" else None,
            reopens=more.get("reopens"),
            reply_sent=more.get("reply_sent", EITHER),
        )


PROGRAM: dict[str, Any] = {"outcome": "ignored_auto", "reply_sent": False}


def main() -> None:
    """Write all."""
    for old in HERE.glob("*.eml"):
        old.unlink()
    for make in (
        new_requests,
        encodings,
        hostile_shapes,
        subjects_and_forwards,
        packed,
        danger,
        again,
        automatic,
        replies,
        sent_without_care,
        threads_and_people,
        around_an_answer,
    ):
        make()
    lines = [{"setup": SETUP}, *LINES]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (HERE / "expected.jsonl").write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(LINES)} mails")  # noqa: T201 - it is run by hand


if __name__ == "__main__":
    main()
