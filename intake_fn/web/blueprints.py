"""All blueprints, with every module that adds routes to them: importing this imports every page."""

from __future__ import annotations

from intake_fn.web import (
    api,
    assessment,
    board,
    bulk_actions,
    desk_routes,
    expected,
    filled_forms,
    find,
    health,
    impact,
    inbound_mails,
    judge_report,
    ledger,
    quarantine,
    queue_pages,
    queue_views,
    report_requests,
    reports,
    retention,
    sign_in,
    spec_page,
    suggestions,
    uploads,
)
from intake_fn.web.requester_routes import REQUESTER_ROUTES

OPEN = (
    *(module.blueprint for module in (filled_forms, suggestions, uploads, api, health)),
    *REQUESTER_ROUTES,
)
"""Public, or opened by the token in the address: no session's rights are used."""

_DESK = (desk_routes, queue_pages, queue_views, bulk_actions, find, assessment, impact, quarantine)
_MAIL = (inbound_mails,)
_REPORTS = (reports, report_requests, judge_report, spec_page, ledger, retention)
_MODULES = (*_DESK, *_MAIL, *_REPORTS, expected, sign_in, board)

SIGNED_IN = tuple(dict.fromkeys(module.blueprint for module in _MODULES))
"""The blueprints of the desk and its sign-in; several modules share the desk's."""
