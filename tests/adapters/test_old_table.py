"""A table that version 0.1 wrote, opened by today's code: tests/data/stored says what stands in it."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.dynamodb import DynamoStore, Table
from intake_fn.adapters.dynamodb.budget import DynamoBudget
from intake_fn.adapters.dynamodb.outbox_items import outbox_entry, outbox_item
from intake_fn.adapters.provision.dynamodb import NO_EXPIRY, create_table, table_lacks
from intake_fn.core.case import Case
from intake_fn.core.events import Breached, Warned
from intake_fn.core.intents import FileIssue, SendNotice
from intake_fn.core.sla_alerts import share_of
from intake_fn.core.vocabulary import Filing, Postponed, Relation, Status
from intake_fn.desk.case_lists import rows
from intake_fn.desk.consistency_check import difference
from intake_fn.desk.filing import issue_of
from intake_fn.web import WebConfig, create_app
from sandbox.rehearsal import earlier
from spec_lookup import Spec
from tests.adapters.test_store import received
from tests.desk.test_story import request
from tests.fakes import ports_of
from tests.web.conftest import Web, application_of
from tests.web.samples import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake_fn.core.case_row import CaseRow
    from intake_fn.core.process import Process

pytestmark = pytest.mark.aws

WRITTEN = datetime(2026, 11, 26, 5, 25, tzinfo=UTC)
"""When the last item was written."""

AT_WORK = datetime(2026, 11, 27, 14, 5, tzinfo=UTC)
"""The next time that New York is at work: what waits for office hours may go."""

PAUL = "paul@example.com"

KEY = re.compile(r"(?<![\w@./-])[a-z]+(?:[._][a-z-]+)+(?![\w@/])")
"""What a message key looks like in a text; addresses apart."""

NAMES = ("liaison.paris", "screen.png", "second.png", "third.png")
"""Accounts and files that look like one."""

PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w*\}")

STORIES = {
    "HD-0000-0001": ("It opens now.", "Which browser do you use?", "Firefox.", "The clause does not promise it."),
    "HD-0000-0012": ("Looks like an advertisement.", "It is an advertisement."),
    "HD-0000-0013": ("Please answer.", "A client of ours."),
    "HD-0000-0014": ("Not for us.", "But it is for you."),
    "HD-0000-0029": ("Mended for", "in version 2.6", "HD-0000-0028"),
    "HD-0000-0031": ("HD-0000-0030",),
    "HD-0000-0044": ("#1", "related"),
    "HD-0000-0048": ("Seen in the log.", "roma"),
    "HD-0000-0049": ("It is not decided yet what it is, so it cannot be resolved.",),
    "HD-0000-0050": ("The developers say: fixed.", "Not closed after all."),
    "HD-0000-0051": ("The developers have closed it and did not say how it was resolved.",),
    "HD-0000-0055": ("bo@example.com", "550 no such mailbox"),
    "HD-0000-0061": ("50 %",),
    "HD-0000-0064": ("Mantis refuses the issue: the project does not exist.",),
    "HD-0000-0067": ("No answer in time.",),
}
"""What the desk's page of a request says, among other things, of what happened before."""

STATUS_PAGES = {
    "HD-0000-0001": ("It opens now.", "Which browser do you use?", "Firefox."),
    "HD-0000-0029": ("Mended for", "in version 2.6"),
    "HD-0000-0050": ("The developers say: fixed.", "Not closed after all."),
}
"""What its requester reads of it."""

MAILS = {
    ("liaison.hk@example.com", "HD-0000-0072", "Mail is pending"),
    ("kim@client.example.org", "HD-0000-0073", "Replies while all is down"),
    ("ihelp@jaguarfreight.com", "HD-0000-0073", "Replies while all is down"),
    ("ihelp@jaguarfreight.com", "HD-0000-0073", "> And one more thing."),
    ("kim@client.example.org", "HD-0000-0073", "> Wait a day."),
    ("jun@example.com", "HD-0000-0074", "HK CT2 Liaison, Help Desk Level 0"),
    ("liaison.hk@example.com", "HD-0000-0074", "Help Desk Level 0"),
    ("jun@example.com", "HD-0000-0074", "Joined while all is down"),
    ("camille@example.com", "HD-0000-0050", "> Not closed after all."),
    ("liaison.paris@example.com", "HD-0000-0050", "Paul reopened it."),
    (
        "sa@example.com",
        "HD-0000-0019",
        "Paul escalated it from level 0: This level is not supposed to handle this type of task.",
    ),
    ("camille@example.com", "HD-0000-0019", "This level is not supposed to handle this type of task."),
    ("camille@example.com", "HD-0000-0019", "Urgent"),
    ("liaison.paris@example.com", "HD-0000-0019", "Priority is now Urgent (Paul)."),
    ("camille@example.com", "HD-0000-0018", "It is done."),
    ("camille@example.com", "HD-0000-0041", "It is fixed, in version 2.9."),
    ("camille@example.com", "HD-0000-0043", "It is fixed, in version 2.9."),
    ("jun@example.com", "HD-0000-0042", "It is fixed, in version 2.9."),
    ("camille@example.com", "HD-0000-0075", "Not judged yet"),
    ("liaison.paris@example.com", "HD-0000-0075", "Not judged yet"),
    ("camille@example.com", "HD-0000-0068", "Priority is now High (3 times)"),
    ("andrei@example.com", "HD-0000-0061", "It was due Wed 25 Nov 2026, 18:23 (America/New_York)."),
}
"""Mails that were pending: to whom, about which request, and something that stands in them."""

NOTES = {
    "HD-0000-0018#4": "Resolved. It is done (Paul)\nPress Export.",
    "HD-0000-0019#4": "Escalated to level 3, System Analysts (SAs): "
    "This level is not supposed to handle this type of task (Paul)\nShe starts today.",
    "HD-0000-0019#5": "Priority is now Urgent (Paul)\nShe starts today.",
    "HD-0000-0027#5": "Note (Paul)\nWhile it waits.",
    "HD-0000-0030#6": "Decided: change request, by clause quotes#validity (Paul)\nIt says so.",
    "HD-0000-0041#10": "Resolved. It is fixed, in version 2.9 (specdesk)\nAll are mended.",
    "HD-0000-0042#9": "Resolved. It is fixed, in version 2.9 (specdesk)\nAll are mended.",
    "HD-0000-0043#7": "Resolved. It is fixed, in version 2.9 (Paul)\nAll are mended.",
    "HD-0000-0044#8": "Note (Paul)\nA note is pending.",
    "HD-0000-0050#6": "Reopened (Paul)\nNot closed after all.",
    "HD-0000-0061#9": "Overdue since 25 Nov 2026, 23:23 UTC (specdesk)",
    "HD-0000-0071#3": "Note (Paul)\nWaits for the issue.",
    "HD-0000-0073#3": "Reply (the requester)\nAnd one more thing.",
    "HD-0000-0073#4": "Activity completed: Provide the user with a workaround if there is one (Paul)\nWait a day.",
    "HD-0000-0074#3": "Duplicate of HD-0000-0072 (Paul)",
}
"""Notes that were pending, by their markers."""


@pytest.fixture
def old_store(clients: Callable[[str], Any], watched: tuple[Any, Any], process: Process) -> DynamoStore:
    """A store on that table: made as version 0.1 made it, provisioned as an update does, and filled."""
    table, name = clients("dynamodb"), f"old-table-{secrets.token_hex(4)}"
    earlier.make(table, name)
    create_table(table, name)
    table.update_time_to_live(  # what expires is a matter of 2026
        TableName=name, TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires"}
    )
    earlier.fill(table, name)
    return DynamoStore(Table(lambda: watched[0], name), sorted(process.levels))


@pytest.fixture
def old(old_store: DynamoStore, process: Process) -> Web:
    """The application on that table, and a Mantis in which all its issues stand."""
    web = _on(old_store, application_of(process, Spec.of(list(SPEC.items()))))
    web.clock.at = WRITTEN + timedelta(minutes=1)
    for row in _rows(web):
        if row.issue is not None and not row.missing_in_mantis:
            _put_in_mantis(web, row.issue, web.desk.cases.load(row.id))
    return web


def _on(store: DynamoStore, web: Web) -> Web:
    """The application with another store."""
    desk = replace(web.desk, **ports_of(store))
    config = WebConfig(
        process=desk.process,
        desk=lambda: desk,
        links=web.links,
        clock=web.clock,
        secret_key="only for tests",
        secure_cookies=False,
    )
    return replace(web, client=create_app(config).test_client(), desk=desk)


def _rows(web: Web) -> list[CaseRow]:
    return sorted(rows(web.desk.cases, open_only=False), key=lambda row: row.id)


def _put_in_mantis(web: Web, number: int, case: Case) -> None:
    """The issue of a case as it stands."""
    issue = issue_of(case, web.desk.process, web.links)
    web.tracker.issues[number] = web.tracker.written[number] = issue
    web.tracker.marked[issue.marker] = number
    web.tracker.touched[number] = WRITTEN


def _sweep(web: Web, times: int = 3) -> None:
    for _ in range(times):
        web.clock.advance(minutes=10)
        web.desk.sweep()


def _shown(page: str) -> str:
    """What a page shows, without its tags."""
    body = re.sub(r"(?s)<(script|style|head)\b.*?</\1>|<[^>]*>", " ", page)
    return " ".join(body.replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&").split())


def _keys_in(text: str) -> list[str]:
    """What looks like a message key, or a placeholder that was not filled."""
    words = " ".join(word for word in text.split() if "@" not in word and "://" not in word)
    return [key for key in KEY.findall(words) if key not in NAMES] + PLACEHOLDER.findall(words)


def _differences(web: Web) -> dict[str, Any]:
    found = {row.id: difference(web.desk.cases, web.desk.process, row) for row in _rows(web)}
    return {case_id: one.parts for case_id, one in found.items() if one}


def test_the_table_lacks_nothing_once_it_is_provisioned(old_store: DynamoStore, clients: Callable[[str], Any]) -> None:
    """An index that is added later is added to the table that is there; only the expiry is off in these tests."""
    assert [NO_EXPIRY] == table_lacks(clients("dynamodb"), old_store.table.name)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("", None),
        ("Mantis does not answer. It is tried again.", Postponed.FAILED),
        ("Put off: camille@example.com has had 20 mails about HD-1 within an hour.", Postponed.THROTTLED),
        ("It waits for the working hours of its level.", Postponed.OUT_OF_HOURS),
        ("The issue is there, and a file of it is not: Mantis is slow.", Postponed.NOT_ATTACHED),
    ],
)
def test_why_an_item_was_postponed_is_read_from_its_error(error: str, reason: Postponed | None) -> None:
    """Version 0.1 had no field for it. Whatever the error says, a field that is there holds."""
    item = {**outbox_entry(received().case, 1, FileIssue()), "last_error": error, "tries": 1}

    assert reason is outbox_item(item).postponed
    assert Postponed.THROTTLED is outbox_item({**item, "postponed": "throttled"}).postponed


def test_every_request_reads(old: Web) -> None:
    """All stand in the lists, with all of their logs."""
    cases = [old.desk.cases.load(row.id) for row in _rows(old)]

    assert 75 == len(cases)
    assert () == tuple(event for case in cases for event in case.unread)
    assert {
        Status.OPEN: 46,
        Status.RESOLVED: 19,
        Status.QUARANTINED: 3,
        Status.WAITING: 3,
        Status.CLOSED: 2,
        Status.REJECTED: 1,
        Status.NEW: 1,
    } == Counter(case.status for case in cases)


def test_the_stored_states_are_the_fold_and_the_ledger_balances(old: Web) -> None:
    """Due times and next alerts included."""
    ledger = old.desk.counters.ledger()

    assert {} == _differences(old)
    assert ledger.balanced
    assert 75 == ledger.received
    assert {0: 37, 1: 4, 2: 0, 3: 4, 4: 5} == {
        level: number for level, number in old.desk.counters.counts().items() if level < 5
    }


def test_what_stands_beside_the_requests_reads(old: Web) -> None:
    """Submit keys, issues, suppressed addresses, sessions, links that were asked for, the throttle, the cursor."""
    desk = old.desk
    marks = {mark.mailbox: mark.case_id for mark in desk.mail_state.suppression_list()}
    session = desk.sessions.session("paul", "session-1")
    throttle = desk.mail_state.throttle("HD-0000-0068", "camille@example.com")
    cursor = desk.sync_state.take_sync(old.clock(), old.clock() + timedelta(minutes=1))

    assert "HD-0000-0001" == desk.take_in(request(), "form-0001").id
    assert "HD-0000-0001" == desk.cases.find_issue(1)
    assert {"bo@example.com", "cy@example.com", "ed@example.com"} == set(marks)
    assert "HD-0000-0055" == marks["bo@example.com"]
    assert session is not None
    assert (PAUL, WRITTEN + timedelta(days=1)) == (session.mailbox, session.until)
    assert {PAUL, "nobody@example.com"} == {asked.address for asked in desk.sessions.sign_ins_asked()}
    assert 2 == len(throttle.sent)
    assert not desk.counters.use_once("token-1", old.clock() + timedelta(minutes=15))
    assert cursor is not None
    assert cursor.since is not None


def test_the_days_cost_of_the_model_reads(old: Web, old_store: DynamoStore, clients: Callable[[str], Any]) -> None:
    """The day's limit holds across an update."""
    assert 1300 == DynamoBudget(lambda: clients("dynamodb"), old_store.table.name, old.clock).spent()


def test_every_list_shows_what_stands_in_it(old: Web) -> None:
    """Each level, all, the closed ones and one's own; the quarantine with its reasons, and what was rejected."""
    old.sign_in(PAUL)
    lists = {name: old.client.get(f"/desk?{name}") for name in ("show=all", "show=mine", "show=closed", "level=4")}
    held = _shown(old.client.get(_quarantine(old)).text)
    aside = _shown(old.client.get(f"{_quarantine(old)}?rejected=1").text)

    assert {200} == {page.status_code for page in lists.values()}
    assert "HD-0000-0061" in lists["level=4"].text
    assert "HD-0000-0024" in lists["show=all"].text
    assert "HD-0000-0023" in lists["show=mine"].text
    assert "HD-0000-0001" in lists["show=closed"].text
    assert "A field that people do not see was filled in." in held
    assert "It was sent 1 seconds after the form was opened." in held
    assert "It holds 3 links." in held
    assert "Its sender has written again." in held
    assert "It is an advertisement." in aside
    assert [] == [key for page in (held, aside) for key in _keys_in(page)]


def _quarantine(web: Web) -> str:
    """Where the list of quarantined requests is, as the queue links it."""
    found = re.search(r'href="(/desk/[a-z-]*(?:quarantine|held)[a-z-]*)', web.client.get("/desk?show=all").text)

    assert found is not None
    return found[1]


def test_every_request_has_its_page_at_the_desk(old: Web) -> None:
    """With its history in words; nothing in it is unknown, or a key."""
    old.sign_in(PAUL)
    for row in _rows(old):
        page = old.client.get(f"/desk/requests/{row.id}")
        shown = _shown(page.text)

        assert 200 == page.status_code, row.id
        assert row.summary in shown, row.id
        assert "cannot read" not in shown, row.id
        assert [] == _keys_in(shown), row.id
        assert [] == [text for text in STORIES.get(row.id, ()) if text not in shown], row.id


def test_every_requester_has_their_status_page(old: Web) -> None:
    """By the link that they were mailed."""
    for row in _rows(old):
        link = old.links.status(row.id).removeprefix(old.links.base_url)
        page = old.client.get(link)
        shown = _shown(page.text)

        assert 200 == page.status_code, row.id
        assert [] == _keys_in(shown), row.id
        assert [] == [text for text in STATUS_PAGES.get(row.id, ()) if text not in shown], row.id


def test_what_is_pending_is_delivered(old: Web) -> None:
    """Mails and notes say what they would have said; what nobody may repeat is a dead letter, and nothing is lost."""
    old.clock.at = AT_WORK
    _sweep(old)
    mails = [(mail.to, mail.subject, f"{mail.subject}\n{mail.text}") for mail in old.mailer.sent]
    notes = {
        note.rpartition("[")[2][:-1]: note.rpartition("\n\n[")[0]
        for said in old.tracker.notes.values()
        for note in said
    }
    cut_off = [item for item in old.desk.outbox.dead_letters() if item.case_id == "HD-0000-0072"]

    assert [] == [
        wanted
        for wanted in sorted(MAILS)
        if not any(to == wanted[0] and wanted[1] in subject and wanted[2] in text for to, subject, text in mails)
    ]
    assert [] == [(subject, key) for _, subject, text in mails for key in _keys_in(text)]
    assert NOTES == {marker: text for marker, text in notes.items() if marker in NOTES}
    assert [] == [(marker, key) for marker, text in notes.items() for key in _keys_in(text)]
    assert Relation.RELATED is old.tracker.related[40, 1]
    assert [True] == [isinstance(item.intent, SendNotice) for item in cut_off]
    assert [] == list(old.desk.outbox.due_items(old.clock() + timedelta(days=9)))
    assert [] == list(old.desk.outbox.unreadable())
    assert {Filing.FILED.value: 70, "failed": 1, "quarantined": 3, "rejected": 1} == Counter(
        row.filing for row in _rows(old)
    )
    assert {} == _differences(old)
    assert old.desk.counters.ledger().balanced


def test_dead_letters_are_listed_and_retried(old: Web) -> None:
    """The outbox page shows each with its error; when the cause is gone, a retry delivers it."""
    old.clock.at = AT_WORK
    old.sign_in(PAUL)
    _put_in_mantis(old, 9999, old.desk.cases.load("HD-0000-0002"))
    listed = _shown(old.client.get("/desk/outbox").text)
    letters = [item.id for item in old.desk.outbox.dead_letters()]
    for item in letters:
        old.desk.retry(item, PAUL)
    _sweep(old)

    assert ["HD-0000-0064#2#1", "HD-0000-0066#4#1", "HD-0000-0067#2#2", "HD-0000-0067#2#3"] == sorted(letters)
    assert "Mantis refuses the issue: the project does not exist." in listed
    assert "There is no issue 9999 in Mantis." in listed
    assert [] == _keys_in(listed)
    assert Filing.FILED is old.desk.cases.load("HD-0000-0064").filing
    assert Relation.RELATED is old.tracker.related[62, 9999]
    assert 2 == sum("[HD-0000-0067]" in mail.subject for mail in old.mailer.sent)
    assert ["HD-0000-0072"] == [item.case_id for item in old.desk.outbox.dead_letters()]


def test_the_clock_goes_on(old: Web) -> None:
    """What was due later is warned of at 50 % and 80 %, and overdue, in its time; nothing is said twice."""
    old.clock.at = AT_WORK
    for _ in range(100):
        old.clock.advance(hours=1)
        old.desk.sweep()
    case = old.desk.cases.load("HD-0000-0070")

    assert [50, 80, 100] == [share_of(event) for event in case.history if isinstance(event, Warned | Breached)]
    assert 3 == sum("HD-0000-0070" in mail.subject for mail in old.mailer.sent)


def test_links_that_were_asked_for_are_mailed(old: Web) -> None:
    """To the person of support.yml, and to nobody else."""
    old.desk.sweep()

    assert PAUL in [mail.to for mail in old.mailer.sent if "/desk/sign-in/" in mail.text]
    assert "nobody@example.com" not in [mail.to for mail in old.mailer.sent]


def test_an_old_request_goes_on(old: Web) -> None:
    """One of each open status takes the next step, and what was written in two formats reads as one log."""
    old.sign_in(PAUL)
    page = old.links.status("HD-0000-0027").removeprefix(old.links.base_url)
    before = old.desk.cases.load("HD-0000-0027")
    answer = old.client.post(f"{page}/reply", data={"text": "Invoice 7.", "seen": str(before.version)})
    after = old.desk.cases.load("HD-0000-0027")

    assert 303 == answer.status_code
    assert (Status.WAITING, Status.OPEN) == (before.status, after.status)
    assert before.history == after.history[: before.version]
    assert {} == _differences(old)
