"""Who is signed in at the desk, and who asked for a link to sign in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in at the desk, by a link that went to `mailbox`, until `until` at the latest."""

    person: str
    id: str
    mailbox: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class SignInAsked:
    """That somebody asked for a link to sign in with this address; whose it is, is not looked at yet."""

    id: str
    address: str
    at: datetime


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
        """Keep that a link was asked for, until it is taken; forgotten after a day."""
        ...

    def sign_ins_asked(self, limit: int = 25) -> Sequence[SignInAsked]:
        """The links that were asked for, the first asked first."""
        ...

    def take_sign_in(self, asked: SignInAsked) -> bool:
        """Take one for oneself; False when somebody else was faster."""
        ...
