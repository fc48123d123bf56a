"""Filters of the queue: read from an address, applied to rows, and written back as an address. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from intake_fn.core.errors import Refused
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.queue.facets import FACETS
from intake_fn.core.queue.order import SORTS

if TYPE_CHECKING:
    from intake_fn.core.case_row import CaseRow
    from intake_fn.core.queue.facets import Viewer

MOST_VALUES = 50
"""Values that one facet may be given."""

LONGEST_VALUE = 200
"""Characters of a value: no name of ours, and no company on the forms, is longer."""

DOWN = "-"
"""Before the name of a sort: the other way round."""


class Show(StrEnum):
    """Which requests a list is about, before any filter."""

    ALL = "all"
    """All open requests."""
    MINE = "mine"
    """The open requests that are assigned to whoever looks."""
    DONE = "closed"
    """The resolved and closed ones."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list shows and how it is sorted; `chosen` holds the values of each facet that is given."""

    show: Show = Show.ALL
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    """The name of a sort, with DOWN before it for the other way round; "" for the most pressing first."""

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values of the address, always in the same order: two equal lists have one address."""
        pairs = [(name, value) for name in FACETS for value in self.chosen.get(name, ())]
        if self.show is not Show.ALL or not self.chosen.get("level"):
            pairs.insert(0, ("show", self.show.value))
        return [*pairs, ("sort", self.sort)] if self.sort else pairs

    def query(self) -> str:
        """The part of the address after the question mark."""
        return urlencode(self.pairs())

    def without(self, name: str, value: str = "") -> Filters:
        """The same list without a facet, or without one value of it."""
        left = tuple(one for one in self.chosen.get(name, ()) if value and one != value)
        others = {other: values for other, values in self.chosen.items() if other != name}
        return replace(self, chosen={**others, name: left} if left else others)

    def unfiltered(self) -> Filters:
        """The same list without any facet."""
        return replace(self, chosen={})

    def sorted_by(self, sort: str) -> Filters:
        """The same list in another order; in the reverse one where it is sorted so already."""
        return replace(self, sort=f"{DOWN}{sort}" if self.sort == sort else sort)


def parsed(pairs: Iterable[tuple[str, str]]) -> Filters:
    """The filters of an address. Names that are none of ours are passed over; empty values are none.

    Raises Refused for a value that cannot be: a level, a person or a company may be gone, a status cannot.
    """
    chosen: dict[str, tuple[str, ...]] = {}
    show, sort = Show.ALL.value, ""
    for name, value in pairs:
        if name == "show" and value:
            show = value
        elif name == "sort":
            sort = value
        elif name in FACETS and value:
            chosen[name] = tuple(dict.fromkeys((*chosen.get(name, ()), value)))
    _refuse_impossible(chosen)
    if show not in tuple(Show):
        raise Refused(f"This list does not exist. Lists are {', '.join(Show)}.")
    if sort.removeprefix(DOWN) not in ("", *SORTS) or sort == DOWN:
        raise Refused(f"A list is not sorted so. Sorts are {', '.join(SORTS)}.")
    return Filters(Show(show), {name: chosen[name] for name in FACETS if name in chosen}, sort)


def _refuse_impossible(chosen: Mapping[str, tuple[str, ...]]) -> None:
    for name, values in chosen.items():
        known = FACETS[name].known
        if known and not set(values) <= set(known):
            raise Refused(f"There is no such {name}. Possible are {', '.join(known)}.")
        if len(values) > MOST_VALUES or any(len(value) > LONGEST_VALUE for value in values):
            raise Refused(f"The filter by {name} is too long.")


# --- applied to rows -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filtered:
    """What filters make of some rows."""

    rows: Sequence[CaseRow]
    """The rows that meet all facets, in order."""
    counts: Mapping[str, Mapping[str, int]]
    """The number of requests by facet and value that meet all other facets."""
    hidden_by: Mapping[str, int]
    """The number of requests by facet that this facet alone hides."""


def filtered(rows: Iterable[CaseRow], filters: Filters, viewer: Viewer) -> Filtered:
    """Apply filters to rows, and count what each choice would show."""
    met: list[CaseRow] = []
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    hidden: Counter[str] = Counter()
    for row in rows:
        values = {name: facet.values(row, viewer) for name, facet in FACETS.items()}
        missed = [*_missed(values, filters)]
        if not missed:
            met.append(row)
        elif len(missed) == 1:
            hidden[missed[0]] += 1
        for name in FACETS if not missed else missed if len(missed) == 1 else ():
            counts[name].update(values[name])
    return Filtered(met, counts, hidden)


def meets(row: CaseRow, filters: Filters, viewer: Viewer) -> bool:
    """Whether a list shows a request, be it on its first page or a later one."""
    values = {name: FACETS[name].values(row, viewer) for name in filters.chosen}
    return is_listed(row, filters.show, viewer) and not any(_missed(values, filters))


def is_listed(row: CaseRow, show: Show, viewer: Viewer) -> bool:
    """Whether a list is about a request, before any filter."""
    match show:
        case Show.DONE:
            return row.status.is_done
        case Show.MINE:
            return row.status.is_open and row.handler == viewer.id
    return row.status.is_open


def _missed(values: Mapping[str, tuple[str, ...]], filters: Filters) -> Iterator[str]:
    """The facets that a request with these values does not meet."""
    for name, wanted in filters.chosen.items():
        if not set(wanted).intersection(values[name]):
            yield name
