"""Prompts as files for careful readers, who fill in what a language model would respond."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spec_lookup.errors import InputBroken, NoResponse
from spec_lookup.evaluation.evaluate import evaluate
from spec_lookup.judge.claim import Claim
from spec_lookup.judge.spec import Spec
from spec_lookup.judge.verdict import Verdict
from spec_lookup.llm.cassettes import LanguageModel, Plain
from spec_lookup.llm.judge import LlmJudge
from spec_lookup.llm.prompt import ENGLISH, SCHEMA, SEARCH_SYSTEM, SEARCH_TOOL, SYSTEM
from spec_lookup.llm.readings import prompt_id, report_hash

RULES = "RULES.md"

HOW = """\
# How to read

Each file here is one case: clauses and a report. Judge it by the rules below and by nothing else, each file by itself.
Write one line of JSON for each file: `{"id": "<name of the file without .md>", "first": {...}}`, where `first` is the
input of the tool below. A reading in the other order may be added as `second`; without it the first counts for both.

# Rules
"""


def write_prompts(folder: Path, out: Path, part: str | None, known: LanguageModel | None = None) -> int:
    """A file for each case of the folder, in no telling order and without the right answers; how many.

    `known` gives searches that were written before, so that the clauses are those of the restated claim.
    """
    written: dict[str, str] = {}
    reports: dict[str, str] = {}

    def kept(prompt: Plain) -> Plain:
        if prompt["toolConfig"]["toolChoice"]["tool"]["name"] == SEARCH_TOOL:
            reports[report_hash(prompt)] = prompt["messages"][0]["content"][0]["text"]
            if known is None:
                raise NoResponse("there are no searches")
            return known(prompt)
        written[prompt_id(prompt)] = prompt["messages"][0]["content"][0]["text"]
        raise NoResponse("it is read later")

    judge = LlmJudge("any-model", kept, restates=True)

    def asked(spec: Spec, claim: Claim) -> Verdict:
        return judge(spec, claim)

    evaluate(folder, part, asked)
    schema = json.dumps(SCHEMA, indent=1)
    rules = f"{HOW}\n{SYSTEM}\n\n# Input of the tool, as JSON Schema\n\n```json\n{schema}\n```\n"
    _write(out, {RULES: rules, **{f"{name}.md": text + "\n" for name, text in sorted(written.items())}})
    line = '{"report": "<name of the file>", "searches": ["...", "..."]}'
    restating = f"{SEARCH_SYSTEM.format(language=ENGLISH)}\n\nOne line of JSON each: `{line}`\n"
    _write(out / "searches", {RULES: restating, **{f"{name}.md": text + "\n" for name, text in reports.items()}})
    return len(written)


def _write(folder: Path, files: Mapping[str, Any]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputBroken(f"{folder} can't be written to: {error.strerror}.") from error
