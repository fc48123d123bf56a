"""What an account may do with an issue, and whom a reference to an account means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.mantis.answers import plain, refuse
from sandbox.mantis.enums import HOURLY_EVENTS, MANAGER, REPORTER, RESOLVED
from sandbox.mantis.shapes import View
from sandbox.mantis.state import Row, State
from sandbox.mantis.texts import text_of


def found(view: View, number: int) -> Row:
    """The issue of that number, when the account may see it. Raises Refusal 404/1100 or 403."""
    row = view.state.row("select * from issue where id = ?", number)
    if row is None:
        raise refuse(404, 1100, f"Issue #{number} not found", number)
    if not view.may_see(row):
        raise plain(403, f"Access denied for user {view.name}.")
    return row


def limit(view: View) -> None:
    """Raises Refusal 429/27 when an account at or below REPORTER has caused its events of this hour."""
    since = view.state.seconds() - 3600
    events = view.state.number("select count(*) from history where account = ? and at > ?", view.id, since)
    if view.level <= REPORTER and events >= HOURLY_EVENTS:
        raise refuse(429, 27, "Hit rate limit threshold")


def writable(view: View, issue: Row, message: str = "Issue '{}' is read-only.") -> None:
    """Raises Refusal 403/1103 for a resolved or closed issue below MANAGER."""
    if issue["status"] >= RESOLVED and view.level < MANAGER:
        raise refuse(403, 1103, message.format(issue["id"]), issue["id"])


def account_of(state: State, given: Mapping[str, Any]) -> int:
    """The id that a reference to an account means: an id as it is, 0 for an unknown name or e-mail."""
    if "id" in given:
        return int(given["id"])
    for key in ("name", "email", "real_name"):
        if given.get(key):
            return state.number(f"select id from account where {key} = ?", text_of(given[key]))  # noqa: S608 - from the line above
    return 0
