"""Search beside bm25s, tantivy and SQLite FTS5 on the same made-up clauses, and how each grows with their number.

Every engine builds, opens and searches in a process of its own on one core. The engines search in turns, ROUNDS times,
and of each figure the median is printed, so that what else the machine does meets all alike. The plots go to
build/bench.html.
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
ROUNDS = 9
OURS = ("spec_lookup", "spec_lookup_dense", "embedding")
ENGINES = (*OURS, "bm25s", "tantivy", "fts5")

NAMES = {
    "spec_lookup": "spec_lookup, words",
    "spec_lookup_dense": "spec_lookup, with vectors",
    "embedding": "embedding the question",
    "bm25s": "bm25s",
    "tantivy": "tantivy",
    "fts5": "SQLite FTS5",
}
MEASURES = {
    "build": "Build, seconds",
    "open": "Open, ms of CPU",
    "p50": "Search p50, ms of CPU",
    "p95": "Search p95, ms of CPU",
    "memory": "Memory, MB",
    "disk": "On disk, MB",
}
NOTE = (
    f"CPU time of one core, warm, medians of {ROUNDS} rounds in turns. spec_lookup begins with Markdown and forgives "
    "slips of the pen. Where it has vectors, those of the clauses are random, for embedding them is measured apart, "
    "and the question is embedded each time."
)

Row = dict[str, Any]


def main(*, quick: bool = False) -> None:
    """Print the table and write the plots."""
    found: dict[str, list[tuple[int, Row]]] = {engine: [] for engine in ENGINES}
    print("\nSearch (one core; CPU time in ms, build in s, sizes in MB)")
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
    built = {engine: _run(engine, "build", corpus, folder / f"{engine}-index") for engine in ENGINES}
    rounds = [
        {engine: _searched(engine, folder / f"{engine}-index", asked) for engine in ENGINES} for _ in range(ROUNDS)
    ]
    return [
        (engine, built[engine] | {name: median(each[engine][name] for each in rounds) for name in rounds[0][engine]})
        for engine in ENGINES
    ]


def _searched(engine: str, index: Path, asked: Path) -> Row:
    row = _run(engine, "search", index, asked)
    times = row.pop("times")
    return row | {"p50": median(times), "p95": quantiles(times, n=20)[-1]}


def _run(engine: str, what: str, first: Path, second: Path) -> Row:
    python = sys.executable if engine in (*OURS, "fts5") else str(BENCH_PYTHON)
    command = [python, "-m", "benchmarks.engines", engine, what, str(first), str(second)]
    environ = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    if engine == "spec_lookup":
        environ["SPEC_LOOKUP_MODEL"] = ""
    done = subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True)
    row: Row = json.loads(done.stdout.splitlines()[-1])
    return row
