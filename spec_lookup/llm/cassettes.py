"""Exchanges with a language model as files: record them, and replay them without calling anything.

A cassette is the file `<hash of the prompt>.json`: the prompt as sent (`request`) beside the response as received
(`answer`). A prompt without a cassette is added to `missing.jsonl` in the same folder, one line with its hash and its
full text, so that responses can be written by any model and the run repeated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spec_lookup.errors import InputBroken, NotRecorded

Plain = dict[str, Any]
LanguageModel = Callable[[Plain], Plain]
"""From a prompt to the response; raises NoResponse."""

MISSING = "missing.jsonl"


def prompt_hash(prompt: Plain) -> str:
    """SHA-256 of the prompt as JSON with sorted keys: the same on every machine."""
    return hashlib.sha256(_line(prompt).encode()).hexdigest()


def cassette_name(prompt: Plain) -> str:
    """The name of a prompt's cassette."""
    return f"{prompt_hash(prompt)}.json"


def cassette_text(prompt: Plain, response: Plain) -> str:
    """The text of a cassette."""
    cassette = {"request": prompt, "answer": response}
    return json.dumps(cassette, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def response_in(text: str, prompt: Plain, where: str) -> Plain:
    """The response in a cassette of this prompt. Raises InputBroken naming `where` the cassette is."""
    try:
        cassette = json.loads(text)
        response = cassette["answer"]
    except (KeyError, TypeError, ValueError) as error:
        raise InputBroken(f'{where} is not a cassette: {{"request": ..., "answer": ...}} is needed.') from error
    if not isinstance(response, dict):
        raise InputBroken(f"{where}: the answer has to be a JSON object.")
    if cassette.get("request", prompt) != prompt:
        raise InputBroken(f"{where} holds another prompt than its name says. Record it again.")
    return response


def recording_in(folder: Path, model: LanguageModel) -> LanguageModel:
    """The model, with a cassette written into the folder for each exchange."""

    def keep(name: str, text: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".{name}.fresh"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(folder / name)  # a replay finds a whole file or none

    return recording(keep, model)


def recording(keep: Callable[[str, str], None], model: LanguageModel) -> LanguageModel:
    """The model, with the cassette of each exchange given to `keep`: its name, and its text."""

    def record(prompt: Plain) -> Plain:
        response = model(prompt)
        keep(cassette_name(prompt), cassette_text(prompt, response))
        return response

    return record


def replaying(folder: Path, *, note_missing: bool = True) -> LanguageModel:
    """A model that responds from the folder alone. It lists a prompt without a cassette and raises NotRecorded."""
    missing = _still_missing(folder) if note_missing else set()

    def replay(prompt: Plain) -> Plain:
        path = folder / cassette_name(prompt)
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            name = prompt_hash(prompt)
            if note_missing and name not in missing:
                missing.add(name)
                folder.mkdir(parents=True, exist_ok=True)
                with (folder / MISSING).open("a", encoding="utf-8") as lines:
                    lines.write(_line({"hash": name, "request": prompt}) + "\n")
            raise NotRecorded("no recorded answer") from error
        except ValueError as error:
            raise InputBroken(f"{path} is not text in UTF-8. Record it again.") from error
        return response_in(text, prompt, str(path))

    return replay


def resumed(folder: Path, model: LanguageModel) -> LanguageModel:
    """The model, which is asked only what has no cassette in the folder yet."""
    record, replay = recording_in(folder, model), replaying(folder, note_missing=False)

    def converse(prompt: Plain) -> Plain:
        try:
            return replay(prompt)
        except NotRecorded:
            return record(prompt)

    return converse


def _still_missing(folder: Path) -> set[str]:
    """The hashes that are listed as missing; those that have a cassette by now are removed from the list."""
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
