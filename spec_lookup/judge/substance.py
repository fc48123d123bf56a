"""What changed between two versions of a clause, and whether it changes what the clause says.

Two texts say the same if their sentences do, in any order; a sentence that leans on the one before it ("It",
"Otherwise") stays with it. White space, markup, punctuation, articles, upper and lower case, hyphens, and ways to write
a word or a number make no difference. Whatever else differs is of substance: in doubt a person looks once too often.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256

from spec_lookup.judge.quantity import NUMBER_WORDS, UNITS
from spec_lookup.search.clause import Clause
from spec_lookup.search.quotes import leans_back
from spec_lookup.search.spec_index import SpecIndex
from spec_lookup.search.words import fold

NUMBER, UNIT, MODAL, NEGATION, EXCEPTION, WORDING = "number", "unit", "modal", "negation", "exception", "wording"
GONE, MOVED, NEW, NO_LONGER_DECIDES, DECIDES = "gone", "moved", "new", "no longer decides", "decides now"
"""What a change is about, as it is shown."""

HASH_LENGTH = 12
"""Hexadecimal digits of a clause's hash, which people copy."""

SPELT = 5
"""Letters from which one slip makes no other word."""

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[%€$£¥°<>≤≥=±\u00d7÷+\u2212]|(?<![\w.])-(?=\d)")
_THOUSANDS = re.compile(r"(?<=\d)[, ](?=\d{3}(?!\d))")
_CONTRACTIONS = (("can't", "can not"), ("cannot", "can not"), ("won't", "will not"), ("n't", " not"))
_ARTICLES = frozenset({"a", "an", "the"})

_KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    (NEGATION, frozenset("no not never none nobody nothing neither nor without".split())),
    (EXCEPTION, frozenset("except unless but only excluding excluded however otherwise besides apart".split())),
    (
        MODAL,
        frozenset("must shall should may can could might will would has have need needs required optional".split()),
    ),
)
_UNITS = frozenset(UNITS) | frozenset(f"{unit}s" for unit in UNITS) | frozenset(UNITS.values()) | frozenset(
    "minute minutes second seconds hour hours day days week weeks month months year years percent character characters "
    "usd eur gbp hkd chf jpy cny tonne tonnes litre litres metre metres".split()
)  # fmt: skip

_SPELLINGS = (
    (re.compile(r"is(?=(?:e[drs]?|ing|ations?)$)"), "iz"),
    (re.compile(r"ys(?=(?:e[drs]?|ing)$)"), "yz"),
    (re.compile(r"(?<=[a-z]{2})our(?=(?:s|ed|ing|ite|able)?$)"), "or"),
    (re.compile(r"(?<=[a-z]{4})ll(?=(?:ed|ing|er|ers)$)"), "l"),  # cancelled, and not filled
    (re.compile(r"(?<=[bt])re(?=s?$)"), "er"),
    (re.compile(r"ence(?=s?$)"), "ense"),
    (re.compile(r"ogue(?=s?$)"), "og"),
    (re.compile(r"(?<=[a-z]{4})mme(?=s?$)"), "m"),
    (re.compile(r"^grey"), "gray"),
    (re.compile(r"^cheque"), "check"),
)
"""What is spelt in two ways, in one of them."""
_ENDINGS = ("s", "es", "d", "ed", "r", "er", "n", "en", "y", "ly", "ing")

Known = Callable[[str], bool]
"""Whether a word stands elsewhere in the spec: then it is no slip of the pen."""


def changed_in_substance(old: str, new: str, known: Known = lambda _: False) -> bool:
    """Whether two texts of a clause say different things."""
    return bool(kinds_of_change(old, new, known))


def kinds_of_change(old: str, new: str, known: Known = lambda _: False) -> tuple[str, ...]:
    """What the difference between two texts is about, each kind once; nothing where they say the same."""
    former, latter = _units(old), _units(new)
    left = [unit for unit in former if not _taken(latter, unit, known)]
    if not left and not latter:
        return ()
    rest, others = [token for unit in left for token in unit], [token for unit in latter for token in unit]
    if _same(rest, others, known):
        return ()
    kinds = dict.fromkeys(_kinds(rest, others, known))
    return tuple(kind for kind in (NUMBER, UNIT, NEGATION, MODAL, EXCEPTION, WORDING) if kind in kinds)


def clause_hash(clause: Clause | None) -> str:
    """What names the text of a clause, the same for every way to set it; "gone" where there is none."""
    if clause is None:
        return GONE
    return sha256(" ".join(_tokens(f"{clause.title} {clause.markdown}")).encode()).hexdigest()[:HASH_LENGTH]


# --- clauses ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """A clause that two specs have differently; `old` is None for a new one, `new` for one that is gone."""

    cite: str
    old: Clause | None
    new: Clause | None
    kinds: tuple[str, ...]

    @property
    def is_of_substance(self) -> bool:
        """Whether the clause says something else than before; one that stands elsewhere says the same."""
        return self.kinds != (MOVED,)

    @property
    def hash(self) -> str:
        """The hash of the clause as it reads now."""
        return clause_hash(self.new)


def clause_changes(old: SpecIndex, new: SpecIndex) -> Mapping[str, ClauseChange]:
    """The clauses that differ in substance, are gone, moved or new, by their citation, in the order of the pages."""
    before, after = ({clause.cite: clause for clause in spec.clauses()} for spec in (old, new))
    known = _elsewhere([*before.values(), *after.values()])
    added = [clause for cite, clause in after.items() if cite not in before]
    changes = {}
    for cite, clause in before.items():
        now = after.get(cite)
        if now is None:
            moved = next((each for each in added if not kinds_of_change(clause.markdown, each.markdown)), None)
            changes[cite] = ClauseChange(cite, clause, moved, (MOVED,) if moved and clause.text else (GONE,))
        elif kinds := _kinds_between(clause, now, known):
            changes[cite] = ClauseChange(cite, clause, now, kinds)
    arrived = {change.new.cite for change in changes.values() if change.new and change.kinds == (MOVED,)}
    fresh = (clause for clause in added if clause.cite not in arrived)
    return changes | {clause.cite: ClauseChange(clause.cite, None, clause, (NEW,)) for clause in fresh}


def _kinds_between(old: Clause, new: Clause, known: Known) -> tuple[str, ...]:
    kinds = kinds_of_change(f"{old.title}.\n\n{old.markdown}", f"{new.title}.\n\n{new.markdown}", known)
    if old.normative != new.normative:
        kinds = (DECIDES if new.normative else NO_LONGER_DECIDES, *kinds)
    return kinds


def _elsewhere(clauses: Iterable[Clause]) -> Known:
    """Which words stand in at least two clauses, of both specs together: one slip stands in one."""
    places: dict[str, set[str]] = {}
    for clause in clauses:
        for token in set(_tokens(f"{clause.title} {clause.markdown}")):
            places.setdefault(token, set()).add(clause.cite)
    return lambda word: len(places.get(word, ())) > 1


# --- texts -----------------------------------------------------------------------------------


def _units(text: str) -> list[list[str]]:
    """The sentences of a text as tokens, each with those that lean on it."""
    units: list[list[str]] = []
    for sentence in Clause("", "", "", "", text, 0).sentences():
        tokens = _tokens(sentence)
        if units and leans_back(sentence):
            units[-1] = [*units[-1], *tokens]
        elif tokens:
            units.append(tokens)
    return units


def _tokens(text: str) -> list[str]:
    folded = fold(text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    for short, whole in _CONTRACTIONS:
        folded = folded.replace(short, whole)
    found = _TOKEN.findall(_THOUSANDS.sub("", folded))
    return [str(NUMBER_WORDS.get(token, token)) for token in found if token not in _ARTICLES]


def _taken(units: list[list[str]], unit: list[str], known: Known) -> bool:
    """Whether one of the units says the same; it is taken out."""
    for number, other in enumerate(units):
        if other == unit or _same(unit, other, known):
            del units[number]
            return True
    return False


def _same(one: Sequence[str], other: Sequence[str], known: Known) -> bool:
    """Whether two sequences of tokens differ in nothing but spelling."""
    return one == other or all(_is_spelling(*pair, known) for pair in _differing(one, other))


def _differing(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    for name, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if name != "equal":
            yield one[a:b], other[c:d]


def _is_spelling(one: Sequence[str], other: Sequence[str], known: Known) -> bool:
    """Whether two runs of words are the same, written otherwise: together or apart, or with a slip."""
    if not one or not other or not all(token.isalpha() for token in (*one, *other)):
        return False
    if "".join(one) == "".join(other):
        return True
    return len(one) == len(other) and all(_same_word(*pair, known) for pair in zip(one, other, strict=True))


def _same_word(one: str, other: str, known: Known) -> bool:
    if one == other or _spelt(one) == _spelt(other):
        return True
    if min(len(one), len(other)) < SPELT or one[0] != other[0] or known(one) == known(other):
        return False
    short, long = sorted((one, other), key=len)
    return not (long.startswith(short) and long[len(short) :] in _ENDINGS) and _is_one_slip(one, other)


def _spelt(word: str) -> str:
    for pattern, instead in _SPELLINGS:
        word = pattern.sub(instead, word)
    return word


def _is_one_slip(one: str, other: str) -> bool:
    """Whether a letter was left out, added or changed, or two beside each other were swapped."""
    start = next((n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _kinds(old: Sequence[str], new: Sequence[str], known: Known) -> Iterator[str]:
    """What differing tokens are about; "wording" for plain words that were not only moved."""
    differing = [pair for pair in _differing(old, new) if not _is_spelling(*pair, known)]
    gone, come = (Counter(token for pair in differing for token in pair[side]) for side in (0, 1))
    changed = [*(gone - come), *(come - gone)]
    if not changed:
        yield WORDING
    for token in changed:
        if token[0].isdigit():
            yield NUMBER
        elif token in _UNITS or not token[0].isalpha():
            yield UNIT
        else:
            yield next((kind for kind, words in _KINDS if token in words), WORDING)
