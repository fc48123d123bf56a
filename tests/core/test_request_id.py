"""The id of a request: one form, however it is typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from intake_fn.core import request_id

SIGNS = st.lists(st.sampled_from(request_id.ALPHABET), min_size=8, max_size=8)


@given(SIGNS)
def test_an_id_that_was_drawn_is_read_as_it_is_written(signs: list[str]) -> None:
    """And the pattern is that of all ids."""
    rest = iter(signs)
    drawn = request_id.draw(lambda _: next(rest))

    assert re.fullmatch(request_id.PATTERN, drawn)
    assert drawn == request_id.typed(drawn)


@pytest.mark.parametrize(
    "text", ["HD-70K1-9QXA", "hd-70k1-9qxa", " HD 70K1 9QXA ", "70K19QXA", "hd70kl9qxa", "#HD-7OKI-9QXA."]
)
def test_an_id_is_read_however_it_is_typed(text: str) -> None:
    """Case, spaces and hyphens say nothing; O is 0, and I and L are 1."""
    assert "HD-70K1-9QXA" == request_id.typed(text)


@pytest.mark.parametrize("text", ["", "HD-", "HD-70K1-9QX", "HD-70K1-9QXAA", "4711", "HD-70K1-9QXU", "a request"])
def test_what_is_no_id_is_none(text: str) -> None:
    """Too short, too long, or with a sign that no id has."""
    assert "" == request_id.typed(text)


def test_the_description_of_the_api_has_the_pattern_of_ids() -> None:
    """What programs are told is what is drawn."""
    path = Path(__file__).parents[2] / "docs" / "api" / "openapi.yaml"
    schemas = yaml.safe_load(path.read_text(encoding="utf-8"))["components"]["schemas"]

    assert f"^{request_id.PATTERN}$" == schemas["Receipt"]["properties"]["id"]["pattern"]


def test_the_example_is_an_id() -> None:
    """And the shape shows its groups."""
    assert request_id.EXAMPLE == request_id.typed(request_id.EXAMPLE)
    assert re.sub(r"(?<=-)\w{4}", "XXXX", request_id.EXAMPLE) == request_id.SHAPE
