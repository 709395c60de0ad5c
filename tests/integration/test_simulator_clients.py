"""The clients of rezoom against the simulator, sharing one clock."""

import asyncio
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rezoom import AuthError, ConfigError, NotFoundError, RateLimited, RefusedError, ScopeError
from rezoom.simulator import Credentials, SimClock, Simulator, serve

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_an_update_arrives() -> None:
    """`sim.zoom()` needs no further setting."""
    with Simulator(clock=SimClock(NOW)) as sim, sim.zoom() as zoom:
        number = sim.add_series()
        receipt = zoom.update(number, topic="moved", settings={"waiting_room": False})
        assert receipt.tracking_id == sim.requests[-1].tracking_id
        assert zoom.get(number).topic == "moved"
        assert sim.meeting(number)["settings"]["waiting_room"] is False


def test_an_async_update_arrives() -> None:
    """`sim.azoom()` is the same, awaited."""

    async def run() -> object:
        async with Simulator() as sim, sim.azoom() as zoom:
            number = sim.add_meeting()
            await zoom.update(number, topic="moved")
            return (await zoom.get(number)).topic

    assert asyncio.run(run()) == "moved"


def test_a_revoked_token_is_renewed_once() -> None:
    """The client fetches another token and the update goes through."""
    with Simulator() as sim, sim.zoom() as zoom:
        number = sim.add_meeting()
        zoom.get(number)
        sim.revoke_tokens()
        zoom.update(number, topic="new")
        statuses = [(request.method, request.status) for request in sim.requests][2:]
        assert statuses == [("PATCH", 401), ("POST", 200), ("PATCH", 204)]


def test_waiting_costs_no_time() -> None:
    """A pause of the client moves the shared clock instead of sleeping."""
    clock = SimClock(NOW)
    with Simulator(clock=clock) as sim, sim.zoom() as zoom:
        number = sim.add_meeting()
        sim.fail_next("second")
        zoom.update(number, topic="new")
        assert clock.now() > NOW
        assert sim.meeting(number)["topic"] == "new"


def test_refusals_become_typed_errors() -> None:
    """Each answer of the simulator is one that the client knows."""
    with Simulator(clock=SimClock(NOW)) as sim, sim.zoom() as zoom:
        number = sim.add_meeting(type=1)
        with pytest.raises(NotFoundError):
            zoom.get(1)
        with pytest.raises(RefusedError, match="instant meeting"):
            zoom.update(number, schedule_for="grace@example.com")
        sim.fail_next("host-day")
        with pytest.raises(RateLimited) as caught:
            zoom.update(number, topic="x")
        # A minute late: no clock is Zoom's to the second.
        assert caught.value.retry_at == datetime(2030, 1, 2, 0, 1, tzinfo=UTC)


def test_wrong_credentials_and_missing_scopes_become_typed_errors() -> None:
    """The token address and code 4711 are understood."""
    with Simulator(credentials=Credentials(scopes=("meeting:read",))) as sim:
        number = sim.add_meeting()
        with sim.zoom() as zoom, pytest.raises(ScopeError) as caught:
            zoom.update(number, topic="x")
        assert caught.value.missing
    with Simulator() as strange, Simulator(credentials=Credentials(client_id="other")) as sim:
        from rezoom import ServerToServer, Zoom

        wrong = ServerToServer("sim-account", "sim-client", "no", token_url=strange.token_url)
        with Zoom(wrong, base_url=sim.url) as zoom, pytest.raises(AuthError):
            zoom.get(1)


def test_many_threads_lose_no_update() -> None:
    """Concurrent updates all arrive, and the log has every one."""
    with Simulator() as sim, sim.zoom() as zoom:
        numbers = [sim.add_meeting() for _ in range(4)]
        threads = [
            threading.Thread(
                target=lambda n=number: [zoom.update(n, duration=i) for i in range(1, 11)]
            )
            for number in numbers
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert [sim.meeting(number)["duration"] for number in numbers] == [10] * 4
        assert sum(request.method == "PATCH" for request in sim.requests) == 40


def test_a_simulator_that_starts_from_a_file(tmp_path: Path) -> None:
    """`serve` announces a running simulator with the file's meetings, and ends when interrupted."""
    seed = tmp_path / "meetings.json"
    seed.write_text(json.dumps({"meetings": [{"id": 5, "topic": "from the file"}]}))
    seen = []

    def announce(sim: Simulator) -> None:
        with sim.zoom() as zoom:
            seen.append(zoom.get(5).topic)
        raise KeyboardInterrupt

    serve(seed_file=seed, announce=announce)
    assert seen == ["from the file"]


@pytest.mark.parametrize(
    ("text", "word"),
    [("{", "not JSON"), ("5", "neither a list"), ('[{"topc": 1}]', r"meetings\[0\].*topic")],
)
def test_a_wrong_seed_file_is_explained(tmp_path: Path, text: str, word: str) -> None:
    """The error names the file, the meeting or the member."""
    seed = tmp_path / "meetings.json"
    seed.write_text(text)
    with pytest.raises(ConfigError, match=word):
        serve(seed_file=seed, announce=print)
    with pytest.raises(ConfigError, match="cannot be read"):
        serve(seed_file=tmp_path / "none.json", announce=print)


def test_a_clock_that_is_set_stands_still() -> None:
    """Only the test moves it; back is possible for the time of day, never for `monotonic`."""
    clock = SimClock(NOW)
    clock.advance(timedelta(hours=1))
    clock.sleep(60)
    asyncio.run(clock.asleep(1))
    assert (clock.now() - NOW).total_seconds() == clock.monotonic() == 3661
    clock.set(NOW)
    assert (clock.now(), clock.monotonic()) == (NOW, 3661)
    clock.set(NOW + timedelta(days=1))
    assert clock.monotonic() == 3661 + 86_400


def test_a_clock_refuses_what_it_cannot_show() -> None:
    """A naive time, and a step back by `advance`."""
    with pytest.raises(ValueError, match="time zone"):
        SimClock(datetime(2030, 1, 1))
    with pytest.raises(ValueError, match="positive"):
        SimClock(NOW).advance(-1)


def test_a_clock_without_a_start_runs() -> None:
    """The default goes on by itself from the present."""
    clock = SimClock()
    before = clock.monotonic()
    while clock.monotonic() == before:
        pass
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
