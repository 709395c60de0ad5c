"""What Zoom refuses although the shape is right, because of the calendar or of the meeting."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from .._wire import facts
from .answers import Answer, refused, validation_failed
from .people import People, User
from .quirks import Quirks
from .record import Flaw
from .series import WEEKLY
from .store import State
from .timing import SCHEDULED, SERIES, read_start, zone

_INSTANT, _NO_FIXED_TIME = 1, 3
_PLAIN = Quirks()
# An e-mail address or a user ID has neither blanks nor separators in it.
_USER = re.compile(r"[^\s,;]+")
_OLDER_MOST = facts.RULES["over-count"].bounds["end_times"]["maximum"]


def refusal(
    state: State, body: Mapping[str, Any], quirks: Quirks = _PLAIN, people: People | None = None
) -> Answer | None:
    """Return Zoom's answer to an update that it would not take, or None.

    Without `people` nobody's privileges are looked at, as for a seed.
    """
    flaws = [*_calendar_flaws(state, body), *_series_flaws(state, body, quirks)]
    if flaws:
        return validation_failed(flaws)
    for answer in (
        _for_the_user(state, body, quirks, people),
        _for_the_domains(body, quirks),
        _for_the_meeting(state, body),
    ):
        if answer is not None:
            return answer
    return None


def _calendar_flaws(state: State, body: Mapping[str, Any]) -> Iterator[Flaw]:
    # No report says how Zoom answers 30 February or an unknown zone; a validation error is the
    # least surprising.
    timezone, known = body.get("timezone"), state.get("timezone", "UTC")
    if timezone is not None:
        try:
            zone(timezone)
            known = timezone
        except ValueError:
            yield _invalid("timezone")
    if "start_time" in body:
        try:
            read_start(body["start_time"], known)
        except ValueError:
            yield _invalid("start_time")
    end = body.get("recurrence", {}).get("end_date_time")
    if end is not None:
        try:
            datetime.fromisoformat(end)
        except ValueError:
            yield _invalid("recurrence.end_date_time")


def _series_flaws(state: State, body: Mapping[str, Any], quirks: Quirks) -> Iterator[Flaw]:
    pattern = body.get("recurrence")
    if pattern is None:
        if (
            quirks.missing_recurrence == "refuse"
            and "start_time" in body
            and body.get("type", state["type"]) == SERIES
        ):
            yield Flaw("recurrence", "missing", "Missing parameter: recurrence.")
        return
    merged = {**(state.get("recurrence") or {}), **pattern}
    if "type" not in merged and body.get("type", state["type"]) == SERIES:
        # Where a recurrence is merged its type may be left out, but something must have one.
        yield Flaw("recurrence.type", "missing", "Missing parameter: type.")
    if quirks.over_fifty == "refuse" and pattern.get("end_times", 0) > _OLDER_MOST:
        yield _invalid("recurrence.end_times")
    if (
        quirks.missing_weekly_days == "refuse"
        and pattern.get("type") == WEEKLY
        and "weekly_days" not in pattern
    ):
        yield Flaw("recurrence.weekly_days", "missing", "Missing parameter: weekly_days.")


def _for_the_user(
    state: State, body: Mapping[str, Any], quirks: Quirks, people: People | None
) -> Answer | None:
    user = body.get("schedule_for")
    if user is None:
        return None
    if body.get("type", state["type"]) == _INSTANT:
        return refused("instant-meeting-schedule-for")
    if not _USER.fullmatch(user):
        return refused("invalid-schedule-for")
    if people is None or quirks.schedule_for == "anyone":
        return None
    host, target = people.host(state), people.find(user)
    if target is not None and target == host:
        return None
    chat = body.get("settings", {}).get("continuous_meeting_chat", {})
    kept = state.get("settings", {}).get("continuous_meeting_chat", {})
    if target is None and ({**kept, **chat}).get("enable"):
        return refused("continuous-chat-outside-account")
    if target is None and quirks.unknown_user == "not-found":
        return refused("user-not-found", status=404, user=user)
    if target is None and quirks.unknown_user == "not-in-account":
        return refused("user-not-in-account", user=user)
    if target is None or not _may_take(target, host, people):
        return refused("cannot-schedule-for", user=user)
    return None


def _may_take(target: User, host: User, people: People) -> bool:
    both = target.licensed and host.licensed
    return both and people.lets_schedule(target, host.email, host.id)


def _for_the_domains(body: Mapping[str, Any], quirks: Quirks) -> Answer | None:
    settings = body.get("settings", {})
    if "," in settings.get("enforce_login_domains", ""):
        return refused("invalid-enforce-login-domains")
    blocked = {domain.lower() for domain in quirks.blocked_domains}
    named = sorted({address.rpartition("@")[2].lower() for address in _addresses(settings)})
    found = [domain for domain in named if domain in blocked]
    return refused("blocked-domain", domains=", ".join(found)) if found else None


def _for_the_meeting(state: State, body: Mapping[str, Any]) -> Answer | None:
    kind = body.get("type", state["type"])
    if body.get("pre_schedule") and kind not in {SCHEDULED, _NO_FIXED_TIME}:
        return refused("pre-schedule-type")
    return None


def _addresses(settings: Mapping[str, Any]) -> Iterator[str]:
    yield from settings.get("alternative_hosts", "").split(";")
    for name in ("meeting_invitees", "authentication_exception"):
        for person in settings.get(name, ()):
            yield person.get("email", "")


def _invalid(path: str) -> Flaw:
    return Flaw(path, "invalid", f"Invalid parameter: {path.rpartition('.')[2]}.")
