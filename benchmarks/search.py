"""Search beside bm25s, tantivy and SQLite FTS5 on the same made-up clauses, and how each grows with their number.

Every engine builds, opens and searches in a process of its own on one core; what is printed for a number of
clauses comes from one run. The plots go to build/bench.html.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.corpus import clauses, questions
from benchmarks.plots import page

ROOT = Path(__file__).resolve().parent.parent
BENCH_PYTHON = ROOT / "build" / "bench-venv" / "bin" / "python"
OUT = ROOT / "build" / "bench.html"

SIZES = (100, 1_000, 10_000, 100_000)
QUICK = (100, 1_000, 10_000)
QUESTIONS = 210
OURS = ("spec_lookup", "spec_lookup_dense")
ENGINES = (*OURS, "bm25s", "tantivy", "fts5")

NAMES = {
    "spec_lookup": "spec_lookup, words",
    "spec_lookup_dense": "spec_lookup, with vectors",
    "bm25s": "bm25s",
    "tantivy": "tantivy",
    "fts5": "SQLite FTS5",
}
MEASURES = {
    "build": "Build, seconds",
    "open": "Open, ms",
    "p50": "Search p50, ms",
    "p95": "Search p95, ms",
    "memory": "Memory, MB",
    "disk": "On disk, MB",
}
NOTE = (
    "One core, warm. spec_lookup begins with Markdown and forgives slips of the pen. Where it has vectors, those of "
    "the clauses are random, for embedding is measured apart, and the question is embedded each time."
)

Row = dict[str, Any]


def main(*, quick: bool = False) -> None:
    """Print the table and write the plots."""
    found: dict[str, list[tuple[int, Row]]] = {engine: [] for engine in ENGINES}
    print("\nSearch (one core; times in ms, build in s, sizes in MB)")
    print(f"{'clauses':>8}  {'engine':<26}" + "".join(f"{name:>10}" for name in MEASURES))
    for size in QUICK if quick else SIZES:
        with tempfile.TemporaryDirectory() as folder:
            for engine, row in _measured(size, Path(folder)):
                found[engine].append((size, row))
                numbers = "".join(f"{row[name]:>10.1f}" if name in row else f"{'-':>10}" for name in MEASURES)
                print(f"{size:>8}  {NAMES[engine]:<26}{numbers}", flush=True)
    plots = {
        title: {
            NAMES[engine]: [(size, max(row[name], 0.01)) for size, row in rows if name in row]
            for engine, rows in found.items()
            if any(name in row for _, row in rows)
        }
        for name, title in MEASURES.items()
    }
    OUT.write_text(page("Search as the spec grows", NOTE, plots), encoding="utf-8")
    print(f"plots: {OUT.relative_to(ROOT)}")


def _measured(size: int, folder: Path) -> Sequence[tuple[str, Row]]:
    corpus, asked = folder / "corpus.jsonl", folder / "questions.json"
    with corpus.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{json.dumps(asdict(clause))}\n" for clause in clauses(size))
    asked.write_text(json.dumps(questions(QUESTIONS, size)), encoding="utf-8")
    rows = []
    for engine in ENGINES:
        index = folder / f"{engine}-index"
        row = _run(engine, "build", corpus, index)
        row |= _run(engine, "search", index, asked)
        times = row.pop("times")
        rows.append((engine, row | {"p50": median(times), "p95": quantiles(times, n=20)[-1]}))
    return rows


def _run(engine: str, what: str, first: Path, second: Path) -> Row:
    python = sys.executable if engine in (*OURS, "fts5") else str(BENCH_PYTHON)
    command = [python, "-m", "benchmarks.engines", engine, what, str(first), str(second)]
    environ = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    if engine == "spec_lookup":
        environ["SPEC_LOOKUP_MODEL"] = ""
    done = subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True)
    row: Row = json.loads(done.stdout.splitlines()[-1])
    return row
