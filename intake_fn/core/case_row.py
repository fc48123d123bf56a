"""What a list shows of a case, without its history and texts, and a page of such a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from intake_fn.core.agreement import Role, Said, decided, said
from intake_fn.core.case import Step, module_of
from intake_fn.core.clause_changed import unsettled
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.quarantine import why_in_quarantine
from intake_fn.core.request import Priority
from intake_fn.core.retention import rests_since
from intake_fn.core.unanswered import unanswered_since
from intake_fn.core.vocabulary import Category, Stage, Status
from intake_fn.texts import Message


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as a queue shows it: what the index projects, without history or texts."""

    id: str
    summary: str
    requester: str
    status: Status
    level: int
    handler: str
    priority: Priority
    category: Category
    received_at: datetime
    changed_at: datetime
    issue: int | None
    filing: str
    due: datetime | None = None
    """When it is due, while its clock runs."""
    next_alert: datetime | None = None
    """When its next SLA alert is due."""
    version: int = 0
    missing_in_mantis: bool = False
    """Whether its issue is missing in Mantis."""
    why: tuple[Message, ...] = ()
    """Why it is in quarantine, or was rejected."""
    on_top: bool = False
    """Whether it stands above all that is not urgent."""
    said: tuple[Said, ...] = ()
    """What judges said that it is."""
    decided: Category | None = None
    """What a person decided that it is; None where none did."""
    appealed: bool = False
    """Whether its requester does not agree with the decision, and nobody has decided anew yet."""
    stage: Stage = Stage.NONE
    """Where it stands as a change request."""
    recheck: bool = False
    """Whether a clause that it rests on has changed since a person decided last."""
    module: str = ""
    """The module that it belongs to; "" for none."""
    office: str = ""
    """The requester's office, or "client"; "" in a state that an earlier version stored."""
    company: str = ""
    """The client company, as the requester wrote it."""
    unanswered: datetime | None = None
    """Since when its requester waits for words of the Help Desk (core/unanswered.py)."""

    rests: bool = False
    """Whether retention finds it: nobody works on it any more, and it holds words still."""

    @property
    def proposed(self) -> Category | None:
        """What a judge proposes while a person has to decide; None for no proposal."""
        if self.category is not Category.UNDECIDED:
            return None
        given = (one.category for one in reversed(self.said) if one.role is Role.PROPOSED)
        return next((category for category in given if category is not Category.UNDECIDED), None)

    @classmethod
    def of(cls, step: Step) -> CaseRow:
        """The row of a case as a step leaves it."""
        case = step.case
        return cls(
            id=case.id,
            summary=case.request.summary,
            requester=case.request.requester.name,
            status=case.status,
            level=case.level,
            handler=case.handler,
            priority=case.priority,
            category=case.category,
            received_at=case.received_at,
            changed_at=case.changed_at,
            issue=case.issue,
            filing=case.filing.value,
            due=step.due,
            next_alert=step.next_alert,
            version=case.version,
            missing_in_mantis=case.missing_in_mantis,
            why=why_in_quarantine(case),
            on_top=case.priority is Priority.URGENT and case.status.is_open,
            said=said(case),
            decided=decided(case),
            appealed=case.appealed,
            stage=case.stage,
            recheck=bool(unsettled(case)),
            module=module_of(case),
            office=case.request.requester.office,
            company=case.request.requester.company,
            unanswered=unanswered_since(case),
            rests=step.next_alert is None and rests_since(case) is not None,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list and, if there are more, the cursor that continues it (opaque, URL-safe)."""

    rows: Sequence[CaseRow]
    cursor: str = ""
    unread: Sequence[str] = ()
    """The requests that stand in this part of the list and cannot be shown: this version cannot read their states."""
