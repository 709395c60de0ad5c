"""A Guard in front of any httpx client: the vendored one and a bare one, blocking and async."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any, Protocol

import httpx
import pytest
from clocks import FakeClock
from rezoom import Bearer, ConfigError, MemoryLedger, Quota, QuotaExceeded, Zoom
from rezoom._http.spending import Spending, read_by, spent_by
from rezoom._ledger.model import account_key
from rezoom.errors import SlotExpired
from rezoom.quota import Grant, Guard, Limits, Policy, Reservation
from rezoom_wire import AuthenticatedClient
from rezoom_wire.api.meetings import get_meeting, update_meeting
from wire import HANG_UP, SILENCE, Wire, answer

MEETING = 85746065
DAY = timedelta(days=1)
DAILY = "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests"
SECOND = answer(
    429, {"code": 429, "message": "You have reached the maximum per-second rate limit for this API"}
)


class Sender(Protocol):
    """A bare httpx client, called as if it were the blocking one."""

    def send(self, method: str, path: str, **more: Any) -> httpx.Response: ...


class SyncSender:
    """Send with an `httpx.Client`."""

    def __init__(self, guard: Guard, url: str, wait: float) -> None:
        self.http = httpx.Client(base_url=url, transport=guard.transport(wait=wait))

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.http.request(method, path, **more)

    def end(self) -> None:
        self.http.close()


class AsyncSender:
    """Send with an `httpx.AsyncClient`, in an event loop of its own."""

    def __init__(self, guard: Guard, url: str, wait: float) -> None:
        transport = guard.async_transport(wait=wait)
        self.http = httpx.AsyncClient(base_url=url, transport=transport)
        self._loop = asyncio.Runner()

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._loop.run(self.http.request(method, path, **more))

    def end(self) -> None:
        self._loop.run(self.http.aclose())
        self._loop.close()


Make = Callable[..., Sender]


@pytest.fixture
def ledger(clock: FakeClock) -> MemoryLedger:
    """Count by the test's clock."""
    return MemoryLedger(clock=clock)


@pytest.fixture(params=[SyncSender, AsyncSender], ids=["sync", "async"])
def make(
    request: pytest.FixtureRequest, wire: Wire, ledger: MemoryLedger, clock: FakeClock
) -> Iterator[Make]:
    """Put a guard in front of the wire; the test runs once for each kind of client."""
    made = []

    def make(wait: float = 0, url: str = "", **options: Any) -> Sender:
        chosen: dict[str, Any] = {"ledger": ledger, "clock": clock}
        guard = Guard(**chosen | options)
        made.append(request.param(guard, url or f"{wire.origin}/v2", wait))
        sender: Sender = made[-1]
        return sender

    yield make
    for sender in made:
        sender.end()


@pytest.fixture
def left(wire: Wire, ledger: MemoryLedger) -> Callable[..., Quota]:
    """Read what the ledger has counted for the wire's account."""
    account = account_key(wire.origin, None)

    def read(
        meeting: int | None = MEETING, host: str | None = None, plan: str | None = None
    ) -> Quota:
        return ledger.usage(Policy(account_plan=plan).reservation(account, meeting, host))

    return read


def change(sender: Sender, meeting: int | str = MEETING, **more: Any) -> httpx.Response:
    """Send an update of a meeting."""
    return sender.send("PATCH", f"/meetings/{meeting}", json={"topic": "x"}, **more)


def create(sender: Sender, user: str, **more: Any) -> httpx.Response:
    """Send a request that creates a meeting."""
    return sender.send("POST", f"/users/{user}/meetings", json={"topic": "x"}, **more)


@pytest.mark.smoke
def test_the_hundred_and_first_update_is_refused(make: Make, wire: Wire, clock: FakeClock) -> None:
    """Through httpx comes QuotaExceeded, the wire hears nothing; at retry_at one more goes."""
    sender = make()
    for _ in range(100):
        assert change(sender).status_code == 204

    with pytest.raises(QuotaExceeded) as caught:
        change(sender)

    assert (caught.value.scope, caught.value.used, len(wire.calls)) == ("meeting", 100, 100)
    clock.jump(caught.value.retry_at)
    assert change(sender).status_code == 204


def test_other_meetings_have_a_hundred_of_their_own(make: Make) -> None:
    """As long as nobody knows whose they are."""
    sender = make(limits=Limits(meeting=1))
    change(sender, 1)
    change(sender, 2)

    with pytest.raises(QuotaExceeded):
        change(sender, "0001")


def test_a_create_spends_its_hosts_day(make: Make, left: Callable[..., Quota]) -> None:
    """The same day that updates of the host's meetings spend."""
    sender = make(limits=Limits(host=2), hosts=lambda _: "host-1")
    create(sender, "host-1")
    change(sender)

    with pytest.raises(QuotaExceeded) as caught:
        create(sender, "host-1")

    assert (caught.value.scope, caught.value.used) == ("host", 2)
    day = left(None, "host-1").host
    assert day is not None
    assert day.used == 2


def test_a_create_counts_for_the_accounts_day(
    make: Make, left: Callable[..., Quota], clock: FakeClock
) -> None:
    """Which there is on the free plan."""
    sender = make(wait=30, account_plan="free")
    create(sender, "host-1")
    change(sender)

    day = left(plan="free").account
    assert day is not None
    assert day.used == 2


@pytest.mark.parametrize("user", ["me", "Ada@example.org"])
def test_another_name_of_a_host_shares_its_day(
    make: Make, wire: Wire, left: Callable[..., Quota], user: str
) -> None:
    """Zoom's answer names the id: what was counted for the name is counted for the id."""
    wire.says(*[answer(201, {"id": 1, "host_id": "host-1"})] * 2)
    sender = make()
    create(sender, user)
    create(sender, user)

    by_id, by_name = left(None, "host-1").host, left(None, user.lower()).host
    assert by_id is not None
    assert by_name is not None
    assert (by_id.used, by_name.used, by_name.pending) == (2, 0, 0)


def test_an_address_that_an_answer_has_named_is_remembered_by_the_ledger(
    make: Make, wire: Wire, left: Callable[..., Quota]
) -> None:
    """Another client that creates by e-mail spends the same day from its first request on."""
    said = {"id": 1, "host_id": "host-1", "host_email": "Ada@example.org"}
    wire.says(*[answer(201, said)] * 2, answer(500))
    create(make(), "me")
    create(make(), "ADA@example.org")
    create(make(), "ada@example.org")

    day = left(None, "host-1").host
    assert day is not None
    assert day.used == 3


def test_me_is_remembered_by_the_ledger_for_a_token(
    make: Make, wire: Wire, left: Callable[..., Quota]
) -> None:
    """Another guard, perhaps in another process, counts the same day for the same token."""
    wire.says(answer(201, {"id": 1, "host_id": "host-1"}), answer(500), answer(500))
    mine = {"Authorization": "Bearer one"}
    create(make(), "me", headers=mine)
    create(make(), "me", headers=mine)
    create(make(), "me", headers={"Authorization": "Bearer another"})

    day = left(None, "host-1").host
    assert day is not None
    assert day.used == 2


def test_an_unknown_address_is_no_day_of_its_own(
    make: Make, wire: Wire, left: Callable[..., Quota]
) -> None:
    """Two names of one host must never be two hundreds."""
    wire.says(answer(500), answer(500))
    for _ in range(2):
        create(make(), "ada@example.org")

    day = left(None, "ada@example.org").host
    assert day is not None
    assert day.used == 0


def test_me_is_whoever_the_token_belongs_to(
    make: Make, wire: Wire, left: Callable[..., Quota]
) -> None:
    """Two tokens in one client are two hosts."""
    wire.says(*[answer(201, {"id": 1, "host_id": f"host-{number}"}) for number in (1, 2)])
    sender = make()
    for token in ("one", "two"):
        create(sender, "me", headers={"Authorization": f"Bearer {token}"})

    days = [left(None, f"host-{number}").host for number in (1, 2)]
    assert [day.used for day in days if day] == [1, 1]


def test_a_created_meeting_has_a_known_host(
    make: Make, wire: Wire, left: Callable[..., Quota]
) -> None:
    """Its updates spend the same day, without a read."""
    wire.says(answer(201, {"id": MEETING, "host_id": "host-1"}))
    sender = make()
    create(sender, "host-1")
    change(sender)

    day = left(None, "host-1").host
    assert day is not None
    assert day.used == 2


def test_a_read_teaches_the_host(make: Make, wire: Wire, ledger: MemoryLedger) -> None:
    """And reaches the client whole, compressed or not."""
    body = gzip.compress(json.dumps({"id": MEETING, "host_id": "host-1"}).encode())
    wire.says(answer(200, body, content_encoding="gzip"))

    got = make().send("GET", f"/meetings/{MEETING}")

    assert got.json() == {"id": MEETING, "host_id": "host-1"}
    assert ledger.host_of(account_key(wire.origin, None), MEETING) == "host-1"


@pytest.mark.parametrize(
    ("status", "body"), [(204, {"schedule_for": "grace@example.org"}), (404, {"topic": "x"})]
)
def test_a_host_that_may_have_changed_is_forgotten(
    make: Make, wire: Wire, ledger: MemoryLedger, status: int, body: dict[str, str]
) -> None:
    """After a move to another host, and when the meeting is gone."""
    account = account_key(wire.origin, None)
    ledger.learn_host(account, MEETING, "host-1")
    wire.says(answer(status))

    make().send("PATCH", f"/meetings/{MEETING}", json=body)

    assert ledger.host_of(account, MEETING) is None


def test_a_callback_is_asked_once(make: Make) -> None:
    """What it says is written down."""
    asked: list[int] = []

    def host(meeting: int) -> str:
        asked.append(meeting)
        return "host-1"

    sender = make(hosts=host)
    change(sender)
    change(sender)

    assert asked == [MEETING]


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/meetings/{MEETING}"),
        ("DELETE", f"/meetings/{MEETING}"),
        ("PATCH", f"/meetings/{MEETING}/registrants/status"),
        ("POST", f"/meetings/{MEETING}/invite_links"),
        ("PATCH", "/users/me"),
        ("POST", "/users"),
    ],
)
def test_everything_else_passes(make: Make, wire: Wire, method: str, path: str) -> None:
    """It takes no place."""
    sender = make(limits=Limits(meeting=1, host=1))
    for _ in range(3):
        assert sender.send(method, path).status_code == 204

    assert len(wire.calls) == 3


@pytest.mark.parametrize("status", [204, 400, 401, 500, 503])
def test_every_answer_is_spent(
    make: Make, wire: Wire, left: Callable[..., Quota], status: int
) -> None:
    """Nothing says that a refused update is free."""
    wire.says(answer(status))

    change(make())

    assert (left().used, left().pending, left().unknown) == (1, 0, 0)


@pytest.mark.smoke
@pytest.mark.parametrize("odd", [SILENCE, HANG_UP], ids=["silence", "hung-up"])
def test_without_an_answer_it_stays_counted(
    make: Make, wire: Wire, left: Callable[..., Quota], odd: Any
) -> None:
    """And the meeting is free for the next one at once."""
    wire.says(odd)
    sender = make()

    with pytest.raises((httpx.ReadTimeout, httpx.RemoteProtocolError)):
        change(sender, timeout=httpx.Timeout(10, read=0.1))

    assert (left().used, left().pending, left().unknown) == (0, 0, 1)
    assert change(sender).status_code == 204


def test_a_patient_client_is_reckoned_with(
    wire: Wire, ledger: MemoryLedger, left: Callable[..., Quota], clock: FakeClock
) -> None:
    """Without an answer a place counts from the last instant at which the request may arrive."""
    hour = 3600
    transport = Guard(ledger).transport()
    wire.says(HANG_UP)
    with (
        httpx.Client(transport=transport, timeout=hour) as http,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        http.patch(f"{wire.origin}/v2/meetings/{MEETING}")

    next_free = left().next_free
    assert next_free is not None
    assert next_free - clock.now() > DAY + timedelta(seconds=4 * hour)


def test_what_never_left_is_given_back(make: Make, ledger: MemoryLedger) -> None:
    """Where no server listens, the slot is free again."""
    nowhere = "http://127.0.0.1:9/v2"
    sender = make(url=nowhere)

    with pytest.raises(httpx.ConnectError):
        change(sender)

    asked = Policy().reservation(account_key(nowhere, None), MEETING)
    assert ledger.usage(asked).remaining == 100


def test_a_retry_of_the_client_is_another_place(
    make: Make, wire: Wire, left: Callable[..., Quota]
) -> None:
    """What httpx sends twice in one call, for a redirect or a new token, is counted twice."""
    wire.says(answer(307, location=f"/v2/meetings/{MEETING}"))

    change(make(), follow_redirects=True)

    assert left().used == 2


def test_a_daily_refusal_closes_the_day(make: Make, wire: Wire) -> None:
    """Zoom is asked once; its answer still reaches the client whole."""
    wire.says(answer(429, {"code": 429, "message": DAILY}))
    sender = make(hosts=lambda _: "host-1")
    told = change(sender)

    with pytest.raises(QuotaExceeded) as caught:
        change(sender, 2)

    assert told.json()["message"] == DAILY
    assert caught.value.scope == "host"
    assert len(wire.calls) == 1


def test_a_refusal_per_second_slows_the_pace(make: Make, wire: Wire, clock: FakeClock) -> None:
    """Of all clients that share the ledger, for a while."""
    wire.says(SECOND)
    sender = make(wait=30)
    for _ in range(3):
        change(sender)

    assert len(clock.slept) >= 1


def test_a_paced_request_sleeps_for_its_turn(make: Make, clock: FakeClock) -> None:
    """On the free plan, within `wait`."""
    sender = make(wait=30, account_plan="free")
    for meeting in range(1, 6):
        change(sender, meeting)

    assert clock.slept
    assert sum(clock.slept) < 5


def test_a_turn_that_does_not_fit_is_refused_unslept(
    make: Make, wire: Wire, clock: FakeClock
) -> None:
    """Decided at once; nothing is sent."""
    sender = make(wait=0, account_plan="free")
    change(sender, 1)

    with pytest.raises(QuotaExceeded) as caught:
        change(sender, 2)

    assert (caught.value.scope, clock.slept, len(wire.calls)) == ("second", [], 1)


class Pausing(MemoryLedger):
    """A ledger on a machine that is paused for five minutes after every grant."""

    def __init__(self, paused: FakeClock) -> None:
        super().__init__(clock=FakeClock())
        self._paused = paused

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        grant = super().reserve(reservation, token, wait=wait)
        self._paused.advance(timedelta(minutes=5))
        return grant


def test_a_place_that_was_slept_through_is_given_back(
    make: Make, wire: Wire, clock: FakeClock
) -> None:
    """Nobody sends what is no longer counted."""
    ledger = Pausing(clock)

    with pytest.raises(SlotExpired):
        change(make(ledger=ledger))

    asked = Policy().reservation(account_key(wire.origin, None), MEETING)
    assert (ledger.usage(asked).remaining, wire.calls) == (100, [])


def test_updates_of_one_meeting_go_one_by_one(wire: Wire, ledger: MemoryLedger) -> None:
    """The second one waits until the first is answered."""
    under_way: list[int] = []
    most: list[int] = []

    async def slow(request: httpx.Request) -> httpx.Response:
        under_way.append(1)
        most.append(len(under_way))
        await asyncio.sleep(0)
        under_way.pop()
        return httpx.Response(204)

    async def run() -> None:
        transport = Guard(ledger).async_transport(httpx.MockTransport(slow), wait=30)
        async with httpx.AsyncClient(
            base_url="https://api.zoom.us/v2", transport=transport
        ) as http:
            calls: list[Awaitable[object]] = [
                http.patch(f"/meetings/{MEETING}", json={"topic": "x"}) for _ in range(3)
            ]
            await asyncio.gather(*calls)

    asyncio.run(run())

    assert max(most) == 1


def test_a_cancelled_update_is_unknown(
    wire: Wire, left: Callable[..., Quota], ledger: MemoryLedger
) -> None:
    """It stays counted, and does not keep the meeting to itself."""
    wire.says(SILENCE)

    async def run() -> None:
        loop, arrived = asyncio.get_running_loop(), asyncio.Event()
        wire.before = lambda _: loop.call_soon_threadsafe(arrived.set)
        transport = Guard(ledger).async_transport()
        async with httpx.AsyncClient(base_url=f"{wire.origin}/v2", transport=transport) as http:
            updating = asyncio.create_task(http.patch(f"/meetings/{MEETING}", json={"topic": "x"}))
            await arrived.wait()
            updating.cancel()
            with pytest.raises(asyncio.CancelledError):
                await updating

    asyncio.run(run())

    assert (left().pending, left().unknown) == (0, 1)


def vendored(wire: Wire, **httpx_args: Any) -> AuthenticatedClient:
    """Make the generated client as a project that has vendored it would."""
    return AuthenticatedClient(base_url=f"{wire.origin}/v2", token="token", httpx_args=httpx_args)


@pytest.mark.smoke
def test_the_vendored_client_is_guarded(
    wire: Wire, ledger: MemoryLedger, left: Callable[..., Quota]
) -> None:
    """In two lines: a guard, and its transport in httpx_args."""
    guard = Guard(ledger, limits=Limits(meeting=2))
    with vendored(wire, transport=guard.transport()) as client:
        for _ in range(2):
            sent = update_meeting.sync_detailed(MEETING, client=client, body={"topic": "x"})
            assert sent.status_code == 204
        with pytest.raises(QuotaExceeded):
            update_meeting.sync_detailed(MEETING, client=client, body={"topic": "x"})

    assert left().used == 2


@pytest.mark.smoke
def test_the_vendored_async_client_is_guarded(wire: Wire, ledger: MemoryLedger) -> None:
    """The same, awaited; and its read teaches the host."""
    guard = Guard(ledger, limits=Limits(host=1))
    wire.says(answer(200, {"id": MEETING, "host_id": "host-1"}))

    async def run() -> None:
        async with vendored(wire, transport=guard.async_transport()) as client:
            meeting = await get_meeting.asyncio(MEETING, client=client)
            assert meeting is not None
            body = {"topic": "x"}
            await update_meeting.asyncio_detailed(MEETING, client=client, body=body)
            with pytest.raises(QuotaExceeded) as caught:
                await update_meeting.asyncio_detailed(MEETING, client=client, body=body)
            assert caught.value.scope == "host"

    asyncio.run(run())


def test_a_guard_in_a_guard_is_refused(ledger: MemoryLedger) -> None:
    """When it is made, and also when something stands between them."""
    outer, inner = Guard(ledger), Guard(ledger)
    with pytest.raises(ConfigError, match="guard already"):
        outer.transport(inner.transport())
    with pytest.raises(ConfigError, match="guard already"):
        outer.async_transport(inner.async_transport())

    between = Between(inner.transport())
    with (
        httpx.Client(transport=outer.transport(between)) as http,
        pytest.raises(ConfigError, match="counted twice"),
    ):
        http.patch(f"https://api.zoom.us/v2/meetings/{MEETING}")
    assert ledger.usage(Policy().reservation("api.zoom.us/default", MEETING)).remaining == 100


class Between(httpx.BaseTransport):
    """Hide a transport behind another one."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._inner.handle_request(request)


def test_a_zoom_client_over_a_guard_is_refused(wire: Wire, ledger: MemoryLedger) -> None:
    """Zoom counts by itself: nothing is sent and nothing stays counted."""
    own = MemoryLedger()
    with httpx.Client(transport=Guard(ledger).transport()) as http:
        zoom = Zoom(Bearer("token"), http=http, base_url=f"{wire.origin}/v2", ledger=own)
        with pytest.raises(ConfigError, match="counted twice"):
            zoom.update(MEETING, topic="x")
        assert zoom.quota(MEETING).remaining == 100

    assert wire.calls == []


def test_a_guard_beside_a_zoom_client_counts_with_it(wire: Wire, ledger: MemoryLedger) -> None:
    """One ledger, one account: one hundred."""
    guard = Guard(ledger, account="acc-1")
    zoom = Zoom(Bearer("token", account="acc-1"), base_url=f"{wire.origin}/v2", ledger=ledger)
    with zoom, httpx.Client(transport=guard.transport()) as http:
        zoom.update(MEETING, topic="x")
        http.patch(f"{wire.origin}/v2/meetings/{MEETING}", json={"topic": "x"})
        assert zoom.quota(MEETING).used == 2


@pytest.mark.parametrize(
    ("option", "value"),
    [("account_plan", "gold"), ("account", " "), ("ledger", "mysql://x"), ("hosts", "resolve")],
)
def test_a_wrong_option_is_named(option: str, value: Any) -> None:
    """Before anything is sent."""
    with pytest.raises(ConfigError) as caught:
        Guard(**{option: value})

    assert caught.value.field == option


@pytest.mark.parametrize(("option", "value"), [("wait", -1), ("inner", httpx.AsyncHTTPTransport())])
def test_a_transport_that_cannot_be_is_refused(option: str, value: Any) -> None:
    """When it is made."""
    with pytest.raises(ConfigError) as caught:
        Guard().transport(**{option: value})

    assert caught.value.field == option


def test_a_guard_takes_what_was_promised() -> None:
    """In this order, and more beside it that has to be named."""
    assert str(inspect.signature(Guard.__init__)).replace("'", "") == (
        "(self, ledger: Ledger | str | None = None, *, account_plan: AccountPlan | None = None,"
        " account: str = default, limits: Limits | None = None,"
        " hosts: Callable[[int], str | None] | None = None, ledger_down: LedgerDown | None = None,"
        " on_event: OnEvent | None = None, clock: Clock | None = None) -> None"
    )


def test_the_environment_chooses_for_a_guard_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """REZOOM_LEDGER, REZOOM_ACCOUNT_PLAN and REZOOM_LIMITS, as for Zoom."""
    monkeypatch.setenv("REZOOM_LIMITS", "meeting=80")
    monkeypatch.setenv("REZOOM_LEDGER", "memory:")
    monkeypatch.setenv("REZOOM_ACCOUNT_PLAN", "free")
    with caplog.at_level(logging.WARNING):
        guard = Guard()

    assert guard.ledger.url == "memory:"
    assert guard.counter.policy.account_plan == "free"
    assert guard.counter.policy.limits.meeting == 80
    assert repr(guard) == "Guard(account='default')"


@pytest.mark.parametrize(
    ("method", "path", "spent"),
    [
        ("PATCH", "/v2/meetings/85746065", Spending(meeting=85746065)),
        ("PATCH", "/meetings/85746065/", Spending(meeting=85746065)),
        ("PATCH", "/meetings/85746065//", Spending(meeting=85746065)),
        ("PATCH", "/proxy/zoom/v2/meetings/85746065", Spending(meeting=85746065)),
        ("PATCH", "/v2/meetings/4444AAAiAAAAAiAiAiiAii%3D%3D", Spending()),
        ("PATCH", "/v2/meetings/%252FajXp112QmuoKj4854875%3D%3D", Spending()),
        ("PATCH", "/v2/meetings", None),
        ("PATCH", "/v2/meetings/1/livestream", None),
        ("PUT", "/v2/meetings/1/status", None),
        ("POST", "/v2/users/ada%40Example.org/meetings", Spending(user="ada@example.org")),
        (
            "POST",
            "/v2/users/KDcuGIm1QgePTO8WbOqwIQ/webinars",
            Spending(user="KDcuGIm1QgePTO8WbOqwIQ"),
        ),
        ("POST", "/v2/users/me/meetings/1", None),
        ("GET", "/v2/users/me/meetings", None),
    ],
)
def test_what_a_request_spends(method: str, path: str, spent: Spending | None) -> None:
    """By method and the end of the path."""
    assert spent_by(method, path) == spent


def test_what_a_request_reads() -> None:
    """Only a GET of one meeting, by number."""
    assert read_by("GET", "/v2/meetings/12") == 12
    assert read_by("GET", "/v2/meetings/abc%3D%3D") is None
    assert read_by("PATCH", "/v2/meetings/12") is None
    assert read_by("GET", "/v2/users/me/meetings") is None
