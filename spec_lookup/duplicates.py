"""Earlier issues that one fix would close together with a new report. It suggests; a person links."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from spec_lookup.embed import Embedder
from spec_lookup.errors import IndexBroken
from spec_lookup.folder import model_folder
from spec_lookup.index import GrowingBm25, best
from spec_lookup.words import words

if TYPE_CHECKING:
    from spec_lookup.embed import Vectors
    from spec_lookup.index import Scores

SUMMARY_TIMES = 2
"""How often the words of the summary count beside those of the description."""

MEANING = 0.7
"""What nearness in meaning counts beside shared words."""

SURE = 0.63
"""Similarity from which a candidate is called a duplicate. Reports about the same screen or the same number come
up to 0.62 in the sets that were looked at, so few duplicates are called so: a false alarm costs more than a miss."""

SURE_BY_WORDS = 0.5
"""The same without a model, where less is known."""


FORMAT = 3
"""Of what `to_bytes` gives."""


@dataclass(frozen=True, slots=True)
class IssueText:
    """A filed issue or a new report, as far as it is compared; `state` is how it stands, for people to read."""

    id: str
    summary: str
    description: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier issue and how similar it is: 1 is the same text, 0 has nothing in common."""

    id: str
    score: float


class DuplicateIndex:
    """Filed issues, searchable; adding one costs one embedding and as much as it has words."""

    def __init__(self) -> None:
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
        return self._issues[self._places[issue.id]] == issue if issue.id in self._places else False

    @property
    def ids(self) -> frozenset[str]:
        """Those that can be found."""
        return frozenset(self._places)

    def text(self, id_: str) -> IssueText:
        """An issue as it was added. Raises KeyError."""
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
        self._places.pop(id_, None)

    def _add(self, issue: IssueText, vector: Vectors | None) -> None:
        import numpy as np  # noqa: PLC0415 - only who searches waits for it

        if vector is not None and self._vectors is not None:
            if len(self._issues) == len(self._vectors):
                self._vectors = np.concatenate([self._vectors, vector, np.zeros_like(self._vectors)])
            self._vectors[len(self._issues)] = vector
        self._bm25.add(_words_of(issue))
        self._places[issue.id] = len(self._issues)
        self._issues.append(issue)

    # --- kept between two runs ---------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """The issues that can be found, with their vectors, as JSON."""
        import numpy as np  # noqa: PLC0415 - as above

        rows = []
        for place in sorted(self._places.values()):
            issue = self._issues[place]
            row = asdict(issue)
            if self._vectors is not None:
                row["vector"] = base64.b64encode(self._vectors[place].astype(np.float16).tobytes()).decode()
            rows.append(row)
        return json.dumps({"format": FORMAT, "model": self._model, "issues": rows}, ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> DuplicateIndex:
        """What `to_bytes` gave. Raises IndexBroken for anything else, and for vectors of another model."""
        import numpy as np  # noqa: PLC0415 - as above

        index = cls()
        try:
            kept = json.loads(content)
            if (kept["format"], kept["model"]) != (FORMAT, index._model):
                raise IndexBroken("The index of issues is of another version or model. It is made anew.")
            for row in kept["issues"]:
                issue = IssueText(*(str(row[name]) for name in ("id", "summary", "description", "state")))
                vector = None
                if index._vectors is not None:
                    vector = np.frombuffer(base64.b64decode(row["vector"]), dtype=np.float16).astype(np.float32)
                    vector = vector.reshape(1, index._vectors.shape[1])
                index._add(issue, vector)
        except (LookupError, TypeError, ValueError) as error:
            raise IndexBroken(f"The index of issues cannot be read: {error!r}. It is made anew.") from error
        return index

    @property
    def _model(self) -> str:
        return self._embedder.digest if self._embedder else ""

    # --- finding -----------------------------------------------------------------------------

    def find(self, report: IssueText, limit: int = 5) -> list[Candidate]:
        """The most similar issues, the best first; those with nothing in common are left out."""
        scores = self._likeness(report)
        if len(self._places) < len(self._issues):
            scores[[self._places.get(issue.id) != place for place, issue in enumerate(self._issues)]] = 0
        found = [(self._issues[n].id, float(scores[n])) for n in best(scores, limit) if scores[n] > 0]
        return [Candidate(id_, round(score, 4)) for id_, score in found]

    def _likeness(self, report: IssueText) -> Scores:
        """How similar each issue is: 1 for the same text, 0 for one with nothing in common."""
        import numpy as np  # noqa: PLC0415 - as above

        said = _words_of(report)
        same = self._bm25.own_score(said) or 1.0
        by_words: Scores = np.minimum(self._bm25.scores(said) / np.float32(same), 1)
        if self._embedder is None or self._vectors is None:
            return by_words
        meaning = self._embedder.embed([_meaning_of(report)])[0]
        if not meaning.any():  # its script is not the model's
            return by_words
        by_meaning = self._vectors[: len(self._issues)] @ meaning
        both: Scores = (1 - MEANING) * by_words + MEANING * by_meaning.clip(0, 1)
        return both

    def is_duplicate(self, candidates: Sequence[Candidate]) -> bool:
        """Whether the best candidate is similar enough to be called a duplicate."""
        sure = SURE if self._embedder else SURE_BY_WORDS
        return bool(candidates) and candidates[0].score >= sure


def _meaning_of(issue: IssueText) -> str:
    return f"{issue.summary}. {issue.description}"


def _words_of(issue: IssueText) -> list[str]:
    return SUMMARY_TIMES * words(issue.summary) + words(issue.description)
