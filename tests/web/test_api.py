"""The JSON API: what it takes and gives is what docs/api/openapi.yaml says."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from intake_fn.core.request import Channel, Kind
from intake_fn.web.access import EXTENSION
from intake_fn.web.forms import FORMS
from tests.web.samples import ANSWERS, PNG

if TYPE_CHECKING:
    from tests.web.conftest import Web

OPENAPI = yaml.safe_load((Path(__file__).parents[2] / "docs" / "api" / "openapi.yaml").read_text(encoding="utf-8"))


def valid(name: str, data: Any) -> None:
    """Hold data to a schema of the document."""
    jsonschema.validate(data, {"$ref": f"#/components/schemas/{name}", "components": OPENAPI["components"]})


def body_of(kind: Kind, **changed: Any) -> dict[str, Any]:
    """The sample answers as JSON: details apart."""
    details = {name: said for name, said in ANSWERS[kind].items() if name in FORMS[kind].details}
    plain = {name: said for name, said in ANSWERS[kind].items() if name not in details}
    return {"kind": kind.value, **plain, "details": details, **changed}


@pytest.mark.parametrize("kind", Kind)
def test_a_request_is_taken_in(web: Web, kind: Kind) -> None:
    """201 with number, link, verdict and where it stands; both sides keep to the document."""
    body = body_of(kind)
    valid("Request", body)
    answer = web.client.post("/api/requests", json=body)

    assert answer.status_code == 201
    assert answer.json is not None
    valid("Receipt", answer.json)
    case = web.desk.cases.load(answer.json["id"])
    assert case.request.channel is Channel.API
    assert case.request.summary == body["summary"]
    assert answer.json["issue"]["number"] == case.issue
    assert answer.json["verdict"]["category"] == case.category.value
    assert web.client.get(answer.json["status_url"]).status_code == 200


@pytest.mark.parametrize("kind", Kind)
def test_everything_that_is_wrong_is_named_at_once(web: Web, kind: Kind) -> None:
    """422 with the same words as the form."""
    answer = web.client.post("/api/requests", json={"kind": kind.value})

    assert answer.status_code == 422
    assert answer.json is not None
    valid("Problem", answer.json)
    fields = answer.json["error"]["fields"]
    assert {"name", "email", "office", "summary"} <= set(fields)
    assert ("details.what" in fields) == (kind is Kind.SETUP)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], ""),
        ({}, "kind"),
        ({"kind": "wish"}, "kind"),
        (body_of(Kind.QUESTION, colour="red"), "colour"),
        (body_of(Kind.QUESTION, details={"benefit": "x"}), "details.benefit"),
        (body_of(Kind.QUESTION, details=[1]), "details"),
        (body_of(Kind.QUESTION, summary=7), "summary"),
        (body_of(Kind.QUESTION, name=["a", 1]), "name"),
        (body_of(Kind.QUESTION, email="nobody"), "email"),
        (body_of(Kind.QUESTION, files=[{"name": "a.png", "content": "***"}]), "files"),
        (body_of(Kind.QUESTION, files=["a.png"]), "files"),
        (body_of(Kind.QUESTION, files=[{"name": "a.exe", "content": "TVo="}]), "files"),
    ],
)
def test_what_is_wrong_is_named(web: Web, body: Any, field: str) -> None:
    """By the path of the member."""
    answer = web.client.post("/api/requests", json=body)

    assert answer.status_code == 422
    assert answer.json is not None
    assert field in answer.json["error"]["fields"]
    assert web.desk.counters.ledger().received == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"summary": "x" * 129}, "summary"),
        ({"summary": "🙂" * 129}, "summary"),
        ({"summary": "x" + " " * 128}, "summary"),  # counted as it was sent
        ({"name": "   "}, "name"),
        ({"name": "\u2003\x00"}, "name"),
        ({"description": ""}, "description"),
        ({"company": "x" * 101}, "company"),
        ({"clause": "x" * 252}, "clause"),
        ({"clause": False}, "clause"),
        ({"details": False}, "details"),
        ({"files": {}}, "files"),
        ({"files": [{"name": "a.txt", "content": "YQ=="}] * 11}, "files"),
        ({"always": "maybe"}, "always"),
        ({"priority": ["low"]}, "priority"),
        ({"offices": "paris"}, "offices"),
    ],
)
def test_server_and_document_refuse_the_same(web: Web, changed: dict[str, Any], field: str) -> None:
    """Lengths in characters, as the document counts them; required texts with something in them; types as they are."""
    body = body_of(Kind.QUESTION, **changed)
    answer = web.client.post("/api/requests", json=body)

    assert 422 == answer.status_code
    assert answer.json is not None
    assert field in answer.json["error"]["fields"]
    with pytest.raises(jsonschema.ValidationError):
        valid("Request", body)


def test_an_emoji_is_one_character(web: Web) -> None:
    """For the document as for the server, in the form as in the API."""
    body = body_of(Kind.QUESTION, summary="🙂" * 128)

    valid("Request", body)
    assert 201 == web.client.post("/api/requests", json=body).status_code
    assert 303 == web.send(Kind.QUESTION, summary="🙂" * 128, description="another").status_code
    assert 422 == web.send(Kind.QUESTION, summary="🙂" * 129).status_code


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/api/requests", {"POST"}), ("/api/search", {"GET"}), ("/health", {"GET"}), ("/requests/bug", {"GET", "POST"})],
)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "QUERY"])
def test_a_method_that_is_not_there_is_answered_with_those_that_are(
    web: Web, path: str, allowed: set[str], method: str
) -> None:
    """405 with Allow (RFC 9110)."""
    answer = web.client.open(path, method=method)

    assert 405 == answer.status_code
    assert allowed == set(answer.headers["Allow"].split(", ")) - {"HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    "query", [{"q": "x" * 2001}, {"limit": "0"}, {"limit": "21"}, {"limit": "²"}, {"limit": "9" * 5000}, {"limit": "x"}]
)
def test_a_search_that_the_document_forbids_is_refused(web: Web, query: dict[str, str]) -> None:
    """422, and what is wrong."""
    answer = web.client.get("/api/search", query_string=query)

    assert 422 == answer.status_code
    valid("Problem", answer.json)


def test_empty_members_count_as_not_given(web: Web) -> None:
    """A program may send every member, whatever the kind."""
    body = body_of(Kind.QUESTION, expected="", steps=None, always="", priority="", details={})

    assert web.client.post("/api/requests", json=body).status_code == 201


def test_files_come_in_base64(web: Web) -> None:
    """And are listed with their hash."""
    file = {"name": "écran.png", "content": base64.b64encode(PNG).decode()}
    answer = web.client.post("/api/requests", json=body_of(Kind.BUG, files=[file]))

    assert answer.json is not None
    assert answer.json["files"] == [{"name": "écran.png", "size": len(PNG), "sha256": hashlib.sha256(PNG).hexdigest()}]


def test_a_program_without_a_screenshot_need_not_invent_a_reason(web: Web) -> None:
    """The record says that none was sent."""
    answer = web.client.post("/api/requests", json=body_of(Kind.BUG))

    assert answer.json is not None
    assert web.desk.cases.load(answer.json["id"]).request.details == {"no_screenshot": "No screenshot was sent."}


def test_sending_again_gives_the_same_receipt(web: Web) -> None:
    """Unless another Idempotency-Key says that it is meant; nobody's key opens another's receipt."""

    def send(key: str | None = None, **changed: Any) -> str:
        headers = {"Idempotency-Key": key} if key else {}
        answer = web.client.post("/api/requests", json=body_of(Kind.BUG, **changed), headers=headers)
        assert answer.json is not None
        return str(answer.json["id"])

    first = send("one")

    assert send("one") == first
    assert send("two") != first
    assert send("one", email="eve@example.com") != first
    assert send() == send()


def test_while_mantis_is_down_the_receipt_says_so(web: Web) -> None:
    """201 all the same: it is saved."""
    web.tracker.down = True
    answer = web.client.post("/api/requests", json=body_of(Kind.BUG))

    assert answer.status_code == 201
    assert answer.json is not None
    valid("Receipt", answer.json)
    assert answer.json["issue"] is None
    assert answer.json["filing"] == "queued"


@pytest.mark.parametrize(
    ("sent", "content_type", "status"),
    [(b"{", "application/json", 400), (b"\xff\xfe", "application/json", 400), (b"a=b", "text/plain", 415)],
)
def test_what_is_no_json_is_refused_in_json(web: Web, sent: bytes, content_type: str, status: int) -> None:
    """With what to do."""
    answer = web.client.post("/api/requests", data=sent, content_type=content_type)

    assert answer.status_code == status
    valid("Problem", answer.json)


def test_the_store_being_down_is_said_in_json(web: Web) -> None:
    """503: nothing was taken in."""
    web.store.down = True
    answer = web.client.post("/api/requests", json=body_of(Kind.BUG))

    assert answer.status_code == 503
    valid("Problem", answer.json)


def test_search_gives_clauses_that_land(web: Web) -> None:
    """The best first; nothing for nothing."""
    answer = web.client.get("/api/search", query_string={"q": "how long is a quote valid", "limit": 1})

    assert answer.json is not None
    assert [hit["clause"] for hit in answer.json["results"]] == ["quotes#validity"]
    valid("Hit", answer.json["results"][0])
    assert answer.json["results"][0]["url"].endswith("/spec/quotes/#validity")
    assert web.client.get("/api/search").json == {"results": []}


def test_health_tells_the_public_whether_all_is_well_and_no_more(web: Web) -> None:
    """And whether the ledger balances. How much work there is, and which version runs, is nobody's business."""
    web.sent()
    answer = web.client.get("/health")

    well = {"ok": True, "ledger": {"ok": True}, "spec": {"ok": True}}
    assert (200, well) == (answer.status_code, answer.json)
    web.store.down = True
    answer = web.client.get("/health")
    assert (503, {**well, "ok": False, "ledger": {"ok": False}}) == (answer.status_code, answer.json)


@pytest.mark.parametrize(
    ("read", "status", "says"), [("same", 200, "the same"), ("f" * 64, 503, "another"), ("", 200, "not read")]
)
def test_health_says_whether_the_wiki_shows_the_spec_that_is_decided_by(
    web: Web, read: str, status: int, says: str
) -> None:
    """A wiki of another spec is an error; one that does not say is not called another."""
    own = web.desk.spec().stamp.content
    config = web.client.application.extensions[EXTENSION]
    other = replace(config, site_stamp=lambda: own if read == "same" else read)
    web.client.application.extensions[EXTENSION] = other
    public = web.client.get("/health")
    web.sign_in()
    answer = web.client.get("/health")

    assert (status, status) == (public.status_code, answer.status_code)
    assert {"ok": status == 200} == public.get_json()["spec"]
    assert {"ok": status == 200, "says": says, "content": own if read == "same" else read} == answer.get_json()["site"]
    valid("Health", answer.get_json())


def test_health_tells_who_signed_in_all_parts(web: Web) -> None:
    """With the ledger; no secret, nobody's name."""
    web.sent()
    web.sign_in()
    answer = web.client.get("/health")

    assert answer.status_code == 200
    assert answer.json is not None
    valid("Health", answer.json)
    counted = {"received": 1, "filed": 1, "queued": 0, "failed": 0, "quarantined": 0, "rejected": 0}
    assert answer.json["ledger"] == {"ok": True, **counted}
    assert answer.json["mail"]["ok"]
    assert answer.json["spec"]["clauses"] == 3
    assert "camille" not in answer.text.lower()


@pytest.mark.parametrize(
    "address", ["kim@example..com", "josé@example.com", "kim@example.com.", '"kim lee"@example.com']
)
def test_an_address_that_takes_no_mail_is_told_to_programs_too(web: Web, address: str) -> None:
    """At its field, as in the form; nothing is taken in."""
    answer = web.client.post("/api/requests", json=body_of(Kind.QUESTION, email=address))

    assert 422 == answer.status_code
    assert ["email"] == list(answer.get_json()["error"]["fields"])
    assert [] == list(web.store.queue(None).rows)


def test_one_address_that_takes_no_mail_is_no_ill_health(web: Web) -> None:
    """Its request is filed, and the health page stays well."""
    web.mailer.refuses.add("kim@elsewhere.example")
    answer = web.client.post("/api/requests", json=body_of(Kind.QUESTION, email="kim@elsewhere.example"))

    assert 201 == answer.status_code
    assert 200 == web.client.get("/health").status_code
