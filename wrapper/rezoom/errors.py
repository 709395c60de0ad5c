"""Everything rezoom raises; each error says what happened, whether it was sent, what to do next.

RezoomError
├── NotSentError          the change never left this process
│   ├── InvalidChange     (ValueError) every problem of the change at once
│   │   └── OccurrenceError
│   ├── ConfigError       (ValueError) a credential, plan, address or option
│   ├── QuotaExceeded     (RetryLater) our own count says that Zoom would refuse it
│   ├── LedgerError
│   │   └── LedgerUnavailable · StateLost · ClockUntrusted · SlotExpired
│   └── PlanError
│       └── PlanStale · CannotUndo
├── RetryLater            one `except` for our limits and for Zoom's: retry_at, scope
├── UnansweredError       no answer came
├── RefusedError          Zoom answered, and not with success
│   ├── AuthError
│   │   └── ScopeError
│   ├── NotFoundError
│   ├── ServerError
│   └── RateLimited       (RetryLater)
├── NotApplied            Zoom accepted the change and ignored or altered a part of it
└── NotVerified           (RuntimeError) only a verified receipt can answer that
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, TypedDict, Unpack

from ._times import zulu
from ._visible import visible

_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a change, or doubtful about it, and how to put it right."""

    path: str
    severity: Literal["error", "warning"]
    rule: str
    message: str
    fix: str
    source: str
    dates: tuple[date, ...] = ()

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        fix = f" - {self.fix}" if self.fix else ""
        return visible(" ".join(f"{where}{self.message.rstrip('.')}{fix}".split()))

    def to_dict(self) -> dict[str, Any]:
        """Return the problem as JSON-ready data."""
        return {name: _json_ready(getattr(self, name)) for name in self.__slots__}


class RezoomError(Exception):
    """Base of all errors; `sent` is True, False, or None when it cannot be known.

    `str()` is safe to show: what would steer a terminal is written as an escape. The attributes
    keep what was said.
    """

    next_step: str = ""

    def __init__(
        self, message: str, *, sent: bool | None = None, next_step: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.sent = sent
        if next_step is not None:
            self.next_step = next_step

    def __str__(self) -> str:
        parts = (self._what_happened(), self._whether_sent(), self._what_next())
        return " ".join(visible(_sentence(part)) for part in parts if part)

    def _what_happened(self) -> str:
        return self.message

    def _whether_sent(self) -> str:
        if self.sent is None:
            return "It is not known whether the request reached Zoom."
        return "The request was sent." if self.sent else "No change was sent."

    def _what_next(self) -> str:
        return self.next_step

    def to_dict(self) -> dict[str, Any]:
        """Return type, message, sent, next_step and every other attribute, JSON-ready."""
        named = {"type": type(self).__name__, "message": self.message, "sent": self.sent}
        attributes = {"next_step": self.next_step} | vars(self)
        rest = (k for k in attributes if k not in named and not k.startswith("_"))
        return named | {k: _json_ready(attributes[k]) for k in rest}

    def __reduce__(self) -> tuple[Any, ...]:
        # The default calls the class with `args` alone, and most of these need keywords.
        return _revive, (type(self), self.args, dict(vars(self)))


class NotSentError(RezoomError):
    """The change never left this process."""

    def __init__(self, message: str, *, next_step: str | None = None) -> None:
        super().__init__(message, sent=False, next_step=next_step)


class RetryLater(RezoomError):
    """A limit stands in the way until `retry_at`: raised as QuotaExceeded or RateLimited."""

    retry_at: datetime
    scope: str

    def _set_limit(self, retry_at: datetime, scope: str) -> None:
        if retry_at.utcoffset() is None:
            raise ValueError(f"retry_at needs a time zone: {retry_at}")
        self.retry_at = retry_at.astimezone(UTC)
        self.scope = scope

    def _what_next(self) -> str:
        # Up to the whole second: who reads the time and obeys it must not come too early.
        shown = (self.retry_at + timedelta(microseconds=999_999)).replace(microsecond=0)
        return f"Try again at {_json_ready(shown)}. {self.next_step}".strip()


class InvalidChange(NotSentError, ValueError):
    """The change breaks a rule; `problems` lists everything found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = len(problems)
        super().__init__(f"The change has {count} problem{'' if count == 1 else 's'}")
        self.problems = list(problems)

    def __str__(self) -> str:
        return "\n  ".join((super().__str__(), *map(str, self.problems)))


class OccurrenceError(InvalidChange):
    """The series has no such occurrence; `candidates` are the nearest ones."""

    def __init__(self, problems: Sequence[Problem], *, candidates: Sequence[object] = ()) -> None:
        super().__init__(problems)
        self.candidates = tuple(candidates)

    def __str__(self) -> str:
        nearest = (
            f"\n  nearest: {', '.join(map(visible, self.candidates))}" if self.candidates else ""
        )
        return super().__str__() + nearest


class ConfigError(NotSentError, ValueError):
    """A credential, plan, address or option is missing or wrong; `field` names it."""

    def __init__(self, message: str, *, field: str = "", next_step: str | None = None) -> None:
        super().__init__(message, next_step=next_step)
        self.field = field


class QuotaExceeded(NotSentError, RetryLater):
    """Our own count says that Zoom would refuse another update now."""

    def __init__(
        self,
        *,
        limit: int,
        used: int,
        pending: int,
        unknown: int,
        external: int,
        scope: str,
        retry_at: datetime,
    ) -> None:
        super().__init__(
            f"The {scope} limit of {limit} is reached: {used} used, {pending} under way, "
            f"{unknown} without an answer, {external} spent elsewhere"
        )
        self._set_limit(retry_at, scope)
        self.limit, self.used, self.pending = limit, used, pending
        self.unknown, self.external = unknown, external


class LedgerError(NotSentError):
    """The record of what was spent cannot be trusted, so nothing more is spent."""


class LedgerUnavailable(LedgerError):
    """The ledger cannot be opened or reached."""

    next_step = "Check the ledger's address (REZOOM_LEDGER) and that it can be written."


class StateLost(LedgerError):
    """The ledger forgot what was spent."""

    next_step = "See `rezoom ledger where`; `rezoom ledger reset` starts a new count."


class ClockUntrusted(LedgerError):
    """The clock of this machine jumped, so a window of 24 hours cannot be counted."""

    next_step = "Set this machine's clock right, then try again."


class SlotExpired(LedgerError):
    """The reserved place was not used in time."""

    next_step = "Ask again: the place was given back."


class PlanError(NotSentError):
    """The plan cannot be used."""


class PlanStale(PlanError):
    """The meeting changed after the plan was made; `changes` says what it was and what it is."""

    next_step = "Make a new plan, or apply this one with force."

    # Any, not FieldChange: this module lies below all that it speaks of.
    def __init__(self, changes: Sequence[Any]) -> None:
        shown = "; ".join(map(str, changes[:_MOST_SHOWN]))
        if len(changes) > _MOST_SHOWN:
            shown += f"; and {len(changes) - _MOST_SHOWN} more"
        super().__init__(f"The meeting is not as it was when the plan was made: {shown}")
        self.changes = tuple(changes)


class CannotUndo(PlanError):
    """The state from before the change is not known."""

    next_step = "Update with verify=True next time: the receipt then keeps the state from before."


class UnansweredError(RezoomError):
    """No answer came; `sent` is False when the request provably never left."""

    next_step = "Read the meeting before you send the change again."


class Refusal(TypedDict, total=False):
    """What else is known about an answer that is not success."""

    code: int | None
    tracking_id: str | None
    errors: Sequence[Mapping[str, str]]
    meaning: str
    next_step: str | None
    source: str
    body_excerpt: str
    sent: bool | None


class RefusedError(RezoomError):
    """Zoom answered, and not with success; `message` is Zoom's own."""

    def __init__(self, message: str, *, status: int, **more: Unpack[Refusal]) -> None:
        super().__init__(message, sent=more.get("sent", True), next_step=more.get("next_step"))
        self.status = status
        self.code = more.get("code")
        self.tracking_id = more.get("tracking_id")
        self.errors = [dict(error) for error in more.get("errors", ())]
        self.meaning = more.get("meaning", "")
        self.source = more.get("source", "")
        self.body_excerpt = more.get("body_excerpt", "")

    def _what_happened(self) -> str:
        code = "" if self.code is None else f", code {self.code}"
        said = f": {self.message}" if self.message else ""
        fields = (": ".join(filter(None, error.values())) for error in self.errors)
        excerpt = f"The answer begins {self.body_excerpt!r}" if self.body_excerpt else ""
        track = f"Zoom's tracking id: {self.tracking_id}" if self.tracking_id else ""
        parts = (f"HTTP {self.status}{code}{said}", "; ".join(fields), self.meaning, excerpt, track)
        return " ".join(map(_sentence, filter(None, parts)))

    def _whether_sent(self) -> str:
        if not self.sent:
            return super()._whether_sent()
        refused = 400 <= self.status < 500
        outcome = "not carried out" if refused else "it is not known whether it was carried out"
        return f"The request was sent; {outcome}."


class AuthError(RefusedError):
    """Zoom does not accept the token or the credentials."""

    next_step = "Check the app's credentials and that the app is activated."


class ScopeError(AuthError):
    """The token lacks the scopes in `missing`."""

    next_step = "Add the missing scopes to the app, then get a new token."

    def __init__(
        self, message: str, *, status: int, missing: Sequence[str] = (), **more: Unpack[Refusal]
    ) -> None:
        super().__init__(message, status=status, **more)
        self.missing = tuple(missing)


class NotFoundError(RefusedError):
    """There is no such meeting, or this account cannot see it."""

    next_step = "Check the meeting number and the account."


class ServerError(RefusedError):
    """Zoom, or something in front of it, failed while answering."""

    next_step = "Read the meeting, then try again."


class RateLimited(RefusedError, RetryLater):
    """Zoom's own limit; `scope` says which."""

    def __init__(
        self,
        message: str,
        *,
        retry_at: datetime,
        scope: str,
        status: int = 429,
        **more: Unpack[Refusal],
    ) -> None:
        super().__init__(message, status=status, **more)
        self._set_limit(retry_at, scope)


class NotApplied(RezoomError):
    """Zoom accepted the change and ignored or altered a part of it; `receipt` says which."""

    next_step = "See receipt.ignored and receipt.altered for the likely reasons."

    # Any, not Receipt: see above.
    def __init__(self, receipt: Any) -> None:
        parts = (getattr(receipt, name, ()) for name in ("ignored", "altered"))
        paths = ", ".join(str(path) for part in parts for path in part)
        super().__init__(f"Zoom accepted the change and did not apply {paths or 'it'}", sent=True)
        self.receipt = receipt


class NotVerified(RezoomError, RuntimeError):
    """Nothing was read back, so it is not known what Zoom applied."""

    next_step = "Update with verify=True, or read the meeting."

    def __init__(self, message: str, *, sent: bool | None = True) -> None:
        super().__init__(message, sent=sent)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _json_ready(value: object) -> Any:
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return zulu(value)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _json_ready(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_json_ready(item) for item in value]
    to_dict = getattr(value, "to_dict", None)
    return _json_ready(to_dict()) if callable(to_dict) else str(value)


def _revive(kind: type[RezoomError], args: tuple[Any, ...], state: dict[str, Any]) -> RezoomError:
    error = kind.__new__(kind, *args)
    error.args = args
    vars(error).update(state)
    return error
