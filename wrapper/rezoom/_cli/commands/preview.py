"""`rezoom preview`: every start of a series, before Zoom is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import flags
from ..exit_codes import UsageError
from ..input import one_of, read_change, read_series
from ..meeting_views import endless, print_preview, rows
from ..render import answers, print_json, talk

if TYPE_CHECKING:
    from ...recurrence import Series

_LISTED, _LISTED_IF_ENDLESS = 60, 12
# More are not worth counting.
_COUNTED = 10_000


def preview(
    *,
    repeat: flags.Repeat = None,
    rrule: flags.Rrule = None,
    body: flags.BodyFile = None,
    start: flags.Start = None,
    timezone: flags.Timezone = None,
    duration: Annotated[
        int | None, typer.Option(min=1, metavar="MINUTES", help="The length of each meeting.")
    ] = None,
    count: Annotated[
        int | None, typer.Option("--count", min=1, metavar="N", help="How many starts to list.")
    ] = None,
    short_months: Annotated[
        str, typer.Option(metavar="skip|clamp", help="A 31st in a month of 30 days.")
    ] = "skip",
    clock_gaps: Annotated[
        str, typer.Option(metavar="move|drop", help="A start that the clocks jump over.")
    ] = "move",
    ics: Annotated[
        Path | None, typer.Option("--ics", metavar="FILE", help="Write a calendar file too.")
    ] = None,
    as_json: flags.Json = False,
) -> None:
    """List when a series would take place, and what may surprise about it; nothing is sent.

    Leaves with 2 if Zoom would refuse it.
    """
    policies: dict[str, Any] = {"short_months": short_months, "clock_gaps": clock_gaps}
    asked = _read(repeat, rrule, body, start, timezone, short_months=short_months)
    series = replace(asked, **policies).not_empty()
    length = None if duration is None else timedelta(minutes=duration)
    if ics is not None:
        _write(ics, series.to_ics(duration=length, stamp=datetime.now(UTC).replace(microsecond=0)))
    problems = series.warnings(now=datetime.now(UTC))
    refused = any(problem.severity == "error" for problem in problems)
    limit = count or (_LISTED_IF_ENDLESS if endless(series) else _LISTED)
    found = list(islice(series, limit + 1))
    starts, more = found[:limit], len(found) > limit
    if as_json:
        told = _told(series, duration) | {
            "occurrences": list(rows(starts)),
            "more": more,
            "ok": not refused,
            "problems": [problem.to_dict() for problem in problems],
        }
        print_json("preview/1", told)
    else:
        print_preview(answers(), series, starts, length, more=more, problems=problems)
        if ics is not None:
            talk().print(f"Written: {ics}", style="dim", soft_wrap=True)
    raise typer.Exit(2 if refused else 0)


def _read(
    repeat: str | None,
    rrule: str | None,
    body: str | None,
    start: str | None,
    zone: str | None,
    *,
    short_months: Any,
) -> Series:
    from ...recurrence import Series

    one_of(repeat, rrule, body, names="--repeat, --rrule and --body")
    if body is not None:
        direct = {"start_time": start, "timezone": zone}
        return Series.from_zoom(read_change(body=body, sets=(), direct=direct).body)
    return read_series(repeat, rrule, start, zone, short_months=short_months)


def _told(series: Series, duration: int | None) -> dict[str, Any]:
    total = 0 if endless(series) else sum(1 for _ in islice(series, _COUNTED + 1))
    return {
        "sentence": str(series),
        "words": str(series.recurrence),
        "start": series.start.isoformat(),
        "timezone": series.tz.key,
        "duration": duration,
        "endless": endless(series),
        "total": total if 0 < total <= _COUNTED else None,
        "rrule": series.to_rrule(),
        "update": series.to_zoom(),
    }


def _write(file: Path, text: str) -> None:
    try:
        # As bytes: the line ends of a calendar file are the same on every system.
        file.write_bytes(text.encode())
    except OSError as error:
        raise UsageError(
            f"--ics: cannot write {str(file)!r}: {error.strerror}",
            next_step="Give the path of a file in a folder that exists.",
        ) from None
