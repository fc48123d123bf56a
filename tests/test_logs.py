"""No log line and no output holds a secret, a token that opens something, or what people are called and wrote."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake_fn import log
from intake_fn.adapters.gateway import log_request
from intake_fn.adapters.logs import safe_traceback, set_up
from intake_fn.adapters.signed_links import SignedLinks
from intake_fn.core.errors import Broken, TryLater
from intake_fn.core.redaction import hide, redacted, without_secrets
from intake_fn.ports import Purpose
from tests.fakes import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake_fn.core.process import Process

ADDRESS, NAME, WROTE = "camille.laurent@example.com", "Camille Laurent", "My password is hunter2"
SECRET = "Sup3r-Secret/Token+1234567890=="


@pytest.fixture
def links(process: Process) -> SignedLinks:
    """Real links."""
    url = "https://help.example.com"
    return SignedLinks(base_url=url, site_url=url, secret="s" * 40, limits=process.intake, clock=Clock())


def tokens(links: SignedLinks) -> list[str]:
    """One token of every purpose."""
    return [links.sign(purpose, ADDRESS) for purpose in Purpose]


def test_request_lines_hold_no_tokens_and_no_addresses(lines: Callable[[], str], links: SignedLinks) -> None:
    """Those of the gateway, werkzeug and waitress: paths, queries and where people came from."""
    opens = tokens(links)
    for token in opens:
        for path in ("/status/", "/dev/status/", "/files/", "/desk/sign-in/", "/elsewhere/"):
            environ = {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": f"{path}{token}",
                "QUERY_STRING": f"to={ADDRESS}&uploaded={token}",
                "HTTP_REFERER": f"https://help.example.com{path}{token}",
                "SERVER_PROTOCOL": "HTTP/1.1",
                "REMOTE_ADDR": "192.0.2.1",
                "HTTP_USER_AGENT": "a browser",
            }
            log_request(environ, "500 Internal Server Error", 0.1)
            logging.getLogger("werkzeug").info('%s - - "GET %s%s HTTP/1.1" 500 -', "192.0.2.1", path, token)
            logging.getLogger("waitress").error("Exception while serving %s%s", path, token)
    written = lines()

    assert [] == [token for token in opens if token in written]
    assert ADDRESS not in written
    assert written.count("/desk/sign-in/[token]") >= 3 * len(opens)
    assert written.count("192.0.2.1") == 5 * len(opens)  # werkzeug's, which does not run on Lambda


def test_a_value_begins_no_line(lines: Callable[[], str]) -> None:
    """The path of a request may hold a line end, percent-encoded."""
    log.warning("failed", path="/x\n2026-11-27T13:00:00Z[error]made-up")

    assert 1 == len(lines().splitlines())


def fail(error: Exception) -> None:
    """Raise it from where a requester's data stand in the frame."""
    said = {"name": NAME, "text": WROTE, "email": ADDRESS}
    if said:
        raise error


@pytest.mark.parametrize(
    "error",
    [
        KeyError(NAME),
        ValueError(f"invalid literal: {WROTE!r} of {ADDRESS}"),
        UnicodeEncodeError("ascii", f"{NAME} {WROTE}", 0, 1, WROTE),
        RuntimeError({"name": NAME, "text": WROTE, "email": ADDRESS}),
        OSError(2, "No such file", f"{ADDRESS}/{NAME}"),
    ],
)
def test_tracebacks_say_where_and_not_what(lines: Callable[[], str], error: Exception) -> None:
    """By ours, by logging as Flask does it, and by the chain of a wrapped error."""
    try:
        try:
            fail(error)
        except Exception as inner:
            raise TryLater(f"The table does not answer for {ADDRESS}.") from inner
    except TryLater:
        log.exception("page_failed", to=ADDRESS)
        logging.getLogger("intake_fn.web").exception("Exception on %s [GET]", "/status/abc.def")
    written = lines()

    assert [] == [said for said in (NAME, WROTE, ADDRESS, "hunter2") if said in written]
    assert written.count("tests/test_logs.py") >= 4
    assert written.count(f"{type(error).__name__}\n") >= 2
    assert "TryLater: The table does not answer for [address]." in written


@pytest.mark.parametrize("given", [SECRET, f"{SECRET}\n", f" {SECRET}\r\n"])
def test_a_secret_is_left_out_in_whatever_form_it_is_written(lines: Callable[[], str], given: str) -> None:
    """As it is, quoted, escaped, in an address."""
    hide(given)
    forms = (
        given,
        repr(given),
        f"{given.encode()!r}",
        f"https://x/?t={quote(SECRET, safe='')}",
        f"'{SECRET}'",
    )
    for form in forms:
        logging.getLogger("x").warning("Invalid header value %s", form)
        log.warning("failed", error=form)
    written = lines()

    assert SECRET not in written
    assert quote(SECRET, safe="") not in written
    assert "https://[secret]@mantis.example.com" in without_secrets("https://kim:pw@mantis.example.com")


def test_on_lambda_each_line_is_json_with_what_is_bound(lines: Callable[[], str], links: SignedLinks) -> None:
    """Of our code and of libraries alike, with the id of the call; what is left out keeps no line from being JSON."""
    set_up(as_json=True)
    hide(SECRET)
    token = links.sign(Purpose.STATUS, ADDRESS)
    odd = f'\n{ADDRESS}\t\\{SECRET}\r\n"{ADDRESS}" {NAME}@\u2028 /status/{token}'
    with log.bound(request_id="c6af9ac6-7b61"):
        log.warning("delivery_postponed", to=odd, names={ADDRESS: [odd, 1, None]}, about=links)
        logging.getLogger("botocore").warning("retrying %s", odd)
        try:
            fail(ValueError(WROTE))
        except ValueError:
            log.exception("page_failed")
            logging.getLogger("intake_fn.web").exception("Exception on %s [GET]", f"/status/{token}")
    written = [json.loads(line) for line in lines().splitlines()]

    assert ["delivery_postponed", "page_failed"] == [line["event"] for line in (written[0], written[2])]
    assert ["c6af9ac6-7b61"] * 4 == [line["request_id"] for line in written]
    assert {"level", "timestamp"} <= set.intersection(*map(set, written))
    assert all("tests/test_logs.py" in line["exception"] for line in written[2:])
    assert [] == [said for said in (ADDRESS, SECRET, token, WROTE) if said in lines()]


def test_what_is_no_secret_stays(lines: Callable[[], str]) -> None:
    """A log that says nothing helps nobody."""
    hide("short", "")
    text = (
        "HD-0000-0001#2#3 at 2026-11-23T15:00:00+00:00 in intake_fn/desk/outbox.py, /status/lost, spec/users.md v1.2.3"
    )

    assert text == redacted(text)
    log.info("notice_outlived", item="HD-0000-0001#2#3")
    assert "item=HD-0000-0001#2#3" in lines()


@given(st.text(max_size=300), st.emails())
def test_an_address_is_found_wherever_it_stands(around: str, address: str) -> None:
    """Nothing raises, and no whole address is left; one whose name has odd signs loses its host and the rest."""
    assert f"@{address.rpartition('@')[2]}" not in redacted(f"to {address} {around}")


@pytest.mark.parametrize(
    "written",
    [
        *(
            "kim@ex.co",
            "kim%40ex.co",
            "kim%2540ex.co",
            "kim=40ex.co",
            "kim\\u0040ex.co",
            "kim&#64;ex.co",
            "kim\uff20ex.co",
        ),
        *('"kim x"@ex.co', "kim@[192.0.2.1]", "kim@[IPv6:2001:db8::1]"),
    ],
)
def test_an_address_is_found_however_it_is_written(written: str) -> None:
    """In addresses of pages, in mails, in JSON and HTML, and as nobody should write one."""
    assert "it is [address] now" == redacted(f"it is {written} now")


def test_a_token_is_found_however_its_dots_and_its_place_are_written(links: SignedLinks) -> None:
    """In a query, in another address, behind other signs; one that was long begins with a dot."""
    for token in (*tokens(links), links.sign(Purpose.HELD, "held/" * 100)):
        signature = token.rpartition(".")[2]
        for dotted in (token, token.replace(".", "%2E"), token.replace(".", "%2e"), token.replace(".", "=2E")):
            for text in (f"next=%2Fstatus%2F{dotted}", f"x{dotted}", f"held={dotted}&x=1", f"({dotted})", f"{dotted}."):
                assert signature not in redacted(text)


def test_a_safe_traceback_ends(lines: Callable[[], str]) -> None:
    """Errors that name each other as their cause are told once."""
    del lines
    one, two = Broken("one"), Broken("two")
    one.__cause__, two.__cause__ = two, one

    assert "Broken: two\nthen:\nBroken: one" == safe_traceback(one)
