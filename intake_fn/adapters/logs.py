"""The log: every line passes here, whoever wrote it, and leaves without secrets, tokens and people's data.

    log.py (ours) ────────────────► _exception ─► redacted ─► text, or JSON on Lambda ─► the stream
    logging (Flask, waitress, boto3) ─► a record that is redacted as it is made ─────────► its handler

What is bound to the context, such as the id of the call, is in the lines of both.

Of an exception that is not one of ours only its kind and the places are written: its own text, and the values in its
frames, may be what a requester typed.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from intake_fn import log
from intake_fn.core.errors import SpecdeskError
from intake_fn.core.redaction import redacted
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


class _Out:
    """Where our lines go: the standard output of the moment, unless a stream is named."""

    stream: TextIO | None = None

    @classmethod
    def now(cls) -> TextIO:
        """The stream that was named, unless it was closed since."""
        return sys.stdout if cls.stream is None or cls.stream.closed else cls.stream

    @classmethod
    def write(cls, line: str) -> None:
        """A line at once and whole: other threads write, too, and a process that is killed has told what it knew."""
        print(f"{line}\n", end="", file=cls.now(), flush=True)


def write_to(stream: TextIO | None) -> TextIO | None:
    """Let our lines go there from now on; where they went until now."""
    before, _Out.stream = _Out.stream, stream
    return before


def set_up(*, as_json: bool | None = None) -> None:
    """Let both kinds of logging write redacted lines; may be called often.

    On Lambda, or with `as_json`, each line is a JSON object.
    """
    if as_json is None:
        as_json = bool(os.environ.get("AWS_LAMBDA_FUNCTION_NAME"))
    written = json_line if as_json else _text_line
    log.write_by(lambda line: _Out.write(written(_whole(line))))
    if as_json:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(_JsonLines())
    if not isinstance(logging.getLogRecordFactory(), _Records):
        logging.setLogRecordFactory(_Records(logging.getLogRecordFactory()))


def safe_traceback(error: BaseException) -> str:
    """Where an exception came from: kinds and places, and the texts of our own errors; no other texts, no values."""
    return redacted("\n".join(_traceback_lines(error, set())))


def _traceback_lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _traceback_lines(before, seen)
        yield "then:"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {_place(frame.filename)}:{frame.lineno} in {frame.name}"
    ours = isinstance(error, SpecdeskError | SpecLookupError)
    yield f"{type(error).__name__}: {error}" if ours else type(error).__name__


def _place(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else "/".join(path.parts[-3:])


def _whole(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line with what is bound and the time, and its exception as `safe_traceback` writes it."""
    whole = {**log.bound_values(), **line, "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z")}
    if error := _error_of(whole.pop("exc_info", None)):
        whole["exception"] = safe_traceback(error)
    return whole


def _text_line(event: dict[str, Any]) -> str:
    """The event for people: when, how serious, what, and its values; an exception on lines of its own."""
    begin = f"{event.pop('timestamp')} [{event.pop('level'):9}] {event.pop('event'):30}"
    exception = event.pop("exception", "")
    values = [
        f"{name}={value if _is_word(value) else repr(value)}"  # a line end in a value begins no line
        for name, value in event.items()
    ]
    return redacted(" ".join([begin, *values]) + (f"\n{exception}" if exception else ""))


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and " " not in value


def json_line(event: Mapping[str, Any]) -> str:
    """The event as one line of JSON, redacted: each text by itself, so that the line stays JSON, and then the whole."""
    line = json.dumps(_plain(event))
    whole = redacted(line)
    return line if whole == line else json.dumps({"event": "redacted_line", "line": whole})


def _plain(value: Any) -> Any:
    """What JSON can hold of a value, with all texts redacted."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {redacted(str(name)): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return redacted(str(value))


class _JsonLines(logging.Formatter):
    """A record of logging as a line of JSON, with what is bound to the context."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        event = {
            **log.bound_values(),
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        return json_line(event | ({"exception": record.exc_text} if record.exc_text else {}))


def _error_of(given: Any) -> BaseException | None:
    """The exception of a line: itself, or True for the one that is being handled."""
    error = sys.exc_info()[1] if given is True else given
    return error if isinstance(error, BaseException) else None


class _Records:
    """Makes log records that are redacted before anybody sees them, with the factory that was there before."""

    def __init__(self, before: Any) -> None:
        self.before = before

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        """A record whose message is whole, and whose exception is written already."""
        record: logging.LogRecord = self.before(*args, **kwargs)
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 - a line that does not fit its own arguments is still a line
            message = str(record.msg)
        record.msg, record.args = redacted(message), None
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text, record.exc_info = safe_traceback(record.exc_info[1]), None
        return record
