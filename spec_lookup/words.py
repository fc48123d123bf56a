"""Texts as words: how a spec and a request are cut up so that they meet.

Case and accents are folded and English words are stemmed. Numbers, codes and hyphenated words are
findable whole and in parts: `S-PAR-2024-003310` gives itself, `s`, `par`, `2024` and `003310`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

LONGEST_TEXT = 50_000
"""Characters of a text that are looked at; a pasted log says nothing new after that."""

_WORD = re.compile(r"[^\W_]+(?:[-_:./'\u2019][^\W_]+)*")
_PART = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
_LINK = re.compile(r"\]\([^)]*\)|\{[#:][^}]*\}|<[^>\s]{1,200}>")

STOP_WORDS = frozenset(
    """a an and are as at be been being but by can can't cannot could did do does doesn don for from had has have he
    her him his i i'd i'm i've if in into is isn it it's its just me my of on or our s she so t than that that's the
    their them then there these they this those to too us was we were what when which while who whom why will with
    would you your am re ve ll""".split()
)

_stemmer = snowballstemmer.stemmer("english")


def fold(text: str) -> str:
    """Lower case without accents and compatibility forms: é is e, ﬁ is fi."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """The words of a text for matching, in order, with repetitions; stop words are left out."""
    found: list[str] = []
    for match in _WORD.finditer(fold(_LINK.sub(" ", text[:LONGEST_TEXT]))):
        whole = match.group()
        parts = _PART.findall(whole)
        if len(parts) > 1:
            found.append(whole)
        found += [stem(part) for part in parts if part not in STOP_WORDS and (len(part) > 1 or part.isdigit())]
    return found


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded English word; numbers and codes stay as they are."""
    return word if any(c.isdigit() for c in word) else str(_stemmer.stemWord(word))


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST_TYPO = 5
"""Shorter words have too many neighbours to guess from."""


def near(word: str) -> set[str]:
    """All words that one slip away: a letter left out, added, changed, or two swapped."""
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    return {
        *(a + b[1:] for a, b in splits if b),
        *(a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1),
        *(a + c + b[1:] for a, b in splits if b for c in _LETTERS),
        *(a + c + b for a, b in splits for c in _LETTERS),
    }
