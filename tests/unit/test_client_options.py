"""Options of a client: each wrong one is named when the client is made, not when it is used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from rezoom import AsyncZoom, Bearer, ConfigError, InvalidChange, Zoom
from rezoom._wire import facts

CREDENTIALS = {"ACCOUNT_ID": "acc", "CLIENT_ID": "id", "CLIENT_SECRET": "S3cret-of-the-app"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Start without any variable of ours, and with a way to set some."""
    for name in (*CREDENTIALS, "API_URL", "OAUTH_URL"):
        monkeypatch.delenv(f"ZOOM_{name}", raising=False)
    return monkeypatch


@pytest.mark.parametrize("kind", [Zoom, AsyncZoom])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("retries", -1),
        ("retries", 1.5),
        ("retries", True),
        ("retries", "2"),
        ("wait", -1),
        ("wait", float("nan")),
        ("wait", "30"),
        ("wait", True),
        ("wait", timedelta(seconds=-1)),
        ("timeout", 0),
        ("timeout", "30"),
        ("base_url", 5),
        ("base_url", "api.zoom.us/v2"),
        ("base_url", "ftp://api.zoom.us/v2"),
        ("base_url", "https://api.zoom.us"),
        ("base_url", "https://api.zoom.us/v2?x=1"),
        ("base_url", "https://api.zoom.us/v2#x"),
        ("base_url", "https:///v2"),
        ("base_url", "https://api.zoom.us:99999/v2"),
        ("base_url", "https://[::1/v2"),
        ("base_url", "https://zöom.us/v2"),
        ("base_url", "https://api zoom.us/v2"),
        ("base_url", "https://api.zoom.us/v2\n"),
        ("base_url", "https://name:S3cret@api.zoom.us/v2"),
        ("base_url", "http://api.zoom.us/v2"),
        ("base_url", "http://127.0.0.1.example.com/v2"),
    ],
)
def test_an_impossible_option_is_named(kind: type[Zoom], field: str, value: Any) -> None:
    """With what to give instead, and never with a password."""
    options: dict[str, Any] = {field: value}

    with pytest.raises(ConfigError) as caught:
        kind(Bearer("token"), **options)

    assert caught.value.field == field
    assert caught.value.next_step
    assert "S3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.zoom.us/v2",
        "https://api.zoom.us/v2/",
        "https://eu01api-www4local.zoom.us:8443/v2",
        "http://127.0.0.1:8080/v2",
        "http://[::1]:8080/v2",
        "http://localhost/v2",
    ],
)
def test_a_whole_address_is_taken(url: str) -> None:
    """Plain HTTP for what does not leave this machine, HTTPS for all else."""
    assert f"base_url={url.rstrip('/')!r}" in repr(Zoom(Bearer("token"), base_url=url))


def test_nothing_is_opened_before_first_use() -> None:
    """A client made at import time costs nothing."""
    assert Zoom(Bearer("token"))._http is None


def test_a_timeout_of_httpx_is_taken_as_it_is() -> None:
    """For those who want other limits for connecting and reading."""
    timeout = httpx.Timeout(5, connect=1)

    assert Zoom(Bearer("token"), timeout=timeout)._timeout is timeout


def test_the_environment_makes_a_client(environment: pytest.MonkeyPatch) -> None:
    """Blanks around a pasted value do not count."""
    for name, value in CREDENTIALS.items():
        environment.setenv(f"ZOOM_{name}", f" {value}\n")

    zoom = Zoom.from_env()

    assert facts.BASE_URL in repr(zoom)
    assert "account_id='acc'" in repr(zoom)
    assert "S3cret" not in repr(zoom)


def test_every_missing_variable_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    """An empty one is missing too."""
    environment.setenv("ZOOM_CLIENT_ID", "id")
    environment.setenv("ZOOM_CLIENT_SECRET", " ")

    with pytest.raises(ConfigError, match="ZOOM_ACCOUNT_ID, ZOOM_CLIENT_SECRET are not set"):
        Zoom.from_env()


@pytest.mark.parametrize(
    ("name", "meant"),
    [("timout", "timeout"), ("account_pln", "account_plan"), ("ledgr", "ledger"), ("htpp", "http")],
)
@pytest.mark.parametrize("make", [Zoom, AsyncZoom])
def test_an_option_that_is_misspelled_is_told(name: str, meant: str, make: Any) -> None:
    """With the one that may have been meant, and before anything is opened."""
    with pytest.raises(TypeError, match=f"no option '{name}': did you mean {meant}?"):
        make(Bearer("token"), **{name: 1})


def test_the_environment_can_name_another_zoom(environment: pytest.MonkeyPatch) -> None:
    """Such as a simulator; an address given in the code goes first."""
    for name, value in CREDENTIALS.items():
        environment.setenv(f"MY_{name}", value)
    environment.setenv("MY_API_URL", "http://127.0.0.1:1/v2")
    environment.setenv("MY_OAUTH_URL", "http://127.0.0.1:1/oauth/token")

    zoom = AsyncZoom.from_env(prefix="MY_")

    assert "http://127.0.0.1:1/v2" in repr(zoom)
    assert zoom._context.auth.request().url == "http://127.0.0.1:1/oauth/token"
    assert facts.BASE_URL in repr(Zoom.from_env(prefix="MY_", base_url=facts.BASE_URL))


def test_accounts_and_addresses_are_counted_apart() -> None:
    """The same meeting number at a simulator is another meeting."""
    ours = Zoom(Bearer("token", account="a"))._context.account
    theirs = Zoom(Bearer("token", account="b"))._context.account
    local = Zoom(Bearer("token", account="a"), base_url="http://localhost/v2")._context.account

    assert len({ours, theirs, local}) == 3


@pytest.mark.parametrize("occurrence", ["", "abc", "16481 94360000", 1648194360000, "١٢٣"])
def test_an_impossible_occurrence_is_told_with_all_else(occurrence: Any) -> None:
    """The meeting, the occurrence and the body are judged together, and nothing is sent."""
    with pytest.raises(InvalidChange) as caught:
        Zoom(Bearer("token")).update("4444AAAiAAAAAiAiAiiAii==", duration=0, occurrence=occurrence)

    found = [problem.path for problem in caught.value.problems]
    assert found == ["meeting", "occurrence", "duration"]
