"""`make soak`: what takes too long for every test run. Tables of each proof; the exit status is 1 when one has a fault.

    python -m tests.soak [HISTORIES] [SEED] [SUBMISSIONS] [KILLED] [SEQUENCES] [MAILS]

- Ten thousand requests are submitted with random faults in every call outwards (tests/desk/fault_injection.py).
- Some hundred are submitted to the application, whose workers are killed with SIGKILL at each step and at random, as
  they are while they take in mails, while the servers throttle, fail and answer late (tests/e2e/kills.py).
- Change requests are assessed, voted on, decided, released and resolved in random sequences, while members leave and
  support.yml changes: all is as a second count of the votes says (tests/core/change_machine.py).
- Mails that nobody would write come in, of any bytes and in any shape; each comes to a named end
  (tests/desk/mail_fuzz.py). Programs answer our mail for a day each (tests/desk/mail_loops.py).
- Due times stand against the counter of minutes, in every zone, around every clock change and leap day 2020 to 2040.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from intake_fn.core.process_file import parse
from sandbox.stack import Ports, Sandbox
from tests.core.change_machine import ChangeMachine
from tests.core.change_machine import run as run_changes
from tests.core.counter import disagreement, leap_days, trials, windows, zones
from tests.desk.fault_injection import run
from tests.desk.mail_fuzz import Fuzz
from tests.desk.mail_loops import MOST_OF_A_REQUEST, PROGRAMS, Loop
from tests.e2e.kills import (
    Installation,
    Proof,
    RandomFaults,
    each_step,
    each_step_of_mail,
    prove,
    random_faults,
    table,
)

HISTORIES = 100_000
SEED = 20261123
SHOWN = 10
EVERY = 10_000
SUBMISSIONS = 10_000
KILLED = 200
"""Requests that are submitted while workers are killed; more workers than that are."""
SEQUENCES = 20_000
"""Of what happens to change requests."""
MAILS = 20_000
"""Fuzzed ones that come in."""
BATCH = 1_000
"""Sequences that are run with one seed; the next ones have the next."""
SUPPORT = Path(__file__).parents[2] / "support.yml"


def main() -> int:
    """Run all; the exit status."""
    given = [int(number) for number in sys.argv[1:]]
    defaults = (HISTORIES, SEED, SUBMISSIONS, KILLED, SEQUENCES, MAILS)
    histories, seed, submissions, requests, sequences, mails = (*given, *defaults[len(given) :])
    through_cuts = cut(submissions, seed)
    through_kills = kill(requests, seed)
    changed = change(sequences, seed)
    answered = max(mailed(mails, seed), looped())
    return max(through_cuts, through_kills, changed, answered, counted(histories, seed))


def cut(submissions: int, seed: int) -> int:
    """Submit requests through random faults; 1 when anything was lost, missing or there twice."""
    begun = time.monotonic()
    result = run(parse(SUPPORT.read_text(encoding="utf-8"), SUPPORT.name), submissions, seed)
    print(f"{result.table()}\nseed             {seed}\nseconds          {time.monotonic() - begun:.0f}")
    for name, times in sorted(result.faults_injected.items()):
        print(f"  {name:<30} {times:>6}")
    return 1 if any(result.faults) else 0


def kill(requests: int, seed: int) -> int:
    """Kill workers at each step, then at random; 1 when anything was lost, missing or there twice."""
    with tempfile.TemporaryDirectory(prefix="specdesk-soak-") as folder:
        build = Path(folder)
        with Sandbox(Ports(0, 0, 0), build=build, state=None, wiki=False) as sandbox:
            at_steps = max(_kill_at_each_step(sandbox, build), _kill_mail_at_each_step(sandbox, build))
            return max(at_steps, _kill_by_chance(sandbox, build, requests, seed))


def _kill_at_each_step(sandbox: Sandbox, folder: Path) -> int:
    begun = time.monotonic()
    return _shown("killed at each step", prove(sandbox, "steps", folder, each_step), begun)


def _kill_mail_at_each_step(sandbox: Sandbox, folder: Path) -> int:
    begun = time.monotonic()
    proof = prove(sandbox, "mails", folder, each_step_of_mail)
    faults = proof.installation.faults_of_mail()
    failed = _shown("mails, killed at each step", proof, begun, *faults)
    print(f"mails            {proof.installation.mails}")
    return failed


def _shown(title: str, proof: Proof, begun: float, *faults: str) -> int:
    """Print a proof; 1 when it has a fault."""
    print(
        f"\n{title}\n{proof.result.table()}\nseconds          {time.monotonic() - begun:.0f}\n\n{table(proof.workers)}"
    )
    for fault in (*faults, *(f"no worker was killed at: {point}" for point in proof.missed)):
        print(fault)
    return 1 if any(proof.result.faults) or proof.missed or faults else 0


def _kill_by_chance(sandbox: Sandbox, folder: Path, requests: int, seed: int) -> int:
    begun = time.monotonic()
    installation = Installation(sandbox, "chance", folder)
    chances = tuple(
        RandomFaults(random.Random(seed + pool), kills=60, faults=20, late=1)  # noqa: S311 - dice
        for pool in range(2)
    )
    with installation.workers() as front, installation.workers() as back:
        random_faults(installation, front, back, chances, requests)
        installation.settle(back)
        result = installation.result(front, back)
    print(f"\nkilled at random, {len(chances)} workers at once\n{result.table()}\nseed             {seed}")
    print(f"seconds          {time.monotonic() - begun:.0f}\n\n{table(front, back)}")
    return 1 if any(result.faults) else 0


def change(sequences: int, seed: int) -> int:
    """Do anything to change requests; 1 when one stands otherwise than a second count says."""
    process = parse(SUPPORT.read_text(encoding="utf-8"), SUPPORT.name)
    begun = time.monotonic()
    fault = ""
    try:
        for number, done in enumerate(range(0, sequences, BATCH)):
            run_changes(process, min(BATCH, sequences - done), seed + number)
            print(f"{ChangeMachine.sequences} sequences, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    except Exception as error:  # noqa: BLE001 - an error is a fault like any other
        fault = "".join(traceback.format_exception(error))
    print(f"""
change requests
sequences      {ChangeMachine.sequences}
steps          {ChangeMachine.steps}
refused        {ChangeMachine.refusals}
seed           {seed}
seconds        {time.monotonic() - begun:.0f}
faults         {int(bool(fault))}""")
    for name, times in ChangeMachine.happened.most_common():
        print(f"  {name:<30} {times:>6}")
    print(fault)
    return 1 if fault else 0


def mailed(mails: int, seed: int) -> int:
    """Take fuzzed mails in; 1 when one came to no end, or the ledger does not balance."""
    process = parse(SUPPORT.read_text(encoding="utf-8"), SUPPORT.name)
    begun, ends, fault = time.monotonic(), Counter[str](), ""
    try:
        for number, done in enumerate(range(0, mails, BATCH)):
            fuzz = Fuzz(process)
            fuzz.run(min(BATCH, mails - done), seed + number)
            ends.update(fuzz.ends)
            print(f"{done + BATCH} mails, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    except Exception as error:  # noqa: BLE001 - an error is a fault like any other
        fault = "".join(traceback.format_exception(error))
    print(f"""
fuzzed mails
mails          {ends.total()}
seed           {seed}
seconds        {time.monotonic() - begun:.0f}
faults         {int(bool(fault))}""")
    for name, times in ends.most_common():
        print(f"  {name:<30} {times:>6}")
    print(fault)
    return 1 if fault else 0


def looped() -> int:
    """Let programs answer our mail for a day each; 1 when one gets more than two mails of a request."""
    process = parse(SUPPORT.read_text(encoding="utf-8"), SUPPORT.name)
    print("programs that answer for a day: our mails there, of one request at most, and theirs")
    most = 0
    for answer in PROGRAMS:
        loop = Loop(process, answer)
        loop.run()
        most = max(most, *loop.threads.values())
        print(f"  {answer.__name__:<30} {loop.sent:>6} {max(loop.threads.values()):>6} {loop.received:>6}")
    return 1 if most > MOST_OF_A_REQUEST else 0


def counted(histories: int, seed: int) -> int:
    """Count the minutes of random histories; 1 when a due time differs."""
    rng = random.Random(seed)  # noqa: S311 - the same histories for the same seed
    process = parse(SUPPORT.read_text(encoding="utf-8"), SUPPORT.name)
    begun = time.monotonic()
    places = [*windows(rng, zones()), *leap_days(rng, zones())]
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
windows        {len(places)}
seed           {seed}
seconds        {time.monotonic() - begun:.0f}
disagreements  {wrong}""")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
