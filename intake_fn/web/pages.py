"""The start page of the forms for requesters, and the empty forms; web/filled_forms.py goes on from there.

    GET  /requests/new                 the start page
    GET  /requests/new/KIND            an empty form

Neither needs the desk, so the first of them is there quickly after a cold start.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from intake_fn.core.request import Kind
from intake_fn.ports import Purpose
from intake_fn.texts import gettext, mark
from intake_fn.web.access import PUBLIC, config, open_to
from intake_fn.web.forms import ACCEPT, FORMS, KEY, citation, clean_line, form_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response
    from flask.typing import ResponseReturnValue

    from intake_fn.web.forms import IntakeForm

blueprint = Blueprint("pages", __name__)

KINDS = f"<any({','.join(Kind)}):kind>"

NO_LONGER_KEPT = mark(
    "What you typed here is no longer kept: an unsent form is kept for 36 hours. What this browser still holds of it "
    "is filled in below."
)


@blueprint.get("/requests/new")
@open_to(PUBLIC)
def choose() -> ResponseReturnValue:
    """The start page: which of the four forms; with `clause`, about a clause of the spec."""
    return render_template("choose.html", forms=FORMS, clause=citation(request.args.get("clause", "")))


@blueprint.get(f"/requests/new/{KINDS}")
@open_to(PUBLIC)
def new(kind: str) -> ResponseReturnValue:
    """An empty form; with `clause`, about a clause of the spec; with `summary`, what was searched for in vain."""
    form = form_for(Kind(kind), config().process)
    form.summary.data = clean_line(request.args.get("summary", ""))[: form.limit("summary")]
    opened = config().links.sign(Purpose.FORM, config().clock().isoformat())
    clause = citation(request.args.get("clause", ""))
    gone = gettext(NO_LONGER_KEPT) if "gone" in request.args else ""
    carried = {"clause": clause, "key": secrets.token_urlsafe(16), "opened": opened}
    return kept_by_browsers(show_form(form, carried, gone=gone))


@blueprint.get(f"/requests/{KINDS}")
@blueprint.get(f"/requests/{KINDS}/check")
@open_to(PUBLIC)
def again(kind: str) -> ResponseReturnValue:
    """Open the address that a form is sent to: an empty one."""
    return redirect(url_for("pages.new", kind=kind))


def show_form(form: IntakeForm, carried: Mapping[str, str], **more: Any) -> str:
    """The page of a form, empty or with what was typed."""
    key = carried["key"] if KEY.fullmatch(carried["key"]) else secrets.token_urlsafe(16)
    return render_template(
        "form.html",
        form=form,
        carried={**carried, "key": key},
        clause=carried["clause"],
        accept=ACCEPT,
        upload=url_for("uploads.permit"),
        **more,
    )


def kept_by_browsers(page: str) -> Response:
    """Back shows the page as it was left, with its key (R9, R11)."""
    answer = make_response(page)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def clause_address(cite: str) -> str:
    """Where a clause stands on the site: page/#anchor, as the wiki publishes it."""
    page, _, anchor = cite.partition("#")
    folder = re.sub(r"(^|/)index$", r"\1", page)
    slash = "/" if folder and not folder.endswith("/") else ""
    return config().links.clause(f"{folder}{slash}#{anchor}")
