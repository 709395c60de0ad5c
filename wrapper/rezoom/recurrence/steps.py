"""A step said too early, too late, or twice is refused with the step that is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, NoReturn, TypeAlias

from .refusal import WrongStep, refusal

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
