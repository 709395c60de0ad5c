"""`rezoom preview`: every start of a series, before Zoom is asked."""

from __future__ import annotations

import re
from calendar import SUNDAY, TextCalendar
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.columns import Columns
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..._disk import write_file
from ..._times import zulu
from .. import flags
from ..console import Console, answers, print_json, talk
from ..exit_codes import UsageError
from ..input import one_of, read_calendar, read_fields, read_series
from ..saved_files import unwritable

if TYPE_CHECKING:
    from ...recurrence import Occurrence

_LISTED, _LISTED_IF_ENDLESS = 60, 12
# More are not worth counting.
_COUNTED = 10_000
_MONTHS_SHOWN = 12


def preview(
    *,
    repeat: flags.Repeat = None,
    rrule: flags.Rrule = None,
    from_ics: flags.FromIcs = None,
    uid: flags.Uid = None,
    body: flags.BodyFile = None,
    start: flags.Start = None,
    timezone: flags.Timezone = None,
    duration: Annotated[
        int | None, flags.option("MINUTES", "The length of each meeting.", min=1)
    ] = None,
    count: Annotated[int | None, flags.option("N", "How many starts to list.", min=1)] = None,
    short_months: Annotated[
        str, typer.Option(metavar="skip|clamp", help="A 31st in a month of 30 days.")
    ] = "skip",
    clock_gaps: Annotated[
        str, typer.Option(metavar="move|drop", help="A start that the clocks jump over.")
    ] = "move",
    ics: Annotated[Path | None, flags.option("FILE", "Write a calendar file too.")] = None,
    as_json: flags.Json = False,
) -> None:
    """List when a series would take place, and what may surprise about it; nothing is sent.

    Leaves with 2 if Zoom would refuse it.
    """
    from ...recurrence import Series
    from ...recurrence._timeline import Forever

    one_of(repeat, rrule, from_ics, body, names="--repeat, --rrule, --from-ics and --body")
    if from_ics is not None:
        if start is not None:
            raise UsageError("--from-ics has its start in the file", next_step="Leave --start out.")
        series = read_calendar(from_ics, uid, timezone, short_months=short_months)
    elif body is None:
        series = read_series(repeat, rrule, start, timezone, short_months=short_months)
    else:
        fields = read_fields(flags.FieldOptions(body=body, start=start, timezone=timezone))
        series = Series.from_zoom(fields.body)
    policies: dict[str, Any] = {"short_months": short_months, "clock_gaps": clock_gaps}
    series = replace(series, **policies).not_empty()
    length = None if duration is None else timedelta(minutes=duration)
    if ics is not None:
        calendar = series.to_ics(duration=length, stamp=datetime.now(UTC).replace(microsecond=0))
        try:
            # As bytes: the line ends of a calendar file are the same on every system.
            write_file(ics, calendar.encode(), private=False)
        except OSError as error:
            raise unwritable(str(ics), error) from None
    problems = series.warnings(now=datetime.now(UTC))
    refused = any(problem.severity == "error" for problem in problems)
    endless = isinstance(series.recurrence.end, Forever)
    limit = count or (_LISTED_IF_ENDLESS if endless else _LISTED)
    found = list(islice(series, limit + 1))
    starts, more = found[:limit], len(found) > limit
    if as_json:
        total = 0 if endless else sum(1 for _ in islice(series, _COUNTED + 1))
        print_json(
            "preview/1",
            sentence=str(series),
            words=str(series.recurrence),
            start=series.start.isoformat(),
            timezone=series.tz.key,
            duration=duration,
            endless=endless,
            total=total if 0 < total <= _COUNTED else None,
            rrule=series.to_rrule(),
            update=series.to_zoom(),
            occurrences=list(_rows(starts)),
            excluded=[day.isoformat() for day in series.excluded],
            more=more,
            ok=not refused,
            problems=[problem.to_dict() for problem in problems],
        )
    else:
        console = answers()
        console.say(series, "bold")
        _print_starts(console, starts, length)
        if more:
            rest = "and so on, without an end" if endless else "and more: --count N lists them"
            console.say(f"… {rest}", "dim")
        if console.is_terminal:
            console.print()
            console.print(months(console, [start.local.date() for start in starts]))
        if problems:
            console.print()
            console.problems(problems)
        if ics is not None:
            talk().say(f"Written: {ics}", "dim")
    raise typer.Exit(2 if refused else 0)


def _print_starts(console: Console, starts: Sequence[Occurrence], length: timedelta | None) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("#", justify="right", header_style="dim", style="dim")
    for column in ("day", "local", "UTC", "offset", ""):
        table.add_column(column, header_style="dim", no_wrap=True)
    for number, (start, row) in enumerate(zip(starts, _rows(starts), strict=True), 1):
        change = row["offset_change"]
        table.add_row(
            str(number),
            f"{start.local:%a}",
            _dates_span(start, length),
            f"{start.utc:%m-%d %H:%M}",
            row["offset"],
            Text(f"clocks {change}" if change else "", style="yellow"),
        )
    console.print(table)


def _rows(starts: Sequence[Occurrence]) -> Iterator[dict[str, Any]]:
    """Describe each start as JSON does; `offset_change` is empty unless the clocks changed."""
    before: timedelta | None = None
    for start in starts:
        offset = start.zoned.utcoffset() or timedelta()
        change = offset - before if before is not None else timedelta()
        yield {
            "index": start.index,
            "local": start.local.isoformat(),
            "utc": zulu(start.utc),
            "weekday": f"{start.local:%A}",
            "offset": _hours(offset),
            "offset_change": _hours(change) if change else "",
        }
        before = offset


def months(console: Console, days: Sequence[date]) -> RenderableType:
    """Draw the months that have starts side by side, as many as fit, the starts marked."""
    found = [
        _month(first, {day.day for day in group}, coloured=console.color_system is not None)
        for first, group in groupby(sorted(days), lambda day: day.replace(day=1))
    ]
    if len(found) > _MONTHS_SHOWN:
        rest = len(found) - _MONTHS_SHOWN
        found[_MONTHS_SHOWN:] = [Text(f"… {rest} month{'s' if rest > 1 else ''} more", "dim")]
    return Columns(found, padding=(0, 2))


def _month(first: date, marked: set[int], *, coloured: bool) -> Text:
    """Draw one month; without colours a star stands behind each marked day."""
    # Weeks begin on Sunday, as Zoom's do.
    drawn = TextCalendar(SUNDAY).formatmonth(first.year, first.month)
    title, names, days = drawn.split("\n", 2)
    on = rf"\b({'|'.join(map(str, marked))})\b"
    text = Text.assemble(title.center(len(names)), (f"\n{names}\n", "dim"))
    if coloured:
        month = Text(days)
        month.highlight_regex(on, "bold reverse")
        return text + month
    return text + Text(re.sub(f"{on} ?", r"\1*", days))


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
