"""Move a weekly series over real HTTP, against the simulator, and show what changed.

Run by `nox -s demo`; needs `rezoom[cli,simulator]` and no account. Takes about a second.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rezoom import InvalidChange, Meeting, Receipt, Zoom
from rezoom.recurrence import THU, TUE, Recurrence
from rezoom.simulator import Simulator
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

BERLIN = ZoneInfo("Europe/Berlin")
WEEKS = 8


def starts(meeting: Meeting) -> list[datetime]:
    """List the local starts of the occurrences."""
    found = (occurrence.start_time for occurrence in meeting.occurrences or [])
    texts = [text for text in found if isinstance(text, str)]
    return [datetime.fromisoformat(text).astimezone(BERLIN) for text in texts]


def days(meeting: Meeting) -> Table:
    """Draw the occurrences week by week, a mark for each day that has a meeting."""
    table = Table(box=None, padding=(0, 1))
    for name in ("week of", "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "at"):
        table.add_column(name, style="dim" if name == "week of" else "", justify="right")
    weeks: dict[datetime, list[datetime]] = {}
    for start in starts(meeting):
        monday = (start - timedelta(days=start.weekday())).replace(hour=0, minute=0)
        weeks.setdefault(monday, []).append(start)
    for monday, found in sorted(weeks.items()):
        held = {start.weekday() for start in found}
        marks = [Text("●", "bold green") if day in held else Text("·", "dim") for day in range(7)]
        table.add_row(f"{monday:%d %b}", *marks, f"{found[0]:%H:%M}")
    return table


def series_update(zoom: Zoom, number: int, first: datetime, console: Console) -> Receipt:
    """Plan the move of the series to Tuesdays and Thursdays, carry it out, and read it back."""
    series = Recurrence.weekly(TUE, THU).times(2 * WEEKS).starting(first)
    console.print(f"[green]✓[/] asking for: {series}")
    plan = zoom.plan(number, schedule=series, settings={"waiting_room": True})
    console.print(Panel(str(plan), title="the plan: one read, nothing sent", border_style="dim"))
    receipt = plan.apply(verify=True).raise_if_ignored()
    console.print(
        f"[green]✓[/] accepted and read back: {len(receipt.applied)} fields applied, none ignored;"
        f" {receipt.quota.remaining} of {receipt.quota.limit} updates left in 24 hours\n"
    )
    return receipt


def undone(zoom: Zoom, receipt: Receipt, console: Console) -> None:
    """Bring back what was there."""
    again = zoom.apply(receipt.undo(), verify=True).raise_if_ignored()
    meeting = zoom.get(again.meeting)
    console.print(
        f"[green]✓[/] undone by its receipt: {len(starts(meeting))} meetings again, the first on"
        f" {starts(meeting)[0]:%a %d %b at %H:%M}"
    )


def refusal(zoom: Zoom, number: int, console: Console) -> None:
    """Show what happens to an update that Zoom would have misread."""
    try:
        zoom.update(number, type=8, duration=2000, recurrence={"type": 2, "end_times": 90})
    except InvalidChange as error:
        console.print(Panel(str(error), title="a change that was not sent", border_style="yellow"))


def main() -> None:
    """Run the demonstration on the simulator."""
    console = Console(width=100)
    with console.status("starting a fake Zoom on this machine …"):
        sim = Simulator(seed=7)
        sim.start()
    try:
        console.print(f"[green]✓[/] the simulator answers at {sim.url}")
        today = datetime.now(BERLIN)
        monday = (today + timedelta(days=7 - today.weekday())).replace(
            hour=9, minute=0, second=0, microsecond=0
        )
        number = sim.add_meeting(
            topic="Stand-up",
            type=8,
            start_time=f"{monday.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            timezone=BERLIN.key,
            duration=30,
            recurrence={
                "type": 2,
                "repeat_interval": 1,
                "weekly_days": "2",
                "end_times": WEEKS,
            },
        )
        with sim.zoom() as zoom:
            before = zoom.get(number)
            console.print(f"[green]✓[/] meeting {number}, {before.topic!r}, is read over HTTP")
            tuesday = monday + timedelta(days=1)
            receipt = series_update(zoom, number, tuesday.replace(hour=10, minute=15), console)
            after = zoom.get(number)
            sides = Table.grid(padding=(0, 4))
            sides.add_row(
                Panel(Group("Mondays at 09:00\n", days(before)), title="before"),
                Panel(Group("Tuesdays and Thursdays at 10:15\n", days(after)), title="after"),
            )
            console.print(sides)
            undone(zoom, receipt, console)
            refusal(zoom, number, console)
    finally:
        sim.stop()


if __name__ == "__main__":
    main()
