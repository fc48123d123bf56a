"""What a stage needs beside table, bucket, mail and Mantis: role, secrets, log, alarms; and taking all of it away.

log, secrets, role ──► zappa deploy ──► the function ──figures──► alarms ──► topic ──► a person
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import client, translated
from intake_fn.adapters.provision import dynamodb, function, mail_in, monitoring, parameters, role, s3, site
from intake_fn.core.errors import TryLater
from intake_fn.core.lazy_dataclass import dataclass
from spec_lookup import BEDROCK, NO_KEY, OPENAI

if TYPE_CHECKING:
    from intake_fn.commands.stages import Stage
    from intake_fn.wiring import Application

Made = Callable[[], None]
Lack = tuple[str, Made | None, str]
"""What is missing; the function that makes it, or None; what a person has to do."""

VARIABLES = {
    parameters.SECRET_KEY: "SPECDESK_SECRET_KEY",
    parameters.MANTIS_TOKEN: "SPECDESK_MANTIS_TOKEN",
    parameters.LLM_KEY: "SPECDESK_LLM_KEY",
}
"""The variables from which secrets are read that are not kept yet."""
REPLACE = "Unset {variable}, or replace the one that is kept: specdesk rotate {name} --stage {stage}"
OTHERS = {
    parameters.SECRET_KEY: "Unset {variable} if the one that is kept is right. Links of a stage that is restored need "
    "the key of before: delete the parameter, and run this again.",
    parameters.MANTIS_TOKEN: REPLACE,
    parameters.LLM_KEY: REPLACE,
}
"""What to do when a variable has another value than the kept secret."""
CONFIRM = "Follow the link in the mail that AWS sends there; the link is good for three days."


@dataclass(frozen=True, slots=True)
class Account:
    """The account and region of a stage, and clients of their services."""

    stage: Stage
    application: Application
    number: str

    @classmethod
    def of(cls, stage: Stage, application: Application) -> Account:
        """Raises TryLater, Broken."""
        with translated("AWS"):
            number = str(client("sts", application.environ).get_caller_identity()["Account"])
        return cls(stage, application, number)

    def client(self, service: str) -> Any:
        """A client of a service."""
        return self.application.client(service)

    @property
    def as_kept(self) -> Application:
        """The application with the secrets that the function reads: those that are kept, before those of the shell."""
        path, ssm = self.application.settings.parameters, self.client("ssm")
        missing = parameters.missing(ssm, path, parameters.NAMES) if path else [*parameters.NAMES]
        kept = {VARIABLES[name] for name in parameters.NAMES if name not in missing}
        environ = {name: value for name, value in self.application.environ.items() if name not in kept}
        return type(self.application).from_environ(environ)

    @property
    def topic(self) -> str:
        """The ARN of the topic of the alarms."""
        return f"arn:aws:sns:{self.stage.region}:{self.number}:{monitoring.topic_name(self.stage.function)}"

    @property
    def policy(self) -> dict[str, Any]:
        """What the function may do."""
        settings, address = self.application.settings, self.application.process.mail.address
        names = {
            "account": self.number,
            "region": self.stage.region,
            "function": self.stage.function,
            "table": settings.table,
            "bucket": settings.bucket,
            "address": address,
            "domain": address.rpartition("@")[2],
            "configuration_set": settings.configuration_set,
            "parameters": settings.parameters,
        }
        return role.policy(names, bedrock=settings.judge == BEDROCK)


def lacks(account: Account) -> Iterator[Lack]:
    """All that the stage lacks, in the order in which it is made."""
    for look in (_protection, _buckets, _secrets, _role, _log, _alarms, _concurrency):
        yield from look(account)


def _protection(account: Account) -> Iterator[Lack]:
    name, table = account.application.settings.table, account.client("dynamodb")
    for lack in dynamodb.protection_lacks(table, name):
        yield f"table {name}: {lack}", partial(dynamodb.protect_table, table, name, lack), ""


def _buckets(account: Account) -> Iterator[Lack]:
    """The bucket of the zips and, where the stage names one, of the site."""
    bucket = account.client("s3")
    for about, name in (("packages", account.stage.packages), ("the site", account.stage.site)):
        for lack in s3.closed_bucket_lacks(bucket, name) if name else ():
            yield f"bucket of {about} {name}: {lack}", partial(s3.create_closed_bucket, bucket, name), ""


def _secrets(account: Account) -> Iterator[Lack]:
    settings, ssm = account.application.settings, account.client("ssm")
    names = [parameters.SECRET_KEY, parameters.MANTIS_TOKEN]
    if settings.judge == OPENAI and settings.llm_key_header != NO_KEY:
        names.append(parameters.LLM_KEY)
    given = {
        parameters.SECRET_KEY: settings.secret_key,
        parameters.MANTIS_TOKEN: settings.mantis_token,
        parameters.LLM_KEY: settings.llm_key,
    }
    missing = parameters.missing(ssm, settings.parameters, tuple(names))
    for name in names:
        path, value, variable = f"{settings.parameters}/{name}", given[name], VARIABLES[name]
        if name in missing and (value or name == parameters.SECRET_KEY):
            yield f"secret {path}", partial(_keep, account, name, value), ""
        elif name in missing:
            yield f"secret {path}", None, f"Set {variable} for this command: its value is kept there, encrypted."
        elif value and value not in parameters.kept(ssm, settings.parameters, name).values:
            how = OTHERS[name].format(variable=variable, name=name, stage=account.stage.name)
            yield f"secret {path}: it is another one than {variable}", None, how


def _keep(account: Account, name: str, value: str) -> None:
    """Keep a secret; a token that Mantis does not know is not kept. Raises Diagnosed, TryLater, Broken."""
    from intake_fn.adapters.provision.mantis_account import FIRST, account_of  # noqa: PLC0415 - with its client
    from intake_fn.wiring import BACKGROUND_SECONDS  # noqa: PLC0415 - `specdesk check` needs no settings and no AWS

    if name == parameters.MANTIS_TOKEN:
        with suppress(TryLater):  # Mantis may come later
            account_of(account.application.mantis(BACKGROUND_SECONDS, value), FIRST)
    parameters.keep_secret(account.client("ssm"), account.application.settings.parameters, name, value)


def _role(account: Account) -> Iterator[Lack]:
    name, iam = account.stage.role, account.client("iam")
    for lack in role.role_lacks(iam, name, account.policy):
        yield f"role {name}: {lack}", partial(role.create_role, iam, name, account.policy, account.stage.tags), ""


def _log(account: Account) -> Iterator[Lack]:
    stage, logs = account.stage, account.client("logs")
    for lack in monitoring.log_lacks(logs, stage.function, stage.log_days):
        make = partial(monitoring.create_log, logs, stage.function, stage.log_days, stage.tags)
        yield f"log {monitoring.log_group(stage.function)}: {lack}", make, ""


def _alarms(account: Account) -> Iterator[Lack]:
    stage, sns, watch = account.stage, account.client("sns"), account.client("cloudwatch")
    for lack in monitoring.topic_lacks(sns, account.topic, stage.alarms_to):
        make = partial(monitoring.subscribe, sns, account.topic, stage.alarms_to)
        if lack == monitoring.NO_TOPIC:
            make = partial(monitoring.create_topic, sns, stage.function, stage.alarms_to, stage.tags)
        waits = lack.startswith(monitoring.CONFIRMATION)
        how = CONFIRM if stage.alarms_to else ""
        yield f"topic {monitoring.topic_name(stage.function)}: {lack}", None if waits else make, how
    for name in monitoring.alarms_lack(watch, stage.function, account.topic):
        make = partial(monitoring.create_alarm, watch, name, stage.function, account.topic)
        yield f"alarm {stage.function}-{name}", make, ""
    for lack in monitoring.dashboard_lacks(watch, stage.function, stage.region):
        make = partial(monitoring.create_dashboard, watch, stage.function, stage.region)
        yield f"{lack} {stage.function}", make, ""


def _concurrency(account: Account) -> Iterator[Lack]:
    """Zappa reserves runs at the end of a deployment, which then fails half-way."""
    wanted = account.stage.settings.get("lambda_concurrency")
    if told := function.too_many_reserved(account.client("lambda"), account.stage.function, wanted):
        how = "Write null there, or ask AWS for more (Service Quotas, Lambda, Concurrent executions)."
        yield f"lambda_concurrency {wanted}: the account has {told}", None, how


def removals(account: Account, *, with_data: bool) -> Iterator[tuple[str, Made]]:
    """What of the stage is there, with what takes it away; table, files and secrets only with `with_data`."""
    stage = account.stage
    watch, sns, logs, iam = (account.client(name) for name in ("cloudwatch", "sns", "logs", "iam"))
    if "dashboard" not in monitoring.dashboard_lacks(watch, stage.function, stage.region):
        yield f"dashboard {stage.function}", partial(monitoring.delete_dashboard, watch, stage.function)
    if len(monitoring.alarms_lack(watch, stage.function, account.topic)) < len(monitoring.ALARMS):
        yield f"alarms {stage.function}-…", partial(monitoring.delete_alarms, watch, stage.function)
    if monitoring.NO_TOPIC not in monitoring.topic_lacks(sns, account.topic, ""):
        yield f"topic {monitoring.topic_name(stage.function)}", partial(monitoring.delete_topic, sns, account.topic)
    if "log group" not in monitoring.log_lacks(logs, stage.function, stage.log_days):
        yield f"log {monitoring.log_group(stage.function)}", partial(monitoring.delete_log, logs, stage.function)
    if role.NO_ROLE not in role.role_lacks(iam, stage.role, account.policy):
        yield f"role {stage.role}", partial(role.delete_role, iam, stage.role)
    stacks, stack = account.client("cloudformation"), site.stack_name(stage.function)
    if stage.site and site.shown(stacks, stack):
        yield f"stack {stack}: nobody reaches the site after that", partial(site.delete, stacks, stack)
    bucket = account.client("s3")
    for about, name in (("packages", stage.packages), ("the site", stage.site)):
        if name and s3.NO_BUCKET not in s3.closed_bucket_lacks(bucket, name):
            yield f"bucket of {about} {name}", partial(s3.delete_bucket, bucket, name)
    if with_data:
        yield from data(account)


def data(account: Account) -> Iterator[tuple[str, Made]]:
    """The data of the stage, which cannot be made again, each with what deletes it."""
    settings, bucket = account.application.settings, account.client("s3")
    ssm, table = account.client("ssm"), account.client("dynamodb")
    there = set(parameters.NAMES) - set(parameters.missing(ssm, settings.parameters, parameters.NAMES))
    for name in sorted(there):
        yield f"secret {settings.parameters}/{name}", partial(parameters.delete_secret, ssm, settings.parameters, name)
    receipt = account.client("ses")
    if mail_in.has_rule(receipt, settings.bucket):
        yield f"receipt rule of {settings.bucket}", partial(mail_in.delete_rule, receipt, settings.bucket)
    if s3.NO_BUCKET not in s3.closed_bucket_lacks(bucket, settings.bucket):
        yield f"bucket {settings.bucket} with all files", partial(s3.delete_bucket, bucket, settings.bucket)
    if dynamodb.NO_TABLE not in dynamodb.table_lacks(table, settings.table):
        yield f"table {settings.table} with all requests", partial(dynamodb.delete_table, table, settings.table)
