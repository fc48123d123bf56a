"""The whole house, and a real browser. Where there is no Chromium the run says so in its last lines."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from sandbox.house import Ports, SandboxHouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
INSTALL = "Install it and run `make test` again: on Debian `apt-get install chromium`; or set CHROMIUM to a browser."


def chromium() -> str | None:
    """Where the system's Chromium is: CHROMIUM, or the usual names."""
    found = (shutil.which(name) for name in (os.environ.get("CHROMIUM", ""), *NAMES, MAC) if name)
    return next(filter(None, found), None)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxHouse]:
    """The running house on free ports, with a state of its own."""
    folder = tmp_path_factory.mktemp("house")
    with SandboxHouse(Ports(0, 0, 0), build=folder / "build", state=folder / "state") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a screen."""
    path = chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(f"No Chromium was found, and nothing is skipped in CI. {INSTALL}")
        pytest.skip("no Chromium was found")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, house: SandboxHouse) -> Iterator[Page]:
    """A fresh desktop-sized page; a request to any other host, or a script error, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    strangers: list[str] = []
    errors: list[str] = []
    ours = (house.url, house.mantis_url, house.aws.url, "data:", "about:", "blob:")
    opened.on("request", lambda request: None if request.url.startswith(ours) else strangers.append(request.url))
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


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say in the very last lines how many browser tests did not run, and what to do about it."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    skipped = [report for report in reporter.stats.get("skipped", []) if "browser" in report.keywords]
    if skipped:
        reporter.line(f"\n{len(skipped)} browser tests did not run: no Chromium was found. {INSTALL}", yellow=True)
