"""Which limits hold: the spec's, an account plan's, and what the caller makes of them."""

from __future__ import annotations

import logging
import math
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias, cast

from .._public import public
from .._wire import facts
from ..errors import ConfigError
from .model import Lease, Reservation, Scope, day_key, host_key, meeting_key, pace_key, wrong
from .pacing import SHARE, Pace

_log = logging.getLogger("rezoom.quota")
AccountPlan: TypeAlias = Literal["free", "pro", "business"]

# The daily figure of the plans that have one.
_DAY = max(rate.per_day or 0 for rate in facts.RATES.values())


@public("rezoom.quota")
class _Plan(Enum):
    FROM_PLAN = "from plan"


FROM_PLAN: Final = _Plan.FROM_PLAN


@public("rezoom.quota")
@dataclass(frozen=True, slots=True)
class Limits:
    """The limits to keep; None switches one off. What is left out is what the spec says.

    `account_day` and `per_second` follow the account plan unless they are given.
    """

    meeting: int | None = facts.QUOTAS["meeting"].limit
    host: int | None = facts.QUOTAS["host"].limit
    account_day: int | Literal[_Plan.FROM_PLAN] | None = FROM_PLAN
    per_second: float | Literal[_Plan.FROM_PLAN] | None = FROM_PLAN

    def __post_init__(self) -> None:
        for name in ("meeting", "host", "account_day"):
            _check(name, getattr(self, name), int)
        _check("per_second", self.per_second, int, float)

    @classmethod
    def parse(cls, text: str) -> Limits:
        """Read limits as REZOOM_LIMITS has them: "meeting=80,host=off"."""
        given: dict[str, int | float | None] = {}
        names = [limit.name for limit in fields(cls)]
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = (word.strip() for word in part.partition("="))
            if name not in names or name in given:
                raise ConfigError(
                    f"the limits have {part!r}",
                    field="limits",
                    next_step=f"Give each of {', '.join(names)} at most once: meeting=80,host=off.",
                )
            given[name] = None if value == "off" else _number(name, value)
        try:
            return cls(**given)  # type: ignore[arg-type] # which name takes which number, it checks
        except ConfigError as error:
            fix = error.next_step.replace("None", "off")
            raise ConfigError(error.message, field="limits", next_step=fix) from None

    @classmethod
    def of_plan(cls, account_plan: str | None) -> Limits:
        """Read what Zoom allows an account of that plan; None: what it allows every account."""
        if account_plan is None:
            return cls(account_day=None, per_second=None)
        rate = facts.RATES.get(account_plan)
        if rate is None:
            plans = ", ".join(facts.RATES)
            step = f"Give one of {plans}, or None when it is not known."
            raise wrong("account_plan", account_plan, step)
        return cls(account_day=rate.per_day, per_second=rate.per_second)


@public("rezoom.quota")
class Policy:
    """Limits and plan, turned into reservations of a ledger.

    `limits` holds the limits that are kept.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        account_plan: str | None = None,
        lease: Lease | None = None,
        refused_count: bool = False,
    ) -> None:
        """Resolve the limits; raises ConfigError for a plan that does not exist.

        `refused_count` tells whether a request that Zoom refuses by its limit per second is counted
        in the daily limits. No source says so, and it is inferred that it is not: a limiter stands
        in front of what counts the updates.
        """
        if limits is not None and not isinstance(limits, Limits):
            step = "Give Limits(meeting=80, …), or a text by Limits.parse or REZOOM_LIMITS."
            raise wrong("limits", limits, step)
        own = Limits.of_plan(account_plan)
        given = limits or Limits()
        left_out = {
            limit.name: getattr(own, limit.name)
            for limit in fields(Limits)
            if getattr(given, limit.name) is FROM_PLAN
        }
        self.limits = replace(given, **left_out)
        self.account_plan = account_plan
        self.lease = lease or Lease()
        self.refused_count = refused_count
        self._own = own
        for name, (kept, theirs) in self.raised.items():
            _log.warning(
                "the limit %s is set to %s; Zoom's own is %s, and Zoom will refuse what is above",
                name,
                "off" if kept is None else kept,
                theirs,
            )

    @property
    def raised(self) -> dict[str, tuple[float | None, float]]:
        """Return the limits above Zoom's own: what is kept (None: nothing), and Zoom's own."""
        pairs = {
            limit.name: (getattr(self.limits, limit.name), getattr(self._own, limit.name))
            for limit in fields(Limits)
        }
        return {name: pair for name, pair in pairs.items() if _above(*pair)}

    def reservation(
        self, account: str, meeting: int | None = None, host: str | None = None
    ) -> Reservation:
        """Name what one update (or, without a meeting, one create) spends.

        `account` names the account and the API's origin. `host` is None while it is unknown.
        """
        if not isinstance(account, str) or not account.strip():
            raise wrong("account", account, "Give the name of the account in the ledger.")
        scopes = []
        if meeting is not None:
            scopes.append(_of_meeting(account, meeting, self.limits.meeting))
        if host is not None:
            scopes.append(_of_host(account, host, self.limits.host))
        day, pace = self._account(account)
        return Reservation((*scopes, day), pace, self.lease)

    def reading(self, account: str) -> Reservation | None:
        """Name what a read spends: a turn, and a call of the account's day; None: nothing kept."""
        if self.limits.account_day is None and self.limits.per_second is None:
            return None
        day, pace = self._account(account)
        return Reservation((day,), pace, self.lease)

    def _account(self, account: str) -> tuple[Scope, Pace]:
        # Resolved in __init__: neither is FROM_PLAN any more.
        return _of_account(
            account,
            cast("int | None", self.limits.account_day),
            cast("float | None", self.limits.per_second),
        )


def next_utc_midnight(instant: datetime) -> datetime:
    """Return the first 00:00 UTC after `instant`."""
    day = instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)


def _below(per_second: float) -> float:
    """Return the rate that keeps a limit per second in every second: calls come whole."""
    return SHARE * (math.floor(per_second) or per_second)


@lru_cache(4096)
def _of_meeting(account: str, meeting: int, limit: int | None) -> Scope:
    counted = facts.QUOTAS["meeting"]
    window: Any = counted.window  # one of Window's, as a test of the spec says
    # A limit that is off still keeps a second update of the meeting waiting its turn.
    key = meeting_key(account, meeting)
    return Scope("meeting", key, limit, window, counted.hours, exclusive=True)


@lru_cache
def _of_account(account: str, limit: int | None, per_second: float | None) -> tuple[Scope, Pace]:
    kept = _DAY if limit is None else limit
    day = Scope("account", day_key(account), kept, "utc-day", gate=limit is None)
    if per_second is None:
        most = max(known.per_second for known in facts.RATES.values())
        return day, Pace(pace_key(account), None, most)
    return day, Pace(pace_key(account), _below(per_second), per_second)


@lru_cache(4096)
def _of_host(account: str, host: str, limit: int | None) -> Scope:
    counted = facts.QUOTAS["host"]
    window: Any = counted.window
    # What is not counted is still closed when Zoom says so.
    kept = counted.limit if limit is None else limit
    key = host_key(account, host)
    return Scope("host", key, kept, window, counted.hours, gate=limit is None)


def _number(name: str, text: str) -> float:
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    raise ConfigError(
        f"the limit {name} is {text!r}",
        field="limits",
        next_step="Give a number, or off to switch the limit off.",
    )


def _check(name: str, value: object, *kinds: type) -> None:
    if value is None or value is FROM_PLAN:
        return
    number = isinstance(value, kinds) and not isinstance(value, bool)
    if not number or not 0 < cast("float", value) < math.inf:
        whole = "a whole number from 1 up" if kinds == (int,) else "a number above 0"
        raise ConfigError(
            f"the limit {name} is {value!r}",
            field=name,
            next_step=f"Give {whole}, or None to switch the limit off.",
        )


def _above(kept: float | None, own: float | None) -> bool:
    return own is not None and (kept is None or kept > own)
