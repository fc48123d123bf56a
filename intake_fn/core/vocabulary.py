"""The closed vocabularies of a case: what it is, where it stands, what came of it."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """The verdict's category. `UNDECIDED` means that a person has to decide."""

    BUG = "bug"
    CHANGE = "change"
    MISC = "misc"
    UNDECIDED = "undecided"


class Status(StrEnum):
    """Where a case stands, for the requester as for the desk."""

    QUARANTINED = "quarantined"
    """Received, and in quarantine until a person has reviewed it (core/quarantine.py)."""
    REJECTED = "rejected"
    """A person has rejected it, such as an advertisement. It stays, and can still be released."""
    NEW = "new"
    """Received, not yet judged."""
    OPEN = "open"
    """With a level; somebody handles it."""
    WAITING = "waiting"
    """We asked the requester something; the clock is paused."""
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Whether it still stands in a queue."""
        return self in (Status.NEW, Status.OPEN, Status.WAITING)

    @property
    def is_done(self) -> bool:
        """Whether it is resolved, with or without the time to object being over."""
        return self in (Status.RESOLVED, Status.CLOSED)

    @property
    def in_quarantine(self) -> bool:
        """Whether it goes nowhere: no verdict, no issue, no mail."""
        return self in (Status.QUARANTINED, Status.REJECTED)


class Filing(StrEnum):
    """How far the case has come on its way into Mantis."""

    QUARANTINED = "quarantined"
    """In quarantine; nothing is tried."""
    REJECTED = "rejected"
    """Rejected by a person; nothing is tried."""
    QUEUED = "queued"
    FILED = "filed"
    FAILED = "failed"
    """Tried too often: a person has to look, `specdesk outbox retry` tries again."""


class Outcome(StrEnum):
    """What came of a request, as a person says who resolves it."""

    UNSAID = ""
    """Not recorded: in earlier logs, and where Mantis has a resolution that is none of these."""
    FIXED = "fixed"
    DONE = "done"
    NO_CHANGE = "no-change"
    NOT_REPRODUCIBLE = "not-reproducible"
    NOT_FIXABLE = "not-fixable"
    DUPLICATE = "duplicate"
    POSTPONED = "postponed"
    WONT_FIX = "wont-fix"
    WITHDRAWN = "withdrawn"
    """The requester needs it no more; nobody of the Help Desk chooses this."""

    @property
    def has_a_version(self) -> bool:
        """Whether there can be a version of the product with which it came about."""
        return self in (Outcome.FIXED, Outcome.DONE)


class Reproduced(StrEnum):
    """Whether somebody who tried to reproduce a bug could."""

    UNSAID = ""
    """Not recorded: in earlier logs, and for other activities."""
    YES = "yes"
    NO = "no"
    NOT_TRIED = "not-tried"
    """It was not tried, such as where the level has no access to the place."""


class Failure(StrEnum):
    """What the mail service says of a mail after it took it."""

    BOUNCED = "bounced"
    """There is no such mailbox, or it takes no mail from us."""
    UNDELIVERED = "undelivered"
    """This one did not arrive; another may."""
    COMPLAINED = "complained"
    """The reader reported the mail as unwanted."""
    UNDELIVERABLE = "undeliverable"
    """The mail service does not take it: no mail can be sent to such an address."""

    @property
    def lasts(self) -> bool:
        """Whether no more mail may go there."""
        return self is not Failure.UNDELIVERED


class Postponed(StrEnum):
    """Why an outbox item was postponed."""

    FAILED = "failed"
    """The attempt failed: what it is for is down, slow or set up wrongly."""
    NOT_ATTACHED = "not-attached"
    """The issue was created, and a file of it could not be attached."""
    THROTTLED = "throttled"
    """The recipient has had as many mails about the request as an hour may bring."""
    OUT_OF_HOURS = "out-of-hours"
    """The level is not at work."""

    @property
    def is_deferral(self) -> bool:
        """Whether it was put off on purpose: nothing is wrong."""
        return self in (Postponed.THROTTLED, Postponed.OUT_OF_HOURS)


class Relation(StrEnum):
    """What our issue is to another one in Mantis, in its words."""

    DUPLICATE = "duplicate-of"
    RELATED = "related-to"
    PARENT = "parent-of"
    CHILD = "child-of"


class Progress(StrEnum):
    """The progress of a lead that its duplicates are notified of."""

    FILED = "filed"
    DECIDED = "decided"
    WORKAROUND = "workaround"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"


class ErasedAs(StrEnum):
    """The role of a person whose data was erased from a request, or the rule of retention that erased it."""

    REQUESTER = "requester"
    """They have sent it: nothing of its words is left."""
    MENTIONED = "mentioned"
    """They were in copy of another one's request, named in it, or its requester once."""
    RETENTION = "retention"
    """The request was kept as long as support.yml says: none of its texts is left, whoever wrote them."""
    FILES = "files"
    """The files were kept as long as support.yml says; the texts stay for now."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the words of the request is left."""
        return self in (ErasedAs.REQUESTER, ErasedAs.RETENTION)


class Stance(StrEnum):
    """What a person says of a request and a clause, when they have read both."""

    UNSAID = ""
    """Not recorded: in earlier logs, and where the form for the other cases was used."""
    MATCHES = "matches"
    """The system does what the clause says; the request wants it otherwise."""
    CONTRADICTS = "contradicts"
    """The system does something else than the clause says."""
    SILENT = "silent"
    """No clause says anything about it; of a requester's reading, the clause does not."""
    NEITHER = "neither"
    """It is neither a report of behaviour nor a wish for another one."""

    @property
    def is_of_a_clause(self) -> bool:
        """Whether it can only be said of a clause."""
        return self in (Stance.MATCHES, Stance.CONTRADICTS)


class Stage(StrEnum):
    """Where a change request stands on its way (docs/process/changes.md)."""

    NONE = ""
    """It is no change request, or nobody has sent it to an owner yet."""
    OWNER = "owner"
    """With the owner of its module, who assesses it."""
    BOARD = "board"
    """Assessed; the Board votes on it."""
    DEFERRED = "deferred"
    """Put off by the Board to a date; on the agenda again from then on."""
    DESIGN = "design"
    """Approved; the owner changes the clause."""
    DEVELOPMENT = "development"
    READY = "ready"
    """Ready for release."""
    RELEASED = "released"
    DECLINED = "declined"

    @property
    def is_undecided(self) -> bool:
        """Whether the Board has yet to decide."""
        return self in (Stage.OWNER, Stage.BOARD, Stage.DEFERRED)

    @property
    def is_the_boards(self) -> bool:
        """Whether it is on the Board's agenda, or will be."""
        return self in (Stage.BOARD, Stage.DEFERRED)

    @property
    def is_approved(self) -> bool:
        """Whether it is being designed, developed or released."""
        return self in (Stage.DESIGN, Stage.DEVELOPMENT, Stage.READY)

    @property
    def is_on_its_way(self) -> bool:
        """Whether it is neither released nor declined yet."""
        return self.is_undecided or self.is_approved


class Motion(StrEnum):
    """What the Board votes on. A request that was assessed is up for approval; a member may move otherwise."""

    APPROVE = "approve"
    DEFER = "defer"
    """The change is put off to a date."""
    RETURN = "return"
    """The change goes back to the owner of the module, with a question."""


class Vote(StrEnum):
    """How a member of the Board votes on the motion."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class Decision(StrEnum):
    """The Board's decision, computed from the votes (core/changes/board.py)."""

    APPROVED = "approved"
    DECLINED = "declined"
    DEFERRED = "deferred"
    RETURNED = "returned"
    NOT_CARRIED = "not-carried"
    """The motion to defer or to return found no majority: the request is up for approval again."""
