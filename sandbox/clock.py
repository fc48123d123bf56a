"""Turn the running sandbox's clock: `python -m sandbox.clock +26h` (s, min, h, d; `reset` takes it back).

The shift stands in build/state/clock (BUILD names another folder than build), which the sandbox reads
whenever it asks for the time. No other stage reads it: `SPECDESK_CLOCK` is refused outside the sandbox.
"""

from __future__ import annotations

import os
import re
import sys
from datetime import timedelta
from pathlib import Path

from intake_fn.adapters.clock import shift_of, shifted
from sandbox.aws import SandboxError
from sandbox.stack import ROOT

UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}
USAGE = "Write it as +26h, +90min, +3d or -1h, or reset."


def shift(path: Path, words: str) -> timedelta:
    """Turn the clock of `path` by `words` from where it stands; the whole shift. Raises SandboxError."""
    found = re.fullmatch(r"([+-])(\d{1,6})(s|min|h|d)", words)
    if words == "reset":
        whole = timedelta()
    elif found:
        sign, number, unit = found.groups()
        whole = shift_of(path) + timedelta(**{UNITS[unit]: int(sign + number)})
    else:
        raise SandboxError(f"{words!r} is no shift of the clock. {USAGE}")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{whole.total_seconds():.0f}\n", encoding="ascii")
    fresh.replace(path)  # whoever reads it meanwhile sees the old or the new, never half
    return whole


def main() -> int:
    """Turn the clock, or only tell the time; the exit status."""
    path = Path(os.environ.get("BUILD") or ROOT / "build") / "state" / "clock"
    try:
        for words in sys.argv[1:]:
            shift(path, words)
    except SandboxError as error:
        print(f"sandbox.clock: {error}", file=sys.stderr)
        return 1
    print(f"The sandbox's clock shows {shifted(path)():%a %d %b %Y, %H:%M:%S} UTC ({shift_of(path)} ahead).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
