"""Texts as PHP casts them and as the tables of a MySQL with three-byte UTF-8 hold them."""

from __future__ import annotations

import re
from typing import Any

from sandbox.mantis.answers import crash, refuse
from sandbox.mantis.enums import SUMMARY_LIMIT, TEXT_LIMIT

LABELS = {
    "description": "Description",
    "steps_to_reproduce": "Steps To Reproduce",
    "additional_information": "Additional Information",
    "bugnote": "Note",
}
"""With the names that the refusal of a text over 65,535 characters uses."""

_FOUR_BYTES = re.compile("[\U00010000-\U0010ffff]")


def text_of(value: Any) -> str:
    """A value as PHP makes a text of it."""
    if isinstance(value, list | dict):
        return "Array"
    return "" if value is None or value is False else "1" if value is True else str(value)


def stored(text: str) -> str:
    """A text as tables of three-byte UTF-8 hold it."""
    return _FOUR_BYTES.sub("\ufffd", text)


def summary_text(given: Any) -> str:
    """A summary, trimmed. Raises Refusal, an empty 500, when it is longer than its column."""
    summary = stored(text_of(given).strip())
    if len(summary) > SUMMARY_LIMIT:
        raise crash()
    return summary


def long_text(name: str, given: Any) -> str:
    """One of the long texts, or a note's ("bugnote"). Raises Refusal 400/28 when it is too long."""
    text = text_of(given)
    if len(text) > TEXT_LIMIT:
        message = f'Long text field "{name}" must be shorter than {TEXT_LIMIT} characters.'
        raise refuse(400, 28, message, LABELS[name])
    return stored(text)
