"""Words that mean the same: a reviewed list beside the spec, and the abbreviations that the spec itself explains.

A query that says one term of a group is searched for with the others, too, for less weight. A term is matched as a
whole, by its stems, so that plurals and accents make no difference.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from spec_lookup.errors import SpecBroken
from spec_lookup.search.clause import Clause
from spec_lookup.search.words import stem_sequence

FILE = "synonyms.txt"
"""The list's name, beside the spec's first pages. It is part of the spec's content, and of its stamp."""

WEIGHT = 0.7
"""What another term of a group counts beside the words that were said."""

_SHORT = re.compile(r"[\w-] \([A-Z][A-Z0-9&/]{1,5}\)")
"""What every explained abbreviation contains; looked for first, as most clauses have none and it is quickly found."""
_EXPLAINED = re.compile(r"((?:[\w-]+ ){1,7})\(([A-Z][A-Z0-9&/]{1,5})\)")
_REVERSED = re.compile(r"\b([A-Z][A-Z0-9&/]{1,5}) \(((?:[\w-]+ ?){2,7})\)")
_NOTE = re.compile(r"^([A-Z][A-Z0-9&/]{1,5}): ([\w -]{5,60})$", re.MULTILINE)
_SMALL = frozenset("of the and for in to a an on by".split())

Groups = list[list[str]]


def read_synonyms(text: str) -> Groups:
    """The groups of a list: a line each, commas between terms, `#` before a remark. Raises SpecBroken."""
    groups: Groups = []
    for number, line in enumerate(text.splitlines(), 1):
        said = line.partition("#")[0].strip()
        if not said:
            continue
        terms = [term.strip() for term in said.split(",")]
        if len(terms) == 1 or not all(stem_sequence(term) for term in terms):
            raise SpecBroken(f"{FILE}:{number}: a group needs two terms or more, with commas between them.")
        groups.append(terms)
    return groups


def abbreviations(clauses: Iterable[Clause]) -> Groups:
    """What the spec explains itself: `proof of delivery (POD)`, `POD (proof of delivery)`, and notes on abbreviations.

    Between brackets only where the letters are the first ones of the words before or behind.
    """
    found: dict[tuple[str, str], None] = {}
    for clause in clauses:
        text = clause.markdown
        for before, short in _EXPLAINED.findall(text) if _SHORT.search(text) else ():
            if term := _explaining(before.split(), short):
                found[short, term] = None
        for short, behind in _REVERSED.findall(text):
            if _explaining(behind.split(), short) == behind.strip():
                found[short, behind.strip()] = None
        for short, meaning in _NOTE.findall(text):
            found[short, meaning] = None
    return [[term, short] for short, term in found]


def _explaining(words: Sequence[str], short: str) -> str:
    """The last of the words whose first letters are those of an abbreviation; "" if there are none."""
    for first in range(len(words)):
        letters = "".join(word[0] for word in words[first:] if word.lower() not in _SMALL)
        every = "".join(word[0] for word in words[first:])
        if short.upper() in (letters.upper(), every.upper()) and words[first].lower() not in _SMALL:
            return " ".join(words[first:])
    return ""


class Synonyms:
    """Groups of terms, ready to be asked."""

    def __init__(self, groups: Groups) -> None:
        """A term may stand in several groups."""
        self.groups = groups
        self._of: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for number, group in enumerate(groups):
            for term in group:
                self._of[tuple(stem_sequence(term))].append(number)
        self._longest = max(map(len, self._of), default=0)

    def others(self, text: str) -> list[str]:
        """The terms that mean the same as terms of a text; the longest term at a place counts."""
        if not self.groups:
            return []
        said, at = stem_sequence(text), 0
        found: dict[str, None] = {}
        while at < len(said):
            for size in range(min(self._longest, len(said) - at), 0, -1):
                term = tuple(said[at : at + size])
                if numbers := self._of.get(term):
                    found |= {other: None for n in numbers for other in self.groups[n]}
                    at += size - 1
                    break
            at += 1
        spoken = tuple(said)
        return [term for term in found if not _is_said(tuple(stem_sequence(term)), spoken)]


def _is_said(term: tuple[str, ...], said: tuple[str, ...]) -> bool:
    return any(term == said[at : at + len(term)] for at in range(len(said) - len(term) + 1))
