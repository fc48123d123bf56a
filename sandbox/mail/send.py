"""`python -m sandbox.mail send FILE.eml ...`: files as mails to the running sandbox, their bytes untouched.

SMTP would end every mail with a line end; so the bytes go where the SMTP server puts them, with SES's headers above
where they lack them, and the function is called as for any mail.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from intake_fn.core.errors import SpecdeskError
from intake_fn.desk.inbound_mail import keep, take
from intake_fn.texts import say
from intake_fn.wiring import Application
from sandbox.aws import SandboxError
from sandbox.mail.head import as_ses_stores, sender_of
from sandbox.shell import settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def main(build: Path, files: Sequence[Path]) -> int:
    """Send each, and say what became of it; 1 when one could not be read or taken in. Raises SandboxError."""
    application = Application.from_environ(settings_of(build))
    desk, failed = application.background_desk, 0
    for file in files:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise SandboxError(f"{file} cannot be read: {error.strerror}.") from error
        raw = as_ses_stores(content, sender_of(content), application.process.mail.reply_to, datetime.now(UTC))
        try:
            record = take(desk, keep(desk, raw))
        except SpecdeskError as error:
            print(f"{file.name}: {error}")
            failed = 1
            continue
        why = say(record.reason.key, **record.reason.values) if record.reason else ""
        print("  ".join(filter(None, (f"{file.name}: {record.outcome}", record.case_id, why))))
    return failed
