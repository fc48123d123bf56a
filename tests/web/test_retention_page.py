"""The preview of retention at the desk: rules, what is due and soon, the first few; for admins alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from intake_fn.core.events import Resolved
from intake_fn.core.inbound.record import MailOutcome
from intake_fn.core.retention import RetentionPolicy, RetentionState, Rule, Settled
from intake_fn.core.vocabulary import Outcome
from intake_fn.desk.inbound_mail import KEPT
from intake_fn.ports import ErasureRecord, SuppressedAddress
from intake_fn.texts import message
from tests.adapters.test_inbound_mails import record
from tests.web.conftest import application_of

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from spec_lookup import Spec
    from tests.web.conftest import Web

PAGE = "/desk/reports/retention"


def cards(web: Web) -> dict[str, str]:
    """The text of each card, by its rule."""
    text = web.client.get(PAGE).text
    sections = re.findall(r'<section class="card" aria-labelledby="([\w]+)">(.*?)</section>', text, re.DOTALL)
    return {rule: " ".join(re.sub(r"<[^>]+>", " ", body).split()) for rule, body in sections}


def in_force(web: Web) -> None:
    """All rules hold as support.yml says."""
    days = web.desk.process.retention.days
    web.store.retention = RetentionState({rule.value: Settled(days[rule], days[rule]) for rule in Rule})


def with_rule(process: Process, spec: Spec, rule: Rule, days: int | None) -> Web:
    """The application with another rule in support.yml, in force."""
    policy = RetentionPolicy({**process.retention.days, rule: days})
    web = application_of(replace(process, retention=policy), spec)
    in_force(web)
    return web


def resolved(web: Web) -> str:
    """A request that is resolved now."""
    case = web.sent()
    event = Resolved(at=web.clock(), actor="paul@example.com", resolution="Mended.", outcome=Outcome.DONE)
    web.desk.act(case.id, event, web.store.load(case.id).version)
    return case.id


def test_it_is_for_admins(web: Web) -> None:
    """Others see neither the page nor the tab that leads to it."""
    web.sign_in("andrei@example.com")
    assert 403 == web.client.get(PAGE).status_code
    assert PAGE not in web.client.get("/desk/reports/judge").text

    web.sign_in("paul@example.com")
    assert 200 == web.client.get(PAGE).status_code
    assert PAGE in web.client.get("/desk/reports/judge").text


def test_with_nothing_stored_each_rule_says_so_and_what_it_waits_for(web: Web) -> None:
    """A rule that no sweep has seen is in its grace; looking begins none."""
    web.sign_in("paul@example.com")
    shown = cards(web)

    assert {rule.value for rule in Rule} == set(shown)
    assert "as long as Specdesk runs" in shown["closed_requests"]
    assert (
        "In grace 1095 days , since it was resolved; what is counted stays, comes into force on 23 Dec"
        in (shown["closed_requests"])
    )
    assert all("Nothing is stored that this rule deletes." in text for text in shown.values())
    assert RetentionState() == web.store.retention


def test_what_goes_next_is_counted_named_and_dated(web: Web) -> None:
    """A request with a file loses that first; one that comes to its end within 30 days is counted as soon."""
    in_force(web)
    case_id = resolved(web)
    web.clock.advance(days=710)
    web.sign_in("paul@example.com")
    text, shown = web.client.get(PAGE).text, cards(web)

    assert f'href="/desk/requests/{case_id}"' in text
    assert "Kept 730 days, since it was resolved Due now 0 Within 30 days 1" in shown["attachments"]
    assert "22 Nov 2028" in shown["attachments"]
    assert "Due now 0 Within 30 days 0 Next" in shown["closed_requests"]
    assert f"{case_id} 22 Nov 2029" in shown["closed_requests"]
    web.clock.advance(days=40)
    web.sign_in("paul@example.com")
    assert "Due now 1 Within 30 days 1, with those that are due" in cards(web)["attachments"]


def test_a_rule_that_waits_counts_the_requests_that_have_files_as_well(process: Process, spec: Spec) -> None:
    """They lose their words by it like any other: nobody is to think that a slip would take fewer."""
    web = with_rule(process, spec, Rule.CLOSED_REQUESTS, 100)
    rules = dict(web.store.retention.rules)
    waits = Settled(100, 1095, web.clock() + timedelta(days=130))
    web.store.retention = RetentionState({**rules, Rule.CLOSED_REQUESTS.value: waits})
    resolved(web)
    web.clock.advance(days=101)
    web.sign_in("paul@example.com")

    assert "Of what is stored now, 1 will be due then." in cards(web)["closed_requests"]


def test_files_go_with_their_request_where_that_goes_first(process: Process, spec: Spec) -> None:
    """As the sweep does it, and when."""
    web = with_rule(process, spec, Rule.CLOSED_REQUESTS, 100)
    resolved(web)
    web.clock.advance(days=101)
    web.sign_in("paul@example.com")

    assert "Due now 1" in cards(web)["attachments"]
    assert "with the words of their request at the latest" in cards(web)["attachments"]


def test_mails_addresses_and_records_are_named(web: Web) -> None:
    """A mail that waits for a person is not among what goes; a digest is shortened."""
    in_force(web)
    now = web.clock()
    for number, outcome in enumerate((MailOutcome.TICKETED, MailOutcome.QUARANTINED), 1):
        one = replace(record(number, outcome), received_at=now)
        web.store.add_mail(one)
        web.files.put(f"{KEPT}{one.id}", b"raw", "message/rfc822")
        web.files.since[f"{KEPT}{one.id}"] = now
    web.store.suppress(SuppressedAddress("gone@example.com", message("skipped.off"), now))
    web.store.erased_people.append(ErasureRecord("d" * 64, now, "paul@example.com", {}))
    web.clock.at += timedelta(days=200)
    web.sign_in("paul@example.com")
    text, shown = web.client.get(PAGE).text, cards(web)
    goes, waits = (record(number, MailOutcome.TICKETED).id for number in (1, 2))

    assert f'href="/desk/mail/{goes}"' in text
    assert f'href="/desk/mail/{waits}"' not in text
    assert "A mail that waits for a person stays" in shown["raw_mails"]
    assert "gone@example.com" in shown["suppressed_addresses"]
    assert f"{'d' * 16} 22 Nov 2031" in shown["erasure_records"]
    assert "d" * 17 not in text


def test_what_is_kept_for_ever_says_so(process: Process, spec: Spec) -> None:
    """No number stands there, and nothing is named."""
    web = with_rule(process, spec, Rule.CLOSED_REQUESTS, None)
    resolved(web)
    web.sign_in("paul@example.com")
    shown = cards(web)["closed_requests"]

    assert "Kept as long as Specdesk runs Nothing is deleted by this rule." in shown
