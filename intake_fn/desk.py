"""The story, top to bottom: take a request in, deliver what is owed, act on it.

A request is saved before anything else is tried; the receipt never depends on Mantis or mail.
What is owed to them stands in the outbox, written in the same transaction as the event that
caused it, and is delivered at once if that is quick and by the sweep every minute if not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from intake_fn.core.case import Case, Event
from intake_fn.core.process import Process
from intake_fn.core.request import Request
from intake_fn.ports import Files, Links, Mailer, Store, Tracker
from spec_lookup import Spec


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did, in numbers."""

    tried: int
    delivered: int
    postponed: int
    given_up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything the use cases need, chosen in wiring.py (or by a test)."""

    process: Process
    spec: Spec
    store: Store
    tracker: Tracker
    mailer: Mailer
    files: Files
    links: Links
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def take_in(self, request: Request, key: str) -> Case:
        """Judge a request, save it and try to file it at once; returns the case as it then stands.

        `key` is the submit key of the form: the same key gives the same case, however often (R9).
        Raises TryLater when not even saving is possible.
        """
        raise NotImplementedError

    def act(self, case_id: str, event: Event, seen: int) -> Case:
        """Let `event` happen to a case that its actor saw at version `seen`.

        Raises Unknown, Refused when the rules do not allow it, Stale when somebody was faster.
        """
        raise NotImplementedError

    def deliver(self, case_id: str) -> Case:
        """Try now what is owed because of one case, in order; returns the case as it then stands."""
        raise NotImplementedError

    def sweep(self) -> Swept:
        """Try everything in the outbox whose time has come."""
        raise NotImplementedError
