"""The engineers' desk: queues, a request with its evidence and its actions, the spec, the outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for

from intake_fn.core import request_id
from intake_fn.core.activities import checklist
from intake_fn.core.case import module_of
from intake_fn.core.case_row import Page
from intake_fn.core.change_events import ChangeAssessed, ChangeReleased, StageReached
from intake_fn.core.changes.clause_text import planned_version, published_since
from intake_fn.core.changes.rules import NEXT
from intake_fn.core.clause_changed import unsettled
from intake_fn.core.duplicates import company_of
from intake_fn.core.errors import Refused, Stale, TryLater, Unconfirmed, Unknown, Unreadable
from intake_fn.core.escalation import colleagues, handler_at, keeper, proposed_module, speciality_of
from intake_fn.core.events import Resolved
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.messages import in_history, in_words
from intake_fn.core.process import OTHER
from intake_fn.core.sla import due
from intake_fn.core.steps import allowed, not_yet
from intake_fn.core.unassigned import candidates, unassigned
from intake_fn.core.verdicts import in_shadow, requester_reading, shown_clauses
from intake_fn.core.way import way
from intake_fn.desk import sign_in
from intake_fn.desk.proposing import assessed
from intake_fn.web import words
from intake_fn.web.access import ADMIN, ENGINEER, config, is_admin, me, open_to, refuse_others, typed
from intake_fn.web.actions import ACTIONS, DECISIONS, event_of, why_not
from intake_fn.web.forms import clean_line
from intake_fn.web.numbers import whole
from intake_fn.web.status import files_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from intake_fn.core.case import Case
    from intake_fn.core.case_row import CaseRow
    from intake_fn.core.events import Event
    from intake_fn.core.process import Person
    from intake_fn.ports import SuppressedAddress

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

PAGE = 50
MOST_PAGES = 10
"""How far a filtered list is read on before it is shown, even if it is not full then."""

ANY_ACTION = ",".join(f'"{name}"' for name in ACTIONS)

DONE = {
    "assessment": "Your assessment is saved, and the Board is asked to vote.",
    "declined": "Declined. The requester is notified.",
}
"""What is said after what has a page of its own."""

AHEAD = timedelta(days=1)
"""How far the outbox looks ahead for what waits: farther than any item is ever postponed."""

CHANGED = "Your text is still here: check the request and repeat your action."
NOT_SURE = "Your action may not have been saved. Check the history, and try again if it is not there."

VERSIONED = {Resolved, StageReached, ChangeReleased}
"""Events whose forms ask for a version of the product."""

HITS = 10
LONGEST_QUERY = 2000


# --- queues ----------------------------------------------------------------------------------


@blueprint.get("")
@open_to(ENGINEER)
def queue() -> ResponseReturnValue:
    """Requests of a level, one's own, all, or the resolved ones; urgent ones on top, then the most recent."""
    process = config().process
    mine = next((number for number, level in process.levels.items() if me().id in level.resources), None)
    at = whole(request.args["level"], -1) if "level" in request.args else mine
    show = request.args.get("show", "all" if at is None else "level")
    desk = config().desk()
    counts, cursor = desk.counters.counts(), request.args.get("cursor", "")
    if show == "level" and at not in process.levels and not counts.get(at or 0):
        raise Refused(f"This level does not exist. Levels are {', '.join(map(str, process.levels))}.")
    without = [] if cursor or show == "closed" else _unassigned(show, at)
    page = _listed(show, at, cursor)
    return render_template(
        "queue.html",
        unassigned=without,
        rows=[row for row in page.rows if row not in without],
        cursor=page.cursor,
        show=show,
        at=at,
        counts=counts,
        failed=len(desk.outbox.dead_letters()),
        unread=page.unread,
        unreadable=len(desk.outbox.unreadable()),
        ledger=desk.counters.ledger(),
        stuck=words.stuck(desk.stuck()),
        now=desk.clock(),
    )


def _listed(show: str, at: int | None, cursor: str) -> Page:
    """One page of a list. "closed" is filtered here, reading on until a page is full."""
    cases = config().desk().cases
    if show in ("level", "all"):
        return cases.queue(at if show == "level" else None, limit=PAGE, cursor=cursor)
    if show == "mine":
        return cases.assigned(me().id, PAGE, cursor)
    rows: list[CaseRow] = []
    unread: list[str] = []
    for _ in range(MOST_PAGES):
        page = cases.queue(None, open_only=False, limit=PAGE, cursor=cursor)
        rows += [row for row in page.rows if not row.status.is_open]
        unread += page.unread
        cursor = page.cursor
        if not cursor or len(rows) >= PAGE:
            break
    return Page(rows, cursor, unread)


def _unassigned(show: str, at: int | None) -> list[CaseRow]:
    """The unassigned open requests: their handler has left, or their level is gone. They are on top of the list.

    In a person's own list, those that they would get now.
    """
    page = config().desk().cases.queue(at if show == "level" else None, limit=MOST_PAGES * PAGE)
    rows = [row for row in page.rows if any(unassigned(row, config().process))]
    if show != "mine":
        return rows
    near = [row for row in rows if row.stage.is_on_its_way or me() in candidates(row, config().process)]
    return [row for row in near[:PAGE] if _keeper_of(row) == me()]


def _keeper_of(row: CaseRow) -> Person | None:
    """Who looks after the request of a row; None while this version cannot read it."""
    try:
        return keeper(config().desk().cases.load(row.id), config().process)
    except Unreadable:
        return None


# --- one request -----------------------------------------------------------------------------


@blueprint.get("/requests/<case_id>")
@open_to(ENGINEER)
def show(case_id: str) -> ResponseReturnValue:
    """A request: claim, verdict with its evidence, files, history, what is owed, and what can be done."""
    return _page(case_id)


@blueprint.post(f"/requests/<case_id>/<any({ANY_ACTION}):action>")
@open_to(ENGINEER)
def act(case_id: str, action: str) -> ResponseReturnValue:
    """Let it happen, or say why not, with everything typed still there; ask first where somebody else has it."""
    desk = config().desk()
    if ACTIONS[action].for_admins:
        refuse_others()
    try:
        case = desk.cases.load(case_id)
        event = event_of(action, request.form, desk, me(), lambda: desk.spec_shown(case))
        seen = whole(request.form.get("seen"), 0)
        desk.refuse_unknown_version(case, event)
        if ACTIONS[action].asks and request.form.get("sure") != case.handler and not _is_mine(case):
            return _asked(desk.looked_ahead(case_id, event, seen), action, event)
        desk.act(case_id, event, seen)
    except (Refused, Stale, TryLater) as error:
        return _not_done(case_id, action, error)
    return redirect(url_for("desk.show", case_id=case_id, done=action), 303)


def _not_done(case_id: str, action: str, error: Refused | Stale | TryLater) -> tuple[str, int]:
    """Why it did not happen, or what has to be confirmed before, with everything typed still there."""
    if isinstance(error, Unconfirmed):
        return _confirm_duplicate(case_id), 200
    problem, status = why_not(error, after=CHANGED, not_sure=NOT_SURE)
    return _page(case_id, action, problem), status


def _is_mine(case: Case) -> bool:
    """Whether a request is in one's own hands, or in nobody's at one's own level."""
    process, person = config().process, me().id
    return case.handler == person or (process.has_left(case.handler) and person in colleagues(case, process))


def _asked(case: Case, action: str, event: Event) -> str:
    """Whether they are sure, with all that was typed; or back to the page with it, when they are not."""
    if request.form.get("sure") == "":
        return _page(case.id, action, "Nothing has been changed. Your text is still here.")
    process = config().process
    return render_template(
        "sure.html",
        case=case,
        title=ACTIONS[action].title,
        action=action,
        holder=words.holder(case, process),
        person=process.person(case.handler),
        has_left=process.has_left(case.handler),
        before=process.person(request.form["sure"]).name if request.form.get("sure") else "",
        told=in_history(event, process),
        kept=[(name, text) for name, text in request.form.items(multi=True) if name not in ("csrf_token", "sure")],
    )


def _confirm_duplicate(case_id: str) -> str:
    """Whose request would be marked, and who would be notified of what: nothing has happened yet."""
    desk = config().desk()
    case = desk.cases.load(case_id)
    other = desk.cases.load(request_id.typed(request.form.get("request", "")))
    return render_template(
        "mark_duplicate.html",
        case=case,
        other=other,
        company=company_of(case.request, desk.process),
        other_company=company_of(other.request, desk.process),
        duplicates=[(number, company_of(desk.cases.load(number).request, desk.process)) for number in case.duplicates],
        seen=request.form.get("seen", ""),
        holder="" if _is_mine(case) else words.holder(case, desk.process),
    )


def _page(case_id: str, action: str = "", problem: str = "") -> str:
    """The page of a request; `problem` is shown at the action that it is about, with what was typed there."""
    desk = config().desk()
    process = desk.process
    case = desk.cases.load(case_id)
    done = request.args.get("done", "")
    return render_template(
        "request.html",
        act_at="desk.act",
        case=case,
        actions=ACTIONS,
        quarantine=[*words.quarantine(case), *words.unread(case)],
        unassigned=words.unassigned(case, process),
        can_take=process.has_left(case.handler) and me().id in colleagues(case, process),
        **_offers(case),
        module_here=module_of(case),
        specialist=_specialist(case),
        not_yet=not_yet(case, process, me().address),
        action=action,
        problem=problem,
        said=request.form if problem else {},
        done=ACTIONS[done].done if done in ACTIONS else DONE.get(done, ""),
        files=files_of(case),
        history=words.history(case, process),
        unsettled=unsettled(case),
        decided=words.overruled(case),
        reading=requester_reading(case),
        in_shadow=in_shadow(case),
        by_version=desk.judged_by_version(case),
        rule_changes=desk.rule_changes(case),
        readable=_readable(case),
        owed=desk.outbox.items_of(case_id),
        due=due(case, process),
        way=way(case, process),
        assessed=assessed(case, desk.spec()) if case.stage else None,
        checklist=checklist(case, process),
        unreached=_unreached(case),
        similar=[(issue, _request_of(issue.number)) for issue in desk.similar(case)],
        issue_page=desk.tracker.page_of,
        same=clean_line(request.args.get("same", "")),
        typed=typed() if problem else {},
        now=desk.clock(),
        zone=words.zone_of(me(), process),
    )


def _specialist(case: Case) -> tuple[str, int, str] | None:
    """The speciality that a request is of, the level that has it, and who is there for it; None for no speciality."""
    process = config().process
    name = speciality_of(replace(case.request, module=module_of(case)), process)
    level = next((level for level in process.levels.values() if name in level.specialities), None)
    if level is None or name == OTHER:
        return None
    return name, level.number, process.people[level.specialities[name]].name


def _readable(case: Case) -> list[str]:
    """The clauses that an engineer may have read here, the nearest first: those shown, and those that are named."""
    read = requester_reading(case)
    named = (case.request.clause, read.clause if read else "")
    return [*dict.fromkeys((*shown_clauses(case), *filter(None, named)))]


def _unreached(case: Case) -> list[tuple[SuppressedAddress, str]]:
    """Of requester and handler, those whom no mail reaches, and why."""
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


# --- the spec and the outbox -----------------------------------------------------------------


@blueprint.get("/expected")
@open_to(ENGINEER)
def expected() -> ResponseReturnValue:
    """A question in, clauses out."""
    text = clean_line(request.args.get("q", ""))[:LONGEST_QUERY]
    spec = config().desk().spec() if text else None
    return render_template(
        "expected.html",
        q=text,
        hits=spec.search(text, HITS) if spec else [],
        by_words_alone=spec is not None and spec.by_words_alone,
    )


@blueprint.get("/outbox")
@open_to(ADMIN)
def outbox() -> ResponseReturnValue:
    """The dead letters, and the items that wait for their next attempt."""
    return _outbox()


@blueprint.post("/outbox/retry")
@open_to(ADMIN)
def retry() -> ResponseReturnValue:
    """Reschedule a dead letter and try it at once."""
    desk = config().desk()
    item = request.form.get("item", "")
    try:
        desk.retry_now(item, me().address)
    except Unreadable as error:
        return _outbox(str(error)), 503
    except TryLater:
        return _outbox(
            "The item may not have been rescheduled. Check the list, and try again in a minute if it is still there."
        ), 503
    except Refused as error:
        return _outbox(str(error)), 422
    return redirect(url_for("desk.outbox"), 303)


def _outbox(problem: str = "") -> str:
    desk = config().desk()
    return render_template(
        "outbox.html",
        failed=desk.outbox.dead_letters(),
        unreadable=desk.outbox.unreadable(),
        waiting=desk.outbox.due_items(desk.clock() + AHEAD, 100),
        sign_in_links=sign_in.unmailed(desk),
        problem=problem,
        zone=words.zone_of(me(), desk.process),
    )
