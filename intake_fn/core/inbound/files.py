"""The files of a mail under harmless names, by the policy of the forms; none is left out, whatever its type. Pure.

What a form would refuse cannot be sent back here, so it is kept, and only its name is made harmless: a program's name
ends in `.bin`, so that no click runs it. Pages offer every file to be saved and never show it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from intake_fn.core.attachments import AcceptedFile, clean_name
from intake_fn.core.file_types import FILE_TYPES, FORBIDDEN
from intake_fn.core.inbound.mail import MailFile
from intake_fn.core.pictures import without_metadata

ACTIVE = frozenset(
    "app appref-ms asp aspx bat chm cmd com cpl dll dmg docm dotm exe gadget hlp hta htm html inf iso jar jnlp js jse"
    " ksh lnk mht mhtml mjs msc msi msp mst php pif potm ppam ppsm pptm ps1 ps1xml ps2 psc1 pyw reg scf scr sct sh shb"
    " shs svg svgz url vb vbe vbs vhd vxd wasm ws wsc wsf wsh xhtml xlam xll xlsm".split()
)
"""Extensions that a click may run, or that a browser acts on."""

TYPE = re.compile(r"[a-z0-9.+-]{1,80}/[a-z0-9.+-]{1,80}")
OCTETS = "application/octet-stream"


def accepted(files: Iterable[MailFile]) -> tuple[AcceptedFile, ...]:
    """All files, each under a name of its own."""
    taken: set[str] = set()
    found = []
    for file in files:
        name = _unique(_harmless(file), taken)
        taken.add(name.casefold())
        found.append(_file(name, file))
    return tuple(found)


def _file(name: str, file: MailFile) -> AcceptedFile:
    content_type = _type(name, file)
    clean = without_metadata(file.content, content_type)
    return AcceptedFile(name, content_type, clean, b"" if clean == file.content else file.content)


def _type(name: str, file: MailFile) -> str:
    """The type of a file: by extension and content where they agree, else as the mail says."""
    known = FILE_TYPES.get(_extension(name))
    if known and known.matches(file.content):
        return known.content_type
    return file.content_type if TYPE.fullmatch(file.content_type) else OCTETS


def _harmless(file: MailFile) -> str:
    name = clean_name(file.name)
    runs = file.content.startswith(tuple(FORBIDDEN.values()))
    if _extension(name) in ACTIVE or (runs and _extension(name) not in FILE_TYPES):
        return clean_name(f"{name[:90]}.bin")
    return name


def _unique(name: str, taken: set[str]) -> str:
    stem, dot, extension = name.rpartition(".")
    number, unique = 2, name
    while unique.casefold() in taken:
        unique = f"{stem} ({number}).{extension}" if dot and stem else f"{name} ({number})"
        number += 1
    return unique


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""
