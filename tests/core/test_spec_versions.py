"""Versions of the spec: the list, which one a request names, and what has changed since."""

from __future__ import annotations

import pytest

from intake_fn.core.errors import Refused
from intake_fn.core.spec_versions import Released, RuleChange, read_versions, rule_changes, version_named
from tests.core.samples import request

KNOWN = ("4.1", "4.2", "4.3")
TEXTS = {
    ("4.1", "a#x"): "14 days",
    ("4.2", "a#x"): "30 days",
    ("4.3", "a#x"): "45 days",
    ("", "a#x"): "45 days",
    ("4.1", "a#same"): "same",
    ("4.2", "a#same"): "same",
    ("4.3", "a#same"): "same",
    ("", "a#same"): "same",
    ("4.2", "a#gone"): "gone",
    ("4.3", "a#gone"): "gone",
    ("", "a#new"): "new",
}


def text_of(version: str, clause: str) -> str:
    """The text in that spec."""
    return TEXTS.get((version, clause), "")


def test_the_list_names_versions_and_commits() -> None:
    """The earliest first; blank lines and comments are none."""
    text = "# released\n4.1 0f3c\n\n4.2 v4.2   # with the spring release\n"

    assert (Released("4.1", "0f3c"), Released("4.2", "v4.2")) == read_versions(text, "versions.txt")


@pytest.mark.parametrize("line", ["4.2", "4.2 v4.2 more", "../4.2 v4.2", "4.2 --all", "-x v4.2", "v4.1 abc"])
def test_a_mistake_in_the_list_is_refused_with_its_line(line: str) -> None:
    """What to write instead, or that the version stands there twice."""
    with pytest.raises(Refused, match=r"versions.txt:2: "):
        read_versions(f"4.1 0f3c\n{line}\n", "versions.txt")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("4.2", "4.2"), (" v4.2 ", "4.2"), ("Version 4.2", "4.2"), ("", ""), ("4.9", ""), ("4", ""), ("v", "")],
)
def test_a_request_names_a_version_as_people_type_it(typed: str, expected: str) -> None:
    """One that is not kept, or none, is today's."""
    assert expected == version_named(request(details={"version": typed}), KNOWN)


def test_a_change_is_told_with_the_version_since_which_it_holds() -> None:
    """Not what reads the same, nor what came later; what is gone says so, and what no version has yet."""
    clauses = ("a#x", "a#same", "a#gone", "a#new", "a#x")

    assert (
        RuleChange("a#x", "4.3", "30 days", "45 days"),
        RuleChange("a#gone", "", "gone", ""),
    ) == rule_changes("4.2", KNOWN, clauses, text_of)
    assert (RuleChange("a#x", "4.2", "14 days", "45 days"),) == rule_changes("4.1", KNOWN, ("a#x",), text_of)
    assert () == rule_changes("4.3", KNOWN, ("a#x", "a#same"), text_of)
