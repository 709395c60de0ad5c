"""The reasons against an independent reading of the same facts: what the simulator ignores."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from rezoom._rules.in_context import build_case, judge_situation, likely_reason
from rezoom.simulator import Quirks
from rezoom.simulator._account import People
from rezoom.simulator._meetings.members import view
from rezoom.simulator._meetings.patch import apply
from rezoom.simulator._seeds import WEEKLY, new_meeting

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
Body = dict[str, Any]
SERIES: Body = {
    "start_time": "2030-01-07T09:00:00",
    "timezone": "Europe/Berlin",
    "recurrence": WEEKLY,
}
SINGLE: Body = {"start_time": "2030-01-07T09:00:00", "timezone": "Europe/Berlin"}
PAST: Body = {"start_time": "2029-12-03T09:00:00", "timezone": "Europe/Berlin"}
FORM: Body = {"type": 2, "weekly_days": "2", "end_times": 5}


def with_settings(**settings: Any) -> Body:
    """Write a meeting, or an update, with these settings."""
    return {"settings": settings}


# what is done to which meeting, how this Zoom behaves, and the reason for each ignored member
IGNORED: dict[str, tuple[Body, Body, Body, dict[str, str]]] = {
    "a past start of a series": (
        SERIES,
        {**PAST, "type": 8, "recurrence": FORM},
        {},
        {"start_time": "past-start", "timezone": "past-start", "recurrence": "past-start"},
    ),
    "a past start of a single meeting": (SINGLE, PAST, {}, {"start_time": "past-start"}),
    "a recurrence without a start": (
        SERIES,
        {"type": 8, "recurrence": FORM},
        {"missing_start": "ignore"},
        {"recurrence": "series-without-start"},
    ),
    "a recurrence of a single meeting": (
        SINGLE,
        {"recurrence": FORM},
        {},
        {"recurrence": "recurrence-needs-series"},
    ),
    "a single meeting that is to become a series": (
        SINGLE,
        {**SERIES, "type": 8},
        {"single_to_series": "ignore"},
        {"type": "single-becomes-series", "recurrence": "single-becomes-series"},
    ),
    "registration under a Basic host": (
        SINGLE,
        with_settings(approval_type=1),
        {},
        {"settings.approval_type": "registration-needs-licence"},
    ),
    "cloud recording under a Basic host": (
        SINGLE,
        with_settings(auto_recording="cloud"),
        {},
        {"settings.auto_recording": "cloud-recording-needs-paid-host"},
    ),
    "a move to the personal meeting ID": (
        SINGLE,
        with_settings(use_pmi=True),
        {},
        {"settings.use_pmi": "pmi-conversion"},
    ),
    "interpretation that is switched off": (
        SINGLE,
        with_settings(language_interpretation={"enable": True}),
        {"interpretation": "ignore"},
        {"settings.language_interpretation": "interpretation-needs-feature"},
    ),
    "a locked setting": (
        {**SINGLE, **with_settings(waiting_room=False)},
        with_settings(join_before_host=True),
        {"locked": ("settings.join_before_host",)},
        {"settings.join_before_host": "join-before-host-locked"},
    ),
    "any locked setting": (
        SINGLE,
        with_settings(watermark=True),
        {"locked": ("settings.watermark",)},
        {"settings.watermark": "locked-or-gated"},
    ),
    "a time zone beside UTC": (
        SINGLE,
        {"start_time": "2030-01-08T09:00:00Z", "timezone": "Asia/Tokyo"},
        {"timezone_with_z": "ignore"},
        {"timezone": "start-decides-over-timezone"},
    ),
    "joining before the host, end-to-end encrypted": (
        {**SINGLE, **with_settings(encryption_type="e2ee")},
        with_settings(join_before_host=True),
        {},
        {"settings.join_before_host": "e2ee-forbids"},
    ),
    "a passcode that is to go": (
        {**SINGLE, "password": "before"},
        {"password": ""},
        {"empty_passcode": "keep"},
        {"password": "passcode-emptied"},
    ),
    "a member that nobody knows": (
        SINGLE,
        with_settings(auto_transcribing=True),
        {},
        {"settings.auto_transcribing": "extra"},
    ),
}


@pytest.mark.parametrize("name", IGNORED)
def test_what_the_simulator_ignores_has_its_reason(name: str) -> None:
    """Two people read the same facts; one wrote what Zoom does, the other why."""
    seed, change, quirks, reasons = IGNORED[name]
    state = new_meeting(
        seed,
        taken=(),
        now=NOW,
        quirks=Quirks(),
        random=Random(1),  # noqa: S311 - repeatable
    )

    _, ignored = apply(
        state, change, now=NOW, quirks=Quirks(**quirks), people=People((), licensed=False)
    )

    case = build_case(change, view(state, now=NOW), now=NOW)
    assert {path: likely_reason(path, case).rule for path in ignored} == reasons


FORESEEN = [name for name in IGNORED if "nobody" not in name and "locked" not in name]


@pytest.mark.parametrize("name", FORESEEN)
def test_what_can_be_foreseen_is_warned_of(name: str) -> None:
    """The reason afterwards was a problem beforehand, but where only a lock did it."""
    seed, change, _, reasons = IGNORED[name]
    state = new_meeting(
        seed,
        taken=(),
        now=NOW,
        quirks=Quirks(),
        random=Random(1),  # noqa: S311 - repeatable
    )
    case = build_case(change, view(state, now=NOW), now=NOW)
    # Of these two the body alone tells, so that they are advice of `check`.
    known = {"series-without-start", "start-decides-over-timezone"}

    found = {problem.rule for problem in judge_situation(case)} | known

    assert set(reasons.values()) <= found
