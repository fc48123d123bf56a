"""The judge of support.yml: in which categories its verdicts decide, and whether a model is only listened to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake_fn.core.process import JudgePolicy
from intake_fn.core.process_file.schema import optional, record
from intake_fn.core.process_file.values import FLAG
from intake_fn.core.vocabulary import Category

_ACTS = {category.value: optional(FLAG, nothing=True) for category in Category if category is not Category.UNDECIDED}
JUDGE = {"acts": optional(record(_ACTS)), "shadow": optional(FLAG, nothing=False)}


def judge_policy(row: Mapping[str, Any] | None) -> JudgePolicy:
    """The policy of a part in which nothing is wrong; what is not named acts, and nothing is in the shadow."""
    row = row or {}
    acts = row.get("acts") or {}
    return JudgePolicy(frozenset(name for name in _ACTS if acts.get(name, True)), bool(row.get("shadow")))
