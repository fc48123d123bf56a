"""What several folders of tests share: the process of support.yml and one local AWS for the run."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog

from intake_fn.adapters.logs import set_up
from intake_fn.core import redaction
from intake_fn.core.process_file import parse
from sandbox.aws import LocalAws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from intake_fn.core.process import Process

SUPPORT = Path(__file__).parents[1] / "support.yml"


@pytest.fixture(scope="session")
def process() -> Process:
    """The process of support.yml."""
    return parse(SUPPORT.read_text(encoding="utf-8"), SUPPORT.name)


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """A local AWS on a free port that keeps nothing; tests mark themselves `aws` and name tables of their own."""
    with LocalAws() as running:
        yield running


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Everything that is logged from here on, by structlog and by logging, as it is written."""
    monkeypatch.setattr(redaction, "_secrets", frozenset())
    before, factory = structlog.get_config(), logging.getLogRecordFactory()
    stream = io.StringIO()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(stream))
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
    structlog.configure(**before)
