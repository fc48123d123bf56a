"""`specdesk retention`: what each rule of support.yml would take now, and when a new one comes into force."""

from __future__ import annotations

import argparse
import os
from datetime import datetime
from typing import TYPE_CHECKING, Any

from intake_fn.commands import say

if TYPE_CHECKING:
    from intake_fn.desk.retention_preview import RuleNow


def add(commands: Any) -> None:
    """Put `retention` on the command line."""
    command = commands.add_parser("retention", help=retention.__doc__, description=retention.__doc__)
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=retention)


def retention(args: argparse.Namespace) -> None:
    """Show what the rules of retention take now, and when those that wait come into force; nothing goes by this."""
    from intake_fn.desk.retention_preview import shown  # noqa: PLC0415 - `specdesk check` needs no desk
    from intake_fn.wiring import Application  # noqa: PLC0415 - as above

    rules = shown(Application.from_environ(os.environ).background_desk)
    plain = [
        {
            "rule": one.rule.value,
            "days": one.settled.days,
            "holds": one.settled.holds,
            "since": one.settled.since.isoformat() if one.settled.since else None,
            "due_now": one.due,
            "due_then": one.waiting,
        }
        for one in rules
    ]
    say(args, {"rules": plain}, map(_line, rules))


def _line(one: RuleNow) -> str:
    rule, name = one.settled, one.rule.value
    if rule.since is None:
        return f"{name}: {_days(rule.days)} is in force; due now: {_number(one.due)}"
    return (
        f"{name}: {_days(rule.days)} comes into force on {_date(rule.since)}, and takes {_number(one.waiting)} then; "
        f"until then {'nothing goes' if rule.holds is None else f'{rule.holds} days hold'}; due now: {_number(one.due)}"
    )


def _days(days: int | None) -> str:
    return "for ever" if days is None else f"{days} days"


def _date(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _number(count: int) -> str:
    from intake_fn.desk.retention_preview import COUNTED  # noqa: PLC0415 - as above

    return f"{COUNTED} or more" if count >= COUNTED else str(count)
