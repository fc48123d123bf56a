"""How long the function's zip takes to a first page and a first submit, beside bare Flask from the same zip.

python -m benchmarks.cold_start [ZIP] [PYTHON]

ZIP is that of `make package` and PYTHON of its runtime. Each run is a fresh interpreter. The runs are paired and
interleaved: one of each in turn. CPU time is compared, as other programs of this machine disturb it least.

| run            | what happens                                                                        |
|----------------|-------------------------------------------------------------------------------------|
| page, floor    | Flask with one page answers it                                                      |
| page           | the function answers an empty form                                                  |
| submit, floor  | Flask with one route writes one item to DynamoDB by boto3                           |
| submit         | the function takes a bug report in: judged, saved, the deliveries handed on, receipt |

The local AWS stands for DynamoDB; what it takes is no CPU time of these.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from benchmarks.entry_import import SETTINGS
from intake_fn.core.process_file import parse
from intake_fn.core.request import Kind
from intake_fn.settings import ROOT
from sandbox.aws import LocalAws, provision
from tests.lambda_events import function_url
from tests.web.samples import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAIRS = 15
TABLE = "cold-start"
BUG = {**ANSWERS[Kind.BUG], "no_screenshot": "It is gone again before I can take one."}

BEGIN = """
import json, os, sys, time
sys.path.insert(0, os.getcwd())
event = json.loads(os.environ["EVENT"])
begin = time.process_time()
"""
END = """
answer = handler(event, None)
assert answer["statusCode"] == int(os.environ["STATUS"]), answer
print("SECONDS", loaded - begin, time.process_time() - begin)
"""
FLASK = """
from flask import Flask
from apig_wsgi import make_lambda_handler
app = Flask("bare")
handler = make_lambda_handler(app)
"""
PAGE_FLOOR = f"""{BEGIN}{FLASK}
app.get("/requests/new/bug")(lambda: "<!doctype html><title>A page</title>")
loaded = time.process_time()
{END}"""
SUBMIT_FLOOR = f"""{BEGIN}{FLASK}
import boto3
from flask import redirect, request
@app.post("/requests/bug")
def take_in():
    item = {{name: {{"S": text}} for name, text in request.form.items()}}
    client = boto3.client("dynamodb")
    client.put_item(TableName="{TABLE}", Item={{"pk": {{"S": "bare"}}, "sk": {{"S": "bare"}}, **item}})
    return redirect("/", 303)
loaded = time.process_time()
{END}"""
OURS = f"""{BEGIN}
from intake_fn.entry import lambda_handler as handler
loaded = time.process_time()
{END}"""
JUDGEMENT = """
import os, sys, time
sys.path.insert(0, os.getcwd())
from pathlib import Path
from spec_lookup import Claim, Spec
begin = time.process_time()
spec = Spec.open(Path("build/index"))
spec.judge(Claim(summary="Quote expired after 10 days", what_happened="It is expired.", what_expected="30 days"))
print("SECONDS", 0, time.process_time() - begin)
"""


class _Accepting(BaseHTTPRequestHandler):
    """Lambda, as far as the function calls itself: the call is taken."""

    def do_POST(self) -> None:
        """Accept it."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def surroundings() -> Iterator[Mapping[str, str]]:
    """The variables that lead a run to a local AWS with its table, and to what takes its own calls."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Accepting)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    with LocalAws() as aws:
        given = {**aws.environ(), "SPECDESK_TABLE": TABLE, "SPECDESK_BUCKET": TABLE}
        provision(given, parse((ROOT / "support.yml").read_text(encoding="utf-8"), "support.yml"))
        yield {**SETTINGS, **given, "AWS_ENDPOINT_URL_LAMBDA": f"http://127.0.0.1:{server.server_port}"}
    server.shutdown()


class Runs:
    """Fresh interpreters in the folder of the unpacked zip."""

    def __init__(self, python: str, folder: Path, given: Mapping[str, str]) -> None:
        self.python, self.folder = python, folder
        inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
        region = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
        self.environ = {**inherited, **region, **given, "AWS_LAMBDA_FUNCTION_NAME": "specdesk-bench"}

    def run(self, code: str, event: Mapping[str, Any], status: int) -> tuple[float, float]:
        """Milliseconds of CPU until the module is loaded, and until the answer is there."""
        environ = {**self.environ, "EVENT": json.dumps(event), "STATUS": str(status)}
        command = [self.python, "-I", "-S", "-B", "-c", code]
        done = subprocess.run(command, cwd=self.folder, env=environ, capture_output=True, text=True, check=True)
        line = next(line for line in done.stdout.splitlines() if line.startswith("SECONDS"))
        loaded, answered = (float(part) * 1000 for part in line.split()[1:])
        return loaded, answered

    def pairs(self, floor: str, event: Mapping[str, Any], status: int, number: int) -> dict[str, float]:
        """Medians of a floor and of ours, and of the ratios of the pairs."""
        rows = [(self.run(floor, event, status), self.run(OURS, event, status)) for _ in range(number + 1)]
        rows = rows[1:]  # the files are in the page cache from now on
        return {
            "floor_loaded": statistics.median(bare[0] for bare, _ in rows),
            "floor": statistics.median(bare[1] for bare, _ in rows),
            "loaded": statistics.median(ours[0] for _, ours in rows),
            "answered": statistics.median(ours[1] for _, ours in rows),
            "ratio": statistics.median(ours[1] / bare[1] for bare, ours in rows),
        }


def measured(package: Path, python: str, number: int = PAIRS) -> dict[str, Any]:
    """All figures, in milliseconds of CPU."""
    submit = function_url(
        "POST", "/requests/bug", body=urlencode(BUG).encode(), content_type="application/x-www-form-urlencoded"
    )
    with tempfile.TemporaryDirectory(prefix="specdesk-cold-") as name, surroundings() as given:
        with zipfile.ZipFile(package) as whole:
            whole.extractall(name)
        runs = Runs(python, Path(name), given)
        judgements = [runs.run(JUDGEMENT, {}, 0)[1] for _ in range(number)]
        return {
            "page": runs.pairs(PAGE_FLOOR, function_url("GET", "/requests/new/bug"), 200, number),
            "submit": runs.pairs(SUBMIT_FLOOR, submit, 303, number),
            "first_judgement": statistics.median(judgements),
        }


def main(package: str = "", python: str = "") -> None:
    """Print the table."""
    file = Path(package or ROOT / "build" / "package" / "specdesk-dev.zip")
    result = measured(file, python or sys.executable)
    print(f"\nCold start from the zip, milliseconds of CPU, medians of {PAIRS} pairs")
    print(f"{'':36} {'loaded':>8} {'answered':>8} {'ratio':>6} {'goal':>5}")
    for name, floor, goal in (("page", "Flask, one page", 1.3), ("submit", "Flask, one write to DynamoDB", 1.5)):
        row = result[name]
        print(f"{floor:36} {row['floor_loaded']:8.0f} {row['floor']:8.0f}")
        ours = f"Specdesk, first {name}"
        print(f"{ours:36} {row['loaded']:8.0f} {row['answered']:8.0f} {row['ratio']:6.2f} {goal:5.1f}")
    print(f"{'the first judgement, with its model':36} {'':8} {result['first_judgement']:8.0f} {'':6} {500:5}")
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
