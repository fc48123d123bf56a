"""What Lambda calls: `lambda_handler` for pages and the API, `on_mail_event` on bounces, the others by the clock.

Zappa's handler translates events to WSGI. Five of its habits are mended here, each held by a test:

- it imports boto3 although no page needs it to start: kept out while the handler is imported;
- it sends every Set-Cookie twice: its middleware is left out, Flask's headers are right already;
- it guesses signatures by calling a function again after a TypeError: called once, as it is;
- it returns null for events and schedule rules that it does not know, which loses them silently: they raise;
- it runs any function that a message of SNS names: those messages do not reach it.
"""

from __future__ import annotations

import base64
import os
import sys
import types
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import structlog

from intake_fn.core.errors import Broken, SpecdeskError, Stale, Unreadable
from intake_fn.core.redaction import redacted
from intake_fn.wiring import Application
from spec_lookup import SpecLookupError

application = Application.from_environ(os.environ)
log = structlog.get_logger()


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    """Every page and the API, as WSGI; Flask is made with the first request."""
    return application.app.wsgi_app(environ, start_response)


def on_sweep(event: dict[str, Any], context: object) -> dict[str, int]:
    """Say what the clocks have to say, try what is owed and due, and sync with Mantis (every minute)."""
    del event, context
    desk = application.background_desk
    return {**asdict(desk.sweep()), **{f"mantis_{name}": number for name, number in asdict(desk.sync()).items()}}


def on_ledger(event: dict[str, Any], context: object) -> dict[str, int]:
    """Whether all that ever came in is accounted for (every hour). Raises Broken when it is not: the run fails."""
    del event, context
    ledger = application.desk.store.ledger()
    if not ledger.balanced:
        raise Broken(f"The ledger does not balance: {ledger}. A request was lost or counted twice; look at the log.")
    return asdict(ledger)


def on_recompute(event: dict[str, Any], context: object) -> dict[str, int]:
    """Whether open requests stand as their logs say (every night). Raises Broken when one does not: the run fails.

    Before that, requests of earlier versions are brought to where such ones stand today.
    """
    del event, context
    from intake_fn.desk.recount import difference, rows, settled  # noqa: PLC0415 - no page needs it

    desk = application.background_desk
    for row in list(rows(desk.store)):
        with suppress(Unreadable, Stale):  # what changes meanwhile stands right, or does the next night
            settled(desk.store, desk.process, row, desk.clock())
    seen = list(rows(desk.store))
    wrong = []
    for row in seen:
        with suppress(Unreadable):  # the outbox's page and the desk say so
            wrong += [row.id] if difference(desk.store, desk.process, row) else []
    if wrong:
        raise Broken(f"{', '.join(wrong[:10])}: stored otherwise than the log says. Run: specdesk recompute --fix")
    return {"requests": len(seen), "differences": len(wrong)}


def on_mail_event(event: dict[str, Any], context: object) -> dict[str, int]:
    """Take in what SES reports of mails that bounced or were complained of (SNS)."""
    del context
    from intake_fn.adapters.mail_events import reports_in  # noqa: PLC0415 - no page needs it

    reports = reports_in(event)
    return {"reports": len(reports), "new": sum(application.background_desk.mail_failed(report) for report in reports)}


def _import_zappa() -> Any:
    """Zappa's handler without boto3, which it would import only to have its name for annotations."""
    absent = [name for name in ("boto3", "botocore") if name not in sys.modules]
    for name in absent:
        sys.modules[name] = types.ModuleType(name)
    if "boto3" in absent:
        sys.modules["boto3"].Session = object  # type: ignore[attr-defined]  # only ever an annotation
    try:
        from zappa import handler  # noqa: PLC0415 - has to come after the stand-ins
    finally:
        for name in absent:
            del sys.modules[name]
    return handler


def _call_once(function: Callable[..., Any], event: object, context: object) -> Any:
    """Call a function. Lambda prints what it raises, so that leaves without secrets and people's data."""
    try:
        return function(event, context)
    except Exception as error:
        log.exception("run_failed", function=function.__name__)
        ours = isinstance(error, SpecdeskError | SpecLookupError)
        told = redacted(str(error)) if ours else f"{type(error).__name__} in {function.__name__}; the log says where"
        raise Broken(told) from None


_zappa = _import_zappa()
_zappa.ZappaWSGIMiddleware = lambda wsgi: wsgi  # see the first lines
_zappa.LambdaHandler.run_function = staticmethod(_call_once)

SCHEDULED: Mapping[str, Callable[[dict[str, Any], object], Any]] = {
    f"intake_fn.entry.{function.__name__}": function for function in (on_sweep, on_ledger, on_recompute)
}
"""What rules of the schedule may name, as zappa_settings.json does; a test holds the two together."""


def lambda_handler(event: Any, context: object) -> Any:
    """The function's handler. Raises Broken for an event that nothing here answers."""
    if not isinstance(event, dict):
        raise Broken(f"No one here handles this event: it is a {type(event).__name__}. Check the event sources.")
    if _is_from_sns(event):
        return _call_once(on_mail_event, event, context)
    if event.get("detail-type") == "Scheduled Event":
        return _call_once(_scheduled(event), event, context)
    if not (_is_page(event) or _is_command(event)):
        raise Broken(f"No one here handles this event; its keys are {sorted(event)[:10]}. Check the event sources.")
    if _is_page(event) and not _has_body(event):
        return NOT_READABLE
    return _zappa.lambda_handler(_well_formed(event), context)


NOT_READABLE = {
    "statusCode": 400,
    "headers": {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"},
    "body": "The body of this request can't be read: it is not the base64 that it is said to be.",
    "isBase64Encoded": False,
}
"""The answer where there is nothing that the pages could read: an empty form in its place would say what is untrue."""


def _has_body(event: dict[str, Any]) -> bool:
    """Whether the body is a text, base64 where it is said to be, or there is none."""
    body = event.get("body") or ""
    try:
        return isinstance(body, str) and (not event.get("isBase64Encoded") or base64.b64decode(body) is not None)
    except ValueError:
        return False


def _well_formed(found: Any) -> Any:
    """An event without halves of characters, which JSON can name and no page can hold: question marks instead."""
    if isinstance(found, str):
        return found if found.isascii() else found.encode(errors="replace").decode()
    if isinstance(found, dict):
        return {_well_formed(name): _well_formed(value) for name, value in found.items()}
    return [_well_formed(one) for one in found] if isinstance(found, list) else found


def _is_from_sns(event: dict[str, Any]) -> bool:
    """Whether SNS sends it; the one topic that it is subscribed to is that of SES's reports."""
    records = event.get("Records")
    return isinstance(records, list) and bool(records) and isinstance(records[0], dict) and "Sns" in records[0]


def _is_page(event: dict[str, Any]) -> bool:
    """Whether a gateway or a function URL asks for a page: payload 2.0, or 1.0."""
    context = event.get("requestContext")
    if event.get("version") == "2.0":
        return isinstance(context, dict) and "http" in context and "rawPath" in event
    return bool(event.get("httpMethod")) and "path" in event


def _is_command(event: dict[str, Any]) -> bool:
    """Whether `zappa invoke` names a function."""
    return isinstance(event.get("command"), str) and bool(event["command"])


def _scheduled(event: dict[str, Any]) -> Callable[[dict[str, Any], object], Any]:
    """What a rule of the schedule runs: Zappa ends its name with that of the function. Raises Broken for any other."""
    rules = [str(rule).rpartition("/")[2] for rule in event.get("resources") or []]
    for rule in rules:
        name = rule.rpartition("-")[2]
        if name in SCHEDULED:
            return SCHEDULED[name]
    raise Broken(
        f"The schedule's rule {', '.join(rules) or 'without a name'} names no function that is run by the clock "
        f"({', '.join(SCHEDULED)}). Remove the rule, or schedule again: zappa schedule STAGE."
    )


if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
    _zappa.LambdaHandler()  # load the app while Lambda still grants a full core
