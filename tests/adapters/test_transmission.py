"""A mail whose call failed: sent again by itself where it was surely not sent, and never where it may have been.

Against a real server on loopback that drops the connection at every stage, in plain HTTP and in TLS.
"""

from __future__ import annotations

import json
import socket
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake_fn.adapters.aws import client
from intake_fn.adapters.deadline import within
from intake_fn.adapters.ses import SesMailer
from intake_fn.adapters.transmission import Transmission
from intake_fn.core.errors import OutcomeUnknown, SpecdeskError, TryLater, Undeliverable
from intake_fn.core.intents import SendNotice
from tests.adapters import dropping
from tests.adapters.dropping import Dropping, answer
from tests.adapters.test_mailer import MAIL
from tests.desk.test_story import Room, request
from tests.e2e.fault_proxy import item_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from intake_fn.core.process import Process

KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "eu-west-1"}
LARGE = replace(MAIL, text="x" * 8_000_000)
"""More than two sockets hold."""

HTML = b"<html><body>502 Bad Gateway</body></html>"
BUSY = json.dumps({"__type": "TooManyRequestsException", "message": "slow down"}).encode()
THROTTLED = json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"}).encode()
ILLEGAL = json.dumps({"__type": "BadRequestException", "message": "Illegal address"}).encode()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of our server."""
    return dropping.certificate(tmp_path_factory.mktemp("tls"))


def mailer_at(url: str, process: Process, read_seconds: float = 1) -> Iterator[SesMailer]:
    """A mailer whose SES is there, made as wiring.py makes it."""
    with closing(client("sesv2", {**KEYS, "AWS_ENDPOINT_URL": url}, read_seconds=read_seconds, attempts=1)) as ses:
        yield SesMailer(lambda: ses, process.mail)


pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"
)
"""The client leaves a TLS socket whose peer broke off to the garbage collector, which may warn in a later test."""

STAGES = [
    (dropping.ACCEPTED, TryLater),
    (dropping.BEGUN, TryLater),
    (dropping.HEADERS, TryLater),
    (dropping.HALF, TryLater),
    (dropping.BODY, OutcomeUnknown),
    (dropping.HALF_AN_ANSWER, OutcomeUnknown),
    (dropping.SILENT, OutcomeUnknown),
    (answer(200, HTML, "text/html"), OutcomeUnknown),
    (answer(200, b"{}"), OutcomeUnknown),
    (answer(502, HTML, "text/html"), OutcomeUnknown),
    (answer(504, b"{}"), OutcomeUnknown),
    (answer(503, HTML, "text/html"), TryLater),
    (answer(503, b""), TryLater),
    (answer(429, BUSY), TryLater),
    (answer(400, THROTTLED), TryLater),
    (answer(400, ILLEGAL), Undeliverable),
    (b"HTTP/1.1 ", OutcomeUnknown),
    (b"\0\0\0 no HTTP at all\r\n\r\n", OutcomeUnknown),
]


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize(("stage", "expected"), STAGES)
def test_a_mail_that_ses_did_not_get_whole_was_not_sent(
    process: Process,
    monkeypatch: pytest.MonkeyPatch,
    certificate: Path,
    stage: str | bytes,
    expected: type[SpecdeskError],
    *,
    secure: bool,
    reset: bool,
) -> None:
    """Wherever the connection broke; and what SES had whole may have been sent, whatever came back."""
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    with Dropping(stage, certificate=certificate if secure else None, reset=reset) as server:
        for mailer in mailer_at(server.url, process):
            with pytest.raises(expected) as raised:
                mailer.send(MAIL)

    assert expected is raised.type
    assert (0 if expected is TryLater and isinstance(stage, str) else 1) == len(server.had)
    assert server.calls == 1


def test_a_connection_that_breaks_in_the_handshake_has_sent_nothing(process: Process, certificate: Path) -> None:
    """And so has one to a server whose certificate nobody vouches for."""
    with Dropping(dropping.HANDSHAKE, certificate=certificate) as server:
        for mailer in mailer_at(server.url, process):
            for _ in range(2):
                with pytest.raises(TryLater):
                    mailer.send(MAIL)

    assert [] == server.had


def test_where_nobody_listens_or_no_host_is_found_nothing_was_sent(process: Process) -> None:
    """Connecting, and looking the name up."""
    with socket.create_server((dropping.HOST, 0)) as closed:
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
    for url in (nobody, "http://no-such-host.invalid"):
        for mailer in mailer_at(url, process):
            with pytest.raises(TryLater):
                mailer.send(MAIL)


def test_a_server_that_reads_nothing_of_a_large_mail_has_not_had_it(process: Process) -> None:
    """Our side waits to hand it over until the time is up."""
    with Dropping(dropping.DEAF) as server:
        for mailer in mailer_at(server.url, process, 0.5):
            with pytest.raises(TryLater):
                mailer.send(LARGE)


def test_a_connection_that_went_while_it_was_kept_has_sent_nothing(process: Process) -> None:
    """As after a function slept: SES has closed what the pool still holds, or a router between has forgotten it."""
    taken = answer(200, dropping.TAKEN).replace(b"close", b"keep-alive")
    with Dropping(taken, times=1) as server:
        for mailer in mailer_at(server.url, process):
            assert "1" == mailer.send(MAIL)
            assert server.closed.wait(5)
            assert "1" == mailer.send(MAIL)  # told by a close: another connection is made
            assert [MAIL.to] * 2 == [json.loads(body)["Destination"]["ToAddresses"][0] for body in server.had]


@pytest.mark.parametrize("stage", [dropping.ACCEPTED, dropping.HEADERS, dropping.HALF, answer(503, b"")])
def test_what_was_not_sent_is_sent_by_the_next_tries(process: Process, stage: str | bytes) -> None:
    """The outbox waits its time and tries again: the requester gets each mail once, and no person has to look."""
    room = Room(process)
    with Dropping(stage, times=3) as server:
        for mailer in mailer_at(server.url, process):
            room.desk = replace(room.desk, mailer=mailer)
            case = room.desk.take_in(request(), "once")
            owed = [item for item in room.store.items_of(case.id) if isinstance(item.intent, SendNotice)]
            for _ in range(8):
                room.clock.advance(minutes=20)
                room.desk.sweep()
    sent = [item_of(body) for body in (server.had[3:] if isinstance(stage, bytes) else server.had)]

    assert owed
    assert not any(item.dead_lettered for item in owed)
    assert sorted(item.id for item in owed) == sorted(item for item in sent if item in {one.id for one in owed})
    assert [] == [item for item in room.store.items_of(case.id) if isinstance(item.intent, SendNotice)]


def test_each_attempt_is_counted_from_its_beginning() -> None:
    """What an earlier attempt transmitted says nothing of the next."""
    transmission = Transmission(sleep=lambda _: None)
    assert [b"a", b"b", b"c"] == list(transmission.body(b"abc"))
    first_attempt = transmission.complete
    parts = iter(transmission.body(b"abc"))
    next(parts)

    assert (True, False) == (first_attempt, transmission.complete)


def test_no_mail_is_begun_without_time_for_its_answer(process: Process) -> None:
    """Cut short, it would be one of which nobody knows; so it is left to the sweep, which has the time."""
    with Dropping(answer(200, dropping.TAKEN)) as server:
        for mailer in mailer_at(server.url, process):
            with within(3.5), pytest.raises(TryLater):
                mailer.send(MAIL)
            with within(8):
                assert "1" == mailer.send(MAIL)

    assert 1 == server.calls
