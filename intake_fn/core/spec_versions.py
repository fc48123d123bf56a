"""Versions of the product and the spec of each: which one a request names, and what has changed since. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from intake_fn.core.errors import Refused
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.request import Request

FILE = "versions.txt"
"""The list beside the pages of the spec: a line for each released version, the earliest first."""

ANSWER = "version"
"""The detail of a request that names the version in which something was seen."""

_NAME = re.compile(r"\w[\w.+/-]*")

Text = Callable[[str, str], str]
"""From a version ("" is today's spec) and a clause to the clause's text; "" where that spec has none."""


@dataclass(frozen=True, slots=True)
class Released:
    """A released version, and the commit in which its spec stands."""

    name: str
    commit: str


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A clause that reads otherwise since. `since` is "" when no version since has it; `now` is "" when it is gone."""

    clause: str
    since: str
    then: str
    now: str


def read_versions(text: str, source: str) -> tuple[Released, ...]:
    """The versions of a list: a name and a commit in each line. Raises Refused with the line of a mistake."""
    found: dict[str, Released] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 2 or not all(map(_NAME.fullmatch, words)) or "/" in words[0]:  # noqa: PLR2004 - a name and a commit
            raise Refused(f"{source}:{number}: write a version and its commit, such as “4.3 v4.3”, the earliest first.")
        if _key(words[0]) in found:
            raise Refused(f"{source}:{number}: the version {words[0]} stands there twice.")
        found[_key(words[0])] = Released(*words)
    return tuple(found.values())


def version_named(request: Request, known: Iterable[str]) -> str:
    """The known version that a request names; "" where it names none, or one whose spec is not kept."""
    wanted = _key(request.details.get(ANSWER, ""))
    return next((name for name in known if wanted and _key(name) == wanted), "")


def _key(name: str) -> str:
    return name.strip().casefold().removeprefix("version").strip().removeprefix("v")


def rule_changes(version: str, known: Sequence[str], clauses: Iterable[str], text_of: Text) -> tuple[RuleChange, ...]:
    """The clauses that read otherwise today than in a version, and since which version they do.

    `known` are the versions whose spec is kept, the earliest first.
    """
    later = [*known[known.index(version) + 1 :], ""]
    changed = []
    for clause in dict.fromkeys(clauses):
        then, now = text_of(version, clause), text_of("", clause)
        if then and then != now:
            since = next(name for name in later if text_of(name, clause) != then)
            changed.append(RuleChange(clause, since, then, now))
    return tuple(changed)
