"""The clauses of a spec and their index: by words and, with an embedding model, by meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Self

from spec_lookup.errors import SpecBroken
from spec_lookup.search.clause import Clause
from spec_lookup.search.clauses import Clauses
from spec_lookup.search.dense import DENSE, DENSE_FOR_CODES, Dense, Meanings, embedding_ahead, texts_of
from spec_lookup.search.embed import Embedder, model_folder
from spec_lookup.search.index import Bm25, best
from spec_lookup.search.kept_pages import KeptPages, ReadPage, read_anew
from spec_lookup.search.kept_pages import beside as pages_beside
from spec_lookup.search.numbers import number_forms
from spec_lookup.search.pages import content_stamp, read_pages
from spec_lookup.search.parse import read_page
from spec_lookup.search.passages import Passage, best_of_each, passages
from spec_lookup.search.query import Parts, telling_of
from spec_lookup.search.quotes import Asked, answering
from spec_lookup.search.rendering import site_of
from spec_lookup.search.stored_index import ENGINE, FORMAT, Stamp, read_index, write_index
from spec_lookup.search.synonyms import FILE as SYNONYMS
from spec_lookup.search.synonyms import WEIGHT as SYNONYM
from spec_lookup.search.synonyms import Synonyms, abbreviations, read_synonyms
from spec_lookup.search.vectors import KeptVectors, beside
from spec_lookup.search.words import words

TITLE_TIMES = 3
PAGE_TITLE_TIMES = 1
"""How often the words of the titles count beside those of the body."""

SHORT = 5
"""Words up to which a query that holds a number or a code is taken for a look-up of just that."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A clause that was found, its score (comparable within one search), and the sentence that answers.

    `passage` is the part of the clause that was meant, all of it unless it is long.
    """

    clause: Clause
    score: float
    quote: str
    passage: Passage

    @property
    def extract(self) -> str:
        """The text of the passage, as it stands in the clause's `markdown`."""
        return self.passage.text(self.clause)


class SpecIndex:
    """A spec that can be searched. Made by `open`, or by `of` from pages in memory."""

    def __init__(
        self,
        clauses: Clauses,
        bm25: Bm25,
        dense: Dense | None,
        synonyms: Synonyms,
        stamp: Stamp,
        embedder: Embedder | None,
    ) -> None:
        """`dense` was made by `embedder`'s model; without either, search is by words alone."""
        self.stamp = stamp
        self._clauses = clauses
        self._bm25 = bm25
        self._dense = dense
        self._synonyms = synonyms
        self._embedder = embedder if embedder and embedder.digest == stamp.model else None

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open an index folder. Raises IndexMissing or IndexBroken."""
        clauses, bm25, dense, groups, stamp = read_index(folder)
        return cls(clauses, bm25, dense, Synonyms(groups), stamp, Embedder.open(model_folder()))

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
        kept_pages: KeptPages | None = None,
    ) -> Self:
        """The spec that these pages (name, text) make, published by this mkdocs.yml.

        `kept` are vectors of before, `kept_pages` pages of this site that were read before. Raises SpecBroken.
        """
        listed = [group for name, text in pages if name == SYNONYMS for group in read_synonyms(text)]
        embedder = Embedder.open(model_folder())
        parsed: list[ReadPage] = []
        with embedding_ahead(embedder, kept) as embed_ahead:
            for name, text in pages:
                if name != SYNONYMS:
                    parsed.append(kept_pages.page(name, text) if kept_pages else read_anew(name, text, site))
                    if parsed[-1].is_new:  # the vectors of other pages are kept, too
                        embed_ahead(parsed[-1].clauses)
            clauses = [clause for page in parsed for clause in page.clauses]
            bm25 = Bm25.of(passage for clause in clauses for passage in _passages(clause))
            synonyms, lines = Synonyms([*listed, *abbreviations(clauses)]), Clauses.of(clauses)
        dense = Dense.of(clauses, embedder, kept) if embedder else None
        stamp = Stamp(
            content=content_stamp(pages),
            commit=commit,
            clauses=len(clauses),
            engine=ENGINE,
            format=FORMAT,
            model=embedder.digest if embedder else "",
            words=sum(page.words for page in parsed),
            words_in_no_clause=sum(page.words_in_no_clause for page in parsed),
        )
        return cls(lines, bm25, dense, synonyms, stamp, embedder)

    def amended(self, cite: str, markdown: str) -> Self:
        """This spec with one clause as it would read: `markdown` with or without its heading, "" to leave it out.

        `cite` is page#anchor, or a page alone for a new clause of it, whose heading names its anchor. No other text is
        embedded again. Raises SpecBroken.
        """
        page, _, anchor = cite.partition("#")
        clauses = list(self.clauses())
        here = next((n for n, clause in enumerate(clauses) if anchor and clause.cite == cite), None)
        last = max((n for n, clause in enumerate(clauses) if clause.page == page), default=len(clauses) - 1)
        start, end = (last + 1, last + 1) if here is None else (here, here + 1)
        now = _as_it_would_read(cite, clauses[here].title if here is not None else "", markdown)
        beside = clauses[here if here is not None else last] if clauses else None
        if beside is not None:
            now = [replace(clause, page_title=beside.page_title, normative=beside.normative) for clause in now]
        changed = [*clauses[:start], *now, *clauses[end:]]
        digest = sha256(f"{self.stamp.content}\n{cite}\n{markdown}".encode()).hexdigest()
        stamp = replace(self.stamp, content=digest, commit="", clauses=len(changed))
        dense = Dense.of(changed, self._embedder, self._kept(clauses)) if self._embedder and self._dense else None
        bm25 = Bm25.of(passage for clause in changed for passage in _passages(clause))
        return type(self)(Clauses.of(changed), bm25, dense, self._synonyms, stamp, self._embedder)

    def _kept(self, clauses: list[Clause]) -> KeptVectors:
        """The vectors of these clauses, which are all of this spec."""
        import numpy as np  # noqa: PLC0415 - only who searches waits for it

        kept = KeptVectors()
        if self._dense:
            sentences = self._dense.sentences[0 : len(self._dense.sentences)].astype(np.float32)
            kept.add(dict(zip(texts_of(clauses), [*self._dense.wholes, *sentences], strict=True)))
        return kept

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
        write_index(out, self._clauses, self._bm25, self._dense, self._synonyms.groups, self.stamp)
        return self.stamp

    def clause(self, cite: str) -> Clause | None:
        """The clause that is cited as page#anchor."""
        return self._clauses.cited(cite)

    def clauses(self) -> Iterator[Clause]:
        """All clauses, in the order of the pages."""
        return (self._clauses[n] for n in range(len(self._clauses)))

    def file_of(self, page: str) -> str:
        """The file below the spec's folder that makes a page; "" for a page that is not there."""
        cite = next((cite for cite in self._clauses.cites if cite.partition("#")[0] == page), None)
        clause = self._clauses.cited(cite) if cite is not None else None
        return clause.file if clause else ""

    def written(self, page: str) -> tuple[int, list[str]]:
        """The lines of a page's file from its first heading on, and the number of the first; (0, []) where unknown."""
        clauses = [self._clauses[n] for n, cite in enumerate(self._clauses.cites) if cite.partition("#")[0] == page]
        headed = [clause for clause in clauses if clause.source]
        if not headed:
            return 0, []
        lines: list[str] = []
        for clause in headed:
            lines += [""] * (clause.line - headed[0].line - len(lines))
            lines += clause.source.split("\n")
        return headed[0].line, lines

    def pages(self) -> tuple[str, ...]:
        """The pages that hold clauses, in their order."""
        return tuple(dict.fromkeys(cite.partition("#")[0] for cite in self._clauses.cites))

    def search(self, text: str, limit: int = 10, *, deciding: bool = False) -> list[Hit]:
        """The clauses that a text is about, the best first; those that have nothing to do with it are left out.

        With `deciding` only those that may decide.
        """
        return self._search([(text, 1.0)], limit, deciding=deciding, with_numbers=True)

    def deciding(self, parts: Parts, limit: int) -> list[Hit]:
        """The normative clauses that texts with their weights are about, the best first."""
        return self._search(parts, limit, deciding=True)

    def anyway(self, text: str) -> list[Clause]:
        """All clauses that may decide, the nearest in meaning first; as they are written where no model tells."""
        order = list(range(len(self._clauses)))
        if self._embedder and self._dense:
            meant = Meanings.of(self._embedder.embed_queries([text]), [1.0])
            order = best(self._dense.nearness(meant), len(order)).tolist()
        return [self._clauses[n] for n in order if self._clauses.normative[n]]

    def _search(self, parts: Parts, limit: int, *, deciding: bool = False, with_numbers: bool = False) -> list[Hit]:
        """The best clauses, with numbers in all of their forms or as they are written.

        With `deciding` only those that may decide: normative, and with a text to quote.
        """
        import numpy as np  # noqa: PLC0415 - only who searches waits for it

        by_passage = np.zeros(int(self._clauses.passages[-1]), dtype=np.float32)
        query: dict[str, None] = {}  # in order: a set would have another one in each process
        meant: Parts = []
        for text, weight in parts:
            text_words = [*words(text), *number_forms(text)] if with_numbers else words(text)
            query |= dict.fromkeys(text_words)
            by_passage += np.float32(weight) * self._bm25.scores(text_words)
            others = self._synonyms.others(text)
            for term in others:
                by_passage += np.float32(weight * SYNONYM) * self._bm25.scores(words(term))
                query |= dict.fromkeys(words(term))
            meant.append((f"{text} ({', '.join(others)})" if others else text, weight))
        total, meanings = best_of_each(by_passage, self._clauses.passages), None
        if self._embedder and self._dense and query:
            telling = telling_of(meant)
            vectors = self._embedder.embed_queries([*telling, " ".join(telling)])
            weights = [1.0] * len(telling) + [float(len(telling))]  # the whole counts as much as all its parts
            code = len(query) <= SHORT and self._bm25.knows_code(query)
            meanings = Meanings.of(vectors, weights)
            total = self._dense.scores(total, meanings, DENSE_FOR_CODES if code else DENSE)
        if deciding:
            total = np.where(self._clauses.normative, total, np.float32(0))
        asked = Asked(
            " ".join(text for text, _ in parts), self._bm25.importance(list(query)), meanings, self._dense, by_passage
        )
        found = np.flatnonzero(total > 0)  # to pick the best among many zeros takes numpy ten times as long
        return [self._hit(int(n), float(total[n]), asked) for n in found[best(total[found], limit)]]

    def _hit(self, number: int, score: float, asked: Asked) -> Hit:
        clause = self._clauses[number]
        first = int(self._clauses.passages[number])
        passage, quote = answering(clause, number, first, asked)
        return Hit(clause, score, quote, passage)


def build(spec_folder: Path, out: Path, commit: str = "") -> Stamp:
    """Index a folder of Markdown pages into `out`, which is replaced whole. Raises SpecBroken or IndexBroken.

    A folder in which no clause says anything replaces nothing. Texts that the index had before are not embedded again,
    and its pages not read again: vectors and clauses are kept in two files beside it.
    """
    embedder = Embedder.open(model_folder())
    kept = KeptVectors.read(beside(out), embedder.identity) if embedder else None
    pages, site = list(read_pages(spec_folder)), site_of(spec_folder)
    kept_pages = KeptPages(pages_beside(out), site)
    spec = SpecIndex.of(pages, commit, site, kept, kept_pages)
    if not spec.stamp.clauses:
        raise SpecBroken(f"{spec_folder} holds no page with a clause, so {out} stays as it is. Name the spec's folder.")
    if not any(clause.markdown.strip() for clause in spec.clauses()):
        raise SpecBroken(
            f"No page of {spec_folder} has text below its headings, so {out} stays as it is. Write the rules."
        )
    stamp = spec.save(out)
    if embedder and kept:
        kept.write(beside(out), embedder.identity)
    kept_pages.write()
    return stamp


def _as_it_would_read(cite: str, title: str, markdown: str) -> list[Clause]:
    """The clauses that a text makes in the place of one. Raises SpecBroken."""
    page, _, anchor = cite.partition("#")
    if not markdown.strip():
        return []
    has_heading = markdown.lstrip().startswith("#")
    text = markdown if has_heading else f"## {title or cite} {{#{anchor or 'new'}}}\n\n{markdown}"
    return read_page(f"{page}.md", text).clauses


def words_of(clause: Clause) -> list[str]:
    """The words by which a clause is found, those of its titles weighed."""
    return TITLE_TIMES * words(clause.title) + PAGE_TITLE_TIMES * words(clause.page_title) + words(clause.markdown)


def _passages(clause: Clause) -> Iterator[tuple[list[str], list[str]]]:
    """The same for each of its passages, with the forms of its numbers."""
    parts = passages(clause)
    titles = TITLE_TIMES * words(clause.title) + PAGE_TITLE_TIMES * words(clause.page_title)
    for passage in parts:
        text = clause.markdown if len(parts) == 1 else passage.text(clause)
        yield titles + words(text), number_forms(f"{clause.title} {text}")
