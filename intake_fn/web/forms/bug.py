"""The form for bugs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from wtforms import MultipleFileField, RadioField, SelectField

from intake_fn.core.form_labels import EVERY_TIME
from intake_fn.core.request import Kind
from intake_fn.web.forms.fields import line, text_area
from intake_fn.web.forms.intake_form import IntakeForm
from intake_fn.web.forms.validators import needed


class BugForm(IntakeForm):
    """A bug report, with everything that the process page says it must have."""

    kind = Kind.BUG
    title = "Report a bug"
    lead = (
        "Tell us what the system did and what you expected. We show you the clause of the spec that "
        "resembles it most; whether the spec is kept, a person has the last word."
    )
    sections: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "What went wrong": ("summary", "description", "expected", "steps", "always"),
        "Show us": ("files", "no_screenshot"),
        "How pressing is it?": ("priority", "module"),
        "About you": ("name", "email", "office", "company"),
    }
    details = ("no_screenshot",)
    sometimes = frozenset({"company", "files", "no_screenshot"})

    summary = line(
        needed("Please sum the bug up in one sentence."),
        hint="One sentence, for example: The delivery date on the arrival notice is a day early.",
    )
    description = text_area(
        needed("Please describe what the system did."),
        hint="What you saw, word for word if it was a message; shipment or invoice numbers; since when.",
    )
    expected = text_area(needed("Please say what you expected instead: who decides holds it against the spec."))
    steps = text_area(
        needed("Please list the steps that lead to it, so that we can see it ourselves."),
        hint="One step a line, from signing in to the moment it goes wrong.",
    )
    always = RadioField(
        validators=[needed("Please say whether it happens every time.")],
        choices=EVERY_TIME,
    )
    files = MultipleFileField(description="A picture of the whole window helps most.")
    no_screenshot = line(hint="For example: nothing appears on the screen.")
    priority = SelectField(validators=[needed("Please choose how pressing it is.")])

    def missing_files(self, attached: int) -> list[str]:
        """A bug report must have screenshots, or say why there are none."""
        if attached or self.no_screenshot.data:
            return []
        return ["Please attach a screenshot, or say below why there is none."]
