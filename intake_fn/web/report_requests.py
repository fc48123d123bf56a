"""The requests behind a number of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from intake_fn.core.errors import Refused, Unknown, Unreadable
from intake_fn.core.figures import Figure, day_of
from intake_fn.core.figures.backlog import AGES, open_at
from intake_fn.core.figures.tables import Pick
from intake_fn.desk.case_lists import queued
from intake_fn.web import report_words
from intake_fn.web.access import ENGINEER, config, open_to
from intake_fn.web.report_period import date_in, today
from intake_fn.web.reports import arguments_of
from intake_fn.web.words import MAIL_END

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from flask.typing import ResponseReturnValue

    from intake_fn.core.case_row import CaseRow
    from intake_fn.core.figures import Entry
    from intake_fn.core.inbound.record import MailRecord

blueprint = Blueprint("report_requests", __name__, url_prefix="/desk/reports/requests")

PAGE = 50
"""Entries on a page."""

ANY_AGE = "any"
OLDEST = 10**6

Listed = tuple["date", str, "CaseRow | None"]
"""The day on which a request counts, its id, and what is shown of it."""

OF_CLAUSES = (Figure.CLAUSE_ANSWERED, Figure.CLAUSE_TAKEN_BACK)
"""Figures that count answers by clauses: nobody sent a request."""


@blueprint.get("")
@open_to(ENGINEER)
def listed() -> ResponseReturnValue:
    """The requests that a number counts, by the day on which they count."""
    pick = _pick()
    if pick.figure in OF_CLAUSES:
        return _clauses(pick, request.args.get("cursor", ""))
    if pick.figure is Figure.MAIL_CAME:
        return _mails(pick, request.args.get("cursor", ""))
    rows, cursor = _open(pick) if pick.age else _counted(pick, request.args.get("cursor", ""))
    return render_template(
        "report_requests.html",
        title=report_words.of_pick(pick, config().process),
        rows=rows,
        age=pick.age,
        cursor=cursor,
        arguments=arguments_of(pick),
        now=config().desk().clock(),
        day=report_words.day,
    )


def _pick() -> Pick:
    """What the address asks for. Raises Refused for what nothing counts."""
    now = today()
    age, figure = request.args.get("age", ""), request.args.get("figure", "")
    by, name = request.args.get("in", ""), request.args.get("name", "")
    if age and age not in (*AGES, ANY_AGE):
        raise Refused(f"There is no such age. Ages are {', '.join(AGES)} and {ANY_AGE}.")
    if not age and figure not in {*Figure}:
        raise Refused(f"There is no such figure. Figures are {', '.join(Figure)}.")
    first, last = date_in("first", now), date_in("last", now)
    return Pick(first, last, None if age else Figure(figure), by, name, age)


def _counted(pick: Pick, cursor: str) -> tuple[list[Listed], str]:
    """A page of requests, as they count."""
    found, cursor = _entries(pick, cursor)
    return _listed([(entry.day, case_id) for case_id, entry in found], {}), cursor


def _clauses(pick: Pick, cursor: str) -> ResponseReturnValue:
    """A page of answers by clauses: what is known of each is its day and its clause."""
    found, cursor = _entries(pick, cursor)
    return render_template(
        "report_answers.html",
        title=report_words.of_pick(pick, config().process),
        rows=[(entry.day, dict(entry.by)["clause"]) for _, entry in found],
        cursor=cursor,
        arguments=arguments_of(pick),
        day=report_words.day,
    )


def _mails(pick: Pick, cursor: str) -> ResponseReturnValue:
    """A page of mails that came in, with what has become of each; of one that is kept no more, its day alone."""
    found, cursor = _entries(pick, cursor)
    return render_template(
        "report_mails.html",
        title=report_words.of_pick(pick, config().process),
        rows=[(entry.day, mail_id, _mail(mail_id)) for mail_id, entry in found],
        cursor=cursor,
        arguments=arguments_of(pick),
        day=report_words.day,
        names=MAIL_END,
    )


def _mail(mail_id: str) -> MailRecord | None:
    try:
        return config().desk().inbound.mail(mail_id)
    except (Unknown, Unreadable):
        return None


def _entries(pick: Pick, cursor: str) -> tuple[list[tuple[str, Entry]], str]:
    """A page of entries. One of a breakdown is read on until a page is full."""
    assert pick.figure  # noqa: S101 - the other kind of pick
    found: list[tuple[str, Entry]] = []
    while True:
        page = config().desk().figures.entries([pick.figure], pick.first, pick.last, PAGE, cursor)
        found += [(about, entry) for about, entry in page.entries if not pick.by or (pick.by, pick.name) in entry.by]
        cursor = page.cursor
        if not cursor or len(found) >= PAGE:
            return found, cursor


def _open(pick: Pick) -> tuple[list[Listed], str]:
    """All that was open at the end of a day, the oldest first: it costs what is open now and what has moved since."""
    desk, zone = config().desk(), config().process.reports_zone
    known = {row.id: row for row in queued(desk.cases)}
    now = {row.id: day_of(row.received_at, zone) for row in known.values()}
    since = desk.figures.entries([Figure.OPENED, Figure.CLEARED], pick.last, today()).entries
    then = open_at(pick.last, now, since)
    first, last = (0, OLDEST) if pick.age == ANY_AGE else AGES[pick.age]
    held = sorted((day, case_id) for case_id, day in then.items() if first <= (pick.last - day).days <= last)
    return _listed(held, known), ""


def _listed(days: Sequence[tuple[date, str]], known: Mapping[str, CaseRow]) -> list[Listed]:
    """The requests as they stand; those that are not `known` are read together."""
    unknown = [case_id for case_id in dict.fromkeys(case_id for _, case_id in days) if case_id not in known]
    rows = {**known, **{row.id: row for row in config().desk().cases.rows_of(unknown)}} if unknown else known
    return [(day, case_id, rows.get(case_id)) for day, case_id in days]
