"""What several folders of tests share: the process of support.yml, one local AWS and one browser for the run."""

from __future__ import annotations

import gc
import io
import logging
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from hypothesis import settings

from intake_fn.adapters.logs import set_up, write_to
from intake_fn.core import redaction
from intake_fn.core.process_file import parse
from sandbox.aws import LocalAws
from tests.compiled import CompiledTemplates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from intake_fn.core.process import Process

SUPPORT = Path(__file__).parents[1] / "support.yml"
INSTALL = "Install it and run `make test` again: on Debian `apt-get install chromium`; or set CHROMIUM to a browser."

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


settings.register_profile("by count", settings(), deadline=None)
settings.load_profile("by count")
"""No time for each example: workers share the cores. What has to be quick is measured in the thread's own time."""

SLOW = {
    "e2e": ("change", "kills", "accessibility", "running", "one_request", "recorded_readings", "doctor", "frozen"),
    "web": ("removed_names", "contract", "hostile_input", "pseudo_locale"),
    "spec_lookup": ("kept_readings", "router", "held", "qualify", "regression", "openai", "same"),
    "": ("secrets", "growth", "drift_command", "entry"),
    "desk": ("offboarding_machine", "duplicates", "reconciliation", "machine"),
    "adapters": ("old_table", "dynamodb", "transmission", "mail_headers"),
}
"""The files that take longest, by folder. They run first, and small ones last, so that no worker is left alone."""
SMALL = ("wiki", "core")


def _turn(item: pytest.Item) -> tuple[int, int, int]:
    """When a file's tests run: of the slow ones one of each folder after the other, then the rest."""
    folder, name = item.path.parent.name.removeprefix("tests"), item.path.stem.removeprefix("test_")
    slow = SLOW.get(folder, ())
    if name in slow:
        return 0, 0 if folder == "e2e" else 1, slow.index(name)
    return (1, 0, 0) if folder == "e2e" else (3, SMALL.index(folder), 0) if folder in SMALL else (2, 0, 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow files first; `make test` hands them out in this order."""
    items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the garbage collector, a sixth of the time, need not look through it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker more than there are cores: browsers, servers and time-outs are waited for."""
    del config
    return (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def compiled_templates() -> Iterator[None]:
    """Templates are compiled once for all applications of the run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": CompiledTemplates()})
        yield


@pytest.fixture(scope="session")
def process() -> Process:
    """The process of support.yml."""
    return parse(SUPPORT.read_text(encoding="utf-8"), SUPPORT.name)


def chromium() -> str | None:
    """Where the system's Chromium is: CHROMIUM, or the usual names."""
    found = (shutil.which(name) for name in (os.environ.get("CHROMIUM", ""), *NAMES, MAC) if name)
    return next(filter(None, found), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a screen."""
    path = chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(f"No Chromium was found, and nothing is skipped in CI. {INSTALL}")
        pytest.skip("no Chromium was found")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not for tests without a browser

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """A local AWS on a free port that keeps nothing; tests mark themselves `aws` and name tables of their own."""
    with LocalAws() as running:
        yield running


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Everything that is logged from here on, by our log and by logging, as it is written."""
    monkeypatch.setattr(redaction, "_secrets", frozenset())
    factory, stream = logging.getLogRecordFactory(), io.StringIO()
    before = write_to(stream)
    set_up()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream.getvalue
    root.removeHandler(handler)
    root.setLevel(level)
    logging.setLogRecordFactory(factory)
    write_to(before)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say in the very last lines how many browser tests did not run, and what to do about it."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    skipped = [report for report in reporter.stats.get("skipped", []) if "browser" in report.keywords]
    if skipped:
        reporter.line(f"\n{len(skipped)} browser tests did not run: no Chromium was found. {INSTALL}", yellow=True)
