"""`specdesk hand-over`: the open requests of somebody who leaves go to somebody else."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from intake_fn.commands import background_desk, say
from intake_fn.commands.progress import EACH
from intake_fn.core.errors import Refused, Stale, Unreadable
from intake_fn.core.names import name_of
from intake_fn.core.process_file import nearest


def add(commands: Any) -> None:
    """Put `hand-over` on the command line."""
    command = commands.add_parser("hand-over", help=hand_over.__doc__, description=hand_over.__doc__)
    command.add_argument("whom", metavar="FROM", help="as support.yml names them, or named them before they left")
    command.add_argument("to", metavar="TO", help="one of the people of support.yml, at the requests' level")
    command.add_argument("--because", default="", metavar="WHY", help="what the history and the mail say about it")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=hand_over, mistyped=command.error)


def hand_over(args: argparse.Namespace) -> int:
    """Give all open requests of somebody to somebody else; exit status 1 when some could not be given."""
    from intake_fn.desk import offboarding  # noqa: PLC0415 - `specdesk due` needs no desk

    if args.whom == args.to:
        args.mistyped("FROM and TO are the same person")
    desk = background_desk()
    process = desk.process
    if process.has_left(args.to):
        gone = f"{name_of(args.to, process)} has left" if args.to in process.former else f"There is no {args.to!r}"
        raise Refused(f"{gone}; nothing can be handed over to them. {nearest(args.to, process.people)}.")
    why = args.because.strip()
    if not why and process.has_left(args.whom):
        why = f"{name_of(args.whom, process)} has left."
    done: list[str] = []
    failed: dict[str, str] = {}
    theirs = [*offboarding.open_requests_of(desk.cases, args.whom)]
    known = [*process.people, *process.former]
    if not theirs and args.whom not in known:
        raise Refused(f"Nobody called {args.whom!r} has an open request. {nearest(args.whom, known)}.")
    for place, case_id in enumerate(theirs, 1):
        try:
            done += [case_id] if offboarding.hand_over(desk, case_id, args.whom, args.to, why) else []
        except (Refused, Stale, Unreadable) as error:
            failed[case_id] = str(error)
        if place % EACH == 0:  # those that are done are no longer theirs: run again, it goes on
            print(f"{place} of {len(theirs)} requests, the last one {case_id}.", file=sys.stderr)
    to = name_of(args.to, process)
    lines = [*(f"{case_id} is with {to} now." for case_id in done), *(f"{key}: {why}" for key, why in failed.items())]
    plain = {"handed_over": done, "failed": [{"id": case_id, "error": error} for case_id, error in failed.items()]}
    say(args, plain, lines or [f"{name_of(args.whom, process)} has no open request."])
    return 1 if failed else 0
