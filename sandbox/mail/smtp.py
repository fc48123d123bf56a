"""The SMTP server of the sandbox: any mail program on this machine can write to the desk.

What it takes it keeps as SES would, before it says so to the sender; then the function is called. Mail to anybody but
the desk is refused, as by the receipt rule of a stage.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from queue import Queue
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope

from intake_fn.core.errors import SpecdeskError
from intake_fn.core.redaction import redacted
from sandbox.mail.head import as_ses_stores
from sandbox.running import Running

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

LARGEST = 40 * 2**20
"""Bytes of a mail that SES receives at most."""

LONGEST_LINE = LARGEST
"""Mails of programs that know no line ends come in one line."""


@dataclass(frozen=True)
class Inbox:
    """Where the server puts what it takes: `keep` stores the bytes and gives an id, `take` calls the function."""

    addresses: Collection[str]
    keep: Callable[[bytes], str]
    take: Callable[[str], object]
    clock: Callable[[], datetime]


class MailServer(Running):
    """SMTP on a free port of this machine. Raises OSError when the port is taken."""

    def __init__(self, inbox: Inbox, host: str, port: int) -> None:
        self._kept: Queue[str | None] = Queue()
        self._inbox = inbox
        self._controller = _Controller(_Handler(inbox, self._kept), hostname=host, port=port)
        self._taking = threading.Thread(target=self._take, daemon=True)
        self.port = port
        self.url = f"smtp://{host}:{port}"

    def start(self) -> None:
        """Begin to listen."""
        self._controller.start()
        self._taking.start()

    def stop(self) -> None:
        """Take no more mail; what was taken is passed on first. May be called twice."""
        if not self._taking.is_alive():
            return
        self._controller.stop()
        self._kept.put(None)
        self._taking.join()

    def _take(self) -> None:
        """Call the function for each mail that is kept; what fails is left to the sweep, as in production."""
        while (mail_id := self._kept.get()) is not None:
            try:
                self._inbox.take(mail_id)
            except SpecdeskError as error:
                print(f"The sweep will take in a mail: {redacted(str(error))}", flush=True)


class _Conversation(SMTP):
    line_length_limit = LONGEST_LINE


class _Controller(Controller):
    def factory(self) -> SMTP:
        """The conversation with a mail program."""
        return _Conversation(self.handler, data_size_limit=LARGEST, ident="Specdesk sandbox", enable_SMTPUTF8=True)


@dataclass
class _Handler:
    inbox: Inbox
    kept: Queue[str | None]

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take mail to the desk alone, with or without a token behind a plus."""
        del server, session, options
        name, _, host = address.lower().rpartition("@")
        if f"{name.partition('+')[0]}@{host}" not in self.inbox.addresses:
            return f"550 5.1.1 Here is only {', '.join(sorted(self.inbox.addresses))}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - as above
        """Keep the mail, then say so."""
        del server, session
        content = envelope.original_content or b""
        raw = as_ses_stores(content, envelope.mail_from or "", envelope.rcpt_tos[0], self.inbox.clock())
        try:
            mail_id = await asyncio.to_thread(self.inbox.keep, raw)
        except SpecdeskError as error:
            return f"451 4.3.0 It could not be kept, send it again later: {redacted(str(error))}"
        self.kept.put(mail_id)
        return f"250 OK {mail_id}"
