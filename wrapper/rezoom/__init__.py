"""Update Zoom meetings safely: one endpoint, typed, judged before it is sent, and counted."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rezoom_wire.models import Meeting, MeetingUpdate

    from ._wire import UNSET
    from .auth import Bearer, ServerToServer, TokenSource
    from .client import AsyncZoom, Zoom, check
    from .clock import Clock
    from .errors import (
        AuthError,
        ConfigError,
        InvalidChange,
        LedgerError,
        NotFoundError,
        NotSentError,
        NotVerified,
        Problem,
        QuotaExceeded,
        RateLimited,
        RefusedError,
        RetryLater,
        RezoomError,
        ScopeError,
        ServerError,
        UnansweredError,
    )
    from .quota import Gauge, Ledger, MemoryLedger, Quota
    from .receipt import Receipt

_HOMES = {
    ".auth": ("Bearer", "ServerToServer", "TokenSource"),
    ".client": ("AsyncZoom", "Zoom", "check"),
    ".clock": ("Clock",),
    ".errors": (
        "AuthError",
        "ConfigError",
        "InvalidChange",
        "LedgerError",
        "NotFoundError",
        "NotSentError",
        "NotVerified",
        "Problem",
        "QuotaExceeded",
        "RateLimited",
        "RefusedError",
        "RetryLater",
        "RezoomError",
        "ScopeError",
        "ServerError",
        "UnansweredError",
    ),
    ".quota": ("Gauge", "Ledger", "MemoryLedger", "Quota"),
    ".receipt": ("Receipt",),
    "._wire": ("UNSET",),
    "rezoom_wire.models": ("Meeting", "MeetingUpdate"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "UNSET",
    "AsyncZoom",
    "AuthError",
    "Bearer",
    "Clock",
    "ConfigError",
    "Gauge",
    "InvalidChange",
    "Ledger",
    "LedgerError",
    "Meeting",
    "MeetingUpdate",
    "MemoryLedger",
    "NotFoundError",
    "NotSentError",
    "NotVerified",
    "Problem",
    "Quota",
    "QuotaExceeded",
    "RateLimited",
    "Receipt",
    "RefusedError",
    "RetryLater",
    "RezoomError",
    "ScopeError",
    "ServerError",
    "ServerToServer",
    "TokenSource",
    "UnansweredError",
    "Zoom",
    "check",
]


def __getattr__(name: str) -> object:
    # Loaded on first use (PEP 562): `rezoom.recurrence` or `rezoom.errors` must not pull in httpx.
    if name in _HOME_OF:
        return getattr(import_module(_HOME_OF[name], __name__), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("rezoom")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
