"""The interview of a bug report that came by mail: its form holds what is known and asks for what is missing. Pure.

Source: docs/process/index.md, "Help Desk Level 0": the user is interviewed "if required", and a bug report has steps to
reproduce, screenshots, whether it is always reproducible, and a priority. The receipt leads to the form; what is filled
in becomes a reply of the requester to the same request, so that a clock that waited for them runs again.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from intake_fn.core.case import Case, module_of
from intake_fn.core.events import Reprioritised, RequesterReplied
from intake_fn.core.names import REQUESTER
from intake_fn.core.process import CLIENT
from intake_fn.core.request import Channel, Kind, Request


class Interview(StrEnum):
    """Where an interview stands."""

    NONE = "none"
    """There is none: it is no bug report, or did not come by mail."""
    OPEN = "open"
    ANSWERED = "answered"
    """The form was sent."""
    OVER = "over"
    """The request is resolved, closed or rejected; what is known now does not help any more."""


def interview(case: Case) -> Interview:
    """Where the interview of a case stands."""
    if not is_interviewed(case.request):
        return Interview.NONE
    if any(isinstance(event, RequesterReplied) and event.answers for event in case.history):
        return Interview.ANSWERED
    return Interview.OVER if is_over(case) else Interview.OPEN


def is_over(case: Case) -> bool:
    """Whether what is filled in does not help any more; a form that was sent before would reopen the request."""
    return case.status.is_done or case.status.in_quarantine


def is_interviewed(request: Request) -> bool:
    """Whether a request came without the form that asks for all that it should have."""
    return request.channel is Channel.MAIL and request.kind is Kind.BUG


def lacking(request: Request) -> tuple[str, ...]:
    """The fields of the form that a report by mail leaves empty, in the order in which they are asked for."""
    lacks = {
        "expected": not request.expected.strip(),
        "steps": not request.steps.strip(),
        "always": request.always is None,
        "priority": True,
        "no_screenshot": not request.attachments,
        "company": request.requester.office == CLIENT and not request.requester.company,
    }
    return tuple(name for name, is_so in lacks.items() if is_so)


def known(case: Case) -> Mapping[str, str]:
    """What is known of a case, by the fields of its form; the priority only if a person has set it."""
    request = case.request
    said = any(isinstance(event, Reprioritised) and event.actor != REQUESTER for event in case.history)
    return {
        "summary": request.summary,
        "description": request.description,
        "expected": request.expected,
        "steps": request.steps,
        "always": "" if request.always is None else "yes" if request.always else "no",
        "priority": case.priority.value if said else "",
        "module": module_of(case),
        "version": request.details.get("version", ""),
        "no_screenshot": request.details.get("no_screenshot", ""),
        "company": request.requester.company,
    }
