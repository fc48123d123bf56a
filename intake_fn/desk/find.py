"""Find requests: by their number, by that of their issue in Mantis, and by the words that stand in them.

What a search costs depends on the query, not on what exists: a read for each word, one for what is not in the index
yet, two for the words and the states of what was found. The sweep puts pending words into the index.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

import spec_lookup
from intake_fn import log
from intake_fn.core import request_id
from intake_fn.core.errors import TryLater, Unknown, Unreadable
from intake_fn.core.find import SHORTEST_BEGINNING, Term, terms, words_of
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.ports import Pending

if TYPE_CHECKING:
    from datetime import datetime

    from intake_fn.core.case import Case
    from intake_fn.core.case_row import CaseRow
    from intake_fn.desk import Desk
    from intake_fn.desk.issue_index import SimilarIssue
    from intake_fn.ports import Posting, SearchIndex

READ = 200
"""Postings of one word that are read: the latest requests that hold it."""

LOOKED_AT = 100
"""Requests whose words are read, where not all postings of a word were: the latest ones."""

POSTED = 25
"""Requests whose words one sweep puts into the index; the others stay pending, and are found all the same."""

MOST_PENDING = 200

ISSUE = re.compile(r"#?\s?(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: by a number exactly one request, by words any number, the best first."""

    by_number: CaseRow | None = None
    rows: Sequence[CaseRow] = ()
    terms: tuple[Term, ...] = ()
    only_some: bool = False
    """Whether no request holds all words, and the rows hold some of them."""
    more: bool = False
    """Whether there are more than were asked for."""


def find(desk: Desk, query: str, limit: int) -> Found:
    """Find requests. Those in quarantine are found by their number alone. Raises TryLater."""
    by_number = _by_number(desk, query)
    asked = terms(query)
    if not asked:
        return Found(by_number)
    places = _Places()
    for term in asked:
        whole = len(term.beginning) < SHORTEST_BEGINNING
        places.add(term, desk.search_index.postings(term.word if whole else term.beginning, READ, whole=whole))
    places.add_pending(asked, desk.search_index.pending(MOST_PENDING))
    ids, only_some = places.with_all(asked, desk.search_index), False
    if not ids and len(asked) > 1:
        ids, only_some = places.with_some(asked), True
    known = {by_number.id} if by_number else set()
    rows = [row for row in desk.cases.rows_of([one for one in ids if one not in known][: 2 * limit]) if _is_shown(row)]
    return Found(by_number, rows[:limit], asked, only_some, more=len(rows) > limit)


def similar(desk: Desk, query: str, known: Collection[str]) -> list[tuple[SimilarIssue, CaseRow | None]]:
    """Issues in Mantis that are similar to a query by meaning, too, each with its request; those `known` are left out.

    None for an issue that somebody filed there.
    """
    similar = desk.issue_index.similar_to(spec_lookup.IssueText("", query, ""))
    pairs = ((issue, _of_issue(desk, issue.number)) for issue in similar)
    return [(issue, row) for issue, row in pairs if row is None or (row.id not in known and _is_shown(row))]


def _is_shown(row: CaseRow) -> bool:
    return not row.status.in_quarantine


def _by_number(desk: Desk, query: str) -> CaseRow | None:
    """The request whose number was typed, or that of its issue in Mantis."""
    issue = ISSUE.fullmatch(query.strip())
    case_id = request_id.typed(query)
    return _row(desk, case_id) if case_id else _of_issue(desk, int(issue[1])) if issue else None


def _of_issue(desk: Desk, number: int) -> CaseRow | None:
    case_id = desk.cases.find_issue(number)
    return _row(desk, case_id) if case_id else None


def _row(desk: Desk, case_id: str) -> CaseRow | None:
    try:
        return desk.cases.row(case_id)
    except (Unknown, Unreadable):
        return None


@dataclass
class _Places:
    """Where the words of a query stand: for each term the requests that hold it, as far as they were read."""

    of_term: dict[Term, set[str]] = field(default_factory=dict)
    exact: dict[str, set[Term]] = field(default_factory=dict)
    received: dict[str, datetime] = field(default_factory=dict)
    cut: set[Term] = field(default_factory=set)
    """The terms that have more postings than were read."""

    def add(self, term: Term, postings: Sequence[Posting]) -> None:
        """The postings of a term."""
        held = self.of_term.setdefault(term, set())
        if len(postings) >= READ:
            self.cut.add(term)
        for posting in postings:
            self._hold(term, held, posting.case_id, posting.received, exact=posting.word == term.word)

    def add_pending(self, asked: Iterable[Term], pending: Iterable[Pending]) -> None:
        """What is not in the index yet."""
        for one in pending:
            for term in asked:
                if term.finds(one.words):
                    self._hold(term, self.of_term[term], one.case_id, one.received, exact=term.word in one.words)

    def _hold(self, term: Term, held: set[str], case_id: str, received: datetime, *, exact: bool) -> None:
        held.add(case_id)
        self.received[case_id] = received
        if exact:
            self.exact.setdefault(case_id, set()).add(term)

    def with_all(self, asked: Sequence[Term], index: SearchIndex) -> list[str]:
        """The requests that hold all terms; where not all postings were read, their words are looked at."""
        whole = [self.of_term[term] for term in asked if term not in self.cut]
        ids = set.intersection(*whole) if whole else set.union(*self.of_term.values())
        open_terms = [term for term in asked if term in self.cut]
        ordered = self._best_first(ids)
        unsure = [one for one in ordered if any(one not in self.of_term[term] for term in open_terms)][:LOOKED_AT]
        words = index.words(unsure) if unsure else {}
        missed = {one for one in unsure if not all(term.finds(words.get(one, ())) for term in open_terms)}
        looked = set(unsure) - missed
        return [one for one in ordered if one in looked or all(one in self.of_term[term] for term in asked)]

    def with_some(self, asked: Sequence[Term]) -> list[str]:
        """The requests that hold some of the terms: those with the most first."""
        ids = self._best_first(set.union(*self.of_term.values()))
        return sorted(ids, key=lambda one: -sum(one in self.of_term[term] for term in asked))

    def _best_first(self, ids: Iterable[str]) -> list[str]:
        """The ids, those with more of the typed words first, then the latest."""
        latest = sorted(ids, key=lambda one: (self.received[one], one), reverse=True)
        return sorted(latest, key=lambda one: -len(self.exact.get(one, ())))


# --- keeping the index -----------------------------------------------------------------------


def post_pending(desk: Desk) -> int:
    """Put pending words into the index; how many requests. Whatever goes wrong with it must not keep the deliveries."""
    posted = 0
    try:
        for pending in desk.search_index.pending(POSTED):
            desk.search_index.post(pending)
            posted += 1
    except TryLater:
        raise
    except Exception:  # it is tried again by the next sweep, and what is pending is found all the same
        log.exception("search_index_broken")
    return posted


def reindex(desk: Desk, cases: Iterable[Case], told: Callable[[str, int], None]) -> int:
    """Put the words of cases into the index, be they there or not; how many cases lacked some."""
    lacking = 0
    for case in cases:
        new = desk.search_index.post(Pending(case.id, case.version, case.received_at, words_of(case)))
        lacking += bool(new)
        told(case.id, new)
    return lacking
