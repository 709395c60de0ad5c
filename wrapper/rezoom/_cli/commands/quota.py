"""`rezoom quota`: what is left, from the ledger alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from rich.table import Table
from rich.text import Text

from ..._ledger.gauge import Gauge
from ..._times import zulu
from ..._visible import visible
from .. import flags
from ..console import Console, answers, print_json, talk
from ..environment import LedgerAccount, open_ledger_account
from ..views import clock_time, next_minute, printed_number

# How long a bar is, and where the terminal leaves less room for it.
_WIDE, _NARROW = 20, 10
# How much room a name gets.
_NAME = 24
# In the order in which a bar is filled: the count, its cell and its colour.
_PARTS = (
    ("used", "█", "green"),
    ("pending", "▓", "cyan"),
    ("unknown", "▒", "yellow"),
    ("external", "░", "magenta"),
)
_SAID = {"used": "used", "pending": "in flight", "unknown": "unanswered", "external": "elsewhere"}
_FREE = "·"
_TIMES = 4


def quota(
    meetings: Annotated[
        list[str] | None,
        flags.argument(
            "[ID]...", "Meeting numbers; without any, everything that is counted for the account."
        ),
    ] = None,
    host: Annotated[str | None, flags.option("ID", "Show this host's day.")] = None,
    as_json: flags.Json = False,
) -> None:
    """Show what is left of the day's updates, and when places come back.

    Reads only the ledger: sends nothing, spends nothing, and needs no secret.
    """
    with open_ledger_account() as account:
        if meetings or host:
            lines = list(_chosen(account, meetings or (), host))
        else:
            lines = list(_all_counted(account))
        url, policy = account.ledger.url, account.policy
    if as_json:
        raised = {
            name: {"limit": kept, "zooms": own} for name, (kept, own) in policy.raised.items()
        }
        print_json(
            "quota/1",
            ledger=url,
            account=account.key,
            plan=policy.account_plan,
            raised=raised,
            quotas=[line.to_dict() for line in lines],
        )
        return
    console = answers()
    console.say(f"Account {account.key}, counted in {url}")
    _print_lines(console, lines)
    for name, (kept, own) in policy.raised.items():
        much = "switched off" if kept is None else f"raised to {kept}"
        warning = f"{name}: {much} by REZOOM_LIMITS; Zoom's own limit is {own}"
        console.say(f"{warning}, and Zoom refuses what is above it", "yellow")
    for remark in _remarks(account, lines, url):
        talk().say(remark, "dim")


@dataclass(frozen=True, slots=True)
class _Line:
    """The gauge of one scope: a meeting, a host, or the account where both are None."""

    scope: str
    meeting: int | None
    host: str | None
    gauge: Gauge

    @property
    def title(self) -> str:
        if self.meeting is not None:
            return f"meeting {printed_number(self.meeting)}"
        return "account" if self.host is None else f"host {visible(self.host)}"

    def to_dict(self) -> dict[str, Any]:
        """Return the line as JSON-ready data; times in UTC with Z."""
        frees = [{"at": zulu(at), "places": number} for at, number in self.gauge.frees]
        named: dict[str, Any] = {"scope": self.scope}
        if self.meeting is not None:
            named["meeting"] = self.meeting
        if self.scope != "account":
            named["host"] = self.host
        return named | self.gauge.to_dict() | {"frees": frees}


def _chosen(account: LedgerAccount, meetings: Sequence[str], host: str | None) -> Iterator[_Line]:
    """Yield these meetings, each of their hosts once, and the account."""
    from ..._rules.meeting_id import meeting_number

    hosts = {} if host is None else {host: None}
    for number in dict.fromkeys(map(meeting_number, meetings)):
        whose = host or account.ledger.host_of(account.key, number)
        yield from _counted(account, "meeting", number, whose)
        if whose is not None:
            hosts[whose] = None
    for whose in hosts:
        yield from _counted(account, "host", None, whose)
    yield from _counted(account, "account")


def _all_counted(account: LedgerAccount) -> Iterator[_Line]:
    """Yield whatever the ledger counts for the account, the tightest first."""
    from ..._ledger.model import read_key

    found: dict[str, list[_Line]] = {"meeting": [], "host": [], "account": []}
    for key in map(read_key, account.ledger.keys(f"{account.key}/")):
        if key is None or key.account != account.key:
            continue
        if key.scope == "meeting":
            number = int(key.name)
            whose = account.ledger.host_of(account.key, number)
            found["meeting"] += _counted(account, "meeting", number, whose)
        elif key.scope == "host":
            found["host"] += _counted(account, "host", None, key.name)
        elif key.scope == "account":
            found["account"] = list(_counted(account, "account"))
    for lines in found.values():
        yield from sorted(lines, key=lambda line: line.gauge.remaining)


def _counted(
    account: LedgerAccount, scope: str, meeting: int | None = None, host: str | None = None
) -> Iterator[_Line]:
    """Yield what is left in one scope, unless its limit is off."""
    left = account.ledger.usage(account.policy.reservation(account.key, meeting, host))
    gauge: Gauge | None = getattr(left, scope)
    if gauge is not None:
        yield _Line(scope, meeting, host, gauge)


def _remarks(account: LedgerAccount, lines: Sequence[_Line], url: str) -> Iterator[str]:
    if not lines:
        yield "Nothing was spent that still counts."
    strangers = [line for line in lines if line.scope == "meeting" and line.host is None]
    if strangers:
        first = strangers[0].meeting
        those = printed_number(first) if len(strangers) == 1 else f"{len(strangers)} meetings"
        yield (
            f"The host of {those} is not known, so only the meeting's own limit counts:"
            f" `rezoom show {first}` learns it, --host names it."
        )
    if url == "memory:":
        yield "This ledger lives in one process: what others spent is not in it."
    if account.key.endswith("/default"):
        yield "ZOOM_ACCOUNT_ID is not set: this is the count of clients that name no account."


def _print_lines(console: Console, lines: Sequence[_Line]) -> None:
    """Show a bar and the counts per scope, then when places come back."""
    if not lines:
        return
    now = datetime.now(UTC)
    gauges = [line.gauge for line in lines]
    columns = {
        "left": [
            Text(f"{gauge.remaining} of {gauge.limit}", "" if gauge.remaining else "red")
            for gauge in gauges
        ]
    }
    # A count that is zero everywhere needs no column.
    for name, _, _ in _PARTS:
        counts = [getattr(gauge, name) for gauge in gauges]
        if any(counts):
            columns[name] = [Text(str(count or "")) for count in counts]
    columns["next free"] = [Text(_next_free(gauge, now)) for gauge in gauges]
    widths = {name: max(len(name), *map(len, texts)) for name, texts in columns.items()}
    # Columns that leave no room for even a short bar go: the bar says the same.
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
    # What a bar shows is said, of what there is.
    legend = [
        f"{cell} {_SAID[name]}"
        for name, cell, _ in _PARTS
        if any(getattr(gauge, name) for gauge in gauges)
    ]
    console.say("  ".join([*legend, f"{_FREE} left"]), "dim")
    for line in lines:
        # Minute by minute; only the first few, and the last.
        shown = list(_minutes(line.gauge).items())
        texts = [f"{number} at {clock_time(at, now)}" for at, number in shown[:_TIMES]]
        if rest := shown[_TIMES:]:
            number = sum(count for _, count in rest)
            texts.append(f"{number} more until {clock_time(rest[-1][0], now)}")
        if len(shown) > 1:
            console.say(f"{line.title}: places come back: {', '.join(texts)}")


def _bar(gauge: Gauge, cells: int) -> Text:
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


def _next_free(gauge: Gauge, now: datetime) -> str:
    """Say when the next place comes back, and how many do with it."""
    if gauge.next_free is None:
        return ""
    number = _minutes(gauge)[next_minute(gauge.next_free)]
    return f"{f'{number} at ' if number else ''}{clock_time(gauge.next_free, now)}"


def _minutes(gauge: Gauge) -> Counter[datetime]:
    minutes: Counter[datetime] = Counter()
    for at, number in gauge.frees:
        minutes[next_minute(at)] += number
    return minutes
