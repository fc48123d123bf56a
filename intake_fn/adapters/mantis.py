"""MantisBT over REST (2.26 or newer), as it really behaves: docs/operate/mantis.md tells the habits met here.

- A name that does not resolve is dropped or replaced in silence: names are resolved to ids first,
  and the answer is compared with what was sent.
- An answer can be lost or be an error although the issue was made: our marker is looked for before
  an issue is created, and again, twice, after every doubtful answer. A second POST in a call follows
  a refusal alone: of an id, for what was known of names may be old, or of the handler.
- Whoever is mentioned with @ is mailed: no text of ours mentions anybody (`_text`).
- Success is a status and the expected key; an error's text can echo the requester's, so logs cut it.
- It sends a session cookie that would make calls wait for each other: urllib3 keeps no cookies.

Errors: TryLater when it is down, slow or confused; Broken when token, rights or configuration are
wrong; Unknown when the issue is gone.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from intake_fn.adapters.deadline import seconds_for
from intake_fn.adapters.mantis_answers import (
    SUCCESS,
    Answer,
    answer_of,
    expect,
    issue_in,
    name_in,
    number_in,
    part,
    parts,
    rows_of,
    text_in,
    whole,
)
from intake_fn.core.case import UPDATED, Relation, Status
from intake_fn.core.errors import Broken, Refused, SpecdeskError, TryLater, Unknown
from intake_fn.core.mirror import MantisNote, Standing
from intake_fn.core.once import once
from intake_fn.core.process import REOPENED, MantisMap
from intake_fn.ports import NOTHING_DECIDED, Change, Decided, Instead, Issue, Placed

if TYPE_CHECKING:
    import urllib3

log = structlog.get_logger()

SUMMARY_LIMIT = 128
TEXT_LIMIT = 65_535
TAG_LIMIT = 100
NAME_LIMIT_BYTES = 250
PAGE_SIZE = 200
PAGE_GROWS = 8
"""Issues of the first page that is asked for, and by how much it grows: turning pages loses some."""

CLOCKS_DIFFER = timedelta(days=1)
"""How far Mantis's clock may be from ours when a marker is looked for: it may be set to the wrong zone."""

KNOWN_FOR_SECONDS = 600.0
"""How long names are known by the ids that were read: an id that Mantis takes and does not know is no error there."""

LOOK_AGAIN_SECONDS = 1.5
"""After a doubtful answer the server may still be working: wait that long before the second look."""

ENUMS = ("priority", "status", "reproducibility")

T = TypeVar("T")


class UnknownId(Broken):
    """Mantis does not know an id that it told us before; names have to be read anew."""


class Denied(Broken):
    """Mantis denies what was asked for: to us, or to the handler that was named."""


STATUS_ERRORS: Mapping[int, tuple[type[SpecdeskError], str]] = {
    401: (Broken, "Mantis does not accept our token. Make a new one for the service account and store it."),
    403: (Denied, "Mantis denies it. The service account must be MANAGER in the projects."),
    404: (UnknownId, "Mantis does not have what was named: a project, a category, a person, or the address is wrong."),
    412: (TryLater, "Somebody changed the issue in Mantis at the same moment."),
    429: (TryLater, "Mantis's rate limit is reached: the service account must stand above REPORTER."),
}
"""What a status means for us. Others below 500 are our own mistake, those from 500 on pass."""

NO_ISSUE = 1100
"""Mantis's code for an issue that is not there; a 404 without it says nothing of issues."""

NO_RELATION, NO_OTHER = 1802, frozenset({NO_ISSUE, 1803})
"""Mantis's codes for a relation that is not there; and for no issue to relate to, or the issue itself."""

UNKNOWN_IDS = frozenset({700, 810, 811, 1502, 1503})
"""Mantis's codes for a project, a person or a category that is not there, or not in the project."""

FILE_CODES = frozenset({500, 501, 504, 507})
"""Mantis's codes for a file that is too big, of a refused type, empty, or whose name is too long."""

NOT_OF_THE_FILE = frozenset({401, 404, 408, 409, 412, 421, 423, 425, 429})
"""What below 500 says nothing of a file; all else refuses it, whether Mantis says so or a proxy before it."""


@dataclass
class MantisTracker:
    """The Tracker port. Nothing is sent before the first call; one object may be used by many threads."""

    url: str
    token: str = field(repr=False)
    mapping: MantisMap
    timeout_seconds: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    seconds: Callable[[], float] = time.monotonic

    # --- the port ----------------------------------------------------------------------------

    def file(self, issue: Issue) -> Placed:
        """Create the issue unless one with its marker exists; returns the one that now stands there."""
        return self._insist(lambda handled: self._file(issue, handled=handled))

    def _file(self, issue: Issue, *, handled: bool) -> Placed:
        found, wanted = self._find(issue), self._fields(issue, handled=handled)
        if found is None:
            there = self._create({name: value for name, value in wanted.items() if value}, issue)
            dropped = _dropped(wanted, there)
        else:  # somebody may have changed since what an update looks after; the links in the information age
            there = self._issue(number_in(found))
            dropped = tuple(
                name for name in _dropped(wanted, there) if name not in (*UPDATED, "additional_information")
            )
        number = number_in(there)
        untagged = self._tag(number, issue.tags, there)
        return Placed(number, self.page_of(number), (*dropped, *untagged))

    def update(
        self,
        number: int,
        *,
        project: str,
        handler: str,
        status: str,
        priority: str,
        category: str = "",
        resolution: str = "",
        decided: Decided = NOTHING_DECIDED,
    ) -> tuple[str, ...]:
        """Bring an issue in line; returns the names of the fields that were not kept. Raises Unknown.

        `category` is for an issue that has none, or comes back from a project that is not ours.
        """

        def once(handled: bool) -> tuple[str, ...]:
            here, target = self._issue(number), self._project(project)
            wanted = {
                "handler": self._handler(target, handler, handled=handled),
                "status": self._enum("status", status),  # always with the handler: a PATCH leaves it alone otherwise
                "priority": self._enum("priority", priority),
                **({"resolution": self._resolution(resolution)} if resolution else self._said_before(here, status)),
                **self._decided(here, target, decided),
            }
            return self._update(here, target, wanted, category)

        return self._insist(once)

    def _update(
        self, here: Mapping[str, Any], target: Mapping[str, Any], wanted: dict[str, Any], category: str
    ) -> tuple[str, ...]:
        if number_in(part(here, "project")) != number_in(target):
            wanted["project"] = {"id": number_in(target)}
        if "category" not in wanted and ("project" in wanted or not part(here, "category")):  # a move may have lost it
            stays = name_in(here, "project") in self.mapping.projects.values()
            names = (name_in(here, "category"), category) if stays else (category,)
            wanted["category"] = self._category(target, *names)
        if not _dropped(wanted, here):
            return ()  # a PATCH that changes nothing would mail everybody who watches the issue
        sent = {name: value for name, value in wanted.items() if value}
        answer = self.call("PATCH", f"issues/{number_in(here)}", sent)
        return tuple(name for name in _dropped(wanted, issue_in(answer)) if name in UPDATED)

    def _said_before(self, here: Mapping[str, Any], status: str) -> dict[str, Any]:
        """The resolution of what is done, where somebody else's reopening took it away; nothing in all other cases."""
        done = (self.mapping.status[one] for one in (Status.RESOLVED, Status.CLOSED))
        reopened = self.mapping.resolution[REOPENED].casefold()
        if status not in done or name_in(here, "resolution").casefold() != reopened:
            return {}
        entries = [entry for entry in parts(here, "history") if name_in(entry, "field") == "resolution"]
        last = entries[-1] if entries else {}
        before, after = part(last, "old_value"), name_in(last, "new_value").casefold()
        if after != reopened or not before or name_in(last, "user") == self._account():
            return {}
        return {"resolution": {"id": number_in(before)}}

    def _account(self) -> str:
        """The name of our own account."""
        return str(self._remember("account", lambda: text_in(self.call("GET", "users/me"), "name")))

    def _decided(self, here: Mapping[str, Any], target: Mapping[str, Any], decided: Decided) -> dict[str, Any]:
        """The fields that follow a decision, where nobody has filled them otherwise."""
        category, version = name_in(here, "category"), name_in(here, "fixed_in_version")
        chosen = _instead(category, decided.category, self.mapping.category)
        wanted: dict[str, Any] = {"description": _with_part(text_in(here, "description"), decided.verdict)}
        if chosen != category:
            wanted["category"] = self._category(target, chosen)
        fixed_in = _instead(version, decided.fixed_in)
        if fixed_in != version:
            wanted["fixed_in_version"] = self._version(target, fixed_in)
        return wanted

    def note(self, number: int, text: str, marker: str) -> None:
        """Add a note unless one that ends with `marker` is there. Raises Unknown."""
        notes = parts(self._issue(number), "notes")
        if not any(text_in(note, "text").rstrip().endswith(marker) for note in notes):
            body = {"text": f"{_text(text)[: TEXT_LIMIT - len(marker) - 2]}\n\n{marker}"}
            expect(self.call("POST", f"issues/{number}/notes", body), "note")

    def attach(self, number: int, name: str, content: bytes) -> bool:
        """Attach a file unless its bytes are there, under whatever name; False when it is refused."""
        if not content or len(content) > self.mapping.max_file_mb * 2**20:
            return False
        if self._holds(number, content):
            return True
        body = {"files": [{"name": _file_name(name), "content": base64.b64encode(content).decode()}]}
        answer = self._send("POST", f"issues/{number}/files", body)
        if answer.code in FILE_CODES or (answer.status in range(400, 500) and answer.status not in NOT_OF_THE_FILE):
            log.warning("mantis_file_refused", issue=number, status=answer.status, said=_line(answer.text)[:200])
            return False
        self._check(answer)
        return True

    def _holds(self, number: int, content: bytes) -> bool:
        """Whether an issue has a file of these bytes. Mantis renames a second one of a name: names say nothing."""
        for file in parts(self._issue(number), "attachments"):
            if file.get("size", len(content)) == len(content):
                there = self.rows(f"issues/{number}/files/{number_in(file)}", "files")
                if sha256(content).digest() in map(_digest, there):
                    return True
        return False

    def relate(self, number: int, other: int, relation: Relation | None) -> None:
        """Relate an issue to another one, instead of how it was; None is not at all. Saying it again changes nothing.

        Raises Unknown, Refused when there is no such other issue.
        """
        issue = self._issue(number)
        if relation is None:
            self._unrelate(issue, other)
            return
        body = {"issue": {"id": other}, "type": {"name": relation.value}}
        answer = self._send("POST", f"issues/{number}/relationships", body)
        if answer.code in NO_OTHER or (answer.status == HTTPStatus.FORBIDDEN and answer.denies):
            raise Refused(f"Mantis has no issue #{other} that #{number} could be {relation.value}.")
        self._check(answer)

    def _unrelate(self, issue: Mapping[str, Any], other: int) -> None:
        for row in parts(issue, "relationships"):
            if part(row, "issue").get("id") == other:
                answer = self._send("DELETE", f"issues/{number_in(issue)}/relationships/{number_in(row)}")
                if answer.code != NO_RELATION:  # else somebody was faster
                    self._check(answer)

    def changes(self, since: datetime | None) -> Sequence[Change]:
        """The issues of our projects that were changed at `since` or later, all of them for None; the oldest first."""
        rows = self._insist(lambda _: self._changed_since(since, "id,updated_at"))
        found = [Change(number_in(row), _changed_at(row)) for row in rows]
        kept = [change for change in found if since is None or change.at >= since]
        return sorted(kept, key=lambda change: (change.at, change.number))

    def look(self, number: int) -> Standing:
        """An issue as it stands. Raises Unknown when it is deleted or out of our sight."""
        answer = self._send("GET", f"issues/{number}")
        if answer.status == HTTPStatus.FORBIDDEN and answer.denies:  # no body: the account is off; another: a proxy
            raise Unknown(f"Mantis does not show us issue {number} any more.")
        if answer.status == HTTPStatus.NOT_FOUND and answer.code != NO_ISSUE:  # a proxy's, or a wrong address
            raise TryLater(f"What answers at {self.url} is not Mantis, or not well.")
        self._check(answer)
        row = issue_in(answer.body)
        named = {name: name_in(row, name) for name in ("project", "handler", *STANDS)}
        texts = {name: text_in(row, name) for name in ("summary", "description")}
        changed_by = _changed_by(row)
        return Standing(
            **named,
            **texts,
            fixed_in=name_in(row, "fixed_in_version"),
            notes=tuple(_notes(row)),
            changed_by=changed_by,
            ours=frozenset(name for name, who in changed_by.items() if who and who == answer.account),
        )

    def page_of(self, number: int) -> str:
        """Where people read an issue."""
        return f"{self.url}/view.php?id={number}"

    def probe(self) -> str:
        """The tracker's version, when it answers."""
        answer = self._send("GET", "users/me")
        self._check(answer)
        return answer.version

    def greet(self) -> Answer:
        """Its answer to the simplest call, whatever that is; provision/mantis_account.py says what it means."""
        return self._send("GET", "users/me")

    # --- creating, once ------------------------------------------------------------------------

    def _insist(self, do: Callable[[bool], T]) -> T:
        """Do it; once more with all names read anew where an id is unknown or denied, then without the handler."""
        try:
            return do(True)
        except (UnknownId, Denied) as error:
            log.info("mantis_names_read_anew", error=str(error)[:200])
            self._known.clear()
        try:
            return do(True)
        except Denied as error:
            log.warning("mantis_handler_denied", error=str(error)[:200])
            return do(False)

    def _create(self, wanted: Mapping[str, Any], issue: Issue) -> Mapping[str, Any]:
        """POST once. Whatever the answer is, the issue counts as made when its marker is found."""
        try:
            answer = self._send("POST", "issues", wanted)
            if answer.status == HTTPStatus.CREATED:
                return whole(expect(answer.body, "issue"))
            doubt: SpecdeskError = self._error(answer)
        except TryLater as error:
            doubt = error
        for pause in (0.0, LOOK_AGAIN_SECONDS):
            self.sleep(pause)
            there = self._find(issue)
            if there is not None:
                log.info(
                    "mantis_issue_found_after_doubt", marker=issue.marker, issue=there["id"], doubt=str(doubt)[:200]
                )
                return self._issue(number_in(there))
        raise doubt

    def _find(self, issue: Issue) -> Mapping[str, Any] | None:
        """The issue whose additional information begins with our marker; Mantis has no search for it.

        Among all that was changed since there was something to file: no first try was before.
        """
        since = issue.since - CLOCKS_DIFFER if issue.since else None
        rows = self._changed_since(since, "id,updated_at,additional_information,tags,summary")
        return next((row for row in rows if _is_marked(row, issue.marker)), None)

    def _changed_since(self, since: datetime | None, select: str) -> list[Mapping[str, Any]]:
        """The issues of our projects, the latest changed first, at least all since then; all there are for None.

        Always page 1, and larger until it reaches back far enough: issues of the same second have no
        settled order, so that turning pages loses some.
        """
        size = PAGE_SIZE if since else 0  # 0 is all there are
        while True:
            rows = self._rows(size, select)
            if since is None or len(rows) < size or min(_changed_at(row) for row in rows) < since:
                return rows
            size *= PAGE_GROWS

    def _rows(self, size: int, select: str) -> list[Mapping[str, Any]]:
        """Page 1 of the issues of our projects, the latest changed first."""
        parent = self._project(self.mapping.parent)
        query = {"project_id": str(number_in(parent)), "page_size": str(size), "page": "1", "select": select}
        return self.rows("issues", "issues", query)

    def _fields(self, issue: Issue, *, handled: bool) -> dict[str, Any]:
        """What is sent: ids for every name, texts as Mantis can hold them."""
        project = self._project(issue.project)
        return {
            "summary": _line(issue.summary)[:SUMMARY_LIMIT],
            "description": _text(issue.description),
            "steps_to_reproduce": _text(issue.steps),
            "additional_information": _text(issue.information),
            "project": {"id": number_in(project)},
            "category": self._category(project, issue.category),
            "handler": self._handler(project, issue.handler, handled=handled),
            "priority": self._enum("priority", issue.priority),
            "status": self._enum("status", issue.status),
            "reproducibility": self._enum("reproducibility", issue.reproducibility),
        }

    def _tag(self, number: int, tags: Sequence[str], there: Mapping[str, Any]) -> tuple[str, ...]:
        """Tag the issue; a tag that Mantis will not have is no reason to fail."""
        present = {text_in(tag, "name").casefold() for tag in parts(there, "tags")}
        missing = [tag for name in tags if (tag := _tag_name(name)) and tag.casefold() not in present]
        if not missing:
            return ()
        body = {"tags": [{"name": tag} for tag in missing]}
        for pause in (0.0, LOOK_AGAIN_SECONDS):  # a 500 is what Mantis says to a tag, too
            self.sleep(pause)
            answer = self._send("POST", f"issues/{number}/tags", body)
            if answer.succeeded and answer.readable:
                return ()
            if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                break
        if answer.status in SUCCESS:
            raise self._error(answer)
        log.warning("mantis_tags_refused", issue=number, status=answer.status, said=_line(answer.text)[:200])
        return ("tags",)

    # --- names to ids --------------------------------------------------------------------------

    @once
    def _known(self) -> dict[str, tuple[float, Any]]:
        """Projects, handlers and enums as they were read, and when; emptied when a name or an id is missing."""
        return {}

    def _remember(self, key: str, read: Callable[[], Any]) -> Any:
        """What was read of late; threads may read it twice, and empty it meanwhile."""
        at, found = self._known.get(key, (0.0, None))
        if found is None or self.seconds() - at > KNOWN_FOR_SECONDS:
            found = read()
            self._known[key] = (self.seconds(), found)
        return found

    def _resolve(
        self, key: str, read: Callable[[], Sequence[Mapping[str, Any]]], name: str
    ) -> Mapping[str, Any] | None:
        """The entry of that name (any case); what was read before is read anew once when it is missing."""
        for _ in range(2):
            rows: Sequence[Mapping[str, Any]] = self._remember(key, read)
            found = next((row for row in rows if text_in(row, "name").casefold() == name.casefold()), None)
            if found is not None:
                return found
            self._known.pop(key, None)
        return None

    def _project(self, name: str) -> Mapping[str, Any]:
        found = self._resolve("projects", lambda: self.rows("projects", "projects"), name)
        if found is None:
            raise Broken(f"Mantis shows no project {name!r}. Create it, or give the service account access to it.")
        return found

    def _category(self, project: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
        """The first of these categories that the project has, or the one that support.yml names for all else."""
        categories = {text_in(row, "name").casefold(): row for row in parts(project, "categories")}
        found = next(filter(None, (categories.get(name.casefold()) for name in (*names, self.mapping.category))), None)
        if found is None:
            raise Broken(f"Project {project['name']!r} has no category {self.mapping.category!r}. Create it in Mantis.")
        return {"id": number_in(found)}

    def _handler(self, project: Mapping[str, Any], name: str, *, handled: bool) -> Mapping[str, Any] | None:
        """None for nobody. Empty, and so not sent, when nobody of that name may handle issues there: it is dropped."""
        if not name:
            return None
        if not handled:
            return {}
        path = f"projects/{number_in(project)}/handlers"
        found = self._resolve(path, lambda: self.rows(path, "users", {"page_size": "1000"}), name)
        if found is None:
            log.warning("mantis_handler_unknown", project=project["name"], handler=name)
        return {"id": number_in(found)} if found else {}

    def _enum(self, kind: str, name: str) -> Mapping[str, Any]:
        found = self._resolve(f"{kind}_enum", lambda: self._enum_rows(kind), name)
        if found is None:
            raise Broken(f"Mantis has no {kind} {name!r}. Bring support.yml and Mantis's configuration in line.")
        return {"id": number_in(found)}

    def _resolution(self, name: str) -> Mapping[str, Any]:
        """Empty, and so not sent, when Mantis has none of that name: nothing else waits for it."""
        try:
            return self._enum("resolution", name)
        except Broken:
            log.warning("mantis_resolution_unknown", resolution=name)
            return {}

    def _version(self, project: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        """Empty, and so not sent, when the project has no version of that name; it may have been made just now."""
        for _ in range(2):
            rows = parts(self._project(text_in(project, "name")), "versions")
            found = next((row for row in rows if text_in(row, "name").casefold() == name.casefold()), None)
            if found is not None:
                return {"id": number_in(found)}
            self._known.pop("projects", None)
        log.warning("mantis_version_unknown", project=project["name"], version=name)
        return {}

    def _enum_rows(self, kind: str) -> Sequence[Mapping[str, Any]]:
        configs = self.rows("config", "configs", {"option[]": f"{kind}_enum_string"})
        return [row for config in configs for row in parts(config, "value")]

    def _issue(self, number: int) -> Mapping[str, Any]:
        return issue_in(self.call("GET", f"issues/{number}"))

    # --- calling -------------------------------------------------------------------------------

    @once
    def _pool(self) -> urllib3.PoolManager:
        import urllib3  # noqa: PLC0415 - a form page needs no HTTP client

        return urllib3.PoolManager(retries=False, maxsize=4)

    def rows(self, path: str, key: str, query: Mapping[str, str] | None = None) -> list[Mapping[str, Any]]:
        """The list that a GET answers under a key. Raises as `call` does."""
        return rows_of(self.call("GET", path, query=query), key)

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, query: Mapping[str, str] | None = None
    ) -> Any:
        """The answer's JSON, an object. Raises what STATUS_ERRORS says for anything but success."""
        answer = self._send(method, path, body, query)
        self._check(answer)
        return answer.body

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        import urllib3  # noqa: PLC0415 - as above

        seconds = seconds_for("Mantis", self.timeout_seconds)
        try:
            answer = self._pool.request(
                method,
                f"{self.url}/api/rest/{path}",
                fields=dict(query or {}) if body is None else None,
                body=None if body is None else json.dumps(body).encode(),
                headers={"Authorization": self.token, "Content-Type": "application/json"},
                timeout=urllib3.Timeout(connect=min(5.0, seconds), read=seconds),
            )
        except urllib3.exceptions.HTTPError as error:
            raise TryLater(f"Mantis does not answer at {self.url} ({type(error).__name__}).") from error
        except OSError as error:  # http.client's LineTooLong and friends: an echoed text broke the answer
            raise TryLater(f"Mantis's answer cannot be read ({type(error).__name__}).") from error
        except ValueError:  # of a header that cannot be sent: its text holds the token
            raise Broken("Mantis cannot be called: its address or the token holds a character that none has.") from None
        return answer_of(answer.status, answer.data, answer.reason or "", answer.headers)

    def _check(self, answer: Answer) -> None:
        if not (answer.succeeded and answer.readable):
            raise self._error(answer)

    def _error(self, answer: Answer) -> SpecdeskError:
        """What an answer that is no success means. A 200 with an error inside is one of Mantis's habits."""
        kind, remedy = STATUS_ERRORS.get(answer.status, (Broken, "Mantis did not accept what was sent."))
        if answer.status in SUCCESS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            kind, remedy = TryLater, "Mantis is in trouble."
        elif answer.code in UNKNOWN_IDS:
            kind, remedy = STATUS_ERRORS[HTTPStatus.NOT_FOUND]
        elif answer.status == HTTPStatus.NOT_FOUND and answer.code == NO_ISSUE:
            kind, remedy = Unknown, "Mantis does not have the issue."
        elif answer.status == HTTPStatus.NOT_FOUND and answer.body is None and not answer.empty:
            kind, remedy = TryLater, f"What answers at {self.url} is not Mantis, or not well."
        said = answer.body.get("message", "") if isinstance(answer.body, dict) else answer.text
        return kind(f"{remedy} ({answer.status}: {_line(str(said))[:200]})")


# --- what Mantis can hold ---------------------------------------------------------------------

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FOUR_BYTES = re.compile("[\U00010000-\U0010ffff]")
_MENTION = re.compile(r"(?<![A-Za-z0-9_])@(?=[^\s\u200b])")
"""What Mantis takes for a mention, byte by byte: letters beyond ASCII before the sign do not keep it from that."""


def _text(text: str) -> str:
    """A text without NUL and its like, and with U+FFFD for what its tables cannot store; ours is the record.

    An @name in it mails nobody: every text that Mantis gets goes through here.
    """
    storable = _FOUR_BYTES.sub("\ufffd", _CONTROL.sub("", text))
    return _MENTION.sub("@\N{ZERO WIDTH SPACE}", storable)[:TEXT_LIMIT]


def _line(text: str) -> str:
    """A text on one line: a line break in an echoed name would turn an error into a success."""
    return " ".join(_text(text).split())


def _tag_name(name: str) -> str:
    return _line(name).replace(",", " ").lstrip("+-").replace("\ufffd", "").strip()[:TAG_LIMIT]


def _file_name(name: str) -> str:
    """The last part of a name, short enough, without what makes Mantis fail."""
    clean = _line(re.split(r"[/\\]", name)[-1]).replace("\ufffd", "_").strip(". ") or "file"
    stem, dot, ending = clean.rpartition(".")
    room = NAME_LIMIT_BYTES - len(f"{dot}{ending}".encode())
    cut = (stem or clean).encode()[: max(room, 1)].decode("utf-8", "ignore")
    return f"{cut}{dot}{ending}" if stem else cut


def _instead(here: str, wanted: Instead, *fillers: str) -> str:
    """The new value in place of none, of a filler, or of one of ours; else the one that is here."""
    ours = {one.casefold() for one in ("", *fillers, *wanted.of)}
    return wanted.new if wanted.new and here.casefold() in ours else here


def _with_part(text: str, wanted: Instead) -> str:
    """A text with the new part in place of the first old one that stands there word by word."""
    text = text.replace("\r\n", "\n")
    for old in map(_text, wanted.of if wanted.new else ()):
        before, found, after = text.rpartition(old)
        if found and old:
            return _text(f"{before}{wanted.new}{after}")
    return text


# --- reading answers --------------------------------------------------------------------------


STANDS = ("status", "priority", "resolution")

IN_HISTORY: Mapping[str, str] = {
    "project_id": "project",
    "handler": "handler",
    "status": "status",
    "priority": "priority",
    "resolution": "resolution",
}
"""Our names for the fields of the history."""


def _changed_at(row: Mapping[str, Any]) -> datetime:
    """When an issue was changed last, in UTC: Mantis writes the server's offset. Raises TryLater."""
    try:
        return datetime.fromisoformat(text_in(row, "updated_at")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise TryLater("Mantis answered an issue without the instant of its last change.") from error


def _notes(row: Mapping[str, Any]) -> Iterable[MantisNote]:
    for note in parts(row, "notes"):
        yield MantisNote(number_in(note), name_in(note, "reporter"), text_in(note, "text"))


def _changed_by(row: Mapping[str, Any]) -> dict[str, str]:
    """Who changed a field last; the history stands in order."""
    entries = ((name_in(entry, "field"), name_in(entry, "user")) for entry in parts(row, "history"))
    return {IN_HISTORY[name]: user for name, user in entries if name in IN_HISTORY}


def _digest(file: Mapping[str, Any]) -> bytes:
    """The SHA-256 of a file's content. Raises TryLater where Mantis does not show it."""
    try:
        return sha256(base64.b64decode(str(expect(file, "content")), validate=True)).digest()
    except (binascii.Error, ValueError) as error:
        raise TryLater("Mantis's answer holds no file; it is looked at again.") from error


def _is_marked(row: Mapping[str, Any], marker: str) -> bool:
    lines: Iterable[str] = text_in(row, "additional_information").splitlines()
    return next(iter(lines), "").strip() == _line(marker)


def _dropped(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the fields that Mantis did not keep as sent: by id, or as text."""
    return tuple(name for name, value in wanted.items() if not _kept(value, there.get(name)))


def _kept(sent: Any, stands: Any) -> bool:
    if sent is None:
        return True
    if isinstance(sent, Mapping):
        same = "id" in sent and isinstance(stands, Mapping) and stands.get("id") == sent["id"]
        return same and text_in(stands, "name") != f"@{sent['id']}@"  # so Mantis calls a number that it does not know
    return str(stands or "").replace("\r\n", "\n").strip() == str(sent).strip()
