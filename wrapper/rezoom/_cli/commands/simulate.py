"""`rezoom simulate`: a fake Zoom on this machine until Ctrl-C."""

from __future__ import annotations

import logging
import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import flags
from ..console import answers, print_json, talk
from ..exit_codes import Interrupted, UsageError

if TYPE_CHECKING:
    from ...simulator import SimClock, Simulator

_WORLD, _NETWORK = "What it plays", "Where it listens"
_world = partial(flags.option, rich_help_panel=_WORLD)
_network = partial(flags.option, rich_help_panel=_NETWORK)


def simulate(
    *,
    host: Annotated[
        str, typer.Option(help="The address to listen on.", rich_help_panel=_NETWORK)
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, help="The port; 0 takes a free one.", rich_help_panel=_NETWORK
        ),
    ] = 8042,
    cert: Annotated[
        Path | None, _network("FILE", "A certificate chain in PEM; with --key it speaks https.")
    ] = None,
    key: Annotated[Path | None, _network("FILE", "The certificate's private key in PEM.")] = None,
    seed: Annotated[
        Path | None,
        _world(
            "FILE",
            "A list of meetings to start with, in YAML or JSON, as a read shows them; "
            "without it there are two of ours.",
        ),
    ] = None,
    db: Annotated[
        Path | None,
        _world(
            "FILE",
            "An SQLite file that keeps meetings, history and clock; --seed fills a new one.",
        ),
    ] = None,
    plan: Annotated[
        str | None, _world("PLAN", "Keep the rate limits of free, pro or business.", "--plan")
    ] = None,
    quirk: Annotated[
        list[str] | None,
        _world("NAME=VALUE", "One behaviour that Zoom leaves open: past-start=rewrite-to-now."),
    ] = None,
    faults: Annotated[
        str | None,
        _world(
            "FILE|WORDS",
            "What goes wrong: reset:times=2:match=PATCH, or by chance reset=0.05,seed=7, "
            "or a YAML or JSON file.",
        ),
    ] = None,
    clock: Annotated[
        str | None, _world("INSTANT", "What its clock shows at the start: 2027-01-01T00:00Z.")
    ] = None,
    frozen: Annotated[
        bool,
        flags.switch(
            "--frozen", "The clock stands still until it is moved.", rich_help_panel=_WORLD
        ),
    ] = False,
    strict: Annotated[
        bool,
        flags.switch(
            "--strict",
            "Refuse whatever the contract refuses, not only what Zoom is known to refuse.",
            rich_help_panel=_WORLD,
        ),
    ] = False,
    as_json: flags.Json = False,
) -> None:
    """Run a fake Zoom on this machine until Ctrl-C.

    It prints the environment that points rezoom at it, and forgets everything at the end unless
    --db names a file.
    """
    try:
        from ...simulator import serve
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("rezoom"):
            raise
        raise UsageError(
            f"The simulator needs {error.name}, which is not installed here",
            next_step='Install it with: pip install "rezoom[simulator]"',
        ) from None

    def announce(simulator: Simulator) -> None:
        _warn(simulator, host)
        if as_json:
            print_json(
                "simulator/1",
                url=simulator.url,
                control_url=simulator.control_url,
                env=simulator.env(),
                meetings=list(simulator.meetings),
            )
        else:
            _announce(simulator, db)

    if (cert is None) != (key is None):
        raise UsageError(
            "https needs a certificate and its key", next_step="Give both --cert and --key."
        )
    wanted: dict[str, Any] = {"plan": plan, "db": db, "strict": strict}
    wanted |= _behaviour(quirk, faults, clock, frozen=frozen)
    if cert is not None:
        wanted["tls"] = (cert, key)
    if seed is None:
        wanted["meetings"] = _examples(wanted.get("clock"))
    # What it would warn of is said in `announce`, and said once.
    logging.getLogger("rezoom.simulator").addHandler(logging.NullHandler())
    with _ended_by(signal.SIGTERM), _requests_printed():
        serve(host, port, seed, announce=announce, **wanted)
    talk().say("Stopped.", "dim")
    raise typer.Exit(Interrupted.exit_code)


@contextmanager
def _requests_printed() -> Iterator[None]:
    """Print a line for each request beside the answer of the command, on stderr."""
    log, handler = logging.getLogger("rezoom.simulator.requests"), logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


@contextmanager
def _ended_by(number: signal.Signals) -> Iterator[None]:
    """Take a signal, as of `docker stop`, for a Ctrl-C."""
    before = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def _behaviour(
    quirks: list[str] | None, faults: str | None, clock: str | None, *, frozen: bool
) -> dict[str, Any]:
    from ...simulator import SimClock
    from ...simulator._fault_plan import read_fault_words
    from ...simulator._quirks import read_quirks
    from ...simulator._sim_clock import read_clock

    found: dict[str, Any] = {"quirks": read_quirks(quirks or ())}
    if faults is not None:
        found["faults"] = read_fault_words(faults)
    if clock is not None:
        found["clock"] = read_clock(clock, runs=not frozen)
    elif frozen:
        found["clock"] = SimClock(runs=False)
    return found


def _examples(clock: SimClock | None) -> list[dict[str, Any]]:
    from ...simulator._seeds import mondays

    # Given at the start, so that they are there again after a reset.
    return [mondays(clock.now() if clock else datetime.now(UTC)), {}]


def _warn(simulator: Simulator, host: str) -> None:
    from ...simulator._server.uvicorn_thread import is_loopback

    if not is_loopback(host):
        talk().say(
            f"WARNING: it listens on {host}, so whoever reaches this machine can use it. "
            f"Its credentials are known to everybody: {simulator.credentials.client_id}.",
            "bold red",
        )


def _announce(simulator: Simulator, db: Path | None) -> None:
    console = answers()
    console.say(f"A fake Zoom answers at {simulator.url}. In another terminal:")
    console.print()
    for name, value in simulator.env().items():
        console.say(f"export {name}={shlex.quote(value)}")
    if simulator.meetings:
        number = simulator.meetings[0]
        console.print()
        console.say(f"rezoom show {number}")
        console.say(f"rezoom update {number} --topic 'Stand-up' --duration 30")
    console.print()
    console.say(f"Clock, log, quota, faults: curl {simulator.control_url}")
    end = f"stops it; {db} keeps everything" if db else "stops it and forgets everything"
    talk().print()
    talk().say(f"Ctrl-C {end}.", "dim")
