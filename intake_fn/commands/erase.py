"""`specdesk erase`: a person's data is taken out of all that is stored, after a look at what would go."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake_fn.commands import say, text_of
from intake_fn.core.codec import from_plain, to_plain
from intake_fn.core.erasure import is_full
from intake_fn.core.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from intake_fn.core.process import Process
    from intake_fn.desk.erasure import ErasedAgain, Eraser
    from intake_fn.desk.erasure_plan import Plan
    from intake_fn.ports import ErasureRecord
    from intake_fn.wiring import Application


def add(commands: Any) -> None:
    """Put `erase` on the command line."""
    command = commands.add_parser("erase", help=erase.__doc__, description=erase.__doc__)
    command.add_argument("person", nargs="?", help="an address, or a Mantis account with which issues were created")
    command.add_argument("--apply", action="store_true", help="erase it; otherwise only show what would be erased")
    command.add_argument("--by", default="", help="with --apply: who does it, by the name in support.yml")
    command.add_argument(
        "--except-name",
        action="append",
        default=[],
        metavar="NAME",
        help="a name by which they wrote and that is another one's, too: it stays in the texts of others",
    )
    command.add_argument("--list", action="store_true", help="list the records of all erasures")
    command.add_argument(
        "--again",
        type=Path,
        metavar="FILE",
        help="erase once more the people in the records of this file, as `specdesk restore --erasures` does; with --by",
    )
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=erase)


def erase(args: argparse.Namespace) -> int:
    """Show what is stored of a person, or erase it; exit status 1 when something is left to do."""
    from intake_fn.wiring import Application  # noqa: PLC0415 - `specdesk check` needs no settings and no AWS

    application = Application.from_environ(os.environ)
    eraser = reading_everything(application)
    if args.list:
        records = eraser.store.erasures()
        say(args, {"erasures": [*map(to_plain, records)]}, lines_of(records) or ["Nobody's data was erased yet."])
        return 0
    if args.again:
        records = records_in(args.again)
        done = erased_again(eraser, records, actor(args.by, application.process))
        say(args, again_plain(done), again_lines(records, done))
        return 0 if done.finished else 1
    if not args.person:
        raise Refused("Name the person by address: specdesk erase ann@client.example.org")
    who = actor(args.by, application.process) if args.apply else ""
    plan = eraser.plan(args.person, args.except_name)
    if not args.apply:
        say(args, _plan_plain(plan), _plan_lines(plan))
        return 0
    record = eraser.apply(plan, who)
    if record is None:
        say(args, {"erased": None}, ["Nothing of this person is stored. Nothing was changed."])
        return 0
    say(args, {"erased": to_plain(record)}, _record_lines(record))
    return 0 if record.finished else 1


def reading_everything(application: Application) -> Eraser:
    """The eraser of the settings, with leave to read all that is stored."""
    from intake_fn.adapters.dynamodb import Table  # noqa: PLC0415 - with boto3
    from intake_fn.adapters.provision.stored_items import stored  # noqa: PLC0415 - as above

    table = Table(lambda: application.client("dynamodb", read_seconds=60), application.settings.table)
    return replace(application.eraser, everything=lambda: stored(table))


def erased_again(eraser: Eraser, records: Sequence[ErasureRecord], who: str) -> ErasedAgain:
    """Erase once more the people whom records name; progress goes to standard error. Raises Refused."""
    from intake_fn.desk.erasure import again  # noqa: PLC0415 - as above

    return again(eraser, records, who, partial(print, file=sys.stderr))


def again_plain(done: ErasedAgain) -> dict[str, Any]:
    """What that came to, as plain data."""
    return {"erased": [*map(to_plain, done.records)], "refused": [*done.refused]}


def again_lines(records: Sequence[ErasureRecord], done: ErasedAgain) -> list[str]:
    """What that came to, for people to read."""
    summary = f"Erased again, of {len(records)} records: {len(done.records)} people."
    return [summary, *lines_of(done.records), *done.refused]


def actor(by: str, process: Process) -> str:
    """The address of who does it. Raises Refused where that is nobody who may."""
    if by not in process.admins:
        raise Refused(f"Say who does it: --by NAME, one of {', '.join(process.admins)}. It stands in the record.")
    return process.people[by].address


def records_in(path: Path) -> list[ErasureRecord]:
    """The records that `--list --json` printed into a file. Raises Refused."""
    from intake_fn.ports import ErasureRecord as Record  # noqa: PLC0415 - as above

    try:
        return [from_plain(Record, one) for one in json.loads(text_of(path))["erasures"]]
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(
            f"{path} holds no records of erasures ({error}). Name what `erase --list --json` printed."
        ) from error


def lines_of(records: Iterable[ErasureRecord]) -> list[str]:
    """Records for people to read."""
    return [line for record in records for line in _record_lines(record)]


def _plan_plain(plan: Plan) -> dict[str, Any]:
    return {
        "requests": plan.own,
        "requests_of_others": plan.others,
        "mails": plan.mails,
        "marks": len(plan.marks),
        "look_through": plan.look,
        "unread": plan.unread,
        "counts": dict(plan.counts),
    }


def _plan_lines(plan: Plan) -> Iterator[str]:
    if plan.is_empty:
        yield f"Read {plan.counts['items read']} items: no request, mail or address belongs to this person."
    else:
        yield f"Read {plan.counts['items read']} items. This would be erased:"
        for name, number in plan.counts.items():
            if number and name != "items read":
                yield f"  {name}: {number}"
        if plan.marks:
            yield f"  settings, suppression, throttles, pending links: {len(plan.marks)}"
        if names := [*filter(is_full, plan.subject.names)]:
            yield f"Names by which they wrote, which go from the texts of all, whoever is meant: {'; '.join(names)}"
            yield "  --except-name NAME leaves one of them in the texts of others."
        yield from _named("Their requests, which lose all text and stay counted", plan.own)
        yield from _named("Requests of others, which lose their address and full name", plan.others)
    yield from _named("This version cannot read all of these, so they stay", plan.unread)
    yield from _named("These hold a part of the name; look whether this person is meant", plan.look)
    yield from (f"Also found in an item that no erasure changes: {key}" for key in plan.others_of_ours)
    yield "Raw mails, drafts and exchanges with a language model are searched when it is applied."
    yield "Nothing was changed. `--apply --by NAME` does it; it can't be undone."


def _named(what: str, ids: list[str]) -> Iterator[str]:
    from intake_fn.desk.erasure_plan import NAMED  # noqa: PLC0415 - as above

    if ids:
        more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
        yield f"{what}: {', '.join(ids[:NAMED])}{more}"


def _record_lines(record: ErasureRecord) -> Iterator[str]:
    counts = ", ".join(f"{name} {number}" for name, number in record.counts.items()) or "nothing"
    state = "" if record.finished else "  NOT FINISHED: run it again"
    yield f"{record.at.isoformat(timespec='seconds')}  by {record.actor}  {record.digest[:16]}  {counts}{state}"
    yield from (f"  {line}" for line in record.left)
