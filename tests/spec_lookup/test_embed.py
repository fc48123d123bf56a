"""The dense half of the search: the model, its tokenizer, and what happens without them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spec_lookup import ModelBroken, Spec
from spec_lookup.search.embed import Embedder, model_folder
from spec_lookup.search.pages import read_pages
from spec_lookup.search.wordpiece import WordPiece

LIBRARY = Path(__file__).parent.parent / "data" / "specs" / "library"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    """The model that `make` has made."""
    opened = Embedder.open(model_folder())
    assert opened is not None, "make builds the model into build/model"
    return opened


def test_texts_of_one_meaning_are_near_though_they_share_no_word(embedder: Embedder) -> None:
    """That is what the dense half is for."""
    asked, same, other = embedder.embed(
        ["The customer cancelled his booking.", "A client annuls a reservation.", "The printer is out of paper."]
    )

    assert float(asked @ same) > 0.4
    assert float(asked @ other) < 0.2


def test_vectors_have_unit_length_and_do_not_depend_on_company(embedder: Embedder) -> None:
    """Adding one issue gives what building the whole index would have given."""
    texts = ["a quote", "", "x" * 20_000, "naïve café \U0001f600", "\x00\u202e"]
    together = embedder.embed(texts)
    alone = np.concatenate([embedder.embed([text]) for text in texts])

    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    assert np.array_equal(together, alone)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("hello world", [101, 7592, 2088, 102]),
        ("Café, naïve!", [101, 7668, 1010, 15743, 999, 102]),
        ("unaffable", [101, 14477, 20961, 3468, 102]),
        ("", [101, 102]),
        ("[SEP]", [101, 1031, 19802, 1033, 102]),
    ],
)
def test_texts_become_the_models_own_numbers(text: str, tokens: list[int]) -> None:
    """As the model's published tokenizer gives them; a control token in a text is only characters."""
    assert tokens == WordPiece.read(model_folder() / "vocab.txt").tokens(text)


def test_without_a_model_search_is_by_words_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine that cannot have the model still answers, and nobody takes it for more."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", str(tmp_path / "none"))
    Spec.build(LIBRARY, tmp_path / "index")
    spec = Spec.open(tmp_path / "index")

    assert spec.by_words_alone
    assert "by words alone" in spec.engine
    assert spec.search("renew a loan")[0].clause.cite == "loans#renewal"


def test_an_index_of_another_model_is_searched_by_words(tmp_path: Path) -> None:
    """Vectors of one model mean nothing to another: they are left alone."""
    with_model = Spec.of(list(read_pages(LIBRARY)))
    with_model.save(tmp_path / "index")
    stamp = tmp_path / "index" / "stamp.json"
    stamp.write_text(stamp.read_text(encoding="utf-8").replace(with_model.stamp.model, "ab" * 32), encoding="utf-8")

    assert Spec.open(tmp_path / "index").by_words_alone


def test_a_damaged_model_is_named(tmp_path: Path) -> None:
    """The admin learns which folder to make again."""
    (tmp_path / "model.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelBroken, match="Make it again"):
        Embedder.open(tmp_path)
