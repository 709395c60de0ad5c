"""Rules about a change to a meeting as it is, and why Zoom may have left a field alone.

The rules come from the spec (`x-situations`, `x-reasons`), and so does what the members of
`derived` mean (`x-case`). What is not known is left out of it: a rule holds only of what is there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from operator import itemgetter
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from .._paths import Body, at, merged, objects, pattern_path
from .._times import clock_gap, clock_overlap, in_utc, place_of, read_time, read_wall
from .._wire import facts, is_whole, load_schema
from ..errors import Problem
from .normalize import as_mapping
from .spec_rules import from_rule, validator

Case: TypeAlias = Mapping[str, Any]

_WEEKLY, _MONTHLY = 2, 3
_SERIES, _SINGLE, _NO_FIXED_TIME = 8, 2, 3
_WEEK = 7
# By these an item of a list is still the same one, whatever else in it has changed.
_NAMES = ("email", "key", "field", "resource_id", "channel_id", "number", "name")
_SCHEDULE = ("recurrence", "start_time", "timezone")
_PROTECTIONS = ("password", "settings.waiting_room", "settings.meeting_authentication")


def build_case(
    change: Body, meeting: object, *, now: datetime, occurrence: Body | bool = False
) -> Case:
    """Put together what the rules about situations look at.

    `change` is a body in Zoom's wire forms, `meeting` the answer of a GET (a model or a mapping),
    `now` an aware datetime. `occurrence` is the row of `occurrences` that is changed, or True where
    only that much is known.
    """
    before = dict(as_mapping(meeting) or {})
    dates = objects(before.pop("occurrences", None))
    whole = occurrence is False
    after = merged(before, change, is_whole)
    place = place_of(after)
    series = whole and before.get("type") == _SERIES
    moves = series and any(name in change for name in _SCHEDULE)
    known: dict[str, object] = {
        **_start(change, after, place, now),
        "start_moves": _start_moves(change, before, dates, occurrence, place),
        "start_ahead": _start_ahead(after, dates, place, now),
        "retyped": _differs(change, before, "type"),
        "moves_series": moves,
        "passcode_changes": _differs(change, before, "password"),
        "unprotected": _unprotected(change, after),
        "over": whole and _over(change, before, now),
        "target": _target(occurrence, now) if isinstance(occurrence, Mapping) else None,
        # Only rules about a series that moves look at these.
        **(_counts(dates, before) if moves else {}),
        **_recurrences(change, before, after, place),
        "dropped_items": _dropped_items(change, before),
    }
    derived = {name: value for name, value in known.items() if value is not None}
    case = {"change": change, "meeting": before, "after": after}
    return case | {"occurrence": not whole, "derived": derived}


def _start(change: Body, after: Body, place: ZoneInfo | None, now: datetime) -> dict[str, object]:
    text = change.get("start_time")
    if not isinstance(text, str):
        return {}
    start, utc = read_time(text, place), in_utc(text)
    found: dict[str, object] = {"start_form": "utc" if utc else "local"}
    if start is None:
        return found
    found["start_is_past"] = start <= now
    local = None if utc or place is None else read_wall(text, place)
    if place is not None and local is not None:
        gap, twice = clock_gap(local, place), clock_overlap(local, place)
        found["start_clock"] = "gap" if gap else "overlap" if twice else "once"
    if place is not None and after.get("type") == _SERIES:
        # A zone moves its clocks for some months at least, so a look at each month finds it.
        year = (start + timedelta(days=30 * month) for month in range(13))
        found["zone_shifts"] = len({moment.astimezone(place).utcoffset() for moment in year}) > 1
    return found


def _start_moves(
    change: Body,
    before: Body,
    dates: Sequence[Body],
    occurrence: Body | bool,
    place: ZoneInfo | None,
) -> bool | None:
    start = read_time(change.get("start_time"), place)
    rows = [occurrence] if isinstance(occurrence, Mapping) else [before, *dates]
    known = {read_time(row.get("start_time"), place_of(before)) for row in rows} - {None}
    return start not in known if start and known else None


def _start_ahead(
    after: Body, dates: Sequence[Body], place: ZoneInfo | None, now: datetime
) -> bool | None:
    kind = after.get("type")
    if kind not in (_SINGLE, _SERIES):
        return False if kind == _NO_FIXED_TIME else None
    starts = [read_time(row.get("start_time"), place) for row in (after, *dates)]
    if any(start is not None and start > now for start in starts):
        return True
    # A read may leave out the dates of a series.
    known = bool(dates) if kind == _SERIES else starts[0] is not None
    return False if known else None


def _differs(change: Body, before: Body, name: str) -> bool | None:
    if name not in change:
        return False
    return None if before.get(name) is None else change[name] != before[name]


def _unprotected(change: Body, after: Body) -> bool | None:
    if all(at(change, path) is None for path in _PROTECTIONS):
        return False
    values = [at(after, path) for path in _PROTECTIONS]
    return None if None in values else not any(values)


def _over(change: Body, before: Body, now: datetime) -> bool | None:
    if before.get("type") != _SINGLE or "start_time" in change or before.get("status") == "started":
        return False
    end = _end(before)
    return None if end is None else end <= now


def _target(occurrence: Body, now: datetime) -> str | None:
    if occurrence.get("status") == "deleted":
        return "deleted"
    end = _end(occurrence)
    return None if end is None else "past" if end <= now else "ahead"


def _end(row: Body) -> datetime | None:
    start, minutes = read_time(row.get("start_time"), None), row.get("duration")
    most = facts.BODIES["updateMeeting"]["duration"].maximum or 0
    length = minutes if isinstance(minutes, int) and 0 <= minutes <= most else 0
    return start and start + timedelta(minutes=length)


def _counts(dates: Sequence[Body], before: Body) -> dict[str, object]:
    standing = [row for row in dates if row.get("status") != "deleted"]
    length = before.get("duration")
    usual = (None, length) if isinstance(length, int) else ()
    moved = _moved(standing, place_of(before))
    edited = moved and sum(
        is_moved or bool(usual and row.get("duration") not in usual)
        for row, is_moved in zip(standing, moved, strict=True)
    )
    return {
        "edited_occurrences": edited or 0 if moved is not None else None,
        "deleted_occurrences": len(dates) - len(standing),
    }


def _moved(rows: Sequence[Body], place: ZoneInfo | None) -> list[bool] | None:
    """Tell of each date whether it stands elsewhere than its series put it."""
    starts = [read_time(row.get("start_time"), None) for row in rows]
    stamps = [start and str(int(start.timestamp() * 1000)) for start in starts]
    same = [row.get("occurrence_id") == stamp for row, stamp in zip(rows, stamps, strict=True)]
    if 2 * sum(same) > len(same):
        # Then the ids are what they look like: the milliseconds of the first start.
        return [not one for one in same]
    if place is None:
        return None
    clocks = [start and start.astimezone(place).time() for start in starts]
    usual = Counter(filter(None, clocks)).most_common(1)
    return [clock is not None and clock != usual[0][0] for clock in clocks]


def _recurrences(
    change: Body, before: Body, after: Body, place: ZoneInfo | None
) -> dict[str, object]:
    new, old = change.get("recurrence"), before.get("recurrence")
    if not isinstance(new, Mapping):
        return {}
    found: dict[str, object] = {"end_cuts_last_day": _cut_short(new, after, place)}
    if not isinstance(old, Mapping) or not old:
        return found
    ends = ("end_times", "end_date_time")
    lost = [] if any(name in new for name in ends) else [name for name in ends if old.get(name)]
    alike, every = new.get("type") == old.get("type"), old.get("repeat_interval")
    if alike and "repeat_interval" not in new and every not in (None, 1):
        lost.append("repeat_interval")
    days = [set(str(one.get("weekly_days") or "").split(",")) for one in (new, old)]
    both = alike and new.get("type") == _WEEKLY
    dropped = [f"recurrence.{name}" for name in lost]
    return found | {"dropped_recurrence": dropped, "fewer_days": both and days[0] < days[1]}


def _cut_short(new: Body, after: Body, place: ZoneInfo | None) -> bool | None:
    end = read_time(new.get("end_date_time"), UTC)
    first = None if place is None else read_wall(after.get("start_time"), place)
    if end is None or first is None:
        return None
    last = end.astimezone(place)
    if new.get("type") == _WEEKLY:
        on_pattern = str(last.isoweekday() % _WEEK + 1) in str(new.get("weekly_days")).split(",")
    elif new.get("type") == _MONTHLY:
        on_pattern = last.day == new.get("monthly_day")
    else:
        on_pattern = new.get("repeat_interval", 1) == 1
    return on_pattern and last.time() < first.time()


def _dropped_items(change: Body, before: Body) -> list[str]:
    written = [path for path in _LISTS if at(change, path) is not None]
    return [path for path in written if _names(before, path) - _names(change, path)]


def _names(body: Any, path: str) -> set[str]:
    items, separator = at(body, path), facts.BODIES["updateMeeting"][path].separator
    if separator and isinstance(items, str):
        items = items.split(separator)
    return {_name(item) for item in (items if isinstance(items, list) else ())} - {""}


def _name(item: Any) -> str:
    if not isinstance(item, Mapping):
        return str(item).strip().casefold()
    named = (str(item[name]).casefold() for name in _NAMES if item.get(name))
    return next(named, str(sorted(item.items())))


_LISTS = [
    path
    for path, field in facts.BODIES["updateMeeting"].items()
    if "[" not in path
    and not path.startswith("recurrence.")
    and (field.separator or field.kind.startswith("array"))
]

_ANY = "*"


def judge_situation(case: Case, allow: Sequence[str] = ()) -> list[Problem]:
    """List what is wrong or doubtful about a change to this very meeting, at this very time.

    The rules of the body are not among them: `judge` has them. `allow` lifts rules by their ids.
    """
    rules = (rule for rule in _holding("situations", case) if rule.id not in allow)
    return [from_rule(rule, path) for rule in rules for path in _paths(rule, case)]


def letting_in(problem: Problem) -> bool:
    """Tell whether strangers may come into the meeting by what a problem is about."""
    rule = facts.RULES.get(problem.rule)
    return rule is not None and rule.security


def form_reason(path: str, form: str) -> Problem | None:
    """Say why Zoom shows the member at `path` in a form of its own; None where no rule knows it."""
    case: Case = {"derived": {"found": form}}
    member, rows = pattern_path(path), _holding("reasons", case)
    fitting = (rule for rule in rows if _fit(rule, member, case) is not None)
    return next((from_rule(rule, path) for rule in fitting), None)


def likely_reason(path: str, case: Case, found: str | None = None) -> Problem:
    """Say why Zoom may have left the member at `path` as it was, or changed it.

    `found` is the form of Zoom's own that a read shows (`x-case`), where it is one.

    A rule that holds in this case is better than a guess, and one that names the member better
    than one about many; there is always a last one, which says that it may be locked. Of equals
    one of security goes first, then the earlier in the spec.
    """
    member = pattern_path(path)
    if found is not None:
        case = {**case, "derived": {**case["derived"], "found": found}}
    if at(case["change"], path) is not None and member not in facts.BODIES["updateMeeting"]:
        return from_rule(facts.RULES["extra"], path)
    guesses = {rule.id for rule in _holding("reasons", case)} | _always()
    reasons = (rule for rule in facts.RULES.values() if rule.id in guesses)
    fitting = [
        ((rule.kind == "situation", exactness, rule.security), rule)
        for rule in (*_holding("situations", case), *reasons)
        if (exactness := _fit(rule, member, case)) is not None
    ]
    # The first of the most exact ones: max() keeps the order of the spec.
    return from_rule(max(fitting, key=itemgetter(0))[1], path)


def still_open(problems: Sequence[Problem], case: Case) -> list[Problem]:
    """Drop the advice that only a read could decide, now that the meeting has been read."""
    answered = {
        advice
        for rule in facts.RULES.values()
        if rule.settles and all(at(case, path) is not None for path in _needed_by(rule.id))
        for advice in rule.settles
    }
    return [problem for problem in problems if problem.rule not in answered]


@cache
def _always() -> frozenset[str]:
    """Name the reasons that no case rules out."""
    reasons = {rule.id for rule in facts.RULES.values() if rule.kind == "reason"}
    return frozenset(
        reasons - {row["x-rule"] for row in load_schema("updateMeeting", "reasons")["allOf"]}
    )


def _holding(name: str, case: Case) -> Iterator[facts.Rule]:
    rows = load_schema("updateMeeting", name)["allOf"]
    try:
        found = list(validator(name).iter_errors(case))
    except UnicodeEncodeError:
        # Half a surrogate pair, which an answer may hold; no rule looks for one.
        text = json.dumps(case, ensure_ascii=False).encode("utf-8", "replace")
        found = list(validator(name).iter_errors(json.loads(text)))
    for error in found:
        # allOf, the place of the rule, not: a rule is written so that it fails where it holds.
        yield facts.RULES[rows[error.schema_path[1]]["x-rule"]]


def _paths(rule: facts.Rule, case: Case) -> Sequence[str]:
    return case["derived"][rule.each] if rule.each else (rule.field,)


def _fit(rule: facts.Rule, member: str, case: Case) -> int | None:
    """Say how exactly a rule names a member; None where it does not."""
    if rule.each and not any(_within(member, path) for path in _paths(rule, case)):
        return None
    named = [name for name in rule.explains if _within(member, name)]
    if named:
        return max(map(len, named))
    return 0 if _ANY in rule.explains else None


def _within(member: str, name: str) -> bool:
    return member == name or member.startswith((f"{name}.", f"{name}["))


@cache
def _needed_by(rule: str) -> tuple[str, ...]:
    """List the members of the meeting without which a rule can say nothing."""
    rows = load_schema("updateMeeting", "situations")["allOf"]
    when = next(row["not"] for row in rows if row["x-rule"] == rule)
    return tuple(path for path in _leaves(when) if path.startswith(("meeting.", "after.")))


def _leaves(schema: Body, prefix: str = "") -> Iterator[str]:
    inner = schema.get("properties")
    if not inner:
        yield prefix
    for name, member in (inner or {}).items():
        yield from _leaves(member, f"{prefix}.{name}" if prefix else name)
