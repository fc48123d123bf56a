"""Retention, carried out by the sweep: what is older than its rule goes, in portions, and never more than a rule says.

Requests that rest stand in the index `due` by the instant since when they do, so that a sweep reads what has come to
its end and nothing else. Files are listed by their age, a page a sweep, once a day; lists of mails begin with the
oldest. Nothing goes before a rule has settled (core/retention.py): the store keeps since when each is known.

A sweep begins with it once an hour; as long as a portion is full, the next one goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.erasure import Whom, addresses_in
from intake_fn.core.errors import SpecdeskError, Unknown
from intake_fn.core.inbound.record import ENDS
from intake_fn.core.late_dataclass import dataclass
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.names import SPECDESK
from intake_fn.core.retention import RetentionState, Rule, Settled, has_rested, older_than, settled
from intake_fn.desk.inbound_mail import KEPT
from intake_fn.desk.verdict_replay import FOLDER

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from intake_fn.desk.erasure import Eraser, MayGo

PORTION = 10
"""Requests that one sweep erases at most; each costs some writes, and a call or two of Mantis."""
MAILS = 25
"""Records of mails that one sweep deletes at most."""
PAGE = 500
"""Files of which one sweep asks the age."""
HOURLY, DAILY = timedelta(hours=1), timedelta(hours=24)
SWEPT = "swept"
"""By this name it is known when a sweep last found nothing more to do."""
SECONDS = 10
"""What one sweep takes for it at most; what is begun is ended."""
COUNTED = 1000
"""As many are counted where it is shown what is due; more is "1,000 or more"."""

LATER = timedelta(hours=1)
"""So much later in its line stands a request that could not be erased, such as while Mantis is down."""

BY_AGE: Mapping[Rule, str] = {Rule.RAW_MAILS: KEPT, Rule.MODEL_EXCHANGES: f"{FOLDER}/"}
"""Files that go by their own age, and where they are."""

RESTING = (Rule.QUARANTINED_REQUESTS, Rule.ATTACHMENTS, Rule.CLOSED_REQUESTS)


@dataclass(frozen=True, slots=True)
class RuleNow:
    """A rule as a person reads it: what is due by it now, and what will be when it is in force."""

    rule: Rule
    settled: Settled
    due: int
    waiting: int


def whom_of(process: Process) -> Whom:
    """Everybody but the people of the Help Desk."""
    staff = frozenset(mailbox(person.address) for person in process.everyone.values())
    return Whom(everybody=True, staff=staff)


def settle(eraser: Eraser) -> RetentionState:
    """The rules as they stand now; what support.yml says is known from now on. Raises TryLater."""
    policy, now = eraser.desk.process.retention, eraser.desk.clock()
    state = eraser.store.retention_state()
    rules = {
        rule.value: settled(state.rules.get(rule.value), policy.days[rule], now, policy.grace_days) for rule in Rule
    }
    if rules == dict(state.rules):
        return state
    state = replace(state, rules=rules)
    eraser.store.keep_retention_state(state)
    return state


def sweep(eraser: Eraser) -> dict[str, int]:
    """Erase a portion of what has come to its end; how much of each kind. Whatever goes wrong must not stop a sweep."""
    done: Counter[str] = Counter()
    try:
        state = settle(eraser)
        began = eraser.desk.clock()
        last = state.listed.get(SWEPT)
        if last and timedelta(0) <= began - last < HOURLY:
            return {}
        for rule in Rule:
            if eraser.desk.clock() - began > timedelta(seconds=SECONDS):
                return _numbers(done)
            holds = older_than(state.rules[rule.value].holds, eraser.desk.clock())
            if rule in RESTING:
                done[rule.value] += _requests(eraser, rule, state)
            elif rule in BY_AGE:
                state = _files(eraser, rule, holds, state, done)
            elif holds is not None:
                done[rule.value] += _records(eraser, rule, holds)
        if not any(state.places.values()) and max(done.values(), default=0) < PORTION:
            eraser.store.keep_retention_state(replace(state, listed={**state.listed, SWEPT: began}))
    except SpecdeskError as error:
        log.warning("retention_postponed", error=str(error))
    except Exception:  # the deliveries go on, and the next sweep tries again
        log.exception("retention_broken")
    return _numbers(done)


def _numbers(done: Counter[str]) -> dict[str, int]:
    return {name: number for name, number in done.items() if number}


def shown(eraser: Eraser) -> list[RuleNow]:
    """What each rule would take now, and what it will when it is in force; nothing goes. Raises TryLater."""
    state, now = settle(eraser), eraser.desk.clock()
    return [
        RuleNow(
            rule,
            state.rules[rule.value],
            _count(eraser, rule, older_than(state.rules[rule.value].holds, now)),
            _count(eraser, rule, older_than(state.rules[rule.value].days, state.rules[rule.value].since or now)),
        )
        for rule in Rule
    ]


def _count(eraser: Eraser, rule: Rule, before: datetime | None) -> int:
    if before is None:
        return 0
    if rule in RESTING:
        return len(eraser.store.resting(rule, before, COUNTED))
    if rule is Rule.MAIL_RECORDS:
        return len(eraser.store.mails_before(before, COUNTED))
    if rule in BY_AGE:
        return sum(at < before for _, at in eraser.desk.files.aged(BY_AGE[rule], "", COUNTED))
    return sum(at < before for at in _instants(eraser, rule))


def _instants(eraser: Eraser, rule: Rule) -> Iterator[datetime]:
    if rule is Rule.SUPPRESSED_ADDRESSES:
        yield from (entry.since for entry in eraser.desk.mail_state.suppression_list())
    else:
        yield from (record.at for record in eraser.store.erasures())


# --- what goes --------------------------------------------------------------------------------


def _requests(eraser: Eraser, rule: Rule, state: RetentionState) -> int:
    """Requests that have rested long enough. One with files loses these first, by their rule, or all by its own."""
    now = eraser.desk.clock()
    before = older_than(state.rules[rule.value].holds, now)
    whole = rule is not Rule.ATTACHMENTS
    if rule is Rule.ATTACHMENTS:
        at_all = older_than(state.rules[Rule.CLOSED_REQUESTS.value].holds, now)
        before = max(filter(None, (before, at_all)), default=None)
        whole = at_all is not None and before == at_all
    if before is None:
        return 0
    done = 0
    may_go = partial(has_rested, rule=rule, before=before)  # the list may be late, and somebody work on it meanwhile
    for case_id in eraser.store.resting(rule, before, PORTION):
        try:
            if whole:
                _erase_whole(eraser, case_id, may_go)
            else:
                eraser.erase_files(case_id, SPECDESK, may_go)
            done += 1
        except SpecdeskError as error:
            log.warning("retention_postponed", case=case_id, error=str(error))
            eraser.store.rest_until(case_id, before + LATER)
        except Exception:  # whatever it is: one poisoned case must not block the others
            log.exception("retention_postponed", case=case_id)
            eraser.store.rest_until(case_id, before + LATER)
    return done


def _erase_whole(eraser: Eraser, case_id: str, may_go: MayGo) -> None:
    """Erase a request; mail settings go with the last request of their mailbox."""
    readers = {mailbox(address) for address in addresses_in(eraser.desk.cases.load(case_id))}
    eraser.erase_case(case_id, whom_of(eraser.desk.process), SPECDESK, Counter(), may_go)
    for box in sorted(readers):
        if not eraser.desk.cases.requests_of(box, 1):
            eraser.store.forget_settings(box)


def _files(
    eraser: Eraser, rule: Rule, before: datetime | None, state: RetentionState, done: Counter[str]
) -> RetentionState:
    """A page of files by their age; once all were listed, they are again after a day."""
    now, listed = eraser.desk.clock(), state.listed.get(rule.value)
    place = state.places.get(rule.value, "")
    if before is None or (not place and listed and now - listed < DAILY):
        return state
    page = eraser.desk.files.aged(BY_AGE[rule], place, PAGE)
    for key, at in page:
        if at < before and not (rule is Rule.RAW_MAILS and _waits(eraser, key.removeprefix(KEPT))):
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


def _waits(eraser: Eraser, mail_id: str) -> bool:
    """Whether a person still has to read the mail; nobody else can say what it is."""
    try:
        record = eraser.desk.inbound.mail(mail_id)
    except Unknown:
        return False
    return record.outcome not in ENDS or record.needs_a_person


def _records(eraser: Eraser, rule: Rule, before: datetime) -> int:
    """Records of mails, entries of the suppression list, records of erasures."""
    if rule is Rule.MAIL_RECORDS:
        records = eraser.store.mails_before(before, MAILS)
        for mail_id in records:
            try:
                record = eraser.desk.inbound.mail(mail_id)
            except Unknown:
                continue
            if record.outcome in ENDS and not record.needs_a_person:
                eraser.desk.files.delete(f"{KEPT}{mail_id}")
                eraser.store.forget_mail(record)
        return len(records)
    if rule is Rule.SUPPRESSED_ADDRESSES:
        old = [entry.mailbox for entry in eraser.desk.mail_state.suppression_list() if entry.since < before]
        return sum(eraser.desk.mail_state.unsuppress(one) for one in old[:MAILS])
    gone = [one for one in eraser.store.erasures() if one.at < before]
    for one in gone[:MAILS]:
        eraser.store.forget_erasure(one)
    return len(gone[:MAILS])
