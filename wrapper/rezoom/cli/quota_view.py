"""Quotas as people read them: bars, what is left, and the local times at which places come back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from .meeting_view import printed_number
from .render import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from ..quota import Gauge

# How long a bar is, and where the terminal leaves less room for it.
_WIDE, _NARROW = 20, 10
# How much room a name gets.
_NAME = 24
# In the order in which a bar is filled: the count, its cell and its colour.
_PARTS = (
    ("used", "█", "green"), ("pending", "▓", "cyan"), ("unknown", "▒", "yellow"),
    ("external", "░", "magenta"),
)  # fmt: skip
_FREE = "·"
_TIMES = 4


@dataclass(frozen=True, slots=True)
class Line:
    """The gauge of one scope, and of what it is one."""

    scope: str
    meeting: int | None
    host: str | None
    gauge: Gauge

    @classmethod
    def of(
        cls, scope: str, meeting: int | None, host: str | None, gauge: Gauge | None
    ) -> Iterator[Line]:
        """Make the line of a gauge; none where the limit is off."""
        if gauge is not None:
            yield cls(scope, meeting, host, gauge)

    @property
    def title(self) -> str:
        """Name the scope for people."""
        if self.meeting is not None:
            return f"meeting {printed_number(self.meeting)}"
        return "account" if self.host is None else f"host {plain(self.host)}"

    def to_dict(self) -> dict[str, Any]:
        """Return the line as JSON-ready data; times in UTC with Z."""
        frees = [{"at": _zulu(at), "places": number} for at, number in self.gauge.frees]
        named: dict[str, Any] = {"scope": self.scope}
        if self.meeting is not None:
            named["meeting"] = self.meeting
        if self.scope != "account":
            named["host"] = self.host
        return named | self.gauge.to_dict() | {"frees": frees}


def print_lines(console: Console, lines: Sequence[Line]) -> None:
    """Show a bar and the counts per scope, then when places come back."""
    from rich.table import Table
    from rich.text import Text

    if not lines:
        return
    now = datetime.now(UTC)
    columns: dict[str, list[Text]] = {"left": []}
    for line in lines:
        left = f"{line.gauge.remaining} of {line.gauge.limit}"
        columns["left"].append(Text(left, style="" if line.gauge.remaining else "red"))
    # What is nowhere needs no column.
    for name, _, _ in _PARTS:
        counts = [getattr(line.gauge, name) for line in lines]
        if any(counts):
            columns[name] = [Text(str(count or "")) for count in counts]
    columns["next free"] = [Text(_next_free(line.gauge, now)) for line in lines]
    widths = {name: max(len(name), *map(len, texts)) for name, texts in columns.items()}
    # What a shorter bar does not make room for goes: the bar says it too.
    names = min(_NAME, max(len(line.title) for line in lines))
    room = console.width - sum(2 + width for width in (names, *widths.values())) - 2
    cells = _WIDE if room >= _WIDE else _NARROW
    if room < cells:
        columns = {name: columns[name] for name in ("left", "next free")}
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("", overflow="fold")
    table.add_column("", no_wrap=True, min_width=cells)
    for name in columns:
        # Only a name may be folded: of a number, a part would be another number.
        side: Literal["left", "right"] = "left" if name == "next free" else "right"
        table.add_column(
            name, header_style="dim", justify=side, no_wrap=True, min_width=widths[name]
        )
    for line, *row in zip(lines, *columns.values(), strict=True):
        table.add_row(Text(line.title), _bar(line.gauge, cells), *row)
    console.print(table)
    for line in lines:
        if len(_minutes(line.gauge)) > 1:
            console.print(f"{line.title}: {_comes_back(line.gauge, now)}", soft_wrap=True)


def left(gauge: Gauge, whose: str) -> str:
    """Say in words what is left: "97 of 100 updates of this meeting left until 14:03"."""
    until = "" if gauge.next_free is None else f" until {_when(gauge.next_free, datetime.now(UTC))}"
    return f"{gauge.remaining} of {gauge.limit} {whose} left{until}"


def _bar(gauge: Gauge, cells: int) -> Text:
    from rich.text import Text

    bar, before = Text(), 0
    total = max(gauge.limit, 1)
    for name, cell, colour in _PARTS:
        count = getattr(gauge, name)
        start, before = before, before + count
        # One of a hundred is seen too, and the last free place is not hidden.
        filled = -(-min(before, total) * cells // total) - -(-min(start, total) * cells // total)
        bar.append(cell * filled, style=colour)
    if gauge.remaining and len(bar) == cells:
        bar.right_crop(1)
    return bar.append(_FREE * (cells - len(bar)), style="dim")


def _comes_back(gauge: Gauge, now: datetime) -> str:
    """Say when places come back, minute by minute; only the first few, and the last."""
    shown = list(_minutes(gauge).items())
    words = [f"{number} at {_when(at, now)}" for at, number in shown[:_TIMES]]
    rest = shown[_TIMES:]
    if rest:
        number = sum(count for _, count in rest)
        words.append(f"{number} more until {_when(rest[-1][0], now)}")
    return f"places come back: {', '.join(words)}"


def _next_free(gauge: Gauge, now: datetime) -> str:
    """Say when the next place comes back, and how many do with it."""
    if gauge.next_free is None:
        return ""
    number = _minutes(gauge).get(_minute(gauge.next_free))
    return f"{f'{number} at ' if number else ''}{_when(gauge.next_free, now)}"


def _minutes(gauge: Gauge) -> dict[datetime, int]:
    """Count the places that come back, by the minute."""
    minutes: dict[datetime, int] = {}
    for at, number in gauge.frees:
        minute = _minute(at)
        minutes[minute] = minutes.get(minute, 0) + number
    return minutes


def _when(at: datetime | None, now: datetime) -> str:
    """Write an instant on the clock of this machine; up to the minute, so never too early."""
    if at is None:
        return ""
    local, here = _minute(at).astimezone(), now.astimezone()
    clock = f"{local:%H:%M}"
    return clock if local.date() == here.date() else f"{local:%a} {local.day} {local:%b} {clock}"


def _minute(at: datetime) -> datetime:
    up = at + timedelta(minutes=1) - timedelta(microseconds=1)
    return up.replace(second=0, microsecond=0)


def _zulu(at: datetime) -> str:
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
