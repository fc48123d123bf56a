"""The arguments of `python -m sandbox.demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox import demo

if TYPE_CHECKING:
    from pathlib import Path


def test_help_says_what_the_demo_does(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It sends nothing."""
    monkeypatch.setattr("sys.argv", ["demo", "--help"])
    with pytest.raises(SystemExit) as ended:
        demo.main()

    assert 0 == ended.value.code
    assert "one as JSON on each line" in capsys.readouterr().out


@pytest.mark.parametrize("text", [None, "no JSON"])
def test_a_file_that_cannot_be_read_is_named(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is sent of it."""
    path = tmp_path / "requests.jsonl"
    if text:
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["demo", str(path)])

    assert 1 == demo.main()
    assert f"demo: {path} cannot be read" in capsys.readouterr().err
