"""Addresses that secrets are sent to: https, or this machine, and nothing that misleads."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from rezoom import ConfigError, ServerToServer, Zoom
from rezoom._auth.tokens import read_token

NOW = datetime(2027, 1, 4, tzinfo=UTC)
SECRET = "kQ7vX2nB9mLp4RsT"
# Each is harmless but for one thing; `{}` is the end that the field asks for.
UNSAFE = {
    "plain-http": "http://zoom.us{}",
    "plain-http-in-capitals": "HTTP://zoom.us{}",
    "not-quite-this-machine": "http://localhost.evil.example{}",
    "any-address": "http://0.0.0.0{}",
    "user": "https://zoom.us@evil.example{}",
    "user-and-password": f"https://me:{SECRET}@evil.example{{}}",
    "user-on-this-machine": "http://zoom.us@127.0.0.1{}",
    "backslash": "https://evil.example\\.zoom.us{}",
    "query": f"https://zoom.us{{}}?secret={SECRET}",
    "empty-query": "https://zoom.us{}?",
    "fragment": f"https://zoom.us{{}}#{SECRET}",
    "empty-fragment": "https://zoom.us{}#",
    "no-host": "https://{}",
    "no-port": "https://zoom.us:port{}",
    "other-scheme": "ftp://zoom.us{}",
    "blank": "https://zoom.us {}",
}


def by_token_url(address: str) -> None:
    """Give the token address to the credentials."""
    ServerToServer("account", "client", SECRET, token_url=address.format("/oauth/token"))


def by_base_url(address: str) -> None:
    """Give the API address to a client."""
    app = ServerToServer("account", "client", SECRET)
    Zoom(app, base_url=address.format("/v2"), ledger="memory:")


@pytest.fixture
def by_environment(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give the token address in the environment."""

    def give(address: str) -> None:
        for name in ("ACCOUNT_ID", "CLIENT_ID", "CLIENT_SECRET"):
            monkeypatch.setenv(f"ZOOM_{name}", "x" if name != "CLIENT_SECRET" else SECRET)
        monkeypatch.setenv("ZOOM_OAUTH_URL", address.format("/oauth/token"))
        Zoom.from_env(ledger="memory:")

    return give


@pytest.mark.parametrize("name", UNSAFE)
def test_no_secret_is_sent_to_an_unsafe_address(
    name: str, by_environment: Callable[[str], None]
) -> None:
    """Whoever names it, the error names the field and quotes no secret."""
    ways = {"token_url": by_token_url, "base_url": by_base_url}
    for field, give in [*ways.items(), ("token_url", by_environment)]:
        with pytest.raises(ConfigError, match=field) as caught:
            give(UNSAFE[name])
        assert caught.value.field == field
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize("origin", ["https://zoom.us", "http://127.0.0.1:8", "http://[::1]:8"])
def test_https_and_this_machine_are_taken(origin: str) -> None:
    """A simulator has no certificate, and no network to be heard on."""
    by_token_url(origin + "{}")
    by_base_url(origin + "{}")


@pytest.mark.parametrize("name", UNSAFE)
def test_the_address_in_a_token_answer_is_held_to_the_same(name: str) -> None:
    """It is left out, for the token itself is good."""
    address = UNSAFE[name].format("")
    body = json.dumps({"access_token": "t0ken", "api_url": address}).encode()

    assert read_token(200, body, NOW).api_url is None
