"""`specdesk provision`: a plan of what is missing; with --apply it makes what can be made.

What cannot be made over an interface is told with its clicks. Projects in Mantis take an
ADMINISTRATOR's token, which the function must not have: it is read from SPECDESK_MANTIS_ADMIN_TOKEN,
for this command alone.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from intake_fn.commands import mail_addresses, say
from intake_fn.commands.doctor import REPORTS
from intake_fn.commands.stages import Stage, add_stage, stage_of
from intake_fn.core.errors import Diagnosed, Refused, SpecdeskError
from intake_fn.settings import secret

if TYPE_CHECKING:
    from intake_fn.adapters.mantis import MantisTracker
    from intake_fn.commands.provision_stage import Account
    from intake_fn.wiring import Application

ADMIN_TOKEN = "SPECDESK_MANTIS_ADMIN_TOKEN"  # noqa: S105 - the name of a variable

MX = "The domain has to be verified in SES, and its MX record has to lead to it: docs/operate/mail-in.md, Set-up."

WAIT = "DynamoDB fills it by itself: look again in some minutes. Until then lists are read the long way round."

VERIFY = "Follow the link in the mail that Amazon SES sends there, or verify its domain in SES."

TAKES_ADMIN = f"It takes an ADMINISTRATOR's token: set {ADMIN_TOKEN} for this command."

NO_TOKEN = "none"  # noqa: S105 - in place of one

MISSING, MADE, FAILED = "missing", "made", "failed"
THERE, DELETED = "there", "deleted"


Look = Callable[[], Iterator["Step"]]
"""Finds what one part lacks."""


@dataclass(slots=True)
class Step:
    """Something that is missing: `make` makes it, or, where that is None, `how` tells a person how to."""

    what: str
    how: str
    make: Callable[[], None] | None = None
    state: str = MISSING
    error: str = ""


def add(commands: Any) -> None:
    """Put `provision` on the command line."""
    command = commands.add_parser("provision", help=provision.__doc__, description=provision.__doc__)
    command.add_argument("--apply", action="store_true", help="make what can be made")
    add_stage(command, "with its role, secrets, log and alarms, too")
    command.add_argument("--remove", action="store_true", help="of a stage: plan what would be deleted")
    command.add_argument("--with-data", action="store_true", help="with --remove: table, files and secrets, too")
    command.add_argument(
        "--confirm", default="", metavar="FUNCTION", help="with --remove: delete it, such as specdesk-dev"
    )
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=provision, mistyped=command.error)


def provision(args: argparse.Namespace) -> int:
    """Plan, and with --apply make, what is missing of table, bucket, mail and Mantis; exit status 1 while some is."""
    from intake_fn.wiring import Application  # noqa: PLC0415 - `specdesk check` needs no settings and no AWS

    stage = stage_of(args.stage, args.settings) if args.stage else None
    if args.remove:
        return _remove(args, stage)
    application = Application.from_environ(stage.environ(secrets=True) if stage else os.environ)
    account = _account_of(stage, application) if stage else None
    looks: dict[str, Look] = {part: partial(look, application) for part, look in OF_ALL.items()}
    if account:
        looks["stage"] = partial(_stage, account)
    looks["mantis"] = partial(_mantis, account.as_kept if account else application)
    steps = [step for part, look in looks.items() for step in _looked_at(part, look)]
    if args.apply:
        for step in steps:
            _apply(step)
    entries = [{"what": s.what, "by": _by(s), "how": s.how, "state": s.state, "error": s.error} for s in steps]
    say(args, {"applied": args.apply, "steps": entries}, [*([_where(account)] if account else []), *_lines(steps)])
    return 0 if all(step.state == MADE for step in steps) else 1


def _looked_at(part: str, look: Look) -> Iterator[Step]:
    """What one part lacks. That it cannot be looked at is something to mend, too, and keeps no other from its turn."""
    try:
        yield from look()
    except SpecdeskError as error:
        problem, how = _problem_and_remedy(error, "Mend that, and run it again.")
        yield Step(f"{part}: it cannot be looked at", how, None, FAILED, problem)


def _apply(step: Step) -> None:
    """Make it; what goes wrong keeps nothing else from being made."""
    if step.make is None:
        return
    try:
        step.make()
        step.state = MADE
    except SpecdeskError as error:
        step.state = FAILED
        step.error, step.how = _problem_and_remedy(error, step.how)


def _problem_and_remedy(error: SpecdeskError, how: str) -> tuple[str, str]:
    """What went wrong, and what to do: the error's own words where it has some."""
    return (error.what, error.remedy) if isinstance(error, Diagnosed) else (str(error), how)


def _by(step: Step) -> str:
    return "specdesk" if step.make else "you"


def _lines(steps: list[Step]) -> Iterator[str]:
    if not steps:
        yield "Nothing is missing."
    for by, heading in (("specdesk", "What `specdesk provision --apply` makes:"), ("you", "What is for you to do:")):
        those = [step for step in steps if _by(step) == by]
        if those:
            yield heading
        for step in those:
            yield f"  {step.state:8} {step.what}"
            yield from (f"           {text}" for text in (step.error, step.how) if text)


# --- AWS -------------------------------------------------------------------------------------


def _table(application: Application) -> Iterator[Step]:
    from intake_fn.adapters.provision import dynamodb as tables  # noqa: PLC0415 - with boto3

    name, dynamodb = application.settings.table, application.client("dynamodb")
    for lack in tables.table_lacks(dynamodb, name):
        can = lack in tables.MENDABLE
        how = "" if can else "Name another table in SPECDESK_TABLE and provision it; this one cannot be mended."
        how = WAIT if lack in tables.NOT_FILLED.values() else how
        yield Step(f"table {name}: {lack}", how, (lambda: tables.create_table(dynamodb, name)) if can else None)


def _bucket(application: Application) -> Iterator[Step]:
    from intake_fn.adapters.provision.s3 import bucket_lacks, create_bucket  # noqa: PLC0415 - with boto3

    name, pages_at, s3 = application.settings.bucket, application.settings.pages_at, application.client("s3")
    for lack in bucket_lacks(s3, name, pages_at):
        yield Step(f"bucket {name}: {lack}", "", lambda: create_bucket(s3, name, pages_at))


def _mail(application: Application) -> Iterator[Step]:
    from intake_fn.adapters.provision import ses as mail  # noqa: PLC0415 - with boto3

    address, ses = application.process.mail.address, application.client("sesv2")
    for lack in mail.identity_lacks(ses, address):
        if lack == mail.NO_IDENTITY:
            yield Step(f"mail from {address}: {lack}", VERIFY, lambda: mail.create_identity(ses, address))
        else:
            yield Step(f"mail from {address}: {lack}", VERIFY)
    for lack in mail.account_lacks(ses):
        yield Step(f"mail: {lack}", mail.REMEDIES[lack])
    if reports := application.settings.configuration_set:
        for lack in mail.reports_lack(ses, reports):
            yield Step(f"configuration set {reports}: {lack}", REPORTS)


def _incoming_mail(application: Application) -> Iterator[Step]:
    """What SES, bucket and function lack so that mail comes in; a missing bucket is told by its own part."""
    from intake_fn.adapters.provision import mail_in  # noqa: PLC0415 - with boto3

    settings, addresses = application.settings, mail_addresses(application.process)
    ses, s3, bucket = application.client("ses"), application.client("s3"), application.settings.bucket
    lacks = mail_in.receipt_lacks(ses, s3, bucket, addresses)
    for lack in lacks:
        if lack == mail_in.NO_PERMISSION:
            yield Step(f"incoming mail: {lack}", "", lambda: mail_in.permit_receipt(s3, bucket, _account(application)))
        else:
            yield Step(f"incoming mail: {lack}", MX, lambda: mail_in.create_receipt(ses, bucket, addresses))
    if function := settings.function:
        called = (s3, application.client("lambda"), bucket, function)
        for lack in mail_in.event_lacks(*called):
            yield Step(f"incoming mail: {lack}", "", lambda: mail_in.create_event(*called, _account(application)))


def _account(application: Application) -> str:
    from intake_fn.adapters.provision.mail_in import account_of  # noqa: PLC0415 - with boto3

    return account_of(application.client("sts"))


def _account_of(stage: Stage, application: Application) -> Account:
    """The AWS account of the credentials. Raises TryLater, Broken."""
    from intake_fn.commands.provision_stage import Account  # noqa: PLC0415 - with boto3

    return Account.of(stage, application)


def _where(account: Account) -> str:
    """The first line: credentials of another account would make all of it there."""
    return f"Stage {account.stage.name}: account {account.number}, region {account.stage.region}."


def _stage(account: Account) -> Iterator[Step]:
    """What the stage has besides: role, secrets, log, alarms."""
    from intake_fn.commands.provision_stage import lacks  # noqa: PLC0415 - with boto3

    for what, make, how in lacks(account):
        yield Step(what, how, make)


def _remove(args: argparse.Namespace, stage: Stage | None) -> int:
    """Plan the end of a stage; with its function's name in --confirm delete it. Exit status 1 while some is left."""
    from intake_fn.adapters.provision.function import is_deployed  # noqa: PLC0415 - with boto3
    from intake_fn.commands.provision_stage import data, removals  # noqa: PLC0415 - with boto3
    from intake_fn.wiring import Application  # noqa: PLC0415

    if stage is None:
        args.mistyped("--remove takes a --stage")
        raise AssertionError
    if args.confirm not in ("", stage.function):
        raise Refused(f"--confirm says {args.confirm!r}, and the function of stage {stage.name} is {stage.function!r}.")
    account = _account_of(stage, Application.from_environ(stage.environ()))
    undeploy = f"zappa undeploy {stage.name}"
    if args.confirm and is_deployed(account.client("lambda"), stage.function):
        raise Refused(f"The function {stage.function} is deployed and needs all of it. Delete it first: {undeploy}")
    kept = [] if args.with_data else [what for what, _ in data(account)]
    steps = [Step(what, "", make, THERE) for what, make in removals(account, with_data=args.with_data)]
    if args.confirm:
        for step in steps:
            _apply(step)
            step.state = DELETED if step.state == MADE else step.state
    entries = [{"what": step.what, "state": step.state, "error": step.error} for step in steps]
    how = f"Delete the function first ({undeploy}); then add --confirm {stage.function}."
    lines = [*(f"  {step.state:8} {step.what}{step.error and f': {step.error}'}" for step in steps)]
    stays = [f"These stay, until --with-data is added: {', '.join(kept)}."] if kept else []
    said = [*lines, *([] if args.confirm else [how])] if steps else [] if kept else ["Nothing is left."]
    say(args, {"steps": entries, "stays": kept}, [_where(account), *said, *stays])
    return 0 if all(step.state == DELETED for step in steps) else 1


OF_ALL: Mapping[str, Callable[[Application], Iterator[Step]]] = {
    "table": _table,
    "bucket": _bucket,
    "mail": _mail,
    "incoming mail": _incoming_mail,
}
"""What every deployment has beside Mantis, with or without a stage."""


# --- Mantis ----------------------------------------------------------------------------------


def _mantis(application: Application) -> Iterator[Step]:
    """Projects are made over REST; the rest is told as it will be missing once they are there."""
    from intake_fn.adapters.provision.mantis import check_administrator, make_project  # noqa: PLC0415 - with its client
    from intake_fn.adapters.provision.mantis_lacks import lacks, once_made  # noqa: PLC0415 - with its client
    from intake_fn.adapters.provision.mantis_survey import survey  # noqa: PLC0415 - with its client
    from intake_fn.wiring import BACKGROUND_SECONDS  # noqa: PLC0415

    service = application.mantis(BACKGROUND_SECONDS)
    mantis = survey(service)
    missing = [lack for lack in lacks(mantis, application.process) if lack.project]
    admin = application.mantis(BACKGROUND_SECONDS, secret(os.environ.get(ADMIN_TOKEN, ""), ADMIN_TOKEN) or NO_TOKEN)
    problem = _wrong_with(admin, check_administrator) if missing else None

    def make(name: str) -> None:
        if problem:
            raise problem
        make_project(admin, name, service)

    for lack in missing:
        yield Step(lack.what, str(problem or ""), partial(make, lack.project))
    for lack in lacks(once_made(mantis, application.process.mantis), application.process):
        yield Step(lack.what, lack.remedy)


def _wrong_with(admin: MantisTracker, check: Callable[[MantisTracker], None]) -> Diagnosed | None:
    """Why projects cannot be made, if so."""
    if admin.token == NO_TOKEN:
        return Diagnosed(f"{ADMIN_TOKEN} is not set", TAKES_ADMIN)
    try:
        check(admin)
    except Diagnosed as error:
        return error
    return None
