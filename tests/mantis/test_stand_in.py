"""The stand-in Mantis keeps its data, makes trouble on demand, and shows pages for people."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from intake_fn.core.process import Person, Process
from sandbox.mantis.app import make_app
from sandbox.mantis.files import decoded
from sandbox.mantis.state import State
from tests.mantis.conftest import World

TOKEN = "token-of-the-service-account-0123"
ISSUE = {"summary": "Printer", "description": "It is silent.", "project": {"id": 2}, "category": "General"}
HOSTILE = "<script>alert(1)</script> & \"q\" 'a'"


# --- what it knows ----------------------------------------------------------------------------


def test_the_project_tree_and_the_categories_are_those_of_support_yml(process: Process) -> None:
    """The parent, a sub-project for each distinct project, and each module as a category that all inherit."""
    with closing(State.open(None, process, TOKEN)) as state:
        answer = Client(make_app(state)).get("/api/rest/projects", headers={"Authorization": TOKEN}).get_json()
    projects = {project["name"]: project for project in answer["projects"]}
    parent = projects[process.mantis.parent]
    expected = {module.name for module in process.modules.values()} | {process.mantis.category}

    assert [child["name"] for child in parent["subProjects"]] == list(dict.fromkeys(process.mantis.projects.values()))
    assert [process.mantis.parent] == [child["name"] for child in projects[process.mantis.root]["subProjects"]]
    for name in (process.mantis.parent, *process.mantis.projects.values()):
        assert {category["name"] for category in projects[name]["categories"]} == expected


def test_everybody_in_support_yml_may_handle_issues(process: Process) -> None:
    """Each person's account is a developer, so that an issue can be handed to it."""
    with closing(State.open(None, process, TOKEN)) as state:
        client = Client(make_app(state))
        answer = client.get("/api/rest/projects/2/handlers", headers={"Authorization": TOKEN}).get_json()
    names = {user["name"] for user in answer["users"]}

    assert names == {"administrator", "specdesk"} | {person.mantis for person in process.people.values()}


def test_data_survive_a_restart_and_only_what_is_missing_is_added(process: Process, tmp_path: Path) -> None:
    """A second start finds the issue, makes nothing twice, adds a new person, and takes the new token."""
    with closing(State.open(tmp_path, process, "old")) as state:
        Client(make_app(state)).post("/api/rest/issues", json=ISSUE, headers={"Authorization": "old"})
        before = {table: _count(state, table) for table in ("account", "project", "category", "issue")}
    newcomer = Person("ada", "Ada", "Level 4 engineer", "ada@example.com", "ada")
    grown = replace(process, people={**process.people, "ada": newcomer})
    with closing(State.open(tmp_path, grown, TOKEN)) as state:
        client = Client(make_app(state))
        found = client.get("/api/rest/issues/1", headers={"Authorization": TOKEN}).get_json()
        after = {table: _count(state, table) for table in before}
        refused = client.get("/api/rest/issues/1", headers={"Authorization": "old"}).status_code

    assert found["issues"][0]["summary"] == ISSUE["summary"]
    assert after == {**before, "account": before["account"] + 1}
    assert refused == 401


def _count(state: State, table: str) -> int:
    return state.number(f"select count(*) from {table}")  # noqa: S608 - the test's own words


# --- habits that no recording shows in full ---------------------------------------------------


def test_turning_pages_loses_issues_of_the_same_second(world: World) -> None:
    """Mantis has no settled order within a second, so a client that turns pages misses some; one big page has all."""
    moment = datetime.now(UTC)
    world.state._now = lambda: moment  # all in one second
    for _ in range(30):
        world.file()
    paged = []
    for page in range(1, 7):
        query = {"page_size": "5", "page": str(page), "select": "id"}
        paged += [issue["id"] for issue in _list(world, query)]
    whole = [issue["id"] for issue in _list(world, {"page_size": "0", "select": "id"})]

    assert sorted(whole) == list(range(1, 31))
    assert len(paged) == 30
    assert set(paged) < set(whole)


def _list(world: World, query: dict[str, str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = world.call(None, "GET", "/api/rest/issues", query=query).get_json()["issues"]
    return rows


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {}),
        ("PATCH", "", {"summary": "Other"}),
        ("POST", "/notes", {"text": "x"}),
        ("POST", "/tags", {"tags": [{"name": "new"}]}),
        ("POST", "/files", {"files": [{"name": "a.txt", "content": "aGk="}]}),
        ("POST", "/monitors", {}),
        ("POST", "/relationships", {"issue": {"id": 2}}),
    ],
)
def test_every_change_moves_the_issue_up(world: World, method: str, path: str, body: dict[str, Any]) -> None:
    """`updated_at` tells a client what to read again: any change moves it, a refused one does not."""
    world.file()
    world.file()
    with world.state.change():
        world.state.run("update issue set updated_at = 0")
    done = world.call(None, method, f"/api/rest/issues/1{path}", body).status_code < 300

    assert (world.issue(1)["updated_at"] > "1970-01-02") == done


@pytest.mark.parametrize(
    "body",
    [
        {"summary": {"a": 1}, "handler": {"id": "x"}},
        {"handler": {"id": 10**30}},
        {"handler": {"id": {}}},
        {"priority": {"id": []}},
        {"priority": {"name": {}}},
        {"category": {"id": True, "name": []}},
        {"project": {"id": [1]}},
        {"tags": {"name": "x"}},
        {"tags": [[]]},
        {"files": [1]},
        {"notes": [None]},
        {"monitors": 7},
        {"custom_fields": [3]},
        {"description": "\x00"},
    ],
)
def test_odd_values_get_an_answer(world: World, body: dict[str, Any]) -> None:
    """Whatever is sent, something that Mantis could say comes back, and the stand-in goes on working."""
    created = world.call(None, "POST", "/api/rest/issues", {**ISSUE, **body}).status_code
    number = world.file()["id"]
    patched = world.call(None, "PATCH", f"/api/rest/issues/{number}", body).status_code

    assert {created, patched} <= {200, 201, 400, 403, 404, 500}
    assert world.issue(number)["id"] == number


@pytest.mark.parametrize(
    ("text", "content"), [("aGk=", b"hi"), ("aGk", b"hi"), ("a G\nk=!", b"hi"), ("", b""), ("a", b""), ("====", b"")]
)
def test_base64_is_read_as_php_reads_it(text: str, content: bytes) -> None:
    """What does not belong there is skipped, and nothing is an error."""
    assert content == decoded(text)


# --- trouble on demand ------------------------------------------------------------------------


def _trouble(world: World, **fault: Any) -> None:
    assert world.client.post("/_control", json=fault).status_code == 200


def test_a_fault_meets_as_many_calls_as_it_was_told(world: World) -> None:
    """After `times` calls everything is as before, and pages never meet it."""
    _trouble(world, fault="error-500", times=2)
    statuses = [world.call(None, "GET", "/api/rest/users/me").status for _ in range(3)]
    page = world.client.get("/").status_code

    assert statuses == ["500 Internal Server Error", "500 Internal Server Error", "200 OK"]
    assert page == 200


def test_maintenance_lasts_until_it_is_ended(world: World) -> None:
    """Without `times` every call meets the fault, and nothing is stored."""
    _trouble(world, fault="maintenance")
    statuses = {world.call(None, "POST", "/api/rest/issues", ISSUE).status for _ in range(3)}
    world.client.delete("/_control")

    assert statuses == {"503 Mantis Offline"}
    assert _list(world, {}) == []


def test_down_ends_the_connection_and_stores_nothing(world: World) -> None:
    """The caller gets no answer at all."""
    _trouble(world, fault="down", times=1)
    with pytest.raises(ConnectionError):
        world.call(None, "POST", "/api/rest/issues", ISSUE)

    assert _list(world, {}) == []


def test_created_no_answer_stores_the_issue_and_lets_readers_pass(world: World) -> None:
    """The lost reply: the issue is there, and the caller was not told. A GET in between does not use it up."""
    _trouble(world, fault="created-no-answer", times=1)
    before = _list(world, {})
    with pytest.raises(ConnectionError):
        world.call(None, "POST", "/api/rest/issues", ISSUE)

    assert before == []
    assert [issue["summary"] for issue in _list(world, {})] == [ISSUE["summary"]]


def test_slow_is_answered_in_the_end(world: World) -> None:
    """The call waits, then all is well."""
    _trouble(world, fault="slow", times=1, seconds=0.01)

    assert world.call(None, "GET", "/api/rest/users/me").status_code == 200
    assert world.client.get("/_control").get_json() == {"fault": None}


@pytest.mark.parametrize(
    "fault", [{}, {"fault": "flood"}, {"fault": "down", "times": 0}, {"fault": "slow", "seconds": -1}, {"fault": 1}, []]
)
def test_a_fault_that_makes_no_sense_is_refused(world: World, fault: Any) -> None:
    """The answer says how to ask, and nothing is started."""
    answer = world.client.post("/_control", json=fault)

    assert answer.status_code == 400
    assert answer.get_json()["error"].endswith(".")
    assert world.client.get("/_control").get_json() == {"fault": None}


# --- pages ------------------------------------------------------------------------------------


def test_the_issue_page_shows_everything_and_escapes_it(world: World) -> None:
    """Summary, texts, notes, tags, file names and history are data, never markup."""
    world.file(
        summary=HOSTILE,
        description=HOSTILE,
        steps_to_reproduce=HOSTILE,
        additional_information=f"{HOSTILE} https://desk.example.com/desk/1",
        handler={"name": "agent_ann"},
        tags=[{"name": HOSTILE}],
        notes=[{"text": HOSTILE}],
        files=[{"name": f"{HOSTILE}.txt", "content": "aGk="}],
    )
    text = world.client.get("/view.php?id=1").text

    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 10
    assert "Stand-in Mantis" in text
    assert "agent_ann" in text
    assert 'href="https://desk.example.com/desk/1"' in text


def test_the_list_shows_the_newest_first_and_escapes(world: World) -> None:
    """A project's page, and the parent's with all of its sub-projects."""
    for summary in ("First", HOSTILE):
        world.file(summary=summary)
    for project in (1, 2):
        text = world.client.get(f"/view_all_bug_page.php?project_id={project}").text

        assert "<script" not in text
        assert [int(number) for number in re.findall(r'/view\.php\?id=(\d+)"', text)] == [2, 1]
    assert "/view.php" not in world.client.get("/view_all_bug_page.php?project_id=3").text


def test_the_home_page_counts_issues_by_project(world: World) -> None:
    """The parent counts those of its sub-projects; resolved ones are not open."""
    world.file()
    world.file(status={"name": "resolved"})
    text = world.client.get("/").text

    assert re.findall(r"\d+ issues?, \d+ open", text)[:3] == [
        "2 issues, 1 open",
        "2 issues, 1 open",
        "0 issues, 0 open",
    ]


def test_a_file_is_downloaded_as_it_was_sent_and_never_shown(world: World) -> None:
    """An HTML file of a requester must not run in the browser of an engineer."""
    world.file(files=[{"name": "écran\n.html", "content": "PGI+aGk8L2I+"}])
    answer = world.client.get("/file_download.php?file_id=1")

    assert answer.data == b"<b>hi</b>"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%A9cran%0A.html"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content_type == "application/octet-stream"


@pytest.mark.parametrize(
    "path", ["/view.php", "/view.php?id=9", "/view.php?id=x", "/view.php?id=" + "9" * 40, "/file_download.php", "/nope"]
)
def test_a_page_that_is_not_there_says_so(world: World, path: str) -> None:
    """404 in the look of the others."""
    answer = world.client.get(path)

    assert answer.status_code == 404
    assert "See all projects" in answer.text


def test_pages_load_nothing_from_elsewhere(world: World) -> None:
    """One style sheet of its own, and a policy that allows nothing else."""
    world.file()
    for path in ("/", "/view_all_bug_page.php?project_id=2", "/view.php?id=1"):
        answer = world.client.get(path)

        assert re.findall(r'(?:src|href)="(?:https?:)?//', answer.text) == []
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert world.client.get("/style.css").content_type == "text/css; charset=utf-8"


def test_people_report_issues_on_a_page(world: World) -> None:
    """As any account, assigned to anybody who may handle issues; what Mantis refuses is said with what was typed."""
    form = world.client.get("/bug_report_page.php?project_id=2").text
    assert "rep_rita" in form
    typed = {"account": "rep_rita", "category": "General", "priority": "high", "summary": HOSTILE, "description": "x"}
    made = world.client.post("/bug_report_page.php?project_id=2", data=typed)
    issue = world.issue(1)

    assert (303, "/view.php?id=1") == (made.status_code, made.headers["Location"])
    assert ("rep_rita", "high", HOSTILE) == (issue["reporter"]["name"], issue["priority"]["name"], issue["summary"])
    refused = world.client.post("/bug_report_page.php?project_id=2", data={**typed, "summary": ""})
    assert 400 == refused.status_code
    assert 400 == world.client.post("/bug_report_page.php?project_id=2", data={**typed, "account": "?"}).status_code
    assert 404 == world.client.get("/bug_report_page.php?project_id=99").status_code
