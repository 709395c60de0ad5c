"""The sans-I/O core, driven by hand: what it wants next, and what it tells in the end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from limits import OF_A_HOST
from rezoom import (
    AuthError,
    Bearer,
    Limits,
    NotFoundError,
    NotSentError,
    QuotaExceeded,
    RateLimited,
    RefusedError,
    RezoomError,
    ScopeError,
    ServerError,
    UnansweredError,
)
from rezoom._auth.tokens import Token
from rezoom._clock import SystemClock
from rezoom._http.context import Call, ClientContext
from rezoom._http.flow import (
    Authorize,
    Await,
    Failure,
    Intent,
    Outgoing,
    Pause,
    Release,
    Reserve,
    Send,
    Settle,
    Turn,
    exchange,
    take_turn,
    turn,
)
from rezoom._http.responses import Reply
from rezoom._ledger.model import Block, External, Lesson, SlowDown
from rezoom.errors import SlotExpired
from rezoom.quota import Grant, MemoryLedger, Policy, Reservation
from rezoom_wire.api.meetings import get_meeting, update_meeting

NOW = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)
# A minute late: Zoom's clock is not ours to the second.
MIDNIGHT = datetime(2026, 12, 8, 0, 1, tzinfo=UTC)
PLACES = Policy().reservation("account", 1, "host")
PATCH = Outgoing(
    "updateMeeting", 1, update_meeting.build_request(1, body={"topic": "x"}), success=204
)
PER_SECOND = b'{"code": 429, "message": "You have reached the maximum per-second rate limit"}'
LOCK = b'{"code": 429, "message": "Too many concurrent requests"}'
HOST_DAY = b'{"code": 429, "message": "You have exceeded the daily rate limit of Meeting"}'
ACCOUNT_DAY = b'{"code": 429, "message": "You have reached the maximum daily rate limit"}'


def reply(status: int, body: bytes = b"{}", **headers: str) -> Reply:
    """Make an answer of the server."""
    return Reply(status, {k.replace("_", "-"): v for k, v in headers.items()}, body, NOW)


DONE = reply(204)
NO_TOKEN = reply(401, b'{"code": 124, "message": "Invalid access token."}')
UNAVAILABLE = reply(503)
UNSENT = Failure(False, "ConnectError", NOW)
UNANSWERED = Failure(None, "ReadTimeout", NOW)


def patient(retries: int, wait: float, rand: Callable[[], float]) -> Call:
    """Begin a call that may try again so often, and sleep so many seconds in all."""
    auth, clock = Bearer("token"), SystemClock()
    context = ClientContext(
        auth, "account", MemoryLedger(clock=clock), Policy(), clock, rand, retries=retries
    )
    return context.call(wait)


@dataclass
class Run:
    """Plays the driver: answers each kind of intent from a list, and notes what was wanted."""

    sends: Sequence[Reply | Failure | RezoomError]
    turns: list[int] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    tokens: list[Token | Failure | RezoomError] = field(default_factory=list)
    reserves: list[RezoomError | None] = field(default_factory=list)
    request: Outgoing = PATCH
    call: Call = field(default_factory=lambda: patient(2, 30, lambda: 1.0))
    places: Reservation | None = PLACES
    seen: list[Intent] = field(default_factory=list)

    def go(self) -> Reply:
        """Run to the end: the reply, or the error as a caller would see it."""
        found: Reply = self._steps(exchange(self.request, self.call, self.places))
        return found

    def _steps(self, flow: Any) -> Any:
        try:
            intent = next(flow)
            while True:
                if isinstance(intent, Turn):
                    try:
                        result = self._steps(turn(intent.reservation, intent.wait))
                    except RezoomError as error:
                        result = error
                else:
                    self.seen.append(intent)
                    result = self._answer(intent)
                intent = (
                    flow.throw(result) if isinstance(result, RezoomError) else flow.send(result)
                )
        except StopIteration as done:
            return done.value

    def fails(self) -> RezoomError:
        """Run to the error."""
        with pytest.raises(RezoomError) as caught:
            self.go()
        return caught.value

    def wanted(self) -> list[str]:
        """Name the intents in order."""
        return [type(intent).__name__ for intent in self.seen]

    def pauses(self) -> list[float]:
        """List the seconds that were slept."""
        return [intent.seconds for intent in self.seen if isinstance(intent, Pause)]

    def _answer(self, intent: Intent) -> Any:
        count = self.wanted().count(type(intent).__name__)
        match intent:
            case Authorize():
                return self.tokens.pop(0) if self.tokens else Token(f"token-{count}")
            case Reserve(places):
                refusal = self.reserves.pop(0) if self.reserves else None
                pause = self.turns.pop(0) if self.turns else 0
                return refusal or Grant(f"grant-{count}", places, 0, pause)
            case Await():
                return self.late.pop(0) if self.late else 0.0
            case Send():
                return self.sends[count - 1]
        return None


def full(scope: str = "host") -> QuotaExceeded:
    """Make the ledger's refusal."""
    return QuotaExceeded(
        limit=100, used=100, pending=0, unknown=0, external=0, scope=scope, retry_at=MIDNIGHT
    )


ATTEMPT = ["Authorize", "Reserve", "Send"]


def test_the_token_comes_before_the_reservation() -> None:
    """A token that cannot be had must not cost a place."""
    run = Run([DONE])

    assert run.go() is DONE
    assert run.wanted() == [*ATTEMPT, "Settle"]


def test_a_read_reserves_nothing() -> None:
    """The hundred is about updates."""
    get = Outgoing("getMeeting", 1, get_meeting.build_request(1))
    run = Run([reply(200)], request=get, places=None)
    run.go()

    assert run.wanted() == ["Authorize", "Send"]


def test_what_is_sent_carries_the_token_of_its_attempt() -> None:
    """And the place that was reserved is the one that is settled."""
    run = Run([DONE])
    run.go()

    grant = Grant("grant-1", PLACES, 0)
    assert run.seen[2:] == [Send(PATCH, Token("token-1"), grant), Settle(grant)]


RETRIED = {
    "per-second": reply(429, PER_SECOND),
    "per-second-by-header": reply(429, b"", x_ratelimit_type="QPS"),
    "lock": reply(429, LOCK),
    "unexplained-429": reply(429, b""),
    "502": reply(502, b"<html>"),
    "503": UNAVAILABLE,
    "504": reply(504),
}
FINAL: dict[str, tuple[Reply, type[RezoomError]]] = {
    "host-day": (reply(429, HOST_DAY), RateLimited),
    "account-day": (reply(429, ACCOUNT_DAY), RateLimited),
    "daily-by-header": (reply(429, b"", x_ratelimit_type="Daily-limit"), RateLimited),
    "scope": (reply(400, b'{"code": 4711, "message": "no scopes:[a:b]"}'), ScopeError),
    "validation": (reply(400, b'{"code": 300}'), RefusedError),
    "not-found": (reply(404, b'{"code": 3001}'), NotFoundError),
    "conflict": (reply(409), RefusedError),
    "500": (reply(500), ServerError),
    "501": (reply(501), ServerError),
    "520": (reply(520, b"<html>"), ServerError),
    "299": (reply(299), ServerError),
    "200": (reply(200), ServerError),
    "200-with-an-error": (reply(200, b'{"code": 3001}'), NotFoundError),
    "302": (reply(302), ServerError),
}


@pytest.mark.parametrize("name", RETRIED)
def test_a_passing_failure_is_tried_again_on_a_new_reservation(name: str) -> None:
    """Every attempt passes the same guard."""
    run = Run([RETRIED[name], DONE])

    assert run.go() is DONE
    # The limiter of a second stands in front of what counts updates.
    ending = "Release" if name.startswith("per-second") else "Settle"
    assert run.wanted() == [*ATTEMPT, ending, "Pause", *ATTEMPT, "Settle"]


@pytest.mark.parametrize("name", FINAL)
def test_a_lasting_failure_is_final(name: str) -> None:
    """It is settled, for Zoom has counted it, and raised after one attempt."""
    answer, error = FINAL[name]
    run = Run([answer])

    assert type(run.fails()) is error
    assert run.wanted() == [*ATTEMPT, "Settle"]


@pytest.mark.parametrize(
    ("answer", "lessons"),
    [
        (reply(429, HOST_DAY), (Block("host", MIDNIGHT, "user-day"), External("host", OF_A_HOST))),
        (
            reply(429, HOST_DAY, retry_after="2026-12-07T18:00:00Z"),
            (Block("host", NOW + timedelta(hours=6), "user-day"), External("host", OF_A_HOST)),
        ),
        (reply(429, ACCOUNT_DAY), (Block("account", MIDNIGHT, "account-day"),)),
        (reply(404), ()),
        (
            reply(204, x_ratelimit_limit=f"{OF_A_HOST}", x_ratelimit_remaining=f"{OF_A_HOST - 3}"),
            (External("host", 3),),
        ),
        (reply(204, x_ratelimit_limit="6000", x_ratelimit_remaining="5893"), ()),
    ],
)
def test_what_an_answer_teaches_is_written_down(answer: Reply, lessons: tuple[Lesson, ...]) -> None:
    """A daily limit closes its scope until the reset, and what others spent is counted as spent."""
    run = Run([answer], call=patient(0, 30, lambda: 1.0))
    with contextlib.suppress(RezoomError):
        run.go()

    assert run.seen[-1] == Settle(Grant("grant-1", PLACES, 0), lessons)


def test_a_turn_is_slept_for_and_counts_as_waiting() -> None:
    """A grant tells when its turn is; what was slept for it is missing from the next wait."""
    run = Run([reply(429, PER_SECOND), DONE], call=patient(1, 30, lambda: 0.0), turns=[4_000_000])
    run.go()

    first = ["Authorize", "Reserve", "Await", "Send", "Release"]
    assert run.wanted() == [*first, "Pause", *ATTEMPT, "Settle"]
    assert [intent.wait for intent in run.seen if isinstance(intent, Reserve)] == [30, 25]


@pytest.mark.parametrize(("per_second", "kind"), [(None, Reserve), (80.0, Turn)])
def test_only_a_paced_call_stands_in_line(per_second: float | None, kind: type[object]) -> None:
    """Without a rate, calls of one client do not wait for each other's way to the ledger."""
    places = Policy(Limits(per_second=per_second)).reservation("a", 1, None)
    assert type(next(take_turn(places, 30))) is kind


def test_a_turn_that_has_come_too_late_is_given_back_for_another() -> None:
    """Calls that a stall has delayed would leave together."""
    run = Run([DONE], turns=[4_000_000, 2_000_000], late=[0.02, 0.005])
    run.go()

    late = ["Reserve", "Await", "Release"]
    assert run.wanted() == ["Authorize", *late, "Reserve", "Await", "Send", "Settle"]
    assert [intent.wait for intent in run.seen if isinstance(intent, Reserve)] == [30, 26]


def test_where_every_turn_comes_late_the_third_is_used() -> None:
    """A slow machine sends late, and not never."""
    run = Run([DONE], turns=[1, 1, 1], late=[0.02] * 3)
    run.go()

    late = ["Reserve", "Await", "Release"]
    assert run.wanted() == ["Authorize", *late, *late, "Reserve", "Await", "Send", "Settle"]


def test_a_refusal_per_second_spends_none_of_the_hundred() -> None:
    """It is inferred: the limiter stands in front of what counts updates."""
    run = Run([reply(429, PER_SECOND)], call=patient(0, 30, lambda: 1.0))
    run.fails()

    assert run.seen[-1] == Release(Grant("grant-1", PLACES, 0), (SlowDown(),))


def test_a_policy_may_count_refusals_per_second() -> None:
    """Whoever trusts no inference is a place short."""
    call = patient(0, 30, lambda: 1.0)
    call.context = replace(call.context, quota=Policy(refused_count=True))
    run = Run([reply(429, PER_SECOND)], call=call)
    run.fails()

    assert run.seen[-1] == Settle(Grant("grant-1", PLACES, 0), (SlowDown(),))


def test_an_update_under_way_is_waited_for() -> None:
    """Two updates of one meeting never overlap: the second looks again until the first is over."""
    run = Run([DONE], reserves=[full("in-flight"), full("in-flight")])
    run.go()

    assert run.wanted() == [
        "Authorize",
        "Reserve",
        "Pause",
        "Reserve",
        "Pause",
        "Reserve",
        "Send",
        "Settle",
    ]


def test_an_update_under_way_is_not_waited_for_beyond_the_wait() -> None:
    """What does not fit is raised."""
    run = Run([], reserves=[full("in-flight")], call=patient(2, 0, lambda: 0.0))

    assert isinstance(run.fails(), QuotaExceeded)
    assert run.wanted() == ["Authorize", "Reserve"]


def test_a_place_that_came_too_late_is_given_back() -> None:
    """A process that was frozen after its turn sends nothing."""
    run = Run([SlotExpired("late")])

    assert isinstance(run.fails(), SlotExpired)
    assert run.wanted() == [*ATTEMPT, "Release"]


def test_a_rejected_token_is_renewed_once_without_a_pause() -> None:
    """The new one is not the one Zoom rejected, and its attempt reserves anew."""
    run = Run([NO_TOKEN, DONE])
    run.go()

    assert run.wanted() == [*ATTEMPT, "Settle", *ATTEMPT, "Settle"]
    assert run.seen[4] == Authorize("token-1")


def test_a_second_rejection_is_final() -> None:
    """Whatever is wrong, a third token will not right it."""
    run = Run([NO_TOKEN, NO_TOKEN])

    assert type(run.fails()) is AuthError
    assert run.wanted() == [*ATTEMPT, "Settle"] * 2


def test_the_renewal_is_not_one_of_the_retries() -> None:
    """It is free of the bound, and afterwards the bound is whole."""
    run = Run([NO_TOKEN, UNAVAILABLE, UNAVAILABLE, DONE])

    assert run.go() is DONE


def test_without_retries_a_token_is_still_renewed() -> None:
    """A token ends every hour; that is not a failure."""
    run = Run([NO_TOKEN, DONE], call=patient(0, 0, lambda: 1.0))

    assert run.go() is DONE


def test_a_renewal_that_fails_tells_that_the_change_was_sent() -> None:
    """And refused: it is the second token request that went wrong."""
    refused = AuthError("no", status=400, sent=False)
    run = Run([NO_TOKEN], tokens=[Token("old"), refused])

    assert run.fails() is refused
    assert refused.sent is True


def test_what_never_left_is_given_back_and_tried_again() -> None:
    """A request that never left costs nothing."""
    run = Run([UNSENT, DONE])
    run.go()

    assert run.wanted() == [*ATTEMPT, "Release", "Pause", *ATTEMPT, "Settle"]


def test_what_was_not_answered_stays_counted_and_is_tried_again() -> None:
    """A repeat of an update leaves what one leaves."""
    run = Run([UNANSWERED, DONE])
    run.go()

    assert run.wanted() == [*ATTEMPT, "Abandon", "Pause", *ATTEMPT, "Settle"]


@pytest.mark.parametrize(
    ("outcome", "error"), [(UNANSWERED, UnansweredError), (reply(502), ServerError)]
)
def test_what_must_not_be_repeated_is_not(
    outcome: Reply | Failure, error: type[RezoomError]
) -> None:
    """Sending `end_times: 0` again moves the end of the series on."""
    run = Run([outcome], request=replace(PATCH, repeatable=False))

    assert type(run.fails()) is error
    assert run.wanted().count("Send") == 1


@pytest.mark.parametrize("outcome", [UNSENT, reply(429, PER_SECOND)])
def test_what_was_not_carried_out_is_tried_again_all_the_same(outcome: Reply | Failure) -> None:
    """An endless series, too: the first attempt provably did nothing."""
    run = Run([outcome, DONE], request=replace(PATCH, repeatable=False))

    assert run.go() is DONE


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_retries_bound_the_attempts(retries: int) -> None:
    """One attempt, and that many more."""
    run = Run([UNAVAILABLE] * 9, call=patient(retries, 1000, lambda: 1.0))

    assert type(run.fails()) is ServerError
    assert run.wanted().count("Send") == retries + 1


def test_pauses_grow_by_the_backoff() -> None:
    """With the randomness that was handed in."""
    run = Run(
        [UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, DONE],
        call=patient(3, 30, lambda: 0.5),
    )
    run.go()

    assert run.pauses() == [0.25, 0.5, 1]


def test_a_short_limit_is_waited_out_a_second_and_the_jitter() -> None:
    """Zoom names no time for it."""
    run = Run([reply(429, PER_SECOND), DONE], call=patient(2, 30, lambda: 0.25))
    run.go()

    assert run.pauses() == [1.25]


def test_a_time_that_a_proxy_names_is_kept() -> None:
    """And the jitter comes on top of it, never off it."""
    run = Run([reply(429, PER_SECOND, retry_after="7"), DONE], call=patient(2, 30, lambda: 0.25))
    run.go()

    assert run.pauses() == [7.25]


def test_the_waiting_time_is_never_slept_past() -> None:
    """A pause that does not fit is not begun: the error comes at once."""
    run = Run([UNAVAILABLE] * 9, call=patient(9, 2, lambda: 1.0))

    assert type(run.fails()) is ServerError
    assert run.pauses() == [0.5, 1]


def test_a_limit_that_outlasts_the_waiting_time_is_raised_unslept() -> None:
    """With the time at which it is over."""
    run = Run([reply(429, PER_SECOND)], call=patient(2, 1.5, lambda: 1.0))

    error = run.fails()

    assert isinstance(error, RateLimited)
    assert (error.retry_at, run.pauses()) == (NOW + timedelta(seconds=1), [])


def test_no_waiting_time_means_no_pause() -> None:
    """Not even for what might go at once."""
    run = Run([UNSENT], call=patient(2, 0, lambda: 1.0))

    assert type(run.fails()) is NotSentError
    assert run.pauses() == []


def test_a_full_ledger_sends_nothing() -> None:
    """The refusal is the ledger's own."""
    refusal = full()
    run = Run([], reserves=[refusal])

    assert run.fails() is refusal
    assert run.wanted() == ["Authorize", "Reserve"]


@pytest.mark.parametrize(
    ("first", "told", "sent"),
    [(UNANSWERED, UnansweredError, None), (UNAVAILABLE, ServerError, True)],
)
def test_a_refused_retry_tells_what_the_earlier_attempt_did(
    first: Reply | Failure, told: type[RezoomError], sent: bool | None
) -> None:
    """To call it "not sent" would be a lie about the change; the refusal is the cause."""
    refusal = full()
    error = Run([first], reserves=[None, refusal]).fails()

    assert (type(error), error.sent, error.__cause__) == (told, sent, refusal)


LATER_FAILURES: dict[str, dict[str, Any]] = {
    "unsent": {"sends": [UNANSWERED, UNSENT, UNSENT]},
    "no-token": {"sends": [UNANSWERED], "tokens": [Token("a"), UNSENT, UNSENT]},
    "token-refused": {
        "sends": [UNANSWERED],
        "tokens": [Token("a"), AuthError("no", status=400, sent=False)],
    },
}


@pytest.mark.parametrize("name", LATER_FAILURES)
def test_a_later_attempt_that_never_left_does_not_hide_one_that_may_have(name: str) -> None:
    """Whoever is told "no change was sent" would send it again."""
    error = Run(**LATER_FAILURES[name]).fails()

    assert type(error) is UnansweredError
    assert error.sent is None
    assert isinstance(error.__cause__, RezoomError)


def test_a_later_answer_replaces_an_earlier_silence() -> None:
    """What Zoom says last is the newest that is known."""
    error = Run([UNANSWERED, reply(404)]).fails()

    assert type(error) is NotFoundError


def test_a_token_request_without_an_answer_is_tried_again() -> None:
    """Nothing was reserved, and the change has not left."""
    run = Run([DONE], tokens=[UNANSWERED])
    run.go()

    assert run.wanted() == ["Authorize", "Pause", *ATTEMPT, "Settle"]


def test_a_token_that_cannot_be_had_leaves_the_change_unsent() -> None:
    """Though the token request itself may have arrived."""
    run = Run([], tokens=[UNANSWERED] * 9)

    error = run.fails()

    assert (type(error), error.sent) == (NotSentError, False)
    assert run.wanted() == ["Authorize", "Pause", "Authorize", "Pause", "Authorize"]


def test_a_refused_token_request_is_final() -> None:
    """Wrong credentials do not become right."""
    refused = AuthError("invalid_client", status=400, sent=False)
    run = Run([], tokens=[refused])

    assert run.fails() is refused
    assert refused.sent is False


def test_nothing_secret_shows_in_an_intent() -> None:
    """They end up in tracebacks and debuggers."""
    run = Run(
        [NO_TOKEN, DONE],
        request=replace(
            PATCH,
            arguments=update_meeting.build_request(1, body={"password": "S3cret-code"}),
            secrets=frozenset({"S3cret-code"}),
        ),
        tokens=[Token("S3cret-old"), Token("S3cret-new")],
    )
    run.go()

    assert "S3cret" not in repr(run.seen)


def test_two_requests_of_one_call_share_its_patience() -> None:
    """`wait` bounds all sleeping of a call, however many requests it makes."""
    call = patient(2, 3.0, lambda: 1.0)
    first = Run([reply(429, PER_SECOND), DONE], call=call)
    first.go()
    slept = sum(first.pauses())

    second = Run([reply(429, PER_SECOND), reply(429, PER_SECOND), DONE], call=call)
    error = second.fails()

    assert isinstance(error, RateLimited)
    assert 0 < slept == call.slept - sum(second.pauses())
    assert call.slept <= 3.0
