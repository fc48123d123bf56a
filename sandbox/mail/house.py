"""A desk to which the mails of a folder are sent: its requests are set up, and what becomes of each mail is seen."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from intake_fn.core import steps
from intake_fn.core.errors import Refused, SpecdeskError
from intake_fn.core.events import AskedRequester, Overruled, Resolved
from intake_fn.core.inbound.files import accepted
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.core.inbound.summary import summary_of
from intake_fn.core.inbound.threads import ROOT
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.messages import is_on_page
from intake_fn.core.names import REQUESTER, SPECDESK
from intake_fn.core.request import Kind, Request, Requester
from intake_fn.core.requester_events import CopyAdded
from intake_fn.core.vocabulary import Category, Outcome, Status
from intake_fn.desk.inbound_mail import sweep_mail
from intake_fn.desk.inbound_threads import THEIRS
from sandbox.aws import SandboxError
from sandbox.mail.expected import Expected, Folder, Seen, SetUp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.core.inbound.record import MailRecord
    from intake_fn.desk import Desk

DIFFERENT_NAMES = {MailOutcome.IGNORED: "ignored_auto"}
TEXTS = ("text", "note", "reason", "question", "resolution")
"""Fields of an event that hold what somebody wrote."""


@dataclass(frozen=True)
class Stand:
    """How a request stands, as far as a mail that has nothing to do with it must leave it."""

    version: int
    status: Status
    level: int
    due: str
    told: int
    """What its requester reads in the history."""


@dataclass
class House:
    """The desk, the way in, and what went out. `receive` keeps a raw mail and has the function take it in."""

    desk: Desk
    receive: Callable[[bytes], MailRecord]
    sent: Callable[[], Sequence[str]]
    """The addressees of sent mails, in order."""
    records: dict[str, MailRecord] = field(default_factory=dict)
    """What became of each mail, by its file."""
    _replaced: list[tuple[bytes, bytes]] = field(default_factory=list)
    _watched: dict[str, Stand] = field(default_factory=dict)

    def set_up(self, requests: Sequence[SetUp]) -> None:
        """Make the requests with their numbers and states. Raises SandboxError."""
        for request in requests:
            try:
                self._make(request)
            except SpecdeskError as error:
                raise SandboxError(f"{request.number} cannot be set up: {error}") from error
        self.desk.sweep()
        self._watched = {request.number: self._stand(request.number) for request in requests}

    def _make(self, request: SetUp) -> None:
        desk = self.desk
        asked = Request(
            kind=Kind.QUESTION,
            requester=Requester(request.name, request.requester, self._office(request.requester)),
            summary=request.summary,
            description=f"{request.summary}. Where do I find what the rules say about it?",
            module=next(iter(desk.process.modules)),
        )
        step = steps.take_in(request.number, asked, desk.clock(), desk.process)
        if desk.cases.create(step, f"check {request.number}") != request.number:
            raise SandboxError(f"{request.number} is there already. Start with an empty desk.")
        case = desk.deliver(request.number)
        for address in request.cc:
            with suppress(Refused):  # by the rules they had no mail of ours; the thread is found without
                case = self._act(case, CopyAdded(at=desk.clock(), actor=REQUESTER, address=address))
        actor = desk.process.people[case.handler].address
        if request.status == "waiting":
            self._act(case, AskedRequester(at=desk.clock(), actor=actor, question="Which one is it, and since when?"))
        elif request.status == "resolved":
            reason = "They ask how it works, and nothing is to be changed."
            if case.category is Category.UNDECIDED:
                decided = Overruled(at=desk.clock(), actor=actor, category=Category.MISC, clause="", reason=reason)
                case = self._act(case, decided)
            done = {"resolution": "It works as described.", "outcome": Outcome.DONE}
            self._act(case, Resolved(at=desk.clock(), actor=actor, **done))  # type: ignore[arg-type]
        elif request.status != "open":
            raise SandboxError(f"{request.number} is to be {request.status!r}, not open, waiting or resolved.")
        self._remember(request)
        if request.token:
            self._replaced.append((request.token.encode(), desk.links.mail_token(request.number).encode()))

    def _remember(self, request: SetUp) -> None:
        """Have the ids of its mails known; that of the thread's root follows from the number, and is no mail's."""
        inbound = self.desk.inbound
        for message_id in (one.strip("<>") for one in request.message_ids):
            if not ROOT.fullmatch(message_id):
                inbound.remember_message(message_id, request.number)
        for message_id in request.received_message_ids:
            inbound.remember_message(f"{THEIRS}{message_id.strip('<>')}", request.number)

    def _act(self, case: Case, event: Event) -> Case:
        return self.desk.act(case.id, event, case.version)

    def _office(self, address: str) -> str:
        """The office of somebody, by the mail domain: of ours the New York office, whose questions go to level 1."""
        ours = {mailbox(person.address).rpartition("@")[2] for person in self.desk.process.people.values()}
        offices = self.desk.process.offices
        return next(iter(offices)) if mailbox(address).rpartition("@")[2] in ours else "client"

    def feed(self, folder: Folder, expected: Expected) -> Seen:
        """Send one mail in; what became of it."""
        raw = self.placed((folder.path / expected.file).read_bytes())
        mailed, received = len(self.sent()), self.desk.counters.ledger().received
        record = self.records[expected.file] = self._received(raw)
        self.desk.sweep()
        seen = self._seen(raw, record, expected)
        made = self.desk.counters.ledger().received - received
        changed = [number for number in self._changed() if number != seen.case_id]
        if seen.outcome == "ticketed" and seen.case_id not in self._watched:
            self._watched[seen.case_id] = self._stand(seen.case_id)
        return _with(seen, made, changed, self._answered(mailed), self._done_again(record, expected, made))

    def _received(self, raw: bytes) -> MailRecord:
        """Send it in; where that fails, the sweep takes it up, as it does in production."""
        try:
            return self.receive(raw)
        except SpecdeskError as error:
            print(f"The sweep takes up a mail: {error}", file=sys.stderr)
            sweep_mail(self.desk)
            return self.desk.inbound.mail(sha256(raw).hexdigest()[:40])

    def placed(self, raw: bytes) -> bytes:
        """A mail with the tokens of the requests that were set up."""
        for old, new in self._replaced:
            raw = raw.replace(old, new)
        return raw

    def _seen(self, raw: bytes, record: MailRecord, expected: Expected) -> Seen:
        outcome = DIFFERENT_NAMES.get(record.outcome, record.outcome.value)
        if record.outcome is MailOutcome.TICKETED:
            request = self.desk.cases.load(record.case_id).request
            files = [(file.name, file.content_type, file.sha256) for file in request.attachments]
            stored = "\n".join((request.description, request.expected, request.steps, *request.details.values()))
            who = mailbox(request.requester.email)
            client = mailbox(request.on_behalf_of.email) if request.on_behalf_of else ""
            return Seen(outcome, record.case_id, who, request.summary, client, stored, request.description, files)
        if record.outcome is MailOutcome.THREADED:
            return self._joined(outcome, record, expected)
        mail = self.desk.read_mail(raw)
        files = [
            (shown.name, shown.content_type, sha256(file.content).hexdigest())
            for shown, file in zip(accepted(mail.files), mail.files, strict=True)
        ]
        about = self._about(expected)
        resumes, reopens = self._moved(about) if about else (None, None)
        return Seen(
            outcome,
            requester=record.sender or None,
            summary=summary_of(record.subject, "", "") or None,
            subject=record.subject or None,
            stored=mail.text,
            shown=mail.reply,
            files=files,
            is_raw=True,
            resumes_clock=resumes,
            reopens=reopens,
        )

    def _joined(self, outcome: str, record: MailRecord, expected: Expected) -> Seen:
        case = self.desk.cases.load(record.case_id)
        before = self._watched.get(case.id)
        added = [event for event in case.history[before.version if before else 0 :] if event.actor != SPECDESK]
        text = "\n".join(str(getattr(event, name)) for event in added for name in TEXTS if hasattr(event, name))
        kept = [file for event in added for file in getattr(event, "attachments", ())]
        files = [(file.name, file.content_type, file.sha256) for file in kept]
        resumes, reopens = self._moved(case.id)
        if expected.request != case.id:
            resumes = reopens = None
        return Seen(
            outcome,
            case.id,
            record.sender,
            stored=text,
            shown=text,
            files=files,
            resumes_clock=resumes,
            reopens=reopens,
        )

    def _about(self, expected: Expected) -> str:
        """The request that the reason names, of a mail that joins none."""
        named = re.findall(r"HD-\w{4}-\w{4}", expected.why)
        return next((number for number in named if number in self._watched), "")

    def _moved(self, case_id: str) -> tuple[bool | None, bool | None]:
        """Whether a request that waited runs again, and whether one that was resolved is open again."""
        before, after = self._watched.get(case_id), self.desk.cases.row(case_id).status
        if before is None:
            return None, None
        waited, done = before.status is Status.WAITING, before.status.is_done
        return (after is not Status.WAITING) if waited else None, (not after.is_done) if done else None

    def _stand(self, case_id: str) -> Stand:
        row, case = self.desk.cases.row(case_id), self.desk.cases.load(case_id)
        told = sum(map(is_on_page, case.history))
        return Stand(row.version, row.status, row.level, str(row.due), told)

    def _changed(self) -> Iterator[str]:
        """Requests that are not as they were; each is seen as it is from now on."""
        for row in self.desk.cases.rows_of([*self._watched]):
            before = self._watched[row.id]
            if row.version == before.version:
                continue
            after = self._watched[row.id] = self._stand(row.id)
            if (after.status, after.level, after.due, after.told) != (
                before.status, before.level, before.due, before.told,
            ):  # fmt: skip
                yield row.id

    def _answered(self, mailed: int) -> list[str]:
        staff = {mailbox(person.address) for person in self.desk.process.people.values()}
        return [address for address in self.sent()[mailed:] if mailbox(address) not in staff]

    def _done_again(self, record: MailRecord, expected: Expected, made: int) -> str:
        """What a mail did although it was there before."""
        first = self.records.get(expected.same_as or "")
        if first is None:
            return ""
        if made:
            return f"made {made} requests although it was there before"
        if record.case_id != first.case_id:
            return f"went to {record.case_id or 'no request'}, and before to {first.case_id or 'none'}"
        return ""


def _with(seen: Seen, made: int, changed: Sequence[str], answered: Sequence[str], same: str) -> Seen:
    """The same, with what changed around it."""
    return replace(seen, made=made, changed=changed, answered=answered, same=same)
