"""Commands of `specdesk` that stand in modules of their own, and what they all do alike."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from intake_fn.core.errors import Refused
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.process_file import parse
from intake_fn.core.redaction import without_secrets

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from intake_fn.core.process import Process
    from intake_fn.desk import Desk
    from intake_fn.desk.erasure import Eraser


YEARS = range(1970, 2200)
"""The years that calendars are reckoned in; another one is a slip of the hand."""


def background_desk() -> Desk:
    """The desk of the settings, for work that may take its time."""
    from intake_fn.wiring import Application  # noqa: PLC0415 - `specdesk check` needs no settings and no AWS

    return Application.from_environ(os.environ).background_desk


def eraser_of_settings() -> Eraser:
    """The eraser of the settings, with the desk for work that may take its time."""
    from intake_fn.wiring import Application  # noqa: PLC0415 - as above

    return Application.from_environ(os.environ).eraser


def mail_addresses(process: Process) -> list[str]:
    """The mailboxes that mail to the Help Desk comes to."""
    return sorted({mailbox(process.mail.address), mailbox(process.mail.reply_to)})


def text_of(path: Path) -> str:
    """What stands in a file. Raises Refused saying why it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is not written in UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    except FileNotFoundError:
        raise Refused(f"There is no {path}.") from None
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}. Name a file that can.") from error


def process_of(path: Path, pages: Collection[str] | None = None) -> Process:
    """A support.yml, held to the pages of the spec where they are given.

    Raises Refused saying in which line what is wrong.
    """
    return parse(text_of(path), path.name, pages)


def say(args: argparse.Namespace, plain: Any, lines: Iterable[str]) -> None:
    """Print the result: as JSON where that is asked for, else line by line."""
    if args.json:
        print(without_secrets(json.dumps(plain, ensure_ascii=False, indent=2)))
        return
    for line in lines:
        print(without_secrets(line))
