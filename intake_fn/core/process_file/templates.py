"""Templates of support.yml for what engineers write to requesters, and the check of their placeholders."""

from __future__ import annotations

from collections.abc import Iterator

from intake_fn.core.answer_templates import ANSWERS, PLACEHOLDERS, unknown_placeholders
from intake_fn.core.process_file.problems import Line, Problem, Raw, nearest
from intake_fn.core.process_file.schema import ScalarType, list_of, non_empty, optional, scalar
from intake_fn.core.process_file.values import TEXT
from intake_fn.core.request import Kind


def _answer(text: str) -> str:
    if text not in ANSWERS:
        raise ValueError(text)
    return text


def _lines(text: str) -> str:
    if not text.strip() or not all(line.isprintable() for line in text.splitlines()):
        raise ValueError(text)
    return text.strip()


KIND = scalar(ScalarType(lambda text: Kind(text).value, "a form", f"Use {', '.join(Kind)}"))
ANSWER = scalar(ScalarType(_answer, "what a template can be for", f"Use {', '.join(ANSWERS)}"))
LINES = scalar(ScalarType(_lines, "a text", "Write it below `text: |`, indented"))
TEMPLATE = {
    "name": TEXT,
    "answers": non_empty(list_of(ANSWER)),
    "kinds": optional(list_of(KIND), ()),
    "text": LINES,
}


def placeholders_are_known(p: Raw, line: Line) -> Iterator[Problem]:
    """A placeholder that nobody fills in would be mailed to a requester as it stands."""
    for name, template in p["templates"].items():
        path = f"templates.{name}.text"
        for placeholder in unknown_placeholders(template["text"] or ""):
            message = f"{path}: {{{placeholder}}} is an unknown placeholder"
            yield Problem(line(path), message, nearest(placeholder, PLACEHOLDERS))
