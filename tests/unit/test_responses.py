"""Reading answers as evidence: every body that Zoom was seen to send, and every other."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from limits import OF_A_HOST
from rezoom import (
    AuthError,
    NotFoundError,
    RateLimited,
    RefusedError,
    RezoomError,
    ScopeError,
    ServerError,
)
from rezoom._http.responses import Reply, Verdict, read
from rezoom._ledger.model import Block
from rezoom._wire import facts

NOW = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)
# A minute late: Zoom's clock is not ours to the second.
MIDNIGHT = datetime(2026, 12, 8, 0, 1, tzinfo=UTC)
SECRET = "Tr0ub4dor-passcode"
SHORT = timedelta(seconds=1)
DAILY = "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests"


def verdict(status: int, body: object = b"", **headers: str) -> Verdict:
    """Read one answer; anything but bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read(Reply(status, named, content, NOW), secrets=frozenset({SECRET}), repeatable=True)


def refusal(status: int, body: object = b"", **headers: str) -> RefusedError:
    """Return the error of one answer."""
    error = verdict(status, body, **headers).error
    assert isinstance(error, RefusedError)
    return error


def limited(body: object = b"", **headers: str) -> RateLimited:
    """Return the error of a 429."""
    error = refusal(429, body, **headers)
    assert isinstance(error, RateLimited)
    return error


def said(message: str, code: int = 429) -> dict[str, Any]:
    """Write Zoom's usual body."""
    return {"code": code, "message": message}


# The bodies of zoom-facts, and the row of the spec that explains each.
SEEN: dict[str, tuple[int, object, type[RefusedError], int | None]] = {
    "validation-failed": (
        400,
        said("Validation Failed.", 300)
        | {"errors": [{"field": "settings.jbh_time", "message": "Invalid parameter: jbh_time."}]},
        RefusedError,
        300,
    ),
    "body-not-json": (
        400,
        said("Request Body should be a valid JSON object.", 300),
        RefusedError,
        300,
    ),
    "cannot-schedule-for": (
        400,
        said("You cannot schedule a meeting for ada@example.org", 3000),
        RefusedError,
        3000,
    ),
    "missing-scope": (
        400,
        said("Invalid access token, does not contain scopes:[meeting:write:admin]", 4711),
        ScopeError,
        4711,
    ),
    "token-rejected": (401, said("Invalid access token.", 124), AuthError, 124),
    "token-expired": (401, said("Access token has expired.", 124), AuthError, 124),
    "meeting-lapsed": (
        404,
        said("Meeting 123 is not found or has expired.", 3001),
        NotFoundError,
        3001,
    ),
    "meeting-has-started": (
        400,
        said("You cannot update or delete meetings that have started.", 3000),
        RefusedError,
        3000,
    ),
    "invalid-occurrence": (400, said("Invalid occurrence_id: 1.", 3000), RefusedError, 3000),
    "meeting-not-found": (404, said("Meeting does not exist: 123.", 3001), NotFoundError, 3001),
    "invalid-schedule-for": (400, said("Invalid schedule_for", 300), RefusedError, 300),
    "invalid-enforce-login-domains": (
        400,
        said("enforce_login_domains wrong", 300),
        RefusedError,
        300,
    ),
    "invalid-request": (400, said("Something else.", 300), RefusedError, 300),
    "webinar": (400, said("You cannot access webinar info.", 3000), RefusedError, 3000),
    "instant-meeting-schedule-for": (
        400,
        said("Instant meeting does not support schedule_for", 3000),
        RefusedError,
        3000,
    ),
    "blocked-domain": (400, said("Users have been blocked", 3000), RefusedError, 3000),
    "continuous-chat-outside-account": (
        400,
        said("Continuous meeting chat is on", 3000),
        RefusedError,
        3000,
    ),
    "pre-schedule-type": (400, said("Prescheduling is only for 2, 3", 3000), RefusedError, 3000),
    "not-possible-for-this-meeting": (400, said("No.", 3000), RefusedError, 3000),
    "hosting-not-allowed": (400, said("Not allowed to host.", 3161), RefusedError, 3161),
    "token-without-use": (401, said("Token cannot be empty.", 4700), AuthError, 4700),
    "user-not-found": (404, said("User does not exist.", 1001), NotFoundError, 1001),
    "meeting-not-found-old-code": (
        404,
        said("Meeting does not exist: 123.", 1001),
        NotFoundError,
        1001,
    ),
    "endpoint-unknown": (404, said("Not recognized.", 2300), NotFoundError, 2300),
    "user-not-in-account": (400, said("User not in account.", 1010), NotFoundError, 1010),
    "not-the-host": (400, said("You are not the host.", 3003), RefusedError, 3003),
    "meeting-in-progress": (400, said("Meeting is in progress.", 3002), RefusedError, 3002),
    "meeting-has-ended": (400, said("Meeting has ended.", 3007), RefusedError, 3007),
    "personal-meeting": (400, said("This is a PMI.", 3018), RefusedError, 3018),
    "personal-audio-conference": (400, said("This is a PAC.", 3037), RefusedError, 3037),
    "bad-request": (400, b"", RefusedError, None),
    "unauthorized": (401, b"", AuthError, None),
    "forbidden": (403, said("No.", 200), RefusedError, 200),
    "not-found": (404, b"<html>404</html>", NotFoundError, None),
    "conflict": (409, b"", RefusedError, None),
    "internal-error": (500, b"", ServerError, None),
    "bad-gateway": (502, b"<html><h1>502</h1></html>", ServerError, None),
    "unavailable": (503, b"", ServerError, None),
    "gateway-timeout": (504, b"", ServerError, None),
    "undescribed": (520, b"error code: 520", ServerError, None),
}


def test_the_table_has_every_error_of_the_spec() -> None:
    """A row that no answer reaches explains nothing."""
    assert SEEN.keys() == {row.id for row in facts.ERRORS}


@pytest.mark.parametrize("row", facts.ERRORS, ids=lambda row: row.id)
def test_an_answer_is_explained_by_its_row(row: facts.ErrorCode) -> None:
    """Class, code, meaning and next step; Zoom's own words stay the message."""
    status, body, kind, code = SEEN[row.id]

    error = refusal(status, body)

    assert (type(error), error.status, error.code) == (kind, status, code)
    assert (error.meaning, error.next_step) == (row.meaning, row.next_step)
    assert not isinstance(body, dict) or error.message == body["message"]


LIMITS: dict[str, dict[str, Any]] = {
    "host-day": {"body": said(DAILY)},
    "user-day": {"body": said("You have exceeded the daily rate limit of this user.")},
    "account-day": {"body": said("You have reached the maximum daily rate limit for this API.")},
    "second": {"body": said("You have reached the maximum per-second rate limit for this API.")},
    "lock": {"body": said("Too many concurrent requests. A request to update this is running.")},
    "second-by-type": {"x_ratelimit_type": "QPS"},
    "host-day-by-type": {"x_ratelimit_type": "Daily-limit", "x_ratelimit_limit": f"{OF_A_HOST}"},
    "account-day-by-type": {"x_ratelimit_type": "Daily-limit", "x_ratelimit_limit": "6000"},
    "host-day-by-limit": {"x_ratelimit_limit": f" {OF_A_HOST} "},
    "day-by-limit": {"x_ratelimit_limit": "6000"},
    "day-by-word": {"body": said("No more Daily calls")},
    "unexplained": {"body": b"<html>Slow down</html>"},
}


def test_the_table_has_every_limit_of_the_spec() -> None:
    """A row that no 429 reaches explains nothing."""
    assert LIMITS.keys() == {row.id for row in facts.THROTTLES}


@pytest.mark.parametrize("row", facts.THROTTLES, ids=lambda row: row.id)
def test_a_429_is_explained_by_its_row(row: facts.Throttle) -> None:
    """Scope, meaning, whether to try again, and when it is over."""
    found = verdict(429, **LIMITS[row.id])
    error = found.error
    assert isinstance(error, RateLimited)

    assert (error.scope, error.meaning, error.next_step) == (row.scope, row.meaning, row.next_step)
    assert found.retry is row.retry
    assert error.retry_at == (NOW + SHORT if row.resets == "short" else MIDNIGHT)
    assert found.retry_after == (SHORT if row.resets == "short" else None)
    blocked = [lesson.name for lesson in found.lessons if isinstance(lesson, Block)]
    assert blocked == {"host-day": ["host"], "account-day": ["account"]}.get(row.scope, [])


def test_the_numbers_of_another_pool_do_not_mislead() -> None:
    """A host out of updates was answered with the account's limit, and plenty remaining."""
    error = limited(
        said(DAILY),
        x_ratelimit_category="Light",
        x_ratelimit_limit="6000",
        x_ratelimit_remaining="5893",
    )

    assert (error.scope, error.retry_at) == ("host-day", MIDNIGHT)


def test_the_words_decide_before_the_headers() -> None:
    """A type of one limit beside the text of another is a gateway's mistake."""
    assert limited(said(DAILY), x_ratelimit_type="QPS").scope == "host-day"


def test_the_words_are_read_in_any_case() -> None:
    """Zoom has changed the case of its messages before."""
    assert limited(said(DAILY.upper())).scope == "host-day"


@pytest.mark.parametrize("code", [429, 4001, None, "429"])
def test_the_code_of_a_429_decides_nothing(code: object) -> None:
    """Zoom's pages say 4001, its answers 429."""
    assert limited({"code": code, "message": DAILY}).scope == "host-day"


@pytest.mark.parametrize(
    ("header", "retry_at"),
    [
        ("2026-12-07T18:00:00Z", NOW + timedelta(hours=6)),
        ("2026-12-07T18:00:00+01:00", NOW + timedelta(hours=5)),
        ("Mon, 07 Dec 2026 18:00:00 GMT", NOW + timedelta(hours=6)),
        ("3600", NOW + timedelta(hours=1)),
        ("2026-12-07T11:00:00Z", MIDNIGHT),
        ("2027-12-07T12:00:00Z", NOW + timedelta(hours=25)),
        ("soon", MIDNIGHT),
        ("", MIDNIGHT),
        ("-5", MIDNIGHT),
        ("9" * 400, NOW + timedelta(hours=25)),
    ],
)
def test_a_daily_limit_ends_when_zoom_says(header: str, retry_at: datetime) -> None:
    """An instant, a date, or seconds; the past and nonsense mean the next midnight in UTC."""
    assert limited(said(DAILY), retry_after=header).retry_at == retry_at


@pytest.mark.parametrize(
    ("header", "wait"), [("7", 7), ("59", 59), ("60", 1), ("2026-12-08T00:00:00Z", 1), ("x", 1)]
)
def test_a_short_limit_is_not_made_a_day(header: str, wait: int) -> None:
    """A gateway's reset at midnight beside a per-second message is not believed."""
    found = verdict(429, said("maximum per-second rate limit"), retry_after=header)

    assert found.retry_after == timedelta(seconds=wait)


def test_the_missing_scopes_are_listed() -> None:
    """Once each, in Zoom's order, ready to be added to the app."""
    message = (
        "Invalid access token, does not contain scopes:"
        "[meeting:update:meeting, meeting:update:meeting:admin, meeting:update:meeting]."
    )
    error = refusal(400, said(message, 4711))

    assert isinstance(error, ScopeError)
    assert error.missing == ("meeting:update:meeting", "meeting:update:meeting:admin")


@pytest.mark.parametrize("message", ["no scope", "scopes:[]", "scopes:[", ""])
def test_a_message_without_scopes_lists_none(message: str) -> None:
    """The class alone says what is wrong."""
    error = refusal(400, said(message, 4711))

    assert isinstance(error, ScopeError)
    assert error.missing == ()


@pytest.mark.parametrize(
    ("status", "code", "renew"),
    [(401, 124, True), (400, 124, True), (401, None, True), (400, 4711, False), (404, 3001, False)],
)
def test_only_a_rejected_token_is_worth_a_new_one(
    status: int, code: int | None, renew: bool
) -> None:
    """A missing scope is missing from the next token too."""
    assert verdict(status, {"code": code, "message": "no"}).renew is renew


def test_the_refused_members_are_listed_with_their_paths() -> None:
    """As Zoom names them."""
    error = refusal(400, SEEN["validation-failed"][1])

    assert error.errors == [
        {"field": "settings.jbh_time", "message": "Invalid parameter: jbh_time."}
    ]
    assert "settings.jbh_time: Invalid parameter" in str(error)


@pytest.mark.parametrize(
    "errors", ["x", [1, None], {"field": "a"}, [{"field": 1}, {"message": ["a"]}, {}]]
)
def test_odd_details_are_read_as_far_as_they_go(errors: object) -> None:
    """Nothing in a body is relied upon."""
    assert refusal(400, said("no", 300) | {"errors": errors}).message == "no"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"message": "a", "error_message": "b"}, "a"),
        ({"error_message": "b", "reason": "c"}, "b"),
        ({"reason": "c", "error": "d"}, "c"),
        ({"error": "d"}, "d"),
        ({"message": 7}, ""),
        ({}, ""),
    ],
)
def test_the_message_is_found_under_its_other_names(body: dict[str, Any], message: str) -> None:
    """Zoom's own services do not agree on one."""
    assert refusal(400, body).message == message


@pytest.mark.parametrize(
    ("code", "number"),
    [
        (300, 300),
        ("300", 300),
        ("3O0", None),
        (True, None),
        (3.5, None),
        ([], None),
        ("9" * 99, None),
    ],
)
def test_a_code_is_a_number_or_none(code: object, number: int | None) -> None:
    """Also when it came as text."""
    assert refusal(400, {"code": code, "message": "no"}).code == number


@pytest.mark.parametrize("status", [200, 201, 202, 206, 299])
def test_another_success_proves_nothing(status: int) -> None:
    """Only the one this call has does; the change may have been made or not."""
    error = refusal(status, {"code": 0})

    assert type(error) is ServerError
    assert "nothing is proven" in error.meaning
    assert "not known whether it was carried out" in str(error)


@pytest.mark.parametrize(
    ("code", "kind"),
    [(3001, NotFoundError), (124, AuthError), (3000, RefusedError), (99, ServerError)],
)
def test_an_error_inside_a_success_is_that_error(code: int, kind: type[RefusedError]) -> None:
    """By its code, for the status says nothing."""
    assert type(refusal(200, said("no", code))) is kind


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateways_failure_is_tried_again_if_that_is_harmless(status: int) -> None:
    """An update that must not be repeated is not."""
    retries = [
        read(Reply(status, {}, b"", NOW), secrets=frozenset(), repeatable=repeatable).retry
        for repeatable in (True, False)
    ]

    assert retries == [True, False]


@pytest.mark.parametrize(
    ("body", "excerpt"),
    [
        (b"<html><script>let x = '<p>'</script><b>502</b>\n  Bad</html>", "502 Bad"),
        (b"<style>p {}", ""),
        (b"error code: 520", "error code: 520"),
        (b"\xff\xfe", "��"),
        (b'{"message": "half of https://zoom.us/s/1?zak=', ""),
        (b"[1, 2", ""),
        (b"[" * 100_000, ""),
        (b"x" * 5000, "x" * 200),
        (b'"text"', '"text"'),
        (b"null", "null"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_a_body_that_is_no_object_is_quoted_if_it_is_safe(body: bytes, excerpt: str) -> None:
    """A page says who answered; half a JSON answer might hold half a start_url."""
    error = refusal(502, body)

    assert (error.body_excerpt, error.message, error.code) == (excerpt, "", None)


def test_the_tracking_id_is_kept() -> None:
    """Zoom's support asks for it."""
    assert refusal(404, x_zm_trackingid="WEB_1").tracking_id == "WEB_1"
    assert refusal(404).tracking_id is None


@pytest.mark.parametrize(
    "text", [SECRET, f"'{SECRET}'", f"pwd={SECRET}&x=1", f"<b>{SECRET}</b>", f"a\n{SECRET}."]
)
def test_a_secret_that_is_quoted_back_is_hidden(text: str) -> None:
    """In the message, the details, a page, or a header."""
    answers = [
        refusal(400, said(text, 300) | {"errors": [{"field": text, "message": text}]}),
        refusal(502, f"<html>{text}</html>".encode()),
        refusal(404, x_zm_trackingid=text),
        limited(said(f"{DAILY} {text}")),
    ]

    assert [error for error in answers if SECRET in f"{error} {error!r} {error.to_dict()}"] == []
    assert all("(hidden)" in str(error) for error in answers)


def test_a_short_passcode_does_not_garble_the_message() -> None:
    """Hidden as a word of its own, not inside other words and numbers."""
    body = b'{"code": 300, "message": "Passcode 1 is too short, at least 10."}'
    found = read(Reply(400, {}, body, NOW), secrets=frozenset({"1"}), repeatable=True)

    assert "Passcode (hidden) is too short, at least 10." in str(found.error)


MESSAGES = st.sampled_from([DAILY, "per-second", "daily", f"x {SECRET} y", "scopes:[a:b", ""])
MEMBERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | MESSAGES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["field", "message", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
OBJECTS = st.dictionaries(
    st.sampled_from(["code", "message", "errors", "error_message", "reason", "error", "x"]), MEMBERS
).map(lambda body: json.dumps(body).encode())
BODIES = (
    st.binary(max_size=60)
    | OBJECTS
    | OBJECTS.map(lambda body: body[:-3])
    | MESSAGES.map(str.encode)
)
NAMES = st.sampled_from(list(facts.HEADERS.values()))
HEADERS = st.dictionaries(
    NAMES,
    st.text(max_size=12)
    | MESSAGES
    | st.sampled_from(["QPS", "Daily-limit", "100", "1e999", "2026-12-07T18:00:00Z", "-1"])
    | st.datetimes().map(str)
    | st.integers().map(str),
)


@given(st.integers(100, 999), HEADERS, BODIES, st.booleans())
@example(429, {"retry-after": "0001-01-01T00:00:00+23:59"}, b"", True)
@example(429, {"retry-after": "9999-12-31T23:59:59-23:59"}, b"", True)
@example(400, {}, b'{"code": 1e999, "message": NaN}', True)
@example(400, {}, b'{"code": ' + b"9" * 5000 + b"}", True)
def test_reading_never_raises_and_never_tells_a_secret(
    status: int, headers: dict[str, str], body: bytes, repeatable: bool
) -> None:
    """Whatever comes: a typed error with a next step, that can be shown to anybody."""
    found = read(
        Reply(status, headers, body, NOW), secrets=frozenset({SECRET}), repeatable=repeatable
    )

    error = found.error
    assert isinstance(error, RezoomError)
    assert error.next_step
    assert SECRET not in f"{error} {error!r} {json.dumps(error.to_dict())} {vars(error)}"
    assert not isinstance(error, RateLimited) or error.retry_at > NOW
