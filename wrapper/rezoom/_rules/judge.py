"""Judge a body by the spec itself, before a unit of quota is spent: every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from .._paths import Body, leaves, merged
from .._public import public
from .._redaction import MaskedRepr
from .._wire import facts
from .._zone_names import alike, twin
from ..errors import ConfigError, InvalidChange, Problem
from .normalize import as_mapping, draft, field_problem
from .spec_rules import ruled, schema_problems

if TYPE_CHECKING:
    from ..recurrence import Series
else:
    # A plain update knows no series, and loads none.
    Series = Any

# Problems of our own that no `allow` can lift: such a body cannot be sent at all.
_UNSENDABLE = frozenset(
    "not-json null not-an-integer not-a-body change-and-fields nothing-to-change time"
    " not-a-list-item not-a-series meeting-id occurrence-in-body no-time-zone".split()
)


@public("rezoom")
@dataclass(frozen=True, slots=True)
class Change:
    """What is wanted of a meeting, as `Zoom.update` takes it: single fields, or a whole body.

    Nothing is judged yet. `key` names the change among many and in a journal, `body` is a
    MeetingUpdate or a mapping in place of `fields`; the others are the options of `update`.
    """

    meeting: int | str
    # A passcode may be in any of the three, and the whole in a local variable of each stage.
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    key: str | None = None
    host: str | None = None
    occurrence: Any = None
    schedule: Series | None = None
    allow: Sequence[str] = ()
    extra: Mapping[str, Any] | None = field(default=None, repr=False)
    body: Any = field(default=None, repr=False, kw_only=True)

    def __post_init__(self) -> None:
        for name in ("body", "fields", "extra"):
            value = getattr(self, name)
            if isinstance(value, Mapping):
                object.__setattr__(self, name, MaskedRepr(value))


def judge(
    change: object,
    fields: Mapping[str, object],
    *,
    occurrence: bool = False,
    extra: Mapping[str, object] | None = None,
    allow: Sequence[str] = (),
    complete: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> tuple[dict[str, Any], list[Problem]]:
    """Write the body in Zoom's forms and judge it; nothing is sent and nothing raised.

    Problems of severity "error" must keep the body from being sent. `extra` is merged last; what
    the spec does not know in it becomes a warning. `allow` lifts rules by their ids; one that is
    unknown or cannot be lifted raises ConfigError. `complete` may add to the body, from a meeting
    that was read, before it is judged.
    """
    _check_allowed(allow)
    out = draft(change, fields, occurrence=occurrence)
    unknown: set[str] = set()
    if extra:
        added = draft(extra, {}, occurrence=occurrence)
        out.problems += added.problems
        out.body = merged(out.body, added.body)
        paths = (
            path
            for path, _ in leaves(
                added.body, lambda path: path not in facts.BODIES["updateMeeting"]
            )
        )
        unknown = {path for path in paths if path not in facts.BODIES["updateMeeting"]}
    # What a meeting that was read completes is Zoom's own name.
    named = out.body.get("timezone")
    if complete is not None and not out.problems:
        try:
            out.body = complete(out.body)
        except InvalidChange as error:
            out.problems += error.problems
    refused = [problem.path for problem in out.problems]
    found = schema_problems(out.body, unknown)
    problems = [*out.problems, *(one for one in found if not _follows(one, refused))]
    problems += _not_listed(named) if isinstance(named, str) else []
    if occurrence:
        honoured = facts.OPERATIONS["updateMeeting"].honours["occurrence_id"]
        fix = f"update the series, or use only: {', '.join(honoured)}"
        others = (path for path in _members(out.body) if path not in honoured)
        problems += (ruled("occurrence-field", path, fix) for path in others)
    if not out.problems and not _members(out.body):
        out.refuse("", "nothing-to-change", "the update changes nothing", "name at least one field")
        problems += out.problems
    problems = [one for one in problems if one.rule not in allow or one.rule in _UNSENDABLE]
    return MaskedRepr(out.body), problems


def _not_listed(name: str) -> list[Problem]:
    """Warn of a time zone that Zoom does not list, and name the one that it does."""
    same = twin(name)
    if same == name:
        return []
    other = None if same else alike(name)
    fix = f"write {same}, its name in the list" if same else ""
    fix = f"write {other}, which has the same clocks now" if other else fix
    return [ruled("zone-not-listed", "timezone", fix)]


def judge_scheduled(
    change: Change,
    *,
    now: datetime,
    occurrence: bool = False,
    complete: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> tuple[dict[str, Any], list[Problem]]:
    """Judge a change as `judge` does, with its schedule written into it; `now` tells what is past.

    Of a series that has begun only what is still to come is written.
    """
    body, fields, schedule = change.body, change.fields, change.schedule
    judged = partial(judge, extra=change.extra, allow=change.allow)
    if schedule is None:
        return judged(body, fields, occurrence=occurrence, complete=complete)
    if (wrong := _not_a_series(schedule)) is not None:
        _, problems = judged(body, fields) if body or fields else ({}, [])
        return {}, [wrong, *problems]
    given = as_mapping(body) if body is not None and not fields else fields
    if occurrence or given is None:
        _, problems = judged(body, fields, occurrence=occurrence)
        if occurrence:
            problems.append(ruled("schedule-of-occurrence", "schedule"))
        return {}, problems
    ahead = schedule.ahead(now)
    try:
        written = ahead.to_zoom()
    except InvalidChange as error:
        _, problems = judged(given, {}) if given else ({}, [])
        return {}, [*problems, *error.problems]
    twice = [
        ruled("schedule-and-fields", name, f"leave {name} out, or leave schedule out")
        for name in written
        if name in given
    ]
    dated = ahead.warnings(now=now)
    if ahead is not schedule:
        dated.insert(0, ruled("series-goes-on", "start_time", dates=[ahead.start.date()]))
    new, problems = judged({**given, **written}, {}, complete=complete)
    return new, [*twice, *with_dates(problems, dated, change.allow)]


def _not_a_series(schedule: object) -> Problem | None:
    """Say what to do with what is no series; None for one."""
    from ..recurrence import Monthly, Recurrence, Series, Unbounded

    if isinstance(schedule, Series):
        return None
    placed = '.starting(datetime(2027, 3, 1, 9), tz="Europe/Berlin")'
    if isinstance(schedule, str):
        fix = f"write Recurrence.parse({schedule!r:.60}){placed}"
    elif isinstance(schedule, Recurrence):
        fix = f"place it in time: schedule{placed}"
    elif isinstance(schedule, Unbounded | Monthly):
        fix = f"give it an end and a start: schedule.times(12){placed}"
    elif as_mapping(schedule) is not None:
        fix = "pass members of a body as fields; Series.from_zoom reads the answer of a get"
    else:
        fix = f"write Recurrence.weekly(MON).times(12){placed}"
    message = f"a {type(schedule).__name__} is no Series"
    return field_problem("schedule", "not-a-series", message, fix)


def with_dates(
    problems: Sequence[Problem], own: Sequence[Problem], allow: Sequence[str]
) -> list[Problem]:
    """Say what a series knows of itself with its dates, in the place of what its form shows."""
    dated = [problem for problem in own if problem.rule not in allow]
    rules = {problem.rule for problem in dated}
    return [*dated, *(problem for problem in problems if problem.rule not in rules)]


def raise_errors(problems: Iterable[Problem]) -> None:
    """Raise InvalidChange with the errors among the problems, where there are any."""
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InvalidChange(errors)


def _follows(problem: Problem, refused: Sequence[str]) -> bool:
    """Tell whether a problem is about a value that was refused already."""
    return any(f"{path}[".startswith(f"{problem.path}[") for path in refused)


def _members(body: Body) -> list[str]:
    return [path for path, value in leaves(body) if value != {}]


def _check_allowed(allow: Collection[str]) -> None:
    """Raise ConfigError for what is no list of rules that can be lifted."""
    wrong = partial(ConfigError, field="allow")
    listed = isinstance(allow, Collection) and not isinstance(allow, str | bytes)
    if not listed or not all(isinstance(rule, str) for rule in allow):
        step = 'Write allow=["past-start"], with the `rule` of each problem.'
        raise wrong(f"allow: {allow!r:.60} is no list of rules", next_step=step)
    for rule in allow:
        # A reason explains what has happened; there is nothing to allow in it.
        ids = [known.id for known in facts.RULES.values() if known.kind != "reason"]
        if rule in _UNSENDABLE:
            what = f"allow: {rule!r} cannot be allowed, the body could not be sent"
            raise wrong(what, next_step="Mend what the problem names.")
        if rule in ids or rule.rpartition(".")[0] in facts.BODIES["updateMeeting"]:
            continue
        from difflib import get_close_matches  # only mistakes need it

        close = get_close_matches(rule, ids, n=3)
        hint = f"Did you mean {', '.join(close)}?" if close else "See the `rule` of the problem."
        raise wrong(f"allow: there is no rule {rule!r:.60}", next_step=hint)
