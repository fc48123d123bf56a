"""HTML of a mail as text: blocks on lines of their own, lists with marks, quotations behind `>`, nothing that acts.

Scripts, styles, comments and what a page hides are left out; a picture is its alternative text, and nothing is loaded.
"""

from __future__ import annotations

import re
import warnings
from enum import Enum
from typing import TYPE_CHECKING

from intake_fn.core.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bs4 import Tag

LARGEST = 2 * 2**20
"""Characters of HTML that are read of one mail; the rest stays in the raw mail."""
MOST_TAGS = 50_000
"""Tags that are read of one mail: less than a second. A long newsletter has some thousands."""
DEEPEST_QUOTE = 30
"""Quotations within each other that are told apart."""
TOO_LONG = "its text is longer than is read"

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
TABS = re.compile(r"(?<! ) *\t[ \t]*")
MORE_EMPTY = re.compile(r"(\n(?:> )*\n)(?:(?:> )*\n)+")


class Mark(Enum):
    """What stands between the texts of a page."""

    EDGE = "the line ends, if it has begun"
    BREAK = "the line ends"
    GAP = "an empty line"
    QUOTE = "a quotation begins"
    END = "a quotation ends"


@dataclass(slots=True)
class Budget:
    """What is still read of the pages of one mail, which may hold many."""

    size: int = LARGEST
    tags: int = MOST_TAGS

    def take(self, html: str) -> str:
        """As much of a page as is read; the budget is smaller by it."""
        kept, place = html[: self.size], -1
        while (place := kept.find("<", place + 1)) >= 0:
            if self.tags == 0:
                kept = kept[:place]
                break
            self.tags -= 1
        self.size -= len(kept)
        return kept


def text_of(html: str, budget: Budget | None = None) -> tuple[str, bool]:
    """The text that a reader of the page sees, and whether some of it was left out, because it is too long."""
    kept = (budget or Budget()).take(html)
    return _text_of(_without_open_tag(_without_comments(kept))), len(kept) < len(html)


ENDS = {"<!--": "-->", "<![CDATA[": "]]>", "<!": ">", "<?": ">"}
"""What shows nothing, the longer beginnings first, and how it ends."""
UNSHOWN = re.compile("|".join(map(re.escape, ENDS)))


def _without_comments(html: str) -> str:
    """The page without comments, declarations and the like; one that does not end hides the rest, as in a browser.

    The parser of the standard library looks for the end of each anew, which takes minutes for a page of beginnings.
    """
    kept, place = [], 0
    while found := UNSHOWN.search(html, place):
        kept.append(html[place : found.start()])
        end = html.find(ENDS[found[0]], found.end())
        if end < 0:
            return "".join(kept)
        place = end + len(ENDS[found[0]])
    return "".join((*kept, html[place:]))


OPEN_TAG = re.compile("<[A-Za-z/]")


def _without_open_tag(html: str) -> str:
    """The page up to a tag that never ends, as in a browser; the parser would look for its end from each behind it."""
    found = OPEN_TAG.search(html, html.rfind(">") + 1)
    return html[: found.start()] if found else html


def _text_of(html: str) -> str:
    from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning  # noqa: PLC0415 - 50 ms

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        soup = BeautifulSoup(html, "html.parser")
    return _lines(_pieces(soup))


def _pieces(soup: Tag) -> Iterator[str | Mark]:
    """The text of a page in its order, with its marks; without recursion, however deep it is nested."""
    from bs4 import Tag  # noqa: PLC0415
    from bs4.element import NavigableString, PreformattedString  # noqa: PLC0415

    waiting: list[tuple[object, Above]] = [(soup, NOTHING_ABOVE)]
    while waiting:
        node, above = waiting.pop()
        if isinstance(node, Mark) or (isinstance(node, str) and not isinstance(node, NavigableString)):
            yield node
        elif isinstance(node, PreformattedString):
            continue
        elif isinstance(node, NavigableString):
            yield from _written(str(node), preformatted="pre" in above)
        elif isinstance(node, Tag) and not _is_hidden(node):
            before, after = _around(node, above)
            yield from before
            waiting += ((one, above) for one in reversed(after))
            below = _below(node, above)
            waiting += ((child, below) for child in reversed(list(node.children)))


Above = frozenset[str]
"""What an element stands in, of `pre`, `a` and QUOTED: nobody has to climb up to it from each text."""

NOTHING_ABOVE: Above = frozenset()
QUOTED = "quoted"


def _below(tag: Tag, above: Above) -> Above:
    if tag.name in ("pre", "a") and tag.name not in above:
        above |= {tag.name}
    if QUOTED not in above and any(QUOTES.match(one) for one in tag.get("class") or ()):
        above |= {QUOTED}
    return above


def _written(text: str, *, preformatted: bool) -> Iterator[str | Mark]:
    if not preformatted:
        yield SPACES.sub(" ", text)
        return
    for number, line in enumerate(text.split("\n")):
        if number:
            yield Mark.BREAK
        yield line


Pieces = tuple["str | Mark", ...]


def _around(tag: Tag, above: Above) -> tuple[Pieces, Pieces]:
    """What stands before and after the content of an element."""
    if tag.name == "a" and "a" in above:  # HTML has no link in a link, and what is shown is looked for once
        return (), ()
    if _is_quote(tag, above):
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


def _is_quote(tag: Tag, above: Above) -> bool:
    return tag.name == "blockquote" or (QUOTED not in above and QUOTES.match(_named(tag)) is not None)


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
    line, depth = list[str](), 0

    def end() -> None:
        text = "".join(line)
        bare = SIGNATURE if text == SIGNATURE else TABS.sub("\t", text.replace("\xa0", " ").strip(" ")).strip("\t ")
        lines.append("> " * min(depth, DEEPEST_QUOTE) + bare)
        line.clear()

    for piece in pieces:
        if isinstance(piece, str):
            if said := piece if line else piece.lstrip(" "):
                line.append(said)
        elif piece is Mark.BREAK or any(map(str.strip, line)):
            end()
        else:
            line.clear()
        if piece is Mark.GAP and lines and lines[-1].strip("> "):
            end()
        depth = max(0, depth + {Mark.QUOTE: 1, Mark.END: -1}.get(piece, 0)) if isinstance(piece, Mark) else depth
    end()
    return MORE_EMPTY.sub(r"\1", "\n".join(lines)).strip("\n ")
