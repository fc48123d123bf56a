"""Suggestions while writing, over HTTP as a browser asks for them: local AWS, and an index of issues with some filed.

python -m benchmarks.suggestions [NUMBER]
"""

from __future__ import annotations

import statistics
import sys
import time
import urllib.parse
import urllib.request

from benchmarks.busy import busy_sandbox
from sandbox.demo import send

NUMBER = 200
WARM_UP = 10
FILED = 10
LONGEST = 0.3
"""Seconds that 95 of 100 answers may take."""


def main(number: int = NUMBER) -> None:
    """Print p50, p95 and the longest, in milliseconds, of texts as they grow while they are typed."""
    with busy_sandbox() as (sandbox, requests):
        for request in requests[:FILED]:
            send(sandbox.url, request)
        sandbox.application.background_desk.sync()
        for turn in range(WARM_UP):
            _asked(sandbox.url, requests[turn % len(requests)], turn)
        begin = time.process_time()
        measured = sorted(_asked(sandbox.url, requests[turn % len(requests)], turn) for turn in range(number))
        spent = time.process_time() - begin
    p95 = statistics.quantiles(measured, n=20)[18]
    print(f"\nWarm, {number} questions, milliseconds, on emulators, not on AWS")
    print(f"p50 {statistics.median(measured) * 1000:.0f}   p95 {p95 * 1000:.0f}   max {measured[-1] * 1000:.0f}")
    print(f"Processor time of the whole sandbox per question: {spent / number * 1000:.0f}")
    print(f"The goal is a p95 of {LONGEST * 1000:.0f}: {'met' if p95 <= LONGEST else 'missed'}.")


def _asked(url: str, request: dict[str, str], turn: int) -> float:
    """How long one answer takes, in seconds, for a part of a request's text."""
    text = request["description"]
    said = {
        "kind": request["kind"],
        "summary": request["summary"],
        "description": text[: len(text) * (turn % 4 + 1) // 4],
    }
    begin = time.perf_counter()
    body = urllib.parse.urlencode(said).encode()
    with urllib.request.urlopen(f"{url}/suggestions", body) as answer:  # noqa: S310 - our own address
        answer.read()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER)
