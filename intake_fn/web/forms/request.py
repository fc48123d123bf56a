"""The request that a form makes."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import Field, SelectField, SelectMultipleField

from intake_fn.core.request import Attachment, Channel, Priority, Request, Requester
from intake_fn.core.vocabulary import Stance
from intake_fn.web.forms.intake_form import IntakeForm

Reading = tuple[str, Stance]
"""A clause that the requester has read, as page#anchor, and what they say of it."""

NO_READING: Reading = ("", Stance.UNSAID)


def to_request(
    form: IntakeForm,
    attachments: Sequence[Attachment],
    channel: Channel,
    clause: str = "",
    reading: Reading = NO_READING,
) -> Request:
    """The request that a complete form makes."""
    answers = {field.name: field.data or "" for field in form}
    return Request(
        kind=form.kind,
        requester=Requester(answers["name"], answers["email"], answers["office"], answers["company"]),
        summary=answers["summary"],
        description=answers["description"],
        expected=answers["expected"],
        steps=answers["steps"],
        always={"yes": True, "no": False}.get(answers["always"]),
        priority=Priority(answers["priority"]),
        module=answers["module"],
        channel=channel,
        clause=clause,
        details={name: words for name in form.details if (words := in_words(form.fields[name]))},
        attachments=tuple(attachments),
        reading_clause=reading[0],
        reading_stance=reading[1],
    )


def in_words(field: Field) -> str:
    """An answer as people read it: chosen values by their labels."""
    if isinstance(field, SelectField | SelectMultipleField):
        chosen = field.data if isinstance(field.data, list) else [field.data]
        return ", ".join(label for value, label in field.choices.items() if value in chosen)
    return field.data or ""
