"""What a test sets up in a simulator, and what it reads from it, without the network around it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypedDict, Unpack

from ..errors import ConfigError
from .backstage import Backstage, in_a_list
from .caps import Caps, Plan
from .clock import SimClock
from .fake import FakeZoom
from .fault_plan import FaultPlan, Faults, RandomFaults
from .fault_spec import as_fault, read_fault_words, read_faults
from .faults import Fault, FaultOptions
from .people import User
from .quirks import Quirks
from .record import Request, RequestLog
from .seed_file import Seed, read_seed
from .seed_flaws import BadSeed
from .seeding import mondays, new_meeting
from .store import Change, MemoryStore, State, Store
from .store_file import FileStore
from .tokens import Credentials
from .view import view

_COUNTS = "count of "


class StageOptions(TypedDict, total=False):
    """What a simulator can be made of; Simulator says what each is."""

    clock: SimClock | None
    quirks: Quirks | Mapping[str, Any] | None
    faults: Faults | Mapping[str, Any] | Iterable[Any] | str
    store: Store | None
    db: str | Path | None
    credentials: Credentials | None
    meetings: Iterable[Mapping[str, Any]] | str | Path
    users: Iterable[User | Mapping[str, Any] | str]
    plan: Plan | None
    limits: Mapping[str, Any] | bool | Caps
    strict: bool
    seed: int | None


class Stage(Backstage):
    """One simulated account: its meetings, its faults, and the log of what was asked."""

    def __init__(self, **options: Unpack[StageOptions]) -> None:
        for name in sorted(options.keys() - StageOptions.__annotations__.keys()):
            raise TypeError(f"a simulator has no option {name!r}")
        self._store = _opened(options.get("store"), options.get("db"))
        try:
            self._set_up(options)
        except BaseException:
            self._store.close()
            raise

    def _set_up(self, options: StageOptions) -> None:
        self.clock = _movable(options.get("clock")) or _remembered_clock(self._store)
        self.credentials = options.get("credentials") or Credentials()
        self.quirks = Quirks.of(options.get("quirks"))
        self._random = Random(options.get("seed"))  # noqa: S311 - repeatable on purpose; guards nothing
        self._faults = _armed(options.get("faults", ()))
        self._log = RequestLog()
        self._adding = threading.Lock()
        self._fake = FakeZoom(
            clock=self.clock,
            store=self._store,
            quirks=self.quirks,
            credentials=self.credentials,
            strict=options.get("strict", False),
            random=self._random,
            plan=options.get("plan"),
            limits=options.get("limits", True),
            users=options.get("users", ()),
        )
        if not self._store.meetings():
            meetings = options.get("meetings", ())
            if isinstance(meetings, str | Path):
                meetings = read_seed(meetings)
            if isinstance(meetings, Mapping) or not isinstance(meetings, Iterable):
                raise ConfigError(
                    f"seed: meetings cannot be {meetings!r}", field="seed", next_step="Give a list."
                )
            where = meetings.where if isinstance(meetings, Seed) else in_a_list
            self._add(list(meetings), where)
        self._begin()
        self.clock.watch(self._remember)
        self._remember()
        if isinstance(self._store, FileStore):
            self._fake.allowance.restore(self._store.notes(_COUNTS))
            self._fake.allowance.noted = self._note

    def add_meeting(self, **fields: Any) -> int:
        """Add a meeting and return its number; without fields, one for an hour, tomorrow."""
        (number,) = self._add([fields], lambda _, member: f"{member}: " if member else "")
        return number

    def add_series(self, **fields: Any) -> int:
        """Add twelve Mondays at nine in Berlin, or what `fields` make of it; returns the number."""
        return self.add_meeting(**mondays(self.clock.now()) | fields)

    @property
    def meetings(self) -> tuple[int, ...]:
        """The numbers of all meetings."""
        return tuple(self._store.meetings())

    def meeting(self, number: int) -> dict[str, Any]:
        """Return a copy of a meeting's state, as a GET with all past dates answers it.

        KeyError when there is no such meeting.
        """
        state = self._store.read(number)
        if state is None:
            raise KeyError(f"the simulator has no meeting {number}")
        return view(state, now=self.clock.now())

    def history(self, number: int) -> tuple[Change, ...]:
        """Return the updates a meeting took, oldest first."""
        return tuple(self._store.history(number))

    @property
    def requests(self) -> tuple[Request, ...]:
        """The last ten thousand requests, oldest first."""
        return self._log.snapshot()

    def updates(self, number: int | None = None) -> tuple[Request, ...]:
        """Return the requests to update a meeting, or any, whatever became of them."""
        path = f"/v2/meetings/{'' if number is None else number}"
        return tuple(
            request
            for request in self.requests
            if request.method == "PATCH"
            and (request.path == path if number is not None else request.path.startswith(path))
        )

    def clear_requests(self) -> None:
        """Empty the request log."""
        self._log.clear()

    def fail_next(self, *faults: Fault | str | int | Mapping[str, Any]) -> None:
        """Let these faults happen to the next requests that fit, one after the other.

        A text is a kind of fault from `FAULTS`, a number is a status, an object is the JSON form.
        ConfigError when there is no such fault.
        """
        self._faults.add(*map(as_fault, faults))

    def fault(self, kind: str = "answer", **options: Unpack[FaultOptions]) -> Fault:
        """Let one fault happen, to the requests that its options name; see Fault."""
        fault = Fault(kind, **options)
        self._faults.add(fault)
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
        self._faults.draw_from(RandomFaults({**(chances or {}), **more}, seed=seed, match=match))

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that were asked for and have not happened yet."""
        return self._faults.as_asked().listed

    def clear_faults(self) -> None:
        """Call off every fault still to come, and the plan."""
        self._faults.clear()

    def _add(
        self, meetings: Sequence[Mapping[str, Any]], where: Callable[[int, str], str]
    ) -> list[int]:
        """Add all of them or, when one of them is wrong, none."""
        with self._adding:
            added: dict[int, State] = {}
            known = list(self._store.meetings())
            for index, fields in enumerate(meetings):
                try:
                    state = new_meeting(
                        fields,
                        taken=known,
                        now=self.clock.now(),
                        quirks=self.quirks,
                        random=self._random,
                    )
                except BadSeed as error:
                    raise error.explained(partial(where, index)) from None
                known.append(state["id"])
                added[state["id"]] = state
            for number, state in added.items():
                self._store.add(number, state)
            return list(added)

    def _note(self, name: str, count: object) -> None:
        if count is None:
            self._store.forget(_COUNTS + name)
        else:
            self._store.remember(_COUNTS + name, count)

    def _remember(self) -> None:
        self._store.remember("clock", self.clock.memento())


def _opened(store: Store | None, db: str | Path | None) -> Store:
    if store is not None and db is not None:
        raise ConfigError("db: there is a store already", field="db", next_step="Give one of them.")
    return FileStore(db) if db is not None else store or MemoryStore()


def _movable(clock: SimClock | None) -> SimClock | None:
    if clock is not None and not isinstance(clock, SimClock):
        raise ConfigError(
            f"clock: a {type(clock).__name__} cannot be moved",
            field="clock",
            next_step="Give a SimClock; SimClock() runs with the real time.",
        )
    return clock


def _remembered_clock(store: Store) -> SimClock:
    memento = store.recall("clock")
    return SimClock.restored(memento) if memento else SimClock()


def _armed(faults: Faults | Mapping[str, Any] | Iterable[Any] | str) -> FaultPlan:
    if not isinstance(faults, Faults):
        several = isinstance(faults, Iterable) and not isinstance(faults, str | Mapping)
        if isinstance(faults, str):
            faults = read_fault_words(faults)
        else:
            faults = read_faults(list(faults) if several else faults)
    plan = FaultPlan(faults.listed)
    plan.draw_from(faults.lottery)
    return plan
