"""Public classes name the door they are imported from, and so does everything in a pickle."""

from __future__ import annotations

import pickle
import pickletools
import subprocess
import sys
import typing
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module

import pytest
from rezoom import FRI, MON, OccurrenceError, Recurrence, Series, Zoom
from rezoom.quota import Limits, MemoryLedger, Policy
from rezoom.simulator import Simulator

DOORS = (
    "rezoom",
    "rezoom.errors",
    "rezoom.quota",
    "rezoom.quota.events",
    "rezoom.recurrence",
    "rezoom.simulator",
)

END = datetime(2030, 1, 1, tzinfo=UTC)


def public() -> Iterator[tuple[str, type]]:
    """Yield the name of each public class of ours, with its door, and the class."""
    for door in DOORS:
        module = import_module(door)
        for name in getattr(module, "__all__", vars(module)):
            thing = getattr(module, name)
            if isinstance(thing, type) and thing.__module__.partition(".")[0] == "rezoom":
                yield f"{door}.{name}", thing


CLASSES = dict(public())


@pytest.mark.parametrize("name", CLASSES)
def test_a_public_class_names_a_door(name: str) -> None:
    """What it says of itself can be imported, and is the class."""
    found = CLASSES[name]

    assert found.__module__ in DOORS
    assert getattr(import_module(found.__module__), found.__qualname__) is found


@pytest.mark.parametrize("name", CLASSES)
def test_the_type_hints_of_a_public_class_can_be_resolved(name: str) -> None:
    """Libraries that read types find them, although the class names another module."""
    hints = typing.get_type_hints(CLASSES[name])

    assert all(not isinstance(hint, str) for hint in hints.values())


def values(zoom: Zoom, number: int) -> dict[str, object]:
    """Make one public value of each kind that holds others."""
    plan = zoom.plan(number, topic="Stand-up")
    receipt = plan.apply(verify=True)
    meeting = zoom.get(number)
    series = Series.from_zoom(meeting)
    ledger, spent = MemoryLedger(), Policy(account_plan="pro").reservation("account", 1, "host")
    return {
        "plan": plan,
        "receipt": receipt,
        "undo": receipt.undo(),
        "quota": zoom.quota(number),
        "series": series,
        "occurrences": series.occurrences(),
        "patterns": [
            Recurrence.daily().times(3),
            Recurrence.weekly(MON).until(END.date()),
            Recurrence.monthly().on_day(1).until_instant(END),
            Recurrence.monthly().on_the("last", FRI).forever(),
        ],
        "grant": ledger.reserve(spent, "token"),
        "limits": Limits(meeting=50),
    }


def modules_in(pickled: bytes) -> set[str]:
    """Return the modules of ours that a pickle names."""
    arguments = (argument for _, argument, _ in pickletools.genops(pickled))
    return {text for text in arguments if isinstance(text, str) and text.startswith("rezoom.")}


def test_a_pickle_names_doors_alone_and_comes_back() -> None:
    """No file behind a door is named in it, so that it can be read after the next move."""
    with Simulator() as sim, sim.zoom() as zoom:
        made = values(zoom, sim.add_series())
    for name, value in made.items():
        text = pickle.dumps(value)

        assert pickle.loads(text) == value, name
        assert modules_in(text) <= set(DOORS), name


def test_a_pickled_error_names_doors_alone() -> None:
    """The occurrences that an error offers come back with it."""
    with Simulator() as sim, sim.zoom() as zoom, pytest.raises(OccurrenceError) as caught:
        zoom.update(sim.add_series(), occurrence=END, duration=30)

    text = pickle.dumps(caught.value)

    assert pickle.loads(text).candidates == caught.value.candidates
    assert caught.value.candidates
    assert modules_in(text) <= set(DOORS)


@pytest.mark.parametrize("door", ["errors", "quota", "quota.events", "recurrence", "simulator"])
def test_a_door_is_found_without_an_import_of_its_own(door: str) -> None:
    """`import rezoom` is enough, whatever else the program has imported."""
    code = f"import rezoom; print(rezoom.{door}.__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == f"rezoom.{door}"
