"""The four forms, once: their pages, the server's validation and the JSON API all read them here.

A form is a class of fields; its choices and limits come from support.yml. `templates/fields.html`
shows it; the start page of the wiki names all of them. Importing this needs no Flask.

The bug form asks for all that the process page says a bug report must have: summary, description,
steps to reproduce, screenshots, always reproducible (Y/N), priority; and for what was expected,
without which the report cannot be compared with the spec.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake_fn.core.process import Process
from intake_fn.core.request import Kind
from intake_fn.web.forms.bug import BugForm, BugInterview
from intake_fn.web.forms.change import ChangeForm
from intake_fn.web.forms.cleaning import KEY, LOST, citation, clean_line, clean_text
from intake_fn.web.forms.fields import ACCEPT
from intake_fn.web.forms.intake_form import IntakeForm
from intake_fn.web.forms.question import QuestionForm
from intake_fn.web.forms.request import NO_READING, Reading, in_words, to_request
from intake_fn.web.forms.setup import APPROVAL_CLAUSE, SetupForm
from intake_fn.web.forms.validators import limit_of

__all__ = [
    "ACCEPT",
    "APPROVAL_CLAUSE",
    "FORMS",
    "KEY",
    "LOST",
    "NO_READING",
    "BugInterview",
    "IntakeForm",
    "Reading",
    "SetupForm",
    "citation",
    "clean_line",
    "clean_text",
    "form_for",
    "in_words",
    "limit_of",
    "to_request",
]

FORMS: Mapping[Kind, type[IntakeForm]] = {form.kind: form for form in (BugForm, ChangeForm, SetupForm, QuestionForm)}


def form_for(kind: Kind, process: Process, formdata: Any = None) -> IntakeForm:
    """The form of a kind, empty or with what was sent (anything with `getlist`, such as a MultiDict)."""
    return FORMS[kind](formdata, process=process)
