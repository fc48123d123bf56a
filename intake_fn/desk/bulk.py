"""An action on many requests: each is a transaction of its own with its own result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from intake_fn.core.errors import Refused, Stale, TryLater, Unconfirmed, Unreadable
from intake_fn.core.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from intake_fn.core.events import Event
    from intake_fn.desk import Desk

ON_ITS_PAGE = "Mark it on its own page, which shows both requests first."


class Result(StrEnum):
    """What came of an action on one request."""

    DONE = "done"
    """The action is done, now or by an earlier press of the same button."""
    REFUSED = "refused"
    """The rules do not allow it, or somebody else has changed the request; it stays as it is."""
    UNKNOWN = "unknown"
    """Something is down: it may have been saved or not."""
    UNTRIED = "untried"
    """Something was down before its turn came."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action on one request, and why."""

    case_id: str
    result: Result
    why: str = ""


def act_on_each(desk: Desk, chosen: Iterable[tuple[str, int]], event: Event) -> list[Outcome]:
    """Let an event happen to each of some cases, as each was seen. Raises nothing for a single one.

    Together they take as long as a single one may: what is not delivered by then is left to the sweep. Doing it again
    does nothing twice (desk/actions.py).
    """
    return [*_outcomes(desk, chosen, event)]


def _outcomes(desk: Desk, chosen: Iterable[tuple[str, int]], event: Event) -> Iterator[Outcome]:
    until, is_down = desk.clock() + desk.inline, False
    for case_id, seen in chosen:
        if is_down:
            yield Outcome(case_id, Result.UNTRIED)
            continue
        outcome = _outcome(replace(desk, inline=until - desk.clock()), case_id, seen, event)
        is_down = outcome.result is Result.UNKNOWN
        yield outcome


def _outcome(desk: Desk, case_id: str, seen: int, event: Event) -> Outcome:
    try:
        desk.act(case_id, replace(event, at=desk.clock()), seen)
    except Unconfirmed as error:
        return Outcome(case_id, Result.REFUSED, f"{error} {ON_ITS_PAGE}")
    except (Refused, Stale, Unreadable) as error:
        return Outcome(case_id, Result.REFUSED, str(error))
    except TryLater as error:
        return Outcome(case_id, Result.UNKNOWN, str(error))
    return Outcome(case_id, Result.DONE)
