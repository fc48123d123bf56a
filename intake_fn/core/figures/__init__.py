"""Figures of the reports: what a case's log says of each day, and the sums of many days. Pure.

An `Entry` says that a case counts for a figure on a day. All entries of a case are a fold over its log (`entries`); the
sums of all entries of a day are its daily row (`counters`). Both depend on nothing but the log and the zone whose days
are counted, so that they can be recomputed at any time. docs/operate/reports.md says what each figure means. What no
log tells is counted from records of its own (records.py), which are kept as long as the logs.

| module     | figures                                                                     |
|------------|-----------------------------------------------------------------------------|
| intake     | received, filing (the ledger by day), quarantined, released, rejected       |
| decisions  | verdicts that decided, decisions of people, verdicts overridden, clauses    |
| progress   | resolved, reopened, duplicates, the flow in and out of the backlog          |
| times      | time to the first answer, at a level, to the resolution; due times kept     |
| appeals    | appeals, what became of them, requests withdrawn                            |
| mail       | mails that failed, notices not sent, digests, replies, dead letters         |
| records    | mails sent, mails that came in by their ends, answers by clauses            |
| periods    | weeks and months, and their sums of daily rows                              |
| backlog    | open requests by age at the end of a day                                    |
"""

from __future__ import annotations

from intake_fn.core.figures.entry import LAYOUT, Entry, Figure, counters, day_of, entries_of_plain, plain_of
from intake_fn.core.figures.fold import entries

__all__ = ["LAYOUT", "Entry", "Figure", "counters", "day_of", "entries", "entries_of_plain", "plain_of"]
