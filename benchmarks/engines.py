"""A search engine and an index in a process of its own: building, opening and searching are measured.

python -m benchmarks.engines ENGINE build CORPUS.jsonl INDEX
python -m benchmarks.engines ENGINE search INDEX QUESTIONS.json

Prints one line of JSON. It runs in the environment that has the engine, so only Python's own library is imported
before an engine is chosen. Importing is not measured. Everything runs on one core.
"""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

LIMIT = 10
WARM_UP = 10
VECTORS_SEED = 2
A_BLOCK = 10_000
"""Vectors that are made at a time."""

Row = dict[str, Any]
Search = Callable[[str], object]


class SpecLookup:
    """Ours, by words alone. It is the only one that begins with Markdown pages, and that forgives slips of the pen."""

    def __init__(self) -> None:
        import numpy as np  # noqa: PLC0415 - an engine brings its own imports

        from spec_lookup import Spec  # noqa: PLC0415 - as above

        self.np = np
        self.spec = Spec

    def build(self, rows: Iterable[Row], out: Path) -> dict[str, float]:
        """Parse, index and write."""
        from benchmarks.corpus import as_pages  # noqa: PLC0415 - as above
        from spec_lookup import Clause, page_clauses  # noqa: PLC0415 - as above

        pages = as_pages(Clause(**row) for row in rows)
        began = time.perf_counter()
        parsed = sum(len(page_clauses(name, text)) for name, text in pages)
        parsing = time.perf_counter() - began
        began = time.perf_counter()
        stamp = self.spec.of(pages).save(out)
        if parsed != stamp.clauses:
            raise ValueError(f"{parsed} clauses were parsed and {stamp.clauses} indexed.")
        return {"build": time.perf_counter() - began, "parsing": parsing}

    def open(self, index: Path) -> Search:
        """Open what was written."""
        spec = self.spec.open(index)
        return lambda text: spec.search(text, LIMIT)


class SpecLookupDense(SpecLookup):
    """Ours with vectors. Those of the clauses are random, for real ones take 10 ms each; the question's is real."""

    def build(self, rows: Iterable[Row], out: Path) -> dict[str, float]:
        """Take the index of words and write it again with vectors."""
        from spec_lookup import Dense, Embedder, model_folder, read_index, write_index  # noqa: PLC0415 - as above

        del rows
        np = self.np
        model = Embedder.open(model_folder())
        if model is None:
            raise FileNotFoundError("There is no embedding model.")
        clauses, bm25, _, synonyms, stamp = read_index(
            out.with_name(out.name.replace("spec_lookup_dense", "spec_lookup"))
        )
        starts = np.cumsum([0, *(len(clauses[n].sentences()) for n in range(len(clauses)))])
        wholes = self._random(int(clauses.passages[-1]), model.dimensions, np.float32)
        sentences = self._random(int(starts[-1]), model.dimensions, np.float16)
        write_index(
            out,
            clauses,
            bm25,
            Dense(wholes, sentences, starts, clauses.passages),
            synonyms,
            replace(stamp, model=model.digest),
        )
        return {}

    def _random(self, number: int, dimensions: int, kind: Any) -> Any:
        np = self.np
        draw = np.random.default_rng(VECTORS_SEED)
        rows = np.empty((number, dimensions), dtype=kind)
        for first in range(0, number, A_BLOCK):
            block = draw.standard_normal((min(A_BLOCK, number - first), dimensions), dtype=np.float32)
            rows[first : first + A_BLOCK] = block / np.linalg.norm(block, axis=1, keepdims=True)
        return rows


class Embedding:
    """The vector of the question alone, which is part of each search with vectors; nothing is built."""

    def build(self, rows: Iterable[Row], out: Path) -> dict[str, float]:
        """An empty folder."""
        del rows
        out.mkdir()
        return {}

    def open(self, index: Path) -> Search:
        """The model."""
        from spec_lookup import Embedder, model_folder  # noqa: PLC0415 - as above

        del index
        model = Embedder.open(model_folder())
        if model is None:
            raise FileNotFoundError("There is no embedding model.")
        return lambda text: model.embed_queries([text])


class Bm25s:
    """bm25s with its own tokens, mapped into memory."""

    def __init__(self) -> None:
        import bm25s  # noqa: PLC0415 - as above

        self.bm25s = bm25s

    def build(self, rows: Iterable[Row], out: Path) -> dict[str, float]:
        """Index and write."""
        began = time.perf_counter()
        tokens = self.bm25s.tokenize([f"{row['title']} {row['markdown']}" for row in rows], show_progress=False)
        engine = self.bm25s.BM25()
        engine.index(tokens, show_progress=False)
        engine.save(out, show_progress=False)
        return {"build": time.perf_counter() - began}

    def open(self, index: Path) -> Search:
        """Open what was written."""
        engine = self.bm25s.BM25.load(index, mmap=True, show_progress=False)

        def search(text: str) -> object:
            tokens = self.bm25s.tokenize([text], return_ids=False, show_progress=False)
            return engine.retrieve(tokens, k=LIMIT, show_progress=False)

        return search


class Tantivy:
    """tantivy with English stems; the titles and texts that are found are read, too."""

    def __init__(self) -> None:
        import tantivy  # noqa: PLC0415 - as above

        self.tantivy = tantivy

    def build(self, rows: Iterable[Row], out: Path) -> dict[str, float]:
        """Index and write."""
        out.mkdir()
        began = time.perf_counter()
        schema = self.tantivy.SchemaBuilder()
        for name in ("title", "body"):
            schema.add_text_field(name, stored=True, tokenizer_name="en_stem")
        index = self.tantivy.Index(schema.build(), path=str(out))
        writer = index.writer(num_threads=1)
        for row in rows:
            writer.add_document(self.tantivy.Document(title=row["title"], body=row["markdown"]))
        writer.commit()
        writer.wait_merging_threads()
        return {"build": time.perf_counter() - began}

    def open(self, index: Path) -> Search:
        """Open what was written."""
        opened = self.tantivy.Index.open(str(index))
        searcher = opened.searcher()

        def search(text: str) -> object:
            query, _ = opened.parse_query_lenient(text, ["title", "body"])
            return [searcher.doc(place).to_dict() for _, place in searcher.search(query, LIMIT).hits]

        return search


class Fts5:
    """SQLite's full-text search with English stems; the titles and texts that are found are read, too."""

    def build(self, rows: Iterable[Row], out: Path) -> dict[str, float]:
        """Index and write."""
        began = time.perf_counter()
        with sqlite3.connect(out) as store:
            store.execute("CREATE VIRTUAL TABLE clauses USING fts5(title, body, tokenize = 'porter unicode61')")
            store.executemany("INSERT INTO clauses VALUES (?, ?)", ((row["title"], row["markdown"]) for row in rows))
        store.close()
        return {"build": time.perf_counter() - began}

    def open(self, index: Path) -> Search:
        """Open what was written."""
        store = sqlite3.connect(index)
        statement = "SELECT title, body FROM clauses WHERE clauses MATCH ? ORDER BY bm25(clauses) LIMIT ?"

        def search(text: str) -> object:
            words = " OR ".join(f'"{word}"' for word in text.split())
            return store.execute(statement, (words, LIMIT)).fetchall()

        return search


ENGINES = {
    "spec_lookup": SpecLookup,
    "spec_lookup_dense": SpecLookupDense,
    "embedding": Embedding,
    "bm25s": Bm25s,
    "tantivy": Tantivy,
    "fts5": Fts5,
}


def measured_build(engine: Any, corpus: Path, out: Path) -> dict[str, float]:
    """Seconds, and megabytes on disk."""
    rows = [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines()]
    found: dict[str, float] = engine.build(rows, out)
    files = [path for path in out.rglob("*") if path.is_file()] if out.is_dir() else [out]
    return found | {"disk": sum(path.stat().st_size for path in files) / 1e6}


def measured_search(engine: Any, index: Path, questions: list[str]) -> dict[str, Any]:
    """Milliseconds to open and of each search after some to warm up, of CPU time, and megabytes of memory."""
    began = time.process_time()
    search = engine.open(index)
    opened = time.process_time()
    search(questions[0])
    first = time.process_time()
    for text in questions[1:WARM_UP]:
        search(text)
    times = []
    for text in questions[WARM_UP:]:
        start = time.process_time()
        search(text)
        times.append((time.process_time() - start) * 1000)
    return {"open": (opened - began) * 1000, "first": (first - opened) * 1000, "times": times, "memory": _memory()}


def _memory() -> float:
    """The most memory that this process has had, mapped files included, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent had
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main(name: str, what: str, first: str, second: str) -> None:
    """Print what was measured."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    engine = ENGINES[name]()
    if what == "build":
        print(json.dumps(measured_build(engine, Path(first), Path(second))))
    else:
        questions = json.loads(Path(second).read_text(encoding="utf-8"))
        print(json.dumps(measured_search(engine, Path(first), questions)))


if __name__ == "__main__":
    main(*sys.argv[1:])
