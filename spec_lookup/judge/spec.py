"""An opened spec: search it, and have a claim judged against it.

The judge goes one way, top to bottom:

1. the set-up form and the question form say what they are, unless their text reports a failure or a behaviour (form);
2. what needs no clause in so many words is routed (evidence.route);
3. else what needs no clause by its meaning is routed (router), and a wish in plain words that is near to no clause;
4. all else is left to a person, who gets the nearest clause whole. No rule decides by a clause: measured on products
   that nobody had in view, such rules were right as often as a coin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from spec_lookup.errors import SpecBroken
from spec_lookup.judge.claim import Claim, telling_of
from spec_lookup.judge.evidence import (
    ASKS,
    ROUTES,
    WANTS_NEW,
    Route,
    denies_failure,
    deviates,
    expects_answer,
    route,
    seen,
    wishes,
)
from spec_lookup.judge.form import (
    QUESTION_FORM,
    REASONS,
    says_what_it_is,
    stated_with_sureness,
    tells_report,
)
from spec_lookup.judge.router import FAILURE, QUESTION, Router
from spec_lookup.judge.verdict import CHANGE, MISC, RELATED, UNDECIDED, Citation, Verdict
from spec_lookup.search.clause import Clause
from spec_lookup.search.clauses import Clauses
from spec_lookup.search.dense import DENSE, DENSE_FOR_CODES, Dense
from spec_lookup.search.embed import Embedder
from spec_lookup.search.folder import (
    ENGINE,
    FORMAT,
    Stamp,
    content_stamp,
    model_folder,
    read_index,
    read_pages,
    write_index,
)
from spec_lookup.search.index import Bm25, best
from spec_lookup.search.parse import read_page
from spec_lookup.search.published import NO_BREAK
from spec_lookup.search.rendering import site_of
from spec_lookup.search.vectors import KeptVectors, beside
from spec_lookup.search.words import mostly_latin, words

JUDGE = "built-in"

TITLE_TIMES = 3
PAGE_TITLE_TIMES = 1
"""How often the words of the titles count beside those of the body."""

LEAST_SAID = 3
"""Words from which a claim says enough to have a kind."""

CITED = 3

LONGEST_QUOTE = 6_000
"""Characters of the nearest clause that are quoted; what is longer is a page of its own."""

SHORT = 5
"""Words up to which a query that holds a number or a code is taken for a look-up of just that."""

ROUTED = 0.7
"""The probability from which the router's word is taken. Chosen on its own claims; see evaluation/router.md."""

ROUTED_AGAINST = 0.8
"""The same where words point to a report of behaviour ("not", "instead of", or more than an answer is expected), and
where there is no model for the meaning."""

BY_FORM = 0.9
"""The confidence of what the form settles."""

SILENT = 0.12
"""Share of a wish's words below which the best clause has nothing to do with it; a nearer one leaves it to a person."""

NO_CLAUSE = "The search found no clause that resembles your request."
MAY_HELP = "A clause that is shown with it may help."


@dataclass(frozen=True, slots=True)
class Hit:
    """A clause that was found, its score (comparable within one search), and its best sentence."""

    clause: Clause
    score: float
    quote: str


class Spec:
    """The clauses of a spec and their index. Made by `open`, or by `of` from pages in memory."""

    def __init__(
        self, clauses: Clauses, bm25: Bm25, dense: Dense | None, stamp: Stamp, embedder: Embedder | None
    ) -> None:
        """`dense` was made by `embedder`'s model; without either, search is by words alone."""
        self.stamp = stamp
        self._clauses = clauses
        self._bm25 = bm25
        self._dense = dense
        self._embedder = embedder if embedder and embedder.digest == stamp.model else None

    @classmethod
    def open(cls, folder: Path) -> Spec:
        """Open an index folder. Raises IndexMissing or IndexBroken."""
        return cls(*read_index(folder), Embedder.open(model_folder()))

    @classmethod
    def build(cls, spec_folder: Path, out: Path, commit: str = "") -> Stamp:
        """Index a folder of Markdown pages into `out`. Raises SpecBroken or IndexBroken."""
        return build(spec_folder, out, commit)

    @classmethod
    def of(
        cls,
        pages: list[tuple[str, str]],
        commit: str = "",
        site: Path | None = None,
        kept: KeptVectors | None = None,
    ) -> Spec:
        """The spec that these pages (name, text) make, published by this mkdocs.yml; `kept` are vectors of before."""
        found = [read_page(name, text, site) for name, text in pages]
        clauses = [clause for page in found for clause in page.clauses]
        embedder = Embedder.open(model_folder())
        dense = Dense.of(clauses, embedder, kept) if embedder else None
        stamp = Stamp(
            content=content_stamp(pages),
            commit=commit,
            clauses=len(clauses),
            engine=ENGINE,
            format=FORMAT,
            model=embedder.digest if embedder else "",
            words=sum(page.coverage.words for page in found),
            words_in_no_clause=sum(len(page.coverage.lost) for page in found),
        )
        return cls(Clauses.of(clauses), Bm25.of(map(_words_of, clauses)), dense, stamp, embedder)

    @property
    def by_words_alone(self) -> bool:
        """Whether there is no model: then meanings that share no word are not found."""
        return self._embedder is None

    @property
    def engine(self) -> str:
        """What searched and judged, as every verdict names it."""
        return f"{ENGINE}, by words alone" if self._embedder is None else f"{ENGINE}, {self._embedder.name}"

    def save(self, out: Path) -> Stamp:
        """Write the index into a folder. Raises IndexBroken when the folder holds something else."""
        write_index(out, self._clauses, self._bm25, self._dense, self.stamp)
        return self.stamp

    def clause(self, cite: str) -> Clause | None:
        """The clause that is cited as page#anchor."""
        return self._clauses.cited(cite)

    def search(self, text: str, limit: int = 10) -> list[Hit]:
        """The clauses that a text is about, the best first; those that have nothing to do with it are left out."""
        return self._search([(text, 1.0)], limit)

    def deciding(self, parts: list[tuple[str, float]], limit: int) -> list[Hit]:
        """The normative clauses that texts with their weights are about, the best first."""
        return self._search(parts, limit, deciding=True)

    def nearest(self, claim: Claim) -> str:
        """The clause that a claim resembles most, as page#anchor; "" when none has to do with it."""
        hits = self.deciding(claim.evidence().parts(), 1)
        return hits[0].clause.cite if hits else ""

    def judge(self, claim: Claim) -> Verdict:
        """The verdict on a claim: the same for the same claim and spec, always."""
        if settled := self.by_form(claim):
            return settled
        read = claim.evidence()
        hits = self.deciding(read.parts(), CITED)
        routed = route(read) or self._routed(read)
        if routed and not (says_what_it_is(read) and routed.category == MISC):  # a report is no set-up and no question
            return self._verdict(claim, routed.category, routed.confidence, _remarks(routed.reason, hits), hits)
        if wishes(read) and self._is_silent_on(read, hits):
            return self._verdict(claim, CHANGE, 0.7, _remarks(WANTS_NEW, hits), hits)
        return self._verdict(claim, UNDECIDED, 0.0, _why_undecided(read, hits), hits)

    def by_form(self, claim: Claim) -> Verdict | None:
        """The verdict that the form alone settles; None where the text has to be read."""
        read = claim.evidence()
        if not says_what_it_is(read) or self._reports(read):
            return None
        hits = self.deciding(read.parts(), CITED)
        return self._verdict(claim, MISC, BY_FORM, _remarks(REASONS[read.reporter_says], hits), hits)

    def _reports(self, claim: Claim) -> bool:
        """Whether a claim from a form that says what it is reports a failure or a behaviour all the same."""
        if tells_report(claim) or not mostly_latin(claim.observed):  # what is not read may be a report
            return True
        router = Router.open(self._embedder)
        return any(
            router.reports(stated) >= sure
            for stated, sure in stated_with_sureness(claim, by_words_alone=router.by_words_alone)
        )

    def _routed(self, claim: Claim) -> Route | None:
        """What needs no clause by its meaning, where the rules have no words for it and the router the language."""
        if len(words(claim.observed)) < LEAST_SAID or not mostly_latin(claim.observed):
            return None
        router = Router.open(self._embedder)
        kind, probability = max(router.kinds(claim).items(), key=lambda item: item[1])
        if kind == FAILURE:  # only what was seen counts, not what was expected, quoted or denied
            if denies_failure(claim):
                return None
            probability = min(probability, router.kinds(Claim("", seen(claim)))[FAILURE])
        doubtful = (kind != FAILURE and deviates(claim)) or (kind == QUESTION and not expects_answer(claim))
        sure = ROUTED_AGAINST if doubtful or router.by_words_alone else ROUTED
        if kind not in ROUTES or probability < sure:
            return None
        category, reason = ROUTES[kind]
        return Route(category, round(probability, 2), reason)

    def _search(self, parts: list[tuple[str, float]], limit: int, *, deciding: bool = False) -> list[Hit]:
        """The best clauses; with `deciding` only those that may decide: normative, and with a text to quote."""
        import numpy as np  # noqa: PLC0415 - only who searches waits for it

        total = np.zeros(len(self._clauses), dtype=np.float32)
        query: set[str] = set()
        for text, weight in parts:
            said = words(text)
            query.update(said)
            total += np.float32(weight) * self._bm25.scores(said)
        if self._embedder and self._dense and query:
            telling = telling_of(parts)
            asked = self._embedder.embed_queries([*telling, " ".join(telling)])
            weights = [1.0] * len(telling) + [float(len(telling))]  # the whole counts as much as all its parts
            code = len(query) <= SHORT and self._bm25.knows_code(query)
            total = self._dense.scores(total, asked, weights, DENSE_FOR_CODES if code else DENSE)
        if deciding:
            total = np.where(self._clauses.normative, total, np.float32(0))
        return [
            Hit(self._clauses[n], float(total[n]), _best_sentence(self._clauses[n], query))
            for n in best(total, limit)
            if total[n] > 0
        ]

    def _is_silent_on(self, claim: Claim, hits: list[Hit]) -> bool:
        """Whether even the best clause hardly shares a word with what is asked for."""
        asked = set(words(f"{claim.summary} {claim.expected}"))
        if not hits or not asked:
            return True
        best = set(_words_of(hits[0].clause))
        return len(asked & best) / len(asked) <= SILENT

    def _verdict(
        self,
        claim: Claim,
        category: str,
        confidence: float,
        reasons: tuple[str, ...],
        hits: list[Hit],
    ) -> Verdict:
        return Verdict(
            category=category,
            confidence=round(confidence, 4),
            citations=_citations(hits),
            counter=None,
            reasons=reasons,
            judge=JUDGE,
            engine=self.engine,
            spec=self.stamp.content,
            claim=claim,
        )


def build(spec_folder: Path, out: Path, commit: str = "") -> Stamp:
    """Index a folder of Markdown pages into `out`, which is replaced whole. Raises SpecBroken or IndexBroken.

    A folder without a clause replaces nothing. Texts that the index had before are not embedded again: their vectors
    are kept in a file beside it.
    """
    embedder = Embedder.open(model_folder())
    kept = KeptVectors.read(beside(out), embedder.identity) if embedder else None
    spec = Spec.of(list(read_pages(spec_folder)), commit, site_of(spec_folder), kept)
    if not spec.stamp.clauses:
        raise SpecBroken(f"{spec_folder} holds no page with a clause, so {out} stays as it is. Name the spec's folder.")
    stamp = spec.save(out)
    if embedder and kept:
        kept.write(beside(out), embedder.identity)
    return stamp


def _words_of(clause: Clause) -> list[str]:
    return TITLE_TIMES * words(clause.title) + PAGE_TITLE_TIMES * words(clause.page_title) + words(clause.markdown)


def _best_sentence(clause: Clause, query: set[str]) -> str:
    """The sentence that says the most of the query in the fewest words; of a heading without text, the heading."""
    sentences = clause.sentences()
    if not sentences:
        return clause.text[:300] or clause.title
    return max(sentences, key=lambda sentence: _closeness(words(sentence), query))


def _closeness(said: list[str], query: set[str]) -> float:
    return len((query - _ASKING).intersection(said)) / math.sqrt(len(said) + 6)


_ASKING = frozenset(words("how long how many how much how often how soon"))
"""Words that ask; a sentence that answers need not have them."""


def _citations(hits: list[Hit]) -> tuple[Citation, ...]:
    """The nearest clause whole, the others with their best sentences. None takes a side."""
    rows = [(hit.clause, hit.quote if n else whole_text(hit.clause)) for n, hit in enumerate(hits)]
    return tuple(Citation(clause.cite, clause.title, clause.url, quote, RELATED) for clause, quote in rows)


def whole_text(clause: Clause) -> str:
    """The text of a clause line by line, as far as it is quoted: up to the last line that has room."""
    text = clause.markdown.replace(NO_BREAK, " ").strip()
    begin = text[:LONGEST_QUOTE]
    return text if text == begin else begin.rpartition("\n")[0].rstrip() or begin


def _remarks(reason: str, hits: list[Hit]) -> tuple[str, ...]:
    """The reason, and what is to be said of the clauses that stand with it."""
    if not hits:
        return (reason, NO_CLAUSE)
    return (reason, MAY_HELP) if reason in (ASKS, REASONS[QUESTION_FORM]) else (reason,)


def _why_undecided(claim: Claim, hits: list[Hit]) -> tuple[str, ...]:
    """What a person who decides should know, and what the requester could add."""
    reasons = ["The program does not decide this by the spec: a person reads the spec and decides."]
    if not hits:
        reasons.append(NO_CLAUSE)
    else:
        near = hits[0].clause
        complete = len(near.markdown.strip()) <= LONGEST_QUOTE
        shown = "is quoted whole" if complete else "is long, so only its beginning is quoted"
        reasons.append(
            f"Of all clauses, {near.cite} ({near.title}) resembles your request most, and {shown}. "
            "Whether it applies is not settled by that."
        )
    if not claim.expected.strip():
        reasons.append("It is not said what was expected instead; that would help to decide.")
    return tuple(reasons)
