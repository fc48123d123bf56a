"""Relations between issues."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from intake_fn.adapters.mantis.answers import number_in, part, parts
from intake_fn.adapters.mantis.http import NO_ISSUE, MantisHttp
from intake_fn.core.errors import Refused
from intake_fn.core.vocabulary import Relation

NO_RELATION, NO_OTHER = 1802, frozenset({NO_ISSUE, 1803})
"""Mantis's codes for a relation that is not there; and for no issue to relate to, or the issue itself."""


def relate(http: MantisHttp, number: int, other: int, relation: Relation | None) -> None:
    """Relate an issue to another one, instead of how it was; None is not at all. Saying it again changes nothing.

    Raises Unknown, Refused when there is no such other issue.
    """
    issue = http.issue(number)
    if relation is None:
        _unrelate(http, issue, other)
        return
    body = {"issue": {"id": other}, "type": {"name": relation.value}}
    answer = http.send("POST", f"issues/{number}/relationships", body)
    if answer.code in NO_OTHER or (answer.status == HTTPStatus.FORBIDDEN and answer.denies):
        raise Refused(
            f"Mantis has no issue #{other}, or does not show it, so #{number} cannot be linked to it. Remove the link "
            "on the page of the request."
        )
    http.check(answer)


def _unrelate(http: MantisHttp, issue: Mapping[str, Any], other: int) -> None:
    for row in parts(issue, "relationships"):
        if part(row, "issue").get("id") == other:
            answer = http.send("DELETE", f"issues/{number_in(issue)}/relationships/{number_in(row)}")
            if answer.code != NO_RELATION:  # else somebody was faster
                http.check(answer)
