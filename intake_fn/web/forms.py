"""The four forms, once: the wiki's pages, the server's validation and the JSON API all read them here.

A form is a class of fields; its choices and limits come from support.yml. `templates/fields.html`
shows it, in the wiki (through `render_fields`) as on our own pages. Importing this needs no Flask.

The bug form asks for all that the process page says a bug report must have: summary, description,
steps to reproduce, screenshots, always reproducible (Y/N), priority; and for what was expected,
without which nobody can hold it against the spec.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import jinja2
from markupsafe import Markup
from wtforms import (
    EmailField,
    Field,
    Form,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, StopValidation

from intake_fn.core.addresses import wrong_with
from intake_fn.core.file_types import FILE_TYPES
from intake_fn.core.process import CLIENT, Process
from intake_fn.core.request import Attachment, Channel, Kind, Priority, Request, Requester

LOST = "\ufffd"
"""Stands where bytes could not be read as UTF-8."""

UNTYPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and line feed, and halves of characters."""

LIMITS: Mapping[str, int] = {
    "name": 100,
    "email": 254,
    "company": 100,
    "summary": 128,
    "no_screenshot": 300,
    "person_name": 100,
    "person_email": 254,
    "role": 100,
    "client_company": 100,
    "approver": 100,
    "approver_email": 254,
    "needed_by": 10,
}
"""Longest answers in characters: 128 is Mantis's summary, 254 an address (RFC 5321). Others: support.yml."""

Choices = Mapping[str, str]
"""Value and label."""

CHOICES: Mapping[str, Callable[[Process], Choices]] = {
    "office": lambda p: {"": "Please choose"} | _offices(p) | {CLIENT: p.client_name},
    "module": lambda p: {"": "Not sure"} | {m.id: m.name for m in p.modules.values()},
    "priority": lambda p: (
        {"": "Please choose"} | {r.priority.value: f"{r.name}: {r.about}" for r in p.priorities.values()}
    ),
    "offices": lambda p: _offices(p),  # noqa: PLW0108 - defined below, where functions are
}
"""Where the choices of a field come from."""

WORDS: Mapping[str, str] = {
    "Not a valid choice.": "Please choose one of the answers offered.",
    "'%(value)s' is not a valid choice for this field.": "“%(value)s” is not offered here; please choose again.",
    "'%(value)s' are not valid choices for this field.": "“%(value)s” are not offered here; please choose again.",
}
"""WTForms' own messages in our words."""


def _offices(process: Process) -> dict[str, str]:
    return {office.id: office.name for office in process.offices.values()}


# --- what is done to every answer ------------------------------------------------------------


def clean_text(text: str | None) -> str:
    """Line ends to LF; NUL and other control characters, which no keyboard types, are left out."""
    return UNTYPED.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()


def clean_line(text: str | None) -> str:
    """As clean_text, on one line, with single spaces; spaces of other kinds are part of what was typed."""
    return re.sub("[ \t\n\u2028\u2029]+", " ", clean_text(text))


def needed(message: str) -> Any:
    """The answer must be there; white space is none."""
    return DataRequired(message)


def needed_when(other: str, values: tuple[str, ...], message: str) -> Any:
    """The answer must be there when `other` was answered with one of `values`."""

    def check(form: Form, field: Field) -> None:
        if form[other].data in values and not field.data:
            raise StopValidation(message)

    return check


def needed_of_staff(message: str) -> Any:
    """The answer must be there for a new user who works for no client company."""

    def check(form: Form, field: Field) -> None:
        if form["what"].data == NEW_USER and not form["client_company"].data and not field.data:
            raise StopValidation(message)

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
        raise ValidationError("Please give the day as year-month-day, for example 2026-12-01.") from None


def not_too_long(form: Form, field: Field) -> None:
    """Raises ValidationError that says how long the answer is and may be."""
    limit = limit_of(field.name, form.support)
    if isinstance(field.data, str) and len(field.data) > limit:
        raise ValidationError(
            f"This is too long: {len(field.data):,} characters, and at most {limit:,} fit. "
            "Please shorten it, or attach the long part as a text file."
        )


def readable(form: Form, field: Field) -> None:
    """Raises ValidationError when characters were lost on the way here."""
    if form.unreadable and isinstance(field.data, str) and LOST in field.data:
        raise ValidationError(
            f"Some characters did not arrive readable and stand there as {LOST}. Please type them again; "
            "a program that sends this form has to send UTF-8."
        )


def limit_of(name: str, process: Process) -> int:
    """The longest answer to the field `name`, in characters."""
    return LIMITS.get(name, process.intake.text_characters)


# --- the forms -------------------------------------------------------------------------------


class DateField(StringField):  # type: ignore[misc]  # WTForms ships no types
    """A day, kept as the text that was typed, so that a mistyped one can be shown again."""


class _Words:
    """Stands where WTForms looks for translations."""

    def gettext(self, text: str) -> str:
        return WORDS.get(text, text)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)


def _line(label: str, *validators: Any, hint: str = "", field: type[Field] = StringField) -> Any:
    return field(label, validators, filters=[clean_line], description=hint)


def _text(label: str, *validators: Any, hint: str = "") -> Any:
    return TextAreaField(label, validators, filters=[clean_text], description=hint)


class IntakeForm(Form):  # type: ignore[misc]  # as above
    """What all forms share. A page shows the fields of `sections`; the JSON API takes all of them.

    `details` names the answers that only this form asks for; they become Request.details.
    """

    kind: ClassVar[Kind]
    title: ClassVar[str]
    lead: ClassVar[str]
    sections: ClassVar[Mapping[str, tuple[str, ...]]]
    details: ClassVar[tuple[str, ...]] = ()
    sometimes: ClassVar[frozenset[str]] = frozenset({"company"})
    """Fields that other answers may make necessary: not marked as optional."""

    name = _line("Your name", needed("Please tell us your name."))
    email = _line(
        "Your e-mail address",
        needed("Please give your e-mail address: the answer goes there."),
        an_address,
        hint="The answer and the link to your request go there.",
        field=EmailField,
    )
    office = SelectField("Office", [needed("Please choose your office, or “Client company”.")])
    company = _line(
        "Company",
        needed_when("office", (CLIENT,), "Please tell us which client company you work for."),
        hint="Only if you work for a client company.",
    )
    summary = _line("Summary", needed("Please sum it up in one sentence."), hint="One sentence.")
    description = _text("Description")
    expected = _text("What did you expect?")
    steps = _text("Steps to reproduce", hint="One step a line, from signing in to the moment it goes wrong.")
    always = RadioField(
        "Does it happen every time?",
        choices={"yes": "Yes", "no": "No, only sometimes"},
        filters=[lambda value: value or None],
        validate_choice=False,
    )
    priority = SelectField("Priority", default=Priority.MEDIUM.value, filters=[lambda v: v or Priority.MEDIUM.value])
    module = SelectField("Module", default="", description="Part of the system. If you aren't sure, we find it.")
    files = MultipleFileField("Files", description="A screenshot or a document, if it helps.")

    def __init__(self, formdata: Any = None, *, process: Process) -> None:
        self.support = process
        self.unreadable = False
        """Whether it arrived in another encoding than UTF-8; what could not be read stands there as U+FFFD."""
        super().__init__(formdata, meta={"get_translations": lambda _form: _Words()})
        for field in self:
            if field.name in CHOICES:
                field.choices = CHOICES[field.name](process)

    @property
    def fields(self) -> Mapping[str, Field]:
        """All fields by name."""
        return {field.name: field for field in self}

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

        extra = {name: [not_too_long, readable] for name in self.fields}
        return bool(self.validate({**extra, "files": [files]}))

    def missing_files(self, attached: int) -> list[str]:
        """What to say when files that must be there are not."""
        del attached
        return []


class BugForm(IntakeForm):
    """A bug report, with everything that the process page says it must have."""

    kind = Kind.BUG
    title = "Report a bug"
    lead = (
        "Tell us what the system did and what you expected. We show you the clause of the spec that "
        "resembles it most; whether the spec is kept, a person has the last word."
    )
    sections: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "What went wrong": ("summary", "description", "expected", "steps", "always"),
        "Show us": ("files", "no_screenshot"),
        "How pressing is it?": ("priority", "module"),
        "About you": ("name", "email", "office", "company"),
    }
    details = ("no_screenshot",)
    sometimes = frozenset({"company", "files", "no_screenshot"})

    summary = _line(
        "Summary",
        needed("Please sum the bug up in one sentence."),
        hint="One sentence, for example: The delivery date on the arrival notice is a day early.",
    )
    description = _text(
        "What happened?",
        needed("Please describe what the system did."),
        hint="What you saw, word for word if it was a message; shipment or invoice numbers; since when.",
    )
    expected = _text(
        "What did you expect?", needed("Please say what you expected instead: who decides holds it against the spec.")
    )
    steps = _text(
        "Steps to reproduce",
        needed("Please list the steps that lead to it, so that we can see it ourselves."),
        hint="One step a line, from signing in to the moment it goes wrong.",
    )
    always = RadioField(
        "Does it happen every time?",
        [needed("Please say whether it happens every time.")],
        choices={"yes": "Yes", "no": "No, only sometimes"},
    )
    files = MultipleFileField("Screenshots and other files", description="A picture of the whole window helps most.")
    no_screenshot = _line("No picture? Say why", hint="For example: nothing appears on the screen.")
    priority = SelectField("Priority", [needed("Please choose how pressing it is.")])

    def missing_files(self, attached: int) -> list[str]:
        """A bug report must have screenshots, or say why there are none."""
        if attached or self.no_screenshot.data:
            return []
        return ["Please attach a screenshot, or say below why there is none."]


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

    summary = _line(
        "Summary",
        needed("Please sum the change up in one sentence."),
        hint="One sentence, for example: Show the consignee's reference on the arrival notice.",
    )
    description = _text(
        "How is it today?",
        needed("Please describe how it is today and what gets in your way."),
        hint="What the system does now, or does not have, and what gets in your way.",
    )
    expected = _text(
        "What should it do instead?", hint="As exactly as you can: who, where, when. An example says more than a rule."
    )
    benefit = _text("What is it good for?", hint="Who gains what, and how often. The Board decides by it.")
    files = MultipleFileField("Files", description="A sketch or an example, if you have one.")


NEW_USER = "user"

APPROVAL_CLAUSE = "users#create"
"""The clause of the spec that demands an approver for staff users; a test holds what the form says to it."""

_WHY_APPROVED = (
    "The spec (Users and client companies, New users) has staff users created on the request of an Office Manager of "
    "their office."
)
_NOT_STAFF = "If the person works for a client company, name the company below instead."


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
        "What is to be set up?",
        [needed("Please choose what is to be set up.")],
        choices={
            "user": "A new user",
            "company": "A new client company",
            "rights": "Other rights for a user",
            "leaver": "A user who leaves",
        },
    )
    summary = _line(
        "Summary",
        needed("Please sum it up in one sentence."),
        hint="One sentence, for example: New user for the Paris office from 1 December.",
    )
    person_name = _line(
        "The person's name", needed_when("what", ("user", "rights", "leaver"), "Please give the person's name.")
    )
    person_email = _line(
        "The person's e-mail address",
        needed_when("what", ("user",), "Please give the new user's e-mail address."),
        an_address,
        field=EmailField,
    )
    role = _line(
        "Role or rights",
        needed_when("what", ("user", "rights"), "Please say which role or rights the person needs."),
        hint="For example: operations, customs, accounts, client read-only.",
    )
    offices = SelectMultipleField("Offices whose shipments the person may see")
    approver = _line(
        "Office Manager who approves it",
        needed_of_staff(f"Please name the Office Manager who approves it. {_WHY_APPROVED} {_NOT_STAFF}"),
        hint=f"Needed for a new user who is staff. {_WHY_APPROVED} Your own name, if you are the Office Manager.",
    )
    approver_email = _line(
        "The Office Manager's e-mail address",
        needed_of_staff(f"Please give the Office Manager's e-mail address, where we can ask. {_NOT_STAFF}"),
        an_address,
        hint="Whoever sets the user up may ask there.",
        field=EmailField,
    )
    client_company = _line(
        "Name of the client company",
        needed_when("what", ("company",), "Please give the name of the new client company."),
        hint="For a new company, or when the person works for a client.",
    )
    needed_by = _line("Needed by", a_date, field=DateField)
    description = _text("Notes", hint="Anything that helps: contacts, contracts, what they will use.")
    files = MultipleFileField("Files", description="An approval or a list, if you have one.")


class QuestionForm(IntakeForm):
    """A question, and everything else."""

    kind = Kind.QUESTION
    title = "Ask a question"
    lead = "How do I …, where do I find …, who may …, and everything that fits nowhere else."
    sections: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "What you would like to know": ("summary", "description", "module", "files"),
        "About you": ("name", "email", "office", "company"),
    }

    summary = _line(
        "Summary",
        needed("Please ask your question in one sentence."),
        hint="One sentence, for example: How do I export the list of shipments?",
    )
    description = _text(
        "Your question",
        needed("Please tell us a little more, so that we can answer without asking back."),
        hint="What you are trying to do, and what you have tried.",
    )


FORMS: Mapping[Kind, type[IntakeForm]] = {form.kind: form for form in (BugForm, ChangeForm, SetupForm, QuestionForm)}


def form_for(kind: Kind, process: Process, formdata: Any = None) -> IntakeForm:
    """The form of a kind, empty or with what was sent (anything with `getlist`, such as a MultiDict)."""
    return FORMS[kind](formdata, process=process)


def to_request(form: IntakeForm, attachments: Sequence[Attachment], channel: Channel, clause: str = "") -> Request:
    """The request that a complete form makes."""
    said = {field.name: field.data or "" for field in form}
    return Request(
        kind=form.kind,
        requester=Requester(said["name"], said["email"], said["office"], said["company"]),
        summary=said["summary"],
        description=said["description"],
        expected=said["expected"],
        steps=said["steps"],
        always={"yes": True, "no": False}.get(said["always"]),
        priority=Priority(said["priority"]),
        module=said["module"],
        channel=channel,
        clause=clause,
        details={name: words for name in form.details if (words := _in_words(form.fields[name]))},
        attachments=tuple(attachments),
    )


def _in_words(field: Field) -> str:
    """An answer as people read it: chosen values by their labels."""
    if isinstance(field, SelectField | SelectMultipleField):
        chosen = field.data if isinstance(field.data, list) else [field.data]
        return ", ".join(label for value, label in field.choices.items() if value in chosen)
    return field.data or ""


# --- showing them ----------------------------------------------------------------------------

TEMPLATES = Path(__file__).parent / "templates"


def render_fields(form: IntakeForm, *, clause: str = "", intake: str = "") -> Markup:
    """The fields of a form as HTML, for a page that is built once and posts to /requests/<kind> at the intake."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return Markup(  # noqa: S704 - made by our own template, which escapes everything
        environment.get_template("fields.html").render(
            form=form, clause=clause, upload=f"{intake}/uploads", accept=ACCEPT
        )
    )


ACCEPT = ",".join(f".{extension}" for extension in FILE_TYPES)
"""For the `accept` of file inputs: what may be attached."""
