"""Several processes on one file count the same, whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
from clocks import FakeClock
from ledgers import asking
from rezoom import QuotaExceeded
from rezoom.errors import SlotExpired
from rezoom.quota import SQLiteLedger


@pytest.fixture
def pair(tmp_path: Path, clock: FakeClock) -> Iterator[list[SQLiteLedger]]:
    """Two ledgers on one file."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(closing(SQLiteLedger(tmp_path / "quota.sqlite3", clock=clock)))
            for _ in range(2)
        ]


def test_a_process_that_slept_counts_what_others_took_meanwhile(pair: list[SQLiteLedger]) -> None:
    """It remembers nothing that the file does not say."""
    idle, busy = pair
    for number in range(4):
        idle.settle(idle.reserve(asking(limit=40), f"first {number}"))
    for number in range(30):
        busy.settle(busy.reserve(asking(limit=40), f"{number}"))

    granted = [idle.reserve(asking(limit=40), f"then {number}") for number in range(6)]

    assert len(granted) == 6
    with pytest.raises(QuotaExceeded):
        idle.reserve(asking(limit=40), "one too many")
    assert busy.usage(asking(limit=40)).remaining == 0


@pytest.mark.parametrize(
    ("ending", "left"), [("settle", (1, 0, 0)), ("release", (0, 0, 0)), ("abandon", (0, 0, 1))]
)
def test_an_ending_after_hours_finds_its_place(
    pair: list[SQLiteLedger], clock: FakeClock, ending: str, left: tuple[int, int, int]
) -> None:
    """The computer slept, and meanwhile others went on."""
    asleep, awake = pair
    grant = asleep.reserve(asking(), "asleep")
    clock.advance(timedelta(hours=5))
    for number in range(12):
        awake.settle(awake.reserve(asking(key="other", limit=99), f"{number}"))

    getattr(asleep, ending)(grant)

    usage = awake.usage(asking())
    assert (usage.used, usage.pending, usage.unknown) == left


def test_a_token_whose_time_is_over_is_not_used_again(
    pair: list[SQLiteLedger], clock: FakeClock
) -> None:
    """What is sent on it would not be counted."""
    one, other = pair
    one.reserve(asking(), "mine")
    clock.advance(timedelta(hours=5))
    for number in range(12):
        other.settle(other.reserve(asking(key="other", limit=99), f"{number}"))

    for ledger in pair:
        with pytest.raises(SlotExpired):
            ledger.reserve(asking(), "mine")


def test_grants_in_turn_take_no_place_twice(pair: list[SQLiteLedger]) -> None:
    """Two processes that never look at the file without the other having written to it."""
    for number in range(3):
        pair[number % 2].reserve(asking(), f"{number}")

    for ledger in pair:
        with pytest.raises(QuotaExceeded):
            ledger.reserve(asking(), "one too many")


def test_a_receipt_counts_what_others_wrote_before_its_answer(pair: list[SQLiteLedger]) -> None:
    """Right behind one's own answer, all that stands in the file is shown."""
    one, other = pair
    grant = one.reserve(asking(limit=9), "mine")
    for number in range(3):
        other.settle(other.reserve(asking(limit=9), f"{number}"))

    one.settle(grant)

    assert one.usage(asking(limit=9)).used == 4
