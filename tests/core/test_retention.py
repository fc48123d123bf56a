"""Rules of retention: when one comes into force, what rests, and what support.yml may say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake_fn.core.erasure_events import DataErased
from intake_fn.core.events import Closed, Noted, Quarantined, Rejected, Reopened, RequesterReplied, Resolved
from intake_fn.core.process_file import ProcessError, parse
from intake_fn.core.retention import DEFAULTS, Rule, Settled, cut_off_of, goes_at, rests_since, rule_of, settled
from intake_fn.core.vocabulary import ErasedAs, Status
from intake_fn.texts import message
from tests.core.samples import NOW, case_of, received

DAY = timedelta(days=1)


@given(
    rules=st.lists(st.tuples(st.integers(1, 60), st.none() | st.integers(1, 60)), min_size=1, max_size=12),
    grace=st.integers(1, 20),
)
def test_nothing_goes_before_a_rule_has_been_known_for_its_grace(
    rules: list[tuple[int, int | None]], grace: int
) -> None:
    """Whatever support.yml says from day to day: a shorter rule holds only after it stood there for the whole grace."""
    known: Settled | None = None
    now, stood_since = NOW, NOW
    before: tuple[int | None] | None = None
    for days_later, days in rules:
        now += days_later * DAY
        if before != (days,):
            before, stood_since = (days,), now
        held = known.holds if known else None
        known = settled(known, days, now, grace)
        is_shorter = known.holds is not None and (held is None or known.holds < held)
        if is_shorter and known.holds == days:
            assert now - stood_since >= grace * DAY
        assert days == known.days
        if known.holds is not None and days is not None:
            assert known.holds >= days


IN_FORCE = (st.integers(1, 60) | st.none()).map(lambda days: Settled(days, days))
RULES = IN_FORCE | st.builds(
    Settled, st.integers(1, 60), st.integers(61, 90) | st.none(), st.integers(1, 40).map(lambda days: NOW + days * DAY)
)
"""Rules in force, and ones that wait."""


@given(rules=st.fixed_dictionaries({rule.value: RULES for rule in Rule}), rule=st.sampled_from(Rule), age=st.integers())
def test_what_is_shown_to_go_at_an_instant_is_gone_then_and_not_before(
    rules: dict[str, Settled], rule: Rule, age: int
) -> None:
    """The preview and the sweep go by the same cut-off."""
    since = NOW - (age % 200) * DAY
    at = goes_at(rule, rules, since)
    if at is None:
        before = cut_off_of(rule, rules, NOW + 1000 * DAY)
        assert before is None
        return
    before = cut_off_of(rule, rules, at)
    earlier = cut_off_of(rule, rules, at - timedelta(seconds=1))
    assert before is not None
    assert since <= before
    assert earlier is None or earlier < since


@pytest.mark.parametrize(
    ("known", "days", "holds", "waits"),
    [
        (None, 365, None, True),
        (None, None, None, False),
        (Settled(365, 365), 90, 365, True),
        (Settled(365, 365), 730, 730, False),
        (Settled(365, 365), None, None, False),
        (Settled(90, 365, NOW + DAY), 90, 365, True),
        (Settled(90, 365, NOW), 90, 90, False),
        (Settled(90, 365, NOW + DAY), 30, 365, True),
        (Settled(90, 365, NOW + DAY), 365, 365, False),
    ],
)
def test_a_shorter_rule_waits_and_a_longer_one_holds_at_once(
    known: Settled | None, days: int | None, holds: int | None, waits: bool
) -> None:
    """A slip of the hand in support.yml erases nothing at once, and is mended at once."""
    now = settled(known, days, NOW, 30)

    assert (days, holds, waits) == (now.days, now.holds, now.is_waiting)


def at(days: int, kind: type, **what: object) -> object:
    """An event some days after the request came."""
    return kind(at=NOW + days * DAY, actor="paul@example.com", **what)


def test_a_request_rests_since_it_was_resolved_and_not_since_somebody_noted_something() -> None:
    """To be closed, or noted upon, begins nothing anew; to be reopened does."""
    first = received(3, "paul")
    resolved, closed = at(1, Resolved, resolution="Done."), at(9, Closed)
    judged = case_of(first)

    assert rests_since(judged) is None
    case = case_of(first, resolved, closed, at(20, Noted, text="Thanks came by phone."))  # type: ignore[arg-type]
    assert NOW + DAY == rests_since(case)
    again = case_of(*case.history, at(30, Reopened, reason="It came back."))  # type: ignore[arg-type]
    assert rests_since(again) is None
    assert NOW + 40 * DAY == rests_since(case_of(*again.history, at(40, Resolved, resolution="Done.")))  # type: ignore[arg-type]
    assert Rule.CLOSED_REQUESTS is rule_of(case)


def test_one_in_quarantine_rests_since_it_came_and_an_erased_one_never() -> None:
    """Nobody may ever review it; an erased request has nothing that could go."""
    held = case_of(received(3, "paul"), at(0, Quarantined, reasons=(message("quarantine.links", links=9),)))  # type: ignore[arg-type]
    rejected = case_of(*held.history, at(5, Rejected, reason="Advertising."))  # type: ignore[arg-type]
    after = case_of(*rejected.history, at(6, DataErased, role=ErasedAs.RETENTION, texts=1, files=0))  # type: ignore[arg-type]

    assert NOW == rests_since(held)
    assert NOW + 5 * DAY == rests_since(rejected)
    assert rests_since(after) is None
    assert Rule.QUARANTINED_REQUESTS is rule_of(rejected)


def test_a_reply_to_a_rejection_is_kept_as_long_as_a_request_that_has_just_come() -> None:
    """It awaits review again: the next sweep must not erase what nobody has read."""
    held = case_of(received(3, "paul"), at(0, Quarantined, reasons=(message("quarantine.links", links=9),)))  # type: ignore[arg-type]
    reply = at(91, RequesterReplied, text="I am no robot.")
    answered = case_of(*held.history, at(5, Rejected, reason="Advertising."), reply)  # type: ignore[arg-type]

    assert Status.QUARANTINED is answered.status
    assert NOW + 91 * DAY == rests_since(answered)


SUPPORT = (Path(__file__).parents[2] / "support.yml").read_text(encoding="utf-8")


def with_retention(text: str) -> str:
    """The process file with another part on retention."""
    head, _, rest = SUPPORT.partition("\nretention:")
    return f"{head}\n{text}\n\n{rest[rest.index(chr(10) + '# A thing belongs') :]}"


def test_what_is_not_named_is_kept_as_long_as_by_default() -> None:
    """And `ever` is as long as Specdesk runs."""
    assert DEFAULTS == parse(with_retention("")).retention.days
    policy = parse(with_retention("retention: {closed_requests: ever, grace: 7}")).retention
    assert (None, 730, 7) == (policy.days[Rule.CLOSED_REQUESTS], policy.days[Rule.ATTACHMENTS], policy.grace_days)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("retention: {closed_requests: 0}", "is not a number of days, or ever"),
        ("retention: {closed_request: 10}", "closed_request"),
        ("retention: {attachments: 900, closed_requests: 800}", "is longer than retention.closed_requests"),
        ("retention: {raw_mails: ever, mail_records: 30}", "is longer than retention.mail_records"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, problem: str) -> None:
    """`specdesk check` finds it before anything is deployed."""
    with pytest.raises(ProcessError, match=problem):
        parse(with_retention(text))
