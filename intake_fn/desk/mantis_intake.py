"""An issue that a person created in Mantis becomes a case, once, however often it is seen and by how many at once.

    read the issue ─► why it is left, if it is ─► cases.create(Received, Filed): one transaction, which fails for an
    issue that has a case ─► the sweep has it judged, writes our note and brings the fields in line

Killed before the transaction, nothing has happened, and the next sync sees the issue again; after it, the issue has its
case. Which becomes one, and as what, says core/mantis_intake.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core import mantis_intake
from intake_fn.core.errors import Stale, TryLater, Unknown
from intake_fn.desk.change import ATTEMPTS

if TYPE_CHECKING:
    from datetime import datetime

    from intake_fn.desk.needs import Syncing


def take_in(desk: Syncing, number: int, since: datetime) -> int:
    """Take in an issue that has no case, if it becomes one; returns how many events that made. Raises TryLater."""
    try:
        found = desk.tracker.found(number)
    except Unknown:
        return 0  # deleted since it was listed
    if why := mantis_intake.why_left(found, desk.process, since):
        log.info("mantis_issue_left", issue=number, why=why.value)
        return 0
    for _ in range(ATTEMPTS):
        step = mantis_intake.take_in(desk.new_id(), found, desk.clock(), desk.process)
        try:
            case_id = desk.cases.create(step, f"mantis-{number}")
        except Stale:
            continue  # the random id is taken: draw another
        log.info("mantis_issue_taken_in", issue=number, case=case_id)
        return len(step.events) if case_id == step.case.id else 0
    raise TryLater(f"Issue {number} cannot be taken in at the moment. It is tried again.")
