"""The reports: an empty desk, a week, and a year; each number leads to its requests, and is a file as well."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.answered import Answered
from intake_fn.core.events import Escalated, Overruled, Resolved
from intake_fn.core.figures.tables import LEDGER, PAGES, TABLES
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Category, Filing
from intake_fn.desk.inbound_mail import keep, take
from intake_fn.web import report_words
from sandbox.year import fill
from tests.mails import mail
from tests.web.conftest import application_of

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from spec_lookup import Spec
    from tests.web.conftest import Web

STATIC = Path(__file__).parents[2] / "intake_fn" / "web" / "static"
REPORTS = ("", "/decisions", "/times", "/mail", "/month", "/judge", "/ledger")
CLAUSES = ("shipments#number", "shipments#open", "quotes#validity")
THIS_WEEK = "first=2026-11-23&last=2026-11-29"


@pytest.fixture(scope="module")
def year_web(process: Process, spec: Spec) -> Web:
    """The application with a year of requests, and somebody who is signed in."""
    web = application_of(process, spec)
    assert [*range(1, 251)] == [*fill(web.desk, 250, CLAUSES)]
    web.sign_in()
    return web


def page(web: Web, path: str) -> str:
    """A page of the reports."""
    answer = web.client.get(f"/desk/reports{path}")

    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def rows(text: str, table: str) -> list[list[str]]:
    """The rows of a table of a page, as texts, its foot included."""
    (found,) = re.findall(rf'<h2 id="{table}">.*?<table.*?>(.*?)</table>', text, re.DOTALL)
    lines = re.findall(r"<tr.*?>(.*?)</tr>", found, re.DOTALL)[1:]
    return [
        [" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.DOTALL)]
        for line in lines
    ]


def links(text: str) -> list[str]:
    """The addresses of lists of requests on a page."""
    return re.findall(r'href="(/desk/reports/requests\?[^"]+)"', text)


@pytest.mark.parametrize("path", REPORTS)
def test_an_empty_desk_says_so_and_needs_a_sign_in(web: Web, path: str) -> None:
    """Every tab stands, and the one that is open is marked."""
    assert web.client.get(f"/desk/reports{path}").status_code == 302
    web.sign_in()
    text = page(web, path)

    assert re.search(r"[Nn]o requests yet", text)
    assert 1 == len(re.findall(r'<nav class="tabs" aria-label="Reports">.*?aria-current="page"', text, re.DOTALL))


def test_a_week_is_counted_and_each_number_leads_to_its_requests(web: Web) -> None:
    """Three come in, one is decided otherwise than its verdict, one is resolved."""
    web.sign_in()
    first, second, _ = (web.sent(steps=f"{number}. Click") for number in (1, 2, 3))
    web.act(first, "overrule", category="change", clause="quotes#validity", reason="So.")
    web.clock.advance(hours=2)
    for event in (
        Overruled(
            at=web.clock(), actor="paul@example.com", category=Category.BUG, clause="quotes#validity", reason="So."
        ),
        Resolved(at=web.clock(), actor="paul@example.com", resolution="Done."),
    ):
        web.desk.act(second.id, event, web.desk.cases.load(second.id).version)
    text = page(web, f"?{THIS_WEEK}")

    assert ["23\u201329 Nov 2026 so far", "3", "1", "0", "0", "0"] == rows(text, "flow")[0]
    assert "Shipments and milestones" == rows(text, "modules")[0][0]
    assert ["23 Nov 2026", "2", "0", "0", "0", "2"] == rows(text, "backlog")[0]
    resolved = next(link for link in links(text) if "figure=resolved" in link)
    listed = page(web, resolved.removeprefix("/desk/reports"))
    assert "Resolved, 23\u201329 Nov 2026" in listed
    assert f"/desk/requests/{second.id}" in listed
    assert f"/desk/requests/{first.id}" not in listed
    still_open = page(web, next(link for link in links(text) if "age=any" in link).removeprefix("/desk/reports"))
    assert f"/desk/requests/{first.id}" in still_open
    assert f"/desk/requests/{second.id}" not in still_open
    assert ["1", "2 hours", "2 hours"] == rows(page(web, f"/times?{THIS_WEEK}"), "answered")[0][1:]
    assert ["quotes#validity", "2", "1", "1"] == rows(page(web, f"/decisions?{THIS_WEEK}"), "clauses")[0]


def test_mails_and_answers_by_clauses_lead_to_what_is_known_of_them(web: Web) -> None:
    """A sent mail to its request; an answer to its clause: who was answered sent none."""
    web.sign_in()
    case = web.sent()
    web.desk.clause_answers.keep_answer(Answered("one", web.clock(), "quotes#validity", "stamp", ("digest",)))
    mail = page(web, f"/mail?{THIS_WEEK}")
    (received,) = [link for link in links(mail) if "name=requester" in link][:1]

    assert ["1", "0", "1", "0", "0"] == rows(mail, "mail")[0][1:]
    assert {"0"} == {*rows(mail, "undelivered")[0][1:]}
    assert f"/desk/requests/{case.id}" in page(web, received.removeprefix("/desk/reports"))
    requests = page(web, f"?{THIS_WEEK}")
    assert ["1", "0"] == rows(requests, "answered-by-clause")[0][1:]
    assert ["quotes#validity", "1", "0"] == rows(requests, "answering-clauses")[0]
    answered = page(web, next(link for link in links(requests) if "clause-answered" in link)[len("/desk/reports") :])
    assert "Answered by a clause, 23\u201329 Nov 2026" in answered
    assert '/spec/quotes/#validity">quotes#validity</a>' in answered


def test_mails_that_came_in_are_counted_by_their_ends_and_lead_to_themselves(web: Web) -> None:
    """By day, too; the share of requests that came by mail is of all that came in; a file has the same numbers."""
    web.sign_in()
    web.sent(Kind.BUG)
    for raw in (
        mail(),
        mail("Another thing.", sender="ann@example.com", subject="Another", message_id="<two@example.com>"),
        mail(dmarc="fail", message_id="<three@example.com>"),
        mail("I am away.", headers={"Auto-Submitted": "auto-replied"}, message_id="<four@example.com>"),
    ):
        take(web.desk, keep(web.desk, raw))
    text = page(web, f"/mail?{THIS_WEEK}")
    by_day = rows(page(web, f"/mail?by=day&{THIS_WEEK}"), "mails-in")
    file = web.client.get(f"/desk/reports/tables/mails-in.csv?{THIS_WEEK}").data.decode("utf-8-sig").splitlines()
    waiting = next(link for link in links(text) if "name=quarantined" in link)
    shown = web.client.get(waiting).text

    assert ["4", "2", "0", "1", "1", "0", "0"] == rows(text, "mails-in")[0][1:]
    assert ["3", "2", "67%"] == rows(text, "by-mail")[0][1:]
    assert 7 + 1 == len(by_day)
    assert file[0].startswith("First day,Last day,Mails received,New request,Joined a request,Ignored (automatic)")
    assert file[1].endswith(",4,2,0,1,1,0,0")
    assert "Mails received, needs a person, 23" in shown
    assert 1 == shown.count('href="/desk/mail/')


@pytest.mark.parametrize("path", ["", "/decisions", "/times", "/mail"])
def test_every_number_of_a_year_is_as_large_as_its_list(year_web: Web, path: str) -> None:
    """Counts of all tables, by months: the list of each holds so many entries."""
    text = page(year_web, f"{path}?by=month")
    cells = re.findall(r'<td data-value="(\d+)"><a href="(/desk/reports/requests\?[^"]+)">[\d,]+</a>', text)

    assert len(cells) > 10
    for value, link in cells[:: max(1, len(cells) // 12)]:
        assert int(value) == listed(year_web, link), link


def listed(web: Web, link: str) -> int:
    """How many rows a list of requests has, on all its pages."""
    count = 0
    while link:
        text = page(web, link.removeprefix("/desk/reports"))
        count += text.count('<th scope="row">')
        (link,) = re.findall(r'<a class="button" href="([^"]+)">More (?:requests|answers)', text) or [""]
    return count


def test_the_backlog_of_a_year_is_what_was_open_then(year_web: Web) -> None:
    """By age at the end of each month, against the logs themselves."""
    text = page(year_web, "?by=month")
    for *_, total in rows(text, "backlog"):
        assert total.isdecimal()
    (last,) = rows(text, "backlog")[-1:]

    assert sum(year_web.desk.counters.counts().values()) == int(last[-1])
    assert int(last[-1]) == sum(map(int, last[1:-1]))


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_a_file(year_web: Web, table: str) -> None:
    """CSV with a head and as many rows as JSON, values as numbers; the same numbers as on the page."""
    address = f"/desk/reports/tables/{table}"
    plain = year_web.client.get(f"{address}.json?by=month").json
    lines = list(csv.reader(io.StringIO(year_web.client.get(f"{address}.csv?by=month").text)))

    assert plain is not None
    assert ("America/New_York", len(plain["rows"])) == (plain["zone"], len(lines) - 1)
    assert plain["rows"], table
    for row, line in zip(plain["rows"], lines[1:], strict=True):
        values = [value for name, value in row.items() if name not in ("first", "last", TABLES[table].by)]
        assert sorted("" if value is None else str(value) for value in values) == sorted(line[-len(values) :])


def test_every_word_of_a_report_is_there() -> None:
    """Of each table, column and figure."""
    for table in TABLES.values():
        assert {report_words.TITLES[table.id], report_words.ABOUT[table.id]}
        assert all(report_words.COLUMNS[column.key] for column in table.columns)
    assert set(report_words.PAGES) == set(PAGES)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?first=2026-11-31", "There is no day '2026-11-31'"),
        ("?first=2026-11-29&last=2026-11-23", "The first day is after the last one"),
        ("?first=2019-01-01&last=2026-11-23", "covers three years at most"),
        ("?first=1800-01-01", "begin with the year 2000"),
        ("/requests?figure=gone", "There is no such figure"),
        ("/requests?age=gone", "There is no such age"),
    ],
)
def test_days_and_figures_that_are_none_are_refused_in_words(web: Web, query: str, says: str) -> None:
    """With what to do."""
    web.sign_in()
    answer = web.client.get(f"/desk/reports{query}")

    assert answer.status_code == 422
    assert says in html.unescape(answer.text)


def test_a_month_shows_itself_beside_the_months_before(year_web: Web) -> None:
    """Six months in the tables by periods, the month alone in breakdowns, and the next and former one to go to."""
    text = page(year_web, "/month?month=2026-10-01")

    assert "<h1>Help Desk, October 2026</h1>" in text
    assert ["May 2026", "October 2026", "All together"] == [rows(text, "flow")[place][0] for place in (0, 5, 6)]
    received = int(rows(text, "flow")[5][1])
    assert received == sum(int(row[1]) for row in rows(text, "modules"))
    assert re.search(rf"<dt>Received</dt><dd><strong><a [^>]+>{received}</a></strong>", text)
    assert {"2026-09-01", "2026-11-01"} <= set(re.findall(r"month\?month=([\d-]+)", text))


@pytest.mark.parametrize("table", ["flow", "modules", "clauses"])
def test_each_table_of_a_month_is_a_file_of_the_same_days(year_web: Web, table: str) -> None:
    """The six months of a table by periods, the month alone of a breakdown."""
    text = page(year_web, "/month?month=2026-10-01")
    address = re.search(rf'href="([^"]+/{table}\.csv[^"]*)"', text)

    assert address
    lines = list(csv.reader(io.StringIO(year_web.client.get(address[1]).text)))[1:]
    first = "2026-05-01" if table == "flow" else "2026-10-01"
    assert year_web.client.get(address[1]).data.startswith(b"\xef\xbb\xbf"), "else Excel reads no accents"
    assert first in lines[0]
    assert "2026-10-31" in lines[-1]


def test_the_ledger_names_the_requests_of_a_gap(year_web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """By week; where the figures have a request elsewhere than it stands, both are told."""
    text = page(year_web, "/ledger?by=month&first=2025-11-01")
    whole = year_web.desk.counters.ledger()

    assert f"Received {whole.received} = filed {whole.filed}" in text
    assert whole.received == sum(int(row[1]) for row in rows(text, "ledger"))
    assert {"0"} == {row[-1] for row in rows(text, "ledger")}
    lost = year_web.desk.cases.queue(None, limit=1).rows[0]
    damaged(year_web, monkeypatch, lost.id)
    text = page(year_web, "/ledger?by=month&first=2025-11-01")
    assert "1" in {row[-1] for row in rows(text, "ledger")}
    assert f'<a href="/desk/requests/{lost.id}">{lost.id}</a>' in text
    assert {filing.value for filing in Filing} == {column.key for column in LEDGER.columns} - {"received"}


def damaged(web: Web, monkeypatch: pytest.MonkeyPatch, case_id: str) -> None:
    """A request that came in, and of which the figures know nothing else."""
    entries, daily = web.store.entries, web.store.daily
    gone = "filing|filing|filed"

    def some(figures: Any, *args: Any, **more: Any) -> Any:
        found = entries(figures, *args, **more)
        kept = [pair for pair in found.entries if pair[0] != case_id or pair[1].figure != "filing"]
        return replace(found, entries=kept)

    def fewer(first: Any, last: Any) -> Any:
        day = web.store.row(case_id).received_at.date()
        days = {each: dict(row) for each, row in daily(first, last).items()}
        near = min(days, key=lambda each: abs((each - day).days))
        days[near] = {**days[near], gone: days[near].get(gone, 0) - 1}
        return days

    monkeypatch.setattr(web.store, "entries", some)
    monkeypatch.setattr(web.store, "daily", fewer)


def test_reports_say_how_many_requests_are_not_counted_yet(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of before there were figures: nothing false is said of a number that lacks them."""
    web.sign_in()
    web.sent()
    monkeypatch.setattr(web.store, "uncounted", lambda: 7)

    assert "7 earlier requests are not counted yet." in page(web, "")
    assert "7 earlier requests are not counted yet." in page(web, "/ledger")


def test_vendored_files_are_those_that_the_list_names() -> None:
    """Unchanged, each with its licence; the list tells version and hash."""
    vendored = STATIC / "vendor"
    listed_files = re.findall(
        r"^\| `([^`]+)` \|.*\| ([\d.]+) \| MIT \(`([^`]+)`\) \| `(\w{64})` \|$",
        (vendored / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )

    assert listed_files
    for name, version, licence, digest in listed_files:
        content = (vendored / name).read_bytes()
        assert digest == sha256(content).hexdigest()
        assert f"v{version}".encode() in content[:200]
        assert "MIT License" in (vendored / licence).read_text(encoding="utf-8")
    assert {path.name for path in vendored.rglob("*.js") if path.is_file()} == {
        Path(name).name for name, *_ in listed_files
    }


def test_a_stay_at_a_level_is_counted_when_it_ends(web: Web) -> None:
    """With the time that the level had it."""
    web.sign_in()
    case = web.sent()
    web.clock.at += timedelta(hours=5)
    event = Escalated(at=web.clock(), actor="liaison.paris@example.com", level=1, handler="ihelp", reason="too-complex")
    web.desk.act(case.id, event, case.version)

    assert ["Level 0", "1", "8 hours", "8 hours", "0", "0"] == rows(page(web, f"/times?{THIS_WEEK}"), "levels")[0]
