"""The Lambda entry, driven by events as AWS sends them, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.entry_import import HEAVY, SETTINGS, probe

ROOT = Path(__file__).parent.parent

DRIVE = """
import json, sys
from intake_fn import entry
calls = []
def fails(event, context):
    calls.append(event)
    raise TypeError("the real one")
entry.SCHEDULED["intake_fn.entry.on_failure"] = fails
for line in sys.stdin:
    calls.clear()
    answers = []
    for event in json.loads(line):
        try:
            answers.append(entry.lambda_handler(event, None))
        except Exception as error:
            answers.append({"raised": type(error).__name__, "message": str(error), "calls": len(calls)})
    print("ANSWERS" + json.dumps(answers), flush=True)
"""


def get(path: str) -> dict[str, Any]:
    """A GET through a function URL (payload 2.0)."""
    host = "abc.lambda-url.eu-west-1.on.aws"
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": host, "x-forwarded-proto": "https", "x-forwarded-port": "443"},
        "requestContext": {
            "domainName": host,
            "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7"},
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A function that sends events to the handler and gives its answers; one process gets them all, as on Lambda."""
    given = json.loads((ROOT / "zappa_settings.json").read_text(encoding="utf-8"))["base"]["aws_environment_variables"]
    environ = {**os.environ, **SETTINGS, **given, "SPECDESK_BASE_URL": "https://help.example.com"}
    environ["PYTHONPATH"] = str(ROOT)
    errors = tmp_path_factory.mktemp("entry") / "errors"
    with (
        errors.open("w") as written,
        subprocess.Popen(
            [sys.executable, "-c", DRIVE],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=written,
            text=True,
        ) as function,
    ):
        asked, told = function.stdin, function.stdout
        assert asked
        assert told

        def send(*events: Any) -> list[Any]:
            asked.write(json.dumps(events) + "\n")
            asked.flush()
            line = next((line for line in told if line.startswith("ANSWERS")), "")
            assert line, errors.read_text()
            answers: list[Any] = json.loads(line.removeprefix("ANSWERS"))
            return answers

        yield send
        asked.close()
        told.read()
    assert function.returncode == 0, errors.read_text()


def test_a_form_is_served(drive: Any) -> None:
    """A page comes out as Lambda wants it, with our security headers, each once."""
    (answer,) = drive(get("/requests/new/bug"))

    assert 200 == answer["statusCode"]
    assert "Steps to reproduce" in answer["body"]
    assert "default-src 'none'" in answer["headers"]["content-security-policy"]


def test_a_cookie_is_sent_once(drive: Any) -> None:
    """A browser would take either of two."""
    (answer,) = drive(get("/desk/sign-in"))
    sent = [*answer.get("cookies", []), *(v for k, v in answer["headers"].items() if k.lower() == "set-cookie")]

    assert 1 == len(sent), sent


HALF = "\u6f22\ud800"
"""A character, and half of one."""


@pytest.mark.parametrize(
    "changed",
    [
        {"rawPath": f"/status/{HALF}"},
        {"rawQueryString": f"next={HALF}"},
        {"cookies": [f"specdesk={HALF}"]},
        {"body": HALF, "requestContext": {"http": {"method": "POST", "path": "/requests/question"}}},
        {"body": "***", "isBase64Encoded": True, "requestContext": {"http": {"method": "POST", "path": "/"}}},
        {"headers": {"host": HALF, "accept-language": HALF, "referer": HALF, "content-type": HALF}},
        {"requestContext": {"http": {"method": HALF, "path": "/"}}},
    ],
)
def test_no_odd_character_in_an_event_makes_a_page_fail(drive: Any, changed: dict[str, Any]) -> None:
    """JSON can hold what no page can."""
    (answer,) = drive(get("/desk/sign-in") | changed)

    assert answer["statusCode"] < 500


@pytest.mark.parametrize("body", ["a", "\u00e9", "abcde", ["YQ=="], {"a": 1}, 5])
def test_a_body_that_is_not_the_base64_it_is_said_to_be_is_refused(drive: Any, body: Any) -> None:
    """With 400 and a sentence, before anything takes it apart."""
    posted = {"body": body, "isBase64Encoded": True, "requestContext": {"http": {"method": "POST", "path": "/"}}}
    (answer,) = drive(get("/requests/question") | posted)

    assert 400 == answer["statusCode"]
    assert "can't be read" in answer["body"]


def rule(name: str) -> dict[str, Any]:
    """What a rule of the schedule sends."""
    return {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "resources": [f"arn:aws:events:us-east-1:1:rule/{name}"],
        "detail": {},
    }


@pytest.mark.parametrize(
    "event",
    [
        {"Records": [{"eventSource": "aws:sqs"}]},
        {"Records": ["?"]},
        {
            "detail-type": "EC2 Instance State-change Notification",
            "resources": ["arn:aws:ec2:us-east-1:1:instance/i-1"],
        },
        {"requestContext": {"eventType": "CONNECT", "domainName": "a"}},
        {"httpMethod": None, "path": None},
        {"httpMethod": "GET", "path": 5},
        {"version": "2.0", "rawPath": None, "requestContext": {"http": {}}},
        {"command": ""},
        [],
        None,
    ],
)
def test_an_unknown_event_is_an_error_and_not_silence(drive: Any, event: Any) -> None:
    """A queue wired to the function by mistake must not lose its messages (R10)."""
    (answer,) = drive(event)

    assert "Broken" == answer["raised"]
    assert "event sources" in answer["message"]


def test_a_rule_that_names_nothing_that_the_clock_runs_is_an_error(drive: Any) -> None:
    """Taken for done, a renamed rule would stop the sweep, and every monitor would be content."""
    others = [rule(name) for name in ("specdesk-sweep", "specdesk-dev-intake_fn.entry.fails", "", "x-os.getcwd")]
    odd: list[Any] = [[], None, 5, "specdesk-intake_fn.entry.on_sweep", {"a": 1}]
    answers = drive(*others, *(rule("a") | {"resources": one} for one in odd))

    assert ["Broken"] * 9 == [answer["raised"] for answer in answers]
    assert "specdesk-sweep names no function" in answers[0]["message"]


def test_the_schedule_names_what_the_clock_runs() -> None:
    """All of it, and nothing else."""
    events = json.loads((ROOT / "zappa_settings.json").read_text(encoding="utf-8"))["base"]["events"]
    shown = subprocess.run(
        [sys.executable, "-c", "from intake_fn import entry; print(*entry.SCHEDULED)"],
        env={**os.environ, **SETTINGS, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert sorted(event["function"] for event in events) == sorted(shown.stdout.split())


def at_stage(path: str) -> dict[str, Any]:
    """A GET through an API gateway's own address, where the stage is the first part of every path."""
    event = get(f"/dev{path}")
    host = "abc.execute-api.us-east-1.amazonaws.com"
    event["headers"]["host"] = event["requestContext"]["domainName"] = host
    event["requestContext"]["stage"] = "dev"
    return event


def test_behind_a_stage_pages_lead_to_that_stage(drive: Any) -> None:
    """The desk sends to its sign-in there, and the cookie is for that stage alone."""
    desk, page, slash = drive(at_stage("/desk"), at_stage("/desk/sign-in"), at_stage("/requests/new/"))

    assert (302, "/dev/desk/sign-in?next=/desk") == (desk["statusCode"], desk["headers"]["location"])
    assert 'action="/dev/desk/sign-in"' in page["body"]
    assert 'href="/dev/static/' in page["body"]
    assert ["Path=/dev"] == [part.strip() for part in page["cookies"][0].split(";") if "Path" in part]
    assert 200 == slash["statusCode"]


def test_reports_on_mails_are_read_and_what_is_none_of_them_is_left(drive: Any) -> None:
    """SNS would send it again and again (R10); and no message runs a function that it names."""
    messages = ["Successfully validated SNS topic.", json.dumps({"command": "intake_fn.entry.on_failure"})]
    answers = drive(*({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": text}}]} for text in messages))

    assert [{"reports": 0, "new": 0}] * 2 == answers


def test_a_scheduled_function_runs_once_and_its_error_names_the_real_one(drive: Any) -> None:
    """Its kind is enough: its text may hold people's data."""
    (answer,) = drive({"command": "intake_fn.entry.on_failure"})

    assert ("Broken", 1) == (answer["raised"], answer["calls"])
    assert answer["message"].startswith("TypeError in ")
    assert "the real one" not in answer["message"]


def test_a_sweep_goes_on_behind_each_part_that_fails(drive: Any) -> None:
    """Nothing can be reached here, for want of a region: the run says which parts failed."""
    (answer,) = drive({"command": "intake_fn.entry.on_sweep"})

    assert "Broken" == answer["raised"]
    assert answer["message"].startswith("The sweep failed at: invitation, deliveries, mail, sync, check, retention.")


@pytest.mark.parametrize("name", ["intake_fn.entry.fails", "intake_fn.entry.lambda_handler", "os.getcwd", ["a"], None])
def test_only_functions_of_the_schedule_can_be_invoked(drive: Any, name: Any) -> None:
    """`zappa invoke` names any function, and Lambda lets everybody call who may invoke this one."""
    (answer,) = drive({"command": name})

    assert "Broken" == answer["raised"]
    assert "There is no function" in answer["message"]


def test_the_function_delivers_when_it_calls_itself(drive: Any) -> None:
    """Here it gets as far as the table, which has no region; other events of that kind are told that they are none."""
    answers = drive({"deliver": "HD-0000-0001"}, {"deliver": 3}, {"deliver": "HD-0000-0001", "more": ""})

    assert ["Broken"] * 3 == [answer["raised"] for answer in answers]
    begins = ("AWS cannot be called", "The event names no request", "No one here handles")
    assert [True] * 3 == [answer["message"].startswith(begin) for answer, begin in zip(answers, begins, strict=True)]


def test_no_code_is_invoked(drive: Any) -> None:
    """`zappa invoke --raw` sends code to run."""
    answers = drive({"raw_command": "print('run')"}, {"manage": "shell"})

    assert ["Broken"] * 2 == [answer["raised"] for answer in answers]


def test_the_log_on_lambda_is_json_with_the_id_of_the_call_and_nobodys_data() -> None:
    """A page that is not there, one that fails as there is no table, and a call of nothing: each line can be found."""
    code = """
import json, sys
from intake_fn import entry
class Call:
    aws_request_id = "c6af9ac6-7b61"
for event in json.load(sys.stdin):
    try:
        entry.lambda_handler(event, Call())
    except Exception:
        pass
"""
    token, search = "camille.laurent%40example.com" + "A" * 40, "q=Camille+Laurent"
    events = [
        get(f"/status/{token}"),
        get("/desk/find") | {"rawQueryString": search},
        {"command": "intake_fn.entry.on_ledger"},
    ]
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(events),
        env={**os.environ, **SETTINGS, "PYTHONPATH": str(ROOT), **ON_LAMBDA, **NOBODY_LISTENS, **SECRETS},
        capture_output=True,
        text=True,
        check=True,
    )
    written = [json.loads(line) for line in done.stdout.splitlines()]

    assert {"c6af9ac6-7b61"} == {line["request_id"] for line in written}
    assert {"on_request", "on_ledger"} == {line["function"] for line in written}
    assert {"request", "run_failed"} <= {line["event"] for line in written}
    assert [] == [said for said in ("amille", "aurent", "203.0.113.7", "A" * 40) if said in done.stdout]


ON_LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "specdesk-dev"}
NOBODY_LISTENS = {
    "SPECDESK_SECRET_KEY": "",
    "SPECDESK_PARAMETERS": "/specdesk/dev",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "a",
    "AWS_SECRET_ACCESS_KEY": "b",
}
"""The secrets are in a Parameter Store that does not answer."""


SECRETS = {"SPECDESK_SECRET_KEY": SETTINGS["SPECDESK_SECRET_KEY"], "SPECDESK_PARAMETERS": ""}


@pytest.mark.parametrize(
    ("given", "is_made"), [(ON_LAMBDA, True), ({}, False), ({**ON_LAMBDA, **NOBODY_LISTENS}, False)]
)
def test_on_lambda_the_app_is_made_while_the_module_is_loaded(given: dict[str, str], *, is_made: bool) -> None:
    """Lambda grants a full core until then. Where it cannot be made yet, the module is loaded all the same."""
    done = subprocess.run(
        [sys.executable, "-c", "from intake_fn import entry; print('app' in entry.application.__dict__)"],
        env={**os.environ, **SETTINGS, "PYTHONPATH": str(ROOT), **given},
        capture_output=True,
        text=True,
        check=True,
    )

    assert str(is_made) == done.stdout.strip()


def test_importing_the_entry_brings_nothing_that_a_form_page_does_not_need() -> None:
    """boto3, the search and the templates wait until somebody needs them: they are most of a cold start."""
    _, brought = probe("intake_fn.entry")

    assert set() == set(brought) & set(HEAVY)
