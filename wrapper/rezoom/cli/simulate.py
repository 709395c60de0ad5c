"""`rezoom simulate`: a fake Zoom on this machine until Ctrl-C."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options
from .outcome import UsageError
from .render import answers, print_json, talk

if TYPE_CHECKING:
    from ..simulator import Simulator

_INTERRUPTED = 130


def simulate(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")
    ] = 8042,
    seed: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A JSON list of meetings to start with, as a read shows them; "
            "without it there are two of ours.",
            show_default=False,
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Run a fake Zoom on this machine until Ctrl-C.

    It prints the environment that points rezoom at it, and forgets everything at the end.
    """
    try:
        from ..simulator import serve
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("rezoom"):
            raise
        raise UsageError(
            f"The simulator needs {error.name}, which is not installed here",
            next_step='Install it with: pip install "rezoom[simulator]"',
        ) from None

    def announce(simulator: Simulator) -> None:
        if seed is None:
            simulator.add_series()
            simulator.add_meeting()
        if as_json:
            told = {"url": simulator.url, "env": simulator.env()}
            print_json("simulator/1", told | {"meetings": list(simulator.meetings)})
        else:
            _announce(simulator)

    serve(host, port, seed, announce=announce)
    talk().print("Stopped.", style="dim")
    raise typer.Exit(_INTERRUPTED)


def _announce(simulator: Simulator) -> None:
    console = answers()
    console.print(f"A fake Zoom answers at {simulator.url}. In another terminal:\n", soft_wrap=True)
    for name, value in simulator.env().items():
        console.print(f"export {name}={shlex.quote(value)}", soft_wrap=True)
    if simulator.meetings:
        number = simulator.meetings[0]
        console.print(f"\nrezoom show {number}", soft_wrap=True)
        console.print(f"rezoom update {number} --topic 'Stand-up' --duration 30", soft_wrap=True)
    talk().print("\nCtrl-C stops it and forgets everything.", style="dim", soft_wrap=True)
