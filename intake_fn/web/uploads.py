"""Files that a browser puts into the file store itself: they are too large to travel through the function (R13).

    name, size ─► POST /uploads ─► a place in the store, permission to put one file there, a token that names it
    the file ───► the store, which takes no more bytes than were announced
    the form with the token ─► the file is read there, typed by its content, hashed, and kept like any other

Nothing that a browser says of a file is believed: the token names the place and what to call it, and that is all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request

from intake_fn.core.errors import Refused, TryLater
from intake_fn.desk import attachments
from intake_fn.desk.limits import UPLOADS_BY_SOURCE, within
from intake_fn.web.access import PUBLIC, config, open_to, source
from intake_fn.web.numbers import whole

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("uploads", __name__)

TOO_MANY = "Too many files were uploaded from your network within an hour. Please try again later."


@blueprint.post("/uploads")
@open_to(PUBLIC)
def permit() -> ResponseReturnValue:
    """Permission for one file, by its `name` and `size`; 422 with the `problem` where it can't be attached anyway."""
    desk = config().desk()
    name, size = request.form.get("name", ""), whole(request.form.get("size"), 0)
    try:
        if not within(desk.counters, UPLOADS_BY_SOURCE, source(), desk.clock()):
            return {"problem": TOO_MANY}, 429, {"Retry-After": str(int(UPLOADS_BY_SOURCE.window.total_seconds()))}
        token, upload = attachments.permit_upload(desk.files, desk.links, desk.process.intake, name, size)
    except Refused as error:
        return {"problem": str(error)}, 422
    except TryLater:
        return {"problem": "The file store does not respond. Please try again in a moment."}, 503, {"Retry-After": "30"}
    return {"token": token, "url": upload.url, "fields": dict(upload.fields)}
