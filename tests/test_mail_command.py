"""`specdesk mail import` and `mail list --in`: files of every kind, taken in as mail from SES is."""

from __future__ import annotations

import argparse
import json
import mailbox
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.commands import mail
from intake_fn.core.errors import Refused
from tests.desk.test_story import Room

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from intake_fn.core.process import Process

RAW = b"From: dana@example.com\r\nSubject: Mail %d\r\nMessage-ID: <%d@example.com>\r\n\r\nHello number %d\r\n"


@pytest.fixture
def room(process: Process) -> Room:
    """A desk on fakes."""
    return Room(process)


@pytest.fixture
def call(room: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run the command on it; exit status and JSON."""
    monkeypatch.setattr(mail, "background_desk", lambda: room.desk)
    parser = argparse.ArgumentParser()
    mail.add(parser.add_subparsers())

    def run(*words: str) -> tuple[int, Any]:
        args = parser.parse_args(["mail", *words, "--json"])
        status = args.run(args)
        return status, json.loads(capsys.readouterr().out)

    return run


def raw(number: int) -> bytes:
    """A mail."""
    return RAW % (number, number, number)


def eml(path: Path) -> Path:
    """One file."""
    (path / "1.eml").write_bytes(raw(1))
    return path / "1.eml"


def mbox(path: Path) -> Path:
    """Two mails in one file."""
    box = mailbox.mbox(path / "box")
    for number in (1, 2):
        box.add(raw(number))
    box.close()
    return path / "box"


def maildir(path: Path) -> Path:
    """Two mails in a Maildir."""
    box = mailbox.Maildir(path / "maildir")
    for number in (1, 2):
        box.add(raw(number))
    return path / "maildir"


@pytest.mark.parametrize(("made", "number"), [(eml, 1), (mbox, 2), (maildir, 2)])
def test_every_kind_of_file_is_imported_once(
    call: Callable[..., tuple[int, Any]], room: Room, tmp_path: Path, made: Callable[[Path], Path], number: int
) -> None:
    """The same import again adds nothing."""
    path = str(made(tmp_path))
    status, told = call("import", path)
    again = call("import", path)[1]

    assert (0, 0, number) == (status, told["failed"], len(told["mails"]))
    assert [one["id"] for one in told["mails"]] == [one["id"] for one in again["mails"]]
    assert number == room.desk.inbound.mail_ledger().received
    assert all(one["end"] and one["end"] != "waiting" for one in told["mails"])


def test_what_came_in_is_listed_by_its_end(call: Callable[..., tuple[int, Any]], tmp_path: Path) -> None:
    """The latest first, and that there are more."""
    call("import", str(maildir(tmp_path)))
    told = call("list", "--in", "--limit", "1")[1]

    assert (1, True) == (len(told["mails"]), told["more"])
    assert [] == call("list", "--in", "--end", "waiting")[1]["mails"]


def test_a_mail_that_cannot_be_taken_in_now_stops_no_other(
    call: Callable[..., tuple[int, Any]], room: Room, tmp_path: Path
) -> None:
    """The exit status says it, and what to do."""
    room.files.down = True
    status, told = call("import", str(maildir(tmp_path)))

    assert (1, 2) == (status, told["failed"])
    assert all("import it again" in one["why"] for one in told["mails"])


@pytest.mark.parametrize(("words", "says"), [(("nowhere.eml",), "cannot be read"), ((), "Name what to import")])
def test_what_is_not_there_is_refused(call: Callable[..., tuple[int, Any]], words: tuple[str, ...], says: str) -> None:
    """With what to name instead."""
    with pytest.raises(Refused, match=says):
        call("import", *words)


def test_a_folder_without_mails_is_refused(call: Callable[..., tuple[int, Any]], tmp_path: Path) -> None:
    """It says what a folder may be."""
    with pytest.raises(Refused, match="neither a Maildir"):
        call("import", str(tmp_path))


def test_a_damaged_mail_in_an_mbox_stops_no_other_and_the_count_is_told(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that has no header waits for a person; the second import says that all came before."""
    line = b"From dana@example.com Mon Nov 23 15:00:00 2026\n"
    path = tmp_path / "box"
    path.write_bytes(line + raw(1) + b"\n" + line + b"\n\xff\xfe\x00 no header\n\n" + line + raw(2) + b"\n")
    monkeypatch.setattr(mail, "background_desk", lambda: room.desk)
    parser = argparse.ArgumentParser()
    mail.add(parser.add_subparsers())
    told = []
    for _ in range(2):
        args = parser.parse_args(["mail", "import", str(path)])
        assert 0 == args.run(args)
        told.append(capsys.readouterr().out)

    assert "3 of 3 mails taken in: 1 quarantined, 2 ticketed." in told[0]
    assert "came before" not in told[0]
    assert "3 of them came before: they added nothing." in told[1]
    assert 3 == room.desk.inbound.mail_ledger().received


def test_one_path_that_is_wrong_keeps_all_from_being_imported(
    call: Callable[..., tuple[int, Any]], room: Room, tmp_path: Path
) -> None:
    """An empty file is no mail; what was named before it is not half imported."""
    (tmp_path / "empty.mbox").write_bytes(b"\n")
    with pytest.raises(Refused, match="empty"):
        call("import", str(eml(tmp_path)), str(tmp_path / "empty.mbox"))

    assert 0 == room.desk.inbound.mail_ledger().received
