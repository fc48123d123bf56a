"""The parts of a sweep, one after the other within one deadline: none starves or stops another.

    0 s ─ invitation ─► deliveries ─────────────► mail ─► sync ───────► check ──► retention ─► the end of the run
                        └─ as long as they may, but what the later parts need at least is left to them

A part that fails is logged and named; the others run, and the run fails at its end, which rings the alarm `errors`
(docs/operate/monitoring.md). Lambda then calls it again: that is a sweep like the next one, which finds what is due by
then. A part that is out of time has not failed: the next sweep goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from intake_fn import log
from intake_fn.core.errors import TryLater
from intake_fn.core.lazy_dataclass import dataclass

Numbers = Mapping[str, int]
"""What a part did, as numbers by name."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the sweep: `most` are the seconds that it may take, `least` those that the parts before leave to it."""

    name: str
    run: Callable[[], Numbers]
    most: float
    least: float


@dataclass(frozen=True, slots=True)
class Ran:
    """What the parts did, by name of the number, and the names of those that failed."""

    done: dict[str, int]
    failed: tuple[str, ...]


def run_parts(
    parts: Sequence[Part], left: Callable[[], float], within: Callable[[float], AbstractContextManager[None]]
) -> Ran:
    """Run each part within its share of the seconds that are `left`; `within` has all that it asks keep to that."""
    done: dict[str, int] = {}
    failed = []
    for place, part in enumerate(parts):
        with within(share(part, parts[place + 1 :], left())):
            try:
                done |= part.run()
            except TryLater as error:
                log.warning("sweep_part_postponed", part=part.name, error=str(error))
                if left() > 0:
                    failed.append(part.name)
            except Exception:  # whatever it is: the other parts have nothing to do with it
                log.exception("sweep_part_failed", part=part.name)
                failed.append(part.name)
    return Ran(done, tuple(failed))


def share(part: Part, later: Sequence[Part], left: float) -> float:
    """The seconds that a part may take of those that are left."""
    return max(0.0, min(part.most, left - sum(other.least for other in later)))
