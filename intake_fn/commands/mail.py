"""`specdesk mail`: the suppression list, and mail that came in: list it, or import it from files."""

from __future__ import annotations

import argparse
import mmap
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake_fn.commands import background_desk, say
from intake_fn.commands.mbox import is_mbox, mails_in
from intake_fn.core.errors import Refused, SpecdeskError, Unknown
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.core.messages import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from intake_fn.core.inbound.record import MailRecord
    from intake_fn.desk import Desk
    from intake_fn.ports import SuppressedAddress


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
    if not args.what:
        raise Refused("Name what to import: files (.eml), an mbox, a Maildir, or a folder of .eml files.")
    paths = [Path(path) for path in args.what]
    for path in paths:
        _refuse_unreadable(path)
    entries: list[dict[str, str]] = []
    lines: list[str] = []
    ends: Counter[str] = Counter()
    for name, raw in (pair for path in paths for pair in _mails_of(path)):
        entry, line = _imported(desk, name, raw)
        entries.append(entry)
        lines.append(line)
        ends[entry["end"]] += 1
    failed, before = ends.pop("", 0), sum(entry["before"] == "yes" for entry in entries)
    by_end = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    lines.append(f"{len(entries) - failed} of {len(entries)} mails taken in{by_end and ': '}{by_end}.")
    if before:
        lines.append(f"{before} of them came before: they added nothing.")
    say(args, {"mails": entries, "failed": failed}, lines)
    return 1 if failed else 0


def _imported(desk: Desk, name: str, raw: bytes) -> tuple[dict[str, str], str]:
    """What became of one mail, and the line that says so. `before` says whether it came in before."""
    from intake_fn.desk import inbound_mail  # noqa: PLC0415 - `specdesk due` needs no desk

    mail_id = ""
    try:
        mail_id = inbound_mail.keep(desk, raw)
        known = _is_known(desk, mail_id)
        record = inbound_mail.take(desk, mail_id)
    except SpecdeskError as error:
        kept = "kept, and tried again by the sweep" if mail_id else "not kept: import it again"
        why = f"{kept}. {error}"
        return {"file": name, "id": mail_id, "end": "", "why": why, "before": ""}, f"{name}  {why}"
    before = "yes" if known or record.same_as else ""
    line = _line(record, name) + ("  (came before)" if before else "")
    return {"file": name, **_entry(record), "before": before}, line


def _is_known(desk: Desk, mail_id: str) -> bool:
    """Whether a mail of these bytes came in before."""
    try:
        desk.inbound.mail(mail_id)
    except Unknown:
        return False
    return True


def _refuse_unreadable(path: Path) -> None:
    """Raise Refused for what holds no mail, before any other one is imported."""
    if not path.exists():
        raise Refused(f"{path} cannot be read: it does not exist. Name a file or folder that does.")
    if path.is_dir():
        _files_of(path)
        return
    with _open(path) as file:
        if not file.read(1024).strip():
            raise Refused(f"{path} is empty. Name a mail (.eml), an mbox, a Maildir, or a folder of .eml files.")


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}. Name a file or folder that can.") from error


def _mails_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """The mails of a file or folder, one after the other, each with a name for people. Raises Refused."""
    if path.is_dir():
        for each in _files_of(path):
            with _open(each) as opened:
                yield each.name, opened.read()
        return
    with _open(path) as file:
        if not is_mbox(file.read(1024)):
            file.seek(0)
            yield path.name, file.read()
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield from ((f"{path.name}, mail {number}", raw) for number, raw in enumerate(mails_in(data), 1))


def _files_of(path: Path) -> list[Path]:
    """A Maildir's current and new mails, or the .eml files of any other folder. Raises Refused where there are none."""
    is_maildir = all((path / name).is_dir() for name in ("cur", "new"))
    try:
        found = (
            [file for name in ("cur", "new") for file in sorted((path / name).iterdir())]
            if is_maildir
            else sorted(file for file in path.iterdir() if file.suffix.lower() == ".eml")
        )
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}. Name a file or folder that can.") from error
    files = [file for file in found if file.is_file() and not file.name.startswith(".")]
    if not files:
        what = "no mail in it" if is_maildir else "neither a Maildir (cur and new) nor holds .eml files"
        raise Refused(f"{path} {'has ' if is_maildir else 'is '}{what}.")
    return files
