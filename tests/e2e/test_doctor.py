"""`specdesk doctor` and `specdesk provision` on the running sandbox: all is well, and then it is not."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.aws import client
from intake_fn.adapters.dynamodb import DynamoStore, Table
from intake_fn.cli import main
from intake_fn.ports import Session, SuppressedAddress
from intake_fn.texts import as_written
from sandbox.stack import ROOT, Ports, Sandbox
from tests.fakes import LEVELS, MONDAY
from tests.kept_vectors import with_vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.aws

PARTS = ["settings", "process", "table", "files", "mail", "incoming mail", "mantis", "index", "judge"]
NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox of its own, whose Mantis may be stopped."""
    folder = tmp_path_factory.mktemp("doctor")
    with Sandbox(Ports(0, 0, 0), build=with_vectors(folder), state=folder / "state", wiki=False) as sandbox:
        yield sandbox


@pytest.fixture
def call(
    running: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Runs a command with the settings of the sandbox, and others where given: exit status and what was printed."""

    def run(*arguments: str, **changed: str) -> tuple[int, str]:
        for name, value in {**running.environ, **changed}.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()  # what the sandbox of this process logged before
        status = main(arguments)
        return status, capsys.readouterr().out

    return run


def wrong(printed: str) -> dict[str, list[dict[str, Any]]]:
    """The findings by part, of the parts that have some."""
    return {part["part"]: part["findings"] for part in json.loads(printed)["parts"] if not part["ok"]}


# --- doctor ----------------------------------------------------------------------------------


def test_all_is_well_in_the_sandbox(call: Callable[..., tuple[int, str]]) -> None:
    """Every part says what it is; the exit status is 0."""
    status, printed = call("doctor", "--json")

    assert (0, {}) == (status, wrong(printed))
    assert [part["part"] for part in json.loads(printed)["parts"]] == PARTS
    assert "mantis: MantisBT 2.28.4 as specdesk" in call("doctor")[1]


def test_it_says_that_mantis_is_down_and_looks_at_the_rest(
    running: Sandbox, call: Callable[..., tuple[int, str]]
) -> None:
    """One part, with what to do."""
    running.stop_mantis()
    try:
        status, printed = call("doctor", "--json")
        words = call("doctor")[1]
    finally:
        running.start_mantis()

    assert (1, ["mantis"]) == (status, list(wrong(printed)))
    assert "It is down" in wrong(printed)["mantis"][0]["what"]
    assert "WRONG  mantis" in words
    assert 0 == call("doctor")[0]


def test_what_is_logged_does_not_mix_with_what_is_printed(
    running: Sandbox, call: Callable[..., tuple[int, str]]
) -> None:
    """Standard output is the command's; a program may read it."""
    running.stop_mantis()
    try:
        status, printed = call("sweep")
    finally:
        running.start_mantis()

    assert 0 == status
    assert ["alerts", "Mantis:"] == [line.split()[0] for line in printed.splitlines()]


def test_it_says_that_aws_is_down(call: Callable[..., tuple[int, str]]) -> None:
    """Four parts, each by itself."""
    status, printed = call("doctor", "--json", AWS_ENDPOINT_URL=NOBODY)

    assert (1, ["table", "files", "mail", "incoming mail"]) == (status, list(wrong(printed)))
    assert all("It is down" in found[0]["what"] for found in wrong(printed).values())


@pytest.mark.parametrize(
    ("changed", "part", "says"),
    [
        ({"SPECDESK_TABLE": ""}, "settings", "SPECDESK_TABLE is not set"),
        ({"SPECDESK_PROCESS": "/nowhere/support.yml"}, "process", "/nowhere/support.yml"),
        ({"SPECDESK_TABLE": "another"}, "table", "another lacks: table"),
        ({"SPECDESK_BUCKET": "another"}, "files", "another lacks: bucket"),
        ({"SPECDESK_MANTIS_TOKEN": "wrong"}, "mantis", "does not know the token of the service account"),
        ({"SPECDESK_MANTIS_URL": "127.0.0.1:8989"}, "settings", "SPECDESK_MANTIS_URL is '127.0.0.1:8989': links"),
        ({"SPECDESK_MANTIS_URL": "http://127.0.0.1:8989/api/rest"}, "settings", "write it without /api/rest"),
        ({"SPECDESK_INDEX": "/nowhere/index"}, "index", "/nowhere/index"),
    ],
)
def test_each_thing_that_is_wrong_is_told_with_a_remedy(
    call: Callable[..., tuple[int, str]], changed: dict[str, str], part: str, says: str
) -> None:
    """The part that it is about, and no other."""
    status, printed = call("doctor", "--json", **changed)
    (finding,) = wrong(printed)[part]
    follows = ["incoming mail"] if "SPECDESK_BUCKET" in changed else []

    assert (1, [part, *follows]) == (status, list(wrong(printed)))
    assert says in finding["what"]
    assert finding["remedy"]


def test_an_index_of_another_spec_is_told(call: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    """Somebody changed the wiki and did not build the index."""
    (tmp_path / "page.md").write_text("# Page {#page}\n", encoding="utf-8")
    status, printed = call("doctor", "--json", "--spec", str(tmp_path))

    assert (1, ["index"]) == (status, list(wrong(printed)))
    assert "build-index" in wrong(printed)["index"][0]["remedy"]


def other_process(folder: Path, old: str, new: str, *more: tuple[str, str]) -> str:
    """A support.yml that says something else."""
    text = (ROOT / "support.yml").read_text(encoding="utf-8")
    for was, is_ in ((old, new), *more):
        assert was in text
        text = text.replace(was, is_)
    path = folder / "support.yml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_an_address_that_is_not_registered_is_told(call: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    """Mail would be refused by SES, and mail to it would not come in."""
    path = other_process(tmp_path, "address: helpdesk@example.com", "address: other@example.org")
    status, printed = call("doctor", "--json", SPECDESK_PROCESS=path)

    assert (1, ["mail", "incoming mail"]) == (status, list(wrong(printed)))
    assert "other@example.org lacks: identity" == wrong(printed)["mail"][0]["what"]


def test_a_person_whom_no_mail_reaches_is_told_until_they_are_unsuppressed(
    running: Sandbox, call: Callable[..., tuple[int, str]]
) -> None:
    """The doctor names the person; `specdesk mail` lists the address and lets mail go there again."""
    store = DynamoStore(Table(lambda: client("dynamodb", running.environ), "specdesk"), LEVELS)
    store.suppress(SuppressedAddress("roma@example.com", as_written("It came back."), MONDAY, "HD-0000-0001"))
    status, printed = call("doctor", "--json")
    listed = call("mail", "list"), call("mail", "list", "--json")
    words = "roma@example.com  2026-11-23T15:00:00+00:00  HD-0000-0001  It came back.\n"

    assert (1, ["mail"]) == (status, list(wrong(printed)))
    assert "Roma gets no mail: It came back." == wrong(printed)["mail"][0]["what"]
    assert "specdesk mail unsuppress roma@example.com" in wrong(printed)["mail"][0]["remedy"]
    assert (0, words) == listed[0]
    assert ["roma@example.com"] == [mark["address"] for mark in json.loads(listed[1][1])["suppressed"]]
    unsuppressed = call("mail", "unsuppress", "Roma@Example.com", "--json")
    assert {"unsuppressed": ["Roma@Example.com"]} == json.loads(unsuppressed[1])
    assert 1 == call("mail", "unsuppress", "roma@example.com")[0]
    assert 1 == call("mail", "unsuppress")[0]
    assert (0, "No address is suppressed.\n") == call("mail", "list")
    assert 0 == call("doctor")[0]


def test_sessions_are_listed_and_ended(running: Sandbox, call: Callable[..., tuple[int, str]]) -> None:
    """By person, also one who has left support.yml, or all; what has ended by itself is not shown."""
    store = DynamoStore(Table(lambda: client("dynamodb", running.environ), "specdesk"), LEVELS)
    now = running.application.clock()
    for person, hours in (("paul", 1), ("roma", 2), ("who-left", 3), ("andrei", -1)):
        address = f"{person}@example.com"
        store.open_session(Session(person, "id", address, now - timedelta(hours=2), now + timedelta(hours=hours)))

    listed = json.loads(call("sessions", "list", "--json")[1])["sessions"]
    assert ["paul", "roma", "who-left"] == [session["person"] for session in listed]
    assert "id" not in listed[0]
    assert "paul@example.com" in call("sessions", "list", "paul")[1]
    assert (0, "Nobody is signed in.\n") == call("sessions", "list", "andrei")
    assert ["who-left"] == [
        one["person"] for one in json.loads(call("sessions", "end", "who-left", "--json")[1])["ended"]
    ]
    assert call("sessions", "end", "--all")[1].startswith("Ended: paul")
    assert (0, "Nobody of them is signed in.\n") == call("sessions", "end", "--all")
    for mistyped in (["end"], ["end", "paul", "--all"], ["list", "--all"]):
        with pytest.raises(SystemExit):
            call("sessions", *mistyped)


def test_a_configuration_set_that_reports_nothing_is_told(call: Callable[..., tuple[int, str]]) -> None:
    """By the doctor as a finding, by provision as work for a person."""
    status, printed = call("doctor", "--json", SPECDESK_CONFIGURATION_SET="reports-none")
    planned = call("provision", "--json", SPECDESK_CONFIGURATION_SET="reports-none")

    assert (1, ["mail"]) == (status, list(wrong(printed)))
    assert "configuration set reports-none lacks: configuration set" == wrong(printed)["mail"][0]["what"]
    assert {"configuration set reports-none: configuration set": ("you", "missing")} == steps(planned[1])


# --- provision -------------------------------------------------------------------------------


def steps(printed: str) -> dict[str, tuple[str, str]]:
    """Who makes each thing that is missing, and its state."""
    return {step["what"]: (step["by"], step["state"]) for step in json.loads(printed)["steps"]}


def test_nothing_is_missing_in_the_sandbox(call: Callable[..., tuple[int, str]]) -> None:
    """The plan is empty."""
    assert (0, "Nothing is missing.\n") == call("provision")
    assert (0, {}) == (call("provision", "--json")[0], steps(call("provision", "--apply", "--json")[1]))


def test_a_plan_makes_nothing_and_apply_makes_it(call: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    """Table, bucket, address, the way of mail; afterwards the doctor finds nothing."""
    path = other_process(tmp_path, "address: helpdesk@example.com", "address: new@example.org")
    new = {"SPECDESK_TABLE": "new-table", "SPECDESK_BUCKET": "new-bucket", "SPECDESK_PROCESS": path}
    names = {
        "table new-table: table",
        "bucket new-bucket: bucket",
        "mail from new@example.org: identity",
        "incoming mail: permission for SES to put mail into the bucket",
        "incoming mail: receipt rule of SES that scans mail and puts it into the bucket",
    }
    for _ in range(2):
        status, printed = call("provision", "--json", **new)
        assert (1, dict.fromkeys(names, ("specdesk", "missing"))) == (status, steps(printed))

    assert "missing  table new-table: table" in call("provision", **new)[1]
    status, printed = call("provision", "--apply", "--json", **new)
    assert (0, dict.fromkeys(names, ("specdesk", "made"))) == (status, steps(printed))
    assert (0, "Nothing is missing.\n") == call("provision", **new)
    assert 0 == call("doctor", **new)[0]


def test_what_a_person_has_to_do_is_told_with_its_clicks(call: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    """A project needs an administrator's token; a category and an account need a person in Mantis's pages."""
    path = other_process(
        tmp_path,
        "change: Change InBox",
        "change: Wishes",
        ("name: Customs,", "name: Customs and duties,"),
        ("mantis: roma", "mantis: roma.new"),
    )
    status, printed = call("provision", "--apply", "--json", SPECDESK_PROCESS=path)
    told = json.loads(printed)["steps"]
    (project,) = [step for step in told if step["by"] == "specdesk"]
    by_hand = {step["what"]: step["how"] for step in told if step["by"] == "you"}

    assert (1, "failed") == (status, project["state"])
    assert "Wishes" in project["what"]
    assert "SPECDESK_MANTIS_ADMIN_TOKEN" in project["how"]
    wrong_token = {"SPECDESK_PROCESS": path, "SPECDESK_MANTIS_ADMIN_TOKEN": "wrong"}
    told = json.loads(call("provision", "--apply", "--json", **wrong_token)[1])["steps"]
    (project,) = [step for step in told if step["by"] == "specdesk"]
    assert ("failed", True) == (project["state"], "the token of the administrator" in project["error"])
    assert "SPECDESK_MANTIS_ADMIN_TOKEN" in project["how"]
    assert not [what for what in by_hand if "'General'" in what]
    for name in ("Bugs InBox", "Wishes", "Support Misc"):
        assert "> Categories >" in by_hand[f"project '{name}' has no category 'Customs and duties'"]
        assert "Create New Account" in by_hand[f"nobody may handle issues in '{name}' as 'roma.new'"]
