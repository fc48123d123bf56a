"""A world like the one in which MantisBT was recorded, and a client that speaks to it as any of its accounts."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.test import Client, TestResponse

from intake_fn.adapters.mantis import MantisTracker
from intake_fn.core.process import Module, Process
from sandbox.mantis.app import make_app
from sandbox.mantis.enums import ADMINISTRATOR, ENUMS
from sandbox.mantis.state import State

# Account, level, real name, in the order of their ids. The first two are made by State.open.
PEOPLE = (
    ("administrator", "administrator", ""),
    ("svc_intake", "manager", "Svc Intake"),
    ("svc_dev", "developer", "Svc Dev"),
    ("agent_ann", "developer", "Agent Ann"),
    ("agent_bob", "developer", "Bob Agent"),
    ("upd_uma", "updater", "Upd Uma"),
    ("rep_rita", "reporter", "Rep Rita"),
    ("view_vic", "viewer", "View Vic"),
    ("nomail", "reporter", ""),
    ("joe@cust.test", "reporter", ""),
)
EMAILS = {"administrator": "root@localhost", "nomail": "", "joe@cust.test": "joe@cust.test"}
TOKEN = "0123456789abcdefghij0123456789ab"
"""The service account's."""

CATEGORIES = ("Hardware", "Software", "Network", "Account Access")


def token_of(account: str) -> str:
    """The token of an account of the recordings."""
    return f"token-of-{account}"


def add_person(state: State, name: str, level: str, real_name: str) -> None:
    """Make an account with a token, or renew it. Belongs inside `change`."""
    number = next(n for n, known in ENUMS["access_levels"].items() if known == level)
    state.add_account(name, number, token=token_of(name))
    email = EMAILS.get(name, f"{name}@corp-helpdesk.test")
    state.run("update account set real_name = ?, email = ? where name = ?", real_name, email, name)


@dataclass
class World:
    """A stand-in in memory and a client of it."""

    state: State
    client: Client

    def call(
        self,
        account: str | None,
        method: str,
        path: str,
        body: Any = None,
        *,
        text: str | None = None,
        query: str | Mapping[str, str] = "",
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """One call as an account; with `text` as it is in place of a JSON body."""
        given = {"Authorization": token_of(account or "administrator"), **(headers or {})}
        where: dict[str, Any] = {"query_string": query} if query else {}
        if text is not None:
            content_type = given.pop("Content-Type", "")
            where |= {"data": text.encode("latin-1"), "content_type": content_type}
        elif body is not None:
            where |= {"json": body}
        return self.client.open(path, method=method, headers=given, **where)

    def file(self, account: str = "administrator", **fields: Any) -> dict[str, Any]:
        """A new issue."""
        body = {"summary": "Printer", "description": "It is silent.", "project": {"id": 2}, "category": "General"}
        answer = self.call(account, "POST", "/api/rest/issues", {**body, **fields})
        assert answer.status_code == 201, answer.status
        made: dict[str, Any] = answer.get_json()["issue"]
        return made

    def issue(self, number: int, account: str = "administrator") -> dict[str, Any]:
        """An issue as it stands."""
        found: dict[str, Any] = self.call(account, "GET", f"/api/rest/issues/{number}").get_json()["issues"][0]
        return found

    def next_number(self, table: str, number: int) -> None:
        """The next row of a table gets this id."""
        with self.state.change():
            self.state.run("delete from sqlite_sequence where name = ?", table)
            self.state.run("insert into sqlite_sequence values (?, ?)", table, number - 1)


def bare(process: Process) -> Process:
    """A process with the recordings' categories and nobody in it; its project tree is theirs."""
    modules = {name: Module(name, name, "", "", ()) for name in CATEGORIES}
    return replace(process, people={}, modules=modules, mantis=replace(process.mantis, root=""))


@pytest.fixture
def make_world(process: Process) -> Iterator[Callable[[], World]]:
    """Makes worlds like that of the recordings."""
    opened: list[State] = []

    def make() -> World:
        state = State.open(None, bare(process), "")
        opened.append(state)
        with state.change():
            state.run("update account set name = 'svc_intake' where id = 2")
            for name, level, real_name in PEOPLE:
                add_person(state, name, level, real_name)
            state.run("update project set description = 'Help desk intake' where id = 1")
            state.run("update project set description = 'Everything else' where id = 4")
            state.add_category(2, "Bugs only")
            state.add_project("Private Ops", view_state=50)
        return World(state, Client(make_app(state)))

    yield make
    for state in opened:
        state.close()


@pytest.fixture
def world(make_world: Callable[[], World]) -> World:
    """One such world."""
    return make_world()


class StandIn:
    """A running stand-in and a client for it."""

    def __init__(self, url: str, tracker: MantisTracker, state: State) -> None:
        self.url = url
        self.tracker = tracker
        self.state = state

    def fault(self, name: str, times: int = 1, **more: Any) -> None:
        """Let the next calls go wrong."""
        body = json.dumps({"fault": name, "times": times, **more}).encode()
        call = urllib.request.Request(f"{self.url}/_control", body, {"Content-Type": "application/json"})
        urllib.request.urlopen(call).close()

    def raw(self, method: str, path: str, body: Any = None, account: str = "") -> Any:
        """A call past the client, as a person where one is named: to look at what stands there, or to change it."""
        data = None if body is None else json.dumps(body).encode()
        if account:
            with self.state.change():
                self.state.add_account(account, ADMINISTRATOR, token=token_of(account))
        headers = {"Authorization": token_of(account) if account else TOKEN, "Content-Type": "application/json"}
        call = urllib.request.Request(f"{self.url}/api/rest/{path}", data, headers, method=method)
        with urllib.request.urlopen(call) as answer:
            return json.loads(answer.read() or "null")

    def marked(self, marker: str) -> list[Any]:
        """All issues that carry a marker."""
        rows = self.raw("GET", "issues?page_size=0")["issues"]
        return [row for row in rows if row.get("additional_information", "").startswith(marker)]


@pytest.fixture
def stand_in(process: Process) -> Iterator[StandIn]:
    """A stand-in on a free port, with nothing in it."""
    state = State.open(None, process, TOKEN)
    server = make_server("127.0.0.1", 0, make_app(state), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    url = f"http://127.0.0.1:{server.port}"
    tracker = MantisTracker(url, TOKEN, process.mantis, timeout_seconds=10, sleep=lambda _: None)
    state.offer_versions(["4.2", "4.3"], process.mantis.projects.values())
    yield StandIn(url, tracker, state)
    server.shutdown()
    thread.join()
    server.server_close()
    state.close()
