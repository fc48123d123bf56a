"""The sentence of a clause that answers a query, and the passage that it stands in.

A sentence answers by its words (rare ones tell more) and, with a model, by its meaning. What it can't be understood
without comes along, as long as the quote stays short: the sentence before one that begins with "It" or "After that",
the exception after its rule, the lead-in of a list. A quote is one run of the clause's own text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spec_lookup.search.clause import Clause, squeeze
from spec_lookup.search.dense import Dense, Meanings
from spec_lookup.search.numbers import SIGN, number_forms
from spec_lookup.search.passages import Passage, passages
from spec_lookup.search.words import fold, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEANING = 0.5
"""What the nearness of meaning counts beside the share of the query's words."""

AMOUNT = 0.08
"""What a number adds where the query asks how much, how many, how long or when."""

CLOSE = 0.7
"""The share of the best sentence's score from which its neighbour comes along."""

LONGEST_QUOTE = 420
"""Characters up to which a quote is lengthened."""

_ASKING = frozenset(words("how long how many how much how often how soon"))
"""Words that ask; a sentence that answers need not have them."""

_ASKS_AMOUNT = re.compile(
    r"\b(?:how (?:long|many|much|often|soon|big|large|old|far|high|late|early)|when|what time|deadline|limit|maximum"
    r"|max|minimum|at most|until)\b"
)
_AMOUNT = re.compile(r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|once|twice|daily|weekly|monthly)\b")
_LEANS_BACK = re.compile(
    r"(?:it|its|they|this|that|these|those|he|she|there|such|then|so|but|however|otherwise|after that|above that"
    r"|after this|later|for that|what|both|all of (?:them|these)|the second one|other(?:s| than that))\b"
)
_ROW = re.compile(r"[^.;:]{1,60}: [^;]+; [^.;:]{1,60}: ")
_EXCEPTION = re.compile(
    r"^(?:except|unless|only|however|but|otherwise|after that|above that|later|for [^.]{1,60} only)\b|\b(?:exception)\b"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What sentences are held against: the words that count, the meanings if there is a model, passages' scores."""

    text: str
    words: Mapping[str, float]
    meanings: Meanings | None
    dense: Dense | None
    by_passage: NDArray[np.float32]


def answering(clause: Clause, number: int, first: int, asked: Asked) -> tuple[Passage, str]:
    """The passage that was meant and the quote from it; `first` is the number of the clause's first passage.

    Of a heading without text, the heading.
    """
    parts = passages(clause)
    passage = parts[_best_passage(len(parts), first, asked)]
    sentences = clause.sentences()
    if not sentences:
        return passage, clause.text[:300] or clause.title
    scores = _scores(sentences, number, asked)
    among = range(len(sentences)) if len(parts) == 1 else _within(sentences, squeeze(passage.text(clause)))
    best = max(among, key=lambda n: scores[n])
    return passage, _lengthened(clause.text, sentences, scores, best)


def _within(sentences: Sequence[str], text: str) -> Sequence[int]:
    """The places of the sentences that stand in a text; of all of them where none stands there whole."""
    return [n for n, sentence in enumerate(sentences) if sentence in text] or range(len(sentences))


def _best_passage(count: int, first: int, asked: Asked) -> int:
    """Which of a clause's passages is meant: by words and meaning alike."""
    if count == 1:
        return 0
    lexical = [float(score) for score in asked.by_passage[first : first + count]]
    most = max(lexical) or 1.0
    near = [0.0] * count
    if asked.dense and asked.meanings:
        near = [float(score) for score in asked.dense.wholes[first : first + count] @ asked.meanings.mean]
    return max(range(count), key=lambda n: lexical[n] / most + near[n])


def _scores(sentences: Sequence[str], number: int, asked: Asked) -> list[float]:
    wanted = {word: weight for word, weight in asked.words.items() if word not in _ASKING}
    total = math.fsum(wanted.values()) or 1.0
    said = [set(words(sentence)) for sentence in sentences]
    numbers = any(word.startswith(SIGN) for word in wanted)
    scores = [  # fsum: a set has another order in each process, and of equal sentences the first is to be taken
        math.fsum(wanted.get(word, 0.0) for word in {*each, *(number_forms(sentence) if numbers else ())})
        / total
        / math.sqrt(1 + len(each) / 40)
        for sentence, each in zip(sentences, said, strict=True)
    ]
    if asked.dense and asked.meanings:
        near = asked.dense.of_sentences(number) @ asked.meanings.vectors.T @ asked.meanings.shares
        scores = [(1 - MEANING) * score + MEANING * float(by) for score, by in zip(scores, near, strict=True)]
    if _ASKS_AMOUNT.search(fold(asked.text)):
        scores = [
            score + AMOUNT * bool(_AMOUNT.search(fold(sentence)))
            for score, sentence in zip(scores, sentences, strict=True)
        ]
    return scores


def _lengthened(text: str, sentences: Sequence[str], scores: Sequence[float], best: int) -> str:
    """The sentence with what it leans on before it, and its exception behind it."""
    first = last = best
    if first > 0 and _belongs_before(sentences, scores, best) and _run(text, sentences, first - 1, last):
        first -= 1
    if (
        best + 1 < len(sentences)
        and _belongs_behind(sentences, scores, best)
        and _run(text, sentences, first, last + 1)
    ):
        last += 1
    return _run(text, sentences, first, last) or sentences[best]


def leans_back(sentence: str) -> bool:
    """Whether it begins with a word that stands for something in the sentence before it."""
    return _LEANS_BACK.match(fold(sentence)) is not None


def _belongs_before(sentences: Sequence[str], scores: Sequence[float], best: int) -> bool:
    return (
        leans_back(sentences[best]) or sentences[best - 1].endswith(":") or _is_close(sentences, scores, best, best - 1)
    )


def _belongs_behind(sentences: Sequence[str], scores: Sequence[float], best: int) -> bool:
    return bool(_EXCEPTION.search(fold(sentences[best + 1]))) or _is_close(sentences, scores, best, best + 1)


def _is_close(sentences: Sequence[str], scores: Sequence[float], best: int, other: int) -> bool:
    """Whether a neighbour answers nearly as well; of rows of a table only one is meant."""
    return scores[other] >= CLOSE * scores[best] and not _ROW.match(sentences[other])


def _run(text: str, sentences: Sequence[str], first: int, last: int) -> str:
    """The sentences from one to another as they stand in the text; "" where they are apart, or too long."""
    run = " ".join(sentences[first : last + 1])
    return run if len(run) <= LONGEST_QUOTE and run in text else ""
