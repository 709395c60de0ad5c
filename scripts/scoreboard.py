"""Play ten silent failures with rezoom and with three other clients: `nox -s scoreboard`.

Everything goes over real HTTP to simulators on this machine; nothing is sent to Zoom. Exits 1 only
when rezoom itself fails a scenario.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import peers
from rezoom import Zoom
from rezoom.simulator import Simulator
from rich.console import Console
from rich.table import Table
from rich.text import Text
from silent_failures.attempt import Client, Connect
from silent_failures.board import START, US, Contender, failed, markdown, play, said, written_into
from silent_failures.clients import Rezoom

ROOT = Path(__file__).parents[1]
# Beside the documents that show it, so that a test can tell when they have gone stale.
DATA = ROOT / "docs" / "scoreboard.json"
STYLES = {
    "right": "green",
    "only if you look": "yellow",
    "wrong": "bold red",
    "cannot say it": "dim",
}


def contenders() -> list[Contender]:
    """Make ready rezoom and every peer; PackageNotFoundError when one is not installed."""
    found = [Contender(US, metadata.version(US), us, Rezoom.update_call, Rezoom.occurrence_call)]
    for name, kind in peers.PEERS.items():
        calls = (kind.update_call, kind.occurrence_call)
        found.append(Contender(name, peers.version(name), them(name), *calls))
    return found


@contextmanager
def us(sim: Simulator) -> Iterator[Client]:
    """Connect rezoom, with the machine's own clock, as everybody else."""
    with Zoom(sim.auth(), base_url=sim.url, ledger="memory:") as zoom:
        yield Rezoom(zoom.update)


def them(name: str) -> Connect:
    """Return what connects a peer."""

    @contextmanager
    def connect(sim: Simulator) -> Iterator[Client]:
        known = sim.credentials
        yield peers.connect(
            name,
            peers.Access(
                sim.url, sim.token_url, known.account_id, known.client_id, known.client_secret
            ),
        )

    return connect


def table(board: Mapping[str, Any]) -> Table:
    """Draw the board for a terminal."""
    names = [client["name"] for client in board["clients"]]
    out = Table(title="Ten silent failures", title_justify="left", show_footer=True)
    out.add_column("", footer="avoided")
    for client in board["clients"]:
        score = f"{board['right'][client['name']]} of {board['of']}"
        out.add_column(f"{client['name']} {client['version']}", footer=score)
    for row in board["rows"]:
        cells = [Text(said(row, name), STYLES[row["cells"][name]["verdict"]]) for name in names]
        out.add_row(row["outcome"], *cells, end_section=not row["counts"])
    return out


def notes(board: Mapping[str, Any]) -> Table:
    """Say what was seen wherever a client was not right."""
    out = Table(title="What was seen", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for name in ("asked for", "of", "seen"):
        out.add_column(name, overflow="fold")
    for row in board["rows"]:
        for name, cell in row["cells"].items():
            if cell["verdict"] != "right":
                out.add_row(row["asked"], name, cell["saw"])
    return out


def write(board: Mapping[str, Any]) -> list[Path]:
    """Keep the board as data, and in every document that has a place for it."""
    DATA.write_text(json.dumps(board, indent=1, ensure_ascii=False) + "\n", "utf-8")
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    places = [path for path in documents if START in path.read_text("utf-8")]
    for path in places:
        path.write_text(written_into(path.read_text("utf-8"), board), "utf-8")
    return [DATA, *places]


def main(arguments: Sequence[str] | None = None) -> int:
    """Play, show, and keep what was asked for; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one object on stdout")
    form.add_argument("--markdown", action="store_true", help="the README's table on stdout")
    parser.add_argument("--write", action="store_true", help="keep it in docs/ and the README")
    options = parser.parse_args(arguments)
    # pyzoom logs to the root logger, zoomus' requests to their own: it is all in the verdicts.
    logging.disable(logging.CRITICAL)
    talk, answer = Console(stderr=True), Console()
    with talk.status("starting …") as status:
        board = play(contenders(), lambda what, who: status.update(f"{what}: {who} …"))
    if options.json:
        print(json.dumps(board, ensure_ascii=False))
    elif options.markdown:
        print(markdown(board))
    else:
        answer.print(table(board), notes(board))
    if options.write:
        for path in write(board):
            talk.print(f"wrote {path.relative_to(ROOT)}")
    missed = failed(board)
    for outcome in missed:
        talk.print(f"[bold red]rezoom fails:[/] {outcome}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
