"""Links between issues in Mantis: the other issue is looked up before a link is kept, so that a slip is told at once.

While Mantis is down the number is taken as typed, and a link that Mantis refuses later is a dead letter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.errors import Broken, Refused, TryLater, Unknown
from intake_fn.core.events import Linked

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event
    from intake_fn.desk.needs import Filing


def refuse_unknown(desk: Filing, case: Case, event: Event) -> None:
    """Raise Refused for a link to an issue that Mantis does not have, or does not show to us."""
    if not isinstance(event, Linked) or event.number < 1:
        return
    try:
        desk.tracker.look(event.number)
    except Unknown as error:
        raise Refused(
            f"Mantis has no issue #{event.number}, or does not show it to Specdesk, so nothing has been linked. Please "
            "check the number."
        ) from error
    except (TryLater, Broken) as error:
        log.warning("issue_not_looked_up", case=case.id, number=event.number, error=str(error))
