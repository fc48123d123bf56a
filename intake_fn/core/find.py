"""Finding requests by what stands in them: the words of a request, and what a query means. Pure.

A request is found by its texts (`texts_of`): what the requester wrote, who they are, notes and answers. Its words are
kept as they are written; a query's word finds every word that begins with its stem, so that *escalations* finds
*escalated*, and so does *escal* while somebody types. Numbers and codes are found whole, in parts and by their
beginning (spec_lookup/search/words.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import spec_lookup
from intake_fn.core.desk_events import Deescalated, UpdateSent
from intake_fn.core.events import (
    ActivityCompleted,
    AskedRequester,
    Escalated,
    Event,
    HandedOver,
    Noted,
    NotedInMantis,
    Overruled,
    Received,
    Reopened,
    RequesterReplied,
    Resolved,
)
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.requester_events import Appealed, RequesterChanged

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.request import Request

MOST_WORDS = 400
"""Words of one request that are kept: the first ones. A request of a page has some hundred."""

LONGEST_WORD = 60
"""Characters of a word that are kept."""

LONGEST_QUERY = 200
MOST_TERMS = 6
"""Words of a query that count: the first ones. Each costs a read."""

SHORTEST_BEGINNING = 3
"""Letters from which a word finds others that begin with it."""

ADDRESS = re.compile(r"(?<![^\s<>()\"',;:])[^\s<>()\"',;:@]{1,64}@[^\s<>()\"',;:@]{1,255}")
"""An e-mail address. It begins where a word begins and its parts are bounded: a long text is read in linear time."""

WRITTEN_IN: Mapping[type[Event], tuple[str, ...]] = {
    RequesterReplied: ("text",),
    Appealed: ("text",),
    AskedRequester: ("question",),
    Noted: ("text",),
    NotedInMantis: ("text",),
    Overruled: ("reason",),
    UpdateSent: ("text",),
    Escalated: ("note",),
    Deescalated: ("note",),
    HandedOver: ("note",),
    ActivityCompleted: ("note",),
    Resolved: ("resolution",),
    Reopened: ("reason",),
}
"""Events in which somebody wrote something, and the fields that hold it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a request and what it is."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a query. It finds itself and, unless it is short, every word that begins with `beginning`."""

    word: str
    beginning: str

    def finds(self, words: Iterable[str]) -> bool:
        """Whether one of the words is found by it."""
        if len(self.beginning) < SHORTEST_BEGINNING:
            return self.word in words
        return any(word.startswith(self.beginning) for word in words)


# --- the words of a request ------------------------------------------------------------------


def is_searched(event: Event) -> bool:
    """Whether an event brings words by which its request is found."""
    written = WRITTEN_IN.get(type(event), ())
    return isinstance(event, Received | RequesterChanged) or any(getattr(event, name) for name in written)


def words_of(case: Case) -> tuple[str, ...]:
    """The words by which a request is found, each once, those of the summary first; at most MOST_WORDS."""
    found: dict[str, None] = {}
    for text in texts_of(case):
        found.update(dict.fromkeys(_words_in(text.text)))
        if len(found) >= MOST_WORDS:
            break
    return tuple(found)[:MOST_WORDS]


def texts_of(case: Case) -> Iterator[Text]:
    """What is searched: request, requester, and what was written since; the latest first of that."""
    yield from _texts_of_request(case.request)
    for event in reversed(case.history):
        for name in WRITTEN_IN.get(type(event), ()):
            if text := getattr(event, name):
                yield Text(type(event).__name__, text)


def _texts_of_request(request: Request) -> Iterator[Text]:
    requester = request.requester
    yield Text("summary", request.summary)
    yield Text("requester", f"{requester.name} {requester.email} {requester.company}")
    yield Text("description", request.description)
    yield Text("expected", request.expected)
    yield Text("steps", request.steps)
    yield Text("details", "\n".join(request.details.values()))


def _words_in(text: str) -> list[str]:
    addresses = [found.casefold() for found in ADDRESS.findall(text)]
    return [word[:LONGEST_WORD] for word in (*addresses, *spec_lookup.unstemmed(text))]


# --- a query ---------------------------------------------------------------------------------


def terms(query: str) -> tuple[Term, ...]:
    """The words of a query, each once. An address is one word, and so is a code with digits, even a half-typed one."""
    words: dict[str, None] = {}
    for typed in query[:LONGEST_QUERY].split():
        if ADDRESS.fullmatch(typed):
            words[typed.casefold()] = None
            continue
        found = spec_lookup.unstemmed(typed)
        is_code = bool(found) and len(found[0]) > 1 and any(map(str.isdigit, found[0])) and len(found) > 1
        words.update(dict.fromkeys(found[:1] if is_code else [w for w in found if w.isalnum()]))
    return tuple(Term(word[:LONGEST_WORD], _beginning(word[:LONGEST_WORD])) for word in [*words][:MOST_TERMS])


def _beginning(word: str) -> str:
    """What the word and its other forms begin with: *librar* of libraries, *escal* of escalations."""
    stemmed = spec_lookup.stem(word)
    if stemmed.endswith("i") and word.endswith("ies"):
        return stemmed.removesuffix("i")
    same = next((at for at, pair in enumerate(zip(word, stemmed, strict=False)) if pair[0] != pair[1]), len(stemmed))
    return word[:same]


def extract(case: Case, asked: Sequence[Term], length: int = 160) -> tuple[str, list[tuple[str, bool]]] | None:
    """Where the first words of a query stand, and the text around them in parts: each with whether it was asked for.

    None where only the summary holds them, or nothing does. `length` is in characters.
    """
    for text in texts_of(case):
        if text.where == "summary":
            continue
        hits = [hit for hit in re.finditer(r"[^\W_]+(?:[-_:./@][^\W_]+)*", text.text) if _is_asked(hit.group(), asked)]
        if hits:
            return text.where, _cut(text.text, hits, length)
    return None


def _is_asked(written: str, asked: Sequence[Term]) -> bool:
    words = {spec_lookup.fold(written), *spec_lookup.unstemmed(written)}
    return any(term.finds(words) for term in asked)


def _cut(text: str, hits: Sequence[re.Match[str]], length: int) -> list[tuple[str, bool]]:
    start = max(0, hits[0].start() - length // 3)
    end = start + length
    parts = [("…" if start else "", False)]
    at = start
    for hit in hits:
        if hit.end() > end:
            break
        parts += [(text[at : hit.start()], False), (hit.group(), True)]
        at = hit.end()
    return [*parts, (text[at:end] + ("…" if end < len(text) else ""), False)]
