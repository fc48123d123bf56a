"""The way of incoming mail is made where it is missing, and what others set up stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from intake_fn.adapters.provision.mail_in import (
    NO_CALL,
    NO_EVENT,
    NO_PERMISSION,
    NO_RULE,
    NOT_SCANNED,
    create_event,
    create_receipt,
    event_lacks,
    permit_receipt,
    receipt_lacks,
    rule_name,
)
from intake_fn.adapters.provision.s3 import create_bucket
from intake_fn.core.errors import Broken, TryLater

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.aws

ACCOUNT = "123456789012"
TO = ["helpdesk@example.com"]
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:specdesk"


class Lambda:
    """A function's policy; ministack knows no function without its code."""

    def __init__(self) -> None:
        self.policy: dict[str, dict[str, Any]] = {}

    def get_policy(self, **_: Any) -> dict[str, str]:
        """As Lambda describes it."""
        if not self.policy:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetPolicy")
        statements = [
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"Service": call["Principal"]},
                "Action": call["Action"],
                "Condition": {"ArnLike": {"AWS:SourceArn": call["SourceArn"]}},
            }
            for sid, call in self.policy.items()
        ]
        return {"Policy": json.dumps({"Statement": statements})}

    def add_permission(self, **call: Any) -> None:
        """Keep it."""
        if call["StatementId"] in self.policy:
            raise ClientError({"Error": {"Code": "ResourceConflictException"}}, "AddPermission")
        self.policy[call["StatementId"]] = call

    def remove_permission(self, **call: Any) -> None:
        """Forget it."""
        del self.policy[call["StatementId"]]

    @property
    def permitted(self) -> list[str]:
        """The buckets that may call it."""
        return [call["SourceArn"] for call in self.policy.values()]


def test_the_receipt_is_made_step_by_step_and_once(clients: Callable[[str], Any]) -> None:
    """Permission, then rule; afterwards nothing is missing, and statements and rules of others are there still."""
    ses, s3 = clients("ses"), clients("s3")
    create_bucket(s3, "mail-way")
    theirs = {
        "Sid": "theirs",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::mail-way/x",
    }
    s3.put_bucket_policy(Bucket="mail-way", Policy=json.dumps({"Version": "2012-10-17", "Statement": theirs}))

    assert [NO_PERMISSION, NO_RULE] == receipt_lacks(ses, s3, "mail-way", TO)
    for _ in range(2):
        permit_receipt(s3, "mail-way", ACCOUNT)
        assert NO_PERMISSION not in receipt_lacks(ses, s3, "mail-way", TO)
        create_receipt(ses, "mail-way", TO)
        assert [] == receipt_lacks(ses, s3, "mail-way", TO)
    policy = json.loads(s3.get_bucket_policy(Bucket="mail-way")["Policy"])
    assert ["theirs", "specdesk-mail-in"] == [statement["Sid"] for statement in policy["Statement"]]
    assert [NO_RULE] == receipt_lacks(ses, s3, "mail-way", [*TO, "other@example.net"])


def test_a_rule_that_does_not_scan_is_told(clients: Callable[[str], Any]) -> None:
    """Without the scan there are no verdicts on spam and viruses."""
    ses, s3 = clients("ses"), clients("s3")
    create_bucket(s3, "mail-unscanned")
    permit_receipt(s3, "mail-unscanned", ACCOUNT)
    create_receipt(ses, "mail-any", TO)  # there is a rule set by now
    active = ses.describe_active_receipt_rule_set()["Metadata"]["Name"]
    action = {"S3Action": {"BucketName": "mail-unscanned", "ObjectKeyPrefix": "mail-in/"}}
    ses.create_receipt_rule(RuleSetName=active, Rule={"Name": "blind", "Enabled": True, "Actions": [action]})

    assert [NOT_SCANNED] == receipt_lacks(ses, s3, "mail-unscanned", TO)


def test_the_event_is_added_to_those_of_others(clients: Callable[[str], Any]) -> None:
    """S3 calls the function for mail alone, and whoever else it calls is called still."""
    s3, function = clients("s3"), Lambda()
    create_bucket(s3, "mail-event")
    other = {"Id": "other", "LambdaFunctionArn": f"{FUNCTION}-2", "Events": ["s3:ObjectRemoved:*"]}
    s3.put_bucket_notification_configuration(
        Bucket="mail-event", NotificationConfiguration={"LambdaFunctionConfigurations": [other]}
    )

    assert [NO_EVENT] == event_lacks(s3, function, "mail-event", FUNCTION)
    for _ in range(2):
        create_event(s3, function, "mail-event", FUNCTION, ACCOUNT)
    assert [] == event_lacks(s3, function, "mail-event", FUNCTION)
    called = s3.get_bucket_notification_configuration(Bucket="mail-event")["LambdaFunctionConfigurations"]
    assert ["other", "specdesk-mail-in"] == [one["Id"] for one in called]
    assert ["arn:aws:s3:::mail-event"] == function.permitted


def test_a_function_that_was_deployed_anew_is_permitted_anew(clients: Callable[[str], Any]) -> None:
    """The permission went with the former function; S3's event stays, and nothing says that its calls are refused."""
    s3, former, new = clients("s3"), Lambda(), Lambda()
    create_bucket(s3, "mail-anew")
    create_event(s3, former, "mail-anew", FUNCTION, ACCOUNT)

    assert [NO_CALL] == event_lacks(s3, new, "mail-anew", FUNCTION)
    create_event(s3, new, "mail-anew", FUNCTION, ACCOUNT)
    assert [] == event_lacks(s3, new, "mail-anew", FUNCTION)


def test_stages_with_long_names_have_a_rule_each() -> None:
    """Else the second one would lead the mail of the first into its own bucket."""
    organisation = "a-long-name-of-an-organisation-and-of-its-departments"
    names = {rule_name(f"{organisation}-{stage}") for stage in ("staging", "production")}

    assert 2 == len(names)
    assert {64} == {*map(len, names)}
    assert "specdesk-example-files" == rule_name("example.files")


class NotYet:
    """AWS that does not know a permission yet which was given a moment ago."""

    def __init__(self, real: Any, call: str, code: str, message: str = "") -> None:
        self.real, self.call = real, call
        self.error: Any = {"Code": code, "Message": message}

    def __getattr__(self, name: str) -> Any:
        """The call that fails, or the client's own."""
        return self._refuse if name == self.call else getattr(self.real, name)

    def _refuse(self, **_: Any) -> None:
        raise ClientError({"Error": self.error}, self.call)


def test_a_permission_that_is_not_known_yet_is_a_matter_of_a_minute(clients: Callable[[str], Any]) -> None:
    """SES and S3 try out at once what they are to do, and the name of the bucket is right."""
    s3 = clients("s3")
    create_bucket(s3, "mail-not-yet")
    ses = NotYet(clients("ses"), "create_receipt_rule", "InvalidS3Configuration")
    not_valid = "Unable to validate the following destination configurations"
    store = NotYet(s3, "put_bucket_notification_configuration", "InvalidArgument", not_valid)

    with pytest.raises(TryLater, match="again in a minute"):
        create_receipt(ses, "mail-not-yet", TO)
    with pytest.raises(TryLater, match="again in a minute"):
        create_event(store, Lambda(), "mail-not-yet", FUNCTION, ACCOUNT)


def test_an_event_that_overlaps_with_one_of_others_is_no_matter_of_a_minute(clients: Callable[[str], Any]) -> None:
    """S3 has the same code for it. Waiting would not help: a person has to see to the other event."""
    s3 = clients("s3")
    create_bucket(s3, "mail-overlap")
    overlap = "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules"
    store = NotYet(s3, "put_bucket_notification_configuration", "InvalidArgument", overlap)

    with pytest.raises(Broken, match="overlapping suffixes"):
        create_event(store, Lambda(), "mail-overlap", FUNCTION, ACCOUNT)


def test_the_bucket_of_a_restoration_may_call_the_function(clients: Callable[[str], Any]) -> None:
    """The function has a permission of that name already: it is for the former bucket."""
    s3, function = clients("s3"), Lambda()
    for bucket in ("mail-before", "mail-restored"):
        create_bucket(s3, bucket)
        create_event(s3, function, bucket, FUNCTION, ACCOUNT)
        assert [] == event_lacks(s3, function, bucket, FUNCTION)

    assert ["arn:aws:s3:::mail-restored"] == function.permitted
