"""How often a person is mailed about a request: so many within an hour, and one mail an hour after that."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from intake_fn.core.mail_throttle import MailThrottle, mailbox, throttled
from tests.core.samples import NOW

MINUTE = timedelta(minutes=1)
MOST = 3


def mailed(*minutes: int) -> MailThrottle:
    """The pace after mails that all went, at these minutes."""
    pace = MailThrottle()
    for minute in minutes:
        pace, wait = throttled(pace, f"item {minute}", NOW + minute * MINUTE, MOST)
        assert wait is None
    return pace


def test_so_many_go_within_an_hour_and_the_next_waits_for_an_hour_of_quiet() -> None:
    """The place of the first is free again after an hour, but once there were too many, all of them count."""
    _, wait = throttled(mailed(0, 1, 2), "fourth", NOW + 10 * MINUTE, MOST)

    assert NOW + 70 * MINUTE == wait


def test_whoever_keeps_to_the_limit_never_waits() -> None:
    """A sliding hour: what is older does not count."""
    pace = mailed(0, 25, 50, 61, 86, 111, 122)

    assert {"item 86", "item 111", "item 122"} == set(pace.sent)


def test_everything_waits_while_it_is_to_be_quiet() -> None:
    """Until the same instant, so that it can go as one."""
    pace, until = throttled(mailed(0, 1, 2), "fourth", NOW + 10 * MINUTE, MOST)

    assert (pace, until) == throttled(pace, "fifth", NOW + 69 * MINUTE, MOST)


def test_what_waited_goes_and_another_quiet_hour_begins() -> None:
    """So that programs which answer each other come down to one mail an hour."""
    pace, until = throttled(mailed(0, 1, 2), "fourth", NOW + 10 * MINUTE, MOST)
    pace, wait = throttled(pace, "fourth", NOW + 70 * MINUTE, MOST, waited=True)

    assert (NOW + 70 * MINUTE, None) == (until, wait)
    assert NOW + 130 * MINUTE == throttled(pace, "fifth", NOW + 71 * MINUTE, MOST)[1]
    assert throttled(pace, "sixth", NOW + 131 * MINUTE, MOST)[1] is None


def test_a_mail_that_is_tried_again_takes_no_second_place() -> None:
    """While the mail service is down, an hour's places must not be used up by tries."""
    pace = mailed(0, 1, 2)

    assert (pace, None) == throttled(pace, "item 1", NOW + 5 * MINUTE, MOST)


def test_one_that_waited_and_is_tried_again_does_not_wait_for_its_own_quiet_hour() -> None:
    """It has its place."""
    pace, _ = throttled(MailThrottle(), "first", NOW, MOST, waited=True)

    assert (pace, None) == throttled(pace, "first", NOW + MINUTE, MOST, waited=True)


def test_a_clock_that_is_turned_back_silences_nobody() -> None:
    """As in the sandbox."""
    pace, _ = throttled(mailed(0, 1, 2), "fourth", NOW, MOST)
    earlier: datetime = NOW - timedelta(days=3)

    assert throttled(pace, "fifth", earlier, MOST)[1] is None


@pytest.mark.parametrize("most", [1, 2, 20])
def test_no_hour_ever_has_more(most: int) -> None:
    """Whatever comes, once a minute, for two days: counted in every hour."""
    pace, gone, waiting = MailThrottle(), [], 0
    for minute in range(2 * 24 * 60):
        now = NOW + minute * MINUTE
        pace, wait = throttled(pace, f"item {minute}", now, most, waited=waiting > 0)
        waiting = 0 if wait is None else waiting + 1
        gone += [now] if wait is None else []

    assert most >= max(sum(begin <= at < begin + 60 * MINUTE for at in gone) for begin in gone)
    assert len(gone) <= most + 2 * 24


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Camille@Example.COM", "camille@example.com"),
        (" anna@bücher.example ", "anna@xn--bcher-kva.example"),
        ("anna@xn--bcher-kva.example", "anna@xn--bcher-kva.example"),
        ("info@faß.example", "info@xn--fa-hia.example"),
        ("info@fass.example", "info@fass.example"),
        ("nobody", "nobody"),
        ("a@..", "a@.."),
    ],
)
def test_a_mailbox_is_found_however_its_address_is_written(address: str, expected: str) -> None:
    """SES tells of addresses in ASCII; people write them as they like."""
    assert expected == mailbox(address)
