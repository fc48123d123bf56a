"""Files that come with what an engineer writes to a requester: by the same rules as those of the forms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from intake_fn import log
from intake_fn.core.attachments import Selection
from intake_fn.core.errors import Refused, TryLater
from intake_fn.desk import attachments
from intake_fn.web import posted
from intake_fn.web.access import config
from intake_fn.web.actions import ACTIONS

if TYPE_CHECKING:
    from typing import TypeVar

    from intake_fn.core.events import Event
    from intake_fn.core.request import Attachment

    Made = TypeVar("Made", bound=Event)


def sent_with(action: str) -> Selection:
    """The files of the form that was just sent; none where the action takes none."""
    form, _ = posted.read()
    return posted.selection(config().desk(), form) if ACTIONS[action].takes_files else Selection()


def refuse_wrong(sent: Selection) -> None:
    """Raise Refused for files that cannot be taken, TryLater for one that cannot be read just now."""
    if sent.problems:
        raise Refused(" ".join(sent.problems))
    if sent.waiting:
        raise TryLater(f"These files cannot be read just now: {', '.join(sent.waiting.values())}.")


def attached(event: Made, sent: Selection, key: str) -> Made:
    """The event with its files, which are stored under a key: sent again, they land in the same place.

    Raises TryLater, Refused.
    """
    if not sent.count:
        return event
    desk = config().desk()
    files = attachments.store(desk.files, sent, key, keep_originals=desk.process.intake.keep_originals)
    return replace(event, attachments=files)  # type: ignore[call-arg]  # an action that takes files makes such an event


def staged(sent: Selection) -> dict[str, Attachment]:
    """The files, kept until the form comes again, by their tokens; none where they cannot be kept now."""
    desk = config().desk()
    try:
        return attachments.stage(desk.files, desk.links, sent)
    except TryLater as error:
        log.warning("answer_files_not_staged", error=str(error))
        return {}
