"""Attachments in Amazon S3."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from intake_fn.adapters.aws import code_of, translated
from intake_fn.core.errors import Unknown
from intake_fn.ports import Upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from intake_fn.core.request import Attachment

SERVICE = "The file store"

WITHOUT_LOCATION = "us-east-1"
"""The one region that must not be named as a bucket's location."""


@dataclass
class S3Files:
    """The Files port on one private bucket. `client_factory` is called when the first file moves."""

    client_factory: Callable[[], S3Client]
    bucket: str

    @cached_property
    def _client(self) -> S3Client:
        return self.client_factory()

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Keep a file under `key`; the same key again replaces it. Raises TryLater."""
        with translated(SERVICE):
            self._client.put_object(Bucket=self.bucket, Key=key, Body=content, ContentType=content_type)

    def get(self, key: str) -> bytes:
        """Its bytes. Raises Unknown when there is no such file, TryLater."""
        with translated(SERVICE):
            from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

            try:
                with self._client.get_object(Bucket=self.bucket, Key=key)["Body"] as body:
                    return body.read()
            except ClientError as error:
                if code_of(error) in ("NoSuchKey", "404"):
                    raise Unknown("This file is not in the store any more. Ask the requester for it.") from error
                raise

    def link(self, attachment: Attachment, seconds: int) -> str:
        """A signed link that downloads the file under its own name, for `seconds`; a browser never shows it inline."""
        with translated(SERVICE):
            return self._client.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self.bucket,
                    "Key": attachment.key,
                    "ResponseContentDisposition": _disposition(attachment.name),
                    "ResponseContentType": attachment.content_type,
                },
                ExpiresIn=seconds,
            )

    def upload(self, key: str, max_bytes: int, seconds: int) -> Upload:
        """Permission for a browser to put a file of 1 to `max_bytes` bytes there itself, for `seconds`."""
        with translated(SERVICE):
            post = self._client.generate_presigned_post(
                self.bucket, key, Conditions=[["content-length-range", 1, max_bytes]], ExpiresIn=seconds
            )
        return Upload(key, post["url"], post["fields"])


SHUT = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
NO_BUCKET = "bucket"
NOT_SHUT = "a block of all public access"


def create_bucket(client: S3Client, name: str) -> None:
    """Make the bucket, unless it is ours already, and keep it closed to the public."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    region = client.meta.region_name
    with translated(SERVICE):
        try:
            if region == WITHOUT_LOCATION:
                client.create_bucket(Bucket=name)
            else:
                client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})  # type: ignore[typeddict-item]  # the stub lists regions by name
        except ClientError as error:
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


def bucket_lacks(client: S3Client, name: str) -> list[str]:
    """What the bucket lacks, in words; empty when all is well, ["bucket"] when there is none. Raises TryLater."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(SERVICE):
        try:
            client.head_bucket(Bucket=name)
            shut = client.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        except ClientError as error:
            if code_of(error) in ("404", "NoSuchBucket"):
                return [NO_BUCKET]
            if code_of(error) != "NoSuchPublicAccessBlockConfiguration":
                raise
            return [NOT_SHUT]
    return [] if all(shut.get(name) for name in SHUT) else [NOT_SHUT]


def _disposition(name: str) -> str:
    """The header of a download: the name in ASCII for old readers, and in full (RFC 6266)."""
    plain = "".join(sign if " " <= sign <= "~" and sign not in '"\\%' else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
