"""Behind a stage of an API gateway: every address that leaves the application begins with the stage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from intake_fn.web import WebConfig, create_app
from tests.web.test_status_pages import page_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.web.conftest import Web

STAGE = "/dev"
ADDRESS = re.compile(r'(?:href|src|action|data-upload|formaction)="([^"]*)"')
LIAISON = "liaison.paris@example.com"


@pytest.fixture
def staged(web: Web) -> FlaskClient:
    """A browser at the gateway's own address, over HTTPS, that sends no Referer."""
    app = create_app(
        WebConfig(
            process=web.desk.process,
            desk=lambda: web.desk,
            links=web.links,
            clock=web.clock,
            secret_key="only for tests",
            site_url="https://wiki.example.com",
        )
    )
    inner = app.wsgi_app

    def gateway(environ: Any, start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        assert path.startswith(f"{STAGE}/"), f"{path} leads out of the stage"
        return inner({**environ, "SCRIPT_NAME": STAGE, "PATH_INFO": path.removeprefix(STAGE)}, start_response)

    app.wsgi_app = gateway  # type: ignore[method-assign]  # as adapters/gateway.py does before it
    return app.test_client()


AT = {"base_url": "https://abc.execute-api.us-east-1.amazonaws.com"}


def token_on(page: str) -> str:
    """The session's token on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)

    assert found is not None
    return found[1]


def sign_in(web: Web, client: FlaskClient, wanted: str = "") -> str:
    """Sign in by the mailed link, without a Referer; where it ends."""
    page = client.get("/dev/desk/sign-in", query_string={"next": wanted}, **AT)
    client.post("/dev/desk/sign-in", data={"csrf_token": token_on(page.text), "address": LIAISON}, **AT)
    web.desk.sweep()
    path = STAGE + urlsplit(re.findall(r"https?://\S+", web.mailer.sent[-1].text)[0]).path
    answer = client.post(path, data={"csrf_token": token_on(client.get(path, **AT).text)}, **AT)

    assert 303 == answer.status_code, answer.text
    return answer.headers["Location"]


@pytest.mark.parametrize(
    ("wanted", "ends"),
    [
        ("", "/dev/desk"),
        ("/desk", "/dev/desk"),
        ("/desk/outbox?x=1", "/dev/desk/outbox?x=1"),
        ("/desk/", "/dev/desk/"),
        ("/desk\r\nX: 1", "/dev/desk"),  # a header of its own
        ("/desk\x00", "/dev/desk"),
        ("/desk/" + "a" * 5000, "/dev/desk"),  # no cookie holds it
        ("/deskfoo", "/dev/desk"),
        ("/desk/sign-in/abc", "/dev/desk"),
        ("//evil.example", "/dev/desk"),
        ("/desk\\evil", "/dev/desk"),
    ],
)
def test_signing_in_ends_at_the_desk_of_the_stage(web: Web, staged: FlaskClient, wanted: str, ends: str) -> None:
    """Or at the page of the desk that was wanted; nowhere else. A browser that sends no Referer is no forger."""
    assert ends == sign_in(web, staged, wanted)


def test_every_address_on_every_page_begins_with_the_stage(web: Web, staged: FlaskClient) -> None:
    """Links, forms, scripts, pictures, redirects: what does not leads out of the application."""
    case = web.sent()
    sign_in(web, staged)
    paths = ["/requests/new", "/requests/new/bug", page_of(web, case), "/requests/mine", "/desk", "/desk?show=all"]
    paths += [f"/desk/requests/{case.id}", "/expected?q=shipment", "/desk/outbox", "/desk/quarantine", "/nothing"]
    for path in paths:
        inner = [address for address in ADDRESS.findall(staged.get(STAGE + path, **AT).text) if address.startswith("/")]

        assert inner, path
        assert [] == [address for address in inner if not address.startswith(f"{STAGE}/")], path


def test_the_cookie_is_for_the_stage_alone(staged: FlaskClient) -> None:
    """Two stages share one host: signing in at one must not sign out at the other."""
    (cookie,) = staged.get("/dev/desk/sign-in", **AT).headers.getlist("Set-Cookie")

    assert "Path=/dev" in cookie
    assert "Secure" in cookie


def test_a_browser_without_our_cookie_is_not_told_that_it_was_signed_in(web: Web) -> None:
    """Nobody was: the page was open for too long, or cookies are off; the address that was typed is still there."""
    answer = web.client.post("/desk/sign-in", data={"address": LIAISON, "csrf_token": "?"})

    assert 400 == answer.status_code
    assert "no longer signed in" not in answer.text
    assert "stores no cookies" in answer.text
    assert LIAISON in answer.text


@pytest.mark.parametrize(
    "path",
    ["/desk", "/desk/sign-in", "/requests/new", "/requests/new/bug", "/health", "/api/search", "/requests/mine"],
)
def test_a_slash_at_the_end_is_the_same_page(web: Web, path: str) -> None:
    """People and proxies add them."""
    assert web.client.get(path).status_code == web.client.get(f"{path}/").status_code != 404
