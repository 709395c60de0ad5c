"""Meetings and series in words, for a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from .._redaction import HIDDEN, is_secret, masked
from .._times import WireTimeError, zone
from ..errors import Problem
from .render import leaves, plain, print_problems

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from ..recurrence import Occurrence, Series

_KINDS = {
    1: "instant meeting", 2: "scheduled meeting", 3: "recurring, without a fixed time",
    4: "personal meeting room", 8: "recurring, with a fixed time", 10: "screen share only",
}  # fmt: skip
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_WEEKS = {-1: "last", 1: "first", 2: "second", 3: "third", 4: "fourth"}
_LINK = re.compile(r"https://[^/?#\s]+/j/[0-9]+(?=\?|$)")
_UNITS = {1: "day", 2: "week", 3: "month"}


def print_meeting(console: Console, answer: dict[str, Any], *, reveal: bool) -> None:
    """Show title, time, series, dates and settings; secrets only on request."""
    from rich.table import Table
    from rich.text import Text

    meeting: dict[str, Any] = answer if reveal else masked(answer)
    console.print(Text(plain(meeting.get("topic") or "(no title)"), style="bold"), soft_wrap=True)
    facts = Table.grid(padding=(0, 2))
    for name, words in _facts(meeting, answer, reveal=reveal):
        facts.add_row(Text(f"  {name}", style="dim"), Text(plain(words)))
    console.print(facts)
    place = _place(meeting)
    dates = meeting.get("occurrences")
    if isinstance(dates, list) and dates:
        table = Table(box=None, padding=(0, 2), title="Dates", title_justify="left")
        for column in ("  id", "when", "minutes", "status"):
            table.add_column(column, header_style="dim", no_wrap=True)
        for date in filter(lambda item: isinstance(item, dict), dates):
            style = "dim" if date.get("status") == "deleted" else ""
            table.add_row(*(Text(plain(cell)) for cell in _row(date, place)), style=style)
        console.print(table)
    _print_settings(console, meeting.get("settings"))


def _facts(
    meeting: Mapping[str, Any], answer: Mapping[str, Any], *, reveal: bool
) -> Iterator[tuple[str, str]]:
    place = _place(meeting)
    yield "number", printed_number(meeting.get("id"))
    yield "kind", _KINDS.get(_number(meeting.get("type")), f"type {meeting.get('type')}")
    start = moment(meeting.get("start_time"))
    if start is not None:
        yield "when", _span(start, meeting.get("duration"), place)
    elif meeting.get("start_time"):
        yield "when", str(meeting["start_time"])
    if isinstance(meeting.get("recurrence"), dict):
        yield "series", series_words(meeting["recurrence"], place)
    for name in ("status", "agenda", "host_email"):
        if meeting.get(name):
            yield name.replace("_email", ""), str(meeting[name])
    # The number alone opens nothing: the passcode is in what follows the question mark.
    link = _LINK.match(str(answer.get("join_url", "")))
    if link and not reveal:
        yield "link", f"{link[0]} (asks for the passcode)"
    secret = [name for name in meeting if is_secret(name) and meeting[name]]
    for name in secret if reveal else ():
        yield name, str(meeting[name])
    if secret and not reveal:
        yield "hidden", f"{', '.join(secret)} (--reveal shows them)"


def _print_settings(console: Console, settings: object) -> None:
    from rich.table import Table
    from rich.text import Text

    found = [] if not isinstance(settings, dict) else list(leaves(settings))
    switched_on = [path for path, value in found if value is True]
    valued = [(p, v) for p, v in found if not isinstance(v, bool) and v not in ("", None, [], {})]
    if not switched_on and not valued:
        return
    console.print("Settings", style="italic")
    table = Table.grid(padding=(0, 2))
    for path in switched_on:
        table.add_row(Text(f"  {plain(path)}"), Text("on", style="green"))
    for path, value in valued:
        words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        style = "dim" if words == HIDDEN else ""
        table.add_row(Text(f"  {plain(path)}"), Text(plain(words), style=style))
    console.print(table)


def series_words(recurrence: Mapping[str, Any], place: ZoneInfo | None) -> str:
    """Say a pattern in words: "every 2 weeks on Monday, Wednesday, 12 times"."""
    unit = _UNITS.get(_number(recurrence.get("type")))
    if unit is None:
        return json.dumps(dict(recurrence), ensure_ascii=False)
    every = recurrence.get("repeat_interval")
    words = f"every {every} {unit}s" if isinstance(every, int) and every > 1 else f"every {unit}"
    return words + _days(unit, recurrence) + _end(recurrence, place)


def _days(unit: str, recurrence: Mapping[str, Any]) -> str:
    if unit == "week" and recurrence.get("weekly_days"):
        numbers = str(recurrence["weekly_days"]).split(",")
        return f" on {', '.join(map(_day, numbers))}"
    if unit == "month" and recurrence.get("monthly_week"):
        week = _WEEKS.get(_number(recurrence["monthly_week"]), recurrence["monthly_week"])
        return f" on the {week} {_day(recurrence.get('monthly_week_day'))}"
    if unit == "month" and recurrence.get("monthly_day"):
        return f" on day {recurrence['monthly_day']}"
    return ""


def _end(recurrence: Mapping[str, Any], place: ZoneInfo | None) -> str:
    last = moment(recurrence.get("end_date_time"))
    if last is not None:
        return f", until {_date(_local(last, place))}"
    times = recurrence.get("end_times")
    if times == 0:
        return ", without an end"
    return f", {times} times" if times else ""


def _day(number: object) -> str:
    text = str(number).strip()
    return _DAYS[int(text) - 1] if text in tuple("1234567") else f"day {text}"


def _row(date: Mapping[str, Any], place: ZoneInfo | None) -> tuple[str, str, str, str]:
    start = moment(date.get("start_time"))
    when = str(date.get("start_time", "")) if start is None else _minute(_local(start, place))
    return (
        f"  {date.get('occurrence_id', '')}", when, str(date.get("duration", "")),
        str(date.get("status", "")),
    )  # fmt: skip


def _span(start: datetime, minutes: object, place: ZoneInfo | None) -> str:
    local = _local(start, place)
    until = ""
    if isinstance(minutes, int) and 0 < minutes <= 24 * 60:
        until = f"–{_local(start + timedelta(minutes=minutes), place):%H:%M} ({minutes} min)"
    zulu = f", {start:%H:%M} UTC" if place and local.utcoffset() else ""
    return f"{_minute(local)}{until} {place.key if place else 'UTC'}{zulu}"


def _minute(local: datetime) -> str:
    return f"{_date(local)}, {local:%H:%M}"


def _date(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b} {local.year}"


def _local(instant: datetime, place: ZoneInfo | None) -> datetime:
    try:
        return instant.astimezone(place or UTC)
    except OverflowError:
        return instant


def _place(meeting: Mapping[str, Any]) -> ZoneInfo | None:
    try:
        return zone(meeting["timezone"])
    except (WireTimeError, KeyError):
        return None


def moment(text: object) -> datetime | None:
    """Read an instant of an answer; None for whatever is not one."""
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def printed_number(number: object) -> str:
    """Group a meeting number as Zoom prints it: 857 4606 5012."""
    digits = str(number or "unknown")
    if not digits.isdecimal() or len(digits) not in (9, 10, 11):
        return digits
    middle = 3 if len(digits) < 11 else 4
    return f"{digits[:3]} {digits[3 : 3 + middle]} {digits[3 + middle :]}"


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


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
            str(place), f"{start.local:%a}", _dates_span(start, length), f"{start.utc:%m-%d %H:%M}",
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
    from ..recurrence._pattern import Forever

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


def _dates_span(start: Occurrence, length: timedelta | None) -> str:
    seconds = ":%S" if start.local.second else ""
    shown = f"{start.local:%Y-%m-%d %H:%M{seconds}}"
    if length is None:
        return shown
    # By way of UTC: the clocks may change while the meeting goes on.
    return f"{shown}–{(start.utc + length).astimezone(start.zoned.tzinfo):%H:%M}"


def _hours(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
