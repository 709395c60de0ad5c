"""Faults on demand, on a real connection."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from rezoom.simulator import Fault, SimClock, Simulator

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
LOST = (httpx.ReadError, httpx.RemoteProtocolError)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(clock=SimClock(NOW), meetings=[{"topic": "before"}]) as simulator:
        yield simulator


@pytest.fixture
def api(sim: Simulator) -> Iterator[httpx.Client]:
    form = {"grant_type": "account_credentials", "account_id": "sim-account"}
    token = httpx.post(sim.token_url, data=form, auth=("sim-client", "sim-secret")).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    with httpx.Client(base_url=sim.url, headers=headers) as client:
        yield client


def update(api: httpx.Client, **options: Any) -> httpx.Response:
    return api.patch("/meetings/85746065", json={"topic": "after"}, **options)


def topic(sim: Simulator) -> Any:
    return sim.meeting(85746065)["topic"]


@pytest.mark.parametrize(
    ("fault", "content"),
    [
        (Fault(status=502, body="<html>bad gateway</html>"), b"<html>bad gateway</html>"),
        (Fault(status=429), b""),
        (Fault(status=299), b""),
        (Fault(status=520, body="odd"), b"odd"),
        (Fault(status=200, body={"code": 300}), b'{"code": 300}'),
        (Fault(status=500, body=b'{"code":'), b'{"code":'),
    ],
)
def test_an_answer_in_place_of_zooms(
    sim: Simulator, api: httpx.Client, fault: Fault, content: bytes
) -> None:
    """Any status and any bytes, once; the update is not carried out."""
    sim.fail_next(fault)
    answer = update(api)
    assert (answer.status_code, answer.content) == (fault.status, content)
    assert (topic(sim), sim.requests[-1].fault) == ("before", str(fault.status))
    assert update(api).status_code == 204


def test_a_fault_can_lose_the_answer_of_a_change_that_was_made(
    sim: Simulator, api: httpx.Client
) -> None:
    """With `applied` the update counts although the client sees a failure."""
    sim.fail_next(Fault(status=504, applied=True))
    assert update(api).status_code == 504
    assert topic(sim) == "after"


@pytest.mark.parametrize("applied", [False, True])
def test_a_dropped_connection(sim: Simulator, api: httpx.Client, applied: bool) -> None:
    """The client sees a transport error, before or after the change was made."""
    sim.fail_next(Fault("reset", applied=applied))
    with pytest.raises(LOST):
        update(api)
    assert topic(sim) == ("after" if applied else "before")
    assert (sim.requests[-1].status, sim.requests[-1].fault) == (None, "reset")
    assert update(api).status_code == 204


def test_a_truncated_answer(sim: Simulator, api: httpx.Client) -> None:
    """The body ends before the length it announced."""
    sim.fail_next(Fault("truncated", times=2))
    with pytest.raises(httpx.RemoteProtocolError):
        api.get("/meetings/85746065")
    with pytest.raises(httpx.RemoteProtocolError):
        update(api)
    assert topic(sim) == "after"


@pytest.mark.parametrize("applied", [False, True])
def test_an_answer_that_comes_too_late(sim: Simulator, api: httpx.Client, applied: bool) -> None:
    """A client that gives up does not stop a change that was made before the wait."""
    sim.fail_next(Fault("latency", seconds=30, applied=applied))
    with pytest.raises(httpx.ReadTimeout):
        update(api, timeout=0.05)
    assert topic(sim) == ("after" if applied else "before")


def test_a_short_delay_ends_with_the_real_answer(sim: Simulator, api: httpx.Client) -> None:
    """Who waits long enough gets what Zoom would have said."""
    sim.fail_next(Fault("latency", seconds=0.01))
    assert update(api).status_code == 204
    assert topic(sim) == "after"


def test_faults_come_in_order_and_only_where_they_match(sim: Simulator, api: httpx.Client) -> None:
    """A burst is as long as it says, and other requests pass through it."""
    sim.fail_next(Fault(status=503, times=2, match="PATCH"), Fault(status=500, match="PATCH"))
    assert api.get("/meetings/85746065").status_code == 200
    assert [update(api).status_code for _ in range(4)] == [503, 503, 500, 204]


def test_tokens_fail_only_when_they_are_meant(sim: Simulator, api: httpx.Client) -> None:
    """By default a fault waits for an API request; a match brings it to the token address."""
    sim.fail_next(500)
    assert httpx.post(sim.token_url).status_code == 400
    sim.clear_faults()
    sim.fail_next(Fault(status=500, match="/oauth/token"))
    assert httpx.post(sim.token_url).status_code == 500


def test_a_lasting_fault_ends_when_it_is_called_off(sim: Simulator, api: httpx.Client) -> None:
    """`times=None` goes on until `clear_faults`."""
    sim.fail_next(Fault(status=503, times=None))
    assert {update(api).status_code for _ in range(3)} == {503}
    sim.clear_faults()
    assert update(api).status_code == 204


@pytest.mark.parametrize(
    ("limit", "word", "headers"),
    [
        ("second", "per-second", {"x-ratelimit-type": "QPS"}),
        (
            "account-day",
            "maximum daily rate limit",
            {"x-ratelimit-type": "Daily-limit", "retry-after": "2030-01-02T00:00:00Z"},
        ),
        (
            "host-day",
            "Meeting Create/Update",
            {"x-ratelimit-limit": "6000", "x-ratelimit-remaining": "5893"},
        ),
        ("lock", "Too many concurrent requests", {}),
    ],
)
def test_each_limit_answers_as_it_was_reported(
    sim: Simulator, api: httpx.Client, limit: Any, word: str, headers: dict[str, str]
) -> None:
    """Text and headers of each 429, the misleading ones included."""
    sim.fail_next(limit)
    answer = update(api)
    assert (answer.status_code, answer.json()["code"]) == (429, 429)
    assert word in answer.json()["message"]
    assert headers.items() <= dict(answer.headers).items()
    assert limit == "account-day" or "retry-after" not in answer.headers


def test_stopping_does_not_wait_for_a_fault(api: httpx.Client) -> None:
    """A simulator with a request still under way stops at once, and its client sees an error."""
    import threading

    seen: list[BaseException] = []
    with Simulator(faults=[Fault("latency", seconds=3_600, match="GET")]) as sim:

        def ask() -> None:
            try:
                httpx.get(f"{sim.url}/meetings/1", timeout=60)
            except httpx.TransportError as error:
                seen.append(error)

        thread = threading.Thread(target=ask)
        waiting = threading.Event()
        take = sim._faults.take

        def taken(method: str, path: str) -> Fault | None:
            waiting.set()
            return take(method, path)

        sim._faults.take = taken  # type: ignore[method-assign]  # to know that the request is there
        thread.start()
        assert waiting.wait(10)
    thread.join(10)
    assert seen
