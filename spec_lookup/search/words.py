"""Texts as words: how a spec and a request are cut up so that they meet.

Case and accents are folded and English words are stemmed. Numbers, codes and hyphenated words are
findable whole and in parts: `S-PAR-2024-003310` gives itself, `par`, `2024` and `003310`.
What is written without spaces between words gives n-grams: see `unspaced`.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Container
from functools import cached_property, lru_cache
from typing import Any

from spec_lookup.search.unspaced import MARKS, ngrams, occurs_in, pieces

LONGEST_TEXT = 50_000
"""Characters of a text that are looked at; a pasted log says nothing new after that."""

SHORT = 500
REMEMBERED = 5_000
"""Texts of up to so many characters whose words are kept, and how many: the spec's sentences come up with every claim.
They take some 2 KB each."""

_WORD = re.compile(r"[^\W_]+(?:[-_:./'\u2019][^\W_]+)*")
_PART = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
_MARKED_WORD = re.compile(_WORD.pattern.replace(r"[^\W_]", rf"(?:[^\W_]|[{MARKS}])"))
_MARKED_PART = re.compile(rf"(?:[^\W\d_]|[{MARKS}])+|\d+(?:[.,]\d+)*")
"""The same where vowels are written as marks."""

_LATIN = re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
"""Soft hyphens, joiners and spaces without width: a word is the same with and without."""

_JOINTS = "-_:./'\u2019"
_LINK = re.compile(r"\]\([^)]{0,300}\)|\{[#:][^}]{0,200}\}|<[^>\s]{1,200}>")
_OPENINGS = ("](", "{", "<")
"""What a link or an address begins with; nearly all sentences have none."""

STOP_WORDS = frozenset(
    """a an and are as at be been being but by can can't cannot could did do does doesn don for from had has have he
    her him his i i'd i'm i've if in into is isn it it's its just me my of on or our s she so t than that that's the
    their them then there these they this those to too us was we were what when which while who whom why will with
    would you your am re ve ll""".split()
)


class _Stemmer(threading.local):
    """A stemmer for each thread: it keeps the word that it works on in itself."""

    @cached_property
    def english(self) -> Any:
        """The English stemmer of this thread, made with its first word."""
        import Stemmer  # noqa: PLC0415 - only who searches waits for it

        return Stemmer.Stemmer("english", 0)  # `stem` remembers more than it would


_stemmer = _Stemmer()


def fold(text: str) -> str:
    """Lower case without accents and compatibility forms: é is e, ﬁ is fi.

    Marks that make another letter, as in kana and the scripts of India and South-East Asia, stay.
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", _UNSEEN.sub("", text.casefold()))
    return unicodedata.normalize("NFC", decomposed.translate(_without_accents))


def _is_accent(char: str) -> bool:
    """Whether it is a mark above or below a letter of Europe or the Middle East, or such a mark of any script."""
    return unicodedata.combining(char) > 0 and (char < "\u0700" or "\u1ab0" <= char < "\u2100" or char >= "\ufe20")


class _WithoutAccents(dict[int, int | None]):
    """What `str.translate` makes of each character; one is looked at when it first occurs."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if _is_accent(chr(code)) else code
        return self[code]


_without_accents = _WithoutAccents()


def mostly_latin(text: str) -> bool:
    """Whether at least half of the letters are Latin, the script that model and router have learnt."""
    if text.isascii():
        return True
    letters = sum(map(str.isalpha, text))
    return 2 * len(_LATIN.findall(text)) >= letters


def is_code(word: str) -> bool:
    """Whether a word is a number, a code or a compound rather than a plain word."""
    return any(c.isdigit() or c in _JOINTS for c in word)


def words(text: str) -> list[str]:
    """The words of a text for matching, in order, with repetitions; stop words are left out."""
    return list(_short(text)) if len(text) <= SHORT else _words(text)


@lru_cache(maxsize=REMEMBERED)
def _short(text: str) -> tuple[str, ...]:
    return tuple(_words(text))


def _words(text: str) -> list[str]:
    looked_at = text[:LONGEST_TEXT]
    if any(opening in looked_at for opening in _OPENINGS):
        looked_at = _LINK.sub(" ", looked_at)
    return [stem(word) if word.isalpha() or not is_code(word) else word for word in unstemmed(looked_at)]


def unstemmed(text: str) -> list[str]:
    """The same words as they are written, folded: what somebody who types the beginning of one has to meet."""
    folded = fold(text[:LONGEST_TEXT])
    if not occurs_in(folded):
        return _spaced(folded, _WORD, _PART)
    found: list[str] = []
    for piece, unspaced in pieces(folded):
        found += ngrams(piece) if unspaced else _spaced(piece, _MARKED_WORD, _MARKED_PART)
    return found


def _spaced(folded: str, word: re.Pattern[str], part: re.Pattern[str]) -> list[str]:
    found: list[str] = []
    for whole in word.findall(folded):
        if whole.isalpha():  # most are, and are their only part
            if len(whole) > 1 and whole not in STOP_WORDS:
                found.append(whole)
            continue
        parts = part.findall(whole)
        if len(parts) > 1:
            found.append(whole)
        found += [each for each in parts if each not in STOP_WORDS and (len(each) > 1 or each.isdigit())]
    return found


def stem_sequence(text: str) -> list[str]:
    """All words of a text in order, stop words too, for looking up terms: of `B/L` it is `b/l`."""
    return [stem(word) for word in _WORD.findall(fold(text))]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded English word; numbers and codes stay as they are."""
    return str(_stemmer.english.stemWord(word)) if word.isalpha() or not any(map(str.isdigit, word)) else word


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
TYPO_LENGTHS = range(5, 21)
"""Shorter words have too many neighbours to guess from, longer ones are no words."""

_LONGEST_ENDING = 5


def guesses(word: str, vocabulary: Container[str]) -> list[str]:
    """The stems of a vocabulary that a word may have been meant for: words one slip away, sorted."""
    if len(word) not in TYPO_LENGTHS or not word.isalpha():
        return []
    stems = {stem(other) for other in _near(word) if _may_have_stem(other, vocabulary)}
    return sorted(other for other in stems if other in vocabulary)


def _near(word: str) -> set[str]:
    """All words that are one slip away: a letter left out, added, changed, or two swapped."""
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    return {
        *(a + b[1:] for a, b in splits if b),
        *(a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1),
        *(a + c + b[1:] for a, b in splits if b for c in _LETTERS),
        *(a + c + b for a, b in splits for c in _LETTERS),
    }


def _may_have_stem(word: str, vocabulary: Container[str]) -> bool:
    """Whether the vocabulary may hold the stem of a word: a stem is mostly the word without its ending.

    It spares the stemmer, which would take most of the time, some hundred words.
    """
    for end in range(max(4, len(word) - _LONGEST_ENDING), len(word) + 1):  # a generator would take twice as long
        if word[:end] in vocabulary:
            return True
    return word[:-1] + "i" in vocabulary  # library has the stem librari
