"""What time brings is recorded: SLA alerts, the end of an online vote, the end of a deferral by the Board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.changes.clock import by_time
from intake_fn.core.errors import Stale, TryLater, Unreadable
from intake_fn.core.events import Breached
from intake_fn.core.names import SPECDESK
from intake_fn.core.sla_alerts import alert
from intake_fn.core.steps import refuse_unread, standing
from intake_fn.desk.outbox import PARKED, Swept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.desk.needs import Deciding


def raise_alerts(desk: Deciding, limit: int) -> Swept:
    """Raise the alerts that are due, of at most so many cases; how many were raised, and how many are breaches."""
    raised = [_raise_alert(desk, case_id) for case_id in desk.cases.alerts_due(desk.clock(), limit)]
    breaches = sum(isinstance(event, Breached) for events in raised for event in events)
    return Swept(alerts=sum(map(bool, raised)), breaches=breaches)


def _raise_alert(desk: Deciding, case_id: str) -> Sequence[Event]:
    """The alert that was raised; if none was, the next one is computed anew.

    Two sweeps at once raise it once: the slower one reads the case again, of which no alert is left.
    """

    def decide(case: Case) -> Event | None:
        refuse_unread(case)
        now = desk.clock()
        return alert(case, desk.process, now, SPECDESK) or by_time(case, desk.process, now, SPECDESK)

    try:
        step = desk.change(case_id, decide)
        if not step.events:  # another sweep was faster, or support.yml moved the due time since it was stored
            desk.cases.restate(standing(step.case, desk.process))
    except Stale:
        return ()
    except TryLater as error:
        if not isinstance(error, Unreadable):
            raise
        log.warning("clock_unreadable", case=case_id, error=str(error))
    except Exception:  # whatever it is: one poisoned case must not block the others
        log.exception("clock_failed", case=case_id)
    else:
        return step.events
    desk.cases.defer_alert(case_id, desk.clock() + PARKED)
    return ()
