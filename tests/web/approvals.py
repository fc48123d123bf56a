"""A change request that the Board has approved, as the tests of what follows need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intake_fn.core.change_events import BoardDecided, ChangeAssessed, StageReached, VoteCast
from intake_fn.core.events import Overruled
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Category, Decision, Stage, Vote
from tests.web.samples import SPEC

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.desk import Desk
    from tests.web.conftest import Web

MARC, ANALYSTS, PAUL = "marc.selter@example.com", "sa@example.com", "paul@example.com"
OPENING = (
    "## Opening a shipment {#open}\n\nA shipment opens within 3 seconds for every user of the offices that it touches."
)
FASTER = OPENING.replace("3 seconds", "1 second")
PUBLISHED = {**SPEC, "shipments": SPEC["shipments"].replace("3 seconds", "1 second")}
"""The spec with the clause as proposed."""


def approved(web: Web, *stages: Stage, **assessed: Any) -> Case:
    """A change of Shipments that was assessed and approved, and has reached these stages."""
    return approve(web.desk, web.sent(Kind.CHANGE, module="shipments"), *stages, **assessed)


def approve(desk: Desk, case: Case, *stages: Stage, **assessed: Any) -> Case:
    """Decided, assessed, voted on and approved, by the people who do so."""
    said = {"category": Category.CHANGE, "clause": "shipments#open", "module": "shipments", "reason": "As defined."}
    assessment = {
        "clause": "shipments#open",
        "today": OPENING,
        "spec": desk.spec().stamp.content,
        "file": "shipments.md",
        "proposed": FASTER,
        "effort": "2",
        **assessed,
    }
    votes = {"marc-selter": "yes", "paul": "yes"}
    steps: list[tuple[Any, str, dict[str, Any]]] = [
        (Overruled, PAUL, said),
        (ChangeAssessed, ANALYSTS, assessment),
        (VoteCast, MARC, {"member": "marc-selter", "vote": Vote.YES, "reason": "Yes."}),
        (VoteCast, PAUL, {"member": "paul", "vote": Vote.YES, "reason": "Yes."}),
        (BoardDecided, MARC, {"decision": Decision.APPROVED, "votes": votes, "text": "It is worth it."}),
        *((StageReached, ANALYSTS, {"stage": stage, "handler": "andrei"}) for stage in stages),
    ]
    for kind, actor, what in steps:
        case = desk.act(case.id, kind(at=desk.clock(), actor=actor, **what), desk.cases.load(case.id).version)
    return case
