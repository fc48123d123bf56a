"""Attachments in Amazon S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from intake_fn.adapters.aws import code_of, translated
from intake_fn.core.errors import Unknown
from intake_fn.core.once import once
from intake_fn.ports import Upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from mypy_boto3_s3 import S3Client

    from intake_fn.core.request import Attachment

SERVICE = "The file store"


@dataclass
class S3Files:
    """The Files port on one private bucket. `client_factory` is called when the first file moves."""

    client_factory: Callable[[], S3Client]
    bucket: str

    @once
    def _client(self) -> S3Client:
        return self.client_factory()

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Keep a file under `key`; the same key again replaces it. Raises TryLater."""
        with translated(SERVICE):
            self._client.put_object(Bucket=self.bucket, Key=key, Body=content, ContentType=content_type)

    def get(self, key: str) -> bytes:
        """The bytes of a file. Raises Unknown when there is no such file, TryLater."""
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

    def keys(self, beginning: str, limit: int = 100) -> Sequence[str]:
        """The first keys that begin so, in their order; at most 1,000. Raises TryLater."""
        with translated(SERVICE):
            answer = self._client.list_objects_v2(Bucket=self.bucket, Prefix=beginning, MaxKeys=limit)
        return [str(found["Key"]) for found in answer.get("Contents", ())]

    def every(self, beginning: str) -> Iterator[str]:
        """All keys that begin so, a page of 1,000 at a time. Raises TryLater."""
        with translated(SERVICE):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=beginning):
                yield from (str(found["Key"]) for found in page.get("Contents", ()))

    def aged(self, beginning: str, after: str, limit: int) -> Sequence[tuple[str, datetime]]:
        """The first keys that begin so and come after a key, each with when it was kept last; at most 1,000."""
        with translated(SERVICE):
            answer = self._client.list_objects_v2(
                Bucket=self.bucket, Prefix=beginning, MaxKeys=limit, StartAfter=after or beginning
            )
        return [(str(found["Key"]), found["LastModified"]) for found in answer.get("Contents", ())]

    def delete(self, key: str) -> None:
        """Delete a file, be it there or not. Raises TryLater."""
        with translated(SERVICE):
            self._client.delete_object(Bucket=self.bucket, Key=key)


def _disposition(name: str) -> str:
    """The header of a download: the name in ASCII for old readers, and in full (RFC 6266)."""
    plain = "".join(sign if " " <= sign <= "~" and sign not in '"\\%?' else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
