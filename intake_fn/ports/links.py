"""Addresses of our pages, and the signed tokens in them."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from intake_fn.core.request import Attachment


class Purpose(StrEnum):
    """What a signed token is good for; a token of one purpose opens nothing else."""

    STATUS = "status"
    """A request's status page; the text is the case id. Lives `status_link_days`."""
    COPY = "copy"
    """Opens the status page for a person in copy; the text is `case id/mailbox`. Lives `status_link_days`."""
    MAIL = "mail"
    """The mail settings of an address; the text is `case id/mailbox`, the id "" for no request. Lives
    `status_link_days`."""
    FILE = "file"
    """An attachment; the text is `case id/file key`. Lives `status_link_days`."""
    SIGN_IN = "sign-in"
    """The desk; the text is the address it was mailed to. Lives `sign_in_minutes`, works once; no two are equal."""
    FORM = "form"
    """When a form was opened, as ISO 8601. Lives a day."""
    HELD = "held"
    """A file of a form that is not yet sent. Lives 36 hours."""
    UPLOAD = "upload"
    """A file that a browser puts into the file store itself, as JSON of its key and name. Lives 36 hours."""
    UNSENT = "unsent"
    """What was typed into a form that is not yet sent; the text is its place in the file store. Lives 36 hours."""
    CANARY = "canary"
    """Leave to send a canary; the text is "". Lives five minutes."""


LEEWAY = timedelta(minutes=2)
"""How far the clocks of two machines may differ: a token that seems made in the future is still valid."""


class Links(Protocol):
    """Addresses and signed tokens: they go out in mails, Mantis texts and pages, and come back.

    The addresses are absolute: /status/TOKEN, /copies/TOKEN, /mail/TOKEN, /files/TOKEN, /desk/sign-in/TOKEN,
    /desk/requests/ID, /desk/board/ID, /desk/settings.
    """

    def status(self, case_id: str) -> str:
        """The requester's status page."""
        ...

    def form(self, case_id: str) -> str:
        """The form of a report that came by mail, as its requester fills it in."""
        ...

    def copy(self, case_id: str, mailbox: str) -> str:
        """The status page as somebody in copy opens it."""
        ...

    def mail_settings(self, case_id: str, mailbox: str) -> str:
        """The page on which the owner of a mailbox chooses which mails they get, about a request and at all."""
        ...

    def desk_settings(self) -> str:
        """The page of the mail settings of a person of the Help Desk; useless without signing in."""
        ...

    def desk(self, case_id: str) -> str:
        """The engineers' page of a request; useless without signing in."""
        ...

    def board(self, case_id: str = "") -> str:
        """The Board's page of a change request, or its agenda; useless without signing in."""
        ...

    def file(self, case_id: str, attachment: Attachment) -> str:
        """A signed link to an attachment, for those who read Mantis."""
        ...

    def sign_in(self, address: str) -> str:
        """The link that signs an engineer in."""
        ...

    def clause(self, url: str) -> str:
        """A clause on the published site; `url` is relative to the site's root."""
        ...

    def mail_token(self, case_id: str) -> str:
        """The signed token of all mails about a request: small letters and digits, as a local part may hold."""
        ...

    def case_of_mail_token(self, token: str) -> str:
        """The request of a token of its mails. Raises Unknown for any other text."""
        ...

    def sign(self, purpose: Purpose, text: str) -> str:
        """A signed, URL-safe token that carries `text`."""
        ...

    def verify(self, purpose: Purpose, token: str) -> str:
        """The text of a token. Raises Unknown when it was tampered with, Expired when it is too old.

        A token is written in one way: another text that decodes to the same signature is Unknown. One of a clock that
        is up to LEEWAY ahead of ours is good.
        """
        ...
