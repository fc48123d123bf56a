"""How the application is: for monitors whether all is well, and for who signed in what is not. No personal data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, jsonify, request

from intake_fn.core.errors import Expired, Refused, SpecdeskError, Unknown
from intake_fn.ports import Purpose
from intake_fn.web.access import PUBLIC, TOKEN, config, engineer, open_to
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@open_to(PUBLIC)
def health() -> ResponseReturnValue:
    """200 when everything answers and every request and every mail that came in is accounted for, else 503.

    Who signed in gets all parts; everybody else, whether the ledger balances, and whether the wiki shows the spec that
    is decided by.
    """
    looks = {"spec": _spec, "site": _site, "ledger": _ledger, "mail": _mail, "outbox": _outbox}
    parts = {name: _guarded(look) for name, look in looks.items()}
    well = all(part["ok"] for part in parts.values())
    if _is_signed_in():
        details = {"process": {"product": config().process.product.name, "ok": True}, **parts}
    else:
        details = {
            "ledger": {"ok": parts["ledger"]["ok"] and parts["mail"]["ok"]},
            "spec": {"ok": parts["spec"]["ok"] and parts["site"]["ok"]},
        }
    answer = jsonify(ok=well, **details)
    answer.status_code = 200 if well else 503
    return answer


@blueprint.post("/health/canary")
@open_to(TOKEN)
def canary() -> ResponseReturnValue:
    """Send a canary through all that a request needs; 200 when it got through, else 503, 429 within a minute.

    The token stands in the header Authorization; without a good one, there is no such page.
    """
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        config().links.verify(Purpose.CANARY, token)
    except (Unknown, Expired):
        abort(404)
    from intake_fn.desk import canary as canaries  # noqa: PLC0415 - for this page alone

    try:
        parts = canaries.run(config().desk(), config().canary_project)
    except Refused as error:
        answer = jsonify(ok=False, says=str(error), parts=[])
        answer.status_code = 429
        return answer
    well = all(part.ok for part in parts)
    answer = jsonify(ok=well, says="", parts=[asdict(part) for part in parts])
    answer.status_code = 200 if well else 503
    return answer


def _is_signed_in() -> bool:
    """Whether counts, commit and deliveries may be shown; not while that cannot be checked."""
    try:
        return engineer() is not None
    except SpecdeskError:
        return False


def _guarded(look: Any) -> dict[str, Any]:
    try:
        part: dict[str, Any] = look()
    except (SpecdeskError, SpecLookupError) as error:
        return {"ok": False, "error": type(error).__name__}
    return part


def _spec() -> dict[str, Any]:
    stamp = config().desk().spec().stamp
    return {
        "ok": True,
        "content": stamp.content,
        "commit": stamp.commit,
        "clauses": stamp.clauses,
        "engine": stamp.engine,
    }


def _site() -> dict[str, Any]:
    """Whether the published wiki is of the same spec as the index; a wiki that does not say is not called another."""
    read = config().site_stamp
    if read is None:
        return {"ok": True, "says": "no wiki"}
    content, own = read(), config().desk().spec().stamp.content
    says = "the same" if content == own else "another" if content else "not read"
    return {"ok": says != "another", "says": says, "content": content}


def _ledger() -> dict[str, Any]:
    """Whether received = filed + queued + failed + quarantined + rejected (R1)."""
    ledger = config().desk().counters.ledger()
    return {
        "ok": ledger.balanced,
        "received": ledger.received,
        "filed": ledger.filed,
        "queued": ledger.queued,
        "failed": ledger.failed,
        "quarantined": ledger.quarantined,
        "rejected": ledger.rejected,
    }


def _mail() -> dict[str, Any]:
    """Whether received = waiting + ticketed + threaded + ignored + quarantined + rejected, of mails that came in."""
    ledger = config().desk().inbound.mail_ledger()
    return {"ok": ledger.balanced, **asdict(ledger)}


def _outbox() -> dict[str, Any]:
    desk = config().desk()
    waiting = desk.outbox.due_items(desk.clock(), 100)
    failed = desk.outbox.dead_letters(100)
    unread = desk.outbox.unreadable(100)
    well = not failed and not unread
    return {"ok": well, "overdue": len(waiting), "failed": len(failed), "unreadable": len(unread)}
