"""Splitting a series, to change one meeting and all that follow it.

Zoom knows a series as a whole and single occurrences of it, nothing between. So there are two
steps: a plan that ends the old series, and the body for creating the new one, which is not our
endpoint.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Generic

from .._paths import drop, pattern_path, put
from .._redaction import Masked, masked
from .._rules.judge import judge_scheduled, merge, ruled
from .._wire import facts
from ..errors import InvalidChange, OccurrenceError, Problem
from ..recurrence import Series
from ..recurrence._pattern import Count
from ..recurrence._series import Recurrence
from ..recurrence._zones import last_instant
from ..recurrence._zoom import SERIES_TYPE
from .build import make_plan
from .compare import leaves
from .merge import completed, present_of
from .occurrences import Dates, Listed, expected, listed, nearest, place_of, slot, upcoming
from .plan_data import Wish
from .results import Plan, R
from .text import date_lines, problem_line
from .timing import on_pattern, series_of

# What every meeting of its own has anew, or says with its start.
_OWN = frozenset({"start_time", "timezone", "recurrence", "type", "schedule_for", "pre_schedule"})


@dataclass(frozen=True, repr=False)
class Following(Generic[R]):
    """A series split in two: `trim` ends the old one, `new` is what a create needs.

    Apply `trim` first or last, as you like: neither knows of the other. `new` is JSON-ready, for
    `POST /users/{host}/meetings`, and holds the passcode of the old series, so that people need not
    learn another one; `str()` and `to_dict()` hide it. `problems` says what becomes of registrants,
    links, and meetings that were edited one by one.
    """

    meeting: int
    first: datetime
    trim: Plan[R]
    new: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    dates: Dates | None = field(default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "new", Masked(self.new))

    def bound(self, apply: Callable[..., Any]) -> Following[Any]:
        """Return the same with a client's own `apply` for its plan."""
        return replace(self, trim=self.trim.bound(apply))

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def __repr__(self) -> str:
        return f"<Following of {self.meeting} from {self.first}>"

    def to_dict(self) -> dict[str, Any]:
        """Return both parts as JSON-ready data; secrets are masked."""
        return {
            "meeting": self.meeting,
            "first": f"{self.first.astimezone(UTC).replace(tzinfo=None).isoformat()}Z",
            "trim": self.trim.to_dict(),
            "new": masked(dict(self.new)),
            "problems": [problem.to_dict() for problem in self.problems],
        }

    def _lines(self) -> Iterator[str]:
        yield f"From {self.first:%a %Y-%m-%d %H:%M} on, meeting {self.meeting} becomes two."
        yield str(self.trim)
        if self.dates is not None:
            yield "New meeting"
            yield from date_lines(self.dates)
        for problem in self.problems:
            yield problem_line(problem)
        yield "Request, which rezoom does not send: POST /users/{host}/meetings"
        yield f"  {json.dumps(masked(dict(self.new)), ensure_ascii=False)}"


def make_following(
    wish: Wish,
    answer: Mapping[str, Any],
    split: Listed,
    *,
    meeting: int,
    account: str,
    now: datetime,
) -> Following:
    """Split a series before an occurrence; InvalidChange lists every error of both parts."""
    series = _series(answer, split)
    planned = expected(series, now)
    first = _slot(split, planned)
    kept = [start for start in planned if start < first]
    if not kept:
        raise _whole(split, answer)
    ahead = upcoming(listed(answer), now)
    end = last_instant(kept[-1].astimezone(series.tz).date(), series.tz)
    ended = {"recurrence": {"end_date_time": f"{end.replace(tzinfo=None).isoformat()}Z"}}
    trim = make_plan(
        Wish(None, ended, allow=wish.allow), answer, meeting=meeting, account=account, now=now
    )
    left = [start for start in planned if start >= first]
    new, problems = _new(wish, answer, _rest(series, left, first), now)
    place = place_of(new) or series.tz
    after = expected(series_of(new, place), now)
    gone = _edited(ahead, planned, split.utc, series)
    told = [
        ruled("following-is-another-meeting"),
        *([ruled("following-registrants")] if _takes_registrations(answer) else []),
        *([ruled("following-edited-dates", dates=gone)] if gone else []),
    ]
    there = tuple(item.utc for item in ahead if not item.deleted and item.utc >= split.utc)
    return Following(
        meeting, first.astimezone(series.tz), trim, new, (*told, *problems),
        Dates(there, after, place),
    )  # fmt: skip


def _series(answer: Mapping[str, Any], split: Listed) -> Series:
    found = series_of({**answer, "recurrence": present_of(answer.get("recurrence"))}, split.place)
    if answer.get("type") == SERIES_TYPE and found is not None:
        return found
    raise _refused(
        "this meeting is no series with fixed times that could be split",
        "change the meeting itself with plan(...)",
    )


def _slot(split: Listed, planned: Sequence[datetime]) -> datetime:
    """Find where the pattern has the occurrence."""
    for start in (split.utc, slot(split)):
        if start in planned:
            return start
    return next((start for start in planned if start > split.utc), split.utc)


def _rest(series: Series, left: Sequence[datetime], first: datetime) -> Series:
    end = series.recurrence.end
    if isinstance(end, Count):
        end = Count(len(left))
    start = datetime.combine(first.astimezone(series.tz).date(), series.start.time())
    return replace(series, start=start, recurrence=Recurrence(series.recurrence.pattern, end))


def _new(
    wish: Wish, answer: Mapping[str, Any], rest: Series, now: datetime
) -> tuple[dict[str, Any], list[Problem]]:
    """Write the body of the new meeting: what the old one has, and what is asked."""
    copied = rest.to_zoom()
    for path, value in leaves(_known(answer)):
        if path.partition(".")[0] not in _OWN and value not in (None, "", [], {}):
            put(copied, path, value)
    asked: list[dict[str, Any]] = []

    def complete(body: dict[str, Any]) -> dict[str, Any]:
        asked.append(body)
        return _laid_over(copied, body)

    new, problems = _judged(wish, now, complete)
    said = {path for path, _ in leaves(asked[0])} if asked else set()
    # What the old meeting has may be more than a new one may be given: it is left out, not refused.
    excess = {problem.path for problem in problems if problem.severity == "error"} - said
    if excess and asked:
        for path in excess:
            drop(copied, path)
        new, problems = _judged(wish, now, complete)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InvalidChange(errors)
    return new, problems


def _judged(
    wish: Wish, now: datetime, complete: Callable[[dict[str, Any]], dict[str, Any]]
) -> tuple[dict[str, Any], list[Problem]]:
    if not wish.fields and wish.change is None and wish.schedule is None and not wish.extra:
        # The same meetings under another number: the body is judged all the same.
        return judge_scheduled(complete({}), {}, schedule=None, now=now, allow=wish.allow)
    return judge_scheduled(
        wish.change, wish.fields, schedule=wish.schedule, now=now, extra=wish.extra,
        allow=wish.allow, complete=complete,
    )  # fmt: skip


def _laid_over(copied: Mapping[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    new: dict[str, Any] = json.loads(json.dumps(copied))
    wanted = dict(body)
    if isinstance(wanted.get("recurrence"), dict):
        wanted["recurrence"] = completed(new["recurrence"], wanted["recurrence"])
        del new["recurrence"]
    start = wanted.get("start_time")
    if isinstance(start, str) and start.endswith("Z"):
        new.pop("timezone")
    merge(new, wanted)
    if "start_time" not in wanted and "recurrence" in wanted:
        new["start_time"] = on_pattern(new) or new["start_time"]
    return new


def _known(value: Any, prefix: str = "") -> Any:
    """Keep what creating a meeting knows."""
    if isinstance(value, list):
        return [_known(item, prefix) for item in value]
    if not isinstance(value, Mapping):
        return value
    kept = {}
    for name, item in value.items():
        path = f"{prefix}{name}"
        known = facts.FIELDS.get(pattern_path(path))
        if known is None or known.update_only or known.deprecated or item is None:
            continue
        step = f"{path}[]." if isinstance(item, list) else f"{path}."
        kept[name] = _known(item, step)
    return kept


def _edited(
    ahead: Sequence[Listed], planned: Sequence[datetime], since: datetime, series: Series
) -> list[date]:
    slots = set(planned)
    return [
        item.utc.astimezone(series.tz).date() for item in ahead
        if item.utc >= since and (item.deleted or item.utc not in slots)
    ]  # fmt: skip


def _takes_registrations(answer: Mapping[str, Any]) -> bool:
    settings = answer.get("settings")
    kind = settings.get("approval_type") if isinstance(settings, Mapping) else None
    return kind in (0, 1) or bool(answer.get("registration_url"))


def _whole(split: Listed, answer: Mapping[str, Any]) -> OccurrenceError:
    return _refused(
        f"{split} is the next meeting of the series, so nothing of it would be left",
        "change the whole series with plan(...), or choose a later occurrence",
        nearest(listed(answer), split.utc),
    )


def _refused(message: str, fix: str, near: Sequence[Listed] = ()) -> OccurrenceError:
    problem = Problem("occurrence", "error", "following", message, fix, "")
    return OccurrenceError([problem], candidates=near)
