"""The `specdesk` command, for admins and for continuous integration.

Exit codes: 0 done, 1 something is wrong and the message says what to do, 2 the call was mistyped,
3 no clock runs (`specdesk due`). `--json` prints the result as JSON. Most commands stand in intake_fn/commands.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tomllib
from contextlib import contextmanager, suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.adapters.logs import safe_traceback, set_up, write_to
from intake_fn.adapters.process_file import keep_templates
from intake_fn.commands import (
    background_desk,
    backup,
    canary,
    change,
    doctor,
    drift,
    due,
    env,
    erase,
    eraser_of_settings,
    export_cases,
    hand_over,
    holidays,
    mail,
    outbox,
    package,
    process_of,
    provision,
    qualify_judge,
    recompute,
    reindex,
    release_notes,
    reports,
    retention,
    rotate,
    say,
    sessions,
    silence,
    site,
    spec_lint,
)
from intake_fn.commands.spec_history import git, pages_at
from intake_fn.commands.spec_versions import build_versions
from intake_fn.commands.templates import wiki_templates
from intake_fn.core import request_id
from intake_fn.core.errors import Broken, SpecdeskError
from intake_fn.core.redaction import without_secrets
from intake_fn.desk.decided_cases import PersonsReading, persons_readings
from intake_fn.desk.verdict_replay import as_bytes, given_again, pinned
from intake_fn.settings import ROOT, templates_beside
from spec_lookup import Spec, SpecLookupError, content_stamp, site_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


MODULES = (
    backup,
    canary,
    due,
    env,
    erase,
    export_cases,
    change,
    drift,
    outbox,
    recompute,
    reindex,
    reports,
    retention,
    holidays,
    mail,
    sessions,
    hand_over,
    doctor,
    package,
    provision,
    qualify_judge,
    release_notes,
    rotate,
    silence,
    site,
    spec_lint,
)
"""Commands that stand in modules of their own."""


def check(args: argparse.Namespace) -> None:
    """Validate support.yml in full, with the spec's pages that it names, and the templates of the wiki."""
    process = process_of(args.file, {page.stem for page in args.spec.glob("*.md")} if args.spec.is_dir() else None)
    templates = wiki_templates(args.spec, process)
    parts = {name: len(getattr(process, name)) for name in ("levels", "people", "modules", "calendars")}
    counted = ", ".join(f"{number} {name}" for name, number in parts.items())
    lines = [f"{args.file.name} is sound: {counted}."]
    if templates:
        lines.append(f"Templates of the wiki: {', '.join(one.id for one in templates)}.")
    if process.former:
        names = ", ".join(person.name for person in process.former.values())
        lines.append(f"Who has left: {names}. `specdesk doctor` names the open requests that are still theirs.")
    plain = {"file": args.file.name, **parts, "former": len(process.former), "templates": len(templates)}
    say(args, plain, lines)


def build_index(args: argparse.Namespace) -> None:
    """Build what the function carries: the index of the spec, those of released versions, the wiki's templates."""
    templates = wiki_templates(args.spec, process_of(args.process))
    stamp = Spec.build(args.spec, args.out, commit=_commit(args.spec))
    versions = build_versions(args.spec, args.out)
    keep_templates(templates, templates_beside(args.out))
    summary = (
        f"{stamp.clauses} clauses indexed in {args.out} (spec {stamp.content[:12]}). "
        f"Of {stamp.words} published words {stamp.words_in_no_clause} are in no clause."
    )
    counted = {name: getattr(stamp, name) for name in ("clauses", "words", "words_in_no_clause")}
    kept = [f"With the spec of {len(versions)} released versions: {', '.join(versions)}."] if versions else []
    say(args, {**counted, "spec": stamp.content, "versions": versions}, [summary, *kept])


def expected(args: argparse.Namespace) -> None:
    """What does the spec say? A question in, clauses out."""
    spec = Spec.open(args.index)
    hits = spec.search(" ".join(args.question), limit=args.limit)
    rows = [{"clause": hit.clause.cite, "score": round(hit.score, 4), "quote": hit.quote} for hit in hits]
    lines = [
        f"{hit.clause.cite}  {hit.clause.title}\n  {hit.quote}\n  {args.site}/spec/{hit.clause.url}\n" for hit in hits
    ]
    say(args, rows, lines or ["The search found no clause about this. Try other words, or fewer."])


def ledger(args: argparse.Namespace) -> None:
    """Whether all requests and all incoming mails since the beginning are accounted for; exit status 1 when not."""
    desk = background_desk()
    balance, mails = desk.counters.ledger(), desk.inbound.mail_ledger()
    line = (
        f"received {balance.received} = filed {balance.filed} + queued {balance.queued}"
        f" + dead-lettered {balance.failed} + quarantined {balance.quarantined} + rejected {balance.rejected}"
        f": {'balanced' if balance.balanced else 'NOT BALANCED'}"
    )
    of_mail = (
        f"mails received {mails.received} = being processed {mails.waiting} + ticketed {mails.ticketed}"
        f" + threaded {mails.threaded} + ignored {mails.ignored} + quarantined {mails.quarantined}"
        f" + rejected {mails.rejected}: {'balanced' if mails.balanced else 'NOT BALANCED'}"
    )
    mail = {**asdict(mails), "balanced": mails.balanced}
    say(args, {**asdict(balance), "balanced": balance.balanced, "mail": mail}, [line, of_mail])
    if not mails.balanced:
        raise SpecdeskError("The ledger of mail does not balance: a mail was lost or counted twice. Look at the log.")
    if not balance.balanced:
        raise SpecdeskError("The ledger does not balance: a request was lost or counted twice. Look at the log.")


def sweep(args: argparse.Namespace) -> None:
    """Say what the clocks have to say, try what is due, take in mail that waits, and sync with Mantis.

    Then the Board is invited, and retention erases; where one fails, what the others did is told first.
    """
    from intake_fn.desk.inbound_mail import sweep_mail  # noqa: PLC0415 - `specdesk check` needs no desk
    from intake_fn.desk.retention import SKIPPED  # noqa: PLC0415 - as above
    from intake_fn.desk.retention import sweep as retention_sweep  # noqa: PLC0415 - as above

    eraser = eraser_of_settings()
    desk = eraser.desk
    swept, mails, synced = desk.sweep(), sweep_mail(desk), desk.sync()
    invited, erased = 0, {}
    trouble: list[SpecdeskError] = []
    with _behind_the_others("The Board's invitation", trouble):
        invited = desk.invite()
    with _behind_the_others("Retention", trouble):
        erased = retention_sweep(eraser)
    lines = [
        f"alerts {swept.alerts}, delivered {swept.delivered}, postponed {swept.postponed}, dead {swept.dead_lettered}",
        f"Mantis: looked at {synced.looked}, {synced.events} events, {synced.failed} failed",
    ]
    lines += [f"mails taken in: {mails}"] if mails else []
    lines += [f"invitations to the Board mailed: {invited}"] if invited else []
    lines += [
        f"kept past the end of retention, as nobody can read it: {number}; the log names each at retention_skipped"
        if rule == SKIPPED
        else f"erased at the end of retention: {rule} {number}"
        for rule, number in erased.items()
    ]
    say(
        args,
        {"outbox": asdict(swept), "mails": mails, "mantis": asdict(synced), "invited": invited, "erased": erased},
        lines,
    )
    if trouble:
        raise trouble[0]


@contextmanager
def _behind_the_others(part: str, trouble: list[SpecdeskError]) -> Iterator[None]:
    """Keep the error of a part of the sweep, to be raised when the others are done and told."""
    from intake_fn.desk.outbox import error_text  # noqa: PLC0415 - `specdesk check` needs no desk

    try:
        yield
    except SpecdeskError as error:
        trouble.append(error)
    except Exception as error:  # whatever it is: the other parts have nothing to do with it
        log.exception("sweep_part_failed", part=part)
        trouble.append(Broken(f"{part} failed: {error_text(error)}"))


def replay(args: argparse.Namespace) -> None:
    """Give a request's verdict again as JSON, from the spec as it then stood, and compare the two byte for byte.

    What people read goes to the error output, each clause checked against the spec of then.
    """
    desk = background_desk()
    case = desk.cases.load(args.request)
    given = pinned(case)
    again = given_again(case, _spec_as_read(args, given.spec), desk.files)
    sys.stdout.buffer.write(as_bytes(again))
    sys.stdout.flush()
    if as_bytes(again) != as_bytes(given):
        raise SpecdeskError(
            f"The verdict given was another one, by {given.judge} of {given.engine}; this is {again.judge} of "
            f"{again.engine}. Given then:\n{as_bytes(given).decode()}"
        )
    for reading in persons_readings(case):
        print(json.dumps(asdict(reading), ensure_ascii=False), file=sys.stderr)
        _refuse_unless_it_stands(args, reading)


def _refuse_unless_it_stands(args: argparse.Namespace, reading: PersonsReading) -> None:
    """Raise SpecdeskError unless the spec of then has the clause as it was read; without a stamp nothing is checked."""
    if reading.spec and not reading.stands_in(_spec_as_read(args, reading.spec)):
        raise SpecdeskError(f"{reading.clause} does not stand in the spec {reading.spec[:12]} as {reading.by} read it.")


def _spec_as_read(args: argparse.Namespace, stamp: str) -> Spec:
    """The spec of a stamp: the index if it is of that spec, else its pages from the history of the wiki."""
    try:
        spec = Spec.open(args.index)
    except SpecLookupError:
        spec = None
    if spec is not None and spec.stamp.content == stamp:
        return spec
    for commit in git(args.spec, "log", "--format=%H", "--", ".").split():
        pages = pages_at(args.spec, commit)
        if content_stamp(pages) == stamp:
            return Spec.of(pages, site=site_of(args.spec))
    raise SpecdeskError(
        f"The spec {stamp[:12]} was read; neither {args.index} nor the history of {args.spec} has it. "
        "Name an index of that spec with --index."
    )


def _commit(folder: Path) -> str:
    """The commit of the spec, "" outside a checkout."""
    return git(folder, "rev-parse", "HEAD").strip()


def _version() -> str:
    """The version of Specdesk: as installed, else that of this checkout."""
    with suppress(PackageNotFoundError):
        return version("specdesk")
    with suppress(OSError, tomllib.TOMLDecodeError, KeyError):
        return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
    return "unknown"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="specdesk", description="Run and look after Specdesk.")
    top.add_argument("--version", action="version", version=f"specdesk {_version()}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("check", help=check.__doc__)
    command.add_argument("file", nargs="?", type=Path, default=ROOT / "support.yml")
    command.add_argument("--spec", type=Path, default=ROOT / "docs" / "spec", help="the spec whose pages it names")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=check)

    command = commands.add_parser("build-index", help=build_index.__doc__)
    command.add_argument("--spec", type=Path, default=ROOT / "docs" / "spec")
    command.add_argument("--out", type=Path, default=ROOT / "build" / "index")
    command.add_argument("--process", type=Path, default=ROOT / "support.yml", help="what the templates are held to")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=build_index)

    command = commands.add_parser("expected", help=expected.__doc__)
    command.add_argument("question", nargs="+")
    command.add_argument("--index", type=Path, default=ROOT / "build" / "index")
    command.add_argument("--site", default=os.environ.get("SPECDESK_SITE_URL", ""), help="address of the wiki")
    command.add_argument("--limit", type=int, default=5)
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=expected)

    command = commands.add_parser("ledger", help=ledger.__doc__)
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=ledger)

    command = commands.add_parser("replay", help=replay.__doc__)
    command.add_argument("request", metavar=request_id.SHAPE)
    command.add_argument(
        "--index", type=Path, default=Path(os.environ.get("SPECDESK_INDEX") or ROOT / "build" / "index")
    )
    command.add_argument("--spec", type=Path, default=ROOT / "docs" / "spec", help="whose history is looked through")
    command.set_defaults(run=replay)

    command = commands.add_parser("sweep", help=sweep.__doc__)
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=sweep)

    for module in MODULES:
        module.add(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. What is logged meanwhile goes to the error output: the other may be JSON."""
    write_to(sys.stderr)
    set_up()
    args = parser().parse_args(argv)
    try:
        return int(args.run(args) or 0)
    except (SpecdeskError, SpecLookupError) as error:
        message = str(error)
    except OSError as error:
        message = f"{error.filename or 'a file'} cannot be used: {error.strerror}."
    except Exception as error:  # noqa: BLE001 - Python's own report would print texts that may be secrets
        message = f"this is a mistake in Specdesk; please report it with these places:\n{safe_traceback(error)}"
    print(f"specdesk: {without_secrets(message)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
