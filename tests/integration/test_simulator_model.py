"""The simulator and an independent model, side by side through anything a client may do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, assume, reject, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from rezoom.simulator import SimClock, Simulator
from zoom_model import TOKEN, ModelMeeting, ModelZoom

# Three days before the clocks change in Berlin, seventeen after they did in New York.
NOW = datetime(2030, 3, 28, 20, tzinfo=UTC)
FEW = {"second": 5, "host-day": 6, "meeting-day": 4}
MANY = dict.fromkeys(FEW, 10_000)
ADA, GRACE = "30R7kT7bTIKSNUFEuH_Qlg", "grace"

zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"])
durations = st.integers(-1, 1440).map(lambda minutes: minutes or 1)
walls = st.builds(
    lambda days, hour, minute: (NOW.replace(tzinfo=None) + timedelta(days=days)).replace(
        hour=hour, minute=minute
    ),
    st.integers(-5, 60),
    st.integers(0, 23),
    st.sampled_from([0, 30]),
)
patterns = st.one_of(
    st.fixed_dictionaries({"type": st.just(1)}),
    st.fixed_dictionaries(
        {
            "type": st.just(2),
            "weekly_days": st.sets(st.integers(1, 7), min_size=1).map(
                lambda days: ",".join(map(str, sorted(days)))
            ),
        }
    ),
    st.fixed_dictionaries({"type": st.just(3), "monthly_day": st.integers(1, 31)}),
).flatmap(
    lambda pattern: st.builds(
        lambda interval, count: {**pattern, "repeat_interval": interval, "end_times": count},
        # A month that never has the day would be a series without a date.
        st.just(1) if pattern["type"] == 3 else st.integers(1, 3),
        st.integers(1, 20),
    )
)
# An index into whatever there is, so that shrinking keeps its meaning.
which = st.integers(0, 99)


def text(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


class SideBySide(RuleBasedStateMachine):
    """Each rule does the same to both, and they must answer and look the same."""

    caps = MANY

    def __init__(self) -> None:
        super().__init__()
        self.sim = Simulator(clock=SimClock(NOW), limits=self.caps).start()
        self.http = httpx.Client(base_url=self.sim.url)
        caps = {name.replace("-", "_"): size for name, size in self.caps.items()}
        self.model = ModelZoom(NOW, **caps)

    def teardown(self) -> None:
        self.http.close()
        self.sim.stop()

    @initialize()
    def begin(self) -> None:
        """Three meetings of two hosts: a series, and two that are none."""
        series = self.sim.add_series()
        one = self.sim.add_meeting()
        theirs = self.sim.add_meeting(host_id=GRACE, host_email="grace@example.com")
        for number, host in ((series, ADA), (one, ADA), (theirs, GRACE)):
            state = self.sim.meeting(number)
            start = datetime.fromisoformat(state["start_time"])
            meeting = ModelMeeting(
                host,
                state["topic"],
                start,
                state["timezone"],
                state["duration"],
                NOW,
                state.get("recurrence"),
            )
            if meeting.pattern is not None:
                meeting.lay_out(meeting.wall())
            self.model.meetings[number] = meeting
        self.sign()

    @rule()
    def sign(self) -> None:
        """A new token; the old one is as good, or as bad, as it was."""
        form = {"grant_type": "account_credentials", "account_id": "sim-account"}
        answer = self.http.post(self.sim.token_url, data=form, auth=("sim-client", "sim-secret"))
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self.model.token_ends = self.model.now + TOKEN

    @rule(
        by=st.one_of(
            st.floats(0.25, 2).map(lambda seconds: timedelta(seconds=round(seconds * 4) / 4)),
            st.integers(1, 90).map(lambda minutes: timedelta(minutes=minutes)),
            st.integers(1, 30).map(lambda hours: timedelta(hours=hours)),
            st.integers(2, 40).map(lambda days: timedelta(days=days)),
        )
    )
    def let_time_pass(self, by: timedelta) -> None:
        self.sim.clock.advance(by)
        self.model.now += by
        if by > timedelta(minutes=10):
            self.sign()

    @rule(before=st.booleans())
    def go_to_midnight(self, before: bool) -> None:
        """To the last second of the day, or to the first of the next."""
        midnight = self.model.now.replace(hour=0, minute=0, second=0, microsecond=0)
        there = midnight + timedelta(days=1) - timedelta(seconds=before)
        self.let_time_pass(max(there - self.model.now, timedelta()))
        self.sign()

    @rule(which=which, before=st.booleans())
    def go_to_where_a_number_expires(self, which: int, before: bool) -> None:
        """Or to the second before, and see."""
        there = self.model.meetings[self.number(which)].lapses() - timedelta(seconds=before)
        assume(there > self.model.now)
        self.let_time_pass(there - self.model.now)
        self.sign()
        self.rename(which, "late")

    @rule(which=which, topic=st.text(st.characters(codec="ascii", categories=["L"]), min_size=1))
    def rename(self, which: int, topic: str) -> None:
        self.send(which, {"topic": topic, "colour": "ignored"})

    @rule(which=which, duration=durations)
    def resize(self, which: int, duration: int) -> None:
        """With a duration that Zoom refuses now and then."""
        self.send(which, {"duration": duration})

    @rule(which=which, wall=walls, zone=zones)
    def move(self, which: int, wall: datetime, zone: str) -> None:
        self.send(which, {"start_time": wall.isoformat(), "timezone": zone})

    @rule(which=which, pattern=patterns)
    def repeat(self, which: int, pattern: dict[str, Any]) -> None:
        """Without a start the series goes on from its own; a single meeting ignores a pattern."""
        self.send(which, {"recurrence": pattern})

    @rule(which=which, wall=walls, zone=zones, pattern=patterns)
    def become_a_series(
        self, which: int, wall: datetime, zone: str, pattern: dict[str, Any]
    ) -> None:
        start = wall.replace(tzinfo=None).isoformat()
        number = self.number(which)
        # A past start is ignored with everything about it; what type that leaves is another test's.
        known = self.model.meetings[number].pattern is not None
        assume(known or wall > self.model.now.replace(tzinfo=None) + timedelta(days=1))
        body = {"type": 8, "start_time": start, "timezone": zone, "recurrence": pattern}
        self.send(which, body)

    @rule(
        which=which, date=which, wall=walls | st.none(), duration=durations, deleted=st.booleans()
    )
    def edit_one_date(
        self, which: int, date: int, wall: datetime | None, duration: int, deleted: bool
    ) -> None:
        """Also a date that was deleted, or of a meeting that has none."""
        body: dict[str, Any] = {"duration": duration, "topic": "ignored", "agenda": "once"}
        if wall is not None:
            body["start_time"] = wall.isoformat()
        dates = self.model.meetings[self.number(which)].dates
        gone = [one for one in dates if one.deleted] if deleted else []
        chosen = gone or dates
        self.send(which, body, chosen[date % len(chosen)].id if chosen else "1")

    @rule(which=which, date=which)
    def delete_one_date(self, which: int, date: int) -> None:
        number = self.number(which)
        dates = [one for one in self.model.meetings[number].dates if not one.deleted]
        assume(dates)
        chosen = dates[date % len(dates)]
        self.sim.delete_occurrence(number, chosen.id)
        chosen.deleted = True

    @rule(which=which)
    def read(self, which: int) -> None:
        """Over HTTP, without the dates that are over."""
        number, meeting = self.number(which), self.model.meetings[self.number(which)]
        answer = self.http.get(f"/meetings/{number}")
        expected = self.model.read(number)
        assert self.seen(answer) == expected
        if expected == (200, 0):
            over = [
                one
                for one in meeting.dates
                if one.start + timedelta(minutes=one.duration) <= self.model.now
            ]
            shown = answer.json().get("occurrences", [])
            assert len(shown) == len(meeting.dates) - len(over)

    @invariant()
    def both_look_the_same(self) -> None:
        for number, meeting in self.model.meetings.items():
            state = self.sim.meeting(number)
            assert state["topic"] == meeting.topic
            assert state["duration"] == meeting.duration
            assert (state["start_time"], state["timezone"]) == (text(meeting.start), meeting.zone)
            assert state.get("occurrences", []) == [
                {
                    "occurrence_id": date.id,
                    "start_time": text(date.start),
                    "duration": date.duration,
                    "status": "deleted" if date.deleted else "available",
                }
                for date in meeting.dates
            ]
        hosts = self.sim.quota()["hosts"]
        used = {host: hosts[host]["used"] if host in hosts else 0 for host in (ADA, GRACE)}
        assert used == {host: self.model.used_by_host(host) for host in (ADA, GRACE)}

    def number(self, which: int) -> int:
        numbers = list(self.model.meetings)
        return numbers[which % len(numbers)]

    def send(self, which: int, body: dict[str, Any], one: str | None = None) -> None:
        number = self.number(which)
        query = {"occurrence_id": one} if one else {}
        answer = self.http.patch(f"/meetings/{number}", json=body, params=query)
        assert self.seen(answer) == self.model.update(number, body, one)

    def seen(self, answer: httpx.Response) -> tuple[int, int]:
        return answer.status_code, answer.json()["code"] if answer.is_error else 0


class SideBySideWithinLimits(SideBySide):
    """The same with so few updates that every limit is met."""

    caps = FEW

    @rule(which=which, times=st.integers(2, 6))
    def insist(self, which: int, times: int) -> None:
        """Until the second, the meeting or the host has no more."""
        for turn in range(times):
            self.send(which, {"topic": f"turn {turn}"})

    @rule(which=which, before=st.booleans())
    def wait_until_one_is_free(self, which: int, before: bool) -> None:
        """Use up a meeting's share, wait for its oldest update to be a day old, and try again."""
        self.insist(which, 5)
        there = self.model.next_free(self.number(which))
        if there is None:
            reject()
        moment = max(there - timedelta(seconds=before), self.model.now)
        self.let_time_pass(moment - self.model.now)
        self.sign()
        self.rename(which, "again")


@pytest.mark.slow
@pytest.mark.parametrize("machine", [SideBySide, SideBySideWithinLimits])
def test_the_simulator_does_as_the_model_does(machine: type[SideBySide]) -> None:
    """Stories of thirty steps, none of them like another."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=35,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
