"""What every tracker keeps to. The test of an adapter inherits the contract and gives it a `tracker`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from intake_fn.core.errors import Refused, TryLater, Unknown
from intake_fn.core.release_notes import FixedIssue
from intake_fn.core.vocabulary import Relation
from intake_fn.ports import Decided, Instead, Issue
from tests.fakes import MemoryTracker

if TYPE_CHECKING:
    from intake_fn.ports import Tracker


def issue(**changes: Any) -> Issue:
    """An issue with a marker of its own, so that a server that is kept can be asked again and again."""
    marker = f"Specdesk HD-{uuid4().hex[:4].upper()}-{uuid4().hex[:4].upper()}"
    whole = Issue(
        marker=marker,
        project="Bugs InBox",
        summary="Error page when a shipment is opened",
        description="It shows « erreur 500 ».",
        steps="1. Open it",
        information=marker,
        category="General",
        handler="ihelp",
        status="assigned",
        tags=("specdesk",),
        since=datetime.now(UTC),
    )
    return replace(whole, **changes)


class TrackerContract:
    """Issues, notes and files arrive once, however often they are sent."""

    def test_an_issue_is_filed_once(self, tracker: Tracker) -> None:
        """The marker finds the one that is there: a delivery that is repeated files nothing new (R10)."""
        one = issue()
        first = tracker.file(one)
        again = tracker.file(replace(one, summary="Another summary"))

        assert (again.number, again.url) == (first.number, first.url)
        assert str(first.number) in first.url
        assert first.dropped == ()

    def test_another_marker_is_another_issue(self, tracker: Tracker) -> None:
        """Equal texts from two people are two requests; linking them is a person's decision (R23)."""
        assert tracker.file(issue()).number != tracker.file(issue()).number

    def test_an_issue_is_brought_in_line(self, tracker: Tracker) -> None:
        """Another project, handler, status and priority, and once more the same."""
        number = tracker.file(issue()).number
        for _ in range(2):
            dropped = tracker.update(
                number, project="Change InBox", handler="ihelp", status="feedback", priority="high"
            )

            assert dropped == ()

    def test_it_knows_the_versions_of_the_product(self, tracker: Tracker) -> None:
        """By the projects that we file to; 4.2 and 4.3 are in all of them here."""
        known = tracker.versions()

        assert {"Bugs InBox", "Change InBox", "Support Misc"} == set(known)
        assert all({"4.2", "4.3"} <= set(names) for names in known.values())

    def test_a_resolution_sets_both_versions_once(self, tracker: Tracker) -> None:
        """Again and again is as once; one of ours is replaced by a later one of ours."""
        number = tracker.file(issue()).number
        for version in ("4.2", "4.2", "4.3", "4.3"):
            both = Instead(version, ("4.2", "4.3"))
            dropped = tracker.update(
                number,
                project="Bugs InBox",
                handler="ihelp",
                status="resolved",
                priority="normal",
                resolution="fixed",
                decided=Decided(fixed_in=both, target=both),
            )
            stands = tracker.look(number)

            assert ((), "fixed", version, version) == (dropped, stands.resolution, stands.fixed_in, stands.target)

    def test_what_is_fixed_is_listed_with_its_version(self, tracker: Tracker) -> None:
        """By number, with the names as Mantis has them; what has no version is not among them."""
        one, other = (tracker.file(issue(project="Change InBox")).number for _ in range(2))
        tracker.update(
            one,
            project="Change InBox",
            handler="ihelp",
            status="resolved",
            priority="normal",
            resolution="fixed",
            decided=Decided(fixed_in=Instead("4.3")),
        )
        listed = tracker.fixed()

        assert [one] == [each.number for each in listed if each.number in (one, other)]
        assert sorted(each.number for each in listed) == [each.number for each in listed]
        (found,) = (each for each in listed if each.number == one)
        assert FixedIssue(one, issue().summary, "Change InBox", "General", "resolved", "fixed", "4.3") == found

    def test_a_version_that_somebody_else_chose_stays(self, tracker: Tracker) -> None:
        """A plan of the developers is not overwritten by what was fixed."""
        number = tracker.file(issue()).number
        fields: dict[str, str] = {
            "project": "Bugs InBox",
            "handler": "ihelp",
            "status": "resolved",
            "priority": "normal",
        }
        tracker.update(number, **fields, decided=Decided(target=Instead("4.3")))
        tracker.update(number, **fields, decided=Decided(fixed_in=Instead("4.2"), target=Instead("4.2")))
        stands = tracker.look(number)

        assert ("4.2", "4.3") == (stands.fixed_in, stands.target)

    def test_an_issue_is_related_to_another_once(self, tracker: Tracker) -> None:
        """Saying or taking it back again changes nothing; another relation takes its place; there has to be another."""
        one, other = tracker.file(issue()).number, tracker.file(issue()).number
        for relation in (Relation.RELATED, Relation.DUPLICATE, Relation.DUPLICATE, None, None):
            tracker.relate(one, other, relation)

        with pytest.raises(Refused, match="999999"):
            tracker.relate(one, 999_999, Relation.RELATED)
        with pytest.raises(Unknown):
            tracker.relate(999_999, one, Relation.RELATED)

    def test_a_note_and_a_file_arrive_once(self, tracker: Tracker) -> None:
        """Sent twice, there once; a file of a refused type would give False."""
        number = tracker.file(issue()).number
        for _ in range(2):
            tracker.note(number, "Please look at the log.", "[HD-1#3#1]")

            assert tracker.attach(number, "écran.png", b"\x89PNG\r\n\x1a\n") is True

    def test_an_issue_that_is_not_there_is_unknown(self, tracker: Tracker) -> None:
        """Somebody deleted it: trying again does not help."""
        with pytest.raises(Unknown):
            tracker.update(999_999, project="Bugs InBox", handler="ihelp", status="assigned", priority="high")
        with pytest.raises(Unknown):
            tracker.note(999_999, "text", "[x]")

    def test_an_issue_that_is_not_there_cannot_be_looked_at(self, tracker: Tracker) -> None:
        """The sync tells the desk that it is gone."""
        with pytest.raises(Unknown):
            tracker.look(999_999)

    def test_an_issue_is_seen_as_it_stands(self, tracker: Tracker) -> None:
        """Names as support.yml has them, and notes with their numbers."""
        number = tracker.file(issue()).number
        tracker.note(number, "Please look at the log.", "[HD-1#3#1]")
        stands = tracker.look(number)

        assert ("Bugs InBox", "ihelp", "assigned", "normal") == (
            stands.project,
            stands.handler,
            stands.status,
            stands.priority,
        )
        assert ["Please look at the log.\n\n[HD-1#3#1]"] == [note.text for note in stands.notes]

    def test_a_note_of_ours_takes_an_issue_out_of_feedback_and_that_was_us(self, tracker: Tracker) -> None:
        """We are its reporter; an update afterwards puts it there again."""
        number = tracker.file(issue()).number
        wanted: dict[str, Any] = {
            "project": "Bugs InBox",
            "handler": "ihelp",
            "status": "feedback",
            "priority": "normal",
        }
        tracker.update(number, **wanted)
        tracker.note(number, "Which screen?", "[HD-1#3#1]")
        stands = tracker.look(number)
        tracker.update(number, **wanted)

        assert ("assigned", True) == (stands.status, "status" in stands.ours)
        assert "feedback" == tracker.look(number).status

    def test_what_was_changed_since_is_listed_the_oldest_first(self, tracker: Tracker) -> None:
        """All of it, and nothing older."""
        numbers = [tracker.file(issue()).number for _ in range(3)]
        everything = tracker.changes(None)
        newest = everything[-1].at

        assert set(numbers) <= {change.number for change in everything}
        assert sorted(everything, key=lambda change: change.at) == list(everything)
        assert [change for change in everything if change.at >= newest] == list(tracker.changes(newest))
        assert 2 == len(tracker.changes(None, 2))
        assert {*tracker.changes(None, 2)} <= {*everything}

    def test_it_says_its_version(self, tracker: Tracker) -> None:
        """The health page shows it."""
        assert tracker.probe()[0].isdigit()


class TestMemoryTracker(TrackerContract):
    """The fake."""

    @pytest.fixture
    def tracker(self) -> MemoryTracker:
        """An empty one."""
        return MemoryTracker()

    def test_it_keeps_what_arrived(self, tracker: MemoryTracker) -> None:
        """Tests look at what stands there."""
        one = issue()
        number = tracker.file(one).number
        tracker.update(number, project="Support Misc", handler="paul", status="resolved", priority="low")
        tracker.note(number, "text", "[x]")
        tracker.note(number, "text", "[x]")

        assert tracker.issues == {
            number: replace(one, project="Support Misc", handler="paul", status="resolved", priority="low")
        }
        assert tracker.notes == {number: ["text\n\n[x]"]}

    def test_it_can_be_down(self, tracker: MemoryTracker) -> None:
        """As Mantis can."""
        tracker.down = True

        with pytest.raises(TryLater):
            tracker.file(issue())
