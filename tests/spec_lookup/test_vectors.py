"""Many texts at once, and vectors kept for the next build: the same index, in less time."""

from __future__ import annotations

import json
import random
import shutil
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec_lookup import Spec, SpecBroken
from spec_lookup.search import embed
from spec_lookup.search.embed import BATCH, IN_ORDER, LONG, TOLERANCE, Batches, Embedder, model_folder
from spec_lookup.search.pages import read_pages
from spec_lookup.search.parse import page_clauses
from spec_lookup.search.vectors import KeptVectors, beside

SPEC = Path(__file__).parents[2] / "docs" / "spec"
PLANT = Path(__file__).parent.parent / "data" / "specs" / "plant"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    """The model that `make` has made."""
    opened = Embedder.open(model_folder())
    assert opened is not None, "make builds the model into build/model"
    return opened


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Sentences and clauses of a real spec, short and long."""
    found = [clause for name, text in read_pages(SPEC) for clause in page_clauses(name, text)]
    return [each for clause in found[::5] for each in (clause.text, *clause.sentences())] + ["", "a", "word " * 400]


def test_vectors_of_batches_are_those_of_each_text_by_itself(embedder: Embedder, texts: list[str]) -> None:
    """Within the tolerance that is stated: only the order in which numbers are added differs."""
    together = embedder.embed_all(texts, KeptVectors())

    assert TOLERANCE > float(np.abs(together - embedder.embed(texts)).max())
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("share", [1, 2, 3, 7, 40])
def test_a_vector_does_not_depend_on_what_is_embedded_with_it(embedder: Embedder, texts: list[str], share: int) -> None:
    """To the last bit, whatever the batches: else an index would depend on what stood in the one before."""
    whole = embedder.embed_all(texts, KeptVectors())
    some = random.Random(share).sample(range(len(texts)), share)  # noqa: S311 - a choice that can be repeated
    part = embedder.embed_all([texts[place] for place in some], KeptVectors())

    assert whole[some].tobytes() == part.tobytes()


def test_a_text_of_another_script_has_no_vector(embedder: Embedder) -> None:
    """The model has not learnt it."""
    assert [False, True] == embedder.embed_all(["报价什么时候过期", "a quote"], KeptVectors()).any(axis=1).tolist()


@given(st.lists(st.integers(1, BATCH * 2), max_size=60))
def test_each_text_is_in_one_batch_of_its_length(lengths: list[int]) -> None:
    """Nothing is padded, and no batch is larger than the limit."""
    begun: list[list[list[int]]] = []

    def begin(rows: list[list[int]]) -> Future[list[Any]]:
        begun.append(rows)
        done: Future[list[Any]] = Future()
        done.set_result([row[0] for row in rows])
        return done

    batches = Batches(Counting(), begin)  # type: ignore[arg-type]
    texts = [f"{place} {length}" for place, length in enumerate(lengths)]
    batches.add([*texts, *texts])
    batches.finish()

    assert {text: place for place, text in enumerate(texts)} == batches.vectors
    for rows in begun:
        assert 1 == len({len(row) for row in rows})
        assert len(rows) == 1 or sum(map(len, rows)) <= BATCH


class Counting:
    """A tokenizer that is told how many tokens a text has."""

    def tokens(self, text: str) -> list[int]:
        """The text's number, as often as it says."""
        place, length = map(int, text.split())
        return [place] * length


def test_a_long_text_has_the_same_vector_alone_and_in_company(embedder: Embedder) -> None:
    """To the last bit, whether the model adds in order or its texts go one by one."""
    words = "a quote expires after thirty days unless the desk has set another date in writing"
    longs = [f"{' '.join(words.split()[n:])} {(words + ' ') * 5}" for n in range(12)]
    assert {output.name for output in embedder._loaded().get_outputs()} > {IN_ORDER}
    assert all(LONG <= len(embedder._tokenizer.tokens(text)) <= BATCH // 4 for text in longs)

    alike = [text.replace("quote", other) for text in longs for other in ("quote", "claim", "debit", "order")]
    assert np.array_equal(embedder.embed(alike), embedder.embed_all(alike, KeptVectors()))


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of pages that may be changed."""
    shutil.copytree(PLANT, tmp_path / "pages")
    return tmp_path / "pages"


def changed(pages: Path) -> None:
    """One sentence more, one page less."""
    first, *_, last = sorted(pages.rglob("*.md"))
    first.write_text(first.read_text(encoding="utf-8") + "\n\nA sentence that is new here.\n", encoding="utf-8")
    last.unlink()


def files(index: Path) -> dict[str, bytes]:
    """An index, byte by byte."""
    return {path.name: path.read_bytes() for path in index.iterdir()}


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many texts went through the model, batch by batch."""
    counts: list[int] = []
    real = Embedder._run

    def counted(self: Embedder, rows: list[list[int]]) -> object:
        counts.append(len(rows))
        return real(self, rows)

    monkeypatch.setattr(Embedder, "_run", counted)
    return counts


def in_all(counts: list[int]) -> int:
    """The texts since it was last asked."""
    total = sum(counts)
    counts.clear()
    return total


def test_an_index_is_the_same_built_anew_or_from_the_last_one(pages: Path, tmp_path: Path, embedded: list[int]) -> None:
    """Byte by byte, and only what has changed is embedded: one clause and one sentence."""
    Spec.build(pages, tmp_path / "index")
    first = in_all(embedded)
    changed(pages)
    Spec.build(pages, tmp_path / "index")
    after_a_change = in_all(embedded)
    Spec.build(pages, tmp_path / "index")
    after_none = in_all(embedded)
    Spec.build(pages, tmp_path / "fresh")
    fresh = in_all(embedded)

    assert files(tmp_path / "fresh") == files(tmp_path / "index")
    assert (2, 0) == (after_a_change, after_none)
    assert first > fresh > after_a_change


def test_what_is_embedded_while_pages_are_read_gives_the_same_index(
    embedder: Embedder, pages: Path, tmp_path: Path, embedded: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It changes neither a vector nor how many texts are embedded."""
    Spec.build(pages, tmp_path / "ahead")
    ahead = in_all(embedded)
    monkeypatch.setattr(embedder, "_kept", KeptVectors())
    Spec.of(list(read_pages(pages))).save(tmp_path / "at-once")

    assert files(tmp_path / "at-once") == files(tmp_path / "ahead")
    assert in_all(embedded) == ahead


def test_batches_of_any_size_give_the_same_index(pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last bit: a batch saves time and nothing else."""
    Spec.build(pages, tmp_path / "usual")
    monkeypatch.setattr(embed, "BATCH", 1)
    Spec.build(pages, tmp_path / "single")

    assert files(tmp_path / "usual") == files(tmp_path / "single")


def test_a_page_that_cannot_be_read_ends_what_is_embedded_ahead(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is the page's, and the texts that wait are given up."""
    begun: list[int] = []

    def slow(_: Embedder, rows: list[list[int]]) -> object:
        begun.append(len(rows))
        time.sleep(0.02)
        return rows

    monkeypatch.setattr(embed, "BATCH", 1)  # each text is a batch
    monkeypatch.setattr(Embedder, "_run", slow)
    (pages / "zz.md").write_text("## One {#same}\n\nText.\n\n## Two {#same}\n\nText.\n", encoding="utf-8")
    (pages / "many.md").write_text("\n\n".join(f"## Rule {n}\n\nText {n}." for n in range(200)), encoding="utf-8")

    with pytest.raises(SpecBroken, match="#same is already"):
        Spec.build(pages, tmp_path / "index")
    assert len(begun) < 200
    assert not (tmp_path / "index").exists()


def test_the_file_holds_what_the_index_needs_and_no_more(pages: Path, tmp_path: Path) -> None:
    """It does not grow with every change."""
    for name in ("index", "fresh"):
        Spec.build(pages, tmp_path / name)
        if name == "index":
            changed(pages)
            Spec.build(pages, tmp_path / name)

    def count(name: str) -> int:
        return int(json.loads(beside(tmp_path / name).read_bytes().partition(b"\n")[0])["vectors"])

    assert count("fresh") == count("index")


def other(head: dict[str, object], **members: object) -> bytes:
    """The first line with other members."""
    return json.dumps(head | members).encode()


@pytest.mark.parametrize(
    "damage",
    [
        "gone",
        "empty",
        "cut",
        "longer",
        "a bit",
        "a digest",
        "not JSON",
        "a list",
        "no members",
        "other model",
        "other format",
        "more vectors",
        "a folder",
    ],
)
def test_a_stale_or_damaged_file_is_no_file(pages: Path, tmp_path: Path, damage: str, embedded: list[int]) -> None:
    """The index is what it would have been, and the file is whole again."""
    Spec.build(pages, tmp_path / "index")
    first = in_all(embedded)
    right, kept = files(tmp_path / "index"), beside(tmp_path / "index")
    data = kept.read_bytes()
    line, _, body = data.partition(b"\n")
    head = json.loads(line)
    kept.unlink()
    bad = {
        "empty": b"",
        "cut": data[:-4],
        "longer": data + b"\0" * 4,
        "a bit": data[:-1] + bytes([data[-1] ^ 1]),
        "a digest": line + b"\n" + bytes([body[0] ^ 1]) + body[1:],
        "not JSON": b"\x93NUMPY\n" + body,
        "a list": b"[]\n" + body,
        "no members": b"{}\n" + body,
        "other model": other(head, model="other") + b"\n" + body,
        "other format": other(head, format=0) + b"\n" + body,
        "more vectors": other(head, vectors=head["vectors"] + 1) + b"\n" + body,
    }
    if damage in bad:
        kept.write_bytes(bad[damage])
    elif damage == "a folder":
        kept.mkdir()
    Spec.build(pages, tmp_path / "index")

    assert right == files(tmp_path / "index")
    assert in_all(embedded) == first
    assert damage == "a folder" or data == kept.read_bytes()
    assert ["index", "index.pages", kept.name, "pages"] == sorted(path.name for path in tmp_path.iterdir())


def test_vectors_of_another_models_files_are_not_taken(tmp_path: Path) -> None:
    """The files count as they are, whatever model.json says of them."""
    one = shutil.copytree(model_folder(), tmp_path / "one")
    two = shutil.copytree(model_folder(), tmp_path / "two")
    words = (two / "vocab.txt").read_text(encoding="utf-8").split("\n")
    words[2000], words[2001] = words[2001], words[2000]
    (two / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    identities = [opened.identity for folder in (one, two) if (opened := Embedder.open(folder))]

    assert 2 == len(set(identities))
