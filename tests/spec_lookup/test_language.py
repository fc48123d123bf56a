"""What is in another language than the rules have learnt is left to who can read it."""

from __future__ import annotations

import pytest

from spec_lookup import Claim, Spec
from spec_lookup.judge.language import is_legible

PAGE = """# Quotes

## Validity {#validity}

A quote is valid for at most 30 days. It is shown as expired after that.
"""
FOREIGN = [
    "Le devis est déjà expiré après 10 jours",
    "Pourquoi la facture n'est pas dans la liste ?",
    "Das Angebot wurde nach 10 Tagen als abgelaufen angezeigt",
    "Bitte neuen Benutzer anlegen für Frau Müller, sie ist ab Montag bei uns",
    "¿Por qué la cotización está vencida a los 10 días?",
    "La fattura non è più nella lista",
    "A cotação não está na lista, quando é que será corrigida?",
    "De offerte is niet meer geldig voor het weekend",
    "报价单在10天后就显示为已过期",
    "geht nicht mehr",
    "Schranke bleibt unten",
    "Wo ist mein Termin?",
    "Mon poste finit trop tard",
    "Quand finit mon poste ?",
    "Drucker druckt nicht",
    "Takvim boş",
    "La cita desapareció",
]
ENGLISH = [
    "Why is the quote expired after 10 days?",
    "Jo Wu, starts Monday, ops",
    "pls create login",
    "New user for Jean de la Tour and Klaus von dem Berg, they start on Monday in Paris",
    "New user: Jürgen Müller, Zürich, jürgen@example.com",
    "Naïve question",
    "Onboarding Van der Meer, El Paso",
    "Mon 9:00 EST, OS update, sans serif",
    "The invoice shows 'Der Betrag ist falsch' in place of the amount",
    "",
]


@pytest.mark.parametrize("text", FOREIGN)
def test_another_language_is_told_by_its_function_words(text: str) -> None:
    """French, German, Spanish, Italian, Portuguese, Dutch, Chinese."""
    assert not is_legible(text)


@pytest.mark.parametrize("text", ENGLISH)
def test_names_and_a_quoted_message_make_no_other_language(text: str) -> None:
    """Nor does a short text without function words."""
    assert is_legible(text)


@pytest.mark.parametrize("text", FOREIGN)
@pytest.mark.parametrize("form", ["bug", "change", "question", "setup"])
def test_a_text_that_rules_cannot_read_settles_nothing(text: str, form: str) -> None:
    """Through whichever form it came; the clause beside it takes no side."""
    verdict = Spec.of([("quotes.md", PAGE)]).judge(Claim(text, text, "", "", "bookings", form))

    assert ("undecided", "nothing") == (verdict.category, verdict.ground)
    assert "another-language" in [reason.key for reason in verdict.reasons]
    assert all(citation.stance == "related" for citation in verdict.citations)


@pytest.mark.parametrize("text", ["Kalender leer", "Kalendarz jest pusty"])
def test_a_set_up_of_which_no_word_is_known_settles_nothing(text: str) -> None:
    """A list of names is written with capitals; what is written small and not known may report anything."""
    spec = Spec.of([("quotes.md", PAGE)])

    assert "undecided" == spec.judge(Claim("", text, reporter_says="setup")).category
    assert "misc" == spec.judge(Claim("", "Eva Brandt, Kiel", reporter_says="setup")).category
