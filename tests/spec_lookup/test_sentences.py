"""Reasons: keys with values, their sentences, and the sentences that former versions stored."""

import json
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake_fn.core.codec import is_verdict
from intake_fn.core.verdicts import reasons_of
from intake_fn.texts import say
from intake_fn.texts.catalogue import CATALOGUE
from spec_lookup import SAID, SENTENCES, Claim, Reason, Verdict, as_reason, in_words
from spec_lookup.judge.sentences import FORMER

WORD = st.text(string.ascii_letters, min_size=1, max_size=12)


def verdict_with(*reasons: Reason) -> Verdict:
    """An undecided one."""
    return Verdict("undecided", 0.0, (), None, reasons, "built-in", "spec_lookup 0.8", "stamp", Claim("s", "w"))


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_every_sentence_is_found_again_by_its_key(key: str) -> None:
    """What a former version stored as a sentence is shown in the language in use."""
    names = [name for _, name, _, _ in string.Formatter().parse(SENTENCES[key].replace("%(", "{").replace(")s", "}"))]
    reason = Reason(key, {name: f"shipments#{name}" for name in names if name})

    assert reason == as_reason(in_words(reason))


@pytest.mark.parametrize(("key", "former"), [(key, text) for key, texts in FORMER.items() for text in texts])
def test_every_former_sentence_is_found_by_its_key(key: str, former: str) -> None:
    """It is shown in the words of now."""
    values = {name: f"shipments#{name}" for name in ("clause", "title", "number") if f"%({name})s" in former}

    assert Reason(key, values) == as_reason(former % values)
    assert in_words(as_reason(former % values)) == SENTENCES[key] % values


@pytest.mark.parametrize("key", sorted(set(SENTENCES) - {SAID}))
def test_a_sentence_is_right_for_both_readers(key: str) -> None:
    """The requester reads it, and so does the engineer who is mailed it: nobody is spoken to."""
    assert not {"you", "your", "yours"} & set(re.findall(r"[a-z]+", SENTENCES[key].lower()))


@given(st.text(max_size=200))
def test_every_other_sentence_stays_as_it_was(text: str) -> None:
    """Percent signs, line breaks and all."""
    assert text == in_words(as_reason(text))


@given(WORD, WORD)
def test_a_verdict_is_the_same_after_it_was_stored(clause: str, text: str) -> None:
    """As JSON; what is stored is what the intake takes for a verdict."""
    verdict = verdict_with(Reason("nearest-whole", {"clause": clause, "title": text}), Reason(SAID, {"text": text}))
    stored = json.loads(json.dumps(verdict.to_plain()))

    assert is_verdict(stored)
    assert verdict == Verdict.from_plain(stored)
    assert tuple(map(in_words, verdict.reasons)) == reasons_of(stored)


def test_a_verdict_of_before_keys_is_read_and_shown() -> None:
    """Its sentences become keys; what is in no table stays a sentence."""
    sentences = ["You ask a question.", "100 % of the fines were waived."]
    stored = {**verdict_with().to_plain(), "reasons": sentences}

    assert is_verdict(stored)
    assert ("The request asks a question.", sentences[1]) == reasons_of(stored)
    assert (Reason("question"), Reason(SAID, {"text": sentences[1]})) == Verdict.from_plain(stored).reasons


@pytest.mark.parametrize(
    "reason", [None, 3, {}, {"key": "said"}, {"key": 1, "values": {}}, {"key": "a", "values": {"b": 1}}]
)
def test_what_is_no_reason_makes_no_verdict(reason: object) -> None:
    """Pages, mails and Mantis show what is stored."""
    assert not is_verdict({**verdict_with().to_plain(), "reasons": [reason]})


def test_the_catalogue_has_every_sentence() -> None:
    """The requester reads it from there."""
    assert {f"verdict.{key}": text for key, text in SENTENCES.items()}.items() <= CATALOGUE.items()


def test_a_reason_of_a_newer_version_shows_its_key() -> None:
    """The page stands all the same."""
    assert "of-tomorrow" == in_words(Reason("of-tomorrow", {"a": "b"}))
    assert ("verdict.of-tomorrow",) == reasons_of({"reasons": [{"key": "of-tomorrow", "values": {}}]})


def test_a_value_that_is_missing_leaves_a_gap() -> None:
    """What is stored may be damaged."""
    assert say("verdict.nearest-whole", {"clause": "a#b"}) == in_words(Reason("nearest-whole", {"clause": "a#b"}))
