"""The plan of an erasure: what is stored of a person, found by reading everything, and shown before anything goes.

    requests of their mailbox ─► names by which they wrote ─► everything that holds address or names ─► the plan

A name that is found on the way has everything read once more: it may stand anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import field
from typing import TYPE_CHECKING

from intake_fn.core.erasure import DataSubject, erased, erased_intent, names_in
from intake_fn.core.errors import Refused, Unknown, Unreadable
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.vocabulary import ErasedAs
from intake_fn.desk import inbound_mail
from intake_fn.desk.judging import claim_of, people_in
from intake_fn.ports import Place
from spec_lookup import Verdict, report_names

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.inbound.record import MailRecord
    from intake_fn.core.intents import Intent
    from intake_fn.core.process import Process
    from intake_fn.desk import Desk
    from intake_fn.ports import InboundMails, OutboxItem, Stored

NAMED = 20
"""Requests that a plan or a record names for a person to look through; of more it says how many."""

FIRST = "mails of others that wait for a person, and stay: decide on them first"
"""A later run does not know the names any more, which stand in requests of theirs."""


@dataclass
class Plan:
    """What is stored of a person. Only ids are kept in memory, however much there is."""

    box: str
    subject: DataSubject
    own: list[str] = field(default_factory=list)
    """Their requests."""
    others: list[str] = field(default_factory=list)
    """Requests of others in which they are in copy, named, or were the requester once."""
    tidy: list[str] = field(default_factory=list)
    """Requests that hold nothing of them any more, and are still found by their address: a run was cut off."""
    mails: list[str] = field(default_factory=list)
    """Mails that came in: of theirs, of their requests, or with them in the subject."""
    marks: list[Stored] = field(default_factory=list)
    """What is known of their address alone."""
    look: list[str] = field(default_factory=list)
    """Requests of others that hold a part of their name: a person looks whether it is theirs."""
    issues: dict[str, int] = field(default_factory=dict)
    """The issues of these requests."""
    others_of_ours: list[str] = field(default_factory=list)
    """Items in which they stand and that no erasure changes, by key."""
    unread: list[str] = field(default_factory=list)
    """Requests of which this version cannot read all: they stay as they are."""
    spared: set[str] = field(default_factory=set)
    """The names, casefolded, that stay in the texts of others because somebody said so."""
    sent_out: set[str] = field(default_factory=set)
    """The names under which a language model was sent their requests: by these the exchanges are known."""
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to erase."""
        return not (self.own or self.others or self.tidy or self.mails or self.marks or self.unread)


@dataclass(frozen=True, slots=True)
class Planner:
    """Finds what is stored of a person. `everything` is all that is stored, a few items at a time in memory."""

    desk: Desk
    everything: Callable[[], Iterator[Stored]]

    def plan(
        self, address: str, except_names: Iterable[str] = (), is_spared: Callable[[str], bool] = lambda _: False
    ) -> Plan:
        """What is stored of a person, found by reading everything. Raises Refused for one of the Help Desk.

        A name of the Help Desk's people, and each of `except_names`, stays in the texts of others: anybody may write
        under any name. So does one, casefolded, that `is_spared`.
        """
        box = mailbox(address)
        refuse_ours(box, self.desk.process)
        by_address = DataSubject(box)
        shared = {person.name.casefold() for person in self.desk.process.people.values()}
        spared = {name.strip().casefold() for name in except_names}

        def own(names: Iterable[str]) -> frozenset[str]:
            theirs = [name for name in names if name.casefold() not in shared]
            spared.update(name.casefold() for name in theirs if is_spared(name.casefold()))
            return frozenset(name for name in theirs if name.casefold() not in spared)

        names = own(name for case in self._cases_of(box) for name in names_in(case, by_address))
        while True:
            subject = DataSubject(box, tuple(sorted(names)))
            plan = Plan(box, subject, spared=spared)
            found = set(self._by_mailbox(plan))
            mails = self._by_reading(plan, found)
            known = names | own(self._sorted_out(plan, found))
            plan.mails = [one for one, case_id in mails.items() if not case_id or case_id in plan.own]
            plan.counts["mails that came in"] = len(plan.mails)
            plan.counts[FIRST] = sum(
                is_unread_file_of_another(self.desk.inbound, f"{inbound_mail.KEPT}{one}", subject) for one in plan.mails
            )
            if known == names:
                return plan
            names = known  # with a new name everything is read once more: it may stand anywhere

    def _cases_of(self, box: str) -> Iterator[Case]:
        for case_id in self.desk.cases.requests_of(box, 0):
            with suppress(Unreadable):
                yield self.desk.cases.load(case_id)

    def _by_mailbox(self, plan: Plan) -> Iterator[str]:
        """The requests that their mailbox has, or had, to do with."""
        yield from self.desk.cases.requests_of(plan.box, 0)

    def _by_reading(self, plan: Plan, found: set[str]) -> dict[str, str]:
        """All other requests and marks in which they stand; the mails, each with its request if that is all of it."""
        subject, mails, look = plan.subject, dict[str, str](), dict[str, None]()
        for item in self.everything():
            plan.counts["items read"] += 1
            if item.place is Place.CASE:
                plan.counts["events of their requests"] += item.is_event and item.id in found
                if item.id not in found and subject.is_in(item.text):
                    found.add(item.id)
                elif item.is_event and item.id not in found and subject.may_be_in(item.text):
                    look[item.id] = None
            elif item.place is Place.MAIL:
                if subject.is_in(item.text) or _case_in(item.text) in found:
                    mails[item.id] = "" if subject.is_in(item.text) else _case_in(item.text)
            elif subject.is_in(item.text):
                if item.place is Place.OF_AN_ADDRESS:
                    plan.marks.append(item)
                else:
                    plan.others_of_ours.append(" ".join(item.key))
        plan.look = [one for one in look if one not in found]
        return mails

    def _sorted_out(self, plan: Plan, found: Iterable[str]) -> frozenset[str]:
        """Put the requests into theirs and others', count what goes; the names by which they wrote."""
        names: set[str] = set()
        counts = plan.counts
        for case_id in sorted(found):
            try:
                case = self.desk.cases.load(case_id)
                left = erased(case, plan.subject)
                pending = [*to_change(self.desk.outbox.items_of(case_id), plan.subject, left.role)]
            except Unreadable:
                plan.unread.append(case_id)
                continue
            names |= names_in(case, plan.subject)
            if not left.changed(case) and not pending:
                plan.tidy.append(case_id)
                continue
            if left.role is ErasedAs.REQUESTER:
                plan.own.append(case_id)
                plan.sent_out.update(_sent_out(case))
            else:
                plan.others.append(case_id)
            counts["texts"] += left.texts
            counts["files"] += len(left.files)
            counts["mails not sent any more"] += sum(intent is None for _, intent in pending)
            if case.issue is not None:
                plan.issues[case_id] = case.issue
            counts["issues in Mantis"] += case.issue is not None
            counts["requests still open"] += left.role is ErasedAs.REQUESTER and case.status.is_open
            if left.unnamed and left.role is ErasedAs.MENTIONED:
                plan.look.append(case_id)
        counts["requests"], counts["requests of others"] = len(plan.own), len(plan.others)
        return frozenset(names)


def refuse_ours(box: str, process: Process) -> None:
    """Raise Refused for the address of somebody of the Help Desk, and for our own."""
    for person in process.people.values():
        if mailbox(person.address) == box:
            raise Refused(
                f"This is the address of {person.id} in support.yml. What people of the Help Desk do is the record of "
                "the organisation. When they have left: hand over what is theirs (`specdesk hand-over`), take them out "
                "of `people`, deploy, and run it again."
            )
    if box in (mailbox(process.mail.address), mailbox(process.mail.reply_to)):
        raise Refused("This is the address that our own mail comes from.")


# --- what belongs to whom ----------------------------------------------------------------------


def to_change(
    items: Iterable[OutboxItem], subject: DataSubject, role: ErasedAs
) -> Iterator[tuple[OutboxItem, Intent | None]]:
    """The pending deliveries that hold their data, each with its new intent, None for no mail. Raises Unreadable."""
    for item in items:
        if item.unread:
            raise Unreadable(f"{item.case_id} has a delivery that this version cannot read.")
        intent = erased_intent(item.intent, subject, role)
        if intent != item.intent or subject.is_in(item.last_error):
            yield item, intent


def _case_in(text: str) -> str:
    """The request that the record of a mail names."""
    _, _, rest = text.partition('"case_id":"')
    return rest.partition('"')[0]


def is_unread_of_another(record: MailRecord, subject: DataSubject) -> bool:
    """Whether a mail waits for a person, and is not theirs."""
    return record.needs_a_person and bool(record.sender) and not subject.is_theirs(record.sender)


def is_unread_file_of_another(mails: InboundMails, key: str, subject: DataSubject) -> bool:
    """Whether a file is the mail of somebody else that waits for a person: nobody could read it any more."""
    if not key.startswith(inbound_mail.KEPT):
        return False
    with suppress(Unknown):
        return is_unread_of_another(mails.mail(key.removeprefix(inbound_mail.KEPT)), subject)
    return False


def _sent_out(case: Case) -> Iterator[str]:
    """The names under which a language model was sent a request, in each way in which it may have been asked.

    None where the built-in judge alone has spoken.
    """
    verdicts = [verdict for event in case.history if (verdict := getattr(event, "verdict", None))]
    if verdicts and not any(":" in verdict["judge"] for verdict in verdicts):
        return
    claims = [Verdict.from_plain(verdict).claim for verdict in verdicts]
    people = people_in(case)
    for claim in {*claims, claim_of(case.request)}:
        for masked in (people, people[:1]):  # once the requester alone was masked
            yield from report_names(claim, masked)
