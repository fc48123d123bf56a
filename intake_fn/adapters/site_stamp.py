"""The spec's stamp of the published wiki, from its file stamp.json; read once a minute at most."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY = timedelta(minutes=1)
SECONDS = 2.0
LARGEST = 1000
"""Bytes of the file that are read."""
SHA256 = re.compile("[0-9a-f]{64}")


@dataclass
class SiteStamp:
    """`url` is the wiki's address. What is not a stamp counts as none."""

    url: str
    clock: Callable[[], datetime]
    _known: tuple[datetime, str] | None = field(default=None, repr=False)

    def __call__(self) -> str:
        """The stamp; "" where the wiki does not answer with one."""
        now = self.clock()
        if self._known is None or not timedelta(0) <= now - self._known[0] < EVERY:
            self._known = now, self._read()
        return self._known[1]

    def _read(self) -> str:
        import urllib.request  # noqa: PLC0415 - for this page alone

        try:
            with urllib.request.urlopen(f"{self.url}/stamp.json", timeout=SECONDS) as answer:  # noqa: S310 - our setting
                content = json.loads(answer.read(LARGEST))["content"]
        except (OSError, ValueError, LookupError, TypeError):
            return ""
        return content if isinstance(content, str) and SHA256.fullmatch(content) else ""
