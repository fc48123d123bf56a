"""What the web application needs, chosen in wiring.py or by a test."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.web.search_limit import SearchLimit

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from intake_fn.desk import Desk
    from intake_fn.ports import Links


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    """The process, the desk and the settings of the pages.

    `desk` is called only by pages that need it, so that a plain form imports neither boto3 nor numpy.
    `site_url` is the wiki's address, "" when it is served from the same origin; `files_at` are the origins at which
    browsers may put files into the file store.
    """

    process: Process
    desk: Callable[[], Desk]
    links: Links
    clock: Callable[[], datetime]
    secret_key: str
    former_keys: tuple[str, ...] = ()
    """Keys that sign nothing any more, and whose sessions and forms are still accepted."""
    secure_cookies: bool = True
    site_url: str = ""
    files_at: tuple[str, ...] = ()
    site_stamp: Callable[[], str] | None = None
    """Reads the spec's stamp of the published wiki, "" where the wiki has none; None where there is no wiki."""
    canary_project: str = ""
    """The project of Mantis for canaries (desk/canary.py)."""
    sandbox: bool = False
    in_time: Callable[[], AbstractContextManager[None]] = nullcontext
    """Within which each page is made: nothing outside is waited for any longer (adapters/deadline.py)."""
    ahead: Path | None = None
    """The folder of what the package made ahead of the pages (web/__init__.py)."""
    searches: SearchLimit = field(default_factory=SearchLimit)
    """How often each source has searched lately."""
