"""The published wiki: versions of it in a bucket, and the stack (site.json) that shows one of them.

    files ──► site/VERSION/… in the bucket ──► site/VERSION.json ──► the stack's parameter Version ──► everybody

A version is whole before its record is written, and only a version with a record can be shown. The parameter is the one
pointer: CloudFormation changes the code of the function that leads each address to its file, which CloudFront
replaces as one; where that fails, CloudFormation goes back to the former parameters.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import code_of, translated
from intake_fn.core.errors import Broken, Refused, TryLater

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEMPLATE = Path(__file__).with_name("site.json")
PARAMETERS = ("Bucket", "Version", "Api", "ApiPath", "FrontToken", "FilesAt", "Domain", "Certificate")

STAMP = "stamp.json"
"""The file of a built site with the spec's stamp, which the index has, too."""

FOLDER = "site/"
VERSION_LENGTH = 16
KEPT = 5
"""Versions that stay in the bucket."""

CACHED = "public, max-age=0, s-maxage=31536000"
"""Browsers ask each time; CloudFront keeps a file of a version, whose address never gets another content."""

STORE, STACKS = "The bucket of the site", "CloudFormation"
WAIT_SECONDS, PAUSE = 900, 2.0
"""A new distribution takes CloudFront some minutes."""

REVIEWED = "REVIEW_IN_PROGRESS"
"""Of a stack that was never made: somebody looked at what would change."""
GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
NOTHING_CHANGED = "No updates are to be performed"

mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the site in the bucket: its upload instant, numbers of pages and files, and the spec's stamp."""

    id: str
    at: str
    pages: int
    files: int
    spec: str


def template() -> str:
    """The stack's template."""
    return TEMPLATE.read_text(encoding="utf-8")


def patterns() -> list[str]:
    """The addresses that lead to the function, as CloudFront compares them."""
    distribution = json.loads(template())["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    return [one["PathPattern"] for one in distribution["CacheBehaviors"] if one["TargetOriginId"] == "function"]


# --- versions in the bucket ------------------------------------------------------------------------


def version_of(folder: Path) -> str:
    """What a built site is called: from the names and contents of all its files."""
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:VERSION_LENGTH]


def versions(s3: Any, bucket: str) -> list[Version]:
    """The versions that are whole, the latest first. Raises TryLater, Broken."""
    with translated(STORE):
        keys = [key for key in _keys(s3, bucket, FOLDER) if key.endswith(".json") and key.count("/") == 1]
        found = [Version(**json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())) for key in keys]
    return sorted(found, key=lambda version: version.at, reverse=True)


def upload(s3: Any, bucket: str, folder: Path) -> Version:
    """Put a built site into the bucket as a version, whole, and its record last. Raises TryLater, Broken.

    What is there already is not sent again, so that an upload that broke off goes on.
    """
    name, paths = version_of(folder), _files(folder)
    below = f"{FOLDER}{name}/"
    with translated(STORE):
        there = _keys(s3, bucket, below)
        for path in paths:
            key, content = below + path.relative_to(folder).as_posix(), path.read_bytes()
            if there.get(key) == f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"':
                continue
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            text = "; charset=utf-8" if kind.startswith("text/") else ""
            s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=f"{kind}{text}", CacheControl=CACHED)
        lacking = {below + path.relative_to(folder).as_posix() for path in paths} - set(_keys(s3, bucket, below))
        if lacking:
            raise TryLater(f"{len(lacking)} files are not in the bucket after the upload. Publish again.")
        version = Version(
            name,
            datetime.now(UTC).isoformat(),
            sum(path.suffix == ".html" for path in paths),
            len(paths),
            json.loads((folder / STAMP).read_text(encoding="utf-8"))["content"],
        )
        s3.put_object(Bucket=bucket, Key=f"{FOLDER}{name}.json", Body=json.dumps(asdict(version)).encode())
    return version


def tidy(s3: Any, bucket: str, shown: str) -> list[str]:
    """Delete all versions but the latest `KEPT` and the one that is shown; which were deleted."""
    old = [version.id for version in versions(s3, bucket)[KEPT:] if version.id != shown]
    with translated(STORE):
        for name in old:
            s3.delete_object(Bucket=bucket, Key=f"{FOLDER}{name}.json")  # first: without it nothing is shown of it
            for key in _keys(s3, bucket, f"{FOLDER}{name}/"):
                s3.delete_object(Bucket=bucket, Key=key)
    return old


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _keys(s3: Any, bucket: str, prefix: str) -> dict[str, str]:
    """Keys below a prefix, with their ETags."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {row["Key"]: row["ETag"] for page in pages for row in page.get("Contents", ())}


# --- the stack -------------------------------------------------------------------------------------


def stack_name(function: str) -> str:
    """The stack of a stage's site."""
    return f"{function}-site"


def shown(stacks: Any, name: str) -> dict[str, str]:
    """Parameters and outputs of the stack, `Version` and `Address` among them; {} where there is none."""
    found = _described(stacks, name)
    if found is None or found["StackStatus"] in ("DELETE_COMPLETE", REVIEWED):
        return {}
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in found.get("Parameters", [])}
    return parameters | {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}


def show(stacks: Any, name: str, parameters: Mapping[str, str], tags: Mapping[str, str]) -> dict[str, str]:
    """Make the stack, or change it, and wait until it is so; what it then says. Raises Broken, TryLater, Refused."""
    given: dict[str, Any] = {
        "StackName": name,
        "TemplateBody": template(),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }
    _settled(stacks, name)  # a command that broke off may have left it at work
    with translated(STACKS):
        if before := shown(stacks, name):
            if not (made := _updated(stacks, given)):
                return before  # be it after an update that failed and went back to this
        else:
            made = stacks.create_stack(**given, OnFailure="DELETE")["StackId"]
    found = _settled(stacks, made)  # by its id: what could not be made is deleted, and has no name then
    status = found["StackStatus"] if found else "DELETE_COMPLETE"
    if status in GOOD:
        return shown(stacks, name)
    raise Broken(f"{STACKS} did not make {name}: {status}. {_why(stacks, made)} What was shown before stays.")


def _settled(stacks: Any, stack: str) -> Any | None:
    """The stack of this name or id once nothing of it is being changed. Raises TryLater after WAIT_SECONDS."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        found = _described(stacks, stack)
        if not found or found["StackStatus"] == REVIEWED or not found["StackStatus"].endswith("_IN_PROGRESS"):
            return found
        time.sleep(PAUSE)
    raise TryLater(f"{STACKS} is not done with {stack} after {WAIT_SECONDS} s. It goes on; look at it there.")


def delete(stacks: Any, name: str) -> None:
    """Delete the stack: nobody reaches the site after that. Waits until it is gone. Raises Broken, TryLater."""
    with translated(STACKS):
        stacks.delete_stack(StackName=name)
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        found = _described(stacks, name)
        if found is None or found["StackStatus"] == "DELETE_COMPLETE":
            return
        if found["StackStatus"] == "DELETE_FAILED":
            raise Broken(f"{STACKS} cannot delete {name}. {_why(stacks, name)}")
        time.sleep(PAUSE)
    raise TryLater(f"{STACKS} is not done with {name} after {WAIT_SECONDS} s. It goes on; look at it there.")


def api_host(apis: Any, function: str, region: str) -> str:
    """The host of the API that Zappa made for a function. Raises Refused where it is not deployed."""
    with translated("API Gateway"):
        found = [one["ApiId"] for one in _apis(apis) if one["Name"] == function]
    if not found:
        raise Refused(f"There is no API {function}. Deploy the function first: docs/operate/deploying.md.")
    return f"{found[0]}.execute-api.{region}.amazonaws.com"


def _apis(apis: Any) -> Iterator[Any]:
    for page in apis.get_paginator("get_apis").paginate():
        yield from page["Items"]


def _updated(stacks: Any, given: Mapping[str, Any]) -> str:
    """The id of the stack that is being updated; "" where there is nothing to update."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    try:
        return str(stacks.update_stack(**given)["StackId"])
    except ClientError as error:
        if NOTHING_CHANGED not in str(error):
            raise
        return ""


def _described(stacks: Any, name: str) -> Any | None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(STACKS):
        try:
            return stacks.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if code_of(error) != "ValidationError":  # of a stack that does not exist
                raise
            return None


def _why(stacks: Any, name: str) -> str:
    """What CloudFormation says of the first part that failed."""
    with translated(STACKS):
        events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    failed = [one for one in reversed(events) if one["ResourceStatus"].endswith("_FAILED")]
    return (
        f"{failed[0]['LogicalResourceId']}: {failed[0].get('ResourceStatusReason', 'no reason given')}"
        if failed
        else ""
    )
