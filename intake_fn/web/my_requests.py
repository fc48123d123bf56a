"""My requests: the links to one's requests, by address or by number, mailed and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from intake_fn.core import request_id
from intake_fn.core.addresses import wrong_with
from intake_fn.desk import lost_link, my_requests
from intake_fn.texts import gettext, mark
from intake_fn.web.access import PUBLIC, config, open_to, source
from intake_fn.web.forms import clean_line

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("my_requests", __name__)

NEITHER = mark(
    "This is neither an e-mail address nor a request number. Please enter the address from which you sent your "
    "request, or its number, such as %(example)s."
)


@blueprint.get("/requests/mine")
@open_to(PUBLIC)
def ask() -> ResponseReturnValue:
    """Ask for the links to one's requests."""
    return render_template("my_requests.html", typed="", sent="", problem="")


@blueprint.post("/requests/mine")
@open_to(PUBLIC)
def mail() -> ResponseReturnValue:
    """Mail them. The answer is the same for an address or a number that is not known."""
    return _mailed(clean_line(request.form.get("who")))


@blueprint.get("/status/lost")
@open_to(PUBLIC)
def lost() -> ResponseReturnValue:
    """Where a new link was asked for before; links in mails still lead there."""
    return redirect(url_for("my_requests.ask"), 301)


@blueprint.post("/status/lost")
@open_to(PUBLIC)
def mail_link() -> ResponseReturnValue:
    """The form of a page that was opened before."""
    return _mailed(clean_line(request.form.get("number")))


def _mailed(typed: str) -> ResponseReturnValue:
    desk = config().desk()
    number = "" if "@" in typed else request_id.typed(typed)
    if number:
        lost_link.mail_new_link(desk, number, source())
        return render_template("my_requests.html", typed="", sent="number", problem="")
    if "@" not in typed:
        problem = gettext(NEITHER) % {"example": request_id.EXAMPLE}
        return render_template("my_requests.html", typed=typed, sent="", problem=problem), 422
    if problem := wrong_with(typed):
        return render_template("my_requests.html", typed=typed, sent="", problem=problem), 422
    my_requests.ask(desk, typed, source())
    return render_template("my_requests.html", typed="", sent="address", problem="")
