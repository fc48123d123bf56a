"""`make soak`: what takes too long for every test run. Two tables; the exit status is 1 when either has a fault.

    python -m tests.soak [HISTORIES] [SEED] [SUBMISSIONS]

- Ten thousand requests are submitted through random cuts of every call outwards (tests/desk/cuts.py).
- Due times stand against the counter of minutes, in every zone, around every clock change 2020 to 2040.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from intake_fn.core.process_file import parse
from tests.core.counter import disagreement, trials, windows, zones
from tests.desk.cuts import run

HISTORIES = 100_000
SEED = 20261123
SHOWN = 10
EVERY = 10_000
SUBMISSIONS = 10_000
SUPPORT = Path(__file__).parents[2] / "support.yml"


def main() -> int:
    """Run both; the exit status."""
    given = [int(number) for number in sys.argv[1:]]
    histories, seed, submissions = (*given, *(HISTORIES, SEED, SUBMISSIONS)[len(given) :])
    through_cuts = cut(submissions, seed)
    return max(through_cuts, counted(histories, seed))


def cut(submissions: int, seed: int) -> int:
    """Submit requests through cuts; 1 when anything was lost, missing or there twice."""
    begun = time.monotonic()
    toll = run(parse(SUPPORT.read_text(encoding="utf-8"), SUPPORT.name), submissions, seed)
    print(f"{toll.table()}\nseed             {seed}\nseconds          {time.monotonic() - begun:.0f}")
    for name, times in sorted(toll.cuts.items()):
        print(f"  {name:<30} {times:>6}")
    return 1 if any(toll.faults) else 0


def counted(histories: int, seed: int) -> int:
    """Count the minutes of random histories; 1 when a due time differs."""
    rng = random.Random(seed)  # noqa: S311 - the same histories for the same seed
    process = parse(SUPPORT.read_text(encoding="utf-8"), SUPPORT.name)
    begun = time.monotonic()
    places = windows(rng, zones())
    rng.shuffle(places)
    done = wrong = 0
    for trial in trials(rng, process, places, histories):
        minute = int(trial.log[-1].at.timestamp()) // 60 + rng.randrange(5 * 24 * 60)
        try:
            said = disagreement(trial, minute)
        except Exception as error:  # noqa: BLE001 - an error is a disagreement like any other
            said = repr(error)
        done += 1
        wrong += bool(said)
        if said and wrong <= SHOWN:
            print(f"{trial.zone}: {said}\n  {trial.log}\n  {trial.process.calendars}", flush=True)
        if done % EVERY == 0:
            print(f"{done} of {histories}, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    print(f"""
histories      {done}
zones          {len({zone for zone, _ in places})}
clock changes  {len(places)}
seed           {seed}
seconds        {time.monotonic() - begun:.0f}
disagreements  {wrong}""")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
