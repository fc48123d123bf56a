"""The Sessions: who is signed in at the desk, and who asked for a link to sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from intake_fn.adapters.dynamodb.table import Table, new_token
from intake_fn.adapters.dynamodb.values import Item, epoch, instant, instant_of
from intake_fn.adapters.dynamodb.writes import EXISTS, put, update
from intake_fn.core.codec import checked
from intake_fn.core.retention import SIGN_IN_REQUESTS
from intake_fn.core.stored import MISREAD, NEVER
from intake_fn.ports import Asked, Session, SignInAsked

if TYPE_CHECKING:
    from collections.abc import Sequence

SESSIONS = "SESSIONS"
SIGN_IN = "SIGN-IN"
LONGEST_ERROR = 1000
"""Characters of an error that are kept with a link."""
LONGEST_KEY = 100
"""Characters of a key that is looked up: it comes from a cookie."""


@dataclass
class DynamoSessions:
    """The Sessions port."""

    table: Table

    def open_session(self, session: Session) -> None:
        """Keep a session; it is forgotten some time after its end."""
        self.table.write(put(session_item(session)))

    def session(self, person: str, session_id: str) -> Session | None:
        """A session that was not ended, read consistently; it may be past its `until`."""
        key = session_key(person, session_id)
        stored = self.table.get(**key) if len(key["sk"]) <= LONGEST_KEY else None
        return session_of(stored) if stored else None

    def sessions(self, person: str = "") -> Sequence[Session]:
        """The sessions of a person, or all; some may be past their `until`."""
        condition, values = "#pk = :pk", {":pk": SESSIONS}
        if person:
            condition, values = f"{condition} AND begins_with(#sk, :person)", {**values, ":person": f"{person}#"}
        return [session_of(item) for item in self.table.query(condition, values, ConsistentRead=True)]

    def end_session(self, person: str, session_id: str) -> bool:
        """End a session; False when there is none."""
        return self.table.delete(session_key(person, session_id))

    def ask_sign_in(self, asked: SignInAsked) -> None:
        """Keep that a link was asked for, until it is finished; forgotten after two days."""
        item = {**asked_key(asked), "address": asked.address, "expires": epoch(asked.at + SIGN_IN_REQUESTS)}
        if asked.what is not Asked.SIGN_IN:
            item["what"] = asked.what
        self.table.write(put(item))

    def sign_ins_asked(self, limit: int = 25) -> Sequence[SignInAsked]:
        """The links that were asked for, the first asked first."""
        return [asked_of(item) for item in self.table.query("#pk = :pk", {":pk": SIGN_IN}, limit, ConsistentRead=True)]

    def attempt_sign_in(self, asked: SignInAsked, until: datetime) -> bool:
        """Count an attempt to mail one; it is due again at `until`. False when it is gone, or attempted since."""
        #   A: attempt 1, due again at 12:01 ──── is cut off
        #   B at the same time: attempted since ✗      C at 12:01: attempt 2 ✓
        #   D: the answer is lost; boto asks again: by D itself ✓
        mine = new_token()
        attempt = {"tries": asked.tries + 1, "next_attempt": instant(until), "attempted_by": mine}
        untried_since = "#tries = :tries" if asked.tries else "(attribute_not_exists(#tries) OR #tries = :tries)"
        guard = f"{EXISTS} AND ({untried_since} OR #attempted_by = :mine)"
        return self.table.write(update(asked_key(asked), attempt, guard, {":tries": asked.tries, ":mine": mine}))

    def sign_in_failed(self, asked: SignInAsked, error: str) -> None:
        """Keep why the attempt failed; nothing happens when it is gone."""
        self.table.write(update(asked_key(asked), {"last_error": error[:LONGEST_ERROR]}, EXISTS, {}))

    def finish_sign_in(self, asked: SignInAsked) -> None:
        """Forget one: it was mailed, or will not be; it may be gone already."""
        self.table.delete(asked_key(asked))


# --- items -----------------------------------------------------------------------------------


def session_item(session: Session) -> Item:
    """Somebody who is signed in."""
    return {
        **session_key(session.person, session.id),
        "mailbox": session.mailbox,
        "since": instant(session.since),
        "until": instant(session.until),
        "expires": epoch(session.until),
    }


def session_key(person: str, session_id: str) -> Item:
    """Where a session stands."""
    return {"pk": SESSIONS, "sk": f"{person}#{session_id}"}


def session_of(item: Item) -> Session:
    """What `session_item` wrote; one that cannot be read is nobody's and over, and can be ended."""
    person, _, session_id = str(item["sk"]).partition("#")
    try:
        since, until = (instant_of(item[name]) for name in ("since", "until"))
        return checked(Session(person, session_id, item["mailbox"], since, until))
    except MISREAD:
        return Session(person, session_id, "", NEVER, NEVER)


def asked_key(asked: SignInAsked) -> Item:
    """Where it stands that a link was asked for."""
    return {"pk": SIGN_IN, "sk": f"{instant(asked.at)}#{asked.id}"}


def asked_of(item: Item) -> SignInAsked:
    """A link that was asked for; of one that cannot be read it is not known for whom, so it leads nowhere."""
    at, _, asked_id = str(item["sk"]).partition("#")
    try:
        next_attempt = instant_of(item["next_attempt"]) if "next_attempt" in item else None
        tries, error = item.get("tries", 0), item.get("last_error", "")
        what = Asked(item.get("what", Asked.SIGN_IN))
        return checked(SignInAsked(asked_id, item["address"], instant_of(at), tries, next_attempt, error, what))
    except MISREAD:
        return SignInAsked(asked_id, "", _instant_or_never(at))


def _instant_or_never(text: str) -> datetime:
    try:
        return instant_of(text)
    except MISREAD:
        return NEVER
