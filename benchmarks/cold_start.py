"""How long the function's zip takes to a first page, beside bare Flask from the same zip, in fresh interpreters.

python -m benchmarks.cold_start [ZIP] [PYTHON]

ZIP is that of `make package` and PYTHON of its runtime. The runs are paired and interleaved: one of each in turn. CPU
time is compared, as other programs of this machine disturb it least.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from benchmarks.entry_import import SETTINGS
from intake_fn.settings import ROOT

PAIRS = 15

EVENT = """
event = {
    "version": "2.0", "rawPath": PATH, "rawQueryString": "", "headers": {"host": "abc.lambda-url.eu-west-1.on.aws"},
    "requestContext": {"http": {"method": "GET", "path": PATH, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7"},
                       "stage": "$default"},
    "isBase64Encoded": False,
}
"""
BEGIN = """
import os, sys, time
sys.path.insert(0, os.getcwd())
begin = time.process_time()
"""
END = """
assert answer["statusCode"] == 200, answer
print("SECONDS", loaded - begin, time.process_time() - begin)
"""

FLOOR = f"""
{BEGIN}
from flask import Flask
from apig_wsgi import make_lambda_handler
app = Flask("bare")
app.get("/")(lambda: "<!doctype html><title>A page</title>")
handler = make_lambda_handler(app)
loaded = time.process_time()
{EVENT.replace("PATH", '"/"')}
answer = handler(event, None)
{END}
"""

OURS = f"""
{BEGIN}
from intake_fn.entry import lambda_handler
loaded = time.process_time()
{EVENT.replace("PATH", '"/requests/new/bug"')}
answer = lambda_handler(event, None)
{END}
"""


def run(python: str, folder: Path, code: str) -> tuple[float, float]:
    """Milliseconds of CPU until the module is loaded, and until the page is there."""
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    environ = {**inherited, **SETTINGS, "AWS_LAMBDA_FUNCTION_NAME": "specdesk-bench", "AWS_REGION": "eu-west-1"}
    command = [python, "-I", "-S", "-B", "-c", code]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("SECONDS"))
    loaded, answered = (float(part) * 1000 for part in line.split()[1:])
    return loaded, answered


def measured(package: Path, python: str, pairs: int = PAIRS) -> dict[str, float]:
    """Medians in milliseconds of CPU, and the ratio of the pairs."""
    with tempfile.TemporaryDirectory(prefix="specdesk-cold-") as name:
        with zipfile.ZipFile(package) as whole:
            whole.extractall(name)
        folder = Path(name)
        run(python, folder, FLOOR), run(python, folder, OURS)  # the files are in the page cache from now on
        rows = [(run(python, folder, FLOOR), run(python, folder, OURS)) for _ in range(pairs)]
    return {
        "floor_loaded": statistics.median(floor[0] for floor, _ in rows),
        "floor": statistics.median(floor[1] for floor, _ in rows),
        "loaded": statistics.median(ours[0] for _, ours in rows),
        "first_page": statistics.median(ours[1] for _, ours in rows),
        "ratio": statistics.median(ours[1] / floor[1] for floor, ours in rows),
    }


def main(package: str = "", python: str = "") -> None:
    """Print the table."""
    result = measured(Path(package or ROOT / "build" / "package" / "specdesk-dev.zip"), python or sys.executable)
    print(f"\nCold start from the zip, milliseconds of CPU, medians of {PAIRS} pairs")
    print(f"{'':28} {'loaded':>8} {'first page':>10}")
    print(f"{'bare Flask, one page':28} {result['floor_loaded']:8.0f} {result['floor']:10.0f}")
    print(f"{'a form of Specdesk':28} {result['loaded']:8.0f} {result['first_page']:10.0f}")
    print(f"ratio {result['ratio']:.2f}; goal 1.3")
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
