"""The desk's queue: lists of requests that are filtered and sorted by their address, and the same as CSV.

Its routes complete the blueprint of the desk (desk_pages.py, request_page.py).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flask import Response, jsonify, render_template, request, url_for

from intake_fn.core.errors import Refused, Unreadable
from intake_fn.core.escalation import keeper
from intake_fn.core.queue.csv_file import CSV, csv_file
from intake_fn.core.queue.facets import FACETS
from intake_fn.core.queue.filters import Filters, Show, meets
from intake_fn.core.queue.order import ordered
from intake_fn.core.unassigned import candidates, unassigned
from intake_fn.desk.queue import MOST_OPEN, PAGE
from intake_fn.web import queue_words, words
from intake_fn.web.access import ENGINEER, config, me, open_to
from intake_fn.web.desk_pages import blueprint
from intake_fn.web.queue_list import asked, listed, named_views, people_at, refuse_unknown_level, viewer_here

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from intake_fn.core.case_row import CaseRow
    from intake_fn.core.process import Person
    from intake_fn.web.queue_list import Listed

HEADS = (
    *("Request", "Summary", "Requester", "Office", "Client company", "Status", "Level", "Assignee", "Priority"),
    *("Verdict", "Module", "Mantis", "Due (UTC)", "Received (UTC)", "Last change (UTC)", "Unanswered since (UTC)"),
    "Page",
)
"""The columns of the CSV file."""

OVERLAP = timedelta(seconds=10)
"""How long before a list was shown a change may have begun that it does not show yet."""

MOST_CHANGES = 100
"""Changed requests that are looked at: who is away for longer is told that there are more."""

EPOCH, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)

DONE = {
    "view-saved": "The view is saved.",
    "view-deleted": "The view is deleted. The list itself stays.",
}
"""The confirmations of what was done to views."""


@blueprint.get("")
@open_to(ENGINEER)
def queue() -> ResponseReturnValue:
    """A list of requests as its address asks for it; without one, the level of whoever looks."""
    filters, viewer, desk, process = asked(), viewer_here(), config().desk(), config().process
    ledger, counts = desk.counters.totals()
    refuse_unknown_level(filters, counts)
    here = listed(filters, viewer)
    without = _unassigned(here) if here.number == 1 else []
    rows = [row for row in here.shown if row not in without]
    levels = filters.chosen.get("level", ())
    is_level = filters.show is Show.ALL and len(levels) == 1
    return render_template(
        "queue.html",
        the_list=here,
        unassigned=without,
        rows=rows,
        most_open=MOST_OPEN,
        facets=FACETS,
        views=named_views(here),
        people=people_at({row.level for row in (*rows, *without)}, process),
        done=DONE.get(request.args.get("done", ""), ""),
        said={},
        queue_words=queue_words,
        list_link=list_link,
        show="level" if is_level else filters.show.value if not levels else "",
        at=int(levels[0]) if is_level else None,
        counts=counts,
        failed=len(desk.outbox.dead_letters()),
        unread=here.unread,
        unreadable=len(desk.outbox.unreadable()),
        ledger=ledger,
        mails=desk.inbound.mail_ledger(),
        stuck=words.stuck(desk.stuck()),
        now=viewer.now,
    )


@blueprint.get("/queue.csv")
@open_to(ENGINEER)
def queue_csv() -> ResponseReturnValue:
    """The queue as a CSV file: all of it, or the shown page of resolved requests and the portion of one's own."""
    filters = asked()
    refuse_unknown_level(filters, config().desk().counters.counts())
    return csv_of(listed(filters, viewer_here()).rows)


@blueprint.get("/changes.json")
@open_to(ENGINEER)
def changes() -> ResponseReturnValue:
    """The requests that have changed since a list was shown, each with whether that list shows it now: one read."""
    filters, viewer = asked(), viewer_here()
    since = _instant(request.args.get("since", ""))
    rows = config().desk().cases.changed_since(since - OVERLAP, MOST_CHANGES)
    requests = [
        {
            "id": row.id,
            "version": row.version,
            "listed": meets(row, filters, viewer),
            "received": row.received_at > since - OVERLAP,
        }
        for row in rows
    ]
    return jsonify({"requests": requests, "more": len(rows) == MOST_CHANGES})


def _instant(text: str) -> datetime:
    """An instant in an address. Raises Refused for what is none."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.utcoffset() is None or not EPOCH < instant < LATEST:
        raise Refused("Changes are asked for since an instant with its zone, such as 2026-11-24T15:00:00+00:00.")
    return instant


def csv_of(rows: Sequence[CaseRow]) -> Response:
    """Requests as a CSV file."""
    answer = Response(csv_file(HEADS, map(_cells, rows)), content_type=CSV)
    answer.headers["Content-Disposition"] = 'attachment; filename="requests.csv"'
    return answer


def _cells(row: CaseRow) -> list[str]:
    process, company = config().process, row.company
    instants = (row.due, row.received_at, row.changed_at, row.unanswered)
    return [
        row.id,
        row.summary,
        row.requester,
        queue_words.value_name("office", row.office, process, {}) if row.office else "",
        company,
        words.STATUS[row.status],
        str(row.level),
        process.person(row.handler).name,
        process.priorities[row.priority].name,
        words.CATEGORY[row.category],
        queue_words.value_name("module", row.module, process, {}) if row.module else "",
        f"#{row.issue}" if row.issue else "",
        *(at.strftime("%Y-%m-%d %H:%M") if at else "" for at in instants),
        url_for("desk.show", case_id=row.id, _external=True),
    ]


def list_link(filters: Filters, **more: str | int) -> str:
    """The address of a list; `more` names a page or a cursor."""
    query = "&".join(filter(None, (filters.query(), *(f"{name}={value}" for name, value in more.items()))))
    return f"{url_for('desk.queue')}?{query}"


def _unassigned(here: Listed) -> list[CaseRow]:
    """The unassigned requests of a list: their handler has left, or their level is gone. They are on top of it.

    In a person's own list, those that they would get now.
    """
    if here.filters.show is Show.DONE:
        return []
    viewer, filters = here.viewer, here.filters
    everybodys = Filters(Show.ALL, filters.chosen)
    near = [row for row in here.open.rows if any(unassigned(row, viewer.process)) and meets(row, everybodys, viewer)]
    if filters.show is Show.MINE:
        near = [row for row in near if row.stage.is_on_its_way or me() in candidates(row, viewer.process)]
        near = [row for row in near[:PAGE] if _keeper_of(row) == me()]
    return ordered(near, filters.sort, viewer.process)


def _keeper_of(row: CaseRow) -> Person | None:
    """Who looks after the request of a row; None while this version cannot read it."""
    try:
        return keeper(config().desk().cases.load(row.id), config().process)
    except Unreadable:
        return None
