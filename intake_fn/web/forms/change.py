"""The form for changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from wtforms import MultipleFileField

from intake_fn.core.request import Kind
from intake_fn.texts import mark
from intake_fn.web.forms.fields import line, text_area
from intake_fn.web.forms.intake_form import IntakeForm
from intake_fn.web.forms.validators import needed


class ChangeForm(IntakeForm):
    """A request for change: the module's owner sees it first, then the Board."""

    kind = Kind.CHANGE
    title = mark("Request a change")
    lead = mark(
        "Tell us what the system should do differently. If it is a change, the owner of its module assesses it, and "
        "then the Board decides."
    )
    choose_when = mark("You would like the system to work differently.")
    sections: ClassVar[Mapping[str, tuple[str, ...]]] = {
        mark("The change"): ("summary", "description", "expected", "benefit", "files"),
        mark("How urgent is it?"): ("priority", "module"),
        mark("About you"): ("name", "email", "office", "company"),
    }
    details = ("benefit",)

    summary = line(
        needed(mark("Please enter a summary of the change in one sentence.")),
        hint=mark("One sentence, for example: Show the consignee's reference on the arrival notice."),
    )
    description = text_area(
        needed(mark("Please describe how it works today and what the problem is.")),
        hint=mark("What the system does now, or lacks, and what the problem is."),
    )
    expected = text_area(hint=mark("As precisely as you can: who, where, when. An example helps most."))
    benefit = text_area(hint=mark("Who benefits, how, and how often. The Board reads it."))
    files = MultipleFileField(description=mark("A sketch or an example, if you have one."))
