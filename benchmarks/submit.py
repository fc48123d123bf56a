"""Warm submit to receipt, local AWS and stand-in Mantis included.

python -m benchmarks.submit [NUMBER]
"""

from __future__ import annotations

import statistics
import sys
import time
import urllib.request

from benchmarks.busy import busy_sandbox
from sandbox.demo import send

NUMBER = 200
WARM_UP = 10


def main(number: int = NUMBER) -> None:
    """Print p50 and p95 of submits over the JSON API, and of a plain page for comparison."""
    with busy_sandbox() as (sandbox, requests):
        times = []
        for turn in range(WARM_UP + number):
            request = dict(requests[turn % len(requests)])
            request["description"] += f"\n(measurement {turn})"
            begin = time.perf_counter()
            send(sandbox.url, request)
            if turn >= WARM_UP:
                times.append((time.perf_counter() - begin) * 1000)
        pages = []
        for _ in range(number):
            begin = time.perf_counter()
            with urllib.request.urlopen(f"{sandbox.url}/requests/new/bug") as answer:  # noqa: S310 - our own address
                answer.read()
            pages.append((time.perf_counter() - begin) * 1000)
    print(f"\nWarm, {number} each, milliseconds, on emulators, not on AWS; filing goes on after the receipt")
    print(f"{'what':28} {'p50':>7} {'p95':>7} {'max':>7}")
    for name, row in (("submit to receipt", times), ("form page", pages)):
        cuts = statistics.quantiles(row, n=20)
        print(f"{name:28} {statistics.median(row):7.1f} {cuts[18]:7.1f} {max(row):7.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER)
