"""Which clauses a language model is shown: whether the deciding one is among them, how many, and what a verdict costs.

A model that is shown the wrong clauses is wrong however carefully it reads. Nothing is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from spec_lookup.errors import NoResponse
from spec_lookup.evaluation.cases import Cases, Row, cite_of, claim_of, texts_in
from spec_lookup.evaluation.metrics import Share
from spec_lookup.evaluation.table import Cell, Table
from spec_lookup.judge.claim import Claim
from spec_lookup.judge.spec import Spec
from spec_lookup.llm.budget import MILLION, Price
from spec_lookup.llm.cassettes import LanguageModel, Plain
from spec_lookup.llm.judge import LlmJudge
from spec_lookup.llm.prompt import SEARCH_TOOL
from spec_lookup.llm.readings import clauses_in

SIGNS_PER_TOKEN = 4
"""In English, on average."""

RESPONSE_TOKENS = 300
SEARCH_TOKENS = 90
"""Tokens of an ordinary response."""


NOTHING_READ: Plain = {
    "verdict": "silent",
    "ground": "none",
    "stance": "none",
    "clause": None,
    "confidence": 0.0,
    "reason": "Nothing is read.",
}
"""A response after which nothing more is asked."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one case was shown."""

    deciding: str | None
    also: tuple[str, ...]
    cites: tuple[str, ...]
    characters: int
    tokens_in: int
    tokens_out: int


class _Watched:
    """A model that gives searches that were written before, and reads nothing; it keeps what a prompt showed."""

    def __init__(self, known: LanguageModel | None) -> None:
        self._known = known
        self.clauses: list[Plain] = []
        self.tokens_in = self.tokens_out = 0

    def __call__(self, prompt: Plain) -> Plain:
        signs = sum(len(part["text"]) for part in (*prompt["system"], *prompt["messages"][0]["content"]))
        if prompt["toolConfig"]["toolChoice"]["tool"]["name"] == SEARCH_TOOL:
            if self._known is None:
                raise NoResponse("there are no searches")
            given = self._known(prompt)
            self.tokens_in += signs // SIGNS_PER_TOKEN
            self.tokens_out += SEARCH_TOKENS
            return given
        self.clauses = clauses_in(prompt)
        self.tokens_in += 2 * (signs // SIGNS_PER_TOKEN)  # it is read twice
        self.tokens_out += 2 * RESPONSE_TOKENS
        return NOTHING_READ


def shown(
    folder: Path, part: str | None = None, known: LanguageModel | None = None, *, restates: bool = False
) -> dict[str, list[Shown]]:
    """What each case is shown, pairs (two cases each) and singles.

    `known` has the searches of restated claims, which are all of them or, by default, those that need it.
    """
    cases = Cases(folder, part)
    pairs = (each for row in cases.pairs for each in _versions(cases, row))
    singles = ((row, cases.source(row).spec) for row in cases.singles)
    return {
        name: [_shown(row, spec, known, restates=restates) for row, spec in every]
        for name, every in (("pairs", pairs), ("singles", singles))
    }


def _versions(cases: Cases, row: Row) -> Iterator[tuple[Row, Spec]]:
    yield row, cases.source(row).spec
    yield row, Spec.of(cases.version_b(row))


def _shown(row: Row, spec: Spec, known: LanguageModel | None, *, restates: bool) -> Shown:
    watched = _Watched(known)
    claim: Claim = claim_of(row)
    LlmJudge("any-model", watched, restates=restates)(spec, claim)
    return Shown(
        deciding=cite_of(row),
        also=tuple(texts_in(row, "also")),
        cites=tuple(str(clause["id"]) for clause in watched.clauses),
        characters=sum(len(str(clause["text"])) for clause in watched.clauses),
        tokens_in=watched.tokens_in,
        tokens_out=watched.tokens_out,
    )


def shown_table(cases: dict[str, list[Shown]], price: Price) -> Table:
    """The figures, for each kind of case and for all of them."""
    every = {**cases, "all": [case for kind in cases.values() for case in kind]}
    columns = (
        "cases",
        "deciding clause shown",
        "with all that it needs",
        "clauses",
        "at most",
        "characters",
        "tokens in",
        "tokens out",
        "dollars a verdict",
    )
    rows = tuple((name, *_row(kind, price)) for name, kind in every.items() if kind)
    return Table("shown", "Clauses shown; two readings, tokens estimated", columns, rows)


def _row(cases: list[Shown], price: Price) -> Iterable[Cell]:
    decided = [case for case in cases if case.deciding]
    tokens_in, tokens_out = mean(case.tokens_in for case in cases), mean(case.tokens_out for case in cases)
    return (
        Share.where(case.deciding in case.cites for case in decided),
        Share.where({case.deciding, *case.also} <= set(case.cites) for case in decided),
        round(mean(len(case.cites) for case in cases), 1),
        max(len(case.cites) for case in cases),
        round(mean(case.characters for case in cases)),
        round(tokens_in),
        round(tokens_out),
        round((tokens_in * price.input + tokens_out * price.output) / MILLION, 4),
    )
