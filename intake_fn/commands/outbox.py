"""`specdesk outbox`: what could not be delivered to Mantis or by mail, and trying it again."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from intake_fn.commands import background_desk, say
from intake_fn.core.errors import Refused, Stale, Unreadable
from intake_fn.core.intents import UnknownIntent
from intake_fn.core.names import SPECDESK

if TYPE_CHECKING:
    from intake_fn.desk import Desk
    from intake_fn.ports import OutboxItem

PAGE = 100


def add(commands: Any) -> None:
    """Put `outbox` on the command line."""
    command = commands.add_parser("outbox", help=outbox.__doc__, description=outbox.__doc__)
    command.add_argument("action", choices=("list", "retry"))
    command.add_argument("item", nargs="*", help="what to try again, as the list names it")
    command.add_argument("--all", action="store_true", help="try all dead letters again")
    command.add_argument("--limit", type=int, default=PAGE, help="how many to list")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=outbox, mistyped=command.error)


def outbox(args: argparse.Namespace) -> int:
    """List the dead letters, or make them due again; exit status 1 when one of them could not be."""
    if args.action == "list":
        if args.item or args.all:
            args.mistyped("`outbox list` takes no items")
        if args.limit < 1:
            args.mistyped("--limit is at least 1")
        return _list(args)
    if bool(args.item) == args.all:
        args.mistyped("name what to try again, or --all")
    return _retry(args)


def _list(args: argparse.Namespace) -> int:
    from intake_fn.desk import sign_in  # noqa: PLC0415 - `specdesk due` needs no desk

    desk = background_desk()
    outbox = desk.outbox
    dead_letters, unread = outbox.dead_letters(args.limit + 1), outbox.unreadable(args.limit)
    more, shown = len(dead_letters) > args.limit, dead_letters[: args.limit]
    rows = [_plain(item) for item in shown]
    lines = [f"{row['id']}  {row['what']}  {row['tries']} tries  {row['error']}" for row in rows]
    last = f"There are more: --limit {args.limit * 10} lists them." if more else ""
    lines = [*lines, last] if rows else ["There are no dead letters."]
    unreadable = [{"id": item.id, "request": item.case_id, "error": _why(item)} for item in unread]
    lines += [f"{row['id']}  unreadable for this version: {row['error']}" for row in unreadable]
    lines += ["Run the newer version again: it reads them within a minute. Nothing is lost."] if unreadable else []
    links = [
        {"person": person.id, "tries": link.tries, "error": link.last_error} for person, link in sign_in.unmailed(desk)
    ]
    lines += [f"sign-in link for {row['person']}  {row['tries']} tries  {row['error']}" for row in links]
    say(
        args,
        {"dead_letters": rows, "more": more, "unreadable": unreadable, "sign_in_links": links},
        filter(None, lines),
    )
    return 0


def _why(item: OutboxItem) -> str:
    return item.intent.why if isinstance(item.intent, UnknownIntent) else ""


def _plain(item: OutboxItem) -> dict[str, Any]:
    intent = type(item.intent).__name__
    return {"id": item.id, "request": item.case_id, "what": intent, "tries": item.tries, "error": item.last_error}


def _retry(args: argparse.Namespace) -> int:
    """Make each due again; one that cannot be keeps none of the others from it."""
    desk = background_desk()
    done: list[str] = []
    failed: dict[str, str] = {}
    for item in _all(desk) if args.all else dict.fromkeys(args.item):
        try:
            desk.retry(item, SPECDESK)
        except (Refused, Stale, Unreadable) as error:
            failed[item] = str(error)
        else:
            done.append(item)
    lines = [*(f"{item} is due again." for item in done), *(f"{item}: {why}" for item, why in failed.items())]
    plain = {"retried": done, "failed": [{"id": item, "error": why} for item, why in failed.items()]}
    say(args, plain, lines or ["There are no dead letters."])
    return 1 if failed else 0


def _all(desk: Desk) -> Iterator[str]:
    """All dead letters, each once, page by page: one that is due again leaves the list."""
    seen: set[str] = set()
    while fresh := [item.id for item in desk.outbox.dead_letters(PAGE + len(seen)) if item.id not in seen]:
        seen.update(fresh)
        yield from fresh
