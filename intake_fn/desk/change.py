"""The one way to change a case: read it, decide, save; after a conflict read it again and decide anew.

    load ─► decide ─► advance ─► save ✓ ─► the step
      ▲                           │
      └── the case has moved on ──┘

What is decided is one event; core/steps.py says whether it may happen and what follows from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.core.case import Step
from intake_fn.core.errors import Stale
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.steps import advance

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake_fn.core.case import Case
    from intake_fn.core.errors import SpecdeskError
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process
    from intake_fn.ports import CaseStore, OutboxItem

ATTEMPTS = 5
"""How often a change is decided when it meets conflicts."""


@dataclass(frozen=True, slots=True)
class Change:
    """Changes cases: `change(case_id, decide)`."""

    cases: CaseStore
    process: Process

    def __call__(
        self,
        case_id: str,
        decide: Callable[[Case], Event | None],
        *,
        case: Case | None = None,
        done: str = "",
        again: str = "",
        dead_letter: OutboxItem | None = None,
        busy: SpecdeskError | None = None,
    ) -> Step:
        """Let the event happen that `decide` makes of the case as it stands; returns the step that was saved.

        It has no events where `decide` returned None: then nothing was saved, and its case is the one that was read.
        `case` is the case where it has been read before. `done`, `again` and `dead_letter` are moved in the outbox in
        the same transaction (CaseStore.save). Raises `busy`, or Stale, when every attempt meets a conflict.
        """
        for _ in range(ATTEMPTS):
            case = case or self.cases.load(case_id)
            event = decide(case)
            if event is None:
                return Step(case, ())
            step = advance(case, event, self.process)
            try:
                self.cases.save(case.version, step, done, again, dead_letter)
            except Stale:
                case = None
            else:
                return step
        raise busy or Stale(f"{case_id} is changing too fast. Try again in a moment.")
