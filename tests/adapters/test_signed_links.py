"""What every maker of links keeps to, held against the fake and against the signed ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from intake_fn.adapters.signed_links import SignedLinks
from intake_fn.core.errors import Broken, Expired, Unknown
from intake_fn.core.request import Attachment
from intake_fn.ports import LEEWAY, Purpose
from tests.fakes import AGES, Clock, PlainLinks

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from intake_fn.ports import Links

SECRET = "0123456789abcdef" * 4
BASE = "https://help.example.com"


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def signed(process: Process, clock: Clock) -> SignedLinks:
    """The real links."""
    return SignedLinks(base_url=BASE, site_url=BASE, secret=SECRET, limits=process.intake, clock=clock)


@pytest.fixture(params=["plain", "signed"])
def links(request: pytest.FixtureRequest, clock: Clock, signed: SignedLinks) -> Links:
    """The fake, then the real one."""
    return PlainLinks(clock, BASE) if request.param == "plain" else signed


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("text", ["HD-1", "HD-1/ab/cd", "paul@example.com", '{"name":"écran 🚢.png"}', ""])
def test_a_token_gives_its_text_back(links: Links, purpose: Purpose, text: str) -> None:
    """Any text, and the token needs no quoting in an address."""
    token = links.sign(purpose, text)

    assert links.verify(purpose, token) == text
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_opens_nothing_else(links: Links, purpose: Purpose) -> None:
    """A status link must not sign anybody in."""
    token = links.sign(purpose, "paul@example.com")

    for other in set(Purpose) - {purpose}:
        with pytest.raises(Unknown):
            links.verify(other, token)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_is_good_until_its_age_and_no_second_longer(links: Links, clock: Clock, purpose: Purpose) -> None:
    """Its age is that of support.yml for its purpose; the error says that it was good once."""
    token = links.sign(purpose, "x")
    made = clock.at

    clock.at = made + AGES[purpose]
    assert links.verify(purpose, token) == "x"

    clock.at = made + AGES[purpose] + timedelta(seconds=1)
    with pytest.raises(Expired, match="too old"):
        links.verify(purpose, token)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_damaged_token_is_unknown(links: Links, purpose: Purpose) -> None:
    """Cut off by a mail program, mistyped, made up: a message, never an error page."""
    token = links.sign(purpose, "HD-1")
    swapped = ("A" if token[0] != "A" else "B") + token[1:]

    for damaged in (token[:-1], token[1:], swapped, token + "x", "", "x", "a.b.c", "é", "\0", "." * 9999):
        with pytest.raises(Unknown, match="link"):
            links.verify(purpose, damaged)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_is_written_in_one_way(links: Links, purpose: Purpose) -> None:
    """Base64 has other texts for the same bytes, and takes padding: they would be other tokens that open the same."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for text in ("paul@example.com", "HD-1", "x"):
        token = links.sign(purpose, text)
        others = {token[:-1] + letter for letter in letters} - {token}
        for other in (*others, f"{token}=", f"{token}==", f"{token}\n", f" {token}", f"{token}%3D", f"{token}."):
            with pytest.raises(Unknown):
                links.verify(purpose, other)


def test_two_links_to_sign_in_of_one_second_are_two(links: Links) -> None:
    """Each is good once, so using one must not use up the other."""
    first, second = (links.sign(Purpose.SIGN_IN, "paul@example.com") for _ in range(2))

    assert first != second
    assert ["paul@example.com"] * 2 == [links.verify(Purpose.SIGN_IN, token) for token in (first, second)]


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_of_a_clock_that_is_a_little_ahead_is_good(links: Links, clock: Clock, purpose: Purpose) -> None:
    """Two machines never have quite the same time; of one that is far ahead nobody knows when it ends."""
    token = links.sign(purpose, "x")
    made = clock.at
    clock.at = made - LEEWAY
    assert "x" == links.verify(purpose, token)

    clock.at = made - LEEWAY - timedelta(seconds=1)
    with pytest.raises(Expired):
        links.verify(purpose, token)


def test_addresses_are_absolute_and_lead_to_our_pages(links: Links) -> None:
    """They stand in mails and in Mantis, where there is nothing to be relative to."""
    attachment = Attachment("ab/cd", "écran.png", "image/png", 1, "00")

    def token(address: str, before: str) -> str:
        assert address.startswith(f"{BASE}{before}")
        return address.removeprefix(f"{BASE}{before}")

    assert links.verify(Purpose.STATUS, token(links.status("HD-1"), "/status/")) == "HD-1"
    assert links.verify(Purpose.FILE, token(links.file("HD-1", attachment), "/files/")) == "HD-1/ab/cd"
    assert links.verify(Purpose.SIGN_IN, token(links.sign_in("p@example.com"), "/desk/sign-in/")) == "p@example.com"
    assert links.desk("HD-1") == f"{BASE}/desk/requests/HD-1"
    assert links.clause("shipments/#numbers") == f"{BASE}/spec/shipments/#numbers"


def test_the_ages_are_those_of_support_yml(process: Process) -> None:
    """The fake's ages are the instance's, so the contract above holds the real ones."""
    assert AGES[Purpose.STATUS] == AGES[Purpose.FILE] == timedelta(days=process.intake.status_link_days)
    assert AGES[Purpose.SIGN_IN] == timedelta(minutes=process.intake.sign_in_minutes)


def test_another_secret_opens_nothing(signed: SignedLinks) -> None:
    """Changing the key ends all links, and nobody makes one without it."""
    token = replace(signed, secret="f" * 64).sign(Purpose.SIGN_IN, "paul@example.com")

    with pytest.raises(Unknown):
        signed.verify(Purpose.SIGN_IN, token)


def test_a_secret_that_could_be_guessed_is_refused_at_once(signed: SignedLinks) -> None:
    """At the start, with the way to make a good one; the message does not show it."""
    with pytest.raises(Broken, match="token_hex") as refused:
        replace(signed, secret="short-secret")

    assert "short-secret" not in str(refused.value)
    assert SECRET not in repr(signed)


def test_a_former_secret_opens_and_signs_nothing(signed: SignedLinks) -> None:
    """While the secret is rotated, links of both are good; once the former one has left, its links are not."""
    fresh = replace(signed, secret="f" * 64)
    both = replace(fresh, former=(SECRET,))
    old, new = signed.sign(Purpose.STATUS, "HD-1"), both.sign(Purpose.STATUS, "HD-1")

    assert ["HD-1", "HD-1"] == [both.verify(Purpose.STATUS, token) for token in (old, new)]
    assert "HD-1" == fresh.verify(Purpose.STATUS, new)
    for links, token in ((fresh, old), (signed, new)):
        with pytest.raises(Unknown):
            links.verify(Purpose.STATUS, token)


def test_a_mail_token_of_a_former_secret_finds_its_request(signed: SignedLinks) -> None:
    """As long as the secret is known."""
    fresh = replace(signed, secret="f" * 64)
    both, number = replace(fresh, former=(SECRET,)), "HD-0000-0001"
    old, new = signed.mail_token(number), both.mail_token(number)

    assert [number, number] == [both.case_of_mail_token(token) for token in (old, new)]
    assert new == fresh.mail_token(number)
    with pytest.raises(Unknown):
        fresh.case_of_mail_token(old)


def test_no_former_secret_may_be_guessed(signed: SignedLinks) -> None:
    """It opens as much as the present one."""
    with pytest.raises(Broken, match="has 5 characters"):
        replace(signed, former=("short",))
