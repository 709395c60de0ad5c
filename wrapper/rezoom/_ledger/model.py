"""The model of a ledger: keys, scopes, leases, reservations, grants, and what answers teach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from sys import maxsize
from typing import Literal, NamedTuple, TypeAlias
from urllib.parse import quote, unquote, urlsplit

from .._paths import encodable
from .._public import public
from .._times import DAY, HOUR, MINUTE, SECOND, instant, micros
from ..errors import ConfigError, SlotExpired
from .pacing import Pace

# What an address may leave out, so that both ways to write it are one account.
_PORTS = {"http": 80, "https": 443}


# What a float holds to the microsecond, as scripts in Redis count; it is in the year 2112.
_LATEST = 1 << 52


def wrong(name: str, value: object, next_step: str) -> ConfigError:
    """Refuse the value of an argument or option."""
    return ConfigError(f"{name} is {value!r:.80}", field=name, next_step=next_step)


def checked_host(host: str) -> str:
    """Return the name of a host; raise ConfigError for what is none."""
    if not isinstance(host, str) or not host.strip() or not encodable(host):
        raise wrong("host", host, "Give the host's id or e-mail address; None: it is not known.")
    return host


def reset_at(until: datetime) -> int:
    """Count an instant at which Zoom resets a limit; raise ConfigError for what cannot be one."""
    if isinstance(until, datetime) and until.utcoffset() is not None:
        at = micros(until)
        if at < _LATEST:
            return at
    raise wrong("until", until, "Give an aware datetime before the year 2112.")


class Key(NamedTuple):
    """A scope's key, taken apart; `name` is a meeting's number, a host's id, or empty."""

    account: str
    scope: str
    name: str


@lru_cache
def account_key(url: str, account: str | None) -> str:
    """Name an account behind the API at `url`: the same id elsewhere is another account."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    origin = f"[{host}]" if ":" in host else host
    if parts.port not in (None, _PORTS.get(parts.scheme)):
        origin += f":{parts.port}"
    return f"{origin}/{quote(account or 'default', safe='@.')}"


def meeting_key(account: str, meeting: int) -> str:
    """Name the updates of a meeting."""
    return f"{account}/meeting/{meeting}"


def host_key(account: str, host: str) -> str:
    """Name the creates and updates of a host."""
    return f"{account}/host/{quote(checked_host(host), safe='@.')}"


def day_key(account: str) -> str:
    """Name the account's requests of a day."""
    return f"{account}/day"


def pace_key(account: str) -> str:
    """Name the account's requests of a second."""
    return f"{account}/pace"


def is_alias(host: str) -> bool:
    """Tell whether a host is named by what only Zoom can resolve: "me", or an e-mail address.

    Ids of users hold no "@" (https://developers.zoom.us/docs/api/users/).
    """
    return checked_host(host) == "me" or "@" in host


def account_of(key: str) -> str:
    """Read the account out of any key."""
    return "/".join(key.split("/")[:2])


def read_key(key: str) -> Key | None:
    """Take a key apart; None for what is no counted scope."""
    account = account_of(key)
    match key.split("/")[2:]:
        case ["meeting", number] if number.isascii() and number.isdigit():
            return Key(account, "meeting", number)
        case ["host", host]:
            return Key(account, "host", unquote(host))
        case ["day"]:
            return Key(account, "account", "")
    return None


Window = Literal["rolling", "utc-day"]

# Above this many places a scope is counted in bundles that free together, by the minute.
_BUNDLED_ABOVE = 256
# What a phase without a timeout is reckoned with, in seconds.
_ENDLESS = 600.0


@public("rezoom.quota")
@dataclass(frozen=True, slots=True)
class Scope:
    """One counted limit: `limit` places under `key` in a window; None counts without refusing.

    `exclusive`: at most one request is under way at a time. `gate`: nothing is counted, and only
    Zoom's own word closes it; `limit` is the figure that is named then.
    """

    name: str
    key: str
    limit: int | None
    window: Window = "rolling"
    hours: float = 24
    exclusive: bool = False
    gate: bool = False
    rolling: bool = field(init=False, repr=False, compare=False)
    span: int = field(init=False, repr=False, compare=False)
    most: int = field(init=False, repr=False, compare=False)
    counted: bool = field(init=False, repr=False, compare=False)
    # Places that were settled are kept as one number per minute.
    bundled: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        most = maxsize if self.limit is None or self.gate else self.limit
        object.__setattr__(self, "rolling", self.window == "rolling")
        object.__setattr__(self, "span", round(self.hours * HOUR))
        object.__setattr__(self, "most", most)
        object.__setattr__(self, "counted", most < maxsize)
        object.__setattr__(self, "bundled", _BUNDLED_ABOVE < most < maxsize)

    def free_at(self, latest: int, margin: int, ahead: int = 0) -> int:
        """Tell when a request that Zoom counted at `latest` at the latest stops counting.

        `ahead` is how far the wall clock is ahead of the clock that `latest` was read from. Where
        they disagree it is unknown which day Zoom writes: the later one counts.
        """
        if self.rolling:
            return latest + self.span + margin
        # Zoom's midnight is anywhere within the margin around ours, so the margin counts twice.
        free = ((latest + margin) // DAY + 1) * DAY + margin
        if -margin <= ahead <= margin:
            return free
        return max(free, ((latest + ahead + margin) // DAY + 1) * DAY + margin - ahead)

    def settled_at(self, latest: int, margin: int, ahead: int = 0) -> int:
        """Tell when an answered request stops counting; days and bundles end with a minute."""
        if self.rolling and not self.bundled:
            return latest + self.span + margin
        return -(-self.free_at(latest, margin, ahead) // MINUTE) * MINUTE


@public("rezoom.quota")
@dataclass(frozen=True, slots=True)
class Lease:
    """How long an unanswered request is reckoned with; in microseconds."""

    # From the turn until the last instant at which a written request can still reach Zoom: the
    # deadline of the attempt, the kernel's retransmissions, proxies.
    horizon: int = 15 * MINUTE
    # What the clocks may drift apart in a window: NTP slews by at most 43 s in 24 hours.
    margin: int = MINUTE
    # From the turn until the request must be on its way, or the place may not be used any more.
    send_within: int = MINUTE

    @classmethod
    def for_deadline(cls, deadline: timedelta) -> Lease:
        """Allow for attempts that may take up to `deadline`."""
        longest = round(deadline.total_seconds() * SECOND)
        return cls(horizon=max(cls().horizon, cls().send_within + longest + 10 * MINUTE))

    @classmethod
    def for_phases(cls, timeouts: Iterable[float | None]) -> Lease:
        """Allow for attempts whose phases have these timeouts, in seconds; None: no timeout."""
        bounded = (_ENDLESS if timeout is None else timeout for timeout in timeouts)
        return cls.for_deadline(timedelta(seconds=sum(bounded)))


@public("rezoom.quota")
@dataclass(frozen=True, slots=True)
class Reservation:
    """One place in every scope or in none, and a turn at `pace`."""

    scopes: tuple[Scope, ...]
    pace: Pace | None = None
    lease: Lease = Lease()

    @property
    def counted(self) -> list[Scope]:
        """The scopes in which a request takes a slot: all but gates."""
        return [scope for scope in self.scopes if not scope.gate]

    def scope(self, name: str) -> Scope | None:
        """Find a scope by its name."""
        return next((scope for scope in self.scopes if scope.name == name), None)


@public("rezoom.quota")
class Grant(NamedTuple):
    """A place in every scope of `reservation`, counted as spent until it is settled or released.

    Sleep `pause` seconds, then send, at `send_by` at the latest. `at` and `delay` hold the instant
    of the grant and the pause in microseconds. With `counted` False there is no place: the ledger
    could not be used, and the caller chose to send all the same (`ledger_down`).
    """

    token: str
    reservation: Reservation
    at: int
    delay: int = 0
    counted: bool = True

    @property
    def granted_at(self) -> datetime:
        """When it was granted."""
        return instant(self.at)

    @property
    def pause(self) -> float:
        """How many seconds there are until the turn."""
        return self.delay / SECOND

    @property
    def not_before(self) -> datetime:
        """The instant of the turn, before which nothing may be sent."""
        return instant(self.at + self.delay)

    @property
    def send_by(self) -> datetime:
        """The last instant at which the request may be sent on this place."""
        return instant(self.at + self.delay + self.reservation.lease.send_within)

    def check(self, now: datetime) -> None:
        """Raise SlotExpired when it is too late to send: the process or machine was paused."""
        if now > self.send_by:
            late = (now - self.send_by).total_seconds()
            raise SlotExpired(f"The reserved place was to be used {late:.0f} s ago at the latest")


def granted_before(
    reservation: Reservation, token: str, send_by: int, now: int, ahead: int
) -> Grant:
    """Grant once more what is still pending; the time to send it is no longer than it was."""
    turn = send_by - reservation.lease.send_within
    return Grant(token, reservation, min(now, turn) + ahead, max(0, turn - now))


@dataclass(frozen=True, slots=True)
class Block:
    """Zoom refuses everything in the scope called `name` until its own limit resets."""

    name: str
    until: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class External:
    """Zoom has counted `used` in the scope called `name`: what we did not send, others did."""

    name: str
    used: int


@dataclass(frozen=True, slots=True)
class SlowDown:
    """Too many requests a second; `limit` is the number that Zoom's answer names."""

    limit: float | None = None


Lesson: TypeAlias = Block | External | SlowDown
