"""Token sources: what they keep, ask for and refuse."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from rezoom._auth.sources import Bearer, ServerToServer
from rezoom._auth.tokens import TokenSource
from rezoom._wire import facts
from rezoom.errors import AuthError, ConfigError, ServerError

pytestmark = pytest.mark.smoke

NOW = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)


def app() -> ServerToServer:
    return ServerToServer("acc-1", "client-1", "S3cret")


def answer(token: str, **members: object) -> bytes:
    return json.dumps({"access_token": token, "expires_in": 3600} | members).encode()


def test_both_sources_have_the_shape_of_one() -> None:
    """Mypy checks the protocol here; the account is what the ledger asks for."""
    sources: list[TokenSource] = [app(), Bearer("abc", account="acc-2"), Bearer("abc")]

    assert [source.account for source in sources] == ["acc-1", "acc-2", None]


def test_the_request_is_the_account_credentials_grant() -> None:
    """Basic credentials in the header, grant and account in the form."""
    request = app().request()

    assert request.url == facts.TOKEN_URL
    assert request.form == {"grant_type": "account_credentials", "account_id": "acc-1"}
    kind, _, pair = request.headers["Authorization"].partition(" ")
    assert (kind, base64.b64decode(pair)) == ("Basic", b"client-1:S3cret")


def test_another_token_url_is_used_whole() -> None:
    """A simulator or a proxy stands wherever the address says."""
    source = ServerToServer("a", "b", "c", token_url="http://127.0.0.1:8080/oauth/token")

    assert source.request().url == "http://127.0.0.1:8080/oauth/token"


@pytest.mark.parametrize("field", ["account_id", "client_id", "client_secret"])
@pytest.mark.parametrize("value", ["", "  ", "S3cret\n", "S3c ret", None])
def test_a_missing_credential_is_named(field: str, value: str | None) -> None:
    """The error says which of the three is meant, and never repeats it."""
    credentials = {"account_id": "a", "client_id": "b", "client_secret": "c"} | {field: value}

    with pytest.raises(ConfigError, match=field) as refused:
        ServerToServer(**credentials)  # type: ignore[arg-type]  # None comes from os.environ.get

    assert refused.value.field == field
    assert "S3c" not in str(refused.value)


def test_a_colon_in_the_client_id_is_refused() -> None:
    """Basic authentication would cut the id there."""
    with pytest.raises(ConfigError, match="colon"):
        ServerToServer("a", "b:c", "d")


@pytest.mark.parametrize(
    "url", ["", "zoom.us/oauth/token", "ftp://zoom.us", "http://[", "https://", 7]
)
def test_a_token_url_must_be_an_address(url: str) -> None:
    """A slip in the address is found before anything is sent."""
    with pytest.raises(ConfigError, match="token_url"):
        ServerToServer("a", "b", "c", token_url=url)


def test_a_token_is_kept_until_a_minute_before_its_end() -> None:
    """No request leaves with a token that may die on the way."""
    source = app()
    assert source.peek(NOW) is None
    token = source.accept(200, answer("one"), NOW)

    assert source.peek(NOW) is token
    assert source.peek(NOW + timedelta(seconds=3539)) is token
    assert source.peek(NOW + timedelta(seconds=3540)) is None


def test_a_short_lived_token_is_used_for_half_its_life() -> None:
    """A token of 60 seconds is not renewed before every single request."""
    source = app()
    token = source.accept(200, answer("one", expires_in=60), NOW)

    assert source.peek(NOW + timedelta(seconds=29)) is token
    assert source.peek(NOW + timedelta(seconds=30)) is None


def test_a_token_without_an_end_is_kept() -> None:
    """Only a rejection ends it."""
    source = app()
    token = source.accept(200, answer("one", expires_in=None), NOW)

    assert source.peek(NOW + timedelta(days=30)) is token


def test_a_rejected_token_is_never_given_out_again() -> None:
    """But a newer one is, so that the late loser of a race does not renew once more."""
    source = app()
    source.accept(200, answer("one"), NOW)
    assert source.peek(NOW, rejected="one") is None

    newer = source.accept(200, answer("two"), NOW)

    assert source.peek(NOW, rejected="one") is newer


def test_a_failed_renewal_keeps_the_old_token() -> None:
    """A gateway's bad minute does not throw a good token away."""
    source = app()
    token = source.accept(200, answer("one"), NOW)

    with pytest.raises(ServerError):
        source.accept(502, b"", NOW)

    assert source.peek(NOW) is token


def test_a_secret_quoted_back_by_the_token_address_is_masked() -> None:
    """The source knows what must not come out in the error."""
    source = ServerToServer("acc-1", "client-1", "S3cret-123")
    body = b'{"reason": "S3cret-123 is not the secret of client-1", "error": "invalid_client"}'

    with pytest.raises(AuthError, match="is not the secret of client-1") as refused:
        source.accept(400, body, NOW)

    assert "S3cret-123" not in str(refused.value)


def test_no_secret_is_shown() -> None:
    """Neither the source, nor its request, nor its token tells a secret in its repr."""
    source = app()
    token = source.accept(200, answer("t0ken"), NOW)

    shown = f"{source!r} {source.request()!r} {token!r} {Bearer('t0ken')!r}"

    assert "acc-1" in repr(source)
    for secret in ("S3cret", "client-1", "t0ken", "Y2xpZW50"):
        assert secret not in shown


def test_a_bearer_token_is_given_out_as_it_is() -> None:
    """It has no known end, so only a rejection stops it."""
    token = Bearer("abc").peek(NOW)

    assert token is not None
    assert (token.value, token.expires_at) == ("abc", None)


def test_a_function_is_asked_each_time() -> None:
    """Whoever owns the token may renew it at any moment."""
    tokens = iter(["one", "two"])
    source = Bearer(lambda: next(tokens))

    given = [source.peek(NOW), source.peek(NOW, rejected="one")]

    assert [token and token.value for token in given] == ["one", "two"]


@pytest.mark.parametrize(
    ("token", "advice"), [("abc", "ServerToServer"), (lambda: "abc", "function")]
)
def test_a_rejected_bearer_token_cannot_be_renewed(
    token: str | Callable[[], str], advice: str
) -> None:
    """The error says who can get a new one."""
    source = Bearer(token)
    assert source.peek(NOW, rejected="abc") is None

    for ask in (source.request, lambda: source.accept(200, answer("x"), NOW)):
        with pytest.raises(AuthError) as refused:
            ask()
        assert advice in refused.value.next_step
        assert (refused.value.status, refused.value.sent) == (401, True)


@pytest.mark.parametrize("token", ["", "S3cret\n", "Bearer S3cret", "S3cret\r\nX: 1", None])
def test_a_token_that_cannot_stand_in_a_header_is_refused(token: str) -> None:
    """A line break in a token would be a header of someone else's choosing."""
    with pytest.raises(ConfigError) as refused:
        Bearer(token)
    with pytest.raises(ConfigError):
        Bearer(lambda: token).peek(NOW)

    assert "S3cret" not in str(refused.value)


def test_a_source_does_not_import_httpx() -> None:
    """Naming credentials costs no half second."""
    script = "import sys, rezoom._auth.sources; sys.exit('httpx' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
