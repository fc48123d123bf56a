"""A form on its way to the desk: what is read of it, under which key it is taken in, and how it was sent.

Forms and JSON API do it alike.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from intake_fn.core.errors import Unknown
from intake_fn.core.vocabulary import Stance
from intake_fn.desk import attachments
from intake_fn.desk.answered import came_again
from intake_fn.desk.spam_check import Submission
from intake_fn.ports import Purpose
from intake_fn.web.access import engineer
from intake_fn.web.forms import KEY, NO_READING, citation
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake_fn.core.attachments import Selection
    from intake_fn.core.case import Case
    from intake_fn.core.request import Request
    from intake_fn.desk import Desk
    from intake_fn.web.forms import Reading

VISITOR = re.compile(r"[0-9a-f]{32}")
"""The number by which a browser comes again (static/form_suggestions.js)."""

TRAP = "homepage"
"""A field that people do not see, and programs fill in."""


def take_in(
    desk: Desk, draft: Request, selection: Selection, key: str, arrival: Submission, visitor: str = ""
) -> tuple[Case, Request]:
    """Keep the files, take the request in; the case, and the request as it was sent this time.

    They differ when the same key came with other content before (R9: that case stands). Raises TryLater.
    What an engineer sends who is signed in, such as for a caller, is not quarantined.
    """
    originals = desk.process.intake.keep_originals
    files = attachments.store(desk.files, selection, key, keep_originals=originals)
    wanted = replace(draft, attachments=files, reading_spec=_spec_read(desk, draft))
    case = desk.take_in(wanted, key, None if engineer() else arrival)
    came_again(desk.clause_answers, desk.clock(), case, visitor if VISITOR.fullmatch(visitor) else "")
    return case, wanted


def submit_key(draft: Request, selection: Selection, given: str = "") -> str:
    """The key under which a form is taken in once: the one rendered into it, else its whole content."""
    if KEY.fullmatch(given):
        return f"form-{given}"
    hashes = sorted({file.sha256 for files in (selection.staged, selection.sent) for file in files})
    content = json.dumps([asdict(draft), hashes, given], sort_keys=True, default=str)
    return f"content-{hashlib.sha256(content.encode()).hexdigest()}"


def reading_in(said: Mapping[str, Any]) -> Reading:
    """The stance on a clause; nothing without a clause and one of the two stances."""
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


def arrival(desk: Desk, form_data: Mapping[str, str]) -> Submission:
    """How the form was sent. One that a program made up does not say when it was opened."""
    try:
        opened = datetime.fromisoformat(desk.links.verify(Purpose.FORM, form_data.get("opened", "")))
    except Unknown:
        opened = None
    return Submission(trapped=bool(form_data.get(TRAP, "").strip()), opened=opened)


def says_more(again: Request, first: Request) -> bool:
    """Whether a form that was sent again holds something that the first one did not."""
    files = set(again.attachments) - set(first.attachments)
    return bool(files) or _typed(again) != _typed(first)


def _typed(said: Request) -> Request:
    return replace(said, attachments=(), reading_spec="")
