"""`specdesk export-cases`: what people decided, as evaluation cases, with how often judges said the same."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from intake_fn.commands import background_desk, say
from intake_fn.core.agreement import Agreement, agreements
from intake_fn.core.errors import SpecdeskError
from intake_fn.core.vocabulary import Category
from intake_fn.desk.decided_cases import decided_cases
from intake_fn.settings import ROOT
from spec_lookup import read_pages

CASES = "singles.jsonl"
SPEC = "spec"


def add(commands: Any) -> None:
    """Put `export-cases` on the command line."""
    command = commands.add_parser("export-cases", help=export_cases.__doc__, description=export_cases.__doc__)
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    command.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="decided on that day or later")
    command.add_argument("--spec", type=Path, default=ROOT / "docs" / "spec")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=export_cases)


def export_cases(args: argparse.Namespace) -> None:
    """Write what people decided as a folder that `python -m spec_lookup evaluate` takes; personal data is masked.

    How often each judge had said the same goes to the error output.
    """
    out: Path = args.out
    if (out / CASES).exists():
        raise SpecdeskError(f"{out} holds exported cases already. Name another folder, or delete that one.")
    pages = list(read_pages(args.spec))
    cases = list(decided_cases(background_desk().cases, args.since))
    lines = [json.dumps({"spec": SPEC, **case.line}, ensure_ascii=False) for case in cases]
    for name, text in pages:
        page = out / "specs" / SPEC / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    (out / CASES).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print("\n".join(_figures(agreements(cases))), file=sys.stderr)
    summary = (
        f"{len(lines)} cases in {out / CASES}. They hold what requesters wrote, masked as far as personal "
        "data is known as such: keep them where requests are kept."
    )
    say(args, {"cases": len(lines), "file": str(out / CASES)}, [summary])


def _figures(rows: Iterable[Agreement]) -> Iterator[str]:
    """How often people decided what a judge had said, a line for each judge, role and category."""
    for row in rows:
        if row.category is Category.UNDECIDED:
            yield f"{row.judge}, {row.role}, undecided: {row.total} left to people"
        else:
            yield f"{row.judge}, {row.role}, {row.category}: {row.same} of {row.total} decided the same"
