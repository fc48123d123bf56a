"""Words of one direction and of the other: whoever says one of them complains of the opposite."""

from __future__ import annotations

import re

OPPOSITES: tuple[tuple[str, str], ...] = (
    (
        r"early|earlier|too soon|sooner|too quick\w*|too fast|prematurely",
        r"late|later|delay\w*|overdue|too slow\w*|slow",
    ),
    (
        r"too (?:short|few|little|low|small)|shorter|fewer|lower|smaller",
        r"too (?:long|many|much|high|large|big)|longer|higher|larger",
    ),
    (
        r"twice|double[sd]?|two times|duplicated?|repeat(?:s|ed)?|each|every",
        r"missing|never|once|none|only once",
    ),
    (
        r"oldest|old ones",
        r"newest|latest|new ones",
    ),
    (
        r"ascending",
        r"descending",
    ),
    (
        r"up|upwards|above|over|more|most",
        r"down|downwards|below|under|less|least",
    ),
    (
        r"first|top|beginning|start",
        r"last|bottom|end",
    ),
    (
        r"before",
        r"after",
    ),
    (
        r"left",
        r"right (?:side|hand|edge|column)",
    ),
    (
        r"pounds?|lbs?|miles?|inch(?:es)?|fahrenheit",
        r"kilograms?|kilos?|kg|km|kilomet(?:er|re)s?|cm|celsius",
    ),
    (
        r"opened|open|reopened",
        r"closed",
    ),
    (
        r"deactivated|inactive|locked|disabled",
        r"active|activated|unlocked|enabled",
    ),
    (
        r"draft|unpaid|unsent",
        r"issued|paid|sent",
    ),
    (
        r"accept(?:s|ed)?|taken|allow(?:s|ed)?|lets?|able",
        r"refuse[sd]?|reject(?:s|ed)?|block(?:s|ed)?|forbid\w*|unable|gr[ae]y",
    ),
    (
        r"visible|shown|shows?|appears?|displayed",
        r"hidden|invisible|gone|vanish\w*|disappear\w*|lost|removed",
    ),
    (
        r"stays?|stayed|remains?|still",
        r"missing|gone|vanish\w*|disappear\w*|lost|already",
    ),
    (
        r"added|adds",
        r"subtracted|deducted|taken off",
    ),
    (
        r"import(?:s|ed)?",
        r"export(?:s|ed)?",
    ),
    (
        r"always|each time|every time",
        r"never|sometimes",
    ),
    (
        r"strict",
        r"lax",
    ),
    (
        r"on",
        r"off",
    ),
    (
        r"full",
        r"empty",
    ),
    (
        r"gross",
        r"net",
    ),
    (
        r"ahead",
        r"behind",
    ),
    (
        r"portrait|vertical(?:ly)?",
        r"landscape|horizontal(?:ly)?",
    ),
    (
        r"air",
        r"sea|ocean",
    ),
    (
        r"rises|grows|increase[sd]?",
        r"falls|shrinks|decrease[sd]?",
    ),
)
"""Words of one direction and of the other."""


def _any_of(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])")


SIDES = tuple((_any_of(side), _any_of(opposite)) for side, opposite in OPPOSITES)
