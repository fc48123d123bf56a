"""Saved views: named lists with their counts, for oneself and for everybody at the desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.errors import Refused
from intake_fn.core.queue.views import MOST_VIEWS, View, saved

if TYPE_CHECKING:
    from tests.web.conftest import Web

LISTED = re.compile(r'<nav class="views-list".*?</nav>', re.DOTALL)


def names(web: Web) -> str:
    """The views that a person is shown, with their counts, as one text."""
    found = LISTED.search(web.client.get("/desk?show=all").text)
    return " ".join(re.sub(r"<[^>]+>", " ", found.group()).split()) if found else ""


def save(web: Web, name: str, query: str, **more: str) -> int:
    """Save a view."""
    return web.post("/desk/views", on="/desk?show=all", name=name, query=query, **more).status_code


def test_views_are_saved_for_oneself_and_for_all(web: Web) -> None:
    """With how many requests they have for whoever looks: a shared "mine" is each reader's own."""
    web.sent()
    web.sign_in()

    assert 303 == save(web, "High ones", "show=all&priority=high") == save(web, "Mine", "show=mine", shared="yes")
    assert "High ones 1 Mine shared 1" == names(web)
    assert "done=" not in "".join(re.findall(r'href="([^"]+)" hidden', web.client.get("/desk?show=all&done=x").text))
    assert 'aria-current="page"><span dir="auto">High ones' in web.client.get("/desk?priority=high&show=all").text

    web.sign_in("andrei@example.com")

    assert "Mine shared 0" == names(web)


def test_a_view_is_replaced_by_its_owner_and_deleted_by_owner_or_admin(web: Web) -> None:
    """Somebody else's shared view is neither replaced nor deleted."""
    web.sign_in()
    save(web, "Ours", "priority=high", shared="yes")
    save(web, " ours ", "show=all&priority=low", shared="yes")
    web.sign_in("andrei@example.com")
    delete = {"name": "Ours", "shared": "yes"}

    assert 422 == save(web, "OURS", "priority=low", shared="yes")
    assert 403 == web.post("/desk/views/delete", on="/desk?show=all", **delete).status_code
    assert 422 == save(web, "Broken", "status=x") == save(web, "", "show=all") == save(web, "x" * 41, "show=all")

    web.sign_in("paul@example.com")

    assert ["priority=low"] == [view.query.removeprefix("show=all&") for view in web.store.views("paul")]
    assert 303 == web.post("/desk/views/delete", on="/desk?show=all", **delete).status_code
    assert 404 == web.post("/desk/views/delete", on="/desk?show=all", **delete).status_code
    assert "" == names(web)


def test_there_are_only_so_many() -> None:
    """The desk counts each of them whenever it shows a list."""
    there = [View(f"View {number}", "paul", "show=all") for number in range(MOST_VIEWS)]

    assert "View 3" == saved(View("View 3", "paul", "show=mine"), there).name
    with pytest.raises(Refused):
        saved(View("One more", "paul", "show=all"), there)


def test_a_view_with_a_filter_that_is_gone_is_left_out() -> None:
    """A later version may know other filters; the list is shown without the view."""
    assert View("Old", "paul", "status=parked").filters is None
