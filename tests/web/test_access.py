"""Who may call what, and what every answer carries."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from intake_fn.web import WebConfig, create_app
from intake_fn.web.access import ADMIN, ENGINEER, Caller
from intake_fn.web.errors import SHOWN

if TYPE_CHECKING:
    from werkzeug.routing import Rule

    from tests.web.conftest import Web

ROOT = Path(__file__).parents[2]
PUBLIC_PAGES = (
    *("/requests/new", "/requests/new/bug", "/requests/mine", "/expected?q=quote"),
    *("/desk/sign-in", "/health", "/nowhere"),
)
DESK_PAGES = ("/desk", "/desk?show=all", "/desk/requests/HD-0000-0001", "/desk/outbox")


def rules(web: Web) -> list[Rule]:
    """All routes."""
    return list(web.client.application.url_map.iter_rules())


def test_every_route_declares_who_may_call_it(web: Web) -> None:
    """A new route without `@open_to` fails here."""
    views = web.client.application.view_functions

    assert {rule.endpoint for rule in rules(web) if not isinstance(_caller(views[rule.endpoint]), Caller)} == set()


def test_every_view_says_what_it_returns(web: Web) -> None:
    """An answer in Flask's own type, so that the type checker holds it; Flask's own view of assets is a Response."""
    views = web.client.application.view_functions
    returns = {name: view.__annotations__["return"] for name, view in views.items() if name != "static"}

    assert {"ResponseReturnValue"} == set(returns.values()), returns


def _caller(view: object) -> object:
    return getattr(view, "open_to", None)


@pytest.mark.parametrize("path", ["/desk/outbox", "/desk/quarantine", "/desk/quarantine?rejected=1"])
def test_what_is_for_admins_names_them_to_others(web: Web, path: str) -> None:
    """403 with who may; the pages of the desk lead nobody there in vain."""
    web.sent(homepage="https://spam.example")
    web.sign_in("andrei@example.com")
    answer = web.client.get(path)

    assert answer.status_code == 403
    assert "Only admins may do this: iHelp, Paul, System Analysts (SAs)." in answer.text
    assert path.partition("?")[0] not in web.client.get("/desk").text

    web.sign_in("paul@example.com")

    assert web.client.get(path).status_code == 200
    assert path.partition("?")[0] in web.client.get("/desk").text


def test_no_other_than_an_admin_does_what_is_for_admins(web: Web) -> None:
    """Neither from the lists nor from a request's page; nothing changes, and what was typed is still there."""
    case = web.sent(homepage="https://spam.example")
    page = f"/desk/requests/{case.id}"
    web.sign_in("andrei@example.com")
    shown = web.client.get(page).text
    calls = {
        f"{page}/release": {"seen": str(case.version)},
        f"{page}/reject": {"seen": str(case.version), "reason": "It sells something."},
        "/desk/quarantine": {"case": f"{case.id}:{case.version}", "action": "reject", "reason": "It sells something."},
        "/desk/outbox/retry": {"item": f"{case.id}#1#1"},
    }
    answers = [web.post(path, on=page, **said) for path, said in calls.items()]

    assert [403] * 4 == [answer.status_code for answer in answers]
    assert all("iHelp, Paul, System Analysts (SAs)" in answer.text for answer in answers)
    assert "It sells something." in answers[1].text
    assert case.history == web.store.load(case.id).history
    assert "An admin reviews this request: iHelp, Paul, System Analysts (SAs)." in shown
    assert f"{page}/release" not in shown
    assert 303 == web.post(f"{page}/note", on=page, seen=case.version, text="I know them.").status_code


def test_no_desk_route_is_open_without_signing_in(web: Web) -> None:
    """Called without a session, each leads to the sign-in and touches nothing."""
    web.sent()
    views = web.client.application.view_functions
    closed = [rule for rule in rules(web) if rule.rule.startswith("/desk") and "sign-in" not in rule.rule]
    before = web.desk.cases.load("HD-0000-0001")

    assert {ENGINEER, ADMIN} == {_caller(views[rule.endpoint]) for rule in closed}
    for rule in closed:
        path = rule.rule.replace("<case_id>", "HD-0000-0001")
        path = re.sub(r"<any\(\W*([\w-]+)[^)]*\):\w+>", r"\1", path)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = web.client.open(path, method=method, data={"text": "x", "seen": "1"} if method == "POST" else None)
            assert answer.status_code == (302 if method == "GET" else 401), path
    assert before == web.desk.cases.load("HD-0000-0001")


def test_a_person_who_left_support_yml_is_signed_out(web: Web) -> None:
    """The session names a person; whether they still belong to the desk is asked every time."""
    with web.client.session_transaction() as session:
        session["person"] = "somebody-who-left"

    assert web.client.get("/desk").status_code == 302


@pytest.mark.parametrize("path", [*PUBLIC_PAGES, *DESK_PAGES])
def test_every_answer_carries_the_security_headers(web: Web, path: str) -> None:
    """Nothing from elsewhere, no inline script or style, no framing; errors included."""
    web.sent()
    web.sign_in()
    answer = web.client.get(path)
    policy = answer.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == ("private, no-cache" if path == "/requests/new/bug" else "no-store")


@pytest.mark.parametrize("path", [*PUBLIC_PAGES, *DESK_PAGES])
def test_no_page_needs_what_the_policy_forbids(web: Web, path: str) -> None:
    """No inline script, style or handler; scripts, styles and pictures from here only; one h1; a language."""
    web.sent()
    web.sign_in()
    answer = web.client.get(path)
    if not answer.content_type.startswith("text/html"):
        return

    assert not re.search(r"<script(?![^>]* src=)", answer.text)
    assert not re.search(r"<style|\sstyle=|\son\w+=", answer.text)
    assert all(source.startswith("/") for source in re.findall(r'(?:src|<link[^>]* href)="([^"]+)"', answer.text))
    assert answer.text.count("<h1>") == 1
    assert '<html lang="en" ' in answer.text


def test_static_files_can_be_kept_by_the_browser(web: Web) -> None:
    """Their addresses change with their content."""
    address = re.findall(r'href="(/static/specdesk.css[^"]+)"', web.client.get("/requests/new").text)[0]
    answer = web.client.get(address)

    assert "v=" in address
    assert "max-age=86400" in answer.headers["Cache-Control"]
    answer.close()


def test_over_https_the_cookie_is_secure_and_the_browser_stays_there(web: Web) -> None:
    """HttpOnly and SameSite always."""
    config: WebConfig = web.client.application.extensions["specdesk"]
    client = create_app(replace(config, secure_cookies=True)).test_client()
    answer = client.get("/desk/sign-in", base_url="https://help.example.com")
    cookie = answer.headers["Set-Cookie"]

    assert all(flag in cookie for flag in ("Secure", "HttpOnly", "SameSite=Lax"))
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_sandbox_says_that_it_is_one(web: Web) -> None:
    """And shows where its mails are; elsewhere there is no such link."""
    config: WebConfig = web.client.application.extensions["specdesk"]
    sandbox = create_app(replace(config, sandbox=True)).test_client().get("/requests/new").text

    assert "/sandbox/mail" in sandbox
    assert "/sandbox/mail" not in web.client.get("/requests/new").text


def test_a_form_page_does_not_wake_the_desk(web: Web) -> None:
    """A plain form must import neither boto3 nor the index: it never asks for the desk."""

    def asleep() -> object:
        raise AssertionError("The desk was asked for.")

    config: WebConfig = web.client.application.extensions["specdesk"]
    client = create_app(replace(config, desk=asleep)).test_client()  # type: ignore[arg-type]  # it never answers

    for path in ("/requests/new", "/requests/new/bug?clause=a%23b", "/requests/mine", "/desk/sign-in"):
        assert client.get(path).status_code == 200


def test_a_form_page_imports_neither_boto3_nor_the_index() -> None:
    """They are half of a cold start, and a form needs the process and a key."""
    program = (
        "import sys; from pathlib import Path; from intake_fn.core.process_file import parse; "
        "from intake_fn.web import WebConfig, create_app; from tests.fakes import Clock, PlainLinks; "
        "process = parse(Path('support.yml').read_text()); "
        "config = WebConfig(process=process, desk=None, links=PlainLinks(), clock=Clock(), secret_key='tests only'); "
        "app = create_app(config); "
        "assert app.test_client().get('/requests/new/bug').status_code == 200; "
        "late = ('boto3', 'botocore', 'numpy', 'bm25s', 'markdown', 'intake_fn.mail_templates'); "
        "print([name for name in late if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)

    assert result.stdout == "[]\n"


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/requests/bugs", 404), ("/status/lost/x/", 404), ("/api/nowhere", 404)]
)
def test_a_wrong_address_gets_a_page_that_says_what_to_do(web: Web, path: str, status: int) -> None:
    """In the site's look, or as JSON for programs."""
    answer = web.client.get(path)

    assert answer.status_code == status
    if path.startswith("/api"):
        assert answer.json is not None
        assert answer.json["error"]["message"]
    else:
        assert "Page not found" in answer.text


def test_a_wrong_method_is_said(web: Web) -> None:
    """405 with the way back."""
    assert web.client.delete("/requests/bug").status_code == 405


def test_each_error_has_its_own_status_and_advice() -> None:
    """One row each; the more special class comes first."""
    assert {kind.__name__: shown.status for kind, shown in SHOWN.items()} == {
        "Expired": 410,
        "Erased": 410,
        "Unknown": 404,
        "Forbidden": 403,
        "Refused": 422,
        "Stale": 409,
        "Unreadable": 503,
        "TryLater": 503,
        "Broken": 500,
        "SpecLookupError": 500,
    }
    assert all(shown.advice for shown in SHOWN.values())
