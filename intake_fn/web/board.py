"""The Board at the desk: its agenda, and one page for each change request with comments, votes and the decision."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, request, url_for

from intake_fn.core.changes import agenda as items
from intake_fn.core.changes.board import members_of
from intake_fn.core.changes.meetings import beginning_of, meeting_after
from intake_fn.core.changes.meetings import in_words as rule_in_words
from intake_fn.core.changes.minutes import minutes as minutes_of
from intake_fn.core.changes.options import offered, votes_for
from intake_fn.core.changes.rules import may_open_online
from intake_fn.core.changes.word_diff import clause_diff
from intake_fn.core.errors import Refused, Stale, TryLater, Unknown, Unreadable
from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.messages import in_history, in_words
from intake_fn.core.names import last_day, names_of
from intake_fn.core.vocabulary import Motion, Vote
from intake_fn.desk.proposing import assessed
from intake_fn.web import words
from intake_fn.web.access import ENGINEER, config, me, open_to
from intake_fn.web.actions import why_not
from intake_fn.web.board_actions import BOARD_ACTIONS, ONLINE, board_event
from intake_fn.web.numbers import whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue

    from intake_fn.core.case import Case
    from intake_fn.core.changes.agenda import Item

blueprint = Blueprint("board", __name__, url_prefix="/desk/board")

ANY_ACTION = ",".join(f'"{name}"' for name in BOARD_ACTIONS)

CHANGED = "Your text is still here: look at what has changed and repeat your action."
NOT_SURE = "Your action may not have been saved. Check the log, and try again if it is not there."

LONGEST = timedelta(days=366)
"""How many days minutes may be of: they cost what was decided in them."""

NO_DATE = "Please give the dates such as 2027-01-31."

VOTES = {Vote.YES: "Yes", Vote.NO: "No", Vote.ABSTAIN: "Abstain"}
MOTIONS = {
    Motion.DEFER: "Put it off to a date",
    Motion.RETURN: "Give it back to the owner",
    Motion.APPROVE: "Approve it",
}


@blueprint.get("")
@open_to(ENGINEER)
def agenda() -> ResponseReturnValue:
    """The next meeting, and what is before the Board, by urgency and age."""
    ready, put_off, unread = _items()
    return render_template("board.html", ready=ready, put_off=put_off, unread=unread, today=_today(), **_of_board())


@blueprint.get("/agenda")
@open_to(ENGINEER)
def printed() -> ResponseReturnValue:
    """The whole agenda on one page, to be printed."""
    ready, put_off, unread = _items()
    return render_template(
        "board_agenda.html",
        items=[_shown(item) for item in ready],
        put_off=put_off,
        unread=unread,
        **_of_board(),
    )


@blueprint.get("/minutes.md")
@open_to(ENGINEER)
def minutes() -> ResponseReturnValue:
    """What was decided between two dates (of the Board's zone, both included; today), as Markdown to be kept."""
    desk, process = config().desk(), config().process
    today = date.fromisoformat(_today())
    first = _day(request.args.get("first", ""), today)
    last = _day(request.args.get("last", ""), max(first, today))
    if last < first:
        raise Refused("The last date is before the first one.")
    if last - first > LONGEST:
        raise Refused(f"Minutes are of {LONGEST.days} days at most. Please choose a shorter span.")
    try:
        since, until = beginning_of(first, process), beginning_of(last + timedelta(days=1), process)
    except OverflowError:
        raise Refused(NO_DATE) from None
    cases, unread = _readable(desk.cases.decided_by_board(since, until))
    text = minutes_of(cases, _items()[0], process, since, until, unread)
    name = f"minutes-{first}.md" if first == last else f"minutes-{first}-{last}.md"
    return Response(
        text,
        content_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get("/<case_id>")
@open_to(ENGINEER)
def show(case_id: str) -> ResponseReturnValue:
    """A change request as the Board sees it; 404 for one that nobody has assessed."""
    return _page(case_id)


@blueprint.post(f"/<case_id>/<any({ANY_ACTION}):action>")
@open_to(ENGINEER)
def act(case_id: str, action: str) -> ResponseReturnValue:
    """Let it happen, or say why not, with everything typed still there."""
    desk, seen = config().desk(), whole(request.form.get("seen"), 0)
    try:
        event = board_event(action, request.form, desk, me(), desk.cases.load(case_id), seen)
        desk.act(case_id, event, seen)
    except (Refused, Stale, TryLater) as error:
        problem, status = why_not(error, after=CHANGED, not_sure=NOT_SURE)
        return _page(case_id, action, problem), status
    return redirect(url_for("board.show", case_id=case_id, done=action), 303)


def _items() -> tuple[list[Item], list[Item], list[str]]:
    """What is on the agenda, what is put off, and the requests that this version cannot read."""
    desk = config().desk()
    cases, unread = _readable(desk.cases.agenda())
    ready, put_off = items.agenda(cases, desk.process, desk.clock())
    return ready, put_off, unread


def _readable(case_ids: Iterable[str]) -> tuple[list[Case], list[str]]:
    """The cases, and the ids of those that this version cannot read."""
    cases: list[Case] = []
    unread: list[str] = []
    for case_id in case_ids:
        try:
            cases.append(config().desk().cases.load(case_id))
        except Unreadable:
            unread.append(case_id)
    return cases, unread


def _today() -> str:
    """Today where the Board meets."""
    zone = config().process.calendars[config().process.board.calendar].zone
    return config().desk().clock().astimezone(ZoneInfo(zone)).date().isoformat()


def _day(text: str, otherwise: date) -> date:
    """A date that was given. Raises Refused for what is none."""
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError:
        raise Refused(NO_DATE) from None


def _shown(item: Item) -> dict[str, Any]:
    """What a page shows of an item."""
    process = config().process
    return {
        "item": item,
        "diff": clause_diff(item.assessed.today, item.assessed.proposed),
        "seats": items.seats(item, process),
        "takes": items.it_takes(item, process),
        "asked": items.asked(item, process),
        "comments": items.comments(item.case),
    }


def _of_board() -> dict[str, Any]:
    """What every page of the Board shows of it."""
    process, now = config().process, config().desk().clock()
    board = process.board
    calendar = process.calendars[board.calendar]
    return {
        "board": board,
        "zone": calendar.zone,
        "now": now,
        "meeting": meeting_after(now, process),
        "rule": rule_in_words(board.meets, calendar) if board.meets else "",
        "long": items.LONG,
        "told": in_words,
        "last_day": last_day,
    }


def _page(case_id: str, action: str = "", problem: str = "") -> str:
    """The page of an item; `problem` is shown at the action that it is about, with what was typed there."""
    desk = config().desk()
    process, now = desk.process, desk.clock()
    case = desk.cases.load(case_id)
    item = items.item_of(case, process, now)
    if item is None:
        raise Unknown(f"{case.id} is not assessed, so it is not before the Board.")
    done = request.args.get("done", "")
    return render_template(
        "board_item.html",
        act_at="board.act",
        **_of_board(),
        **_offers(case, item),
        case=case,
        **_shown(item),
        spec_says=assessed(case, desk.spec()),
        log=[(entry, *in_history(entry.event, process)) for entry in items.log_of_votes(item, process)],
        actions=BOARD_ACTIONS,
        action=action,
        problem=problem,
        said=request.form if problem else {},
        done=BOARD_ACTIONS[done].done if done in BOARD_ACTIONS else "",
        unread_case=words.unread(case),
    )


def _offers(case: Case, item: Item) -> dict[str, Any]:
    """The actions that this person has here, and the choices of their forms."""
    process, address = config().process, me().address
    may = {kind for kind, allowed in offered(case, process, address).items() if allowed}
    names = {name for name, action in BOARD_ACTIONS.items() if action.event in may and case.status.is_open}
    motion = item.voting.motion
    if not members_of(address, process):
        names.discard("move")
    if item.standing.decision is None:
        names.discard("proclaim")
    if motion is None or item.until is not None:
        names.discard("vote")
    if motion and motion.closes and config().desk().clock() < motion.closes:
        names -= {"move", ONLINE}
    elif may_open_online(case, address, process) and case.stage.is_the_boards and case.status.is_open:
        names.add(ONLINE)
    else:
        names.discard(ONLINE)
    mine = votes_for(case, process, address)
    return {
        "offered": names,
        "mine": mine,
        "votes": [(vote.value, text) for vote, text in VOTES.items()],
        "motions": [
            (kind.value, text) for kind, text in MOTIONS.items() if motion is None or kind is not motion.motion
        ],
        "mine_named": _named(mine),
        "recusable_named": _named(member for member in process.board.members if member not in item.voting.recused),
        "own": mailbox(address) == mailbox(case.request.requester.email),
        "is_member": bool(members_of(address, process)),
        "members": names_of(process.board.members, process),
    }


def _named(members: Iterable[str]) -> list[tuple[str, str]]:
    """Members as choices of a form."""
    return [(member, config().process.person(member).name) for member in members]
