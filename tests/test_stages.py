"""The stages of zappa_settings.json: what they say, what the function may do there, and what is made and taken away."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.stub import Stubber

from intake_fn.adapters.aws import client
from intake_fn.adapters.metrics import UNITS, line
from intake_fn.adapters.provision import dynamodb, function, mail_in, monitoring, parameters, role, ses
from intake_fn.adapters.provision.monitoring import ALARMS
from intake_fn.adapters.provision.s3 import bucket_lacks, create_bucket, create_closed_bucket
from intake_fn.cli import main
from intake_fn.commands.provision_stage import Account, data, lacks, removals
from intake_fn.commands.stages import Stage, stage_of
from intake_fn.core.errors import Broken, Refused
from intake_fn.settings import Settings
from intake_fn.wiring import Application

if TYPE_CHECKING:
    from sandbox.aws import LocalAws

ROOT = Path(__file__).parent.parent
STAGES = ("dev", "staging", "production")

ACTIONS = {
    "list_objects_v2": {"s3:ListBucket"},
    "send_email": {"ses:SendEmail", "ses:SendRawEmail"},
    "transact_write_items": {"dynamodb:ConditionCheckItem"},
    "converse": {"bedrock:InvokeModel"},
    "invoke": {"lambda:InvokeFunction"},
}
"""What a call takes that is not named like it; writes in a transaction take what they take alone."""
SIGNED = {"generate_presigned_post": "s3:PutObject"}


def test_each_stage_has_all_that_the_function_needs() -> None:
    """A stage that lacks a variable is deployed, and then answers each page with an error."""
    for name in STAGES:
        stage = stage_of(name)
        given = Settings.from_environ(stage.environ({}))

        assert name in given.table
        assert {"application": "specdesk", "stage": name} == stage.tags
        assert stage.settings["lambda_concurrency"] > 0
        assert {"SPECDESK_SECRET_KEY", "SPECDESK_MANTIS_TOKEN"}.isdisjoint(stage.settings["aws_environment_variables"])


def test_a_shell_of_another_stage_does_not_lead_a_command_there() -> None:
    """`--remove --stage dev` in a shell of production deletes nothing of production, and nothing is made elsewhere."""
    shell = {
        **stage_of("production").environ({}),
        "SPECDESK_FUNCTION": "arn:aws:lambda:us-east-1:123456789012:function:specdesk-production",
        "SPECDESK_MANTIS_TOKEN": "token-of-production",
        "AWS_PROFILE": "admin",
    }
    given = stage_of("dev").environ(shell)

    assert given == {**stage_of("dev").environ({}), "AWS_PROFILE": "admin"}
    assert given["AWS_DEFAULT_REGION"] == given["AWS_REGION"] == "eu-west-1"
    assert stage_of("dev").environ(shell, secrets=True)["SPECDESK_MANTIS_TOKEN"] == "token-of-production"


def test_a_shell_forgets_the_stage_before(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`eval "$(specdesk env --stage dev)"` leaves nothing that only production names."""
    monkeypatch.setenv("SPECDESK_FUNCTION", "arn:of-production")

    assert 0 == main(["env", "--stage", "dev"])
    first, *exports = capsys.readouterr().out.splitlines()
    assert "SPECDESK_FUNCTION" in first.split()
    assert "unset" == first.split()[0]
    assert "export SPECDESK_TABLE=specdesk-dev" in exports


def test_no_stage_does_what_zappa_does_by_itself() -> None:
    """No tracebacks on pages, no calls to keep it warm, no role for everything, no settings inside the zip."""
    for name in STAGES:
        settings = stage_of(name).settings
        off = ("debug", "keep_warm", "touch", "manage_roles", "use_precompiled_packages")

        assert [False] * 5 == [settings[key] for key in off]
        assert "environment_variables" not in settings
        assert 3 == len(settings["events"])


def calls(*names: str) -> set[str]:
    """The methods of clients that the serving adapters call, by name or with getattr."""
    folder = ROOT / "intake_fn" / "adapters"
    files = [file for file in folder.rglob("*.py") if "provision" not in file.parts]
    files += [ROOT / "intake_fn" / "wiring.py", ROOT / "spec_lookup" / "llm" / "bedrock.py"]
    words = {word for file in files for word in re.findall(r"\w+", file.read_text(encoding="utf-8"))}
    session = botocore.session.get_session()
    known = {xform_name(name) for service in names for name in session.get_service_model(service).operation_names}
    return words & known | words & set(SIGNED)


def test_the_role_allows_the_calls_that_the_adapters_make_and_no_other() -> None:
    """More would help a thief, less would stop the function. A new call has to be added to role.json."""
    needed: set[str] = set()
    for service, prefix in (
        ("dynamodb", "dynamodb"),
        ("s3", "s3"),
        ("sesv2", "ses"),
        ("ssm", "ssm"),
        ("lambda", "lambda"),
    ):
        for call in calls(service):
            title = "".join(part.title() for part in call.split("_"))
            needed |= {SIGNED[call]} if call in SIGNED else ACTIONS.get(call, {f"{prefix}:{title}"})
    names = dict.fromkeys(re.findall(r"\$(\w+)", role.FILE.read_text(encoding="utf-8")), "x")
    statements = role.policy(names)["Statement"]
    allowed = {
        action
        for one in statements
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }

    assert needed == {action for action in allowed if not action.startswith("logs:")}
    assert {"converse"} == calls("bedrock-runtime") & set(ACTIONS)
    assert [] == [one for one in statements if one["Resource"] == "*" or "*" in one["Action"]]
    assert "bedrock:InvokeModel" == role.policy(names, bedrock=True)["Statement"][-1]["Action"]


def test_a_resource_without_a_name_is_not_allowed() -> None:
    """Without a configuration set the role names none, and not all of them."""
    names = dict.fromkeys(re.findall(r"\$(\w+)", role.FILE.read_text(encoding="utf-8")), "x") | {
        "configuration_set": ""
    }
    mail = next(one for one in role.policy(names)["Statement"] if one["Sid"] == "Mail")

    assert ["identity/x", "identity/x"] == [one.rpartition(":")[2] for one in mail["Resource"]]


def test_mail_to_verified_addresses_goes_while_ses_is_in_its_sandbox() -> None:
    """There SES asks IAM for the recipient's identity, too; the function may still mail as nobody else."""
    names = dict.fromkeys(re.findall(r"\$(\w+)", role.FILE.read_text(encoding="utf-8")), "x")
    mail = next(one for one in role.policy({**names, "address": "help@example.com"})["Statement"] if "Condition" in one)

    assert "arn:aws:ses:x:x:identity/*" == mail["Resource"]
    assert {"ses:FromAddress": "help@example.com"} == mail["Condition"]["StringEqualsIgnoreCase"]


def test_an_alarm_on_a_measured_state_does_not_end_because_nothing_was_measured() -> None:
    """The nightly check measures once a day: an hour later the alarm would mail that it is over."""
    measured = {"outbox-age", "dead-letters", "ledger", "state"}

    assert measured == {alarm.name for alarm in ALARMS if alarm.silence == "ignore"}
    assert measured == {alarm.name for alarm in ALARMS if alarm.statistic == "Maximum"}


@pytest.mark.parametrize(
    ("arn", "lacks"),
    [
        ("arn:aws:sns:eu-west-1:123456789012:t:1", []),
        ("PendingConfirmation", ["confirmation of a@example.com"]),
        ("Deleted", ["subscription of a@example.com"]),
    ],
)
def test_alarms_that_reach_nobody_yet_are_told(arn: str, lacks: list[str]) -> None:
    """SNS mails nothing before the link was followed, and forgets the subscription after three days."""
    client, one = stubbed("sns"), {"SubscriptionArn": arn, "Protocol": "email", "Endpoint": "a@example.com"}
    with Stubber(client) as stub:
        stub.add_response("list_subscriptions_by_topic", {"Subscriptions": [one]})

        assert lacks == monitoring.topic_lacks(client, "arn:aws:sns:eu-west-1:123456789012:t", "a@example.com")


@pytest.mark.aws
def test_another_recipient_of_alarms_is_subscribed_whatever_tags_the_topic_has(account: Account) -> None:
    """SNS refuses to make a topic again with other tags."""
    sns: Any = account.client("sns")
    monitoring.create_topic(sns, "specdesk-trial", "a@example.com", {"stage": "before"})
    changed = replace(account, stage=replace(account.stage, alarms_to="b@example.com", tags={"stage": "now"}))
    (make,) = [make for what, make, _ in lacks(changed) if what.startswith("topic ")]
    assert make is not None
    make()

    assert [] == monitoring.topic_lacks(sns, account.topic, "b@example.com")
    assert {"stage": "before"} == {
        tag["Key"]: tag["Value"] for tag in sns.list_tags_for_resource(ResourceArn=account.topic)["Tags"]
    }
    monitoring.delete_topic(sns, account.topic)


def test_each_alarm_is_on_a_figure_that_is_written() -> None:
    """An alarm on another name would never ring; each says where it is written what to do."""
    own = {alarm.metric for alarm in ALARMS if alarm.namespace == "Specdesk"}
    written = json.loads(line("specdesk-dev", 1.5, dict.fromkeys(UNITS, 0)))
    guide = (ROOT / "docs" / "operate" / "monitoring.md").read_text(encoding="utf-8")

    assert set(UNITS) == own
    assert own == {one["Name"] for one in written["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert 1500 == written["_aws"]["Timestamp"]
    assert {alarm.name for alarm in ALARMS} <= set(re.findall(r"\{#([\w-]+)\}", guide))


@pytest.fixture
def account(aws: LocalAws) -> Account:
    """A stage in the local AWS, with its table and its bucket."""
    given = {
        **aws.environ(),
        "SPECDESK_TABLE": "stage-table",
        "SPECDESK_BUCKET": "stage-files",
        "SPECDESK_PARAMETERS": "/specdesk/trial",
        "SPECDESK_MANTIS_URL": "https://mantis.example.com",
        "SPECDESK_MANTIS_TOKEN": "token-of-the-trial",
        "SPECDESK_BASE_URL": "https://help.example.com",
    }
    stage = Stage("trial", {}, "specdesk-trial", "specdesk-trial-function", "eu-west-1", "stage-packages")
    with closing(client("dynamodb", given)) as table, closing(client("s3", given)) as bucket:
        dynamodb.create_table(table, "stage-table")
        create_bucket(bucket, "stage-files")
    return Account.of(stage, Application.from_environ(given))


@pytest.mark.aws
def test_a_stage_is_made_once_and_taken_away_whole(account: Account) -> None:
    """A plan first; made, nothing is missing; taken away with its data, nothing is left. Secrets stay as they were."""
    plan = list(lacks(account))
    for _, make, _ in plan:
        assert make is not None
        make()
    ssm: Any = account.client("ssm")
    first = [
        ssm.get_parameter(Name=f"/specdesk/trial/{name}", WithDecryption=True)["Parameter"]["Value"]
        for name in ("secret-key", "mantis-token")
    ]

    assert len(plan) > 12
    assert [] == list(lacks(account))
    assert "token-of-the-trial" == first[1]
    assert len(first[0]) >= 32
    stay = [what for what, _ in data(account)]
    assert ["secret", "secret", "bucket", "table"] == [what.split()[0] for what in stay]
    kept = [what for what, _ in removals(account, with_data=False)]
    assert [] == [what for what in kept if "table" in what or "secret" in what or "files" in what]
    account.client("s3").put_object(Bucket="stage-files", Key="files/a", Body=b"a")
    for _, take_away in list(removals(account, with_data=True)):
        take_away()
    assert [] == list(removals(account, with_data=True))


@pytest.mark.aws
def test_removing_a_stage_says_what_stays(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is told that nothing is left while all requests are there."""
    stage = account.stage
    variables = {name: value for name, value in account.application.environ.items() if name.startswith("SPECDESK_")}
    plain = {"project_name": "specdesk", "role_name": stage.role, "aws_region": stage.region, "s3_bucket": "none-such"}
    file = tmp_path / "zappa_settings.json"
    file.write_text(json.dumps({"trial": {**plain, "aws_environment_variables": variables}}))
    for name, value in account.application.environ.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)

    assert 0 == main(["provision", "--stage", "trial", "--settings", str(file), "--remove"])
    told = capsys.readouterr().out
    assert "These stay, until --with-data is added: bucket stage-files with all files, table stage-table" in told
    assert "Nothing is left" not in told


@pytest.mark.aws
def test_another_secret_than_the_kept_one_is_told(account: Account) -> None:
    """Else a wrong token in the shell of the admin would be tried in place of the one that the function reads."""
    ssm: Any = account.client("ssm")
    for name in ("secret-key", "mantis-token"):
        parameters.keep_secret(ssm, "/specdesk/trial", name, f"the-{name}-that-is-kept")

    told = {what: (make, how) for what, make, how in lacks(account) if "secret" in what}
    (what,) = told
    assert "secret /specdesk/trial/mantis-token: it is another one than SPECDESK_MANTIS_TOKEN" == what
    assert told[what][0] is None
    assert "specdesk rotate mantis-token --stage trial" in told[what][1]
    assert not account.as_kept.settings.mantis_token
    for name in ("secret-key", "mantis-token"):
        parameters.delete_secret(ssm, "/specdesk/trial", name)


@pytest.mark.aws
def test_the_receipt_rule_goes_with_the_files(account: Account) -> None:
    """A rule that leads into a bucket that is gone would refuse mail to the address."""
    receipt = account.client("ses")
    mail_in.permit_receipt(account.client("s3"), "stage-files", account.number)
    mail_in.create_receipt(receipt, "stage-files", ["help@example.com"])

    (take_away,) = (make for what, make in removals(account, with_data=True) if "receipt rule" in what)
    take_away()
    assert not mail_in.has_rule(receipt, "stage-files")


def test_a_plan_that_cannot_be_made_says_why_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A profile that does not exist is no mistake of Specdesk, and no seven findings."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")

    assert 1 == main(["provision", "--stage", "dev"])
    told = capsys.readouterr().err
    assert "no-such-profile" in told
    assert "Check region and credentials." in told


def test_a_bucket_of_somebody_else_is_told_as_such() -> None:
    """Names of buckets are unique in the world, and `example-…` of our settings may be taken."""
    s3 = stubbed("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("head_bucket", "403", "Forbidden", 403)
        stub.add_client_error("create_bucket", "BucketAlreadyExists", "", 409)
        with pytest.raises(Broken, match=r"bucket taken is somebody else's"):
            bucket_lacks(s3, "taken")
        with pytest.raises(Broken, match=r"Name another one in zappa_settings\.json"):
            create_closed_bucket(s3, "taken")


def stubbed(service: str) -> Any:
    """A client of AWS that a test answers."""
    return botocore.session.get_session().create_client(
        service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


@pytest.mark.parametrize(
    ("total", "unreserved", "reserved", "wanted", "fits"),
    [
        (10, 10, None, 10, False),  # a new account
        (1000, 1000, None, 10, True),
        (1000, 105, None, 10, False),  # other functions have the rest
        (1000, 105, 10, 10, True),  # it has them already
        (10, 10, None, None, True),  # nothing is to be reserved
    ],
)
def test_runs_that_cannot_be_reserved_are_told_before_the_deployment(
    total: int, unreserved: int, reserved: int | None, wanted: int | None, fits: bool
) -> None:
    """Lambda keeps 100 runs free for the other functions; Zappa reserves last, and then fails half-way."""
    client = stubbed("lambda")
    limit = {"ConcurrentExecutions": total, "UnreservedConcurrentExecutions": unreserved}
    with Stubber(client) as stub:
        stub.add_response("get_account_settings", {"AccountLimit": limit})
        if reserved is None:
            stub.add_client_error("get_function_concurrency", "ResourceNotFoundException", "", 404)
        else:
            stub.add_response("get_function_concurrency", {"ReservedConcurrentExecutions": reserved})
        told = function.too_many_reserved(client, "specdesk-dev", wanted)

    assert fits is (told == "")
    assert fits or told.startswith(f"{total}, of which ")


def test_the_sandbox_of_ses_is_told() -> None:
    """There requesters, whose addresses nobody verified, get no mail."""
    client = stubbed("sesv2")
    with Stubber(client) as stub:
        stub.add_response("get_account", {"ProductionAccessEnabled": False, "SendingEnabled": True})
        stub.add_response("get_account", {"ProductionAccessEnabled": True, "SendingEnabled": False})

        assert [ses.IN_SANDBOX] == ses.account_lacks(client)
        assert [ses.PAUSED] == ses.account_lacks(client)


@pytest.mark.aws
def test_a_role_that_somebody_widened_is_set_right(account: Account) -> None:
    """The plan says so before anything is changed."""
    iam: Any = account.client("iam")
    role.create_role(iam, "specdesk-trial-function", role.policy({**names_of(account), "table": "other"}), {})

    assert [role.OTHER_POLICY] == role.role_lacks(iam, "specdesk-trial-function", account.policy)
    role.create_role(iam, "specdesk-trial-function", account.policy, {})
    assert [] == role.role_lacks(iam, "specdesk-trial-function", account.policy)
    role.delete_role(iam, "specdesk-trial-function")


def names_of(account: Account) -> dict[str, str]:
    """Names for role.json."""
    return dict.fromkeys(re.findall(r"\$(\w+)", role.FILE.read_text(encoding="utf-8")), account.stage.function)


def test_a_stage_without_a_role_is_refused(tmp_path: Path) -> None:
    """The message names what is missing, and where."""
    file = tmp_path / "zappa_settings.json"
    file.write_text(json.dumps({"dev": {"project_name": "specdesk", "aws_region": "eu-west-1", "s3_bucket": "b"}}))

    with pytest.raises(Refused, match=r"Stage dev of zappa_settings\.json has no role_name"):
        stage_of("dev", file)
