"""The requester's page of a request: receipt, status, answers to us; what else they do stands in status_actions.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for

from intake_fn.core.appeals import MOST as MOST_APPEALS
from intake_fn.core.appeals import appeals, decisions, may_appeal
from intake_fn.core.case import files_of
from intake_fn.core.copies import MOST as MOST_COPIES
from intake_fn.core.errors import Refused, TryLater, Unreadable
from intake_fn.core.events import RequesterRead, RequesterReplied, Resolved
from intake_fn.core.interview import Interview, interview
from intake_fn.core.lifecycle import TRANSITIONS
from intake_fn.core.lifecycle_rules import cannot_be_withdrawn
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.names import REQUESTER
from intake_fn.core.reply_intent import Reading, reading
from intake_fn.core.requester_events import Appealed, CopyAdded, Withdrawn
from intake_fn.core.requester_status import is_withdrawn
from intake_fn.core.requester_steps import steps
from intake_fn.core.verdict_texts import ADDED, due_in_words, missing, question_of, zone_of_requester
from intake_fn.core.verdicts import requester_reading, shown_clauses
from intake_fn.core.vocabulary import Category
from intake_fn.desk import attachments, previews
from intake_fn.desk.usual_times import usual_time
from intake_fn.ports import Purpose
from intake_fn.texts import gettext, mark
from intake_fn.web import posted, status_words, words
from intake_fn.web.access import TOKEN, config, open_to
from intake_fn.web.forms import ACCEPT
from intake_fn.web.numbers import whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from intake_fn.core.attachments import Selection
    from intake_fn.core.case import Case
    from intake_fn.core.request import Attachment

blueprint = Blueprint("status", __name__)

ASK = mark("Is it solved? Please press one of the two buttons: your message is sent with it.")
STILL = "It is not solved."

NOT_NOW = mark(
    "Replies to this request cannot be saved at the moment, and a second attempt does not help. Your text is still "
    "here: please copy it and contact the Help Desk."
)
PRESS = mark("Please press one of the buttons below a clause.")
NOT_SAVED = mark(
    "What you pressed may not have been saved. Reload this page in a minute, and press again if it is not there."
)
SORRY = mark(
    "Your reply may not have been saved. Your text is still here: reload this page in a minute, "
    "and send it again if it is not in the history."
)


@blueprint.get("/status/<token>")
@open_to(TOKEN)
def show(token: str) -> ResponseReturnValue:
    """How the request stands; with `new`, as its receipt."""
    return page(case_of(token), token)


@blueprint.post("/status/<token>/reply")
@open_to(TOKEN)
def reply(token: str) -> ResponseReturnValue:
    """The requester writes again."""
    form, _ = posted.read()
    case = case_of(token)
    desk = config().desk()
    said = {name: posted.answer(form, name) for name in ("text", "finding", *(f"add-{name}" for name in ADDED))}
    text, added = said["text"][0], {name: said[f"add-{name}"][0] for name in ADDED}
    selection = posted.selection(desk, form)
    problems = [*selection.problems, *dict.fromkeys(problem for _, found in said.values() for problem in found)]
    pressed = form.get("finding", "")
    finding = _finding(case, pressed, text)
    answers = [f"{question_of(case, name)}\n{answer}" for name, answer in added.items() if answer]
    typed, text = text, "\n\n".join(filter(None, (*answers, text))) or (STILL if pressed == Reading.TROUBLE else "")
    if finding is Reading.UNCLEAR:
        problems.append(gettext(ASK))
    if not (text or selection.count or problems) and finding is not Reading.WORKS:
        problems.append(gettext("Please enter a message."))
    problems += too_long(text)
    shown: dict[str, Any] = {"selection": selection, "text": typed, "added": added}
    if problems:
        return page(case, token, **shown, problems=problems), 422
    if selection.waiting:
        return page(case, token, **shown, problems=[gettext(SORRY)]), 503
    try:
        files = stored(case, selection, "reply")
        event = RequesterReplied(
            at=desk.clock(), actor=REQUESTER, text=text, attachments=files, works=finding is Reading.WORKS
        )
        desk.act(case.id, event, seen_of(case))
    except (Refused, TryLater) as error:
        problem, code = why_not(error)
        return page(case, token, **shown, problems=[problem]), code
    return redirect(url_for("status.show", token=token, replied=finding.value), 303)


@blueprint.post("/status/<token>/reading")
@open_to(TOKEN)
def read(token: str) -> ResponseReturnValue:
    """The requester has read a shown clause, and presses whether it is what the system does."""
    case = case_of(token)
    desk = config().desk()
    cited = shown_clauses(case).get(request.form.get("clause", ""))
    stance = next((one for one in words.PRESSED if one == request.form.get("stance")), None)
    if cited is None or stance is None:
        return page(case, token, wrong_reading=gettext(PRESS)), 422
    event = RequesterRead(
        at=desk.clock(),
        actor=REQUESTER,
        clause=cited["clause"],
        stance=stance,
        quote=cited["quote"],
        url=cited["url"],
        spec=(case.verdict or {})["spec"],
    )
    try:
        desk.act(case.id, event, seen_of(case))
    except Refused as error:
        return page(case, token, wrong_reading=str(error)), 422
    except TryLater:
        return page(case, token, wrong_reading=gettext(NOT_SAVED)), 503
    return redirect(url_for("status.show", token=token, read="1", _anchor="found"), 303)


def _finding(case: Case, pressed: str, text: str) -> Reading:
    """What the requester says of a request that is done: by the button, or where none was pressed by their words."""
    if pressed in (Reading.WORKS, Reading.TROUBLE):
        return Reading(pressed)
    return reading(text) if case.status.is_done and not is_withdrawn(case) else Reading.TROUBLE


# --- what the forms of the page share ---------------------------------------------------------


def case_of(token: str) -> Case:
    """The case that a status link opens. Raises Unknown, Expired, TryLater."""
    desk = config().desk()
    return words.with_words(desk.cases.load(desk.links.verify(Purpose.STATUS, token)))


def seen_of(case: Case) -> int:
    """The version of the case that the requester answered, or is about to see."""
    return min(whole(request.form.get("seen"), case.version), case.version)


def too_long(text: str) -> list[str]:
    """The problem of a text that is longer than the limit; none for one that is not."""
    limit = config().process.intake.text_characters
    wrong = gettext("This text has %(length)s characters; the limit is %(limit)s.")
    return [wrong % {"length": f"{len(text):,}", "limit": f"{limit:,}"}] if len(text) > limit else []


def stored(case: Case, selection: Selection, what: str) -> Any:
    """The files of a form, kept in the store. Raises TryLater, Refused."""
    desk = config().desk()
    keep = desk.process.intake.keep_originals
    return attachments.store(desk.files, selection, f"{what}-{case.id}-{case.version}", keep_originals=keep)


def why_not(error: Refused | TryLater) -> tuple[str, int]:
    """The message about a form that was not saved, or may not have been, and the HTTP status."""
    if isinstance(error, Refused):
        return str(error), 422
    return gettext(NOT_NOW if isinstance(error, Unreadable) else SORRY), 503


# --- the page ---------------------------------------------------------------------------------


def page(
    case: Case,
    token: str,
    *,
    selection: Selection | None = None,
    text: str = "",
    added: Mapping[str, str] | None = None,
    problems: list[str] | None = None,
    wrong_reading: str = "",
    at: str = "reply",
    address: str = "",
) -> str:
    """The page; with what was typed into the form `at`, its files and what is wrong with it, to be shown again."""
    held, desk, problems = {}, config().desk(), problems or []
    if selection:
        try:
            held = attachments.stage(desk.files, desk.links, selection)
        except TryLater:
            problems = [*problems, gettext("Your files could not be saved: please choose them again.")]
    decided = words.overruled(case)
    return render_template(
        "status.html",
        **shared(case),
        token=token,
        missing=missing(case) if RequesterReplied in TRANSITIONS[case.status] else (),
        added=added or {},
        has_form=interview(case) is Interview.OPEN,
        unreached=desk.mail_state.suppression(mailbox(case.request.requester.email)),
        muted=_is_muted(case),
        mail_settings=config().links.mail_settings(case.id, mailbox(case.request.requester.email)),
        new="new" in request.args,
        changed="changed" in request.args,
        replied=request.args.get("replied", ""),
        said=request.args.get("said", ""),
        read="read" in request.args,
        reading=requester_reading(case),
        by_version=desk.judged_by_version(case),
        rule_changes=desk.rule_changes(case),
        wrong_reading=wrong_reading,
        link=config().links.status(case.id),
        decided=decided,
        **_allowed(case),
        seen=seen_of(case),
        at=at,
        text=text,
        address=address,
        problems=problems,
        held=held,
        waiting=selection.waiting if selection else {},
        accept=ACCEPT,
        upload=url_for("uploads.permit"),
    )


def _allowed(case: Case) -> dict[str, Any]:
    """What the requester may do now."""
    possible, is_read = TRANSITIONS[case.status], not case.unread
    return {
        "may_read": is_read and RequesterRead in possible and case.category is Category.UNDECIDED,
        "may_appeal": can_appeal(case),
        "appeals_left": MOST_APPEALS - appeals(case),
        "may_withdraw": may_withdraw(case),
        "may_add_copy": is_read and CopyAdded in possible and len(case.copies) < MOST_COPIES,
        "most_copies": MOST_COPIES,
    }


def _is_muted(case: Case) -> bool:
    """Whether the requester wants no news of it by mail."""
    box = mailbox(case.request.requester.email)
    return box in case.muted or not config().desk().mail_state.settings(box).news


def _preview(case: Case, file: Attachment) -> str:
    """Where the preview of a file is found, on this site whatever its name; "" for a file that has none."""
    if not previews.has_preview(file):
        return ""
    return url_for("files.preview", token=config().links.sign(Purpose.FILE, f"{case.id}/{file.key}"))


def can_appeal(case: Case) -> bool:
    """Whether the requester may say now that they do not agree."""
    return not case.unread and Appealed in TRANSITIONS[case.status] and not [*may_appeal(case)]


def may_withdraw(case: Case) -> bool:
    """Whether the requester may withdraw the request now."""
    possible = {Resolved, Withdrawn} & TRANSITIONS[case.status]
    return bool(possible) and not case.unread and not [*cannot_be_withdrawn(case)]


def shared(case: Case, *, for_copy: bool = False) -> dict[str, Any]:
    """What the page shows of a case to its requester and to who is in copy."""
    process, desk = config().process, config().desk()
    zone = zone_of_requester(case, process)
    return {
        "case": case,
        "undecided": case.verdict
        and case.category is Category.UNDECIDED
        and not words.overruled(case)
        and not case.status.in_quarantine,
        "due": " ".join(filter(None, (due_in_words(case, process, desk.clock(), zone), usual_time(desk, case)))),
        "done": case.status.is_done,
        "top": status_words.top(case, process, for_copy=for_copy),
        "declined": status_words.was_declined(case),
        "withdrawn": is_withdrawn(case),
        "status": status_words.status(case, for_copy=for_copy),
        "status_chip": status_words.chip(case),
        "upcoming": status_words.upcoming(case, for_copy=for_copy),
        "decider": status_words.asked_to_decide(case, process),
        "chain": decisions(case, process),
        "way": steps(case, process),
        "files": files_of(case),
        "preview": lambda file: _preview(case, file),
        "history": status_words.history_for_requester(case, process, for_copy=for_copy),
        "zone": zone,
        "for_copy": for_copy,
    }
