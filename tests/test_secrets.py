"""No secret of the settings is ever printed or logged, whatever fails: forced failures, and all output searched."""

from __future__ import annotations

import base64
import http.server
import json
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from intake_fn.adapters import parameter_store
from intake_fn.cli import main
from intake_fn.core.errors import Broken, OutcomeUnknown, TryLater
from intake_fn.settings import Settings, secrets_of
from intake_fn.wiring import Application

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "f00dfeed" * 8
TOKEN = "mantis-TOKEN-0123456789abcdefghij"
ADMIN = "admin-TOKEN-0123456789abcdefghijk"
LLM_KEY = "llm-KEY-0123456789abcdefghijklmn"
AWS_SECRET = "aws/SECRET+0123456789abcdefghijklmnopqr"
AWS_TOKEN = "aws-SESSION-0123456789abcdefghijklmnop"
SECRETS = {
    "SPECDESK_SECRET_KEY": KEY,
    "SPECDESK_MANTIS_TOKEN": TOKEN,
    "SPECDESK_MANTIS_ADMIN_TOKEN": ADMIN,
    "SPECDESK_LLM_KEY": LLM_KEY,
    "AWS_SECRET_ACCESS_KEY": AWS_SECRET,
    "AWS_SESSION_TOKEN": AWS_TOKEN,
}
NOBODY = "http://127.0.0.1:9"
SETTINGS = {
    **SECRETS,
    "SPECDESK_TABLE": "specdesk",
    "SPECDESK_BUCKET": "specdesk-files",
    "SPECDESK_MANTIS_URL": NOBODY,
    "SPECDESK_BASE_URL": "https://help.example.com",
    "AWS_ENDPOINT_URL": NOBODY,
    "SPECDESK_JUDGE": "openai",
    "SPECDESK_LLM_URL": f"{NOBODY}/v1",
    "SPECDESK_LLM_MODEL": "some-model",
    "SPECDESK_LLM_DAILY_LIMIT": "1",
    "SPECDESK_LLM_PRICE_IN": "1",
    "SPECDESK_LLM_PRICE_OUT": "1",
    "AWS_ACCESS_KEY_ID": "AKIA0123456789ABCDEF",
    "AWS_DEFAULT_REGION": "eu-west-1",
}
COMMANDS = (["doctor", "--json"], ["ledger"], ["outbox", "list"], ["provision"])


class Echo(http.server.BaseHTTPRequestHandler):
    """A server in the way that answers everything with what it was sent, headers and all, as a debugging proxy does."""

    def _echo(self) -> None:
        body = f"<html>500 Internal Server Error\n{self.headers}".encode()
        self.send_response(500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _echo  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    """The address of such a server."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lines: Callable[[], str]
) -> Callable[..., str]:
    """Runs a command with changed settings; everything that it printed and logged. It ends with a status, always."""

    def call(arguments: list[str], **changed: str) -> str:
        for name, value in {**SETTINGS, **changed}.items():
            monkeypatch.setenv(name, value)
        status = main(arguments)
        said = capsys.readouterr()
        assert status in (0, 1)
        return said.out + said.err + lines()

    return call


def forms(secret: str) -> set[str]:
    """How a secret may be written."""
    escaped = {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret, safe="")}
    return {*escaped, base64.b64encode(secret.encode()).decode()}


def assert_nothing_told(printed: str) -> None:
    """Neither a secret nor a traceback that could hold one."""
    assert [] == [name for name, secret in SECRETS.items() for form in forms(secret) if form in printed]
    assert "Traceback (most recent call last)" not in printed


SPOILT = ("\n", "\r\n", " ", "\x01", "é", "\u2028", "\ufeff", "\udcff")
"""What files, consoles and clipboards put behind a secret; the last is a byte that is no UTF-8, as Python reads it."""


@pytest.mark.parametrize("spoilt", SPOILT, ids=ascii)
@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_with_something_behind_it_is_not_printed(run: Callable[..., str], name: str, spoilt: str) -> None:
    """Spaces and line ends are taken off; anything else is told by the name of the setting alone."""
    printed = run(["doctor"], **{name: f"{SECRETS[name]}{spoilt}"})

    assert_nothing_told(printed)
    if name.startswith("SPECDESK_") and name != "SPECDESK_MANTIS_ADMIN_TOKEN" and spoilt.strip():
        assert f"{name} holds a space, a line end or another character" in printed


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("trouble", ["nobody answers", "answers echo", "index", "short key", "url"])
def test_no_command_prints_a_secret_in_an_outage(
    run: Callable[..., str], echo: str, command: list[str], trouble: str
) -> None:
    """Nobody answers; somebody answers with what was sent; the settings are wrong in other ways."""
    changed = {
        "nobody answers": {},
        "answers echo": {"SPECDESK_MANTIS_URL": echo, "AWS_ENDPOINT_URL": echo, "SPECDESK_LLM_URL": echo},
        "index": {"SPECDESK_INDEX": "/nowhere", "SPECDESK_PROCESS": "/nowhere"},
        "short key": {"SPECDESK_SECRET_KEY": KEY[:20]},
        "url": {"SPECDESK_MANTIS_URL": f"https://kim:{TOKEN}@127.0.0.1:9"},
    }[trouble]

    assert_nothing_told(run(command, **changed))


@pytest.mark.parametrize("part", ["client", "mantis", "process", "spec", "links"])
@pytest.mark.parametrize(
    "kind", [ValueError, KeyError, OSError, TryLater, Broken, OutcomeUnknown], ids=lambda kind: kind.__name__
)
def test_no_error_prints_the_secret_in_its_text(
    run: Callable[..., str], monkeypatch: pytest.MonkeyPatch, part: str, kind: type[Exception]
) -> None:
    """Whatever part of the application raises whatever: libraries put what they were given into their errors."""

    def fail(*_: Any, **__: Any) -> Any:
        raise kind(f"Invalid header value {TOKEN + chr(10)!r} {KEY} {AWS_SECRET!r} {AWS_TOKEN}")

    monkeypatch.setattr(Application, part, property(fail) if part in ("process", "spec", "links") else fail)
    for command in (["doctor"], ["sweep"]):
        assert_nothing_told(run(command))


def test_line_ends_behind_secrets_are_taken_off() -> None:
    """As `echo` and editors put them there; the key signs the same links, the token is the same account's."""
    settings = Settings.from_environ(
        {**SETTINGS, "SPECDESK_SECRET_KEY": f"{KEY}\n", "SPECDESK_MANTIS_TOKEN": f" {TOKEN}\r\n"}
    )

    assert (KEY, TOKEN) == (settings.secret_key, settings.mantis_token)


def test_a_secret_from_the_parameter_store_is_stripped_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """`put-parameter --value file://token` keeps the file's line end; one in the middle is told, without the token."""

    def stored(value: str) -> Application:
        given = {
            **SETTINGS,
            "SPECDESK_PARAMETERS": "/specdesk\n",
            "SPECDESK_MANTIS_TOKEN": "",
            "SPECDESK_SECRET_KEY": "",
        }

        monkeypatch.setattr(parameter_store, "secret_parameter", lambda *_: value)
        return Application.from_environ(given)

    assert TOKEN == stored(f"{TOKEN}\n").mantis(1).token
    with pytest.raises(Broken, match="/specdesk/mantis-token holds a space, a line end") as refused:
        stored(f"{TOKEN[:9]}\n{TOKEN[9:]}").mantis(1)
    assert TOKEN[:9] not in str(refused.value)


def test_the_desk_is_made_without_the_token_of_mantis(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage that lacks the token receives requests all the same: the receipt never depends on Mantis."""

    def missing(_: object, path: str) -> str:
        raise Broken(f"The Parameter Store does not give {path}: ParameterNotFound.")

    monkeypatch.setattr(parameter_store, "secret_parameter", missing)
    given = {**SETTINGS, "SPECDESK_PARAMETERS": "/specdesk", "SPECDESK_MANTIS_TOKEN": "", "SPECDESK_JUDGE": "builtin"}
    tracker: Any = Application.from_environ(given).desk.tracker

    with pytest.raises(Broken, match="/specdesk/mantis-token"):
        _ = tracker.http


@pytest.mark.parametrize(
    ("given", "says"),
    [(f'"{TOKEN}"', "stands in quotation marks"), (f"Bearer {TOKEN}", "begins with the name of a scheme")],
)
def test_a_secret_with_something_around_it_is_told(given: str, says: str) -> None:
    """As it is copied from a file of settings, or from the header of a call."""
    with pytest.raises(Broken, match=f"mantis-token {says}") as refused:
        secrets_of(given, "/specdesk/mantis-token")

    assert TOKEN not in str(refused.value)
