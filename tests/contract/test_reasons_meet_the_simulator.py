"""The reasons against an independent reading of the same facts: what the simulator ignores."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from rezoom._paths import at, leaves
from rezoom._rules.in_context import build_case, judge_situation, likely_reason
from rezoom._wire import facts
from rezoom.simulator import Quirks
from rezoom.simulator._account import People
from rezoom.simulator._meetings.members import view
from rezoom.simulator._meetings.patch import apply
from rezoom.simulator._seeds import WEEKLY, new_meeting
from rezoom.simulator._store import State
from situation_table import NOW as TOLD_AT
from situation_table import SITUATIONS

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
Body = dict[str, Any]
SERIES: Body = {
    "start_time": "2030-01-07T09:00:00",
    "timezone": "Europe/Berlin",
    "recurrence": WEEKLY,
}
SINGLE: Body = {"start_time": "2030-01-07T09:00:00", "timezone": "Europe/Berlin"}
PAST: Body = {"start_time": "2029-12-03T09:00:00", "timezone": "Europe/Berlin"}
TIMED = ("start_time", "timezone", "duration")
FORM: Body = {"type": 2, "weekly_days": "2", "end_times": 5}


def with_settings(**settings: Any) -> Body:
    """Write a meeting, or an update, with these settings."""
    return {"settings": settings}


def state_of(seed: Body, now: datetime = NOW) -> State:
    """Make the meeting that a seed describes."""
    return new_meeting(
        seed,
        taken=(),
        now=now,
        quirks=Quirks(),
        random=Random(1),  # noqa: S311 - repeatable
    )


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
    # Of a Basic host too: what the meeting itself shows is likelier than a licence.
    "registration without a fixed time": (
        {"type": 3},
        with_settings(approval_type=0),
        {},
        {"settings.approval_type": "registration-needs-fixed-start"},
    ),
    "registration beside the loss of the fixed time": (
        SINGLE,
        {"type": 3, **with_settings(approval_type=1)},
        {"basic_host": "take"},
        {"settings.approval_type": "registration-needs-fixed-start"},
    ),
    "registration for what is past": (
        PAST,
        with_settings(approval_type=1),
        {"basic_host": "take"},
        {"settings.approval_type": "registration-needs-fixed-start"},
    ),
    "registration for the personal room": (
        {**SINGLE, **with_settings(use_pmi=True)},
        with_settings(approval_type=0),
        {"basic_host": "take"},
        {"settings.approval_type": "registration-needs-own-number"},
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
    state = state_of(seed)

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
    state = state_of(seed)
    case = build_case(change, view(state, now=NOW), now=NOW)
    # Of these two the body alone tells, so that they are advice of `check`.
    known = {"series-without-start", "start-decides-over-timezone"}

    found = {problem.rule for problem in judge_situation(case)} | known

    assert set(reasons.values()) <= found


# how this Zoom behaves, and members that are then not as asked, or changed without being asked
PLAYED: dict[str, tuple[Body, set[str]]] = {
    "start-needs-fixed-time": ({}, {"start_time"}),
    "duration-needs-fixed-time": ({}, {"duration"}),
    "timezone-needs-fixed-time": ({}, {"timezone"}),
    "recurrence-member-dropped": ({}, {"occurrences"}),
    "fewer-weekdays": ({}, {"occurrences"}),
    "utc-cutoff": ({}, {"occurrences"}),
    "edited-dates-reset": ({}, {"occurrences"}),
    "deleted-dates-return": ({}, {"occurrences"}),
    "series-ends": ({}, {"recurrence.type", "occurrences"}),
    "use-pmi-needs-type": ({}, {"settings.use_pmi"}),
    "last-protection-off": ({"empty_passcode": "clear"}, {"settings.waiting_room"}),
    "passcode-changes-links": ({}, {"join_url", "pstn_password"}),
    "registration-lost": ({}, {"settings.approval_type"}),
    "registration-needs-fixed-start": ({}, {"settings.approval_type"}),
    "registration-needs-own-number": ({}, {"settings.approval_type"}),
    "registered-dates-are-made-anew": ({}, {"occurrences"}),
    "pmi-opens-room": ({"pmi_conversion": "take"}, {"join_url", "pmi"}),
    "pmi-changes-links": ({"pmi_conversion": "take"}, {"join_url", "password"}),
    "sign-language-needs-feature": (
        {"interpretation": "ignore"},
        {"settings.sign_language_interpretation.enable"},
    ),
    "e2ee-turns-off": ({}, {"settings.auto_recording"}),
    "list-leaves-out": ({"arrays": "extend"}, {"settings.meeting_invitees"}),
}
# What the simulator refuses, or a read does not show: what people, clocks and licences do.
UNSEEN = set(
    """
    running-meeting meeting-is-over personal-room clock-gap clock-overlap series-start-in-utc
    series-start-without-recurrence occurrence-of-no-series occurrence-is-deleted occurrence-is-past
    series-without-pattern type-change-unverified pre-schedule-needs-type
    registration-type-needs-series continuous-chat-needs-type instant-meeting-keeps-host
    waiting-room-beside-join-before-host registrants-not-told jbh-time-while-nobody-joins-early
    confirmation-while-not-notified multiple-devices-while-no-registration
    share-button-while-no-registration summary-readers-while-no-summary
    question-askers-while-no-questions other-unmute-way-is-on pause-needs-cloud-recording
    conference-info-needs-third-party
    """.split()
)


def test_every_situation_is_played_or_cannot_be_seen() -> None:
    """A rule that the simulator does not know of is in one of the tables, on purpose."""
    ignored = {rule for *_, reasons in IGNORED.values() for rule in reasons.values()}

    assert SITUATIONS.keys() - ignored <= PLAYED.keys() | UNSEEN
    assert not PLAYED.keys() & UNSEEN


@pytest.mark.parametrize("rule", PLAYED)
def test_what_is_told_before_is_what_the_simulator_does(rule: str) -> None:
    """The members come out as the rule says, and it is told of those that it explains."""
    situation, (quirks, effects) = SITUATIONS[rule][0], PLAYED[rule]
    timed = {} if situation.meeting["type"] in (2, 8) else dict.fromkeys(TIMED)
    seed = {name: one for name, one in situation.meeting.items() if name not in timed}
    state = state_of(seed, TOLD_AT)

    new, _ = apply(state, situation.change, now=TOLD_AT, quirks=Quirks(**quirks))

    before, after = view(state, now=TOLD_AT), view(new, now=TOLD_AT)
    asked = dict(leaves(situation.change))
    paths = {path for read in (before, after) for path, _ in leaves(read)} | asked.keys()
    done = {path for path in paths if at(after, path) != asked.get(path, at(before, path))}
    assert effects <= done
    case = build_case(situation.change, before, now=TOLD_AT)
    assert rule in {problem.rule for problem in judge_situation(case)}
    explained = [path for path in effects if path in facts.RULES[rule].explains]
    assert {likely_reason(path, case).rule for path in explained} <= {rule}
