"""The simulator over real HTTP, spoken to without any code of rezoom's client."""

import asyncio
import json
import logging
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import httpx
import jsonschema
import pytest
import rezoom.simulator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_judge import AnswerJudge
from rezoom.errors import ConfigError
from rezoom.simulator import Credentials, Fault, Quirks, SimClock, Simulator, Verdict

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
DOCUMENT = json.loads(files("rezoom_wire").joinpath("openapi.json").read_bytes())


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(clock=SimClock(NOW), seed=7) as simulator:
        yield simulator


@pytest.fixture
def api(sim: Simulator) -> Iterator[httpx.Client]:
    hooks: Any = {"response": [AnswerJudge()]}
    with httpx.Client(base_url=sim.url, headers=bearer(sim), event_hooks=hooks) as client:
        yield client


def bearer(sim: Simulator) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(sim).json()['access_token']}"}


def token(sim: Simulator, *, secret: str = "", **form: str) -> httpx.Response:
    body = {"grant_type": "account_credentials", "account_id": "sim-account", **form}
    return httpx.post(sim.token_url, data=body, auth=("sim-client", secret or "sim-secret"))


def valid(answer: httpx.Response, component: str) -> Any:
    schema = {**DOCUMENT, "$ref": f"#/components/schemas/{component}"}
    jsonschema.Draft202012Validator(schema).validate(answer.json())
    assert answer.headers["x-zm-trackingid"]
    return answer.json()


def refused(answer: httpx.Response, status: int, code: int) -> Any:
    body = valid(answer, "ZoomError")
    assert (answer.status_code, body["code"]) == (status, code)
    return body


@pytest.mark.smoke
def test_a_meeting_is_read_as_the_document_says(sim: Simulator, api: httpx.Client) -> None:
    """The answer of a GET validates, and is the state that Python shows."""
    number = sim.add_series()
    answer = api.get(f"/meetings/{number}")
    assert valid(answer, "Meeting") == sim.meeting(number)
    assert answer.headers["x-ratelimit-category"] == "Light"
    assert answer.headers["x-ratelimit-limit"] == "6000"


@pytest.mark.smoke
def test_an_update_answers_204_and_counts_the_hosts_hundred_down(
    sim: Simulator, api: httpx.Client
) -> None:
    """There is no body, and the pool of 100 shrinks until midnight UTC."""
    number = sim.add_meeting()
    left = []
    for day in (0, 0, 1):
        sim.clock.sleep(day * 86_400)
        api.headers.update(bearer(sim))
        answer = api.patch(f"/meetings/{number}", json={"topic": "new"})
        assert (answer.status_code, answer.content) == (204, b"")
        left.append(answer.headers["x-ratelimit-remaining"])
    assert left == ["99", "98", "99"]
    assert sim.meeting(number)["topic"] == "new"


def test_an_update_without_a_body_changes_nothing(sim: Simulator, api: httpx.Client) -> None:
    """Zoom's body is optional."""
    number = sim.add_meeting()
    before = sim.meeting(number)
    assert api.patch(f"/meetings/{number}").status_code == 204
    assert sim.meeting(number) == before


@pytest.mark.smoke
def test_the_contract_names_every_wrong_member(sim: Simulator, api: httpx.Client) -> None:
    """A validation error lists dotted paths, changes nothing, and quotes no value."""
    number = sim.add_meeting()
    before = sim.meeting(number)
    body = {"password": "muchtoolongtobetrue", "settings": {"jbh_time": 3}, "recurrence": {}}
    answer = api.patch(f"/meetings/{number}", json=body)
    errors = {row["field"]: row["message"] for row in refused(answer, 400, 300)["errors"]}
    assert errors.keys() == {"password", "settings.jbh_time", "recurrence.type"}
    assert errors["settings.jbh_time"] == "Invalid parameter: jbh_time."
    assert "muchtoolong" not in answer.text
    assert sim.meeting(number) == before


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"duration": NaN}',
        b"[" * 100_000,
        b'{"a":' * 600 + b"1" + b"}" * 600,
    ],
    ids=["cut", "list", "null", "text", "bytes", "nan", "deep", "deeper than a copy can go"],
)
def test_a_body_that_is_no_json_object_is_refused(
    sim: Simulator, api: httpx.Client, content: bytes
) -> None:
    """Code 300 with its own message, whatever the bytes are."""
    number = sim.add_meeting()
    body = refused(api.patch(f"/meetings/{number}", content=content), 400, 300)
    assert "valid JSON object" in body["message"]
    assert httpx.get(f"{sim.control_url}/requests").status_code == 200


@pytest.mark.parametrize("start", ["9999-12-31T12:00:00Z", "9999-12-02T00:00:00"])
def test_a_meeting_at_the_end_of_the_calendar_goes_on_answering(
    sim: Simulator, api: httpx.Client, start: str
) -> None:
    """Its number would expire after the last day there is, so it never does."""
    number = sim.add_meeting()
    assert api.patch(f"/meetings/{number}", json={"start_time": start}).status_code == 204
    assert api.get(f"/meetings/{number}").json()["start_time"].startswith(start[:10])
    assert httpx.get(f"{sim.control_url}/meetings/{number}").json()["lapses_at"] is None


@pytest.mark.parametrize("moment", ["1970-01-01T00:00:00+00:00", "9000-01-01T00:00:00+00:00"])
@pytest.mark.parametrize("window", ["rolling", "utc-day"])
def test_the_first_and_last_instants_of_the_clock_are_days_as_others(
    moment: str, window: str
) -> None:
    """Tokens, limits and series reach beyond them, and the calendar still has room."""
    quirks = {"meeting-window": window, "host-window": window}
    now = SimClock(datetime.fromisoformat(moment))
    with Simulator(clock=now, plan="pro", quirks=quirks) as sim, sim.zoom() as zoom:
        number = sim.add_series()
        zoom.update(number, topic="then")
        assert httpx.get(f"{sim.control_url}/quota").status_code == 200
        assert [request.status for request in sim.updates(number)] == [204]


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        (2, {"timezone": "Mars/Olympus"}, "300 Validation"),
        (2, {"start_time": "2030-02-30T09:00:00Z"}, "300 Validation"),
        (2, {"start_time": "9999-12-31T23:00:00", "timezone": "Etc/GMT+12"}, "300 Validation"),
        (8, {"recurrence": {"type": None}}, "300 Validation"),
        (2, {"schedule_for": " "}, "300 schedule_for"),
        (1, {"schedule_for": "grace@example.com"}, "3000 instant meeting"),
        (2, {"settings": {"enforce_login_domains": "a.org,b.org"}}, "300 enforce_login_domains"),
        (8, {"pre_schedule": True}, "3000 Prescheduling"),
    ],
)
def test_what_zoom_is_known_to_refuse(
    api: httpx.Client, sim: Simulator, kind: int, body: dict[str, Any], said: str
) -> None:
    """A well-formed update can still be refused, with the code and words reported."""
    number = sim.add_meeting(type=kind)
    code, word = said.split(" ", 1)
    answer = api.patch(f"/meetings/{number}", json=body)
    assert word in refused(answer, 400, int(code))["message"]


def test_an_unknown_member_is_ignored_and_noted(sim: Simulator, api: httpx.Client) -> None:
    """Zoom says 204 to a misplaced key; the log says what the contract thinks of it."""
    number = sim.add_meeting()
    before = sim.meeting(number)
    assert api.patch(f"/meetings/{number}", json={"auto_recording": "cloud"}).status_code == 204
    assert sim.meeting(number) == before
    logged = sim.requests[-1]
    assert logged.ignored == ("auto_recording",)
    assert logged.verdict is not None
    assert [flaw.kind for flaw in logged.verdict.flaws] == ["unknown"]


def test_null_is_ignored_unless_a_quirk_refuses_it(sim: Simulator, api: httpx.Client) -> None:
    """Clients that send null with every update are let through, and the log says so."""
    number = sim.add_meeting()
    body = {"topic": "new", "settings": {"alternative_hosts": None}}
    assert api.patch(f"/meetings/{number}", json=body).status_code == 204
    assert (sim.meeting(number)["topic"], sim.requests[-1].body) == ("new", body)
    assert sim.requests[-1].ignored == ("settings.alternative_hosts",)
    with Simulator(quirks={"null-member": "refuse"}) as strict:
        url = f"{strict.url}/meetings/{strict.add_meeting()}"
        refused(httpx.patch(url, json=body, headers=bearer(strict)), 400, 300)


@pytest.mark.parametrize("options", [{"strict": True}, {"quirks": {"unknown-key": "refuse"}}])
def test_an_unknown_member_can_be_refused(options: dict[str, Any]) -> None:
    """With `strict`, or by quirk."""
    with Simulator(**options) as sim:
        number = sim.add_meeting()
        answer = httpx.patch(
            f"{sim.url}/meetings/{number}", json={"colour": "red"}, headers=bearer(sim)
        )
        assert refused(answer, 400, 300)["errors"][0]["field"] == "colour"


@pytest.mark.parametrize("strict", [False, True])
def test_a_misspelt_parameter_is_noted(strict: bool) -> None:
    """Zoom ignores it, and changes the whole series instead of one date; `strict` refuses it."""
    with Simulator(strict=strict) as sim, httpx.Client(base_url=sim.url) as api:
        api.headers.update(bearer(sim))
        number = sim.add_series()
        wrong = {"occurrenceId": "1"}
        answers = [
            api.patch(f"/meetings/{number}", params=wrong, json={"duration": 5}),
            api.get(f"/meetings/{number}", params=wrong),
        ]
        assert [answer.status_code for answer in answers] == ([400] * 2 if strict else [204, 200])
        for request in sim.requests[-2:]:
            assert [flaw.field for flaw in (request.verdict or Verdict()).flaws] == [
                "query.occurrenceId"
            ]
        assert {date["duration"] for date in sim.meeting(number)["occurrences"]} == {
            45 if strict else 5
        }


@pytest.mark.parametrize("number", ["1", "0", "x" * 50, "9" * 5_000, "85746o65"])
def test_a_meeting_that_is_not_there(sim: Simulator, api: httpx.Client, number: str) -> None:
    """Numbers without a meeting, and what is no number at all, answer 404 and 3001."""
    refused(api.get(f"/meetings/{number}"), 404, 3001)
    refused(api.patch(f"/meetings/{number}", json={"topic": "x"}), 404, 3001)


def test_an_occurrence_is_read_and_changed_by_its_id(sim: Simulator, api: httpx.Client) -> None:
    """The query parameter leads to one date; one that does not exist is refused."""
    number = sim.add_series()
    one = sim.meeting(number)["occurrences"][1]["occurrence_id"]
    where = {"occurrence_id": one}
    assert (
        api.patch(
            f"/meetings/{number}", params=where, json={"duration": 5, "topic": "no"}
        ).status_code
        == 204
    )
    assert sim.requests[-1].ignored == ("topic",)
    assert valid(api.get(f"/meetings/{number}", params=where), "Meeting")["duration"] == 5
    assert [date["duration"] for date in sim.meeting(number)["occurrences"]][:3] == [45, 5, 45]
    refused(api.patch(f"/meetings/{number}", params={"occurrence_id": "1"}, json={}), 400, 3000)
    refused(api.get(f"/meetings/{number}", params={"occurrence_id": "1"}), 400, 3000)


def test_past_dates_come_with_show_previous_occurrences(sim: Simulator, api: httpx.Client) -> None:
    """Without it a GET lists only what is still to come."""
    number = sim.add_series()
    sim.clock.sleep(14 * 86_400)
    path = f"/meetings/{number}"
    query = {"show_previous_occurrences": "true"}
    api.headers.update(bearer(sim))
    assert len(api.get(path).json()["occurrences"]) == 10
    assert len(api.get(path, params=query).json()["occurrences"]) == 12


@pytest.mark.smoke
@pytest.mark.parametrize("body", [b'{"topic": "\\ud83d"}', b'{"\\ud83d": 1}'])
def test_half_a_surrogate_pair_breaks_nothing(
    sim: Simulator, api: httpx.Client, body: bytes
) -> None:
    """JSON can carry it although no UTF-8 can."""
    number = sim.add_meeting()
    assert api.patch(f"/meetings/{number}", content=body).status_code in {204, 400}
    assert api.get(f"/meetings/{number}").status_code == 200
    assert sim.requests[-2].verdict


LONG = 512 * 2**10 + 1


def pieces() -> Iterator[bytes]:
    """Send a body whose length is not said before."""
    for _ in range(LONG // 2**10 + 1):
        yield b"x" * 2**10


@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_long_body_is_not_read(sim: Simulator, in_pieces: bool) -> None:
    """413, whether its length is said or not; without a token it is not looked at at all."""
    number, headers = sim.add_meeting(), bearer(sim)

    def statuses(**more: Any) -> list[int]:
        bodies: list[Any] = [pieces() if in_pieces else b"x" * LONG for _ in range(2)]
        return [
            httpx.patch(f"{sim.url}/meetings/{number}", content=bodies[0], **more).status_code,
            httpx.post(sim.token_url, content=bodies[1]).status_code,
        ]

    assert statuses(headers=headers) == [413, 413]
    assert statuses() == [401, 413]
    assert sim.history(number) == ()
    assert sim.updates()[0].body is None


def test_a_body_that_is_not_too_long_is_read(sim: Simulator, api: httpx.Client) -> None:
    """The limit is beyond what any update is refused for."""
    body = json.dumps({"agenda": "x" * (LONG - 100)})

    refused(api.patch(f"/meetings/{sim.add_meeting()}", content=body), 400, 300)


def test_the_control_endpoint_does_not_read_without_end(sim: Simulator) -> None:
    """A body as long as no seed is refused by its length."""
    address = urlsplit(sim.control_url)
    with closing(HTTPConnection(address.hostname or "", address.port, timeout=30)) as connection:
        connection.putrequest("POST", f"{address.path}/meetings")
        connection.putheader("content-length", str(2**40))
        connection.endheaders()
        answer = connection.getresponse()
        said = json.loads(answer.read())

    assert (answer.status, "not read" in said["error"]) == (413, True)


def test_a_host_has_an_address(sim: Simulator) -> None:
    """One without an @ is refused where it is given, and not by the first request."""
    with pytest.raises(ConfigError, match="host_email: 'nobody' is no e-mail address") as wrong:
        sim.add_meeting(host_email="nobody")

    assert wrong.value.next_step == "Write ada@example.com"
    with pytest.raises(ConfigError, match=r"meetings\[1\].host_email"):
        sim.add_meetings([{}, {"host_email": "nobody"}])


def test_half_a_surrogate_pair_may_be_a_host(sim: Simulator, api: httpx.Client) -> None:
    """However odd, each request is answered."""
    number = sim.add_meeting(schedule_for="\ud800")

    assert api.get(f"/meetings/{number}").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/users/me"),
        ("POST", "/v2/users/me/meetings"),
        ("DELETE", "/v2/meetings/85746065"),
        ("PUT", "/v2/meetings/85746065/status"),
        ("GET", "/v2/past_meetings/85746065"),
    ],
)
def test_an_operation_that_it_lacks_is_no_missing_meeting(
    sim: Simulator, caplog: pytest.LogCaptureFixture, method: str, path: str
) -> None:
    """501 that names it, and a warning: a client that takes a 404 for done is not deceived."""
    origin = sim.url.removesuffix("/v2")

    answer = httpx.request(method, f"{origin}{path}", headers=bearer(sim))

    assert (answer.status_code, answer.json()["code"]) == (501, 501)
    assert f"simulator has no {method} {path}" in answer.json()["message"]
    assert (sim.requests[-1].lacking, sim.requests[-1].status) == (True, 501)
    (said,) = [one for one in caplog.records if one.levelno == logging.WARNING]
    assert f"{method} {path}: 501" in said.getMessage()


def test_a_slash_behind_the_number_changes_nothing(sim: Simulator) -> None:
    """Some clients write it, to read and to update."""
    number, headers = sim.add_meeting(topic="Before"), bearer(sim)
    address = f"{sim.url}/meetings/{number}/"

    assert httpx.patch(address, headers=headers, json={"topic": "After"}).status_code == 204
    assert httpx.get(address, headers=headers).json()["topic"] == "After"
    assert [one.lacking for one in sim.requests[-2:]] == [False, False]


@pytest.mark.parametrize("path", ["/v2/meetingz/1", "/", "/v1/meetings", "/oauth/token"])
def test_any_other_address_is_not_recognized(sim: Simulator, path: str) -> None:
    """A path that Zoom has not either is answered in Zoom's shape."""
    origin = sim.url.removesuffix("/v2")
    refused(httpx.get(f"{origin}{path}"), 404, 2300)
    assert sim.requests[-1].status == 404


def test_a_token_comes_in_a_query_as_well(sim: Simulator) -> None:
    """Both forms of the grant work, and the token names no host but the simulator's."""
    query = {"grant_type": "account_credentials", "account_id": "sim-account"}
    answer = httpx.post(sim.token_url, params=query, auth=("sim-client", "sim-secret"))
    granted = answer.json()
    jsonschema.validate(granted, DOCUMENT["x-token-answer"])
    assert (granted["token_type"], granted["expires_in"]) == ("bearer", 3599)
    assert sim.url.startswith(granted["api_url"])


@pytest.mark.parametrize(
    ("secret", "form", "error"),
    [
        ("wrong", {}, "invalid_client"),
        ("", {"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ("", {"account_id": "other"}, "invalid_grant"),
    ],
)
def test_the_token_address_refuses_in_its_own_shape(
    sim: Simulator, secret: str, form: dict[str, str], error: str
) -> None:
    """`reason` and `error`, with status 400."""
    answer = token(sim, secret=secret, **form)
    jsonschema.validate(answer.json(), DOCUMENT["x-token-error"])
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json()["reason"]


@pytest.mark.parametrize("header", ["", "Basic c2ltOnNpbQ==", "Basic !", "Bearer", "Bearer x"])
def test_a_request_without_a_good_token_answers_124(sim: Simulator, header: str) -> None:
    """Missing, invented and misshapen tokens are all the same to Zoom."""
    number = sim.add_meeting()
    headers = {"Authorization": header} if header else {}
    refused(httpx.get(f"{sim.url}/meetings/{number}", headers=headers), 401, 124)


def test_tokens_expire_and_can_be_revoked(sim: Simulator, api: httpx.Client) -> None:
    """An hour on the clock ends a token, and so does `revoke_tokens`."""
    number = sim.add_meeting()
    sim.clock.sleep(3_599)
    assert api.get(f"/meetings/{number}").status_code == 200
    sim.clock.sleep(1)
    refused(api.get(f"/meetings/{number}"), 401, 124)
    api.headers.update(bearer(sim))
    assert api.get(f"/meetings/{number}").status_code == 200
    sim.revoke_tokens()
    refused(api.get(f"/meetings/{number}"), 401, 124)


@pytest.mark.parametrize(("quirk", "status"), [("both-live", 200), ("replaces", 401)])
def test_a_second_token_and_the_first(quirk: str, status: int) -> None:
    """By default both are good; in 2022 the second ended the first."""
    with Simulator(quirks={"second-grant": quirk}) as sim:
        first = bearer(sim)
        token(sim)
        number = sim.add_meeting()
        answer = httpx.get(f"{sim.url}/meetings/{number}", headers=first)
        assert answer.status_code == status


def test_missing_scopes_answer_4711_with_status_400() -> None:
    """A token that may read may not write; the message lists what is missing."""
    app = Credentials(scopes=("meeting:read:meeting:admin",))
    with Simulator(credentials=app) as sim:
        number, headers = sim.add_meeting(), bearer(sim)
        url = f"{sim.url}/meetings/{number}"
        assert httpx.get(url, headers=headers).status_code == 200
        body = refused(httpx.patch(url, json={"topic": "x"}, headers=headers), 400, 4711)
        assert "meeting:update:meeting:admin" in body["message"]


def test_the_log_shows_requests_and_no_secret(
    sim: Simulator, api: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Bodies are kept for tests; tokens, secrets and passcodes are in no repr and no log line."""
    caplog.set_level(logging.DEBUG)
    number = sim.add_meeting()
    body = {"password": "Pa55-word", "topic": "seen"}
    api.patch(f"/meetings/{number}", json=body, params={"access_token": "sim.query"})
    token(sim, client_secret="sim-secret")
    update = next(request for request in sim.requests if request.method == "PATCH")
    assert (update.path, update.body, update.status) == (f"/v2/meetings/{number}", body, 204)
    assert "authorization" not in update.headers
    assert "seen" in repr(update)
    ours = [r.getMessage() for r in caplog.records if r.name.startswith(("rezoom", "uvicorn"))]
    text = f"{sim!r} {sim.requests!r} {sim.history(number)!r} {sim.credentials!r} {ours}"
    assert any(line.startswith("PATCH") for line in ours)
    for secret in ("Pa55-word", "sim-secret", "sim.query", api.headers["authorization"][7:]):
        assert secret not in text


@pytest.mark.parametrize("path", ["/oauth/token/", "/v2/oauth/token", "/oauth/revoke"])
@pytest.mark.parametrize("form", ["json", "data"])
@pytest.mark.parametrize("faulty", [False, True])
def test_credentials_that_went_astray_are_not_kept(
    sim: Simulator, path: str, form: str, faulty: bool
) -> None:
    """A client that is wrongly set up sends its real ones to an address that is none."""
    if faulty:
        sim.fault("html-502", match=path)
    said = {"account_id": "mine", "client_secret": "real-secret", "assertion": "real-secret"}
    options: Any = {form: said, "params": {"pwd": "real-secret"}}
    httpx.post(sim.url.removesuffix("/v2") + path, **options)
    kept = sim.requests[-1]
    assert "real-secret" not in f"{kept!r} {kept.to_dict()}"
    assert kept.body == ({"account_id": "mine"} if form == "json" else None)


def test_a_fault_at_the_token_address_keeps_no_secret(sim: Simulator) -> None:
    """Nothing of a form is logged that was never read."""
    sim.fail_next(Fault(status=500, match="/oauth/token"))
    token(sim, client_secret="sim-secret")
    assert (sim.requests[-1].status, sim.requests[-1].body) == (500, None)


def test_the_history_keeps_each_change(sim: Simulator, api: httpx.Client) -> None:
    """Only updates that were carried out are in it."""
    number = sim.add_meeting()
    for body in ({"topic": "a"}, {"duration": -1}, {"topic": "b", "colour": 1}):
        api.patch(f"/meetings/{number}", json=body)
    assert [change.body["topic"] for change in sim.history(number)] == ["a", "b"]
    assert sim.history(number)[1].ignored == ("colour",)


def test_the_environment_points_a_client_here(sim: Simulator) -> None:
    """`env` has what `Zoom.from_env` and other clients read."""
    assert sim.env() == {
        "ZOOM_ACCOUNT_ID": "sim-account",
        "ZOOM_CLIENT_ID": "sim-client",
        "ZOOM_CLIENT_SECRET": "sim-secret",
        "ZOOM_API_URL": sim.url,
        "ZOOM_OAUTH_URL": sim.token_url,
    }


def test_the_date_header_is_the_simulated_time(sim: Simulator, api: httpx.Client) -> None:
    """Answers carry the clock of the simulator, not of the machine."""
    sim.clock.sleep(timedelta(days=1).total_seconds())
    assert api.get("/meetings/1").headers["date"] == "Wed, 02 Jan 2030 12:00:00 GMT"


def test_a_seed_makes_everything_repeatable() -> None:
    """Same seed and clock, same tokens and meetings."""

    def run() -> tuple[str, dict[str, Any]]:
        with Simulator(clock=SimClock(NOW), seed=3) as sim:
            number = sim.add_series()
            return token(sim).json()["access_token"], sim.meeting(number)

    assert run() == run()


def test_two_simulators_share_nothing() -> None:
    """Each has its own port, meetings and tokens, and both stop cleanly."""
    with Simulator() as one, Simulator() as two:
        number = one.add_meeting()
        assert one.url != two.url
        assert not two.meetings
        refused(httpx.get(f"{two.url}/meetings/{number}", headers=bearer(one)), 401, 124)
        address = httpx.URL(one.url)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.host, address.port or 0))


@pytest.mark.smoke
def test_it_can_be_used_in_async_with() -> None:
    """Also from a running event loop."""

    async def run() -> int:
        async with Simulator() as sim, httpx.AsyncClient() as client:
            return (await client.get(f"{sim.url}/meetings/1")).status_code

    assert asyncio.run(run()) == 401


@pytest.mark.smoke
def test_a_port_in_use_is_explained(sim: Simulator) -> None:
    """The error names the port and the way out."""
    port = httpx.URL(sim.url).port or 0
    with pytest.raises(ConfigError, match=f"port {port}.*port 0") as caught:
        Simulator(port=port).start()
    assert caught.value.field == "port"


def test_a_stopped_simulator_can_still_be_read() -> None:
    """Its address is gone, its meetings and its log are not."""
    sim = Simulator()
    with sim:
        number = sim.add_meeting(topic="kept")
        httpx.get(f"{sim.url}/meetings/1")
    assert (sim.meeting(number)["topic"], len(sim.requests)) == ("kept", 1)
    with pytest.raises(RuntimeError, match="not running"):
        sim.url  # noqa: B018 - reading it is the test


def test_after_the_last_number_the_free_ones_are_taken(sim: Simulator) -> None:
    """A meeting with the highest number there can be is no end of all meetings."""
    sim.add_meeting(id=2**63 - 1)
    assert [sim.add_meeting() for _ in range(2)] == [85746065, 85746066]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"topc": "x"}, "topic"),
        ({"duration": 0}, "duration"),
        ({"timezone": "Mars"}, "timezone"),
        ({"id": "85746065"}, "meeting number"),
        ({"id": 85746065}, "already"),
        ({"host_id": 5}, "host_id"),
        ({"created_at": "yesterday"}, "created_at: 'yesterday' is no instant"),
        ({"created_at": "2030-01-01T09:00:00"}, "created_at: .* is no instant"),
        ({"occurrences": [{"occurrence_id": "1"}]}, "start_time is missing"),
    ],
)
def test_a_wrong_meeting_is_explained(sim: Simulator, fields: dict[str, Any], word: str) -> None:
    """The error names the member."""
    sim.add_meeting(id=85746065)
    with pytest.raises(ConfigError, match=word):
        sim.add_meeting(**fields)


def test_a_wrong_seed_names_the_meeting_in_the_list() -> None:
    """A list of seeds says which one is wrong."""
    with pytest.raises(ConfigError, match=r"meetings\[1\].*duration"):
        Simulator(meetings=[{"topic": "a"}, {"duration": -1}])


@pytest.mark.parametrize(
    "quirks", [{"past-strat": "ignore"}, {"past-start": "never"}, {"locked": ["settings.colour"]}]
)
def test_a_wrong_quirk_is_explained(quirks: dict[str, Any]) -> None:
    """Names and values are checked when they are given."""
    with pytest.raises(ConfigError, match=r"past-start|Choose from|settings\.colour"):
        Simulator(quirks=quirks)


def test_every_quirk_names_its_choices_and_sources() -> None:
    """The table of quirks is complete, and each source resolves."""
    from rezoom.simulator._quirks import behaviours
    from rezoom_wire import facts

    rows = behaviours()
    assert {row.name for row in rows} == {field.name for field in fields(Quirks)}
    assert all(row.sentence and row.sources for row in rows)
    assert {tag for row in rows for tag in row.sources} <= facts.SOURCES.keys()


def test_without_the_extra_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A missing starlette leads to the name of the extra."""
    for name in [*sys.modules]:
        if name.startswith(("starlette", "rezoom.simulator.")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "rezoom\[simulator\]"'):
        rezoom.simulator.Simulator  # noqa: B018 - reading it is the test


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
known = st.sampled_from(
    [
        "topic",
        "type",
        "duration",
        "start_time",
        "timezone",
        "recurrence",
        "settings",
        "password",
        "schedule_for",
        "tracking_fields",
        "pre_schedule",
    ]
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.dictionaries(known, json_values, max_size=4))
def test_no_body_breaks_it(sim: Simulator, api: httpx.Client, body: dict[str, Any]) -> None:
    """Any JSON object is answered with 204 or a refusal, and the meeting stays readable."""
    sim.clear_quota()
    number = sim.add_series()
    answer = api.patch(f"/meetings/{number}", content=json.dumps(body))
    if answer.status_code != 204:
        refused(answer, 400, valid(answer, "ZoomError")["code"])
    assert valid(api.get(f"/meetings/{number}"), "Meeting") == sim.meeting(number)


def test_a_fault_that_makes_no_sense_is_refused() -> None:
    """Nonsense in a fault is refused when it is made, not when it happens."""
    wrong: dict[str, Any]
    for wrong in ({"status": 99}, {"times": 0}, {"kind": "latency", "seconds": -1.0}):
        with pytest.raises(ConfigError, match=[*wrong][-1]):
            Fault(**wrong)
