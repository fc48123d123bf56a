"""HTML of a mail as text: blocks on lines of their own, lists with marks, quotations behind `>`, nothing that acts.

Scripts, styles, comments and what a page hides are left out; a picture is its alternative text, and nothing is loaded.
"""

from __future__ import annotations

import re
import warnings
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bs4 import Tag

LARGEST = 2 * 2**20
"""Characters of HTML that are read; the rest stays in the raw mail."""

BLOCKS = frozenset(
    "address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr"
    " html li main nav ol p pre section table tbody tfoot thead title tr ul".split()
)
APART = frozenset("blockquote dl h1 h2 h3 h4 h5 h6 ol p table ul".split())
"""Blocks with an empty line around them."""
LEFT_OUT = frozenset("script style head title template noscript iframe object embed svg math select textarea".split())
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?![.\d])")
QUOTES = re.compile(r"^(?:gmail_quote|yahoo_quoted|protonmail_quote|zmail_extra|OutlookMessageHeader)")
SIGNATURES = re.compile(r"^(?:gmail_signature|moz-signature|Signature|x_Signature|ms-outlook-mobile-signature)")
SIGNATURE = "-- "

SPACES = re.compile(r"[ \t\r\n\f]+")
TABS = re.compile(r" *\t[ \t]*")
MORE_EMPTY = re.compile(r"(\n(?:> )*\n)(?:(?:> )*\n)+")


class Mark(Enum):
    """What stands between the texts of a page."""

    EDGE = "the line ends, if it has begun"
    BREAK = "the line ends"
    GAP = "an empty line"
    QUOTE = "a quotation begins"
    END = "a quotation ends"


def text_of(html: str) -> str:
    """The text that a reader of the page sees."""
    from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning  # noqa: PLC0415 - 50 ms

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        soup = BeautifulSoup(html[:LARGEST], "html.parser")
    return _lines(_pieces(soup))


def _pieces(soup: Tag) -> Iterator[str | Mark]:
    """The text of a page in its order, with its marks; without recursion, however deep it is nested."""
    from bs4 import Tag  # noqa: PLC0415
    from bs4.element import NavigableString, PreformattedString  # noqa: PLC0415

    waiting: list[object] = [soup]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mark) or (isinstance(node, str) and not isinstance(node, NavigableString)):
            yield node
        elif isinstance(node, PreformattedString):
            continue
        elif isinstance(node, NavigableString):
            yield from _written(str(node), preformatted=node.find_parent("pre") is not None)
        elif isinstance(node, Tag) and not _is_hidden(node):
            before, after = _around(node)
            yield from before
            waiting += reversed(after)
            waiting += reversed(list(node.children))


def _written(text: str, *, preformatted: bool) -> Iterator[str | Mark]:
    if not preformatted:
        yield SPACES.sub(" ", text)
        return
    for number, line in enumerate(text.split("\n")):
        if number:
            yield Mark.BREAK
        yield line


Pieces = tuple["str | Mark", ...]


def _around(tag: Tag) -> tuple[Pieces, Pieces]:
    """What stands before and after the content of an element."""
    if _is_quote(tag):
        return (Mark.EDGE, Mark.QUOTE), (Mark.EDGE, Mark.END)
    if SIGNATURES.match(_named(tag)):
        return (Mark.EDGE, SIGNATURE, Mark.EDGE), (Mark.EDGE,)
    of_kind = _OF_KIND.get(tag.name)
    if of_kind:
        return of_kind(tag)
    edge: Pieces = (Mark.GAP,) if tag.name in APART else (Mark.EDGE,) if tag.name in BLOCKS else ()
    return edge, edge


def _picture(tag: Tag) -> tuple[Pieces, Pieces]:
    """The alternative text of a picture."""
    alternative = " ".join(str(tag.get("alt") or "").split())
    return ((f"[{alternative}]",) if alternative else ()), ()


_OF_KIND: Mapping[str, Callable[[Tag], tuple[Pieces, Pieces]]] = {
    "br": lambda _: ((Mark.BREAK,), ()),
    "img": _picture,
    "td": lambda _: ((), ("\t",)),
    "th": lambda _: ((), ("\t",)),
    "li": lambda _: ((Mark.EDGE, "- "), (Mark.EDGE,)),
    "a": lambda tag: ((), (_target(tag),)),
}


def _is_quote(tag: Tag) -> bool:
    return tag.name == "blockquote" or bool(QUOTES.match(_named(tag)) and not tag.find_parent(class_=QUOTES))


def _named(tag: Tag) -> str:
    """The first class of an element that says what it is, else its id."""
    classes: list[str] = list(tag.get("class") or [])
    known = (one for one in classes if QUOTES.match(one) or SIGNATURES.match(one))
    return next(known, str(tag.get("id") or ""))


def _target(tag: Tag) -> str:
    """The address behind a link whose text is another one, as a reader should know where it leads."""
    href = "".join(str(tag.get("href") or "").split())
    shown = tag.get_text().strip()
    plain = href.removeprefix("mailto:").rstrip("/")
    if not href.lower().startswith(("http://", "https://")) or not shown or plain.endswith(shown.rstrip("/")):
        return ""
    return f" <{href[:500]}>"


def _is_hidden(tag: Tag) -> bool:
    if tag.name in LEFT_OUT:
        return True
    return tag.has_attr("hidden") or bool(HIDDEN.search(str(tag.get("style") or "").lower()))


def _lines(pieces: Iterator[str | Mark]) -> str:
    """The lines of a page: at most one empty line at a time, quotations behind their marks."""
    lines: list[str] = []
    line, depth = "", 0

    def end() -> None:
        nonlocal line
        bare = SIGNATURE if line == SIGNATURE else TABS.sub("\t", line.replace("\xa0", " ").strip(" ")).strip("\t ")
        lines.append("> " * depth + bare)
        line = ""

    for piece in pieces:
        if isinstance(piece, str):
            line += piece if line else piece.lstrip(" ")
        elif piece is Mark.BREAK or line.strip():
            end()
        else:
            line = ""
        if piece is Mark.GAP and lines and lines[-1].strip("> "):
            end()
        depth = max(0, depth + {Mark.QUOTE: 1, Mark.END: -1}.get(piece, 0)) if isinstance(piece, Mark) else depth
    end()
    return MORE_EMPTY.sub(r"\1", "\n".join(lines)).strip("\n ")
