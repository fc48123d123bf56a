"""How long the Lambda entry takes to import, and what it keeps out, in fresh interpreters.

python -m benchmarks.entry_import
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys

RUNS = 9
HEAVY = (
    "boto3",
    "botocore",
    "numpy",
    "onnxruntime",
    "bm25s",
    "jinja2",
    "markdown",
    "urllib3",
    "wtforms",
    "werkzeug",
    "zappa",
)
PROBE = """
import json, sys, time
begin = time.perf_counter()
import {module}
seconds = time.perf_counter() - begin
print(json.dumps([seconds * 1000, [name for name in {heavy!r} if name in sys.modules]]))
"""
SETTINGS = {
    "SPECDESK_TABLE": "t",
    "SPECDESK_BUCKET": "b",
    "SPECDESK_MANTIS_URL": "http://127.0.0.1:1",
    "SPECDESK_MANTIS_TOKEN": "t",
    "SPECDESK_BASE_URL": "http://127.0.0.1:1",
    "SPECDESK_SECRET_KEY": "k" * 32,
}


def probe(module: str) -> tuple[float, list[str]]:
    """Milliseconds that importing `module` takes in a fresh interpreter, and the heavy packages it brought."""
    code = PROBE.format(module=module, heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **SETTINGS}
    )
    milliseconds, heavy = json.loads(done.stdout.splitlines()[-1])
    return milliseconds, heavy


def main() -> None:
    """Print the table."""
    print(f"\nImport of the Lambda entry, {RUNS} fresh interpreters each, milliseconds")
    print(f"{'module':24} {'min':>7} {'p50':>7} {'max':>7}  brought along")
    for module in ("intake_fn.entry", "intake_fn.wiring", "flask", "boto3", "apig_wsgi", "zappa.handler"):
        runs = [probe(module) for _ in range(RUNS)]
        times = sorted(milliseconds for milliseconds, _ in runs)
        print(
            f"{module:24} {times[0]:7.0f} {statistics.median(times):7.0f} {times[-1]:7.0f}  "
            f"{', '.join(runs[0][1]) or 'nothing heavy'}"
        )


if __name__ == "__main__":
    main()
