"""What `specdesk sessions` does with names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake_fn.cli import main
from intake_fn.commands import sessions
from tests.desk.test_story import Room

if TYPE_CHECKING:
    from intake_fn.core.process import Process


@pytest.mark.parametrize("name", ["pual", "paul@example.com"])
def test_a_name_that_nobody_has_is_refused(
    process: Process, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Whoever ends the sessions of a person must not read that nobody is signed in because of a slip."""
    monkeypatch.setattr(sessions, "background_desk", lambda: Room(process).desk)

    assert 1 == main(["sessions", "end", name])
    told = capsys.readouterr().err
    assert f"Nobody is called {name} in support.yml" in told
    assert "paul" in told
    assert 0 == main(["sessions", "end", "paul"])
    assert "Nobody of them is signed in." in capsys.readouterr().out
