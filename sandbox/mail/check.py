"""`python -m sandbox.mail check FOLDER`: every mail of a folder goes the real way, and all that came of it is compared.

A desk of its own is started for it: a local AWS, the stand-in Mantis, the function's code. Nothing of `make run` is
touched, and nothing is kept.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.mail.expected import Expected, Folder, Seen, differences, read
from sandbox.mail.house import House
from sandbox.stack import Ports, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True)
class Result:
    """The result of a mail: what became of it, and what is otherwise than expected."""

    expected: Expected
    seen: Seen
    problems: Sequence[str]


def check(folder: Folder, house: House) -> Iterator[Result]:
    """Set up, feed every mail in the order of the names, compare."""
    house.set_up(folder.requests)
    for expected in folder.mails:
        seen = house.feed(folder, expected)
        yield Result(expected, seen, [*differences(expected, seen)])


def table(results: Sequence[Result]) -> str:
    """A line for each mail, what differs below it; the sums; and last how many are as expected."""
    width = max((len(result.expected.file) for result in results), default=0)
    lines = []
    for result in results:
        sign = "no" if result.problems else "ok"
        lines.append(
            f"{sign}  {result.expected.file:<{width}}  {result.seen.outcome:<12}  {result.seen.case_id}".rstrip()
        )
        lines += [f"      {problem}" for problem in result.problems]
    sums = Counter(result.seen.outcome for result in results)
    well = sum(not result.problems for result in results)
    lines += ["", ", ".join(f"{number} {outcome}" for outcome, number in sorted(sums.items()))]
    return "\n".join([*lines, f"{well} of {len(results)} as expected"])


def main(path: Path) -> int:
    """Check a folder; 1 when anything differs. Raises SandboxError."""
    folder = read(path)
    with tempfile.TemporaryDirectory(prefix="specdesk-mail-") as build:
        ports = Ports(0, 0, 0, 0)
        with Sandbox(ports, build=Path(build), state=None, wiki=False, sweeps=False) as sandbox:
            house = House(
                sandbox.application.background_desk,
                sandbox.receive_mail,
                lambda: [mail["to"] for mail in sandbox.aws.mails()],
            )
            results = [*check(folder, house)]
            ledger = house.desk.inbound.mail_ledger()
    print(f"ledger of mail: {ledger}{'' if ledger.balanced else ' DOES NOT BALANCE'}\n")
    print(table(results))
    return 1 if any(result.problems for result in results) or not ledger.balanced else 0
