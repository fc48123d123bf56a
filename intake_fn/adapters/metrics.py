"""Figures for alarms and dashboard: lines of the log in CloudWatch's embedded metric format.

CloudWatch makes metrics of them. No call is made and nothing waits. Each figure is of the function that wrote it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE = "Specdesk"
DIMENSION = "FunctionName"

SWEEPS = "Sweeps"
OUTBOX_AGE = "OutboxAge"
DEAD_LETTERS = "DeadLetters"
LEDGER_DIFFERENCE = "LedgerDifference"
BREACHES = "Breaches"
STATE_DIFFERENCES = "StateDifferences"

UNITS: Mapping[str, str] = {
    SWEEPS: "Count",
    OUTBOX_AGE: "Seconds",
    DEAD_LETTERS: "Count",
    LEDGER_DIFFERENCE: "Count",
    BREACHES: "Count",
    STATE_DIFFERENCES: "Count",
}
"""Each figure with its unit, as CloudWatch names it."""


def line(function: str, at: float, figures: Mapping[str, float]) -> str:
    """The line of log; `at` in seconds since 1970. Raises KeyError for a figure that UNITS does not name."""
    described = [{"Name": name, "Unit": UNITS[name]} for name in figures]
    about = {
        "Timestamp": int(at * 1000),
        "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": described}],
    }
    return json.dumps({"_aws": about, DIMENSION: function, "event": "metrics", **figures})


def emit(figures: Mapping[str, float], stream: TextIO | None = None) -> None:
    """Write the figures of this function; outside Lambda nothing reads them, and nothing is written."""
    if function := os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
        print(line(function, time.time(), figures), file=stream or sys.stdout, flush=True)
