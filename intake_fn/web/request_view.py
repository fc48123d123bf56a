"""What the desk's page of a request shows: the request with its evidence, pending deliveries, and actions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for

from intake_fn.core.activities import checklist
from intake_fn.core.answer_templates import ANSWERS, Filled, offered
from intake_fn.core.appeals import open_appeal
from intake_fn.core.case import files_of, module_of
from intake_fn.core.change_events import ChangeAssessed, ChangeReleased, StageReached
from intake_fn.core.changes.clause_text import planned_version, published_since
from intake_fn.core.changes.rules import NEXT
from intake_fn.core.clause_changed import unsettled
from intake_fn.core.errors import Unknown, Unreadable
from intake_fn.core.escalation import colleagues, handler_at, keeper, last_handler_at, proposed_module, speciality_of
from intake_fn.core.events import ActivityCompleted, Resolved
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.mentions import strangers
from intake_fn.core.messages import in_words
from intake_fn.core.process import OTHER
from intake_fn.core.sla import due
from intake_fn.core.steps import allowed, not_yet
from intake_fn.core.verdicts import in_shadow, requester_reading, shown_clauses
from intake_fn.core.way import way
from intake_fn.desk.proposing import assessed
from intake_fn.web import answer_files, history, presence, words
from intake_fn.web.access import config, is_admin, me, typed
from intake_fn.web.actions import ACTIONS, DECISIONS
from intake_fn.web.forms import ACCEPT, clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intake_fn.core.attachments import Selection
    from intake_fn.core.case import Case
    from intake_fn.core.case_row import CaseRow
    from intake_fn.ports import SuppressedAddress
    from spec_lookup import Clause

DONE = {
    "assessment": "Your assessment is saved, and the Board is asked to vote.",
    "declined": "Declined. The requester is notified.",
}
"""The confirmations of actions that have a page of their own."""

VERSIONED = {ActivityCompleted, Resolved, StageReached, ChangeReleased}
"""Events whose forms ask for a version of the product."""


def page(
    case_id: str,
    action: str = "",
    problem: str = "",
    sent: Selection | None = None,
    *,
    said: Mapping[str, str] | None = None,
    found: Sequence[Clause] = (),
) -> str:
    """The page of a request; `problem` is shown at the action that it is about, with what was typed and sent there.

    `said` is what stands in the form of the action where there is no problem, `found` the clauses of a search there.
    """
    desk = config().desk()
    case = desk.cases.load(case_id)
    done = request.args.get("done", "")
    return render_template(
        "request.html",
        act_at="desk.act",
        case=case,
        me_id=me().id,
        now=desk.clock(),
        zone=words.zone_of(me(), desk.process),
        done=ACTIONS[done].done if done in ACTIONS else DONE.get(done, ""),
        also_here=presence.others(case_id),
        action=action,
        problem=problem,
        said=said if said is not None else request.form if problem else {},
        found=found,
        typed=typed() if problem else {},
        strangers=strangers(request.form.get("text", ""), desk.process) if action == "note" and problem else (),
        held=answer_files.staged(sent) if sent else {},
        waiting=sent.waiting if sent else {},
        **_state(case),
        **_evidence(case),
        **_forms(case),
        **_offers(case),
    )


def _state(case: Case) -> dict[str, Any]:
    """Where a request stands: its level, due time, history, checklist and pending deliveries."""
    desk = config().desk()
    process = desk.process
    stream, streams = history.shown(case, process, request.args.get("show", ""))
    return {
        "quarantine": [*words.quarantine(case), *words.unread(case)],
        "unassigned": words.unassigned(case, process),
        "can_take": process.has_left(case.handler) and me().id in colleagues(case, process),
        "module_here": module_of(case),
        "specialist": _specialist(case),
        "not_yet": not_yet(case, process, me().address),
        "files": files_of(case),
        "history": words.history(case, process),
        "stream": stream,
        "streams": streams,
        "owed": desk.outbox.items_of(case.id),
        "due": due(case, process),
        "way": way(case, process),
        "checklist": checklist(case, process),
        "unreached": _unreached(case),
    }


def _evidence(case: Case) -> dict[str, Any]:
    """What is known of the question whether it is a bug or a change: verdict, readings, appeal, similar issues."""
    desk = config().desk()
    return {
        "unsettled": unsettled(case),
        "appeal": open_appeal(case, desk.process, me().address),
        "decided": words.overruled(case),
        "reading": requester_reading(case),
        "in_shadow": in_shadow(case),
        "by_version": desk.judged_by_version(case),
        "rule_changes": desk.rule_changes(case),
        "readable": readable(case),
        "assessed": assessed(case, desk.spec()) if case.stage else None,
        "similar": [(issue, _request_of(issue.number)) for issue in desk.similar(case)],
        "issue_page": desk.tracker.page_of,
        "same": clean_line(request.args.get("same", "")),
    }


def _forms(case: Case) -> dict[str, Any]:
    """What the forms of the actions need, whichever are allowed."""
    process = config().process
    return {
        "actions": ACTIONS,
        "templates": {name: prepared_for(name, case) for name in ANSWERS},
        "accept": ACCEPT,
        "upload": url_for("uploads.permit"),
        "reproducing": [activity.id for activity in process.activities.values() if activity.reproduces],
        "mentionable": [
            {"id": person.id, "name": person.name, "role": person.role}
            for person in process.people.values()
            if person != me()
        ],
    }


def prepared_for(action: str, case: Case) -> Sequence[Filled]:
    """The templates for an action, with what is known of the request filled in."""
    return offered(action, case, config().process, me(), config().links.status(case.id))


def _specialist(case: Case) -> tuple[str, int, str] | None:
    """The speciality of a request, its level and the name of its specialist; None for no speciality."""
    process = config().process
    name = speciality_of(replace(case.request, module=module_of(case)), process)
    level = next((level for level in process.levels.values() if name in level.specialities), None)
    if level is None or name == OTHER:
        return None
    return name, level.number, process.people[level.specialities[name]].name


def readable(case: Case) -> list[str]:
    """The clauses that an engineer may have read here, the nearest first: those shown, and those that are named."""
    read = requester_reading(case)
    named = (case.request.clause, read.clause if read else "")
    return [*dict.fromkeys((*shown_clauses(case), *filter(None, named)))]


def _unreached(case: Case) -> list[tuple[SuppressedAddress, str]]:
    """The suppressed addresses of requester and handler, each with the reason in words."""
    mail_state, process = config().desk().mail_state, config().process
    boxes = mailbox(case.request.requester.email), mailbox(keeper(case, process).address)
    marks = filter(None, map(mail_state.suppression, dict.fromkeys(boxes)))
    return [(mark, in_words([mark.why])) for mark in marks]


def _request_of(number: int) -> CaseRow | None:
    """The request that was filed as this issue; None for one that somebody else filed, or that cannot be read."""
    cases = config().desk().cases
    case_id = cases.find_issue(number)
    try:
        return cases.row(case_id) if case_id else None
    except (Unknown, Unreadable):
        return None


def _offers(case: Case) -> dict[str, Any]:
    """The actions that the rules allow now, and the choices of their forms."""
    process = config().process
    options = allowed(case, process, me().address)
    return {
        "stages": [(stage.value, words.STAGE[stage]) for stage in NEXT.get(case.stage, ())],
        "published": published_since(case),
        "planned": planned_version(case),
        "may_assess": ChangeAssessed in options.events,
        "offered": {
            name
            for name, action in ACTIONS.items()
            if action.event in options.events and (is_admin() or not action.for_admins)
        },
        "escalate_to": [
            (f"{level}:{person}", f"Level {level}: {process.people[person].name}")
            for level in options.escalate_to
            for person in _likely_first(handler_at(level, case, process), process.levels[level].resources)
        ],
        "send_back_to": [
            (f"{level}:{person}", f"Level {level}: {process.people[person].name}")
            for level in options.send_back_to
            for person in _likely_first(last_handler_at(level, case, process), process.levels[level].resources)
        ],
        "hand_over_to": [(person, process.people[person].name) for person in options.hand_over_to],
        "activities": [(activity, process.activities[activity].name) for activity in options.activities],
        "links": [(str(number), f"{words.RELATION[how]} #{number}") for number, how in case.links.items()],
        "priorities": [(priority.value, process.priorities[priority].name) for priority in options.priorities],
        "categories": [(category.value, words.CATEGORY[category]) for category in DECISIONS],
        "modules": [(module.id, module.name) for module in process.modules.values()],
        "module": proposed_module(case, process),
        "versions": config().desk().versions_for(case) if VERSIONED & set(options.events) else [],
        "outcomes": [(outcome.value, name) for outcome, name in words.OUTCOME.items()],
    }


def _likely_first(person: str, people: Sequence[str]) -> list[str]:
    return sorted(people, key=lambda candidate: candidate != person)
