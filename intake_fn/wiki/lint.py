"""The form of the spec: what fails the build, with page, line and remedy.

Every page has an owner and belongs to a module, every clause an anchor of its own and a text, and
what is normative says what is, without hedging: `should normally` decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from intake_fn.core.process import Process

HEDGES = (
    "should",
    "normally",
    "usually",
    "generally",
    "typically",
    "often",
    "sometimes",
    "mostly",
    "probably",
    "possibly",
    "might",
    "perhaps",
    "roughly",
    "approximately",
    "as appropriate",
    "if possible",
    "where possible",
    "as soon as possible",
    "in most cases",
    "reasonable",
    "adequate",
    "user-friendly",
    "and/or",
    "etc",
    "tbd",
    "to be defined",
    "to be decided",
)
"""Words after which nobody can say whether the system behaves as the clause defines."""

COMMON = "index"
"""The page of common rules; it belongs to no module."""

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*\n", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^(#{2,6})\s+(.+?)\s*$")
_ANCHOR = re.compile(r"\{[^}]*#([^\s}]+)[^}]*\}\s*$")
_GOOD_ANCHOR = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CODE = re.compile(r"`[^`]*`|\]\([^)]*\)|<!--.*?-->")
_HEDGE = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, HEDGES))})(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that fails the build. `line` counts from 1."""

    page: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        """As compilers write it, so that an editor can jump there."""
        return f"{self.page}:{self.line}: {self.what}. {self.remedy}."


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the spec as it was written. `name` is that of support.yml, `lines` are those of the file."""

    name: str
    path: str
    head: Mapping[str, str]
    lines: tuple[tuple[int, str], ...]
    """Number and text of every line outside front matter and code blocks."""

    @property
    def headings(self) -> Iterator[tuple[int, str]]:
        """Line and text of every heading below the title."""
        for number, line in self.lines:
            if match := _HEADING.match(line):
                yield number, match.group(2)


def read(name: str, path: str, text: str) -> Page:
    """A page from its Markdown."""
    match = _FRONT_MATTER.match(text)
    pairs = (line.partition(":") for line in (match.group(1) if match else "").splitlines())
    head = {key.strip(): value.strip() for key, _, value in pairs}
    begin = text.count("\n", 0, match.end()) if match else 0
    return Page(name, path, head, tuple(_outside_code(text.splitlines(), begin)))


def _outside_code(lines: list[str], begin: int) -> Iterator[tuple[int, str]]:
    fence = ""
    for number, line in enumerate(lines[begin:], begin + 1):
        mark = _FENCE.match(line)
        if mark and fence in ("", mark.group(1)):
            fence = "" if fence else mark.group(1)
        elif not fence:
            yield number, line


# --- the rules, each yields what it found -----------------------------------------------------


def _has_an_owner(page: Page, process: Process) -> Iterator[Problem]:
    owner = page.head.get("owner", "")
    if owner not in process.people:
        what = f"the owner {owner!r} is no person of support.yml" if owner else "the page has no owner"
        known = ", ".join(process.people)
        yield Problem(page.path, 1, what, f"Write `owner:` with one of {known} between two lines of --- at the top")


def _belongs_to_a_module(page: Page, process: Process) -> Iterator[Problem]:
    if page.name != COMMON and not any(page.name in module.spec for module in process.modules.values()):
        what = f"no module of support.yml names the page {page.name!r}"
        yield Problem(page.path, 1, what, "Add it to the `spec` of its module, so that changes find their owner")


def _has_anchors(page: Page, _: Process) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for line, heading in page.headings:
        match = _ANCHOR.search(heading)
        anchor = match.group(1) if match else ""
        if not match:
            remedy = "Add one of your own, as in `## Cancelling {#cancel}`: it is cited and must outlive the heading"
            yield Problem(page.path, line, f"the clause {heading!r} has no anchor", remedy)
        elif not _GOOD_ANCHOR.fullmatch(anchor):
            yield Problem(page.path, line, f"the anchor {anchor!r} is hard to cite", "Use a-z, 0-9 and hyphens")
        elif anchor in seen:
            remedy = "Give this one another: a citation must name one clause"
            yield Problem(page.path, line, f"the anchor {anchor!r} stands in line {seen[anchor]}, too", remedy)
        seen.setdefault(anchor, line)


def _has_text(page: Page, _: Process) -> Iterator[Problem]:
    headings = list(page.headings)
    ends = [number for number, _ in headings[1:]] + [page.lines[-1][0] + 1 if page.lines else 0]
    for (begin, heading), end in zip(headings, ends, strict=True):
        if not any(begin < number < end and line.strip() for number, line in page.lines):
            yield Problem(page.path, begin, f"the clause {heading!r} says nothing", "Write its text, or delete it")


def _hedges_nothing(page: Page, _: Process) -> Iterator[Problem]:
    if page.head.get("normative", "true").lower() in ("false", "no"):
        return
    for number, line in page.lines:
        for match in _HEDGE.finditer(_CODE.sub(" ", line)):
            what = f"{match.group(1)!r} leaves open what holds"
            yield Problem(page.path, number, what, "Say what the system does, when, and for whom")


RULES: tuple[Callable[[Page, Process], Iterator[Problem]], ...] = (
    _has_an_owner,
    _belongs_to_a_module,
    _has_anchors,
    _has_text,
    _hedges_nothing,
)


def lint(pages: list[Page], process: Process) -> list[Problem]:
    """All that is wrong with the pages of the spec, by page and line."""
    found = [problem for page in pages for rule in RULES for problem in rule(page, process)]
    there = {page.name for page in pages}
    for module in process.modules.values():
        for name in module.spec:
            if name not in there:
                what = f"the module {module.id!r} names the spec page {name!r}, which is not there"
                found.append(Problem("support.yml", 1, what, f"Write docs/spec/{name}.md, or take the name out"))
    return sorted(found, key=lambda problem: (problem.page, problem.line, problem.what))
