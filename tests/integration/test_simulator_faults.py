"""Faults on demand, on a real connection."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from rezoom import ConfigError
from rezoom.simulator import FAULTS, Fault, SimClock, Simulator
from rezoom.simulator._fault_plan import read_fault_words, read_faults

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


@pytest.mark.smoke
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


@pytest.mark.smoke
@pytest.mark.parametrize("applied", [False, True])
def test_a_dropped_connection(sim: Simulator, api: httpx.Client, applied: bool) -> None:
    """The client sees a transport error, before or after the change was made."""
    sim.fail_next(Fault("reset", applied=applied))
    with pytest.raises(LOST):
        update(api)
    assert topic(sim) == ("after" if applied else "before")
    assert (sim.requests[-1].status, sim.requests[-1].fault) == (None, "reset")
    assert update(api).status_code == 204


@pytest.mark.smoke
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
        update(api, timeout=httpx.Timeout(30, read=0.05))
    assert topic(sim) == ("after" if applied else "before")


@pytest.mark.parametrize("kind", ["second", "account-day", "host-day", "lock"])
def test_a_limit_on_demand_can_be_traced(sim: Simulator, api: httpx.Client, kind: str) -> None:
    """It is Zoom's own answer, and says so; a gateway's knows nothing of the header."""
    sim.fail_next(kind, "html-502")
    assert update(api).headers["x-zm-trackingid"] == sim.requests[-1].tracking_id
    assert "x-zm-trackingid" not in update(api).headers


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


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("close", httpx.RemoteProtocolError),
        ("garbage", httpx.RemoteProtocolError),
        ("truncated", httpx.RemoteProtocolError),
        ("bad-chunk", httpx.RemoteProtocolError),
        ("bad-gzip", httpx.DecodingError),
        ("oversized-header", httpx.RemoteProtocolError),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_an_answer_that_is_none(
    sim: Simulator, api: httpx.Client, kind: str, error: type[Exception], method: str
) -> None:
    """Each breaks HTTP in its own way, and the next request on a new connection is fine."""
    sim.fault(kind)
    with pytest.raises(error):
        api.request(method, "/meetings/85746065", json={"topic": "after"})
    assert topic(sim) == ("after" if method == "PATCH" and kind != "close" else "before")
    assert update(api).status_code == 204


def test_an_answer_of_ones_own_can_be_spoilt(sim: Simulator, api: httpx.Client) -> None:
    """Status, headers and the part that arrives are the ones given."""
    sim.fault("truncated", status=502, body="<html>half", headers={"x-edge": "a"}, applied=False)
    with api.stream("PATCH", "/meetings/85746065", json={"topic": "after"}) as answer:
        assert (answer.status_code, answer.headers["x-edge"]) == (502, "a")
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()
    assert topic(sim) == "before"


def test_the_nth_request_is_hit(sim: Simulator, api: httpx.Client) -> None:
    """Counted among those that fit, whatever other faults happen to them."""
    sim.fault("answer", status=503, match="PATCH", nth=3, times=2)
    sim.fault("answer", status=502, match="PATCH")
    statuses = []
    for _ in range(5):
        assert api.get("/meetings/85746065").status_code == 200
        statuses.append(update(api).status_code)
    assert statuses == [502, 204, 503, 503, 204]


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ("", ["POST /oauth/token", "GET /v2/meetings/85746065"]),
        ("/v2/", ["GET /v2/meetings/85746065"]),
        ("GET", ["GET /v2/meetings/85746065"]),
        ("GET /v2/meetings/85746065", ["GET /v2/meetings/85746065"]),
        ("/85746065", ["GET /v2/meetings/85746065"]),
        ("/8574606", []),
        ("PATCH /v2", []),
        ("/oauth/token", ["POST /oauth/token"]),
    ],
)
def test_a_match_is_a_method_and_whole_steps_of_a_path(match: str, hit: list[str]) -> None:
    """The meeting 8574606 is not hit by what is meant for 85746065, or the other way round."""
    fault = Fault(match=match)
    requests = [("POST", "/oauth/token"), ("GET", "/v2/meetings/85746065")]
    assert [f"{method} {path}" for method, path in requests if fault.fits(method, path)] == hit


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"kind": "rest"}, "reset"),
        ({"kind": "reset", "status": 500}, "no option 'status'"),
        ({"kind": "reset", "tmies": 2}, "times"),
        ({"kind": "reset", "times": 0}, "times cannot be 0"),
        ({"kind": "reset", "nth": 0}, "nth cannot be 0"),
        ({"kind": "reset", "nth": True}, "nth cannot be True"),
        ({"kind": "reset", "match": "PTACH"}, "match cannot be"),
        ({"kind": "reset", "match": "meetings/1"}, "match cannot be"),
        ({"kind": "reset", "applied": 1}, "applied cannot be 1"),
        ({"kind": "latency", "seconds": float("nan")}, "seconds cannot be nan"),
        ({"kind": "latency", "seconds": "1"}, "seconds cannot be '1'"),
        ({"kind": "answer", "status": "500"}, "status cannot be '500'"),
        ({"kind": "answer", "body": [1]}, "body cannot be"),
        ({"kind": "answer", "headers": {"x": "a\r\nb"}}, "headers cannot be"),
        ({"kind": "answer", "headers": {"a b": "c"}}, "headers cannot be"),
        ({"kind": "answer", "headers": {"": "c"}}, "headers cannot be"),
        ({"kind": "answer", "headers": {"x": " c"}}, "headers cannot be"),
        ({"kind": "answer", "headers": {"Content-Length": "9"}}, "written by the server"),
        ({"kind": "answer", "status": 204, "body": "x"}, "status 204 has no body"),
        ({"kind": "error-200", "status": 304}, "status 304 has no body"),
        ({"kind": "answer", "body": "\ud800"}, "surrogates not allowed"),
        ({"kind": {}}, "no fault"),
    ],
)
def test_a_wrong_fault_is_explained(options: dict[str, Any], word: str) -> None:
    """The error names kind, option and value, and says what can be written instead."""
    with pytest.raises(ConfigError, match=word) as caught:
        read_faults([options])
    assert caught.value.message.startswith("faults[0]: ")
    assert caught.value.next_step or word == "reset"


@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_comes_back_from_its_json_form(kind: str) -> None:
    """What the control endpoint shows can be sent to it again."""
    fault = Fault(kind, match="PATCH", nth=2, times=None)
    again = json.loads(json.dumps(fault.to_dict()))
    (read,) = read_faults(again).listed
    assert read.to_dict() == fault.to_dict()
    assert FAULTS[kind].sentence


def test_kinds_are_words_statuses_or_objects(sim: Simulator, api: httpx.Client) -> None:
    """`fail_next` takes what is shortest."""
    sim.fail_next("html-502", 418, {"kind": "answer", "status": 299}, Fault(status=520))
    assert [update(api).status_code for _ in range(5)] == [502, 418, 299, 520, 204]
    assert sim.faults == ()


def test_a_plan_fails_the_same_requests_for_the_same_seed(api: httpx.Client) -> None:
    """Whatever is asked in between that does not fit, and whatever other faults happen."""

    def run(seed: int, *, noise: bool) -> list[int]:
        with Simulator(meetings=[{}]) as sim:
            sim.fault_plan(seed=seed, match="PATCH", html_502=0.3, empty_429=0.3)
            if noise:
                sim.fault("answer", status=418, nth=4)
            statuses = []
            for number in range(12):
                if noise and number == 5:
                    httpx.get(f"{sim.url}/meetings/1")
                statuses.append(httpx.patch(f"{sim.url}/meetings/1").status_code)
            return statuses

    plain = run(7, noise=False)
    assert {401, 502, 429} == set(plain)
    assert run(7, noise=True) == [*plain[:3], 418, *plain[4:]]
    assert run(8, noise=False) != plain


def test_a_drawn_burst_goes_on(sim: Simulator, api: httpx.Client) -> None:
    """A kind that lasts three requests does so when it is drawn, with the options given."""
    sim.fault_plan({"burst-503": {"chance": 1, "times": 2}}, match="PATCH")
    assert update(api).status_code == 503
    sim.fault_plan({"reset": 0})
    assert [update(api).status_code for _ in range(2)] == [503, 204]
    sim.fault_plan({"reset": 1})
    sim.clear_faults()
    assert update(api).status_code == 204


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        ({}, "chances"),
        ({"chances": {}}, "names no kind"),
        ({"chances": {"rest": 0.1}}, "reset"),
        ({"chances": {"reset": 1.5}}, "from 0 to 1"),
        ({"chances": {"reset": "often"}}, "from 0 to 1"),
        ({"chances": {"reset": {"times": 2}}}, "from 0 to 1"),
        ({"chances": {"reset": 0.6, "close": 0.6}}, "add up to 1.2"),
        ({"chances": {"reset": 0.1}, "seed": "x"}, "integer"),
        ({"chances": {"reset": 0.1}, "sede": 1}, "sede"),
        ({"chances": {"reset": 0.1}, "match": "x"}, "match cannot be"),
        ({"chances": {"reset": {"chance": 0.1, "match": "GET"}}}, "match of reset"),
        ({"chances": {"reset": {"chance": 0.1, "nth": 2}}}, "nth of reset"),
    ],
)
def test_a_wrong_plan_is_explained(plan: dict[str, Any], word: str) -> None:
    """As a wrong fault is."""
    with pytest.raises(ConfigError) as caught:
        read_faults({"plan": plan})
    assert word in str(caught.value)


def test_the_short_form_says_the_same_as_json() -> None:
    """What fits on a command line."""
    text = "reset:times=3:match=PATCH /v2,html-502:nth=2,answer:status=418:body=tea,503:times=2"
    assert [fault.to_dict() for fault in read_fault_words(text).listed] == [
        fault.to_dict()
        for fault in (
            Fault("reset", times=3, match="PATCH /v2"),
            Fault("html-502", nth=2),
            Fault("answer", status=418, body="tea"),
            Fault("answer", status=503, times=2),
        )
    ]
    lottery = read_fault_words("reset=0.05,latency=0.1:seconds=2,seed=7,match=PATCH").lottery
    assert lottery is not None
    assert lottery.to_dict() == {
        "seed": 7,
        "match": "PATCH",
        "chances": {"reset": {"chance": 0.05}, "latency": {"chance": 0.1, "seconds": 2}},
    }
    assert read_fault_words('{"faults": [502]}').listed == (Fault(status=502),)


@pytest.mark.parametrize(
    "text", ["", ",", "seed=7", "rest", "reset:three", "{", "none.json", "reset=x", "reset:times=x"]
)
def test_wrong_words_are_explained(text: str) -> None:
    """Each with a way to say it right."""
    with pytest.raises(ConfigError) as caught:
        read_fault_words(text)
    assert caught.value.next_step
    assert caught.value.field == "faults"


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("f.yaml", "plan:\n  chances: {reset: 0.1}\nfaults:\n  - reset\n  - rest\n", "line 5"),
        ("f.yml", "- reset\n- kind: reset\n  times: none\n", "line 2"),
        ("f.json", '{"faults": ["rest"]}', "f.json"),
        ("f.json", '{"fautls": []}', "fautls"),
        ("f.yaml", "faults: 5", "no list"),
    ],
)
def test_a_wrong_file_of_faults_is_explained(
    tmp_path: Path, name: str, text: str, where: str
) -> None:
    """By file, and by line where the form has lines."""
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_fault_words(str(file))
    assert str(file) in caught.value.message
    assert where in caught.value.message


def test_a_file_of_faults_is_followed(tmp_path: Path) -> None:
    """A list and a plan, in YAML."""
    file = tmp_path / "faults.yaml"
    file.write_text(
        "faults:\n- {kind: reset, times: null}\n- 502\nplan:\n  seed: 3\n  chances: {lock: 1}\n"
    )
    faults = read_fault_words(str(file))
    assert [fault.name for fault in faults.listed] == ["reset", "502"]
    assert [fault.times for fault in Simulator(faults=faults).faults] == [None, 1]
    assert [fault.name for fault in Simulator(faults="reset,close").faults] == ["reset", "close"]


@pytest.mark.parametrize("fault", [Fault("latency", seconds=3_600), Fault("timeout")])
def test_stopping_does_not_wait_for_a_fault(fault: Fault) -> None:
    """A simulator with a request still under way stops at once, and its client sees an error."""
    import threading

    seen: list[BaseException] = []
    with Simulator(faults=[fault]) as sim:

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
