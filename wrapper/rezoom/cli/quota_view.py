"""Quotas as people read them: bars, what is left, and the local times at which places come back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .meeting_view import printed_number
from .render import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from ..quota import Gauge

# How long a bar is, and where the terminal leaves less room for it.
_WIDE, _NARROW = 20, 10
_ROOM = 110
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
    # What is nowhere needs no column.
    counted = [name for name, _, _ in _PARTS if any(getattr(one.gauge, name) for one in lines)]
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("", overflow="fold")
    table.add_column("", no_wrap=True)
    for title in ("left", *counted):
        table.add_column(title, header_style="dim", justify="right", no_wrap=True)
    table.add_column("next free", header_style="dim", no_wrap=True)
    now = datetime.now(UTC)
    cells = _WIDE if console.width >= _ROOM else _NARROW
    rows = []
    for line in lines:
        gauge = line.gauge
        left = Text(f"{gauge.remaining} of {gauge.limit}", style="" if gauge.remaining else "red")
        counts = (Text(str(getattr(gauge, name) or "")) for name in counted)
        free = Text(_when(gauge.next_free, now))
        rows.append((Text(line.title), _bar(gauge, cells), left, *counts, free))
    for row in rows:
        table.add_row(*row)
    # Only a name may be folded: of a number, a part would be another number.
    for index, column in enumerate(table.columns[1:], 1):
        column.min_width = max(len(str(column.header)), *(len(row[index]) for row in rows))
    console.print(table)
    for line in lines:
        if line.gauge.frees:
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
    minutes: dict[datetime, int] = {}
    for at, number in gauge.frees:
        minute = _minute(at)
        minutes[minute] = minutes.get(minute, 0) + number
    shown = list(minutes.items())
    words = [f"{number} at {_when(at, now)}" for at, number in shown[:_TIMES]]
    rest = shown[_TIMES:]
    if rest:
        number = sum(count for _, count in rest)
        words.append(f"{number} more until {_when(rest[-1][0], now)}")
    return f"places come back: {', '.join(words)}"


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
