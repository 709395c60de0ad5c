"""A child that carries out many changes with a journal, until it is killed."""

from __future__ import annotations

import sys

from rezoom import Zoom
from rezoom.quota import MemoryLedger


def main(journal: str, *numbers: str) -> None:
    """Give each meeting its own number as its topic, and tell each result at once."""
    rows = ({"meeting": number, "topic": f"Meeting {number}"} for number in numbers)
    with (
        Zoom.from_env(ledger=MemoryLedger()) as zoom,
        zoom.update_many(rows, journal=journal, in_flight=4) as many,
    ):
        for result in many:
            print(result.key, result.status, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
