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


def name_of(request: Plain) -> str:
    """The name of the file that holds the exchange."""
    return f"{request_hash(request)}.json"


def as_text(request: Plain, answer: Plain) -> str:
    """An exchange as it stands in its file."""
    exchange = {"request": request, "answer": answer}
    return json.dumps(exchange, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def answer_in(text: str, request: Plain, where: str) -> Plain:
    """The answer of an exchange, which has to be that to this request. Raises InputBroken naming `where` it stood."""
    try:
        exchange = json.loads(text)
        answer = exchange["answer"]
    except (KeyError, TypeError, ValueError) as error:
        raise InputBroken(f'{where} is not an exchange: {{"request": ..., "answer": ...}} is needed.') from error
    if not isinstance(answer, dict):
        raise InputBroken(f"{where}: the answer has to be a JSON object.")
    if exchange.get("request", request) != request:
        raise InputBroken(f"{where} holds another request than its name says. Record it again.")
    return answer


def recorded(folder: Path, ask: Ask) -> Ask:
    """`ask`, with each exchange written into the folder."""

    def keep(name: str, text: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".{name}.fresh"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(folder / name)  # a reader finds a whole file or none

    return kept(keep, ask)


def kept(keep: Callable[[str, str], None], ask: Ask) -> Ask:
    """`ask`, with each exchange given to `keep`: the name of its file, and its text."""

    def asked(request: Plain) -> Plain:
        answer = ask(request)
        keep(name_of(request), as_text(request, answer))
        return answer

    return asked


def replayed(folder: Path) -> Ask:
    """Answers from the folder alone. A request that it does not hold raises NotRecorded and is listed as missing."""
    missing = _still_missing(folder)

    def asked(request: Plain) -> Plain:
        path = folder / name_of(request)
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            name = request_hash(request)
            if name not in missing:
                missing.add(name)
                folder.mkdir(parents=True, exist_ok=True)
                with (folder / MISSING).open("a", encoding="utf-8") as lines:
                    lines.write(_line({"hash": name, "request": request}) + "\n")
            raise NotRecorded("no recorded answer") from error
        except ValueError as error:
            raise InputBroken(f"{path} is not text in UTF-8. Record it again.") from error
        return answer_in(text, request, str(path))

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
