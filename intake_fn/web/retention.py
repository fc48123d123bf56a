"""Retention at the desk: what each rule is, what goes next by it and when. Looking changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for

from intake_fn.core.retention import Rule
from intake_fn.desk import retention_preview
from intake_fn.desk.retention import RESTING
from intake_fn.web.access import ADMIN, config, me, open_to
from intake_fn.web.retention_words import KEPT, in_days
from intake_fn.web.words import zone_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.desk.retention_preview import Goes

blueprint = Blueprint("retention", __name__, url_prefix="/desk/reports/retention")

MAILS = (Rule.RAW_MAILS, Rule.MAIL_RECORDS)

DIGITS = 16
"""Digits that are shown of the digest of an erasure, here and by `specdesk erase --list`."""


@blueprint.get("")
@open_to(ADMIN)
def shown() -> ResponseReturnValue:
    """Each rule with what is due, what goes soon, and the first few of it."""
    process = config().process
    return render_template(
        "retention.html",
        rules=retention_preview.shown(config().desk()),
        kept=KEPT,
        days=in_days,
        grace=process.retention.grace_days,
        soon=retention_preview.SOON.days,
        number=_number,
        address=_address,
        name=_name,
        raw_mails=Rule.RAW_MAILS,
        files=Rule.ATTACHMENTS,
        zone=zone_of(me(), process),
    )


def _number(count: int) -> str:
    """How many; as many as are counted may be more."""
    most = retention_preview.COUNTED
    return f"{most:,} or more" if count >= most else str(count)


def _address(rule: Rule, one: Goes) -> str:
    """Where something is read that goes; "" where it has no page."""
    if rule in RESTING:
        return url_for("desk.show", case_id=one.id)
    return url_for("inbound_mails.shown", mail_id=one.id) if rule in MAILS else ""


def _name(rule: Rule, one: Goes) -> str:
    return one.id[:DIGITS] if rule is Rule.ERASURE_RECORDS else one.id
