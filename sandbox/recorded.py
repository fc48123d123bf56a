"""Recorded readings of the requests of `make demo`, so that a newcomer without a model sees what one that reads does.

`readings/<version of the prompts>.jsonl` has a line for each request that is sent to a model: the masked report's hash,
and what a careful reader filled in who saw the prompt and nothing else, twice, in two orders. It goes through search,
masking and checks like any response. Every other request is judged by the built-in judge.

    python -m sandbox.recorded DIR

writes what is to be read anew where the rules, the spec or the requests have changed: two files for each request.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spec_lookup import RECORDED, Claim, Masking, Spec, prompts_version, read_pages, site_of
from spec_lookup.llm.context import context
from spec_lookup.llm.prompt import SCHEMA, SYSTEM, prompt, second_prompt
from spec_lookup.llm.readings import report_hash

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "docs" / "spec"
REQUESTS = ROOT / "tests" / "data" / "requests.jsonl"
FOLDER = Path(__file__).parent / "readings"

RULES = """\
Each request has two files: KEY.first.md, and KEY.second.md with the same in the opposite order. Judge each by itself,
by the rules below and by nothing else, and all first ones before the second ones. Write a line for each request:
{"report": "KEY", "first": {...}, "second": {...}}, with the input of the tool. They make the file
sandbox/readings/%s.jsonl.
"""

READER = "careful-reader"


@dataclass(frozen=True, slots=True)
class RecordedReadings:
    """A file of readings; a reading of another version's prompts is of the same report, by other rules."""

    path: Path

    @classmethod
    def of_this_version(cls, folder: Path = FOLDER) -> RecordedReadings | None:
        """The readings by the prompts of this version, or else by others; None without any."""
        wanted = folder / f"{prompts_version()}.jsonl"
        others = sorted(folder.glob("*.jsonl"))
        return cls(wanted if wanted.exists() else others[-1]) if others else None

    @property
    def settings(self) -> dict[str, str]:
        """The settings of the application."""
        return {
            "SPECDESK_JUDGE": RECORDED,
            "SPECDESK_READINGS": str(self.path),
            "SPECDESK_LLM_MODEL": READER,
        }


def to_read(spec: Spec, requests: Path = REQUESTS) -> Iterator[tuple[str, str, str]]:
    """The key and both prompts of each request that the form does not settle."""
    for line in requests.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        claim = Claim(row["summary"], row["description"], row["expected"], row["steps"], row["module"], row["kind"])
        if spec.by_form(claim):
            continue
        names = (row["name"], *(row["details"].get(detail, "") for detail in ("person_name", "approver")))
        clauses = context(spec, claim)
        first, second = (make(READER, claim, clauses, Masking(names)) for make in (prompt, second_prompt))
        texts = (sent["messages"][0]["content"][0]["text"] for sent in (first, second))
        yield report_hash(first), *texts


def main() -> int:
    """Write the prompts of the demonstration."""
    if len(sys.argv) != len(["DIR", "program"]):
        print("python -m sandbox.recorded DIR", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rules = f"{RULES % prompts_version()}\n{SYSTEM}\n\n```json\n{json.dumps(SCHEMA, indent=1)}\n```\n"
    (folder / "RULES.md").write_text(rules, encoding="utf-8")
    for key, first, second in to_read(Spec.of(list(read_pages(SPEC)), site=site_of(SPEC))):
        (folder / f"{key}.first.md").write_text(f"{first}\n", encoding="utf-8")
        (folder / f"{key}.second.md").write_text(f"{second}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
