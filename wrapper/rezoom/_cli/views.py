"""Plans, receipts and quotas in words, for a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from .._change.plan_data import FieldChange, words
from .._change.text import day
from .._ledger.gauge import Quota
from .._redaction import masked
from .._wire import facts
from ..errors import LedgerError
from .meeting_views import printed_number
from .render import answers, plain, print_problems, talk

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from .._change.following import Following
    from .._change.plan_data import Dates
    from .._change.results import Plan, Receipt
    from .._ledger.gauge import Gauge

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


# A year of weeks is longer than anybody reads; the number of the others is told.
_MOST = 12


def print_plan(console: Console, plan: Plan[Any]) -> None:
    """Show the diff of a plan, its warnings, and what applying it sends and spends."""
    from rich.text import Text

    topic = f" “{' '.join(plan.topic.split())}”" if plan.topic else ""
    one = f", only the date {plan.occurrence}" if plan.occurrence else ""
    title = f"Meeting {printed_number(plan.meeting)}{topic}{one}"
    console.print(Text(plain(title), style="bold"), soft_wrap=True)
    print_difference(console, plan)
    if plan.problems:
        print_problems(console, plan.problems)
    if not plan.empty:
        query = f"?occurrence_id={plan.occurrence}" if plan.occurrence else ""
        body = json.dumps(masked(dict(plan.body)), ensure_ascii=False)
        line = f"  PATCH /meetings/{plan.meeting}{query} {body}"
        console.print(Text(plain(line), style="dim"), soft_wrap=True)
        limit = facts.QUOTAS["meeting"]
        spent = f"{plan.price} of the {limit.limit} updates of this meeting in {limit.hours} hours"
        console.print(Text(f"  Spends {spent}.", style="dim"), soft_wrap=True)


def print_following(console: Console, found: Following[Any]) -> None:
    """Show how a series is split: how the old one ends, and the meeting that takes over."""
    from rich.text import Text

    number = printed_number(found.meeting)
    title = f"From {found.first:%a %Y-%m-%d %H:%M} on, meeting {number} becomes two."
    console.print(Text(title, style="bold"), soft_wrap=True)
    print_plan(console, found.trim)
    console.print(Text("The new meeting", style="bold"), soft_wrap=True)
    if found.dates is not None:
        _print_dates(console, found.dates)
    if found.problems:
        print_problems(console, found.problems)
    body = json.dumps(masked(dict(found.new)), ensure_ascii=False)
    said = f"  Not sent by rezoom: POST /users/{{host}}/meetings {body}"
    console.print(Text(plain(said), style="dim"), soft_wrap=True)


def print_difference(console: Console, plan: Plan[Any]) -> None:
    """Show what of a meeting differs from what is asked, and which dates move."""
    from rich.text import Text

    if plan.empty:
        said = "  Nothing to change: everything is as asked already."
        console.print(Text(said, style="green"), soft_wrap=True)
    print_changes(console, plan.changes)
    if plan.dates is not None:
        _print_dates(console, plan.dates)


def print_changes(console: Console, changes: Iterable[FieldChange]) -> None:
    """Show each member with what it was and what it becomes."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(overflow="fold")
    for change in changes:
        shown = change.to_dict()
        was, becomes = words(shown["before"]), words(shown["after"])
        if was == becomes:
            # Two secrets, of which nothing is shown but that they differ.
            becomes = f"another {becomes}"
        value = Text.assemble(
            (plain(was), "dim" if change.before is None else "red"),
            " → ",
            (plain(becomes), "dim" if change.after is None else "green"),
        )
        table.add_row(Text(f"  {plain(change.path)}"), value)
    if table.row_count:
        console.print(table)


def _print_dates(console: Console, dates: Dates) -> None:
    from rich.text import Text

    before, after = len(dates.before), len(dates.after)
    counts = f"{before} → {after}" if before != after else f"{after}"
    line = f"  Meetings to come: {counts}, on the clock of {plain(dates.place.key)}"
    console.print(Text(line, style="italic"), soft_wrap=True)
    place = dates.place

    def both(pair: Sequence[Any]) -> Text:
        old, new = (day(start, place) for start in pair)
        return Text.assemble((old, "red"), " → ", (new, "green"))

    _print_some(console, "~", "yellow", dates.moved, both)
    _print_some(
        console, "+", "green", dates.appears, lambda start: Text(day(start, place), "green")
    )
    _print_some(console, "-", "red", dates.disappears, lambda start: Text(day(start, place), "red"))
    if not (dates.moved or dates.appears or dates.disappears):
        console.print(Text("    the same dates", style="dim"))
    for starts, said in (
        (dates.edited, "was edited by itself, and may be reset"),
        (dates.deleted, "was deleted, and may come back"),
    ):
        for start in starts:
            console.print(Text(f"    ! {day(start, place)} {said}", style="yellow"))


def _print_some(
    console: Console, sign: str, colour: str, items: Sequence[Any], write: Callable[[Any], Text]
) -> None:
    from rich.text import Text

    more = len(items) - _MOST
    # One more line is no longer than the line that says so.
    shown = items if more <= 1 else items[: _MOST - 1]
    for item in shown:
        console.print(Text.assemble("    ", (sign, colour), " ", write(item)))
    if len(shown) < len(items):
        rest = Text.assemble(
            "    ",
            (sign, colour),
            f" … {len(items) - len(shown) - 1} more, then ",
            write(items[-1]),
        )
        console.print(rest)


def print_receipt(receipt: Receipt) -> None:
    """Show on stdout what is known, and on stderr what is not."""
    from rich.text import Text

    console = answers()
    if not receipt.sent:
        said = f"✓ Meeting {receipt.meeting} is as asked already: nothing was sent, nothing spent."
        console.print(Text(said, style="green"), soft_wrap=True)
        return
    accepted = f"✓ Zoom accepted the update of meeting {receipt.meeting}."
    console.print(Text(accepted, style="green"), soft_wrap=True)
    if receipt.verified:
        _print_verdict(console, receipt)
    if receipt.tracking_id:
        console.print(f"  tracking id  {plain(receipt.tracking_id)}", soft_wrap=True)
    if isinstance(receipt.left, LedgerError):
        said = f"The ledger could not be read: {plain(receipt.left.message)}."
        talk().print(said, soft_wrap=True)
    elif receipt.left is not None:
        _print_left(console, receipt.quota)
    if receipt.verify_error is not None:
        said = f"The meeting could not be read again: {receipt.verify_error}"
        talk().print(Text(plain(said), style="yellow"), soft_wrap=True)
    elif not receipt.verified:
        said = (
            f"Zoom can ignore a field without saying so; see it with: rezoom show {receipt.meeting}"
        )
        talk().print(Text(said, style="dim"), soft_wrap=True)


def _print_verdict(console: Console, receipt: Receipt) -> None:
    from rich.table import Table
    from rich.text import Text

    applied = Table.grid(padding=(0, 1))
    for path, value in receipt.applied.items():
        shown = words(masked(value, path.rpartition(".")[2]))
        applied.add_row(Text("  applied", style="green"), Text(plain(path)), Text(plain(shown)))
    if applied.row_count:
        console.print(applied)
    if receipt.ignored:
        console.print(Text("  ignored by Zoom:", style="red"))
        print_problems(console, list(receipt.ignored.values()))
    if receipt.unseen:
        console.print(Text("  sent, and not shown when it is read:", style="yellow"))
        print_problems(console, list(receipt.unseen.values()))
    if receipt.side_effects:
        console.print(Text("  changed as well, unasked:", style="yellow"))
        print_changes(console, receipt.side_effects)


def _print_left(console: Console, quota: Quota) -> None:
    gauges = {
        "updates of this meeting": quota.meeting,
        "creates and updates of its host": quota.host,
    }
    for what, gauge in gauges.items():
        if gauge is not None:
            console.print(f"  {left(gauge, what)}", soft_wrap=True)
    if quota.uncounted:
        talk().print("  not counted: the ledger could not be used before", soft_wrap=True)
