"""`specdesk drift`: which requests a changed spec decides otherwise. For the wiki's CI, and for who publishes it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from intake_fn.commands import background_desk, say, text_of
from intake_fn.commands.spec_history import spec_of
from intake_fn.core.acknowledgements import Acknowledgement, Key, acknowledged, stale
from intake_fn.core.changes.word_diff import Part, word_diff
from intake_fn.core.errors import Refused
from intake_fn.core.verdicts import in_words
from intake_fn.desk import Judge, built_in, form_first
from intake_fn.desk.judged_requests import judged_cases, judged_request, requests_in
from intake_fn.desk.judging import without_fallback
from intake_fn.desk.notify_flips import notify, refuse_unpublished
from intake_fn.settings import BUILT_IN, ROOT
from spec_lookup import (
    GONE,
    RECORDED,
    ClauseChange,
    Drift,
    Flip,
    FlipKind,
    InputBroken,
    JudgedRequest,
    LlmJudge,
    Spec,
    drift,
    from_readings,
    whole_text,
)

MARKS = {Part.SAME: "{}", Part.TAKEN_OUT: "[-{}-]", Part.PUT_IN: "{{+{}+}}"}
"""As `git diff --word-diff` marks what differs."""

AGAIN = "a person looks at it again"


def add(commands: Any) -> None:
    """Put `drift` on the command line."""
    command = commands.add_parser("drift", help=judge_again.__doc__, description=judge_again.__doc__)
    command.add_argument("--from", dest="old", required=True, metavar="OLD", help="the former spec: folder or revision")
    command.add_argument("--to", dest="new", required=True, metavar="NEW", help="the changed spec: folder or revision")
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument("--cases", type=Path, metavar="FILE", help="judged.jsonl of `specdesk export-cases`")
    source.add_argument("--live", action="store_true", help="the requests of the settings' table")
    command.add_argument("--readings", type=Path, metavar="FILE", help="recorded readings, in place of another judge")
    command.add_argument("--acknowledge", type=Path, metavar="FILE", help="flips that people have looked at")
    command.add_argument("--notify", action="store_true", help="with --live: tell requests of acknowledged flips, once")
    command.add_argument("--spec", type=Path, default=ROOT / "docs" / "spec", help="whose revisions OLD and NEW are")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=judge_again)


def judge_again(args: argparse.Namespace) -> int:
    """Judge requests again by a changed spec; exit status 1 while a flip is not acknowledged."""
    if args.notify and not (args.live and args.acknowledge):
        raise Refused("--notify tells requests of acknowledged flips: it needs --live and --acknowledge FILE.")
    lines = acknowledged(text_of(args.acknowledge), str(args.acknowledge)) if args.acknowledge else {}
    requests = _requests(args)
    old, new = spec_of(args.old, args.spec), spec_of(args.new, args.spec)
    result = drift(requests, old, new, without_fallback(_judge(args)))
    for line in stale(lines, {flip.key for flip in result.flips}):
        print(f"{args.acknowledge}:{line.line}: nothing flips like that now: {line}", file=sys.stderr)
    if result.unread:
        print(f"Cannot be compared, for no reading is recorded: {', '.join(result.unread)}.", file=sys.stderr)
    told = _notified(result, lines, new) if args.notify else []
    say(args, _as_plain(result, lines) | {"notified": told}, _lines(result, lines))
    if args.notify:
        print(f"Told now: {', '.join(told) or 'nobody'}.", file=sys.stderr)
    return 1 if any(flip.key not in lines for flip in result.flips) else 0


def _notified(result: Drift, lines: Mapping[Key, Acknowledgement], new: Spec) -> list[str]:
    """Tell the requests of acknowledged flips. Raises Refused where that spec is not published."""
    desk = background_desk()
    refuse_unpublished(desk, new.stamp.content)
    return notify(desk, [flip for flip in result.flips if flip.key in lines], new.stamp.content)


def _requests(args: argparse.Namespace) -> list[JudgedRequest]:
    """Raises Refused naming the line of a file that is broken."""
    if args.cases:
        return list(requests_in(text_of(args.cases).splitlines(), str(args.cases)))
    return [judged_request(case) for case in judged_cases(background_desk())]


def _judge(args: argparse.Namespace) -> Judge:
    """Readings of a file, else the judge of the settings; without any of them, the built-in one."""
    if args.readings:
        try:
            model = from_readings(text_of(args.readings).splitlines(), str(args.readings))
        except InputBroken as error:
            raise Refused(str(error)) from error
        return form_first(LlmJudge(args.readings.name, model, provider=RECORDED, restates=True))
    return built_in if os.environ.get("SPECDESK_JUDGE", BUILT_IN) == BUILT_IN else background_desk().judge


def _lines(result: Drift, lines: Mapping[Key, Acknowledgement]) -> Iterator[str]:
    for change in result.changes.values():
        yield f"{change.cite}: {_about(change)}"
    for flip in result.flips:
        yield ""
        yield f"{flip.request}  {_turn(flip)}  {flip.change.cite}"
        yield from (f"    {line}" for line in _both(flip.change).splitlines() if line.strip())
        yield from (f"  {in_words(reason)}" for reason in flip.reasons)
        line = lines.get(flip.key)
        yield f"  Acknowledged: {line.note or 'no note'}" if line else f"  To acknowledge: {'  '.join(flip.key)}  NOTE"
    known = sum(flip.key in lines for flip in result.flips)
    yield ""
    yield (
        f"{len(result.changes)} clauses changed, {len(result.again)} requests looked at again, "
        f"{len(result.flips)} flips, {known} of them acknowledged."
    )


def _about(change: ClauseChange) -> str:
    """What happened to a clause, in a line."""
    if change.new and change.new.cite != change.cite:
        return f"stands at {change.new.cite} now, with the same text"
    return "gone from the spec" if change.new is None else ", ".join(change.kinds)


def _turn(flip: Flip) -> str:
    if flip.kind is FlipKind.CLAUSE_CHANGED:
        changed = "gone" if flip.change.hash == GONE else "has changed"
        return f"{flip.before.upper()}, decided by a person; the clause {changed}: {AGAIN}"
    return f"{flip.before.upper()} → {flip.after if flip.after == FlipKind.UNDECIDED else flip.after.upper()}"


def _both(change: ClauseChange) -> str:
    """Both texts in one."""
    old, new = (whole_text(clause) if clause else "" for clause in (change.old, change.new))
    return "".join(MARKS[part].format(text) for part, text in word_diff(old, new))


def _as_plain(result: Drift, lines: Mapping[Key, Acknowledgement]) -> dict[str, Any]:
    return {
        "changes": [
            {"clause": each.cite, "kinds": list(each.kinds), "hash": each.hash} for each in result.changes.values()
        ],
        "flips": [_flip(flip, lines) for flip in result.flips],
        "looked_at": list(result.again),
        "not_comparable": list(result.unread),
        "stale": [str(line) for line in stale(lines, {flip.key for flip in result.flips})],
        "unacknowledged": sum(flip.key not in lines for flip in result.flips),
    }


def _flip(flip: Flip, lines: Mapping[Key, Acknowledgement]) -> dict[str, Any]:
    old, new = flip.change.old, flip.change.new
    return {
        "request": flip.request,
        "kind": flip.kind.value,
        "before": flip.before,
        "after": flip.after,
        "clause": flip.change.cite,
        "hash": flip.change.hash,
        "old": whole_text(old) if old else "",
        "new": whole_text(new) if new else "",
        "reasons": [in_words(reason) for reason in flip.reasons],
        "acknowledged": flip.key in lines,
    }
