"""The function's role in IAM: who may take it, and what it may do, which is what role.json says and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import code_of, translated

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE = "IAM"

NO_ROLE = "role"
OTHER_TRUST = "trust in Lambda alone"
OTHER_POLICY = "policy of this version"

POLICY = "specdesk"
"""The one policy of the role."""

FILE = Path(__file__).with_name("role.json")

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}

READS_MODEL = {"Sid": "Model", "Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}
"""Only where SPECDESK_JUDGE is bedrock; which models there are is a setting of the account in Bedrock."""


def policy(names: Mapping[str, str], *, bedrock: bool = False) -> dict[str, Any]:
    """What the function of a stage may do, by the `names` that role.json mentions. Raises KeyError for a missing one.

    What has an empty name is not set up, and its resource is left out.
    """
    made: dict[str, Any] = json.loads(Template(FILE.read_text(encoding="utf-8")).substitute(names))
    for statement in made["Statement"]:
        if isinstance(statement["Resource"], list):
            statement["Resource"] = [one for one in statement["Resource"] if not one.endswith("/")]
    if bedrock:
        made["Statement"].append(READS_MODEL)
    return made


def role_lacks(iam: Any, name: str, wanted: Mapping[str, Any]) -> list[str]:
    """What the role lacks, in words; empty when all is well. Raises TryLater."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(SERVICE):
        try:
            trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        except ClientError as error:
            if code_of(error) != "NoSuchEntity":
                raise
            return [NO_ROLE]
        try:
            document = iam.get_role_policy(RoleName=name, PolicyName=POLICY)["PolicyDocument"]
        except ClientError as error:
            if code_of(error) != "NoSuchEntity":
                raise
            document = {}
    lacks = {OTHER_TRUST: trust != TRUST, OTHER_POLICY: document != wanted}
    return [lack for lack, is_lacking in lacks.items() if is_lacking]


def create_role(iam: Any, name: str, wanted: Mapping[str, Any], tags: Mapping[str, str]) -> None:
    """Make the role, or give the one that is there this trust and this policy."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(SERVICE):
        try:
            iam.create_role(
                RoleName=name,
                AssumeRolePolicyDocument=json.dumps(TRUST),
                Description="What the function of Specdesk may do",
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )
        except ClientError as error:
            if code_of(error) != "EntityAlreadyExists":
                raise
            iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(TRUST))
        iam.put_role_policy(RoleName=name, PolicyName=POLICY, PolicyDocument=json.dumps(wanted))


def delete_role(iam: Any, name: str) -> None:
    """Delete the role with its policy. Raises Broken where somebody has given it another policy."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(SERVICE):
        try:
            iam.delete_role_policy(RoleName=name, PolicyName=POLICY)
        except ClientError as error:
            if code_of(error) != "NoSuchEntity":
                raise
        iam.delete_role(RoleName=name)
