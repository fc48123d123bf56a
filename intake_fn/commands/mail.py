"""`specdesk mail`: the suppression list, and mail that came in: list it, or import it from files."""

from __future__ import annotations

import argparse
import mailbox
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake_fn.commands import background_desk, say
from intake_fn.core.errors import Refused, SpecdeskError
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.core.messages import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from intake_fn.core.inbound.record import MailRecord
    from intake_fn.desk import Desk
    from intake_fn.ports import SuppressedAddress

OF_MBOX = b"From "
"""What the first line of an mbox begins with."""


def add(commands: Any) -> None:
    """Put `mail` on the command line."""
    command = commands.add_parser("mail", help=mail.__doc__, description=mail.__doc__)
    command.add_argument("action", choices=("list", "unsuppress", "import"))
    command.add_argument("what", nargs="*", help="addresses to unsuppress, or files and folders to import")
    command.add_argument("--in", dest="incoming", action="store_true", help="list mail that came in")
    ends = [outcome.value for outcome in MailOutcome]
    command.add_argument("--end", choices=ends, help="with --in: only mail that came to this end")
    command.add_argument("--limit", type=int, default=50, help="with --in: how many are listed")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=mail)


def mail(args: argparse.Namespace) -> int:
    """List the suppression list or remove addresses from it; list mail that came in (--in), or import it from files."""
    if args.action == "import":
        return _import(args, background_desk())
    if args.action == "list" and args.incoming:
        _list_incoming(args, background_desk())
    elif args.action == "unsuppress":
        _unsuppress(args)
    else:
        entries = [_plain(entry) for entry in background_desk().mail_state.suppression_list()]
        lines = ["  ".join(filter(None, entry.values())) for entry in entries]
        say(args, {"suppressed": entries}, lines or ["No address is suppressed."])
    return 0


def _unsuppress(args: argparse.Namespace) -> None:
    from intake_fn.desk import suppression_list  # noqa: PLC0415 - `specdesk due` needs no desk

    done = suppression_list.unsuppress(background_desk().mail_state, args.what)
    say(args, {"unsuppressed": done}, [f"{address} is no longer suppressed." for address in done])


def _plain(entry: SuppressedAddress) -> dict[str, str]:
    since = entry.since.isoformat(timespec="seconds")
    return {"address": entry.mailbox, "since": since, "request": entry.case_id, "why": in_words([entry.why])}


# --- mail that came in ------------------------------------------------------------------------


def _list_incoming(args: argparse.Namespace, desk: Desk) -> None:
    """The latest mails, each with its end and why."""
    outcomes = (MailOutcome(args.end),) if args.end else ()
    page = desk.inbound.mails(outcomes, max(1, args.limit))
    lines = [_line(record, record.received_at.isoformat(timespec="minutes")) for record in page.records]
    if page.cursor:
        lines.append(f"There are more; --limit shows more than {args.limit}.")
    entries = [_entry(record) for record in page.records]
    say(args, {"mails": entries, "more": bool(page.cursor)}, lines or ["No mail came in."])


def _entry(record: MailRecord) -> dict[str, str]:
    return {
        "id": record.id,
        "received": record.received_at.isoformat(timespec="seconds"),
        "end": record.outcome.value,
        "request": record.case_id,
        "sender": record.sender,
        "subject": record.subject,
        "why": in_words([record.reason]) if record.reason else "",
    }


def _line(record: MailRecord, first: str) -> str:
    entry = _entry(record)
    return "  ".join(filter(None, (first, *(entry[name] for name in ("end", "request", "sender", "subject", "why")))))


def _import(args: argparse.Namespace, desk: Desk) -> int:
    """Take in every mail of the files; 1 when one could not be kept, or is kept and not taken in yet."""
    from intake_fn.desk import inbound_mail  # noqa: PLC0415 - as above

    if not args.what:
        raise Refused("Name what to import: files (.eml), an mbox, a Maildir, or a folder of .eml files.")
    entries: list[dict[str, str]] = []
    lines: list[str] = []
    for name, raw in [pair for path in args.what for pair in _mails_of(Path(path))]:
        mail_id = ""
        try:
            mail_id = inbound_mail.keep(desk, raw)
            record = inbound_mail.take(desk, mail_id)
        except SpecdeskError as error:
            kept = "kept, and tried again by the sweep" if mail_id else "not kept: import it again"
            entries.append({"file": name, "id": mail_id, "end": "", "why": f"{kept}. {error}"})
            lines.append(f"{name}  {kept}. {error}")
            continue
        entries.append({"file": name, **_entry(record)})
        lines.append(_line(record, name))
    failed = sum(not entry["end"] for entry in entries)
    lines.append(f"{len(entries) - failed} of {len(entries)} mails taken in.")
    say(args, {"mails": entries, "failed": failed}, lines)
    return 1 if failed else 0


def _mails_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """The mails of a file or folder, each with a name for people. Raises Refused."""
    try:
        if path.is_dir():
            yield from _of_folder(path)
        elif _begins_as_mbox(path):
            box = mailbox.mbox(path, create=False)
            yield from ((f"{path.name}, mail {number}", box.get_bytes(key)) for number, key in enumerate(box.keys(), 1))
            box.close()
        else:
            yield path.name, path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}. Name a file or folder that can.") from error


def _begins_as_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(OF_MBOX)) == OF_MBOX


def _of_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    """A Maildir's new and current mails, or the .eml files of any other folder. Raises Refused where there are none."""
    is_maildir = all((path / name).is_dir() for name in ("cur", "new"))
    files: Sequence[Path] = (
        sorted(file for name in ("cur", "new") for file in (path / name).iterdir() if file.is_file())
        if is_maildir
        else sorted(path.glob("*.eml"))
    )
    if not files:
        what = "no mail in it" if is_maildir else "neither a Maildir (cur and new) nor holds .eml files"
        raise Refused(f"{path} {'has ' if is_maildir else 'is '}{what}.")
    yield from ((file.name, file.read_bytes()) for file in files)
