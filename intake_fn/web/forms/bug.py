"""The form for bugs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from wtforms import MultipleFileField, RadioField, SelectField

from intake_fn.core.form_labels import EVERY_TIME
from intake_fn.core.request import Kind
from intake_fn.texts import gettext, mark
from intake_fn.web.forms.fields import line, text_area
from intake_fn.web.forms.intake_form import IntakeForm
from intake_fn.web.forms.validators import needed


class BugForm(IntakeForm):
    """A bug report, with everything that the process page says it must have."""

    kind = Kind.BUG
    title = mark("Report a bug")
    lead = mark(
        "Tell us what the system did and what you expected. The receipt shows the nearest clause of the spec; "
        "a person decides whether the system follows it."
    )
    choose_when = mark("Something does not work as it should.")
    sections: ClassVar[Mapping[str, tuple[str, ...]]] = {
        mark("What went wrong"): ("summary", "description", "expected", "steps", "always"),
        mark("Screenshots"): ("files", "no_screenshot"),
        mark("How urgent is it?"): ("priority", "module", "version"),
        mark("About you"): ("name", "email", "office", "company"),
    }
    details = ("no_screenshot", "version")
    sometimes = frozenset({"company", "files", "no_screenshot"})

    summary = line(
        needed(mark("Please enter a summary of the bug in one sentence.")),
        hint=mark("One sentence, for example: The delivery date on the arrival notice is a day early."),
    )
    description = text_area(
        needed(mark("Please describe what the system did.")),
        hint=mark("What you saw: error messages word for word, shipment or invoice numbers, and since when."),
    )
    expected = text_area(needed(mark("Please describe what you expected instead: we compare it with the spec.")))
    steps = text_area(
        needed(mark("Please list the steps that lead to the error, so that we can reproduce it.")),
        hint=mark("One step per line, from signing in to the error."),
    )
    always = RadioField(
        validators=[needed(mark("Please choose whether it happens every time."))],
        choices=EVERY_TIME,
    )
    files = MultipleFileField(description=mark("A screenshot of the whole window helps most."))
    no_screenshot = line(hint=mark("For example: nothing appears on the screen."))
    version = line(hint=mark("If you know it, for example 4.2: then we read the spec of that version."))
    priority = SelectField(validators=[needed(mark("Please choose how urgent it is."))])

    def missing_files(self, attached: int) -> list[str]:
        """A bug report has screenshots, or the reason that there are none."""
        if attached or self.no_screenshot.data:
            return []
        return [gettext("Please attach a screenshot, or tell us below why you have none.")]
