"""Whether each published word is in the clause of its heading, found out by another way than the clauses were.

`published` reads a page's elements with an HTML parser and leaves out what it knows to be no text. Here the page is cut
at its tags by one regular expression, and everything between them counts: what one of the two overlooks the other does
not. Neither shares a list or a function with the other.

Counted are, below each heading with an id, the words outside tags and what a person gets to read of attributes: the
`alt` of a picture, the `title` of an abbreviation, a link or an icon. Not counted are comments, scripts, styles,
templates, numbers of lines, and the links that lead to a heading or back from a footnote.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

_TAG = re.compile(r"""<(/?)([a-z][^\s/>]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z][\w:-]*)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
_NO_TEXT = re.compile(
    r"<!--.*?-->|<(script|style|template)\b[^>]*>.*?</\1\s*>|<(td|span)[^>]*\blinenos\b[^>]*>(?:\s|\d|<[^>]*>)*?</\2>",
    re.IGNORECASE | re.DOTALL,
)
_HEADING = re.compile("h[1-6]")
_JOINS = re.compile(
    "a|abbr|b|bdi|bdo|cite|code|data|del|dfn|em|font|i|img|input|ins|kbd|mark|q|s|samp|small|span|strike|strong|su[bp]"
    "|svg|path|time|tt|u|var|wbr"
)
"""Tags within a word, as in H<sub>2</sub>O. What the two ways tear or join differently is no loss."""

_TITLED = ("a", "abbr", "span")
_LEADS_BACK = re.compile(r"\b(?:headerlink|footnote-backref)\b")
_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Coverage:
    """How many words a page publishes, which of them are in no clause, and which of a clause are not published."""

    words: int = 0
    lost: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)


def coverage(html: str, texts: Mapping[str, str]) -> Coverage:
    """What is in the clauses of a page, given by anchor (`""` is what stands above every heading)."""
    result, published = Coverage(), _published(html)
    for anchor in published.keys() | texts.keys():
        published_words, clause_words = (_WORD.findall(each.get(anchor, "")) for each in (published, texts))
        missing, added = _more(published_words, clause_words), _more(clause_words, published_words)
        result.words += len(published_words)
        result.lost += [word for word in missing if word not in "".join(added)]
        invented = [word for word in added if not _is_torn_from(word, published_words)]
        result.invented += [word for word in invented if word not in "".join(missing)]
    return result


def _is_torn_from(word: str, published: list[str]) -> bool:
    """Whether it is a published word or a part of one, as is what a note stands on in a text without spaces."""
    return any(word in other for other in published)


def _more(some: list[str], others: list[str]) -> list[str]:
    """The words that `some` has more often than `others`, in order."""
    left = Counter(some) - Counter(others)
    more = []
    for word in some:
        if left[word]:
            left[word] -= 1
            more.append(word)
    return more


def _published(html: str) -> dict[str, str]:
    """The text below each heading with an id, the heading included, and what its attributes show."""
    html = _NO_TEXT.sub(" ", html)
    parts_of: dict[str, list[str]] = {"": []}
    titles: dict[str, dict[str, None]] = {"": {}}
    anchor, end = "", 0
    for tag in _TAG.finditer(html):
        closes, name, attributes = tag[1], tag[2].lower(), _attributes(tag[3])
        parts_of[anchor].append(unescape(html[end : tag.start()]))
        end = tag.end()
        if not closes and _HEADING.fullmatch(name) and attributes.get("id"):
            anchor = attributes["id"]
            parts_of.setdefault(anchor, [])
            titles.setdefault(anchor, {})
        parts_of[anchor].append("" if _JOINS.fullmatch(name) else " ")
        parts_of[anchor].append(attributes.get("alt", "") if name == "img" else "")
        titles[anchor][_title(name, attributes)] = None
    parts_of[anchor].append(unescape(html[end:]))
    return {anchor: f"{''.join(parts)} {' '.join(titles[anchor])}" for anchor, parts in parts_of.items()}


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(text)}


def _title(name: str, attributes: Mapping[str, str]) -> str:
    """The note on an abbreviation, a link or an icon; the same one counts once below a heading."""
    titled = name in _TITLED and not _LEADS_BACK.search(attributes.get("class", ""))
    return attributes.get("title", "") if titled else ""
