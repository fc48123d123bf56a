"""Signing in at the desk: a link mailed to an address of support.yml, good once, for a quarter of an hour."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, session, url_for

from intake_fn.core.errors import Expired
from intake_fn.core.mailing import mailbox
from intake_fn.ports import Mail, Purpose
from intake_fn.web.access import ENGINEER, PUBLIC, TOKEN, front, open_to
from intake_fn.web.forms import clean_line

if TYPE_CHECKING:
    from intake_fn.core.process import Person
    from intake_fn.desk import Desk

blueprint = Blueprint("sign_in", __name__, url_prefix="/desk")

NO_LONGER_GOOD = "This link is no longer good: it was used, or it is too old. Ask for a new one here."


@blueprint.get("/sign-in")
@open_to(PUBLIC)
def ask() -> Any:
    """Ask for the address."""
    _remember_where_to(request.args.get("next", ""))
    return _ask()


@blueprint.post("/sign-in")
@open_to(PUBLIC)
def mail_link() -> Any:
    """Mail a link to an address of the Help Desk. The answer is the same for every other address."""
    address = clean_line(request.form.get("address"))
    person = _person(address)
    if person is not None:
        desk = front().desk()
        desk.mailer.send(_mail(desk, person))
    return _ask(sent=address)


@blueprint.get("/sign-in/<token>")
@open_to(TOKEN)
def confirm(token: str) -> Any:
    """A button: programs that look into mails fetch links, but press no buttons."""
    try:
        person = _person(front().links.unseal(Purpose.SIGN_IN, token))
    except Expired:
        person = None
    if person is None:
        return _ask(message=NO_LONGER_GOOD), 410
    return render_template("confirm.html", person=person, token=token)


@blueprint.post("/sign-in/<token>")
@open_to(TOKEN)
def enter(token: str) -> Any:
    """Sign in, once."""
    desk = front().desk()
    try:
        person = _person(desk.links.unseal(Purpose.SIGN_IN, token))
    except Expired:
        person = None
    until = desk.clock() + 2 * timedelta(minutes=desk.process.intake.sign_in_minutes)
    fresh = person is not None and desk.store.use_once(hashlib.sha256(token.encode()).hexdigest(), until)
    if person is None or not fresh:
        return _ask(message=NO_LONGER_GOOD), 410
    where = session.get("next") or url_for("desk.queue")
    session.clear()
    session["person"] = person.id
    session.permanent = True
    return redirect(where, 303)


@blueprint.post("/sign-out")
@open_to(ENGINEER)
def leave() -> Any:
    """Sign out."""
    session.clear()
    return redirect(url_for("sign_in.ask"), 303)


def _ask(*, sent: str = "", message: str = "") -> str:
    return render_template("sign_in.html", sent=sent, message=message, typed={})


def _person(address: str) -> Person | None:
    """The person of support.yml with this address."""
    wanted = mailbox(address)
    return next((person for person in front().process.people.values() if mailbox(person.address) == wanted), None)


def _remember_where_to(path: str) -> None:
    """Keep the desk page that was wanted; only pages of the desk, so that nobody can be sent elsewhere."""
    if path.startswith("/desk") and not path.startswith("/desk/sign-") and "\\" not in path:
        session["next"] = path


def _mail(desk: Desk, person: Person) -> Mail:
    minutes = desk.process.intake.sign_in_minutes
    return Mail(
        to=person.address,
        subject=f"Your link to the {desk.process.product.name} desk",
        text=(
            f"Hello {person.name},\n\n"
            "this link signs you in at the desk:\n\n"
            f"{desk.links.sign_in(person.address)}\n\n"
            f"It is good once, for {minutes} minutes. If you did not ask for it, you need not do anything.\n\n"
            f"{desk.process.mail.name}\n"
        ),
        headers={"Auto-Submitted": "auto-generated"},
    )
