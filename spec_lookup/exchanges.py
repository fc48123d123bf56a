"""Exchanges with a language model as files: record them, and replay them without calling anything.

A folder holds `<hash of the request>.json` for each exchange: the request as sent beside the answer as
received. What a replay does not find is written to `missing.jsonl`, one line an exchange with its hash
and the full request, so that answers can be filled in from any model and the run repeated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spec_lookup.errors import InputBroken, NotRecorded

Plain = dict[str, Any]
Ask = Callable[[Plain], Plain]
"""From a request to the answer; raises NoAnswer."""

MISSING = "missing.jsonl"


def request_hash(request: Plain) -> str:
    """SHA-256 of the request as JSON with sorted keys: the same on every machine."""
    return hashlib.sha256(_line(request).encode()).hexdigest()


def recorded(folder: Path, ask: Ask) -> Ask:
    """`ask`, with each exchange written into the folder."""

    def asked(request: Plain) -> Plain:
        answer = ask(request)
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"request": request, "answer": answer}, ensure_ascii=False, indent=1, sort_keys=True)
        fresh = folder / f".{request_hash(request)}.fresh"
        fresh.write_text(f"{text}\n", encoding="utf-8")
        fresh.replace(folder / f"{request_hash(request)}.json")  # a reader finds a whole file or none
        return answer

    return asked


def replayed(folder: Path) -> Ask:
    """Answers from the folder alone. A request that it does not hold raises NotRecorded and is listed as missing."""
    missing = _still_missing(folder)

    def asked(request: Plain) -> Plain:
        name = request_hash(request)
        path = folder / f"{name}.json"
        try:
            exchange = json.loads(path.read_text(encoding="utf-8"))
            answer = exchange["answer"]
        except FileNotFoundError as error:
            if name not in missing:
                missing.add(name)
                folder.mkdir(parents=True, exist_ok=True)
                with (folder / MISSING).open("a", encoding="utf-8") as lines:
                    lines.write(_line({"hash": name, "request": request}) + "\n")
            raise NotRecorded("no recorded answer") from error
        except (KeyError, TypeError, ValueError) as error:
            raise InputBroken(f'{path} is not an exchange: {{"request": ..., "answer": ...}} is needed.') from error
        if not isinstance(answer, dict):
            raise InputBroken(f"{path}: the answer has to be a JSON object.")
        if exchange.get("request", request) != request:
            raise InputBroken(f"{path} holds another request than its name says. Record it again.")
        return answer

    return asked


def _still_missing(folder: Path) -> set[str]:
    """The hashes that are listed as missing; those that were filled in since are struck off the list."""
    path = folder / MISSING
    if not path.exists():
        return set()
    try:
        rows = {json.loads(line)["hash"]: line for line in path.read_text(encoding="utf-8").split("\n") if line}
    except (KeyError, TypeError, ValueError) as error:
        raise InputBroken(f"{path} is damaged. Delete it; the next replay writes it again.") from error
    left = {name: line for name, line in rows.items() if not (folder / f"{name}.json").exists()}
    if left != rows:
        path.write_text("".join(f"{line}\n" for line in left.values()), encoding="utf-8")
    return set(left)


def _line(data: Plain) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
