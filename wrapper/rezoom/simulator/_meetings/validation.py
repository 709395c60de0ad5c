"""What Zoom refuses: by the shape of a body, by the calendar, or by the meeting."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError
from rezoom_contract import MeetingUpdate

from ..._paths import at, dotted
from ..._times import zone
from ..._wire import facts
from .._account import People
from .._answers import Answer, refused, validation_failed
from .._quirks import Quirks
from .._request_log import Flaw, Verdict
from .._store import State
from .rescheduling import INSTANT, NO_FIXED_TIME, SCHEDULED, SERIES, read_start
from .starts import WEEKLY

_QUERY = "query."
_KINDS = {"extra_forbidden": "unknown", "missing": "missing"}
_WITH_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)


def judge(body: Mapping[str, Any], model: type[BaseModel] = MeetingUpdate) -> Verdict:
    """Say what the contract has against a body, of an update by default; never quotes a value."""
    try:
        model.model_validate(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return Verdict(
            tuple(_flaw(_KINDS.get(row["type"], "invalid"), *row["loc"]) for row in found)
        )
    return Verdict()


def judge_query(query: Mapping[str, str], known: Collection[str]) -> Verdict:
    """Say which parameters the operation does not have: one of them may be a misspelt other."""
    return Verdict(tuple(_flaw("unknown", "query", name) for name in query if name not in known))


def refusable(verdict: Verdict, body: Mapping[str, Any], quirks: Quirks) -> tuple[Flaw, ...]:
    """Pick the flaws that Zoom is known to refuse."""
    flaws = verdict.flaws
    kept, nulls = without_nulls(body)
    if nulls and quirks.null_member == "ignore":
        # What is ignored is missing: a recurrence whose type is null has none.
        flaws = (*judge(kept).flaws, *(f for f in flaws if f.field.startswith(_QUERY)))
    passed = {("recurrence.type", "missing")} if quirks.recurrence == "merge" else set()
    start = body.get("start_time")
    if isinstance(start, str) and _WITH_OFFSET.fullmatch(start):
        passed |= {("start_time", "invalid")} if quirks.offset_start == "read-as-utc" else set()
    return tuple(
        flaw
        for flaw in flaws
        if not flaw.field.startswith(_QUERY)
        and not (flaw.kind == "unknown" and _is_unread(flaw.field, quirks))
        and (flaw.field, flaw.kind) not in passed
    )


def without_nulls(body: Mapping[str, Any], prefix: str = "") -> tuple[dict[str, Any], list[str]]:
    """Split a body into what is not null, and the paths of what is."""
    kept: dict[str, Any] = {}
    nulls: list[str] = []
    for name, value in body.items():
        if value is None:
            nulls.append(prefix + name)
        elif isinstance(value, Mapping):
            kept[name], inside = without_nulls(value, f"{prefix}{name}.")
            nulls += inside
        else:
            kept[name] = value
    return kept, nulls


def _is_unread(path: str, quirks: Quirks) -> bool:
    if quirks.unknown_key == "refuse-in-settings":
        return not path.startswith("settings.")
    return quirks.unknown_key == "ignore"


def _flaw(kind: str, *steps: int | str) -> Flaw:
    name = steps[-1] if steps else "body"
    return Flaw(dotted(steps), kind, f"{kind.capitalize()} parameter: {name}.")


# An e-mail address or a user ID has neither blanks nor separators in it.
_USER = re.compile(r"[^\s,;]+")
_OLDER_MOST = facts.RULES["over-count"].bounds["end_times"]["maximum"]


def refusal(state: State, body: Mapping[str, Any], quirks: Quirks, people: People) -> Answer | None:
    """Return Zoom's answer to an update that it would not take, or None."""
    flaws = [*_calendar_flaws(state, body), *_series_flaws(state, body, quirks)]
    if flaws:
        return validation_failed(flaws)
    answer = _for_the_user(state, body, quirks, people) or _for_the_domains(body, quirks)
    kind = body.get("type", state["type"])
    if answer is None and body.get("pre_schedule") and kind not in {SCHEDULED, NO_FIXED_TIME}:
        return refused("pre-schedule-type")
    return answer


def _calendar_flaws(state: State, body: Mapping[str, Any]) -> Iterator[Flaw]:
    # No report says how Zoom answers 30 February or an unknown zone; a validation error is the
    # least surprising.
    timezone, known = body.get("timezone"), state.get("timezone", "UTC")
    if timezone is not None:
        try:
            zone(timezone)
            known = timezone
        except ValueError:
            yield _flaw("invalid", "timezone")
    if "start_time" in body:
        try:
            read_start(body["start_time"], known)
        except ValueError:
            yield _flaw("invalid", "start_time")
    end = body.get("recurrence", {}).get("end_date_time")
    if end is not None:
        try:
            datetime.fromisoformat(end)
        except ValueError:
            yield _flaw("invalid", "recurrence", "end_date_time")


def _series_flaws(state: State, body: Mapping[str, Any], quirks: Quirks) -> Iterator[Flaw]:
    pattern = body.get("recurrence")
    in_series = body.get("type", state["type"]) == SERIES
    if pattern is None:
        if quirks.missing_recurrence == "refuse" and "start_time" in body and in_series:
            yield _flaw("missing", "recurrence")
        return
    if in_series and "type" not in {**(state.get("recurrence") or {}), **pattern}:
        # Where a recurrence is merged its type may be left out, but something must have one.
        yield _flaw("missing", "recurrence", "type")
    if quirks.over_fifty == "refuse" and pattern.get("end_times", 0) > _OLDER_MOST:
        yield _flaw("invalid", "recurrence", "end_times")
    weekly = pattern.get("type") == WEEKLY
    if quirks.missing_weekly_days == "refuse" and weekly and "weekly_days" not in pattern:
        yield _flaw("missing", "recurrence", "weekly_days")


def _for_the_user(
    state: State, body: Mapping[str, Any], quirks: Quirks, people: People
) -> Answer | None:
    user = body.get("schedule_for")
    if user is None:
        return None
    if body.get("type", state["type"]) == INSTANT:
        return refused("instant-meeting-schedule-for")
    if not _USER.fullmatch(user):
        return refused("invalid-schedule-for")
    if quirks.schedule_for == "anyone":
        return None
    host, target = people.host(state), people.find(user)
    if target is not None and target == host:
        return None
    if target is not None:
        granted = {name.lower() for name in target.scheduled_by}
        may = not granted.isdisjoint({"*", host.email.lower(), host.id.lower()})
        taken = may and target.licensed and host.licensed
        return None if taken else refused("cannot-schedule-for", user=user)
    chat = "settings.continuous_meeting_chat"
    if {**(at(state, chat) or {}), **(at(body, chat) or {})}.get("enable"):
        return refused("continuous-chat-outside-account")
    if quirks.unknown_user == "not-found":
        return refused("user-not-found", status=404, user=user)
    if quirks.unknown_user == "not-in-account":
        return refused("user-not-in-account", user=user)
    return refused("cannot-schedule-for", user=user)


def _for_the_domains(body: Mapping[str, Any], quirks: Quirks) -> Answer | None:
    settings = body.get("settings", {})
    if "," in settings.get("enforce_login_domains", ""):
        return refused("invalid-enforce-login-domains")
    blocked = {domain.lower() for domain in quirks.blocked_domains}
    named = sorted({address.rpartition("@")[2].lower() for address in _addresses(settings)})
    found = [domain for domain in named if domain in blocked]
    return refused("blocked-domain", domains=", ".join(found)) if found else None


def _addresses(settings: Mapping[str, Any]) -> Iterator[str]:
    yield from settings.get("alternative_hosts", "").split(";")
    for name in ("meeting_invitees", "authentication_exception"):
        for person in settings.get(name, ()):
            yield person.get("email", "")
