"""`make demo`: a day's worth of requests through the running sandbox, one line for each.

Sends tests/data/requests.jsonl to the JSON API and prints the verdict beside the expected one, the judge that gave it,
the clause, and the level; then where a decided bug, a decided change, and a request
that is left to a person are to be seen.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from sandbox.stack import HOST, ROOT, Ports
from spec_lookup import RECORDED

LEVEL_OF_URGENT = 3

UNDECIDED = "undecided"

RECORDED_IS = f"""{RECORDED}: no model was asked. What a careful reader of these requests had filled in went through
search, masking and checks like the responses of a model; receipt and desk say so. Decided is what was read twice, in
two orders, with one result."""

REQUESTS = ROOT / "tests" / "data" / "requests.jsonl"


def send(url: str, request: dict[str, Any], key: str = "") -> dict[str, Any]:
    """Send a request through the API; its answer. Raises urllib.error.HTTPError with the API's reasons.

    `key` is what a sender repeats who got no answer: the same request is then answered, and no other made.
    """
    body = {key: value for key, value in request.items() if key != "expect"}
    call = urllib.request.Request(  # noqa: S310 - our own address
        f"{url}/api/requests",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})},
    )
    with urllib.request.urlopen(call, timeout=60) as answer:  # noqa: S310
        result: dict[str, Any] = json.load(answer)
        return result


def main() -> int:
    """Send all, print all; 1 if one was refused."""
    url = os.environ.get("SPECDESK_URL") or f"http://{HOST}:{Ports.from_environ(os.environ).site}"
    path = _path_given()
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        print(
            f"demo: {path} cannot be read ({error}). Give a file with a request as JSON on each line.", file=sys.stderr
        )
        return 1
    print(f"{len(lines)} requests from {path.name} to {url}\n")
    print(f"{'request':13} {'verdict':10} {'expected':10} {'judge':9} {'clause':34} level  summary")
    tally: Counter[str] = Counter()
    judges: Counter[str] = Counter()
    shown: dict[str, dict[str, Any]] = {}
    urgent: list[int] = []
    for request in lines:
        try:
            result = send(url, request)
        except urllib.error.HTTPError as error:
            tally["refused"] += 1
            print(f"{'refused':13} {error.code} {error.read().decode(errors='replace')[:200]}")
            continue
        except OSError as error:
            print(f"demo: no answer from {url} ({error}). Start the sandbox first: make run", file=sys.stderr)
            return 1
        expected = request.get("expect", {}).get("category", "")
        verdict = result["verdict"] or {"category": "not yet", "citations": [], "judge": "-"}
        clause = next((citation["clause"] for citation in verdict["citations"]), "-")
        urgent += [result["level"]] if request["priority"] == "urgent" else []
        tally[_outcome(verdict["category"], expected)] += 1
        judge = verdict["judge"].partition(":")[0].partition(",")[0]
        judges[judge] += 1
        if verdict["category"] == UNDECIDED or any(row["stance"] != "related" for row in verdict["citations"]):
            shown.setdefault(verdict["category"], result)
        print(
            f"{result['id']:13} {verdict['category']:10} {expected:10} {judge:9} {clause:34.34} "
            f"{result['level']:5}  {request['summary']:.60}"
        )
    print("\n" + ", ".join(f"{count} {what}" for what, count in tally.most_common()))
    print("judged by: " + ", ".join(f"{name} {count}" for name, count in judges.most_common()))
    if judges[RECORDED]:
        print(RECORDED_IS)
    for category, result in sorted(shown.items()):
        print(f"  {category:10} receipt {result['status_url']}\n{'':13}desk    {url}/desk/requests/{result['id']}")
    print(f"{len(urgent)} urgent, {urgent.count(LEVEL_OF_URGENT)} of them at level {LEVEL_OF_URGENT} at once")
    return 1 if tally["refused"] or len(urgent) != urgent.count(LEVEL_OF_URGENT) else 0


def _path_given() -> Path:
    """The file that the command line names; ends the program for --help and for wrong arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.demo",
        description="Send requests to the running sandbox (or to SPECDESK_URL), and print a line for each.",
    )
    parser.add_argument("file", nargs="?", type=Path, default=REQUESTS, help="requests, one as JSON on each line")
    given: Path = parser.parse_args().file
    return given


def _outcome(verdict: str, expected: str) -> str:
    if verdict == expected:
        return "as expected"
    return UNDECIDED if verdict == UNDECIDED else "wrong"


if __name__ == "__main__":
    sys.exit(main())
