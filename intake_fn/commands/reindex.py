"""`specdesk reindex`: make every stored request findable by its words."""

from __future__ import annotations

import argparse
from typing import Any

from intake_fn.commands import background_desk, say


def add(commands: Any) -> None:
    """Put `reindex` on the command line."""
    command = commands.add_parser("reindex", help=reindex.__doc__, description=reindex.__doc__)
    command.add_argument("--open", action="store_true", help="open requests only")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=reindex)


def reindex(args: argparse.Namespace) -> int:
    """Put the words of all stored requests into the search index of the desk; what is there stays.

    For requests that a version before the search index stored. It may be repeated, also while Specdesk runs.
    """
    from intake_fn.desk.case_lists import readable, rows  # noqa: PLC0415 - `specdesk check` needs no desk
    from intake_fn.desk.find import reindex as put_into_index  # noqa: PLC0415 - as above

    desk = background_desk()
    new: dict[str, int] = {}
    lacking = put_into_index(desk, readable(desk.cases, rows(desk.cases, open_only=args.open)), new.__setitem__)
    lines = [f"{case_id}  {number} words added" for case_id, number in new.items() if number]
    said = {"requests": len(new), "lacking": lacking, "words": sum(new.values())}
    say(args, said, [*lines, f"{len(new)} requests, {lacking} lacked words in the index"])
    return 0
