"""Search on the sample spec finds what people look for, and quotes the sentence that answers."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from benchmarks.golden import quotes, recall, rows, sample_spec
from spec_lookup import Spec


@pytest.fixture(scope="module", params=[True, False], ids=["with the model", "by words alone"])
def spec(request: pytest.FixtureRequest) -> Spec:
    """The sample spec."""
    with pytest.MonkeyPatch.context() as patch:
        if not request.param:
            patch.setenv("SPEC_LOOKUP_MODEL", "")
        made = sample_spec()
    assert made.by_words_alone is not request.param
    return made


def test_every_row_is_about_the_spec(spec: Spec) -> None:
    """Its clauses are there, and the answer stands in its clause."""
    assert len(rows("queries")) >= 250
    assert len(rows("lookups")) >= 180
    assert all(spec.clause(cite) for row in rows("queries") for cite in row["relevant"])
    for row in rows("lookups"):
        clause = spec.clause(row["clause"])
        assert clause is not None
        assert row["answer"] in clause.text.replace("\u00a0", " ")


@pytest.mark.parametrize("part", ["tune", "held"])
def test_the_clause_is_among_the_first_five(spec: Spec, part: str) -> None:
    """Of codes, numbers, parts, typos, accents, French words, synonyms and questions.

    The floors keep what was reached; the goal is .97, which the held part and words alone miss.
    """
    found, of = recall(spec, rows("queries", part))["all"]

    assert found / of >= (
        (0.95 if part == "tune" else 0.92) if spec.by_words_alone else 0.97 if part == "tune" else 0.93
    )


@pytest.mark.parametrize("part", ["tune", "held"])
def test_the_quote_of_the_right_clause_holds_the_answer(spec: Spec, part: str) -> None:
    """And it is a part of the clause's text, not all of it."""
    found, of = quotes(spec, rows("lookups", part))["right clause"]

    assert found / of >= (0.75 if spec.by_words_alone else 0.85)
    for row in rows("lookups", part):
        for hit in spec.search(row["query"], 3):
            assert hit.quote in hit.clause.text or hit.quote == hit.clause.title
            assert len(hit.quote) <= max(420, *map(len, hit.clause.sentences() or [""]))


QUOTED = """
from benchmarks.golden import sample_spec
spec = sample_spec()
for text in ("frais de storkage", "reverse charge for EU customers"):
    print([(hit.clause.cite, hit.score, hit.quote) for hit in spec.search(text)])
"""


def test_a_quote_is_the_same_in_every_process() -> None:
    """Sets have another order in each; here two sentences answer equally well, so the order of a sum decided."""
    answers = {
        subprocess.run(
            [sys.executable, "-c", QUOTED],
            env={**os.environ, "PYTHONHASHSEED": seed, "SPEC_LOOKUP_MODEL": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(answers) == 1
