"""What people do in Mantis's own pages, where it is not what the same change over REST does."""

from __future__ import annotations

from sandbox.mantis.enums import FEEDBACK, number_of
from sandbox.mantis.shapes import FIELD
from sandbox.mantis.state import State

NO_CATEGORY = 0


def reopen(state: State, account: str, issue: int) -> None:
    """The button Reopen: feedback ($g_bug_reopen_status), and a resolution that says so ($g_bug_reopen_resolution)."""
    resolution = number_of("resolution", {"name": "reopened"})
    with state.change():
        _set(state, account, issue, "status", FEEDBACK)
        _set(state, account, issue, "resolution", resolution)


def move(state: State, account: str, issue: int, project: str) -> None:
    """The button Move: a category that the other project lacks is lost, where its options do not name another one."""
    target = state.number("select id from project where name = ?", project)
    category = state.number("select category from issue where id = ?", issue)
    with state.change():
        _set(state, account, issue, "project", target)
        if category not in [row["id"] for row in state.categories(target)]:
            _set(state, account, issue, "category", NO_CATEGORY)


def _set(state: State, account: str, issue: int, name: str, value: int) -> None:
    who = state.number("select id from account where name = ?", account)
    before = state.number(f"select {name} from issue where id = ?", issue)  # noqa: S608 - names of this module
    state.run(f"update issue set {name} = ? where id = ?", value, issue)  # noqa: S608 - as above
    state.log(issue, who, FIELD, "project_id" if name == "project" else name, before, value)
    state.touch(issue)
