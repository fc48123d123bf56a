"""Readings that were written by hand or kept: a language model that responds from a JSON Lines file.

Each line has the input of the tools for one claim: `first`, `second` (the first again if it is left out) and
`searches`. It is found by what is judged and not by the wording of the rules: by `report`, the hash of the masked
claim, or by `id`, the hash of the claim with the clauses shown, which tells two versions of a spec apart. What it says
goes through the same checks as any response: a quote that has gone from the spec is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from spec_lookup.errors import InputBroken, NotRecorded
from spec_lookup.llm.cassettes import LanguageModel
from spec_lookup.llm.prompt import SEARCH_TOOL, Plain

ID_LENGTH = 16
"""Hexadecimal digits of an id, which people copy."""

_FENCE = re.compile(r"<((report|spec)-[0-9a-f]{64})>\n(.*?)\n</\1>", re.DOTALL)


def report_hash(prompt: Plain) -> str:
    """The SHA-256 of the masked claim in a prompt, the same for each reading and every wording of the rules."""
    return _hash(_fences(prompt)[0])


def prompt_id(prompt: Plain) -> str:
    """What names a claim together with the clauses shown, whatever their order."""
    return _hash(_fences(prompt))[:ID_LENGTH]


def clauses_in(prompt: Plain) -> list[Plain]:
    """The clauses that a prompt shows, as it shows them; not in their order."""
    return [json.loads(line) for line in _fences(prompt)[1]]


def from_readings(lines: Iterable[str], where: str = "readings") -> LanguageModel:
    """The model. Raises InputBroken naming the line; the model raises NotRecorded for what has no line."""
    rows: dict[str, Plain] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            row = _row(line, f"{where}:{number}")
            rows[str(row.get("id") or row["report"])] = row

    def read(prompt: Plain) -> Plain:
        tool = prompt["toolConfig"]["toolChoice"]["tool"]["name"]
        found = [rows[key] for key in (prompt_id(prompt), report_hash(prompt)) if key in rows]
        names = ("searches",) if tool == SEARCH_TOOL else ("second", "first") if _is_second(prompt) else ("first",)
        for row in found:
            for name in names:
                if name in row:
                    return {"searches": row[name]} if name == "searches" else dict(row[name])
        raise NotRecorded("there is no reading of this")

    return read


def _row(line: str, where: str) -> Plain:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InputBroken(f"{where}: this is not a line of JSON ({error}).") from error
    if not isinstance(row, dict) or not isinstance(row.get("id") or row.get("report"), str):
        raise InputBroken(
            f'{where}: {{"id": ...}} or {{"report": ...}} is needed, with "first", "second" or "searches".'
        )
    for name in ("first", "second"):
        if name in row and not isinstance(row[name], dict):
            raise InputBroken(f"{where}: {name!r} has to be the input of the tool, a JSON object.")
    return row


def _fences(prompt: Plain) -> tuple[Any, list[Any]]:
    """The claim and the clauses of a prompt as data, the clauses sorted."""
    found = {match[2]: match[3] for match in _FENCE.finditer(_text(prompt))}
    clauses = sorted(found["spec"].split("\n")) if found.get("spec") else []
    return json.loads(found["report"]), clauses


def _is_second(prompt: Plain) -> bool:
    """Whether the report stands before the spec."""
    text = _text(prompt)
    return text.startswith("<report-") and "\n<spec-" in text


def _text(prompt: Plain) -> str:
    return str(prompt["messages"][0]["content"][0]["text"])


def _hash(data: Any) -> str:
    plain = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()
