"""RTF as Outlook keeps a mail in it: decompressed (MS-OXRTFCP), and its text. Pure.

Characters, paragraphs and tabs are read; fonts, pictures, fields and the like are left out. Where RTF wraps a page
(MS-OXRTFEX), what only the page has stands in groups of their own and is left out, too.
"""

from __future__ import annotations

import codecs
import re
import struct

from intake_fn.core.lazy_dataclass import dataclass

COMPRESSED, PLAIN = b"LZFu", b"MELA"
BEGINNING = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier"
    b"{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
"""What the dictionary holds before anything is read."""
WINDOW = 4096
SHORTEST = 2
LARGEST = 4 * 2**20
"""Bytes of RTF that are read of one mail, before and after its compression."""
MOST_TOKENS = 500_000
"""Words, groups, signs and runs of text that are read of one mail: half a second."""

TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]{1,32})(?P<number>-?[0-9]{1,10})? ?|\\'(?P<byte>[0-9A-Fa-f]{2})|\\(?P<sign>[^A-Za-z])"
    rb"|(?P<group>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
LEFT_OUT = frozenset(
    b"fonttbl colortbl stylesheet info pict object themedata colorschememapping datastore latentstyles listtable"
    b" listoverridetable generator htmltag mhtmltag xmlnstbl rsidtbl fldinst header footer headerl headerr footerl"
    b" footerr nonshppict".split()
)
"""Groups that show nothing."""
SAID = {b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t"}
SAID |= {b"emdash": "\u2014", b"endash": "\u2013", b"bullet": "\u2022", b"lquote": "\u2018", b"rquote": "\u2019"}
SAID |= {b"ldblquote": "\u201c", b"rdblquote": "\u201d"}
SIGNS = {b"~": "\u00a0", b"_": "-", b"\n": "\n", b"\r": "\n"}
HIDDEN = (b"htmlrtf", b"v")
"""Words that hide what follows, up to the same word with 0."""


@dataclass(slots=True)
class Budget:
    """What is still read of the RTF of one mail, which may hold many; `exceeded` says that some was left out."""

    size: int = LARGEST
    tokens: int = MOST_TOKENS
    exceeded: bool = False


def decompressed(raw: bytes, budget: Budget | None = None) -> bytes:
    """RTF without its compression, as far as it can be read and the budget allows; b"" for what is none."""
    budget = budget or Budget()
    if len(raw) < 16:  # noqa: PLR2004 - its head
        return b""
    size, _, kind = struct.unpack_from("<II4s", raw)
    body = raw[16 : size + 4]
    if kind not in (PLAIN, COMPRESSED):
        return b""
    budget.exceeded |= len(body) > budget.size
    whole = body[: budget.size] if kind == PLAIN else _expanded(body[: budget.size], budget.size)
    budget.exceeded |= len(whole) > budget.size
    budget.size -= min(len(whole), budget.size)
    return whole


def _expanded(body: bytes, most: int) -> bytes:
    """More than `most` bytes where there are more."""
    window = bytearray(WINDOW)
    window[: len(BEGINNING)] = BEGINNING
    at, place, out = len(BEGINNING), 0, bytearray()
    while place < len(body) and len(out) <= most:
        flags = body[place]
        place += 1
        for bit in range(8):
            if flags >> bit & 1:
                if place + 2 > len(body):
                    return bytes(out)
                pair = body[place] << 8 | body[place + 1]
                place += 2
                start, length = pair >> 4, (pair & 15) + SHORTEST
                if start == at:
                    return bytes(out)
                for step in range(length):
                    sign = window[(start + step) % WINDOW]
                    out.append(sign)
                    window[at] = sign
                    at = (at + 1) % WINDOW
            elif place < len(body):
                out.append(body[place])
                window[at] = body[place]
                at = (at + 1) % WINDOW
                place += 1
    return bytes(out)


def text_of(raw: bytes, budget: Budget | None = None) -> str:
    """The text of some RTF, as far as the budget allows; "" for what is none."""
    budget = budget or Budget()
    if not raw.startswith(b"{\\rtf"):
        return ""
    budget.exceeded |= len(raw) > LARGEST
    return _Reader().read(raw[:LARGEST], budget).strip("\n")


class _Reader:
    """Reads tokens; each group restores what it changed."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._charset, self._pending = "cp1252", bytearray()
        self._left_out, self._skip, self._after = False, 1, 0
        self._above: list[tuple[bool, int]] = []

    def read(self, raw: bytes, budget: Budget) -> str:
        """The text of the document; what comes behind the last token that the budget allows is left out."""
        opens = False
        for found in TOKEN.finditer(raw):
            if budget.tokens == 0:
                budget.exceeded = True
                break
            budget.tokens -= 1
            if found["group"]:
                self._group(opens=found["group"] == b"{")
            elif found["word"]:
                self._word(found["word"], found["number"], first=opens)
            elif found["sign"]:
                self._sign(found["sign"], first=opens)
            else:
                self._bytes(bytes.fromhex(found["byte"].decode()) if found["byte"] else found["text"] or b"")
            opens = found["group"] == b"{" or (found["sign"] == b"*" and opens)
        self._flush()
        return "".join(self._out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # a pair is one sign

    def _group(self, *, opens: bool) -> None:
        self._flush()
        if opens:
            self._above.append((self._left_out, self._skip))
        elif self._above:
            self._left_out, self._skip = self._above.pop()

    def _sign(self, sign: bytes, *, first: bool) -> None:
        if sign == b"*" and first:
            self._left_out = True
        else:
            self._say(SIGNS.get(sign, sign.decode("ascii", "ignore")))

    def _word(self, word: bytes, number: bytes | None, *, first: bool) -> None:
        value = int(number) if number else None
        if word == b"u" and value is not None:
            self._say(chr(value % 0x10000))
            self._after = self._skip
        elif word == b"uc":
            self._skip = value or 0
        elif word == b"ansicpg" and value:
            self._charset = _known(f"cp{value}")
        elif word in HIDDEN or (word in LEFT_OUT and first):
            self._flush()
            self._left_out = value != 0 if word in HIDDEN else True
        elif word in SAID:
            self._say(SAID[word])

    def _bytes(self, text: bytes) -> None:
        """Some of the text; the first after a character by its number stand for it to those who do not know it."""
        left = text[self._after :]
        self._after -= len(text) - len(left)
        if not self._left_out:
            self._pending += left

    def _say(self, text: str) -> None:
        self._flush()
        if not self._left_out:
            self._out.append(text)

    def _flush(self) -> None:
        if self._pending:
            self._out.append(self._pending.decode(self._charset, errors="replace"))
            self._pending.clear()


def _known(charset: str) -> str:
    try:
        return codecs.lookup(charset).name
    except LookupError:
        return "cp1252"
