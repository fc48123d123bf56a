"""The whole application, and a real browser. Where there is no Chromium the run says so in its last lines."""

from __future__ import annotations

import io
import logging
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from intake_fn.adapters.gateway import log_request
from intake_fn.adapters.logs import write_to
from sandbox.stack import Ports, Sandbox
from tests.kept_vectors import with_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page


@dataclass
class Log:
    """All that is logged during the browser tests, request lines as on Lambda among it, and what browsers asked for."""

    stream: io.StringIO = field(default_factory=io.StringIO)
    urls: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Let all lines come here; commands that tests run have them go elsewhere."""
        write_to(self.stream)

    def requested(self, url: str, referer: str) -> None:
        """Write the line that the gateway writes of a request."""
        self.urls.append(url)
        parts = urlsplit(url)
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "HTTP_REFERER": referer,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_USER_AGENT": "a browser",
        }
        log_request(environ, "200 OK", 0.1)

    def leaks(self, sandbox: Sandbox) -> list[str]:
        """Every token and every address of the run that stands in the log."""
        mails = sandbox.aws.mails()
        tokens = {found for url in self.urls for found in TOKEN.findall(url)}
        tokens |= {found for mail in mails for found in TOKEN.findall(mail["text"])}
        addresses = {mail["to"] for mail in mails} | {
            one.address for one in sandbox.application.process.people.values()
        }
        written = self.stream.getvalue()
        return sorted(each for each in tokens | addresses if each in written)


TOKEN = re.compile(r"/(?:status|copies|files|desk/sign-in)/([\w.-]{30,})")


@pytest.fixture(scope="session")
def log() -> Iterator[Log]:
    """The log of the run."""
    kept = Log()
    handler = logging.StreamHandler(kept.stream)
    root = logging.getLogger()
    root.addHandler(handler)
    yield kept
    root.removeHandler(handler)
    write_to(None)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory, log: Log) -> Iterator[Sandbox]:
    """The running sandbox on free ports, with a state of its own. The run fails if its log holds a token or address."""
    folder = tmp_path_factory.mktemp("sandbox")
    with Sandbox(Ports(0, 0, 0), build=with_vectors(folder / "build"), state=folder / "state") as running:
        log.listen()
        yield running
        assert [] == log.leaks(running), "stand in the log of the browser tests"


@pytest.fixture
def page(browser: Browser, sandbox: Sandbox, log: Log) -> Iterator[Page]:
    """A fresh desktop-sized page; a request to any other host, or a script error, fails the test."""
    log.listen()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    strangers: list[str] = []
    errors: list[str] = []
    ours = (sandbox.url, sandbox.mantis_url, sandbox.aws.url, "data:", "about:", "blob:")
    opened.on("request", lambda request: None if request.url.startswith(ours) else strangers.append(request.url))
    opened.on("request", lambda request: log.requested(request.url, request.headers.get("referer", "")))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()

    assert strangers == []
    assert errors == []


@pytest.fixture
def screens(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where screenshots go: the folder that SCREENS names, for people who want to look; else nowhere lasting."""
    del request
    folder = os.environ.get("SCREENS")
    return tmp_path.__class__(folder) if folder else tmp_path
