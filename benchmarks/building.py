"""Embedding a spec for its index: one text after another as before, in batches, and with what the last index had.

The clauses are those of the wiki and of the evaluation sets, real ones; all rows come from one run.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from spec_lookup import TOLERANCE, Clause, Embedder, KeptVectors, model_folder, page_clauses, read_pages, texts_of

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT / "docs", *sorted((ROOT / "tests" / "data").glob("evaluation*/specs/*")))


def main(*, quick: bool = False) -> None:
    """Print the table."""
    model = Embedder.open(model_folder())
    if model is None:
        raise FileNotFoundError("There is no embedding model.")
    found = _clauses()[:: 7 if quick else 1]
    texts, kept = texts_of(found), KeptVectors()
    edited = texts_of([replace(found[0], markdown=f"{found[0].markdown}\n\nA sentence that is new here."), *found[1:]])
    print(f"\nEmbedding {len(found)} clauses: {len(texts)} texts, {len(set(texts))} of them distinct")
    print(f"{'':<36}{'texts':>7}{'seconds':>9}{'of CPU':>9}{'ms a clause':>13}")
    model.embed(["to warm up"])
    before = _row("one after another, as before", found, len(set(texts)), lambda: model.embed(texts))
    after = _row("in batches, on all cores", found, len(set(texts)), lambda: model.embed_all(texts, kept))
    _row(
        "the same after one clause changed", found, len(set(edited) - set(texts)), lambda: model.embed_all(edited, kept)
    )
    _row("the same when nothing changed", found, 0, lambda: model.embed_all(texts, kept))
    print(f"largest difference of two numbers {np.abs(after - before).max():.1e}, stated: below {TOLERANCE:.0e}")


def _clauses() -> list[Clause]:
    """Real clauses, the long and the short ones mixed as they are."""
    return [clause for folder in FOLDERS for name, text in read_pages(folder) for clause in page_clauses(name, text)]


def _row(name: str, found: list[Clause], texts: int, embed: Callable[[], Any]) -> Any:
    """Measure and print one row."""
    began, worked = time.perf_counter(), time.process_time()
    vectors = embed()
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    print(f"{name:<36}{texts:>7}{seconds:>9.2f}{worked:>9.2f}{1000 * seconds / len(found):>13.1f}", flush=True)
    return vectors


if __name__ == "__main__":
    main()
