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
    title = "Request a change"
    lead = "Tell us what the system should do differently. The owner of the module reviews it, then the Board decides."
    sections: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "The change": ("summary", "description", "expected", "benefit", "files"),
        "How urgent is it?": ("priority", "module"),
        "About you": ("name", "email", "office", "company"),
    }
    details = ("benefit",)

    summary = line(
        needed("Please enter a summary of the change in one sentence."),
        hint="One sentence, for example: Show the consignee's reference on the arrival notice.",
    )
    description = text_area(
        needed("Please describe how it works today and what the problem is."),
        hint="What the system does now, or lacks, and what the problem is.",
    )
    expected = text_area(hint="As precisely as you can: who, where, when. An example helps most.")
    benefit = text_area(hint="Who benefits, how, and how often. The Board decides on this basis.")
    files = MultipleFileField(description="A sketch or an example, if you have one.")
