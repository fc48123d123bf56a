"""Earlier issues that are similar to a new report, and which of them is the same: one fix would close both.

What is similar is found by words and meaning. What is called the same must be similar above a threshold, and nothing
may tell that it deviates in another direction, for opposite complaints share nearly every word. Where both resemble the
same clause most, less likeness will do. The thresholds are measured on tests/data/duplicates and held by
tests/spec_lookup/test_same.py. It suggests; a person links.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from spec_lookup.errors import IndexBroken
from spec_lookup.judge.deviation import agree
from spec_lookup.search.embed import Embedder, model_folder
from spec_lookup.search.index import GrowingBm25, best
from spec_lookup.search.words import words

if TYPE_CHECKING:
    from spec_lookup.search.embed import Vectors
    from spec_lookup.search.index import Scores

SUMMARY_TIMES = 2
"""How often the words of the summary count beside those of the description."""

MEANING = 0.7
"""What nearness in meaning counts beside shared words."""

SAME = 0.72
"""Likeness from which an issue that resembles the same clause most is called the same: a false alarm costs more than a
miss. Chosen on the part `tune`: what is not the same comes up to 0.69 there. Without a model it is as good."""

SAME_ELSEWHERE = 0.8
"""The same where another clause is the nearest, or none is known: what is not the same comes up to 0.74."""


FORMAT = 5
"""The format of `to_bytes`: since 5 it holds the words of each issue, so that they are not cut anew."""
READ_FORMATS = (4, FORMAT)

CUT = "Re-check 1,234.50 EUR für HBL-2026_00417; the carriers' shipments aren't booked: 5 %."
"""How words are cut out of this says by which rules they were: of other rules, they are cut anew."""

CROWDED = 1_000
"""Former states of issues that an index carries along beside as many as it has issues, until it is made anew."""


@dataclass(frozen=True, slots=True)
class IssueText:
    """A filed issue or a new report, as far as it is compared; `state` is how it stands, for people to read.

    `expected` is what was expected instead, where that stands apart; `clause` the nearest clause, where known.
    """

    id: str
    summary: str
    description: str
    state: str = ""
    expected: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier issue and how similar it is: 1 is the same text, 0 has nothing in common.

    `same` when one fix would close both, as far as can be told.
    """

    id: str
    score: float
    same: bool = False


class DuplicateIndex:
    """Filed issues, searchable; adding one costs one embedding and as much as it has words.

    Several threads may search and change it at once: who searches sees it as it was before a change, or after.
    """

    def __init__(self) -> None:
        self._changing = threading.RLock()
        self._issues: list[IssueText] = []
        self._places: dict[str, int] = {}
        self._bm25 = GrowingBm25()
        self._embedder = Embedder.open(model_folder())
        self._vectors = self._embedder.embed([]) if self._embedder else None  # with room for more than there are

    @classmethod
    def of(cls, issues: Iterable[IssueText]) -> DuplicateIndex:
        """The index of these issues, embedded all at once."""
        index = cls()
        index.add_all(list(issues))
        return index

    def __contains__(self, issue: IssueText) -> bool:
        """Whether the issue is there as it stands."""
        with self._changing:
            return self._issues[self._places[issue.id]] == issue if issue.id in self._places else False

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the issues that can be found."""
        with self._changing:
            return frozenset(self._places)

    def text(self, id_: str) -> IssueText:
        """An issue as it was added. Raises KeyError."""
        with self._changing:
            return self._issues[self._places[id_]]

    def add(self, issue: IssueText) -> None:
        """Add one issue, in the place of one with its id."""
        self.add_all([issue])

    def add_all(self, issues: Sequence[IssueText]) -> None:
        """Add these issues; it gives the same as adding each by itself."""
        vectors = self._embedder.embed_all([_meaning_of(issue) for issue in issues]) if self._embedder else None
        for place, issue in enumerate(issues):
            self._add(issue, vectors[place : place + 1] if vectors is not None else None)

    def take_out(self, id_: str) -> None:
        """Let an issue not be found any more; one that is not there may be taken out, too."""
        with self._changing:
            self._places.pop(id_, None)

    @property
    def is_crowded(self) -> bool:
        """Whether it carries more former states of issues along than it has issues: `from_bytes(to_bytes())` helps."""
        with self._changing:
            return len(self._issues) > 2 * len(self._places) + CROWDED

    def _add(self, issue: IssueText, vector: Vectors | None, counts: Mapping[str, int] | None = None) -> None:
        import numpy as np  # noqa: PLC0415 - only who searches waits for it

        issue_words = Counter(_words_of(issue)) if counts is None else counts
        with self._changing:
            if vector is not None and self._vectors is not None:
                if len(self._issues) == len(self._vectors):
                    self._vectors = np.concatenate([self._vectors, vector, np.zeros_like(self._vectors)])
                self._vectors[len(self._issues)] = vector
            self._bm25.add_counted(issue_words, sum(issue_words.values()))
            self._places[issue.id] = len(self._issues)
            self._issues.append(issue)

    # --- kept between two runs ---------------------------------------------------------------

    def to_bytes(self, ids: Collection[str] | None = None) -> bytes:
        """The issues that can be found, or those of them with these ids, with words and vectors, as JSON."""
        import numpy as np  # noqa: PLC0415 - as above

        rows: list[dict[str, Any]] = []
        with self._changing:
            places = self._places.values() if ids is None else [self._places[id_] for id_ in ids if id_ in self._places]
            for place in sorted(places):
                row: dict[str, Any] = asdict(self._issues[place])
                row["words"] = Counter(_words_of(self._issues[place]))
                if self._vectors is not None:
                    row["vector"] = base64.b64encode(self._vectors[place].astype(np.float16).tobytes()).decode()
                rows.append(row)
        whole = {"format": FORMAT, "model": self._model, "rules": _rules(), "issues": rows}
        return json.dumps(whole, ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> DuplicateIndex:
        """What `to_bytes` gave. Raises IndexBroken for anything else, and for vectors of another model."""
        index = cls()
        index.add_bytes(content)
        return index

    def add_bytes(self, content: bytes) -> frozenset[str]:
        """Add the issues that `to_bytes` gave, in the place of those with their ids; those ids. Raises as `from_bytes`.

        What stands there as it is stays.
        """
        import numpy as np  # noqa: PLC0415 - as above

        read: list[tuple[IssueText, Vectors | None, Mapping[str, int] | None]] = []
        try:
            kept = json.loads(content)
            if kept["format"] not in READ_FORMATS or kept["model"] != self._model:
                raise IndexBroken("The index of issues is of another version or model. It is made anew.")
            has_words = kept.get("rules") == _rules()
            for row in kept["issues"]:
                issue = IssueText(*(str(row[field.name]) for field in fields(IssueText)))
                vector = None
                if self._vectors is not None:
                    vector = np.frombuffer(base64.b64decode(row["vector"]), dtype=np.float16).astype(np.float32)
                    vector = vector.reshape(1, self._vectors.shape[1])
                read.append((issue, vector, _counts(row["words"]) if has_words else None))
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise IndexBroken(f"The index of issues cannot be read: {error!r}. It is made anew.") from error
        for issue, vector, counts in read:
            if issue not in self:
                self._add(issue, vector, counts)
        return frozenset(issue.id for issue, _, _ in read)

    @property
    def _model(self) -> str:
        return self._embedder.digest if self._embedder else ""

    # --- finding -----------------------------------------------------------------------------

    def find(self, report: IssueText, limit: int = 5) -> list[Candidate]:
        """The most similar issues, the best first; those with nothing in common are left out."""
        return [candidate for candidate, _ in self.find_with_texts(report, limit)]

    def find_with_texts(self, report: IssueText, limit: int = 5) -> list[tuple[Candidate, IssueText]]:
        """The same, each with its text as it stood then."""
        report_words, meaning = _words_of(report), self._meaning(report)
        with self._changing:
            scores = self._likeness(report_words, meaning)
            if len(self._places) < len(self._issues):
                scores[[self._places.get(issue.id) != place for place, issue in enumerate(self._issues)]] = 0
            rows = [(self._issues[n], round(float(scores[n]), 4)) for n in best(scores, limit) if scores[n] > 0]
        return [(Candidate(issue.id, score, is_same(report, issue, score)), issue) for issue, score in rows]

    def _meaning(self, report: IssueText) -> Scores | None:
        if self._embedder is None:
            return None
        meaning: Scores = self._embedder.embed([_meaning_of(report)])[0]
        return meaning

    def _likeness(self, report_words: list[str], meaning: Scores | None) -> Scores:
        """How similar each issue is: 1 for the same text, 0 for one with nothing in common."""
        import numpy as np  # noqa: PLC0415 - as above

        own = self._bm25.own_score(report_words) or 1.0
        by_words: Scores = np.minimum(self._bm25.scores(report_words) / np.float32(own), 1)
        if meaning is None or self._vectors is None or not meaning.any():  # the last: its script is not the model's
            return by_words
        by_meaning = (self._vectors[: len(self._issues)] @ meaning).clip(0, 1)
        both: Scores = ((1 - MEANING) * by_words + MEANING * by_meaning).astype(np.float32)
        return both

    @staticmethod
    def is_duplicate(candidates: Sequence[Candidate]) -> bool:
        """Whether one of the candidates is called the same."""
        return any(candidate.same for candidate in candidates)


def is_same(report: IssueText, issue: IssueText, likeness: float) -> bool:
    """Whether an issue of this likeness is called the same."""
    if (_meaning_of(report), report.summary) == (_meaning_of(issue), issue.summary):
        return True
    near = bool(report.clause) and report.clause == issue.clause
    return likeness >= (SAME if near else SAME_ELSEWHERE) and agree(
        _text_of(report), _text_of(issue), (report.expected, issue.expected)
    )


def _counts(stored: Mapping[str, Any]) -> Mapping[str, int]:
    """Words with how often each comes. Raises TypeError, ValueError."""
    if any(type(times) is not int or times < 1 for times in stored.values()):
        raise ValueError("words are counted otherwise")
    return stored


@cache
def _rules() -> str:
    """Names the rules by which words are cut."""
    return hashlib.sha256(" ".join(words(CUT)).encode()).hexdigest()[:16]


def _text_of(issue: IssueText) -> str:
    return f"{issue.summary}. {issue.description}"


def _meaning_of(issue: IssueText) -> str:
    return f"{_text_of(issue)}\n\n{issue.expected}" if issue.expected else _text_of(issue)


def _words_of(issue: IssueText) -> list[str]:
    return SUMMARY_TIMES * words(issue.summary) + words(f"{issue.description}\n\n{issue.expected}")
