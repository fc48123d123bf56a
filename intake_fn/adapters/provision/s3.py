"""The bucket in S3: closed to the public, with uploads from our pages, and expiry of files without a form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import code_of, translated
from intake_fn.core.errors import Broken
from intake_fn.core.retention import DRAFTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mypy_boto3_s3 import S3Client

SERVICE = "The file store"

WITHOUT_LOCATION = "us-east-1"
"""The one region that must not be named as a bucket's location."""

SHUT = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
NO_BUCKET = "bucket"
FORBIDDEN = ("403", "AccessDenied", "Forbidden")
TAKEN = "The bucket {name} is somebody else's: names are unique in the world. Name another one in zappa_settings.json."
NOT_SHUT = "a block of all public access"
NOT_OPEN = "leave for our pages to put files there (CORS)"
NO_EXPIRY = "expiry of files that nobody sent a form with"

HELD = "held/"
"""Where files wait for their form, for a day (`Purpose.HELD`, `Purpose.UPLOAD`)."""
HELD_DAYS = DRAFTS.days
"""A day more, as S3 counts whole days."""


def create_bucket(client: S3Client, name: str, pages_at: Sequence[str] = ()) -> None:
    """Make the bucket, unless it is ours already, closed to the public; what is set up there stays.

    Pages of the origins `pages_at` may have browsers put files there, with permission (`S3Files.upload`).
    """
    create_closed_bucket(client, name)
    with translated(SERVICE):
        rules, cors = _expiries(client, name), _cors(client, name)
        if not _expires(rules):
            held: Any = {
                "ID": "specdesk-held",
                "Filter": {"Prefix": HELD},
                "Status": "Enabled",
                "Expiration": {"Days": HELD_DAYS},
            }
            client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [*rules, held]})
        if pages_at and not _is_open(cors, pages_at):
            ours: Any = {"AllowedOrigins": [*pages_at], "AllowedMethods": ["POST"], "AllowedHeaders": ["*"]}
            client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [*cors, ours]})


def create_closed_bucket(client: S3Client, name: str) -> None:
    """Make a bucket, unless it is ours already, and close it to the public. Raises Broken for a name that is taken."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    region = client.meta.region_name
    with translated(SERVICE):
        try:
            if region == WITHOUT_LOCATION:
                client.create_bucket(Bucket=name)
            else:
                client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})  # type: ignore[typeddict-item]  # the stub lists regions by name
        except ClientError as error:
            if code_of(error) == "BucketAlreadyExists":
                raise Broken(TAKEN.format(name=name)) from error
            if code_of(error) != "BucketAlreadyOwnedByYou":
                raise
        client.put_public_access_block(
            Bucket=name,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )


def closed_bucket_lacks(client: S3Client, name: str) -> list[str]:
    """What a bucket lacks that has to be there and closed to the public, and no more, in words. Raises TryLater."""
    return [lack for lack in bucket_lacks(client, name) if lack in (NO_BUCKET, NOT_SHUT)]


def delete_bucket(client: S3Client, name: str) -> None:
    """Delete the bucket with all that is in it."""
    with translated(SERVICE):
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
            if found := [{"Key": row["Key"]} for row in page.get("Contents", ())]:
                client.delete_objects(Bucket=name, Delete={"Objects": found})  # type: ignore[typeddict-item]  # Key is all it takes
        client.delete_bucket(Bucket=name)


def bucket_lacks(client: S3Client, name: str, pages_at: Sequence[str] = ()) -> list[str]:
    """What the bucket lacks, in words; empty when all is well, ["bucket"] when there is none. Raises TryLater."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(SERVICE):
        try:
            client.head_bucket(Bucket=name)
        except ClientError as error:
            if code_of(error) in FORBIDDEN:  # S3 says no more of it
                told = f"{TAKEN.format(name=name)} If it is yours, these credentials may not look at it."
                raise Broken(told) from error
            if code_of(error) not in ("404", "NoSuchBucket"):
                raise
            return [NO_BUCKET]
        checks = {
            NOT_SHUT: _is_shut(client, name),
            NO_EXPIRY: _expires(_expiries(client, name)),
            NOT_OPEN: _is_open(_cors(client, name), pages_at),
        }
    return [lack for lack, well in checks.items() if not well]


def _is_shut(client: S3Client, name: str) -> bool:
    answer = _set_up(lambda: client.get_public_access_block(Bucket=name), "NoSuchPublicAccessBlockConfiguration")
    shut = answer.get("PublicAccessBlockConfiguration", {})
    return all(shut.get(part) for part in SHUT)


def _expiries(client: S3Client, name: str) -> list[Any]:
    answer = _set_up(lambda: client.get_bucket_lifecycle_configuration(Bucket=name), "NoSuchLifecycleConfiguration")
    rules: list[Any] = answer.get("Rules", [])
    return rules


def _expires(rules: Sequence[Any]) -> bool:
    """Whether files that wait for their form go some time, and no sooner than they may."""
    return any(
        rule.get("Status") == "Enabled"
        and rule.get("Filter", {}).get("Prefix") == HELD
        and rule.get("Expiration", {}).get("Days", 0) >= HELD_DAYS
        for rule in rules
    )


def _cors(client: S3Client, name: str) -> list[Any]:
    answer = _set_up(lambda: client.get_bucket_cors(Bucket=name), "NoSuchCORSConfiguration")
    rules: list[Any] = answer.get("CORSRules", [])
    return rules


def _is_open(rules: Sequence[Any], pages_at: Sequence[str]) -> bool:
    """Whether a page of each origin may post there."""
    posting = [rule["AllowedOrigins"] for rule in rules if "POST" in rule["AllowedMethods"]]
    return all(any(page in origins or "*" in origins for origins in posting) for page in pages_at)


def _set_up(read: Callable[[], Any], nothing: str) -> Any:
    """What is set up of one kind; {} where nothing is."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    try:
        return read()
    except ClientError as error:
        if code_of(error) != nothing:
            raise
        return {}
