"""Templates for what engineers write to requesters: texts of support.yml whose placeholders are filled in. Pure.

A placeholder that has no value for a request stays as it is, and a text with one is not sent: nobody reads `{clause}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from intake_fn.core.case import Case
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.process import AnswerTemplate, Person, Process
from intake_fn.core.verdicts import decision

ANSWERS = ("update", "ask", "resolve")
"""What templates can be for, by the names of the desk's actions."""

_BRACED = re.compile(r"\{([^{}\n]*)\}")


class _About(NamedTuple):
    case: Case
    process: Process
    engineer: Person
    link: str


def _clause(about: _About) -> str:
    """The clause that a person decided by, else the one that the request refers to."""
    decided = decision(about.case)
    return (decided.clause if decided else "") or about.case.request.clause


PLACEHOLDERS: Mapping[str, Callable[[_About], str]] = {
    "requester": lambda about: about.case.request.requester.name,
    "number": lambda about: about.case.id,
    "summary": lambda about: about.case.request.summary,
    "product": lambda about: about.process.product.name,
    "engineer": lambda about: about.engineer.name,
    "level": lambda about: about.process.level(about.case.level).name,
    "clause": _clause,
    "link": lambda about: about.link,
}
"""What may stand in braces in a template, and what is filled in."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A template as it is offered for a request: its id and name, and its text with all that is known."""

    id: str
    name: str
    text: str


def unknown_placeholders(text: str) -> list[str]:
    """The names in braces that are no placeholders, in the order of the text."""
    return [name for name in dict.fromkeys(_BRACED.findall(text)) if name not in PLACEHOLDERS]


def unfilled(text: str) -> list[str]:
    """The placeholders that still stand in a text that somebody is about to send."""
    return [name for name in dict.fromkeys(_BRACED.findall(text)) if name in PLACEHOLDERS]


def offered(answer: str, case: Case, process: Process, engineer: Person, link: str) -> tuple[Filled, ...]:
    """The templates for an answer (one of ANSWERS) to a request of its kind; `link` is that of the status page."""
    about = _About(case, process, engineer, link)
    return tuple(
        Filled(template.id, template.name, _filled(template, about))
        for template in process.templates.values()
        if answer in template.answers and (not template.kinds or case.request.kind in template.kinds)
    )


def _filled(template: AnswerTemplate, about: _About) -> str:
    def value(match: re.Match[str]) -> str:
        return PLACEHOLDERS[match[1]](about) or match[0]

    return _BRACED.sub(value, template.text)
