"""Who may call a route. Every route says so with `@open_to`; a test fails for one that does not.

| caller   | lets in                                                    |
|----------|------------------------------------------------------------|
| PUBLIC   | everyone                                                   |
| TOKEN    | whoever has the signed link; the view verifies it          |
| ENGINEER | people of support.yml who signed in by a link in their mail |
| ADMIN    | those of them whom `admins` of support.yml names           |
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import current_app, g, redirect, render_template, request, session, url_for
from werkzeug.exceptions import HTTPException

from intake_fn.core.errors import Forbidden, Refused
from intake_fn.core.names import names_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.core.process import Person
    from intake_fn.web.config import WebConfig

EXTENSION = "specdesk"
View = TypeVar("View", bound="Callable[..., ResponseReturnValue]")


class Caller(StrEnum):
    """The people who may use a route."""

    PUBLIC = "public"
    TOKEN = "token"  # noqa: S105 - a kind of caller
    ENGINEER = "engineer"
    ADMIN = "admin"


PUBLIC, TOKEN, ENGINEER, ADMIN = Caller.PUBLIC, Caller.TOKEN, Caller.ENGINEER, Caller.ADMIN


def open_to(caller: Caller) -> Callable[[View], View]:
    """Declare who may call a view; for ENGINEER and ADMIN, ask for the sign-in first. Others get 403."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if caller in (ENGINEER, ADMIN) and engineer() is None:
                return ask_to_sign_in()
            if caller is ADMIN:
                refuse_others()
            if caller in (ENGINEER, ADMIN) and request.method == "POST":
                _refuse_doubles()
            return view(*args, **kwargs)

        guarded.open_to = caller  # type: ignore[attr-defined]  # read by the test of all routes
        return cast("View", guarded)

    return declare


def config() -> WebConfig:
    """What the pages need, for the app that answers."""
    return cast("WebConfig", current_app.extensions[EXTENSION])


def engineer() -> Person | None:
    """Who is signed in: their session was not ended, and they are of support.yml, with the address they came by.

    Looked up once a request, and only for who brings a session. Raises TryLater.
    """
    if "engineer" not in g:
        g.engineer = _signed_in()
    return cast("Person | None", g.engineer)


def _signed_in() -> Person | None:
    person = named()
    if person is None:
        return None
    from intake_fn.desk.sign_in import is_signed_in  # noqa: PLC0415 - not where nobody is signed in

    return person if is_signed_in(config().desk(), person, str(session.get("session", ""))) else None


def named() -> Person | None:
    """The person of the session, for the head of a page; it may have been ended, so nothing is allowed by it."""
    return config().process.people.get(session.get("person", "")) if session.get("session") else None


def source() -> str:
    """The address of the client, as the API gateway saw it (adapters/gateway.py); of IPv6, the network."""
    address = request.remote_addr or ""
    return ":".join(address.split(":")[:4]) if ":" in address else address


def me() -> Person:
    """Who is signed in, in a view that is open to engineers only."""
    person = engineer()
    assert person is not None  # noqa: S101 - open_to(ENGINEER) has seen to it
    return person


def is_admin() -> bool:
    """Whether who is named by the session is an admin; for what a page shows, like `named`."""
    person = named()
    return person is not None and person.id in config().process.admins


def refuse_others() -> None:
    """Raise Forbidden unless who is signed in is an admin; the message names who is."""
    process = config().process
    if me().id not in process.admins:
        raise Forbidden(f"Only admins may do this: {names_of(process.admins, process)}.")


def ask_to_sign_in() -> ResponseReturnValue:
    """Redirect to the sign-in page, which shows what was typed into a form that was sent without a session."""
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("sign_in.ask", next=request.full_path.rstrip("?")))
    left = {"typed": typed(), "files": _had_files(), "wanted": _came_from()}
    return render_template("sign_in.html", sent="", address="", **left), 401


def _came_from() -> str:
    """The page that showed the form that was just sent, without the stage; "" where the browser does not say."""
    try:
        path = urlsplit(request.referrer or "").path.removeprefix(request.script_root)
    except ValueError:  # no address at all, such as one with a broken IPv6 host
        return ""
    pages = current_app.url_map.bind_to_environ(request.environ)
    return next((page for page in (path, path.rpartition("/")[0]) if page and pages.test(page, "GET")), "")


HIDDEN = frozenset(
    "csrf_token key seen clause held uploaded opened homepage sure reading_clause reading_stance visitor unsent "
    "as action do case item insert template follow base preview".split()
)
"""Fields that a person does not fill in."""


SEVERAL = frozenset("case sure modules held uploaded files".split())
"""Fields of the desk that are sent once for each thing that was ticked."""


def _refuse_doubles() -> None:
    """Raise Refused for a field of the desk that came with answers that differ: none of them is taken for the person.

    The page of the error shows all of them (`typed`).
    """
    from intake_fn.web import posted  # noqa: PLC0415 - no page that is only read needs it

    if any(posted.answer(request.form, name)[1] for name in request.form if name not in SEVERAL):
        raise Refused(posted.twice())


def typed() -> dict[str, str]:
    """What a person typed into the form that was just sent, to be shown on a page that can't accept it."""
    try:
        form_data = request.form
    except HTTPException:  # too large, or no form: nothing of it can be read
        return {}
    said = ((name, "\n\n".join(filter(str.strip, dict.fromkeys(texts)))) for name, texts in form_data.lists())
    return {name: text for name, text in said if text and name not in HIDDEN}


def _had_files() -> bool:
    """Whether files came with the form that was just sent, or were uploaded for it before."""
    try:
        return bool(attached() or request.form.getlist("uploaded"))
    except HTTPException:  # as in `typed`
        return False


def attached() -> list[str]:
    """The names of the files that came with the form that was just sent."""
    try:
        return [file.filename for _, file in request.files.items(multi=True) if file.filename]
    except HTTPException:  # as above
        return []
