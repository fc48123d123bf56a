"""The page on which somebody chooses which mails they get: opened by the link at the end of each mail of ours."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from intake_fn.core.errors import Expired, Refused, Unknown
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.names import REQUESTER
from intake_fn.core.requester_events import CopyRemoved, NewsMuted
from intake_fn.ports import Purpose
from intake_fn.texts import mark
from intake_fn.web import words
from intake_fn.web.access import TOKEN, config, open_to

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.core.case import Case

blueprint = Blueprint("mail_settings", __name__)

ALL, NEEDED, NONE = "all", "needed", "none"
"""What somebody gets about one request: all news, what needs them alone, or, in copy, nothing any more."""

TOO_OLD = mark("This link is too old. The link at the end of each new mail of ours opens this page.")


@blueprint.get("/mail/<token>")
@open_to(TOKEN)
def show(token: str) -> ResponseReturnValue:
    """What they get now, about the request of the mail and about all."""
    case, box = _opened(token)
    return _page(token, case, box)


@blueprint.post("/mail/<token>")
@open_to(TOKEN)
def choose(token: str) -> ResponseReturnValue:
    """Keep what they chose. A mail program posts here by itself when its reader presses "Unsubscribe" (RFC 8058)."""
    case, box = _opened(token)
    if request.form.get("List-Unsubscribe") == "One-Click":
        _choose_for(case, box, NONE if case and box in case.copies else NEEDED)
        return "", 204
    desk = config().desk()
    _choose_for(case, box, request.form.get("request", ""))
    before = desk.mail_state.settings(box)
    news = request.form.get("news")
    chosen = replace(before, news=news == ALL, copies="copies" in request.form)
    if news in (ALL, NEEDED) and chosen != before:  # a form without it chose nothing
        desk.mail_state.save_settings(box, chosen)
    return redirect(url_for("mail_settings.show", token=token, saved=1), 303)


def _choose_for(case: Case | None, box: str, chosen: str) -> None:
    """Mute the news of a request, hear of it again, or leave its copies. Twice is once."""
    if case is None:
        return
    desk = config().desk()
    event: CopyRemoved | NewsMuted | None = None
    if chosen == NONE and box in case.copies:
        event = CopyRemoved(at=desk.clock(), actor=REQUESTER, address=box, themselves=True)
    elif chosen in (ALL, NEEDED):
        event = NewsMuted(at=desk.clock(), actor=REQUESTER, address=box, muted=chosen == NEEDED)
    if event:
        with suppress(Refused):  # it is so already, or there is nothing to mute
            desk.act(case.id, event, case.version)


def _page(token: str, case: Case | None, box: str) -> str:
    desk = config().desk()
    return render_template(
        "mail_settings.html",
        token=token,
        box=box,
        case=case,
        is_requester=case is not None and box == mailbox(case.request.requester.email),
        in_copy=case is not None and box in case.copies,
        muted=case is not None and box in case.muted,
        settings=desk.mail_state.settings(box),
        suppressed=desk.mail_state.suppression(box),
        saved="saved" in request.args,
    )


def _opened(token: str) -> tuple[Case | None, str]:
    """The request of the mail whose link it is, where it is of one, and the mailbox. Raises Unknown, TryLater."""
    desk = config().desk()
    try:
        case_id, _, box = desk.links.verify(Purpose.MAIL, token).partition("/")
    except Expired as error:
        raise Expired(TOO_OLD) from error
    if not case_id:
        return None, box
    try:
        case = words.with_words(desk.cases.load(case_id))
    except Unknown:  # it was erased since: the settings of the address stay
        return None, box
    return case, box
