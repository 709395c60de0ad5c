"""What is shown on a terminal while many updates are carried out."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from .._clock import SystemClock
from .._wire import facts

# Seconds over which the rate is counted.
_SPAN = 5.0


class _Live(Progress):
    """A bar with what is left of the time, and below it the updates by what became of them."""

    counts: Mapping[str, int] = MappingProxyType({})

    def get_renderables(self) -> Iterable[RenderableType]:
        """Put the table under the bar."""
        yield from super().get_renderables()
        rows = Table.grid(padding=(0, 2))
        for word, number in self.counts.items():
            rows.add_row(f"  {word}", str(number))
        yield rows


@contextmanager
def live_table(
    console: Console, total: int | None
) -> Iterator[Callable[[Mapping[str, int]], None]]:
    """Show updates by status, their rate beside the plan's, and the time that is left."""
    plan = facts.RATES.get(os.environ.get("REZOOM_ACCOUNT_PLAN") or "")
    allowed = f" of {plan.per_second:g} calls allowed" if plan else ""
    clock, ends = SystemClock(), deque[float]()
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    words = TextColumn("{task.description}")
    with _Live(*columns, words, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)

        def step(counts: Mapping[str, int]) -> None:
            now = clock.monotonic()
            ends.append(now)
            while ends[0] < now - _SPAN:
                ends.popleft()
            rate = len(ends) / max(1.0, now - ends[0])
            bar.counts = counts
            bar.update(task, advance=1, description=f"{rate:.1f} updates a second{allowed}")

        yield step
