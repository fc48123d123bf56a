"""The ledger: whether every request that was received is accounted for, by week; and the requests of a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template

from intake_fn.core.errors import Unknown, Unreadable
from intake_fn.core.figures import Figure
from intake_fn.core.figures.periods import Unit
from intake_fn.core.figures.tables import LEDGER, gap, made
from intake_fn.web.access import ENGINEER, config, open_to
from intake_fn.web.report_period import chosen, counts
from intake_fn.web.reports import of_tables

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.core.figures.periods import Period

blueprint = Blueprint("ledger", __name__, url_prefix="/desk/reports/ledger")


@blueprint.get("")
@open_to(ENGINEER)
def shown() -> ResponseReturnValue:
    """The balance of everything that ever came in, and that of each week; where a week has a gap, its requests."""
    choice = chosen()
    figures = counts(choice)
    whole = made(LEDGER, figures)
    gaps = [(row, gap(row)) for row in whole.rows]
    return render_template(
        "ledger.html",
        choice=choice,
        units=Unit,
        ledger=config().desk().counters.ledger(),
        mails=config().desk().inbound.mail_ledger(),
        made=whole,
        gaps=gaps,
        missing={row.period: requests_of(row.period) for row, number in gaps if number},
        **of_tables(choice, figures),
    )


def requests_of(period: Period) -> list[tuple[str, str]]:
    """The requests of a period that are not where the ledger has them, each with what is wrong.

    One read for each request of the period: only where there is a gap.
    """
    desk = config().desk()
    wanted = [Figure.RECEIVED, Figure.FILING]
    received: dict[str, Any] = {}
    for case_id, entry in desk.figures.entries(wanted, period.first, period.last).entries:
        counted = received.setdefault(case_id, {})
        counted[entry.figure] = dict(entry.by)
    found = []
    for case_id, counted in received.items():
        filing = counted.get(Figure.FILING, {}).get("filing", "")
        try:
            stands = desk.cases.row(case_id).filing
        except Unknown:
            found.append((case_id, "It was received, and nothing else is stored of it."))
            continue
        except Unreadable:
            found.append((case_id, "This version cannot read it."))
            continue
        if stands != filing:
            found.append((case_id, f"It is {stands}, and the ledger of this week has it as {filing or 'nothing'}."))
    return found
