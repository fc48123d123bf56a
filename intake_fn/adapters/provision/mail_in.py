"""The way of incoming mail: SES's receipt rule, its permission for the bucket, and S3's event for the function.

An account has one active receipt rule set in a region. Where there is one, our rule is added to it; what others set
up stays. Without the event mail is taken in by the sweep, within a minute.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import code_of, translated
from intake_fn.core.errors import Refused, TryLater
from intake_fn.desk.inbound_mail import ARRIVED

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

SERVICE = "The mail service"
STORE = "The file store"
FUNCTION = "The function"

RULE_SET = "specdesk"
LONGEST_NAME = 64
"""Characters that SES takes for the name of a rule."""
RULE = "specdesk-mail-in"
"""The name of the statements and of the event."""

NO_RULE = "receipt rule of SES that scans mail and puts it into the bucket"
NOT_SCANNED = "scan for spam and viruses in its receipt rule"
NO_PERMISSION = "permission for SES to put mail into the bucket"
NO_EVENT = "event of S3 that calls the function"
NO_CALL = "permission for S3 to call the function"

CREATED = "s3:ObjectCreated:*"

UNWRITABLE, UNCALLABLE = "InvalidS3Configuration", "InvalidArgument"
"""Error codes of what the other service does not permit, or not yet: both try it out at once."""
NOT_VALIDATED = "Unable to validate the following destination"
"""What S3 says of it. Its code is that of others, too, such as an event of somebody else for the same names."""
NOT_KNOWN_YET = "A permission is not known everywhere at once: run the command again in a minute."


def account_of(sts: Any) -> str:
    """The account that the credentials belong to. Raises TryLater, Broken."""
    with translated("AWS"):
        return str(sts.get_caller_identity()["Account"])


def receipt_lacks(ses: Any, s3: Any, bucket: str, addresses: Collection[str]) -> list[str]:
    """What the way from SES into the bucket lacks, in words. Raises TryLater."""
    lacks = []
    with translated(STORE):
        if not any(_permits(statement, bucket) for statement in _statements(s3, bucket)):
            lacks.append(NO_PERMISSION)  # the first: SES tries it before it takes the rule
    with translated(SERVICE):
        rules = [rule for rule in _active(ses).get("Rules", []) if _is_ours(rule, bucket, addresses)]
    if not rules:
        lacks.append(NO_RULE)
    elif not any(rule.get("ScanEnabled") for rule in rules):
        lacks.append(NOT_SCANNED)
    return lacks


def permit_receipt(s3: Any, bucket: str, account: str) -> None:
    """Permit SES to put mail of this account into the bucket; other statements stay."""
    ours = {
        "Sid": RULE,
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/{ARRIVED}*",
        "Condition": {"StringEquals": {"AWS:SourceAccount": account}},
    }
    with translated(STORE):
        kept = [statement for statement in _statements(s3, bucket) if statement.get("Sid") != RULE]
        policy = {"Version": "2012-10-17", "Statement": [*kept, ours]}
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def create_receipt(ses: Any, bucket: str, addresses: Collection[str]) -> None:
    """Add our rule to the active rule set, or to a new one that is made active, unless one does what it has to.

    The bucket has to permit it before.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(SERVICE):
        active = _active(ses)
        if any(_is_ours(rule, bucket, addresses) and rule.get("ScanEnabled") for rule in active.get("Rules", [])):
            return
        name = active.get("Metadata", {}).get("Name", "")
        if not name:
            name = RULE_SET
            try:
                ses.create_receipt_rule_set(RuleSetName=name)
            except ClientError as error:
                if code_of(error) != "AlreadyExists":
                    raise
            ses.set_active_receipt_rule_set(RuleSetName=name)
        rule = {
            "Name": rule_name(bucket),
            "Enabled": True,
            "ScanEnabled": True,
            "TlsPolicy": "Optional",
            "Recipients": sorted(addresses),
            "Actions": [{"S3Action": {"BucketName": bucket, "ObjectKeyPrefix": ARRIVED}}],
        }
        try:
            ses.create_receipt_rule(RuleSetName=name, Rule=rule)
        except ClientError as error:
            if code_of(error) == UNWRITABLE:
                raise TryLater(f"{SERVICE} cannot write into {bucket} yet. {NOT_KNOWN_YET}") from error
            if code_of(error) != "AlreadyExists":
                raise
            ses.update_receipt_rule(RuleSetName=name, Rule=rule)  # of our name, and not as it has to be


def rule_name(bucket: str) -> str:
    """What our receipt rule is called: one for each stage, also where SES takes less than the name of its bucket."""
    name = f"specdesk-{bucket}".replace(".", "-")
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(bucket.encode()).hexdigest()[:8]
    return f"{name[: LONGEST_NAME - len(digest) - 1]}-{digest}"


def has_rule(ses: Any, bucket: str) -> bool:
    """Whether the active rule set has our rule. Raises TryLater, Broken."""
    with translated(SERVICE):
        return any(rule["Name"] == rule_name(bucket) for rule in _active(ses).get("Rules", []))


def delete_rule(ses: Any, bucket: str) -> None:
    """Delete our rule: mail no longer goes into the bucket. The rule set stays, and what others set up there."""
    with translated(SERVICE):
        ses.delete_receipt_rule(RuleSetName=_active(ses)["Metadata"]["Name"], RuleName=rule_name(bucket))


def event_lacks(s3: Any, lambda_: Any, bucket: str, function: str) -> list[str]:
    """What keeps S3 from calling the function of this ARN for mail that comes, in words. Raises TryLater.

    The permission is the function's, and goes with it: a function that was deployed anew has none, and S3 says nothing.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(STORE):
        try:
            called = s3.get_bucket_notification_configuration(Bucket=bucket).get("LambdaFunctionConfigurations", [])
        except ClientError as error:
            if code_of(error) != "NoSuchBucket":
                raise
            called = []
    if not any(_calls(one, function) for one in called):
        return [NO_EVENT]
    with translated(FUNCTION):
        permitted = any(_may_call(statement, bucket) for statement in _policy(lambda_, function))
    return [] if permitted else [NO_CALL]


def create_event(s3: Any, lambda_: Any, bucket: str, function: str, account: str) -> None:
    """Have S3 call the function for mail that comes; other events stay. Raises Refused where there is no function."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(FUNCTION):
        statements = _policy(lambda_, function)
        if not any(_may_call(statement, bucket) for statement in statements):
            if any(statement.get("Sid") == RULE for statement in statements):  # for the bucket before a restoration
                lambda_.remove_permission(FunctionName=function, StatementId=RULE)
            try:
                lambda_.add_permission(
                    FunctionName=function,
                    StatementId=RULE,
                    Action="lambda:InvokeFunction",
                    Principal="s3.amazonaws.com",
                    SourceArn=f"arn:aws:s3:::{bucket}",
                    SourceAccount=account,
                )
            except ClientError as error:
                if code_of(error) == "ResourceNotFoundException":
                    raise Refused(f"There is no function {function} yet. Deploy it, and run this again.") from error
                raise
    with translated(STORE):
        whole = s3.get_bucket_notification_configuration(Bucket=bucket)
        whole.pop("ResponseMetadata", None)
        others = [one for one in whole.get("LambdaFunctionConfigurations", []) if one.get("Id") != RULE]
        ours = {
            "Id": RULE,
            "LambdaFunctionArn": function,
            "Events": [CREATED],
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": ARRIVED}]}},
        }
        whole["LambdaFunctionConfigurations"] = [*others, ours]
        try:
            s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=whole)
        except ClientError as error:
            if code_of(error) == UNCALLABLE and NOT_VALIDATED in str(error):
                raise TryLater(f"{STORE} cannot call {function} yet. {NOT_KNOWN_YET}") from error
            raise


# --- what is there ----------------------------------------------------------------------------


def _active(ses: Any) -> Any:
    """The active rule set; {} where none is."""
    return ses.describe_active_receipt_rule_set()


def _is_ours(rule: Any, bucket: str, addresses: Collection[str]) -> bool:
    """Whether a rule puts mail to each of the addresses where we look for it; no recipients are all."""
    to = {recipient.lower() for recipient in rule.get("Recipients", [])}
    covered = not to or all({address, address.rpartition("@")[2]} & to for address in addresses)
    stores = [action["S3Action"] for action in rule.get("Actions", []) if "S3Action" in action]
    kept = any(one.get("BucketName") == bucket and one.get("ObjectKeyPrefix") == ARRIVED for one in stores)
    return bool(rule.get("Enabled")) and covered and kept


def _statements(s3: Any, bucket: str) -> Sequence[Any]:
    """The statements of the bucket's policy."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if code_of(error) not in ("NoSuchBucketPolicy", "NoSuchBucket"):
            raise
        return []
    statements = policy.get("Statement", [])
    return statements if isinstance(statements, list) else [statements]


def _permits(statement: Any, bucket: str) -> bool:
    """Whether it permits SES to put mail into the bucket."""
    principal = statement.get("Principal", {})
    services = principal.get("Service", []) if isinstance(principal, dict) else []
    actions, resources = statement.get("Action", []), statement.get("Resource", [])
    return (
        statement.get("Effect") == "Allow"
        and "ses.amazonaws.com" in _several(services)
        and bool({"s3:PutObject", "s3:*"} & {*_several(actions)})
        and bool({f"arn:aws:s3:::{bucket}/*", f"arn:aws:s3:::{bucket}/{ARRIVED}*"} & {*_several(resources)})
    )


def _policy(lambda_: Any, function: str) -> Sequence[Any]:
    """The statements of the function's policy; none where there is no function."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    try:
        statements: list[Any] = json.loads(lambda_.get_policy(FunctionName=function)["Policy"])["Statement"]
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return []
    return statements


def _may_call(statement: Any, bucket: str) -> bool:
    """Whether it permits S3 to call the function for this bucket."""
    principal, limits = statement.get("Principal", {}), statement.get("Condition", {})
    sources = [
        source
        for test in limits.values()
        for key, value in test.items()
        if key.lower() == "aws:sourcearn"
        for source in _several(value)
    ]
    return (
        statement.get("Effect") == "Allow"
        and isinstance(principal, dict)
        and "s3.amazonaws.com" in _several(principal.get("Service", []))
        and f"arn:aws:s3:::{bucket}" in sources
    )


def _several(value: Any) -> Sequence[str]:
    return value if isinstance(value, list) else [value]


def _calls(one: Any, function: str) -> bool:
    """Whether an event calls the function for what is put below the prefix of mail."""
    rules = one.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    named = {rule["Name"].lower(): rule["Value"] for rule in rules}
    of_mail = CREATED in one["Events"] and ARRIVED.startswith(named.get("prefix", ""))
    return bool(one["LambdaFunctionArn"] == function and of_mail)
