"""The form for changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from wtforms import MultipleFileField

from intake_fn.core.request import Kind
from intake_fn.web.forms.fields import line, text_area
from intake_fn.web.forms.intake_form import IntakeForm
from intake_fn.web.forms.validators import needed


class ChangeForm(IntakeForm):
    """A request for change: the module's owner sees it first, then the Board."""

    kind = Kind.CHANGE
    title = "Ask for a change"
    lead = (
        "Tell us what the system should do differently. The owner of that part sees it first, then the Board decides."
    )
    sections: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "What you would like": ("summary", "description", "expected", "benefit", "files"),
        "How pressing is it?": ("priority", "module"),
        "About you": ("name", "email", "office", "company"),
    }
    details = ("benefit",)

    summary = line(
        needed("Please sum the change up in one sentence."),
        hint="One sentence, for example: Show the consignee's reference on the arrival notice.",
    )
    description = text_area(
        needed("Please describe how it is today and what gets in your way."),
        hint="What the system does now, or does not have, and what gets in your way.",
    )
    expected = text_area(hint="As exactly as you can: who, where, when. An example says more than a rule.")
    benefit = text_area(hint="Who gains what, and how often. The Board decides by it.")
    files = MultipleFileField(description="A sketch or an example, if you have one.")
