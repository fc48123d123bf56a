"""What a page of the spec shows beside its text: who owns it, and at every clause its citation and a link.

The citation is `page#anchor`, as spec_lookup cites it and as Mantis and the receipts show it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from html import escape, unescape
from urllib.parse import quote

from intake_fn.core.request import Kind

_HEADING = re.compile(r"""<!--.*?-->|<h[1-6]\b((?:[^<>"']|"[^"]*"|'[^']*')*)>""", re.IGNORECASE | re.DOTALL)
_ID = re.compile(r"""(?<![\w-])id\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)


_NONE: Mapping[str, str] = {}


def with_reports(
    html: str, page: str, anchors: Container[str], intake_url: str, figures: Mapping[str, str] = _NONE
) -> str:
    """The page's HTML with citation and links at the end of every clause; `anchors` are those of its clauses.

    `figures` says of a clause, by its citation, how many requests it decided (wiki/clause_figures.py).
    """
    return "".join(_parts(html, page, anchors, intake_url, figures))


def _parts(html: str, page: str, anchors: Container[str], intake_url: str, figures: Mapping[str, str]) -> Iterator[str]:
    headings = [match for match in _HEADING.finditer(html) if match[1] is not None]
    ends = [heading.start() for heading in headings[1:]] + [len(html)]
    yield html[: headings[0].start()] if headings else html
    for heading, end in zip(headings, ends, strict=True):
        named = _ID.search(heading[1])
        yield html[heading.start() : end]
        if named and (anchor := unescape(named[1].strip("\"'"))) in anchors:
            citation = f"{page}#{anchor}"
            yield _tools(citation, intake_url, figures.get(citation, ""))


def _tools(citation: str, intake_url: str, figures: str) -> str:
    """The citation can be searched for; the links, the same everywhere, would only be in the way there."""
    ways = ((Kind.BUG, "Report a problem with this clause"), (Kind.CHANGE, "Ask to change this clause"))
    links = " ".join(f'<a href="{_about(citation, kind, intake_url)}" rel="nofollow">{text}</a>' for kind, text in ways)
    return (
        f'<p class="sd-clause"><code>{escape(citation)}</code> '
        f'<span class="sd-clause-ways" data-search-exclude>{links}</span>{_figures(figures)}</p>\n'
    )


def _figures(text: str) -> str:
    return f'<span class="sd-clause-figures" data-search-exclude>{escape(text)}</span>' if text else ""


def _about(citation: str, kind: Kind, intake_url: str) -> str:
    """The form of a kind, about a clause."""
    return escape(f"{intake_url}/requests/new/{kind}?clause={quote(citation, safe='')}")


def with_owner(html: str, owner: str, *, sample: bool, told: Iterable[str] = (), edit_url: str = "") -> str:
    """The page's HTML with its owner below the title, what is told of its history, and where it is edited."""
    said = [f"Owner: {escape(owner)}", *(["sample instance"] if sample else []), *map(escape, told)]
    edit = f' · <a href="{escape(edit_url)}" rel="edit nofollow">Edit this page</a>' if edit_url else ""
    line = f'<p class="sd-owner" data-search-exclude>{" · ".join(said)}{edit}</p>'
    return html.replace("</h1>", f"</h1>\n{line}", 1)
