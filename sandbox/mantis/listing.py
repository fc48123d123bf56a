"""Lists of issues: five parameters count, all others are ignored as Mantis ignores them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sandbox.mantis.answers import bare, refuse, uncaught
from sandbox.mantis.enums import DEVELOPER, PRIVATE, RESOLVED
from sandbox.mantis.shapes import View
from sandbox.mantis.state import Row

FILTERS = {
    "any": "1 = 1",
    "assigned": f"handler = :me and status < {RESOLVED}",
    "unassigned": f"handler = 0 and status < {RESOLVED}",
    "reported": "reporter = :me",
    "monitored": "id in (select issue from monitor where account = :me)",
}


def listing(view: View, query: Mapping[str, str]) -> list[Row]:
    """A page of the issues that the account sees, the last changed first; only five parameters count.

    Issues of the same second have no settled order in Mantis, so that turning pages loses some of
    them: here it changes with page and size. Raises Refusal; KeyError for an unknown word as filter.
    """
    try:
        size, page = int(query.get("page_size") or 50), int(query.get("page") or 1)
    except ValueError as error:
        raise uncaught() from error
    if query.get("page_size") == "0":
        size = -1
    projects = [project["id"] for project in view.state.projects(view.level, view.id)]
    if query.get("project_id"):
        projects = _within(view, query["project_id"], projects)
    where = FILTERS[filter_name(query)]
    places = ", ".join(str(int(project)) for project in projects)
    return view.state.rows(
        f"select * from issue where project in ({places}) and {where.replace(':me', str(view.id))}"  # noqa: S608 - numbers and our own words
        " and (view_state < ? or reporter = ? or ? >= ?)"
        " order by updated_at desc, created_at desc, id * 7919 % (97 + ?) desc limit ? offset ?",
        PRIVATE,
        view.id,
        view.level,
        DEVELOPER,
        (page + size) % 89,
        size,
        max(page - 1, 0) * max(size, 0),
    )


def filter_name(query: Mapping[str, str]) -> str:
    """The built-in filter that is asked for. Raises Refusal 404/2000 for a stored one: there are none."""
    name = query.get("filter_id", "any").casefold()
    if name.isdecimal():
        raise refuse(404, 2000, f"Filter id '{name}' not found", name)
    return name


def _within(view: View, given: str, seen: Collection[int]) -> list[int]:
    number = int(given) if given.isdecimal() else 0
    if number not in seen:
        raise bare(404, f"Project '{given}' doesn't exist")
    return [project for project in view.state.family(number) if project in seen]
