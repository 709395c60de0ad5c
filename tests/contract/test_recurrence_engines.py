"""Every start agrees with an engine of another making: rrule-temporal, on Node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from rezoom._times import clock_gap
from rezoom.recurrence import Recurrence, Series, Weekday
from rezoom.recurrence._pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Weekly
from rezoom.recurrence._timeline import Count, Forever, Until
from spec_lint import ROOT, ToolError, install_packages

Judge: TypeAlias = Callable[[str, int], list[int]]

HERE = Path(__file__).parent / "node"
LIMIT = 70
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
)

weekdays = st.sampled_from(Weekday)
patterns = st.one_of(
    st.builds(Daily, st.integers(1, 99)),
    st.builds(Weekly, st.integers(1, 50), st.sets(weekdays, min_size=1).map(tuple)),
    st.builds(MonthlyOnDay, st.integers(1, 10), st.integers(1, 31)),
    st.builds(MonthlyOnWeekday, st.integers(1, 10), st.sampled_from((1, 2, 3, 4, -1)), weekdays),
)
ends = st.one_of(
    st.builds(Count, st.integers(1, 60)),
    st.builds(Until, st.dates(date(2012, 1, 1), date(2040, 12, 31))),
    st.just(Forever()),
)
clocks = st.one_of(
    st.sampled_from([time(0), time(0, 30), time(1, 30), time(2), time(2, 15), time(3)]),
    st.times().map(lambda clock: clock.replace(microsecond=0)),
)
starts = st.builds(datetime.combine, st.dates(date(2007, 1, 1), date(2037, 12, 31)), clocks)
series = st.builds(
    Series,
    st.builds(Recurrence, patterns, ends),
    starts,
    st.sampled_from(ZONES).map(ZoneInfo),
    short_months=st.sampled_from(("skip", "clamp")),
    # RFC 5545 drops what does not exist, and so does the judge.
    clock_gaps=st.just("drop"),
)


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """Run the engine in one process for all questions."""
    cache = ROOT / ".cache" / "recurrence-judge"
    try:
        modules = install_packages(HERE, cache, "rrule-temporal (once, 2 MB)")
    except ToolError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    # npm comes with it.
    node = shutil.which("node") or "node"
    script = shutil.copy(HERE / "judge.mjs", modules.parent)
    with subprocess.Popen(
        [node, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:

        def ask(rule: str, limit: int) -> list[int]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps({"rule": rule, "limit": limit}) + "\n")
            process.stdin.flush()
            answer: Any = json.loads(process.stdout.readline())
            assert isinstance(answer, list), f"{rule}: {answer}"
            return answer

        yield ask
        process.stdin.close()  # type: ignore[union-attr]  # it was opened as a pipe


def text(of: Series) -> str:
    return f"DTSTART;TZID={of.tz.key}:{of.start:%Y%m%dT%H%M%S}\nRRULE:{of.to_rrule()}"


def is_settled(of: Series) -> bool:
    """Tell whether RFC 5545 leaves nothing open about the starts that are compared.

    A day that short months lack is written with BYSETPOS=-1, and the RFC does not say whether that
    counts a day whose start the clocks jump over: the judge takes the day before, we take none.
    """
    moving = islice(replace(of, clock_gaps="move"), LIMIT + 1)
    jumped = any(start.local.time() != of.start.time() for start in moving)
    return not (jumped and "BYSETPOS" in of.to_rrule())


@settings(max_examples=500, deadline=None)
@given(series=series)
def test_every_start_is_the_same(judge: Judge, series: Series) -> None:
    """Whatever can be said gives the same instants, with starts on the pattern or off it."""
    # What a first start means that does not exist, RFC 5545 leaves to DTSTART alone.
    assume(not clock_gap(series.start, series.tz) and is_settled(series))
    mine = [int(start.utc.timestamp() * 1000) for start in islice(series, LIMIT)]

    assert judge(text(series), LIMIT) == mine


@settings(max_examples=100, deadline=None)
@given(series=series)
@example(
    series=Series(
        Recurrence(Weekly(1, (Weekday.FRI,)), Forever()),
        datetime(2011, 1, 1),
        ZoneInfo("Pacific/Apia"),
        clock_gaps="drop",
    )
)
def test_our_policy_adds_only_what_the_clocks_jump_over(judge: Judge, series: Series) -> None:
    """With starts moved across gaps, all others are still the judge's."""
    assume(not clock_gap(series.start, series.tz) and is_settled(series))
    assume(not isinstance(series.recurrence.end, Count))
    moving = replace(series, clock_gaps="move")
    # A day that the calendar skips, as Apia's in 2011, moves to another day at the same hour.
    there = {start.index for start in islice(series, LIMIT)}
    kept = (start for start in moving if start.index in there)
    mine = [int(start.utc.timestamp() * 1000) for start in islice(kept, len(there))]

    assert judge(text(series), LIMIT) == mine
