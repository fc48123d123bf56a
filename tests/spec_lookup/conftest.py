"""What all tests of the library share: the vectors of the sample spec."""

from __future__ import annotations

import pytest

from tests.kept_vectors import remember


@pytest.fixture(scope="session", autouse=True)
def kept_vectors() -> None:
    """No text of the sample spec is embedded again by each file of tests."""
    remember()
