"""Whether what a mail holds can be read by a person, and what of it is lost. Pure.

| found                                                  | then                                                  |
|--------------------------------------------------------|-------------------------------------------------------|
| a text of which more than one sign in ten is unknown   | nobody can read it: a person looks at the mail        |
| a text with fewer such signs                           | it is read; the desk is told that signs are lost      |
| a text of question marks, or of base64 alone           | nobody can read it                                    |
| a body that is not encoded as it says                  | of a text: nobody can read it; of a file: told        |

Unknown is what decoding replaces, controls included.
"""

from __future__ import annotations

import re

UNKNOWN = "\ufffd"
ONE_IN = 10
"""A text is unreadable if more than one sign of so many is unknown."""
FEW = 2
"""Unknown signs with which a short text is still readable, if it has others."""

UNREADABLE = "its text cannot be read"
SOME_SIGNS = "some signs of its text cannot be read"
QUESTION_MARKS = "its text is nothing but question marks: its letters were lost on the way"
STILL_ENCODED = "its text is encoded (base64) and does not say so"
CUT_PAGE = "its page is cut off"

LOST_LETTERS = re.compile(r"\?{2,}")
WORDS_LOST = 3
"""Words of question marks of which at least so many are no question."""

BASE64_LINES = re.compile(r"(?:[A-Za-z0-9+/]{40,}\n)+[A-Za-z0-9+/]*={0,2}")
OPENED = re.compile(r"<!--|<(?:style|script|title|head)\b", re.IGNORECASE)
CLOSED = {"<!--": "-->", "<style": "</style", "<script": "</script", "<title": "</title", "<head": "</head"}


def unreadable(text: str) -> str:
    """Why nobody can read a text; "" for one that can be read, and for none."""
    signs = len(text) - sum(map(text.count, " \n\t"))
    unknown = text.count(UNKNOWN)
    if unknown * ONE_IN > signs and (unknown > FEW or unknown == signs):
        return UNREADABLE
    bare = text.strip()
    if len(LOST_LETTERS.findall(bare)) >= WORDS_LOST and not any(map(str.isalnum, bare)):
        return QUESTION_MARKS
    return STILL_ENCODED if BASE64_LINES.fullmatch(bare) else ""


def lost_signs(text: str) -> str:
    """What is lost of a text that can be read; "" for nothing."""
    return SOME_SIGNS if UNKNOWN in text else ""


def guessed(charset: str) -> str:
    """What is told of a text whose charset was guessed; "" for none that was."""
    name = NAMES.get(charset, charset)
    return f"it does not say how its letters are encoded, and was read as {name}" if charset else ""


NAMES = {f"cp{number}": f"windows-{number}" for number in range(1250, 1259)} | {"cp874": "windows-874"}
"""What people call them."""


def whole_page(html: str) -> tuple[str, str]:
    """A page without what it opens, shows nothing of and never closes; and why it shows nothing, if so. "" for well."""
    last = None
    for last in OPENED.finditer(html):  # noqa: B007 - the last one
        pass
    if last is None or CLOSED[last[0].lower()] in html[last.end() :].lower():
        return html, ""
    return html[: last.start()], CUT_PAGE


def not_base64(body: bytes, signs: bytes) -> str:
    """What is wrong with a body that is called base64, of which `signs` are of its alphabet; "" for nothing."""
    others = len(body.translate(None, BLANK)) - len(signs)
    if len(signs) % 4 == 1 or others * 20 > len(signs):
        return "cut off or damaged (base64)"
    return "called encoded (base64), and is not" if is_written(body) else ""


BLANK = b" \t\r\n\f\v="


def is_written(body: bytes) -> bool:
    """Whether a body that is called base64 is words with spaces between them."""
    line = body.strip().partition(b"\n")[0].strip()
    return line.count(b" ") * 20 > len(line)
