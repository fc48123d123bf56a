"""The form to set up users and client companies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from wtforms import EmailField, Field, Form, MultipleFileField, RadioField, SelectMultipleField
from wtforms.validators import StopValidation

from intake_fn.core.request import Kind
from intake_fn.web.forms.fields import DateField, line, text_area
from intake_fn.web.forms.intake_form import IntakeForm
from intake_fn.web.forms.validators import a_date, an_address, needed, needed_when

NEW_USER = "user"

APPROVAL_CLAUSE = "users#create"
"""The clause of the spec that demands an approver for staff users; a test holds what the form says to it."""

_WHY_APPROVED = (
    "The spec (Users and client companies, New users) has staff users created on the request of an Office Manager of "
    "their office."
)
_NOT_STAFF = "If the person works for a client company, name the company below instead."


def needed_of_staff(message: str) -> Any:
    """The answer must be there for a new user who works for no client company."""

    def check(form: Form, field: Field) -> None:
        if form["what"].data == NEW_USER and not form["client_company"].data and not field.data:
            raise StopValidation(message)

    return check


class SetupForm(IntakeForm):
    """A new user, a new client company, or a change to one."""

    kind = Kind.SETUP
    title = "Set up a user or a client company"
    lead = "For new users and new client companies, other rights, and people who leave."
    sections: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "What you need": ("what", "summary", "needed_by"),
        "The person": ("person_name", "person_email", "role", "offices"),
        "Who approves it": ("approver", "approver_email"),
        "The client company": ("client_company",),
        "Anything else": ("description", "files"),
        "About you": ("name", "email", "office", "company"),
    }
    details = (
        "what",
        "person_name",
        "person_email",
        "role",
        "approver",
        "approver_email",
        "client_company",
        "offices",
        "needed_by",
    )
    sometimes = frozenset(
        {"company", "person_name", "person_email", "role", "approver", "approver_email", "client_company"}
    )

    what = RadioField(
        validators=[needed("Please choose what is to be set up.")],
        choices={
            "user": "A new user",
            "company": "A new client company",
            "rights": "Other rights for a user",
            "leaver": "A user who leaves",
        },
    )
    summary = line(
        needed("Please sum it up in one sentence."),
        hint="One sentence, for example: New user for the Paris office from 1 December.",
    )
    person_name = line(needed_when("what", ("user", "rights", "leaver"), "Please give the person's name."))
    person_email = line(
        needed_when("what", ("user",), "Please give the new user's e-mail address."),
        an_address,
        field=EmailField,
    )
    role = line(
        needed_when("what", ("user", "rights"), "Please say which role or rights the person needs."),
        hint="For example: operations, customs, accounts, client read-only.",
    )
    offices = SelectMultipleField()
    approver = line(
        needed_of_staff(f"Please name the Office Manager who approves it. {_WHY_APPROVED} {_NOT_STAFF}"),
        hint=f"Needed for a new user who is staff. {_WHY_APPROVED} Your own name, if you are the Office Manager.",
    )
    approver_email = line(
        needed_of_staff(f"Please give the Office Manager's e-mail address, where we can ask. {_NOT_STAFF}"),
        an_address,
        hint="Whoever sets the user up may ask there.",
        field=EmailField,
    )
    client_company = line(
        needed_when("what", ("company",), "Please give the name of the new client company."),
        hint="For a new company, or when the person works for a client.",
    )
    needed_by = line(a_date, field=DateField)
    description = text_area(hint="Anything that helps: contacts, contracts, what they will use.")
    files = MultipleFileField(description="An approval or a list, if you have one.")
