"""What an erasure leaves to a person, in lines that fit into one record."""

from __future__ import annotations

from intake_fn.desk.erasure_left import MOST_LINES, Left
from intake_fn.ports import IssueLeft


def test_each_kind_is_one_line_with_the_numbers_of_all_issues() -> None:
    """What Mantis keeps and nothing else; numbers behind each other are one."""
    issues = [IssueLeft(number, revisions=True, history=number > 7) for number in (5, 3, 7, 8, 9)]
    issues += [IssueLeft(4, notes=(11, 12)), IssueLeft(6, files=(2, 3))]
    told = Left(["HD-1 is not erased yet."], issues).told()

    assert 5 == len(told)
    assert "HD-1 is not erased yet." == told[0]
    assert "in issues 3, 5, 7 to 9. Drop them" in told[1]
    assert "of notes 11 (issue 4), 12 (issue 4). Drop them" in told[2]
    assert "in issues 8 to 9. No page" in told[3]
    assert "over REST: 2, 3 (issue 6). Delete" in told[4]
    assert () == Left().told()


def test_it_fits_into_a_record_however_many_there_are() -> None:
    """An item holds 390 kB; of what does not fit the number is told."""
    numbers = range(10**6, 10**6 + 200_000, 2)
    issues = [IssueLeft(number, revisions=True, history=True, notes=(number,), files=(number,)) for number in numbers]
    told = Left([f"HD-{number}" for number in range(5000)], issues, range(0, 50, 2)).told()

    assert sum(len(line.encode()) for line in told) < 300_000
    assert f"And {5000 - MOST_LINES} more of this kind. Run it again" in "".join(told)
    assert all(" more" in line for line in told[-5:-1])
    assert told[-1].startswith("While this was written it was at issues 0, 2, 4")
