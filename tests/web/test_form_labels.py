"""A form field has one label: at the form, on the pages, in Mantis and in mails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from markupsafe import escape

from intake_fn.core.form_labels import LABELS, OF_KIND, answer_label, label_of
from intake_fn.core.request import Kind
from intake_fn.web.forms import FORMS, form_for

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from tests.web.conftest import Web

CODE = Path(__file__).parents[2] / "intake_fn"
FORMS_OF_THEIR_OWN = ("form_labels.py", "offers.html", "sign_in.html")
"""The labels' own file, and forms with fields of their own: the desk's actions, and signing in."""

ANSWERED = ("summary", "description", "expected", "steps", "always")
"""What every page of a request shows, besides the answers that only one form asks for."""


@pytest.mark.parametrize("kind", Kind)
def test_the_form_shows_the_label(process: Process, kind: Kind) -> None:
    """Every field of every form has a label of its own, and no label is without a field."""
    fields = form_for(kind, process).fields

    assert fields.keys() <= LABELS.keys()
    assert OF_KIND.get(kind, {}).keys() <= fields.keys()
    assert {name: label_of(kind, name) for name in fields} == {name: f.label.text for name, f in fields.items()}


def test_no_label_is_left_over(process: Process) -> None:
    """A label whose field was taken out goes with it; two are of requests that come from Mantis, which no form has."""
    of_mantis = {"additional_information", "files_in_mantis"}

    assert set(LABELS) == {name for kind in FORMS for name in form_for(kind, process).fields} | of_mantis


@pytest.mark.parametrize("kind", Kind)
def test_pages_and_mantis_show_the_label_of_the_form(web: Web, kind: Kind) -> None:
    """Who talks about an answer on the telephone uses the word that the requester has read."""
    case = web.sent(kind)
    request = case.request
    names = [name for name in ANSWERED if getattr(request, name) not in ("", None)]
    link = web.links.status(case.id)
    web.sign_in()
    pages = [web.client.get(link[link.index("/status/") :]).text, web.client.get(f"/desk/requests/{case.id}").text]

    for name in (*names, *request.details):
        heading = f"<dt>{escape(answer_label(kind, name))}</dt>"
        assert [heading] * 2 == [heading if heading in page else name for page in pages]
    assert case.issue is not None
    issue = web.tracker.issues[case.issue]
    assert all(answer_label(kind, name) in issue.information for name in request.details)
    assert not request.expected or f"{label_of(kind, 'expected').upper()}\n" in issue.description


def test_a_label_is_written_in_one_place() -> None:
    """A label of several words stands in core/form_labels.py and in no other source, template or script."""
    files = [path for ending in ("py", "html", "js") for path in CODE.rglob(f"*.{ending}")]
    texts = {
        path.relative_to(CODE): path.read_text(encoding="utf-8")
        for path in files
        if path.is_file() and path.name not in FORMS_OF_THEIR_OWN
    }
    labels = {label for labels in (LABELS, *OF_KIND.values()) for label in labels.values() if " " in label}
    written = [
        (label, name)
        for label in labels
        for name, text in texts.items()
        if f'"{label}"' in text or f">{label}<" in text
    ]

    assert [] == written
