"""Print the walk of a call: which files of the facade it goes through, and which calls which.

`python scripts/walk.py` walks an update with the ledger in memory, one with SQLite, and a plan
that is applied and verified, each against a simulator; `--json` prints the figures alone,
`--docs` writes them into docs/architecture.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING, Any

import rezoom

if TYPE_CHECKING:
    from rezoom import Zoom

ROOT = Path(rezoom.__file__).parent
PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"
# At most so many files and arrows: what a reader can follow.
START, END = "<!-- walk: begin -->", "<!-- walk: end -->"
GOALS = {"update": (18, 45), "update, SQLite": (22, 52), "plan, apply, verify": (34, 125)}


class Walk:
    """Files in the order in which a call enters them, and the arrows between them."""

    def __init__(self) -> None:
        """Begin with no file and no arrow."""
        self.files: dict[str, None] = {}
        self.arrows: dict[tuple[str, str], None] = {}
        self._names: dict[str, str | None] = {}

    def of(self, call: Callable[[], object]) -> Walk:
        """Follow `call` in this thread."""
        sys.setprofile(self._seen)
        try:
            call()
        finally:
            sys.setprofile(None)
        return self

    def _seen(self, frame: FrameType, event: str, _: Any) -> None:
        if event != "call":
            return
        here = self._name(frame.f_code.co_filename)
        if here is None:
            return
        self.files[here] = None
        caller = frame.f_back
        while caller is not None:
            there = self._name(caller.f_code.co_filename)
            if there is not None:
                if there != here:
                    self.arrows[there, here] = None
                return
            caller = caller.f_back

    def _name(self, path: str) -> str | None:
        if path not in self._names:
            file = Path(path)
            ours = file.is_relative_to(ROOT) and "simulator" not in file.parts
            self._names[path] = str(file.relative_to(ROOT)) if ours else None
        return self._names[path]


def walks(folder: Path) -> dict[str, Walk]:
    """Walk each call a second time, when everything is loaded."""
    from rezoom.simulator import Simulator

    found = {}
    with Simulator() as simulator:
        for name in GOALS:
            ledger = f"sqlite:///{folder}/ledger.sqlite3" if "SQLite" in name else "memory:"
            meeting = simulator.add_meeting(topic="Stand-up")
            with simulator.zoom(ledger=ledger) as zoom:
                turns = count()

                def call(
                    name: str = name,
                    zoom: Zoom = zoom,
                    turns: Iterator[int] = turns,
                    meeting: int = meeting,
                ) -> None:
                    topic = f"Topic {next(turns)}"
                    if "plan" in name:
                        zoom.plan(meeting, topic=topic, agenda=topic).apply(verify=True)
                    else:
                        zoom.update(meeting, topic=topic)

                call()
                found[name] = Walk().of(call)
    return found


def figures(found: Mapping[str, Walk]) -> list[dict[str, Any]]:
    """Count files and arrows, beside what they may be."""
    return [
        {"call": name, "files": len(walk.files), "arrows": len(walk.arrows), "most": GOALS[name]}
        for name, walk in found.items()
    ]


def table(found: Mapping[str, Walk]) -> str:
    """Write the walk of an update as a table of Markdown, in the order of the calls."""
    rows = [f"| {row['call']} | {row['files']} | {row['arrows']} |" for row in figures(found)]
    lines = ["| call | files of the facade | arrows between them |", "| --- | --- | --- |", *rows]
    drawn = ["", "```mermaid", "flowchart LR"]
    walk = found["update"]
    names = {file: f"f{number}" for number, file in enumerate(walk.files)}
    drawn += [f'  {names[file]}["{file.removesuffix(".py")}"]' for file in walk.files]
    drawn += [f"  {names[start]} --> {names[end]}" for start, end in walk.arrows]
    return "\n".join([*lines, *drawn, "```"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Walk, and show what was seen."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="one object on stdout")
    parser.add_argument("--docs", action="store_true", help="write it into docs/architecture.md")
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        found = walks(Path(folder))
    if options.json:
        print(json.dumps({"walks": figures(found)}))
    else:
        for name, walk in found.items():
            print(
                f"{name}: {len(walk.files)} files, {len(walk.arrows)} arrows",
                *walk.files,
                sep="\n  ",
            )
            print(*(f"    {start} -> {end}" for start, end in walk.arrows), sep="\n")
    if options.docs:
        page = PAGE.read_text("utf-8")
        head, _, rest = page.partition(START)
        PAGE.write_text(f"{head}{START}\n{table(found)}\n{END}{rest.partition(END)[2]}", "utf-8")


if __name__ == "__main__":
    main()
