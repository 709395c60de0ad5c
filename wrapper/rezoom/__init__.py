"""Update Zoom meetings safely: one endpoint, typed, judged before it is sent, and counted."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rezoom_wire.models import Meeting, MeetingUpdate

    from ._auth.sources import Bearer, ServerToServer
    from ._auth.tokens import TokenSource
    from ._change.following import Following
    from ._change.plan_data import Altered, FieldChange
    from ._change.results import Plan, Receipt
    from ._client.asynchronous import AsyncZoom
    from ._client.changes import UpdateResult
    from ._client.check import check
    from ._client.many import AsyncMany, Many
    from ._client.sync import Zoom
    from ._clock import Clock
    from ._rules.judge import Change
    from ._wire import UNSET
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
    "._auth.sources": ("Bearer", "ServerToServer"),
    "._auth.tokens": ("TokenSource",),
    "._change.following": ("Following",),
    "._change.plan_data": ("Altered", "FieldChange"),
    "._change.results": ("Plan", "Receipt"),
    "._client.asynchronous": ("AsyncZoom",),
    "._client.changes": ("UpdateResult",),
    "._client.check": ("check",),
    "._client.many": ("AsyncMany", "Many"),
    "._client.sync": ("Zoom",),
    "._clock": ("Clock",),
    "._rules.judge": ("Change",),
    "._wire": ("UNSET",),
    ".quota": ("Gauge", "Ledger", "Limits", "MemoryLedger", "Quota"),
    ".recurrence": (
        "FRI",
        "MON",
        "Occurrence",
        "Recurrence",
        "SAT",
        "SUN",
        "Series",
        "THU",
        "TUE",
        "WED",
        "Weekday",
    ),
    "rezoom_wire.models": ("Meeting", "MeetingUpdate"),
}
# Found here, though not promised: pickles of public values hold them.
_IN_PICKLES = {
    "Dates": "._change.plan_data",
    "Listed": "._change.occurrences",
    "MaskedRepr": "._redaction",
    "Record": "._change.plan_data",
    "Verdict": "._change.plan_data",
    "_restored": "._change.results",
}
_DOORS = frozenset({"errors", "quota", "recurrence", "simulator"})

__all__ = [
    "FRI",
    "MON",
    "SAT",
    "SUN",
    "THU",
    "TUE",
    "UNSET",
    "WED",
    "Altered",
    "AsyncMany",
    "AsyncZoom",
    "AuthError",
    "Bearer",
    "CannotUndo",
    "Change",
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
    "Many",
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
    "UpdateResult",
    "Weekday",
    "Zoom",
    "check",
]
# All other names are those of errors.
_HOME_OF = dict.fromkeys(__all__, ".errors") | {
    name: home for home, names in _HOMES.items() for name in names
}


def __getattr__(name: str) -> object:
    # Loaded on first use (PEP 562): `rezoom.recurrence` or `rezoom.errors` must not pull in httpx.
    if home := _HOME_OF.get(name) or _IN_PICKLES.get(name):
        return getattr(import_module(home, __name__), name)
    if name in _DOORS:
        return import_module(f".{name}", __name__)
    if name == "__version__":
        from importlib.metadata import version

        return version("rezoom")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
