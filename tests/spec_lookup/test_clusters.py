"""Texts that are about the same come into one group, by meaning where there is a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec_lookup import clustered

if TYPE_CHECKING:
    from pathlib import Path

INVOICES = [
    "Invoice due date on a bank holiday. Should the invoice be due on the next working day when the day is a holiday?",
    "When is an invoice due if the due day is a public holiday? The due date fell on a holiday and a reminder came.",
    "Due date of an invoice falls on a holiday and the reminder is sent all the same.",
]
LABELS = [
    "Labels are printed in the wrong language for the Paris office.",
    "The language of the label is English although the office is Paris; which language is it printed in?",
]
ALONE = ["The password of the test system has expired again and nobody can sign in."]


def test_texts_about_the_same_are_one_group_and_the_rest_stand_alone() -> None:
    """The largest first, whatever the order of the texts."""
    texts = [LABELS[0], INVOICES[0], ALONE[0], INVOICES[1], LABELS[1], INVOICES[2]]
    groups = [{texts[place] for place in group} for group in clustered(texts)]

    assert [set(INVOICES), set(LABELS), set(ALONE)] == groups


def test_without_a_model_words_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Texts that share most of their words are one group."""
    monkeypatch.setenv("SPEC_LOOKUP_MODEL", str(tmp_path))

    assert [[0, 2], [1]] == clustered(["The invoice is late", "Labels in French", "The invoice was late"])


def test_a_script_that_the_model_has_not_learnt_goes_by_words() -> None:
    """Beside texts that go by meaning."""
    groups = clustered(["発票の期日が違います", LABELS[0], "発票の期日が違います"])

    assert [[0, 2], [1]] == groups


def test_nothing_is_no_group() -> None:
    """And one text is one."""
    assert ([], [[0]], [[0, 1]]) == (clustered([]), clustered(["Invoice"]), clustered(["Same text", "Same text"]))


@given(st.lists(st.sampled_from([*INVOICES, *LABELS, *ALONE, "", "発票"]), max_size=8))
def test_each_text_is_in_one_group(texts: list[str]) -> None:
    """Whatever they are, and always the same."""
    groups = clustered(texts)

    assert sorted(place for group in groups for place in group) == list(range(len(texts)))
    assert sorted(map(len, groups), reverse=True) == list(map(len, groups))
    assert groups == clustered(texts)
