"""The command line: build an index, search it, judge requests, find duplicates.

Input and output are JSON Lines in UTF-8, one result for each line of input, in the same order. All
of the input is checked before the first result is written; a bad line ends the run with its number
on stderr and exit status 2, so that nothing printed can be taken for a whole answer.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from spec_lookup import Claim, DuplicateIndex, InputBroken, IssueText, Spec, SpecLookupError, in_words
from spec_lookup.evaluation import report
from spec_lookup.evaluation.cases import PARTS, spec_elsewhere
from spec_lookup.evaluation.evaluate import Judge
from spec_lookup.evaluation.evaluate import evaluate as answer_all
from spec_lookup.evaluation.files import write_report
from spec_lookup.evaluation.reading_files import write_prompts
from spec_lookup.evaluation.shown import shown, shown_table
from spec_lookup.evaluation.tables import tables
from spec_lookup.llm.bedrock import bedrock_client, bedrock_model
from spec_lookup.llm.budget import Price, Usage
from spec_lookup.llm.cassettes import LanguageModel, recording_in, replaying
from spec_lookup.llm.judge import Account, LlmJudge
from spec_lookup.llm.names import BEDROCK, PROVIDERS
from spec_lookup.llm.openai import Endpoint, openai_model
from spec_lookup.llm.readings import from_readings

BAD_INPUT = 2

BUILT_IN = "builtin"

ANY_MODEL = "any-model"
"""Stands in a replay's requests and verdicts where no model is named."""

WHERE_NEEDED, RESTATED = "default", "restated"

Row = dict[str, Any]

QUERY = {"id": True, "query": True}
REQUEST = {
    "id": True,
    "summary": True,
    "what_happened": True,
    "what_expected": False,
    "steps": False,
    "module": False,
    "reporter_says": False,
}
ISSUE = {"id": True, "summary": True, "description": True}
"""The members of a line that are read, and whether they must be there; others are ignored."""


def build(args: argparse.Namespace) -> None:
    """Index a folder of Markdown pages."""
    stamp = Spec.build(args.spec, args.out)
    print(
        f"{stamp.clauses} clauses indexed in {args.out} (spec {stamp.content[:12]}); "
        f"of {stamp.words} published words {stamp.words_in_no_clause} are in no clause"
    )


def search(args: argparse.Namespace) -> Iterator[Row]:
    """Find the clauses that a text is about."""
    spec = _open(args.index)
    rows = _rows(args.queries, QUERY) if args.queries else [{"id": "1", "query": args.text}]
    for row in rows:
        hits = spec.search(row["query"], args.limit)
        if not hits:
            print(f"spec_lookup: {row['id']}: the search found no clause about this", file=sys.stderr)
        yield {
            "id": row["id"],
            "results": [{"clause": h.clause.cite, "score": round(h.score, 4), "quote": h.quote} for h in hits],
        }


def judge(args: argparse.Namespace) -> Iterator[Row]:
    """Give a verdict on each request."""
    spec = _open(args.index)
    accounts: list[Account] = []
    judge_claim = _judge(args, accounts)
    for row in _rows(args.requests, REQUEST):
        verdict = judge_claim(spec, Claim(**{name: row[name] for name in REQUEST if name != "id" and name in row}))
        yield {
            "id": row["id"],
            "verdict": verdict.category,
            "confidence": verdict.confidence,
            "citations": [{"clause": c.clause, "quote": c.quote, "stance": c.stance} for c in verdict.citations],
            "reasons": [in_words(reason) for reason in verdict.reasons],
            "spec": verdict.spec,
            **({"judge": verdict.judge} if args.judge != BUILT_IN else {}),
        }
    _print_accounts(accounts)


def duplicates(args: argparse.Namespace) -> Iterator[Row]:
    """Find earlier issues that one fix would close together with each report."""
    index = DuplicateIndex.of(_text(row) for row in _rows(args.issues, ISSUE))
    for row in _rows(args.reports, ISSUE):
        candidates = index.find(_text(row), args.limit)
        yield {
            "id": row["id"],
            "candidates": [{"id": c.id, "score": c.score} for c in candidates],
            "duplicate": index.is_duplicate(candidates),
        }


def evaluate(args: argparse.Namespace) -> Iterator[Row]:
    """Measure search, judge and duplicates on cases whose right answers are known."""
    if args.write_prompts:
        known = _readings(args.readings) if args.readings else None
        count = write_prompts(args.folder, args.write_prompts, args.part, known)
        print(f"{count} prompts to read in {args.write_prompts}")
        return
    accounts: list[Account] = []
    if args.shown:
        known = _readings(args.readings) if args.readings else None
        price = Price(args.price_in, args.price_out)
        figures = [shown_table(shown(args.folder, args.part, known, restates=args.shown == RESTATED), price)]
    else:
        figures = tables(answer_all(args.folder, args.part, _judge(args, accounts), dict(args.spec)))
    _print_accounts(accounts)
    if args.report:
        write_report(args.report, report.as_html(figures, f"Evaluation of {args.folder.resolve().name}"))
    if args.json:
        yield report.as_data(figures)
    else:
        print(report.as_text(figures))


def _judge(args: argparse.Namespace, accounts: list[Account]) -> Judge:
    """The judge that was asked for; the one by a language model keeps accounts. Raises InputBroken."""
    if getattr(args, "readings", None):
        return LlmJudge(ANY_MODEL, _readings(args.readings), log=accounts.append, restates=True)
    if args.judge == BUILT_IN:
        if args.replay or args.record or args.model or args.url:
            raise InputBroken("--model, --url, --replay and --record are for --judge bedrock and --judge openai.")
        return Spec.judge
    if args.replay:
        return LlmJudge(args.model or ANY_MODEL, replaying(args.replay), log=accounts.append, provider=args.judge)
    if not args.model:
        raise InputBroken(f"--judge {args.judge} calls out to a model: name it with --model, or answer from --replay.")
    model = _model(args)
    recorded = recording_in(args.record, model) if args.record else model
    return LlmJudge(args.model, recorded, log=accounts.append, provider=args.judge)


def _model(args: argparse.Namespace) -> LanguageModel:
    """The language model that was asked for; its key, where it has one, is LLM_KEY. Raises InputBroken."""
    if args.judge == BEDROCK:
        return bedrock_model(bedrock_client)
    if not args.url:
        raise InputBroken("--judge openai calls out to an endpoint: name its address, up to /v1, with --url.")
    endpoint = Endpoint(args.url, os.environ.get("LLM_KEY", "").strip())
    return openai_model(lambda: endpoint)


def _readings(path: Path) -> LanguageModel:
    """The model that responds from a file of readings. Raises InputBroken."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise InputBroken(f"{path} can't be read: {error}") from error
    return from_readings(lines, str(path))


def _print_accounts(accounts: list[Account]) -> None:
    """Print on stderr how often a model responded, and why it did not."""
    if not accounts:
        return
    outcomes = Counter(account.outcome for account in accounts)
    usage = sum((account.usage for account in accounts), Usage())
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(f"{accounts[0].judge}: {counts}; {usage.input} tokens in, {usage.output} out", file=sys.stderr)
    for why, count in Counter(account.why for account in accounts if account.why).most_common():
        print(f"{count} times: {why}", file=sys.stderr)


def _open(index: Path) -> Spec:
    """The index; without a model the person at the terminal is told so."""
    spec = Spec.open(index)
    if spec.by_words_alone:
        print("spec_lookup: there is no embedding model, so only words are compared", file=sys.stderr)
    return spec


def _text(row: Row) -> IssueText:
    return IssueText(row["id"], row["summary"], row["description"])


def _rows(source: str, members: Mapping[str, bool]) -> list[Row]:
    """The lines of a JSON Lines file, or of standard input for "-". Raises InputBroken naming the line."""
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise InputBroken(f"{source} can't be read: {error.strerror}.") from error
    rows = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            rows.append(_row(line, members, f"{source}:{number}"))
    return rows


def _row(line: bytes, members: Mapping[str, bool], where: str) -> Row:
    try:
        row = json.loads(line.decode())
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputBroken(f"{where}: this is not a line of JSON in UTF-8 ({error}).") from error
    if not isinstance(row, dict):
        raise InputBroken(f"{where}: a JSON object is needed, such as {json.dumps(dict.fromkeys(members, '...'))}.")
    for name, needed in members.items():
        if row.get(name) is None:
            if needed:
                raise InputBroken(f"{where}: the member {name!r} is missing.")
            row.pop(name, None)
        elif name == "id" and isinstance(row[name], int):
            continue  # ids are given back as they came
        elif not isinstance(row[name], str):
            raise InputBroken(f"{where}: the member {name!r} has to be a text.")
    return row


def parser() -> argparse.ArgumentParser:
    """The command line's parser."""
    top = argparse.ArgumentParser(prog="python -m spec_lookup", description="Search a spec and judge requests by it.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for add in (_add_build, _add_search, _add_judge, _add_duplicates, _add_evaluate):
        add(commands)
    return top


def _add_build(commands: Any) -> None:
    command = commands.add_parser("build", help=build.__doc__)
    command.add_argument("spec", type=Path, metavar="SPEC_DIR", help="folder of Markdown pages")
    command.add_argument("--out", type=Path, required=True, metavar="INDEX_DIR")
    command.set_defaults(run=build)


def _add_search(commands: Any) -> None:
    command = commands.add_parser("search", help=search.__doc__)
    command.add_argument("--index", type=Path, required=True, metavar="INDEX_DIR")
    query = command.add_mutually_exclusive_group(required=True)
    query.add_argument("text", nargs="?", help="a question or some words")
    query.add_argument("--queries", metavar="FILE.jsonl", help="{id, query} on each line; - for standard input")
    command.add_argument("--limit", type=_positive, default=10)
    command.set_defaults(run=search)


def _add_judge(commands: Any) -> None:
    command = commands.add_parser("judge", help=judge.__doc__)
    command.add_argument("--index", type=Path, required=True, metavar="INDEX_DIR")
    command.add_argument("--requests", required=True, metavar="FILE.jsonl", help="- for standard input")
    _judge_options(command)
    command.set_defaults(run=judge)


def _add_duplicates(commands: Any) -> None:
    command = commands.add_parser("duplicates", help=duplicates.__doc__)
    command.add_argument("--issues", required=True, metavar="FILE.jsonl")
    command.add_argument("--reports", required=True, metavar="FILE.jsonl")
    command.add_argument("--limit", type=_positive, default=5)
    command.set_defaults(run=duplicates)


def _add_evaluate(commands: Any) -> None:
    command = commands.add_parser("evaluate", help=evaluate.__doc__)
    command.add_argument(
        "folder", type=Path, metavar="FOLDER", help="specs/ and pairs, singles, queries, ... as .jsonl"
    )
    command.add_argument("--report", type=Path, metavar="FILE.html", help="write the figures with plots, too")
    command.add_argument("--part", choices=PARTS, help="only the rows of this part")
    command.add_argument(
        "--spec",
        type=spec_elsewhere,
        action="append",
        default=[],
        metavar="NAME=DIR",
        help="pages of a spec that lie elsewhere",
    )
    command.add_argument("--json", action="store_true", help="print data instead of tables")
    command.add_argument(
        "--readings", type=Path, metavar="FILE.jsonl", help="what careful readers of prompts filled in"
    )
    command.add_argument(
        "--write-prompts", type=Path, metavar="DIR", help="write a prompt for each case, judge nothing"
    )
    command.add_argument(
        "--shown",
        nargs="?",
        const=WHERE_NEEDED,
        choices=(WHERE_NEEDED, RESTATED),
        help="measure which clauses a model is shown; --readings has searches, of all claims or those that need it",
    )
    command.add_argument("--price-in", type=float, default=0.0, metavar="DOLLARS", help="of a million tokens, --shown")
    command.add_argument("--price-out", type=float, default=0.0, metavar="DOLLARS")
    _judge_options(command)
    command.set_defaults(run=evaluate)


def _judge_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--judge", choices=(BUILT_IN, *PROVIDERS), default=BUILT_IN)
    command.add_argument("--url", help="address of an OpenAI-compatible endpoint, up to /v1; its key: LLM_KEY")
    command.add_argument("--model", metavar="ID", help="model, or inference profile at Bedrock")
    files = command.add_mutually_exclusive_group()
    files.add_argument("--replay", type=Path, metavar="DIR", help="take the responses from cassettes, call nothing")
    files.add_argument("--record", type=Path, metavar="DIR", help="write a cassette for each exchange there")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def main() -> int:
    """Run one command; the exit status."""
    args = parser().parse_args()
    try:
        for row in args.run(args) or ():
            print(json.dumps(row, ensure_ascii=False))
        sys.stdout.flush()
    except SpecLookupError as error:
        print(f"spec_lookup: {error}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # whoever reads the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a real standard output can
    sys.exit(main())
