"""Text that was broken into lines for its way (RFC 3676, format=flowed), joined again. Pure."""

from __future__ import annotations

import re

QUOTED = re.compile(r"(>*)(.*)", re.DOTALL)
SIGNATURE = "-- "


def joined(text: str, *, delete_space: bool) -> str:
    """The paragraphs of a flowed text. `delete_space` is its DelSp parameter: the space at a cut is no character."""
    lines: list[list[str]] = []
    flows, depth = False, 0
    for line in text.split("\n"):
        marks, rest = _split(line)
        quoted, content = len(marks), rest.removeprefix(" ")
        is_signature = content == SIGNATURE
        if flows and quoted == depth and not is_signature:
            lines[-1].append(content)
        else:
            lines.append([f"{marks} {content}" if marks else content])
        flows, depth = content.endswith(" ") and not is_signature, quoted
        if flows and delete_space:
            lines[-1][-1] = lines[-1][-1][:-1]
    return "\n".join(map("".join, lines))


def _split(line: str) -> tuple[str, str]:
    found = QUOTED.match(line)
    return (found[1], found[2]) if found else ("", line)
