"""What a published spec does to requests that have been judged. Its row of the lifecycle is in core/lifecycle.py."""

from __future__ import annotations

from intake_fn.core.events import Event
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.vocabulary import Category


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseChanged(Event):
    """The clause that a request rests on says something else since a spec was published; a person has acknowledged it.

    `before` and `after` are the categories by the former spec and by the published one; they are the same where a
    person decided by the clause. `old` and `new` are its texts, "" where it was not or is no longer there. `digest` is
    the hash by which it was acknowledged, `spec` the stamp of the published spec. It changes nothing of the request.
    """

    clause: str
    before: Category
    after: Category
    old: str
    new: str
    digest: str
    spec: str
