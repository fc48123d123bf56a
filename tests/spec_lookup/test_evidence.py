"""What a sentence of a spec says for or against a claim."""

from __future__ import annotations

import pytest

from spec_lookup import Claim, Clause
from spec_lookup.evidence import compare


def stances(rule: str, summary: str, happened: str, expected: str, **more: float) -> set[tuple[str, bool]]:
    """The stances, and whether they decide, that a clause of one rule takes."""
    clause = Clause("page", "rule", "Rule", "Page", rule, 1)
    found = compare(Claim(summary, happened, expected), clause, **more)
    return {(finding.stance, finding.decides) for finding in found}


BUG = {("supports-expected", True)}
CHANGE = {("supports-observed", True)}

ACCOUNT = "An account is locked after 45 days without sign-in."
CANCEL = "Members can cancel a seat free of charge until 18:00 on the day before."
SIZE = "A photo of a badge has at most 5 MB."


@pytest.mark.parametrize(
    ("rule", "happened", "expected", "found", "why"),
    [
        ("The badge expires after 90 days.", "My badge expires after 60 days.", "90 days", BUG, "the number expected"),
        ("The badge expires after 60 days.", "My badge expires after 60 days.", "90 days", CHANGE, "the number seen"),
        ("The badge expires after 30 days.", "My badge expires after 60 days.", "90 days", set(), "neither number"),
        ("The badge is round.", "My badge expires after 60 days.", "90 days", set(), "no number"),
        (ACCOUNT, "My account is locked after 36 days, no sign-in.", "not locked so soon", BUG, "too early"),
        (ACCOUNT, "My account is locked after 50 days, no sign-in.", "not locked so soon", CHANGE, "late enough"),
        (CANCEL, "I cancelled my seat at 17:20 as a member.", "no charge", BUG, "in time"),
        (CANCEL, "I cancelled my seat at 18:40 as a member.", "no charge", CHANGE, "too late"),
        (f"{CANCEL[:-1]}, unless it is a gift.", "I cancelled my seat at 17:20.", "no charge", set(), "an exception"),
        (SIZE, "The photo of my badge is refused.", "a photo of 8 MB is taken", CHANGE, "beyond the limit"),
        ("| Guest | 3 badges |", "A member gets 4 badges, a rule for us.", "3 badges", set(), "another row"),
        ("| Member | 3 badges |", "A member gets 4 badges, a rule for us.", "3 badges", BUG, "the row named"),
    ],
)
def test_numbers_and_limits_take_sides(
    rule: str, happened: str, expected: str, found: set[tuple[str, bool]], why: str
) -> None:
    """Each row is a rule, what was seen and expected, and on which side the rule stands."""
    assert found == stances(rule, "a badge, an account, a seat: the rule", happened, expected), why


@pytest.mark.parametrize(
    ("rule", "happened", "expected", "found", "why"),
    [
        ("A seat can be given to another member.", "I can't give my seat to a member.", "", BUG, "allowed"),
        (
            "A seat cannot be given to another member.",
            "It refuses to give my seat to a member.",
            "",
            CHANGE,
            "forbidden",
        ),
        ("A seat is not given to another member.", "It refuses to give my seat to a member.", "", CHANGE, "not done"),
        ("Only the office can give a seat to a member.", "I can't give my seat to a member.", "", set(), "a condition"),
        ("A seat can be given to a member until May.", "I can't give my seat to a member.", "", set(), "a limit"),
        ("A seat can be given to another member.", "He gave his seat to a member.", "", set(), "nothing was refused"),
        ("A seat can be given to a member.", "I can't give my seat to a member.", "not possible", set(), "as wanted"),
        ("A badge can be printed.", "I can't give my seat to a member.", "", set(), "another thing"),
    ],
)
def test_permissions_take_sides(
    rule: str, happened: str, expected: str, found: set[tuple[str, bool]], why: str
) -> None:
    """What is allowed or forbidden without a condition decides on what was refused."""
    assert found == stances(rule, "my seat, a rule", happened, expected), why


def test_a_place_in_a_row_is_no_amount() -> None:
    """The 6th day is not held against one day."""
    rule = "Storage of a box is charged from the 6th day after its arrival."

    assert set() == stances(
        rule, "storage", "Storage of the box is charged one day too late after arrival.", "a day less"
    )


def test_a_limit_of_a_clause_that_is_not_the_nearest_only_casts_doubt() -> None:
    """A limit speaks of every number with its unit; a number that is the very same may decide from further off."""
    assert {("supports-expected", False)} == stances(
        ACCOUNT, "account locked", "It is locked after 36 days without sign-in.", "not locked so soon", nearness=0.9
    )
    assert BUG == stances(
        "A badge expires after 90 days.", "badge", "It expires after 60 days.", "90 days", nearness=0.9
    )
