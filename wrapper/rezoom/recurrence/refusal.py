"""How a recurrence is refused: the field, the value, what is allowed, and the fix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Literal, ParamSpec, TypeAlias, TypeVar

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
