"""Templates for what engineers write: filled in for a request, and checked before anybody reads a placeholder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.answer_templates import PLACEHOLDERS, offered, unfilled, unknown_placeholders
from intake_fn.core.events import Overruled
from intake_fn.core.process import AnswerTemplate
from intake_fn.core.process_file import ProcessError, parse
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Category
from tests.core.samples import case_at, case_of, happened

if TYPE_CHECKING:
    from intake_fn.core.process import Process

SUPPORT = (Path(__file__).parents[2] / "support.yml").read_text(encoding="utf-8")
CASE = case_at(3, "paul")
EVERYTHING = AnswerTemplate("all", "All", ("update",), (), " ".join(f"{{{name}}}" for name in PLACEHOLDERS))


def texts(process: Process, template: AnswerTemplate, answer: str = "update", kind: Kind = Kind.BUG) -> list[str]:
    """What is offered of one template."""
    case = replace(CASE, request=replace(CASE.request, kind=kind))
    known = replace(process, templates={template.id: template})
    return [one.text for one in offered(answer, case, known, process.people["paul"], "https://s")]


def test_a_template_is_filled_with_what_is_known(process: Process) -> None:
    """A clause only where one was decided by or named; else its placeholder stays and is not sent."""
    (text,) = texts(process, EVERYTHING)
    decided = case_of(*CASE.history, happened(Overruled, category=Category.BUG, clause="billing#due", reason="So."))
    known = replace(process, templates={"all": EVERYTHING})
    (again,) = offered("update", decided, known, process.people["paul"], "https://s")

    assert (
        "Camille HD-0000-0001 Error page when a shipment is opened CT2 Paul Help Desk Level 3 {clause} https://s"
        == text
    )
    assert ["clause"] == unfilled(text)
    assert "billing#due" in again.text
    assert [] == unfilled(again.text)


def test_a_template_is_offered_for_its_answers_and_forms(process: Process) -> None:
    """A workaround for a bug is no resolution of a question."""
    of_bugs = replace(EVERYTHING, kinds=("bug",))

    assert [1, 0, 0] == [len(texts(process, of_bugs, *about)) for about in (("update",), ("ask",))] + [
        len(texts(process, of_bugs, kind=Kind.QUESTION))
    ]


def test_an_unknown_placeholder_is_refused_with_its_line() -> None:
    """`specdesk check` says where, and what is meant perhaps; braces without a name are none either."""
    assert ["nme", "", "a b"] == unknown_placeholders("{nme} {requester} {} {a b} {nme}")
    broken = SUPPORT.replace("{engineer}, {level}", "{enginer}, {level}")
    line = next(number for number, text in enumerate(SUPPORT.splitlines(), 1) if text.startswith("  in-work:")) + 3
    with pytest.raises(ProcessError) as refused:
        parse(broken)

    (problem,) = refused.value.problems
    assert (line, "templates.in-work.text: {enginer} is an unknown placeholder") == (problem.line, problem.message)
    assert "'engineer'" in problem.remedy


@pytest.mark.parametrize(
    ("ours", "theirs", "says"),
    [
        ("answers: [ask]", "answers: [shout]", "'shout' is not what a template can be for"),
        ("kinds: [bug]", "kinds: [mail]", "'mail' is not a form"),
    ],
)
def test_a_template_names_answers_and_forms_that_there_are(ours: str, theirs: str, says: str) -> None:
    """Else it would be offered nowhere, and nobody would know why."""
    with pytest.raises(ProcessError, match=says):
        parse(SUPPORT.replace(ours, theirs))
