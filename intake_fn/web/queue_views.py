"""Saved views of the queue: named lists, for oneself or for everybody at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from flask import Blueprint, redirect, request

from intake_fn.core.errors import Unknown
from intake_fn.core.queue.filters import Filters
from intake_fn.core.queue.views import View, key_of, refuse_deletion, saved
from intake_fn.web.access import ENGINEER, config, me, open_to
from intake_fn.web.forms import clean_line
from intake_fn.web.queue_list import asked
from intake_fn.web.queue_pages import list_link

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("views", __name__, url_prefix="/desk/views")


@blueprint.post("")
@open_to(ENGINEER)
def save() -> ResponseReturnValue:
    """Save the list that is shown under a name. Raises Refused."""
    desk, person = config().desk(), me()
    filters = asked(parse_qsl(request.form.get("query", "")))
    name = clean_line(request.form.get("name", ""))
    view = View(name, person.id, filters.query(), shared=bool(request.form.get("shared")))
    desk.views.save_view(saved(view, desk.views.views(person.id)))
    return redirect(list_link(filters, done="view-saved"), 303)


@blueprint.post("/delete")
@open_to(ENGINEER)
def delete() -> ResponseReturnValue:
    """Delete a view of one's own; of shared ones, admins delete others', too. Raises Unknown, Forbidden."""
    desk, person = config().desk(), me()
    wanted = View(clean_line(request.form.get("name", "")), "", "", shared=bool(request.form.get("shared")))
    there = desk.views.views(person.id)
    view = next((one for one in there if one.shared == wanted.shared and key_of(one) == key_of(wanted)), None)
    if view is None:
        raise Unknown("There is no such view: it may have been deleted already.")
    refuse_deletion(view, person.id, config().process)
    desk.views.delete_view(view)
    return redirect(list_link(view.filters or Filters(), done="view-deleted"), 303)
