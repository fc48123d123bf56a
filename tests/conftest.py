"""What several folders of tests share: the process of support.yml and one local AWS for the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.process_file import parse
from sandbox.aws import LocalAws

if TYPE_CHECKING:
    from collections.abc import Iterator

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
