"""What all forms share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from wtforms import EmailField, Field, Form, MultipleFileField, RadioField, SelectField
from wtforms.validators import StopValidation

from intake_fn.core.form_labels import EVERY_TIME, label_of
from intake_fn.core.process import CLIENT, Process
from intake_fn.core.request import Kind, Priority
from intake_fn.texts import mark
from intake_fn.web.forms.fields import CHOICES, Messages, line, text_area
from intake_fn.web.forms.validators import an_address, limit_of, needed, needed_when, not_too_long, readable, said_once


class IntakeForm(Form):  # type: ignore[misc]  # WTForms ships no types
    """What all forms share. A page shows the fields of `sections`; the JSON API takes all of them.

    `details` names the answers that only this form asks for; they become Request.details.
    """

    kind: ClassVar[Kind]
    title: ClassVar[str]
    lead: ClassVar[str]
    choose_when: ClassVar[str]
    """When to choose this form, for the start page: the intake's and the wiki's."""
    sections: ClassVar[Mapping[str, tuple[str, ...]]]
    details: ClassVar[tuple[str, ...]] = ()
    sometimes: ClassVar[frozenset[str]] = frozenset({"company"})
    """Fields that other answers may make necessary: not marked as optional."""
    shown_when: ClassVar[Mapping[str, tuple[str, tuple[str, ...]]]] = {"company": ("office", (CLIENT,))}
    """Fields that appear with a choice: the field that asks for it, and its answers (fields.html, specdesk.css)."""

    name = line(needed(mark("Please enter your name.")))
    email = line(
        needed(mark("Please enter your e-mail address, so that we can answer.")),
        an_address,
        hint=mark("We send the answer and the link to your request to this address."),
        field=EmailField,
    )
    office = SelectField(validators=[needed(mark("Please choose your office, or “Client company”."))])
    company = line(
        needed_when("office", (CLIENT,), mark("Please enter the client company that you work for.")),
        hint=mark("Only if you work for a client company."),
    )
    summary = line(needed(mark("Please enter a summary in one sentence.")), hint=mark("One sentence."))
    description = text_area()
    expected = text_area()
    steps = text_area(hint=mark("One step per line, from signing in to the error."))
    always = RadioField(
        choices=EVERY_TIME,
        filters=[lambda value: value or None],
        validate_choice=False,
    )
    priority = SelectField(default=Priority.MEDIUM.value, filters=[lambda v: v or Priority.MEDIUM.value])
    module = SelectField(default="", description=mark("The part of the system, if you know it."))
    files = MultipleFileField(description=mark("A screenshot or a document, if it helps."))

    is_suggested_to: ClassVar[bool] = True
    """Whether clauses that resemble the text are shown while it is written."""

    def __init__(self, formdata: Any = None, *, process: Process) -> None:
        self.support = process
        self.unreadable = False
        """Whether it arrived in another encoding than UTF-8; what could not be read stands there as U+FFFD."""
        super().__init__(formdata, meta={"get_translations": lambda _form: Messages()})
        for field in self:
            field.label.text = label_of(self.kind, field.name)
            if field.name in CHOICES:
                field.choices = CHOICES[field.name](process)

    @property
    def fields(self) -> Mapping[str, Field]:
        """All fields by name."""
        return {field.name: field for field in self}

    @property
    def asked(self) -> Mapping[str, tuple[str, ...]]:
        """The fields of each section that the page shows for the choices made."""
        asked = {title: tuple(filter(self.asks, names)) for title, names in self.sections.items()}
        return {title: names for title, names in asked.items() if names}

    def asks(self, name: str) -> bool:
        """Whether a field is shown for the choices made."""
        other, values = self.shown_when.get(name, ("", ()))
        return not other or self.fields[other].data in values

    def choices_for(self, names: Sequence[str]) -> list[str]:
        """The answers that make some of these fields appear, each as "field-answer"."""
        asked = (self.shown_when[name] for name in names)
        return list(dict.fromkeys(f"{other}-{value}" for other, values in asked for value in values))

    def leave_out(self) -> None:
        """Forget the answers to fields that are not shown for the choices made."""
        for names in self.sections.values():
            for name in names:
                if not self.asks(name):
                    self.fields[name].data = None

    def limit(self, name: str) -> int:
        """The longest answer to a field, in characters."""
        return limit_of(name, self.support)

    def check(self, attached: int = 0, file_problems: Sequence[str] = ()) -> bool:
        """Whether the form is complete; if not, the fields' `errors` say what to do.

        `attached` is how many files came with it, `file_problems` what was wrong with others.
        """

        def files(_form: Form, _field: Field) -> None:
            problems = list(file_problems) or self.missing_files(attached)
            if problems:
                raise StopValidation(" ".join(problems))

        extra = {name: [not_too_long, readable, said_once] for name in self.fields}
        return bool(self.validate({**extra, "files": [files]}))

    def missing_files(self, attached: int) -> list[str]:
        """What to say when files that must be there are not."""
        del attached
        return []
