"""Retention of support.yml: how many days each kind of data is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake_fn.core.process_file.schema import optional
from intake_fn.core.process_file.values import DAYS
from intake_fn.core.retention import DEFAULTS, GRACE_DAYS, RetentionPolicy, Rule

FOR_EVER = "ever"
"""How support.yml says that something is kept as long as Specdesk runs."""

RETENTION = {
    "grace": optional(DAYS, GRACE_DAYS),
    **{rule.value: optional(DAYS, DEFAULTS[rule]) for rule in Rule},
}


def retention_policy(row: Mapping[str, Any] | None) -> RetentionPolicy:
    """The policy of a part in which nothing is wrong; what is not named is kept as long as by default."""
    row = row or {}
    days = {rule: row.get(rule.value, DEFAULTS[rule]) for rule in Rule}
    plain = {rule: None if value == FOR_EVER else value for rule, value in days.items()}
    return RetentionPolicy(plain, row.get("grace", GRACE_DAYS))
