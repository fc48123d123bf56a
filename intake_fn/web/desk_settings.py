"""Which mails somebody of the Help Desk gets, and which requests they follow."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for

from intake_fn.core.errors import Refused
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.requester_events import RequestFollowed
from intake_fn.web.access import ENGINEER, config, me, open_to
from intake_fn.web.desk_pages import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

CHOICES = ("mine", "copied", "mentions", "level")
"""The settings of people of the Help Desk (core/mail_settings.py)."""


@blueprint.get("/settings")
@open_to(ENGINEER)
def settings() -> ResponseReturnValue:
    """What they get now."""
    chosen = config().desk().mail_state.settings(mailbox(me().address))
    return render_template("desk_settings.html", person=me(), settings=chosen, saved="saved" in request.args)


@blueprint.post("/settings")
@open_to(ENGINEER)
def save_settings() -> ResponseReturnValue:
    """Keep what they chose."""
    mail_state, box = config().desk().mail_state, mailbox(me().address)
    before = mail_state.settings(box)
    chosen = replace(before, **{name: name in request.form for name in CHOICES})
    if chosen != before:
        mail_state.save_settings(box, chosen)
    return redirect(url_for("desk.settings", saved=1), 303)


@blueprint.post("/requests/<case_id>/follow")
@open_to(ENGINEER)
def follow(case_id: str) -> ResponseReturnValue:
    """Follow a request, or no longer. Twice is once."""
    desk, person = config().desk(), me()
    case = desk.cases.load(case_id)
    event = RequestFollowed(
        at=desk.clock(), actor=person.address, person=person.id, follows=request.form.get("follow") == "yes"
    )
    with suppress(Refused):  # it is so already
        desk.act(case.id, event, case.version)
    return redirect(url_for("desk.show", case_id=case.id), 303)
