"""Update Zoom meetings safely: one endpoint, typed, judged before it is sent, and counted."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rezoom_wire.models import Meeting, MeetingUpdate

    from ._wire import UNSET
    from .async_client import AsyncZoom
    from .auth import Bearer, ServerToServer, TokenSource
    from .checking import check
    from .client import Zoom
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
    from .quota import Gauge, Ledger, Limits, MemoryLedger, Quota
    from .receipt import Receipt
    from .recurrence import (
        FRI,
        MON,
        SAT,
        SUN,
        THU,
        TUE,
        WED,
        Occurrence,
        Recurrence,
        Series,
        Weekday,
    )

_HOMES = {
    ".async_client": ("AsyncZoom",),
    ".auth": ("Bearer", "ServerToServer", "TokenSource"),
    ".checking": ("check",),
    ".client": ("Zoom",),
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
    ".quota": ("Gauge", "Ledger", "Limits", "MemoryLedger", "Quota"),
    ".receipt": ("Receipt",),
    ".recurrence": (
        *("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"),
        *("Occurrence", "Recurrence", "Series", "Weekday"),
    ),
    "._wire": ("UNSET",),
    "rezoom_wire.models": ("Meeting", "MeetingUpdate"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "FRI",
    "MON",
    "SAT",
    "SUN",
    "THU",
    "TUE",
    "UNSET",
    "WED",
    "AsyncZoom",
    "AuthError",
    "Bearer",
    "Clock",
    "ConfigError",
    "Gauge",
    "InvalidChange",
    "Ledger",
    "LedgerError",
    "Limits",
    "Meeting",
    "MeetingUpdate",
    "MemoryLedger",
    "NotFoundError",
    "NotSentError",
    "NotVerified",
    "Occurrence",
    "Problem",
    "Quota",
    "QuotaExceeded",
    "RateLimited",
    "Receipt",
    "Recurrence",
    "RefusedError",
    "RetryLater",
    "RezoomError",
    "ScopeError",
    "Series",
    "ServerError",
    "ServerToServer",
    "TokenSource",
    "UnansweredError",
    "Weekday",
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
