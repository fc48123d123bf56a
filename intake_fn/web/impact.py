"""The impact packet of a change request: a page to read and to print, and a part of other pages that leads there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, url_for

import spec_lookup
from intake_fn import log
from intake_fn.core.changes.agenda import asked, item_of
from intake_fn.core.errors import Broken, TryLater, Unknown, Unreadable
from intake_fn.core.names import last_day
from intake_fn.core.vocabulary import Category, Decision
from intake_fn.desk.impact import Packet, judge_again, packet
from intake_fn.web import words
from intake_fn.web.access import ENGINEER, config, me, open_to
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.core.case import Case
    from intake_fn.core.impact import Affected, EarlierDecision

blueprint = Blueprint("impact", __name__, url_prefix="/desk/requests/<case_id>/impact")


RELATIONS = {"links-here": "links to it", "linked": "it links there", "near": "about the same"}


@blueprint.get("")
@open_to(ENGINEER)
def show(case_id: str) -> ResponseReturnValue:
    """The packet as it was worked out last. 404 for a request that nobody has assessed."""
    desk = config().desk()
    case = desk.cases.load(case_id)
    found = packet(desk, case)
    if found is None:
        raise Unknown(f"{case.id} has no assessment yet, so there is no packet: its owner assesses it first.")
    return render_template(
        "impact.html",
        case=case,
        packet=found,
        asked=asked(item, desk.process) if (item := item_of(case, desk.process, desk.clock())) else (),
        now=desk.clock(),
        last_day=last_day,
        zone=words.zone_of(me(), desk.process),
    )


@blueprint.post("")
@open_to(ENGINEER)
def again(case_id: str) -> ResponseReturnValue:
    """Judge the requests again, as far as a page's time goes; another press goes on."""
    desk = config().desk()
    judge_again(desk, desk.cases.load(case_id))
    return redirect(url_for("impact.show", case_id=case_id), 303)


def packet_of(case: Case) -> Packet | None:
    """The packet, for a page that is about more than it: None without a spec, or while the file store is down."""
    try:
        return packet(config().desk(), case)
    except (SpecLookupError, TryLater, Broken) as error:
        log.warning("impact_not_shown", case=case.id, error=str(error))
        return None


def _turn(one: Affected) -> str:
    """What a request that flips was and would be."""
    before, after = (words.CATEGORY[Category(name)] for name in (one.before, one.after))
    if one.flip == spec_lookup.FlipKind.CLAUSE_CHANGED:
        return f"{before}, decided by a person by this clause: to be looked at again"
    return f"{before} → {after}"


def _summary(case_id: str) -> str:
    """The summary of a request; "" where it cannot be read now."""
    try:
        return config().desk().cases.row(case_id).summary
    except (Unknown, Unreadable):
        return ""


def _decided(one: EarlierDecision) -> str:
    """What was decided earlier, in words."""
    if one.by_board:
        return f"The Board on a change of the clause: {words.decision_of_board(Decision(one.what))}"
    return f"By a person: {words.CATEGORY[Category(one.what)]}"


says = SimpleNamespace(relations=RELATIONS, turn=_turn, summary=_summary, decided=_decided)
"""What the parts of pages call that show a packet (web/templating.py)."""
