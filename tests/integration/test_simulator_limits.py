"""Zoom's limits, kept: which request is refused, with which words and headers, and until when."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from openapi_judge import AnswerJudge
from rezoom.errors import ConfigError, QuotaExceeded, RateLimited
from rezoom.simulator import Caps, SimClock, Simulator
from rezoom_wire import facts

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
# Only the answer is not waited for: to connect may take longer on a busy machine.
SOON = httpx.Timeout(30, read=0.05)
GRACE = {"host_id": "grace", "host_email": "grace@example.com"}


@contextmanager
def running(**options: Any) -> Iterator[tuple[Simulator, httpx.Client]]:
    hooks: Any = {"response": [AnswerJudge()]}
    with (
        Simulator(clock=SimClock(NOW), **options) as sim,
        httpx.Client(base_url=sim.url, event_hooks=hooks) as http,
    ):
        sign(sim, http)
        yield sim, http


def sign(sim: Simulator, http: httpx.Client) -> None:
    form = {"grant_type": "account_credentials", "account_id": "sim-account"}
    token = httpx.post(sim.token_url, data=form, auth=("sim-client", "sim-secret")).json()
    http.headers["Authorization"] = f"Bearer {token['access_token']}"


def patch(http: httpx.Client, number: int) -> httpx.Response:
    return http.patch(f"/meetings/{number}", json={"topic": "x"})


def statuses(http: httpx.Client, number: int, times: int) -> list[int]:
    return [patch(http, number).status_code for _ in range(times)]


def limit_headers(answer: httpx.Response) -> dict[str, str]:
    names = facts.HEADERS.values()
    found = {name: answer.headers[name] for name in names if name in answer.headers}
    found.pop("x-zm-trackingid")
    return found


@pytest.mark.smoke
def test_a_host_has_a_hundred_updates_a_day_over_all_meetings() -> None:
    """The 101st is refused, for each of the host's meetings, until 00:00 UTC; others go on."""
    with running() as (sim, http):
        one, two = sim.add_meeting(), sim.add_meeting()
        theirs = sim.add_meeting(**GRACE)
        assert set(statuses(http, one, 60) + statuses(http, two, 40)) == {204}
        assert statuses(http, one, 1) == statuses(http, two, 1) == [429]
        assert statuses(http, theirs, 1) == [204]
        assert http.get(f"/meetings/{one}").status_code == 200
        sim.clock.set(datetime(2030, 1, 1, 23, 59, 59, tzinfo=UTC))
        sign(sim, http)
        assert statuses(http, one, 1) == [429]
        sim.clock.advance(1)
        assert statuses(http, one, 1) == [204]


def test_the_hosts_429_is_the_one_that_was_reported() -> None:
    """The words name the hundred and the hour; the headers show the account's pool."""
    with running(limits={"host-day": 1}) as (sim, http):
        number = sim.add_meeting()
        assert patch(http, number).headers["x-ratelimit-remaining"] == "0"
        answer = patch(http, number)
        assert answer.json() == {
            "code": 429,
            "message": "You have exceeded the daily rate limit (100) of Meeting Create/Update API "
            "requests permitted for this particular user. You may resume these requests at GMT "
            "00:00:00.",
        }
        assert limit_headers(answer) == {
            "x-ratelimit-category": "Light",
            "x-ratelimit-limit": "6000",
            "x-ratelimit-remaining": "5998",
        }
        assert sim.requests[-1].note == "host-day: 1 of 1 used"


def test_a_meeting_has_a_hundred_updates_in_any_24_hours() -> None:
    """They roll on over midnight, and Zoom answers as for the host."""
    with running() as (sim, http):
        number = sim.add_meeting()
        sim.clock.set(datetime(2030, 1, 1, 23, tzinfo=UTC))
        sign(sim, http)
        assert set(statuses(http, number, 60)) == {204}
        sim.clock.advance(timedelta(hours=2))
        sign(sim, http)
        assert statuses(http, number, 41) == [204] * 40 + [429]
        assert sim.requests[-1].note == "meeting-day: 100 of 100 used"
        assert "Meeting Create/Update" in patch(http, number).json()["message"]
        sim.clock.set(datetime(2030, 1, 2, 22, 59, 59, tzinfo=UTC))
        sign(sim, http)
        assert statuses(http, number, 1) == [429]
        sim.clock.advance(1)
        # By then the host has 60 more for its new day, and the meeting 60 that have come free.
        assert statuses(http, number, 61) == [204] * 60 + [429]


def test_a_late_answer_is_counted_in_the_second_its_request_came_in() -> None:
    """Zoom's limiter stands at the door, so the wait behind it changes no count."""
    with running(plan="free") as (sim, http):
        number = sim.add_meeting(topic="before")
        sim.fault("latency", seconds=30)
        with pytest.raises(httpx.ReadTimeout):
            http.patch(f"/meetings/{number}", json={"topic": "after"}, timeout=SOON)
        used = sim.quota()["second"]["used"]

        assert (used, sim.meeting(number)["topic"]) == (1, "before")


def test_arrivals_are_counted_however_many_there_are() -> None:
    """By method: when the first and the last came, how many in one second, what was answered."""
    with running(plan="free") as (sim, http):
        number = sim.add_meeting()
        assert statuses(http, number, 5) == [204] * 4 + [429]
        sim.clock.advance(2)
        assert statuses(http, number, 1) == [204]
        assert http.get(f"/meetings/{number}").status_code == 200
        counts = sim.arrivals()
        shown = http.get(f"{sim.control_url}/arrivals").json()
        sim.clear_requests()

        assert counts["PATCH"].answers == {204: 5, 429: 1}
        assert (counts["PATCH"].first, counts["PATCH"].last) == (NOW, NOW + timedelta(seconds=2))
        assert (counts["PATCH"].number, counts["PATCH"].fullest_second) == (6, 5)
        assert counts["GET"].number == 1
        assert shown["PATCH"] == counts["PATCH"].to_dict()
        assert shown["PATCH"]["answers"] == {"204": 5, "429": 1}
        assert sim.arrivals() == {}


@pytest.mark.parametrize("plan", ["free", "pro", "business"])
def test_an_account_has_so_many_requests_a_second(plan: Any) -> None:
    """Reads and updates together; the 429 has type QPS, and neither numbers nor Retry-After."""
    share = facts.RATES[plan].per_second
    with running(plan=plan) as (sim, http):
        one, theirs = sim.add_meeting(), sim.add_meeting(**GRACE)
        half = share // 2
        assert set(statuses(http, one, half)) == {204}
        reads = [http.get(f"/meetings/{theirs}").status_code for _ in range(share - half)]
        assert set(reads) == {200}
        answer = patch(http, one)
        assert answer.status_code == 429
        assert answer.json()["message"] == (
            "You have reached the maximum per-second rate limit for this API. Try again later."
        )
        assert limit_headers(answer) == {
            "x-ratelimit-category": "Light",
            "x-ratelimit-type": "QPS",
        }
        sim.clock.advance(0.999)
        assert statuses(http, one, 1) == [429]
        sim.clock.advance(0.001)
        assert statuses(http, one, 1) == [204]


def test_a_free_account_has_a_daily_figure() -> None:
    """Its 429 says when it ends, as an instant in Retry-After."""
    with running(plan="free", limits={"account-day": 3, "second": None}) as (sim, http):
        number = sim.add_meeting()
        assert [http.get(f"/meetings/{number}").status_code for _ in range(3)] == [200] * 3
        answer = patch(http, number)
        assert "maximum daily rate limit for this API" in answer.json()["message"]
        assert limit_headers(answer) == {
            "x-ratelimit-category": "Light",
            "x-ratelimit-type": "Daily-limit",
            "x-ratelimit-limit": "3",
            "x-ratelimit-remaining": "0",
            "retry-after": "2030-01-02T00:00:00Z",
        }
        sim.clock.set(datetime(2030, 1, 2, tzinfo=UTC))
        sign(sim, http)
        assert statuses(http, number, 1) == [204]


def test_only_one_update_of_a_meeting_is_under_way() -> None:
    """A second one is refused; another meeting, and a read, are not."""
    with running() as (sim, http):
        one, two = sim.add_meeting(), sim.add_meeting()
        sim.fault("timeout", match=f"PATCH /v2/meetings/{one}")
        begun = threading.Event()
        take = sim._faults.take

        def taken(method: str, path: str) -> Any:
            begun.set()
            return take(method, path)

        sim._faults.take = taken  # type: ignore[method-assign]  # to know that the first is there
        late = httpx.Client(base_url=sim.url, headers=dict(http.headers), timeout=30)
        waiting = threading.Thread(target=lambda: _lost(late, one))
        waiting.start()
        assert begun.wait(10)
        answer = patch(http, one)
        assert (answer.status_code, limit_headers(answer)) == (429, {})
        assert answer.json()["message"].startswith("Too many concurrent requests")
        assert statuses(http, two, 1) == [204]
        assert http.get(f"/meetings/{one}").status_code == 200
    waiting.join(10)
    late.close()


def _lost(http: httpx.Client, number: int) -> None:
    with pytest.raises(httpx.TransportError):
        patch(http, number)


def test_a_client_that_has_given_up_blocks_nobody() -> None:
    """Its connection is closed, so the next update is the only one."""
    with running() as (sim, http):
        number = sim.add_meeting()
        for _ in range(5):
            sim.fault("timeout", match="PATCH")
            with pytest.raises(httpx.ReadTimeout):
                http.patch(f"/meetings/{number}", json={}, timeout=SOON)
            assert statuses(http, number, 1) == [204]


def test_what_reaches_no_meeting_costs_no_host_anything() -> None:
    """Wrong numbers and bad tokens count for no host; what Zoom refuses for its body does."""
    with running() as (sim, http):
        number = sim.add_meeting()
        patch(http, 1)
        http.patch(f"/meetings/{number}", json={}, headers={"Authorization": "Bearer x"})
        assert sim.quota()["hosts"] == {}
        assert http.patch(f"/meetings/{number}", json={"duration": -1}).status_code == 400
        (gauge,) = sim.quota()["hosts"].values()
        assert (gauge["used"], gauge["left"]) == (1, 99)


def test_the_gauges_say_when_the_next_is_free() -> None:
    """Only a limit that is met has such an instant."""
    with running(limits={"host-day": 2, "meeting-day": 2}) as (sim, http):
        number = sim.add_meeting()
        patch(http, number)
        assert sim.quota()["meetings"][str(number)]["next_free"] is None
        sim.clock.advance(60)
        patch(http, number)
        (host,) = sim.quota()["hosts"].values()
        assert host["next_free"] == "2030-01-02T00:00:00Z"
        assert sim.quota()["meetings"][str(number)]["next_free"] == "2030-01-02T12:00:00Z"


def test_a_clock_set_back_leaves_nothing_used_in_the_future() -> None:
    """What was counted later than now is no longer counted."""
    with running(limits={"host-day": 1}) as (sim, http):
        number = sim.add_meeting()
        assert statuses(http, number, 2) == [204, 429]
        sim.clock.set(NOW - timedelta(hours=1))
        assert statuses(http, number, 2) == [204, 429]


def test_without_limits_everything_goes() -> None:
    """`limits=False` is for tests that want a fake and not a warden."""
    with running(limits=False, plan="free") as (sim, http):
        assert set(statuses(http, sim.add_meeting(), 110)) == {204}


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"plan": "gold"}, "gold.*free, pro, business"),
        ({"limits": {"hostday": 1}}, "hostday.*host-day"),
        ({"limits": {"host-day": -1}}, "host-day cannot be -1"),
        ({"limits": {"host-day": "1"}}, "host-day cannot be '1'"),
        ({"limits": {"lock": 1}}, "lock cannot be 1"),
        ({"limits": 5}, "cannot be 5"),
    ],
)
def test_wrong_limits_are_explained(options: dict[str, Any], word: str) -> None:
    """Names and sizes are checked when they are given."""
    with pytest.raises(ConfigError, match=word) as caught:
        Simulator(**options)
    assert caught.value.field == next(iter(options))


def test_limits_are_read_back_as_they_are_given() -> None:
    """What the control endpoint shows can be asked for again."""
    caps = Caps.of("free", {"host-day": 3, "lock": False})
    assert Caps.of(None, caps.to_dict()) == caps
    assert Caps.of("business").account_day is None


def test_our_own_client_stops_before_the_simulator_has_to() -> None:
    """Both count the same hundred on the same clock, so no 429 is ever answered."""
    with Simulator(clock=SimClock(NOW)) as sim, sim.zoom(wait=0) as zoom:
        number = sim.add_meeting()
        zoom.get(number)
        for turn in range(100):
            zoom.update(number, topic=f"turn {turn}")
        with pytest.raises(QuotaExceeded):
            zoom.update(number, topic="one too many")
        assert {request.status for request in sim.updates()} == {204}
        sim.clock.advance(timedelta(hours=25))
        zoom.update(number, topic="the next day")


def test_our_own_client_learns_that_others_used_the_hundred() -> None:
    """A 429 it did not expect becomes a typed error with the right hour in it."""
    with Simulator(clock=SimClock(NOW), limits={"host-day": 1}) as sim, sim.zoom(wait=0) as zoom:
        one, two = sim.add_meeting(), sim.add_meeting()
        zoom.update(one, topic="x")
        with pytest.raises(RateLimited) as caught:
            zoom.update(two, topic="x")
        assert caught.value.retry_at.date() == datetime(2030, 1, 2).date()
