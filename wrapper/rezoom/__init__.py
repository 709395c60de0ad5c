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
        CannotUndo,
        ConfigError,
        InvalidChange,
        LedgerError,
        LedgerUnavailable,
        NotApplied,
        NotFoundError,
        NotSentError,
        NotVerified,
        OccurrenceError,
        PlanError,
        PlanStale,
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
    from .planning.change import FieldChange
    from .planning.following import Following
    from .planning.plan import Plan
    from .planning.receipt import Receipt
    from .quota import Gauge, Ledger, Limits, MemoryLedger, Quota
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
        "CannotUndo",
        "ConfigError",
        "InvalidChange",
        "LedgerError",
        "LedgerUnavailable",
        "NotApplied",
        "NotFoundError",
        "NotSentError",
        "NotVerified",
        "OccurrenceError",
        "PlanError",
        "PlanStale",
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
    ".planning.change": ("FieldChange",),
    ".planning.following": ("Following",),
    ".planning.plan": ("Plan",),
    ".planning.receipt": ("Receipt",),
    ".quota": ("Gauge", "Ledger", "Limits", "MemoryLedger", "Quota"),
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
    "CannotUndo",
    "Clock",
    "ConfigError",
    "FieldChange",
    "Following",
    "Gauge",
    "InvalidChange",
    "Ledger",
    "LedgerError",
    "LedgerUnavailable",
    "Limits",
    "Meeting",
    "MeetingUpdate",
    "MemoryLedger",
    "NotApplied",
    "NotFoundError",
    "NotSentError",
    "NotVerified",
    "Occurrence",
    "OccurrenceError",
    "Plan",
    "PlanError",
    "PlanStale",
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
