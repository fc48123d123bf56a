"""Clauses that answer one question in two ways: which pairs to read, and which of them the words alone settle.

Two statements (sentences, rows of tables) of different clauses are compared when one says nearly all that the other
says. They contradict each other if one denies what the other states, if they give different quantities of one unit, or
if they name different ones who alone may do it. A table of states and a table of roles are held against the sentences
that speak of them. What needs more than the words, such as *extend* being a kind of *change*, is only a pair to read.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from spec_lookup.judge.quantity import limits, quantities
from spec_lookup.search.clause import Clause
from spec_lookup.search.words import stem, words

SAME = 0.74
"""Share of the weight of the shorter statement that the other one has to say, too, to be about the same."""

NEAR = 0.5
"""The share from which a pair is worth reading."""

LEAST = 2
"""Words that both statements have to share: one of them is no subject."""

SAME_QUANTITY = 0.68
"""The same of two different quantities, which are seldom about two things of one name."""

COVERED = 0.4
"""Share of the longer statement that the shorter one, or its titles, have to say."""

SUBJECT = 3
"""Words of a narrowed subject that the other statement has to name, too: *customers with a contract* are others."""

NEGATION = re.compile(r"\b(?:not|never|cannot|nobody|neither)\b", re.IGNORECASE)

_FORM = frozenset(
    stem(word)
    for word in "can may not no never nobody nothing none neither nor cannot only all any each every other also too "
    "one once be is are most least more less than at up until before after within has have had does goes get gets "
    "says see seen same when where who which that it its their them they this than by for from with to of in on "
    "always without even day days hour hours minute minutes month months year years".split()
)
"""Words that say how and not what; units go with their numbers."""

_CASE = re.compile(
    r"\b(?:except|unless|otherwise|instead|apart from|if|when|while|by hand|another|other)\b", re.IGNORECASE
)
"""Words of a condition or an exception: only one of two such statements having it, both can be true."""

_LOCAL = re.compile(
    r"^(?:It|They|Its|Their|This|These|That|Such|Both|In it)\b|^The [\w-]+ (?:is|are|has|have|can|cannot|may|[a-z]+s)\b"
)
"""A sentence whose subject is what its clause is about."""

_ROW_TEXT = re.compile(r"^[A-Z][^:;.]{0,40}: [^;]+;")
"""A row of a table, quoted with the heads of its columns."""


_COLON = re.compile(r"(?<=[a-z]): (?=[a-z])")
"""What follows is said by itself, too."""


class ContradictionKind(StrEnum):
    """How two clauses contradict each other."""

    QUANTITY = "quantity"
    DENIAL = "denial"
    STATES = "states"
    ROLES = "roles"


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence or a row of a clause; `said` are the stems of what it is about, without numbers and form words."""

    clause: Clause
    text: str
    said: frozenset[str]
    about: frozenset[str]
    """The stems of the titles of its clause and page, which a sentence may leave out."""

    title: frozenset[str]


@dataclass(frozen=True, slots=True)
class ClausePair:
    """Two statements that are about the same; `kind` is None where the words do not settle it."""

    first: Statement
    second: Statement
    nearness: float
    """Share of the weight of the words of one that the other one has, too: 0 to 1."""
    kind: ContradictionKind | None

    @property
    def cites(self) -> frozenset[str]:
        """The clauses of the pair."""
        return frozenset({self.first.clause.cite, self.second.clause.cite})


def statements(clauses: Iterable[Clause]) -> list[Statement]:
    """The statements of the normative clauses, in their order."""
    return [
        Statement(clause, text, _said(text), _said(f"{clause.title} {clause.page_title}"), _said(clause.title))
        for clause in clauses
        if clause.normative
        for sentence in clause.sentences()
        for text in ([sentence] if _ROW_TEXT.match(sentence) else _COLON.split(sentence))
    ]


def clause_pairs(clauses: Sequence[Clause]) -> list[ClausePair]:
    """Pairs of statements that are about the same, the nearest first; those that the words settle have a kind."""
    made = statements(clauses)
    weight = _weights(made)
    near = [pair for first, second in _sharing(made) if (pair := _pair(first, second, weight))]
    settled = [*_against_states(made), *_against_roles(made)]
    return sorted([*settled, *near], key=lambda pair: (pair.kind is None, -pair.nearness))


def contradictions(clauses: Sequence[Clause]) -> list[ClausePair]:
    """What the words alone settle, once for each two clauses and kind."""
    found: dict[tuple[frozenset[str], ContradictionKind], ClausePair] = {}
    for pair in clause_pairs(clauses):
        if pair.kind:
            found.setdefault((pair.cites, pair.kind), pair)
    return list(found.values())


# --- two statements -----------------------------------------------------------------------------


def _said(text: str) -> frozenset[str]:
    return frozenset(word for word in words(text) if word not in _FORM and not any(c.isdigit() for c in word))


def _weights(made: Sequence[Statement]) -> Callable[[str], float]:
    """How much a word tells: the fewer clauses have it, the more."""
    clauses: dict[str, set[str]] = defaultdict(set)
    for statement in made:
        for word in statement.said:
            clauses[word].add(statement.clause.cite)
    total = len({statement.clause.cite for statement in made}) or 1
    return lambda word: math.log(1 + total / (1 + len(clauses.get(word, ()))))


def _sharing(made: Sequence[Statement]) -> Iterator[tuple[Statement, Statement]]:
    """All pairs of statements of different clauses that share enough words."""
    having: dict[str, list[int]] = defaultdict(list)
    for number, statement in enumerate(made):
        for word in statement.said | statement.about:
            having[word].append(number)
    for number, statement in enumerate(made):
        shared = Counter(other for word in statement.said for other in having[word] if other > number)
        shared += Counter(
            other
            for word in statement.about - statement.said
            for other in having[word]
            if other > number and word in made[other].said
        )
        for other, count in shared.items():
            if count and made[other].clause.cite != statement.clause.cite:
                yield statement, made[other]


def _pair(first: Statement, second: Statement, weight: Callable[[str], float]) -> ClausePair | None:
    shorter, longer = sorted((first, second), key=lambda each: sum(map(weight, each.said)))
    if not shorter.said or len((shorter.said | shorter.about) & (longer.said | longer.about)) < LEAST:
        return None
    nearness, covered = (
        sum(map(weight, one.said & (other.said | other.about))) / sum(map(weight, one.said))
        for one, other in ((shorter, longer), (longer, shorter))
    )
    if nearness < NEAR:
        return None
    return ClausePair(first, second, nearness, _kind(first, second, nearness, covered))


def _kind(first: Statement, second: Statement, nearness: float, covered: float) -> ContradictionKind | None:
    if bool(_CASE.search(first.text)) != bool(_CASE.search(second.text)) or not _of_one_subject(first, second):
        return None
    if nearness >= SAME and _other_in_place(first.text, second.text):
        return ContradictionKind.QUANTITY
    if covered < COVERED:
        return None
    if nearness >= SAME_QUANTITY and _other_quantity(first.text, second.text):
        return ContradictionKind.QUANTITY
    if nearness >= SAME and (_denies(first, second) or _denies(second, first)):
        return ContradictionKind.DENIAL
    return None


def _of_one_subject(first: Statement, second: Statement) -> bool:
    """Whether each one's subject is named by the other: its first words, or what its clause is about."""
    return _names(first, second) and _names(second, first)


def _names(one: Statement, other: Statement) -> bool:
    named = other.said | other.about
    if _LOCAL.search(one.text):
        return 2 * len(one.about & named) >= len(one.about) and one.title <= named | other.title
    cells = re.sub(r"(?:^|; )[^:;]+: ", " ", one.text) if _ROW_TEXT.match(one.text) else _ACTOR.sub("", one.text)
    subject = [word for word in words(cells) if word in one.said]
    return all(word in named for word in subject[: SUBJECT if _NARROWED.search(cells) else 1])


_ACTOR = re.compile(
    r"^(?:(?:An? |The )?[A-Z]?\w+(?: [A-Z]\w+)* (?:can|may) (?!not |never |be )[a-z]+|"
    r"(?:Nobody|No one) [a-z]+(?: or [a-z]+)?) "
)
"""What somebody can do to a thing is a statement about the thing."""

_NARROWED = re.compile(r"^\W*(?:[\w-]+ ){1,3}(?:with|without|of|for|from|in|that|who|whose|which)\b")


def _other_in_place(first: str, second: str) -> bool:
    """Whether another number or code stands behind the same three words, with the same unit."""
    places, others = _in_place(first), _in_place(second)
    return any(places[place] != others[place] for place in places if place in others)


def _other_quantity(first: str, second: str) -> bool:
    """Whether both give one quantity of a unit, on the same side, and another one; or one says one and one several."""
    if any(_ONE.search(one) and _SEVERAL.search(other) for one, other in ((first, second), (second, first))):
        return True
    here, there = _by_unit(first), _by_unit(second)
    if not here and not there:
        numbers, others = _BARE.findall(first), _BARE.findall(second)
        return len(numbers) == len(others) == 1 and numbers != others
    shared = here.keys() & there.keys()
    return (
        bool(shared)
        and _sides(first) == _sides(second)
        and all(len(here[unit]) == len(there[unit]) == 1 and here[unit] != there[unit] for unit in shared)
    )


_BARE = re.compile(r"(?<![\w.,:/-])\d[\d,]*(?:\.\d+)?(?![\w:/-])")
_ONE = re.compile(r"\b(?:at most|exactly|only) one\b", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:several|more than one|many|any number of)\b", re.IGNORECASE)
_PLACE = re.compile(r"\b((?:[A-Za-z-]+ ){3})(\w*\d[\d,.]*\w*)(?<![.,])(?: ([%\w]+))?")


def _in_place(text: str) -> dict[tuple[str, str], str]:
    """The numbers and codes of a text by the three words before and the unit behind."""
    return {(match[1].lower(), (match[3] or "").rstrip("s")): match[2] for match in _PLACE.finditer(text)}


@cache
def _sides(text: str) -> set[bool]:
    return {limit.upper for limit in limits(text)}


@cache
def _by_unit(text: str) -> dict[str, set[float]]:
    found: dict[str, set[float]] = defaultdict(set)
    for quantity in quantities(text):
        found[quantity.unit].add(quantity.value)
    return found


def _denies(no: Statement, other: Statement) -> bool:
    """Whether `no` denies what `other` states: a word behind its negation is said there without one.

    What one needs the other can do without, too.
    """
    if _ROW_TEXT.match(no.text) or _ROW_TEXT.match(other.text) or NEGATION.search(other.text):
        return False
    if bool(_NONE.search(no.text)) != bool(_NONE.search(other.text)):
        return False
    if (without := _WITHOUT.search(no.text)) and _NEEDS.search(other.text):
        return stem(without[1].lower()) in other.said
    match = NEGATION.search(no.text)
    if not match:
        return False
    behind = [word for word in re.findall(r"[a-z]+", no.text[match.end() :]) if stem(word) in no.said]
    return any(_is_said(word, other.text.lower()) for word in behind[:DENIED])


def _is_said(word: str, text: str) -> bool:
    """Whether a text states a verb: as it is or with its endings, a participle only behind a form of *be*."""
    if word.endswith("ed") and re.search(rf"\b(?:be|is|are|was|were|been) (?:\w+ ){{0,2}}{word}\b", text):
        return True
    bare = word.removesuffix("d") if word.endswith("ed") else word
    forms = {bare, f"{bare}s", bare.removesuffix("s"), bare.removesuffix("e")}
    return bool(re.search(rf"\b(?:{'|'.join(map(re.escape, forms))})\b", text))


_NONE = re.compile(r"\b(?:no|none) [a-z]", re.IGNORECASE)
"""*A party that no shipment names* is another one than *a party that a shipment names*."""

DENIED = 2
"""Verbs behind a negation that it may deny."""

_WITHOUT = re.compile(r"\bwithout (?:an? |the )?(\w+)", re.IGNORECASE)
_NEEDS = re.compile(r"\b(?:needs?|requires?)\b", re.IGNORECASE)


# --- tables ---------------------------------------------------------------------------------------

_ROW = re.compile(r"^(?:State|From): (?P<state>[^;]+); .*?(?:Next|To): (?P<next>[^;]+)")
_BECOMES = re.compile(
    r"\b(?:becomes|become|sets? (?:it|them) (?:back )?to|goes back to|go back to|is then|are then|moves? (?:it|them) "
    r"(?:back )?to)\s+(?P<state>[A-Z][a-z]+(?: [a-z]+){0,3})"
)


def _against_states(made: Sequence[Statement]) -> Iterator[ClausePair]:
    """Sentences that move a record to a state that the table of its page does not lead to from the state named."""
    tables: dict[str, dict[str, tuple[str, Statement]]] = defaultdict(dict)
    for statement in made:
        if match := _ROW.match(statement.text):
            tables[statement.clause.page][match["state"].strip()] = (match["next"], statement)
    for statement in made:
        rows = tables.get(statement.clause.page)
        match = _BECOMES.search(statement.text)
        if not rows or not match or _ROW.match(statement.text):
            continue
        to = next((state for state in rows if match["state"].startswith(state)), None)
        before = statement.text[: match.start()].lower()
        for state, (following, row) in rows.items():
            named = re.search(rf"\b(?:a|an|the|each)? ?{re.escape(state.lower())} \w+", before)
            if to and named and state != to and to.lower() not in following.lower():
                yield ClausePair(row, statement, 1.0, ContradictionKind.STATES)


_ROLE = re.compile(r"^Role: (?P<role>[^;]+); May: (?P<may>.+)")
_DOES = re.compile(
    r"^(?P<who>[A-Z]\w+(?: [A-Z]\w+)?(?:(?:,| and) [A-Z]\w+(?: [A-Z]\w+)?)*) "
    r"(?:can )?(?:add|create|change|make|enter|keep|maintain|delete|set|cancel)(?:,? (?:and )?\w+)* "
    r"(?P<what>[a-z]+s)\b"
)


def _against_roles(made: Sequence[Statement]) -> Iterator[ClausePair]:
    """Sentences in which a role changes what the table of roles gives to other roles only."""
    may = {match["role"]: (match["may"], one) for one in made if (match := _ROLE.match(one.text))}
    for statement in made:
        match = _DOES.match(statement.text)
        if not match or statement.text.startswith("Role:"):
            continue
        noun = re.compile(rf"\b{re.escape(match['what'])}\b")
        owners = {role for role, (rights, _) in may.items() if noun.search(rights)}
        for role in re.split(r", | and ", match["who"]):
            name = role if role in may else role.removesuffix("s")
            rights = may[name][0] if name in may else "everything"
            if owners and name not in owners and not re.search(r"\b(?:everything|as)\b", rights):
                yield ClausePair(may[name][1], statement, 1.0, ContradictionKind.ROLES)
