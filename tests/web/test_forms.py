"""The forms: what must be there, what is said when it is not, and what request a complete one makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from werkzeug.datastructures import MultiDict

from intake_fn.core.request import Attachment, Channel, Kind, Priority, Requester
from intake_fn.web.forms import APPROVAL_CLAUSE, FORMS, SetupForm, form_for, limit_of, to_request
from tests.web.samples import ANSWERS

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from tests.web.conftest import Web

OPENAPI = Path(__file__).parents[2] / "docs" / "api" / "openapi.yaml"

NEEDED = {
    Kind.BUG: {
        "name",
        "email",
        "office",
        "summary",
        "description",
        "expected",
        "steps",
        "always",
        "priority",
        "files",
    },
    Kind.CHANGE: {"name", "email", "office", "summary", "description"},
    Kind.SETUP: {"name", "email", "office", "summary", "what"},
    Kind.QUESTION: {"name", "email", "office", "summary", "description"},
}


def errors_of(kind: Kind, process: Process, /, *, attached: int = 1, **changed: Any) -> dict[str, list[str]]:
    """The errors of a complete form after some answers were changed (None takes one out)."""
    answers = {**ANSWERS[kind], **changed}
    form = form_for(kind, process, MultiDict({name: said for name, said in answers.items() if said is not None}))
    form.check(attached)
    return {field.name: list(field.errors) for field in form if field.errors}


@pytest.mark.parametrize("kind", Kind)
def test_a_complete_form_has_no_errors(kind: Kind, process: Process) -> None:
    """The sample answers are what a person would send."""
    assert errors_of(kind, process) == {}


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_form_names_every_missing_part_at_once(kind: Kind, process: Process) -> None:
    """Nobody should have to send a form twice to learn what else is missing."""
    form = form_for(kind, process, MultiDict())
    form.check()

    assert {field.name for field in form if field.errors} == NEEDED[kind]


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in NEEDED.items() for name in sorted(names)])
def test_each_missing_part_is_named_alone(kind: Kind, name: str, process: Process) -> None:
    """White space is no answer, and what is there is not complained about."""
    blank = None if name in ("always", "what", "files") else " \n\t "

    assert {name} == set(
        errors_of(kind, process, attached=0 if name == "files" else 1, **dict[str, Any]({name: blank}))
    )


def test_a_bug_report_without_a_picture_may_say_why_there_is_none(process: Process) -> None:
    """The process page demands screenshots; where there is nothing to photograph, a reason stands for them."""
    assert errors_of(Kind.BUG, process, attached=0, no_screenshot="Nothing appears on the screen.") == {}


def test_a_client_names_their_company(process: Process) -> None:
    """Staff are known by their office, clients only by their company."""
    assert {"company"} == set(errors_of(Kind.QUESTION, process, office="client"))
    assert errors_of(Kind.QUESTION, process, office="client", company="Northwind Trading") == {}


@pytest.mark.parametrize(
    ("what", "missing"),
    [
        ("user", {"person_name", "person_email", "role", "approver", "approver_email"}),
        ("rights", {"person_name", "role"}),
        ("leaver", {"person_name"}),
        ("company", {"client_company"}),
    ],
)
def test_a_set_up_asks_for_what_that_set_up_needs(what: str, missing: set[str], process: Process) -> None:
    """A new company has no role, and who leaves needs none."""
    names = ("person_name", "person_email", "role", "approver", "approver_email", "client_company")
    bare: dict[str, Any] = dict.fromkeys(names)

    assert missing == set(errors_of(Kind.SETUP, process, what=what, **bare))


NEW_USERS = (Path(__file__).parents[2] / "docs" / "spec" / "users.md").read_text(encoding="utf-8")


def test_a_new_staff_user_needs_the_approver_that_the_spec_demands(process: Process) -> None:
    """The clause is named at the field and in the error, and it says what they say."""
    nobody: dict[str, Any] = {"approver": None, "approver_email": None}
    clause = " ".join(NEW_USERS.partition("## New users {#create}")[2].partition("\n## ")[0].split())
    errors = errors_of(Kind.SETUP, process, **nobody)

    assert APPROVAL_CLAUSE == "users#create"
    assert "create staff users, on the request of an Office Manager of the office" in clause
    assert {"approver", "approver_email"} == set(errors)
    assert "on the request of an Office Manager of their office" in errors["approver"][0]
    assert "on the request of an Office Manager of their office" in SetupForm(process=process)["approver"].description
    assert {"approver_email"} == set(errors_of(Kind.SETUP, process, approver_email="claire@example..com"))


@pytest.mark.parametrize("changed", [{"client_company": "Northwind"}, {"what": "rights"}, {"what": "leaver"}])
def test_where_the_spec_demands_no_approver_none_is_asked_for(changed: dict[str, str], process: Process) -> None:
    """Users of client companies are their admins' matter, and other rights are an Administrator's."""
    nobody: dict[str, Any] = {"approver": None, "approver_email": None}

    assert errors_of(Kind.SETUP, process, **{**nobody, **changed}) == {}


@pytest.mark.parametrize("kind", Kind)
def test_answers_that_are_not_offered_are_refused(kind: Kind, process: Process) -> None:
    """A choice that is not in support.yml comes from no form of ours."""
    assert {"office", "module"} == set(errors_of(kind, process, office="atlantis", module="abacus"))


@pytest.mark.parametrize(
    "address",
    [
        "ann",
        "ann@",
        "@example.com",
        "ann@example",
        "a b@example.com",
        "a@b.com,c@d.com",
        "kim@example..com",
        "josé@example.com",
        "kim@example.com.",
        "kim@" + "x" * 64 + ".com",
    ],
)
def test_what_is_no_address_is_refused(address: str, process: Process) -> None:
    """The answer goes there, so a slip must be seen now."""
    assert {"email"} == set(errors_of(Kind.QUESTION, process, email=address))


@pytest.mark.parametrize("name", ["summary", "description", "name"])
def test_an_answer_that_is_too_long_says_how_long_it_may_be(name: str, process: Process) -> None:
    """The limit is named, and cutting silently would lose what was typed."""
    limit = limit_of(name, process)

    def long(by: int) -> dict[str, Any]:
        return {name: "x" * (limit + by)}

    errors = errors_of(Kind.QUESTION, process, **long(1))

    assert {name} == set(errors)
    assert f"{limit:,}" in errors[name][0]
    assert errors_of(Kind.QUESTION, process, **long(0)) == {}


def test_a_complete_bug_report_becomes_a_request(process: Process) -> None:
    """Nothing is lost on the way from the form to the core; line ends are LF, controls are gone."""
    answers = {**ANSWERS[Kind.BUG], "steps": "1. Open\r\n2. Click\x00\x07", "summary": "Two\r\nlines"}
    form = form_for(Kind.BUG, process, MultiDict(answers))
    picture = Attachment("files/1", "a.png", "image/png", 3, "0" * 64)

    assert form.check(1)
    request = to_request(form, (picture,), Channel.FORM, "shipments#open")

    assert request.kind is Kind.BUG
    assert Requester("Camille Laurent", "camille@example.com", "paris") == request.requester
    assert request.summary == "Two lines"
    assert request.steps == "1. Open\n2. Click"
    assert request.always is True
    assert request.priority is Priority.HIGH
    assert request.module == "shipments"
    assert request.clause == "shipments#open"
    assert (picture,) == request.attachments


def test_details_are_kept_in_the_words_that_people_read(process: Process) -> None:
    """An engineer reads "A new user" and "London, Paris", not the values of the form."""
    form = form_for(Kind.SETUP, process, MultiDict(ANSWERS[Kind.SETUP]))

    assert form.check()
    assert to_request(form, (), Channel.FORM).details == {
        "what": "A new user",
        "person_name": "Jo Wu",
        "person_email": "jo@example.com",
        "role": "Operations",
        "approver": "Claire Morel",
        "approver_email": "claire@example.com",
        "offices": "London, Paris",
        "needed_by": "2026-12-01",
    }


def test_the_forms_need_no_flask() -> None:
    """MkDocs names them on the wiki's start page, in a build that should not load a web framework."""
    program = "import sys; from intake_fn.web.forms import FORMS; print('flask' in sys.modules, len(FORMS))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stdout == "False 4\n"


@pytest.mark.parametrize("kind", Kind)
def test_every_shown_field_has_a_label_and_is_sent_under_its_name(kind: Kind, web: Web) -> None:
    """A field without a label is one that a screen reader can't name."""
    html = web.client.get(f"/requests/new/{kind}?clause=a%23b").text

    for names in FORMS[kind].sections.values():
        for name in names:
            assert f'name="{name}"' in html
            assert f'<label for="{name}"' in html or f'<fieldset class="sd-choices" id="{name}"' in html
    assert 'name="clause" value="a#b"' in html


@pytest.mark.parametrize("kind", Kind)
def test_hostile_text_is_escaped_in_every_field(kind: Kind, web: Web) -> None:
    """What was typed comes back as text, never as markup."""
    hostile = "\"><script>alert(1)</script>'"
    html = web.client.post(f"/requests/{kind}", data=dict.fromkeys(form_for(kind, web.desk.process).fields, hostile))

    assert "<script>alert" not in html.text
    assert "&lt;script&gt;alert" in html.text


# --- the API's description -------------------------------------------------------------------


SCHEMAS = yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))["components"]["schemas"]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without references; of alternatives, the one that says most."""
    if "$ref" in schema:
        return resolved(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    return resolved(schema["anyOf"][0]) if "anyOf" in schema and "properties" not in schema else schema


def schema_of(kind: Kind) -> tuple[dict[str, Any], set[str], dict[str, Any], set[str]]:
    """Members and required ones of a kind of request, and of its details, as openapi.yaml has them."""
    own = SCHEMAS[f"{kind.value.capitalize()}Request"]
    members = {name: resolved(schema) for name, schema in own["properties"].items()}
    details = members["details"]
    inner = {name: resolved(schema) for name, schema in details.get("properties", {}).items()}
    return members, {*own["required"]}, inner, set(details.get("required", []))


NOT_FIELDS = {"kind", "clause", "details", "reading_clause", "reading_stance"}
"""Members that no field of the form asks for: its address, and what a page sends along."""


@pytest.mark.parametrize("kind", Kind)
def test_openapi_has_the_forms_fields_choices_and_limits(kind: Kind, process: Process) -> None:
    """The document was written first; the forms have to keep it, and support.yml as well."""
    form = form_for(kind, process)
    members, required, details, needed = schema_of(kind)
    fields = form.fields

    assert set(fields) - {*form.details} == set(members) - NOT_FIELDS
    assert set(form.details) == set(details)
    assert (required | needed) - {"kind", "details"} == NEEDED[kind] - {"files"}
    for name, schema in {**members, **details}.items():
        if name in {*NOT_FIELDS, "files"}:
            continue
        field = fields[name]
        if getattr(field, "choices", None):
            assert set(field.choices) - {""} == set(schema.get("items", schema)["enum"]) - {"", None}, name
        else:
            assert form.limit(name) == schema["maxLength"], name

    assert process.intake.files == members["files"]["maxItems"]
