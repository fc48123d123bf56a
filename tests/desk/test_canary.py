"""A canary goes through everything that a request needs, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.commands.canary import _lines
from intake_fn.ports import Purpose
from intake_fn.web.access import EXTENSION
from spec_lookup import Spec
from tests.web.conftest import Web, application_of
from tests.web.samples import SPEC

if TYPE_CHECKING:
    from intake_fn.core.process import Process

PROJECT = "Specdesk Test"


@pytest.fixture
def web(process: Process) -> Web:
    """The application, with a project for canaries."""
    made = application_of(process, Spec.of(list(SPEC.items())))
    extensions = made.client.application.extensions
    extensions[EXTENSION] = replace(extensions[EXTENSION], canary_project=PROJECT)
    return made


def send(web: Web, token: str | None = None) -> Any:
    """One, with a good token if none is given."""
    good = web.links.sign(Purpose.CANARY, "") if token is None else token
    return web.client.post("/health/canary", headers={"Authorization": f"Bearer {good}"})


def test_a_canary_is_judged_filed_closed_and_mailed(web: Web) -> None:
    """Each part says what it did; the issue stands in its own project, closed and nobody's."""
    answer = send(web)

    assert 200 == answer.status_code
    assert ["table", "judge", "files", "mantis", "mail"] == [part["name"] for part in answer.json["parts"]]
    ((number, issue),) = web.tracker.issues.items()
    assert (PROJECT, "closed", "") == (issue.project, issue.status, issue.handler)
    assert f"issue {number} was filed and closed" in str(answer.json)
    assert ["success@simulator.amazonses.com"] == [mail.to for mail in web.mailer.sent]
    assert "ok" in "\n".join(_lines(answer.json))


def test_nothing_of_it_is_counted_listed_or_kept(web: Web) -> None:
    """No request, no figure, no word in the search, no file, nothing to deliver."""
    send(web)

    assert 0 == web.store.ledger().received
    assert [] == list(web.store.queue(None).rows)
    assert [] == [*web.desk.outbox.due_items(web.clock(), 100)]
    assert {} == web.files.kept
    assert 0 == sum(web.store.counts().values())


def test_without_a_good_token_there_is_no_such_page(web: Web) -> None:
    """A token of another purpose is none, nor is an old one; nothing is tried."""
    old = web.links.sign(Purpose.CANARY, "")
    web.clock.advance(minutes=9)
    for token in ("", "guess", web.links.sign(Purpose.STATUS, ""), old):
        answer = send(web, token)
        assert 404 == answer.status_code
        assert b"canary" not in answer.data.lower()
    assert {} == web.tracker.issues


def test_one_a_minute(web: Web) -> None:
    """Over all instances of the function: the table counts."""
    assert [200, 429] == [send(web).status_code, send(web).status_code]
    web.clock.advance(minutes=1)
    assert 200 == send(web).status_code
    assert 2 == len(web.tracker.issues)


def test_what_is_down_is_named_and_the_rest_is_tried(web: Web) -> None:
    """Mantis is; mail goes out all the same."""
    web.tracker.down = True
    answer = send(web)

    assert 503 == answer.status_code
    assert ["mantis"] == [part["name"] for part in answer.json["parts"] if not part["ok"]]
    assert 1 == len(web.mailer.sent)


def test_it_is_filed_in_no_project_of_requests(web: Web, process: Process) -> None:
    """Its issue would become a request."""
    extensions = web.client.application.extensions
    for project in (*process.mantis.projects.values(), ""):
        extensions[EXTENSION] = replace(extensions[EXTENSION], canary_project=project)
        answer = send(web)
        web.clock.advance(minutes=1)
        assert 503 == answer.status_code
    assert {} == web.tracker.issues
