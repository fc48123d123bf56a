"""Which mails an event of S3 names."""

from __future__ import annotations

from intake_fn import log
from intake_fn.adapters.mail_objects import mails_in
from tests.lambda_events import s3


def test_mails_are_those_below_their_folder_with_their_names_decoded() -> None:
    """Keys come URL-encoded; other files, the folder itself and what is no record are passed over and logged."""
    event = s3("b", "mail-in/abc", "mail-in/a%2Bb+c", "files/x", "mail-in/")
    event["Records"].append({"s3": {}})
    with log.captured() as logs:
        found = list(mails_in(event))

    assert found == ["abc", "a+b c"]
    assert len(logs) == 3
