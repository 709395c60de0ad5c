"""One simulated account: what a test sets up in it, and what it reads from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypedDict, Unpack

from .._times import utc_instant
from ._account import SCOPES, Credentials, People, User
from ._allowance import Caps, Plan
from ._checked import wrong
from ._fake_zoom import FakeZoom
from ._fault_plan import FaultPlan, Faults, RandomFaults, as_fault, as_faults
from ._faults import Fault, FaultOptions
from ._meetings.members import view
from ._meetings.patch import RUNNING, WAITING, delete_occurrence, end, start
from ._meetings.rescheduling import expires_at
from ._quirks import Quirks
from ._request_log import Arrivals, Request, RequestLog
from ._seeds import HOST, Where, in_a_list, is_meeting_number, mondays, new_meeting, read_seed
from ._sim_clock import SimClock
from ._store import State, Store, TakenUpdate

_WEBINAR = 5
_CLOCK = "clock"


class ScenarioOptions(TypedDict, total=False):
    """What a simulator can be made of; Simulator says what each is."""

    clock: SimClock | None
    quirks: Quirks | Mapping[str, Any] | None
    faults: Faults | Mapping[str, Any] | Iterable[Any] | str
    db: str | Path | None
    credentials: Credentials | None
    meetings: Iterable[Mapping[str, Any]] | str | Path
    users: Iterable[User | Mapping[str, Any] | str]
    plan: Plan | None
    limits: Mapping[str, Any] | bool | Caps
    strict: bool
    seed: int | None


class Scenario:
    """One simulated account: its meetings, its faults, and the log of its requests."""

    def __init__(self, **options: Unpack[ScenarioOptions]) -> None:
        for name in sorted(options.keys() - ScenarioOptions.__annotations__.keys()):
            raise TypeError(f"a simulator has no option {name!r}")
        self._store = Store(options.get("db"))
        with ExitStack() as failure:
            failure.callback(self._store.close)
            self.clock = _clock(options.get("clock"), self._store)
            self.credentials = options.get("credentials") or Credentials()
            self._random = Random(options.get("seed"))  # noqa: S311 - repeatable on purpose; guards nothing
            self._faults = FaultPlan()
            self.arm(as_faults(options.get("faults", ())))
            self._log = RequestLog()
            self._fake = FakeZoom(
                clock=self.clock,
                store=self._store,
                quirks=Quirks.of(options.get("quirks")),
                credentials=self.credentials,
                strict=options.get("strict", False),
                random=self._random,
                people=People(options.get("users", ()), licensed=options.get("plan") != "free"),
                caps=Caps.of(options.get("plan"), options.get("limits", True)),
            )
            if not self._store.meetings():
                self._add(*_meetings(options.get("meetings", ())))
            # What `reset` goes back to.
            self._first_meetings = {number: self._state(number) for number in self.meetings}
            self._first_quirks, self._first_faults = self.quirks, self._faults.remaining()
            self.clock.watch(self._remember)
            self._remember()
            failure.pop_all()

    def add_meeting(self, **fields: Any) -> int:
        """Add a meeting and return its number; without fields, one for an hour, tomorrow."""
        (number,) = self._add([fields], lambda _, member: member)
        return number

    def add_series(self, **fields: Any) -> int:
        """Add twelve Mondays at nine in Berlin, or what `fields` make of it; returns the number."""
        return self.add_meeting(**mondays(self.clock.now()) | fields)

    def add_meetings(self, meetings: Sequence[Mapping[str, Any]]) -> list[int]:
        """Add all of these meetings or, when one of them is wrong, none; returns their numbers."""
        return self._add(meetings, in_a_list)

    def add_webinar(self, number: int) -> int:
        """Add a webinar: Zoom refuses its number where it wants a meeting's."""
        if not is_meeting_number(number):
            raise wrong("id", f"id cannot be {number!r}", "Give a number.")
        self._store.add(number, {"id": number, "type": _WEBINAR, "_webinar": True, **HOST})
        return number

    @property
    def meetings(self) -> tuple[int, ...]:
        """The numbers of all meetings, in the order in which they were added."""
        return self._store.meetings()

    def meeting(self, number: int) -> dict[str, Any]:
        """Return a copy of a meeting's state, as a GET with all past dates answers it.

        KeyError when there is no such meeting.
        """
        return view(self._state(number), now=self.clock.now())

    def history(self, number: int) -> tuple[TakenUpdate, ...]:
        """Return the updates a meeting took, oldest first."""
        return self._store.history(number)

    def behind(self, number: int) -> dict[str, Any]:
        """Return what no read shows of a meeting: its session, held updates, when it lapses."""
        state = self._state(number)
        expires = None if state.get("_webinar") else expires_at(state)
        return {
            "session": state.get("_session"),
            "held": state.get("_held", []),
            "lapses_at": None if expires is None else utc_instant(expires),
        }

    def start_meeting(self, number: int) -> None:
        """Let a meeting begin: its status is `started`; KeyError when there is none."""
        self._change(number, start, {"status": RUNNING})

    def end_meeting(self, number: int) -> None:
        """Let a meeting end: updates that were held take effect, and an instant one lapses."""
        ended = partial(end, quirks=self.quirks, people=self._fake.people)
        self._change(number, ended, {"status": WAITING})

    def delete_occurrence(self, number: int, occurrence_id: str) -> None:
        """Delete one date of a series, as a person does in Zoom's client; KeyError if it cannot."""

        def delete(state: State, _now: datetime) -> State:
            try:
                return delete_occurrence(state, occurrence_id)
            except LookupError:
                raise KeyError(f"meeting {number} has no occurrence {occurrence_id}") from None

        body = {"occurrences": [{"occurrence_id": occurrence_id, "status": "deleted"}]}
        self._change(number, delete, body)

    def add_user(self, user: User | Mapping[str, Any] | str) -> User:
        """Add a user of the account, or change the one with that e-mail address."""
        added = User.of(user)
        with self._fake.lock:
            self._fake.people.add(added)
        return added

    @property
    def users(self) -> tuple[User, ...]:
        """The users that were added."""
        with self._fake.lock:
            return self._fake.people.all()

    def set_scopes(self, *scopes: str) -> None:
        """Change the scopes of the app; tokens given out before keep theirs, as with Zoom."""
        if not scopes or not all(isinstance(scope, str) and scope.strip() for scope in scopes):
            step = f"Give names such as {', '.join(SCOPES)}."
            raise wrong("scopes", f"scopes cannot be {scopes!r}", step)
        self._fake.tokens.scopes = scopes

    def revoke_tokens(self) -> int:
        """End every token: the next request with one is answered 401, code 124; how many ended."""
        with self._fake.lock:
            return self._fake.tokens.revoke()

    @property
    def quirks(self) -> Quirks:
        """The quirks as they are at present."""
        return self._fake.quirks

    def set_quirks(self, quirks: Mapping[str, Any]) -> Quirks:
        """Change some quirks from now on; ConfigError when there is no such quirk or choice."""
        self._fake.quirks = Quirks.of({**self.quirks.to_dict(), **quirks})
        return self.quirks

    @property
    def limits(self) -> dict[str, Any]:
        """The size of each limit that is kept, by its name; null is no limit."""
        return self._fake.allowance.caps.to_dict()

    def quota(self) -> dict[str, Any]:
        """Return what is used of Zoom's limits and what is left, at the clock's present time."""
        with self._fake.lock:
            return self._fake.allowance.to_dict(self.clock.now(), self.quirks)

    def clear_quota(self) -> None:
        """Set the count of every limit to zero."""
        with self._fake.lock:
            self._fake.allowance.reset()

    @property
    def requests(self) -> tuple[Request, ...]:
        """The last ten thousand requests, oldest first."""
        return self._log.last()

    def arrivals(self) -> dict[str, Arrivals]:
        """Return how many requests came to meetings, by method, however many there were."""
        return self._log.arrivals()

    def updates(self, number: int | None = None) -> tuple[Request, ...]:
        """Return the requests to update a meeting, or any, whatever became of them."""
        path = f"/v2/meetings/{'' if number is None else number}"
        patches = (one for one in self.requests if one.method == "PATCH")
        if number is None:
            return tuple(one for one in patches if one.path.startswith(path))
        return tuple(one for one in patches if one.path == path)

    def clear_requests(self) -> None:
        """Empty the log of requests and its counts."""
        self._log.clear()

    def fail_next(self, *faults: Fault | str | int | Mapping[str, Any]) -> None:
        """Let these faults happen to the next requests that fit, one after the other.

        A text is a kind of fault from `FAULTS`, a number is a status, an object is the JSON form.
        ConfigError when there is no such fault.
        """
        self.arm(Faults(tuple(map(as_fault, faults))))

    def fault(self, kind: str = "answer", **options: Unpack[FaultOptions]) -> Fault:
        """Let one fault happen, to the requests that its options name; see Fault."""
        fault = Fault(kind, **options)
        self.arm(Faults((fault,)))
        return fault

    def fault_plan(
        self,
        chances: Mapping[str, Any] | None = None,
        /,
        *,
        seed: int = 0,
        match: str = "/v2/",
        **more: Any,
    ) -> None:
        """Let faults happen by chance from now on: `fault_plan(seed=7, reset=0.05, latency=0.1)`.

        The same seed lets the same requests fail. Instead of a number, a kind can have an object
        with `chance` and the options of a fault. An earlier plan ends.
        """
        lottery = RandomFaults({**(chances or {}), **more}, seed=seed, match=match)
        self.arm(Faults(lottery=lottery))

    def arm(self, faults: Faults) -> None:
        """Let these faults happen, and draw from their lottery if they have one."""
        self._faults.add(faults)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that were asked for and have not happened yet."""
        return self._faults.remaining().listed

    def faults_to_dict(self) -> dict[str, Any]:
        """Return the faults still to come in the JSON form that `read_faults` understands."""
        return self._faults.to_dict()

    def clear_faults(self) -> None:
        """Call off every fault still to come, and the plan."""
        self._faults.clear()

    def reset(self) -> None:
        """Go back to the meetings, users, quirks, scopes and faults there were at first.

        Tokens, counts, histories and the request log are gone; the clock stays where it is.
        """
        with self._fake.lock:
            self._fake.reset()
            self._store.clear()
            for number, state in self._first_meetings.items():
                self._store.add(number, state)
            self._fake.quirks = self._first_quirks
            self._faults.clear()
            self.arm(self._first_faults)
            self._log.clear()

    def _add(self, meetings: Sequence[Mapping[str, Any]], where: Where) -> list[int]:
        """Add all of them or, when one of them is wrong, none."""
        with self._fake.lock:
            added: dict[int, State] = {}
            known = set(self._store.meetings())
            following = max(known, default=0) + 1
            for index, fields in enumerate(meetings):
                state = new_meeting(
                    fields,
                    taken=known,
                    following=following,
                    now=self.clock.now(),
                    quirks=self.quirks,
                    random=self._random,
                    where=partial(where, index),
                )
                known.add(state["id"])
                following = max(following, state["id"] + 1)
                added[state["id"]] = state
            for number, state in added.items():
                self._store.add(number, state)
            return list(added)

    def _state(self, number: int) -> State:
        state = self._store.read(number)
        if state is None:
            raise KeyError(f"the simulator has no meeting {number}")
        return state

    def _change(
        self, number: int, edit: Callable[[State, datetime], State], body: Mapping[str, Any]
    ) -> None:
        with self._fake.lock:
            if self._state(number).get("_webinar"):
                raise KeyError(f"the simulator has no meeting {number}")
            now = self.clock.now()
            self._store.change(
                number, lambda old: (edit(old, now), ()), at=now, body=body, occurrence_id=None
            )

    def _remember(self) -> None:
        self._store.remember(_CLOCK, self.clock.memento())


def _clock(clock: SimClock | None, store: Store) -> SimClock:
    if clock is None:
        memento = store.notes("").get(_CLOCK)
        return SimClock.restored(memento) if memento else SimClock()
    if not isinstance(clock, SimClock):
        step = "Give a SimClock; SimClock() runs with the real time."
        raise wrong("clock", f"clock: a {type(clock).__name__} cannot be moved", step)
    return clock


def _meetings(
    meetings: Iterable[Mapping[str, Any]] | str | Path,
) -> tuple[Sequence[Mapping[str, Any]], Where]:
    """Return the meetings to start with, and what finds a member of one of them for messages."""
    if isinstance(meetings, str | Path):
        return read_seed(meetings)
    if isinstance(meetings, Mapping) or not isinstance(meetings, Iterable):
        raise wrong("seed", f"seed: meetings cannot be {meetings!r}", "Give a list.")
    return list(meetings), in_a_list
