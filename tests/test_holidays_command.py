"""`specdesk holidays propose`: a diff that git takes, with what is missing and nothing else."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from intake_fn.cli import main
from intake_fn.commands.holidays import missing, with_days
from intake_fn.core.errors import Refused
from intake_fn.core.process_file import parse
from intake_fn.core.spans import Span
from intake_fn.settings import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TEXT = (ROOT / "support.yml").read_text(encoding="utf-8")


def test_git_applies_the_diff_and_the_file_stays_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """England's 2028, without what falls on a weekend; the file itself is not touched by the command."""
    path = tmp_path / "support.yml"
    path.write_text(TEXT, encoding="utf-8")

    assert 0 == main(["holidays", "propose", "--year", "2028", "--calendar", "london", "--file", str(path)])
    diff = capsys.readouterr().out
    assert TEXT == path.read_text(encoding="utf-8")

    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff, text=True, check=True)
    before, after = (parse(text).calendars for text in (TEXT, path.read_text(encoding="utf-8")))
    added = {
        day: after["london"].holidays[day].name for day in after["london"].holidays.keys() - before["london"].holidays
    }

    assert {"Good Friday", "Easter Monday", "Christmas Day", "Boxing Day"} <= set(added.values())
    assert (date(2028, 4, 14), date(2028, 4, 17)) == tuple(sorted(added))[1:3]
    assert all(day.year == 2028 and day.weekday() < 5 for day in added)
    assert sorted(after["london"].holidays) == list(after["london"].holidays)
    assert all(before[name] == after[name] for name in before if name != "london")


def test_what_is_there_stays_and_is_not_proposed_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All calendars, then once more with the result: nothing is left to propose."""
    path = tmp_path / "support.yml"
    path.write_text(TEXT, encoding="utf-8")
    call = ["holidays", "propose", "--year", "2027", "--file", str(path)]
    main(call)
    diff = capsys.readouterr().out
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff, text=True, check=True)
    main(call)
    said = capsys.readouterr()

    assert not [line for line in diff.splitlines() if line.startswith("-") and not line.startswith("---")]
    assert ("", True) == (said.out, "has all of 2027 for new-york, london, paris, hong-kong" in said.err)


def test_days_stand_at_their_place_and_names_that_yaml_would_misread_in_quotes() -> None:
    """Before all others, between, after; a colon in a name."""
    days = {date(2026, 1, 1): "First: of all", date(2027, 3, 27): "no", date(2030, 1, 1): "Last #1"}
    holidays = parse(with_days(TEXT, "london", days)).calendars["london"].holidays

    assert days == {day: holidays[day].name for day in days}
    assert sorted(holidays) == list(holidays)


def test_a_holiday_of_half_a_day_is_left_whole_and_counts_as_there() -> None:
    """However it is written: the new days stand before and behind all of its lines."""
    day = date(2027, 3, 26)
    for text in (
        "{name: Half, until: '12:00'}",
        "{name: Half,\n        until: '12:00'}",
        "\n        name: Half\n        until: '12:00'",
    ):
        written = TEXT.replace("2027-03-26: Good Friday\n", f"2027-03-26: {text}\n", 1)
        holidays = parse(with_days(written, "london", {date(2027, 3, 25): "A", date(2027, 3, 27): "B"})).calendars[
            "london"
        ]

        assert ["A", "Half, 00:00-12:00", "B"] == [
            str(holidays.holidays[near]) for near in (date(2027, 3, 25), day, date(2027, 3, 27))
        ]
        assert day not in missing(parse(written).calendars["london"], 2027)


def test_a_night_that_runs_into_a_holiday_is_proposed_too() -> None:
    """Saturday has Friday's hours until the morning, so a holiday on a Saturday takes some of them."""
    london = parse(TEXT).calendars["london"]
    nights = replace(london, hours=(Span(22 * 60, 30 * 60),))
    saturday = date(2032, 12, 25)

    assert (False, True) == (saturday in missing(london, 2032), saturday in missing(nights, 2032))


def test_what_can_not_be_proposed_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A calendar that is not there, one without a country, a country that is none, a list on one line."""
    with pytest.raises(SystemExit, match="2"):
        main(["holidays", "propose", "--year", "2028", "--calendar", "rome"])
    texts = {
        "names no country": TEXT.replace("    holidays_of: {country: GB, subdivision: ENG}\n", ""),
        "holidays_of": TEXT.replace("country: GB, subdivision: ENG", "country: XX"),
    }
    for said, text in texts.items():
        path = tmp_path / "support.yml"
        path.write_text(text, encoding="utf-8")
        capsys.readouterr()

        assert 1 == main(["holidays", "propose", "--year", "2028", "--calendar", "london", "--file", str(path)])
        assert said in capsys.readouterr().err
    with pytest.raises(Refused, match="not written line by line"):
        with_days("calendars: {london: {holidays: {}}}", "london", {date(2028, 1, 3): "x"})
