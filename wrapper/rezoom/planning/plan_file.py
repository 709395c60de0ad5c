"""A plan as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ..errors import PlanError, Problem
from ..secrecy import hidden_paths, masked
from ..times import WireTimeError, zone
from .change import FieldChange
from .dates import Dates
from .fingerprint import without_digests
from .plan import Plan
from .sealed import check_shape, seal, unseal

SCHEMA = "rezoom.plan/1"
_NONE = type(None)
_SHAPE: Mapping[str, tuple[type, ...]] = {
    "meeting": (int,), "account": (str,), "body": (dict,), "changes": (list,), "problems": (list,),
    "read": (dict,), "made_at": (str, _NONE), "occurrence": (str, _NONE), "dates": (dict, _NONE),
    "topic": (str,), "allow": (list,),
}  # fmt: skip
_AGAIN = "Make a new plan with zoom.plan(...), or rezoom plan --out."


def write(plan: Plan[Any], *, secrets: bool) -> str:
    """Write a plan; PlanError if it holds a secret and `secrets` was not asked for."""
    hidden = list(hidden_paths(dict(plan.body)))
    if hidden and not secrets:
        raise PlanError(
            f"The plan sets {', '.join(hidden)}, and a file of it would show that",
            next_step="Write to_json(secrets=True), and keep the file to yourself (chmod 600).",
        )
    members = {**shown(plan), "body": dict(plan.body)}
    if secrets:
        members["read"] = dict(plan.read)
    holds = bool(hidden) or (secrets and plan.read != without_digests(plan.read))
    return seal(SCHEMA, {**members, "secrets": holds})


def shown(plan: Plan[Any]) -> dict[str, Any]:
    """Return a plan as JSON-ready data with its secrets masked."""
    return {
        "meeting": plan.meeting,
        "account": plan.account,
        "occurrence": plan.occurrence,
        "topic": plan.topic,
        "made_at": None if plan.made_at is None else zulu(plan.made_at),
        "empty": plan.empty,
        "price": plan.price,
        "body": masked(dict(plan.body)),
        "changes": [change.to_dict() for change in plan.changes],
        "dates": None if plan.dates is None else write_dates(plan.dates),
        "problems": [problem.to_dict() for problem in plan.problems],
        "allow": list(plan.allow),
        "read": without_digests(plan.read),
    }


def read(text: str | bytes) -> Plan:
    """Read a plan; PlanError says what is wrong with the file."""
    given = unseal(text, SCHEMA, again=_AGAIN)
    check_shape(given, _SHAPE, "plan", again=_AGAIN)
    try:
        return Plan(
            int(given["meeting"]), str(given["account"]), dict(given["body"]),
            tuple(read_change(one) for one in given["changes"]),
            tuple(read_problem(one) for one in given["problems"]),
            read=_read_from(given["read"]),
            made_at=given["made_at"] and moment(given["made_at"]),
            occurrence=given["occurrence"] and str(given["occurrence"]),
            dates=given["dates"] and dates_from(given["dates"]),
            topic=str(given["topic"]), allow=tuple(map(str, given["allow"])),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanError(f"The plan lacks or misstates {error}", next_step=_AGAIN) from None


def _read_from(given: Mapping[str, Any]) -> dict[str, Any]:
    dates = given.get("occurrences", {})
    if not isinstance(dates, dict) or not all(isinstance(one, str) for one in dates.values()):
        raise ValueError("read.occurrences")
    return dict(given)


def read_change(given: Mapping[str, Any]) -> FieldChange:
    """Read a change that was written down."""
    return FieldChange(str(given["path"]), given["before"], given["after"])


def read_problem(given: Mapping[str, Any]) -> Problem:
    """Read a problem that was written down."""
    days = tuple(datetime.fromisoformat(day).date() for day in given["dates"])
    severity: Literal["error", "warning"] = "error" if given["severity"] == "error" else "warning"
    path, rule, message, fix, tag = (
        str(given[name]) for name in ("path", "rule", "message", "fix", "source")
    )
    return Problem(path, severity, rule, message, fix, tag, days)


def zulu(instant: datetime) -> str:
    """Write an instant."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"


def moment(text: str) -> datetime:
    """Read an instant; ValueError for a time that could be in any zone."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text}, which has no time zone")
    return instant


def write_dates(dates: Dates) -> dict[str, Any]:
    """Write the dates, before and after."""

    def all_of(starts: Iterable[datetime]) -> list[str]:
        return [zulu(start) for start in starts]

    return {
        "timezone": dates.place.key, "before": all_of(dates.before), "after": all_of(dates.after),
        "edited": all_of(dates.edited), "deleted": all_of(dates.deleted),
        "moved": [all_of(pair) for pair in dates.moved],
        "appears": all_of(dates.appears), "disappears": all_of(dates.disappears),
    }  # fmt: skip


def dates_from(given: Mapping[str, Any]) -> Dates:
    """Read dates that were written down."""
    names = ("before", "after", "edited", "deleted")
    before, after, edited, deleted = (tuple(map(moment, given[name])) for name in names)
    return Dates(before, after, _zone(given["timezone"]), edited, deleted)


def _zone(name: str) -> ZoneInfo:
    try:
        return zone(name)
    except WireTimeError as error:
        raise PlanError(f"The plan's time zone: {error.message}", next_step=error.fix) from None
