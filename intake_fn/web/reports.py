"""Reports: figures by week and month with their tables, the requests behind each number, the month to print."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, jsonify, render_template, url_for

from intake_fn.core.figures.periods import Unit, month_of
from intake_fn.core.figures.tables import PAGES, TABLES, made
from intake_fn.core.queue.csv_file import CSV, csv_file
from intake_fn.web import report_words
from intake_fn.web.access import ENGINEER, config, open_to
from intake_fn.web.report_period import Choice, chosen, counts, date_in, months_before, today

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from intake_fn.core.figures.tables import Counts, Made, Pick, Row

blueprint = Blueprint("reports", __name__, url_prefix="/desk/reports")

EVERY = 100_000
"""Rows of a breakdown in a file: all of them."""

TREND = 6
"""Months that the page of a month shows beside each other."""

HEADLINES = ("received", "resolved", "overridden", "missed")
"""The columns that the month shows first, beside those of the month before."""


@blueprint.get("", defaults={"page": "requests"})
@blueprint.get("/<any(decisions, times, mail):page>")
@open_to(ENGINEER)
def shown(page: str) -> ResponseReturnValue:
    """The tables of a page with their charts."""
    choice = chosen()
    figures = counts(choice)
    return render_template(
        "report_figures.html",
        page=page,
        choice=choice,
        units=Unit,
        tables=[made(table, figures) for table in PAGES[page]],
        **of_tables(choice, figures),
    )


@blueprint.get("/month")
@open_to(ENGINEER)
def month() -> ResponseReturnValue:
    """A month to be printed: the last six months of each table by periods, the month itself of all breakdowns."""
    period = month_of(date_in("month", month_of(today()).first - timedelta(days=1)))
    choice = Choice(Unit.MONTH, period.first, period.last, today())
    months = replace(choice, first=months_before(period.first, TREND - 1))
    trend = counts(months)
    figures = replace(trend, periods=[period])
    return render_template(
        "report_month.html",
        choice=choice,
        period=period,
        before=trend.periods[-2],
        after=month_of(period.last + timedelta(days=1)),
        headlines=[*_headlines(trend)],
        pages={
            page: [made(table, figures if table.by else trend) for table in tables] for page, tables in PAGES.items()
        },
        **of_tables(choice, figures, months),
    )


def _headlines(figures: Counts) -> Any:
    """A column of a month: its words, its cell, and that of the month before."""
    seen: set[str] = set()
    for table in TABLES.values():
        for place, column in enumerate(table.columns):
            if column.key in HEADLINES and not table.by and column.key not in seen:
                seen.add(column.key)
                *_, earlier, later = made(table, figures).rows
                yield report_words.COLUMNS[column.key], later.cells[place], earlier.cells[place]


@blueprint.get("/tables/<table>.<any(csv, json):form>")
@open_to(ENGINEER)
def table(table: str, form: str) -> ResponseReturnValue:
    """A table of the chosen periods as a file: all its rows, values as numbers."""
    if table not in TABLES:
        abort(404)
    choice = chosen()
    whole = made(TABLES[table], counts(choice), EVERY)
    return _as_json(whole) if form == "json" else _as_csv(whole)


def _as_json(whole: Made) -> ResponseReturnValue:
    rows = [
        {
            **({whole.table.by: row.name} if whole.table.by else {}),
            "first": row.period.first.isoformat(),
            "last": row.period.last.isoformat(),
            **{key: report_words.plain(cell) for key, cell in zip(whole.keys, row.cells, strict=True)},
        }
        for row in whole.rows
    ]
    return jsonify(table=whole.table.id, zone=config().process.reports_zone, rows=rows)


def _as_csv(whole: Made) -> ResponseReturnValue:
    by = [report_words.first_column(whole)] if whole.table.by else []
    heads = [*by, "First day", "Last day", *(_file_head(key) for key in whole.keys)]

    def name_of(row: Row) -> list[str]:
        return [report_words.row_name(row, whole, config().process)] if by else []

    rows = ([*name_of(row), *_texts(row)] for row in whole.rows)
    answer = Response(csv_file(heads, rows), content_type=CSV)
    answer.headers["Content-Disposition"] = f'attachment; filename="{whole.table.id}.csv"'
    return answer


def _file_head(key: str) -> str:
    return report_words.COLUMNS[key] + (" (seconds)" if key in ("half", "nine-in-ten") else "")


def _texts(row: Row) -> list[str]:
    values = map(report_words.plain, row.cells)
    days = row.period.first.isoformat(), row.period.last.isoformat()
    return [*days, *("" if value is None else str(value) for value in values)]


def of_tables(choice: Choice, figures: Counts, by_periods: Choice | None = None) -> dict[str, Any]:
    """What the macros of the tables use (report_parts.html).

    `by_periods` is what tables by periods are over, where that is not what the breakdowns are over.
    """
    process = config().process

    def name_of(row: Row, whole: Made) -> str:
        so_far = not whole.table.by and not whole.table.ages and row.period.last > figures.today
        return report_words.row_name(row, whole, process) + (" so far" if so_far else "")

    def link(pick: Pick) -> str:
        return address("report_requests.listed", arguments_of(pick))

    def file(whole: Made, form: str) -> str:
        days = choice if whole.table.by else by_periods or choice
        return address("reports.table", {"table": whole.table.id, "form": form, **days.arguments})

    return {
        "report": report_words,
        "name_of": name_of,
        "link": link,
        "uncounted": config().desk().figures.uncounted(),
        "zone_of_days": process.reports_zone,
        "nothing": not any(figures.daily.values()) and not figures.open_now,
        "file": file,
    }


def address(endpoint: str, values: Mapping[str, Any]) -> str:
    """The address of a page with parts that are named as data."""
    return url_for(endpoint, **values)


def arguments_of(pick: Pick) -> dict[str, str]:
    """A pick as parts of an address."""
    parts = {
        "figure": pick.figure.value if pick.figure else "",
        "first": pick.first.isoformat(),
        "last": pick.last.isoformat(),
        "in": pick.by,
        "name": pick.name,
        "age": pick.age,
    }
    return {name: text for name, text in parts.items() if text}
