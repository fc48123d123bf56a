"""What each part of the desk uses of it, as Protocols: the desk fits all of them, and a test may give less."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.inbound.mail import InboundMail
    from intake_fn.core.notices import RenderMail
    from intake_fn.core.process import Process
    from intake_fn.core.request import Request
    from intake_fn.desk.change import Change
    from intake_fn.desk.issue_index import IssueIndex
    from intake_fn.desk.judging import Judge, MayAct
    from intake_fn.ports import (
        CaseStore,
        Counters,
        Figures,
        Files,
        InboundMails,
        Links,
        Mailer,
        MailState,
        Meetings,
        Outbox,
        Sessions,
        SyncState,
        Tracker,
    )
    from spec_lookup import Spec


Versions = Mapping[str, Callable[[], "Spec"]]
"""The specs of released versions of the product, the earliest first; each is opened when it is needed."""


class InTime(Protocol):
    """Ending in time."""

    @property
    def seconds_left(self) -> Callable[[], float]: ...


class Deciding(Protocol):
    """Changing cases by the rules of the process."""

    @property
    def process(self) -> Process: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def cases(self) -> CaseStore: ...
    @property
    def change(self) -> Change: ...


class Delivering(Deciding, Protocol):
    """Attempting outbox items and recording what came of it."""

    @property
    def outbox(self) -> Outbox: ...
    @property
    def first_delay(self) -> timedelta: ...


class Judging(Delivering, Protocol):
    """Having requests judged."""

    @property
    def spec(self) -> Callable[[], Spec]: ...
    @property
    def spec_versions(self) -> Versions: ...
    @property
    def judge(self) -> Judge: ...
    @property
    def shadow(self) -> Judge | None: ...
    @property
    def may_act(self) -> MayAct: ...


class Reconciling(Delivering, Protocol):
    """Comparing cases with their issues."""

    @property
    def tracker(self) -> Tracker: ...
    @property
    def links(self) -> Links: ...


class Filing(Reconciling, Protocol):
    """Creating issues, and writing to them."""

    @property
    def files(self) -> Files: ...


class Syncing(Reconciling, InTime, Protocol):
    """The sync with Mantis."""

    @property
    def files(self) -> Files: ...
    @property
    def sync_state(self) -> SyncState: ...
    @property
    def sync_every(self) -> timedelta: ...
    @property
    def issue_index(self) -> IssueIndex: ...
    @property
    def new_id(self) -> Callable[[], str]: ...


class Suppressing(Deciding, Protocol):
    """Keeping the suppression list."""

    @property
    def mail_state(self) -> MailState: ...


class Mailing(Delivering, Suppressing, Protocol):
    """Sending notices."""

    @property
    def inbound(self) -> InboundMails: ...
    @property
    def mailer(self) -> Mailer: ...
    @property
    def links(self) -> Links: ...
    @property
    def render_mail(self) -> RenderMail: ...
    def judged_by_version(self, case: Case) -> str:
        """The version by whose spec the verdict was given; "" for today's."""
        ...


class Dispatching(Judging, Filing, Mailing, InTime, Protocol):
    """Delivering whatever is in the outbox."""

    @property
    def inline(self) -> timedelta: ...


class TakingMail(Dispatching, Protocol):
    """Taking in mail."""

    @property
    def counters(self) -> Counters: ...
    @property
    def read_mail(self) -> Callable[[bytes], InboundMail]: ...
    def take_in(self, request: Request, key: str) -> Case: ...
    def deliver(self, case_id: str) -> Case: ...


class Acting(Protocol):
    """Acting on cases, as often as a limit lets."""

    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def cases(self) -> CaseStore: ...
    @property
    def counters(self) -> Counters: ...
    def act(self, case_id: str, event: Event, seen: int) -> Case: ...


class ReadingFigures(Protocol):
    """Reading the figures of the reports."""

    @property
    def process(self) -> Process: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def figures(self) -> Figures: ...


class MailingPeople(Protocol):
    """Mailing people what no case tells."""

    @property
    def process(self) -> Process: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def mail_state(self) -> MailState: ...
    @property
    def mailer(self) -> Mailer: ...
    @property
    def links(self) -> Links: ...


class Inviting(MailingPeople, Protocol):
    """Mailing the invitation to the Board's meeting."""

    @property
    def meetings(self) -> Meetings: ...


class ActingByProcess(Acting, Protocol):
    """Acting on cases by the rules of support.yml, as often as a limit lets."""

    @property
    def process(self) -> Process: ...
    @property
    def mail_state(self) -> MailState: ...


class ListingRequests(MailingPeople, Protocol):
    """Mailing the links to all requests of an address."""

    @property
    def cases(self) -> CaseStore: ...
    @property
    def counters(self) -> Counters: ...
    @property
    def sessions(self) -> Sessions: ...


class SigningIn(ListingRequests, Protocol):
    """Mailing links that were asked for, and opening sessions with those to the desk."""
