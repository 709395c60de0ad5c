"""Which date of a series, as people write it: its id, its day, or its time."""

from __future__ import annotations

from datetime import date, datetime

from .outcome import UsageError


def read_when(text: str) -> str | date | datetime:
    """Read an occurrence id, a day such as 2027-01-06, or a time such as 2027-01-06T09:00.

    A time without Z or an offset is on the clock of the meeting's own zone.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return text
    for kind in (date, datetime):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    raise UsageError(
        f"{text[:40]!r} is no occurrence id, no day and no time",
        next_step="Give the id that `rezoom show` prints, a day such as 2027-01-06, or a time "
        "such as 2027-01-06T09:00 on the meeting's own clock.",
    )
