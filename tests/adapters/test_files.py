"""What every file store keeps to, held against the fake and against S3 (the local one)."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.aws import client
from intake_fn.adapters.provision.s3 import NO_BUCKET, NO_EXPIRY, NOT_OPEN, NOT_SHUT, bucket_lacks, create_bucket
from intake_fn.adapters.s3 import S3Files
from intake_fn.core.errors import Broken, Unknown
from intake_fn.core.request import Attachment
from intake_fn.settings import Settings
from tests.fakes import MemoryFiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake_fn.ports import Files, Upload

PICTURE = bytes(range(256)) * 40


@pytest.fixture(params=["memory", pytest.param("s3", marks=pytest.mark.aws)])
def files(request: pytest.FixtureRequest) -> Files:
    """An empty file store: the fake, then the real one."""
    if request.param == "memory":
        return MemoryFiles()
    real: Files = request.getfixturevalue("s3_files")
    return real


@pytest.fixture
def s3_files(clients: Callable[[str], Any], bucket: str) -> S3Files:
    """The real store on a bucket of its own."""
    return S3Files(lambda: clients("s3"), bucket)


def attachment(key: str = "ab/cd", name: str = "screen.png", content_type: str = "image/png") -> Attachment:
    """An attachment."""
    return Attachment(key, name, content_type, len(PICTURE), hashlib.sha256(PICTURE).hexdigest())


def test_a_file_comes_back_byte_for_byte(files: Files) -> None:
    """Under any key that we make; an empty file, too (R12)."""
    files.put("ab/cd", PICTURE, "image/png")
    files.put("ab/empty", b"", "text/plain")

    assert files.get("ab/cd") == PICTURE
    assert files.get("ab/empty") == b""


def test_the_same_key_again_replaces(files: Files) -> None:
    """A form that is shown again keeps its files under their hashes: putting them twice is harmless."""
    files.put("k", b"one", "text/plain")
    files.put("k", b"two", "text/plain")

    assert files.get("k") == b"two"


def test_a_file_that_is_not_there_is_unknown(files: Files) -> None:
    """Say so in words; Mantis gets its signed link all the same."""
    with pytest.raises(Unknown, match="not in the store"):
        files.get("nothing")


@pytest.mark.aws
@pytest.mark.parametrize(
    ("name", "plain", "full"),
    [
        ("screen.png", "screen.png", "screen.png"),
        ('écran "1".png', "_cran _1_.png", "%C3%A9cran%20%221%22.png"),
        ("a\r\nSet-Cookie: x.png", "a__Set-Cookie: x.png", "a%0D%0ASet-Cookie%3A%20x.png"),
    ],
)
def test_a_link_downloads_the_file_under_its_own_name(s3_files: S3Files, name: str, plain: str, full: str) -> None:
    """Without any key of ours, never shown inline, whatever the name holds."""
    s3_files.put("ab/cd", PICTURE, "image/png")
    with urllib.request.urlopen(s3_files.link(attachment(name=name), 60), timeout=5) as answer:
        content = answer.read()

    assert content == PICTURE
    assert answer.headers["Content-Disposition"] == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}"
    assert answer.headers["Content-Type"] == "image/png"


@pytest.mark.aws
def test_a_link_that_was_changed_opens_nothing(s3_files: S3Files) -> None:
    """A signed link is good for its file alone."""
    s3_files.put("ab/cd", PICTURE, "image/png")
    s3_files.put("ab/other", PICTURE, "image/png")
    link = s3_files.link(attachment(), 60).replace("/ab/cd", "/ab/other")

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(link, timeout=5)
    with refused.value:
        assert refused.value.code == 403


def post(upload: Upload, content: bytes) -> int:
    """Send a file as a browser does; the status."""
    edge = "----edge"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in upload.fields.items()
    ]
    parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'.encode())
    body = b"".join([*parts, content, f"\r\n--{edge}--\r\n".encode()])
    call = urllib.request.Request(upload.url, body, {"Content-Type": f"multipart/form-data; boundary={edge}"})
    try:
        with urllib.request.urlopen(call, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.aws
def test_a_browser_may_put_one_file_of_the_agreed_size_itself(s3_files: S3Files) -> None:
    """Large files never pass through the function (R13); what is larger than agreed is refused by the store."""
    upload = s3_files.upload("ab/direct", max_bytes=len(PICTURE), seconds=60)

    assert post(upload, PICTURE + b"x") == 400
    assert post(upload, b"") == 400
    assert post(upload, PICTURE) == 204
    assert s3_files.get("ab/direct") == PICTURE


@pytest.mark.aws
def test_making_the_bucket_twice_changes_nothing_and_it_stays_closed(
    clients: Callable[[str], Any], s3_files: S3Files
) -> None:
    """`provision` may run at every deployment; the public has no way in."""
    s3_files.put("k", b"kept", "text/plain")
    create_bucket(clients("s3"), s3_files.bucket)

    assert s3_files.get("k") == b"kept"
    closed = clients("s3").get_public_access_block(Bucket=s3_files.bucket)["PublicAccessBlockConfiguration"]
    assert set(closed.values()) == {True}


@pytest.mark.aws
def test_a_bucket_that_is_not_there_is_for_an_admin(clients: Callable[[str], Any]) -> None:
    """A wrong name in the settings is not a file that somebody deleted."""
    with pytest.raises(Broken, match="The file store"):
        S3Files(lambda: clients("s3"), "no-such-bucket").get("k")


@pytest.mark.aws
def test_a_bucket_tells_what_it_lacks_and_what_is_set_up_there_stays(clients: Callable[[str], Any]) -> None:
    """Pages of ours may post, files that nobody sent a form with go after two days, and rules of others are kept."""
    s3, name = clients("s3"), "set-up-by-hand"
    pages = ("https://desk.example.com", "https://wiki.example.com")
    assert [NO_BUCKET] == bucket_lacks(s3, name, pages)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert [NOT_SHUT, NO_EXPIRY, NOT_OPEN] == bucket_lacks(s3, name, pages)
    theirs = {"ID": "logs", "Filter": {"Prefix": "logs/"}, "Status": "Enabled", "Expiration": {"Days": 30}}
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [theirs]})
    reads = {"AllowedOrigins": ["https://other.example.com"], "AllowedMethods": ["GET"]}
    s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [reads]})

    for _ in range(2):
        create_bucket(s3, name, pages)
        assert [] == bucket_lacks(s3, name, pages)
        expiries = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
        assert [("logs/", 30), ("held/", 2)] == [(r["Filter"]["Prefix"], r["Expiration"]["Days"]) for r in expiries]
        rules = s3.get_bucket_cors(Bucket=name)["CORSRules"]
        assert [["GET"], ["POST"]] == [rule["AllowedMethods"] for rule in rules]
    assert [NOT_OPEN] == bucket_lacks(s3, name, (*pages, "https://third.example.com"))


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "ap-east-1"])
def test_the_pages_policy_names_where_the_store_takes_files(region: str) -> None:
    """Else the browser would not send them; no request is made to know it."""
    keys = {"AWS_ACCESS_KEY_ID": "1", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": region}
    needed = {
        "SPECDESK_TABLE": "t",
        "SPECDESK_BUCKET": "our-bucket",
        "SPECDESK_MANTIS_URL": "https://mantis.example.com",
        "SPECDESK_BASE_URL": "https://desk.example.com",
        "SPECDESK_SECRET_KEY": "x",
        "SPECDESK_MANTIS_TOKEN": "x",
    }
    files_at = Settings.from_environ({**keys, **needed}).files_at
    permission = S3Files(lambda: client("s3", keys), "our-bucket").upload("held/x", 5, 60)

    assert permission.url.rstrip("/") in files_at


def test_all_keys_are_walked_and_some_by_their_age(files: Files) -> None:
    """In their order, below one beginning; the age is that of when a file was kept last."""
    for number in range(3):
        files.put(f"mail/{number}", b"raw", "message/rfc822")
    files.put("files/0", b"png", "image/png")

    assert ["mail/0", "mail/1", "mail/2"] == [*files.every("mail/")]
    page = files.aged("mail/", "", 2)
    assert ["mail/0", "mail/1"] == [key for key, _ in page]
    assert ["mail/2"] == [key for key, _ in files.aged("mail/", page[-1][0], 2)]
    assert all(at.utcoffset() is not None for _, at in page)
