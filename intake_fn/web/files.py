"""Files of requests: saved under their names, and pictures shown small after they were drawn anew."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, send_file

from intake_fn.core.case import files_of
from intake_fn.core.errors import Unknown
from intake_fn.desk import previews
from intake_fn.ports import Purpose
from intake_fn.web.access import TOKEN, config, open_to

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.core.request import Attachment

blueprint = Blueprint("files", __name__)

DOWNLOAD_SECONDS = 300

SERVED_BYTES = 4 * 2**20
"""What an answer of the function can hold: 6 MB, in base64."""

OCTETS = "application/octet-stream"
"""What a browser takes for nothing that it could show, and adapters/gateway.py for no text."""


@blueprint.get("/files/<token>")
@open_to(TOKEN)
def file(token: str) -> ResponseReturnValue:
    """The file, to be saved and never to be shown; a large one by a fresh, short-lived link of the file store.

    What the store itself serves has none of our headers, so that is done only where an answer of ours can't hold it.
    """
    desk, attachment = config().desk(), _attached(token)
    if attachment.size > SERVED_BYTES:
        return redirect(desk.files.link(attachment, DOWNLOAD_SECONDS), 302)
    content = io.BytesIO(desk.files.get(attachment.key))
    answer = send_file(content, OCTETS, as_attachment=True, download_name=attachment.name, etag=False, max_age=0)
    answer.headers["Cache-Control"] = "no-store"  # not that of assets
    return answer


@blueprint.get("/files/<token>/preview")
@open_to(TOKEN)
def preview(token: str) -> ResponseReturnValue:
    """A small picture of a picture, drawn anew: nothing of the bytes that were sent reaches the browser."""
    answer = Response(previews.preview_of(config().desk().files, _attached(token)), mimetype=previews.TYPE)
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


def _attached(token: str) -> Attachment:
    """The file that a link opens. Raises Unknown when it is not of its request."""
    desk = config().desk()
    case_id, _, key = desk.links.verify(Purpose.FILE, token).partition("/")
    attached = next((one for one in files_of(desk.cases.load(case_id)) if one.key == key), None)
    if attached is None:
        raise Unknown("This file is no longer attached to the request.")
    return attached
