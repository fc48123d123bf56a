"""The passages of a clause: overlapping windows of a long one, each as long as the embedding model reads.

A clause of ordinary length is one passage. Windows begin and end with sentences where sentences allow it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from spec_lookup.search.clause import SENTENCE_END, Clause

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float32]
    Integers = NDArray[np.integer[Any]]

WHOLE = 2_000
"""Characters up to which a clause is one passage. Shorter ones gain nothing: their sentences are compared anyway."""

LONGEST = 1_000
"""Characters of a passage of a longer clause; its title stands before each."""

OVERLAP = 250
"""Characters that two passages share at most: an exception is often found beside its rule in one of them."""

REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Passage:
    """A window in a clause's `markdown`, from the character `start` to before `end`."""

    start: int
    end: int

    def text(self, clause: Clause) -> str:
        """What stands in it."""
        return clause.markdown[self.start : self.end]


def passages(clause: Clause) -> tuple[Passage, ...]:
    """The passages of a clause in order; together they hold all of it, and there is always one."""
    if len(clause.markdown) <= WHOLE:
        return (Passage(0, len(clause.markdown)),)
    return _windows(clause.markdown)


@lru_cache(maxsize=REMEMBERED)
def _windows(text: str) -> tuple[Passage, ...]:
    """The windows of a long text: two at least, of LONGEST characters at most."""
    ends = _ends(text)
    found: list[Passage] = []
    start = 0
    while True:
        end = max(each for each in ends if start < each <= start + LONGEST)
        found.append(Passage(start, end))
        if end == len(text):
            return tuple(found)
        following = min(each for each in ends if each > end)
        least = max(end - OVERLAP, following - LONGEST, start + 1)
        start = min(each for each in ends if least <= each <= end)


def _ends(text: str) -> list[int]:
    """Where sentences end; a sentence that no window has room for is cut between words, or anywhere."""
    ends, at = [], 0
    for place in (*(match.end() for match in SENTENCE_END.finditer(text)), len(text)):
        while place - at > LONGEST:
            space = text.rfind(" ", at + LONGEST // 2, at + LONGEST)
            at = space + 1 if space > 0 else at + LONGEST
            ends.append(at)
        ends.append(place)
        at = place
    return ends


def best_of_each(scores: Scores, starts: Integers) -> Scores:
    """The best score of each clause, its passages being `starts[n]` to `starts[n + 1]` of `scores`."""
    import numpy as np  # noqa: PLC0415 - only who searches waits for it

    if len(scores) == len(starts) - 1:
        return scores
    best: Scores = np.maximum.reduceat(scores, starts[:-1])
    return best
