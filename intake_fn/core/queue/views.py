"""Views: lists that a person has given a name, for oneself or for everybody at the desk. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from intake_fn.core.errors import Forbidden, Refused
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.queue.filters import Filters, parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake_fn.core.process import Process

LONGEST_NAME = 40
"""Characters of a view's name."""

MOST_VIEWS = 20
"""Views of one person, and shared ones: the desk counts each time it shows them."""


@dataclass(frozen=True, slots=True)
class View:
    """A named list. `owner` is the person who saved it; `query` is its address, as `Filters.query` writes it."""

    name: str
    owner: str
    query: str
    shared: bool = False

    @property
    def filters(self) -> Filters | None:
        """The list; None where a version no longer knows a filter of it."""
        try:
            return parsed(parse_qsl(self.query))
        except Refused:
            return None


def saved(view: View, there: Sequence[View]) -> View:
    """The view as it may be saved among those that are there. Raises Refused.

    A view of the same name is replaced: one's own, or a shared one that one has shared oneself.
    """
    if not view.name:
        raise Refused("Please give the view a name.")
    if len(view.name) > LONGEST_NAME:
        raise Refused(f"The name of a view has at most {LONGEST_NAME} characters.")
    same_kind = [other for other in there if other.shared == view.shared]
    same = next((other for other in same_kind if key_of(other) == key_of(view)), None)
    if same and same.owner != view.owner:
        raise Refused(f"Somebody else has shared a view that is called {same.name}. Choose another name.")
    if same is None and len(same_kind) >= MOST_VIEWS:
        raise Refused(f"There are {MOST_VIEWS} views of this kind already. Delete one first.")
    return view


def refuse_deletion(view: View, person: str, process: Process) -> None:
    """Raise Forbidden unless a person saved the view, or is an admin and it is shared."""
    if view.owner != person and not (view.shared and person in process.admins):
        raise Forbidden(f"Only {process.person(view.owner).name} and admins may delete this view.")


def key_of(view: View) -> str:
    """The key of a view: its name without regard to spaces and case."""
    return " ".join(view.name.split()).casefold()
