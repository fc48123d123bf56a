"""Building an index: embedding its texts, and whole builds from an empty folder to 10,000 clauses.

The clauses are those of the wiki and of the evaluation sets, real ones. 10,000 are the same nine times over, each time
under the name of another place, so that no text is embedded twice. Every whole build is a process of its own, as a
person runs it: first without anything, then after a sentence was added to one clause in a hundred, then unchanged.
Seconds depend on what else the machine does; CPU time hardly does, and divided by the cores it is what an idle machine
would need at least.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from spec_lookup import (
    TOLERANCE,
    Clause,
    Embedder,
    KeptVectors,
    Spec,
    model_folder,
    page_clauses,
    read_pages,
    texts_of,
)

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT / "docs", *sorted((ROOT / "tests" / "data").glob("evaluation*/specs/*")))
SYNONYMS = "synonyms.txt"

PLACES = ("", "Basel", "Genoa", "Leeds", "Malmo", "Porto", "Riga", "Tampa", "Yokohama")
SIZES = (1_000, 10_000)
QUICK = (100,)
CHANGED = 100
"""One clause in so many is changed before the second build."""

_HEADING = re.compile(r"^(#{1,6} +)(?=\S)", re.MULTILINE)
_FENCED = re.compile(r"^(```.*?^```|~~~.*?^~~~)", re.MULTILINE | re.DOTALL)


def main(*, quick: bool = False) -> None:
    """Print both tables."""
    _embedding(every=7 if quick else 1)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"\nWhole builds, each in a process of its own on {cores} cores")
    heads = f"{'texts':>7}{'seconds':>9}{'of CPU':>9}{'ms a clause':>13}{'of its CPU':>14}{'load':>6}"
    print(f"{'clauses':>8}  {'':<26}{heads}")
    for size in QUICK if quick else SIZES:
        _whole_builds(size)


def _embedding(every: int) -> None:
    """One text after another, in batches, and with what the last index had; all rows come from one run."""
    model = Embedder.open(model_folder())
    if model is None:
        raise FileNotFoundError("There is no embedding model.")
    found = _clauses()[::every]
    texts, kept = texts_of(found), KeptVectors()
    edited = texts_of([replace(found[0], markdown=f"{found[0].markdown}\n\nA sentence that is new here."), *found[1:]])
    print(f"\nEmbedding {len(found)} clauses: {len(texts)} texts, {len(set(texts))} of them distinct")
    print(f"{'':<36}{'texts':>7}{'seconds':>9}{'of CPU':>9}{'ms a clause':>13}")
    model.embed(["to warm up"])
    before = _row("one after another", found, len(set(texts)), lambda: model.embed(texts))
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


def _whole_builds(size: int) -> None:
    """Three builds of so many clauses, one row each; `of its CPU` is the share of what the first took."""
    with tempfile.TemporaryDirectory() as folder:
        pages, index = Path(folder, "pages"), Path(folder, "index")
        written = _write_pages(pages, size)
        first = _built(pages, index)
        _print_build("the first", first, first)
        for page in written[:: max(len(written) * CHANGED // first["clauses"], 1)][: first["clauses"] // CHANGED]:
            page.write_text(f"{page.read_text(encoding='utf-8')}\n\nA sentence that is new here.\n", encoding="utf-8")
        _print_build("one clause in 100 changed", _built(pages, index), first)
        _print_build("nothing changed", _built(pages, index), first)


def _write_pages(pages: Path, size: int) -> list[Path]:
    """Pages that have at least so many clauses in all."""
    written, clauses = [], 0
    for name, text in _placed_pages():
        page = pages / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
        written.append(page)
        clauses += len(page_clauses(name, text))
        if clauses >= size:
            return written
    raise ValueError(f"There are {clauses} clauses; more PLACES make more of them.")


def _placed_pages() -> Iterator[tuple[str, str]]:
    """The real pages, once for each of the PLACES, whose name stands before every heading."""
    for place in PLACES:
        for folder in FOLDERS:
            for name, text in read_pages(folder):
                if name != SYNONYMS:
                    yield f"{place or 'first'}/{folder.name}/{name}", _headed(text, place)


def _headed(text: str, place: str) -> str:
    """A page with a name before each of its headings; what looks like one in a block of code stays."""
    if not place:
        return text
    parts = _FENCED.split(text)
    return "".join(part if n % 2 else _HEADING.sub(rf"\g<1>{place} ", part) for n, part in enumerate(parts))


def _built(pages: Path, index: Path) -> dict[str, Any]:
    """What a build in a process of its own took."""
    command = [sys.executable, "-m", "benchmarks.building", "build", str(pages), str(index)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def _print_build(name: str, row: dict[str, Any], first: dict[str, Any]) -> None:
    share = f"{row['cpu'] / first['cpu']:.1%}"
    print(
        f"{row['clauses']:>8}  {name:<26}{row['texts']:>7}{row['seconds']:>9.1f}{row['cpu']:>9.1f}"
        f"{1000 * row['seconds'] / row['clauses']:>13.1f}{share:>14}{row['load']:>6.1f}",
        flush=True,
    )


def _build(pages: Path, index: Path) -> None:
    """Build and print what it took, the texts that the model read counted on the way."""
    read: list[int] = []
    embed = Embedder._run  # noqa: SLF001 - only counted

    def counted(self: Embedder, rows: Any) -> Any:
        read.append(len(rows))
        return embed(self, rows)

    Embedder._run = counted  # type: ignore[method-assign]  # noqa: SLF001 - as above
    began, worked = time.perf_counter(), time.process_time()
    stamp = Spec.build(pages, index)
    row = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - worked}
    print(json.dumps(row | {"clauses": stamp.clauses, "texts": sum(read), "load": os.getloadavg()[0]}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["build"]:
        _build(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(quick="--quick" in sys.argv)
