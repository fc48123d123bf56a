"""`make soak`: due times against the counter of minutes, in every zone, around every clock change 2020 to 2040.

    python -m tests.soak [HISTORIES] [SEED]

Prints a table; the exit status is 1 when a due time differs from its count.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from intake_fn.core.process_file import parse
from tests.core.counter import disagreement, trials, windows, zones

HISTORIES = 100_000
SEED = 20261123
SHOWN = 10
EVERY = 10_000
SUPPORT = Path(__file__).parents[2] / "support.yml"


def main() -> int:
    """Count them all; the exit status."""
    given = [int(number) for number in sys.argv[1:]]
    histories, seed = (*given, *(HISTORIES, SEED)[len(given) :])
    rng = random.Random(seed)  # noqa: S311 - the same histories for the same seed
    process = parse(SUPPORT.read_text(encoding="utf-8"), SUPPORT.name)
    begun = time.monotonic()
    places = windows(rng, zones())
    rng.shuffle(places)
    counted = wrong = 0
    for trial in trials(rng, process, places, histories):
        minute = int(trial.log[-1].at.timestamp()) // 60 + rng.randrange(5 * 24 * 60)
        try:
            said = disagreement(trial, minute)
        except Exception as error:  # noqa: BLE001 - an error is a disagreement like any other
            said = repr(error)
        counted += 1
        wrong += bool(said)
        if said and wrong <= SHOWN:
            print(f"{trial.zone}: {said}\n  {trial.log}\n  {trial.process.calendars}", flush=True)
        if counted % EVERY == 0:
            print(f"{counted} of {histories}, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    print(f"""
histories      {counted}
zones          {len({zone for zone, _ in places})}
clock changes  {len(places)}
seed           {seed}
seconds        {time.monotonic() - begun:.0f}
disagreements  {wrong}""")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
