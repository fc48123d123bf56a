"""The reasons of verdicts: keys with values, and one table of the sentences that they stand for.

A verdict keeps keys, so that it can be shown in another language. What a language model wrote is the value of a key of
its own, `said`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason by its key in SENTENCES, with the values that the sentence shows."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)


SAID = "said"

SENTENCES: Mapping[str, str] = {
    # In the words of a language model, or of a version that stored sentences.
    SAID: "%(text)s",
    # What needs no clause.
    "setup-form": (
        "The set-up form was sent, and the program found no report of a failure or a behaviour in the text."
    ),
    "question-form": (
        "The question form was sent, and the program found no report of a failure or a behaviour in the text."
    ),
    "crash": (
        "The request has words for a crash, an error page or a broken file, and in the clauses that resemble it the "
        "program found no word for a possible cause: a bug."
    ),
    # (no longer written)
    "failure": "The request tells of a failure (an error, a hang, or lost data). That is a bug whatever the spec says.",
    # (no longer written)
    "loss": (
        "The request has words for something that fails or is lost, and in the clauses that resemble it the program "
        "found no word for a possible cause, such as removing, locking or waiting."
    ),
    "sounds-lost": (
        "It sounds as if something is lost or does not work. That can be a bug, and it can be what a clause says."
    ),
    "sounds-new": (
        "It sounds like a wish for something new. That is a request for a change if the spec has nothing like it."
    ),
    "may-explain": (
        "It sounds as if something fails or is lost, but %(clause)s (%(title)s) has words for a possible cause, such "
        "as removing, locking or waiting."
    ),
    "set-up": "The request asks to set something up (a user, a company, access). No clause has to be read for that.",
    "question": "The request asks a question.",
    # (no longer written)
    "new": "The request asks for something new. That is a request for a change.",
    # The clauses beside a verdict.
    "no-clause": "The search found no clause that resembles the request.",
    "may-help": "A clause that is shown with it may help.",
    "person-decides": "The program does not decide this by the spec: a person reads the spec and decides.",
    "nearest-whole": (
        "Of all clauses, %(clause)s (%(title)s) resembles the request most, and is quoted whole. "
        "Whether it applies is not settled by that."
    ),
    "nearest-begins": (
        "Of all clauses, %(clause)s (%(title)s) resembles the request most, and is long, so only its beginning is "
        "quoted. Whether it applies is not settled by that."
    ),
    "nearest-sentence": "In it, this resembles the request most: “%(sentence)s”",
    "number-missing": (
        "The clause nearest to the request has a number (%(number)s), and the request has none. If it is about a "
        "number, it would help to know which."
    ),
    "another-language": (
        "The request seems to be in another language than English, which the program reads badly: it may have missed "
        "the clause that applies."
    ),
    "nothing-expected": "If something else was expected, it would help to know what.",
    # A language model's reading.
    "not-recorded": "No recorded answer.",
    "not-held": "The model's answer did not hold when it was checked against the spec; a person has to read it.",
    "unsure": "The model is not sure enough of what it read; a person has to read it.",
    "disagreed": "The model read this twice and did not come to the same; a person has to read it.",
    "read-once": "The second reading by the model could not be had; a person has to read it.",
    "see-clause": "The clause quoted here decides this.",
    "see-none": "No clause is needed to decide this.",
    "see-nothing": "The model found no clause that decides this; a person has to read it.",
}
"""The sentence of each key in English, for the requester and for who decides alike. A key stays as long as stored
verdicts may have it."""

FORMER: Mapping[str, tuple[str, ...]] = {
    "setup-form": (
        "You sent the set-up form, and the program found no report of a failure or a behaviour in your text.",
    ),
    "question-form": (
        "You sent the question form, and the program found no report of a failure or a behaviour in your text.",
    ),
    "failure": ("You describe a failure (an error, a hang, or lost data). That is a bug whatever the spec says.",),
    "set-up": ("You ask us to set something up (a user, a company, access). No clause has to be read for that.",),
    "question": ("You ask a question.",),
    "new": ("You ask for something new. That is a request for a change.",),
    "no-clause": ("The search found no clause that resembles your request.",),
    "number-missing": (
        (
            "The clause nearest to the request has a number (%(number)s). The request has none, and one would help to "
            "decide."
        ),
    ),
    "nothing-expected": ("It is not said what was expected instead; that would help to decide.",),
    "nearest-whole": (
        (
            "Of all clauses, %(clause)s (%(title)s) resembles your request most, and is quoted whole. "
            "Whether it applies is not settled by that."
        ),
    ),
    "nearest-begins": (
        (
            "Of all clauses, %(clause)s (%(title)s) resembles your request most, and is long, so only its beginning is "
            "quoted. Whether it applies is not settled by that."
        ),
    ),
}
"""What a key stood for in versions that stored sentences, where it was worded otherwise."""


class _Values(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def in_words(reason: Reason) -> str:
    """The sentence of a reason; the key itself where a newer version wrote one that is not known here."""
    sentence = SENTENCES.get(reason.key)
    return reason.key if sentence is None else sentence % _Values(reason.values)


def as_reason(text: str) -> Reason:
    """The reason of a sentence that a former version stored: by its key if it is in the table, else as it was said."""
    for key, pattern in _patterns():
        if match := pattern.fullmatch(text):
            return Reason(key, match.groupdict())
    return Reason(SAID, {"text": text})


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """A pattern for each sentence, of now and of before, but what was said in other words."""
    now = ((key, sentence) for key, sentence in SENTENCES.items() if key != SAID)
    before = ((key, sentence) for key, sentences in FORMER.items() for sentence in sentences)
    return tuple((key, _pattern(sentence)) for key, sentence in (*now, *before))


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", sentence)
    named = (f"(?P<{part}>.+?)" if n % 2 else re.escape(part.replace("%%", "%")) for n, part in enumerate(parts))
    return re.compile("".join(named))
