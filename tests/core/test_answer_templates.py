"""Templates for what engineers write: filled in for a request, and checked before anybody reads a placeholder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.entry_import import SETTINGS
from intake_fn.adapters.process_file import keep_templates
from intake_fn.commands.templates import wiki_templates
from intake_fn.core.answer_templates import PLACEHOLDERS, offered, unfilled, unknown_placeholders
from intake_fn.core.events import Overruled
from intake_fn.core.process import AnswerTemplate
from intake_fn.core.process_file import ProcessError, parse, templates_of
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Category
from intake_fn.settings import templates_beside
from intake_fn.wiring import Application
from tests.core.samples import case_at, case_of, happened

if TYPE_CHECKING:
    from intake_fn.core.process import Process

ROOT = Path(__file__).parents[2]
SUPPORT = (ROOT / "support.yml").read_text(encoding="utf-8")
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


# --- pages of the wiki ------------------------------------------------------------------------

PAGE = """---
answers: [ask]
kinds: [bug]
---
# Ask for the time {#time}

When it matters when it was.

```text
Hello {requester},

when was it?
```
"""


def test_a_page_of_the_wiki_is_a_template(process: Process) -> None:
    """Its name is the heading, its text what stands in the block; it is offered with those of support.yml."""
    (template,) = templates_of({"ask-when.md": PAGE}, process)

    assert AnswerTemplate("ask-when", "Ask for the time", ("ask",), ("bug",), "Hello {requester},\n\nwhen was it?") == (
        template
    )
    known = replace(process, templates={**process.templates, template.id: template})
    names = [one.name for one in offered("ask", CASE, known, process.people["paul"], "https://s")]
    assert ["Ask for a screenshot", "Ask for the time"] == names


@pytest.mark.parametrize(
    ("name", "ours", "theirs", "line", "says"),
    [
        (
            "ask-when.md",
            "[ask]",
            "[shout]",
            2,
            "answers.0: 'shout' is not what a template can be for",
        ),
        ("ask-when.md", "answers: [ask]\n", "", 1, "there is no 'answers'"),
        ("ask-when.md", "kinds:", "kind:", 3, "kind is an unknown key"),
        ("ask-when.md", "answers: [ask]", "answers: [ask", 3, "this is not YAML"),
        ("ask-when.md", "---\nanswers", "answers", 1, "the page has no front matter"),
        ("ask-when.md", "# Ask", "Ask", 1, "the page has no heading"),
        ("ask-when.md", "```text", "text", 1, "the page has no text"),
        ("ask-when.md", "{requester}", "{requestr}", 10, "{requestr} is an unknown placeholder"),
        ("screenshot.md", "", "", 1, "support.yml has a template 'screenshot', too"),
        ("Ask when.md", "", "", 1, "the file name 'Ask when' is not a name"),
    ],
)
def test_a_page_that_is_no_template_is_refused_with_its_line(
    process: Process, name: str, ours: str, theirs: str, line: int, says: str
) -> None:
    """As `specdesk check` prints it: file, line, what is wrong, what to do."""
    with pytest.raises(ProcessError) as refused:
        templates_of({name: PAGE.replace(ours, theirs, 1) if ours else PAGE}, process)

    assert str(refused.value).startswith(f"{name}:{line}: {says}")
    assert 1 == len(refused.value.problems)


def test_the_pages_of_our_wiki_are_taken_along(process: Process, tmp_path: Path) -> None:
    """What is written beside the index is what the desk offers."""
    templates = wiki_templates(ROOT / "docs" / "spec", process)
    keep_templates(templates, templates_beside(tmp_path / "index"))

    assert {"ask-for-steps", "how-to", "not-reproduced"} <= {one.id for one in templates}
    assert () == wiki_templates(tmp_path / "spec", process)
    application = Application.from_environ({**SETTINGS, "SPECDESK_INDEX": str(tmp_path / "index")})
    assert {*process.templates, *(one.id for one in templates)} == {*application.process.templates}
