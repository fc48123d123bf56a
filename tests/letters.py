"""Letters as the desk makes them: the values of a notice in our templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake_fn.core.notices import Letter, MailLinks, values_of
from intake_fn.mail_templates import render

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.intents import SendNotice
    from intake_fn.core.process import Process


SETTINGS_LINK = "https://help.example.com/mail/T"


def letter_of(notice: SendNotice, case: Case, process: Process, status_link: str, desk_link: str) -> Letter:
    """What is sent for a notice about a case as it stands."""
    links = MailLinks(status=status_link, desk=desk_link, settings=SETTINGS_LINK, form=f"{status_link}/form")
    return render(values_of(notice, case, process, links))
