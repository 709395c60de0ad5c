"""A series for people: its sentence, its starts, its months, and what may surprise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ..errors import Problem
from .render import print_problems

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from ..recurrence import Occurrence, Series

_WEEK = ("Su", "Mo", "Tu", "We", "Th", "Fr", "Sa")
_CELL, _GAP = 3, 2
_MONTHS_SHOWN = 12


def print_preview(
    console: Console,
    series: Series,
    starts: Sequence[Occurrence],
    length: timedelta | None,
    *,
    more: bool,
    problems: Sequence[Problem],
) -> None:
    """Show the sentence, the list, on a terminal the months, and the problems with their dates."""
    from rich.table import Table
    from rich.text import Text

    console.print(Text(str(series), style="bold"), soft_wrap=True)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("#", justify="right", header_style="dim", style="dim")
    for column in ("day", "local", "UTC", "offset", ""):
        table.add_column(column, header_style="dim", no_wrap=True)
    for place, (start, row) in enumerate(zip(starts, rows(starts), strict=True), 1):
        changed = Text(f"clocks {row['offset_change']}", style="yellow")
        table.add_row(
            str(place), f"{start.local:%a}", _span(start, length), f"{start.utc:%m-%d %H:%M}",
            row["offset"], changed if row["offset_change"] else "",
        )  # fmt: skip
    console.print(table)
    if more:
        words = "and so on, without an end" if endless(series) else "and more: --count N lists them"
        console.print(f"… {words}", style="dim")
    if console.is_terminal:
        console.print()
        console.print(months(console, [start.local.date() for start in starts]))
    if problems:
        console.print()
        print_problems(console, problems)


def endless(series: Series) -> bool:
    """Tell whether a series has no end."""
    from ..recurrence.pattern import Forever

    return isinstance(series.recurrence.end, Forever)


def rows(starts: Sequence[Occurrence]) -> Iterator[dict[str, Any]]:
    """Describe each start as JSON does; `offset_change` is empty unless the clocks changed."""
    before: timedelta | None = None
    for start in starts:
        offset = start.zoned.utcoffset() or timedelta()
        change = offset - before if before is not None else timedelta()
        yield {
            "index": start.index,
            "local": start.local.isoformat(),
            "utc": f"{start.utc.replace(tzinfo=None).isoformat()}Z",
            "weekday": f"{start.local:%A}",
            "offset": _hours(offset),
            "offset_change": _hours(change) if change else "",
        }
        before = offset


def months(console: Console, days: Sequence[date]) -> RenderableType:
    """Draw the months that have starts side by side, as many as fit, the starts marked."""
    from rich.columns import Columns
    from rich.text import Text

    found = [
        _month(first, {day.day for day in group}, coloured=console.color_system is not None)
        for first, group in groupby(sorted(days), lambda day: day.replace(day=1))
    ]
    if len(found) > _MONTHS_SHOWN:
        rest = len(found) - _MONTHS_SHOWN
        found[_MONTHS_SHOWN:] = [Text(f"… {rest} month{'s' if rest > 1 else ''} more", "dim")]
    return Columns(found, padding=(0, _GAP))


def _month(first: date, marked: set[int], *, coloured: bool) -> Text:
    """Draw one month; without colours a star stands behind each marked day."""
    from rich.text import Text

    following = (first + timedelta(days=31)).replace(day=1)
    length = (following - first).days
    text = Text(f"{first:%B %Y}".center(len(_WEEK) * _CELL), style="")
    text.append("\n" + " ".join(_WEEK) + " \n", style="dim")
    # Weeks begin on Sunday, as Zoom's do.
    offset = first.isoweekday() % 7
    text.append(" " * _CELL * offset)
    for day in range(1, length + 1):
        on = day in marked
        text.append(f"{day:>2}", style="bold reverse" if on and coloured else "")
        text.append("*" if on and not coloured else " ")
        if (offset + day) % 7 == 0 and day < length:
            text.append("\n")
    text.append("\n")
    return text


def _span(start: Occurrence, length: timedelta | None) -> str:
    seconds = ":%S" if start.local.second else ""
    shown = f"{start.local:%Y-%m-%d %H:%M{seconds}}"
    if length is None:
        return shown
    # By way of UTC: the clocks may change while the meeting goes on.
    return f"{shown}–{(start.utc + length).astimezone(start.zoned.tzinfo):%H:%M}"


def _hours(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
