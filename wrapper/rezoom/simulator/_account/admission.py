"""Who gets in: the token, the limits of the account, and whether there is such a meeting."""

from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any

from ..._wire import facts
from .. import _calls as calls
from .._calls import Call, Outcome
from .._meetings.rescheduling import lapses_at, zulu
from .._quirks import Quirks
from .._store.memory_store import State, Store
from .allowance import Allowance, Caps, Met
from .credentials import Credentials, TokenDesk
from .people import People

# Long enough for any meeting number (int64), short enough for int().
_LONGEST_ID = 19


class Admission:
    """Everything that can refuse a request before anybody looks at what it wants."""

    def __init__(
        self, store: Store, credentials: Credentials, caps: Caps, people: People, random: Random
    ) -> None:
        self._store = store
        self._credentials = credentials
        self.allowance = Allowance(caps)
        self.people = people
        self.tokens = TokenDesk(credentials, random)

    def refuses(self, call: Call, operation: str, now: datetime, quirks: Quirks) -> Outcome | None:
        """Answer a request whose token is not good enough, or for which the account is out."""
        enough = facts.OPERATIONS[operation].scopes
        refused = self.tokens.refuses(call.authorization, enough, now, quirks)
        if refused is not None:
            return Outcome(refused)
        met = self.allowance.request(now)
        return None if met is None else limited(met, now, quirks)

    def find(
        self, call: Call, operation: str, now: datetime, quirks: Quirks
    ) -> tuple[State | None, Outcome | None]:
        """Return the meeting that a request is for, and the refusal if it may not have it."""
        state = self._state(call.meeting)
        if state is None:
            return None, absent(call, quirks)
        if state.get("_webinar"):
            return None, Outcome(calls.refused("webinar"))
        lapsed = lapses_at(state) if quirks.lapsed_id == "not-found" else None
        if lapsed is not None and now >= lapsed and state.get("status") != "started":
            return None, absent(call, quirks, f"the number has lapsed at {zulu(lapsed)}")
        host = self.people.host(state)
        if not host.may_host:
            return state, Outcome(calls.refused("hosting-not-allowed"))
        if quirks.others_meeting == "refuse" and not self._may_touch(call, operation, state):
            return state, Outcome(calls.refused("not-the-host"))
        return state, None

    def _may_touch(self, call: Call, operation: str, state: Mapping[str, Any]) -> bool:
        enough = facts.OPERATIONS[operation].scopes
        if self.tokens.acts_for_all(call.authorization, enough):
            return True
        own = self._credentials.user.lower()
        return own in {str(state.get(name, "")).lower() for name in ("host_email", "host_id")}

    def _state(self, meeting: str) -> State | None:
        number = meeting.isascii() and meeting.isdigit() and len(meeting) <= _LONGEST_ID
        return self._store.read(int(meeting)) if number else None


def limited(met: Met, now: datetime, quirks: Quirks) -> Outcome:
    """Answer 429 for a limit that was met."""
    code = int(quirks.limit_code)
    answer = calls.limited(met.limit, now, code=code, size=met.size, left=met.left)
    return Outcome(answer, note=met.note)


def absent(call: Call, quirks: Quirks, note: str = "") -> Outcome:
    """Answer for a meeting that is not there, or no longer."""
    older = quirks.not_found == "has-expired"
    return Outcome(calls.not_found(call.meeting, older=older), note=note)


def no_occurrence(call: Call, occurrence_id: str, quirks: Quirks) -> Outcome:
    """Answer for a date that the series does not have, or no longer."""
    note = "no such occurrence, or a deleted one"
    if quirks.unknown_occurrence == "not-found":
        return absent(call, quirks, note)
    return Outcome(calls.refused("invalid-occurrence", occurrence=occurrence_id), note=note)
