"""Facts about the API that are not shapes: limits, rules, error meanings, sources.

Made from the `x-` keys of the spec. Imports nothing but the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

# Long tables, each in a module of its own: an update that goes well looks into none of them.
LATE: Final = frozenset(
    (
        "ANNOUNCED",
        "BODIES",
        "ERRORS",
        "READ_BACKS",
        "RULES",
        "SCOPES",
        "SOURCES",
        "THROTTLES",
        "TOKEN_ERRORS",
        "ZONES",
    )
)

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in LATE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = import_module(f".tables.{name.lower()}", __package__)
        # Kept (PEP 562): asked for once more, it is found as any other name is.
        table = globals()[name] = getattr(module, name)
        return table

    def __dir__() -> list[str]:
        return [*globals(), *LATE]


class Source(NamedTuple):
    """Where a fact comes from."""

    tag: str
    title: str
    url: str
    date: str = ""


class Quota(NamedTuple):
    """A count of requests that are allowed in a window: `rolling`, or a `utc-day` from 00:00."""

    id: str
    scope: str
    limit: int
    window: str
    hours: int
    sentence: str
    source: str


class Rate(NamedTuple):
    """Requests an account may make, by its plan; `per_day` is None where none is published."""

    plan: str
    per_second: int
    per_day: int | None
    source: str


NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


class ErrorCode(NamedTuple):
    """What an answer means: the first row whose status, code, and text all agree.

    `message` is the text as reported, with what differs from answer to answer in braces.
    """

    id: str
    kind: str
    meaning: str
    next_step: str
    source: str
    status: int | None = None
    code: int | None = None
    match: str = ""
    message: str = ""


class LimitCode(NamedTuple):
    """A number under which the body of a 429 names a limit; it does not tell which one."""

    code: int
    sentence: str
    source: str


class Throttle(NamedTuple):
    """What a 429 means: the first row whose text, type, and limit all agree.

    `message` and `headers` are what such an answer carries, with what differs in braces.
    """

    id: str
    scope: str
    retry: bool
    resets: str
    meaning: str
    next_step: str
    source: str
    match: str = ""
    type: str | None = None
    limit: int | None = None
    message: str = ""
    headers: Mapping[str, str] = NO_HEADERS


class TokenError(NamedTuple):
    """What a refusal of the token endpoint means."""

    id: str
    meaning: str
    next_step: str
    source: str
    match: str = ""
    code: int | None = None


class Pages(NamedTuple):
    """How a list goes on: the answer's `next` is the query's `cursor`; `items` holds the rows."""

    cursor: str
    next: str
    items: str


NO_HONOURS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})


class Operation(NamedTuple):
    """One HTTP operation; any one of `scopes` is enough to call it.

    `repeatable`: a request whose fate is unknown may be sent again; `quotas`: the ids of those it
    spends; `body` and `answer`: models, empty for none; `honours`: by query parameter, the members
    of the body that are heeded with it; `volatile`: what changes in an answer by itself; `read_by`:
    the operation that shows what this one did.
    """

    id: str
    method: str
    path: str
    # Of the generated module that writes its requests, below this package.
    module: str
    success: int
    repeatable: bool
    rate_limit: str = ""
    scopes: tuple[str, ...] = ()
    quotas: tuple[str, ...] = ()
    body: str = ""
    answer: str = ""
    query: tuple[str, ...] = ()
    honours: Mapping[str, tuple[str, ...]] = NO_HONOURS
    volatile: tuple[str, ...] = ()
    read_by: str = ""
    pages: Pages | None = None


class Scope(NamedTuple):
    """A permission an app can have: `form` is classic or granular, `operations` what takes it.

    `whole_account` tells whether it reaches every user of the account, or the app's user alone.
    """

    name: str
    form: str
    whole_account: bool
    summary: str
    operations: tuple[str, ...]


class Field(NamedTuple):
    """One member of the request body, by its dotted path; list items are written `rooms[].name`."""

    path: str
    kind: str
    summary: str
    source: str = ""
    enum: tuple[str | int, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_items: int | None = None
    max_items: int | None = None
    allowed: str = ""
    secret: bool = False
    deprecated: bool = False
    # The operation that creates does not know it.
    update_only: bool = False
    time: str | None = None
    time_zone: bool = False
    separator: str | None = None
    examples: tuple[object, ...] = ()


NO_BOUNDS: Final[Mapping[str, Mapping[str, int]]] = MappingProxyType({})


class Endless(NamedTuple):
    """How many meetings a series without an end was seen to get."""

    weekly: int
    other: int
    source: str


class Announced(NamedTuple):
    """A member that was announced and not described: it has no type and no place yet."""

    name: str
    date: str
    source: str


class Lapse(NamedTuple):
    """How many days after its date or last use a meeting number lapses."""

    single_days: int
    recurring_days: int
    source: str


class Zones(NamedTuple):
    """Names of time zones: those that Zoom lists, and those of Windows with what they mean.

    `windows` is windowsZones of CLDR, copyright © 2004-2026 Unicode, Inc., under the Unicode
    License V3 (https://www.unicode.org/license.txt).
    """

    source: str
    listed: tuple[str, ...]
    windows_source: str
    windows: Mapping[str, str]


class Rule(NamedTuple):
    """One row of the table of rules; `kind` says who decides it.

    `body`: the change alone, and it is an error; `advice`: the change alone, and it is a warning;
    `situation`: the change, what a read gave, and the clock; `reason`: told afterwards, of a
    member that was sent and did not change; `computed`: by code, where no schema can say it.
    `bounds` holds the limits the rule itself sets, `explains` the members of which it can be the
    reason, `settles` the advice that is moot once a read was made, `each` the derived
    list for every item of which it is told, `names` the fields it is about that no body has,
    `security` whether strangers may come in by it, `operations` those it is for.
    """

    id: str
    kind: str
    severity: str
    path: str
    field: str
    sentence: str
    fix: str
    source: str
    date: str
    bounds: Mapping[str, Mapping[str, int]] = NO_BOUNDS
    explains: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()
    each: str = ""
    names: tuple[str, ...] = ()
    security: bool = False
    operations: tuple[str, ...] = ()


class ReadBack(NamedTuple):
    """How a member that was sent is seen again in a read; members without a row come back equal.

    `instant`: the same instant, written in UTC; `set`: the same values in any order; `items`: a
    list whose items may have members that were not sent; `expanded`: 0 becomes a number; `filled`:
    the server writes it; `newer`: only in newer answers; `never`: not at all, see `look` instead.
    """

    path: str
    kind: str
    sentence: str
    source: str
    look: tuple[str, ...] = ()
