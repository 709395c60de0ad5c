"""How much of the daily limits is used: counted for the headers, not yet enforced."""

from collections import Counter
from datetime import date, datetime

from .._wire import facts

HOST_DAY = facts.QUOTAS["host"].limit
ACCOUNT_DAY = facts.RATES["free"].per_day or 0


class Allowance:
    """Counts updates per host and requests per account, from 00:00 UTC on."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._updates: Counter[str] = Counter()
        self._requests = 0

    def request(self, now: datetime) -> None:
        """Count one request of the account."""
        self._turn_page(now)
        self._requests += 1

    def update(self, host: str, now: datetime) -> None:
        """Count one update that reached a meeting of this host, whatever comes of it."""
        self._turn_page(now)
        self._updates[host] += 1

    def headers(self, host: str | None = None) -> dict[str, str]:
        """Return the headers of a success: the host's pool for an update, else the account's."""
        # A pool of 100 counting down on updates: https://devforum.zoom.us/t/59670
        limit, used = (
            (ACCOUNT_DAY, self._requests) if host is None else (HOST_DAY, self._updates[host])
        )
        return {
            "x-ratelimit-category": "Light",
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(limit - used, 0)),
        }

    def _turn_page(self, now: datetime) -> None:
        if now.date() != self._day:
            self._day, self._requests = now.date(), 0
            self._updates.clear()
