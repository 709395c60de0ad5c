"""What a client was told about its ledger, by its options and by the environment."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..errors import ConfigError
from .ledger import Ledger
from .machine import Time
from .opening import open_ledger
from .policy import Limits

if TYPE_CHECKING:
    from .events import OnEvent

LedgerDown: TypeAlias = Literal["closed", "open"]


def chosen_ledger(
    ledger: Ledger | str | None,
    *,
    environ: Mapping[str, str],
    clock: Time | None = None,
    ledger_down: LedgerDown | None = None,
    on_event: OnEvent | None = None,
) -> Ledger:
    """Make the ledger of a client; opens nothing. Raises ConfigError for what cannot be.

    An option goes before REZOOM_LEDGER and REZOOM_LEDGER_DOWN.
    """
    down = chosen_down(ledger_down, environ)
    if on_event is not None and (not callable(on_event) or _awaited(on_event)):
        raise ConfigError(
            f"on_event is {on_event!r}", field="on_event",
            next_step="Give a plain function of one event; it is not awaited, and has to be quick.",
        )  # fmt: skip
    if ledger is None or isinstance(ledger, str):
        url = ledger or environ.get("REZOOM_LEDGER") or None
        ledger = open_ledger(url, environ=environ, clock=clock)
    if down == "open":
        from .lenient import Lenient

        ledger = Lenient(ledger, clock=clock)
    if on_event is not None:
        from .observed import Observed

        ledger = Observed(ledger, on_event, clock=clock)
    return ledger


def chosen_down(ledger_down: str | None, environ: Mapping[str, str]) -> str:
    """Tell what becomes of a request while the ledger cannot be used: "closed" or "open"."""
    down = ledger_down or environ.get("REZOOM_LEDGER_DOWN") or "closed"
    if down not in ("closed", "open"):
        raise ConfigError(
            f"ledger_down is {down!r}", field="ledger_down",
            next_step='Give "closed" (send nothing) or "open" (send without counting).',
        )  # fmt: skip
    return down


def chosen_limits(limits: Limits | None, environ: Mapping[str, str]) -> Limits | None:
    """Take the limits that were given, or those that REZOOM_LIMITS names."""
    text = environ.get("REZOOM_LIMITS")
    return Limits.parse(text) if limits is None and text else limits


def _awaited(listener: object) -> bool:
    return inspect.iscoroutinefunction(listener) or inspect.iscoroutinefunction(
        getattr(listener, "__call__", None)  # noqa: B004 - its kind is asked, not whether it is there
    )
