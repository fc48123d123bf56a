"""The real application with a desk made of fakes and a small real spec."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake_fn.core.process import Process
from intake_fn.core.process_file import parse

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def process() -> Process:
    """The process of support.yml."""
    return parse((ROOT / "support.yml").read_text(encoding="utf-8"))
