"""With `judge.shadow` the built-in judge acts, and the language model of the settings speaks beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake_fn.desk import built_in
from intake_fn.settings import ROOT
from intake_fn.wiring import Application
from tests.test_secrets import SETTINGS

if TYPE_CHECKING:
    from pathlib import Path

MODEL = {
    "SPECDESK_JUDGE": "bedrock",
    "SPECDESK_BEDROCK_MODEL": "some.model:0",
    "SPECDESK_BEDROCK_DAILY_LIMIT": "1",
    "SPECDESK_BEDROCK_PRICE_IN": "3",
    "SPECDESK_BEDROCK_PRICE_OUT": "15",
}


@pytest.mark.parametrize(
    ("shadow", "model", "acts", "speaks"),
    [
        ("true", MODEL, False, True),
        ("true", {"SPECDESK_JUDGE": "builtin"}, False, False),
        ("false", MODEL, True, False),
        ("false", {"SPECDESK_JUDGE": "builtin"}, False, False),
    ],
)
def test_who_acts_and_who_is_in_the_shadow(
    tmp_path: Path, shadow: str, model: dict[str, str], *, acts: bool, speaks: bool
) -> None:
    """Without a model nobody is in the shadow; without the setting the model acts."""
    support = tmp_path / "support.yml"
    text = (ROOT / "support.yml").read_text(encoding="utf-8")
    support.write_text(text.replace("shadow: false", f"shadow: {shadow}"), encoding="utf-8")
    desk = Application.from_environ({**SETTINGS, **model, "SPECDESK_PROCESS": str(support)}).desk

    assert (acts, speaks) == (desk.judge is not built_in, desk.shadow is not None)
