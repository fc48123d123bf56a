"""Files of an issue, known by their bytes: Mantis renames a second one of a name."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from intake_fn import log
from intake_fn.adapters.mantis.answers import expect, number_in, parts
from intake_fn.adapters.mantis.http import ERROR_CHARACTERS, MantisHttp
from intake_fn.adapters.mantis.texts import file_name, one_line
from intake_fn.core.errors import TryLater

FILE_CODES = frozenset({500, 501, 504, 507})
"""Mantis's codes for a file that is too big, of a refused type, empty, or whose name is too long."""

NOT_OF_THE_FILE = frozenset({401, 404, 408, 409, 412, 421, 423, 425, 429})
"""What below 500 says nothing of a file; all else refuses it, whether Mantis says so or a proxy before it."""


def attach(http: MantisHttp, number: int, name: str, content: bytes) -> bool:
    """Attach a file unless its bytes are there, under whatever name; False when it is refused."""
    if _holds(http, number, content):
        return True
    body = {"files": [{"name": file_name(name), "content": base64.b64encode(content).decode()}]}
    answer = http.send("POST", f"issues/{number}/files", body)
    if answer.code in FILE_CODES or (answer.status in range(400, 500) and answer.status not in NOT_OF_THE_FILE):
        error_text = one_line(answer.text)[:ERROR_CHARACTERS]
        log.warning("mantis_file_refused", issue=number, status=answer.status, said=error_text)
        return False
    http.check(answer)
    return True


def _holds(http: MantisHttp, number: int, content: bytes) -> bool:
    """Whether an issue has a file of these bytes."""
    for file in parts(http.issue(number), "attachments"):
        if file.get("size", len(content)) == len(content):
            files = http.rows(f"issues/{number}/files/{number_in(file)}", "files")
            if sha256(content).digest() in map(_digest, files):
                return True
    return False


def _digest(file: Mapping[str, Any]) -> bytes:
    """The SHA-256 of a file's content. Raises TryLater where Mantis does not show it."""
    try:
        return sha256(base64.b64decode(str(expect(file, "content")), validate=True)).digest()
    except (binascii.Error, ValueError) as error:
        raise TryLater("Mantis's answer holds no file; it is looked at again.") from error
