"""What a person sees when something goes wrong: one table from error to status and page.

Pages are in the site's look and say what to do; the API answers the same as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, TooManyRequests

from intake_fn import log
from intake_fn.core.errors import (
    Broken,
    Erased,
    Expired,
    Forbidden,
    Refused,
    SpecdeskError,
    Stale,
    TryLater,
    Unknown,
    Unreadable,
)
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.texts import mark
from intake_fn.web.access import ask_to_sign_in, attached, engineer, typed
from intake_fn.web.forms import clean_line
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue


@dataclass(frozen=True, slots=True)
class Shown:
    """How an error is shown. `tell` is whether its own message is for everybody's eyes."""

    status: int
    title: str
    advice: str
    tell: bool = True


SHOWN: Mapping[type[Exception], Shown] = {
    Expired: Shown(
        410, mark("This link has expired"), mark("Request a new one below. We send it by e-mail."), tell=False
    ),
    Erased: Shown(
        410,
        mark("The data of this request was erased"),
        mark("Nothing of it can be shown any more. If you still need help, please send a new request."),
        tell=False,
    ),
    Unknown: Shown(
        404,
        mark("Page not found"),
        mark("Check that the link is complete: some mail programs break it into two lines."),
    ),
    Forbidden: Shown(
        403, mark("You do not have permission"), mark("Nothing has been changed. Please ask one of the admins.")
    ),
    Refused: Shown(
        422,
        mark("This action is not possible"),
        mark("Nothing has been changed. Go back, correct your input and try again."),
    ),
    Stale: Shown(
        409,
        mark("Someone else has changed this request"),
        mark("Open the request again, check what has changed, and repeat your action."),
    ),
    Unreadable: Shown(
        503,
        mark("This request cannot be shown at the moment"),
        mark(
            "A newer version of Specdesk has stored it, and this version cannot read it. Nothing is lost: it is shown "
            "again as soon as the newer version runs. Please contact the Help Desk."
        ),
        tell=False,
    ),
    TryLater: Shown(
        503, mark("Not available at the moment"), mark("Nothing is lost. Please try again in a minute."), tell=False
    ),
    Broken: Shown(
        500,
        mark("An internal error has occurred"),
        mark("It has been logged. Please contact the Help Desk."),
        tell=False,
    ),
    SpecLookupError: Shown(
        500,
        mark("The spec cannot be searched at the moment"),
        mark("It has been logged. Please contact the Help Desk."),
        tell=False,
    ),
}

BY_STATUS: Mapping[int, Shown] = {
    400: Shown(
        400, mark("This form cannot be read"), mark("Go back: your text is still in the form. Then send it again.")
    ),
    404: Shown(404, mark("Page not found"), mark("Check the address, or start from one of the pages above.")),
    405: Shown(405, mark("This page does not accept this request"), mark("Start from one of the pages above.")),
    413: Shown(
        413,
        mark("This form is too large"),
        mark("Go back: your text is still in the form. Then attach smaller or fewer files, and send it again."),
    ),
    414: Shown(
        414,
        mark("This address is too long"),
        mark("No address of this site is that long. Start from one of the pages above."),
    ),
    415: Shown(
        415, mark("This format cannot be read"), mark("Send the form as multipart/form-data, as a browser does.")
    ),
    429: Shown(
        429, mark("Too many searches"), mark("Your network has searched very often. Please try again in a minute.")
    ),
}
IN_THE_API: Mapping[int, str] = {
    400: "Send one JSON object in UTF-8, nested no deeper than ten levels, with each member once.",
    404: "This address does not exist. See the OpenAPI document.",
    405: "This address does not accept the method; the header Allow lists the accepted ones.",
    413: "The request is too large. Send smaller or fewer files.",
    414: "The address is too long: a search text may have 2,000 characters.",
    415: "Send JSON, with Content-Type: application/json.",
    429: "This source has searched too often; the header Retry-After says when to try again, in seconds.",
}
"""What a program is advised instead."""

OTHERWISE = SHOWN[Broken]


def show(app: Flask) -> None:
    """Let `app` answer errors by these tables."""
    app.register_error_handler(SpecdeskError, _ours)
    app.register_error_handler(SpecLookupError, _ours)
    app.register_error_handler(HTTPException, _http)


def _ours(error: Exception) -> ResponseReturnValue:
    shown = next(SHOWN[kind] for kind in type(error).__mro__ if kind in SHOWN)
    if shown.status >= 500:  # noqa: PLR2004 - ours
        log.error("page_failed", path=request.path, error=str(error), kind=type(error).__name__)
    return answer(shown, str(error) if shown.tell else "")


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:  # noqa: PLR2004 - a redirect
        return error
    response = answer(BY_STATUS.get(code, OTHERWISE if code >= 500 else BY_STATUS[400]), "")  # noqa: PLR2004 - ours
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


NO_COOKIE = (
    "This page was open for too long, or your browser stores no cookies of this site. Allow cookies and try again."
)


def csrf_failed() -> ResponseReturnValue:
    """The desk's forms carry a token of the session: without a session, signing in comes first."""
    if request.endpoint in ("sign_in.mail_link", "sign_in.enter"):
        address = clean_line(request.form.get("address"))
        return render_template("sign_in.html", typed={}, sent="", message=NO_COOKIE, address=address), 400
    if engineer() is None:
        return ask_to_sign_in()
    return answer(
        Shown(
            400,
            mark("This form has expired"),
            mark("It was opened in another session. Open the page again and send the form."),
        ),
        "",
    )


def answer(shown: Shown, message: str) -> Response:
    """The page of an error, or its JSON for the API."""
    headers = {"Retry-After": "30"} if shown.status == 503 else {}  # noqa: PLR2004 - as HTTP names it
    if request.path.startswith("/api/"):
        response: Response = jsonify(
            error={"title": shown.title, "message": message or IN_THE_API.get(shown.status, shown.advice)}
        )
    else:
        kept = typed() if request.method == "POST" and shown.status != 413 else {}  # noqa: PLR2004 - unread
        files = attached() if request.method == "POST" and shown.status == 503 else []  # noqa: PLR2004 - as above
        response = Response(render_template("error.html", shown=shown, message=message, typed=kept, files=files))
    response.status_code = shown.status
    response.headers.update(headers)
    return response
