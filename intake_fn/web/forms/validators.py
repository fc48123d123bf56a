"""Validators of answers, with their error messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import Field, Form, SelectMultipleField, ValidationError
from wtforms.validators import DataRequired, StopValidation

from intake_fn.core.addresses import wrong_with
from intake_fn.core.process import Process
from intake_fn.texts import gettext, mark
from intake_fn.web.forms.cleaning import LOST, clean_text

LIMITS: Mapping[str, int] = {
    "name": 100,
    "email": 254,
    "company": 100,
    "summary": 128,
    "no_screenshot": 300,
    "version": 64,
    "person_name": 100,
    "person_email": 254,
    "role": 100,
    "client_company": 100,
    "approver": 100,
    "approver_email": 254,
    "needed_by": 10,
}
"""Longest answers in characters: 128 is Mantis's summary, 254 an address (RFC 5321). Others: support.yml."""


def needed(message: str) -> Any:
    """The answer must be there; white space is none."""
    return Needed(message)


class Needed(DataRequired):  # type: ignore[misc]  # WTForms ships no types
    """WTForms' validator, with a message that is translated when it is raised."""

    def __call__(self, form: Form, field: Field) -> None:
        """Raise StopValidation where there is no answer."""
        try:
            super().__call__(form, field)
        except StopValidation:
            raise StopValidation(gettext(self.message)) from None


def needed_when(other: str, values: tuple[str, ...], message: str) -> Any:
    """The answer must be there when `other` was answered with one of `values`."""

    def check(form: Form, field: Field) -> None:
        if form[other].data in values and not field.data:
            raise StopValidation(gettext(message))

    return check


def an_address(_form: Form, field: Field) -> None:
    """Looks like an e-mail address that mail can be sent to; whether it exists only a mail can tell."""
    if field.data and (problem := wrong_with(field.data)):
        raise ValidationError(problem)


def a_date(_form: Form, field: Field) -> None:
    """A day, as browsers send it: YYYY-MM-DD."""
    if not field.data:
        return
    try:
        date.fromisoformat(field.data if len(field.data) == LIMITS["needed_by"] else "")
    except ValueError:
        raise ValidationError(gettext("Please enter the date as year-month-day, for example 2026-12-01.")) from None


def not_too_long(form: Form, field: Field) -> None:
    """Raises ValidationError that says how long the answer is and may be."""
    limit = limit_of(field.name, form.support)
    if isinstance(field.data, str) and len(field.data) > limit:
        raise ValidationError(
            gettext(
                "This text has %(length)s characters; the limit is %(limit)s. "
                "Please shorten it, or attach the long part as a text file."
            )
            % {"length": f"{len(field.data):,}", "limit": f"{limit:,}"}
        )


SAID_TWICE = mark("This answer came more than once. Please send one.")


def said_once(_form: Form, field: Field) -> None:
    """Raises ValidationError when a field that has one answer came with several, so that none is lost unsaid."""
    given = [text for text in field.raw_data or () if isinstance(text, str)]
    if not isinstance(field, SelectMultipleField) and len({*map(clean_text, given)}) > 1:
        raise ValidationError(gettext(SAID_TWICE))


def readable(form: Form, field: Field) -> None:
    """Raises ValidationError when characters were lost on the way here."""
    if form.unreadable and isinstance(field.data, str) and LOST in field.data:
        raise ValidationError(
            gettext(
                "Some characters could not be read and are shown as %(sign)s. Please type them again; "
                "a program that sends this form has to use UTF-8."
            )
            % {"sign": LOST}
        )


def limit_of(name: str, process: Process) -> int:
    """The longest answer to the field `name`, in characters."""
    return LIMITS.get(name, process.intake.text_characters)
