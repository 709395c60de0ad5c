"""A simulator that runs until somebody interrupts it, for a command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .seed_file import read_seed
from .simulator import Simulator


def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    seed_file: str | Path | None = None,
    *,
    announce: Callable[[Simulator], None],
    **options: Any,
) -> None:
    """Run a simulator until interrupted; `announce` is told once it answers. Prints nothing."""
    if seed_file is not None:
        options["meetings"] = read_seed(seed_file)
    with Simulator(host=host, port=port, **options) as simulator:
        try:
            announce(simulator)
            simulator.wait()
        except KeyboardInterrupt:
            return
