"""The change a command line describes: fields, files, a series, an occurrence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from .._clock import SystemClock
from .._disk import LONGEST_LINE
from .._paths import DoubledName, once_each
from .._rules.spec_rules import KINDS
from ..errors import InvalidChange, OccurrenceError, Problem
from .assignments import Assignments, by_json, by_spec, split
from .exit_codes import UsageError
from .flags import ChangeOptions, FieldOptions
from .saved_files import read_bytes

if TYPE_CHECKING:
    from .._change.following import Following
    from .._change.results import Plan, Receipt
    from .._client.sending import PreparedUpdate
    from .._client.sync import Zoom
    from .._rules.judge import Change
    from ..recurrence import Series


_BODY_EXAMPLE = 'Write an object such as {"topic": "Stand-up", "duration": 45}.'


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields as they were written, not judged yet, and the values that could not be read."""

    body: dict[str, Any]
    extra: dict[str, Any]
    problems: list[Problem]

    def with_verdicts(self, found: Iterable[Problem]) -> list[Problem]:
        """Return every problem: what could not be read, and what judging the rest found."""
        # A value that could not be read may be why nothing is left to change.
        empty = "nothing-to-change" if self.problems else None
        return self.problems + [problem for problem in found if problem.rule != empty]


class Inputs:
    """Reads files and standard input; the latter has one reader only."""

    _taken_by = ""

    def read(self, name: str, option: str, member: str = "") -> str:
        """Return the text of the file `name`, or of standard input for `-`."""
        if name == "-":
            if self._taken_by:
                raise UsageError(
                    f"standard input cannot serve both {self._taken_by} and {option}",
                    next_step="Put one of them into a file.",
                )
            self._taken_by = option
        step = "Give the path of a readable file, or - for standard input."
        if member:
            step += " A text that begins with @ is written with two: @@."
        data = read_bytes(name, next_step=step, prefix=f"{option}: ", member=member)
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UsageError(
                f"{option}: {name} is not text in UTF-8", next_step="Save it as UTF-8."
            ) from None

    def assigned(self, written: str, option: str) -> tuple[str, str]:
        """Split `path=value`; the value `@FILE` stands for what the file holds."""
        path, value = split(written, option)
        if value.startswith("@@"):
            return path, value[1:]
        if value.startswith("@"):
            # An editor ends a file with a line break that nobody means.
            return path, self.read(value[1:], option, path).rstrip("\r\n")
        return path, value


def read_fields(options: FieldOptions, inputs: Inputs | None = None) -> Fields:
    """Read the fields: `--body` first, direct options and `--set` laid over it, `--extra` last."""
    inputs = inputs or Inputs()
    body = options.body
    where = "--body: standard input" if body == "-" else f"--body: {body}"
    given = {} if body is None else _object(inputs.read(body, "--body"), where, _BODY_EXAMPLE)
    known, added = Assignments(given), Assignments()
    direct = {
        "topic": options.topic,
        "agenda": options.agenda,
        "duration": options.duration,
        "start_time": options.start,
        "timezone": options.timezone,
    }
    for path, value in direct.items():
        if value is not None:
            known.add(path, value, convert=by_spec)
    for written in options.sets or ():
        known.add(*inputs.assigned(written, "--set"), convert=by_spec)
    for written in options.extra or ():
        added.add(*inputs.assigned(written, "--extra"), convert=by_json)
    return Fields(known.body, added.body, known.problems + added.problems)


def _object(text: str | bytes, where: str, example: str) -> dict[str, Any]:
    """Read a JSON object; UsageError says what is wrong with it, and quotes nothing of it."""
    try:
        found = json.loads(text, object_pairs_hook=once_each)
    except DoubledName as error:
        raise UsageError(
            f"{error.name!r} stands twice in one object", next_step="Keep the one you mean."
        ) from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise UsageError(f"{where} is not JSON: {error.msg}, {place}", next_step=example) from None
    except (RecursionError, ValueError):
        raise UsageError(
            f"{where} is not UTF-8, is nested too deeply, or has a number too long to read",
            next_step=example,
        ) from None
    if not isinstance(found, dict):
        raise UsageError(f"{where} holds {KINDS[type(found)]}, not an object", next_step=example)
    return found


def one_of(*given: str | None, names: str, example: str = "--repeat") -> None:
    """Refuse none and more than one of the options called `names`."""
    if sum(option is not None for option in given) != 1:
        raise UsageError(
            f"one of {names} is needed, and only one",
            next_step=f"Write {example} 'every 2 weeks on tue until 2027-06-30'.",
        )


def read_series(
    repeat: str | None,
    rrule: str | None,
    start: str | None,
    zone: str | None,
    *,
    short_months: Any = "skip",
    names: tuple[str, str] = ("--start", "--timezone"),
) -> Series:
    """Build the series that `--repeat` or `--rrule` begins; the other one is None.

    `names` are what start and zone are called where they were written.
    """
    from ..recurrence import Recurrence, Series
    from ..recurrence._rrule_pattern import read_rule

    if rrule is None:
        # Before the start is asked for: the words are what was typed first.
        recurrence = Recurrence.parse(repeat or "")
        moment, tz = _begin(start, zone, names)
    elif start is None:
        return Series.from_rrule(rrule, tz=zone, short_months=short_months)
    else:
        moment, tz = _begin(start, zone, names)
        recurrence = Recurrence(*read_rule(rrule, tz, moment, short_months))
    return recurrence.starting(moment, tz=tz)


def read_calendar(
    name: str,
    uid: str | None,
    zone: str | None,
    inputs: Inputs | None = None,
    short_months: Any = "skip",
) -> Series:
    """Read the series of a calendar file; `zone` is for times that have none there."""
    from ..recurrence import Series

    text = (inputs or Inputs()).read(name, "--from-ics")
    return Series.from_ics(text, uid=uid, tz=zone, short_months=short_months)


def _begin(start: str | None, zone: str | None, names: tuple[str, str]) -> tuple[datetime, str]:
    step = f"Write {names[0]} 2027-03-01T09:30 and {names[1]} Europe/Berlin."
    if start is None or zone is None:
        raise UsageError(f"{names[start is not None]} is missing", next_step=step)
    try:
        moment = datetime.fromisoformat(start.strip())
    except ValueError:
        raise UsageError(f"{names[0]} {start:.40}: not a time", next_step=step) from None
    if ":" not in start and "T" not in start.upper():
        raise UsageError(f"{names[0]} {start:.40}: the hour is missing", next_step=step)
    return moment, zone


def read_when(text: str) -> str | date | datetime:
    """Read an occurrence id, a day such as 2027-01-06, or a time such as 2027-01-06T09:00.

    A time without Z or an offset is on the clock of the meeting's own zone.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return text
    for kind in (date, datetime):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    raise UsageError(
        f"{text[:40]!r} is no occurrence id, no day and no time",
        next_step="Give the id that `rezoom show` prints, a day such as 2027-01-06, or a time "
        "such as 2027-01-06T09:00 on the meeting's own clock.",
    )


@dataclass(frozen=True, slots=True)
class MeetingUpdate:
    """An update of a meeting as options or a JSON line say it; nothing is judged yet."""

    meeting: int | str
    fields: Fields
    schedule: Series | None = None
    occurrence: str | date | datetime | None = None
    allow: Sequence[str] = ()
    host: str | None = None

    def options(self) -> dict[str, Any]:
        """Return what both `Zoom.update` and `Zoom.plan` take by keyword."""
        return {
            "schedule": self.schedule,
            "occurrence": self.occurrence,
            "allow": self.allow,
            "extra": self.fields.extra or None,
        }

    def change(self, key: str | None = None) -> Change:
        """Return it as one of many; what could not be read is not in it."""
        from .._rules.judge import Change

        body, options = self.fields.body, self.options()
        return Change(self.meeting, key=key, host=self.host, body=body, **options)

    def judge(self) -> PreparedUpdate:
        """Judge it by what is known without a read, and write its request."""
        from .._client.sending import prepare

        with self._with_unreadable():
            return prepare(self.change(), SystemClock().now())

    def plan(self, zoom: Zoom) -> Plan:
        """Plan it on one read; InvalidChange has what could not be read, too."""
        with self._with_unreadable():
            return zoom.plan(self.meeting, self.fields.body, **self.options())

    def plan_following(self, zoom: Zoom) -> Following:
        """Split the series before the occurrence, on one read."""
        options = self.options()
        when = options.pop("occurrence")
        with self._with_unreadable():
            return zoom.plan_following(self.meeting, when, self.fields.body, **options)

    def send(self, zoom: Zoom, **more: Any) -> Receipt:
        options = self.options() | more
        return zoom.update(self.meeting, self.fields.body, host=self.host, **options)

    @contextmanager
    def _with_unreadable(self) -> Iterator[None]:
        """Report what could not be read together with what judging the rest found."""
        try:
            yield
        except OccurrenceError:
            raise
        except InvalidChange as error:
            raise InvalidChange(self.fields.with_verdicts(error.problems)) from None
        if self.fields.problems:
            raise InvalidChange(self.fields.problems)


def read_update(meeting: str, options: ChangeOptions, host: str | None = None) -> MeetingUpdate:
    """Read the options that `rezoom plan` and `rezoom update` share."""
    schedule, inputs = None, Inputs()
    patterns = (options.repeat, options.rrule, options.from_ics)
    if any(one is not None for one in patterns):
        one_of(*patterns, names="--repeat, --rrule and --from-ics")
    if options.from_ics is not None:
        schedule = read_calendar(options.from_ics, options.uid, options.timezone, inputs)
        options = replace(options, timezone=None)
    elif options.repeat is not None or options.rrule is not None:
        schedule = read_series(options.repeat, options.rrule, options.start, options.timezone)
        options = replace(options, start=None, timezone=None)
    elif options.uid is not None:
        raise UsageError("--uid chooses an event of --from-ics", next_step="Give --from-ics FILE.")
    fields = read_fields(options, inputs)
    when = None if options.occurrence is None else read_when(options.occurrence)
    return MeetingUpdate(meeting, fields, schedule, when, options.allow or (), host)


_LINE_KINDS: dict[str, tuple[type, ...]] = {
    "meeting": (int, str),
    "body": (dict,),
    "occurrence": (int, str),
    "host": (str,),
    "repeat": (str,),
    "rrule": (str,),
    "allow": (list,),
    "extra": (dict,),
}
_LINE_EXAMPLE = 'Write {"meeting": 85746065, "body": {"topic": "Stand-up"}}.'


def read_line(line: bytes) -> MeetingUpdate:
    """Read a JSON line; UsageError or InvalidChange names the member that is wrong."""
    from .._rules.meeting_id import meeting_number

    if len(line) > LONGEST_LINE:
        raise UsageError(
            f"this line is longer than {LONGEST_LINE // 2**20} MB", next_step=_LINE_EXAMPLE
        )
    members = _line_members(line)
    if "meeting" not in members:
        raise UsageError("this line names no meeting", next_step=_LINE_EXAMPLE)
    meeting = meeting_number(members["meeting"])
    body = members.get("body", {})
    schedule = None
    repeat, rrule = members.get("repeat"), members.get("rrule")
    if repeat is not None or rrule is not None:
        one_of(repeat, rrule, names="repeat and rrule", example="repeat")
        names = ("body.start_time", "body.timezone")
        start, zone = (body.pop(name.removeprefix("body."), None) for name in names)
        for name, value in zip(names, (start, zone), strict=True):
            if not isinstance(value, str | None):
                raise UsageError(f"{name} must be a text", next_step=_LINE_EXAMPLE)
        schedule = read_series(repeat, rrule, start, zone, names=names)
    when = read_when(str(members["occurrence"])) if "occurrence" in members else None
    fields = Fields(body, members.get("extra", {}), [])
    allow, host = members.get("allow", ()), members.get("host")
    return MeetingUpdate(meeting, fields, schedule, when, allow, host)


def _line_members(line: bytes) -> dict[str, Any]:
    """Read the members of a line, each of its kind; one that is null is as good as absent."""
    members = _object(line, "this line", _LINE_EXAMPLE)
    strange = sorted(members.keys() - _LINE_KINDS)
    if strange:
        raise UsageError(
            f"a line has no member {strange[0][:40]!r}",
            next_step=f"Fields of the update stand in body; a line has {', '.join(_LINE_KINDS)}.",
        )
    members = {name: value for name, value in members.items() if value is not None}
    for name, value in members.items():
        if type(value) not in _LINE_KINDS[name]:
            expected = " or ".join(KINDS[kind] for kind in _LINE_KINDS[name])
            raise UsageError(f"{name} must be {expected}", next_step=_LINE_EXAMPLE)
    if not all(isinstance(rule, str) for rule in members.get("allow", ())):
        raise UsageError("allow must be a list of texts", next_step=_LINE_EXAMPLE)
    return members
