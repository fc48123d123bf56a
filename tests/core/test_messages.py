"""What events say: every event has its row, every key its text, and a text shows only values that it is given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from intake_fn.core.events import UnknownEvent
from intake_fn.core.lifecycle import EVENTS, LIFECYCLE
from intake_fn.core.messages import MESSAGES, in_history, on_page
from intake_fn.core.notices import NOTICES
from intake_fn.core.requester_events import LevelInformed
from intake_fn.texts import Message, say
from intake_fn.texts.catalogue import CATALOGUE, Plural
from tests.core.samples import NOW, PAUL
from tests.core.test_escalation import SAMPLES

if TYPE_CHECKING:
    from intake_fn.core.events import Event
    from intake_fn.core.process import Process

CODE = Path(__file__).parents[2] / "intake_fn"

BUILT = (
    "category.",
    "kind.",
    "proposed.",
    "reproduced.",
    "decided.",
    "stance.",
    "history.read-",
    "history.erased-",
    "page.read-",
    "page.decided-",
    "relation.",
    "progress.",
    "failure.",
    "outcome.",
    "delivery.",
    "notice.",
    "by.",
    "decision.",
    "motion.",
    "stage.",
    "status.",
    "step.",
    "sure.",
    "usual.",
    "verdict.",
    "vote.",
    "way.",
    "carries.",
    "invitation.",
    "minutes.",
    "tie.",
)
"""Beginnings of keys whose rest is a value of a vocabulary, or the name of a notice or an intent."""


def test_every_event_has_a_row_and_no_row_is_without_an_event() -> None:
    """What a newer version wrote has one, too."""
    assert {*EVENTS.values(), UnknownEvent} == set(MESSAGES)


def test_rows_name_notices_that_there_are_and_only_those_that_can_be_copied_are_copied() -> None:
    """The mails of an event stand in its row; that no other is caused is held by test_machine.py."""
    named = {notice for row in MESSAGES.values() for notice in row.notices}

    assert named <= set(NOTICES)
    assert set(NOTICES) - named == {"several", "gathered", "piled"}, "these stand for others"
    copied = {kind for kind, row in MESSAGES.items() if "copied" in row.notices}
    assert copied == {LevelInformed, *(kind for kind, spec in LIFECYCLE.items() if spec.copied)}, "it is copies alone"


@pytest.mark.parametrize("kind", list(SAMPLES), ids=lambda kind: kind.__name__)
def test_a_headline_shows_all_its_values(process: Process, kind: type[Event]) -> None:
    """At the desk and, where it is shown there, on the requester's page."""
    event = kind(**{"at": NOW, "actor": PAUL, **SAMPLES[kind]})
    shown = [in_history(event, process), *filter(None, [on_page(event, process)])]

    assert all(headline and "%(" not in headline and "  " not in headline for headline, _ in shown)
    assert not [headline for headline, _ in shown if re.match(r"(history|page|note)\.", headline)]


def keys_in_code() -> Iterator[str]:
    """Every literal of the code that looks like a key."""
    for path in CODE.rglob("*.py"):
        if path.name != "catalogue.py":
            yield from re.findall(r'"([a-z]+\.[a-z-]+|as-written)"', path.read_text(encoding="utf-8"))


def test_every_key_of_the_catalogue_is_used() -> None:
    """A text that nobody shows is not translated in vain."""
    unused = set(CATALOGUE) - set(keys_in_code())

    assert [] == sorted(key for key in unused if not key.startswith(BUILT))


def test_a_number_takes_its_form() -> None:
    """One link, two links."""
    assert "It holds 1 link." == say("quarantine.links", links="1")
    assert "It holds 2 links." == say("quarantine.links", links="2")


def test_a_plural_counts_a_value_that_it_shows() -> None:
    """Else nothing says which number it is about."""
    plurals = [entry for entry in CATALOGUE.values() if isinstance(entry, Plural)]

    assert all(f"%({entry.by})s" in entry.other for entry in plurals)


@pytest.mark.parametrize("damaged", [Message("why.left"), Message("quarantine.links", {"links": "many"}), Message("?")])
def test_a_message_that_is_damaged_still_shows(damaged: Message) -> None:
    """A value is missing, a number is none, a newer version wrote the key: the page is shown all the same."""
    assert say(damaged.key, damaged.values)
