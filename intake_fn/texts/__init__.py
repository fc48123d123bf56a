"""The texts that people read, by key, and their translations.

A text is English in `catalogue.py` or in a template; gettext gives its translation, where the language in use has one
(`locale/<language>/LC_MESSAGES/specdesk.mo`). To add a language is to add that file; docs/contributing.md says how.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Any

__all__ = [
    "ENGLISH",
    "Message",
    "as_written",
    "gettext",
    "language",
    "mark",
    "message",
    "ngettext",
    "say",
    "translations_of",
    "use",
    "using",
]

LOCALE = Path(__file__).parents[1] / "locale"

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Message:
    """A text by its key in the catalogue, with the values that it shows."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)


def message(key: str, **values: object) -> Message:
    """A message with its values as text."""
    return Message(key, {name: str(value) for name, value in values.items()})


FORMER_SENTENCES = {
    "It was set aside, and its sender has written again.": "It was rejected, and its sender has written again.",
}
"""Sentences that a former version stored, by what the catalogue says today."""

FORMER_KEYS = ("why.comment", "why.escalation-reason")
"""Keys that a former version stored in its outbox: their texts stay in the catalogue, though no code uses them."""


def as_written(text: str) -> Message:
    """What a former version stored as a sentence, in today's words."""
    for former, present in FORMER_SENTENCES.items():
        text = text.replace(former, present)
    return message("as-written", text=text)


class _InUse:
    """The language in use: one for a process."""

    language = ENGLISH
    translations = NullTranslations()


def translations_of(language: str) -> NullTranslations:
    """The translations into a language; English where there is no such file."""
    return translation("specdesk", LOCALE, [language], fallback=True)


def use(language: str, translations: NullTranslations) -> None:
    """Show texts in this language from now on."""
    _InUse.language, _InUse.translations = language, translations


@contextmanager
def using(language: str, translations: NullTranslations) -> Iterator[None]:
    """Show texts in this language for a while."""
    before = _InUse.language, _InUse.translations
    use(language, translations)
    try:
        yield
    finally:
        use(*before)


def language() -> str:
    """The language in use, as HTML names it."""
    return _InUse.language


def gettext(text: str) -> str:
    """The text in the language in use."""
    return _InUse.translations.gettext(text) if text else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """The text in the form for this number."""
    return _InUse.translations.ngettext(singular, plural, count)


def mark(text: str) -> str:
    """The text itself, marked for translators; it is translated where it is shown."""
    return text


class _Values(dict[str, Any]):
    """Values by name; a missing one is empty, since what is stored may be damaged."""

    def __missing__(self, name: str) -> str:
        return ""


def say(key: str, values: Mapping[str, Any] = {}, /, **more: Any) -> str:
    """The message of a key with its values. A key that is not in the catalogue is shown as it stands."""
    from intake_fn.texts.catalogue import CATALOGUE, Plural  # noqa: PLC0415 - an empty form says nothing by key

    entry, shown = CATALOGUE.get(key), _Values({**values, **more})
    if entry is None:
        return key
    if isinstance(entry, Plural):
        count = str(shown[entry.by])
        return ngettext(entry.one, entry.other, int(count) if count.isdecimal() else 0) % shown
    return gettext(entry) % shown
