"""What somebody wrote this time, apart from what their program quotes below or above it, and from a signature. Pure.

| what begins the history                                   | what is history then                            |
|-----------------------------------------------------------|--------------------------------------------------|
| lines behind `>`                                          | these lines, and the line that says who wrote    |
| `On Monday, ... wrote:`, with no `>` after it             | all that follows, if something stands before it  |
| four lines such as `From: Sent: To: Subject:`             | all that follows, if something stands before it  |
| `-----Original Message-----`                              | the same                                         |

The answers between the questions stay; all stays where somebody says that they answer below, and in a mail that answers
none what is not behind `>`. What is passed on is no history: it is what the mail is about. The whole text
is kept beside it, and the raw mail.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import islice

from intake_fn.core.inbound.languages import (
    BEFORE_PRINTING,
    CLOSINGS,
    DISCLAIMERS,
    FEWEST_NOTICE_WORDS,
    FROM_LABELS,
    NOTICE_WORDS,
    ORIGINAL,
    OTHER_LABELS,
    PASSED_ON,
    POINTS_BELOW,
    SENT_FROM,
    VERBS_OF_WROTE,
    WROTE,
    pattern,
    phrases,
)
from intake_fn.core.inbound.mail import MailAddress
from intake_fn.core.inbound.summary import GREETING, LONGEST_GREETING, is_forward
from intake_fn.core.inbound.summary import answers as answers_by

FROM = frozenset(phrases(FROM_LABELS).split("|"))
LABELS = FROM | frozenset(phrases(OTHER_LABELS).split("|"))
"""What the lines above a quoted mail begin with."""

HEADER_LINE = re.compile("([^\\W\\d][^:\uff1a]{0,24}?)[*_ ]*[:\uff1a][*_ ]*(.*)$")
LONGEST_HEADER_LINE = 1_000
"""Characters of such a line that are read."""
MOST_BETWEEN = 2
"""Lines of another kind that may stand between such lines, such as a long list of recipients."""
FEWEST_LINES = 3

LONGEST_LINE = 300
"""Characters of a line that may be one of a program's."""

SEPARATOR = pattern(ORIGINAL, r"^\s*(?:-{2,}|_{2,})\s*", r"\s*(?:(?:-{2,}|_{2,})\s*)?$")
FORWARDED = pattern(PASSED_ON, r"^\s*(?:(?:-{2,}|begin)\s*)?", r"\s*(?:[:\uff1a]\s*)?(?:-{2,}\s*)?$")
WROTE_END = pattern(WROTE, "", r"\s*(?:folgendes\s*)?(?:[:\uff1a]\s*)?$")
WHEN = re.compile(r"\d{1,4}[-./年 ]|\d{1,2}:\d{2}|@|\b(?:on|am|le|el|il|em|op|den|dnia|dne|в)\b", re.IGNORECASE)
AT_A_TIME = re.compile(
    r"(?=.*(?:\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2}\b|\d年)).*\d{1,2}[:.h]\d{2}|@", re.DOTALL
)
"""What programs write into such a line, and people hardly do: a date with its year and a time, or an address."""
DATED = re.compile(r"\d{1,2}[./-]\d{1,2}|\b(?:19|20)\d\d\b|\d{1,2}:\d{2}")
OPENER = re.compile(r"(?:on|at|am|le|el|il|em|op|den|dnia|dne|в)\b", re.IGNORECASE)
"""How such a line mostly begins: what stands right above it is somebody's sentence."""
BELOW = pattern(POINTS_BELOW)
NAMED_END = re.compile("[<(][^<>()\\s]{1,64}@[^<>()\\s]{1,190}[>)] ?[:\uff1a]\\s*$")
"""The end of such a line in languages that put the verb elsewhere: an address, and a colon."""
WROTE_THEN = pattern(WROTE, r"@[^\s<>]{1,190}[>)]\s*", r"\s*[:\uff1a]\s{2,}\S")
"""The same with the quotation on the same line, as Yahoo's program for telephones writes it."""
ADDRESSED_END = re.compile("@.*[:\uff1a]\\W*$")
"""The end of such a line in any language, in an answer, if what follows is quoted."""
TURNS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
"""Marks of the direction of writing, between words of two scripts."""
LONGEST_ATTRIBUTION = 4
"""Lines over which such a line may be broken."""

SIGNATURE = re.compile("^-- ?$")
UNDERSCORES = re.compile(r"^\s*_{3,}\s*$")
POSTSCRIPT = re.compile(r"^\W*p\.? ?s\b", re.IGNORECASE)
LEFT_OUT = "\x1f"
"""Stands for lines that were left out: a signature above a quotation ends there. No text holds it."""
DASH = re.compile("^(?:\u2014|__)$")
"""What some programs write for it, and people between two parts of a text."""
PHONE = pattern(SENT_FROM, r"^\s*", r"\s*$")
CLOSING = pattern(CLOSINGS, r"^\s*", r"\s*(?:[,.!\u3002\uff0c]\s*)?$")
DISCLAIMER = pattern(DISCLAIMERS, r"^[\W_]*")
NOTICE_WORD = pattern(NOTICE_WORDS)
PRINTING = pattern(BEFORE_PRINTING, r"^[\W_]*", r"[\W_]*$")
SENTENCE = re.compile("[?\uff1f]|\\w+(?:\\W+\\w+){4,}\\W*[.!\u3002\uff01]\\s*$|^\\W*p\\.? ?s\\b", re.IGNORECASE)
"""A line in which somebody says something; a business card holds none."""
_REACH = (
    r"(?:https?://|www\.)[^\s|]{1,150}|[^\s|@<>:]{1,64}@[^\s|@<>]{1,190}"
    r"|(?<!\w)(?:[+0][\d\s()./-]{5,}\d|\(\+?\d[\d\s()./-]{5,}\d)(?: ?(?:x|ext\.?|dw) ?\d{1,5})?"
)
_LABELLED = (
    r"(?:\b(?:tel|fax|phone|telephone|mobile|mobil|cell|direct|office|e-?mail|mail|web|website|internet|telefon|telefax|handy"
    r"|durchwahl|téléphone|tél|portable|teléfono|móvil|telefono|cellulare|telefoon|mobiel|t|m|f|e|w|d|o"
    r"|电话|電話|手机|手機|传真|傳真|邮箱|郵箱|网址|携帯|メール|전화|휴대폰|이메일)\b\.?\s*[:\uff1a]?\s*)?"
)
CONTACT = re.compile(rf"{_LABELLED}<?(?:{_REACH})>?", re.IGNORECASE)
COMPANY = re.compile(
    r"\b(?:gmbh|ag|kg|ltd|limited|inc|llc|plc|sarl|sas|s\.?r\.?l|s\.?p\.?a|b\.?v|oy|a/s|hrb|ust-id\w*|siret)\b",
    re.IGNORECASE,
)
"""A way to reach somebody, with its label; the form of a company. One of them makes a card of some short lines."""
OTHER_LABEL = re.compile("[^\\W\\d]\\s*[:\uff1a]")
"""A label beside a way to reach somebody that is none of its own: `Error text: https://...`."""
DATA = re.compile(r"\d{6,}|https?:|www\.|@")
"""What a card holds only as a way to reach somebody: elsewhere it is a number or an address that the mail is about."""
JOINING = frozenset(
    "of and for the in at to on und für der die das des von vom zu im am et de du des la le les l d y del los las e di"
    " da do dos das della delle van der den het en och i".split()
)
"""Words that stand in small letters between the names and titles of a card."""
ABOUT_CARD = re.compile(
    r"\b(?:below|following|signature|address|phone|telephone|contact|my name|unten\w*|unterhalb|folgend\w*|signatur"
    r"|adresse|anschrift|telefon\w*|rufnummer|kontakt\w*|mein name|ci-dessous|coordonnées|téléphone|abajo|siguiente\w*"
    r"|dirección|teléfono|firma|sotto|indirizzo|telefono|hieronder|adres|telefoon\w*)\b",
    re.IGNORECASE,
)
"""What somebody says whose own name, number or address is what the mail is about."""
CODE = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*\u2022])\s|\b[A-Z]{1,4}-(?:[A-Z]+-)?\d")
"""A list, or a number of something in the system: a card holds none."""
OWN = re.compile("[?\uff1f]|^\\W*p\\.? ?s\\b|\\b[A-Z]{1,4}-(?:[A-Z]+-)?\\d")
"""A question, a postscript or a number of something in the system, within a notice."""
WORD = re.compile(r"[^\W\d_]{2,}")
MOST_OF_CARD = 25
LONGEST_OF_CARD = 150
"""Lines below a name, and characters of each, that may be a business card."""
MOST_SMALL = 1
"""Words in small letters in a line of a card; a sentence has more."""
CARD_LINES = 4
"""Lines of a card of which at least one says how to reach somebody."""

ITALIAN = re.compile(r"I: (?=\S)")
"""How Outlook marks in Italian what it passes on; in a summary it stays, as it may be the name of a drive."""

PROGRAM = re.compile(
    "iphone|ipad|ios|android|samsung|galaxy|huawei|xiaomi|blackberry|outlook|gmail|yahoo|proton|spark|tutanota|aol|gmx"
    "|mail|mobil|phone|telefon|téléphone|teléfono|handy|tablet|\\bapp\\b|iphon",
    re.IGNORECASE,
)
"""A device or a program, in what it writes below a mail."""
ENDED = re.compile('[.!?)"\u2026\u3002\uff01\uff1f]$')
MOST_OF_NAME = 3
"""Words of a name below a text."""
RULE = re.compile(r"^\s*(?:_{5,}|-{5,}|={5,}|\*{5,})\s*$")
QUOTED = re.compile("^\\s{0,3}[>\uff1e]")

ADDRESS = re.compile(r"[^\s<>\"'();:,\[\]]{1,64}@[^\s<>\"'();:,\[\]]{1,255}")


def written_now(text: str, subject: str, *, is_reply: bool, name: str = "") -> str:
    """What the sender wrote this time; all of it where nothing would be left.

    `is_reply` says whether it refers to another mail, `name` holds the names of who sends it.
    """
    lines = text.split("\n")
    if is_forward(subject) or any(_is(FORWARDED, line) for line in lines):
        return _joined(_without_signature_above(lines)) or text.strip()
    kept = _without_signature(_without_history(lines, answers=is_reply or answers_by(subject)), name)
    return _joined(kept) or text.strip()


def _is(kind: re.Pattern[str], line: str) -> bool:
    """Whether a line is of a kind that programs write; a longer one is a person's."""
    return len(line) <= LONGEST_LINE and kind.match(line) is not None


def forwarded_by(text: str, subject: str) -> MailAddress | None:
    """Who wrote what a mail passes on, as the lines above it say; None where it passes nothing on."""
    lines = text.split("\n")[:2000]
    start = _forwarded_from(lines, subject)
    if start is None:
        return None
    for line in lines[start : start + 12]:
        found = _header(line)
        if found and _label(found[1]) in FROM and (address := ADDRESS.search(found[2])):
            name = " ".join(found[2][: address.start()].split()).strip(" \"'<[(*")
            return MailAddress(address[0].lower().rstrip(".>"), name[:200])
    return None


def above_forwarded(text: str, subject: str) -> str:
    """What somebody wrote above the mail that they pass on."""
    lines = text.split("\n")[:2000]
    return "\n".join(lines[: _forwarded_from(lines, subject)])


def _forwarded_from(lines: Sequence[str], subject: str) -> int | None:
    """The line at which what is passed on begins; None where nothing is."""
    start = next((number for number, line in enumerate(lines) if _is(FORWARDED, line)), None)
    if start is not None or not (is_forward(subject) or ITALIAN.match(subject)):
        return start
    return next((number for number in range(len(lines)) if _is_head(lines, number, from_first=False)), None)


def quotes(text: str, addresses: Collection[str]) -> bool:
    """Whether a text names one of some addresses, in small letters, elsewhere than among a mail's recipients."""
    for line in text.split("\n")[:2000]:
        if any(address in line[:LONGEST_HEADER_LINE].casefold() for address in addresses):
            found = _header(line)
            if not found or _label(found[1]) not in LABELS - FROM:
                return True
    return False


def _without_history(lines: Sequence[str], *, answers: bool) -> list[str]:
    kept = _Kept()
    number = 0
    while number < len(lines):
        line = lines[number]
        if QUOTED.match(line):
            if answers:
                kept.leave_out()
                number += 1
                continue
        elif answers and (_is(SEPARATOR, line) or _is_one_line(line) or _is_head(lines, number)):
            if kept.says_something():
                return list(lines) if kept.points_below() else kept.lines
        elif length := _attribution(lines, number, answers=answers):
            after = _next_said(lines, number + length)
            if QUOTED.match(after) or not after:
                answers = True
                kept.leave_out()
                number += length
                continue
            by_program = answers and AT_A_TIME.match(" ".join(lines[number : number + length]))
            if by_program and kept.says_something():
                return list(lines) if kept.points_below() else kept.lines
        kept.lines.append(line)
        number += 1
    return kept.lines


class _Kept:
    """The lines that are no history, and whether they say something beside signatures and rules.

    That is asked above each head of a quotation: where it was no, and there are ALWAYS_ASKED lines, it stays no until
    there are twice as many, so that the work grows with the lines and not with their square.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._next = 0

    def leave_out(self) -> None:
        """Leave lines out here."""
        if self.lines and self.lines[-1] != LEFT_OUT:
            self.lines.append(LEFT_OUT)

    def points_below(self) -> bool:
        """Whether somebody says in them that they answer below."""
        return any(BELOW.search(line[:LONGEST_LINE]) for line in self.lines[:MOST_ABOVE])

    def says_something(self) -> bool:
        """Whether somebody wrote something in them."""
        count = len(self.lines)
        if count < self._next:
            return False
        self._next = 2 * count if count > ALWAYS_ASKED else 0
        return any(line.strip() and not _is(RULE, line) for line in _without_signature(self.lines))


MOST_ABOVE = 50
"""Lines in which somebody may say that they answer below."""
ALWAYS_ASKED = 200
"""Lines up to which it is asked at each head whether they say something."""


def _next_said(lines: Sequence[str], number: int) -> str:
    """The first line from here on that is not empty; "" for none."""
    return next((lines[one] for one in range(number, len(lines)) if lines[one].strip()), "")


def _is_one_line(line: str) -> bool:
    """Whether a line says who wrote, and what: all from here on is an earlier mail."""
    begin = line[:LONGEST_LINE]
    return bool(WROTE_THEN.search(begin) and WHEN.search(begin))


def _attribution(lines: Sequence[str], number: int, *, answers: bool) -> int:
    """How many lines say who wrote what is quoted next; 0 for none, also where they begin further below."""
    length = _said_who(lines, number, answers=answers)
    for place in range(number + 1, number + length):
        above, line = lines[place - 1].rstrip(), lines[place].translate(TURNS).strip()
        is_begin = DATED.search(line) and (ENDED.search(above) or OPENER.match(line))
        if is_begin and _said_who(lines, place, answers=answers):
            return 0
    return length


def _said_who(lines: Sequence[str], number: int, *, answers: bool) -> int:
    """How many lines from here on say who wrote what is quoted next; 0 for none."""
    whole = ""
    for length, line in enumerate(lines[number : number + LONGEST_ATTRIBUTION], 1):
        bare = line.translate(TURNS).strip()
        whole = f"{whole} {bare}".strip()
        begins = length > 1 or WHEN.search(bare)
        if not bare or not begins or QUOTED.match(line) or len(whole) > LONGEST_LINE:
            return 0
        if (_has_verb(whole) and WROTE_END.search(whole)) or NAMED_END.search(whole):
            return length if WHEN.search(whole) else 0
        if answers and ADDRESSED_END.search(whole) and QUOTED.match(_next_said(lines, number + length)):
            return length
    return 0


def _has_verb(text: str) -> bool:
    """Whether a part of a verb of WROTE stands in a text: the quick question before the slow one."""
    small = text.lower()
    return any(verb in small for verb in VERBS_OF_WROTE)


def _is_head(lines: Sequence[str], number: int, *, from_first: bool = True) -> bool:
    """Whether the lines from here on are the head of a quoted mail: it says who wrote it, mostly in its first line."""
    first = _header(lines[number])
    if not first or _label(first[1]) not in (FROM if from_first else LABELS):
        return False
    count, between, says_who = 0, 0, from_first
    for line in lines[number : number + 12]:
        found = _header(line)
        if found and _label(found[1]) in LABELS:
            count += 1
            says_who = says_who or _label(found[1]) in FROM
        elif line.strip():
            between += 1
        if between > MOST_BETWEEN:
            break
    return says_who and count >= FEWEST_LINES


def _header(line: str) -> re.Match[str] | None:
    """The label and the value of a line above a quoted mail; None for another line."""
    return HEADER_LINE.match(line.lstrip("> ").lstrip("*_ ")[:LONGEST_HEADER_LINE])


def _label(text: str) -> str:
    return " ".join(text.casefold().split())


def _without_signature(lines: Sequence[str], name: str = "") -> list[str]:
    """Up to the signature: behind `-- `, below the name at the end, or what a telephone or a company writes below."""
    kept: list[str] = []
    rest = _without_card(_without_disclaimer(lines), name)
    number = 0
    while number < len(rest):
        if number and SIGNATURE.match(rest[number]):
            ends = (n for n in range(number, len(rest)) if rest[n] == LEFT_OUT or POSTSCRIPT.match(rest[n]))
            number = next(ends, len(rest))
            continue
        if number and _signed_below(rest, number, name):
            break
        kept.append(rest[number])
        number += 1
    return _without_phone(kept)


def _signed_below(lines: Sequence[str], number: int, name: str) -> bool:
    """Whether a dash, or a line of underscores, stands above nothing but the sender's card."""
    if DASH.match(lines[number]):
        return _may_be_card(lines, number + 1)
    if not UNDERSCORES.match(lines[number]) or not _may_be_card(lines, number + 1):
        return False
    card, own = lines[number + 1 :], _words(name)
    above = next((line for line in reversed(lines[:number]) if line.strip()), "")
    signed = _is(CLOSING, above) or (bool(_words(above)) and _words(above) <= own)
    is_own = signed or bool(own & _words("\n".join(card)))
    reaches = any(CONTACT.search(line) or COMPANY.search(line) for line in card)
    return is_own and reaches and not any(ABOUT_CARD.search(line) for line in lines[:number])


def _without_signature_above(lines: Sequence[str]) -> list[str]:
    """The lines without the forwarder's signature; the forwarded mail stays whole."""
    start = next(
        (n for n in range(len(lines)) if _is(FORWARDED, lines[n]) or _is(SEPARATOR, lines[n]) or _is_head(lines, n)),
        len(lines),
    )
    return [*_without_signature(lines[:start]), *lines[start:]]


def _without_disclaimer(lines: Sequence[str]) -> list[str]:
    """Without the last paragraphs where they are a company's words on confidentiality; all of it if nothing is left."""
    end = len(lines)
    first = next((number for number, line in enumerate(lines) if _greets_not(line)), end)
    within = 0
    while True:
        last = end
        while last and (not lines[last - 1].strip() or _is(RULE, lines[last - 1])):
            last -= 1
        start = last
        while start and lines[start - 1].strip() and not _is(RULE, lines[start - 1]):
            start -= 1
        card = next((n for n in range(start, last) if not _is_said(lines[n])), last) if within < MOST_WITHIN else last
        begins = range(max(card + 1, last - MOST_OF_NOTICE), last)
        may_begin = (n for n in (start, *begins) if first < n and not _leads_on(lines, n))
        notice = next((n for n in may_begin if _is_notice(lines[n:last])), None)
        if notice is None:
            return list(lines[:end])
        within += notice > start
        end = notice


def _leads_on(lines: Sequence[str], number: int) -> bool:
    """Whether what stands above a line ends in a colon: a person quotes what follows."""
    above = next((lines[n].rstrip() for n in range(number - 1, -1, -1) if lines[n].strip()), "")
    return above.endswith((":", "\uff1a"))


MOST_OF_NOTICE = 12
"""Last lines of a paragraph at which such a notice may begin, below the name or another line of a card."""
MOST_WITHIN = 5
"""Notices that may begin so: each time the whole paragraph is read again."""


def _is_notice(lines: Sequence[str]) -> bool:
    """Whether a paragraph is a company's notice: by its beginning and several of its words, or as a whole.

    One in which a line asks something, or names a number of the system, is a person's.
    """
    paragraph = "\n".join(lines)
    if PRINTING.match(paragraph):
        return True
    if DISCLAIMER.search(paragraph) is None:
        return False
    words = {found[0].casefold() for found in NOTICE_WORD.finditer(paragraph)}
    return len(words) >= FEWEST_NOTICE_WORDS and not any(OWN.search(line) for line in lines)


def _greets_not(line: str) -> bool:
    """Whether a line says something beside a greeting."""
    return bool(line.strip()) and not (GREETING.match(line.strip()) and len(line) <= LONGEST_GREETING)


def _without_card(lines: Sequence[str], name: str) -> list[str]:
    """Without the business card below a closing such as `Kind regards` and the sender's own name.

    Where it is somebody else's name, or anything else stands there, or the mail speaks of a number or an address, it
    may be what the mail is about. A line across the page above nothing but the own name is as good as a closing.
    """
    last = next((n for n in range(len(lines) - 1, 0, -1) if _closes(lines, n, name)), None)
    if last is None or not any(line.strip() for line in lines[:last]):
        return list(lines)
    below = [number for number in range(last + 1, len(lines)) if lines[number].strip()]
    card = [lines[number] for number in below[1:]]
    own = _words(name)
    if len(card) > MOST_OF_CARD or not below or not own & _words(lines[below[0]]):
        return list(lines)
    if any(_is_said(lines[number]) for number in below) or any(ABOUT_CARD.search(line) for line in lines[:last]):
        return list(lines)
    reaches = sum(1 for line in card if CONTACT.search(line) or COMPANY.search(line))
    is_card = reaches * CARD_LINES >= max(1, len(card))
    return list(lines[: below[0] + 1] if is_card else lines)


def _closes(lines: Sequence[str], number: int, name: str) -> bool:
    if _is(RULE, lines[number]):
        below = _words(_next_said(lines, number + 1))
        return bool(below) and below <= _words(name)
    return _is(CLOSING, lines[number])


def _words(text: str) -> set[str]:
    return {word.casefold() for word in WORD.findall(text)}


def _may_be_card(lines: Sequence[str], start: int) -> bool:
    return len(lines) - start <= 2 * MOST_OF_CARD and not any(_is_said(line) for line in lines[start:] if line.strip())


def _is_said(line: str) -> bool:
    """Whether a line is no part of a business card: it says something, or holds data that reach nobody."""
    if len(line) > LONGEST_OF_CARD or any(kind.search(line) for kind in (QUOTED, CODE, SENTENCE)):
        return True
    rest = CONTACT.sub(" ", line)
    small = [word for word in WORD.findall(rest) if word.islower() and word not in JOINING]
    labels_other = rest != line and OTHER_LABEL.search(rest)
    return bool(len(small) > MOST_SMALL or DATA.search(rest) or labels_other)


def _without_phone(lines: Sequence[str]) -> list[str]:
    """Without what a telephone's program writes below; where a line leads on to it, a person quotes it."""
    kept = list(lines)
    while kept and (not kept[-1].strip() or _is(RULE, kept[-1]) or _is_of_phone(kept)):
        kept.pop()
    return kept


def _is_of_phone(lines: Sequence[str]) -> bool:
    """Whether a telephone's program wrote the last line. One that names no program may go on with a sentence."""
    if not _is(PHONE, lines[-1]):
        return False
    above = next((line.strip() for line in islice(reversed(lines), 1, None) if line.strip()), "")
    if above.endswith((":", "\uff1a")):
        return False
    words = WORD.findall(above)
    is_name = len(words) <= MOST_OF_NAME and not any(word.islower() for word in words)
    is_end = is_name or bool(ENDED.search(above)) or any(_is(kind, above) for kind in (CLOSING, PHONE, RULE))
    if PROGRAM.search(lines[-1]):
        return True
    return not ENDED.search(lines[-1].rstrip()) and (is_end or not lines[-2:-1] or not lines[-2].strip())


def _joined(lines: Sequence[str]) -> str:
    kept = [line.rstrip() for line in lines]
    while kept and (not kept[-1] or _is(RULE, kept[-1])):
        kept.pop()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")
