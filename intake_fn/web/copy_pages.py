"""The page of a request for who is in copy: how it stands, and the one thing they can do, which is to leave."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from intake_fn.core.errors import Expired, Refused
from intake_fn.core.names import REQUESTER
from intake_fn.core.requester_events import CopyRemoved
from intake_fn.ports import Purpose
from intake_fn.web import words
from intake_fn.web.access import TOKEN, config, open_to
from intake_fn.web.status import seen_of, shared

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.core.case import Case

blueprint = Blueprint("copies", __name__)


@blueprint.get("/copies/<token>")
@open_to(TOKEN)
def show(token: str) -> ResponseReturnValue:
    """How the request stands, to be read alone."""
    case, box = _opened(token)
    if box not in case.copies:
        return render_template("copy_left.html", case=case), 410
    return render_template(
        "copy.html",
        **shared(case, for_copy=True),
        token=token,
        box=box,
        decided=words.overruled(case),
        mail_settings=config().links.mail_settings(case.id, box),
        seen=case.version,
    )


@blueprint.post("/copies/<token>/leave")
@open_to(TOKEN)
def leave(token: str) -> ResponseReturnValue:
    """They want no more mails about it, and are not added again. Pressed twice, it is done once."""
    desk = config().desk()
    case, box = _opened(token)
    event = CopyRemoved(at=desk.clock(), actor=REQUESTER, address=box, themselves=True)
    if box in case.copies:
        with suppress(Refused):  # they were removed meanwhile
            desk.act(case.id, event, seen_of(case))
    return render_template("copy_left.html", case=case)


def _opened(token: str) -> tuple[Case, str]:
    """The case that a link opens, and whose link it is. Raises Unknown, TryLater."""
    desk = config().desk()
    try:
        case_id, _, box = desk.links.verify(Purpose.COPY, token).partition("/")
    except Expired as error:
        raise Expired("This link is too old. Ask the requester to add you again.") from error
    return words.with_words(desk.cases.load(case_id)), box
