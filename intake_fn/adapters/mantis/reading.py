"""One issue as Mantis answers it, with the name of the account that asked."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from intake_fn.adapters.mantis.answers import issue_in
from intake_fn.adapters.mantis.http import NO_ISSUE, MantisHttp
from intake_fn.core.errors import TryLater, Unknown


def row_of(http: MantisHttp, number: int) -> tuple[Mapping[str, Any], str]:
    """An issue, and our account. Raises Unknown when the issue is deleted or out of our sight."""
    answer = http.send("GET", f"issues/{number}")
    if answer.status == HTTPStatus.FORBIDDEN and answer.denies:  # no body: the account is off; another: a proxy
        raise Unknown(f"Mantis does not show us issue {number} any more.")
    if answer.status == HTTPStatus.NOT_FOUND and answer.code != NO_ISSUE:  # a proxy's, or a wrong address
        raise TryLater(f"What answers at {http.url} is not Mantis, or not well.")
    http.check(answer)
    return issue_in(answer.body), answer.account
