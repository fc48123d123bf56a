"""The form to set up users and client companies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from wtforms import EmailField, Field, Form, MultipleFileField, RadioField, SelectMultipleField
from wtforms.validators import StopValidation

from intake_fn.core.request import Kind
from intake_fn.texts import gettext, mark
from intake_fn.web.forms.fields import DateField, line, text_area
from intake_fn.web.forms.intake_form import IntakeForm
from intake_fn.web.forms.validators import a_date, an_address, needed, needed_when

NEW_USER = "user"

APPROVAL_CLAUSE = "users#create"
"""The clause of the spec that demands an approver for staff users; a test holds what the form says to it."""


def needed_of_staff(message: str) -> Any:
    """The answer must be there for a new user who works for no client company."""

    def check(form: Form, field: Field) -> None:
        if form["what"].data == NEW_USER and not form["client_company"].data and not field.data:
            raise StopValidation(gettext(message))

    return check


class SetupForm(IntakeForm):
    """A new user, a new client company, or a change to one."""

    kind = Kind.SETUP
    title = mark("Set up a user or a client company")
    lead = mark("For new users, new client companies, changed rights, and people who leave.")
    choose_when = mark("New users, new client companies, other rights, people who leave.")
    sections: ClassVar[Mapping[str, tuple[str, ...]]] = {
        mark("What you need"): ("what", "summary", "needed_by"),
        mark("The person"): ("person_name", "person_email", "role", "offices"),
        mark("The client company"): ("client_company",),
        mark("Approval"): ("approver", "approver_email"),
        mark("Anything else"): ("description", "files"),
        mark("About you"): ("name", "email", "office", "company"),
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

    is_suggested_to = False
    shown_when: ClassVar[Mapping[str, tuple[str, tuple[str, ...]]]] = {
        **IntakeForm.shown_when,
        "person_name": ("what", (NEW_USER, "rights", "leaver")),
        "person_email": ("what", (NEW_USER, "rights", "leaver")),
        "role": ("what", (NEW_USER, "rights")),
        "offices": ("what", (NEW_USER, "rights")),
        "client_company": ("what", (NEW_USER, "company")),
        "approver": ("what", (NEW_USER,)),
        "approver_email": ("what", (NEW_USER,)),
    }

    what = RadioField(
        validators=[needed(mark("Please choose what is to be set up."))],
        choices={
            "user": mark("A new user"),
            "company": mark("A new client company"),
            "rights": mark("Changed rights for a user"),
            "leaver": mark("Removal of a user who leaves"),
        },
    )
    summary = line(
        needed(mark("Please enter a summary in one sentence.")),
        hint=mark("One sentence, for example: New user for the Paris office from 1 December."),
    )
    person_name = line(needed_when("what", ("user", "rights", "leaver"), mark("Please enter the person's name.")))
    person_email = line(
        needed_when("what", ("user",), mark("Please enter the new user's e-mail address.")),
        an_address,
        field=EmailField,
    )
    role = line(
        needed_when("what", ("user", "rights"), mark("Please enter the role or rights that the person needs.")),
        hint=mark("For example: operations, customs, accounts, client read-only."),
    )
    offices = SelectMultipleField()
    approver = line(
        needed_of_staff(
            mark(
                "Please enter the Office Manager who approves it. By the spec (Users and client "
                "companies, New users), a staff user is created on the request of an Office Manager of "
                "their office. If the person works for a client company, enter the company below instead."
            )
        ),
        hint=mark(
            "Required for a new staff user. By the spec (Users and client companies, New users), a "
            "staff user is created on the request of an Office Manager of their office. Enter your "
            "own name if you are the Office Manager."
        ),
    )
    approver_email = line(
        needed_of_staff(
            mark(
                "Please enter the Office Manager's e-mail address, where we can ask. If the person works "
                "for a client company, enter the company below instead."
            )
        ),
        an_address,
        hint=mark("We may ask for confirmation at this address."),
        field=EmailField,
    )
    client_company = line(
        needed_when("what", ("company",), mark("Please enter the name of the new client company.")),
        hint=mark("For a new company, or if the person works for a client."),
    )
    needed_by = line(a_date, field=DateField)
    description = text_area(hint=mark("Anything that helps: contacts, contracts, intended use."))
    files = MultipleFileField(description=mark("An approval or a list, if you have one."))
