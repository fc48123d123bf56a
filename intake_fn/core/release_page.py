"""Release notes as a page of the wiki: Markdown in which no text of a requester is more than a text. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator

from intake_fn.core.markdown import escaped
from intake_fn.core.release_notes import Line, Open, ReleaseNotes

SIGNED = "<!-- Written by specdesk release-notes. SHA-256 of the lines above: {digest} -->"
"""The last line: a page that still has the digest of its other lines was edited by nobody."""

_SIGNATURE = re.compile(r"\n" + re.escape(SIGNED).replace(r"\{digest\}", "([0-9a-f]{64})") + r"\n\Z")
_BEGINS_BLOCK = re.compile(r"^\s*(?:[-*+]\s|\d+[.)]\s|\||#)")
_EMPHASIS = re.compile(r"(\*\*|__|`)(.+?)\1")
_LINK = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_ATTRIBUTES = re.compile(r"\s*\{:?\s*[#.][^{}]*\}\s*$")

Address = Callable[[str], str]
"""From a clause to where the page links to; "" for one that the wiki does not have."""


def page_of(notes: ReleaseNotes, issue_page: Callable[[int], str], clause_page: Address) -> str:
    """The page, the same for the same notes, with its signature."""
    return signed("\n".join(_lines(notes, issue_page, clause_page)))


def signed(text: str) -> str:
    """A text with the line that tells later whether somebody has edited it."""
    body = text.rstrip("\n")
    return f"{body}\n{SIGNED.format(digest=_digest(body))}\n"


def is_as_written(page: str) -> bool:
    """Whether nobody has edited a page since it was written."""
    found = _SIGNATURE.search(page)
    return found is not None and found[1] == _digest(page[: found.start()])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _lines(notes: ReleaseNotes, issue_page: Callable[[int], str], clause_page: Address) -> Iterator[str]:
    version, *earlier = notes.versions
    yield f"# Version {escaped(version)}"
    yield ""
    yield f"{_counted(len(notes.bugs), 'bug')} fixed, {_counted(len(notes.changes), 'change')} delivered."
    if earlier:
        yield f"With all that came since: {', '.join(map(escaped, reversed(earlier)))}."
    if notes.bugs:
        yield from ("", "## Bugs fixed {#bugs}", "")
        for line in notes.bugs:
            yield f"- {escaped(line.summary)} ({_about(line, issue_page, clause_page)})"
    if notes.changes:
        yield from ("", "## Changes {#changes}")
        for line in notes.changes:
            yield from _change(line, issue_page, clause_page)
    if notes.open:
        yield from ("", "## To be worded before publication {#open}", "")
        yield from (_open(one, issue_page) for one in notes.open)
    yield ""


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun} is" if number == 1 else f"{number} {noun}s are"


def _about(line: Line, issue_page: Callable[[int], str], clause_page: Address) -> str:
    parts = [escaped(line.module), f"[#{line.number}]({issue_page(line.number)})", line.case]
    if line.clause:
        parts.append(_cited(line.clause, clause_page))
    return ", ".join(filter(None, parts))


def _cited(clause: str, clause_page: Address) -> str:
    address = clause_page(clause)
    return f"[{escaped(clause)}]({address})" if address else escaped(clause)


def _change(line: Line, issue_page: Callable[[int], str], clause_page: Address) -> Iterator[str]:
    yield from ("", f"### {escaped(line.summary)} {{#issue-{line.number}}}", "")
    yield _about(line, issue_page, clause_page)
    if line.after:
        yield from ("", "Before:" if line.before else "New in the spec:", "")
        if line.before:
            yield from _quoted(line.before)
            yield from ("", "Now:", "")
        yield from _quoted(line.after)


def _quoted(markdown: str) -> Iterator[str]:
    """A clause's text as a quote without its markup: a paragraph for each block, list item and row of a table."""
    blocks: list[list[str]] = [[]]
    for line in markdown.strip().splitlines():
        if not line.strip() or _BEGINS_BLOCK.match(line):
            blocks.append([])
        blocks[-1].append(_plain(line))
    paragraphs = filter(None, (escaped(" ".join(block)) for block in blocks))
    for number, paragraph in enumerate(paragraphs):
        if number:
            yield ">"
        yield f"> {paragraph}"


def _plain(line: str) -> str:
    text = _ATTRIBUTES.sub("", line.strip().lstrip("#").strip())
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", text))


def _open(one: Open, issue_page: Callable[[int], str]) -> str:
    issue = f"[#{one.number}]({issue_page(one.number)})" if one.number is not None else "no issue"
    return f"- {', '.join(filter(None, (issue, one.case)))}: {escaped(one.why)}"
