"""The subject of a mail as the summary of a request: without the marks of replies, lists and help desks. Pure."""

from __future__ import annotations

import re

from intake_fn.core.inbound.languages import COLON, FORWARD_MARKS, GREETINGS, REPLY_MARKS, TAGS, pattern
from intake_fn.core.request_id import AS_TYPED

LONGEST = 128
"""Characters, as in Mantis."""

COUNTED = r"\s*(?:\[\d{1,4}\]|\(\d{1,4}\)|[*^]\d{1,4}|\d{1,3})?" + COLON + r"\s*"
REPLY = pattern(REPLY_MARKS, r"^\s*", COUNTED)
FORWARD = pattern(FORWARD_MARKS, r"^\s*", COUNTED)
TAG = pattern(TAGS, r"^\s*\[", r"\]\s*:?\s*")
NUMBER = re.compile(rf"\s*\[\s*{AS_TYPED}\s*\]\s*", re.IGNORECASE)
ENDS = re.compile(r"\s*\((?:fwd|was:[^)]{0,200})\)\s*$", re.IGNORECASE)


def answers(subject: str) -> bool:
    """Whether the first mark of a subject is that of a reply."""
    bare = TAG.sub("", NUMBER.sub(" ", subject).strip())
    return bool(REPLY.match(bare)) and not FORWARD.match(bare)


def is_forward(subject: str) -> bool:
    """Whether the first mark of a subject is that of a mail that is passed on."""
    bare = TAG.sub("", NUMBER.sub(" ", subject).strip())
    return bool(FORWARD.match(bare))


def cleaned(subject: str) -> str:
    """The subject without marks and our number; "" where nothing is left."""
    text = " ".join(NUMBER.sub(" ", subject).split())
    while True:
        before = text
        for mark in (TAG, REPLY, FORWARD, ENDS):
            text = mark.sub("", text).strip()
        if text == before:
            return text if any(sign.isalnum() for sign in text) else ""


def summary_of(subject: str, text: str, unnamed: str) -> str:
    """The summary of a new request: the subject, else the first line that says something, else `unnamed`."""
    line = cleaned(subject) or next(filter(None, map(_sentence, text.split("\n")[:200])), "") or unnamed
    return line if len(line) <= LONGEST else f"{_whole_words(line)}…"


GREETING = pattern(GREETINGS, r"^")
SHORTEST = 4
LONGEST_GREETING = 60


def _sentence(line: str) -> str:
    """A line as a summary; "" for a greeting, and for what is no line of a message."""
    bare = " ".join(line.strip("->*•# \t").split())
    if len(bare) < SHORTEST or (GREETING.match(bare) and len(bare) <= LONGEST_GREETING):
        return ""
    return bare if any(sign.isalpha() for sign in bare) else ""


def _whole_words(line: str) -> str:
    cut = line[: LONGEST - 1]
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) > LONGEST // 2 else cut).rstrip(" ,;:.-")
