"""What a Mantis lacks, found in the stand-in: each gap by itself, with the clicks that mend it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake_fn.adapters.mantis_survey import lacks, make_project, names_of, once_made, survey
from intake_fn.core.errors import Broken
from tests.mantis.conftest import token_of

if TYPE_CHECKING:
    from intake_fn.core.process import Process
    from tests.mantis.conftest import StandIn


def found(stand_in: StandIn, process: Process) -> list[str]:
    """What is missing."""
    return [lack.what for lack in lacks(survey(stand_in.tracker), process)]


def test_a_mantis_that_was_provisioned_lacks_nothing(stand_in: StandIn, process: Process) -> None:
    """The sandbox's."""
    assert [] == found(stand_in, process)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("update project set name = 'Old' where name = 'Change InBox'", "no project 'Change InBox'"),
        ("update project set parent = 0 where name = 'Change InBox'", "'Change InBox' is not a sub-project"),
        ("delete from category where name = 'Customs'", "no category 'Customs'"),
        ("delete from account where name = 'roma'", "nobody may handle issues in 'Bugs InBox' as 'roma'"),
        ("update account set level = 25 where name = 'roma'", "as 'roma'"),
        ("update account set level = 55 where name = 'specdesk'", "specdesk is below MANAGER in 'Bugs InBox'"),
    ],
)
def test_each_gap_is_found(stand_in: StandIn, process: Process, change: str, says: str) -> None:
    """And told with what to do about it."""
    with stand_in.state.change():
        stand_in.state.run(change)
    told = list(lacks(survey(stand_in.tracker), process))

    assert any(says in lack.what for lack in told), told
    assert all(lack.remedy for lack in told)


def test_an_old_version_and_unknown_words_are_found(stand_in: StandIn, process: Process) -> None:
    """What support.yml calls a status has to be one."""
    old = replace(survey(stand_in.tracker), version="2.25.8")
    status = {**process.mantis.status, "open": "in work"}
    odd = replace(process, mantis=replace(process.mantis, status=status))

    assert ["Mantis is version 2.25.8"] == [lack.what for lack in lacks(old, process)]
    assert ["Mantis has no status 'in work'"] == found(stand_in, odd)


def test_projects_are_made_and_attached_by_an_administrator(stand_in: StandIn, process: Process) -> None:
    """Two calls for each, and none where all is there; a manager's token does not do."""
    with stand_in.state.change():
        stand_in.state.run("update project set name = 'Old' where name = 'Change InBox'")
        stand_in.state.run("update project set parent = 0 where name = 'Support Misc'")
        stand_in.state.add_account("administrator", 90, token=token_of("administrator"))
    with pytest.raises(Broken):
        make_project(stand_in.tracker, "Change InBox")
    admin = replace(stand_in.tracker, token=token_of("administrator"))
    for _ in range(2):
        for name in ("Change InBox", "Support Misc", "Bugs InBox"):
            make_project(admin, name)

    assert [] == found(stand_in, process)
    assert 1 == stand_in.state.number("select count(*) from project where name = 'Change InBox'")


def test_a_fresh_mantis_gets_the_whole_tree(stand_in: StandIn, process: Process) -> None:
    """The parent first; what is told to be missing beforehand is missing afterwards."""
    with stand_in.state.change():
        stand_in.state.run("update project set name = 'Old ' || name")
        stand_in.state.run("delete from category where project != 0")
        stand_in.state.add_account("administrator", 90, token=token_of("administrator"))
    before = survey(stand_in.tracker)
    hands = {lack.what for lack in lacks(once_made(before, process.mantis), process) if "category" in lack.what}
    admin = replace(stand_in.tracker, token=token_of("administrator"))
    for lack in lacks(before, process):
        if lack.project:
            make_project(admin, lack.project)
    after = survey(stand_in.tracker)

    assert {} == dict(before.projects)
    assert {name.casefold() for name in names_of(process.mantis)} == set(after.projects)
    assert 3 == len(after.projects[process.mantis.parent.casefold()].below)
    assert {what.partition("category")[0] for what in hands} == {
        lack.what.partition("category")[0] for lack in lacks(after, process)
    }
