"""The report on the judge: what was said, what people decided, where they differ."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from intake_fn.core.process import JudgePolicy
from intake_fn.web import judge_report
from tests.web.conftest import application_of

if TYPE_CHECKING:
    import pytest

    from intake_fn.core.process import Process
    from spec_lookup import Spec
    from tests.web.conftest import Web


def cells(web: Web, path: str = "/desk/reports/judge") -> list[list[str]]:
    """The table, as texts."""
    page = html.unescape(web.client.get(path).text)
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)[1:]
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)] for row in rows
    ]


def test_what_was_proposed_stands_beside_what_people_decided(process: Process, spec: Spec) -> None:
    """With a link to each request on which they differ."""
    web = application_of(replace(process, judge=JudgePolicy(acts=frozenset())), spec)
    web.sign_in()
    same, other, nobody = (web.sent(steps=f"{number}. Click") for number in (1, 2, 3))
    web.act(same, "read", reading="silent-bug")
    web.act(other, "read", reading="neither")
    page, queue = web.client.get("/desk/reports/judge").text, web.client.get("/desk?show=all").text

    assert 1 == queue.count("Bug proposed")
    assert [["built-in", "proposed", "Bug", "3", "1", "1", "1"]] == cells(web)
    assert f"/desk/requests/{other.id}" in page
    assert f"/desk/requests/{same.id}" not in page
    assert f"/desk/requests/{nobody.id}" not in page


def test_a_report_reads_so_many_requests_and_leads_on(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs the same however many there are; the earlier ones follow on another page."""
    monkeypatch.setattr(judge_report, "PAGE", 1)
    monkeypatch.setattr(judge_report, "MOST_PAGES", 2)
    web.sign_in()
    for number in (1, 2, 3):
        web.sent(steps=f"{number}. Click")
    page = web.client.get("/desk/reports/judge").text
    (earlier,) = re.findall(r'href="(/desk/reports/judge\?cursor=[^"]+)"', page)

    assert ["2", "1"] == [rows[0][3] for rows in (cells(web), cells(web, html.unescape(earlier)))]


def test_without_requests_it_says_so(web: Web) -> None:
    """And reads nothing more."""
    web.sign_in()

    assert "There are no requests yet." in web.client.get("/desk/reports/judge").text
