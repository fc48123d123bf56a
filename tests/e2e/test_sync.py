"""What somebody does in the running stand-in Mantis comes back to the desk, through the sweep's own thread."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.events import NotedInMantis, Resolved
from intake_fn.core.vocabulary import Status
from sandbox.demo import send
from tests.waiting import wait_until

if TYPE_CHECKING:
    from sandbox.stack import Sandbox

pytestmark = pytest.mark.aws

REQUEST = {
    "kind": "question",
    "name": "Camille",
    "email": "camille@example.com",
    "office": "paris",
    "summary": "Where do I find the list of carriers?",
    "description": "I do not find it.",
    "priority": "high",
    "module": "users",
}


def test_a_resolution_in_mantis_reaches_the_request_within_seconds(sandbox: Sandbox) -> None:
    """On DynamoDB and over HTTP; once, however often the sweep comes by."""
    cases = sandbox.application.desk.cases
    case_id = send(sandbox.url, REQUEST)["id"]
    number = wait_until(lambda: cases.load(case_id).issue)
    issue = f"{sandbox.mantis_url}/api/rest/issues/{number}"
    headers = {"Authorization": sandbox.environ["SPECDESK_MANTIS_TOKEN"], "Content-Type": "application/json"}
    for method, where, body in (
        ("POST", "/notes", {"text": "It is in the menu."}),
        ("PATCH", "", {"status": {"name": "resolved"}, "resolution": {"name": "fixed"}}),
    ):
        call = urllib.request.Request(issue + where, json.dumps(body).encode(), headers, method=method)
        urllib.request.urlopen(call).close()
    wait_until(lambda: cases.load(case_id).status is Status.RESOLVED)
    for _ in range(2):
        sandbox.application.background_desk.sync()
    case = cases.load(case_id)

    assert Status.RESOLVED is case.status
    for kind in (Resolved, NotedInMantis):
        assert 1 == sum(isinstance(event, kind) for event in case.history)
