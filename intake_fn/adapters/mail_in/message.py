"""A mail as a whole: who wrote it, its text once, its files, and what programs and the mail service say of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from intake_fn import log
from intake_fn.adapters.mail_in import flowed, html, tnef
from intake_fn.adapters.mail_in.charsets import decoded, decoded_as
from intake_fn.adapters.mail_in.damage import guessed, lost_signs, unreadable, whole_page
from intake_fn.adapters.mail_in.headers import address_of, addresses, date_of, message_ids, one_line, words
from intake_fn.adapters.mail_in.parts import Cut, Part, cut, fields_of, head_of, leaves
from intake_fn.core.inbound.mail import Bounced, InboundMail, MailAddress, MailFile, MailVerdicts
from intake_fn.core.inbound.quoting import forwarded_by, written_now

LARGEST_TEXT = 1_000_000
"""Characters of text that are read; the rest stays in the raw mail."""
MOST_HEADERS = 300
LONGEST_VALUE = 1_000

RECEIVED_FOR = re.compile(r"\bfor\s+<?([^\s<>;]{1,320}@[^\s<>;]{1,255}?)>?\s*;")
NOT_SAID = re.compile(r"\([^()]*\)|\"[^\"]*\"")
"""Comments and quoted strings of results (RFC 8601, 2.2): a sender may have their words in them."""
VERDICT = re.compile(r"\s*(spf|dkim|dmarc)\s*=\s*([a-z]+)\b", re.IGNORECASE)
LONGEST_RESULTS = 10_000
"""Characters of results that are read."""
HEADER_FROM = re.compile(r"\sheader\.from=([^\s;]+)", re.IGNORECASE)
SES = "amazonses.com"

TEXTS = ("text/plain", "text/html")
ENCLOSED = "message/rfc822"
TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
PASSED_ON = "---------- Forwarded message ---------"


def read(raw: bytes) -> InboundMail:
    """The mail that bytes hold; what of it cannot be read is named in its problems. Raises nothing."""
    try:
        return _read(raw)
    except Exception:  # whatever it is, a person gets the raw mail
        log.exception("mail_not_read", sha256=hashlib.sha256(raw).hexdigest())
        return InboundMail(problems=("this program cannot read it",), digest=hashlib.sha256(raw).hexdigest())


def _read(raw: bytes) -> InboundMail:
    whole = cut(raw)
    root = whole.root
    texts, files = _contents(whole)
    subject, kind = _first(root, "Subject"), _report_type(root)
    passed_on = (
        [] if kind else [_passed_on(file.content, whole.pages) for file in files if file.content_type == ENCLOSED][:1]
    )
    has_text = any(text.strip() for text in texts)
    for inner, damage in passed_on:
        (whole.losses if has_text else whole.problems).extend(f"of the enclosed mail: {one}" for one in damage)
        texts.append(inner)
    text = "\n\n".join(filter(None, texts))
    if len(text) > LARGEST_TEXT:
        whole.losses.append(html.TOO_LONG)
        text = text[:LARGEST_TEXT]
    references = message_ids([*root.all("In-Reply-To"), *root.all("References")])
    enclosed = next((head_of(file.content) for file in files if file.content_type == ENCLOSED), None)
    forwarded = forwarded_by(text, subject) or (_writer(enclosed) if enclosed else None)
    senders = addresses(root.all("From"))
    name = " ".join(f"{one.name} {one.address.partition('@')[0]}" for one in senders[:1])
    return InboundMail(
        senders=senders,
        reply_to=addresses(root.all("Reply-To")),
        to=_recipients(root),
        cc=addresses(root.all("Cc")),
        return_path=_return_path(root),
        subject=subject,
        message_id=next(iter(message_ids(root.all("Message-ID"))), ""),
        references=references,
        date=next((date_of(value) for value in root.all("Date")), None),
        text=text,
        reply=written_now(text, subject, is_reply=bool(references), name=name),
        files=tuple(files),
        verdicts=_verdicts(root),
        headers=_headers(root),
        content_type=root.content_type,
        report_type=kind,
        bounced=tuple(_bounced(root)),
        enclosed_ids=_enclosed_ids(root),
        forwarded=forwarded,
        problems=tuple(dict.fromkeys(whole.problems)),
        digest=hashlib.sha256(root.body).hexdigest() if whole.problems else "",
        losses=tuple(one for one in dict.fromkeys(whole.losses) if one not in whole.problems),
    )


# --- headers ---------------------------------------------------------------------------------


def _first(part: Part, name: str) -> str:
    return part.text(name)


def _headers(root: Part) -> Mapping[str, tuple[str, ...]]:
    """All headers by their names in small letters; of programs' marks a rule asks for the value."""
    found: dict[str, list[str]] = {}
    for name in list(dict.fromkeys(key.lower() for key in root.head))[:MOST_HEADERS]:
        found[name] = [words(value)[:LONGEST_VALUE] for value in root.all(name)[:20]]
    return {name: tuple(values) for name, values in found.items()}


def _recipients(root: Part) -> tuple[MailAddress, ...]:
    """The addresses of To and similar headers; first the one that the mail service's own Received names, if any."""
    named = [value for name in ("To", "Delivered-To", "X-Original-To") for value in root.all(name)]
    received = next((RECEIVED_FOR.search(decoded(value)) for value in root.all("Received")), None)
    own = addresses([received[1].encode()]) if received else ()
    return tuple({one.address: one for one in (*own, *addresses(named))}.values())


def _return_path(root: Part) -> str | None:
    values = [decoded(value).strip() for value in root.all("Return-Path")[:1]]
    if not values:
        return None
    return "" if values[0] in ("", "<>") else address_of(values[0]) or None


def _verdicts(root: Part) -> MailVerdicts:
    """What the mail service says: of each header the first, as later ones came with the mail and prove nothing.

    A pass of DMARC for another domain than that of From is none, and so is one beside another verdict of DMARC.
    """
    results = next(iter(root.all("Authentication-Results")), b"")
    service, *said = NOT_SAID.sub(" ", one_line(decoded(results))[:LONGEST_RESULTS]).split(";")
    by_service = service.split()[:1] == [SES]
    found: dict[str, list[str]] = {}
    judged: set[str] = set()
    for each in said if by_service else ():
        if verdict := VERDICT.match(each):
            found.setdefault(verdict[1].lower(), []).append(verdict[2].lower())
            judged |= {one.lower().rstrip(".") for one in HEADER_FROM.findall(each)}
    dmarc = found.get("dmarc", [""])
    domains = {sender.address.rpartition("@")[2] for sender in addresses(root.all("From"))}
    if len({*dmarc}) > 1 or (dmarc[0] == "pass" and domains and judged - domains):
        dmarc = ["fail"]
    spf = _first(root, "Received-SPF").partition(" ")[0].lower() or found.get("spf", [""])[0]
    return MailVerdicts(
        spam=_first(root, "X-SES-Spam-Verdict").lower(),
        virus=_first(root, "X-SES-Virus-Verdict").lower(),
        spf=found.get("spf", [""])[0] if by_service else spf,
        dkim=found.get("dkim", [""])[0],
        dmarc=dmarc[0],
    )


def _writer(head: Part) -> MailAddress | None:
    return next(iter(addresses(head.all("From"))), None)


# --- reports ---------------------------------------------------------------------------------


def _report_type(root: Part) -> str:
    return root.parameter("report-type").lower() if root.content_type == "multipart/report" else ""


def _bounced(root: Part) -> Iterator[Bounced]:
    """The recipients of a delivery status notification."""
    for part in leaves(root):
        if part.content_type in ("message/delivery-status", "message/global-delivery-status"):
            for fields in fields_of(part.content):
                recipient = fields.get("final-recipient") or fields.get("original-recipient")
                if recipient:
                    address = address_of(recipient.rpartition(";")[2])
                    status = re.match(r"\d\.\d{1,3}\.\d{1,3}", fields.get("status", ""))
                    detail = fields.get("diagnostic-code", "")[:500]
                    yield Bounced(address, status[0] if status else "", fields.get("action", "").lower(), detail)


def _enclosed_ids(root: Part) -> tuple[str, ...]:
    """The Message-IDs and recipients' tokens of the mails in a report: they say which mail of ours came back."""
    found: list[str] = []
    for part in leaves(root):
        if part.content_type in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
            head = head_of(part.content)
            ids = message_ids([value for name in ("Message-ID", "References") for value in head.all(name)])
            replies = [one.address for one in addresses([*head.all("Reply-To"), *head.all("From")])]
            found += [*ids, *replies]
    return tuple(dict.fromkeys(found))[:100]


# --- texts and files -------------------------------------------------------------------------


def _contents(whole: Cut) -> tuple[list[str], list[MailFile]]:
    """The texts of a mail, each once, and its files, in their order. A text that nobody can read is left out."""
    texts: list[str] = []
    files: list[MailFile] = []
    waiting = [whole.root]
    while waiting:
        part = waiting.pop()
        kind = part.content_type
        if kind == "multipart/alternative":
            text, others = _alternative(part, whole)
            texts.append(text)
            waiting += reversed(others)
        elif part.children:
            waiting += reversed(part.children)
        elif kind.startswith("multipart/") and part.body.strip():
            texts.append(_told(_plain(decoded(part.body)), whole.problems, whole.losses))
        elif _is_text(part):
            texts.append(_shown(part, whole.problems, whole.losses, whole.pages))
        elif part.body or part.name:
            file = _file(part, len(files) + 1)
            files.append(file)
            if part.damage:
                whole.losses.append(f"the file {file.name} is {part.damage}")
            if told := _PIECES.get(kind):
                (whole.problems if not part.depth else whole.losses).append(told)
    _open_tnef(texts, files, whole)
    return texts, files


def _open_tnef(texts: list[str], files: list[MailFile], whole: Cut) -> None:
    """Add what each winmail.dat holds: its files below it, and its text where the mail has none."""
    has_text, allowance = any(text.strip() for text in texts), tnef.Allowance(pages=whole.pages)
    for place, file in [*enumerate(files)][::-1]:
        if not (file.content.startswith(tnef.SIGNATURE) and (file.content_type in TNEF or tnef.is_named(file.name))):
            continue
        found = tnef.opened(file.content, allowance)
        files[place + 1 : place + 1] = found.files
        whole.losses += [f"of {file.name}: {one}" for one in dict.fromkeys(found.losses)]
        if not has_text and found.text.strip():
            texts.append(_plain(found.text))
        elif not has_text and html.TOO_LONG in found.losses:
            whole.problems.append(f"its text is in {file.name}, and nothing of it could be read")


_PIECES = {
    "message/partial": "it is one of several pieces of a mail",
    "message/external-body": "a part of it is kept elsewhere",
}
"""Parts that hold less than they stand for (RFC 2046, 5.2), and what is told of them."""


def _shown(part: Part, problems: list[str], losses: list[str], pages: html.Budget) -> str:
    """The text of a part, "" for one that nobody can read; what is wrong with it is added to either list."""
    if part.damage:
        problems.append(f"its text is {part.damage}")
    raw = part.content
    written, guess = decoded_as(raw, part.parameter("charset") or _of_page(part, raw))
    losses += filter(None, [guessed(guess)])
    cut_off = ""
    if part.content_type == "text/html":
        written, cut_off = whole_page(written)
    text, too_long = _text(part, written, pages)
    if too_long:
        (losses if text.strip() else problems).append(html.TOO_LONG)
    if cut_off:
        (losses if text.strip() else problems).append(cut_off)
    return _told(text, problems, losses)


def _of_page(part: Part, raw: bytes) -> str:
    """The charset that a page says within itself; "" for none."""
    said = META.search(raw, 0, HEAD_OF_PAGE) if part.content_type == "text/html" else None
    return said[1].decode("ascii") if said else ""


META = re.compile(rb"<meta\b[^>]{0,300}\bcharset\s*=\s*[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
HEAD_OF_PAGE = 4096
"""Bytes in which a page says its charset."""


def _told(text: str, problems: list[str], losses: list[str]) -> str:
    if why := unreadable(text):
        problems.append(why)
        return ""
    if lost := lost_signs(text):
        losses.append(lost)
    return text


def _passed_on(raw: bytes, pages: html.Budget) -> tuple[str, list[str]]:
    """The text of an enclosed mail below its head, as programs write it that pass it on; and what is wrong with it."""
    inner = cut(raw)
    inner.pages = pages
    texts, files = _contents(inner)
    names = ", ".join(file.name for file in files)
    head = [f"{name}: {value}" for name in ("From", "Date", "Subject", "To") if (value := inner.root.text(name))]
    body = "\n\n".join(filter(None, texts))
    said = [PASSED_ON, *head, "", body, f"[{names}]" if names else ""]
    return "\n".join(said).strip(), list(dict.fromkeys((*inner.problems, *inner.losses)))


def _is_text(part: Part) -> bool:
    """Whether it is what somebody wrote: a text with a name is a file, also one that is shown, but the whole mail."""
    is_file = part.disposition == "attachment" or (part.depth and part.name)
    return part.content_type in TEXTS and not is_file


def _alternative(part: Part, whole: Cut) -> tuple[str, list[Part]]:
    """The text of the alternatives, once: the plain one if it says anything; and the parts that are none of it.

    Where one can be read, what is wrong with another is a loss.
    """
    plain, page, others = "", "", []
    problems, losses = list[str](), list[str]()
    for child in part.children:
        inner = list(leaves(child))
        mine = next((one for one in inner if _is_text(one)), None)
        others += [one for one in inner if one is not mine and not _is_other_form(one)]
        if mine is None:
            continue
        text = _shown(mine, problems, losses, whole.pages)
        if mine.content_type == "text/html":
            page = page or text
        else:
            plain = plain or text
    text = plain if plain.strip() else page
    if text is not page:  # then nothing is missing
        problems, losses = ([one for one in told if one != html.TOO_LONG] for told in (problems, losses))
    whole.losses += losses
    (whole.losses if text.strip() else whole.problems).extend(problems)
    return text, others


def _is_other_form(part: Part) -> bool:
    """Whether it says the same in a form for other programs, such as AMP; an invitation says more."""
    form = part.content_type.startswith("text/") and part.content_type not in ("text/calendar", "text/vcard")
    return form and not part.name and part.disposition != "attachment"


def _text(part: Part, text: str, pages: html.Budget) -> tuple[str, bool]:
    """The text of a part, and whether it is too long to be read in full."""
    if part.content_type == "text/html":
        shown, too_long = html.text_of(text, pages)
        return _plain(shown), too_long
    return _of_plain(part, text), False


def _of_plain(part: Part, text: str) -> str:
    plain = _without_armour(_plain(text))
    if part.parameter("format").lower() == "flowed":
        return flowed.joined(plain, delete_space=part.parameter("delsp").lower() == "yes")
    return plain


SIGNED, SIGNATURE = "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----"
END = "-----END PGP SIGNATURE-----"
HASHES = re.compile(r"(?:\w+: .*\n)*\n?")
DASHED = re.compile("^- (?=-)", re.MULTILINE)


def _without_armour(text: str) -> str:
    """What was signed within the text (RFC 4880, 7), without the signature around it."""
    kept, place = list[str](), 0
    while (begins := _line(text, f"{SIGNED}\n", place)) >= 0:
        head = begins + len(SIGNED) + 1
        start = found.end() if (found := HASHES.match(text, head)) else head
        ends = text.find(f"\n{SIGNATURE}", max(head, start - 1))
        if ends < 0:
            break
        if ends < start:  # then the last line that looks like a header is the text
            start = text.rfind("\n", 0, ends) + 1
        closes = _line(text, END, ends + 1)
        kept += [text[place:begins], DASHED.sub("", text[start:ends])]
        place = closes + len(END) if closes >= 0 else len(text)
    return "".join((*kept, text[place:]))


def _line(text: str, mark: str, place: int) -> int:
    """Where a line begins with a mark, from a place on; -1 for nowhere."""
    if place == 0 and text.startswith(mark):
        return 0
    found = text.find(f"\n{mark}", max(0, place - 1))
    return found + 1 if found >= 0 else -1


def _plain(text: str) -> str:
    """With line ends as LF; a control character that no text has is U+FFFD."""
    return CONTROLS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")


def _file(part: Part, number: int) -> MailFile:
    kind = part.content_type
    inline = part.disposition == "inline" or bool(part.text("Content-ID") and part.disposition != "attachment")
    return MailFile(part.name or _unnamed(kind, number), kind, part.content, inline)


def _unnamed(kind: str, number: int) -> str:
    """A name for a file that has none."""
    return _NAMES.get(kind) or f"file-{number}{_EXTENSIONS.get(kind, '')}"


_NAMES = {
    "message/rfc822": "message.eml",
    "text/calendar": "invitation.ics",
    "application/pgp-signature": "signature.asc",
    "application/pgp-encrypted": "version.asc",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/ms-tnef": "winmail.dat",
    "application/vnd.ms-tnef": "winmail.dat",
}
_EXTENSIONS = {
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/html": ".html",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "message/delivery-status": ".txt",
}
