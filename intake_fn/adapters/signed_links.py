"""Signed links and tokens: they go out in mails, Mantis texts and pages, and come back.

A token is signed, not secret: who holds it can read its text, and nobody can make or change one.
Every purpose signs with a key of its own, so that a token of one purpose opens nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b32encode
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from intake_fn.core.errors import Broken, Expired, Unknown
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.request_id import PREFIX, typed
from intake_fn.ports import LEEWAY, Purpose

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake_fn.core.process import IntakeLimits
    from intake_fn.core.request import Attachment

NOT_COMPLETE = "This link is not complete or was changed. Copy all of it, or ask for a new one."

MAIL_SIGNATURE = 16
"""Characters of base 32: 80 bits. A local part has 64 characters in all (RFC 5321, 4.5.3.1.1)."""

SHORTEST_SECRET = 32
"""Characters."""

OPENED_FOR = timedelta(days=1)
SENT_WITHIN = timedelta(minutes=5)

HELD_FOR = timedelta(hours=36)
"""Longer than a night, shorter than the file store keeps what waits for its form (adapters/provision/s3.py)."""


def front_token(secret: str) -> str:
    """The token of the distribution before the function, which makes its header with the client's address trusted."""
    return hmac.digest(secret.encode(), b"specdesk/front", "sha256").hex()


class _Signer(TimestampSigner):
    """Takes the time from our clock."""

    def __init__(self, *args: Any, clock: Callable[[], datetime], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clock = clock

    def get_timestamp(self) -> int:
        """Seconds since 1970."""
        return int(self.clock().timestamp())


class LinkAddresses:
    """The addresses of the Links port, from the two base addresses and the tokens of a subclass."""

    __slots__ = ()

    if TYPE_CHECKING:
        base_url: str
        site_url: str

        def sign(self, purpose: Purpose, text: str) -> str:
            """A token that carries `text`."""

    def status(self, case_id: str) -> str:
        """The requester's status page."""
        return f"{self.base_url}/status/{self.sign(Purpose.STATUS, case_id)}"

    def form(self, case_id: str) -> str:
        """The form of a report that came by mail, as its requester fills it in."""
        return f"{self.status(case_id)}/form"

    def copy(self, case_id: str, mailbox: str) -> str:
        """The status page as somebody in copy opens it."""
        return f"{self.base_url}/copies/{self.sign(Purpose.COPY, f'{case_id}/{mailbox}')}"

    def mail_settings(self, case_id: str, mailbox: str) -> str:
        """The page on which the owner of a mailbox chooses which mails they get, about a request and at all."""
        return f"{self.base_url}/mail/{self.sign(Purpose.MAIL, f'{case_id}/{mailbox}')}"

    def desk_settings(self) -> str:
        """The page of the mail settings of a person of the Help Desk; useless without signing in."""
        return f"{self.base_url}/desk/settings"

    def desk(self, case_id: str) -> str:
        """The engineers' page of a request; useless without signing in."""
        return f"{self.base_url}/desk/requests/{case_id}"

    def board(self, case_id: str = "") -> str:
        """The Board's page of a change request, or its agenda; useless without signing in."""
        return f"{self.base_url}/desk/board/{case_id}".rstrip("/")

    def file(self, case_id: str, attachment: Attachment) -> str:
        """A signed link to an attachment, for those who read Mantis."""
        return f"{self.base_url}/files/{self.sign(Purpose.FILE, f'{case_id}/{attachment.key}')}"

    def sign_in(self, address: str) -> str:
        """The link that signs an engineer in."""
        return f"{self.base_url}/desk/sign-in/{self.sign(Purpose.SIGN_IN, address)}"

    def clause(self, url: str) -> str:
        """A clause on the published site; `url` is relative to the folder of the spec."""
        return f"{self.site_url}/spec/{url}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedLinks(LinkAddresses):
    """The Links port. Raises Broken at once when a secret is too short to be one."""

    base_url: str
    site_url: str
    secret: str = field(repr=False)
    former: tuple[str, ...] = field(default=(), repr=False)
    """Secrets that sign nothing any more, and whose links are still good."""
    limits: IntakeLimits
    clock: Callable[[], datetime]

    def __post_init__(self) -> None:
        """Refuse a secret that can be guessed."""
        shortest = min(map(len, (self.secret, *self.former)))
        if shortest < SHORTEST_SECRET:
            raise Broken(
                f"The secret key has {shortest} characters and needs at least {SHORTEST_SECRET}. Make one "
                'with: python3 -c "import secrets; print(secrets.token_hex(32))"'
            )

    def mail_token(self, case_id: str) -> str:
        """The signed token of all mails about a request: the signs of its number, and 80 bits of a signature.

        It never expires: an answer to an old mail still finds its request. It only says to which request a mail
        belongs, and opens no page.
        """
        return _mail_token(case_id, self.secret)

    def case_of_mail_token(self, token: str) -> str:
        """The request of a token of its mails. Raises Unknown for any other text."""
        token = token.lower()
        case_id = typed(PREFIX + token[:-MAIL_SIGNATURE])
        good = (_mail_token(case_id, secret) for secret in (self.secret, *self.former) if case_id)
        if not any(hmac.compare_digest(token.encode(), one.encode()) for one in good):
            raise Unknown(NOT_COMPLETE)
        return case_id

    def sign(self, purpose: Purpose, text: str) -> str:
        """A signed, URL-safe token that carries `text`."""
        once = [text, secrets.token_urlsafe(9)] if purpose is Purpose.SIGN_IN else text
        return str(self._serializer(purpose).dumps(once))

    def verify(self, purpose: Purpose, token: str) -> str:
        """The text of a token. Raises Unknown when it was tampered with, Expired when it is too old."""
        try:
            payload, made = self._serializer(purpose).loads(token, return_timestamp=True)
        except BadData as error:
            raise Unknown(NOT_COMPLETE) from error
        if not _is_as_we_write(token):
            raise Unknown(NOT_COMPLETE)
        age = timedelta(seconds=int(self.clock().timestamp()) - int(made.timestamp()))
        if not -LEEWAY <= age <= self._age(purpose):
            raise Expired("This link is too old. Ask for a new one.")
        return str(payload[0] if isinstance(payload, list) else payload)

    def _age(self, purpose: Purpose) -> timedelta:
        return {
            Purpose.STATUS: timedelta(days=self.limits.status_link_days),
            Purpose.COPY: timedelta(days=self.limits.status_link_days),
            Purpose.MAIL: timedelta(days=self.limits.status_link_days),
            Purpose.FILE: timedelta(days=self.limits.status_link_days),
            Purpose.SIGN_IN: timedelta(minutes=self.limits.sign_in_minutes),
            Purpose.FORM: OPENED_FOR,
            Purpose.HELD: HELD_FOR,
            Purpose.UPLOAD: HELD_FOR,
            Purpose.UNSENT: HELD_FOR,
            Purpose.CANARY: SENT_WITHIN,
        }[purpose]

    def _serializer(self, purpose: Purpose) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            [*self.former, self.secret],  # the last one signs
            salt=f"specdesk/{purpose}",
            signer=_Signer,
            signer_kwargs={"clock": self.clock, "digest_method": hashlib.sha256},
        )


def _mail_token(case_id: str, secret: str) -> str:
    key = hashlib.sha256(f"specdesk/mail/{secret}".encode()).digest()
    mac = hmac.new(key, case_id.encode(), hashlib.sha256).digest()
    signs = case_id.removeprefix(f"{PREFIX}-").replace("-", "").lower()
    return signs + b32encode(mac).decode().lower()[:MAIL_SIGNATURE]


def _is_as_we_write(token: str) -> bool:
    """Whether the signature is written as we write it: base64 has other texts for the same bytes, and takes padding."""
    signature = token.rpartition(".")[2].encode()
    return bool(base64_encode(base64_decode(signature)) == signature)
