"""Commands against the running sandbox, as an admin calls them: exit status, lines, and JSON."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.aws import client
from intake_fn.adapters.provision.dynamodb import create_table
from intake_fn.cli import main
from intake_fn.core.clause_changed import unsettled
from intake_fn.core.errors import Refused
from intake_fn.core.events import Escalated, Overruled, Resolved
from intake_fn.core.request import Kind, Request, Requester
from intake_fn.core.vocabulary import Category, Outcome, Stance
from intake_fn.wiring import Application
from spec_lookup import Spec
from tests.removals import text_without
from tests.web.approvals import approve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from intake_fn.desk import Desk
    from sandbox.stack import Sandbox

pytestmark = pytest.mark.aws

NOBODY = "http://127.0.0.1:9"
REFUSED = "No mail goes there."

SPECS = ("spec30", "spec45")
"""Folders of a spec before and after a change, by the days that a quote is valid for."""


@pytest.fixture
def environ(sandbox: Sandbox, request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of the sandbox, with a table of this test's own."""
    table = re.sub(r"\W+", "-", request.node.name)
    create_table(client("dynamodb", sandbox.environ), table)
    return {**os.environ, **sandbox.environ, "SPECDESK_TABLE": table}


@pytest.fixture
def call(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, Any]]:
    """Runs a command: its exit status, and what it printed as JSON, or as lines where that is not asked for."""

    def run(*arguments: str) -> tuple[int, Any]:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        status = main(arguments)
        printed = capsys.readouterr().out
        return status, json.loads(printed) if "--json" in arguments else printed.splitlines()

    return run


def given_up(desk: Desk, number: int) -> list[str]:
    """The ids of notices that were given up because the mail service will not send them."""

    def refuse(_: object) -> str:
        raise Refused(REFUSED)

    object.__setattr__(desk.mailer, "send", refuse)
    for each in range(number):
        sender = Requester("Camille Laurent", "camille@example.com", "paris")
        wanted = Request(kind=Kind.QUESTION, requester=sender, summary=f"Number {each}", description="Where is it?")
        desk.take_in(wanted, f"commands-{each}")
    return [item.id for item in desk.outbox.dead_letters()]


def test_what_was_given_up_is_listed_and_tried_again(
    environ: dict[str, str], call: Callable[..., tuple[int, Any]]
) -> None:
    """By name or all of it; what is unknown is told, and keeps nothing else from being tried."""
    assert (0, ["There are no dead letters."]) == call("outbox", "list")
    assert (0, {"retried": [], "failed": []}) == call("outbox", "retry", "--all", "--json")
    items = given_up(Application.from_environ(environ).background_desk, 2)
    status, listed = call("outbox", "list", "--json")

    assert (0, 4, False) == (status, len(items), listed["more"])
    assert items == [row["id"] for row in listed["dead_letters"]]
    assert {("SendNotice", 0, REFUSED)} == {
        (row["what"], row["tries"] - 1, row["error"]) for row in listed["dead_letters"]
    }
    assert "There are more: --limit 10 lists them." == call("outbox", "list", "--limit", "1")[1][-1]

    status, tried = call("outbox", "retry", "nothing", items[0], "HD-0000-0000#1#1", "--json")
    assert (1, [items[0]]) == (status, tried["retried"])
    assert ["nothing", "HD-0000-0000#1#1"] == [row["id"] for row in tried["failed"]]
    status, tried = call("outbox", "retry", "--all", "--json")
    assert (0, {*items[1:]}, []) == (status, {*tried["retried"]}, tried["failed"])
    assert (0, ["There are no dead letters."]) == call("outbox", "list")
    assert 4 <= call("sweep", "--json")[1]["outbox"]["delivered"]


def test_what_somebody_had_is_named_and_handed_over(
    environ: dict[str, str], call: Callable[..., tuple[int, Any]], tmp_path: Path
) -> None:
    """The check names who has left, the doctor their open requests; handing over says what was done, once."""
    desk = Application.from_environ(environ).background_desk
    sender = Requester("Camille Laurent", "camille@example.com", "new-york")
    wanted = Request(kind=Kind.QUESTION, requester=sender, summary="Where is it?", description="I cannot find it.")
    case = desk.take_in(wanted, "handed-over")
    for level, handler in ((2, "marc-selter"), (3, "paul"), (4, "roma")):
        up = Escalated(at=desk.clock(), actor="paul@example.com", level=level, handler=handler, reason="too-complex")
        case = desk.act(case.id, up, case.version)
    file = tmp_path / "support.yml"
    file.write_text(text_without("people", "roma", former=True), encoding="utf-8")
    environ["SPECDESK_PROCESS"] = str(file)
    status, found = call("doctor", "--json")
    told = {part["part"]: part["findings"] for part in found["parts"]}["table"]
    done = {"handed_over": [case.id], "failed": []}

    assert [line for line in call("check", str(file))[1] if "Who has left: Roma." in line]
    assert (1, 1) == (status, len(told))
    assert f"open requests handled by Roma, who has left: {case.id}" == told[0]["what"]
    assert "specdesk hand-over roma TO" in told[0]["remedy"]
    assert 1 == call("hand-over", "roma", "nobody")[0]
    assert 1 == call("hand-over", "rma", "andrei")[0]
    assert (1, []) == ((tried := call("hand-over", "roma", "paul", "--json"))[0], tried[1]["handed_over"])
    assert "you may hand it over to Andrei" in tried[1]["failed"][0]["error"]
    assert (0, done) == call("hand-over", "roma", "andrei", "--because", "Roma has moved on.", "--json")
    assert (0, {"handed_over": [], "failed": []}) == call("hand-over", "roma", "andrei", "--json")
    assert (0, ["Roma has no open request."]) == call("hand-over", "roma", "andrei")
    assert "Roma has moved on." == getattr(desk.cases.load(case.id).history[-1], "note", "")
    assert not {part["part"]: part["findings"] for part in call("doctor", "--json")[1]["parts"]}["table"]


def test_a_changed_spec_is_told_to_the_requests_that_flip(
    environ: dict[str, str], call: Callable[..., tuple[int, Any]], tmp_path: Path
) -> None:
    """Judged from the table and from the export alike; the notice is sent once, by the sweep."""
    texts = {
        name: f"# Quotes\n\n## Validity {{#validity}}\n\nA quote is valid for {name[4:]} days.\n" for name in SPECS
    }
    for name, text in texts.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "quotes.md").write_text(text, encoding="utf-8")
    Spec.build(tmp_path / "spec45", tmp_path / "index")
    desk = Application.from_environ(environ).background_desk
    sender = Requester("Camille Laurent", "camille@example.com", "paris")
    wanted = Request(kind=Kind.BUG, requester=sender, summary="Quote ended", description="It ended after 20 days.")
    case = desk.take_in(wanted, "drift")
    read: dict[str, Any] = {"category": Category.BUG, "clause": "quotes#validity", "stance": Stance.CONTRADICTS}
    decided = Overruled(at=desk.clock(), actor="paul@example.com", reason="It says 30.", **read)
    case = desk.act(case.id, decided, case.version)
    file = tmp_path / "acknowledged.txt"
    file.write_text("", encoding="utf-8")
    environ["SPECDESK_INDEX"] = str(tmp_path / "index")
    specs = ("drift", "--json", "--from", str(tmp_path / "spec30"), "--to", str(tmp_path / "spec45"))

    status, live = call(*specs, "--live")
    assert (1, [case.id]) == (status, [flip["request"] for flip in live["flips"]])
    out = tmp_path / "out"
    assert 1 == call("export-cases", "--out", str(out), "--spec", str(tmp_path / "spec30"), "--json")[1]["requests"]
    assert live["flips"] == call(*specs, "--cases", str(out / "judged.jsonl"))[1]["flips"]

    file.write_text(f"{case.id} quotes#validity {live['flips'][0]['hash']} Known.", encoding="utf-8")
    tell = (*specs, "--live", "--notify", "--acknowledge", str(file))
    assert (0, [case.id]) == ((told := call(*tell))[0], told[1]["notified"])
    assert (0, []) == ((told := call(*tell))[0], told[1]["notified"])
    call("sweep", "--json")
    after = desk.cases.load(case.id)
    assert ["quotes#validity"] == [event.clause for event in unsettled(after)]
    assert [] == list(desk.outbox.items_of(case.id))


@pytest.mark.parametrize(
    "arguments",
    [
        ("outbox", "retry"),
        ("outbox", "retry", "x", "--all"),
        ("outbox", "list", "x"),
        ("outbox", "x"),
        ("hand-over", "paul"),
        ("hand-over", "paul", "paul"),
    ],
)
def test_a_call_that_was_mistyped_has_a_status_of_its_own(arguments: tuple[str, ...]) -> None:
    """2, before anything is asked of anybody."""
    with pytest.raises(SystemExit) as exit_:
        main(arguments)

    assert 2 == exit_.value.code


def test_sweep_ledger_and_check_say_it_as_json_too(call: Callable[..., tuple[int, Any]]) -> None:
    """For those who call them from programs."""
    counted: dict[str, Any] = {
        **dict.fromkeys(("received", "filed", "queued", "failed", "quarantined", "rejected"), 0),
        "balanced": True,
    }
    mails = ("received", "waiting", "ticketed", "threaded", "ignored", "quarantined", "rejected")
    counted["mail"] = {**dict.fromkeys(mails, 0), "balanced": True}

    assert (0, counted) == call("ledger", "--json")
    assert ["outbox", "mails", "mantis", "invited", "erased"] == [*call("sweep", "--json")[1]]
    assert (0, 5) == ((told := call("check", "--json"))[0], told[1]["levels"])
    assert (0, {"requests": 0, "differences": [], "fixed": False, "moved": [], "unreadable": []}) == call(
        "recompute", "--json"
    )


def test_aws_is_provisioned_while_mantis_is_down(environ: dict[str, str], call: Callable[..., tuple[int, Any]]) -> None:
    """What could not be looked at is told; the rest is made all the same."""
    environ |= {"SPECDESK_TABLE": "made-without-mantis", "SPECDESK_MANTIS_URL": NOBODY}
    status, told = call("provision", "--apply", "--json")
    states = {step["what"]: step["state"] for step in told["steps"]}

    assert 1 == status
    assert {"table made-without-mantis: table": "made", "mantis: it cannot be looked at": "failed"} == states
    assert NOBODY in told["steps"][-1]["error"]


# --- by the clock ----------------------------------------------------------------------------


def scheduled(environ: dict[str, str], function: str) -> subprocess.CompletedProcess[str]:
    """Run a function of the entry as the schedule does."""
    script = f"import json; from intake_fn import entry; print(json.dumps(entry.{function}({{}}, None)))"
    return subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=False)


def test_the_schedule_runs_sweep_ledger_and_recount(environ: dict[str, str]) -> None:
    """All is well, and each says what it counted."""
    given_up(Application.from_environ(environ).background_desk, 1)
    done = {name: scheduled(environ, f"on_{name}") for name in ("sweep", "ledger", "recompute")}

    assert {""} == {"" if one.returncode == 0 else one.stderr for one in done.values()}
    assert {"requests": 1, "differences": 0, "done": 1} == json.loads(done["recompute"].stdout.splitlines()[-1])
    assert 1 == json.loads(done["ledger"].stdout.splitlines()[-1])["received"]


def test_a_part_of_the_sweep_that_fails_stops_no_other_and_the_run_counts_as_failed(environ: dict[str, str]) -> None:
    """Retention runs behind mail that cannot be taken in."""
    script = (
        "from intake_fn import entry; from intake_fn.desk import inbound_mail, retention\n"
        "inbound_mail.sweep_mail = lambda desk: 1 / 0\n"
        "retention.sweep = lambda eraser: print('retention ran') or {}\n"
        "entry.on_sweep({}, None)"
    )
    done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=False)

    assert (1, True) == (done.returncode, "retention ran" in done.stdout)
    assert "The sweep failed at: mail." in done.stderr


def test_a_loss_or_a_difference_makes_the_run_fail(environ: dict[str, str]) -> None:
    """A failed run is what alarms are made of; the message says what to do."""
    desk = Application.from_environ(environ).background_desk
    given_up(desk, 1)
    table = client("dynamodb", environ)
    (state,) = [row.id for row in desk.cases.queue(None).rows]
    for key, change in (
        ({"pk": f"REQ#{state}", "sk": "STATE"}, {"handler": {"S": "nobody"}}),
        ({"pk": "LEDGER", "sk": "SHARD#0"}, {"received": {"N": "7"}}),
    ):
        table.update_item(
            TableName=environ["SPECDESK_TABLE"],
            Key={name: {"S": value} for name, value in key.items()},
            UpdateExpression="SET #name = :new",
            ExpressionAttributeNames={"#name": next(iter(change))},
            ExpressionAttributeValues={":new": next(iter(change.values()))},
        )

    for name, says in (("ledger", "does not balance"), ("recompute", f"{state}: stored otherwise than the log says")):
        done = scheduled(environ, f"on_{name}")
        assert (1, True) == (done.returncode, says in done.stderr)


def test_the_clause_of_an_approved_change_is_printed_as_a_patch(
    environ: dict[str, str], call: Callable[..., tuple[int, Any]]
) -> None:
    """Against the commit of the published spec; of a request without one it is said that there is none."""
    desk = Application.from_environ(environ).background_desk
    sender = Requester("Camille Laurent", "camille@example.com", "paris")
    wish = Request(kind=Kind.CHANGE, requester=sender, summary="45 days", description="30 days.", module="shipments")
    case = desk.take_in(wish, "patch-1")
    status, _ = call("change", "patch", case.id)
    assert 1 == status

    clause = desk.spec().clause("billing#terms")
    assert clause is not None
    proposed = clause.source.replace("30 days", "45 days")
    approve(desk, case, clause=clause.cite, today=clause.source, file=clause.file, proposed=proposed)
    status, lines = call("change", "patch", case.id.lower())
    assert 0 == status
    assert f"Clause billing#terms, against commit {desk.spec().stamp.commit}." in lines
    assert "+++ b/docs/spec/billing.md" in lines
    assert [line for line in lines if line.startswith("+An invoice is due 45 days")]
    assert (0, {"request": case.id, "patch": "\n".join(lines) + "\n"}) == call("change", "patch", case.id, "--json")


def test_release_notes_and_open_points_of_the_running_stack(
    environ: dict[str, str], call: Callable[..., tuple[int, Any]], tmp_path: Path
) -> None:
    """A bug that was resolved in 4.3 stands in its notes, with its issue; what the spec leaves open is listed."""
    desk = Application.from_environ(environ).background_desk
    sender = Requester("Camille Laurent", "camille@example.com", "paris")
    wanted = Request(kind=Kind.BUG, requester=sender, summary="Labels of pallets have no border", description="None.")
    case = desk.take_in(wanted, "commands-release")
    now: dict[str, Any] = {"at": desk.clock(), "actor": "paul@example.com"}
    decided = Overruled(**now, category=Category.BUG, clause="", reason="So.", stance=Stance.SILENT, person="paul")
    case = desk.act(case.id, decided, case.version)
    done = Resolved(**now, resolution="Mended.", outcome=Outcome.FIXED, fixed_in="4.3")
    case = desk.act(case.id, done, case.version)
    desk.sweep()
    stands = desk.tracker.look(case.issue or 0)
    status, lines = call("release-notes", "4.3", "--docs", str(tmp_path))
    page = (tmp_path / "releases" / "4.3.md").read_text(encoding="utf-8")
    silent = call("silence", "--json")[1]["points"]

    assert ("fixed", "4.3", "4.3") == (stands.resolution, stands.fixed_in, stands.target)
    assert (0, True) == (status, lines[0].endswith("4.3.md is written."))
    assert "- Labels of pallets have no border (" in page
    assert f"[#{case.issue}]({desk.tracker.page_of(case.issue or 0)}), {case.id})" in page
    assert [case.id] == [one["id"] for one in silent[0]["requests"]]
