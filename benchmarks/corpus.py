"""A made-up spec of any size: the same clauses and questions each time, with words as frequent as in a real text.

The words are those of docs/spec in the order of their frequency, followed by compounds of two of them, FORMS in all;
the word of rank n is drawn as often as Zipf's law has it, 1 / (n + 2.7). Every fifth clause names a code of its own,
so that the vocabulary goes on growing as it does in real ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from spec_lookup import Clause

SPEC = Path(__file__).resolve().parent.parent / "docs" / "spec"
FORMS = 50_000
SEED = 1
SENTENCES = (3, 6)
"""Sentences of a clause, at least, and one more than at most."""
WORDS = (8, 17)
"""The same for the words of a sentence."""

CLAUSES_A_PAGE = 20
_WORD = re.compile(r"[a-z]{2,}")


def clauses(number: int) -> Iterator[Clause]:
    """The first `number` clauses; fewer are the beginning of more."""
    draw = np.random.default_rng(SEED)
    words = _Words(draw)
    for n in range(number):
        title = " ".join(words.some(3)).capitalize()
        sentences = [" ".join(words.some(int(draw.integers(*WORDS)))) for _ in range(draw.integers(*SENTENCES))]
        sentences[0] += f" within {draw.integers(1, 99)} days"
        if n % 5 == 0:
            sentences[-1] += f" as in {code(n)}"
        text = " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in sentences)
        yield Clause(f"page-{n // CLAUSES_A_PAGE}", f"c{n}", title, f"Page {n // CLAUSES_A_PAGE}", text, n)


def as_pages(found: Iterable[Clause]) -> list[tuple[str, str]]:
    """Clauses as Markdown pages: name and text."""
    texts: dict[str, list[str]] = {}
    for clause in found:
        texts.setdefault(f"{clause.page}.md", [f"# {clause.page_title}\n"]).append(
            f"## {clause.title} {{#{clause.anchor}}}\n\n{clause.markdown}\n"
        )
    return [(name, "\n".join(parts)) for name, parts in texts.items()]


def questions(number: int, size: int) -> list[str]:
    """Five words each; every third one with a slip of the pen, every fifth one with a code of the first `size`."""
    draw = np.random.default_rng(SEED + 1)
    words = _Words(draw)
    found = []
    for n in range(number):
        said = list(words.some(5))
        if n % 3 == 0:
            longest = max(said, key=len)
            said[said.index(longest)] = longest[:2] + longest[3:]
        if n % 5 == 0:
            said.append(code(5 * int(draw.integers(0, max(1, size // 5)))))
        found.append(" ".join(said))
    return found


def code(number: int) -> str:
    """A code that only one clause has."""
    return f"RX-{number:06d}"


class _Words:
    """Words drawn by their frequency, some thousand at a time."""

    def __init__(self, draw: np.random.Generator) -> None:
        self._draw = draw
        self._forms = _forms()
        shares = 1 / (np.arange(len(self._forms)) + 2.7)
        self._up_to = np.cumsum(shares / shares.sum())
        self._ready: list[str] = []

    def some(self, number: int) -> list[str]:
        if len(self._ready) < number:
            ranks = np.searchsorted(self._up_to, self._draw.random(10_000))
            self._ready += [self._forms[min(rank, len(self._forms) - 1)] for rank in ranks]
        said, self._ready = [self._ready.pop() for _ in range(number)], self._ready
        return said


def _forms() -> list[str]:
    """The words of docs/spec, the most frequent first, then compounds."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(SPEC.rglob("*.md")))
    counts = Counter(word for text in texts for word in _WORD.findall(text.lower()))
    plain = sorted(counts, key=lambda word: (-counts[word], word))
    compounds = (
        first + second for n in range(len(plain)) for first, second in zip(plain, plain[n + 1 :], strict=False)
    )
    forms = dict.fromkeys(plain)
    for compound in compounds:
        if len(forms) >= FORMS:
            break
        forms.setdefault(compound)
    return list(forms)
