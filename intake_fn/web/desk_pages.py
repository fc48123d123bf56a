"""The engineers' desk: the spec, the outbox. The queue is in queue_pages.py, a request in request_page.py."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from intake_fn.core.errors import Refused, TryLater, Unreadable
from intake_fn.desk import sign_in
from intake_fn.web import words
from intake_fn.web.access import ADMIN, ENGINEER, config, me, open_to

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.desk import Desk


blueprint = Blueprint("desk", __name__, url_prefix="/desk")

AHEAD = timedelta(days=1)
"""How far the outbox looks ahead for what waits: farther than any item is ever postponed."""


# --- the spec and the outbox -----------------------------------------------------------------


@blueprint.get("/expected")
@open_to(ENGINEER)
def expected() -> ResponseReturnValue:
    """Open the former address of the search for expected behaviour."""
    return redirect(url_for("expected.shown", q=request.args.get("q")), 301)


@blueprint.get("/outbox")
@open_to(ADMIN)
def outbox() -> ResponseReturnValue:
    """The dead letters, and the items that wait for their next attempt; with `retried` what became of that one."""
    return _outbox(retried=request.args.get("retried", ""))


@blueprint.post("/outbox/retry")
@open_to(ADMIN)
def retry() -> ResponseReturnValue:
    """Reschedule a dead letter and try it at once."""
    desk = config().desk()
    item = request.form.get("item", "")
    try:
        desk.retry_now(item, me().address)
    except Unreadable as error:
        return _outbox(str(error)), 503
    except TryLater:
        return _outbox(
            "The item may not have been rescheduled. Check the list, and try again in a minute if it is still there."
        ), 503
    except Refused as error:
        return _outbox(str(error)), 422
    return redirect(url_for("desk.outbox", retried=item), 303)


def _outbox(problem: str = "", retried: str = "") -> str:
    desk = config().desk()
    return render_template(
        "outbox.html",
        failed=desk.outbox.dead_letters(),
        unreadable=desk.outbox.unreadable(),
        waiting=desk.outbox.due_items(desk.clock() + AHEAD, 100),
        retried=_retried(desk, retried),
        sign_in_links=sign_in.unmailed(desk),
        problem=problem,
        zone=words.zone_of(me(), desk.process),
    )


def _retried(desk: Desk, item_id: str) -> str:
    """What became of a dead letter that was retried: "failed" once more, "waiting" for another attempt, or "gone".

    It is looked up by itself: the lists of the page end somewhere, and lack what somebody is just trying.
    """
    if not item_id:
        return ""
    item = next((item for item in desk.outbox.items_of(item_id.partition("#")[0]) if item.id == item_id), None)
    if item is None:
        return "gone"
    return "failed" if item.dead_lettered else "waiting"
