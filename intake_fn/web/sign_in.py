"""Signing in at the desk: a link mailed to an address of support.yml, good once, for a quarter of an hour."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, session, url_for

from intake_fn.core.addresses import wrong_with
from intake_fn.core.errors import Expired
from intake_fn.desk import sign_in
from intake_fn.desk.sign_in import person_in
from intake_fn.ports import Purpose
from intake_fn.web.access import ENGINEER, PUBLIC, TOKEN, config, open_to, source
from intake_fn.web.forms import clean_line

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.core.process import Person

blueprint = Blueprint("sign_in", __name__, url_prefix="/desk")

PAGE_OF_DESK = re.compile(r"/desk(?!/sign-)(?:/[\w-]+)*/?(?:\?[^\\]*)?")
LONGEST_PATH = 1000
"""Characters that are kept for after signing in: they are in a cookie."""

NO_LONGER_GOOD = "This link has been used or has expired. Request a new one here."


@blueprint.get("/sign-in")
@open_to(PUBLIC)
def ask() -> ResponseReturnValue:
    """Ask for the address."""
    _remember_where_to(request.args.get("next", ""))
    return _ask()


@blueprint.post("/sign-in")
@open_to(PUBLIC)
def mail_link() -> ResponseReturnValue:
    """Have a link mailed to an address of the Help Desk. Every other one gets the same answer, in the same time."""
    _remember_where_to(request.args.get("next", ""))
    address = clean_line(request.form.get("address"))
    if problem := wrong_with(address):
        return _ask(message=problem, address=address), 422
    sign_in.ask(config().desk(), address, source())
    return _ask(sent=address)


@blueprint.get("/sign-in/<token>")
@open_to(TOKEN)
def confirm(token: str) -> ResponseReturnValue:
    """A button: programs that look into mails fetch links, but press no buttons."""
    person = _unsealed(token)
    if person is None:
        return _ask(message=NO_LONGER_GOOD), 410
    return render_template("confirm.html", person=person, token=token)


@blueprint.post("/sign-in/<token>")
@open_to(TOKEN)
def enter(token: str) -> ResponseReturnValue:
    """Sign in, once."""
    person = _unsealed(token)
    opened = sign_in.open_session(config().desk(), person, token) if person else None
    if opened is None:
        return _ask(message=NO_LONGER_GOOD), 410
    wanted = session.get("next", "")
    where = f"{request.script_root}{wanted}" if _is_page_of_desk(wanted) else url_for("desk.queue")
    session.clear()
    session["person"], session["session"] = opened.person, opened.id
    session.permanent = True
    return redirect(where, 303)


@blueprint.post("/sign-out")
@open_to(ENGINEER)
def leave() -> ResponseReturnValue:
    """Sign out: the session is ended on the server, too, so that a copy of its cookie is worth nothing.

    Raises TryLater: then the cookie stays, so that the button can be pressed again.
    """
    config().desk().sessions.end_session(session.get("person", ""), session.get("session", ""))
    session.clear()
    return redirect(url_for("sign_in.ask"), 303)


def _ask(*, sent: str = "", message: str = "", address: str = "") -> str:
    return render_template("sign_in.html", sent=sent, message=message, address=address, typed={})


def _unsealed(token: str) -> Person | None:
    """The person whom a link signs in; None when it is too old, or they have left the Help Desk. Raises Unknown."""
    try:
        address = config().links.verify(Purpose.SIGN_IN, token)
    except Expired:
        return None
    return person_in(config().process, address)


def _remember_where_to(path: str) -> None:
    """Keep the desk page that was wanted, without the stage, which may be another one by then."""
    if _is_page_of_desk(path):
        session["next"] = path


def _is_page_of_desk(path: str) -> bool:
    """Only pages of the desk, so that nobody can be sent elsewhere, nor write headers of ours."""
    return PAGE_OF_DESK.fullmatch(path) is not None and path.isprintable() and len(path) <= LONGEST_PATH
