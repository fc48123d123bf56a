"""What no log line and no output may hold: secrets of the settings, tokens that open something, people's addresses.

`hide` is told each secret as it is read; from then on `without_secrets` and `redacted` leave it out in whatever form it
is written. The other two kinds are known by their form.
"""

from __future__ import annotations

import json
import re
from threading import Lock
from urllib.parse import quote

SHORTEST = 8
"""Characters of a secret; what is shorter could be a word, and leaving it out would tell it."""

SECRET, TOKEN, ADDRESS = "[secret]", "[token]", "[address]"

_secrets: frozenset[str] = frozenset()
"""All forms of all secrets that were read in this process. It is replaced whole: threads may be reading it."""

_adding = Lock()

_PATH = re.compile(r"(/(?:status|copies|files|desk/sign-in)/)(?!lost\b)[^/\s?#\"'<>&|\\]+", re.IGNORECASE)
"""The token in an address of ours."""
_DOT = r"(?:\.|[%=]2[Ee])"
_SIGNED = re.compile(
    rf"(?:(?<![\w.-])[\w-]{{2,}}|{_DOT}[\w-]{{2,}}){_DOT}[\w-]{{6}}{_DOT}[\w-]{{26,44}}={{0,2}}(?![\w-])", re.ASCII
)
"""A signed token by itself, as of links, files and sessions: what it says, when, and the signature."""
_PASSWORD = re.compile(r"(://)[^/\s@]{1,200}@")
"""A user's name and password in an address."""
_AT = r"(?:[@\uff20]|%(?:25){0,3}40|=40|\\u0040|&#64;)"
"""In words, in addresses of pages, in mails, in JSON, in HTML."""
_MAILBOX = re.compile(
    r"(?:\w[\w.!#$%&'*+^~-]{0,63}?|[.!#$%&'*+/=?^`{|}~-]{1,64}?|\"[^\"\n]{1,64}\")"
    rf"{_AT}(?:[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,8}}|\[[\w.:]{{2,45}}\])",
    re.IGNORECASE,
)


def hide(*secrets: str) -> None:
    """Leave these out of whatever is written from now on."""
    global _secrets  # noqa: PLW0603 - one process, one list
    forms: set[str] = set()
    for secret in secrets:
        for text in {secret, *re.split(r"[^!-~]+", secret)}:  # odd signs are written in many ways, the rest in few
            if len(text) >= SHORTEST:
                escaped = text.encode("unicode_escape").decode()
                in_address = quote(text, safe="", errors="replace")  # bytes that are no UTF-8 come as half characters
                forms.update((text, escaped, repr(text)[1:-1], json.dumps(text)[1:-1], in_address))
    with _adding:
        _secrets |= forms


def without_secrets(text: str) -> str:
    """The text without secrets, passwords in addresses, and tokens: for what people are shown who may see the rest."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, SECRET)
    text = _PASSWORD.sub(rf"\1{SECRET}@", text)
    return _SIGNED.sub(TOKEN, _PATH.sub(rf"\1{TOKEN}", text))


def redacted(text: str) -> str:
    """The text as a log may hold it."""
    return _MAILBOX.sub(ADDRESS, without_secrets(text))
