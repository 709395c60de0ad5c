"""Options of a simulator as text: what a command line, an ini file or a marker says."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ..errors import ConfigError
from ._quirks import behaviours
from ._sim_clock import SimClock


def read_clock(text: str, *, runs: bool = False) -> SimClock:
    """Return a clock that shows the instant, such as 2027-01-01T00:00Z, and stands still there."""
    try:
        return SimClock(datetime.fromisoformat(text.strip()), runs=runs)
    except ValueError as error:  # no date at all, one without a zone, or one too far away
        reason = "" if "isoformat" in str(error) else f": {error}"
        raise ConfigError(
            f"clock: {text!r} is no instant{reason}",
            field="clock",
            next_step="Write date, time and zone: 2027-01-01T00:00Z or 2027-01-01T09:00+01:00.",
        ) from None


def read_quirks(words: Iterable[str]) -> dict[str, Any]:
    """Return quirks from `name=value` texts; where lists are wanted, commas part a value."""
    quirks: dict[str, Any] = {}
    lists = {row.name for row in behaviours() if not row.choices}
    for word in words:
        name, equals, value = (part.strip() for part in word.partition("="))
        if not (name and equals and value):
            raise ConfigError(
                f"quirks: {word!r} is no quirk",
                field="quirks",
                next_step="Write name=value, such as past-start=rewrite-to-now.",
            )
        several = tuple(part.strip() for part in value.split(",") if part.strip())
        quirks[name] = several if name.replace("-", "_") in lists else value
    return quirks
