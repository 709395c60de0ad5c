"""One call of one client against a simulator of its own, and everything seen from outside."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from rezoom.simulator import Request, Simulator

# Longer than any client's own timeout here, short enough for ten of them to be bearable.
PATIENCE = 20.0


class Client(Protocol):
    """What a scenario asks of a client: the calls that a reader of its README would write."""

    def update(self, meeting: int, **fields: Any) -> object: ...
    def update_occurrence(self, meeting: int, occurrence: str, **fields: Any) -> object: ...


Connect = Callable[[Simulator], AbstractContextManager[Client]]
Act = Callable[[Client], object]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was there before, what the simulator was asked, what is there now, what came back."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    requests: tuple[Request, ...]
    returned: object = None
    raised: BaseException | None = None
    came_back: bool = True

    @property
    def updates(self) -> tuple[Request, ...]:
        """Return the updates that left."""
        return tuple(seen for seen in self.requests if seen.method == "PATCH")

    @property
    def unsaid(self) -> BaseException | None:
        """Return what kept the client from sending any update at all."""
        return None if self.updates else self.raised


def attempt(
    sim: Simulator, meeting: int, connect: Connect, act: Act, patience: float = PATIENCE
) -> Attempt:
    """Let a client act, and watch; `patience` is in seconds, after which it is given up."""
    before = sim.meeting(meeting)
    sim.clear_requests()
    returned: list[object] = []
    raised: list[BaseException] = []

    def call() -> None:
        try:
            with connect(sim) as client:
                returned.append(act(client))
        except Exception as error:  # noqa: BLE001  # whatever a client raises is what is judged
            raised.append(error)

    # A client that sleeps until tomorrow must not keep the others waiting, nor the process alive.
    caller = threading.Thread(target=call, daemon=True)
    caller.start()
    caller.join(patience)
    return Attempt(
        before=before,
        after=sim.meeting(meeting),
        requests=sim.requests,
        returned=returned[0] if returned else None,
        raised=raised[0] if raised else None,
        came_back=not caller.is_alive(),
    )
