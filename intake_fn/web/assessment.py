"""The owner's page of a change: the clause as it reads today and as it would read, and what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from intake_fn.core.case import module_of
from intake_fn.core.change_events import ChangeAssessed, OwnerDeclined
from intake_fn.core.changes.clause_text import ClauseText, assessment_of, digest_of, nearest_clause, problems
from intake_fn.core.changes.word_diff import clause_diff
from intake_fn.core.errors import Refused, Stale, TryLater
from intake_fn.core.steps import allowed
from intake_fn.desk.impact import modules_near
from intake_fn.desk.proposing import clause_today, patch_of, same
from intake_fn.web.access import ENGINEER, config, me, open_to, typed
from intake_fn.web.actions import refuse_long
from intake_fn.web.forms import clean_line, clean_text
from intake_fn.web.numbers import whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from intake_fn.core.case import Case

blueprint = Blueprint("assessment", __name__, url_prefix="/desk/requests/<case_id>/assessment")

TEXTS = ("proposed", "risk", "effect")
NOT_SURE = "Your assessment may not have been saved. Your text is still here: check the history, and send it again."
CHANGED = (
    "The clause has changed in the spec since this text was begun; the difference is below. Your text is still here: "
    "take over what changed, or leave it out, and send it again."
)


@blueprint.get("")
@open_to(ENGINEER)
def edit(case_id: str) -> ResponseReturnValue:
    """The form, with the clause that is known to be meant or the one that is chosen."""
    case = config().desk().cases.load(case_id)
    if ChangeAssessed not in allowed(case, config().process, me().address).events:
        return redirect(url_for("desk.show", case_id=case_id), 303)
    named = clean_line(request.args.get("clause", "")) or nearest_clause(case)
    return _page(case, named, _begun(case, named))


@blueprint.post("")
@open_to(ENGINEER)
def send(case_id: str) -> ResponseReturnValue:
    """Show the difference, or send the assessment to the Board; with everything typed still there where it fails."""
    desk = config().desk()
    case = desk.cases.load(case_id)
    said = _said()
    named = str(said["clause"])
    try:
        text = clause_today(desk.spec(), named)
        if not same(text.source, clean_text(request.form.get("base"))):
            return _page(case, named, said, CHANGED, base=clean_text(request.form.get("base"))), 409
        if "preview" in request.form:
            return _page(case, named, said)
        desk.act(case_id, _event(text, said), whole(request.form.get("seen"), 0))
    except Stale as error:
        problem = f"{error} Your text is still here: compare it with the request, and send it again."
        return _page(desk.cases.load(case_id), named, said, problem), 409
    except TryLater:
        return _page(case, named, said, NOT_SURE), 503
    except Refused as error:
        return _page(case, named, said, str(error)), 422
    return redirect(url_for("desk.show", case_id=case_id, done="assessment"), 303)


@blueprint.post("/decline")
@open_to(ENGINEER)
def decline(case_id: str) -> ResponseReturnValue:
    """Decline the change without the Board, where the owner may."""
    desk = config().desk()
    reason = clean_text(request.form.get("reason"))
    try:
        refuse_long([reason], desk.process)
        event = OwnerDeclined(at=desk.clock(), actor=me().address, reason=reason)
        desk.act(case_id, event, whole(request.form.get("seen"), 0))
    except (Refused, Stale, TryLater) as error:
        status, problem = (422, str(error)) if isinstance(error, Refused) else (409, str(error))
        if isinstance(error, TryLater):
            status, problem = 503, NOT_SURE
        case = desk.cases.load(case_id)
        named = nearest_clause(case)
        return _page(case, named, _begun(case, named), problem, declining=reason), status
    return redirect(url_for("desk.show", case_id=case_id, done="declined"), 303)


@blueprint.get("/patch")
@open_to(ENGINEER)
def patch(case_id: str) -> ResponseReturnValue:
    """The clause of an approved change as a patch that `git apply` takes."""
    desk = config().desk()
    made = patch_of(desk.cases.load(case_id), desk.spec())
    attachment = {"Content-Disposition": f'attachment; filename="{case_id}.patch"'}
    return Response(made, mimetype="text/x-patch", headers=attachment)


def _event(text: ClauseText, said: Mapping[str, Any]) -> ChangeAssessed:
    """The assessment that the form makes. Raises Refused for a clause that cannot stand in the spec."""
    desk = config().desk()
    wrong = [*problems(text, said["proposed"], lambda cite: desk.spec().clause(cite) is not None)]
    if wrong:
        raise Refused(" ".join(wrong))
    refuse_long([said[name] for name in TEXTS], desk.process)
    return ChangeAssessed(
        at=desk.clock(),
        actor=me().address,
        clause=text.cite,
        today=text.source,
        spec=text.spec,
        commit=text.commit,
        file=text.file,
        proposed=said["proposed"],
        effort=said["effort"],
        risk=said["risk"],
        effect=said["effect"],
        modules=tuple(said["modules"]),
        near=modules_near(desk.spec(), desk.process, text.cite, said["proposed"]),
    )


def _said() -> dict[str, Any]:
    """What was typed."""
    form = request.form
    return {
        "clause": clean_line(form.get("clause")),
        **{name: clean_text(form.get(name)) for name in TEXTS},
        "effort": clean_line(form.get("effort")).replace(",", "."),
        "modules": form.getlist("modules"),
    }


def _begun(case: Case, named: str) -> dict[str, Any]:
    """What the form begins with: what was assessed before, else the clause as it reads today."""
    before = assessment_of(case)
    if before is not None and before.clause == named:
        return {
            "clause": named,
            **{name: getattr(before, name) for name in (*TEXTS, "effort", "modules")},
        }
    return {"clause": named, "proposed": "", "risk": "", "effect": "", "effort": "", "modules": ()}


def _page(
    case: Case, named: str, said: Mapping[str, Any], problem: str = "", base: str | None = None, declining: str = ""
) -> str:
    """The form; `base` is the clause that a text was written on which has changed since, `declining` a reason."""
    desk = config().desk()
    spec = desk.spec()
    try:
        text = clause_today(spec, named)
    except Refused as error:
        text = None
        problem = problem or (str(error) if named else "")
    today = text.source if text else ""
    proposed = said["proposed"] or today
    return render_template(
        "assessment.html",
        case=case,
        text=text,
        digest=digest_of(today),
        said={**said, "proposed": proposed},
        diff=clause_diff(today, proposed) if text and proposed != today else (),
        since=clause_diff(base, today) if base is not None else (),
        pages=spec.pages(),
        own=module_of(case),
        problem=problem,
        typed=typed() if problem else {},
        may_decline=OwnerDeclined in allowed(case, desk.process, me().address).events,
        declining=declining,
        seen=case.version,
    )
