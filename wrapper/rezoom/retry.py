"""When to try again: backoff with jitter, statuses worth another try, and `Retry-After`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeAlias

from .errors import ConfigError

Wait: TypeAlias = float | timedelta

# A daily limit resets within 24 hours; one more allows for a clock that disagrees with Zoom's.
LONGEST_WAIT = timedelta(hours=25)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential growth up to a cap, with full jitter."""

    base: float = 0.5
    factor: float = 2.0
    cap: float = 8.0

    def delay(self, attempt: int, rand: Callable[[], float]) -> float:
        """Return the seconds to wait after the given failed attempt, the first being 1."""
        # Past 32 doublings only the float would overflow.
        growth = self.factor ** min(max(attempt - 1, 0), 32)
        return min(self.cap, self.base * growth) * rand()


def seconds(wait: Wait) -> float:
    """Read a waiting time in seconds or as a timedelta."""
    value = wait.total_seconds() if isinstance(wait, timedelta) else wait
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise ConfigError(
            f"wait is {wait!r}", field="wait", next_step="Give seconds from 0 up, or a timedelta."
        )
    return float(value)


def retryable_status(status: int) -> bool:
    """Tell whether a gateway, not Zoom's application, gave this answer."""
    return status in {502, 503, 504}


def parse_retry_after(value: str | None, now: datetime) -> datetime | None:
    """Return the instant a `Retry-After` header names; None for the past and for nonsense.

    Zoom writes an ISO instant for its daily limits (source DOC-RL,
    https://developers.zoom.us/docs/api/rate-limits/); proxies write seconds or an HTTP date.
    """
    text = (value or "").strip()
    try:
        instant = _seconds(text, now) or _iso_instant(text) or _http_date(text)
    except OverflowError:
        return None
    if instant is None or instant <= now:
        return None
    return min(instant, now + LONGEST_WAIT).astimezone(UTC)


def _seconds(text: str, now: datetime) -> datetime | None:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return None
    return now + timedelta(seconds=min(float(text), LONGEST_WAIT.total_seconds()))


def _iso_instant(text: str) -> datetime | None:
    try:
        return _in_utc(datetime.fromisoformat(text))
    except ValueError:
        return None


def _http_date(text: str) -> datetime | None:
    try:
        return _in_utc(parsedate_to_datetime(text))
    except ValueError:
        return None


def _in_utc(instant: datetime) -> datetime:
    # Zoom's texts speak of GMT wherever they leave the zone out.
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
