"""An approved change: design, development, the patch for the wiki, the published clause, the release."""

from __future__ import annotations

import html
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.core.changes.clause_text import ClauseText, published_since
from intake_fn.core.changes.patch import SPEC_FOLDER, PageText, patch
from intake_fn.core.request import Kind
from intake_fn.core.vocabulary import Outcome, Stage, Status
from intake_fn.desk.published import EVERY
from spec_lookup import Spec, read_pages
from tests.web.approvals import ANALYSTS, FASTER, PUBLISHED, approve, approved
from tests.web.boards import MARC, before_the_board
from tests.web.samples import SPEC
from tests.web.test_status_pages import page_of

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from tests.web.conftest import Web

ROOT = Path(__file__).parents[2]
TOLD: dict[str, Any] = {"version": "4.3", "text": "A shipment opens within 1 second."}


def publish(web: Web, pages: dict[str, str]) -> None:
    """Another spec is published, and the sweep comes by."""
    later = Spec.of(list(pages.items()), commit="c0ffee")
    object.__setattr__(web.desk, "spec", lambda: later)
    web.clock.advance(minutes=EVERY.seconds / 60 + 1)
    web.desk.sweep()


def loaded(web: Web, case: Case) -> Case:
    """The case as it stands."""
    return web.desk.cases.load(case.id)


# --- the stages ------------------------------------------------------------------------------


def test_a_change_goes_from_design_to_an_engineer_and_on(web: Web) -> None:
    """Mantis has the new handler and the planned version, the engineer a mail, and the requester, too."""
    case = approved(web)
    assert (Stage.DESIGN, "system-analysts") == (case.stage, case.handler)
    web.sign_in(ANALYSTS)
    unknown = web.act(case, "stage", stage="development", handler="roma", version="9.9")
    assert 422 == unknown.status_code
    assert "Mantis has no version “9.9” in the project Change InBox. It has 4.3, 4.2." in unknown.text
    assert 303 == web.act(case, "stage", stage="development", handler="roma", version="4.3").status_code

    case = loaded(web, case)
    assert (Stage.DEVELOPMENT, "roma") == (case.stage, case.handler)
    issue = web.tracker.look(case.issue or 0)
    assert ("roma", "4.3", "Change InBox") == (issue.handler, issue.target, issue.project)
    web.desk.sweep()
    told = {mail.to: mail.text for mail in web.mailer.sent}
    assert "The change is in development." in told["roma@example.com"]
    assert "now in development. It is meant for version 4.3." in told["camille@example.com"]
    assert "In development" in web.client.get(page_of(web, case)).text


def test_mantis_has_the_status_of_the_stage(web: Web) -> None:
    """By `mantis.stages` of support.yml; what waits for its requester is "feedback" at any stage."""
    waits = before_the_board(web)
    issue = web.tracker.look(waits.issue or 0)
    assert ("Change InBox", "marc.selter", "acknowledged") == (issue.project, issue.handler, issue.status)
    web.sign_in(MARC)
    assert 303 == web.act(waits, "ask", question="Which offices?").status_code
    assert "feedback" == web.tracker.look(waits.issue or 0).status

    case = approved(web)
    web.sign_in(ANALYSTS)
    shown = [web.tracker.look(case.issue or 0).status]
    for stage in ("development", "ready"):
        assert 303 == web.act(loaded(web, case), "stage", stage=stage, handler="roma").status_code
        shown.append(web.tracker.look(case.issue or 0).status)
    assert ["confirmed", "assigned", "assigned"] == shown


def test_a_step_back_needs_a_reason_and_no_stage_is_left_out(web: Web) -> None:
    """Nothing is changed by what is refused."""
    case = approved(web, Stage.DEVELOPMENT)
    web.sign_in(ANALYSTS)
    assert "why it goes back" in web.act(case, "stage", stage="design", handler="andrei").text
    assert 422 == web.act(case, "stage", stage="released", handler="andrei").status_code
    assert Stage.DEVELOPMENT is loaded(web, case).stage
    assert 303 == web.act(case, "stage", stage="design", handler="andrei", note="The clause is unclear.").status_code
    assert Stage.DESIGN is loaded(web, case).stage


# --- the published clause --------------------------------------------------------------------


def test_the_published_clause_is_noted_by_itself_once(web: Web) -> None:
    """With stamp and commit; the same spec again notes nothing."""
    case = approved(web, Stage.DEVELOPMENT)
    before = case.version
    publish(web, SPEC)
    assert before == loaded(web, case).version

    publish(web, PUBLISHED)
    noted = published_since(loaded(web, case))
    assert noted is not None
    assert (True, "c0ffee", "shipments#open") == (noted.as_proposed, noted.commit, noted.clause)
    assert web.desk.spec().stamp.content == noted.spec
    version = loaded(web, case).version
    publish(web, {**PUBLISHED, "more": "# More {#more}\n\n## Other {#other}\n\nText.\n"})
    assert version == loaded(web, case).version


def test_a_clause_that_is_published_otherwise_is_shown_with_the_difference(web: Web) -> None:
    """And one that is put back as it was."""
    case = approved(web)
    publish(web, {**SPEC, "shipments": SPEC["shipments"].replace("3 seconds", "2 seconds")})
    noted = published_since(loaded(web, case))
    assert noted is not None
    assert not noted.as_proposed
    web.sign_in(ANALYSTS)
    page = web.client.get(f"/desk/requests/{case.id}").text
    assert "is published, but not as proposed" in page
    assert "<del>1</del><ins>2</ins>" in page

    publish(web, PUBLISHED)
    publish(web, SPEC)
    last = published_since(loaded(web, case))
    assert last is not None
    assert not last.as_proposed


def test_an_index_that_cannot_be_read_stops_no_sweep(web: Web) -> None:
    """It is looked at again later."""
    case = approved(web)

    def broken() -> Spec:
        return Spec.open(Path("/nowhere"))

    object.__setattr__(web.desk, "spec", broken)
    web.clock.advance(minutes=60)
    web.desk.sweep()
    assert published_since(loaded(web, case)) is None
    publish(web, PUBLISHED)
    assert published_since(loaded(web, case)) is not None


def test_a_change_that_is_approved_after_its_clause_was_published_learns_of_it(web: Web) -> None:
    """The spec was looked at before, for another change."""
    approved(web)
    publish(web, PUBLISHED)
    later = approve(web.desk, web.sent(Kind.CHANGE, module="shipments", key="l" * 22))
    web.clock.advance(minutes=EVERY.seconds / 60 + 1)
    web.desk.sweep()
    noted = published_since(loaded(web, later))

    assert noted is not None
    assert noted.as_proposed


def test_a_change_that_cannot_be_held_against_the_spec_stops_no_delivery(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked at again, and notes the clause once that works."""
    case = approved(web)
    web.sign_in(ANALYSTS)
    web.tracker.down = True
    web.act(case, "note", text="Begun.")
    web.tracker.down = False

    def broken(*_: object) -> None:
        raise ValueError("x")

    with monkeypatch.context() as patched:
        patched.setattr("intake_fn.desk.published.publication", broken)
        publish(web, PUBLISHED)
    assert published_since(loaded(web, case)) is None
    assert [] == web.store.items_of(case.id)

    web.clock.advance(minutes=EVERY.seconds / 60 + 1)
    web.desk.sweep()
    assert published_since(loaded(web, case)) is not None


# --- the release -----------------------------------------------------------------------------


def test_a_change_is_released_when_its_clause_is_published(web: Web) -> None:
    """The requester is mailed what was changed and in which version; Mantis has it, too."""
    case = approved(web, Stage.DEVELOPMENT, Stage.READY)
    web.sign_in(ANALYSTS)
    answer = web.act(case, "release-change", **TOLD)
    assert 422 == answer.status_code
    assert "not published as proposed" in answer.text
    assert TOLD["text"] in answer.text

    publish(web, PUBLISHED)
    assert 303 == web.act(case, "release-change", **TOLD).status_code
    case = loaded(web, case)
    assert (Stage.RELEASED, Status.RESOLVED) == (case.stage, case.status)
    issue = web.tracker.look(case.issue or 0)
    assert ("resolved", "fixed", "4.3") == (issue.status, issue.resolution, issue.fixed_in)
    page = web.client.get(page_of(web, case)).text
    assert "It is done, in version 4.3." in page
    assert TOLD["text"] in page
    assert "Andrei, released" in " ".join(page.split())


def test_or_with_a_reason_why_it_is_not(web: Web) -> None:
    """Which stands in the history at the desk, and not on the requester's page."""
    case = approved(web, Stage.DEVELOPMENT, Stage.READY)
    web.sign_in(ANALYSTS)
    reason = "The wiki follows next week."
    assert 422 == web.act(case, "release-change", **{**TOLD, "version": "9.9"}, reason=reason).status_code
    assert 303 == web.act(case, "release-change", **TOLD, reason=reason).status_code

    case = loaded(web, case)
    assert (Stage.RELEASED, Outcome.DONE) == (case.stage, getattr(case.history[-1], "outcome", None))
    assert reason in web.client.get(f"/desk/requests/{case.id}").text
    assert reason not in web.client.get(page_of(web, case)).text


def test_a_change_is_not_resolved_past_its_release(web: Web) -> None:
    """It would be released without its clause."""
    case = approved(web)
    web.sign_in(ANALYSTS)
    answer = web.act(case, "resolve", outcome="done", resolution="Done.")

    assert 422 == answer.status_code
    assert "done when it is released" in answer.text


# --- the patch -------------------------------------------------------------------------------


def git(folder: Path, *words: str) -> None:
    """Run git in a folder; it has to succeed."""
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)


@pytest.fixture(scope="module")
def wiki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the sample spec."""
    folder = tmp_path_factory.mktemp("wiki")
    for name, text in read_pages(ROOT / SPEC_FOLDER):
        (folder / SPEC_FOLDER).mkdir(parents=True, exist_ok=True)
        (folder / SPEC_FOLDER / name).write_text(text, encoding="utf-8")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "-qm", "The spec")
    return folder


def test_each_clause_of_the_spec_can_be_patched(wiki: Path) -> None:
    """What `git apply` makes of the page is the page with the clause replaced, or with a new one at its end."""
    pages = dict(read_pages(ROOT / SPEC_FOLDER))
    spec = Spec.of(list(pages.items()), site=ROOT / "mkdocs.yml")
    new = "## Interest {#interest}\n\nNo interest is computed."
    for clause in spec.clauses():
        first, lines = spec.written(clause.page)
        page = PageText(first, lines, clause.line)
        text = ClauseText(clause.cite, clause.source, clause.file, "s", "c")
        proposed = f"{clause.source}\n\nMore é is said."
        wanted = {patch("HD", text, page, proposed): pages[clause.file].replace(clause.source, proposed, 1)}
        if clause.line == first:
            of_page = ClauseText(clause.page, "", clause.file, "s", "c")
            wanted[patch("HD", of_page, page, new)] = pages[clause.file].rstrip("\n") + f"\n\n{new}\n"
        for made, expected in wanted.items():
            (wiki / "a.patch").write_text(made, encoding="utf-8")
            git(wiki, "apply", "a.patch")
            assert expected == (wiki / SPEC_FOLDER / clause.file).read_text(encoding="utf-8"), clause.cite
            git(wiki, "checkout", "-q", "--", ".")


def test_the_patch_of_an_approved_change_is_a_button(web: Web) -> None:
    """It names the request, the clause and what it is against."""
    case = approved(web)
    web.sign_in(ANALYSTS)
    page = web.client.get(f"/desk/requests/{case.id}").text
    assert f"/desk/requests/{case.id}/assessment/patch" in page
    answer = web.client.get(f"/desk/requests/{case.id}/assessment/patch")
    assert "text/x-patch" in answer.headers["Content-Type"]
    assert f'filename="{case.id}.patch"' in answer.headers["Content-Disposition"]
    assert answer.text.startswith(f"{case.id}: {case.request.summary}\n\nClause shipments#open, against ")
    assert f"-{FASTER.splitlines()[2].replace('1 second', '3 seconds')}\n+{FASTER.splitlines()[2]}\n" in answer.text


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        (PUBLISHED, "nothing to apply"),
        ({"shipments": SPEC["shipments"].replace("3 seconds", "2 seconds")}, "has changed in the spec"),
        ({"quotes": SPEC["quotes"]}, "is gone"),
    ],
)
def test_where_no_patch_applies_it_is_said(web: Web, pages: dict[str, str], said: str) -> None:
    """Instead of one that does not."""
    case = approved(web)
    web.sign_in(ANALYSTS)
    publish(web, pages)
    answer = web.client.get(f"/desk/requests/{case.id}/assessment/patch")

    assert 422 == answer.status_code
    assert said in html.unescape(answer.text)
