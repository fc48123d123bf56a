"""Edits of the sample spec: some make two clauses disagree, sound ones look alike. See tests/data/contradictions."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from spec_lookup import Clause, page_clauses, read_pages
from spec_lookup.judge.contradictions import ClausePair, clause_pairs

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "data" / "contradictions"

Rows = list[dict[str, Any]]


def rows(name: str) -> Rows:
    """The rows of a file."""
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def pages_of(folder: Path) -> dict[str, str]:
    """The pages of a spec by name."""
    return {name: text for name, text in read_pages(folder) if name.endswith(".md")}


def edited(pages: dict[str, str], edits: Rows) -> dict[str, str]:
    """The pages with these edits: `new` in place of `old`, whatever the line breaks, or at the end of the clause."""
    pages = dict(pages)
    for edit in edits:
        page, anchor = edit["clause"].split("#")
        text = pages[f"{page}.md"]
        if edit["old"]:
            passage = re.escape(edit["old"]).replace(r"\ ", r"\s+")
            text, times = re.subn(passage, str(edit["new"]), text)
            assert times == 1, edit["id"]
        else:
            heading = re.search(rf"\{{#{anchor}\}}\n", text)
            assert heading, edit["id"]
            end = text.find("\n#", heading.end())
            end = len(text) if end < 0 else end
            text = f"{text[:end].rstrip()}\n\n{edit['new']}\n{text[end:]}"
        pages[f"{page}.md"] = text
    return pages


def contradicting(pages: dict[str, str]) -> dict[frozenset[str], ClausePair]:
    """What the words settle, by the two clauses."""
    clauses: list[Clause] = [clause for name, text in pages.items() for clause in page_clauses(name, text)]
    return {pair.cites: pair for pair in reversed(clause_pairs(clauses)) if pair.kind}
