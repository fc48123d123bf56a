"""Who else has the page of a request open, so that two people do not write the same answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Response

from intake_fn import log
from intake_fn.core.errors import TryLater
from intake_fn.core.names import names_of
from intake_fn.web.access import ENGINEER, config, me, open_to
from intake_fn.web.desk_pages import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

HERE = timedelta(minutes=2)
"""How long somebody counts as here who has loaded the page, or whose open page has asked."""


@blueprint.get("/requests/<case_id>/presence")
@open_to(ENGINEER)
def presence(case_id: str) -> ResponseReturnValue:
    """Who else is there, as a line of text; asked by the open page."""
    return Response(others(case_id), mimetype="text/plain")


def others(case_id: str) -> str:
    """Who else has had the page open in the last minutes, as a sentence; "" for nobody, and where it cannot be read."""
    desk = config().desk()
    now = desk.clock()
    try:
        people = desk.presence.look(case_id, me().id, now, now + HERE)
    except TryLater as error:
        log.warning("presence_unknown", case=case_id, error=str(error))
        return ""
    minutes = int(HERE.total_seconds()) // 60
    return f"Also here in the last {minutes} minutes: {names_of(people, config().process)}." if people else ""
