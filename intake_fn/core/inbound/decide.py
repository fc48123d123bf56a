"""What becomes of a mail: the first rule that applies decides; a mail without one is taken in. Pure.

| rule                                                           | end         | a person can let it through |
|----------------------------------------------------------------|-------------|-----------------------------|
| a virus                                                        | rejected    |                             |
| a program wrote it (core/inbound/automatic.py)                 | ignored     |                             |
| a post to a group, as people make it, that names no request    | quarantined | yes                         |
| spam; it could not be examined for viruses                     | quarantined | yes                         |
| several senders, or none                                       | quarantined | yes, if it has one          |
| the domain of From fails: DMARC, or SPF and DKIM where it has none | quarantined | yes                     |
| it is damaged, or empty                                        | quarantined | yes                         |
| it claims to come from the Help Desk, and nothing confirms it  | quarantined | yes                         |

The requester is whom From names. Reply-To changes nothing: answers go to From; the raw mail has what Reply-To says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from intake_fn.core.inbound.automatic import automatic, is_group_post
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.core.mail_throttle import mailbox
from intake_fn.texts import Message, message

if TYPE_CHECKING:
    from intake_fn.core.inbound.mail import InboundMail
    from intake_fn.core.process import Person, Process

BULK = "mail.bulk"
FAILS = ("fail", "softfail")


def turned_away(
    mail: InboundMail, ours: Collection[str], process: Process, *, joins: bool, released: bool = False
) -> tuple[MailOutcome, Message] | None:
    """The end of a mail that is not taken in, and why; None for one that is.

    `joins` says whether it names a request that exists, `released` that a person has looked at it.
    """
    if mail.verdicts.virus == "fail":
        return MailOutcome.REJECTED, message("mail.virus")
    if why := automatic(mail, ours):
        is_post = why.key == BULK and is_group_post(mail) and not automatic(mail, ours, through_group=True)
        if not released and not (is_post and joins):
            return (MailOutcome.QUARANTINED if is_post else MailOutcome.IGNORED, why)
    if released:
        return None
    why = next(filter(None, (rule(mail) for rule in RULES)), None) or _unconfirmed(mail, process, joins=joins)
    return (MailOutcome.QUARANTINED, why) if why else None


def _spam(mail: InboundMail) -> Message | None:
    if mail.verdicts.spam == "fail":
        return message("mail.spam")
    return message("mail.virus-unknown") if mail.verdicts.virus in ("gray", "processing_failed") else None


def _senders(mail: InboundMail) -> Message | None:
    if not mail.senders:
        return message("mail.no-sender")
    return message("mail.senders") if len(mail.senders) > 1 else None


def _fails(mail: InboundMail) -> Message | None:
    """Whether the domain of From disowns it, or says nothing of that while what is known speaks against it."""
    said = mail.verdicts
    unsaid = said.dmarc not in ("pass", "fail")
    if said.dmarc == "fail" or (unsaid and said.spf in FAILS and said.dkim != "pass"):
        return message("mail.dmarc", domain=mail.senders[0].address.rpartition("@")[2])
    return None


def _damaged(mail: InboundMail) -> Message | None:
    if mail.problems:
        return message("mail.problems", problems="; ".join(mail.problems))
    return None if mail.text.strip() or mail.files or mail.subject.strip() else message("mail.empty")


RULES: tuple[Callable[[InboundMail], Message | None], ...] = (_spam, _senders, _fails, _damaged)


def _unconfirmed(mail: InboundMail, process: Process, *, joins: bool) -> Message | None:
    """What joins a request as a colleague's has to be theirs beyond doubt."""
    person = colleague(mail, process)
    if person and joins and not is_confirmed(mail):
        return message("mail.engineer", sender=person.address)
    return None


def is_confirmed(mail: InboundMail) -> bool:
    """Whether the domain of From confirms that it comes from there."""
    return mail.verdicts.dmarc == "pass"


def colleague(mail: InboundMail, process: Process) -> Person | None:
    """The person of the Help Desk whom From names; None for others."""
    sender = mail.sender
    if sender is None:
        return None
    return next((one for one in process.people.values() if mailbox(one.address) == sender.address), None)
