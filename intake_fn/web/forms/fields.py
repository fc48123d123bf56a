"""Fields of the forms, the choices that they offer, and WTForms' messages in our words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wtforms import Field, StringField, TextAreaField

from intake_fn.core.file_types import FILE_TYPES
from intake_fn.core.process import CLIENT, Process
from intake_fn.texts import gettext, mark
from intake_fn.web.forms.cleaning import clean_line, clean_text

Choices = Mapping[str, str]
"""Value and label."""

CHOICES: Mapping[str, Callable[[Process], Choices]] = {
    "office": lambda p: {"": mark("Please choose")} | offices_of(p) | {CLIENT: p.client_name},
    "module": lambda p: {"": mark("Not sure")} | {m.id: m.name for m in p.modules.values()},
    "priority": lambda p: (
        {"": mark("Please choose")} | {r.priority.value: f"{r.name}: {r.about}" for r in p.priorities.values()}
    ),
    "offices": lambda p: offices_of(p),  # noqa: PLW0108 - defined below, where functions are
}
"""Where the choices of a field come from."""

ACCEPT = ",".join(f".{extension}" for extension in FILE_TYPES)
"""The file types that may be attached, for the `accept` of file inputs."""

WORDS: Mapping[str, str] = {
    "Not a valid choice.": mark("Please choose one of the answers offered."),
    "'%(value)s' is not a valid choice for this field.": mark(
        "“%(value)s” is not one of the answers; please choose again."
    ),
    "'%(value)s' are not valid choices for this field.": mark(
        "“%(value)s” are not among the answers; please choose again."
    ),
}
"""WTForms' own messages in our words."""


def offices_of(process: Process) -> dict[str, str]:
    """All offices by id."""
    return {office.id: office.name for office in process.offices.values()}


class DateField(StringField):  # type: ignore[misc]  # WTForms ships no types
    """A day, kept as the text that was typed, so that a mistyped one can be shown again."""


class Messages:
    """Stands where WTForms looks for translations."""

    def gettext(self, text: str) -> str:
        """A message in our words, or as it is."""
        return gettext(WORDS.get(text, text))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The translation of a message of WTForms with a number."""
        return self.gettext(singular if n == 1 else plural)


def line(*validators: Any, hint: str = "", field: type[Field] = StringField) -> Any:
    """A field for one line of text; its label is that of core/form_labels.py."""
    return field(validators=validators, filters=[clean_line], description=hint)


def text_area(*validators: Any, hint: str = "") -> Any:
    """A field for a longer text."""
    return TextAreaField(validators=validators, filters=[clean_text], description=hint)
