"""A language is a file: Babel finds every text, and what is compiled from its translation is shown."""

from __future__ import annotations

from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from intake_fn.texts import ENGLISH, gettext, language, say, translations_of, using
from intake_fn.texts.catalogue import CATALOGUE, Plural

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What a translator is given, by the command of docs/contributing.md."""
    file = tmp_path_factory.mktemp("texts") / "specdesk.pot"
    mapping = str(ROOT / "pyproject.toml")
    CommandLineInterface().run(  # type: ignore[no-untyped-call]  # Babel's
        ["pybabel", "-q", "extract", "-F", mapping, "-k", "mark", "-o", str(file), str(ROOT / "intake_fn")]
    )
    return read_po(BytesIO(file.read_bytes()))


def test_a_translator_is_given_every_text(template: Catalog) -> None:
    """Of the catalogue with its key; of templates, forms and errors."""
    for key, entry in CATALOGUE.items():
        text = (entry.one, entry.other) if isinstance(entry, Plural) else entry
        assert key in template[text].auto_comments

    assert all(
        text in template
        for text in (
            "Report a bug",
            "Please choose one of the answers offered.",
            "This link has expired",
            "Follow it here:",
            "What happens next",
            "Awaiting review",
            "The upload failed.",
        )
    )


def test_what_is_translated_is_shown(template: Catalog) -> None:
    """Texts with values and plurals; what the translator left out is shown in English."""
    template["It holds %(links)s link."].string = ("Un lien.", "%(links)s liens.")
    template["Please enter a message."].string = "Veuillez écrire."
    compiled = BytesIO()
    write_mo(compiled, template)
    compiled.seek(0)
    with using("fr", GNUTranslations(compiled)):
        shown = [language(), say("quarantine.links", links="2"), gettext("Please enter a message."), gettext("Send")]

    assert ["fr", "2 liens.", "Veuillez écrire.", "Send"] == shown
    assert (ENGLISH, "It holds 2 links.") == (language(), say("quarantine.links", links="2"))


def test_a_language_without_a_file_is_english() -> None:
    """A stage starts all the same."""
    assert "Send" == translations_of("xx").gettext("Send")


def test_nothing_is_no_text() -> None:
    """Gettext keeps its own head under the empty text."""
    assert "" == gettext("")
