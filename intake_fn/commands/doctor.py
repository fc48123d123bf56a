"""`specdesk doctor`: whether everything that Specdesk needs is there and set up, and what to do about what is not.

It only looks. Each part is looked at by itself: one that is down keeps no other from being told.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake_fn import log
from intake_fn.commands import mail_addresses, say
from intake_fn.core.errors import Diagnosed, SpecdeskError, TryLater
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.messages import in_words
from intake_fn.settings import ROOT
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from intake_fn.wiring import Application


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, and what to do about it."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the application: what it says of itself, and what is wrong with it."""

    name: str
    says: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.findings


REPORTS = "Set it up as docs/operate/mail.md says, under Bounces."

Look = tuple[str, Iterable[Finding]]
"""What a part says of itself, and what is wrong."""


def add(commands: Any) -> None:
    """Put `doctor` on the command line."""
    command = commands.add_parser("doctor", help=doctor.__doc__, description=doctor.__doc__)
    command.add_argument("--spec", type=Path, default=ROOT / "docs" / "spec", help="the spec that the index is of")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=doctor)


def doctor(args: argparse.Namespace) -> int:
    """Look at everything from settings and open requests to Mantis and index; exit status 1 when something is wrong."""
    parts = list(examine(os.environ, args.spec))
    well = all(part.ok for part in parts)
    entries = [{"part": p.name, "ok": p.ok, "says": p.says, "findings": [asdict(f) for f in p.findings]} for p in parts]
    say(args, {"ok": well, "parts": entries}, (line for part in parts for line in _lines(part)))
    return 0 if well else 1


def _lines(part: Part) -> Iterator[str]:
    yield f"{'ok' if part.ok else 'WRONG':5}  {part.name}: {part.says}" if part.says else f"WRONG  {part.name}"
    for finding in part.findings:
        yield f"       - {finding.what}"
        yield f"         {finding.remedy}"


def examine(environ: Mapping[str, str], spec: Path) -> Iterator[Part]:
    """Every part in turn. Where settings or process cannot be read, the rest cannot be looked at."""
    from intake_fn.wiring import Application  # noqa: PLC0415 - `specdesk check` needs no settings and no AWS

    try:
        application = Application.from_environ(environ)
    except SpecdeskError as error:
        yield Part("settings", "", [Finding(str(error), "Set them, see Settings in docs/operate/running.md.")])
        return
    yield Part(
        "settings",
        f"table {application.settings.table}, bucket {application.settings.bucket}, {application.settings.mantis_url}",
    )
    process = _part("process", "Mend support.yml; `specdesk check` names the line.", lambda: _process(application))
    yield process
    if not process.ok:
        return
    yield _part("table", "Check AWS region, credentials and SPECDESK_TABLE.", lambda: _table(application))
    yield _part("files", "Check AWS region, credentials and SPECDESK_BUCKET.", lambda: _files(application))
    yield _part("mail", "Check AWS region and credentials.", lambda: _mail(application))
    yield _part("incoming mail", "Check AWS region and credentials.", lambda: _incoming_mail(application))
    yield _part("mantis", "Check SPECDESK_MANTIS_URL, and the network to it.", lambda: _mantis(application))
    yield _part("index", "Run `specdesk build-index`.", lambda: _index(application, spec))
    yield _part(
        "judge", "See docs/operate/language-model.md, or set SPECDESK_JUDGE=builtin.", lambda: _judge(application)
    )


def _part(name: str, remedy: str, look: Callable[[], Look]) -> Part:
    """Look at one part; what goes wrong while looking is a finding, too."""
    try:
        says, findings = look()
        return Part(name, says, list(findings))
    except Diagnosed as error:
        return Part(name, "", [Finding(error.what, error.remedy)])
    except TryLater as error:
        return Part(name, "", [Finding(f"It is down: {error}", f"Start it, or wait until it is back. {remedy}")])
    except (SpecdeskError, SpecLookupError, OSError) as error:
        return Part(name, "", [Finding(str(error), remedy)])
    except Exception as error:  # whatever it is: the other parts are to be told, and its text may hold a secret
        log.exception("doctor_failed_unexpectedly", part=name)
        return Part(name, "", [Finding(f"Looking at it failed ({type(error).__name__}); the log says where.", remedy)])


# --- the parts -------------------------------------------------------------------------------


def _process(application: Application) -> Look:
    process = application.process
    people = f"{len(process.people)} people" + (f", {len(process.former)} who left" if process.former else "")
    return (
        f"{application.settings.process.name} is sound: {len(process.levels)} levels, {people}",
        (),
    )


def _retention(application: Application) -> str:
    """The rules that are not in force yet: who looks sees a slip of the hand before anything goes."""
    from intake_fn.desk.retention import settle  # noqa: PLC0415 - `specdesk check` needs no desk

    rules = settle(application.eraser).rules
    waiting = [f"{name} {rule.days} days from {rule.since:%Y-%m-%d}" for name, rule in rules.items() if rule.since]
    later = f"; not in force yet: {', '.join(waiting)}" if waiting else ""
    return f"{len(rules) - len(waiting)} of {len(rules)} rules in force{later}"


def _table(application: Application) -> Look:
    from intake_fn.adapters.provision.dynamodb import MENDABLE, NOT_FILLED, table_lacks  # noqa: PLC0415 - with boto3

    name = application.settings.table
    mend = dict.fromkeys(MENDABLE, "`specdesk provision --apply` makes it.")
    mend |= dict.fromkeys(NOT_FILLED.values(), "Wait some minutes: DynamoDB fills it by itself.")
    other = "Keys of a table or index that is there cannot be changed: name another table and provision it."
    lacks = table_lacks(application.client("dynamodb"), name)
    findings = [Finding(f"{name} lacks: {lack}", mend.get(lack, other)) for lack in lacks]
    if not lacks and (unread := application.desk.outbox.unreadable()):
        problem = f"this version cannot read {', '.join(item.id for item in unread[:5])}; set aside are {len(unread)}"
        findings.append(Finding(problem, "Run the newer version again: it reads them within a minute."))
    says = name if lacks else f"{name}; retention: {_retention(application)}"
    return says, [*findings, *(() if lacks else _missing_references(application))]


def _missing_references(application: Application) -> Iterator[Finding]:
    """The open requests whose handler, level or office support.yml names no more."""
    from intake_fn.desk.offboarding import missing_references  # noqa: PLC0415 - with the desk

    for reference, case_ids in missing_references(application.desk.cases, application.process).items():
        yield Finding(f"open requests {reference.what}: {', '.join(case_ids)}", f"{reference.remedy}.")


def _files(application: Application) -> Look:
    from intake_fn.adapters.provision.s3 import bucket_lacks  # noqa: PLC0415 - with boto3

    name = application.settings.bucket
    lacks = bucket_lacks(application.client("s3"), name, application.settings.pages_at)
    return name, [Finding(f"{name} lacks: {lack}", "`specdesk provision --apply` makes it.") for lack in lacks]


def _mail(application: Application) -> Look:
    from intake_fn.adapters.provision import ses as mail  # noqa: PLC0415 - with boto3

    address, reports = application.process.mail.address, application.settings.configuration_set
    verify = "Follow the link in the mail that Amazon SES sent to it, or verify its domain."
    make = "`specdesk provision --apply` registers it; then follow the link in the mail that comes."
    ses = application.client("sesv2")
    lacks = mail.identity_lacks(ses, address)
    findings = [Finding(f"{address} lacks: {x}", verify if x == mail.NOT_VERIFIED else make) for x in lacks]
    findings += [Finding(f"the account lacks: {x}", mail.REMEDIES[x]) for x in mail.account_lacks(ses)]
    findings += _unreached(application)
    if reports:
        missing = mail.reports_lack(ses, reports)
        findings += [Finding(f"configuration set {reports} lacks: {x}", REPORTS) for x in missing]
    return f"{address}, bounces {f'reported by {reports}' if reports else 'not reported'}", findings


def _incoming_mail(application: Application) -> Look:
    from intake_fn.adapters.provision import mail_in  # noqa: PLC0415 - with boto3

    settings, addresses = application.settings, mail_addresses(application.process)
    s3, make = application.client("s3"), "`specdesk provision --apply` makes it; docs/operate/mail-in.md, Set-up."
    lacks = mail_in.receipt_lacks(application.client("ses"), s3, settings.bucket, addresses)
    if settings.function:
        lacks += mail_in.event_lacks(s3, application.client("lambda"), settings.bucket, settings.function)
    when = "at once" if settings.function else "by the sweep, within a minute"
    says = f"to {', '.join(addresses)}, taken in {when}"
    return says, [Finding(f"incoming mail lacks: {lack}", make) for lack in lacks]


def _unreached(application: Application) -> list[Finding]:
    """The people of support.yml whom no mail reaches. Where the table can't be read, its own part says so."""
    try:
        marks = {mark.mailbox: in_words([mark.why]) for mark in application.desk.mail_state.suppression_list()}
    except SpecdeskError:
        return []
    remedy = "Correct the address in support.yml; if it is right again, `specdesk mail unsuppress {}`."
    return [
        Finding(f"{person.name} gets no mail: {marks[mailbox(person.address)]}", remedy.format(person.address))
        for person in application.process.people.values()
        if mailbox(person.address) in marks
    ]


def _mantis(application: Application) -> Look:
    from intake_fn.adapters.provision.mantis_lacks import lacks  # noqa: PLC0415 - with its client
    from intake_fn.adapters.provision.mantis_survey import survey  # noqa: PLC0415 - with its client
    from intake_fn.wiring import INLINE_SECONDS  # noqa: PLC0415

    mantis = survey(application.mantis(INLINE_SECONDS))
    findings = [Finding(lack.what, lack.remedy) for lack in lacks(mantis, application.process)]
    return f"MantisBT {mantis.version} as {mantis.account}", findings


def _index(application: Application, spec: Path) -> Look:
    from spec_lookup import content_stamp, read_pages  # noqa: PLC0415 - not every look needs it

    stamp = application.spec.stamp
    says = f"{stamp.clauses} clauses, spec {stamp.content[:12]}"
    now = content_stamp(list(read_pages(spec)))
    if stamp.content == now:
        return says, ()
    problem = f"the index is of spec {stamp.content[:12]}, and {spec.name} is now {now[:12]}"
    return says, [Finding(problem, "Run `specdesk build-index` and deploy.")]


LLM_SECONDS = 60
"""For the first answer of a model that has to be loaded."""


def _judge(application: Application) -> Look:
    from intake_fn.settings import BUILT_IN  # noqa: PLC0415 - as above
    from spec_lookup import RECORDED, connected  # noqa: PLC0415

    settings = application.settings
    if settings.judge == BUILT_IN:
        return "built in; docs/operate/language-model.md says how a language model reads the clauses", ()
    if settings.judge == RECORDED:
        return f"recorded readings ({settings.llm_model}) in this sandbox, and the built-in judge for all else", ()
    used = connected(settings.llm_model, application.language_model(LLM_SECONDS))
    name = f"{settings.judge}:{settings.llm_model}"
    acts = "it is qualified and may act" if application.may_act(name) else "it only proposes (specdesk qualify-judge)"
    return f"{name} answers ({used.input} tokens in, {used.output} out); {acts}", ()
