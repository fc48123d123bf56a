"""The mails that an event of S3 names: objects below `mail-in/`, whose keys are URL-encoded there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from intake_fn import log
from intake_fn.desk.inbound_mail import ARRIVED


def mails_in(event: Mapping[str, Any]) -> Iterator[str]:
    """The ids of the mails of an event; what cannot be read is logged, and the sweep finds the mail."""
    for record in event.get("Records") or []:
        try:
            key = unquote_plus(str(record["s3"]["object"]["key"]))
        except (KeyError, TypeError) as error:
            log.warning("mail_event_not_understood", error=f"{type(error).__name__}: {error}")
            continue
        if key.startswith(ARRIVED) and key != ARRIVED:
            yield key.removeprefix(ARRIVED)
        else:
            log.info("object_is_no_mail", key=key)
