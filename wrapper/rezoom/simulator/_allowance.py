"""Zoom's limits, their sizes and their counts: the account's, the host's, the meeting's."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args

from pydantic import Field

from .._public import public
from .._times import utc_instant
from .._wire import facts
from ._answers import ACCOUNT_DAY, Limit, next_midnight
from ._checked import dashed, read, wrong
from ._quirks import Quirks
from ._store import Store

Plan = Literal["free", "pro", "business"]
PLANS: tuple[str, ...] = get_args(Plan)
_Size = Annotated[int, Field(ge=0)] | None


@public("rezoom.simulator")
@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The size of each limit; None is no limit.

    `second` and `account_day` are the account's, by its plan. `host_day` is the hundred updates of
    a host per UTC day, `meeting_day` that of a meeting in 24 hours; `lock` lets one update of a
    meeting be under way at a time. Sizes and sources stand in the spec's x-quotas, x-rate-limits.
    """

    second: _Size = None
    account_day: _Size = None
    host_day: _Size = facts.QUOTAS["host"].limit
    meeting_day: _Size = facts.QUOTAS["meeting"].limit
    lock: bool = True

    @classmethod
    def of(cls, plan: str | None = None, limits: Mapping[str, Any] | bool | Self = True) -> Self:
        """Return the limits of a plan, as far as `limits` leaves them.

        Without a plan the account's own limits are off, as in the client; the two hundreds and the
        lock are kept. `limits` False keeps nothing; a mapping such as {"host-day": 3, "lock":
        False} changes single ones. ConfigError names what is wrong.
        """
        if plan is not None and plan not in PLANS:
            step = f"Choose from {', '.join(PLANS)}."
            raise wrong("plan", f"plan: {plan!r} is no plan", step)
        if limits is False:
            return cls(host_day=None, meeting_day=None, lock=False)
        if limits is not True and not isinstance(limits, Mapping):
            return read(cls, limits, "limits", field="limits")
        sizes = {} if limits is True else dict(limits)
        if plan is not None:
            rate = facts.RATES[plan]
            sizes = {"second": rate.per_second, "account_day": rate.per_day, **sizes}
        return read(cls, sizes, "limits", field="limits")

    def to_dict(self) -> dict[str, Any]:
        """Return them as `of` reads them, ready for JSON."""
        return {dashed(name): size for name, size in asdict(self).items()}


_DAY = timedelta(hours=facts.QUOTAS["meeting"].hours)
_SECOND = timedelta(seconds=1)
_NOTES = "count of "
_HOST = facts.QUOTAS["host"].limit


class Met(NamedTuple):
    """A limit that was met: what Zoom says, what its headers show, and which one it was."""

    limit: Limit
    size: int
    left: int
    note: str


class Allowance:
    """Counts the requests of an account and the updates of its hosts and meetings.

    No report says how Zoom cuts seconds; here no second-long stretch has more than its share. What
    is refused by a limit is not counted. Counts but the second's are kept in the store's file.
    """

    def __init__(self, caps: Caps, store: Store) -> None:
        self.caps, self._store = caps, store
        self._sizes = {"host": caps.host_day, "meeting": caps.meeting_day}
        self._day: date | None = None
        self._clear()
        for name, value in store.notes(_NOTES).items():
            if name == "account":
                self._day, self._requests = date.fromisoformat(value[0]), value[1]
            else:
                self._windows[name] = self._window(name, map(datetime.fromisoformat, value))

    def reset(self) -> None:
        """Forget what was used, in the store too."""
        self._clear()
        self._store.forget(_NOTES)

    def request(self, now: datetime) -> Met | None:
        """Count one request of the account, unless a limit of its plan is met."""
        self._begin_day(now)
        second, day = self.caps.second, self.caps.account_day
        if second is not None and _used(self._second, now, now - _SECOND) >= second:
            return Met("second", second, 0, f"second: {second} requests within a second")
        if day is not None and self._requests >= day:
            return Met("account-day", day, 0, f"account-day: {day} of {day} used")
        if second is not None:
            self._second.append(now)
        self._requests += 1
        self._store.remember(f"{_NOTES}account", [now.date().isoformat(), self._requests])
        return None

    def refuses(self, host: str, meeting: int, now: datetime, quirks: Quirks) -> Met | None:
        """Tell which hundred leaves no room for an update of this meeting."""
        for kind, key in (("host", host), ("meeting", meeting)):
            size, used = self._sizes[kind], self._used(f"{kind} {key}", now, quirks)
            if size is not None and used >= size:
                # No 429 has been seen that names the meeting's limit: Zoom answers as for a host.
                own = quirks.host_day_headers == "own-pool"
                shown, left = (size, 0) if own else self._account()
                return Met("host-day", shown, left, f"{kind}-day: {used} of {size} used")
        return None

    def update(self, host: str, meeting: int, now: datetime) -> None:
        """Count one update of a meeting, for its host too."""
        self._begin_day(now)
        for name in (f"host {host}", f"meeting {meeting}"):
            window = self._windows.setdefault(name, self._window(name))
            window.append(now)
            if self._store.in_file:
                self._store.remember(_NOTES + name, [at.isoformat() for at in window])

    def headers(self, host: str, now: datetime, quirks: Quirks) -> dict[str, str]:
        """Return the headers of a successful update: the host's pool, counting down."""
        # https://devforum.zoom.us/t/59670
        size = _HOST if self.caps.host_day is None else self.caps.host_day
        return _shown(size, size - self._used(f"host {host}", now, quirks))

    def account_headers(self) -> dict[str, str]:
        """Return the headers of any other success: the account's pool."""
        return _shown(*self._account())

    def to_dict(self, now: datetime, quirks: Quirks) -> dict[str, Any]:
        """Return what is used and what is left, ready for JSON."""
        self._begin_day(now)
        midnight = utc_instant(next_midnight(now))
        used: dict[str, dict[str, Any]] = {"host": {}, "meeting": {}}
        for name, window in list(self._windows.items()):
            count = self._used(name, now, quirks)
            if count:
                kind, _, key = name.partition(" ")
                rolls = kind == "meeting" and quirks.meeting_window == "rolling"
                free = utc_instant(window[0] + _DAY) if rolls else midnight
                used[kind][key] = _gauge(self._sizes[kind], count, free)
        return {
            "second": _gauge(self.caps.second, _used(self._second, now, now - _SECOND), None),
            "account_day": _gauge(self.caps.account_day, self._requests, midnight),
            "hosts": used["host"],
            "meetings": used["meeting"],
        }

    def _clear(self) -> None:
        self._day, self._requests = None, 0
        self._second: deque[datetime] = deque()
        # By `host` or `meeting`, a blank, and its ID or number, as in the store.
        self._windows: dict[str, deque[datetime]] = {}

    def _window(self, name: str, at: Iterable[datetime] = ()) -> deque[datetime]:
        # Bounded where no limit is kept, too.
        most = self._sizes[name.partition(" ")[0]]
        return deque(at, maxlen=max(_HOST if most is None else most, 1))

    def _used(self, name: str, now: datetime, quirks: Quirks) -> int:
        kind = quirks.host_window if name.startswith("host ") else quirks.meeting_window
        first = next_midnight(now) - timedelta.resolution if kind == "utc-day" else now
        return _used(self._windows.get(name, deque()), now, first - _DAY)

    def _account(self) -> tuple[int, int]:
        size = ACCOUNT_DAY if self.caps.account_day is None else self.caps.account_day
        return size, max(size - self._requests, 0)

    def _begin_day(self, now: datetime) -> None:
        if now.date() != self._day:
            self._day, self._requests = now.date(), 0
            for name, window in list(self._windows.items()):
                if not _used(window, now, now - _DAY):
                    del self._windows[name]


def _used(at: deque[datetime], now: datetime, first: datetime) -> int:
    """Count what lies after `first`; what does not is forgotten, as is the future of a clock."""
    while at and at[-1] > now:  # the clock was set back
        at.pop()
    while at and at[0] <= first:
        at.popleft()
    return len(at)


def _gauge(limit: int | None, used: int, free: str | None) -> dict[str, Any]:
    left = None if limit is None else max(limit - used, 0)
    next_free = free if left == 0 else None
    return {"limit": limit, "used": used, "left": left, "next_free": next_free}


def _shown(size: int, left: int) -> dict[str, str]:
    return {
        facts.HEADERS["category"]: "Light",
        facts.HEADERS["limit"]: str(size),
        facts.HEADERS["remaining"]: str(max(left, 0)),
    }
