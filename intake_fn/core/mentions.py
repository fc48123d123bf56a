"""Mentions: `@name` in an internal note mails that colleague once. Pure.

A colleague is named by the id of support.yml, by the name without spaces or with hyphens for them, or by the first word
of it where that is nobody else's: `@marc-selter`, `@MarcSelter`, `@marc`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches

from intake_fn.core.process import Person, Process

_MENTION = re.compile(r"(?<![\w.@/+-])@(\w[\w.-]*)")
"""Not the sign inside of an e-mail address."""


def mentioned(text: str, process: Process, author: str) -> tuple[str, ...]:
    """The person ids that a text mentions, each once, in the order of the text, without the author (an address)."""
    known = names(process)
    found = (known.get(one, "") for one in _named(text))
    return tuple(person for person in dict.fromkeys(found) if person and process.people[person].address != author)


def strangers(text: str, process: Process) -> Mapping[str, str]:
    """The names behind an @ that are no colleague's, in small letters, each with the id that it resembles ("")."""
    known = names(process)
    near = {one: get_close_matches(one, known, 1) for one in _named(text) if one not in known}
    return {one: known[found[0]] if found else "" for one, found in near.items()}


def _named(text: str) -> list[str]:
    return [one.rstrip(".-").casefold() for one in _MENTION.findall(text)]


def names(process: Process) -> Mapping[str, str]:
    """The ids of people by the names by which they may be mentioned, in lower case."""
    firsts = Counter(_first(person) for person in process.people.values())
    known: dict[str, str] = {}
    for person in process.people.values():
        words = re.findall(r"[\w.]+", person.name.casefold())
        for name in ("".join(words), "-".join(words)):
            known.setdefault(name, person.id)
        if firsts[_first(person)] == 1:
            known.setdefault(_first(person), person.id)
    return {**known, **{name: name for name in process.people}}


def _first(person: Person) -> str:
    return next(iter(re.findall(r"\w+", person.name.casefold())), person.id)
