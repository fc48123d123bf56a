"""Templates from pages of the wiki: front matter, a heading that is the name, and a block that is the text. Pure.

Source: docs/process/templates/index.md. What a page says is held to the same rules as `templates` of support.yml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from intake_fn.core.answer_templates import PLACEHOLDERS, unknown_placeholders
from intake_fn.core.process import AnswerTemplate, Process
from intake_fn.core.process_file.problems import Problem, ProcessError, nearest
from intake_fn.core.process_file.schema import Document
from intake_fn.core.process_file.templates import TEMPLATE
from intake_fn.core.process_file.values import ID

HEAD = {name: TEMPLATE[name] for name in ("answers", "kinds")}

_HEAD = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_BLOCK = re.compile(r"^(```+|~~~+)[^\n`]*\n(.*?)^\1[ \t]*$", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"^#[ \t]+(.+?)[ \t]*(?:\{[^}\n]*\})?[ \t]*$", re.MULTILINE)


def templates_of(pages: Mapping[str, str], process: Process) -> tuple[AnswerTemplate, ...]:
    """The templates of some pages, by file name. Raises ProcessError with all problems of the first unsound page."""
    return tuple(_template(name, text, process) for name, text in sorted(pages.items()))


def _template(name: str, text: str, process: Process) -> AnswerTemplate:
    document = Document()
    id_ = name.removesuffix(".md")
    head = _head(document, text)
    document.problems += _named(id_, process)
    title, block = _NAME.search(_BLOCK.sub("", text)), _BLOCK.search(text)
    document.problems += _said(text, title, block)
    if document.problems:
        raise ProcessError(name, document.problems)
    assert title  # noqa: S101 - else there is a problem
    assert block  # noqa: S101 - as above
    return AnswerTemplate(id_, title[1], head["answers"], head["kinds"], block[2].strip())


def _head(document: Document, text: str) -> dict[str, Any]:
    """The front matter; its lines are those of the page."""
    match = _HEAD.match(text)
    if not match:
        document.problems.append(
            Problem(1, "the page has no front matter", "Begin it with the lines `---`, `answers: [update]`, `---`")
        )
        return {}
    try:
        node = yaml.compose("\n" + match[1], Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        document.problems.append(Problem(line, f"this is not YAML ({error.problem})", "Write `answers: [update]`"))
        return {}
    if node is None:
        document.problems.append(Problem(1, "there is no 'answers'", "Add `answers: [update]`"))
        return {}
    return document.record(node, "", HEAD)


def _named(id_: str, process: Process) -> Iterator[Problem]:
    try:
        ID.convert(id_)
    except ValueError:
        yield Problem(1, f"the file name {id_!r} is not {ID.name}", ID.remedy)
    if id_ in process.templates:
        yield Problem(1, f"support.yml has a template {id_!r}, too", "Give the page another file name")


def _said(text: str, title: re.Match[str] | None, block: re.Match[str] | None) -> Iterator[Problem]:
    if not title:
        yield Problem(1, "the page has no heading", "Add `# Name`: the desk offers the template by it")
    if not block or not block[2].strip():
        yield Problem(1, "the page has no text", "Write it between two lines of ```")
        return
    for name in unknown_placeholders(block[2]):
        line = text[: text.index(f"{{{name}}}", block.start(2))].count("\n") + 1
        yield Problem(line, f"{{{name}}} is an unknown placeholder", nearest(name, PLACEHOLDERS))
