"""Open the ledger that an address, an option or the environment names."""

from __future__ import annotations

import inspect
import os
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from .._clock import Time, check_clock
from .._public import public
from ..errors import ConfigError
from .location import default_path, filesystem
from .memory import MemoryLedger
from .model import wrong
from .policy import Limits
from .protocol import Ledger

if TYPE_CHECKING:
    from .events import OnEvent

_FORMS = "Give sqlite:///path/to/file, redis://host:6379/0, or memory: in REZOOM_LEDGER."
# Parts of the schemes of Redis; some of them are refused there, with what to do instead.
_REDIS = "redis", "valkey", "unix", "sentinel", "cluster"


@public("rezoom.quota")
def open_ledger(
    url: str | None = None, *, environ: Mapping[str, str] | None = None, clock: Time | None = None
) -> Ledger:
    """Make the ledger that `url` names; None or "sqlite:": the default file of this machine.

    Nothing is opened yet. Raises ConfigError for an address that cannot be.
    """
    if url is not None and not isinstance(url, str):
        raise wrong("ledger", type(url), _FORMS)
    check_clock(clock)
    address = url or "sqlite:"
    scheme, colon, _ = address.partition(":")
    if scheme == "memory" and address in ("memory:", "memory://"):
        return MemoryLedger() if clock is None else MemoryLedger(clock=clock)
    if scheme == "sqlite":
        return _sqlite(address, environ or {}, clock)
    if colon and any(name in scheme for name in _REDIS):
        from .redis.redis_ledger import RedisLedger

        return RedisLedger(address)
    named = f"{scheme[:40]}:…" if colon else f"{address!r:.60}"
    raise ConfigError(f"the ledger {named} is of no known kind", field="ledger", next_step=_FORMS)


def machine_path(environ: Mapping[str, str]) -> Path:
    """Choose the default file on this machine."""
    from platformdirs import user_state_path

    return default_path(
        environ,
        user_state=user_state_path("rezoom", appauthor=False),
        temporary=Path(tempfile.gettempdir()),
        user=os.getuid(),
        filesystem=filesystem,
    )


def _sqlite(url: str, environ: Mapping[str, str], clock: Time | None) -> Ledger:
    from .sqlite.sqlite_ledger import SQLiteLedger

    try:
        parts = urlsplit(url)
    except ValueError:  # which quotes the address
        raise ConfigError(
            "the ledger's address cannot be read", field="ledger", next_step=_FORMS
        ) from None
    path = unquote(parts.path)
    options: dict[str, Any] = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(set(options) - {"durability"})
    if unknown or parts.fragment:
        raise ConfigError(
            f"the ledger's address has {', '.join(unknown)[:60] or 'a fragment'}: it means nothing",
            field="ledger",
            next_step="Only durability=full or durability=normal may follow a ?.",
        )
    if options.get("durability", "full") not in ("full", "normal"):
        raise ConfigError(
            "the ledger's address has another durability",
            field="ledger",
            next_step="Write durability=full or durability=normal.",
        )
    if clock is not None:
        options["clock"] = clock
    if not path and not parts.netloc:
        return SQLiteLedger(partial(machine_path, environ), **options)
    # Some write a user and a password where a server's address has them.
    shown = url[:300] if "@" not in url else "sqlite:…"
    if parts.netloc or not path.startswith("/") or path.endswith("/") or "\0" in path:
        raise ConfigError(
            f"the ledger's address {shown!r} has no whole path",
            field="ledger",
            next_step=_FORMS,
        )
    # Some write an absolute path with two slashes.
    return SQLiteLedger(Path(f"/{path.lstrip('/')}"), **options)


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
        step = "Give a plain function of one event; it is not awaited, and has to be quick."
        raise wrong("on_event", on_event, step)
    check_clock(clock)
    if ledger is None or isinstance(ledger, str):
        url = ledger or environ.get("REZOOM_LEDGER") or None
        ledger = open_ledger(url, environ=environ, clock=clock)
    elif not callable(getattr(ledger, "settle", None)):
        raise wrong("ledger", type(ledger), _FORMS)
    if down == "open":
        from .decorators import Lenient

        ledger = Lenient(ledger, clock=clock)
    if on_event is not None:
        from .observed import Observed

        ledger = Observed(ledger, on_event, clock=clock)
    return ledger


def chosen_down(ledger_down: str | None, environ: Mapping[str, str]) -> str:
    """Tell what becomes of a request while the ledger cannot be used: "closed" or "open"."""
    down = ledger_down or environ.get("REZOOM_LEDGER_DOWN") or "closed"
    if down not in ("closed", "open"):
        step = 'Give "closed" (send nothing) or "open" (send without counting).'
        raise wrong("ledger_down", down, step)
    return down


def chosen_limits(limits: Limits | None, environ: Mapping[str, str]) -> Limits | None:
    """Take the limits that were given, or those that REZOOM_LIMITS names."""
    text = environ.get("REZOOM_LIMITS")
    return Limits.parse(text) if limits is None and text else limits


def _awaited(listener: object) -> bool:
    return inspect.iscoroutinefunction(listener) or inspect.iscoroutinefunction(
        getattr(listener, "__call__", None)  # noqa: B004 - its kind is asked, not whether it is there
    )
