"""The limits of a recurrence, read from the spec, and how what breaks a rule is refused.

A refusal names the field, the value, what is allowed, and the fix.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import inf
from typing import Literal, TypeAlias, TypeGuard

from .._public import public
from .._wire import facts
from .._wire import source as source_of
from ..errors import InvalidChange, Problem

Severity: TypeAlias = Literal["error", "warning"]
Unit: TypeAlias = Literal["daily", "weekly", "monthly"]

# Zoom's number for a week of the month.
NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_SHAPES = {"daily": "daily(", "weekly": "weekly(MON, ", "monthly": "monthly("}


@public("rezoom.recurrence")
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
    field: str, rule: str, message: str, fix: str, *, of: str = "recurrence"
) -> RecurrenceError:
    """Return the error for one member of the recurrence, or of the meeting; the caller raises."""
    return RecurrenceError([problem(field, rule, message, fix, of=of, severity="error")])


def problem(
    field: str,
    rule: str,
    message: str,
    fix: str,
    dates: Sequence[date] = (),
    *,
    of: str = "recurrence",
    severity: Severity | None = None,
) -> Problem:
    """Describe one problem, as grave as the spec takes its rule, and where that is documented."""
    path = ".".join(filter(None, (of, field)))
    known = facts.RULES.get(rule)
    grave: Severity = "error" if known and known.severity == "error" else "warning"
    source = where_from(rule, path)
    return Problem(path, severity or grave, rule, message, fix, source, tuple(dates))


def where_from(rule: str, path: str) -> str:
    """Say where the rule, or else the field, is documented; nothing for rules of our own."""
    found = facts.RULES.get(rule) or facts.BODIES["updateMeeting"].get(path)
    return source_of(found.source) if found else ""


def rule_bound(rule: str, member: str) -> int:
    """Return the largest value that a rule of the spec leaves alone."""
    return facts.RULES[rule].bounds[member]["maximum"]


def field_limits(member: str) -> tuple[int, int]:
    """Return the smallest and the largest value of a member of the recurrence."""
    known = facts.BODIES["updateMeeting"][f"recurrence.{member}"]
    return known.minimum or 0, known.maximum or 0


def is_whole(value: object, low: float = -inf, high: float = inf) -> TypeGuard[int]:
    """Tell whether a value is a whole number from `low` to `high`."""
    # True is an int to Python, and surely a mistake here.
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def until_call(day: date) -> str:
    """Write the call that ends a series with a day."""
    return f"until(date({day.year}, {day.month}, {day.day}))"


def interval(every: object) -> None:
    """Refuse an interval that is not a whole number of at least 1."""
    if not is_whole(every, 1):
        rule = "recurrence.repeat_interval.minimum"
        message = f"{every!r:.40} is not a whole number of 1 or more"
        raise refusal("repeat_interval", rule, message, "write every=2 for every other")


def interval_limit(unit: Unit, every: object) -> None:
    """Refuse an interval over Zoom's newest limit for this unit."""
    rule = f"{unit}-interval-limit"
    limit = rule_bound(rule, "repeat_interval")
    if not is_whole(every, 1, limit):
        message = f"every={every!r:.40} is not a whole number from 1 to {limit}"
        fix = f"write Recurrence.{_SHAPES[unit]}every=2) or another of these"
        raise refusal("repeat_interval", rule, message, fix)


def named_week(nth: object) -> int:
    """Return Zoom's number for a week of the month said in words."""
    if isinstance(nth, str) and nth in NTH:
        return NTH[nth]
    meant = next((name for name, number in NTH.items() if is_whole(nth) and nth == number), "last")
    message = f"{nth!r:.40} is not a week of the month that Zoom knows: {', '.join(NTH)}"
    fix = f'write on_the("{meant}", FRI)'
    raise refusal("monthly_week", "recurrence.monthly_week.enum", message, fix)


def count_limit(count: int) -> None:
    """Refuse a count over Zoom's newest limit."""
    limit = field_limits("end_times")[1]
    if count > limit:
        message = f"{count} meetings are over {limit}"
        fix = f"write times({limit}), or until() and a second series after it"
        raise refusal("end_times", "recurrence.end_times.maximum", message, fix)


def policy(name: str, value: object, allowed: tuple[str, ...]) -> None:
    """Refuse a policy that does not exist."""
    if value not in allowed:
        choices = " or ".join(f"{name}={choice!r}" for choice in allowed)
        raise refusal(name, "policy", f"{value!r:.40} is not a policy", f"write {choices}", of="")
