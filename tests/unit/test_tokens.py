"""What the token address answers, from a token to a gateway's page."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rezoom._auth.addresses import header_flaw
from rezoom._auth.tokens import Token, read_token
from rezoom._wire import facts
from rezoom.errors import AuthError, ConfigError, RateLimited, RezoomError, ServerError

pytestmark = pytest.mark.smoke

NOW = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)
SECRET = "eyJhbGciOi.S3cret"
PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


def answer(**members: object) -> bytes:
    return json.dumps({"access_token": SECRET, "token_type": "bearer"} | members).encode()


def test_a_token_keeps_its_end_and_its_address() -> None:
    """`expires_in` counts from now; `api_url` is passed on."""
    token = read_token(200, answer(expires_in=3599, api_url="https://api-eu.zoom.us"), NOW)

    assert token == Token(SECRET, NOW + timedelta(seconds=3599), "https://api-eu.zoom.us")


def test_a_token_without_an_end_is_used_until_it_is_rejected() -> None:
    """OAuth lets `expires_in` out; that is no reason to fail."""
    assert read_token(200, answer(), NOW).expires_at is None


@pytest.mark.parametrize("address", [None, 7, "http://api.zoom.us", "javascript:x"])
def test_an_odd_api_url_is_ignored(address: object) -> None:
    """A token is never sent to an address that is not https because an answer said so."""
    assert read_token(200, answer(api_url=address), NOW).api_url is None


@pytest.mark.parametrize(
    "life", [0, -1, "soon", True, [], {}, float("nan"), float("inf"), 10**400, 10**12]
)
def test_a_silly_expires_in_is_an_error_of_the_server(life: object) -> None:
    """A token that ended before it began would be asked for again and again."""
    with pytest.raises(ServerError, match="expires_in"):
        read_token(200, answer(expires_in=life), NOW)


def test_expires_in_may_be_written_as_text() -> None:
    """Some proxies make every value a string."""
    assert read_token(200, answer(expires_in="3600"), NOW).expires_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("row", facts.TOKEN_ERRORS, ids=lambda row: row.id)
def test_every_known_reason_is_explained(row: facts.TokenError) -> None:
    """The meaning and the next step come from the spec's table."""
    reason = row.match or (str(row.code) if row.code else "wrong moon phase")
    body = json.dumps({"reason": reason, "error": "unknown"}).encode()

    with pytest.raises(AuthError) as refused:
        read_token(400, body, NOW)

    error = refused.value
    assert (error.meaning, error.next_step) == (row.meaning, row.next_step)
    assert error.sent is False
    assert reason in str(error)


def test_an_unknown_reason_is_passed_on() -> None:
    """What the table does not know is still shown."""
    with pytest.raises(AuthError, match="moon phase") as refused:
        read_token(400, b'{"reason": "wrong moon phase", "error": "lunar"}', NOW)

    assert refused.value.status == 400
    assert refused.value.next_step


def test_a_refusal_inside_a_200_is_a_refusal() -> None:
    """The body decides, not the status."""
    with pytest.raises(AuthError, match="lunar"):
        read_token(200, b'{"reason": "wrong moon phase", "error": "lunar"}', NOW)


@pytest.mark.parametrize("status", [200, 302, 404, 405])
@pytest.mark.parametrize("body", [PAGE, b"", b"OK"])
def test_what_is_not_the_token_address_is_a_matter_of_configuration(
    status: int, body: bytes
) -> None:
    """A page, a redirect or nothing at all means that token_url is wrong."""
    with pytest.raises(ConfigError) as refused:
        read_token(status, body, NOW)

    assert refused.value.field == "token_url"


@pytest.mark.parametrize("status", [500, 502, 503, 520])
@pytest.mark.parametrize("body", [PAGE, b"", b"{", b'{"reason": "oops"}'])
def test_a_failing_server_is_a_server_error(status: int, body: bytes) -> None:
    """Nothing is wrong with the credentials, and no change was sent."""
    with pytest.raises(ServerError) as refused:
        read_token(status, body, NOW)

    assert (refused.value.status, refused.value.sent) == (status, False)


def test_a_page_is_quoted_without_its_markup() -> None:
    """The name of the gateway helps to find it."""
    with pytest.raises(ServerError) as refused:
        read_token(502, PAGE, NOW)

    assert refused.value.body_excerpt == "502 Bad Gateway nginx"


def test_a_limit_of_the_token_address_is_retried_later() -> None:
    """It is a limit like any other to the caller."""
    with pytest.raises(RateLimited) as refused:
        read_token(429, b"", NOW)

    assert (refused.value.scope, refused.value.sent) == ("token", False)
    assert refused.value.retry_at > NOW


@pytest.mark.parametrize(
    "body",
    [
        answer()[:-9],
        answer(access_token=""),
        answer(access_token=None),
        answer(access_token=SECRET + "\r\nX-Evil: 1"),
        answer(access_token=SECRET + "ü"),
        answer(expires_in="soon"),
        json.dumps([SECRET]).encode(),
        b"\xff\xfe" + SECRET.encode(),
        b"[" * 100_000,
    ],
)
def test_an_answer_that_cannot_be_used_is_never_quoted(body: bytes) -> None:
    """Half an answer may hold a whole token."""
    with pytest.raises(RezoomError) as refused:
        read_token(200, body, NOW)

    shown = f"{refused.value} {refused.value!r} {refused.value.to_dict()}"
    assert "S3cret" not in shown


def test_a_token_is_not_shown() -> None:
    """A repr may end in any log."""
    assert SECRET not in repr(read_token(200, answer(), NOW))


@given(st.integers(100, 599), st.binary())
@example(200, b'{"access_token":"!","":0}')
def test_no_answer_can_crash_the_reader(status: int, body: bytes) -> None:
    """Every answer is a token or a typed error."""
    sent: bool | None = False
    try:
        value = read_token(status, body, NOW).value
    except RezoomError as refused:
        sent, value = refused.sent, ""

    assert sent is False
    assert not value or (200 <= status < 300 and value in json.loads(body)["access_token"])


@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        (None, "NoneType"),
        (b"abc", "bytes"),
        ("", "empty"),
        (" \n", "empty"),
        ("abc\n", "line break"),
        ("Bearer abc", "blank"),
        ("a\x00b", "control character"),
        ("ключ", "ASCII"),
    ],
)
def test_what_cannot_stand_in_a_header_is_named(value: object, flaw: str) -> None:
    """The flaw is described, the secret is not repeated."""
    assert flaw in (header_flaw(value) or "")


def test_an_ordinary_secret_has_no_flaw() -> None:
    """Every printable ASCII character may stand in a token."""
    assert header_flaw("".join(map(chr, range(33, 127)))) is None


@pytest.mark.parametrize(
    "body", [b'{"reason": "S3cret-123 is wrong", "error": "e"}', b"<p>You sent S3cret-123</p>"]
)
@pytest.mark.parametrize("status", [400, 429, 500])
def test_a_secret_quoted_back_is_masked(status: int, body: bytes) -> None:
    """What was sent does not come out again in the error."""
    with pytest.raises(RezoomError) as refused:
        read_token(status, body, NOW, secrets=["S3cret-123"])

    assert "S3cret" not in f"{refused.value} {refused.value.to_dict()}"
