"""The event of an erasure: personal data is gone, and the request stays. Its row stands in core/lifecycle.py."""

from __future__ import annotations

from intake_fn.core.events import Event
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.vocabulary import ErasedAs

ERASED = "[erased]"
"""Stands where a text was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataErased(Event):
    """Personal data was erased from this request (core/erasure.py); whose it was stands nowhere.

    `texts` and `files` are how many texts and files went, `dropped` the notices to the person that are not sent any
    more.
    """

    role: ErasedAs
    texts: int
    files: int
    dropped: tuple[str, ...] = ()
