"""The desk's page of a request: its evidence and what can be done, and the actions that are sent from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for

from intake_fn.core import request_id
from intake_fn.core.duplicates import company_of
from intake_fn.core.errors import Refused, Stale, TryLater, Unconfirmed
from intake_fn.core.escalation import colleagues
from intake_fn.core.messages import in_history
from intake_fn.web import answer_files, words
from intake_fn.web.access import ENGINEER, config, me, open_to, refuse_others
from intake_fn.web.actions import ACTIONS, event_of, refuse_strangers, why_not
from intake_fn.web.desk_pages import blueprint
from intake_fn.web.numbers import whole
from intake_fn.web.request_view import page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.core.attachments import Selection
    from intake_fn.core.case import Case
    from intake_fn.core.events import Event

ANY_ACTION = ",".join(f'"{name}"' for name in ACTIONS)

NOT_KEPT = ("csrf_token", "sure", "held", "uploaded")
"""What the confirmation does not carry: its own fields, and the tokens of files, which are given anew."""

CHANGED = "Your text is still here: check the request and repeat your action."
NOT_SURE = "Your action may not have been saved. Check the history, and try again if it is not there."


@blueprint.get("/requests/<case_id>")
@open_to(ENGINEER)
def show(case_id: str) -> ResponseReturnValue:
    """A request: claim, verdict with its evidence, files, history, pending deliveries, and what can be done."""
    return page(case_id)


@blueprint.post(f"/requests/<case_id>/<any({ANY_ACTION}):action>")
@open_to(ENGINEER)
def act(case_id: str, action: str) -> ResponseReturnValue:
    """Let it happen, or say why not, with everything typed still there; ask first where somebody else has it."""
    desk = config().desk()
    if ACTIONS[action].for_admins:
        refuse_others()
    sent = answer_files.sent_with(action)
    try:
        case = desk.cases.load(case_id)
        event = event_of(action, request.form, desk, me(), lambda: desk.spec_shown(case))
        seen = whole(request.form.get("seen"), 0)
        answer_files.refuse_wrong(sent)
        refuse_strangers(event, case, desk.process, as_it_is=request.form.get("as") == "as-it-is")
        desk.refuse_unknown_version(case, event)
        desk.refuse_unknown_issue(case, event)
        desk.refuse_unreached(event)
        if ACTIONS[action].asks and request.form.get("sure") != case.handler and not _is_mine(case):
            return _asked(desk.looked_ahead(case_id, event, seen), action, event, sent)
        desk.act(case_id, answer_files.attached(event, sent, f"{action}-{case_id}-{seen}"), seen)
    except (Refused, Stale, TryLater) as error:
        return _not_done(case_id, action, error, sent)
    return redirect(url_for("desk.show", case_id=case_id, done=action), 303)


def _not_done(case_id: str, action: str, error: Refused | Stale | TryLater, sent: Selection) -> tuple[str, int]:
    """Why it did not happen, or what has to be confirmed before, with everything typed still there."""
    if isinstance(error, Unconfirmed):
        return _confirm_duplicate(case_id), 200
    problem, status = why_not(error, after=CHANGED, not_sure=NOT_SURE)
    return page(case_id, action, problem, sent), status


def _is_mine(case: Case) -> bool:
    """Whether a request is in one's own hands, or in nobody's at one's own level."""
    process, person = config().process, me().id
    return case.handler == person or (process.has_left(case.handler) and person in colleagues(case, process))


def _asked(case: Case, action: str, event: Event, sent: Selection) -> str:
    """Whether they are sure, with all that was typed; or back to the page with it, when they are not."""
    if request.form.get("sure") == "":
        return page(case.id, action, "Nothing has been changed. Your text is still here.", sent)
    process = config().process
    files = answer_files.staged(sent)
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
        files=[file.name for file in files.values()],
        kept=[
            *((name, text) for name, text in request.form.items(multi=True) if name not in NOT_KEPT),
            *(("held", token) for token in files),
        ],
    )


def _confirm_duplicate(case_id: str) -> str:
    """The page that asks to confirm a duplicate: both requests, and those that follow. Nothing is saved yet."""
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
