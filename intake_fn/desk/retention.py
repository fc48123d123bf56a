"""Retention, carried out by the sweep: what is older than its rule goes, in portions, and never more than a rule says.

Requests that rest stand in the index `due` by the instant since when they do, so that a sweep reads what has come to
its end and nothing else. Files are listed by their age, a page a sweep, once a day; lists of mails begin with the
oldest. Nothing goes before a rule has settled (core/retention.py): the store keeps since when each is known.

A sweep begins with it once an hour; as long as a portion is full, the next one goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.erasure import DataSubject, addresses_in
from intake_fn.core.errors import Broken, SpecdeskError, Unknown, Unreadable
from intake_fn.core.inbound.record import ENDS
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.names import SPECDESK
from intake_fn.core.retention import RetentionState, Rule, Settled, cut_off_of, has_rested, settled
from intake_fn.desk.inbound_mail import KEPT
from intake_fn.desk.verdict_replay import FOLDER

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from intake_fn.desk.erasure import Eraser, MayGo
    from intake_fn.ports import InboundMails

PORTION = 10
"""Requests that one sweep erases at most; each costs some writes, and a call or two of Mantis."""
MAILS = 25
"""Records of mails that one sweep deletes at most."""
PAGE = 500
"""Files whose age one sweep looks at."""
HOURLY, DAILY = timedelta(hours=1), timedelta(hours=24)
SWEPT = "swept"
"""The name under which the state keeps when a sweep last found nothing more to do."""
SECONDS = 10
"""Seconds that retention takes of a sweep at most; what is begun is ended."""
SKIPPED = "skipped"
"""The name of the count of unreadable items, which stay as they are."""

LATER = timedelta(hours=1)
"""How much later a request is tried again that could not be erased, such as while Mantis is down."""

BY_AGE: Mapping[Rule, str] = {Rule.RAW_MAILS: KEPT, Rule.MODEL_EXCHANGES: f"{FOLDER}/"}
"""Files that go by their own age, and where they are."""

RESTING = (Rule.QUARANTINED_REQUESTS, Rule.CLOSED_REQUESTS, Rule.ATTACHMENTS)

IN_ORDER = (*(rule for rule in Rule if rule not in RESTING), *RESTING)
"""Requests last, closed ones at the end: Mantis is asked for these, and one that hangs may take all the time."""


def everybody_but_staff(process: Process) -> DataSubject:
    """Everybody but the people of the Help Desk."""
    staff = frozenset(mailbox(person.address) for person in process.everyone.values())
    return DataSubject(everybody=True, staff=staff)


def settle(eraser: Eraser) -> RetentionState:
    """The rules as they stand now; what support.yml says is known from now on. Raises TryLater."""
    known = eraser.store.retention_state()
    state = replace(known, rules=rules_of(known, eraser.desk.process, eraser.desk.clock()))
    if dict(state.rules) != dict(known.rules):
        eraser.store.keep_retention_state(state)
    return state


def rules_of(known: RetentionState, process: Process, now: datetime) -> Mapping[str, Settled]:
    """The rules as they stand now, whether the store knows it already or not."""
    policy = process.retention
    return {
        rule.value: settled(known.rules.get(rule.value), policy.days[rule], now, policy.grace_days) for rule in Rule
    }


def sweep(eraser: Eraser) -> dict[str, int]:
    """Erase a portion of what has come to its end; how much of each kind, and of how much it is not known (SKIPPED).

    A rule that fails stops no other one, and is tried again after an hour. Raises Broken for a fault of ours, once the
    others are applied, and what keeps all of them from being applied.
    """
    done: Counter[str] = Counter()
    state = settle(eraser)
    began = eraser.desk.clock()
    last = state.listed.get(SWEPT)
    if last and timedelta(0) <= began - last < HOURLY:
        return {}
    failed = []
    for rule in IN_ORDER:
        if eraser.desk.clock() - began > timedelta(seconds=SECONDS) or eraser.desk.seconds_left() <= 0:
            return _numbers(done)
        try:
            state = _applied(eraser, rule, state, done)
        except SpecdeskError as error:
            log.warning("retention_postponed", rule=rule.value, error=str(error))
        except Exception:  # whatever it is: one rule must not block the others
            log.exception("retention_postponed", rule=rule.value)
            failed.append(rule.value)
    erased = max((number for name, number in done.items() if name != SKIPPED), default=0)
    if not any(state.places.values()) and erased < PORTION:
        eraser.store.keep_retention_state(replace(state, listed={**state.listed, SWEPT: began}))
    if failed:
        raise Broken(f"Retention failed at: {', '.join(failed)}. The log says why at retention_postponed.")
    return _numbers(done)


def _applied(eraser: Eraser, rule: Rule, state: RetentionState, done: Counter[str]) -> RetentionState:
    """Erase a portion of what has come to its end by a rule; how far the lists are read then."""
    before = cut_off_of(rule, state.rules, eraser.desk.clock())
    if before is None:
        return state
    if rule in RESTING:
        _requests(eraser, rule, before, state, done)
    elif rule in BY_AGE:
        return _files(eraser, rule, before, state, done)
    elif rule is Rule.MAIL_RECORDS:
        return _mail_records(eraser, before, state, done)
    else:
        done[rule.value] += _records(eraser, rule, before)
    return state


def _numbers(done: Counter[str]) -> dict[str, int]:
    return {name: number for name, number in done.items() if number}


# --- what goes --------------------------------------------------------------------------------


def _requests(eraser: Eraser, rule: Rule, before: datetime, state: RetentionState, done: Counter[str]) -> None:
    """Requests that have rested long enough. One with files loses these first, by their rule, or all by its own."""
    at_all = cut_off_of(Rule.CLOSED_REQUESTS, state.rules, eraser.desk.clock())
    whole = rule is not Rule.ATTACHMENTS or before == at_all
    by = Rule.CLOSED_REQUESTS if whole and rule is Rule.ATTACHMENTS else rule
    may_go = partial(has_rested, rule=rule, before=before)  # the list may be late, and somebody work on it meanwhile
    for case_id in (one.id for one in eraser.store.resting(rule, before, PORTION)):
        if eraser.desk.seconds_left() <= 0:
            break
        try:
            if whole:
                _erase_whole(eraser, case_id, may_go)
            else:
                eraser.erase_files(case_id, SPECDESK, may_go)
            done[by.value] += 1
        except SpecdeskError as error:
            log.warning("retention_postponed", case=case_id, error=str(error))
            eraser.store.rest_until(case_id, before + LATER)
        except Exception:  # whatever it is: one poisoned case must not block the others
            log.exception("retention_postponed", case=case_id)
            eraser.store.rest_until(case_id, before + LATER)


def _erase_whole(eraser: Eraser, case_id: str, may_go: MayGo) -> None:
    """Erase a request; mail settings go with the last request of their mailbox."""
    readers = {mailbox(address) for address in addresses_in(eraser.desk.cases.load(case_id))}
    kept = eraser.erase_case(case_id, everybody_but_staff(eraser.desk.process), SPECDESK, Counter(), may_go)
    if kept and kept.is_something:  # its admin may look for it: docs/operate/data-protection.md
        log.info("kept_by_mantis", case=case_id, issue=kept.number, revisions=kept.revisions, history=kept.history)
    for box in sorted(readers):
        if not eraser.desk.cases.requests_of(box, 1):
            eraser.store.forget_settings(box)


def _files(eraser: Eraser, rule: Rule, before: datetime, state: RetentionState, done: Counter[str]) -> RetentionState:
    """A page of files by their age; once all were listed, they are again after a day."""
    now, listed = eraser.desk.clock(), state.listed.get(rule.value)
    place = state.places.get(rule.value, "")
    if not place and listed and now - listed < DAILY:
        return state
    page = eraser.desk.files.aged(BY_AGE[rule], place, PAGE)
    for key in (key for key, at in page if at < before):
        mail_id = key.removeprefix(KEPT) if rule is Rule.RAW_MAILS else ""
        with _skipping(done, rule, mail_id):
            if not (mail_id and waits(eraser.desk.inbound, mail_id)):
                eraser.desk.files.delete(key)
                done[rule.value] += 1
    last = page[-1][0] if len(page) == PAGE else ""
    state = replace(
        state,
        places={**state.places, rule.value: last},
        listed=state.listed if last else {**state.listed, rule.value: now},
    )
    eraser.store.keep_retention_state(state)
    return state


@contextmanager
def _skipping(done: Counter[str], rule: Rule, what: str) -> Iterator[None]:
    """Go on with the next item after an unreadable one, which stays, is counted and logged. Raises TryLater."""
    try:
        yield
    except Unreadable as error:
        log.warning("retention_skipped", rule=rule.value, item=what, error=str(error))
        done[SKIPPED] += 1
    except SpecdeskError:
        raise  # what answers for all of them does not answer
    except Exception:  # whatever it is: one item must not block the others
        log.exception("retention_skipped", rule=rule.value, item=what)
        done[SKIPPED] += 1


def waits(mails: InboundMails, mail_id: str) -> bool:
    """Whether a person still has to read a mail; nobody else can say what it is. Raises Unreadable, TryLater."""
    try:
        record = mails.mail(mail_id)
    except Unknown:
        return False
    return record.outcome not in ENDS or record.needs_a_person


def _mail_records(eraser: Eraser, before: datetime, state: RetentionState, done: Counter[str]) -> RetentionState:
    """Records of mails, with their raw bytes. One that cannot be read stays, and the next sweep goes on behind it."""
    name = Rule.MAIL_RECORDS.value
    page = eraser.store.mails_before(before, MAILS, state.places.get(name, ""))
    for one in page:
        with _skipping(done, Rule.MAIL_RECORDS, one.id):
            try:
                record = eraser.desk.inbound.mail(one.id)
            except Unknown:
                continue
            if record.outcome in ENDS and not record.needs_a_person:
                eraser.desk.files.delete(f"{KEPT}{one.id}")
                eraser.store.forget_mail(record)
                done[name] += 1
    place = page[-1].place if len(page) == MAILS else ""
    if place == state.places.get(name, ""):
        return state
    state = replace(state, places={**state.places, name: place})
    eraser.store.keep_retention_state(state)
    return state


def _records(eraser: Eraser, rule: Rule, before: datetime) -> int:
    """Entries of the suppression list, records of erasures."""
    if rule is Rule.SUPPRESSED_ADDRESSES:
        old = [entry.mailbox for entry in eraser.desk.mail_state.suppression_list() if entry.since < before]
        return sum(eraser.desk.mail_state.unsuppress(one) for one in old[:MAILS])
    gone = [one for one in eraser.store.erasures() if one.at < before]
    for one in gone[:MAILS]:
        eraser.store.forget_erasure(one)
    return len(gone[:MAILS])
