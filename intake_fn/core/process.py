"""support.yml as frozen values: levels, people, calendars, priorities, modules, the Mantis map.

`core/process_file/` reads the file: it either returns a whole Process or raises
ProcessError with every problem found, each with its line and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime, time

from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.request import Priority
from intake_fn.core.retention import RetentionPolicy
from intake_fn.core.spans import Holiday, Span
from intake_fn.core.vocabulary import Stage, Status

CLIENT = "client"
"""Stands for the office of a client company's user, who has none."""

IN_MANTIS = "mantis"
"""The office of a request that somebody created in Mantis by hand: their office is not known."""

OFFICE_CALENDAR = "office"
"""Stands for the calendar of the requester's office."""

OTHER = "other"
"""The speciality that handles what no other speciality is for."""

NOT_THIS_LEVEL = "not-this-level"
"""The seed's second reason for an escalation; also that of a request raised to urgent at another level."""


@dataclass(frozen=True, slots=True)
class Product:
    """What is supported. `sample` marks the spec as the sample instance."""

    name: str
    title: str
    about: str
    sample: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working time of one place. `zone` is an IANA name, `working_days` are weekdays with Monday = 0.

    `hours` are the spans of each working day, in order and without overlap. One that crosses midnight belongs to
    the day on which it begins. `country`, `subdivision` and `language` say whose holidays `specdesk holidays`
    proposes; they count nothing.
    """

    id: str
    zone: str
    working_days: frozenset[int]
    hours: tuple[Span, ...]
    holidays: Mapping[date, Holiday]
    country: str = ""
    subdivision: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """Where staff sit. `liaison` is the person id of its Level 0 front end, "" where there is none."""

    id: str
    name: str
    zone: str
    calendar: str
    front_end: int
    liaison: str
    mail: tuple[str, ...] = ()
    """Mailboxes and mail domains of its staff, in small letters: by these a mail's sender is known to sit there."""


@dataclass(frozen=True, slots=True)
class Person:
    """A resource of a level, as the process page names it. `mantis` is the account's name there.

    `mantis_accounts` are those of the people behind a group mailbox: whoever of them holds an issue in Mantis holds
    it for the group.
    """

    id: str
    name: str
    role: str
    address: str
    mantis: str
    mantis_accounts: tuple[str, ...] = ()

    @property
    def accounts(self) -> tuple[str, ...]:
        """All accounts in Mantis that stand for this person or group, the one that we hand issues to first."""
        return (self.mantis, *self.mantis_accounts)


@dataclass(frozen=True, slots=True)
class SameDay:
    """In before `cutoff` (local): due at the end of that working day; else at `next_due` of the next."""

    cutoff: time
    next_due: time


@dataclass(frozen=True, slots=True)
class WorkingDayHours:
    """Hours that pass on working days only, day and night; a non-working day counts nothing."""

    hours: int


@dataclass(frozen=True, slots=True)
class AroundTheClock:
    """Hours that pass day and night, on every day."""

    hours: int


Target = SameDay | WorkingDayHours | AroundTheClock
"""When a request is due. None stands for the page's "TBD": no clock runs."""


@dataclass(frozen=True, slots=True)
class Level:
    """A Help Desk level. `calendar` is a calendar id, or "office" for that of the requester's office."""

    number: int
    name: str
    front_end_for: str
    resources: tuple[str, ...]
    specialities: Mapping[str, str]
    speciality_words: Mapping[str, tuple[str, ...]]
    calendar: str
    response: Mapping[Priority, Target | None]
    escalates_to: tuple[int, ...]
    notifies_on_completion: int | None


@dataclass(frozen=True, slots=True)
class Activity:
    """A core activity. `categories` and `levels` ask for it, all if there are none; `shown_by` is what ticks it.

    `mails_requester`: a workaround that the requester is mailed ticks it. `reproduces`: whoever ticks it says whether
    the bug could be reproduced, each time that it is tried.
    """

    id: str
    name: str
    categories: tuple[str, ...]
    shown_by: str
    mails_requester: bool
    levels: tuple[int, ...] = ()
    reproduces: bool = False


@dataclass(frozen=True, slots=True)
class AnswerTemplate:
    """A text for what engineers write to requesters (core/answer_templates.py), by answer and form (all for none)."""

    id: str
    name: str
    answers: tuple[str, ...]
    kinds: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class PriorityRule:
    """A priority: its Mantis name and the levels that may hold a request of it.

    `handled_at` is the level to which it goes at once; None where it begins at its front end.
    """

    priority: Priority
    name: str
    mantis: str
    levels: tuple[int, ...]
    about: str
    handled_at: int | None


@dataclass(frozen=True, slots=True)
class Module:
    """A part of the product. `owner` gets its change requests first; `spec` names its spec pages."""

    id: str
    name: str
    owner: str
    speciality: str
    spec: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeetingRule:
    """When the Board meets: weekly, or in one week of the month; `day` is a weekday with Monday = 0.

    `week` is 1 to 4 for the first to the fourth such weekday of a month, -1 for the last, 0 for every week. `at` is
    wall clock in the zone of the Board's calendar; a meeting on a holiday is held on the next working day.
    """

    day: int
    at: time
    week: int = 0


MORE_THAN_HALF, TWO_THIRDS, ALL = "more-than-half", "two-thirds", "all"
MAJORITIES = (MORE_THAN_HALF, TWO_THIRDS, ALL)
"""The majorities that support.yml may ask for, of the votes without abstentions."""

DECLINED, CHAIR = "declined", "chair"
TIES = (DECLINED, CHAIR)
"""What a tie is: declined, or as the chair voted."""


@dataclass(frozen=True, slots=True)
class Board:
    """Who decides on changes. `meets` is None while it is to be decided.

    `chair` proclaims the decisions, `deputies` may vote for a member, `tie` is one of TIES. An online vote stays open
    for `online_days`, a comment is asked for within `comment_days`: working days of `calendar`.
    """

    name: str
    members: tuple[str, ...]
    quorum: int
    chair: str
    calendar: str
    majority: str = MORE_THAN_HALF
    tie: str = DECLINED
    deputies: Mapping[str, str] = field(default_factory=dict)
    meets: MeetingRule | None = None
    online_days: int = 2
    comment_days: int = 5
    owner_declines: tuple[str, ...] = ()
    """The modules whose owner may decline a change without the Board."""


REOPENED = "reopened"
"""Not what came of a request, but that it is open again."""

RESOLUTIONS: Mapping[str, str] = {
    "fixed": "fixed",
    "done": "fixed",
    "no-change": "not a bug",
    "not-reproducible": "unable to duplicate",
    "not-fixable": "not fixable",
    "duplicate": "duplicate",
    "postponed": "suspended",
    "wont-fix": "wont fix",
    "withdrawn": "not a bug",
    REOPENED: "reopened",
}
"""Mantis's own names for what came of a request, and for what is open again; it shows "not a bug" as "no change
required"."""


@dataclass(frozen=True, slots=True)
class MantisMap:
    """Where requests land in Mantis. `projects` goes by category, `status` by our status, `resolution` by our outcome.

    `stages` is the status of a change request that is open, by its stage; "" is that of any open request.

    `root` is the project in which the parent stands, "" where there is none; `field_names` are the customer's own.
    """

    parent: str
    projects: Mapping[str, str]
    category: str
    marker: str
    fields: Mapping[str, str]
    status: Mapping[str, str]
    max_file_mb: int
    root: str = ""
    field_names: Mapping[str, str] = field(default_factory=dict)
    resolution: Mapping[str, str] = field(default_factory=lambda: RESOLUTIONS)
    stages: Mapping[str, str] = field(default_factory=dict)
    taken_in_since: datetime | None = None
    """From when on issues that people create by hand become requests; None for the first sync."""

    def status_of(self, status: Status, stage: Stage) -> str:
        """The status in Mantis of a request with this status and, as a change request, at this stage."""
        of_stage = self.stages.get(stage, "") if status is Status.OPEN else ""
        return of_stage or self.status[status]


@dataclass(frozen=True, slots=True)
class MailIdentity:
    """The sender of our mail."""

    name: str
    address: str
    reply_to: str
    per_hour: int = 20
    """How many mails a person may get about one request within an hour."""
    plus_addresses: bool = True
    """Whether the mailbox of `reply_to` takes addresses with a plus sign, by which answers find their request."""


@dataclass(frozen=True, slots=True)
class Usual:
    """How many requests are usual: with one text in a day, of one mailbox, and of all who are counted together."""

    same_text: int
    same_mailbox_per_hour: int
    per_hour: int
    per_day: int


@dataclass(frozen=True, slots=True)
class QuarantineLimits:
    """What is usual; a request beyond that waits until a person has looked at it (core/quarantine.py)."""

    domains: tuple[str, ...] = ()
    """Mail domains of the own offices and of client companies, in small letters."""
    seconds: int = 3
    """In which nobody fills in a form."""
    links: int = 3
    strangers: Usual = field(default_factory=lambda: Usual(3, 10, 20, 100))
    """From all domains that are not known, together."""
    known: Usual = field(default_factory=lambda: Usual(20, 30, 100, 300))
    """From each known domain."""


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """Limits of the forms and lifetimes of links."""

    files: int
    direct_mb: int
    posted_mb: int
    text_characters: int
    status_link_days: int
    sign_in_minutes: int
    quarantine: QuarantineLimits = field(default_factory=QuarantineLimits)
    keep_originals: bool = False
    """Whether pictures are also kept as they came, with what a camera wrote into them."""


@dataclass(frozen=True, slots=True)
class JudgePolicy:
    """What becomes of a verdict. `acts` names the categories in which it decides; in all others it only proposes.

    With `shadow`, a language model's verdicts are recorded beside people's decisions, and the built-in judge's hold.
    """

    acts: frozenset[str] = frozenset(("bug", "change", "misc"))
    shadow: bool = False


ASSUMPTIONS = (
    "board.members",
    "board.chair",
    "board.quorum",
    "calendars.hours",
    "same_day.cutoff",
    "same_day.next_due",
    "reports.zone",
    "retention.days",
)
"""What may be to be confirmed: each is marked so wherever a page shows it."""


@dataclass(frozen=True, slots=True)
class Process:
    """The whole support process."""

    product: Product
    offices: Mapping[str, Office]
    client_front_end: int
    client_name: str
    calendars: Mapping[str, Calendar]
    people: Mapping[str, Person]
    levels: Mapping[int, Level]
    activities: Mapping[str, Activity]
    escalation_reasons: Mapping[str, str]
    priorities: Mapping[Priority, PriorityRule]
    modules: Mapping[str, Module]
    board: Board
    mantis: MantisMap
    mail: MailIdentity
    intake: IntakeLimits
    client_companies: Mapping[str, str] = field(default_factory=dict)
    """The names of client companies by their mail domains: whom a mail from there is of."""
    former: Mapping[str, Person] = field(default_factory=dict)
    """Who has left: the log names them, no mail goes to them, and they cannot sign in."""
    admins: tuple[str, ...] = ()
    """The people who look after Specdesk itself: the outbox and the quarantine."""
    judge: JudgePolicy = field(default_factory=JudgePolicy)
    templates: Mapping[str, AnswerTemplate] = field(default_factory=dict)
    retention: RetentionPolicy = field(default_factory=RetentionPolicy)
    """How long each kind of data is kept."""
    reports_zone: str = "UTC"
    """The IANA name of the zone whose days the reports count by."""
    to_be_confirmed: frozenset[str] = frozenset()
    """The names of ASSUMPTIONS that the customer has not confirmed."""

    # What is stored outlives what support.yml names. These find everything by name, also what is there no more.

    @property
    def everyone(self) -> Mapping[str, Person]:
        """The people who are here and those who have left."""
        return {**self.former, **self.people}

    def person(self, name: str) -> Person:
        """A person, also one who has left; one who is no longer known has only the name."""
        return self.everyone.get(name) or Person(name, name, "", "", "")

    def has_left(self, name: str) -> bool:
        """Whether somebody is none of the people of the Help Desk any more."""
        return name not in self.people

    def account_of(self, account: str, people: Mapping[str, Person] | None = None) -> Person | None:
        """The person of an account in Mantis, also one who has left; None for others and for a shared account.

        `people` are those who are asked for, where that is not everybody.
        """
        known = (self.everyone if people is None else people).values()
        persons = [one for one in known if account and account.casefold() in {own.casefold() for own in one.accounts}]
        return persons[0] if len(persons) == 1 else None

    def level(self, number: int) -> Level:
        """A level; one that is there no more has nobody, no response time, and leads to the next that is there."""
        return self.levels.get(number) or Level(
            number=number,
            name=f"Level {number}, which is no more",
            front_end_for="",
            resources=(),
            specialities={},
            speciality_words={},
            calendar=self.levels[self.client_front_end].calendar,
            response={},
            escalates_to=(min((level for level in self.levels if level > number), default=max(self.levels)),),
            notifies_on_completion=None,
        )

    def reason(self, name: str) -> str:
        """The sentence of an escalation's reason, or its name."""
        return self.escalation_reasons.get(name, name)

    def origin(self, office: str) -> str:
        """What a requester's office is called; an office that is there no more has only the name."""
        if office == IN_MANTIS:
            return "Mantis"
        return self.client_name if office == CLIENT else self.offices[office].name if office in self.offices else office
