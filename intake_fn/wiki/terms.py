"""Terms that the spec uses and defines nowhere.

A term is defined by the first cell of a row, a heading, bold type, or an explanation in brackets. Two uses are looked
at, since there a reader has to know what is meant: names with a capital within a sentence (states, roles, codes), and
who is told something. Proper names and abbreviations that everybody knows stand in `lint.txt` beside the spec.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from intake_fn.wiki.lint import Page, Problem

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_QUOTED = re.compile(r"`[^`]*`|(?<!\*)\*[^*]+\*(?!\*)|\{#[^}]*\}|<!--.*?-->")
"""Code, names of what is on the screen, anchors: they name themselves."""

_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)(?:\s+\{#[^}]*\})?\s*$")
_EXPLAINED = re.compile(r"\b([A-Z][A-Z0-9]+) \(|\(([A-Z][A-Z0-9]+)\)|\b(?:codes?|charges?) ([A-Z]{3,6})\b")
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\s*\|\s*")
_NAME = re.compile(r"(?<![\w/#.-])[A-Z][\w'-]*(?: [A-Z][\w'-]*)*")
_TOLD = re.compile(
    r"(?:^|[.;,:] |\band )(?:[Tt]he|[Aa]n?|[Ii]ts) ([a-z']+(?: of (?:the |an? )?)?(?: ?[a-z']+)?) (?:is|are) "
    r"(?:told|notified|warned|reminded)\b"
    r"|\b(?:tells|notifies|warns|reminds) the ([a-z][a-z' ]*?)(?: \d|[,.;]| of the office| who)"
)
_OF = re.compile(r" of (?:the|an?) ")


def names_listed(text: str) -> frozenset[str]:
    """The names of `lint.txt`: all lines but those that begin with `agree` or `#`."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return frozenset(line for line in lines if line and not line.startswith("agree "))


def undefined(pages: Iterable[Page], names: Collection[str] = ()) -> list[Problem]:
    """A problem for each undefined term and page, at its first use."""
    pages = list(pages)
    defined = {_plain(term) for page in pages for term in _defined(page)} | {_plain(name) for name in names}
    return [problem for page in pages for problem in _undefined(page, defined)]


def _undefined(page: Page, defined: Collection[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, text in _blocks(page):
        for term in (*_names(text, defined), *_told(text, defined)):
            if _plain(term) not in seen:
                seen.add(_plain(term))
                remedy = "Define it in a table of terms, states or roles, or list the name in lint.txt beside the spec"
                yield Problem(page.path, number, f"the term {term!r} is defined nowhere", remedy)


def _names(text: str, defined: Collection[str]) -> Iterator[str]:
    """Names with a capital; the first word of a sentence has one anyway."""
    for sentence in _SENTENCE.split(_QUOTED.sub(" ", text)):
        for match in _NAME.finditer(sentence):
            term = match.group()
            if not sentence[: match.start()].strip(" \"'([0123456789)"):
                term = "" if _is_defined(term, defined) else term.partition(" ")[2]
            if len(term) > 1 and not any(c.isdigit() for c in term) and not _is_defined(term, defined):
                yield term


def _told(text: str, defined: Collection[str]) -> Iterator[str]:
    """Who is told something, in small letters: `the owner of the shipment`."""
    for match in _TOLD.finditer(_QUOTED.sub(" ", text)):
        who = match[1] or match[2]
        head = who.partition(" of ")[0] if " of " in who else who.split()[-1]
        if _plain(who) not in defined and _plain(head) not in defined:
            yield who


def _is_defined(term: str, defined: Collection[str]) -> bool:
    return _plain(term) in defined or all(_plain(word) in defined for word in term.split())


def _defined(page: Page) -> Iterator[str]:
    for _, line in page.lines:
        if match := _HEADING.match(line):
            yield match[1]
        if line.lstrip().startswith("|"):
            cell = _LINK.sub(r"\1", line.strip().strip("|").split("|")[0])
            yield from re.split(r", (?:and )?", cell.replace("*", "").replace("`", ""))
        yield from _BOLD.findall(line)
    for _, text in _blocks(page):
        yield from (term for found in _EXPLAINED.findall(text) for term in found if term)


def _blocks(page: Page) -> Iterator[tuple[int, str]]:
    """Paragraphs, items and rows with the number of their first line; links as their text."""
    start, parts = 0, list[str]()
    for number, line in page.lines:
        stripped = line.strip()
        own = stripped.startswith(("#", "|", "- ", "!!!")) or not stripped
        if own and parts:
            yield start, _LINK.sub(r"\1", " ".join(parts))
            parts = []
        if stripped.startswith(("|", "- ")):
            yield number, _LINK.sub(r"\1", stripped.strip("|- "))
        elif not own:
            start = number if not parts else start
            parts.append(stripped)
    if parts:
        yield start, _LINK.sub(r"\1", " ".join(parts))


def _plain(term: str) -> str:
    """Without articles and plural: `the owner of the shipment` is `owner of a shipment`."""
    words = re.sub(r"^(?:the|an?) ", "", term.strip().lower())
    return re.sub(r"'?s$", "", _OF.sub(" of ", words))
