"""What a Mantis lacks, found in the stand-in: each gap by itself, with the clicks that mend it."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from intake_fn.adapters.mantis import MantisTracker
from intake_fn.adapters.provision.mantis import check_administrator, make_project
from intake_fn.adapters.provision.mantis_lacks import lacks, once_made
from intake_fn.adapters.provision.mantis_survey import names_of, survey
from intake_fn.core.errors import Diagnosed, TryLater
from intake_fn.settings import ROOT
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
        ("update project set parent = 0 where name like 'CT2 Customer%'", "is not a sub-project of 'CT2 (3)'"),
        ("update project set name = 'Old' where name = 'CT2 (3)'", "no project 'CT2 (3)'"),
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


def test_an_account_behind_a_group_mailbox_has_to_be_there(stand_in: StandIn, process: Process) -> None:
    """Each by its name, as it stands in support.yml."""
    group = replace(process.people["system-analysts"], mantis_accounts=("sergey", "paul"))
    grouped = replace(process, people={**process.people, "system-analysts": group})

    assert "nobody may handle issues in 'Bugs InBox' as 'sergey'" in found(stand_in, grouped)


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
    with pytest.raises(Diagnosed, match="specdesk, who is no ADMINISTRATOR"):
        make_project(stand_in.tracker, "Change InBox", stand_in.tracker)
    admin = replace(stand_in.tracker, token=token_of("administrator"))
    for _ in range(2):
        for name in ("Change InBox", "Support Misc", "Bugs InBox"):
            make_project(admin, name, stand_in.tracker)

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
            make_project(admin, lack.project, stand_in.tracker)
    after = survey(stand_in.tracker)

    assert {} == dict(before.projects)
    assert {name.casefold() for name in names_of(process.mantis)} == set(after.projects)
    assert 3 == len(after.projects[process.mantis.parent.casefold()].below)
    assert {what.partition("category")[0] for what in hands} == {
        lack.what.partition("category")[0] for lack in lacks(after, process)
    }
    assert all("'General'" not in what for what in hands)


# --- what provision says is made, is made ----------------------------------------------------


@pytest.fixture
def admin(stand_in: StandIn) -> MantisTracker:
    """A client with an administrator's token."""
    with stand_in.state.change():
        stand_in.state.add_account("administrator", 90, token=token_of("administrator"))
    return replace(stand_in.tracker, token=token_of("administrator"))


def test_a_private_project_lets_the_account_in_or_is_not_said_to_be_made(
    stand_in: StandIn, process: Process, admin: MantisTracker
) -> None:
    """The account becomes a member of it with the level manager, and sees it from then on."""
    with stand_in.state.change():
        stand_in.state.run("update project set view_state = 50 where name = 'Change InBox'")
    assert "specdesk sees no project 'Change InBox'" in found(stand_in, process)
    make_project(admin, "Change InBox", stand_in.tracker)
    seen = survey(stand_in.tracker).projects["change inbox"]

    assert ("Change InBox", 70) == (seen.name, seen.level)
    assert ["nobody may handle issues in 'Change InBox' as"] == [
        what[: what.index(" as ") + 3] for what in found(stand_in, process)
    ]


def test_a_disabled_project_is_told_as_what_it_is(stand_in: StandIn, process: Process, admin: MantisTracker) -> None:
    """Nobody sees it, and its name is taken: a person enables it."""
    with stand_in.state.change():
        stand_in.state.run("update project set enabled = 0 where name = 'Change InBox'")
    with pytest.raises(Diagnosed, match="'Change InBox' that is disabled") as error:
        make_project(admin, "Change InBox", stand_in.tracker)

    assert "Manage > Projects > Change InBox > Enabled > Update Project" in error.value.remedy
    assert "Enabled > Update Project" in next(lack for lack in lacks(survey(stand_in.tracker), process)).remedy


def test_a_wrong_administrators_token_is_told_by_its_own_name(stand_in: StandIn) -> None:
    """Not the service account's remedy: nothing is wrong with that one."""
    with pytest.raises(Diagnosed) as error:
        check_administrator(replace(stand_in.tracker, token="wrong"))

    assert "the token of the administrator" in error.value.what
    assert "SPECDESK_MANTIS_ADMIN_TOKEN" in error.value.remedy
    assert "SPECDESK_MANTIS_TOKEN" not in str(error.value)


# --- each state of an installation in its own words -------------------------------------------


@pytest.mark.parametrize(
    ("change", "what", "remedy"),
    [
        pytest.param(
            "update account set enabled = 0 where name = 'specdesk'",
            "the account is disabled",
            "Manage > Users > the account > Enabled > Update User",
            id="disabled account",
        ),
        pytest.param(
            "insert into config values ('webservice_rest_enabled', '0')",
            "REST is switched off",
            "$g_webservice_rest_enabled",
            id="REST off",
        ),
        pytest.param(
            "update account set token_hash = '' where name = 'specdesk'",
            "does not know the token of the service account",
            "My Account > API Tokens > Create API Token",
            id="token deleted",
        ),
    ],
)
def test_why_mantis_cannot_be_used_is_said_in_its_own_words(
    stand_in: StandIn, change: str, what: str, remedy: str
) -> None:
    """With what a person does about exactly that."""
    with stand_in.state.change():
        stand_in.state.run(change)
    with pytest.raises(Diagnosed) as error:
        survey(stand_in.tracker)

    assert what in error.value.what
    assert remedy in error.value.remedy


def test_maintenance_and_a_database_that_is_down_are_told_apart(stand_in: StandIn) -> None:
    """The one ends when somebody deletes a file, the other when the database is back."""
    stand_in.fault("maintenance")
    with pytest.raises(Diagnosed, match="offline for maintenance"):
        survey(stand_in.tracker)
    stand_in.fault("error-500")
    with pytest.raises(TryLater, match="database is down"):
        survey(stand_in.tracker)


OTHERS = [
    pytest.param(200, "<html>Welcome</html>", "is not Mantis (200 '<html>Welcome</html>')", id="a web page"),
    pytest.param(200, '{"status": "ok"}', "is not Mantis", id="JSON of something else"),
    pytest.param(404, "Not Found", "there is no Mantis at", id="nothing there"),
    pytest.param(401, "Login", "is not Mantis (401 'Login')", id="a login before it"),
    pytest.param(403, "", "is not Mantis (403 'FORBIDDEN')", id="a proxy that forbids"),
    pytest.param(301, "", "sends callers to another address", id="another address"),
]


@pytest.mark.parametrize(("status", "text", "says"), OTHERS)
def test_another_web_server_is_not_taken_for_mantis(process: Process, status: int, text: str, says: str) -> None:
    """The address is named, and how to write it."""
    server = make_server("127.0.0.1", 0, Response(text, status, {"Location": "https://elsewhere.example.com/"}))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    url = f"http://127.0.0.1:{server.port}"
    try:
        with pytest.raises(Diagnosed) as error:
            survey(MantisTracker(url, "token", process.mantis, timeout_seconds=10))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

    assert says in error.value.what
    assert url in error.value.what
    assert "SPECDESK_MANTIS_URL" in error.value.remedy


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("max_file_size", "1048576", "Mantis takes files of at most 1 MB, and support.yml says mantis.max_file_mb: 2"),
        ("update_bug_threshold", "90", "specdesk may not change issues in 'Bugs InBox'"),
        ("update_bug_assign_threshold", '"90"', "specdesk may not hand issues to people in 'Support Misc'"),
        ("add_bugnote_threshold", "[55, 90]", "specdesk may not write notes in 'Change InBox'"),
        ("move_bug_threshold", "100", "specdesk may not move issues to another project in"),
    ],
)
def test_limits_and_thresholds_that_are_too_tight_are_found(
    stand_in: StandIn, process: Process, option: str, value: str, says: str
) -> None:
    """With the name of the option that an administrator changes."""
    with stand_in.state.change():
        stand_in.state.run("insert into config values (?, ?)", option, value)
    told = list(lacks(survey(stand_in.tracker), process))

    assert any(lack.what.startswith(says) for lack in told), told
    assert all(f"$g_{option}" in lack.remedy for lack in told)


@pytest.mark.parametrize(("option", "value"), [("update_bug_threshold", "[70, 90]"), ("max_file_size", "2097152")])
def test_what_just_does_is_no_gap(stand_in: StandIn, process: Process, option: str, value: str) -> None:
    """A list of levels with ours in it, a limit of exactly ours."""
    with stand_in.state.change():
        stand_in.state.run("insert into config values (?, ?)", option, value)

    assert [] == found(stand_in, process)


def test_the_ways_in_mantis_are_called_as_mantis_calls_them(stand_in: StandIn, process: Process) -> None:
    """Tabs, titles and buttons of 2.28: no page called "Manage Users" or "Manage Projects"."""
    with stand_in.state.change():
        stand_in.state.run("update account set level = 25 where name in ('specdesk', 'roma')")
        stand_in.state.run("delete from category where name = 'Customs'")
        stand_in.state.run("update project set name = 'Old' where name = 'Change InBox'")
    words = " ".join(lack.remedy for lack in lacks(survey(stand_in.tracker), process))
    words += (ROOT / "docs" / "operate" / "mantis.md").read_text(encoding="utf-8").replace(" \u203a ", " > ")

    for name in ("Manage > Users", "Manage > Projects", "Add user to project", "Add Category", "Save Current Filter"):
        assert name in words
    for name in ("Manage Users", "Manage Projects", "Add User to Project", "Save Filter", "Manage Custom Fields"):
        assert name not in words
