"""Whatever bytes come, each mail comes to a named end (R1, R2). `make soak` sends 20,000."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.desk.mail_fuzz import Fuzz

if TYPE_CHECKING:
    from intake_fn.core.process import Process


def test_any_bytes_come_to_an_end(process: Process) -> None:
    """No error that nobody caught, nothing that waits, and each delivered twice without more."""
    fuzz = Fuzz(process)
    fuzz.run(200, 15)

    assert len(fuzz.ends) >= 3, fuzz.ends
