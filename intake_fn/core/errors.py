"""What can go wrong, by whose turn it is to act.

SpecdeskError
├── Refused      the asker can mend it: a missing part, a step the rules do not allow
│   ├── Unknown      there is no such request, file or link
│   │   ├── Expired  there was, but the link is too old
│   │   └── Erased   there was, but its personal data was erased
│   ├── Undeliverable    no mail can be sent to the address
│   └── Unconfirmed      it can be done, once a person has confirmed it
├── Stale        someone was faster: read again and decide again
├── TryLater     something outside is down or slow: the work waits and is tried again
│   ├── Deferred       it is not to be done before a certain time
│   ├── NotAttached    the issue is there, and a file of it is not
│   └── Unreadable   a newer version wrote it: it is read again when that version runs again
├── OutcomeUnknown       it may have been done or not, and must not be done twice: a person has to look
└── Broken       ours: configuration or a bug; an admin has to act
    └── Diagnosed    what is wrong and what to do about it are known, each in words of its own

Every message says what happened, where, and what to do about it.
"""

from datetime import datetime

from intake_fn.core.vocabulary import Postponed


class SpecdeskError(Exception):
    """The root of all errors that Specdesk raises on purpose."""


class Refused(SpecdeskError):
    """The asker can mend it; the message says how."""


class Unknown(Refused):
    """There is no such thing, or the asker may not know of it."""


class Forbidden(Refused):
    """The asker may not do it; the message names who may."""


class Expired(Unknown):
    """The link was good once and is too old now."""


class Erased(Unknown):
    """There was such a request, and its personal data was erased."""


class Undeliverable(Refused):
    """No mail can be sent to the address, now or later; other addresses get theirs."""


class Unconfirmed(Refused):
    """It can be done, once a person has confirmed that they mean it."""


class Stale(SpecdeskError):
    """The request has moved on since it was read."""


class TryLater(SpecdeskError):
    """Something outside is down or slow; nothing is lost and it will be tried again."""


class Deferred(TryLater):
    """It is not to be done before `until`, for a reason that is no failure."""

    def __init__(self, message: str, until: datetime, reason: Postponed) -> None:
        super().__init__(message)
        self.until = until
        self.reason = reason


class NotAttached(TryLater):
    """The issue is there, and a file of it is not."""


class Unreadable(TryLater):
    """What is stored cannot be read by this version, most likely since a newer one wrote it; it stays as it is."""


class OutcomeUnknown(SpecdeskError):
    """Nobody knows whether it was done, and doing it again might do it twice."""


class Broken(SpecdeskError):
    """Our configuration or our code is wrong; trying again does not help."""


class Diagnosed(Broken):
    """Something outside is set up wrongly: `what` is wrong, and `remedy` is what a person does about it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}. {remedy}")
        self.what = what
        self.remedy = remedy
