"""A folder of mails and what has to become of each: `expected.jsonl` as docs/operate/mail-in.md describes it."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox.aws import SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

NAME = "expected.jsonl"
Made = TypeVar("Made")

Named = tuple[str | None, str | None, str | None]
"""A file that has to be kept: name, content type, SHA-256 of its bytes; None for any."""


@dataclass(frozen=True)
class SetUp:
    """A request that is there before the mails come."""

    number: str
    requester: str
    name: str
    status: str
    summary: str
    token: str = ""
    message_ids: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    received_message_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expected:
    """What has to become of one mail. Where the file has a list of values, any of them will do."""

    file: str
    outcome: tuple[str, ...]
    why: str = ""
    kinds: tuple[str, ...] = ()
    request: str | None = None
    same_as: str | None = None
    requester: tuple[str | None, ...] = (None,)
    summary: tuple[str | None, ...] = (None,)
    summary_starts: str = ""
    summary_max: int | None = None
    body_contains: tuple[str, ...] = ()
    body_excludes: tuple[str, ...] = ()
    attachments: tuple[Named, ...] | None = None
    attachments_alt: tuple[tuple[Named, ...], ...] = ()
    may_attach: tuple[Named, ...] = ()
    names_exclude: tuple[str, ...] = ()
    resumes_clock: tuple[bool | None, ...] = (None,)
    reopens: tuple[bool | None, ...] = (None,)
    reply_sent: tuple[bool | None, ...] = (None,)
    proposed: str | None = None
    """Who is proposed as the requester of a forwarded mail; "" for nobody, None where it is not compared."""


@dataclass(frozen=True)
class Folder:
    """The mails by name, the requests to set up, what is expected."""

    path: Path
    requests: Sequence[SetUp] = ()
    mails: Sequence[Expected] = field(default_factory=tuple)


ANY_OF = ("outcome", "requester", "summary", "resumes_clock", "reopens", "reply_sent")
OUTCOMES = ("ticketed", "threaded", "ignored_auto", "quarantined", "rejected")


def read(path: Path) -> Folder:
    """The folder, its mails in the order of their names. Raises SandboxError that names file and line."""
    requests: list[SetUp] = []
    mails: list[Expected] = []
    try:
        lines = (path / NAME).read_text(encoding="utf-8").split("\n")  # a text may hold other line ends
    except OSError as error:
        raise SandboxError(f"{path / NAME} cannot be read ({error.strerror}). It says what to expect.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            if "setup" in entry:
                requests += [_made(SetUp, request) for request in entry["setup"]]
            else:
                mails.append(_expected(entry))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SandboxError(f"{path / NAME}, line {number}: {type(error).__name__}: {error}") from error
    missing = [mail.file for mail in mails if not (path / mail.file).is_file()]
    if missing:
        raise SandboxError(f"{NAME} names mails that are not in {path}: {', '.join(missing)}")
    return Folder(path, requests, sorted(mails, key=lambda mail: mail.file))


def _expected(entry: Mapping[str, Any]) -> Expected:
    """One line."""
    several = {name: _any_of(entry[name]) for name in ANY_OF if name in entry}
    if unknown := set(several["outcome"]) - {*OUTCOMES}:
        raise ValueError(f"outcome {', '.join(sorted(map(str, unknown)))} is none of {', '.join(OUTCOMES)}")
    return _made(Expected, {**entry, **several})


def _any_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _made(kind: type[Made], entry: Mapping[str, Any]) -> Made:
    """The value of what a line holds; fields that are not compared are passed over."""
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: _frozen(value) for name, value in entry.items() if name in known})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value


# --- comparing --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """What became of a mail."""

    outcome: str
    case_id: str = ""
    requester: str | None = None
    summary: str | None = None
    proposed: str = ""
    """The writer of the forwarded mail, as proposed to a person."""
    stored: str = ""
    """All text that is kept of it."""
    shown: str = ""
    """The text that is shown as the message."""
    files: Sequence[tuple[str, str, str]] = ()
    subject: str | None = None
    """The subject as it came; a mail that is not taken in may be described by it alone."""
    is_raw: bool = False
    """Whether the mail is kept as it came and nothing of it was taken over: its files are in it."""
    resumes_clock: bool | None = None
    reopens: bool | None = None
    answered: Sequence[str] = ()
    """The addressees of the mails that it caused, without staff."""
    changed: Sequence[str] = ()
    """Requests beside `case_id` that are not as they were."""
    made: int = 0
    """Requests that there are more."""
    same: str = ""
    """What it did although the mail was there before; "" for nothing."""


def differences(expected: Expected, seen: Seen) -> Iterator[str]:
    """What became otherwise than expected, each in a few words; nothing where all is well."""
    if seen.outcome not in expected.outcome:
        yield f"outcome {seen.outcome}, not {' or '.join(expected.outcome)}"
        return
    threaded = seen.outcome == "threaded"
    if threaded and seen.case_id != expected.request:
        yield f"joined {seen.case_id}, not {expected.request}"
    if seen.changed:
        yield f"changed {', '.join(seen.changed)}"
    if expected.same_as:
        yield from (problem for problem in (seen.same,) if problem)
    elif seen.made != (seen.outcome == "ticketed"):
        yield f"made {seen.made} requests"
    yield from _people(expected, seen)
    yield from _texts(expected, seen)
    yield from _files(expected, seen)
    for name, is_so, wanted in (
        ("resumes the clock", seen.resumes_clock, expected.resumes_clock),
        ("reopens", seen.reopens, expected.reopens),
    ):
        if None not in wanted and is_so is not None and is_so not in wanted:
            yield f"{name}: {'yes' if is_so else 'no'}"
    if expected.reply_sent == (False,) and seen.answered:
        yield f"mailed {', '.join(sorted({*seen.answered}))}"


def _people(expected: Expected, seen: Seen) -> Iterator[str]:
    if expected.requester != (None,) and seen.requester not in expected.requester:
        yield f"requester {seen.requester}, not {_or(expected.requester)}"
    if expected.proposed is not None and seen.proposed != expected.proposed:
        yield f"proposes {seen.proposed or 'nobody'} as the requester, not {expected.proposed or 'nobody'}"
    wanted = tuple(plain(each) if each is not None else None for each in expected.summary)
    summary = plain(seen.summary) if seen.summary is not None else None
    subject = plain(seen.subject) if seen.subject is not None else None
    if wanted != (None,) and summary not in wanted and (subject is None or subject not in wanted):
        yield f"summary {summary!r}, not {_or(wanted)}"
    if expected.summary_starts and not (summary or "").startswith(plain(expected.summary_starts)):
        yield f"summary {summary!r} does not start with {expected.summary_starts!r}"
    if expected.summary_max is not None and len(summary or "") > expected.summary_max:
        yield f"summary of {len(summary or '')} characters"


def _texts(expected: Expected, seen: Seen) -> Iterator[str]:
    stored, shown = plain(seen.stored), plain(seen.shown)
    for text in expected.body_contains:
        if plain(text) not in stored:
            yield f"the text lacks {text!r}"
    for text in expected.body_excludes:
        if plain(text) in shown:
            yield f"the text holds {text!r}"


def _files(expected: Expected, seen: Seen) -> Iterator[str]:
    for name, _, _ in seen.files:
        for sign in expected.names_exclude:
            if sign in name:
                yield f"a file's name holds {sign!r}: {name!r}"
    lists = [each for each in (expected.attachments, *expected.attachments_alt) if each is not None]
    kept = [seen.files, *([()] if seen.is_raw else [])]
    if lists and not any(_match(each, files, expected.may_attach) for each in lists for files in kept):
        files = ", ".join(f"{name} ({kind}, {digest[:8]})" for name, kind, digest in seen.files) or "none"
        yield f"files: {files}"


def _match(wanted: Sequence[Named], kept: Sequence[tuple[str, str, str]], may: Sequence[Named]) -> bool:
    """Whether each wanted file is kept, and nothing else but what may be."""
    left = list(kept)
    for one in sorted(wanted, key=lambda named: named.count(None)):
        found = next((file for file in left if _fits(one, file)), None)
        if found is None:
            return False
        left.remove(found)
    return all(any(_fits(each, file) for each in may) for file in left)


def _fits(wanted: Named, file: tuple[str, str, str]) -> bool:
    return all(part is None or plain(part) == plain(there) for part, there in zip(wanted, file, strict=True))


def plain(text: str) -> str:
    """A text for comparison: composed, white space as single spaces, U+2011 as a hyphen."""
    return " ".join(unicodedata.normalize("NFC", text).replace("\u2011", "-").split())


def _or(values: Sequence[str | None]) -> str:
    return " or ".join("nobody" if value is None else repr(value) for value in values)
