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
from intake_fn.desk.judged_requests import as_line, judged_cases
from intake_fn.settings import ROOT
from spec_lookup import read_pages

CASES = "singles.jsonl"
JUDGED = "judged.jsonl"
"""Every open request and the latest others, for `specdesk drift`."""

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

    Every open request and the latest others stand in a file beside them, for `specdesk drift`. How often each judge
    had said the same goes to the error output.
    """
    out: Path = args.out
    if (out / CASES).exists():
        raise SpecdeskError(f"{out} holds exported cases already. Name another folder, or delete that one.")
    pages = list(read_pages(args.spec))
    desk = background_desk()
    cases = list(decided_cases(desk.cases, args.since))
    judged = [json.dumps(as_line(case), ensure_ascii=False) for case in judged_cases(desk)]
    lines = [json.dumps({"spec": SPEC, **case.line}, ensure_ascii=False) for case in cases]
    for name, text in pages:
        page = out / "specs" / SPEC / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    for name, rows in ((CASES, lines), (JUDGED, judged)):
        (out / name).write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    print("\n".join(_figures(agreements(cases))), file=sys.stderr)
    summary = (
        f"{len(lines)} cases in {out / CASES}, and {len(judged)} requests for `specdesk drift` in {out / JUDGED}. "
        "They hold what requesters wrote, masked as far as personal data is known as such: keep them where requests "
        "are kept."
    )
    plain = {"cases": len(lines), "file": str(out / CASES), "requests": len(judged), "requests_file": str(out / JUDGED)}
    say(args, plain, [summary])


def _figures(rows: Iterable[Agreement]) -> Iterator[str]:
    """How often people decided what a judge had said, a line for each judge, role and category."""
    for row in rows:
        if row.category is Category.UNDECIDED:
            yield f"{row.judge}, {row.role}, undecided: {row.total} left to people"
        else:
            yield f"{row.judge}, {row.role}, {row.category}: {row.same} of {row.total} decided the same"
