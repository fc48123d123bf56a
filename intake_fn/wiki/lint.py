"""The form of the spec: what fails the build, with page, line and remedy.

Every page has an owner and belongs to a module, every clause an anchor of its own and a text, and
what is normative says what is, without hedging: `should normally` decides nothing. What a clause is,
and which anchor it has, says `spec_lookup`: a heading passes here as it is cited there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from pathlib import Path

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.process import Process
from spec_lookup import Clause, Coverage, SpecBroken, read_page, split_front_matter

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
"""Vague words: with them it cannot be decided whether the system behaves as the clause defines."""

COMMON = "index"
"""The page of common rules; it belongs to no module."""

_FENCE = re.compile(r"^[\s>]*(`{3,}|~{3,})(.*)")
_ANCHOR = re.compile(r"\{[^}]*#([^\s}]+)[^}]*\}[\s#]*$")
_GOOD_ANCHOR = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BROKEN = re.compile(r".+?:(?P<line>\d+): (?P<what>.+?)\. (?P<remedy>.+)\.", re.DOTALL)
"""A message of SpecBroken: page, line, what happened, what to do."""

_CODE = re.compile(r"`[^`]*`|\]\([^)]*\)|<!--.*?-->")
_HEDGE = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, HEDGES))})(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """A defect that fails the build. `line` counts from 1."""

    page: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        """In the form of compilers, so that an editor can jump there."""
        return f"{self.page}:{self.line}: {self.what}. {self.remedy}."


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the spec as written. `name` is its name in support.yml, `lines` are the lines of the file."""

    name: str
    path: str
    head: Mapping[str, str]
    lines: tuple[tuple[int, str], ...]
    """Number and text of every line outside front matter and code blocks."""

    clauses: tuple[Clause, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    broken: Problem | None = None
    """The reason that the page has no clauses, if it can't be read."""


def read(name: str, path: str, text: str, site: Path | None = None) -> Page:
    """A page from its Markdown, as the site of this mkdocs.yml publishes it."""
    head, _, first_line = split_front_matter(text)
    lines = tuple(_outside_code(text.split("\n"), first_line - 1))
    try:
        page = read_page(path, text, site)
        return Page(name, path, head, lines, tuple(page.clauses), page.coverage)
    except SpecBroken as error:
        return Page(name, path, head, lines, broken=_problem(path, error))


def _problem(path: str, error: SpecBroken) -> Problem:
    match = _BROKEN.fullmatch(str(error))
    if not match:
        return Problem(path, 1, "the page can't be read", str(error).removesuffix("."))
    return Problem(path, int(match["line"]), match["what"], match["remedy"])


def _outside_code(lines: list[str], begin: int) -> Iterator[tuple[int, str]]:
    """Numbers and texts of the lines outside fences: a closing fence is as long as the opening one, and alone."""
    fence = ""
    for number, line in enumerate(lines[begin:], begin + 1):
        mark = _FENCE.match(line)
        if fence:
            closes = mark and mark[1].startswith(fence) and not mark[2].strip()
            fence = "" if closes else fence
        elif mark:
            fence = mark[1]
        else:
            yield number, line


# --- the rules; each yields its problems ------------------------------------------------------


def _has_an_owner(page: Page, process: Process) -> Iterator[Problem]:
    owner = page.head.get("owner", "")
    if owner not in process.people:
        problem = f"the owner {owner!r} is not among the people of support.yml" if owner else "the page has no owner"
        known = ", ".join(process.people)
        yield Problem(page.path, 1, problem, f"Write `owner:` with one of {known} between two lines of --- at the top")


def _belongs_to_a_module(page: Page, process: Process) -> Iterator[Problem]:
    if page.name != COMMON and not any(page.name in module.spec for module in process.modules.values()):
        problem = f"no module of support.yml names the page {page.name!r}"
        yield Problem(page.path, 1, problem, "Add it to the `spec` of its module, whose owner gets its change requests")


def _can_be_read(page: Page, _: Process) -> Iterator[Problem]:
    """Two clauses with one anchor are found here: a citation must name one clause."""
    if page.broken:
        yield page.broken


def _has_anchors(page: Page, _: Process) -> Iterator[Problem]:
    lines = dict(page.lines)
    for clause in page.clauses:
        match = _ANCHOR.search(lines.get(clause.line, ""))
        if not match or match.group(1) != clause.anchor:
            remedy = "Add one of your own, as in `## Cancelling {#cancel}`: it is cited and must outlive the heading"
            yield Problem(page.path, clause.line, f"the clause {clause.title!r} has no anchor", remedy)
        elif not _GOOD_ANCHOR.fullmatch(clause.anchor):
            problem = f"the anchor {clause.anchor!r} has other characters"
            yield Problem(page.path, clause.line, problem, "Use a-z, 0-9 and hyphens")


def _has_text(page: Page, _: Process) -> Iterator[Problem]:
    for clause in page.clauses:
        if not clause.text:
            problem = f"the clause {clause.title!r} has no text"
            yield Problem(page.path, clause.line, problem, "Write its text, or delete it")


def _hedges_nothing(page: Page, _: Process) -> Iterator[Problem]:
    if page.head.get("normative", "true").lower() in ("false", "no"):
        return
    for number, line in page.lines:
        for match in _HEDGE.finditer(_CODE.sub(" ", line)):
            problem = f"{match.group(1)!r} is vague"
            yield Problem(page.path, number, problem, "Write what the system does, when, and for whom")


RULES: tuple[Callable[[Page, Process], Iterator[Problem]], ...] = (
    _has_an_owner,
    _belongs_to_a_module,
    _can_be_read,
    _has_anchors,
    _has_text,
    _hedges_nothing,
)


def lint(pages: list[Page], process: Process) -> list[Problem]:
    """All problems of the pages of the spec, by page and line."""
    problems = [problem for page in pages for rule in RULES for problem in rule(page, process)]
    names = {page.name for page in pages}
    for module in process.modules.values():
        for name in module.spec:
            if name not in names:
                problem = f"the module {module.id!r} names the spec page {name!r}, which does not exist"
                problems.append(Problem("support.yml", 1, problem, f"Write docs/spec/{name}.md, or remove the name"))
    return sorted(problems, key=lambda problem: (problem.page, problem.line, problem.what))
