"""The quarantine: requests that await review, and rejected ones; many can be decided on at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from intake_fn.core.errors import Refused, TryLater
from intake_fn.core.vocabulary import Status
from intake_fn.desk.bulk import Result, act_on_each
from intake_fn.web.access import ADMIN, config, me, open_to
from intake_fn.web.actions import ACTIONS, event_of
from intake_fn.web.numbers import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

blueprint = Blueprint("quarantine", __name__, url_prefix="/desk/quarantine")

PAGE = 50
DECISIONS = ("release", "reject")


@blueprint.get("")
@open_to(ADMIN)
def listed() -> ResponseReturnValue:
    """Requests that await review, or with `rejected` the rejected ones, latest first; with `ticked` all selected."""
    return _page()


@blueprint.post("")
@open_to(ADMIN)
def decide() -> ResponseReturnValue:
    """Release or reject all that are selected; a request that changed meanwhile is left as it is, and counted."""
    action = request.form.get("action", "")
    ticked = request.form.getlist("case")
    if action not in DECISIONS:
        raise Refused("Press one of the buttons: release or reject.")
    if not ticked:
        return _page("Select one request or more first."), 422
    try:
        left = _decide(action, ticked)
    except TryLater:
        return _page(
            "Some requests may not have been saved and are still in the list. Please try again in a minute.",
            ticked,
        ), 503
    except Refused as error:
        return _page(str(error), ticked), 422
    return redirect(url_for("quarantine.listed", done=action, number=len(ticked) - left, left=left or None), 303)


def _decide(action: str, ticked: Sequence[str]) -> int:
    """Let it happen to each; how many were left as they are. Raises TryLater, and Refused for a missing reason."""
    desk = config().desk()
    chosen = [(case_id, whole(seen, 0)) for case_id, _, seen in (case.partition(":") for case in ticked)]
    outcomes = act_on_each(desk, chosen, event_of(action, request.form, desk, me()))
    if any(outcome.result in (Result.UNKNOWN, Result.UNTRIED) for outcome in outcomes):
        raise TryLater("Not all requests were saved.")
    return sum(outcome.result is Result.REFUSED for outcome in outcomes)


def _page(problem: str = "", ticked: Sequence[str] = ()) -> str:
    """The list; `problem` is shown above it, with what was ticked and typed."""
    desk = config().desk()
    status = Status.REJECTED if request.args.get("rejected") else Status.QUARANTINED
    page = desk.cases.quarantine(status, PAGE, request.args.get("cursor", ""))
    all_ticked = bool(request.args.get("ticked")) and not problem
    done = request.args.get("done", "")
    ledger, counts = desk.counters.totals()
    return render_template(
        "quarantine.html",
        rows=page.rows,
        unread=page.unread,
        cursor=page.cursor,
        rejected=status is Status.REJECTED,
        ticked=[f"{row.id}:{row.version}" for row in page.rows] if all_ticked else ticked,
        counts=counts,
        ledger=ledger,
        mails=desk.inbound.mail_ledger(),
        problem=problem,
        reason=request.form.get("reason", ""),
        actions=ACTIONS,
        done=done if done in DECISIONS else "",
        number=whole(request.args.get("number"), 0),
        left=whole(request.args.get("left"), 0),
        now=config().desk().clock(),
    )
