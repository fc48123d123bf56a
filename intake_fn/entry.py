"""What Lambda calls: `lambda_handler` for pages and the API, `on_mail_event` on bounces, most others by the clock.

| event                                          | what runs                                              |
|------------------------------------------------|--------------------------------------------------------|
| a request of API Gateway or a function URL     | `app`, through adapters/gateway.py                     |
| a rule of the schedule                         | the function of `SCHEDULED` in which its name ends     |
| `zappa invoke STAGE FUNCTION`                  | that function, if it is one of `SCHEDULED`             |
| `{"deliver": ID}`, a call by the function itself | `on_deliver`                                          |
| a message of SNS                               | `on_mail_event`                                        |
| new files in the bucket of mails (S3)          | `on_mail`                                              |
| any other                                      | none: Broken is raised, so that nothing is lost in silence |

Zappa deploys the function and is no part of it.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

gc.disable()  # what is made while modules are imported stays: looking through it was a tenth of a cold start

from intake_fn import log
from intake_fn.adapters import gateway, metrics
from intake_fn.adapters.deadline import seconds_left, within
from intake_fn.core.errors import Broken, SpecdeskError, TryLater, Unknown
from intake_fn.core.redaction import redacted
from intake_fn.wiring import Application
from spec_lookup import SpecLookupError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse

    from intake_fn.desk import Desk
    from intake_fn.desk.erasure import Eraser
    from intake_fn.desk.nightly_check import Progress
    from intake_fn.desk.sweep_parts import Part

RUN_SECONDS = 60.0
"""How long the function runs at most (zappa_settings.json), where nobody says how much of it is left."""

RESERVED_SECONDS = 3.0
"""Seconds of a run that are kept for what is begun when the time is up."""

Handler = Callable[[dict[str, Any], object], Any]

application = Application.from_environ(os.environ)


def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Every page and the API, as WSGI; outside Lambda, Flask is made with the first request."""
    return application.app.wsgi_app(environ, start_response)


def on_sweep(event: dict[str, Any], context: object) -> dict[str, int]:
    """Raise SLA alerts, deliver due items, and sync with Mantis (every minute).

    Then an unfinished nightly check goes on, and retention erases what was kept long enough. The parts share the time
    of the run, and one that fails stops no other: Broken is raised at the end, so that the run counts as failed.
    """
    del event
    from intake_fn.desk.sweep_parts import run_parts  # noqa: PLC0415 - no page needs it

    with _in_time(context, parts=True):
        ran = run_parts(_sweep_parts(application.background_desk), lambda: seconds_left(inside=True), within)
    if ran.failed:
        where = "The log says why at sweep_part_failed or sweep_part_postponed."
        raise Broken(f"The sweep failed at: {', '.join(ran.failed)}. {where}")
    return ran.done


def _sweep_parts(desk: Desk) -> list[Part]:
    """The parts of the sweep, with the seconds of each: three quarters of them are for what is asked outside."""
    from intake_fn.desk.inbound_mail import sweep_mail  # noqa: PLC0415 - no page needs it
    from intake_fn.desk.sweep_parts import Part  # noqa: PLC0415 - as above

    return [
        Part("invitation", lambda: {"invited": desk.invite()}, most=10, least=10),
        Part("deliveries", lambda: _deliver_due(desk), most=40, least=14),
        Part("mail", lambda: {"mails": sweep_mail(desk)}, most=12, least=4),
        Part("sync", lambda: {f"mantis_{name}": n for name, n in asdict(desk.sync()).items()}, most=27, least=8),
        Part("check", lambda: {"checked": _go_on_checking(desk)}, most=34, least=6),
        Part("retention", lambda: _apply_retention(application.eraser), most=14, least=4),
    ]


def _in_time(context: object, *, parts: bool = False) -> AbstractContextManager[None]:
    """The deadline of a run, or of one in `parts`: a little before Lambda ends it."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return within((remaining() / 1000 if remaining else RUN_SECONDS) - RESERVED_SECONDS, parts=parts)


def _deliver_due(desk: Desk) -> dict[str, int]:
    """Attempt what is due, and write down the figures of the outbox."""
    from intake_fn.desk.outbox import oldest_wait  # noqa: PLC0415 - no page needs it

    swept = desk.sweep()
    waiting = [*desk.stuck(), *desk.outbox.due_items(desk.clock(), 1)]
    metrics.emit(
        {
            metrics.SWEEPS: 1,
            metrics.OUTBOX_AGE: oldest_wait(waiting, desk.clock(), desk.first_delay).total_seconds(),
            metrics.DEAD_LETTERS: len(desk.outbox.dead_letters(100)),
            metrics.BREACHES: swept.breaches,
        }
    )
    return asdict(swept)


def _apply_retention(eraser: Eraser) -> dict[str, int]:
    """How much was erased, and how much stays because nobody can read it."""
    from intake_fn.desk.retention import SKIPPED, sweep  # noqa: PLC0415 - as above

    done = sweep(eraser)
    skipped = done.pop(SKIPPED, 0)
    return {"erased": sum(done.values()), **({"retention_skipped": skipped} if skipped else {})}


def on_deliver(event: dict[str, Any], context: object) -> dict[str, bool]:
    """Deliver what a new request brings about, after its receipt (adapters/own_function.py).

    What cannot be delivered now is in the outbox, and the sweep takes it up: Lambda need not call again.
    """
    case_id = event["deliver"]
    if not isinstance(case_id, str):
        raise Broken("The event names no request to deliver. Check who calls the function.")
    try:
        with _in_time(context):
            application.background_desk.deliver(case_id)
    except (TryLater, Unknown) as error:
        log.warning("delivery_left_to_sweep", case=case_id, error=str(error))
        return {"delivered": False}
    return {"delivered": True}


def on_ledger(event: dict[str, Any], context: object) -> dict[str, int]:
    """Whether all that ever came in is accounted for (every hour). Raises Broken when it is not: the run fails."""
    del event, context
    from intake_fn.desk.inbound_mail import overdue  # noqa: PLC0415 - no page needs it

    desk = application.desk
    ledger, mails = desk.counters.ledger(), desk.inbound.mail_ledger()
    metrics.emit({metrics.LEDGER_DIFFERENCE: abs(ledger.difference) + abs(mails.difference)})
    if not ledger.balanced:
        raise Broken(f"The ledger does not balance: {ledger}. A request was lost or counted twice; look at the log.")
    if not mails.balanced:
        raise Broken(
            f"The ledger of mail does not balance: {mails}. A mail was lost or counted twice; look at the log."
        )
    if late := overdue(desk):
        raise Broken(
            f"{len(late)} mails came more than an hour ago and are not taken in: {', '.join(late[:5])}. They are kept; "
            "the log says at mail_waits why. Is the sweep running?"
        )
    return {**asdict(ledger), **{f"mail_{name}": number for name, number in asdict(mails).items()}}


def on_recompute(event: dict[str, Any], context: object) -> dict[str, int]:
    """Whether open requests stand as their logs say (every night). Raises Broken when one does not: the run fails.

    Before that, requests of earlier versions are brought to where such ones stand today; after it, the report on the
    spec is made. The sweep goes on with what takes longer than one portion (desk/nightly_check.py).
    """
    del event
    from intake_fn.desk import nightly_check  # noqa: PLC0415 - no page needs it

    with _in_time(context):
        progress = nightly_check.begin(application.background_desk)
    if wrong := _told(progress):
        raise Broken(wrong)
    return {"requests": progress.requests, "differences": progress.differences, "done": int(progress.is_done)}


def _told(progress: Progress) -> str:
    """Count the differences once a check is done; what to do about them, "" for nothing."""
    if not progress.is_done:
        return ""
    metrics.emit({metrics.STATE_DIFFERENCES: progress.differences})
    if not progress.wrong:
        return ""
    more = f" and {progress.differences - 10} more" if progress.differences > 10 else ""  # noqa: PLR2004 - as many as are named
    return f"{', '.join(progress.wrong[:10])}{more}: stored otherwise than the log says. Run: specdesk recompute --fix"


def _go_on_checking(desk: Desk) -> int:
    """The next portion of a nightly check that is not done; how many requests it has looked at by now."""
    from intake_fn.desk import nightly_check  # noqa: PLC0415 - no page needs it

    progress = nightly_check.go_on(desk)
    if progress and (wrong := _told(progress)):
        log.error("states_differ", what=wrong)
    return progress.requests if progress else 0


def on_mail(event: dict[str, Any], context: object) -> dict[str, int]:
    """Take in the mails that SES has put into the bucket (S3). Raises TryLater when one of them has to wait.

    Each is by itself; the sweep takes up what is left, so nothing depends on Lambda's own attempts.
    """
    del context
    from intake_fn.adapters.mail_objects import mails_in  # noqa: PLC0415 - no page needs it
    from intake_fn.desk.inbound_mail import take  # noqa: PLC0415 - as above

    desk, taken, waiting = application.background_desk, 0, 0
    for mail_id in mails_in(event):
        try:
            take(desk, mail_id)
            taken += 1
        except Unknown:  # another run has taken it in and moved it meanwhile
            log.info("mail_is_gone", mail=mail_id)
        except TryLater as error:
            log.warning("mail_waits", mail=mail_id, error=str(error))
            waiting += 1
    if waiting:
        raise TryLater(f"{waiting} mails could not be taken in just now. They are kept, and the sweep takes them up.")
    return {"mails": taken}


def on_mail_event(event: dict[str, Any], context: object) -> dict[str, int]:
    """Take in what SES reports of mails that bounced or were complained of (SNS)."""
    del context
    from intake_fn.adapters.mail_events import reports_in  # noqa: PLC0415 - no page needs it

    reports = reports_in(event)
    return {"reports": len(reports), "new": sum(application.background_desk.mail_failed(report) for report in reports)}


on_request: Handler = gateway.handler(app, application.is_front, os.environ.get("SPECDESK_BASE_URL", "").strip())

SCHEDULED: dict[str, Handler] = {
    f"intake_fn.entry.{function.__name__}": function for function in (on_sweep, on_ledger, on_recompute)
}
"""What the clock runs, by the name that zappa_settings.json gives it; a test holds the two together."""


def lambda_handler(event: Any, context: object) -> Any:
    """The function's handler. Raises Broken for an event that nothing here answers."""
    if not isinstance(event, dict):
        raise Broken(f"No one here handles this event: it is a {type(event).__name__}. Check the event sources.")
    return _run(_function_for(event), event, context)


def _function_for(event: dict[str, Any]) -> Handler:
    """What an event runs. Raises Broken."""
    if gateway.is_request(event):
        return on_request
    if _is_from(event, "Sns"):
        return on_mail_event
    if _is_from(event, "s3"):
        return on_mail
    if event.get("detail-type") == "Scheduled Event":
        return _scheduled(event)
    if event.keys() == {"deliver"}:
        return on_deliver
    if "command" in event:
        return _invoked(event["command"])
    raise Broken(f"No one here handles this event; its keys are {sorted(event)[:10]}. Check the event sources.")


def _is_from(event: dict[str, Any], part: str) -> bool:
    """Whether records of a service come, each with `part`: SNS is subscribed to for SES's reports, S3 has mails."""
    records = event.get("Records")
    return isinstance(records, list) and bool(records) and isinstance(records[0], dict) and part in records[0]


def _scheduled(event: dict[str, Any]) -> Handler:
    """What a rule of the schedule runs: Zappa ends its name with that of the function. Raises Broken for any other."""
    resources = event.get("resources")
    rules = [str(rule).rpartition("/")[2] for rule in resources] if isinstance(resources, list) else []
    for rule in rules:
        if function := SCHEDULED.get(rule.rpartition("-")[2]):
            return function
    raise Broken(
        f"The schedule's rule {', '.join(rules) or 'without a name'} names no function that is run by the clock "
        f"({', '.join(SCHEDULED)}). Remove the rule, or schedule again: zappa schedule STAGE."
    )


def _invoked(name: Any) -> Handler:
    """What `zappa invoke` runs: a function of the schedule. Raises Broken for any other."""
    if isinstance(name, str) and name in SCHEDULED:
        return SCHEDULED[name]
    raise Broken(
        f"There is no function {name!r} to invoke; there are: {', '.join(SCHEDULED)}. Check the event sources."
    )


def _run(function: Handler, event: dict[str, Any], context: object) -> Any:
    """Call a function. Lambda prints what it raises, so that leaves without secrets and people's data."""
    name = getattr(function, "__name__", "handler")
    call = str(getattr(context, "aws_request_id", "") or "")
    try:
        with log.bound(function=name, **({"request_id": call} if call else {})):
            return _logged(function, event, context, name)
    except Exception as error:  # noqa: BLE001 - it is logged, and leaves as one of ours
        ours = isinstance(error, SpecdeskError | SpecLookupError)
        message = redacted(str(error)) if ours else f"{type(error).__name__} in {name}; the log says where"
        raise Broken(message) from None


def _logged(function: Handler, event: dict[str, Any], context: object, name: str) -> Any:
    """Call a function, and log what it raises while the id of the call is bound."""
    try:
        return function(event, context)
    except Exception:
        log.exception("run_failed", function=name)
        raise


if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
    with suppress(SpecdeskError):  # the first request tries again, and its error says what is wrong
        _loaded = application.app  # Lambda grants a full core while a module is loaded

gc.freeze()  # nor is it looked through later
gc.enable()
