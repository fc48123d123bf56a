"""A list of the queue as a page shows it: what the address asks for, the rows, the choices of each filter."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from flask import request

from intake_fn.core.case_row import CaseRow, Page
from intake_fn.core.errors import Refused
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.queue.facets import FACETS, ME, NOBODY, Viewer
from intake_fn.core.queue.filters import Filtered, Filters, Show, filtered, is_listed, meets, parsed
from intake_fn.core.queue.order import ordered
from intake_fn.core.queue.views import View
from intake_fn.core.request import Priority
from intake_fn.core.vocabulary import Status
from intake_fn.desk.queue import PAGE, done_requests, open_requests
from intake_fn.web import queue_words, words
from intake_fn.web.access import config, me
from intake_fn.web.numbers import whole

if TYPE_CHECKING:
    from intake_fn.core.process import Process


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter; `count` is how many requests it would show, None where that is not known."""

    value: str
    name: str
    count: int | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A list: all its rows in their order; of resolved requests a page, of very many of one's own a portion of them."""

    filters: Filters
    viewer: Viewer
    open: Page
    """All open requests as they were read; none for a list of resolved ones."""
    rows: Sequence[CaseRow]
    found: Filtered
    cursor: str
    unread: Sequence[str]
    number: int
    """The page, from 1."""

    @property
    def is_cut(self) -> bool:
        """Whether there are more open requests than were read; one's own are read in portions, each in full."""
        return bool(self.open.cursor) and self.filters.show is not Show.MINE

    @property
    def portion(self) -> Mapping[str, str]:
        """What the address of another page of the same portion holds."""
        cursor = request.args.get("cursor", "")
        return {"cursor": cursor} if cursor and self.filters.show is Show.MINE else {}

    @property
    def next_portion(self) -> str:
        """The cursor of what comes behind the last page; "" on a page before that, and where nothing comes."""
        return self.cursor if self.number == self.pages or self.filters.show is Show.DONE else ""

    @property
    def shown(self) -> Sequence[CaseRow]:
        """The rows of this page."""
        if self.filters.show is Show.DONE:
            return self.rows
        return self.rows[(self.number - 1) * PAGE : self.number * PAGE]

    @property
    def pages(self) -> int:
        """How many pages there are; 1 for a list of resolved requests, which goes on by its cursor."""
        return 1 if self.filters.show is Show.DONE else max(1, -(-len(self.rows) // PAGE))

    def choices(self, facet: str) -> list[Choice]:
        """What a filter offers: what occurs, and what is chosen; of what is not counted, all that there is."""
        process = self.viewer.process
        counts, chosen = self.found.counts[facet], self.filters.chosen.get(facet, ())
        names = queue_words.companies([*self.open.rows, *self.rows])
        counted = self.filters.show is not Show.DONE
        values = [*dict.fromkeys((*(counts if counted else _all_values(facet, process)), *chosen))]
        listed = [
            Choice(
                value,
                queue_words.value_name(facet, value, process, names),
                counts.get(value, 0) if counted else None,
                value in chosen,
            )
            for value in values
        ]
        order = FACETS[facet].known or (ME, NOBODY)
        return sorted(listed, key=lambda one: (_place(one.value, order), one.name.casefold()))

    def name_of(self, facet: str, value: str) -> str:
        """A value for people."""
        names = queue_words.companies(self.open.rows)
        return queue_words.value_name(facet, value, self.viewer.process, names)


def _place(value: str, order: Sequence[str]) -> int:
    return order.index(value) if value in order else len(order)


def _all_values(facet: str, process: Process) -> tuple[str, ...]:
    """The values that there are, where no request is counted."""
    known: Mapping[str, tuple[str, ...]] = {
        "level": tuple(map(str, process.levels)),
        "assignee": (ME, *process.people),
        "status": tuple(status for status in Status if status.is_done),
        "priority": tuple(Priority),
        "module": tuple(process.modules),
        "office": tuple(process.offices),
    }
    return known.get(facet, ()) if facet in known else tuple(FACETS[facet].known) if facet == "verdict" else ()


@dataclass(frozen=True, slots=True)
class Named:
    """A saved view as a list shows it; `count` is how many open requests it has, None where that is not counted."""

    view: View
    filters: Filters
    count: int | None
    is_current: bool
    may_delete: bool


def named_views(here: Listed) -> list[Named]:
    """The views of whoever looks, and the shared ones; a view with a filter that is gone is left out."""
    viewer, current = here.viewer, here.filters.query()
    is_counted = here.filters.show is not Show.DONE
    return [
        Named(
            view,
            filters,
            sum(meets(row, filters, viewer) for row in here.open.rows)
            if is_counted and filters.show is not Show.DONE
            else None,
            filters.query() == current,
            may_delete=view.owner == viewer.id or (view.shared and viewer.id in viewer.process.admins),
        )
        for view in config().desk().views.views(viewer.id)
        if (filters := view.filters)
    ]


def viewer_here() -> Viewer:
    """Who looks now."""
    process = config().process
    return Viewer(me().id, config().desk().clock(), words.zone_of(me(), process), process)


def asked(pairs: Sequence[tuple[str, str]] | None = None) -> Filters:
    """The filters of the address; without any, the level of whoever looks. Raises Refused."""
    given = [(name, value) for name, value in (pairs or request.args.items(multi=True))]
    shows = [value for name, value in given if name == "show"]
    if shows == ["level"] or (not shows and not any(name == "level" for name, _ in given)):
        given = [pair for pair in given if pair[0] != "show"]
        if not any(name == "level" for name, _ in given):
            own = _own_level()
            given.append(("show", Show.ALL.value) if own is None else ("level", str(own)))
    return parsed(given)


def _own_level() -> int | None:
    return next((number for number, level in config().process.levels.items() if me().id in level.resources), None)


def listed(filters: Filters, viewer: Viewer) -> Listed:
    """The list that filters ask for. Raises Refused for a damaged cursor, TryLater."""
    cases, number = config().desk().cases, max(1, whole(request.args.get("page"), 1))
    if filters.show is Show.DONE:
        page = done_requests(cases, filters, viewer, request.args.get("cursor", ""))
        return Listed(filters, viewer, Page(()), page.rows, filtered((), filters, viewer), page.cursor, page.unread, 1)
    page, more = open_requests(cases, filters.show, viewer, request.args.get("cursor", ""))
    found = filtered((row for row in page.rows if is_listed(row, filters.show, viewer)), filters, viewer)
    rows = ordered(found.rows, filters.sort, viewer.process)
    return Listed(filters, viewer, page, rows, found, more, page.unread, number)


def people_at(levels: Collection[int], process: Process) -> list[tuple[int, Sequence[str]]]:
    """Who is at some levels: a request is reassigned within its level."""
    return [(number, process.levels[number].resources) for number in sorted(levels) if number in process.levels]


def refuse_unknown_level(filters: Filters, counts: Mapping[int, int]) -> None:
    """Raise Refused for a level that there is not, and that holds nothing."""
    process = config().process
    for level in filters.chosen.get("level", ()):
        number = whole(level, -1)
        if number not in process.levels and not counts.get(number):
            raise Refused(f"This level does not exist. Levels are {', '.join(map(str, process.levels))}.")
