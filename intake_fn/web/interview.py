"""The form of a bug report that came by mail, filled in with what is known (core/interview.py).

    GET  /status/TOKEN/form    the form, with what is missing first; or a page that says that it was sent, or is over
    POST /status/TOKEN/form    takes it as a reply to the same request, and goes on to the status page

The same form twice is one reply, whatever has happened in between. What cannot be taken comes back with all that was
typed; whether it can is decided in the step that saves it, so that nothing that is over is reopened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from intake_fn.core.errors import Refused, TryLater
from intake_fn.core.events import RequesterReplied
from intake_fn.core.form_labels import EVERY_TIME
from intake_fn.core.interview import Interview, interview, is_over, known, lacking
from intake_fn.core.names import REQUESTER
from intake_fn.core.steps import fold
from intake_fn.core.verdict_texts import missing, question_of
from intake_fn.desk import attachments
from intake_fn.texts import gettext, mark, say
from intake_fn.web import posted
from intake_fn.web.access import TOKEN, config, open_to
from intake_fn.web.filled_forms import wrong_fields
from intake_fn.web.forms import ACCEPT, BugInterview, in_words
from intake_fn.web.status import SORRY, case_of, seen_of, stored, why_not

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from intake_fn.core.attachments import Selection
    from intake_fn.core.case import Case

blueprint = Blueprint("interview", __name__)

NOTHING_NEW = mark("Nothing is filled in or changed yet. Please fill in what is missing.")
OVER = mark(
    "This request was resolved or closed in the meantime, so the form is not taken any more. Your text is still here: "
    "copy it, and send it as a reply on the page of your request, which reopens it."
)
FILES_ARE_LOST = mark("Your files could not be saved: please choose them again.")


@blueprint.get("/status/<token>/form")
@open_to(TOKEN)
def show(token: str) -> ResponseReturnValue:
    """The form with what is known, while the answers help; else a page that says why not."""
    case = case_of(token)
    state = interview(case)
    if state is Interview.NONE:
        return redirect(url_for("status.show", token=token))
    if state is not Interview.OPEN:
        return render_template("interview_over.html", case=case, token=token, answered=state is Interview.ANSWERED)
    return _page(case, token, _form(case, MultiDict(known(case))))


@blueprint.post("/status/<token>/form")
@open_to(TOKEN)
def send(token: str) -> ResponseReturnValue:
    """Take what was filled in as a reply of the requester."""
    data, unreadable = posted.read()
    case, desk = case_of(token), config().desk()
    state = interview(case)
    if state is Interview.NONE:
        return redirect(url_for("status.show", token=token), 303)
    form, selection = _form(case, data), posted.selection(desk, data)
    form.unreadable = unreadable
    complete = form.check(selection.count + len(case.request.attachments), selection.problems)
    before = known(_as_seen(case))
    answers = _answers(form, before)
    if not complete:
        return _page(case, token, form, selection), 422
    if not (answers or selection.count):
        return _page(case, token, form, selection, gettext(OVER if is_over(case) else NOTHING_NEW)), 422
    if selection.waiting:
        return _page(case, token, form, selection, gettext(SORRY)), 503
    try:
        event = RequesterReplied(
            at=desk.clock(),
            actor=REQUESTER,
            text=_in_words(form, answers, before),
            attachments=stored(case, selection, "form"),
            answers=answers,
        )
        desk.act(case.id, event, seen_of(case), may=_refuse_if_over)
    except (Refused, TryLater) as error:
        problem, code = why_not(error)
        return _page(case, token, form, selection, problem), code
    return redirect(url_for("status.show", token=token, said="filled-in"), 303)


def _refuse_if_over(case: Case) -> None:
    """Raise Refused for a request that the reply would reopen."""
    if is_over(case):
        raise Refused(gettext(OVER))


def _as_seen(case: Case) -> Case:
    """The case as it was when the form was shown: what is typed was typed into what stood there."""
    seen = seen_of(case)
    return fold(case.id, case.history[:seen]) if 0 < seen < case.version else case


def _form(case: Case, answers: Any) -> BugInterview:
    asked = (*lacking(case.request), *(one.name for one in missing(case) if one.name == "number"))
    questions: dict[str, str] = {name: question_of(case, name) for name in ("company", "number") if name in asked}
    return BugInterview(answers, process=config().process, missing=asked, questions=questions)


def _answers(form: BugInterview, before: Mapping[str, str]) -> dict[str, str]:
    """What was filled in or changed, by the names of the fields."""
    asked = (name for names in form.sections.values() for name in names if name != "files")
    given = {name: form.fields[name].data or "" for name in asked}
    return {name: text for name, text in given.items() if text and text != before.get(name, "")}


def _in_words(form: BugInterview, answers: Mapping[str, str], before: Mapping[str, str]) -> str:
    """The answers below their questions, in the order of the form; what corrects the mail says so."""
    labels = {name: form.fields[name].label.text for name in answers}
    heads = {
        name: say("interview.corrected", label=gettext(label)) if before.get(name) else gettext(label)
        for name, label in labels.items()
    }
    return "\n\n".join(f"{heads[name]}\n{_said(form, name)}" for name in answers)


def _said(form: BugInterview, name: str) -> str:
    field = form.fields[name]
    return gettext(EVERY_TIME[field.data]) if name == "always" else in_words(field)


def _page(case: Case, token: str, form: BugInterview, selection: Selection | None = None, message: str = "") -> str:
    """The form; with what was typed into it, its files and what is wrong with it."""
    held, waiting = {}, selection.waiting if selection else {}
    if selection:
        try:
            held = attachments.stage(config().desk().files, config().desk().links, selection)
        except TryLater:
            form.files.errors = [*form.files.errors, gettext(FILES_ARE_LOST)]
    wrong = wrong_fields(form)
    return render_template(
        "interview.html",
        case=case,
        token=token,
        form=form,
        carried={},
        first="" if wrong or message else next(iter(next(iter(form.sections.values()))), ""),
        wrong=wrong,
        message=message,
        filled=selection is not None,
        held=held,
        waiting=waiting,
        seen=seen_of(case) if request.method == "POST" else case.version,
        accept=ACCEPT,
        upload=url_for("uploads.permit"),
    )
