"""When a language model may act: the rule, and the record that it reads."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from spec_lookup import InputBroken
from spec_lookup.llm import prompt as prompts
from spec_lookup.llm.qualification import (
    Figures,
    QualificationRecord,
    may_act,
    prompts_version,
    read_record,
    write_record,
)

if TYPE_CHECKING:
    from pathlib import Path

JUDGE = "openai:some-model"
PASSED = QualificationRecord(
    judge=JUDGE,
    prompts="p1",
    engine="e",
    at="2026-11-26T12:00:00+00:00",
    pairs=60,
    pairs_right=57,
    total=Figures(cases=270, decided=250, wrong=5),
    categories={"bug": Figures(100, 99, 1)},
)


@pytest.mark.parametrize(
    ("record", "acts"),
    [
        pytest.param(PASSED, True, id="exactly at both thresholds"),
        pytest.param(None, False, id="no record"),
        pytest.param(replace(PASSED, pairs_right=56), False, id="a pair too few"),
        pytest.param(replace(PASSED, total=Figures(270, 250, 6)), False, id="a wrong one too many"),
        pytest.param(replace(PASSED, pairs=59, pairs_right=59), False, id="a first look"),
        pytest.param(replace(PASSED, judge="openai:another"), False, id="another model"),
        pytest.param(replace(PASSED, judge="bedrock:some-model"), False, id="the same model elsewhere"),
        pytest.param(replace(PASSED, prompts="p0"), False, id="other prompts"),
        pytest.param(replace(PASSED, pairs_right=0, total=Figures(270, 0, 0)), False, id="nothing decided"),
    ],
)
def test_who_may_act(record: QualificationRecord | None, acts: bool) -> None:
    """This model, these prompts, enough pairs, hardly anything wrong."""
    assert acts is may_act(record, JUDGE, "p1")


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    """And there is none before."""
    path = tmp_path / "folder" / "qualification.json"
    assert read_record(path) is None
    write_record(path, PASSED)

    assert PASSED == read_record(path)
    assert json.loads(path.read_text(encoding="utf-8"))["passed"] is True


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"passed": true}', "\x00"])
def test_a_file_that_is_no_record_is_told(tmp_path: Path, text: str) -> None:
    """Nobody acts because a file says "passed"."""
    path = tmp_path / "qualification.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputBroken, match="qualify-judge"):
        read_record(path)


def test_a_record_with_passed_written_into_it_is_reckoned_anew(tmp_path: Path) -> None:
    """The figures decide."""
    path = tmp_path / "qualification.json"
    failed = replace(PASSED, pairs_right=12)
    path.write_text(json.dumps({**failed.to_plain(), "passed": True}), encoding="utf-8")

    assert not may_act(read_record(path), JUDGE, "p1")


def test_other_rules_are_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that was qualified under other rules has to be qualified again."""
    before = prompts_version()
    monkeypatch.setattr(prompts, "SYSTEM", prompts.SYSTEM + " Be kind.")

    assert before != prompts_version()
