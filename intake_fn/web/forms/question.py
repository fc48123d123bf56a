"""The form for questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from intake_fn.core.request import Kind
from intake_fn.texts import mark
from intake_fn.web.forms.fields import line, text_area
from intake_fn.web.forms.intake_form import IntakeForm
from intake_fn.web.forms.validators import needed


class QuestionForm(IntakeForm):
    """A question, and everything else."""

    kind = Kind.QUESTION
    title = mark("Ask a question")
    lead = mark("How do I …, where do I find …, who may …, and everything else.")
    choose_when = mark("How do I …, where do I find …, who may …, and everything else.")
    sections: ClassVar[Mapping[str, tuple[str, ...]]] = {
        mark("Your request"): ("summary", "description", "module", "files"),
        mark("About you"): ("name", "email", "office", "company"),
    }

    summary = line(
        needed(mark("Please ask your question in one sentence.")),
        hint=mark("One sentence, for example: How do I export the list of shipments?"),
    )
    description = text_area(
        needed(mark("Please add some details, so that we can answer at once.")),
        hint=mark("What you are trying to do, and what you have tried."),
    )
