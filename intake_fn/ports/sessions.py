"""Who is signed in at the desk, and who asked for a link to sign in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from intake_fn.core.lazy_dataclass import dataclass

SESSION = timedelta(hours=12)
"""How long somebody stays signed in."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in at the desk, by a link that went to `mailbox`, until `until` at the latest."""

    person: str
    id: str
    mailbox: str
    since: datetime
    until: datetime


class Asked(StrEnum):
    """What somebody asked to be mailed."""

    SIGN_IN = "sign-in"
    """A link to sign in at the desk."""
    MY_REQUESTS = "my-requests"
    """The links to all requests that were sent from the address."""


@dataclass(frozen=True, slots=True)
class SignInAsked:
    """A mail with links was asked for at this address; nobody has looked yet whose it is."""

    id: str
    address: str
    at: datetime
    tries: int = 0
    next_attempt: datetime | None = None
    """When mailing it is due next; None is at once."""
    last_error: str = ""
    what: Asked = Asked.SIGN_IN


class Sessions(Protocol):
    """Sessions at the desk, and requests for sign-in links. Raises TryLater."""

    def open_session(self, session: Session) -> None:
        """Keep a session; it is forgotten some time after its end."""
        ...

    def session(self, person: str, session_id: str) -> Session | None:
        """A session that was not ended, read consistently; it may be past its `until`."""
        ...

    def sessions(self, person: str = "") -> Sequence[Session]:
        """The sessions of a person, or all; some may be past their `until`."""
        ...

    def end_session(self, person: str, session_id: str) -> bool:
        """End a session; False when there is none."""
        ...

    def ask_sign_in(self, asked: SignInAsked) -> None:
        """Keep that a mail was asked for, until it is finished; forgotten after two days."""
        ...

    def sign_ins_asked(self, limit: int = 25) -> Sequence[SignInAsked]:
        """The links that were asked for, the first asked first."""
        ...

    def attempt_sign_in(self, asked: SignInAsked, until: datetime) -> bool:
        """Count an attempt to mail one; it is due again at `until`. False when it is gone, or attempted since."""
        ...

    def sign_in_failed(self, asked: SignInAsked, error: str) -> None:
        """Keep why the attempt failed; nothing happens when it is gone."""
        ...

    def finish_sign_in(self, asked: SignInAsked) -> None:
        """Forget one: it was mailed, or will not be; it may be gone already."""
        ...
