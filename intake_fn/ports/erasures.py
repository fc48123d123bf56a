"""Erasure, as the desk sees the store: all that is stored, and writes that no other use case has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from intake_fn.core.case import Case, Step
from intake_fn.core.events import Event
from intake_fn.core.inbound.record import MailRecord
from intake_fn.core.intents import Intent
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.retention import RetentionState, Rule
from intake_fn.ports.outbox import OutboxItem


class Place(StrEnum):
    """What an item of the store belongs to."""

    CASE = "case"
    """A request: its state, its log, what is pending for it, its words."""
    MAIL = "mail"
    """A mail that came in."""
    OF_AN_ADDRESS = "of-an-address"
    """What is known of an address alone: settings, suppression, throttles, links that were asked for."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Stored:
    """An item of the store: what it belongs to (`id`), where it stands, and all that is written in it."""

    place: Place
    id: str
    key: tuple[str, str]
    text: str
    is_event: bool = False


@dataclass(frozen=True, slots=True)
class ErasureRecord:
    """That somebody's data was erased: who ran it, when, and how much. `digest` is a hash of the address.

    It is made with `salt` (core/erasure_digest.py); "" for a record of before, whose hash is keyed by the secret key.
    `counts` are numbers by what they count, such as `requests`; `left` says what a person has to see to. `spared` are
    digests by the same salt of the names that stayed in the texts of others.
    """

    digest: str
    at: datetime
    actor: str
    counts: Mapping[str, str]
    left: tuple[str, ...] = ()
    finished: bool = False
    """Whether all that was found was erased; one that was cut off, or has some left, is to be run again."""
    salt: str = ""
    spared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Aged:
    """Something that goes by its age: its id, since when it counts, and the place behind which a list goes on."""

    id: str
    since: datetime
    place: str = ""


class RetentionLists(Protocol):
    """What goes next by the rules of retention; nothing is changed. Raises TryLater."""

    def resting(self, rule: Rule, before: datetime, limit: int) -> Sequence[Aged]:
        """Requests that go next by a rule and have rested since before an instant, the longest first."""
        ...

    def mails_before(self, before: datetime, limit: int, after: str = "") -> Sequence[Aged]:
        """Mails that came before an instant and wait for nobody, behind a place; the first ones of each end."""
        ...

    def erasures(self) -> Sequence[ErasureRecord]:
        """All records of erasures, the first one first."""
        ...

    def retention_state(self) -> RetentionState:
        """How the rules have settled; nothing known where there is nothing, or it cannot be read."""
        ...


class Erasures(RetentionLists, Protocol):
    """What an erasure does to the store. Raises TryLater."""

    def rewrite(self, case_id: str, events: Mapping[int, Event]) -> None:
        """Write events of a log anew in their places, by their number from 1."""
        ...

    def save_erased(self, before: int, step: Step) -> None:
        """Write the first event anew and append the last one, with the state that follows, in one transaction.

        Raises Stale when the case is no longer at version `before`.
        """
        ...

    def rewrite_pending(self, item: OutboxItem, intent: Intent | None, error: str) -> bool:
        """Have a delivery and its last error hold something else, or leave the outbox for None.

        False where somebody is at it.
        """
        ...

    def drop_pending_words(self, case_id: str) -> None:
        """What is not in the search index yet does not come there."""
        ...

    def keep_words(self, case: Case, *, nothing: bool) -> None:
        """Have the search index find a case by no more words than it holds now, or by `nothing` of it."""
        ...

    def forget_reader(self, case: Case, mailbox: str) -> None:
        """The case is no longer found by a mailbox (`CaseStore.requests_of`)."""
        ...

    def forget_mailbox(self, mailbox: str, digests: Sequence[str]) -> None:
        """What is kept of a mailbox alone is gone, and what is found by these digests of it."""
        ...

    def forget_settings(self, mailbox: str) -> None:
        """The mail settings of a mailbox are the defaults again."""
        ...

    def delete(self, stored: Stored) -> None:
        """An item is gone, be it there or not."""
        ...

    def rewrite_mail(self, record: MailRecord) -> None:
        """Write a record anew under its id and in its list; its outcome is as it was."""
        ...

    def forget_decision(self, fingerprint: str) -> None:
        """What was decided for a mail is no longer found by what it said."""
        ...

    def keep_erasure(self, record: ErasureRecord) -> None:
        """Keep a record in the place of the one of the same digest and instant."""
        ...

    # --- retention ----------------------------------------------------------------------------

    def rest_until(self, case_id: str, until: datetime) -> None:
        """Have a request be listed as resting since then: it is tried again later."""
        ...

    def forget_mail(self, record: MailRecord) -> None:
        """A record of a mail is gone; the ledger stays."""
        ...

    def forget_erasure(self, record: ErasureRecord) -> None:
        """A record of an erasure is gone."""
        ...

    def keep_retention_state(self, state: RetentionState) -> None:
        """Keep it in the place of the one that is there."""
        ...


class IssueEraser(Protocol):
    """Mantis, as an erasure sees it. Raises TryLater, Broken."""

    def erase(self, number: int, texts: IssueTexts | None, scrub: Scrub) -> IssueLeft:
        """Take a person's words out of an issue; what Mantis keeps of them.

        With `texts` these replace what the issue says, and our notes go; in all other texts `scrub` decides what stays.
        Raises Unknown when the issue is gone.
        """
        ...


@dataclass(frozen=True, slots=True)
class IssueLeft:
    """What Mantis keeps of an issue, for its admin: former texts, and files.

    `revisions` are those of its long texts, `notes` the numbers of notes with revisions; `history` says that a former
    summary or the name of a file stands there; `files` are the numbers of those that it did not delete.
    """

    number: int
    revisions: bool = False
    history: bool = False
    notes: tuple[int, ...] = ()
    files: tuple[int, ...] = ()

    def and_also(self, other: IssueLeft) -> IssueLeft:
        """What is left after a second call for the same issue: it no longer sees what the first one replaced."""
        return IssueLeft(
            self.number,
            self.revisions or other.revisions,
            self.history or other.history,
            tuple(sorted({*self.notes, *other.notes})),
            tuple(sorted({*self.files, *other.files})),
        )

    @property
    def is_something(self) -> bool:
        """Whether there is anything."""
        return bool(self.revisions or self.history or self.notes or self.files)


@dataclass(frozen=True, slots=True)
class IssueTexts:
    """What an issue says from then on."""

    summary: str
    description: str
    steps: str
    information: str


class Scrub(Protocol):
    """What is left of a text."""

    def __call__(self, text: str) -> str:
        """The text without a person's data."""
        ...
