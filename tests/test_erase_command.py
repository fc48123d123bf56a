"""What `specdesk erase` and `specdesk retention` say, and what they refuse."""

from __future__ import annotations

import json
from argparse import Namespace
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from intake_fn.adapters.provision.backup import Manifest
from intake_fn.commands import backup, erase, retention
from intake_fn.core.codec import to_plain
from intake_fn.core.erasure import DataSubject
from intake_fn.core.errors import Refused
from intake_fn.core.retention import Rule, Settled
from intake_fn.desk.erasure import ErasedAgain
from intake_fn.desk.erasure_plan import Plan
from intake_fn.desk.retention_preview import COUNTED, RuleNow
from intake_fn.ports import ErasureRecord, Place, Stored

if TYPE_CHECKING:
    from pathlib import Path

    from intake_fn.core.process import Process

NOW = datetime(2026, 12, 27, 13, 5, tzinfo=UTC)
RECORD = ErasureRecord("d" * 64, NOW, "paul@example.com", {"requests": "2"}, ("Issue 1: look.",), finished=True)
WAITS = "attachments: 90 days comes into force on 2026-12-27 13:05 UTC, and takes 1000 or more then; until then"


def test_a_plan_says_what_would_go_and_that_nothing_went() -> None:
    """Numbers, requests by name, and what a person looks through; of many the first."""
    subject = DataSubject("ann@example.com", ("Ann", "Customer Service"))
    plan = Plan("ann@example.com", subject, own=[f"HD-{number:04}" for number in range(22)])
    plan.counts = Counter({"items read": 90, "texts": 5, "files": 0})
    plan.marks = [Stored(Place.OF_AN_ADDRESS, "MAILBOX#", ("MAILBOX#ann@example.com", "SETTINGS"), "")]
    plan.look = ["HD-9999"]

    lines = [*erase._plan_lines(plan)]

    assert "Read 90 items. This would be erased:" == lines[0]
    assert "  texts: 5" in lines
    assert not [line for line in lines if "files" in line and ": 0" in line]
    assert any(line.endswith("HD-0019 and 2 more") for line in lines)
    assert any("HD-9999" in line for line in lines)
    assert any(line.endswith("whoever is meant: Customer Service") for line in lines)
    assert lines[-1].startswith("Nothing was changed.")


def test_who_does_it_is_an_admin(process: Process) -> None:
    """It stands in the record."""
    assert "paul@example.com" == erase.actor("paul", process)
    with pytest.raises(Refused, match="--by NAME, one of ihelp, paul"):
        erase.actor("roma", process)
    with pytest.raises(Refused, match="--by NAME"):
        erase.actor("", process)


def test_records_leave_as_json_and_come_back(tmp_path: Path) -> None:
    """The file is kept beside the backups; another one is refused."""
    path = tmp_path / "erasures.json"
    path.write_text(json.dumps({"erasures": [to_plain(RECORD)]}), encoding="utf-8")

    assert [RECORD] == erase.records_in(path)
    assert ["2026-12-27T13:05:00+00:00  by paul@example.com  dddddddddddddddd  requests 2", "  Issue 1: look."] == (
        erase.lines_of([RECORD])
    )
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(Refused, match="holds no records of erasures"):
        erase.records_in(path)


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (Settled(730, 730), "attachments: 730 days is in force; due now: 4"),
        (Settled(None, None), "attachments: for ever is in force; due now: 4"),
        (
            Settled(90, 730, NOW),
            f"{WAITS} 730 days hold; due now: 4",
        ),
        (
            Settled(90, None, NOW),
            f"{WAITS} nothing goes; due now: 4",
        ),
    ],
)
def test_a_rule_says_when_it_holds_and_what_it_takes(rule: Settled, line: str) -> None:
    """Before anything goes."""
    assert line == retention._line(RuleNow(Rule.ATTACHMENTS, rule, 4, COUNTED))


def test_a_record_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    """It has no salt."""
    path = tmp_path / "erasures.json"
    plain = {name: value for name, value in to_plain(RECORD).items() if name != "salt"}
    path.write_text(json.dumps({"erasures": [plain]}), encoding="utf-8")

    assert [RECORD] == erase.records_in(path)


MANIFEST = Manifest(1, "2026-11-27T18:40:00+00:00", "table", "bucket", 9, 2, 0, 0, (), {})


@pytest.mark.parametrize(
    ("given", "finished", "status", "said"),
    [
        (False, True, 0, "erased after 2026-11-27T18:40:00+00:00, it is back. Before anybody works with it: `specdesk"),
        (True, True, 0, "Erased again, of 1 records: 1 people."),
        (True, False, 1, "NOT FINISHED: run it again"),
    ],
)
def test_a_restoration_says_who_may_be_back_and_ends_badly_while_something_is_left(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    process: Process,
    given: bool,
    finished: bool,
    status: int,
    said: str,
) -> None:
    """Without the records of erasures it cannot know them; for programs all of it stands in the JSON."""
    path = tmp_path / "erasures.json"
    path.write_text(json.dumps({"erasures": [to_plain(RECORD)]}), encoding="utf-8")
    made = ErasedAgain((replace(RECORD, finished=finished),))
    monkeypatch.setattr(backup, "_stage", lambda: ())
    monkeypatch.setattr(backup, "_application", lambda: SimpleNamespace(process=process))
    monkeypatch.setattr("intake_fn.adapters.provision.backup.restore", lambda _: MANIFEST)
    monkeypatch.setattr(erase, "reading_everything", lambda _: None)
    monkeypatch.setattr(erase, "erased_again", lambda *_: made)
    args = Namespace(folder=tmp_path, erasures=path if given else None, by="paul" if given else "", json=False)

    assert status == backup.restore(args)
    told = capsys.readouterr().out
    assert said in told
    assert "`specdesk reports recompute --fix`" in told
    args.json = True
    backup.restore(args)
    plain = json.loads(capsys.readouterr().out)
    assert said in "\n".join(plain["next"])
    assert given is ("erased" in plain)
