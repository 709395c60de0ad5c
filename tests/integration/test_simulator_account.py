"""Who may do what on the simulated account: scopes, users, privileges, and whose meeting it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from openapi_judge import AnswerJudge
from rezoom.errors import ConfigError
from rezoom.simulator import Credentials, Fault, SimClock, Simulator, User
from rezoom_wire import facts

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
UPDATE, READ = (facts.OPERATIONS[name].scopes for name in ("updateMeeting", "getMeeting"))
GRACE: dict[str, Any] = {"email": "grace@example.com", "scheduled_by": ["ada@example.com"]}


@contextmanager
def running(judge: AnswerJudge | None = None, **options: Any) -> Iterator[tuple[Simulator, Any]]:
    hooks: Any = {"response": [judge or AnswerJudge()]}
    with (
        Simulator(clock=SimClock(NOW), **options) as sim,
        httpx.Client(base_url=sim.url, event_hooks=hooks) as http,
    ):
        sign(sim, http)
        yield sim, http


def sign(sim: Simulator, http: httpx.Client, **form: str) -> httpx.Response:
    form = {"grant_type": "account_credentials", "account_id": "sim-account", **form}
    token = http.post(sim.token_url, data=form, auth=("sim-client", "sim-secret"))
    if token.is_success:
        http.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
    return token


def refused(answer: httpx.Response) -> tuple[int, int, str]:
    body = answer.json()
    return answer.status_code, body["code"], body["message"]


@pytest.mark.parametrize("scope", UPDATE)
def test_each_scope_is_enough_to_update(scope: str) -> None:
    """Classic or granular, for one user or for all: one of them is enough, and for no read."""
    with running(credentials=Credentials(scopes=(scope,))) as (sim, http):
        number = sim.add_meeting()
        assert http.patch(f"/meetings/{number}", json={}).status_code == 204
        status, code, message = refused(http.get(f"/meetings/{number}"))
        assert (status, code) == (400, 4711)
        granular = scope.startswith("meeting:update")
        wanted = [name for name in READ if name.startswith("meeting:read:meeting") == granular]
        assert message == (f"Invalid access token, does not contain scopes:[{', '.join(wanted)}].")


def test_a_token_keeps_the_scopes_it_was_given_with() -> None:
    """What an administrator changes is in the next token."""
    with running() as (sim, http):
        number = sim.add_meeting()
        sim.set_scopes("meeting:read:admin")
        assert http.patch(f"/meetings/{number}", json={}).status_code == 204
        sign(sim, http)
        assert refused(http.patch(f"/meetings/{number}", json={}))[:2] == (400, 4711)
        with pytest.raises(ConfigError, match="scopes"):
            sim.set_scopes()


def test_an_expired_token_is_refused_in_other_words_than_an_invented_one() -> None:
    """Both are code 124 and status 401; the words differ."""
    with running() as (sim, http):
        sim.clock.advance(3_600)
        assert refused(http.get("/meetings/1")) == (401, 124, "Access token has expired.")
        sim.revoke_tokens()
        assert refused(http.get("/meetings/1")) == (401, 124, "Invalid access token.")


def test_a_user_takes_a_meeting_that_was_granted_to_the_host() -> None:
    """Host ID and e-mail change, the number stays; the next day's hundred is the new host's."""
    with running(users=[GRACE]) as (sim, http):
        number = sim.add_meeting()
        body = {"schedule_for": "Grace@Example.com"}
        assert http.patch(f"/meetings/{number}", json=body).status_code == 204
        after = http.get(f"/meetings/{number}").json()
        assert after["host_email"] == "grace@example.com"
        assert after["host_id"] == sim.users[0].id
        assert "schedule_for" not in after
        http.patch(f"/meetings/{number}", json={})
        assert [gauge["used"] for gauge in sim.quota()["hosts"].values()] == [1, 1]


@pytest.mark.parametrize(
    ("users", "user"),
    [
        ([], "grace@example.com"),
        ([{**GRACE, "scheduled_by": []}], "grace@example.com"),
        ([{**GRACE, "scheduled_by": ["bob@example.com"]}], "grace@example.com"),
        ([{**GRACE, "licensed": False}], "grace@example.com"),
        ([GRACE, {"email": "ada@example.com", "licensed": False}], "grace@example.com"),
    ],
    ids=["unknown", "not granted", "granted to another", "Basic", "Basic host"],
)
def test_a_user_who_has_not_granted_it_is_refused(users: Any, user: str) -> None:
    """Code 3000 names the user; nothing has changed."""
    with running(users=users) as (sim, http):
        number = sim.add_meeting()
        before = sim.meeting(number)
        answer = http.patch(f"/meetings/{number}", json={"schedule_for": user, "topic": "x"})
        assert refused(answer) == (400, 3000, f"You cannot schedule a meeting for {user}.")
        assert sim.meeting(number) == before


def test_a_user_can_be_named_by_id_and_everybody_can_be_granted() -> None:
    """As in Zoom's field; "*" is the simulator's own word for everybody."""
    user = {"email": "grace@example.com", "id": "gRaCe", "scheduled_by": ["*"]}
    with running(users=[user]) as (sim, http):
        number = sim.add_meeting(host_id="bob", host_email="bob@example.com")
        assert http.patch(f"/meetings/{number}", json={"schedule_for": "gRaCe"}).status_code == 204
        assert sim.meeting(number)["host_id"] == "gRaCe"


def test_a_free_plan_makes_every_host_a_basic_one() -> None:
    """Unless the user is listed with a licence."""
    users = ["grace@example.com"]
    with running(plan="free", users=users) as (sim, http):
        basic = sim.add_meeting()
        paid = sim.add_meeting(host_id=User.of(users[0]).id, host_email=users[0])
        for number in (basic, paid):
            http.patch(f"/meetings/{number}", json={"settings": {"approval_type": 0}})
        taken = [sim.meeting(number)["settings"]["approval_type"] for number in (basic, paid)]
        assert taken == [2, 0]


def test_a_user_who_may_not_host_is_refused() -> None:
    """Code 3161, for reads as well."""
    with running(users=[{"email": "ada@example.com", "may_host": False}]) as (sim, http):
        number = sim.add_meeting()
        for answer in (http.get(f"/meetings/{number}"), http.patch(f"/meetings/{number}", json={})):
            assert refused(answer)[:2] == (400, 3161)


def test_a_webinar_is_no_meeting() -> None:
    """Code 3000, and its number is taken."""
    with running() as (sim, http):
        number = sim.add_webinar(93201235)
        for answer in (http.get(f"/meetings/{number}"), http.patch(f"/meetings/{number}", json={})):
            assert refused(answer) == (400, 3000, "Cannot access webinar info.")
        with pytest.raises(ConfigError, match="already"):
            sim.add_meeting(id=number)


def test_a_number_expires_by_the_kind_of_its_meeting() -> None:
    """A single one 30 days after its date or last use, a series 365, an instant one at its end."""
    with running() as (sim, http):
        single, series, instant = sim.add_meeting(), sim.add_series(), sim.add_meeting(type=1)
        used = sim.add_meeting()

        def there() -> list[bool]:
            sign(sim, http)
            numbers = (single, used, series, instant)
            return [http.get(f"/meetings/{number}").is_success for number in numbers]

        sim.start_meeting(instant)
        assert there() == [True, True, True, True]
        sim.end_meeting(instant)
        assert there() == [True, True, True, False]
        sim.clock.advance(timedelta(days=20))
        sim.start_meeting(used)
        sim.end_meeting(used)
        sim.clock.advance(timedelta(days=12))
        assert there() == [False, True, True, False]
        assert sim.requests[-4].note.startswith("the number has lapsed at 2030-02-01T")
        sim.clock.advance(timedelta(days=400))
        assert there() == [False, False, True, False]
        sim.clock.advance(timedelta(days=50))
        assert there() == [False, False, False, False]


def test_a_running_meeting_is_changed_for_its_next_start() -> None:
    """A read shows the change, those who are in the meeting have what was there at its start."""
    with running() as (sim, http):
        number = sim.add_meeting(topic="old")
        sim.start_meeting(number)
        http.patch(f"/meetings/{number}", json={"topic": "new"})
        assert sim.requests[-1].note == "running: takes effect after a restart"
        assert http.get(f"/meetings/{number}").json()["topic"] == "new"
        assert sim.behind(number)["session"]["topic"] == "old"
        sim.end_meeting(number)
        sim.start_meeting(number)
        assert sim.behind(number)["session"]["topic"] == "new"
        said = [change.body for change in sim.history(number)]
        assert [body.get("status") for body in said] == ["started", None, "waiting", "started"]


def test_every_answer_is_one_the_document_describes() -> None:
    """One long session meets every status and code that the simulator has, and each validates."""
    judge = AnswerJudge()
    chat = {"settings": {"continuous_meeting_chat": {"enable": True}}}
    users = [{"email": "eve@example.com", "may_host": False}, "dan@example.com"]
    options: dict[str, Any] = {"limits": {"host-day": 9}, "quirks": {"blocked-domains": ["b.org"]}}
    with running(judge, users=users, **options) as (sim, http):
        one, series, instant = sim.add_meeting(), sim.add_series(), sim.add_meeting(type=1)
        date = sim.meeting(series)["occurrences"][0]["occurrence_id"]
        webinar = sim.add_webinar(1)
        eves = sim.add_meeting(host_id="eve", host_email="eve@example.com")
        for number in (one, series, instant, webinar, eves, 2):
            http.get(f"/meetings/{number}")
            http.get(f"/meetings/{number}", params={"show_previous_occurrences": "true"})
        http.get(f"/meetings/{series}", params={"occurrence_id": date})
        http.get(f"/meetings/{series}", params={"occurrence_id": "1"})
        for body in (
            {"topic": "x"},
            {"duration": -1},
            {"schedule_for": "x y"},
            {"schedule_for": "bob@example.com"},
            {"schedule_for": "bob@example.com", **chat},
            {"settings": {"enforce_login_domains": "a,b"}},
            {"settings": {"alternative_hosts": "x@b.org"}},
            {"pre_schedule": True, "type": 8},
            {"start_time": "2030-02-30T09:00:00Z"},
            {"topic": "the host's tenth"},
        ):
            http.patch(f"/meetings/{one}", json=body)
        sim.clear_quota()
        http.patch(f"/meetings/{instant}", json={"schedule_for": "dan@example.com"})
        http.patch(f"/meetings/{one}", content=b"{")
        http.patch(f"/meetings/{series}", json={"duration": 5}, params={"occurrence_id": date})
        http.patch(f"/meetings/{series}", json={}, params={"occurrence_id": "1"})
        http.patch(f"/meetings/{webinar}", json={})
        http.patch(f"/meetings/{eves}", json={})
        http.patch("/meetings/4444AAAiAAAAAiAiAiiAii==", json={})
        http.patch("/meetings/2", json={})
        sim.set_quirks({"running": "refuse"})
        sim.start_meeting(one)
        http.patch(f"/meetings/{one}", json={})
        for limit in ("second", "account-day", "host-day", "lock"):
            sim.fail_next(Fault(limit))
            http.patch(f"/meetings/{one}", json={})
        for path in ("/userz/me", "/meetingz"):
            http.get(path)
        sign(sim, http, grant_type="x")
        sign(sim, http, account_id="x")
        sim.set_quirks({"others-meeting": "refuse", "limit-code": "4001"})
        sim.set_scopes("meeting:update:meeting", "meeting:read:meeting")
        sign(sim, http)
        theirs = sim.add_meeting(host_id="dan", host_email="dan@example.com")
        http.patch(f"/meetings/{theirs}", json={})
        sim.set_scopes("user:read")
        sign(sim, http)
        http.patch(f"/meetings/{one}", json={})
        http.get(f"/meetings/{one}")
        http.headers["Authorization"] = "Bearer nonsense"
        http.patch(f"/meetings/{one}", json={})
        http.get(f"/meetings/{one}")

        expected = (
            {
                ("PATCH", status, code)
                for status, code in [
                    (204, None),
                    (400, 300),
                    (400, 3000),
                    (400, 3003),
                    (400, 3161),
                    (400, 4711),
                    (401, 124),
                    (404, 3001),
                    (429, 429),
                ]
            }
            | {
                ("GET", status, code)
                for status, code in [
                    (200, None),
                    (400, 3000),
                    (400, 3161),
                    (400, 4711),
                    (401, 124),
                    (404, 3001),
                    (404, 2300),
                ]
            }
            | {("POST", 200, None), ("POST", 400, None)}
        )
        assert judge.seen == expected
        assert judge.count == len(sim.requests)


@pytest.mark.parametrize("spoilt", ["status", "code", "header", "kind"])
def test_the_judge_sees_what_is_wrong(spoilt: str) -> None:
    """An answer that the document does not have is found out."""
    wrong: dict[str, Fault] = {
        "status": Fault(status=418, body={"code": 1}),
        "code": Fault(status=404, body={"code": "3001"}),
        "header": Fault(status=404, body={"code": 3001}, headers={"retry-after": "1"}),
        "kind": Fault(status=404, body="<html>404</html>"),
    }
    with running() as (sim, http):
        sim.fail_next(wrong[spoilt])
        with pytest.raises(Exception, match=r"418|3001|retry-after|Expecting value"):
            http.get("/meetings/1")
