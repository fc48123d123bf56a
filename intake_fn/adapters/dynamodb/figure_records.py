"""What no log tells, as items: mails sent, mails that came in, answers by clauses; each moves the row of its day. Pure.

MAILED#2026-11     2026-11-27T13:05:00.000000+00:00#HD-7K2M-9QXA#3#1     notice
CAME#2026-11       2026-11-27T13:05:00.000000+00:00#ID                   end
ANSWERS#2026-11    2026-11-27T13:05:00.000000+00:00#ID                   clause, spec, people, taken_back

They stand by their instant, which is the same in every zone: they can be counted anew by the days of another one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from intake_fn.adapters.dynamodb.figure_items import CHANGES, FigureItems, difference
from intake_fn.adapters.dynamodb.values import Item, instant, instant_of
from intake_fn.adapters.dynamodb.writes import Write, add
from intake_fn.core.answered import Answered
from intake_fn.core.figures import Entry, Figure
from intake_fn.core.figures.records import SentMail, of_answer, of_incoming, of_mail
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.stored import MISREAD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from intake_fn.core.inbound.record import MailRecord

MAILED, ANSWERS, CAME = "MAILED", "ANSWERS", "CAME"

KINDS: Mapping[str, frozenset[Figure]] = {
    ANSWERS: frozenset((Figure.CLAUSE_ANSWERED, Figure.CLAUSE_TAKEN_BACK)),
    CAME: frozenset((Figure.MAIL_CAME,)),
    MAILED: frozenset((Figure.MAILED,)),
}
"""What the records of each kind count for, in the order in which lists show them."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record as it counts: `id` chooses its shard of the day's row, `about` is the request or the answer."""

    id: str
    about: str
    entry: Entry


# --- items -----------------------------------------------------------------------------------


def mail_item(mail: SentMail) -> Item:
    """A mail that was sent."""
    return {**_key(MAILED, mail.at, mail.item), "notice": mail.notice}


def came_item(record: MailRecord) -> Item:
    """A mail that came in, with its end; nothing of what it says, so that it may outlive the record."""
    return {**_key(CAME, record.received_at, record.id), "end": record.outcome.value}


def answer_item(answer: Answered) -> Item:
    """An answer by a clause."""
    return {
        **_key(ANSWERS, answer.at, answer.id),
        "clause": answer.clause,
        "spec": answer.spec,
        "people": " ".join(answer.people),
        "taken_back": instant(answer.taken_back) if answer.taken_back else "",
    }


def answer_of(item: Item) -> Answered:
    """What `answer_item` wrote."""
    at, _, id_ = str(item["sk"]).partition("#")
    taken = str(item["taken_back"])
    people = tuple(str(item["people"]).split())
    back = instant_of(taken) if taken else None
    return Answered(id_, instant_of(at), str(item["clause"]), str(item["spec"]), people, back)


def _key(kind: str, at: datetime, id_: str) -> Item:
    return {"pk": partition(kind, at), "sk": f"{instant(at)}#{id_}"}


def partition(kind: str, month: date) -> str:
    """Where the records of a month (in UTC) stand; `month` is a day of it, or an instant."""
    first = month.astimezone(UTC) if isinstance(month, datetime) else month
    return f"{kind}#{first:%Y-%m}"


def recorded_in(item: Item, zone: str) -> Recorded | None:
    """How a record counts by the days of a zone; None where this version cannot read it."""
    try:
        at, _, id_ = str(item["sk"]).partition("#")
        if str(item["pk"]).startswith(MAILED):
            mail = SentMail(id_, instant_of(at), str(item["notice"]))
            return Recorded(id_, mail.case_id, of_mail(mail, zone))
        if str(item["pk"]).startswith(CAME):
            return Recorded(id_, id_, of_incoming(instant_of(at), str(item["end"]), zone))
        return Recorded(id_, id_, of_answer(answer_of(item), zone))
    except MISREAD:
        return None


# --- days and rows ---------------------------------------------------------------------------


def moved_row(zone: str, id_: str, old: Iterable[Entry], new: Iterable[Entry]) -> Iterator[Write]:
    """Move the row of a record's day from the entries that counted before to those that count now."""
    before, after = [*old], [*new]
    amounts = difference(before, after)
    for day in {entry.day for entry in (*before, *after)}:
        yield add(FigureItems(zone).row_key(day, id_), {**amounts, CHANGES: 1})


def bounds(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """The instants at which the days from `first` to `last` begin and end in a zone, in UTC."""
    begins, ends = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (first, last + timedelta(days=1)))
    return begins.astimezone(UTC), ends.astimezone(UTC)


def kinds_of(figures: Collection[Figure]) -> list[str]:
    """Which records hold something of these figures."""
    return [kind for kind, counted in KINDS.items() if counted & {*figures}]
