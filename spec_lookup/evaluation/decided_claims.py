"""People's decisions as claims for the router: the lines of `specdesk export-cases`, a part of them held back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spec_lookup.evaluation.files import read_objects
from spec_lookup.judge.router import BEHAVIOUR, FAILURE, NEW, QUESTION, SETUP
from spec_lookup.judge.verdict import BUG, CHANGE, MISC

HELD = 4
"""One of so many cases is held back: never trained on, always the same one."""

DOMAIN = "decided"

Rows = list[dict[str, Any]]


def decided_claims(folder: Path) -> tuple[Rows, Rows]:
    """The claims to train on and those held back, from an exported folder. Raises InputBroken."""
    claims = [claim for _, row in read_objects(folder / "singles.jsonl") if (claim := _claim(row))]
    return [row for row in claims if not is_held(row["id"])], [row for row in claims if is_held(row["id"])]


def is_held(name: str) -> bool:
    """Whether a case is held back, by its id alone: what is trained on today is not measured on tomorrow."""
    return hashlib.sha256(name.encode()).digest()[0] % HELD == 0


def _claim(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The claim with its kind; None where the decision does not tell it."""
    request, kind = row["request"], kind_of(row)
    if kind is None:
        return None
    texts = {name: request.get(name, "") for name in ("summary", "what_happened", "what_expected")}
    return {"id": row["id"], "domain": DOMAIN, "kind": kind, **texts}


def kind_of(row: Mapping[str, Any]) -> str | None:
    """The kind of request that a decision shows.

    What a clause decided is a report of behaviour. Where no clause does, a bug is a failure, a change a wish for
    something new, and support a set-up or a question, as the form says.
    """
    if row.get("page"):
        return BEHAVIOUR
    support = SETUP if row["request"].get("reporter_says") == "setup" else QUESTION
    return {BUG: FAILURE, CHANGE: NEW, MISC: support}.get(row["verdict"])


def digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """What was trained on, by the ids alone: the texts are people's."""
    return hashlib.sha256("\n".join(sorted(str(row["id"]) for row in rows)).encode()).hexdigest()
