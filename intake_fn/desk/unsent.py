"""Unsent forms: what was typed into a form, between its pages, until it is sent.

A form that is refused, and one whose answers are to be checked, is shown by an address of its own, so that no page of
it is the answer to a post. What stands in it waits in the file store as JSON, with its files beside it, and the address
holds a signed token that names the place. `held/` is emptied by the store itself (adapters/provision/s3.py); once the
form is sent, only the number of the request is left of it.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import field
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.errors import Expired, TryLater, Unknown
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.ports import Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake_fn.ports import Files, Links


@dataclass(frozen=True, slots=True)
class Unsent:
    """A form as it was typed: texts by field, `held` and `waiting` files by their tokens, what was wrong with others.

    `sent` is the number of the request that it became; nothing else is left then.
    """

    answers: Mapping[str, list[str]] = field(default_factory=dict)
    held: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    message: str = ""
    unreadable: bool = False
    sent: str = ""


def keep(files: Files, links: Links, form: Unsent, token: str = "") -> str:
    """Keep a form, in the place of `token` where that is good; the token that brings it back. Raises TryLater."""
    place = _place(links, token) or f"held/{secrets.token_hex(16)}/form"
    _put(files, place, form)
    return links.sign(Purpose.UNSENT, place)


def load(files: Files, links: Links, token: str) -> Unsent | None:
    """The form that a token brings back; None where it is no longer kept. Raises TryLater."""
    place = _place(links, token)
    try:
        stored = json.loads(files.get(place)) if place else None
    except Unknown:
        return None
    if stored is None:
        return None
    lists = {name: tuple(stored[name]) for name in ("held", "waiting", "problems")}
    return Unsent(**{**stored, **lists})


def forget(files: Files, links: Links, token: str, case_id: str) -> None:
    """The form became a request: what was typed stands there now. A store that is down keeps it until it expires."""
    place = _place(links, token)
    try:
        if place:
            _put(files, place, Unsent(sent=case_id))
    except TryLater as error:
        log.warning("unsent_form_kept", error=str(error))


def _place(links: Links, token: str) -> str:
    try:
        return links.verify(Purpose.UNSENT, token) if token else ""
    except (Unknown, Expired):
        return ""


def _put(files: Files, place: str, form: Unsent) -> None:
    plain = {name: getattr(form, name) for name in Unsent.__slots__}
    files.put(place, json.dumps(plain).encode(errors="surrogatepass"), "application/json")
