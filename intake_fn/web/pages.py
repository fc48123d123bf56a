"""The forms for requesters: show one, take it in, show it again with everything typed when it can't be taken."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from flask import Blueprint, make_response, redirect, render_template, request, url_for

from intake_fn.core.errors import Refused, TryLater, Unknown
from intake_fn.core.request import Channel, Kind, Request
from intake_fn.core.vocabulary import Stance
from intake_fn.desk import attachments
from intake_fn.desk.spam_check import Submission
from intake_fn.ports import Purpose
from intake_fn.texts import gettext, mark
from intake_fn.web import posted
from intake_fn.web.access import PUBLIC, config, engineer, open_to
from intake_fn.web.forms import ACCEPT, FORMS, NO_READING, IntakeForm, clean_line, form_for, to_request
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from intake_fn.core.attachments import Selection
    from intake_fn.core.case import Case
    from intake_fn.desk import Desk
    from intake_fn.web.forms import Reading

log = structlog.get_logger()
blueprint = Blueprint("pages", __name__)

KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
CITATION = re.compile(r"[\w./-]{1,150}#[\w.:-]{1,100}")

KINDS = f"<any({','.join(Kind)}):kind>"
TRAP = "homepage"
"""A field that people do not see, and programs fill in."""

TYPED_IS_KEPT = mark("Your request may not have been saved. Your text is still here: please send it again in a minute.")


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
    page = make_response(_show(form, clause=clause, key=secrets.token_urlsafe(16), opened=opened))
    page.headers["Cache-Control"] = "private, no-cache"  # Back shows the form as it was sent, with its key (R9, R11)
    return page


@blueprint.get(f"/requests/{KINDS}")
@open_to(PUBLIC)
def again(kind: str) -> ResponseReturnValue:
    """Open the address of a form that was shown again: an empty one."""
    return redirect(url_for("pages.new", kind=kind))


@blueprint.post(f"/requests/{KINDS}")
@open_to(PUBLIC)
def send(kind: str) -> ResponseReturnValue:
    """Take a form in and go on to its receipt, or show it again."""
    form_data, unreadable = posted.read()
    desk = config().desk()
    form = form_for(Kind(kind), desk.process, form_data)
    form.unreadable = unreadable
    clause = citation(form_data.get("clause", ""))
    selection = posted.selection(desk, form_data)

    def show_again(status: int, message: str = "") -> ResponseReturnValue:
        return _show_again(desk, form, selection, form_data, message), status

    if not form.check(selection.count, selection.problems):
        return show_again(422)
    if selection.waiting:
        return show_again(503, TYPED_IS_KEPT)
    draft = to_request(form, (), Channel.FORM, clause, reading_in(form_data))
    try:
        key = submit_key(draft, selection, form_data.get("key", ""))
        case, wanted = take_in(desk, draft, selection, key, _arrival(desk, form_data))
    except TryLater as error:
        log.warning("request_not_saved", error=str(error))
        return show_again(503, TYPED_IS_KEPT)
    except Refused as error:
        return show_again(422, str(error))
    token = desk.links.sign(Purpose.STATUS, case.id)
    changed = "1" if _says_more(wanted, case.request) else None
    return redirect(url_for("status.show", token=token, new="1", changed=changed), 303)


def _arrival(desk: Desk, form_data: Mapping[str, str]) -> Submission:
    """How the form was sent. The forms in the wiki do not say when they were opened."""
    try:
        opened = datetime.fromisoformat(desk.links.verify(Purpose.FORM, form_data.get("opened", "")))
    except Unknown:
        opened = None
    return Submission(trapped=bool(form_data.get(TRAP, "").strip()), opened=opened)


def _says_more(again: Request, first: Request) -> bool:
    """Whether a form that was sent again holds something that the first one did not."""
    files = set(again.attachments) - set(first.attachments)
    return bool(files) or _typed(again) != _typed(first)


def _typed(said: Request) -> Request:
    return replace(said, attachments=(), reading_spec="")


# --- shared with the API ---------------------------------------------------------------------


def take_in(desk: Desk, draft: Request, selection: Selection, key: str, arrival: Submission) -> tuple[Case, Request]:
    """Keep the files, take the request in; the case, and the request as it was sent this time.

    They differ when the same key came with other content before (R9: that case stands). Raises TryLater.
    What an engineer sends who is signed in, such as for a caller, is not quarantined.
    """
    originals = desk.process.intake.keep_originals
    files = attachments.store(desk.files, selection, key, keep_originals=originals)
    wanted = replace(draft, attachments=files, reading_spec=_spec_read(desk, draft))
    return desk.take_in(wanted, key, None if engineer() else arrival), wanted


def submit_key(draft: Request, selection: Selection, given: str = "") -> str:
    """The key under which a form is taken in once: the one rendered into it, else its whole content."""
    if KEY.fullmatch(given):
        return f"form-{given}"
    hashes = sorted({file.sha256 for files in (selection.staged, selection.sent) for file in files})
    content = json.dumps([asdict(draft), hashes, given], sort_keys=True, default=str)
    return f"content-{hashlib.sha256(content.encode()).hexdigest()}"


def citation(text: str) -> str:
    """A clause as page#anchor, "" for anything else."""
    return text if CITATION.fullmatch(text) else ""


def reading_in(said: Mapping[str, Any]) -> Reading:
    """What is said of a clause; nothing where it is no clause together with one of the two stances."""
    clause, stance = said.get("reading_clause"), stance_in(said.get("reading_stance"))
    return (clause, stance) if stance and isinstance(clause, str) and citation(clause) else NO_READING


def stance_in(text: Any) -> Stance | None:
    """The stance that can be said of a clause; None for anything else."""
    return next((one for one in Stance if one.is_of_a_clause and one == text), None)


def _spec_read(desk: Desk, draft: Request) -> str:
    """The stamp of the spec, for a reading of it; "" without an index: the receipt does not depend on it."""
    try:
        return desk.spec().stamp.content if draft.reading_clause else ""
    except SpecLookupError:
        return ""


def clause_address(cite: str) -> str:
    """Where a clause stands on the site: page/#anchor, as the wiki publishes it."""
    page, _, anchor = cite.partition("#")
    folder = re.sub(r"(^|/)index$", r"\1", page)
    slash = "/" if folder and not folder.endswith("/") else ""
    return config().links.clause(f"{folder}{slash}#{anchor}")


# --- showing a form --------------------------------------------------------------------------


def _show(form: IntakeForm, *, clause: str, key: str, **more: Any) -> str:
    return render_template(
        "form.html",
        form=form,
        key=key,
        clause=clause,
        accept=ACCEPT,
        upload=url_for("uploads.permit"),
        **more,
    )


def _show_again(desk: Desk, form: IntakeForm, selection: Selection, form_data: Mapping[str, str], message: str) -> str:
    """The form with all that was typed and attached, and with what to mend."""
    try:
        held = attachments.stage(desk.files, desk.links, selection)
    except TryLater:
        held = {}
        form.files.errors = [*form.files.errors, gettext("Your files could not be saved: please choose them again.")]
    given = form_data.get("key", "")
    key = given if KEY.fullmatch(given) else secrets.token_urlsafe(16)
    clause = citation(form_data.get("clause", ""))
    more = {"held": held, "waiting": selection.waiting, "message": message, "wrong": wrong_fields(form)}
    return _show(form, clause=clause, key=key, opened=form_data.get("opened", ""), **more)


def wrong_fields(form: IntakeForm) -> Sequence[Any]:
    """Fields with errors, in the order of the page."""
    shown = [name for names in form.sections.values() for name in names]
    return [form.fields[name] for name in shown if form.fields[name].errors]
