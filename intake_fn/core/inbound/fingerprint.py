"""What tells a mail that is delivered twice from two mails: what it says, whatever way it took.

A Message-ID alone is no proof: some programs use one for all their mails, and anybody can write one. So the sender, the
subject, the text and the files count, too, and no header that is written on the way.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intake_fn.core.inbound.mail import InboundMail


def fingerprint_of(mail: InboundMail) -> str:
    """40 hexadecimal digits; the same for each delivery of one mail."""
    said = [
        mail.message_id,
        [sender.address for sender in mail.senders],
        mail.date.isoformat() if mail.date else "",
        mail.subject,
        " ".join(mail.text.split()),
        [hashlib.sha256(file.content).hexdigest() for file in mail.files],
        [(bounced.address, bounced.status) for bounced in mail.bounced],
    ]
    if mail.digest:
        said.append(mail.digest)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:40]
