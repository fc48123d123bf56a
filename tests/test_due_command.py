"""`specdesk due` as an admin types it: the worked examples, the trace, and what is refused."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.cli import main
from intake_fn.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs `specdesk due` and gives the exit status, what was printed, and what was complained about."""

    def run(*arguments: str, level: str = "4") -> tuple[int, str, str]:
        try:
            status = main(["due", "--level", level, *arguments])
        except SystemExit as left:
            status = int(left.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


WEEKEND = "2026-11-27T17:00-05:00/2026-11-30T10:00-05:00"


@pytest.mark.parametrize(
    ("priority", "at", "pauses", "expected"),
    [
        pytest.param("high", "2026-11-24T11:00-05:00", [], "2026-11-24T18:00:00-05:00", id="the same day"),
        pytest.param("high", "2026-11-24T15:10-05:00", [], "2026-11-25T12:00:00-05:00", id="the next morning"),
        pytest.param("high", "2026-11-25T15:00-05:00", [], "2026-11-27T12:00:00-05:00", id="after Thanksgiving"),
        pytest.param("medium", "2026-11-25T16:00-05:00", [], "2026-11-27T16:00:00-05:00", id="24 hours"),
        pytest.param("low", "2026-11-25T16:00-05:00", [], "2026-11-30T16:00:00-05:00", id="48 hours"),
        pytest.param("medium", "2026-11-27T16:00-05:00", [WEEKEND], "2026-12-01T09:00:00-05:00", id="paused"),
        pytest.param("high", "2026-11-24T16:00Z", [], "2026-11-24T18:00:00-05:00", id="UTC, the calendar's offset"),
        pytest.param("low", "2027-03-11T16:00-05:00", [], "2027-03-15T16:00:00-04:00", id="clocks go forward between"),
    ],
)
def test_worked_examples(call: Any, priority: str, at: str, pauses: list[str], expected: str) -> None:
    """The customer's response times: the first line is the due instant, and so is `due` of the JSON."""
    arguments = ["--priority", priority, "--at", at, *(word for pause in pauses for word in ("--pause", pause))]
    status, out, _ = call(*arguments)
    json_status, json_out, _ = call(*arguments, "--json")

    assert (0, expected) == (status, out.splitlines()[0])
    assert (0, expected) == (json_status, json.loads(json_out)["due"])


def test_the_trace_is_without_gaps_and_adds_up(call: Any) -> None:
    """Anybody can recompute the due instant from what is printed."""
    _, out, _ = call("--priority", "medium", "--at", "2026-11-27T16:00-05:00", "--pause", WEEKEND, "--json")
    trace = json.loads(out)["trace"]

    assert [
        ("working day", 3600),
        ("waiting for the requester", 0),
        ("working day", 50400),
        ("working day", 32400),
    ] == [(piece["what"], piece["counted_seconds"]) for piece in trace]
    assert [piece["to"] for piece in trace[:-1]] == [piece["from"] for piece in trace[1:]]
    assert timedelta(hours=24).total_seconds() == trace[-1]["sum_seconds"]
    assert datetime.fromisoformat("2026-12-01T14:00Z") == datetime.fromisoformat(trace[-1]["to"])


def test_another_calendar_counts_in_its_own_hours(call: Any) -> None:
    """London's day ends at 17:30, and its offset is shown."""
    _, out, _ = call("--priority", "high", "--at", "2026-11-24T11:00Z", "--calendar", "london")

    assert "2026-11-24T17:30:00+00:00" == out.splitlines()[0]


@pytest.mark.parametrize(
    ("hours", "cutoff", "next_due", "at", "expected"),
    [
        pytest.param(
            '"00:00-24:00"', "13:00", "11:00", "2026-11-24T11:00-05:00", "2026-11-25T00:00:00-05:00", id="24/7"
        ),
        pytest.param(
            '"22:00-06:00"', "02:00", "23:00", "2026-11-24T01:00-05:00", "2026-11-24T06:00:00-05:00", id="night"
        ),
        pytest.param(
            '["09:00-12:00", "13:00-18:00"]',
            "13:00",
            "11:00",
            "2026-11-24T12:30-05:00",
            "2026-11-24T18:00:00-05:00",
            id="break",
        ),
    ],
)
def test_other_hours_count_as_they_are_written(
    call: Any, tmp_path: Path, hours: str, cutoff: str, next_due: str, at: str, expected: str
) -> None:
    """Until 24:00, across midnight, around a break: from the file alone."""
    text = (ROOT / "support.yml").read_text(encoding="utf-8")
    text = text.replace('hours: "09:00-18:00"', f"hours: {hours}", 1)
    text = text.replace('cutoff: "13:00", next_due: "12:00"', f'cutoff: "{cutoff}", next_due: "{next_due}"', 1)
    path = tmp_path / "support.yml"
    path.write_text(text, encoding="utf-8")
    status, out, err = call("--priority", "high", "--at", at, "--file", str(path))

    assert (0, expected, "") == (status, out.splitlines()[0], err)


@pytest.mark.parametrize(
    ("level", "priority", "why"),
    [
        ("2", "high", "the response time of level 2 for high requests is to be decided"),
        ("4", "urgent", "urgent requests are never at level 4"),
    ],
)
def test_where_no_clock_runs_it_says_so(call: Any, level: str, priority: str, why: str) -> None:
    """An exit status of its own, and `null` in the JSON."""
    arguments = ["--priority", priority, "--at", "2026-11-24T11:00-05:00"]
    status, out, _ = call(*arguments, level=level)
    json_status, json_out, _ = call(*arguments, "--json", level=level)

    assert (3, f"No clock runs: {why}.\n") == (status, out)
    assert (3, None) == (json_status, json.loads(json_out)["due"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--at", "2026-11-24T11:00"], "does not say where on earth", id="naive"),
        pytest.param(["--at", "yesterday"], "is no instant", id="no date"),
        pytest.param(["--at", "0001-01-01T00:00+05:00"], "is not between 1970 and 2199", id="long ago"),
        pytest.param(["--at", "9999-12-31T23:00-05:00"], "is not between 1970 and 2199", id="far away"),
        pytest.param(["--level", "7"], "there is no level 7; there are 0, 1, 2, 3, 4", id="level"),
        pytest.param(["--priority", "huge"], "there is no priority 'huge'", id="priority"),
        pytest.param(["--calendar", "rome"], "there is no calendar 'rome'", id="calendar"),
        pytest.param(["--pause", "2026-11-24T12:00Z"], "is no pause", id="half a pause"),
        pytest.param(["--pause", "2026-11-24T12:00/2026-11-24T13:00Z"], "does not say where", id="naive pause"),
        pytest.param(["--pause", "2026-11-25T12:00Z/2026-11-25T11:00Z"], "ends before it begins", id="reversed"),
        pytest.param(["--pause", "2026-11-20T12:00Z/2026-11-25T11:00Z"], "before the level receives", id="too early"),
        pytest.param(
            ["--pause", "2026-11-25T12:00Z/2026-11-25T14:00Z", "--pause", "2026-11-25T13:00Z/2026-11-25T15:00Z"],
            "before another pause ends",
            id="overlapping",
        ),
    ],
)
def test_what_is_mistyped_is_named(call: Any, arguments: list[str], said: str) -> None:
    """Exit status 2, the word that is wrong, and what there is."""
    status, out, err = call("--priority", "high", "--at", "2026-11-24T16:00Z", *arguments)

    assert (2, "") == (status, out)
    assert said in err


@pytest.mark.parametrize(
    ("make", "why"),
    [
        pytest.param(lambda path: path.mkdir(), "cannot be read: Is a directory", id="a folder"),
        pytest.param(lambda path: path.write_bytes(b"levels: \xff"), "not written in UTF-8", id="another encoding"),
        pytest.param(lambda _: None, "There is no ", id="nothing"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: Callable[[Path], object], why: str
) -> None:
    """By every command that takes one; no traceback."""
    path = tmp_path / "support.yml"
    make(path)
    due = ("due", "--level", "4", "--priority", "high", "--at", "2026-11-24T11:00Z", "--file", str(path))

    for arguments in (due, ("check", str(path)), ("holidays", "propose", "--year", "2028", "--file", str(path))):
        assert 1 == main(arguments)
        assert why in capsys.readouterr().err
