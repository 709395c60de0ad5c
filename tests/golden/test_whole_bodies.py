"""Bodies that carry every field at once, built from the spec's own examples."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from rezoom._wire import facts

SEED = Path(__file__).parent.parent / "contract" / "seed_paths.txt"
# Members that exclude others: what a recurrence of the type may carry, one way at a time.
SERIES: dict[str, dict[str, Any]] = {
    "weekly": {"type": 2, "weekly_days": "2,4", "end_date_time": "2027-06-30T21:59:59Z"},
    "monthly-day": {"type": 3, "monthly_day": 15, "end_times": 12},
    "monthly-week": {"type": 3, "monthly_week": -1, "monthly_week_day": 6, "end_times": 12},
}
ONE_WAY_ONLY = {name for series in SERIES.values() for name in series}
NAMES = [f"{size}-{series}" for size in ("seed", "full") for series in SERIES]


def whole_body(name: str) -> dict[str, Any]:
    """Build the body of that name: the seed's paths or all of them, with one kind of series."""
    size, _, series = name.partition("-")
    wanted = (
        SEED.read_text(encoding="utf-8").split()
        if size == "seed"
        else facts.BODIES["updateMeeting"]
    )
    body = dict(_members("", wanted))
    kept = {key: value for key, value in body["recurrence"].items() if key not in ONE_WAY_ONLY}
    body["recurrence"] = kept | SERIES[series]
    if size == "full":
        # Zoom does not allow both to be on.
        body["settings"]["request_permission_to_unmute_participants"] = series == "weekly"
        body["settings"]["allow_host_control_participant_mute_state"] = series != "weekly"
    return body


def _members(parent: str, wanted: Collection[str]) -> Iterator[tuple[str, Any]]:
    for path, field in facts.BODIES["updateMeeting"].items():
        above, _, name = path.rpartition(".")
        if above != parent or path not in wanted:
            continue
        if field.kind == "object":
            yield name, dict(_members(path, wanted))
        elif field.kind == "array":
            yield name, [dict(_members(f"{path}[]", wanted))]
        else:
            yield name, field.examples[0]


def paths_of(body: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """List every path of a body as the spec writes it."""
    for name, value in body.items():
        yield f"{prefix}{name}"
        if isinstance(value, dict):
            yield from paths_of(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    yield from paths_of(item, f"{prefix}{name}[].")


@pytest.mark.parametrize("name", NAMES)
def test_whole_body_is_the_stored_one(
    name: str,
    request_of: Callable[..., httpx.Request],
    golden: Callable[[str, httpx.Request], None],
) -> None:
    """A body of the spec's own examples breaks no rule and is sent as stored."""
    golden(f"whole/{name}", request_of(whole_body(name)))


@pytest.mark.parametrize(
    ("size", "number"), [("seed", 107), ("full", len(facts.BODIES["updateMeeting"]))]
)
def test_whole_bodies_carry_every_path(
    size: str, number: int, request_of: Callable[..., httpx.Request]
) -> None:
    """Between them the three kinds of series send all paths there are, and no other."""
    wanted = (
        SEED.read_text(encoding="utf-8").split()
        if size == "seed"
        else facts.BODIES["updateMeeting"]
    )
    sent: set[str] = set()
    for name in NAMES:
        if name.startswith(size):
            sent |= set(paths_of(json.loads(request_of(whole_body(name)).content)))
    assert sent == set(wanted)
    assert len(sent) == number


def test_no_stored_whole_body_is_left_over(
    no_leftovers: Callable[[str, set[str]], None],
) -> None:
    """A golden that nothing makes any more checks nothing."""
    no_leftovers("whole", set(NAMES))
