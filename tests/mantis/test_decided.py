"""What a person decides, and what came of a request, stands in Mantis: with the stand-in over real HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.case import Case
from intake_fn.core.errors import Refused
from intake_fn.core.events import (
    ChangedInMantis,
    Closed,
    Judged,
    MarkedDuplicate,
    Overruled,
    Reopened,
    RequesterReplied,
    Resolved,
    UnmarkedDuplicate,
)
from intake_fn.core.intents import SendNotice
from intake_fn.core.process import RESOLUTIONS
from intake_fn.core.vocabulary import Category, Outcome, Status
from intake_fn.desk.filing import _verdict_before, decided_of
from intake_fn.desk.reconciliation import align
from intake_fn.texts import say
from spec_lookup import Citation, Claim, Reason, Verdict
from tests.desk.test_story import request
from tests.mantis.test_sync import Office

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from tests.mantis.conftest import StandIn

QUOTE = "A shipment is cancelled only in the states Draft and Booked."
BLOCK = """VERDICT
bug, decided by Paul
- The clause says so.
shipments#cancel: "A shipment is cancelled only in the states Draft and Booked."
https://help.example.com/spec/shipments/#cancel

REQUESTER"""


class Silent:
    """A judge that leaves everything to a person, with the clause that is nearest."""

    def judge(self, claim: Claim) -> Verdict:
        """Decide nothing."""
        return Verdict(
            category="undecided",
            confidence=0.0,
            citations=(Citation("shipments#cancel", "Cancelling", "shipments/#cancel", QUOTE, "related"),),
            counter=None,
            reasons=(Reason("said", {"text": "The nearest clause is quoted whole."}),),
            judge="built-in",
            engine="test",
            spec="test",
            claim=claim,
        )


@pytest.fixture
def office(process: Process, stand_in: StandIn) -> Office:
    """A desk whose judge leaves it to people."""
    made = Office(process, stand_in)
    made.room.spec = Silent()
    return made


def taken(office: Office, **changes: Any) -> str:
    """A request that is filed, undecided, and seen by the sync."""
    case_id = office.desk.take_in(request(**changes), f"key {changes}").id
    office.at_rest()
    return case_id


def act(office: Office, case_id: str, kind: Any, **what: Any) -> Case:
    """Something that Paul does, with what follows."""
    office.desk.act(case_id, office.room.event(kind, **what), office.case(case_id).version)
    office.at_rest()
    return office.case(case_id)


def decide(office: Office, case_id: str, **what: Any) -> Case:
    """Paul says that it is a bug by a clause."""
    by = {"clause": "shipments#cancel", "quote": QUOTE, "url": "shipments/#cancel", "reason": "The clause says so."}
    return act(office, case_id, Overruled, **{"category": Category.BUG, **by, **what})


def stands(office: Office, case_id: str) -> dict[str, Any]:
    """The issue as Mantis has it."""
    found: dict[str, Any] = office.mantis.raw("GET", f"issues/{office.case(case_id).issue}")["issues"][0]
    return found


def test_an_undecided_issue_says_in_plain_words_that_a_person_decides(office: Office) -> None:
    """No judge's name, no confidence of 0.00."""
    text = stands(office, taken(office))["description"]

    assert "VERDICT\nundecided: a person of the Help Desk decides\n" in text
    assert "0.00" not in text
    assert QUOTE in text


def test_a_decision_is_in_the_description_with_its_clause(office: Office) -> None:
    """In place of the verdict that was undecided; all else of the description is as it was."""
    case_id = taken(office)
    before = stands(office, case_id)["description"]
    decide(office, case_id)
    after = stands(office, case_id)["description"]

    assert BLOCK in after
    assert "undecided" not in after
    assert before.partition("VERDICT")[0] == after.partition("VERDICT")[0]
    assert before.partition("REQUESTER\n")[2] == after.partition("REQUESTER\n")[2]
    assert [] == office.told(case_id)


def test_a_second_decision_takes_the_place_of_the_first(office: Office) -> None:
    """And says when the spec is silent."""
    case_id = taken(office)
    decide(office, case_id)
    decide(office, case_id, category=Category.CHANGE, clause="", quote="", url="", reason="Nothing says so.")
    text = stands(office, case_id)["description"]

    assert "VERDICT\nchange request, decided by Paul\n- Nothing says so.\nThe spec is silent.\n" in text
    assert 1 == text.count("VERDICT")


def test_what_somebody_wrote_into_the_description_stays(office: Office) -> None:
    """Around the verdict all of it; where they rewrote the verdict itself, it stays as they have it."""
    around, inside = taken(office), taken(office, summary="Another one")
    text = stands(office, around)["description"]
    office.change(around, description=f"Seen at two clients.\r\n\r\n{text}\r\n\r\nSee #4711.")
    mine = stands(office, inside)["description"].replace("undecided: a person", "surely a bug: a person")
    office.change(inside, description=mine)
    for case_id in (around, inside):
        office.at_rest()
        decide(office, case_id)
    found = stands(office, around)["description"].replace("\r\n", "\n")

    assert found.startswith("Seen at two clients.\n\n")
    assert found.endswith("\n\nSee #4711.")
    assert BLOCK in found
    assert mine == stands(office, inside)["description"]


def test_an_issue_of_an_earlier_version_follows_as_well(office: Office) -> None:
    """What that one wrote is known word by word."""
    case_id = taken(office)
    case = office.case(case_id)
    (now,) = (one for one in decided_of(case, office.desk.process, office.desk.links).verdict.of if "a person" in one)
    old = _verdict_before(case, office.desk.links)
    assert "undecided (judge: built-in, confidence 0.00)" in old
    office.change(case_id, description=stands(office, case_id)["description"].replace(now, old))
    office.at_rest()
    decide(office, case_id)

    assert BLOCK in stands(office, case_id)["description"]


def test_sentences_that_an_earlier_version_stored_are_known_as_it_wrote_them(office: Office) -> None:
    """Their verdict in Mantis is followed, too, though it would be worded otherwise today."""
    case = office.case(taken(office))
    spoken = next(event for event in case.history if isinstance(event, Judged))
    earlier = replace(spoken, verdict={**spoken.verdict, "reasons": ["You ask a question."]})
    case = replace(case, history=tuple(earlier if event is spoken else event for event in case.history))
    known = "\n".join(decided_of(case, office.desk.process, office.desk.links).verdict.of)

    assert "- You ask a question." in known
    assert "- The request asks a question." in known


@pytest.mark.parametrize(
    ("named", "chosen", "expected"),
    [
        ("", "", "Shipments and milestones"),
        ("general", "", "Shipments and milestones"),
        ("billing", "", "Billing and charges"),
        ("billing", "customs", "Customs"),
        ("", "documents", "Documents and labels"),
    ],
)
def test_the_category_is_the_module_found_or_chosen(office: Office, named: str, chosen: str, expected: str) -> None:
    """Whoever decides chooses it; else the one that the requester named, else that of the clause."""
    case_id = taken(office, module=named)
    decide(office, case_id, module=chosen)

    assert expected == stands(office, case_id)["category"]["name"]


def test_a_category_that_somebody_chose_in_mantis_stays(office: Office) -> None:
    """It is finer than ours, or better."""
    case_id = taken(office)
    office.change(case_id, category={"name": "Customs"})
    office.at_rest()
    decide(office, case_id, module="billing")

    assert "Customs" == stands(office, case_id)["category"]["name"]


def test_a_category_that_a_move_lost_is_there_again_after_the_next(office: Office) -> None:
    """Where a project lacks it, the one for all else stands in."""
    state = office.mantis.state
    with state.change():
        state.run("delete from category where name = 'Billing and charges'")
        state.add_category(state.number("select id from project where name = ?", "Bugs InBox"), "Billing and charges")
    office.mantis.tracker.names._known.clear()
    case_id = taken(office, module="billing")
    assert "General" == stands(office, case_id)["category"]["name"]
    decide(office, case_id)

    assert "Billing and charges" == stands(office, case_id)["category"]["name"]


@pytest.mark.parametrize("outcome", [one for one in Outcome if one and one is not Outcome.WITHDRAWN])
def test_what_came_of_it_is_the_resolution_in_mantis(office: Office, outcome: Outcome) -> None:
    """In Mantis's own names; the requester reads it in plain words."""
    case_id = taken(office)
    decide(office, case_id)
    act(office, case_id, Resolved, resolution="So it is.", outcome=outcome)

    assert ("resolved", RESOLUTIONS[outcome]) == (
        stands(office, case_id)["status"]["name"],
        stands(office, case_id)["resolution"]["name"],
    )
    (mail,) = [one for one in office.room.mailer.sent if "Resolved:" in one.subject and "camille" in one.to]
    assert f"Your request is resolved. {say(f'outcome.{outcome}')}" in mail.text
    act(office, case_id, Closed)
    assert RESOLUTIONS[outcome] == stands(office, case_id)["resolution"]["name"]
    assert [] == office.told(case_id)


def test_what_is_withdrawn_is_resolved_in_mantis_with_a_note(office: Office) -> None:
    """Also while nobody has decided what it is; nothing is put back by the next sync."""
    case_id = taken(office)
    desk = office.room.desk
    gone = Resolved(at=office.room.clock(), actor="requester", resolution="Found it.", outcome=Outcome.WITHDRAWN)
    desk.act(case_id, gone, desk.cases.load(case_id).version)

    assert ("resolved", "not a bug") == (
        stands(office, case_id)["status"]["name"],
        stands(office, case_id)["resolution"]["name"],
    )
    assert "Withdrawn by the requester (the requester)\nFound it." in stands(office, case_id)["notes"][-1]["text"]
    assert [] == office.told(case_id)


def test_the_version_follows_where_mantis_has_it(office: Office) -> None:
    """One that it has not is told as not kept, and nothing waits for it."""
    one, other = taken(office), taken(office, summary="Another one")
    for case_id, version in ((one, "4.2"), (other, "5.0")):
        decide(office, case_id)
        act(office, case_id, Resolved, resolution="Mended.", outcome=Outcome.FIXED, fixed_in=version)

    assert ("4.2", "4.2") == tuple(stands(office, one)[name]["name"] for name in ("fixed_in_version", "target_version"))
    assert not {"fixed_in_version", "target_version"} & set(stands(office, other))
    assert () == office.case(one).dropped_fields
    assert ("fixed_in_version", "target_version") == office.case(other).dropped_fields
    assert "resolved" == stands(office, other)["status"]["name"]
    assert any("It is fixed, in version 4.2." in mail.text for mail in office.room.mailer.sent)


def test_the_versions_are_set_once_and_a_plan_of_the_developers_stays(office: Office) -> None:
    """Syncs and updates afterwards write nothing; who planned another version in Mantis finds it there."""
    case_id = taken(office)
    decide(office, case_id)
    office.change(case_id, target_version={"name": "4.3"})
    office.at_rest()
    act(office, case_id, Resolved, resolution="Mended.", outcome=Outcome.FIXED, fixed_in="4.2")
    before = stands(office, case_id)
    for _ in range(2):
        assert align(office.desk, office.case(case_id)) is None

    assert ("4.2", "4.3") == (before["fixed_in_version"]["name"], before["target_version"]["name"])
    assert before["history"] == stands(office, case_id)["history"]
    assert [] == office.told(case_id)


def test_the_sync_keeps_the_versions_that_the_form_offers(office: Office) -> None:
    """Obsolete ones left out; what is typed is looked up in Mantis, where it may be newer than the list."""
    case_id = taken(office)
    decide(office, case_id)
    office.at_rest()
    case = office.case(case_id)
    assert ["4.3", "4.2"] == office.desk.versions_for(case)
    state = office.mantis.state
    state.offer_versions(["4.4"], ["Bugs InBox"])

    def check(version: str) -> None:
        fixed = {"resolution": "Mended.", "outcome": Outcome.FIXED, "fixed_in": version}
        office.desk.refuse_unknown_version(case, office.room.event(Resolved, **fixed))

    check("4.4")
    check("")
    with pytest.raises(Refused, match=r"no version “5.0” in the project Bugs InBox. It has 4.4, 4.3, 4.2. Choose"):
        check("5.0")
    office.mantis.fault("down", 10)
    check("5.0")  # nobody knows: it is taken as typed


def test_a_version_is_only_of_what_is_fixed(office: Office) -> None:
    """Else it is refused with what to do."""
    case_id = taken(office)
    decide(office, case_id)
    with pytest.raises(Exception, match="A version belongs only to what is fixed or done"):
        act(office, case_id, Resolved, resolution="No.", outcome=Outcome.WONT_FIX, fixed_in="4.2")


def test_what_is_open_again_says_so(office: Office) -> None:
    """By us or by a reply; and a resolution that somebody sets while it is open is theirs."""
    case_id = taken(office)
    decide(office, case_id)
    act(office, case_id, Resolved, resolution="Mended.", outcome=Outcome.FIXED)
    act(office, case_id, Reopened, reason="It came back.")
    assert "reopened" == stands(office, case_id)["resolution"]["name"]
    office.change(case_id, resolution={"name": "unable to duplicate"})
    office.at_rest()
    assert [] == office.told(case_id)
    act(office, case_id, Resolved, resolution="Mended.", outcome=Outcome.FIXED)
    reply = RequesterReplied(at=office.room.clock(), actor="requester", text="It still does not work.")
    office.desk.act(case_id, reply, 0)
    office.at_rest()

    assert ("assigned", "reopened") == (
        stands(office, case_id)["status"]["name"],
        stands(office, case_id)["resolution"]["name"],
    )


def test_another_resolution_of_what_is_done_is_put_back(office: Office) -> None:
    """The requester was told another one; a reopening there is put back with it."""
    case_id = taken(office)
    decide(office, case_id)
    act(office, case_id, Resolved, resolution="Mended.", outcome=Outcome.FIXED)
    office.change(case_id, "administrator", status={"name": "assigned"}, resolution={"name": "reopened"})
    office.at_rest()
    (event,) = [one for one in office.case(case_id).history if isinstance(one, ChangedInMantis)]

    assert {"status": "assigned", "resolution": "reopened"} == event.theirs
    assert "administrator" == event.actor
    assert ("resolved", "fixed") == (
        stands(office, case_id)["status"]["name"],
        stands(office, case_id)["resolution"]["name"],
    )


UNSAID = "did not say how it was resolved."


@pytest.mark.parametrize("resolution", [{"name": "open"}, {"name": "reopened"}, {"name": "no such"}])
def test_resolved_without_a_resolution_says_so(office: Office, resolution: dict[str, Any]) -> None:
    """Only the status was set: the requester is not told "open", nor that it was closed."""
    case_id = taken(office)
    decide(office, case_id, category=Category.BUG)
    office.change(case_id, status={"name": "resolved"}, resolution=resolution)
    office.at_rest()
    (event,) = [one for one in office.case(case_id).history if isinstance(one, Resolved)]

    assert f"The developers have resolved it and {UNSAID}" == event.resolution
    assert any(UNSAID in mail.text for mail in office.room.mailer.sent)


@pytest.mark.parametrize(
    ("theirs", "category", "expected", "words"),
    [
        ("fixed", Category.BUG, Outcome.FIXED, "The developers say: fixed."),
        ("fixed", Category.MISC, Outcome.DONE, "The developers say: fixed."),
        ("not a bug", Category.BUG, Outcome.NO_CHANGE, "The developers say: not a bug."),
        ("wont fix", Category.BUG, Outcome.WONT_FIX, "The developers say: wont fix."),
        ("open", Category.BUG, Outcome.UNSAID, f"The developers have closed it and {UNSAID}"),
    ],
)
def test_a_resolution_in_mantis_is_what_came_of_it(
    office: Office, theirs: str, category: Category, expected: Outcome, words: str
) -> None:
    """With its version; it stays as they set it."""
    case_id = taken(office)
    decide(office, case_id, category=category)
    office.change(case_id, status={"name": "closed"}, resolution={"name": theirs}, fixed_in_version={"name": "4.2"})
    office.at_rest()
    (event,) = [one for one in office.case(case_id).history if isinstance(one, Resolved)]

    assert (expected, words, "4.2" if expected.has_a_version else "") == (
        event.outcome,
        event.resolution,
        event.fixed_in,
    )
    assert theirs == stands(office, case_id)["resolution"]["name"]
    assert [] == office.told(case_id)


def test_resolved_in_mantis_before_it_is_decided_is_put_back_and_explained(office: Office) -> None:
    """The note there says what to do."""
    case_id = taken(office)
    office.change(case_id, status={"name": "resolved"}, resolution={"name": "fixed"})
    office.at_rest()

    assert Status.OPEN is office.case(case_id).status
    assert "assigned" == stands(office, case_id)["status"]["name"]
    assert "This request is undecided" in stands(office, case_id)["notes"][-1]["text"]


def test_what_follows_another_one_is_its_duplicate_until_it_parts(office: Office) -> None:
    """Its requester reads what came of the other one; nobody is blamed for what we set."""
    lead, follower = taken(office), taken(office, summary="I cannot cancel")
    act(office, follower, MarkedDuplicate, other=lead)
    decide(office, lead)
    act(office, lead, Resolved, resolution="Mended.", outcome=Outcome.FIXED, fixed_in="4.2")
    office.at_rest()

    assert (Category.BUG, Status.RESOLVED) == (office.case(follower).category, office.case(follower).status)
    assert ("Bugs InBox", "duplicate") == (
        stands(office, follower)["project"]["name"],
        stands(office, follower)["resolution"]["name"],
    )
    assert f"bug, decided with the request that is the same, {lead}" in stands(office, follower)["description"]
    mails = [one.text for one in office.room.mailer.sent if f"[{follower}] Resolved" in one.subject]
    assert "It is fixed, in version 4.2." in mails[0]
    act(office, follower, UnmarkedDuplicate)
    assert "fixed" == stands(office, follower)["resolution"]["name"]
    assert [] == office.told(follower) == office.told(lead)


def test_nobody_is_blamed_for_the_resolution_of_a_request_of_before(office: Office) -> None:
    """A log in which nobody said what came of it, of a request that follows another one or of none."""
    lead, follower = taken(office), taken(office, summary="I cannot cancel")
    act(office, follower, MarkedDuplicate, other=lead)
    for case_id in (follower, lead):
        decide(office, case_id)
        act(office, case_id, Resolved, resolution="Mended.")
        office.change(case_id, "administrator", resolution={"name": "suspended"})
        office.at_rest()

        assert [] == office.told(case_id)
        assert "suspended" == stands(office, case_id)["resolution"]["name"]


def test_a_mantis_without_that_resolution_holds_nothing_up(office: Office) -> None:
    """It is told as not kept."""
    mapping = replace(office.desk.process.mantis, resolution={**RESOLUTIONS, "fixed": "mended"})
    process = replace(office.desk.process, mantis=mapping)
    office.room.desk = office.desk = replace(office.desk, process=process)
    case_id = taken(office)
    decide(office, case_id)
    act(office, case_id, Resolved, resolution="Mended.", outcome=Outcome.FIXED)

    assert ("resolved", ("resolution",)) == (
        stands(office, case_id)["status"]["name"],
        office.case(case_id).dropped_fields,
    )
    assert [] == office.told(case_id)
    assert not [item for item in office.room.store.items_of(case_id) if not isinstance(item.intent, SendNotice)]
