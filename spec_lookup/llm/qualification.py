"""Whether a language model may act: a record of how it did on the qualification set, and the rule that reads it.

`specdesk qualify-judge` writes the record; the running application reads it. A model without a record, or one
that was qualified with other prompts, only proposes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from spec_lookup.errors import InputBroken
from spec_lookup.judge.claim import Claim
from spec_lookup.llm.masking import Masking
from spec_lookup.llm.prompt import prompt, searches_prompt, second_prompt

PAIRS_RIGHT = 0.95
"""The least share of pairs that a judge has to have right in both versions."""

WRONG_DECIDED = 0.02
"""The largest share of decided cases that may be wrong."""

FEWEST_PAIRS = 60
"""Fewer show nothing: a first look with `--limit` qualifies nobody."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How a judge did on some cases; each version of a pair is a case."""

    cases: int = 0
    decided: int = 0
    wrong: int = 0

    @property
    def undecided(self) -> int:
        """Cases that were left to a person."""
        return self.cases - self.decided

    @property
    def wrong_share(self) -> float:
        """The share of decided cases that are wrong; 0 when none was decided."""
        return self.wrong / self.decided if self.decided else 0.0


@dataclass(frozen=True, slots=True)
class QualificationRecord:
    """How a judge did on the qualification set, with which prompts, and when."""

    judge: str
    prompts: str
    engine: str
    at: str
    pairs: int
    pairs_right: int
    total: Figures
    categories: Mapping[str, Figures] = field(default_factory=dict)
    """The figures by the right category."""
    cost: int = 0
    """Millionths of a dollar."""
    calls: int = 0
    seconds: float = 0.0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """How often the model answered, was repaired, refused or gave no judgement."""

    @property
    def pairs_share(self) -> float:
        """The share of pairs that were right in both versions."""
        return self.pairs_right / self.pairs if self.pairs else 0.0

    @property
    def passed(self) -> bool:
        """Whether these figures let a model act."""
        return (
            self.pairs >= FEWEST_PAIRS and self.pairs_share >= PAIRS_RIGHT and self.total.wrong_share <= WRONG_DECIDED
        )

    def to_plain(self) -> dict[str, Any]:
        """The record as plain data; `passed` is for people, and is computed anew when the record is read."""
        return {**asdict(self), "passed": self.passed}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> QualificationRecord:
        """Read what `to_plain` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        categories = {str(name): Figures(**figures) for name, figures in plain["categories"].items()}
        given = {name: plain[name] for name in cls.__slots__ if name not in ("total", "categories")}
        record = cls(**given, total=Figures(**plain["total"]), categories=categories)
        counts = (record.pairs, record.pairs_right, record.total.cases, record.total.decided, record.total.wrong)
        if not all(type(count) is int and count >= 0 for count in counts):
            raise ValueError(counts)
        return record


def may_act(record: QualificationRecord | None, judge: str, prompts: str) -> bool:
    """Whether a judge may decide by itself: this very model, with these very prompts, has passed."""
    return record is not None and (record.judge, record.prompts) == (judge, prompts) and record.passed


def prompts_version(*, restates: bool = False) -> str:
    """What every prompt has in common, as a hash: the rules, the form of the response, the settings of the model.

    A judge that `restates` every claim reads other clauses, so it is qualified as such.
    """
    nothing, masking = Claim("", ""), Masking()
    common = [
        prompt("", nothing, (), masking),
        second_prompt("", nothing, (), masking),
        searches_prompt("", nothing, masking),
    ]
    version = hashlib.sha256(json.dumps(common, sort_keys=True).encode()).hexdigest()[:16]
    return f"{version}, restated" if restates else version


def read_record(path: Path) -> QualificationRecord | None:
    """The record in a file; None where there is none. Raises InputBroken for a file that is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InputBroken(f"{path} can't be read. Run `specdesk qualify-judge` again.") from error
    try:
        return QualificationRecord.from_plain(json.loads(text))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputBroken(f"{path} is no record of a qualification. Run `specdesk qualify-judge` again.") from error


def write_record(path: Path, record: QualificationRecord) -> None:
    """Write a record so that whoever reads it finds a whole one. Raises InputBroken when its place can't be written."""
    fresh = path.with_name(f".{path.name}.fresh")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(record.to_plain(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise InputBroken(f"{path} can't be written: {error.strerror}.") from error
