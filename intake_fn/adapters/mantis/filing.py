"""Creates an issue once, whatever Mantis answers: its marker is looked for before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from intake_fn import log
from intake_fn.adapters.mantis.answers import SUCCESS, expect, name_in, number_in, parts, text_in, whole
from intake_fn.adapters.mantis.fields import dropped, fields_of
from intake_fn.adapters.mantis.http import ERROR_CHARACTERS, MantisHttp
from intake_fn.adapters.mantis.listing import changed_since
from intake_fn.adapters.mantis.names import Names
from intake_fn.adapters.mantis.texts import one_line, tag_name
from intake_fn.core.case import UPDATED
from intake_fn.core.errors import SpecdeskError, TryLater
from intake_fn.ports import Issue

CLOCKS_DIFFER = timedelta(days=1)
"""How far Mantis's clock may be from ours when a marker is looked for: it may be set to the wrong zone."""

LOOK_AGAIN_SECONDS = 1.5
"""After a doubtful answer the server may still be working: wait that long before the second look."""

CHANGES_LATER = (*UPDATED, "additional_information")
"""Fields that may differ in an issue of an earlier try: an update looks after some, and the links in one age."""


def file(names: Names, issue: Issue) -> tuple[int, tuple[str, ...]]:
    """Create the issue unless one with its marker exists: its number, and the fields that were not kept."""
    return names.retrying(lambda with_handler: _file(names, issue, with_handler=with_handler))


def _file(names: Names, issue: Issue, *, with_handler: bool) -> tuple[int, tuple[str, ...]]:
    earlier, fields = _find(names, issue), fields_of(issue, names, with_handler=with_handler)
    if earlier is None:
        row = _create(names, {name: value for name, value in fields.items() if value}, issue)
        lost = dropped(fields, row)
    else:
        row = names.http.issue(number_in(earlier))
        lost = tuple(name for name in dropped(fields, row) if name not in CHANGES_LATER)
    return number_in(row), (*lost, *_tag(names.http, row, issue.tags))


def _create(names: Names, fields: Mapping[str, Any], issue: Issue) -> Mapping[str, Any]:
    """POST once. Whatever the answer is, the issue counts as made when its marker is found."""
    http = names.http
    try:
        answer = http.send("POST", "issues", fields)
        if answer.status == HTTPStatus.CREATED:
            return whole(expect(answer.body, "issue"))
        doubt: SpecdeskError = http.error(answer)
    except TryLater as error:
        doubt = error
    for pause in (0.0, LOOK_AGAIN_SECONDS):
        http.sleep(pause)
        made = _find(names, issue)
        if made is not None:
            error_text = str(doubt)[:ERROR_CHARACTERS]
            log.info("mantis_issue_found_after_doubt", marker=issue.marker, issue=made["id"], doubt=error_text)
            return http.issue(number_in(made))
    raise doubt


def _find(names: Names, issue: Issue) -> Mapping[str, Any] | None:
    """The issue whose additional information begins with our marker; Mantis has no search for it.

    Among all that was changed since there was something to file: no first try was before. A person's clone of an issue
    of ours has its marker, too, and is another one.
    """
    since = issue.since - CLOCKS_DIFFER if issue.since else None
    rows = changed_since(names, since, "id,updated_at,additional_information,tags,summary,reporter")
    marked = [row for row in rows if _is_marked(row, issue.marker)]
    return next((row for row in marked if name_in(row, "reporter") in ("", names.account())), None)


def _is_marked(row: Mapping[str, Any], marker: str) -> bool:
    lines = text_in(row, "additional_information").splitlines()
    return next(iter(lines), "").strip() == one_line(marker)


def _tag(http: MantisHttp, row: Mapping[str, Any], tags: Sequence[str]) -> tuple[str, ...]:
    """Tag an issue; a tag that Mantis will not have is no reason to fail."""
    number, present = number_in(row), {text_in(tag, "name").casefold() for tag in parts(row, "tags")}
    missing = [tag for name in tags if (tag := tag_name(name)) and tag.casefold() not in present]
    if not missing:
        return ()
    body = {"tags": [{"name": tag} for tag in missing]}
    for pause in (0.0, LOOK_AGAIN_SECONDS):  # a 500 is what Mantis says to a tag, too
        http.sleep(pause)
        answer = http.send("POST", f"issues/{number}/tags", body)
        if answer.succeeded and answer.readable:
            return ()
        if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            break
    if answer.status in SUCCESS:
        raise http.error(answer)
    error_text = one_line(answer.text)[:ERROR_CHARACTERS]
    log.warning("mantis_tags_refused", issue=number, status=answer.status, said=error_text)
    return ("tags",)
