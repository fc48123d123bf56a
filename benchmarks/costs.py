"""What a stage costs a month on AWS: calls and capacity units as counted, times assumed lives and listed prices.

python -m benchmarks.costs [REQUESTS-A-MONTH ...]

Counted: what DynamoDB, Mantis and SES are asked for by each use case (benchmarks/capacity.py). Assumed: how often
each happens in the life of a request, how long the function runs, how large things are (`Life`). Prices are list prices
of us-east-1, in dollars, without tax; look them up again before you rely on them.
"""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.capacity import WORDS, Cost, Office, of_a_sweep, of_requests, of_the_queue
from intake_fn.adapters.aws import client
from intake_fn.adapters.metrics import UNITS
from intake_fn.adapters.provision.monitoring import ALARMS
from intake_fn.core.process_file import parse
from intake_fn.settings import ROOT
from sandbox.aws import LocalAws

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

VOLUMES = (100, 1_000, 10_000, 100_000)
"""Requests a month."""

MINUTES = 43_830
"""Minutes of a month; the schedule calls once in each."""

MEMORY = 1.0
"""Gigabytes of the function (zappa_settings.json)."""

STORED_YEARS = 2
"""How long requests have been coming: what is stored is that of so many years."""


@dataclass(frozen=True, slots=True)
class Life:
    """What is assumed of one request."""

    escalations: int = 2
    """Steps by people with two notices each: an escalation, a resolution."""
    notes: int = 3
    looks: int = 12
    """Pages of the request, at the desk and by its status link."""
    lists: int = 8
    """Lists of the queue, and searches."""
    mails_in: int = 1
    kilobytes: int = 60
    """Stored by a request: events, state in four indexes, words, figures."""
    files: float = 1.5
    """Megabytes of files, the raw mail and the log's share with them."""
    submit_seconds: float = 1.5
    """Seconds of the function until the receipt, and after it."""
    step_seconds: float = 0.8
    page_seconds: float = 0.15


@dataclass(frozen=True, slots=True)
class Price:
    """A list price, and what is free each month for always (not the first year's offers)."""

    dollars: float
    per: float
    free: float = 0.0

    def of(self, amount: float) -> float:
        """Dollars for an amount."""
        return max(0.0, amount - self.free) * self.dollars / self.per


PRICES: Mapping[str, Price] = {
    "Lambda, calls": Price(0.20, 1e6, free=1e6),
    "Lambda, GB-seconds": Price(16.6667, 1e6, free=4e5),
    "HTTP API, calls": Price(1.00, 1e6),
    "DynamoDB, write units": Price(0.625, 1e6),
    "DynamoDB, read units": Price(0.125, 1e6),
    "DynamoDB, GB": Price(0.25, 1, free=25),
    "DynamoDB, GB with point-in-time recovery": Price(0.20, 1),
    "S3, GB": Price(0.023, 1),
    "S3, writes": Price(5.0, 1e6),
    "S3, reads": Price(0.4, 1e6),
    "SES, mails out": Price(100.0, 1e6),
    "SES, mails in": Price(100.0, 1e6),
    "CloudWatch, alarms": Price(0.10, 1, free=10),
    "CloudWatch, figures": Price(0.30, 1, free=10),
    "CloudWatch, dashboards": Price(3.00, 1, free=3),
    "CloudWatch, GB of logs": Price(0.50, 1, free=5),
}
"""Of AWS's price lists as known in 2025. CloudFront's first terabyte, KMS keys of AWS and standard parameters cost
nothing."""

LOG_KILOBYTES = 1.5
"""Log lines of a call of the function."""


def amounts(requests: int, costs: Mapping[str, Cost], life: Life) -> dict[str, float]:
    """How much of each thing a month takes at so many requests."""
    submit, step = costs["submit, judged, filed, two notices"], costs["escalation, two notices"]
    words = costs[WORDS]  # of the request, and as many of each note
    sweep, sync = costs["sweep"], costs["sync with nothing new in Mantis"]
    look, page = costs["a request as the desk shows it"], costs["the queue: all open requests"]
    steps = life.escalations + life.notes
    calls = requests * (2 + steps + life.looks + life.lists + life.mails_in)
    seconds = requests * (
        life.submit_seconds
        + life.step_seconds * (steps + life.mails_in)
        + life.page_seconds * (life.looks + life.lists)
    )
    found = 1 + life.notes
    written = requests * (submit.written + step.written * steps + words.written * found)
    read = requests * (
        submit.read + step.read * steps + words.read * found + look.read * life.looks + page.read * life.lists
    )
    stored = requests * 12 * STORED_YEARS
    return {
        "Lambda, calls": calls + requests + MINUTES,  # a request is filed by a call of its own
        "Lambda, GB-seconds": MEMORY * (seconds + MINUTES * 0.5),
        "HTTP API, calls": calls,
        "DynamoDB, write units": written + MINUTES * (sweep.written + sync.written),
        "DynamoDB, read units": read + MINUTES * (sweep.read + sync.read),
        "DynamoDB, GB": stored * life.kilobytes / 1e6,
        "DynamoDB, GB with point-in-time recovery": stored * life.kilobytes / 1e6,
        "S3, GB": stored * life.files / 1e3,
        "S3, writes": requests * 4,
        "S3, reads": requests * life.looks,
        "SES, mails out": requests * (submit.mails + step.mails * life.escalations + life.notes),
        "SES, mails in": requests * life.mails_in,
        "CloudWatch, alarms": len(ALARMS),
        "CloudWatch, figures": len(UNITS),  # those of Lambda are free
        "CloudWatch, dashboards": 1,
        "CloudWatch, GB of logs": (calls + MINUTES) * LOG_KILOBYTES / 1e6,
    }


def rows(volumes: Sequence[int], costs: Mapping[str, Cost], life: Life) -> Iterator[tuple[str, list[str]]]:
    """A line for each thing: its dollars at each volume, with the amount; then the sum."""
    taken = {volume: amounts(volume, costs, life) for volume in volumes}
    for name, price in PRICES.items():
        yield name, [f"{price.of(taken[volume][name]):.2f} ({taken[volume][name]:,.4g})" for volume in volumes]
    sums = [sum(price.of(taken[volume][name]) for name, price in PRICES.items()) for volume in volumes]
    yield "all", [f"{whole:.2f}" for whole in sums]
    yield "for a request", [f"{whole / volume:.4f}" for whole, volume in zip(sums, volumes, strict=True)]


def counted() -> dict[str, Cost]:
    """What the use cases cost on the local AWS."""
    process = parse((ROOT / "support.yml").read_text(encoding="utf-8"))
    with LocalAws() as aws, closing(client("dynamodb", aws.environ())) as dynamodb:
        costs = of_requests(Office(dynamodb, "requests", process, 0))
        costs += of_the_queue(Office(dynamodb, "queue", process, 0))
        idle = of_a_sweep(Office(dynamodb, "sweep", process, 0), 0, 0)
    return {**{cost.name: cost for cost in costs}, "sweep": idle}


def main(volumes: Sequence[int] = VOLUMES) -> None:
    """Print the table."""
    life = Life()
    print(f"\nDollars a month, with amounts in brackets; after {STORED_YEARS} years. Assumed of a request: {life}.")
    print(f"{'requests a month':42}" + "".join(f"{volume:>24,}" for volume in volumes))
    for name, cells in rows(volumes, counted(), life):
        print(f"{name:42}" + "".join(f"{cell:>24}" for cell in cells))


if __name__ == "__main__":
    main(tuple(int(text.replace(",", "")) for text in sys.argv[1:]) or VOLUMES)
