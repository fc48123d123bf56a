"""The requester's page of a request: receipt, status, reply, files, and a new link for who lost theirs."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, send_file, url_for

from intake_fn.core import request_id
from intake_fn.core.case import files_of
from intake_fn.core.errors import Refused, TryLater, Unknown, Unreadable
from intake_fn.core.events import RequesterRead, RequesterReplied
from intake_fn.core.lifecycle import TRANSITIONS
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.names import REQUESTER
from intake_fn.core.reply_intent import Reading, reading
from intake_fn.core.verdict_texts import ADDED, due_in_words, missing, question_of, zone_of_requester
from intake_fn.core.verdicts import requester_reading, shown_clauses
from intake_fn.core.vocabulary import Category
from intake_fn.core.way import way
from intake_fn.desk import attachments, lost_link
from intake_fn.ports import Purpose
from intake_fn.texts import gettext, mark
from intake_fn.web import posted, words
from intake_fn.web.access import PUBLIC, TOKEN, config, open_to, source
from intake_fn.web.forms import ACCEPT, clean_text
from intake_fn.web.numbers import whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from intake_fn.core.attachments import Selection
    from intake_fn.core.case import Case

blueprint = Blueprint("status", __name__)

DOWNLOAD_SECONDS = 300

SERVED_BYTES = 4 * 2**20
"""What an answer of the function can hold: 6 MB, in base64."""

OCTETS = "application/octet-stream"
"""What a browser takes for nothing that it could show, and adapters/gateway.py for no text."""

ASK = mark("Does it work now? Please press one of the two buttons: your message below is sent with it.")
STILL = "It still does not work."

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
    return _page(_case(token), token)


@blueprint.post("/status/<token>/reply")
@open_to(TOKEN)
def reply(token: str) -> ResponseReturnValue:
    """The requester writes again."""
    form, _ = posted.read()
    case = _case(token)
    desk = config().desk()
    text, added = clean_text(form.get("text")), {name: clean_text(form.get(f"add-{name}")) for name in ADDED}
    limits = desk.process.intake
    selection = posted.selection(desk, form)
    problems = list(selection.problems)
    pressed = form.get("finding", "")
    finding = _finding(case, pressed, text)
    answers = [f"{question_of(case, name)}\n{answer}" for name, answer in added.items() if answer]
    typed, text = text, "\n\n".join(filter(None, (*answers, text))) or (STILL if pressed == Reading.TROUBLE else "")
    if finding is Reading.UNCLEAR:
        problems.append(gettext(ASK))
    if not text and finding is not Reading.WORKS:
        problems.append(gettext("Please enter a message."))
    if len(text) > limits.text_characters:
        wrong = gettext("This text has %(length)s characters; the limit is %(limit)s.")
        problems.append(wrong % {"length": f"{len(text):,}", "limit": f"{limits.text_characters:,}"})
    if problems:
        return _page(case, token, selection, text=typed, added=added, problems=problems), 422
    if selection.waiting:
        return _page(case, token, selection, text=typed, added=added, problems=[gettext(SORRY)]), 503
    try:
        files = attachments.store(
            desk.files, selection, f"reply-{case.id}-{case.version}", keep_originals=limits.keep_originals
        )
        event = RequesterReplied(
            at=desk.clock(), actor=REQUESTER, text=text, attachments=files, works=finding is Reading.WORKS
        )
        desk.act(case.id, event, _seen(case))
    except Refused as error:
        return _page(case, token, selection, text=typed, added=added, problems=[str(error)]), 422
    except TryLater as error:
        problem = NOT_NOW if isinstance(error, Unreadable) else SORRY
        return _page(case, token, selection, text=typed, added=added, problems=[gettext(problem)]), 503
    return redirect(url_for("status.show", token=token, replied=finding.value), 303)


@blueprint.post("/status/<token>/reading")
@open_to(TOKEN)
def read(token: str) -> ResponseReturnValue:
    """The requester has read a shown clause, and presses whether it is what the system does."""
    case = _case(token)
    desk = config().desk()
    cited = shown_clauses(case).get(request.form.get("clause", ""))
    stance = next((one for one in words.PRESSED if one == request.form.get("stance")), None)
    if cited is None or stance is None:
        return _page(case, token, wrong_reading=gettext(PRESS)), 422
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
        desk.act(case.id, event, _seen(case))
    except Refused as error:
        return _page(case, token, wrong_reading=str(error)), 422
    except TryLater:
        return _page(case, token, wrong_reading=gettext(NOT_SAVED)), 503
    return redirect(url_for("status.show", token=token, read="1", _anchor="found"), 303)


def _finding(case: Case, pressed: str, text: str) -> Reading:
    """What the requester says of a request that is done: by the button, or where none was pressed by their words."""
    if pressed in (Reading.WORKS, Reading.TROUBLE):
        return Reading(pressed)
    return reading(text) if case.status.is_done else Reading.TROUBLE


@blueprint.get("/status/lost")
@open_to(PUBLIC)
def lost() -> ResponseReturnValue:
    """Ask for a new link."""
    return render_template("lost.html", sent=False)


@blueprint.post("/status/lost")
@open_to(PUBLIC)
def mail_link() -> ResponseReturnValue:
    """Mail a new link to the requester's own address. The answer is the same for a number that does not exist."""
    lost_link.mail_new_link(config().desk(), request_id.typed(request.form.get("number", "")), source())
    return render_template("lost.html", sent=True)


@blueprint.get("/files/<token>")
@open_to(TOKEN)
def file(token: str) -> ResponseReturnValue:
    """The file, to be saved and never to be shown; a large one by a fresh, short-lived link of the file store.

    What the store itself serves has none of our headers, so that is done only where an answer of ours can't hold it.
    """
    desk = config().desk()
    case_id, _, key = desk.links.verify(Purpose.FILE, token).partition("/")
    for attachment in files_of(desk.cases.load(case_id)):
        if attachment.key == key and attachment.size <= SERVED_BYTES:
            content = io.BytesIO(desk.files.get(key))
            answer = send_file(
                content, OCTETS, as_attachment=True, download_name=attachment.name, etag=False, max_age=0
            )
            answer.headers["Cache-Control"] = "no-store"  # not that of assets
            return answer
        if attachment.key == key:
            return redirect(desk.files.link(attachment, DOWNLOAD_SECONDS), 302)
    raise Unknown("This file is no longer attached to the request.")


def _case(token: str) -> Case:
    """The case that a status link opens. Raises Unknown, Expired, TryLater."""
    desk = config().desk()
    return desk.cases.load(desk.links.verify(Purpose.STATUS, token))


def _page(
    case: Case,
    token: str,
    selection: Selection | None = None,
    *,
    text: str = "",
    added: Mapping[str, str] | None = None,
    problems: list[str] | None = None,
    wrong_reading: str = "",
) -> str:
    """The page; with the answer, its files and what is wrong with it, where it has to be shown again."""
    process, problems = config().process, problems or []
    held, desk = {}, config().desk()
    if selection:
        try:
            held = attachments.stage(desk.files, desk.links, selection)
        except TryLater:
            problems = [*problems, gettext("Your files could not be saved: please choose them again.")]
    decided, zone = words.overruled(case), zone_of_requester(case, process)
    return render_template(
        "status.html",
        case=case,
        undecided=case.verdict
        and case.category is Category.UNDECIDED
        and not decided
        and not case.status.in_quarantine,
        due=due_in_words(case, process, desk.clock(), zone),
        missing=missing(case) if RequesterReplied in TRANSITIONS[case.status] else (),
        added=added or {},
        unreached=desk.mail_state.suppression(mailbox(case.request.requester.email)),
        token=token,
        new="new" in request.args,
        changed="changed" in request.args,
        replied=request.args.get("replied", ""),
        done=case.status.is_done,
        read="read" in request.args,
        may_read=RequesterRead in TRANSITIONS[case.status] and case.category is Category.UNDECIDED and not case.unread,
        reading=requester_reading(case),
        by_version=desk.judged_by_version(case),
        rule_changes=desk.rule_changes(case),
        wrong_reading=wrong_reading,
        link=config().links.status(case.id),
        way=way(case, process),
        files=files_of(case),
        history=words.history_for_requester(case, process),
        zone=zone,
        decided=decided,
        seen=_seen(case),
        text=text,
        problems=problems,
        held=held,
        waiting=selection.waiting if selection else {},
        accept=ACCEPT,
        upload=url_for("uploads.permit"),
    )


def _seen(case: Case) -> int:
    """The version of the case that the requester answered, or is about to see."""
    return min(whole(request.form.get("seen"), case.version), case.version)
