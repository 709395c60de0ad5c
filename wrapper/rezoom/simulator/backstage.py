"""What a test does to the simulated account that no call of Zoom's API can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypedDict

from ..errors import ConfigError
from . import sessions
from .clock import SimClock
from .fake import FakeZoom
from .fault_plan import FaultPlan, Faults
from .lapse import lapses_at
from .people import User
from .quirks import Quirks
from .record import RequestLog
from .seeding import HOST
from .store import State, Store, taken
from .timing import zulu
from .tokens import SCOPES

WEBINAR = 5


class QuotaState(TypedDict):
    """What is used of each limit, and what is left; each gauge is JSON-ready."""

    second: Mapping[str, Any]
    account_day: Mapping[str, Any]
    hosts: Mapping[str, Mapping[str, Any]]
    meetings: Mapping[str, Mapping[str, Any]]


class Beginning(NamedTuple):
    """What a simulator was like before anybody used it."""

    meetings: Mapping[int, State]
    quirks: Quirks
    faults: Faults


class Backstage:
    """Meetings that start and end, users, tokens, counters; a part of Simulator."""

    clock: SimClock
    quirks: Quirks
    _fake: FakeZoom
    _store: Store
    _faults: FaultPlan
    _log: RequestLog
    _first: Beginning

    def add_meetings(self, meetings: Sequence[Mapping[str, Any]]) -> list[int]:
        """Add all of these meetings or, when one of them is wrong, none; returns their numbers."""
        return self._add(meetings, in_a_list)

    def start_meeting(self, number: int) -> None:
        """Let a meeting begin: its status is `started`; KeyError when there is none."""
        self._stage_change(number, sessions.start, {"status": sessions.RUNNING})

    def end_meeting(self, number: int) -> None:
        """Let a meeting end: updates that were held take effect, and an instant one lapses."""
        quirks, people = self._fake.quirks, self._fake.people

        def end(state: State, now: datetime) -> State:
            return sessions.end(state, now, quirks, people)

        self._stage_change(number, end, {"status": sessions.WAITING})

    def delete_occurrence(self, number: int, occurrence_id: str) -> None:
        """Delete one date of a series, as a person does in Zoom's client; KeyError if it cannot."""

        def delete(state: State, _now: datetime) -> State:
            return sessions.delete_occurrence(state, occurrence_id)

        said = {"occurrences": [{"occurrence_id": occurrence_id, "status": "deleted"}]}
        try:
            self._stage_change(number, delete, said)
        except LookupError:
            raise KeyError(f"meeting {number} has no occurrence {occurrence_id}") from None

    def add_webinar(self, number: int) -> int:
        """Add a webinar: Zoom refuses its number where it wants a meeting's."""
        if number in self._store.meetings():
            raise taken(number)
        self._store.add(number, {"id": number, "type": WEBINAR, "_webinar": True, **HOST})
        return number

    def add_user(self, user: User | Mapping[str, Any] | str) -> User:
        """Add a user of the account, or change the one with that e-mail address."""
        added = User.of(user)
        self._fake.people.add(added)
        return added

    @property
    def users(self) -> tuple[User, ...]:
        """The users that were added."""
        return self._fake.people.all()

    def set_scopes(self, *scopes: str) -> None:
        """Change the scopes of the app; tokens given out before keep theirs, as with Zoom."""
        if not scopes or not all(isinstance(scope, str) and scope.strip() for scope in scopes):
            raise ConfigError(
                f"scopes cannot be {scopes!r}",
                field="scopes",
                next_step=f"Give names such as {', '.join(SCOPES)}.",
            )
        self._fake.tokens.scopes = scopes

    def set_quirks(self, quirks: Mapping[str, Any]) -> Quirks:
        """Change some quirks from now on; ConfigError when there is no such quirk or choice."""
        self.quirks = self._fake.quirks = Quirks.of({**self._fake.quirks.to_dict(), **quirks})
        return self.quirks

    def quota(self) -> QuotaState:
        """Return what is used of Zoom's limits and what is left, at the clock's present time."""
        with self._fake.lock:
            used = self._fake.allowance.to_dict(self.clock.now(), self._fake.quirks)
        return QuotaState(
            second=used["second"],
            account_day=used["account_day"],
            hosts=used["hosts"],
            meetings=used["meetings"],
        )

    def clear_quota(self) -> None:
        """Let nothing be used."""
        with self._fake.lock:
            self._fake.allowance.reset()

    def revoke_tokens(self) -> int:
        """End every token: the next request with one is answered 401, code 124; how many ended."""
        return self._fake.tokens.revoke()

    def arm(self, faults: Faults) -> None:
        """Let these faults happen, and draw from the lottery if there is one."""
        self._faults.add(*faults.listed)
        if faults.lottery is not None:
            self._faults.draw_from(faults.lottery)

    def faults_to_dict(self) -> dict[str, Any]:
        """Return what is still to go wrong, in the JSON form that it is asked for in."""
        return self._faults.to_dict()

    @property
    def plan(self) -> str | None:
        """The plan of the account, if one was named."""
        return self._fake.plan

    @property
    def limits(self) -> dict[str, Any]:
        """The size of each limit that is kept, by its name; null is no limit."""
        return self._fake.allowance.caps.to_dict()

    def reset(self) -> None:
        """Go back to the meetings, users, quirks, scopes and faults there were at first.

        Tokens, counts, histories and the request log are gone; the clock stays where it is.
        """
        with self._fake.lock:
            self._fake.reset()
            self._store.clear()
            for number, state in self._first.meetings.items():
                self._store.add(number, state)
            self.quirks = self._fake.quirks = self._first.quirks
            self._faults.clear()
            self.arm(self._first.faults.anew())
            self._log.clear()

    def _begin(self) -> None:
        states = {number: self._store.read(number) for number in self._store.meetings()}
        known = {number: state for number, state in states.items() if state is not None}
        self._first = Beginning(known, self.quirks, self._faults.as_asked())

    def _add(
        self, meetings: Sequence[Mapping[str, Any]], where: Callable[[int, str], str]
    ) -> list[int]:
        raise NotImplementedError

    def behind(self, number: int) -> dict[str, Any]:
        """Return what no read shows of a meeting: its session, held updates, when it lapses."""
        state = self._store.read(number)
        if state is None:
            raise _no_meeting(number)
        lapses = None if state.get("_webinar") else lapses_at(state)
        return {
            "session": state.get("_session"),
            "held": state.get("_held", []),
            "lapses_at": None if lapses is None else zulu(lapses),
        }

    def _stage_change(
        self, number: int, edit: Callable[[State, datetime], State], said: Mapping[str, Any]
    ) -> None:
        with self._fake.lock:
            state = self._store.read(number)
            if state is None or state.get("_webinar"):
                raise _no_meeting(number)
            now = self.clock.now()
            self._store.change(
                number, lambda old: (edit(old, now), ()), at=now, body=said, occurrence_id=None
            )


def in_a_list(index: int, member: str) -> str:
    """Name a member of one of several meetings, as it stands before a colon."""
    return f"meetings[{index}]{f'.{member}' if member else ''}: "


def _no_meeting(number: int) -> KeyError:
    return KeyError(f"the simulator has no meeting {number}")
