"""How a recurrence is refused: the field, the value, what is allowed, and the fix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, ClassVar, Literal, NoReturn, ParamSpec, TypeAlias, TypeVar

from ..errors import InvalidChange, Problem

P = ParamSpec("P")
R = TypeVar("R")
Severity: TypeAlias = Literal["error", "warning"]


class RecurrenceError(InvalidChange):
    """A recurrence, or a series of it, that cannot be used; `problems` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        count = len(problems)
        self.message = f"The recurrence has {count} problem{'' if count == 1 else 's'}"

    def _whether_sent(self) -> str:
        return ""  # Nothing was about to be sent.


class WrongStep(RecurrenceError, AttributeError):
    """A step that this phase of a recurrence does not have."""


def refusal(
    field: str,
    rule: str,
    message: str,
    fix: str,
    *,
    of: str = "recurrence",
    kind: type[RecurrenceError] = RecurrenceError,
) -> RecurrenceError:
    """Return the error for one member of the recurrence, or of the meeting."""
    path = ".".join(filter(None, (of, field)))
    return kind([Problem(path, "error", rule, message, fix, where_from(rule, path))])


def where_from(rule: str, path: str) -> str:
    """Say where the rule, or else the field, is documented; nothing for rules of our own."""
    # Loaded on first use: the facts weigh more than all of this package.
    from .._wire import facts, source

    found = facts.RULES.get(rule) or facts.FIELDS.get(path)
    return source(found.source) if found else ""


def severity_of(rule: str, otherwise: Severity) -> Severity:
    """Say how grave the spec takes a rule; `otherwise` for what is no rule of the spec."""
    from .._wire import facts

    found = facts.RULES.get(rule)
    return otherwise if found is None else "error" if found.severity == "error" else "warning"


def explained(field: str, rule: str, fix: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Turn a call with too few or with unknown arguments into a refusal that knows the fix."""

    def decorate(build: Callable[P, R]) -> Callable[P, R]:
        @wraps(build)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return build(*args, **kwargs)
            except TypeError as error:
                # No further frame: the call did not fit, `build` itself never ran.
                if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                    raise
                raise refusal(field, rule, str(error), fix) from None

        return checked

    return decorate


Elsewhere: TypeAlias = Mapping[str, tuple[str, str, str, str]]


class Phase:
    """One phase of saying a recurrence; `_ELSEWHERE` knows what other phases offer."""

    __slots__ = ()
    _ELSEWHERE: ClassVar[Elsewhere] = {}

    # Hidden from mypy, which must go on refusing what is not there.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            if name in self._ELSEWHERE:
                raise refusal(*self._ELSEWHERE[name], kind=WrongStep)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


_NO_END = (
    "end_times", "no-end-means-one", "the pattern has no end yet, and Zoom would make one meeting",
    "say .until(date(2027, 6, 30)), .times(12) or .forever() first",
)  # fmt: skip
_NO_DAY = (
    "monthly_day", "monthly-needs-day", "the monthly pattern has no day yet",
    "say .on_day(15) or .on_the('last', FRI) first",
)  # fmt: skip
_SECOND_DAY = (
    "monthly_day", "monthly-one-form",
    "the pattern has its days already, and a month's day or weekday cannot be added",
    "choose one: Recurrence.monthly().on_day(15) or Recurrence.monthly().on_the('last', FRI)",
)  # fmt: skip
_SECOND_END = (
    "end_times", "both-ends", "the recurrence has its end already, and Zoom takes only one",
    "choose one of until, until_instant, times and forever; Series.until() changes it later",
)  # fmt: skip

AFTER_PATTERN: Elsewhere = {
    **dict.fromkeys(("starting", "to_zoom", "to_rrule", "end"), _NO_END),
    **dict.fromkeys(("on_day", "on_the"), _SECOND_DAY),
}
AFTER_MONTHLY: Elsewhere = dict.fromkeys(
    ("until", "until_instant", "times", "forever", "starting", "to_zoom", "to_rrule"), _NO_DAY
)
AFTER_END: Elsewhere = {
    **dict.fromkeys(("until", "until_instant", "times", "forever"), _SECOND_END),
    **dict.fromkeys(("on_day", "on_the"), _SECOND_DAY),
}
