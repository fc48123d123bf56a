"""The desk's page on the spec, and `specdesk silence`: the same report, kept for all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from intake_fn.cli import main
from intake_fn.commands import silence
from intake_fn.core.request import Kind
from intake_fn.desk import spec_report
from intake_fn.wiki.clause_figures import figures
from tests.web.samples import ANSWERS

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.web.conftest import Web

HOLIDAY = "When is an invoice due if the day is a holiday"
SILENT = {
    "summary": HOLIDAY,
    "description": "The due date of the invoice fell on a holiday; a reminder was sent on the next day.",
    "expected": "The next working day counts.",
}


def sent_as_silent(web: Web) -> list[str]:
    """Two requests on which the spec is silent about the same, and one that a clause decides."""
    web.sign_in()
    numbers = []
    for number in (1, 2):
        case = web.sent(Kind.BUG, **{**SILENT, "steps": f"{number}. Wait"})
        web.act(case, "read", reading="silent-bug")
        numbers.append(case.id)
    by_clause = web.sent(summary="The quote is gone after a day")
    web.act(by_clause, "read", reading="contradicts", clause="quotes#validity")
    return numbers


def test_the_page_shows_open_points_with_stubs_and_clauses(web: Web) -> None:
    """Made when somebody asks; before that it says when it will be there."""
    numbers = sent_as_silent(web)
    assert "No report has been made yet" in web.client.get("/desk/spec").text
    assert 303 == web.post("/desk/spec/report", on="/desk/spec").status_code
    page = web.client.get("/desk/spec").text

    assert f'<h3 dir="auto">{HOLIDAY}</h3>' in page
    assert "2 requests" in page
    assert all(f"/desk/requests/{number}" in page for number in numbers)
    assert f"## {HOLIDAY} {{#when-is-an-invoice-due-if}}" in page
    assert "quotes#validity</a></td><td>1</td><td>0</td><td>0</td><td>1</td><td>0 days</td>" in page


def test_who_is_not_signed_in_sees_nothing(web: Web) -> None:
    """Nor makes a report."""
    assert 302 == web.client.get("/desk/spec").status_code
    web.client.post("/desk/spec/report")

    assert spec_report.kept(web.files) is None


def test_a_damaged_report_is_none(web: Web) -> None:
    """It is made anew; nothing else depends on it."""
    web.sign_in()
    for content in (b"", b"{}", b'{"at": 1}', b"[]"):
        web.files.put(spec_report.KEY, content, "application/json")
        assert "No report has been made yet" in web.client.get("/desk/spec").text


def test_the_command_prints_and_keeps_the_same_report(
    web: Web, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Without the names of people; figures of clauses on demand, and their counts for the wiki."""
    monkeypatch.setattr(silence, "background_desk", lambda: web.desk)
    name = ANSWERS[Kind.BUG]["name"]
    numbers = sent_as_silent(web)
    case = web.sent(summary=f"{name} asks about a parking space for lorries", description="Where?", expected="A space.")
    web.act(case, "read", reading="silent-change")
    capsys.readouterr()

    assert 0 == main(["silence"])
    printed = capsys.readouterr().out
    assert (
        "Of 4 requests 3 were decided with “the spec is silent” and 0 stayed undecided; they are about 2 points."
        in printed
    )
    assert f"1. {HOLIDAY}\n   2 requests, 0 undecided" in printed
    assert all(number in printed for number in numbers)
    assert name not in printed
    assert 0 == main(["silence", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert [2, 1] == [point["number"] for point in told["points"]]
    assert 0 == main(["silence", "--clauses"])
    assert "quotes#validity     1        0" in capsys.readouterr().out
    counts = tmp_path / "clauses.json"
    assert 0 == main(["silence", "--counts", str(counts)])
    assert {"quotes#validity": "1 bug · 1 open, the oldest for 0 days (23 Nov 2026)"} == figures(counts)
    assert not [number for number in numbers if number in counts.read_text("utf-8")], "counts alone"
    kept = spec_report.kept(web.files)
    assert kept is not None
    assert [HOLIDAY] == [point.title for point in kept.points[:1]]
