"""Requests that seeded edits of docs/spec flip, with what careful readers say of them by either spec."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from spec_lookup import Claim, JudgedRequest, LlmJudge, NoResponse, Spec
from spec_lookup.llm.prompt import SEARCH_TOOL
from spec_lookup.llm.readings import prompt_id

BUG = {"verdict": "bug", "stance": "supports-expected"}
CHANGE = {"verdict": "change", "stance": "supports-observed"}
SILENT: dict[str, Any] = {"verdict": "silent", "stance": "none", "ground": "none", "clause": None}


@dataclass(frozen=True, slots=True)
class Read:
    """A claim with the clause that decides it, and what it is by the former spec and by the changed one."""

    id: str
    claim: Claim
    clause: str
    before: dict[str, Any]
    after: dict[str, Any]
    flip: str
    """The categories before and after; "" for one that does not flip."""

    @property
    def request(self) -> JudgedRequest:
        """The request as it is judged again."""
        return JudgedRequest(self.id, self.claim, shown=(self.clause,))

    def line(self) -> dict[str, Any]:
        """As `specdesk export-cases` writes it."""
        return {"id": self.id, "request": self.claim.to_plain(), "verdict": None, "shown": [self.clause]}

    def readings(self, old: Spec, new: Spec) -> list[str]:
        """The lines of a file of readings for it."""
        pairs = ((old, self.before), (new, self.after))
        return [json.dumps({"id": _prompt(spec, self.claim), "first": self._first(spec, what)}) for spec, what in pairs]

    def _first(self, spec: Spec, what: dict[str, Any]) -> dict[str, Any]:
        clause = spec.clause(self.clause)
        deciding = {"clause": self.clause, "quote": clause.sentences()[0] if clause else None}
        more = {"observed": "So.", "expected": "Otherwise.", "confidence": 0.95, "reason": "The clause says so."}
        return {"ground": "clause", **deciding, **more, **what}


def _prompt(spec: Spec, claim: Claim) -> str:
    """The id of the prompt that a reader of this claim gets."""
    asked: list[str] = []

    def kept(prompt: dict[str, Any]) -> dict[str, Any]:
        if prompt["toolConfig"]["toolChoice"]["tool"]["name"] != SEARCH_TOOL:
            asked.append(prompt_id(prompt))
        raise NoResponse("it is read later")

    LlmJudge("any-model", kept, restates=True)(spec, claim)
    return asked[0]


READ = (
    Read(
        "R-LONGER",
        Claim("Quote ended too early", "My quote expired after 30 days.", "A quote should be valid for 45 days."),
        "quotes#validity",
        CHANGE,
        BUG,
        "change bug",
    ),
    Read(
        "R-DRAFT",
        Claim("Unsaved input lost", "Input is kept as a draft every 30 minutes only.", "Every 30 seconds."),
        "shipments#create",
        BUG,
        CHANGE,
        "bug change",
    ),
    Read(
        "R-MINIMUM",
        Claim("Minimum charge not applied", "A line is below the minimum of its charge code.", "The minimum."),
        "quotes#minimum",
        BUG,
        SILENT,
        "bug undecided",
    ),
    Read(
        "R-OTHER-PART",
        Claim("Extending a quote twice", "An Office Manager can extend a quote only once.", "Twice."),
        "quotes#validity",
        CHANGE,
        CHANGE,
        "",
    ),
    Read(
        "R-OPEN",
        Claim("Payments", "A payment went to an invoice that I do not know.", "Another invoice."),
        "billing#payments",
        SILENT,
        BUG,
        "",
    ),
)
