"""Zoom's limits, counted and kept: the account's, the host's hundred, the meeting's hundred."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from .._wire import facts
from .answers import ACCOUNT_DAY, Limit, next_midnight
from .caps import Caps
from .quirks import Quirks
from .timing import zulu

_DAY = timedelta(hours=facts.QUOTAS["meeting"].hours)
_SECOND = timedelta(seconds=1)
_Key = TypeVar("_Key", str, int)
_HOST, _MEETING = facts.QUOTAS["host"].limit, facts.QUOTAS["meeting"].limit


class Met(NamedTuple):
    """A limit that was met: what Zoom says, what its headers show, and which one it was."""

    limit: Limit
    size: int
    left: int
    note: str


class _Window:
    """Instants within the last span of time, or within the present UTC day."""

    __slots__ = ("_at",)

    def __init__(self, at: Iterable[datetime] = ()) -> None:
        self._at: deque[datetime] = deque(at)

    def __iter__(self) -> Iterator[datetime]:
        return iter(self._at)

    def add(self, now: datetime, most: int | None) -> None:
        self._at.append(now)
        # Without a limit nothing else would ever let go of an instant.
        while most is not None and len(self._at) > max(most, 1):
            self._at.popleft()

    def used(self, now: datetime, span: timedelta, *, rolling: bool = True) -> int:
        at = self._at
        if at and at[-1] > now:  # the clock was set back
            self._at = at = deque(instant for instant in at if instant <= now)
        first = now - span if rolling else next_midnight(now) - _DAY - timedelta.resolution
        while at and at[0] <= first:
            at.popleft()
        return len(at)

    def free_at(self, span: timedelta) -> datetime | None:
        return self._at[0] + span if self._at else None


class Allowance:
    """Counts the requests of an account and the updates of its hosts and meetings.

    No report says how Zoom cuts seconds; here no second-long stretch has more than its share. What
    is refused by a limit is not counted.
    """

    def __init__(self, caps: Caps) -> None:
        self.caps = caps
        # Told the name and the new value of each count, for whoever keeps them; None ends them all.
        self.noted: Callable[[str, object], None] | None = None
        self.reset()

    def reset(self) -> None:
        """Forget what was used."""
        self._day: date | None = None
        self._requests = 0
        self._second = _Window()
        self._hosts: defaultdict[str, _Window] = defaultdict(_Window)
        self._meetings: defaultdict[int, _Window] = defaultdict(_Window)
        if self.noted is not None:
            self.noted("", None)

    def restore(self, notes: Mapping[str, Any]) -> None:
        """Go on from counts that were noted; the second's is not."""
        for name, value in notes.items():
            kind, _, key = name.partition(" ")
            if kind == "account":
                self._day, self._requests = date.fromisoformat(value[0]), value[1]
            else:
                window = _Window(map(datetime.fromisoformat, value))
                if kind == "host":
                    self._hosts[key] = window
                else:
                    self._meetings[int(key)] = window

    def request(self, now: datetime) -> Met | None:
        """Count one request of the account, unless a limit of its plan is met."""
        self._turn_page(now)
        caps = self.caps
        if caps.second is not None and self._second.used(now, _SECOND) >= caps.second:
            return Met("second", caps.second, 0, f"second: {caps.second} requests within a second")
        if caps.account_day is not None and self._requests >= caps.account_day:
            size = caps.account_day
            return Met("account-day", size, 0, f"account-day: {size} of {size} used")
        if caps.second is not None:
            self._second.add(now, caps.second)
        self._requests += 1
        if self.noted is not None:
            self.noted("account", [now.date().isoformat(), self._requests])
        return None

    def refuses(self, host: str, meeting: int, now: datetime, quirks: Quirks) -> Met | None:
        """Tell which hundred leaves no room for an update of this meeting."""
        for name, size, used in (
            ("host-day", self.caps.host_day, self._of_host(host, now, quirks)),
            ("meeting-day", self.caps.meeting_day, self._of_meeting(meeting, now, quirks)),
        ):
            if size is not None and used >= size:
                # No 429 has been seen that names the meeting's limit: Zoom answers as for a host.
                shown, left = (
                    (size, 0) if quirks.host_day_headers == "own-pool" else self._account()
                )
                return Met("host-day", shown, left, f"{name}: {used} of {size} used")
        return None

    def update(self, host: str, meeting: int, now: datetime) -> None:
        """Count one update of a meeting."""
        self._turn_page(now)
        self._hosts[host].add(now, self.caps.host_day or _HOST)
        self._meetings[meeting].add(now, self.caps.meeting_day or _MEETING)
        if self.noted is not None:
            self.noted(f"host {host}", [at.isoformat() for at in self._hosts[host]])
            self.noted(f"meeting {meeting}", [at.isoformat() for at in self._meetings[meeting]])

    def headers(self, host: str, now: datetime, quirks: Quirks) -> dict[str, str]:
        """Return the headers of a successful update: the host's pool, counting down."""
        # https://devforum.zoom.us/t/59670
        size = self.caps.host_day if self.caps.host_day is not None else _HOST
        return _shown(size, size - self._of_host(host, now, quirks))

    def account_headers(self) -> dict[str, str]:
        """Return the headers of any other success: the account's pool."""
        return _shown(*self._account())

    def to_dict(self, now: datetime, quirks: Quirks) -> dict[str, Any]:
        """Return what is used and what is left, ready for JSON."""
        self._turn_page(now)
        midnight = zulu(next_midnight(now))
        caps = self.caps
        hosts = {
            host: _gauge(caps.host_day, self._of_host(host, now, quirks), midnight)
            for host in list(self._hosts)
        }
        meetings = {
            str(number): _gauge(
                caps.meeting_day,
                self._of_meeting(number, now, quirks),
                _text(window.free_at(_DAY)) if quirks.meeting_window == "rolling" else midnight,
            )
            for number, window in list(self._meetings.items())
        }
        return {
            "second": _gauge(caps.second, self._second.used(now, _SECOND), None),
            "account_day": _gauge(caps.account_day, self._requests, midnight),
            "hosts": {host: gauge for host, gauge in hosts.items() if gauge["used"]},
            "meetings": {number: gauge for number, gauge in meetings.items() if gauge["used"]},
        }

    def _of_host(self, host: str, now: datetime, quirks: Quirks) -> int:
        window = self._hosts.get(host)
        rolling = quirks.host_window == "rolling"
        return window.used(now, _DAY, rolling=rolling) if window else 0

    def _of_meeting(self, meeting: int, now: datetime, quirks: Quirks) -> int:
        window = self._meetings.get(meeting)
        rolling = quirks.meeting_window == "rolling"
        return window.used(now, _DAY, rolling=rolling) if window else 0

    def _account(self) -> tuple[int, int]:
        size = ACCOUNT_DAY if self.caps.account_day is None else self.caps.account_day
        return size, max(size - self._requests, 0)

    def _turn_page(self, now: datetime) -> None:
        if now.date() != self._day:
            self._day, self._requests = now.date(), 0
            _forget_unused(self._hosts, now)
            _forget_unused(self._meetings, now)


def _forget_unused(windows: dict[_Key, _Window], now: datetime) -> None:
    for key in [key for key, window in windows.items() if not window.used(now, _DAY)]:
        del windows[key]


def _gauge(limit: int | None, used: int, free: str | None) -> dict[str, Any]:
    left = None if limit is None else max(limit - used, 0)
    return {
        "limit": limit,
        "used": used,
        "left": left,
        "next_free": None if left or limit is None else free,
    }


def _shown(size: int, left: int) -> dict[str, str]:
    return {
        facts.HEADERS["category"]: "Light",
        facts.HEADERS["limit"]: str(size),
        facts.HEADERS["remaining"]: str(max(left, 0)),
    }


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else zulu(instant)
