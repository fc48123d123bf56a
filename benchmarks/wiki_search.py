"""The wiki's search box at many pages: the weight of its index, and the time to the first hit in Chromium.

python -m benchmarks.wiki_search [PAGES ...]

The sections are made up (benchmarks/corpus.py): ten a page, each with sentences of a real text's words. The index is
what the build of the wiki would publish; the browser loads it from a server on this machine, uncompressed, so what a
network adds is not in the times.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import statistics
import sys
import tempfile
import threading
from pathlib import Path

from benchmarks.corpus import clauses, questions
from intake_fn.settings import ROOT
from intake_fn.wiki.search_index import SPEC, Section, as_json
from sandbox.rehearsal.visitor import chromium

PAGES = (30, 100, 1_000)
SECTIONS = 10
"""Sections of a page."""

RUNS = 3
QUESTIONS = 20
STATIC = ROOT / "intake_fn" / "web" / "static"

PAGE = """<!doctype html><title>Search</title><script type="module">
import { SearchIndex } from "./search-index.js";
window.first = async (text) => {
  const began = performance.now();
  const published = await (await fetch("index.json")).json();
  const loaded = performance.now();
  window.index = await SearchIndex.of(published);
  const read = performance.now();
  window.index.search(text);
  return [loaded - began, read - loaded, performance.now() - read];
};
window.next = (text) => {
  const began = performance.now();
  window.index.search(text);
  return performance.now() - began;
};
</script>"""


def publish(folder: Path, pages: int) -> bytes:
    """Write the index of so many pages beside a page that searches it; what the index is."""
    found = [
        Section(
            f"spec/{clause.page}/#{clause.anchor}", clause.title, clause.page_title, SPEC, clause.markdown, clause.cite
        )
        for clause in clauses(pages * SECTIONS)
    ]
    index = as_json(found, []).encode()
    (folder / "index.json").write_bytes(index)
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "search-index.js").write_bytes((STATIC / "search-index.js").read_bytes())
    return index


def measured(address: str, asked: list[str]) -> tuple[list[float], list[float]]:
    """Milliseconds to load, read and search first, medians of RUNS; and those of the other searches."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - heavy

    firsts, others = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for _ in range(RUNS):
            page = browser.new_page()
            page.goto(address)
            page.wait_for_function("() => Boolean(window.first)")
            firsts.append(page.evaluate("text => window.first(text)", asked[0]))
            others += [page.evaluate("text => window.next(text)", text) for text in asked[1:]]
            page.close()
        browser.close()
    return [statistics.median(one) for one in zip(*firsts, strict=True)], others


def main(sizes: tuple[int, ...] = PAGES) -> None:
    """Print the table."""
    heads = ("pages", "sections", "MB", "gzip", "load ms", "read ms", "first ms", "next ms")
    print("\n" + " ".join(f"{head:>9}" for head in heads))
    for pages in sizes:
        with tempfile.TemporaryDirectory() as name:
            index = publish(Path(name), pages)
            handler = functools.partial(_Quiet, directory=name)
            with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
                threading.Thread(target=server.serve_forever, daemon=True).start()
                asked = questions(QUESTIONS, pages * SECTIONS)
                first, others = measured(f"http://127.0.0.1:{server.server_port}/index.html", asked)
                server.shutdown()
        sizes_in_mb = (f"{len(one) / 1e6:.1f}" for one in (index, gzip.compress(index)))
        times = (f"{one:,.0f}" for one in (*first[:2], sum(first)))
        cells = (f"{pages:,}", f"{pages * SECTIONS:,}", *sizes_in_mb, *times, f"{statistics.median(others):.1f}")
        print(" ".join(f"{cell:>9}" for cell in cells), flush=True)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing is printed between the rows."""


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or PAGES)
