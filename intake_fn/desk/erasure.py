"""Erasure of a person's data, by its plan (desk/erasure_plan.py): from requests, mails, files, Mantis and the search.

    the plan ─► requests of others ─► mails, files, marks of the address ─► their own requests ─► record

`apply` may be cut off anywhere and run again, and works while people do: the log of a request is written anew event by
event, and one transaction ends it, which holds only if nobody has changed the request meanwhile:

    read v7 ─► files ✗ ─► events 2 to 7 anew ─► pending mails ✗ ─► Mantis ─► v8: event 1 anew, DataErased ─► words ✗

The names by which they are found stand in the first events of their own requests, so these are ended last.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from intake_fn import log
from intake_fn.core.erasure import (
    DataSubject,
    accounts_in,
    addresses_in,
    erased,
    everybody_in,
    role_of,
    without_files,
)
from intake_fn.core.erasure_digest import salt_of, sealed
from intake_fn.core.erasure_events import ERASED, DataErased
from intake_fn.core.errors import Broken, Refused, Stale, TryLater, Unknown, Unreadable
from intake_fn.core.figures import entries
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.core.intents import SendNotice
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.steps import advance, fold, refuse_unread
from intake_fn.desk import answered, inbound_mail, previews, spec_report
from intake_fn.desk.attachments import ORIGINALS
from intake_fn.desk.change import ATTEMPTS
from intake_fn.desk.erasure_left import Left
from intake_fn.desk.erasure_plan import (
    NAMED,
    Plan,
    Planner,
    is_unread_file_of_another,
    is_unread_of_another,
    to_change,
)
from intake_fn.desk.filing import issue_of
from intake_fn.desk.limits import digest_of
from intake_fn.desk.verdict_replay import FOLDER
from intake_fn.ports import ErasureRecord, IssueLeft, IssueTexts, Place
from spec_lookup import reports_in

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.inbound.record import MailRecord
    from intake_fn.core.intents import Intent
    from intake_fn.core.request import Attachment
    from intake_fn.desk import Desk
    from intake_fn.ports import Erasures, IssueEraser, OutboxItem, Stored

DRAFTS = "held/"
"""Where forms wait that are not sent yet (desk/unsent.py)."""

AGAIN = 25
"""Before so many requests the record is kept again: one that is cut off says how far it came, and what it was at."""

TOLD_EACH = 500
"""Addresses after which a restoration says how far it is."""

ADDRESS = re.compile(r"[^\s\"'#<>,;:\\]+@[^\s\"'#<>,;:\\]+")
"""An address in an item that is kept of it."""

MOST_FAILURES = 5
"""Failures in a row that end a run: what all requests need, such as Mantis, is down."""


MayGo = Callable[["Case"], bool]
"""Whether a request may be erased as it is now: somebody may have begun to work on it since it was found."""


def _always(_: Case) -> bool:
    return True


def _refuse_what_may_not(case: Case, may_go: MayGo) -> None:
    refuse_unread(case)
    if not may_go(case):
        raise Stale(f"{case.id} has changed since it was found: it stays.")


def _nothing_is_read() -> Iterator[Stored]:
    raise Broken("Everything is read by `specdesk erase` alone: it costs what there is.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Eraser:
    """Erases by the rules of core/erasure.py. `everything` is all that is stored.

    `seals` are hashes of an address by each secret key, for records of before these had a salt of their own.

    Only a plan reads everything, a few items at a time in memory; retention knows what it erases.
    """

    desk: Desk
    store: Erasures
    issues: IssueEraser
    seals: Sequence[Callable[[str], str]] = ()
    everything: Callable[[], Iterator[Stored]] = _nothing_is_read

    def plan(
        self, address: str, except_names: Iterable[str] = (), is_spared: Callable[[str], bool] = lambda _: False
    ) -> Plan:
        """What is stored of a person, found by reading everything. Raises Refused for one of the Help Desk.

        A name of the Help Desk's people, and each of `except_names`, stays in the texts of others: anybody may write
        under any name. So does one, casefolded, that `is_spared`.
        """
        return Planner(self.desk, self.everything).plan(address, except_names, is_spared)

    def apply(self, plan: Plan, actor: str) -> ErasureRecord | None:
        """Erase what a plan found; the record, None where there was nothing to do.

        A request that cannot be erased now is named in the record, and the next run takes it up.
        """
        counts, left = Counter[str](), Left()
        if plan.is_empty and not self._files(plan, counts, dry=True):
            return None
        before = self.store.erasures()
        salt = next((one.salt for one in reversed(before) if one.salt), "") or salt_of(secrets.token_hex(16))
        spared = tuple(sealed(name, salt) for name in sorted(plan.spared))
        record = ErasureRecord(sealed(plan.box, salt), self.desk.clock(), actor, {}, salt=salt, spared=spared)
        cut_off = not all(one.finished for one in before if self.is_of(one, plan.box))
        self.store.keep_erasure(record)
        done = self._cases([*plan.others, *plan.tidy], plan, record, counts, left)
        to_do = [*_unread(plan)]
        for mail_id in plan.mails:
            to_do += self._erase_mail(mail_id, plan, actor, counts)
        for mark in plan.marks:
            self.store.delete(mark)
        counts["marks of the address"] += len(plan.marks)
        self._files(plan, counts)
        to_do += self._waiting(plan)
        left.lines += to_do
        done += self._cases(plan.own, plan, record, counts, left)
        self.store.forget_mailbox(plan.box, (digest_of(plan.box), *answered.people_of(plan.box, "")))
        if cut_off:
            self.desk.issue_index.forget_erased()
        self.desk.files.delete(spec_report.KEY)
        left.lines += _to_look_through(plan)
        still_there = [*self._still_there(plan)]
        left.lines += still_there
        finished = done == len(plan.own) + len(plan.others) + len(plan.tidy) and not to_do and not still_there
        record = replace(record, counts=_as_text(counts), left=left.told(), finished=finished)
        self.store.keep_erasure(record)
        return record

    def is_of(self, record: ErasureRecord, box: str) -> bool:
        """Whether a record is of the erasure of an address. Raises Refused for a record of a newer version."""
        if record.salt:
            return record.digest == sealed(box, record.salt)
        return any(record.digest == seal(box) for seal in self.seals)

    def _cases(self, case_ids: list[str], plan: Plan, record: ErasureRecord, counts: Counter[str], left: Left) -> int:
        """Erase from requests, one by one; how many could be. What goes wrong with one stops none, unless all do."""
        done = failed = 0
        numbers: list[int] = []
        for place, case_id in enumerate(case_ids):
            if place % AGAIN == 0:
                self.desk.issue_index.forget(numbers)
                numbers.clear()
                left.under_way = [plan.issues[one] for one in case_ids[place : place + AGAIN] if one in plan.issues]
                self.store.keep_erasure(replace(record, counts=_as_text(counts), left=left.told()))
            try:
                kept = self.erase_case(case_id, plan.subject, record.actor, counts)
            except (TryLater, Stale, Broken) as error:
                failed += 1
                log.warning("erasure_postponed", case=case_id, error=str(error))
                left.lines.append(f"{case_id} is not erased yet: {plan.subject.without(str(error))} Run it again.")
                if failed >= MOST_FAILURES:
                    untried = len(case_ids) - place - 1
                    left.lines.append(f"Of {len(case_ids)} requests {untried} were not tried. Run it again.")
                    break
                continue
            done, failed = done + 1, 0
            if kept:
                numbers.append(kept.number)
                left.issues += [kept] if kept.is_something else []
        self.desk.issue_index.forget(numbers)
        left.under_way = ()
        return done

    def erase_case(
        self, case_id: str, whose: DataSubject, actor: str, counts: Counter[str], may_go: MayGo = _always
    ) -> IssueLeft | None:
        """Erase somebody's data from one request; what Mantis keeps of its issue, None where it has none.

        Raises Unreadable for what this version cannot read, TryLater while a mail to them is being sent or Mantis is
        down, and Stale when it changes too fast, or as it is now may not go.
        """
        kept: IssueLeft | None = None
        for _ in range(ATTEMPTS):
            case = self.desk.cases.load(case_id)
            _refuse_what_may_not(case, may_go)
            subject = everybody_in(case, whose)
            left = erased(case, subject)
            changed = left.changed(case)
            pending = [*to_change(self.desk.outbox.items_of(case_id), subject, left.role)]
            if not changed and not pending:
                if case.erased:  # a restored table may hold them from before
                    self.store.drop_pending_words(case_id)
                self._leave(case, _readers(case, subject))
                return kept or (None if case.issue is None else IssueLeft(case.issue))
            after = fold(case_id, left.events)
            self._refuse_other_figures(case, after)
            gone = () if left.role.is_whole else left.gone(case)
            if gone:  # as long as the log still says which lines of our notes these are
                kept = self._erase_issue(case, after, subject, gone, kept)
            self.store.drop_pending_words(case_id)
            self._delete_files(left.files)
            self.store.rewrite(case_id, {number: event for number, event in changed.items() if number > 1})
            dropped = self._change_pending(pending, subject)
            kept = self._erase_issue(case, after, subject, gone, kept)
            self.store.keep_words(after, nothing=left.role.is_whole)
            event = DataErased(
                at=self.desk.clock(),
                actor=actor,
                role=left.role,
                texts=left.texts,
                files=len(left.files),
                dropped=dropped,
            )
            step = advance(after, event, self.desk.process)
            if subject.everybody:  # nobody looks for their mailboxes once they stand nowhere
                self._leave(after, _readers(case, subject))
            try:
                self.store.save_erased(case.version, step)
            except Stale:
                continue
            self._leave(step.case, _readers(case, subject))  # the sweep may have put back what it had read before
            counts["requests" if left.role.is_whole else "requests of others"] += 1
            counts["events"] += len(changed)
            counts["texts"] += left.texts
            counts["files"] += len(left.files)
            counts["mails not sent any more"] += len(dropped)
            counts["issues in Mantis"] += case.issue is not None
            return kept
        raise Stale(f"{case_id} is changing too fast.")

    def erase_files(self, case_id: str, actor: str, may_go: MayGo = _always) -> None:
        """Erase the files of a request, and nothing of its words. Raises Unreadable, TryLater, Stale as `erase_case`.

        What reached Mantis stays there: its issue has a retention of its own.
        """
        for _ in range(ATTEMPTS):
            case = self.desk.cases.load(case_id)
            _refuse_what_may_not(case, may_go)
            left = without_files(case)
            after = fold(case_id, left.events)
            self._refuse_other_figures(case, after)
            self._delete_files(left.files)
            changed = left.changed(case)
            self.store.rewrite(case_id, {number: event for number, event in changed.items() if number > 1})
            event = DataErased(at=self.desk.clock(), actor=actor, role=left.role, texts=0, files=len(left.files))
            with suppress(Stale):
                self.store.save_erased(case.version, advance(after, event, self.desk.process))
                return
        raise Stale(f"{case_id} is changing too fast.")

    def _leave(self, case: Case, readers: Iterable[str]) -> None:
        """The request is found by these mailboxes and by their words no more."""
        self.store.keep_words(case, nothing=case.erased)
        for box in readers:
            self.store.forget_reader(case, box)

    def _refuse_other_figures(self, case: Case, after: Case) -> None:
        zone = self.desk.process.reports_zone
        if entries(case, zone) != entries(after, zone):
            raise Broken(f"{case.id} would be counted otherwise without these data. It stays as it is: report it.")

    def _delete_files(self, files: Iterable[Attachment]) -> None:
        """A file, its preview, and how a picture came."""
        for file in files:
            self.desk.files.delete(file.key)
            self.desk.files.delete(previews.key_of(file))
            self.desk.files.delete(f"{ORIGINALS}/{file.key.partition('/')[2]}")

    def _change_pending(
        self, pending: Iterable[tuple[OutboxItem, Intent | None]], subject: DataSubject
    ) -> tuple[str, ...]:
        """Have what is pending hold no more of them; the notices that are not sent. Raises TryLater."""
        dropped = []
        for item, intent in pending:
            if not self.store.rewrite_pending(item, intent, subject.without(item.last_error)):
                raise TryLater("Something is being delivered for it in this moment.")
            if intent is None and isinstance(item.intent, SendNotice):
                dropped.append(item.intent.notice)
        return tuple(dropped)

    def _erase_issue(
        self, case: Case, after: Case, subject: DataSubject, gone: tuple[str, ...], before: IssueLeft | None
    ) -> IssueLeft | None:
        """The copy in Mantis; what Mantis keeps of it, with what it kept `before`, None without an issue.

        `gone` are lines that go in full.
        """
        if case.issue is None:
            return None
        texts = None
        if role_of(case, subject).is_whole:
            issue = issue_of(after, self.desk.process, self.desk.links)
            texts = IssueTexts(issue.summary, issue.description, issue.steps, issue.information)

        def scrub(text: str) -> str:
            for line in gone:
                text = text.replace(line, ERASED)
            return subject.without(text)

        try:
            kept = self.issues.erase(case.issue, texts, scrub)
        except Unknown:
            kept = IssueLeft(case.issue)
        return kept.and_also(before) if before else kept

    # --- mails and files ----------------------------------------------------------------------

    def _erase_mail(self, mail_id: str, plan: Plan, actor: str, counts: Counter[str]) -> tuple[str, ...]:
        """The record of a mail says no more who wrote it and about what; its raw bytes go, as they hold all of it.

        One of somebody else that nobody has read yet stays, and is named for a person.
        """
        try:
            record = self.desk.inbound.mail(mail_id)
        except Unknown:
            return ()
        if record.outcome is MailOutcome.WAITING:
            return ()  # it is taken in within the minute, and is a request of its own then
        if is_unread_of_another(record, plan.subject):
            stays = f"The mail {mail_id} is somebody else's and waits for a person, so it stays. They stand in it."
            return (f"{stays} Decide on it, then run it again.",)
        if record.needs_a_person:
            record = inbound_mail.reject(self.desk, mail_id, actor, "The data of its sender was erased.")
        for key in (record.key, f"{inbound_mail.KEPT}{record.id}"):
            self.desk.files.delete(key)
        if record.fingerprint:
            self.store.forget_decision(record.fingerprint)
        after = _without_sender(record, plan)
        if after != record:
            self.store.rewrite_mail(after)
            counts["mails that came in"] += 1
        return ()

    def _files(self, plan: Plan, counts: Counter[str], *, dry: bool = False) -> int:
        """Raw mails, drafts and exchanges with a language model in which they stand; how many. `dry` deletes none."""
        found = 0
        for beginning in (inbound_mail.KEPT, DRAFTS, f"{FOLDER}/"):
            for key in filter(partial(self._is_to_go, plan), self.desk.files.every(beginning)):
                found += 1
                if not dry:
                    self.desk.files.delete(key)
        counts["other files"] += 0 if dry else found
        return found

    def _is_to_go(self, plan: Plan, key: str) -> bool:
        """Whether a file holds their address, full name or request, and is no unread mail of somebody else."""
        try:
            text = self._text_of(key, self.desk.files.get(key))
        except Unknown:
            return False
        of_model = key.startswith(f"{FOLDER}/") and not plan.sent_out.isdisjoint(reports_in(text))
        is_theirs = plan.subject.is_in(text) or of_model
        return is_theirs and not is_unread_file_of_another(self.desk.inbound, key, plan.subject)

    def _waiting(self, plan: Plan) -> Iterator[str]:
        """What came meanwhile is no loss: it becomes a request of its own."""
        if waiting := sum(self._waits(key, plan) for key in self.desk.files.every(inbound_mail.ARRIVED)):
            yield f"{waiting} mails of theirs wait to be taken in. Run it again when they are."

    def _waits(self, key: str, plan: Plan) -> bool:
        try:
            return plan.subject.is_in(self._text_of(key, self.desk.files.get(key)))
        except Unknown:
            return False

    def _text_of(self, key: str, content: bytes) -> str:
        """What stands in a file of ours; a mail as it came and as it is read."""
        raw = content.decode("utf-8", "replace")
        if not key.startswith((inbound_mail.KEPT, inbound_mail.ARRIVED)):
            return raw
        try:
            mail = self.desk.read_mail(content)
        except Exception:  # noqa: BLE001 - what cannot be parsed is looked at as it came
            return raw
        return "\n".join((raw, mail.subject, mail.text, *(sender.address for sender in mail.senders)))

    def _still_there(self, plan: Plan) -> Iterator[str]:
        """What still holds their address or full name, after all: everything is read once more.

        A request of somebody else who has the same name holds it rightly.
        """
        of_address, namesakes = DataSubject(plan.box), dict[str, bool]()
        for item in self.everything():
            if not plan.subject.is_in(item.text):
                continue
            if item.place is Place.CASE and not of_address.is_in(item.text):
                if item.id not in namesakes:
                    namesakes[item.id] = self._is_a_namesakes(item.id, plan.subject)
                if namesakes[item.id]:
                    continue
            yield f"It still stands in {' '.join(plan.subject.without(part) for part in item.key)}. Run it again."

    def _is_a_namesakes(self, case_id: str, subject: DataSubject) -> bool:
        """Whether nothing would go from a request in which their name stands."""
        with suppress(Unknown, Unreadable):
            case = self.desk.cases.load(case_id)
            left = erased(case, subject)
            return not left.changed(case) and not [*to_change(self.desk.outbox.items_of(case_id), subject, left.role)]
        return False


@dataclass(frozen=True, slots=True)
class ErasedAgain:
    """What a restoration erased again: the records, and why some of the people could not be erased."""

    records: tuple[ErasureRecord, ...]
    refused: tuple[str, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return not self.refused and all(record.finished for record in self.records)


def again(
    eraser: Eraser, records: Iterable[ErasureRecord], actor: str, tell: Callable[[str], None] = lambda _: None
) -> ErasedAgain:
    """Erase once more whose data was erased since what is stored, as after a restoration from before that.

    Every address that is stored is compared with the records, some 40 ms for each; `tell` hears how far that is. A
    record that is stored as finished, or has a later one of the same person, is done already: what that person has sent
    since is not erased with it. Raises Refused for a record of a newer version.
    """
    known = tuple({(record.digest, record.salt, record.at): record for record in records}.values())
    done = [record for record in eraser.store.erasures() if record.finished]
    stored_ones = sorted(_everybody(eraser))
    theirs: dict[str, list[ErasureRecord]] = {}
    for place, box in enumerate(stored_ones, 1):
        of_them = [record for record in known if eraser.is_of(record, box)]
        last = max((record.at for record in done if of_them and eraser.is_of(record, box)), default=None)
        if to_do := [record for record in of_them if last is None or record.at > last]:
            theirs[box] = to_do
        if known and place % TOLD_EACH == 0:
            tell(f"Compared {place} of {len(stored_ones)} addresses with {len(known)} records of erasures.")
    made: list[ErasureRecord] = []
    refused: list[str] = []
    for box, of_them in theirs.items():
        try:
            plan = eraser.plan(box, is_spared=partial(_is_spared, of_them))
        except Refused as error:
            refused.append(f"{box} was erased once, and is not now: {error}")
            continue
        made += filter(None, [eraser.apply(plan, actor)])
    return ErasedAgain(tuple(made), tuple(refused))


def _is_spared(records: Iterable[ErasureRecord], name: str) -> bool:
    return any(sealed(name, record.salt) in record.spared for record in records if record.spared)


def _everybody(eraser: Eraser) -> set[str]:
    """All mailboxes and accounts of Mantis that are stored."""
    addresses: set[str] = set()
    seen: set[str] = set()
    for item in eraser.everything():
        if item.place is Place.CASE and item.is_event and item.id not in seen:
            seen.add(item.id)
            with suppress(Unreadable):
                case = eraser.desk.cases.load(item.id)
                addresses.update(map(mailbox, (*addresses_in(case), *accounts_in(case))))
        elif item.place is Place.MAIL:
            with suppress(Unknown, Unreadable):
                addresses.add(mailbox(eraser.desk.inbound.mail(item.id).sender))
        elif item.place is Place.OF_AN_ADDRESS:
            addresses.update(map(mailbox, ADDRESS.findall(item.text)))
    return addresses - {""}


def _readers(case: Case, subject: DataSubject) -> list[str]:
    """The mailboxes of the data subject, by which a request is found; all of them for everybody."""
    if not subject.everybody:
        return [subject.box]
    return sorted({mailbox(address) for address in addresses_in(case)})


def _without_sender(record: MailRecord, plan: Plan) -> MailRecord:
    """The record without who wrote it, what about, and what finds the mail again."""
    subject = plan.subject
    texts = {name: subject.without(getattr(record, name)) for name in ("sender", "name", "subject", "message_id")}
    if subject.is_theirs(record.sender) or record.case_id in plan.own:
        texts = {name: ERASED if texts[name] else "" for name in ("sender", "name", "subject")}
        texts |= dict.fromkeys(("message_id", "fingerprint", "sha256"), "")
    reason = record.reason
    if reason:
        reason = replace(reason, values={name: subject.without(value) for name, value in reason.values.items()})
    changes: dict[str, Any] = {**texts, "reason": reason}
    return replace(record, **changes)


def _unread(plan: Plan) -> Iterator[str]:
    """What stays because of its format, or because it is damaged."""
    if plan.unread:
        named, more = ", ".join(plan.unread[:NAMED]), len(plan.unread) - NAMED
        others = f" and {more} more" if more > 0 else ""
        yield f"This version cannot read all of {named}{others}, so they stay. Run it again with one that can."


def _to_look_through(plan: Plan) -> Iterator[str]:
    """What a person has to see to."""
    if plan.look:
        named, more = ", ".join(plan.look[:NAMED]), len(plan.look) - NAMED
        others = f" and {more} more" if more > 0 else ""
        yield f"A part of their name stands in {named}{others}: look whether it is theirs, since names are shared."
    for key in plan.others_of_ours:
        yield f"They stand in the item {plan.subject.without(key)}, which no erasure changes."


def _as_text(counts: Counter[str]) -> dict[str, str]:
    return {name: str(number) for name, number in counts.items() if number}
