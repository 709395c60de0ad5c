"""The control endpoint: everything a test in any language moves and reads, as JSON over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from rezoom._clock import SystemClock
from rezoom.errors import ConfigError
from rezoom.simulator import SimClock, Simulator
from rezoom.simulator._server.control import TABLE

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(clock=SimClock(NOW), seed=7, meetings=[{"topic": "first"}]) as simulator:
        yield simulator


@pytest.fixture
def control(sim: Simulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sim.control_url) as client:
        yield client


def updated(sim: Simulator, number: int = 85746065, **fields: Any) -> int:
    form = {"grant_type": "account_credentials", "account_id": "sim-account"}
    token = httpx.post(sim.token_url, data=form, auth=("sim-client", "sim-secret")).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    return httpx.patch(
        f"{sim.url}/meetings/{number}", json=fields or {"topic": "x"}, headers=headers
    ).status_code


def explained(answer: httpx.Response, status: int, word: str) -> None:
    body = answer.json()
    assert (answer.status_code, word in body["error"]) == (status, True), body
    assert body["next_step"]


@pytest.mark.smoke
def test_the_index_names_every_call(control: httpx.Client) -> None:
    """A GET of the prefix tells time, meetings, limits, and all calls."""
    body = control.get("").json()
    assert (body["schema"], body["now"]) == ("rezoom.simulator-index/1", "2030-01-01T12:00:00Z")
    assert body["meetings"] == [85746065]
    assert body["limits"]["host-day"] == 100
    assert len(body["calls"]) == len(TABLE)
    assert "PUT /simulator/clock" in body["calls"]


@pytest.mark.smoke
def test_the_clock_is_set_and_advanced(sim: Simulator, control: httpx.Client) -> None:
    """A test crosses midnight in an instant; the answer is the new time."""
    assert control.get("/clock").json()["now"] == "2030-01-01T12:00:00Z"
    assert control.put("/clock", json={"now": "2030-01-01T23:59:59Z"}).status_code == 200
    answer = control.post("/clock/advance", json={"seconds": 1})
    assert answer.json()["now"] == "2030-01-02T00:00:00Z"
    assert sim.clock.now() == NOW + timedelta(hours=12)


@pytest.mark.parametrize(
    ("call", "body", "word"),
    [
        ("PUT /clock", {"now": "yesterday"}, "yesterday"),
        ("PUT /clock", {"now": 5}, "5"),
        ("PUT /clock", {"now": "2030-01-01T12:00:00"}, "no time zone"),
        ("PUT /clock", {}, "now is missing"),
        ("PUT /clock", None, "now is missing"),
        ("POST /clock/advance", {"seconds": -1}, "positive"),
        ("POST /clock/advance", {"seconds": "1"}, "'1'"),
        ("POST /clock/advance", {"seconds": 1e12}, "calendar"),
        ("POST /clock/advance", {"seconds": 3e11}, "calendar"),
        ("PUT /clock", {"now": "0001-01-01T00:00:00+23:59"}, "from 1970 to 9000"),
        ("PUT /clock", {"now": "9999-12-31T23:59:59Z"}, "from 1970 to 9000"),
        ("POST /clock/advance", {"seconds": 250_000_000_000}, "from 1970 to 9000"),
        ("POST /meetings", {"created_at": "yesterday"}, "created_at: 'yesterday' is no instant"),
        ("POST /meetings", {"topc": "x"}, "topc"),
        ("POST /meetings", [{}, {"duration": -1}], "meetings[1]"),
        ("POST /meetings", 5, "no object"),
        ("POST /webinars", {"id": 85746065}, "already"),
        ("POST /webinars", {"id": "x"}, "id"),
        ("POST /webinars", {"id": 2**63}, "id cannot be"),
        ("POST /users", {"email": "nobody"}, "email"),
        ("POST /users", {"email": "a@b.org", "licenced": True}, "licenced"),
        ("POST /users", 5, "user cannot be 5"),
        ("PUT /scopes", {"scopes": [5]}, "scopes"),
        ("POST /faults", {"kind": "rest"}, "rest"),
        ("POST /faults", {"kind": []}, "no fault []"),
        ("POST /faults", {"faults": {}}, "no list"),
        ("PATCH /quirks", {"past-strat": "ignore"}, "past-strat"),
        ("PATCH /quirks", {"past-start": "never"}, "never"),
        ("PATCH /quirks", [], "no object"),
        ("GET /requests?statsu=1", None, "statsu"),
        ("GET /requests?last=x", None, "last"),
        (f"GET /requests?last={'9' * 5000}", None, "last cannot be"),
    ],
)
def test_wrong_calls_are_explained(
    sim: Simulator, control: httpx.Client, call: str, body: Any, word: str
) -> None:
    """Status 400, what is wrong, and the way out; nothing has changed."""
    explained(control.request(*call.split(), json=body), 400, word)
    assert (sim.clock.now(), sim.meetings) == (NOW, (85746065,))


def test_what_is_no_json_is_explained(control: httpx.Client) -> None:
    """Also the body that is cut off, and what only Python takes for JSON."""
    for content in (b"{", b'{"seconds": NaN}', b'{"a":' * 600 + b"1" + b"}" * 600):
        explained(control.post("/clock/advance", content=content), 400, "not JSON")


def test_what_is_not_there_is_explained(control: httpx.Client) -> None:
    """Unknown meetings, dates, paths and methods."""
    for path in ("/meetings/1", "/meetings/one", f"/meetings/{'9' * 30}"):
        explained(control.get(path), 404, "has no meeting")
    explained(control.post("/meetings/1/start"), 404, "has no meeting 1")
    explained(control.delete("/meetings/85746065/occurrences/1"), 404, "no occurrence 1")
    explained(control.get("/clocks"), 404, "no GET /simulator/clocks")
    answer = control.delete("/clock")
    explained(answer, 405, "no DELETE /simulator/clock")
    assert "GET or PUT" in answer.json()["next_step"]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"quirks": "past-start=ignore"}, "quirks cannot be"),
        ({"quirks": ["past-start"]}, "quirks cannot be"),
        ({"users": "grace@example.com"}, "users cannot be"),
        ({"users": 5}, "users cannot be"),
        ({"meetings": {"id": 7}}, "meetings cannot be"),
        ({"meetings": 5}, "meetings cannot be"),
        ({"faults": 5}, "status cannot be 5"),
        ({"faults": object()}, "is no fault"),
    ],
)
def test_a_wrong_option_is_explained(options: dict[str, Any], word: str) -> None:
    """None of them is passed over in silence."""
    with pytest.raises(ConfigError, match=word) as caught:
        Simulator(**options)
    assert caught.value.next_step


def test_a_status_alone_is_a_fault() -> None:
    """As it is for `fail_next`."""
    options: dict[str, Any] = {"faults": 503}
    assert [fault.name for fault in Simulator(**options).faults] == ["503"]


def test_a_clock_that_nobody_can_move_is_refused() -> None:
    """The real time cannot be set; a SimClock that runs with it can."""
    with pytest.raises(ConfigError, match="SystemClock cannot be moved"):
        Simulator(clock=SystemClock())  # type: ignore[arg-type]  # that is the mistake


def test_the_log_is_read_and_narrowed(sim: Simulator, control: httpx.Client) -> None:
    """Each request with its verdict, what was ignored and why; control calls are not in it."""
    updated(sim, colour="red")
    updated(sim, number=1)
    patches = control.get("/requests", params={"method": "patch"}).json()
    assert [one["status"] for one in patches] == [204, 404]
    assert patches[0]["ignored"] == ["colour"]
    assert patches[0]["verdict"] == {
        "ok": False,
        "flaws": [{"field": "colour", "kind": "unknown", "message": "Unknown parameter: colour."}],
    }
    assert "authorization" not in patches[0]["headers"]
    assert len(control.get("/requests", params={"last": 1}).json()) == 1
    assert len(control.get("/requests", params={"status": 404}).json()) == 1
    assert len(control.get("/requests", params={"path": "token"}).json()) == 2
    assert len(control.get("/requests", params={"last": 99}).json()) == 4
    assert control.delete("/requests").status_code == 204
    assert sim.requests == ()


@pytest.mark.smoke
def test_meetings_are_added_and_read_with_their_history(
    sim: Simulator, control: httpx.Client
) -> None:
    """One or several; the state is what a read shows, and what no read shows stands beside it."""
    made = control.post("/meetings", json={"topic": "one"})
    assert made.status_code == 201
    several = control.post("/meetings", json=[{"topic": "two"}, {"topic": "three"}]).json()
    assert [one["meeting"]["topic"] for one in several] == ["two", "three"]
    number = made.json()["meeting"]["id"]
    updated(sim, number, topic="new")
    body = control.get(f"/meetings/{number}").json()
    assert body["meeting"] == sim.meeting(number)
    assert [change["body"] for change in body["history"]] == [{"topic": "new"}]
    assert body["lapses_at"]
    assert [one["topic"] for one in control.get("/meetings").json()] == [
        "first",
        "new",
        "two",
        "three",
    ]


def test_quota_is_read_and_cleared(sim: Simulator, control: httpx.Client) -> None:
    """What is used of each limit, and what is left of it."""
    updated(sim)
    body = control.get("/quota").json()
    assert body == sim.quota()
    assert body["hosts"] == {
        "30R7kT7bTIKSNUFEuH_Qlg": {"limit": 100, "used": 1, "left": 99, "next_free": None}
    }
    assert body["meetings"]["85746065"]["used"] == 1
    assert body["account_day"]["used"] == 1
    assert control.delete("/quota").json()["hosts"] == {}


def test_faults_are_added_and_called_off(sim: Simulator, control: httpx.Client) -> None:
    """In the same form in which the plan is shown."""
    plan = {"faults": [{"kind": "html-502"}, {"kind": "answer", "status": 520}]}
    body = control.post("/faults", json=plan).json()
    assert [fault["kind"] for fault in body["faults"]] == ["html-502", "answer"]
    assert [updated(sim), updated(sim), updated(sim)] == [502, 520, 204]
    control.post("/faults", json={"plan": {"seed": 1, "chances": {"empty-429": 1}}})
    assert updated(sim) == 429
    assert control.delete("/faults").json() == {"faults": [], "plan": None}
    assert updated(sim) == 204


def test_tokens_scopes_users_and_quirks(sim: Simulator, control: httpx.Client) -> None:
    """What an administrator would change on Zoom's pages."""
    updated(sim)
    assert control.post("/tokens/revoke").json() == {"revoked": 1}
    control.put("/scopes", json={"scopes": ["meeting:read:admin"]})
    assert updated(sim) == 400
    control.put("/scopes", json={"scopes": ["meeting:write:admin"]})
    user = {"email": "grace@example.com", "scheduled_by": ["*"]}
    assert control.post("/users", json=user).json()["licensed"] is True
    assert [one["email"] for one in control.get("/users").json()] == ["grace@example.com"]
    assert updated(sim, schedule_for="grace@example.com") == 204
    assert sim.meeting(85746065)["host_email"] == "grace@example.com"
    changed = control.patch("/quirks", json={"unknown-key": "refuse"}).json()
    assert changed["unknown-key"] == "refuse"
    assert updated(sim, colour=1) == 400
    rows = {row["name"]: row for row in control.get("/quirks").json()}
    assert rows["unknown-key"]["value"] == "refuse"
    assert all(row["sentence"] and row["sources"] for row in rows.values())


@pytest.mark.smoke
def test_reset_goes_back_to_the_beginning(sim: Simulator, control: httpx.Client) -> None:
    """Meetings, users, quirks, scopes, counts, faults and log; only the clock stays."""
    first = control.get("/meetings").json()
    before = sim.quirks
    control.post("/meetings", json={})
    control.post("/users", json={"email": "grace@example.com"})
    control.patch("/quirks", json={"past-start": "accept"})
    updated(sim)
    control.put("/scopes", json={"scopes": ["meeting:read:admin"]})
    control.post("/faults", json=[{"kind": "html-502", "times": None}])
    control.post("/clock/advance", json={"seconds": 60})
    assert control.post("/reset").json() == first
    assert (sim.quirks, sim.users, sim.requests, sim.faults) == (before, (), (), ())
    assert sim.quota()["hosts"] == {}
    assert sim.history(85746065) == ()
    assert sim.clock.now() == NOW + timedelta(minutes=1)
    assert updated(sim) == 204


def test_a_web_page_may_not_use_it(control: httpx.Client) -> None:
    """A page that somebody has open could otherwise move the clock."""
    headers = {"Origin": "https://evil.example"}
    explained(control.get("/clock", headers=headers), 403, "web pages")


def test_it_can_be_switched_off_and_opened() -> None:
    """By default it answers this machine, with `off` no machine; other words are refused."""
    with Simulator(control="off") as sim:
        explained(httpx.get(f"{sim.control_url}/clock"), 403, "switched off")
    with Simulator(control="anywhere") as sim:
        assert httpx.get(f"{sim.control_url}/clock").status_code == 200
    with pytest.raises(ConfigError, match="everybody"):
        Simulator(control="everybody")  # type: ignore[arg-type]  # what the test is about


def test_only_this_machine_is_answered(sim: Simulator) -> None:
    """A caller from another address is refused, whatever the API itself listens on."""
    import asyncio

    from rezoom.simulator._server.control import build_control

    body: list[Any] = []

    async def call() -> None:
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/simulator/clock",
            "headers": [],
            "query_string": b"",
            "client": ("192.0.2.7", 5000),
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b""}

        async def send(message: Any) -> None:
            body.append(message)

        await build_control(sim, "loopback")(scope, receive, send)

    asyncio.run(call())
    assert body[0]["status"] == 403
    assert b"this machine only" in body[1]["body"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example:8042", 403),
        ("127.0.0.1.evil.example", 403),
        ("[", 403),
        ("localhost:8042", 200),
        ("[::1]:8042", 200),
        ("sim.localhost", 200),
    ],
)
def test_a_name_that_was_led_here_is_not_answered(
    control: httpx.Client, host: str, status: int
) -> None:
    """A page of evil.example may let its own name point to this machine (DNS rebinding)."""
    answer = control.get("/clock", headers={"Host": host})
    assert answer.status_code == status
    if status == 403:
        explained(answer, 403, "localhost only")
