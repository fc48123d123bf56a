"""What stands above a page and is not published: the rules are those of MkDocs.

Either YAML between two lines of dashes, which has to be a mapping (anything else is published as it stands), or lines
of `Key: value` at the very top, up to the first that is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_YAML = re.compile(r"---[ \t]*\n(.*?\n)(?:\.{3}|---)[ \t]*\n", re.DOTALL)
_PAIR = re.compile(r" {0,3}([A-Za-z0-9_-]+):\s*(.*)")
_MORE = re.compile(r"(?: {4}|\t)\s*\S")


def split_front_matter(text: str) -> tuple[Mapping[str, str], str, int]:
    """The pairs above a page, the rest, and the line where the rest begins."""
    if match := _YAML.match(text):
        head, body = _mapping(match[1]), text[match.end() :]
        if head is None:
            return {}, text, 1
    else:
        head, body = _pairs(text)
    body = body.lstrip("\n")
    return head, body, text.count("\n", 0, len(text) - len(body)) + 1


def _mapping(text: str) -> Mapping[str, str] | None:
    import yaml  # noqa: PLC0415 - only who builds an index waits for it

    try:
        mapping = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return None
    if not isinstance(mapping, dict):
        return None
    return {str(key): str(value) for key, value in mapping.items() if value is not None}


def _pairs(text: str) -> tuple[Mapping[str, str], str]:
    head: dict[str, str] = {}
    key, rest = "", text
    while rest:
        line, _, below = rest.partition("\n")
        if not line.strip():
            break
        if pair := _PAIR.match(line):
            key = pair[1].lower()
            head[key] = f"{head[key]} {pair[2].strip()}" if key in head else pair[2].strip()
        elif not (key and _MORE.match(line)):
            break
        rest = below
    return head, rest
