"""The engineers' desk: queues, the spec, the outbox. The page of a request is in request_page.py."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from intake_fn.core.case_row import Page
from intake_fn.core.errors import Refused, TryLater, Unreadable
from intake_fn.core.escalation import keeper
from intake_fn.core.unassigned import candidates, unassigned
from intake_fn.desk import sign_in
from intake_fn.web import words
from intake_fn.web.access import ADMIN, ENGINEER, config, me, open_to
from intake_fn.web.forms import clean_line
from intake_fn.web.numbers import whole

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.core.case_row import CaseRow
    from intake_fn.core.process import Person

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

PAGE = 50
MOST_PAGES = 10
"""How far a filtered list is read on before it is shown, even if it is not full then."""

AHEAD = timedelta(days=1)
"""How far the outbox looks ahead for what waits: farther than any item is ever postponed."""

HITS = 10
LONGEST_QUERY = 2000


# --- queues ----------------------------------------------------------------------------------


@blueprint.get("")
@open_to(ENGINEER)
def queue() -> ResponseReturnValue:
    """Requests of a level, one's own, all, or the resolved ones; urgent ones on top, then the most recent."""
    process = config().process
    mine = next((number for number, level in process.levels.items() if me().id in level.resources), None)
    at = whole(request.args["level"], -1) if "level" in request.args else mine
    show = request.args.get("show", "all" if at is None else "level")
    desk = config().desk()
    counts, cursor = desk.counters.counts(), request.args.get("cursor", "")
    if show == "level" and at not in process.levels and not counts.get(at or 0):
        raise Refused(f"This level does not exist. Levels are {', '.join(map(str, process.levels))}.")
    without = [] if cursor or show == "closed" else _unassigned(show, at)
    page = _listed(show, at, cursor)
    return render_template(
        "queue.html",
        unassigned=without,
        rows=[row for row in page.rows if row not in without],
        cursor=page.cursor,
        show=show,
        at=at,
        counts=counts,
        failed=len(desk.outbox.dead_letters()),
        unread=page.unread,
        unreadable=len(desk.outbox.unreadable()),
        ledger=desk.counters.ledger(),
        stuck=words.stuck(desk.stuck()),
        now=desk.clock(),
    )


def _listed(show: str, at: int | None, cursor: str) -> Page:
    """One page of a list. "closed" is filtered here, reading on until a page is full."""
    cases = config().desk().cases
    if show in ("level", "all"):
        return cases.queue(at if show == "level" else None, limit=PAGE, cursor=cursor)
    if show == "mine":
        return cases.assigned(me().id, PAGE, cursor)
    rows: list[CaseRow] = []
    unread: list[str] = []
    for _ in range(MOST_PAGES):
        page = cases.queue(None, open_only=False, limit=PAGE, cursor=cursor)
        rows += [row for row in page.rows if not row.status.is_open]
        unread += page.unread
        cursor = page.cursor
        if not cursor or len(rows) >= PAGE:
            break
    return Page(rows, cursor, unread)


def _unassigned(show: str, at: int | None) -> list[CaseRow]:
    """The unassigned open requests: their handler has left, or their level is gone. They are on top of the list.

    In a person's own list, those that they would get now.
    """
    page = config().desk().cases.queue(at if show == "level" else None, limit=MOST_PAGES * PAGE)
    rows = [row for row in page.rows if any(unassigned(row, config().process))]
    if show != "mine":
        return rows
    near = [row for row in rows if row.stage.is_on_its_way or me() in candidates(row, config().process)]
    return [row for row in near[:PAGE] if _keeper_of(row) == me()]


def _keeper_of(row: CaseRow) -> Person | None:
    """Who looks after the request of a row; None while this version cannot read it."""
    try:
        return keeper(config().desk().cases.load(row.id), config().process)
    except Unreadable:
        return None


# --- the spec and the outbox -----------------------------------------------------------------


@blueprint.get("/expected")
@open_to(ENGINEER)
def expected() -> ResponseReturnValue:
    """A question in, clauses out."""
    text = clean_line(request.args.get("q", ""))[:LONGEST_QUERY]
    spec = config().desk().spec() if text else None
    return render_template(
        "expected.html",
        q=text,
        hits=spec.search(text, HITS) if spec else [],
        by_words_alone=spec is not None and spec.by_words_alone,
    )


@blueprint.get("/outbox")
@open_to(ADMIN)
def outbox() -> ResponseReturnValue:
    """The dead letters, and the items that wait for their next attempt."""
    return _outbox()


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
    return redirect(url_for("desk.outbox"), 303)


def _outbox(problem: str = "") -> str:
    desk = config().desk()
    return render_template(
        "outbox.html",
        failed=desk.outbox.dead_letters(),
        unreadable=desk.outbox.unreadable(),
        waiting=desk.outbox.due_items(desk.clock() + AHEAD, 100),
        sign_in_links=sign_in.unmailed(desk),
        problem=problem,
        zone=words.zone_of(me(), desk.process),
    )
