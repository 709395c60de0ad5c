"""The ten silent failures: rezoom avoids each, sync and async, and each judge can be failed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import httpx
import peers
import pytest
from callers import AsyncCaller, Caller, SyncCaller
from rezoom.simulator import Simulator
from silent_failures.attempt import Client, Connect
from silent_failures.clients import Rezoom
from silent_failures.scenarios import GETS_THROUGH, SCENARIOS, Scenario

BY_ID = {scenario.id: scenario for scenario in SCENARIOS}


def rezoom(kind: Callable[..., Caller]) -> Connect:
    """Connect one of our clients, with the machine's own clock."""

    @contextmanager
    def connect(sim: Simulator) -> Iterator[Client]:
        caller = kind(sim.auth(), base_url=sim.url, ledger="memory:")
        try:
            yield Rezoom(caller.update)
        finally:
            caller.end()

    return connect


@pytest.mark.parametrize("kind", [SyncCaller, AsyncCaller])
@pytest.mark.parametrize("scenario", [GETS_THROUGH, *SCENARIOS], ids=lambda scenario: scenario.id)
def test_rezoom_does_the_right_thing(scenario: Scenario, kind: Callable[..., Caller]) -> None:
    """As asked and no more, or a refusal that is raised and names the field."""
    found = scenario.play(rezoom(kind))
    assert found.verdict == "right", found.saw


@contextmanager
def bare(sim: Simulator) -> Iterator[httpx.Client]:
    """Give an HTTP client with a token and no manners."""
    given = peers.token(peers.Access(sim.url, sim.token_url))
    with httpx.Client(base_url=sim.url, headers={"Authorization": f"Bearer {given}"}) as http:
        yield http


class Careless:
    """Every wrong outcome in one client; each is the one its scenario is named after."""

    def __init__(self, http: httpx.Client, wrong: str) -> None:
        self._http, self._wrong = http, wrong

    def update(self, meeting: int, **fields: Any) -> object:
        harm: dict[str, dict[str, Any]] = {
            "password-changed": {"password": "another"},
            "settings-reset": {"settings": {"mute_upon_entry": False}},
            "type-sent": {"type": 8},
        }
        start = fields.get("start_time")
        if self._wrong == "datetime-mislabelled" and start is not None:
            fields["start_time"] = f"{start:%Y-%m-%dT%H:%M:%SZ}"
        for _ in range(2 if self._wrong == "into-the-limit" else 1):
            self._http.patch(f"/meetings/{meeting}", json=fields | harm.get(self._wrong, {}))
        return {}

    def update_occurrence(self, meeting: int, occurrence: str, **fields: Any) -> object:
        return self.update(meeting, occurrence_id=occurrence, **fields)


@pytest.mark.parametrize("wrong", BY_ID)
def test_each_judge_catches_the_client_that_does_it(wrong: str) -> None:
    """A board on which everybody passes would say nothing."""

    @contextmanager
    def connect(sim: Simulator) -> Iterator[Client]:
        with bare(sim) as http:
            yield Careless(http, wrong)

    found = BY_ID[wrong].play(connect)
    assert found.verdict == "wrong", found.saw


class Deaf:
    """Takes nothing, and sends nothing."""

    def update(self, meeting: int, **fields: Any) -> object:
        raise TypeError("unexpected keyword")

    def update_occurrence(self, meeting: int, occurrence: str, **fields: Any) -> object:
        raise TypeError("unexpected keyword")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_a_client_that_cannot_be_asked_does_not_pass(scenario: Scenario) -> None:
    """Sending nothing avoids every mistake, and is not what was asked."""
    assert scenario.play(lambda _: nullcontext(Deaf())).verdict in {"cannot say it", "wrong"}


class Sleeper:
    """Waits until it is told that the test is over."""

    def __init__(self, over: threading.Event) -> None:
        self._over = over

    def update(self, meeting: int, **fields: Any) -> object:
        return self._over.wait()

    def update_occurrence(self, meeting: int, occurrence: str, **fields: Any) -> object:
        return self._over.wait()


def test_a_client_that_sleeps_into_tomorrow_is_given_up() -> None:
    """The board takes no longer than its patience, and says why."""
    over = threading.Event()
    try:
        found = BY_ID["into-the-limit"].play(lambda _: nullcontext(Sleeper(over)), patience=0.1)
    finally:
        over.set()
    assert (found.verdict, "still waiting" in found.saw) == ("wrong", True)


class Mute:
    """Gets the answer, and only hands it on."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def update(self, meeting: int, **fields: Any) -> object:
        return self._http.patch(f"/meetings/{meeting}", json=fields)

    def update_occurrence(self, meeting: int, occurrence: str, **fields: Any) -> object:
        raise NotImplementedError


@pytest.mark.parametrize("wrong", ["error-swallowed", "limit-as-success"])
def test_a_failure_that_is_only_in_the_status_is_told_apart(wrong: str) -> None:
    """It is neither raised nor hidden."""

    @contextmanager
    def connect(sim: Simulator) -> Iterator[Client]:
        with bare(sim) as http:
            yield Mute(http)

    found = BY_ID[wrong].play(connect)
    assert found.verdict == "only if you look"
