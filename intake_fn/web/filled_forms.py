"""Forms that were filled in: check the answers, send them, go back to what was typed.

    POST /requests/KIND/check          keeps what was typed (desk/unsent.py), and goes on to one of the next two
    GET  /requests/KIND/edit/TOKEN     the form with what was typed, and with what is wrong
    GET  /requests/KIND/check/TOKEN    the answers, each with *change*, and the button that sends them
    POST /requests/KIND                takes a complete form in, and goes on to its receipt

So no page is the answer to a post, and Back and Reload never ask whether to send again. Only where the file store is
down the next page is the answer to the post itself: nothing typed is lost then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, url_for
from werkzeug.datastructures import MultiDict

from intake_fn import log
from intake_fn.core.errors import Refused, TryLater
from intake_fn.core.request import Channel, Kind
from intake_fn.desk import attachments, unsent
from intake_fn.desk.unsent import Unsent
from intake_fn.ports import Purpose
from intake_fn.texts import gettext, mark
from intake_fn.web import posted, words
from intake_fn.web.access import PUBLIC, TOKEN, config, open_to
from intake_fn.web.forms import FORMS, IntakeForm, citation, form_for, in_words, to_request
from intake_fn.web.pages import KINDS, blueprint, kept_by_browsers, show_form
from intake_fn.web.submission import TRAP, arrival, reading_in, says_more, submit_key, take_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from intake_fn.core.attachments import Selection
    from intake_fn.core.request import Attachment
    from intake_fn.desk import Desk

CARRIED = ("key", "clause", "opened", "reading_clause", "reading_stance", "visitor", TRAP)
"""What a form carries from page to page beside its answers."""

TYPED_IS_KEPT = mark("Your request may not have been saved. Your text is still here: please send it again in a minute.")
FILES_ARE_LOST = mark("Your files could not be saved: please choose them again.")


@blueprint.post(f"/requests/{KINDS}/check")
@open_to(PUBLIC)
def keep(kind: str) -> ResponseReturnValue:
    """Keep what was typed, and go on: to the answers if they are complete, else back to the form."""
    desk = config().desk()
    filled = Filled.posted(desk, Kind(kind))
    try:
        stored = filled.stored(desk)
        token = unsent.keep(desk.files, desk.links, stored, filled.carried["unsent"])
    except TryLater:
        return _in_place(desk, filled)
    page = "pages.check" if filled.is_complete() else "pages.edit"
    return redirect(url_for(page, kind=kind, token=token), 303)


@blueprint.get(f"/requests/{KINDS}/edit/<token>")
@open_to(TOKEN)
def edit(kind: str, token: str) -> ResponseReturnValue:
    """The form as it was typed; with what is wrong, if it was refused."""
    desk = config().desk()
    filled = Filled.kept(desk, Kind(kind), token)
    if isinstance(filled, str):
        return redirect(filled)
    return kept_by_browsers(filled.show())


@blueprint.get(f"/requests/{KINDS}/check/<token>")
@open_to(TOKEN)
def check(kind: str, token: str) -> ResponseReturnValue:
    """The answers, to be checked before they are sent."""
    desk = config().desk()
    filled = Filled.kept(desk, Kind(kind), token)
    if isinstance(filled, str):
        return redirect(filled)
    if not filled.is_complete():
        return redirect(url_for("pages.edit", kind=kind, token=token))
    return kept_by_browsers(filled.show_answers())


@blueprint.post(f"/requests/{KINDS}")
@open_to(PUBLIC)
def send(kind: str) -> ResponseReturnValue:
    """Take a form in and go on to its receipt, or go back to it with what is wrong."""
    desk = config().desk()
    filled = Filled.posted(desk, Kind(kind))
    token = filled.carried["unsent"]
    if not filled.is_complete():
        return _refused(desk, filled, 422)
    if filled.selection.waiting:
        return _refused(desk, filled, 503, TYPED_IS_KEPT)
    draft = to_request(filled.form, (), Channel.FORM, filled.carried["clause"], reading_in(filled.carried))
    try:
        key = submit_key(draft, filled.selection, filled.carried["key"])
        case, wanted = take_in(
            desk, draft, filled.selection, key, arrival(desk, filled.carried), filled.carried["visitor"]
        )
    except TryLater as error:
        log.warning("request_not_saved", error=str(error))
        return _refused(desk, filled, 503, TYPED_IS_KEPT)
    except Refused as error:
        return _refused(desk, filled, 422, str(error))
    unsent.forget(desk.files, desk.links, token, case.id)
    changed = "1" if says_more(wanted, case.request) else None
    return redirect(
        url_for("status.show", token=desk.links.sign(Purpose.STATUS, case.id), new="1", changed=changed), 303
    )


def _refused(desk: Desk, filled: Filled, status: int, message: str = "") -> ResponseReturnValue:
    """Back to the page that it was sent from, by a redirect; a form that was sent without one is shown in place."""
    filled.message = message
    token = filled.carried["unsent"]
    try:
        if token:
            token = unsent.keep(desk.files, desk.links, filled.stored(desk), token)
            return redirect(url_for("pages.edit", kind=filled.form.kind.value, token=token), 303)
    except TryLater:
        pass
    return _in_place(desk, filled, status)


def _in_place(desk: Desk, filled: Filled, status: int = 0) -> ResponseReturnValue:
    """The next page as the answer to the post: the file store is down, or a program sent the form."""
    lost = filled.stage(desk)
    if not status and not lost and filled.is_complete():
        return filled.show_answers()
    return filled.show(), status or (503 if lost else 422)


# --- a form with what was typed ----------------------------------------------------------------


@dataclass
class Filled:
    """A form with what was typed: its answers, its files, and what it carries from page to page."""

    form: IntakeForm
    answers: Mapping[str, list[str]]
    selection: Selection
    carried: dict[str, str]
    held: Mapping[str, Attachment]
    """The files in the store, by the tokens that bring them back."""
    message: str = ""
    complete: bool | None = None

    @classmethod
    def posted(cls, desk: Desk, kind: Kind) -> Filled:
        """The form that a browser sent."""
        data, unreadable = posted.read()
        answers = {name: data.getlist(name) for name in _asked(kind) if name in data}
        carried = _carried({**{name: data.get(name, "") for name in CARRIED}, "unsent": data.get("unsent", "")})
        return cls(_form(desk, kind, answers, unreadable), answers, posted.selection(desk, data), carried, {})

    @classmethod
    def kept(cls, desk: Desk, kind: Kind, token: str) -> Filled | str:
        """The form that was kept between two steps; once it is gone, the address to go to. Raises TryLater."""
        stored = unsent.load(desk.files, desk.links, token)
        if stored is None:
            return url_for("pages.new", kind=kind.value, gone="1")
        if stored.sent:
            return url_for("status.show", token=desk.links.sign(Purpose.STATUS, stored.sent))
        selection = attachments.collect(
            desk.files, desk.links, desk.process.intake, staged=stored.held, uploaded=stored.waiting, posted=()
        )
        selection = replace(selection, problems=(*stored.problems, *selection.problems))
        carried = {name: (stored.answers.get(name) or [""])[0] for name in CARRIED} | {"unsent": token}
        answers = {name: texts for name, texts in stored.answers.items() if name not in CARRIED}
        filled = cls(_form(desk, kind, answers, stored.unreadable), answers, selection, carried, {}, stored.message)
        filled.stage(desk)
        return filled

    def is_complete(self) -> bool:
        """Whether it can be sent; if not, the errors of its fields say why."""
        if self.complete is None:
            self.complete = self.form.check(self.selection.count, self.selection.problems)
        return self.complete

    def stage(self, desk: Desk) -> bool:
        """Have its files wait in the store; whether they could not be saved, which stands beside the field then."""
        try:
            self.held = attachments.stage(desk.files, desk.links, self.selection)
        except TryLater:
            self.is_complete()
            self.form.files.errors = [*self.form.files.errors, gettext(FILES_ARE_LOST)]
            return True
        return False

    def stored(self, desk: Desk) -> Unsent:
        """The form as it is stored between two steps. Raises TryLater."""
        self.held = attachments.stage(desk.files, desk.links, self.selection)
        carried = {name: [self.carried[name]] for name in CARRIED}
        return Unsent(
            answers={**self.answers, **carried},
            held=tuple(self.held),
            waiting=tuple(self.selection.waiting),
            problems=self.selection.problems,
            message=self.message,
            unreadable=self.form.unreadable,
        )

    def show(self) -> str:
        """The form, with what is wrong."""
        self.is_complete()
        return show_form(
            self.form,
            self.carried,
            held=self.held,
            waiting=self.selection.waiting,
            message=self.message,
            wrong=wrong_fields(self.form),
            filled=True,
        )

    def show_answers(self) -> str:
        """The answers, each with *change*, and all of them hidden in the form that sends them (R11)."""
        clause, stance = reading_in(self.carried)
        hidden = [(name, text) for name, texts in self.answers.items() for text in texts]
        hidden += [(name, text) for name, text in self.carried.items() if text]
        hidden += [("held", token) for token in self.held] + [("uploaded", token) for token in self.selection.waiting]
        return render_template(
            "check.html",
            form=self.form,
            in_words=in_words,
            carried=self.carried,
            hidden=hidden,
            files=[*self.held.values()],
            waiting=self.selection.waiting,
            reading_clause=clause,
            reading=words.SAID.get(stance, ""),
        )


def _asked(kind: Kind) -> list[str]:
    """The fields of a form that its page shows."""
    return [name for names in FORMS[kind].sections.values() for name in names if name != "files"]


def _form(desk: Desk, kind: Kind, answers: Mapping[str, list[str]], unreadable: bool) -> IntakeForm:
    form = form_for(kind, desk.process, MultiDict(answers))
    form.unreadable = unreadable
    form.leave_out()
    return form


def _carried(said: dict[str, str]) -> dict[str, str]:
    """What was carried, as far as it is what it should be; a form without a key is given one where it is shown."""
    return {**said, "clause": citation(said["clause"])}


def wrong_fields(form: IntakeForm) -> Sequence[Any]:
    """Fields with errors, in the order of the page."""
    shown = [name for names in form.sections.values() for name in names]
    return [form.fields[name] for name in shown if form.fields[name].errors]
