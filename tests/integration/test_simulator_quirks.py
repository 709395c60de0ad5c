"""Every quirk, each of its choices, over HTTP: what a client can see of the difference.

Each answer on the way is judged by our OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx
import pytest
from limits import rule_most
from openapi_judge import AnswerJudge
from rezoom._wire import facts
from rezoom.simulator import Credentials, SimClock, Simulator
from rezoom.simulator._quirks import behaviours

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
WEEKLY = {"type": 2, "weekly_days": "2", "end_times": 12}
ADA = "30R7kT7bTIKSNUFEuH_Qlg"


class Api:
    """A simulator, a client in front of it, and the answers as few words as a test needs."""

    def __init__(self, sim: Simulator, http: httpx.Client) -> None:
        self.sim, self.http = sim, http
        self.sign()

    def sign(self) -> dict[str, Any]:
        form = {"grant_type": "account_credentials", "account_id": "sim-account"}
        token = self.http.post(self.sim.token_url, data=form, auth=("sim-client", "sim-secret"))
        granted: dict[str, Any] = token.json()
        self.http.headers["Authorization"] = f"Bearer {granted['access_token']}"
        return granted

    def patch(self, number: int | str, body: Any, **query: str) -> int:
        return self.send(number, body, **query).status_code

    def send(self, number: int | str, body: Any, **query: str) -> httpx.Response:
        return self.http.patch(f"/meetings/{number}", json=body, params=query)

    def get(self, number: int) -> Any:
        return self.http.get(f"/meetings/{number}", params={"show_previous_occurrences": "true"})

    def changed(self, number: int, body: Any) -> Any:
        """Send an update, which must be taken, and return the meeting after it."""
        assert self.patch(number, body) == 204
        return self.get(number).json()


@contextmanager
def running(**options: Any) -> Iterator[Api]:
    with (
        Simulator(clock=SimClock(NOW), seed=1, **options) as sim,
        httpx.Client(base_url=sim.url, event_hooks={"response": [AnswerJudge()]}) as http,
    ):
        yield Api(sim, http)


class Row(NamedTuple):
    """What one quirk decides, seen under each of its choices."""

    see: Callable[[Api], Any]
    choices: dict[str, Any]
    options: dict[str, Any]


ROWS: dict[str, Row] = {}


def quirk(
    name: str, choices: dict[str, Any], **options: Any
) -> Callable[[Callable[[Api], Any]], None]:
    def keep(see: Callable[[Api], Any]) -> None:
        ROWS[name] = Row(see, choices, options)

    return keep


@quirk(
    "past-start",
    {
        "ignore": "2030-01-02T13:00:00Z",
        "rewrite-to-now": "2030-01-01T12:00:00Z",
        "accept": "2029-12-01T09:00:00Z",
    },
)
def _(api: Api) -> Any:
    return api.changed(api.sim.add_meeting(), {"start_time": "2029-12-01T09:00:00Z"})["start_time"]


@quirk(
    "missing-start",
    {
        "keep": ("2030-01-07T08:00:00Z", 3),
        "last-occurrence": ("2030-03-25T08:00:00Z", 3),
        "ignore": ("2030-01-07T08:00:00Z", 12),
    },
)
def _(api: Api) -> Any:
    after = api.changed(api.sim.add_series(), {"recurrence": {**WEEKLY, "end_times": 3}})
    return after["start_time"], len(after["occurrences"])


@quirk("missing-recurrence", {"keep": 204, "refuse": 400})
def _(api: Api) -> Any:
    body = {"start_time": "2030-02-04T09:00:00", "timezone": "Europe/Berlin"}
    return api.patch(api.sim.add_series(), body)


@quirk("recurrence", {"replace": (400, 12, "2"), "merge": (204, 3, "2")})
def _(api: Api) -> Any:
    number = api.sim.add_series()
    status = api.patch(number, {"recurrence": {"end_times": 3}})
    after = api.get(number).json()
    return status, len(after["occurrences"]), after["recurrence"]["weekly_days"]


@quirk(
    "missing-weekly-days",
    {
        "sunday": (204, "1"),
        "start-day": (204, "3"),
        "refuse": (400, "2"),
    },
)
def _(api: Api) -> Any:
    number = api.sim.add_series()
    start = {"start_time": "2030-01-08T09:00:00", "timezone": "Europe/Berlin"}
    status = api.patch(number, {**start, "recurrence": {"type": 2, "end_times": 2}})
    return status, api.get(number).json()["recurrence"]["weekly_days"]


@quirk("over-fifty", {"take": 204, "refuse": 400})
def _(api: Api) -> Any:
    return api.patch(
        api.sim.add_series(), {"recurrence": {**WEEKLY, "end_times": rule_most("over-count") + 1}}
    )


@quirk("short-month", {"skip": "2030-03-31T09:00:00Z", "clamp": "2030-02-28T09:00:00Z"})
def _(api: Api) -> Any:
    pattern = {"type": 3, "monthly_day": 31, "end_times": 2}
    body = {"start_time": "2030-01-31T09:00:00Z", "recurrence": pattern}
    number = api.sim.add_series(timezone="UTC")
    return api.changed(number, body)["occurrences"][1]["start_time"]


@quirk("endless", {"horizon": facts.ENDLESS.weekly, "sixty": facts.ENDLESS.other})
def _(api: Api) -> Any:
    after = api.changed(api.sim.add_series(), {"recurrence": {**WEEKLY, "end_times": 0}})
    assert after["recurrence"]["end_times"] == len(after["occurrences"])
    return len(after["occurrences"])


@quirk("clock-change", {"wall-clock": "2030-04-01T07:00:00Z", "utc": "2030-04-01T08:00:00Z"})
def _(api: Api) -> Any:
    after = api.changed(api.sim.add_series(), {"recurrence": {**WEEKLY, "end_times": 13}})
    return after["occurrences"][-1]["start_time"]


@quirk("timezone-with-z", {"ignore": "UTC", "keep": "Asia/Tokyo"})
def _(api: Api) -> Any:
    body = {"start_time": "2030-02-01T09:00:00Z", "timezone": "Asia/Tokyo"}
    after = api.changed(api.sim.add_meeting(), body)
    assert after["start_time"] == "2030-02-01T09:00:00Z"
    return after["timezone"]


@quirk(
    "offset-start",
    {
        "read-as-utc": (204, "2030-02-01T09:00:00Z"),
        "refuse": (400, "2030-01-02T13:00:00Z"),
    },
)
def _(api: Api) -> Any:
    number = api.sim.add_meeting()
    status = api.patch(number, {"start_time": "2030-02-01T09:00:00+01:00"})
    return status, api.get(number).json()["start_time"]


@quirk(
    "edited-occurrences",
    {
        "reset": [(45, "available"), (45, "available"), (45, "available")],
        "keep": [(5, "available"), (45, "deleted"), (45, "available")],
    },
)
def _(api: Api) -> Any:
    number = api.sim.add_series()
    first, second = [one["occurrence_id"] for one in api.sim.meeting(number)["occurrences"][:2]]
    assert api.patch(number, {"duration": 5}, occurrence_id=first) == 204
    api.sim.delete_occurrence(number, second)
    dates = api.changed(number, {"recurrence": WEEKLY})["occurrences"]
    return [(one["duration"], one["status"]) for one in dates[:3]]


@quirk("unknown-occurrence", {"refuse": (400, 3000), "not-found": (404, 3001)})
def _(api: Api) -> Any:
    number = api.sim.add_series()
    deleted = api.sim.meeting(number)["occurrences"][0]["occurrence_id"]
    api.sim.delete_occurrence(number, deleted)
    answers = [api.send(number, {"duration": 5}, occurrence_id=one) for one in (deleted, "1")]
    seen = {(answer.status_code, answer.json()["code"]) for answer in answers}
    assert len(seen) == 1
    return seen.pop()


@quirk("single-to-series", {"take": (8, 12), "ignore": (2, 0)})
def _(api: Api) -> Any:
    number = api.sim.add_meeting(password="kept", timezone="Europe/Berlin")
    before = api.sim.meeting(number)
    body = {"type": 8, "start_time": "2030-01-07T09:00:00", "recurrence": WEEKLY}
    after = api.changed(number, {**body, "timezone": "Europe/Berlin"})
    for name in ("id", "password", "join_url"):
        assert after[name] == before[name]
    return after["type"], len(after.get("occurrences", ()))


@quirk(
    "unknown-key",
    {
        "ignore": (204, 204),
        "refuse": (400, 400),
        "refuse-in-settings": (204, 400),
    },
)
def _(api: Api) -> Any:
    number = api.sim.add_meeting()
    bodies: tuple[Any, ...] = ({"auto_recording": "cloud"}, {"settings": {"auto_transcribing": 1}})
    return tuple(api.patch(number, body) for body in bodies)


@quirk("null-member", {"ignore": 204, "refuse": 400})
def _(api: Api) -> Any:
    return api.patch(api.sim.add_meeting(), {"agenda": None})


@quirk("arrays", {"replace": ["b"], "extend": ["a", "b"]})
def _(api: Api) -> Any:
    number = api.sim.add_meeting(tracking_fields=[{"field": "a", "value": "1"}])
    after = api.changed(number, {"tracking_fields": [{"field": "b", "value": "2"}]})
    return [row["field"] for row in after["tracking_fields"]]


@quirk("empty-passcode", {"keep": "old", "clear": ""})
def _(api: Api) -> Any:
    return api.changed(api.sim.add_meeting(password="old"), {"password": ""})["password"]


@quirk("passcode", {"optional": (0, False), "required": (10, True)})
def _(api: Api) -> Any:
    after = api.changed(api.sim.add_meeting(password=""), {"topic": "x"})
    return len(after["password"]), "pwd=" in after["join_url"]


@quirk("security-floor", {"waiting-room": True, "none": False})
def _(api: Api) -> Any:
    number = api.sim.add_meeting(password="")
    return api.changed(number, {"settings": {"waiting_room": False}})["settings"]["waiting_room"]


@quirk("e2ee", {"switch-off": (False, "none", False), "none": (True, "cloud", True)})
def _(api: Api) -> Any:
    rooms = {"breakout_room": {"enable": True}, "auto_recording": "cloud", "join_before_host": True}
    number = api.sim.add_meeting(settings=rooms)
    after = api.changed(number, {"settings": {"encryption_type": "e2ee"}})["settings"]
    return after["join_before_host"], after["auto_recording"], after["breakout_room"]["enable"]


@quirk(
    "basic-host",
    {"ignore": (2, "none", True), "take": (0, "cloud", True)},
    users=[{"email": "ada@example.com", "licensed": False}],
)
def _(api: Api) -> Any:
    wanted = {"approval_type": 0, "auto_recording": "cloud", "mute_upon_entry": True}
    after = api.changed(api.sim.add_meeting(), {"settings": wanted})["settings"]
    return after["approval_type"], after["auto_recording"], after["mute_upon_entry"]


@quirk("pmi-conversion", {"ignore": False, "take": True})
def _(api: Api) -> Any:
    return api.changed(api.sim.add_meeting(), {"settings": {"use_pmi": True}})["settings"][
        "use_pmi"
    ]


@quirk("registration", {"needs-start": (2, 2, 2), "take": (0, 0, 0)})
def _(api: Api) -> Any:
    registered = {"settings": {"approval_type": 0}}
    lost = api.changed(api.sim.add_meeting(**registered), {"type": 3})
    anytime = api.changed(api.sim.add_meeting(type=3), registered)
    over = api.changed(api.sim.add_meeting(start_time="2020-01-07T09:00:00Z"), registered)
    return tuple(one["settings"]["approval_type"] for one in (lost, anytime, over))


@quirk("interpretation", {"take": True, "ignore": False})
def _(api: Api) -> Any:
    body = {"settings": {"language_interpretation": {"enable": True}}}
    return "language_interpretation" in api.changed(api.sim.add_meeting(), body)["settings"]


@quirk(
    "alternative-hosts",
    {"take": "grace@example.com;eve@example.org", "drop-outsiders": "grace@example.com"},
    users=["grace@example.com"],
)
def _(api: Api) -> Any:
    body = {"settings": {"alternative_hosts": "grace@example.com;eve@example.org"}}
    return api.changed(api.sim.add_meeting(), body)["settings"]["alternative_hosts"]


@quirk(
    "running",
    {
        "take": (204, "new", "new"),
        "hold": (204, "old", "new"),
        "refuse": (400, "old", "old"),
    },
)
def _(api: Api) -> Any:
    number = api.sim.add_meeting(topic="old")
    api.sim.start_meeting(number)
    assert api.get(number).json()["status"] == "started"
    status = api.patch(number, {"topic": "new"})
    meanwhile = api.get(number).json()["topic"]
    assert api.sim.behind(number)["session"]["topic"] == "old"
    api.sim.end_meeting(number)
    after = api.get(number).json()
    assert after["status"] == "waiting"
    return status, meanwhile, after["topic"]


@quirk("lapsed-id", {"not-found": 404, "keep": 204})
def _(api: Api) -> Any:
    number = api.sim.add_meeting()
    api.sim.clock.sleep(32 * 86_400)
    api.sign()
    return api.patch(number, {"topic": "x"})


@quirk(
    "not-found",
    {
        "does-not-exist": "Meeting does not exist: 1.",
        "has-expired": "Meeting 1 is not found or has expired.",
    },
)
def _(api: Api) -> Any:
    answer = api.send(1, {})
    assert (answer.status_code, answer.json()["code"]) == (404, 3001)
    return answer.json()["message"]


@quirk("uuid-path", {"ignore": 204, "not-found": 404})
def _(api: Api) -> Any:
    number = api.sim.add_meeting(topic="old", uuid="4444AAAiAAAAAiAiAiiAii==")
    status = api.patch("4444AAAiAAAAAiAiAiiAii%3D%3D", {"topic": "new"})
    assert api.sim.meeting(number)["topic"] == "old"
    return status


@quirk("read-after-update", {"fresh": ["new", "new"], "stale-once": ["old", "new"]})
def _(api: Api) -> Any:
    number = api.sim.add_meeting(topic="old")
    api.patch(number, {"topic": "new"})
    return [api.get(number).json()["topic"] for _ in range(2)]


@quirk("schedule-for", {"privilege": (400, 3000), "anyone": (204, None)})
def _(api: Api) -> Any:
    answer = api.send(api.sim.add_meeting(), {"schedule_for": "grace@example.com"})
    return answer.status_code, answer.json()["code"] if answer.content else None


@quirk(
    "unknown-user",
    {
        "cannot-schedule": (400, 3000),
        "not-found": (404, 1001),
        "not-in-account": (400, 1010),
    },
)
def _(api: Api) -> Any:
    answer = api.send(api.sim.add_meeting(), {"schedule_for": "nobody@example.com"})
    return answer.status_code, answer.json()["code"]


@quirk(
    "others-meeting",
    {"refuse": (400, 204), "take": (204, 204)},
    credentials=Credentials(scopes=("meeting:update:meeting",)),
)
def _(api: Api) -> Any:
    theirs = api.sim.add_meeting(host_id="grace", host_email="grace@example.com")
    return api.patch(theirs, {"topic": "x"}), api.patch(api.sim.add_meeting(), {"topic": "x"})


@quirk("second-grant", {"both-live": 204, "replaces": 401})
def _(api: Api) -> Any:
    first = api.http.headers["Authorization"]
    api.sign()
    api.http.headers["Authorization"] = first
    return api.patch(api.sim.add_meeting(), {"topic": "x"})


@quirk("expires-in", {"3599": 3599, "3600": 3600})
def _(api: Api) -> Any:
    return api.sign()["expires_in"]


@quirk("rejected-status", {"401": (401, 124), "400": (400, 124)})
def _(api: Api) -> Any:
    api.sim.revoke_tokens()
    answer = api.send(1, {})
    return answer.status_code, answer.json()["code"]


@quirk("unsigned-code", {"124": 124, "4700": 4700})
def _(api: Api) -> Any:
    del api.http.headers["Authorization"]
    return api.send(1, {}).json()["code"]


@quirk("limit-code", {"429": 429, "4001": 4001}, limits={"host-day": 0})
def _(api: Api) -> Any:
    answer = api.send(api.sim.add_meeting(), {})
    assert answer.status_code == 429
    return answer.json()["code"]


@quirk("counted", {"arrived": 429, "carried-out": 204}, limits={"host-day": 1})
def _(api: Api) -> Any:
    number = api.sim.add_meeting()
    assert api.patch(number, {"duration": -1}) == 400
    return api.patch(number, {"topic": "x"})


@quirk("host-window", {"utc-day": 204, "rolling": 429}, limits={"host-day": 1, "meeting-day": None})
def _(api: Api) -> Any:
    number = api.sim.add_meeting()
    assert [api.patch(number, {}), api.patch(number, {})] == [204, 429]
    api.sim.clock.sleep(12 * 3600)
    api.sign()
    return api.patch(number, {})


@quirk(
    "meeting-window", {"utc-day": 204, "rolling": 429}, limits={"host-day": None, "meeting-day": 1}
)
def _(api: Api) -> Any:
    number = api.sim.add_meeting()
    assert [api.patch(number, {}), api.patch(number, {})] == [204, 429]
    api.sim.clock.sleep(12 * 3600)
    api.sign()
    return api.patch(number, {})


@quirk(
    "host-day-headers",
    {"other-pool": ("6000", "5999"), "own-pool": ("0", "0")},
    limits={"host-day": 0},
)
def _(api: Api) -> Any:
    headers = api.send(api.sim.add_meeting(), {}).headers
    assert not {"x-ratelimit-type", "retry-after"} & headers.keys()
    return headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]


@pytest.mark.parametrize(
    ("name", "choice"), [(name, choice) for name, row in ROWS.items() for choice in row.choices]
)
def test_each_choice_is_seen(name: str, choice: str) -> None:
    """Zoom's open questions, answered either way."""
    row = ROWS[name]
    with running(quirks={name: choice}, **row.options) as api:
        assert row.see(api) == row.choices[choice]


def test_every_choice_of_every_quirk_is_tried_and_differs() -> None:
    """A switch that changes nothing is no switch."""
    listed = {row.name.replace("_", "-"): row.choices for row in behaviours() if row.choices}
    assert listed.keys() == ROWS.keys()
    for name, choices in listed.items():
        seen = ROWS[name].choices
        assert seen.keys() == set(choices), name
        assert len({repr(value) for value in seen.values()}) == len(choices), name


def test_locked_members_are_left_alone() -> None:
    """What an administrator has locked is ignored in silence, and the log says so."""
    with running(quirks={"locked": ["settings.join_before_host"]}) as api:
        number = api.sim.add_meeting()
        after = api.changed(number, {"settings": {"join_before_host": True, "watermark": True}})
        assert not after["settings"]["join_before_host"]
        assert after["settings"]["watermark"]
        assert api.sim.updates(number)[0].ignored == ("settings.join_before_host",)


def test_a_blocked_domain_is_refused_by_name() -> None:
    """In whichever list of people the address stands."""
    people = {"meeting_invitees": [{"email": "a@Bad.example"}]}
    with running(quirks={"blocked-domains": ["bad.example"]}) as api:
        number = api.sim.add_meeting()
        for settings in (people, {"alternative_hosts": "b@bad.example"}):
            answer = api.send(number, {"settings": settings})
            assert (answer.status_code, answer.json()["code"]) == (400, 3000)
            assert "Users in 'bad.example' have been blocked" in answer.json()["message"]
        assert api.patch(number, {"settings": {"alternative_hosts": "b@good.example"}}) == 204


def test_a_merged_recurrence_still_needs_a_type() -> None:
    """Where there was none before, a part of one is as bad as without the quirk."""
    with running(quirks={"recurrence": "merge"}) as api:
        number = api.sim.add_meeting()
        answer = api.send(number, {"type": 8, "recurrence": {"end_times": 3}})
        assert answer.json()["errors"][0]["field"] == "recurrence.type"
        assert api.patch(number, {"type": 8, "recurrence": {"type": 1, "end_times": 3}}) == 204
