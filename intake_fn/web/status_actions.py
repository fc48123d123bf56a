"""What a requester does on the status page besides answering: not to agree, to withdraw, to have others in copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for

from intake_fn.core.errors import Refused, TryLater
from intake_fn.core.events import Resolved
from intake_fn.core.lifecycle_rules import cannot_be_withdrawn
from intake_fn.core.names import REQUESTER
from intake_fn.core.requester_events import Appealed, CopyRemoved, Withdrawn
from intake_fn.core.requester_status import is_withdrawn
from intake_fn.core.vocabulary import Outcome, Status
from intake_fn.desk import copies
from intake_fn.texts import gettext, mark
from intake_fn.web import posted
from intake_fn.web.access import TOKEN, config, open_to, source
from intake_fn.web.forms import clean_line
from intake_fn.web.status import can_appeal, case_of, may_withdraw, page, seen_of, stored, too_long, why_not

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

    from intake_fn.core.case import Case
    from intake_fn.core.events import Event

blueprint = Blueprint("status_actions", __name__)

NOTHING_TO_WITHDRAW = {
    Status.NEW: mark("This request is being assessed. Please try again in a minute or two."),
    Status.REJECTED: mark("The Help Desk has rejected this request already, so there is nothing to withdraw."),
}
DONE_ALREADY = mark("This request is resolved already, so there is nothing to withdraw.")
WITHDRAWN_ALREADY = mark("You have withdrawn this request already.")


@blueprint.post("/status/<token>/appeal")
@open_to(TOKEN)
def appeal(token: str) -> ResponseReturnValue:
    """The requester does not agree with the decision, with a reason or new evidence."""
    form, _ = posted.read()
    case, desk = case_of(token), config().desk()
    (text, problems), selection = posted.answer(form, "text"), posted.selection(desk, form)
    problems = [*selection.problems, *problems, *too_long(text)]
    shown: dict[str, Any] = {"selection": selection, "text": text, "at": _form_of_appeal(case)}
    if problems or selection.waiting:
        code = 422 if problems else 503
        return page(case, token, **shown, problems=problems or [why_not(TryLater())[0]]), code
    try:
        event = Appealed(
            at=desk.clock(), actor=REQUESTER, text=text, attachments=stored(case, selection, "appeal") if text else ()
        )
        desk.act(case.id, event, seen_of(case))
    except Refused as error:
        case = case_of(token)  # it may be another by now
        return page(case, token, **{**shown, "at": _form_of_appeal(case)}, problems=[str(error)]), 422
    except TryLater as error:
        problem, code = why_not(error)
        return page(case, token, **shown, problems=[problem]), code
    return _back(token, "appealed")


def _form_of_appeal(case: Case) -> str:
    """The form in which what was typed stands again: that of a reply where there is no other any more."""
    return "appeal" if can_appeal(case) else "reply"


@blueprint.get("/status/<token>/withdraw")
@open_to(TOKEN)
def ask_to_withdraw(token: str) -> ResponseReturnValue:
    """Whether they are sure; nothing has happened yet."""
    case = case_of(token)
    return _confirm(case, token) if may_withdraw(case) else _not_withdrawn(case, token)


@blueprint.post("/status/<token>/withdraw")
@open_to(TOKEN)
def withdraw(token: str) -> ResponseReturnValue:
    """The requester needs it no more."""
    case, desk = case_of(token), config().desk()
    reason, problems = posted.answer(request.form, "reason")
    if problems := [*problems, *too_long(reason)]:
        return _confirm(case, token, reason, problems), 422
    event: Event = Resolved(at=desk.clock(), actor=REQUESTER, resolution=reason, outcome=Outcome.WITHDRAWN)
    if case.status.in_quarantine:
        event = Withdrawn(at=desk.clock(), actor=REQUESTER, reason=reason)
    try:
        desk.act(case.id, event, seen_of(case))
    except Refused:
        return _not_withdrawn(case_of(token), token, reason)
    except TryLater as error:
        return _confirm(case, token, reason, [why_not(error)[0]]), 503
    return _back(token, "withdrawn")


def _confirm(case: Case, token: str, reason: str = "", problems: list[str] | None = None) -> str:
    return render_template(
        "withdraw.html", case=case, token=token, seen=seen_of(case), reason=reason, problems=problems or []
    )


def _not_withdrawn(case: Case, token: str, reason: str = "") -> ResponseReturnValue:
    """Back to the page with the sentence why not, and what was typed; a second click finds it withdrawn."""
    otherwise = WITHDRAWN_ALREADY if is_withdrawn(case) else NOTHING_TO_WITHDRAW.get(case.status, DONE_ALREADY)
    why = [*cannot_be_withdrawn(case)] or [gettext(otherwise)]
    return page(case, token, problems=why, at="withdraw", text=reason), 422


@blueprint.post("/status/<token>/copies")
@open_to(TOKEN)
def add_copy(token: str) -> ResponseReturnValue:
    """Somebody more is in copy."""
    case, (address, problems) = case_of(token), posted.answer(request.form, "address")
    if problems:
        return page(case, token, problems=problems, at="copy", address=clean_line(address)), 422
    try:
        copies.add(config().desk(), case, clean_line(address), seen_of(case), source())
    except (Refused, TryLater) as error:
        problem, code = why_not(error)
        return page(case, token, problems=[problem], at="copy", address=address), code
    return _back(token, "copied")


@blueprint.post("/status/<token>/copies/remove")
@open_to(TOKEN)
def remove_copy(token: str) -> ResponseReturnValue:
    """Somebody is in copy no more."""
    case, desk = case_of(token), config().desk()
    event = CopyRemoved(at=desk.clock(), actor=REQUESTER, address=clean_line(request.form.get("address")))
    try:
        desk.act(case.id, event, seen_of(case))
    except (Refused, TryLater) as error:
        problem, code = why_not(error)
        return page(case, token, problems=[problem], at="copy"), code
    return _back(token, "uncopied")


def _back(token: str, said: str) -> Response:
    """Redirect to the status page, which says what was saved."""
    return redirect(url_for("status.show", token=token, said=said), 303)
