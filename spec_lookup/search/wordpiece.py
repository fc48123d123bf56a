"""Texts as numbers for a BERT model: WordPiece, uncased, over the model's own `vocab.txt`.

It gives the same numbers as the model's published tokenizer (a test holds the two together), with one
difference that is meant: `[SEP]` and the like in a text are ordinary characters, never control tokens.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

UNKNOWN, START, END = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100
"""Characters from which a word is unknown as a whole, as in the model's training."""

CHARACTERS_A_TOKEN = 40
"""A text is cut to this many characters a token before anything else: a pasted log costs no more than a page."""

_CJK = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)


class _Characters(dict[int, str]):
    """What each character becomes, found out when it is first met; for `str.translate`."""

    def __missing__(self, code: int) -> str:
        self[code] = text = _becomes(chr(code))
        return text


def _becomes(char: str) -> str:
    """Lower case without accents; nothing for control characters; spaces around what is a word by itself."""
    if char in "\t\n\r" or (char.isspace() and unicodedata.category(char) != "Cc"):
        return " "
    if char == "\ufffd" or unicodedata.category(char) in _REMOVED:
        return ""
    if _is_cjk(char):
        return f" {unicodedata.normalize('NFD', char)} "
    plain = (c for c in unicodedata.normalize("NFD", char) if unicodedata.category(c) != "Mn")
    return "".join(f" {low} " if _is_punctuation(low) else low for c in plain for low in c.lower())


_REMOVED = frozenset({"Cc", "Cf", "Co", "Cs"})


def _is_cjk(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _CJK)


def _is_punctuation(char: str) -> bool:
    """Punctuation as BERT sees it: Unicode's, and every ASCII character that is no letter, digit or space."""
    return unicodedata.category(char).startswith("P") or char in "$+<=>^`|~"


class WordPiece:
    """A vocabulary, and texts as numbers in it. Frozen after it is made; safe to share."""

    def __init__(self, vocabulary: dict[str, int], longest: int) -> None:
        """`longest` counts the tokens of a text with the one at its start and the one at its end."""
        self._vocabulary = vocabulary
        self._unknown = vocabulary[UNKNOWN]
        self._start = vocabulary[START]
        self._end = vocabulary[END]
        self._longest = longest
        self._characters = _Characters()
        self._pieces = lru_cache(maxsize=20_000)(self._cut)

    @classmethod
    def read(cls, path: Path, longest: int = 256) -> WordPiece:
        """Read a `vocab.txt`: one token a line, its number is its line. Raises OSError, KeyError or ValueError."""
        tokens = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        return cls({token: number for number, token in enumerate(tokens)}, longest)

    def tokens(self, text: str) -> list[int]:
        """The numbers of a text, cut after `longest`."""
        room = self._longest - 2
        tokens: list[int] = []
        for word in text[: CHARACTERS_A_TOKEN * self._longest].translate(self._characters).split():
            if len(tokens) >= room:
                break
            tokens += self._pieces(word)
        return [self._start, *tokens[:room], self._end]

    def _cut(self, word: str) -> tuple[int, ...]:
        """The longest pieces, from the left, that the vocabulary holds; unknown when one place has none."""
        pieces: list[int] = []
        start = 0
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._vocabulary.get(prefix + word[start:end])
                if number is not None:
                    break
            else:
                return (self._unknown,)
            pieces.append(number)
            start = end
        return tuple(pieces)
