"""Whether a text is in a language that the rules and the router have learnt: English, in Latin letters.

What is in another language may report anything. Rules that look for English words would find nothing in it, and take
that for a sign; so such a text is left to who can read it. It is told by its function words.
"""

from __future__ import annotations

import re
import unicodedata

from spec_lookup.search.words import mostly_latin

FEWEST_FOREIGN = 2
"""Function words of other languages from which a text is in one, if it has fewer of English; where it has none of
English, one is enough. At least one must be no part of a name and no abbreviation."""

_ENGLISH = frozenset(
    "the and of to is are was were be been that this it its for with on at by from not have has had do does did can"
    " could would should will you your we our they their he she his her but or if when what where which who how i my"
    " me there then than as after before until because no any some all".split()
)
_FOREIGN = (
    frozenset(
        # French
        "le la les des du une est sont était étaient pas que qui pour dans avec sur nous vous votre notre cette ces"
        " mais je il elle depuis quand où aux chez sans être fait peut plus après déjà bonjour merci veuillez s'il"
        " mon ma mes leur toujours jamais trop très tout quel quelle pourquoi combien et marche"
        # German
        " der das den dem ist sind nicht und ein eine einen einem einer mit auf für von zu wir ihr ihre unser kann wird"
        " wurde werden haben hat aber oder wenn bei nach aus dass auch noch nur bitte ich sie warum wie wurden beim"
        " zum zur mehr kein keine keinen mein meine meinen immer nie ohne seit schon jetzt wo vom uns geht bleibt"
        " funktioniert"
        # Spanish
        " el los las una del está están por para pero como cuando donde más nuestro nuestra usted ustedes qué"
        " cómo se lo al ya muy fue hay tiene puede porque después también sin sobre mis esta esto nunca siempre hace"
        " desde funciona dónde cuándo"
        # Italian, Portuguese, Dutch
        " il gli della dello non per è sono che di nel alla dalla questo quando perché dopo um uma não com os"
        " dos das ao é foi são mais você está het een van niet voor met zijn wordt maar ook naar bij onze deze"
        " heeft kunnen waarom".split()
    )
    - _ENGLISH
)
_NAMES_TOO = frozenset(
    # particles of names
    "la le les de des du del della el los las van von der den dem das di il al da lo um het"
    # what stands for something else in English texts: EST, OS, .com, MIT, Mon, a sans serif, and so on
    " un os com se est sans mit mon ma mes per pour con como sur mi die et plus hat fait zum tout non marche sin esta"
    " dans ou em mis são".split()
)
_ACCENTED = re.compile(r"\b[a-z]*[ßàâäçèéêëìíîïñòóôõöùúûüæœåøăąćđęğıłńőřśşšťůűýźżžơưạ-ỹ][^\W\d_]*")
_BORROWED = frozenset("café cafés naïve résumé façade cliché déjà à fiancé fiancée entrée über".split())
_ADDRESS = re.compile(r"(?<!\S)\S+@\S+|(?<!\w)\w+://\S+")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")


def is_legible(text: str) -> bool:
    """Whether rules and router can make anything of it."""
    prose = _ADDRESS.sub(" ", text)
    words = [word.lower().replace("\u2019", "'") for word in _WORD.findall(prose)]
    parts = [part for word in words for part in (word, word.partition("'")[2]) if part]
    foreign, english = (sum(part in known for part in parts) for known in (_FOREIGN, _ENGLISH))
    sure = any(part in _FOREIGN and part not in _NAMES_TOO for part in parts)
    if not english and (sure or _is_accented(prose)):
        return False
    return mostly_latin(text) and (not sure or foreign < FEWEST_FOREIGN or foreign < english)


def _is_accented(text: str) -> bool:
    """Whether a word that is written small, and so is no name, has a letter that English has not."""
    return any(word not in _BORROWED for word in _ACCENTED.findall(unicodedata.normalize("NFC", text)))
