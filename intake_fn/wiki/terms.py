"""Terms that the spec uses and defines nowhere.

A term is defined by the first cell of a row, a heading, bold type, or an explanation in brackets. Three uses are looked
at, since there a reader has to know what is meant: names with a capital within a sentence (states, roles, codes), who
is told something, and a thing in small letters of which several clauses speak as of one that is known: *the tariff*.
Proper names, abbreviations and things that everybody knows stand in `lint.txt` beside the spec.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
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
CLAUSES = 3
"""Clauses that speak of *the* thing, from which it is a term. In fewer it is mostly what the clause has named."""

EVERYDAY = frozenset(
    """beginning end start middle rest total half whole name number list page line text title word note sign message
    question answer reason result time date day week month year hour minute second today country city place side top
    bottom left right person people thing way case kind part change screen system equivalent difference same other
    following former latter newest oldest latest earliest first last next previous present past future""".split()
)
"""Words that mean in a spec what they mean elsewhere."""

_SMALL_WORDS = """
    a an the and or nor but so than that this these those it its they them their there he she who whom whose
    which what of for from to into in on onto at by with without within after before behind below above over
    under until since during between per as if unless when whenever while where because though although is are
    was were be been being has have had do does did can could may might must shall should will would not no only
    all any each every both either neither one two also too again then once twice never always already still yet
    up down out off""".split()
_KNOWN_THING = re.compile(
    r"\b(?:the|its|their) ([a-z]{4,}(?:-[a-z]+)*)(?:'s\b)?(?=\s*$|[^\w\s'-]|\s+\W|\s+(?:"
    + "|".join(_SMALL_WORDS)
    + r")\b)"
)
"""A thing that is taken as known: behind it stands a mark or a small word, so that it is no part of a longer name."""

_INTRODUCED = re.compile(
    r"(?:^|[.;:|] )(?:An?|Each|Every) ([a-z][a-z-]+)(?: [a-z-]+)? "
    r"(?:is|has|means|holds|consists|says|belongs|can|names|lists)\b"
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
    return [*(problem for page in pages for problem in _undefined(page, defined)), *_things(pages, defined)]


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


def _things(pages: Iterable[Page], defined: Collection[str]) -> Iterator[Problem]:
    """Things in small letters that are spoken of as known in several clauses, each at its first use."""
    pages = list(pages)
    known = {_plain(word) for term in defined for word in term.split()} | EVERYDAY
    uses: dict[str, dict[tuple[str, int], tuple[str, int]]] = defaultdict(dict)
    for page in pages:
        begins = [clause.line for clause in page.clauses]
        for number, text in _blocks(page):
            known |= {_plain(match[1]) for match in _INTRODUCED.finditer(text)}
            for match in _KNOWN_THING.finditer(_QUOTED.sub(" ", text)):
                clause = (page.path, bisect_right(begins, number))
                uses[_plain(match[1])].setdefault(clause, (page.path, number))
    for term, clauses in uses.items():
        if term not in known and len(clauses) >= CLAUSES:
            path, number = min(clauses.values())
            remedy = "Define it in a table of terms, or list the word in lint.txt beside the spec"
            yield Problem(path, number, f"{len(clauses)} clauses speak of {term!r}, which is defined nowhere", remedy)


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
