"""The clause as it would read, as a patch for the wiki: what `git apply` takes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import unified_diff

from intake_fn.core.changes.clause_text import ClauseText
from intake_fn.core.lazy_dataclass import dataclass

SPEC_FOLDER = "docs/spec"
"""Where the spec stands in the wiki's repository."""

_HUNK = re.compile(r"@@ -(\d+)((?:,\d+)?) \+(\d+)((?:,\d+)?) @@")


@dataclass(frozen=True, slots=True)
class PageText:
    """The lines of a page from the one of its first heading, `first`, on; `begins` is the clause's line among them."""

    first: int
    lines: Sequence[str]
    begins: int


def patch(heading: str, text: ClauseText, page: PageText, proposed: str) -> str:
    """The patch, below lines that say what it is: git leaves them out."""
    named = f"Clause {text.cite}" if not text.is_new else f"A new clause of {text.cite}"
    against = f"{named}, against {f'commit {text.commit}' if text.commit else f'the spec {text.spec}'}."
    path = f"{SPEC_FOLDER}/{text.file}"
    head = [heading, "", against, "", f"diff --git a/{path} b/{path}", f"--- a/{path}", f"+++ b/{path}"]
    return "\n".join([*head, *_hunks(page, text, proposed)]) + "\n"


def _hunks(page: PageText, text: ClauseText, proposed: str) -> Iterator[str]:
    before = list(page.lines)
    written = proposed.strip("\n").split("\n")
    if text.is_new:
        after = [*before, "", *written]
    else:
        at = page.begins - page.first
        after = [*before[:at], *written, *before[at + len(text.source.split("\n")) :]]
    for line in list(unified_diff(before, after, lineterm=""))[2:]:
        yield _HUNK.sub(lambda match: _moved(match, page.first - 1), line) if line.startswith("@@") else line


def _moved(match: re.Match[str], by: int) -> str:
    return f"@@ -{int(match[1]) + by}{match[2]} +{int(match[3]) + by}{match[4]} @@"
