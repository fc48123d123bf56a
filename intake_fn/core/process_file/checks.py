"""What must hold between the parts of support.yml: one small function a rule, listed in `CHECKS`.

They get the file as plain data in which None stands for whatever was missing or misread: that has
been reported already and is passed over here, so that all problems come out at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator

from intake_fn.core.process import ASSUMPTIONS, CLIENT, IN_MANTIS, NOT_THIS_LEVEL, OFFICE_CALENDAR
from intake_fn.core.process_file import level_checks, people_checks, templates
from intake_fn.core.process_file.problems import Line, Problem, Raw, nearest
from intake_fn.core.process_file.references import references


def check(p: Raw, line: Line) -> Iterator[Problem]:
    """Everything that is wrong between the parts."""
    for rule in CHECKS:
        yield from rule(p, line)


def _quorum_can_be_reached(p: Raw, line: Line) -> Iterator[Problem]:
    quorum, members = p["board"]["quorum"], p["board"]["members"]
    if quorum and members is not None and quorum > len(members):
        message = f"board.quorum: {quorum} can't be reached by {len(members)} members"
        yield Problem(line("board.quorum"), message, f"Choose a number from 1 to {len(members)}, or add members")


def _board_votes_once_each(p: Raw, line: Line) -> Iterator[Problem]:
    """The chair is a member, and nobody has two votes: a deputy stands in for a member and is none."""
    board, members = p["board"], p["board"]["members"] or ()
    if members and board["chair"] and board["chair"] not in members:
        message = f"board.chair: {board['chair']} is no member of the Board"
        yield Problem(line("board.chair"), message, nearest(board["chair"], members))
    for member, deputy in board["deputies"].items():
        path = f"board.deputies.{member}"
        if members and member not in members:
            yield Problem(line(path), f"{path}: {member} is no member of the Board", nearest(member, members))
        if list(board["deputies"].values()).index(deputy) != list(board["deputies"]).index(member):
            message = f"{path}: {deputy} is the deputy of another member, too, and would have two votes"
            yield Problem(line(path), message, "Name somebody else")
        if deputy in members:
            message = f"{path}: {deputy} is a member and would have two votes"
            yield Problem(line(path), message, "Name somebody who is no member")


def _longest_is_kept_longest(p: Raw, line: Line) -> Iterator[Problem]:
    """What belongs to something is kept no longer than it: files go with their request, a mail with its record."""
    days = p["retention"] or {}
    for part, whole in (("attachments", "closed_requests"), ("raw_mails", "mail_records")):
        shorter, longer = days.get(part), days.get(whole)
        if isinstance(longer, int) and (shorter == "ever" or (isinstance(shorter, int) and shorter > longer)):
            message = f"retention.{part}: {shorter} is longer than retention.{whole}, {longer}"
            yield Problem(line(f"retention.{part}"), message, f"Write at most {longer}")


def _marker_names_the_request(p: Raw, line: Line) -> Iterator[Problem]:
    marker = p["mantis"]["marker"]
    if marker and (marker.count("{id}") != 1 or set("{}") & set(marker.replace("{id}", ""))):
        message = f"mantis.marker: {marker!r} does not name the request"
        remedy = 'Put {id} into it, once and in no other braces, as "Specdesk {id}"'
        yield Problem(line("mantis.marker"), message, remedy)


def _projects_of_mantis_are_a_tree(p: Raw, line: Line) -> Iterator[Problem]:
    """The root stands above the parent, and the parent above the others."""
    mantis = p["mantis"]
    above = {"root": mantis["root"], "parent": mantis["parent"]}
    projects = {f"projects.{name}": project for name, project in mantis["projects"].items()}
    below = {"parent": mantis["parent"], **projects}
    for upper, lower in itertools.product(above, below):
        if upper != lower and above[upper] and below[lower] and above[upper].casefold() == below[lower].casefold():
            message = f"mantis.{lower}: {below[lower]!r} is mantis.{upper}, too"
            yield Problem(line(f"mantis.{lower}"), message, "Name another project: one cannot stand in itself")


def _named_fields_are_filled(p: Raw, line: Line) -> Iterator[Problem]:
    """A name of the customer's is that of a field that we fill."""
    for name in p["mantis"]["field_names"]:
        if name not in p["mantis"]["fields"]:
            message = f"mantis.field_names.{name}: nothing fills a field {name!r}"
            yield Problem(line(f"mantis.field_names.{name}"), message, nearest(name, p["mantis"]["fields"]))


def _own_reason_is_there(p: Raw, line: Line) -> Iterator[Problem]:
    """The reason that Specdesk gives itself, for a request whose new priority another level handles."""
    if p["escalation_reasons"] and NOT_THIS_LEVEL not in p["escalation_reasons"]:
        message = f"escalation_reasons has no {NOT_THIS_LEVEL!r}, which is given when a request is raised to urgent"
        yield Problem(line("escalation_reasons"), message, f"Add `{NOT_THIS_LEVEL}:` with its words")


def _words_of_ours_are_free(p: Raw, line: Line) -> Iterator[Problem]:
    """These words stand for what has no entry, so no entry may be called so."""
    for part, word in (("offices", CLIENT), ("offices", IN_MANTIS), ("calendars", OFFICE_CALENDAR)):
        if word in p[part]:
            path = f"{part}.{word}"
            yield Problem(line(path), f"{path}: {word!r} has a meaning of its own here", "Choose another name")


def _assumptions_are_marked(p: Raw, line: Line) -> Iterator[Problem]:
    """What is to be confirmed is something that the pages can mark."""
    for name in p["to_be_confirmed"] or ():
        if name not in ASSUMPTIONS:
            message = f"to_be_confirmed: no page can mark {name!r}"
            yield Problem(line("to_be_confirmed"), message, nearest(name, ASSUMPTIONS))


def pages_are_there(p: Raw, line: Line, pages: Collection[str]) -> Iterator[Problem]:
    """The modules name pages of the spec that exist."""
    for module, row in p["modules"].items():
        for place, page in enumerate(row["spec"] or ()):
            if page not in pages:
                path = f"modules.{module}.spec.{place}"
                yield Problem(line(path), f"modules.{module}.spec: the spec has no page {page!r}", nearest(page, pages))


CHECKS: tuple[Callable[[Raw, Line], Iterator[Problem]], ...] = (
    references,
    level_checks.levels_lead_upwards,
    level_checks.specialists_are_of_their_level,
    level_checks.nothing_is_held_above_where_it_is_handled,
    level_checks.handled_where_it_may_be,
    level_checks.front_ends_take_everything,
    level_checks.response_times_fit,
    level_checks.same_day_is_within_hours,
    level_checks.clients_have_a_calendar,
    people_checks.addresses_are_different,
    people_checks.who_left_is_not_here,
    people_checks.accounts_stand_for_one,
    _quorum_can_be_reached,
    _board_votes_once_each,
    _longest_is_kept_longest,
    _marker_names_the_request,
    _projects_of_mantis_are_a_tree,
    _named_fields_are_filled,
    _own_reason_is_there,
    _words_of_ours_are_free,
    templates.placeholders_are_known,
    _assumptions_are_marked,
)
