"""The report on the spec: what it leaves open, and how its clauses fare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, url_for

from intake_fn.desk import spec_report
from intake_fn.web.access import ENGINEER, config, me, open_to
from intake_fn.web.words import zone_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake_fn.core.process import Process
    from intake_fn.core.spec_gaps import OpenPoint

blueprint = Blueprint("spec", __name__, url_prefix="/desk/spec")

POINTS = 50
CLAUSES = 100
REQUESTS = 10
"""What one page shows at most; `specdesk silence` shows all."""


@blueprint.get("")
@open_to(ENGINEER)
def shown() -> ResponseReturnValue:
    """The report as it was made last."""
    desk, process = config().desk(), config().process
    report = spec_report.kept(desk.files)
    points = report.points[:POINTS] if report else ()
    return render_template(
        "spec.html",
        report=report,
        points=[(point, page_of(point), owner_of(point, process)) for point in points],
        clauses=report.clauses[:CLAUSES] if report else (),
        most=REQUESTS,
        latest=spec_report.LATEST,
        now=desk.clock(),
        zone=zone_of(me(), process),
    )


@blueprint.post("/report")
@open_to(ENGINEER)
def make() -> ResponseReturnValue:
    """Make the report anew."""
    spec_report.keep(config().desk())
    return redirect(url_for("spec.shown"), 303)


def page_of(point: OpenPoint) -> str:
    """The page of the spec in which the clause would most likely stand: that of the nearest one."""
    return point.nearest.partition("#")[0]


def owner_of(point: OpenPoint, process: Process) -> str:
    """Who owns the module that this page belongs to; "" for none."""
    page = page_of(point)
    owners = (module.owner for module in process.modules.values() if page in module.spec)
    return next((process.person(owner).name for owner in owners), "")
