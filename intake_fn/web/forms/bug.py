"""The form for bugs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from wtforms import MultipleFileField, RadioField, SelectField

from intake_fn.core.form_labels import EVERY_TIME
from intake_fn.core.process import Process
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
    version = line(
        hint=mark("If you know it, for example 4.2. Where we keep the spec of that version, we read that one.")
    )
    priority = SelectField(validators=[needed(mark("Please choose how urgent it is."))])

    def missing_files(self, attached: int) -> list[str]:
        """A bug report has screenshots, or the reason that there are none."""
        if attached or self.no_screenshot.data:
            return []
        return [gettext("Please attach a screenshot, or tell us below why you have none.")]


class BugInterview(BugForm):
    """The bug form of a report that came by mail: what is missing first, then what is known, to be corrected.

    Who reports it is known by their mail. `missing` names the fields that are to be filled in, `questions` how some of
    them are asked for.
    """

    lead = mark(
        "We have filled in what your mail says. Please fill in what is missing: it is added to the same request."
    )
    shown_when: ClassVar[Mapping[str, tuple[str, tuple[str, ...]]]] = {}
    sometimes = frozenset({"files", "no_screenshot"})
    is_suggested_to = False

    company = line(needed(mark("Please tell us which company or office you are of.")))
    number = line()

    def __init__(
        self, formdata: Any = None, *, process: Process, missing: Sequence[str], questions: Mapping[str, str]
    ) -> None:
        super().__init__(formdata, process=process)
        for name in ("name", "email", "office", *({"company", "number"} - {*missing})):
            del self[name]
        for name, question in questions.items():
            self[name].label.text = question
        files = ("files", "no_screenshot")
        wanted = tuple(name for name in missing if name not in files) + (files if "no_screenshot" in missing else ())
        asked = [name for names in BugForm.sections.values() for name in names if name in self.fields]
        others = tuple(name for name in asked if name not in wanted)
        self.sections = {  # type: ignore[misc]  # each interview has its own
            mark("What is missing"): wanted,
            mark("What we know"): others,
        }
