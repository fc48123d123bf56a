"""Routes and templates that the package makes ahead are those of the checkout."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.routing import Map, Rule

from intake_fn.web import WebConfig, create_app, keep_ahead, routes, templating
from intake_fn.web.access import EXTENSION
from intake_fn.web.lazy import Lazy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.conftest import Web


def test_the_kept_routes_are_those_that_the_views_declare(tmp_path: Path) -> None:
    """With the view that each names, as it stands in its module."""
    routes.keep(tmp_path)
    known = routes.collected()

    assert [*known] == [*routes.kept(tmp_path)]
    assert len(known) > 80
    for route in known:
        module, _, name = route.view.partition(":")
        assert Lazy(route.view).real() is getattr(import_module(f"intake_fn.{module}"), name)


def test_a_desk_s_routes_check_the_token_and_a_requester_s_do_not() -> None:
    """Who acts by a session proves that the form is of the session; who acts by the token in the address need not."""
    by_check: dict[bool, set[str]] = {route.checks_token: set() for route in routes.collected()}
    for route in routes.collected():
        by_check[route.checks_token].add(route.endpoint.partition(".")[0])

    assert {"desk", "board", "sign_in", "quarantine"} <= by_check[True]
    assert {"pages", "status", "api", "my_requests", "files", "health"} <= by_check[False]
    assert set() == by_check[True] & by_check[False]


def test_addresses_are_those_of_werkzeug_s_own_rules() -> None:
    """With values in the path, with others behind it, and with a default."""
    made = []
    for kind in (Rule, routes.LazyRule):
        rules = [
            kind("/desk/reports", endpoint="shown", defaults={"page": "requests"}),
            kind("/desk/reports/<any(times, mail):page>", endpoint="shown"),
            kind("/files/<token>/é", endpoint="file"),
            kind("/desk", endpoint="queue"),
        ]
        addresses = Map(rules).bind("help.example.com", "/dev")
        made.append(
            [
                addresses.build("shown", {"page": "times", "days": [1, 2]}),
                addresses.build("shown", {"page": "requests"}),
                addresses.build("file", {"token": "a/ü"}),
                addresses.build("queue"),
                addresses.build("queue", {"level": 2}, force_external=True),
            ]
        )

    assert made[0] == made[1]


def test_what_templates_call_is_there() -> None:
    """A name that no module has would fail on the page that calls it."""
    for place in (*templating.CALLED.values(), *templating.FILTERS.values()):
        assert Lazy(place).real() is not None


def test_pages_are_the_same_with_what_was_made_ahead(web: Web, tmp_path: Path) -> None:
    """An empty form, a page of the desk, and an error."""
    keep_ahead(tmp_path)
    web.sent()
    config: WebConfig = web.client.application.extensions[EXTENSION]
    ahead: Flask = create_app(replace(config, ahead=tmp_path))
    client = ahead.test_client()

    for path in ("/requests/new", "/expected?q=quote", "/health", "/nowhere", "/desk"):
        there, here = client.get(path), web.client.get(path)
        assert (here.status_code, here.text) == (there.status_code, there.text)
    assert 400 <= client.post("/desk/outbox/retry").status_code < 500
