"""A request of ours is the one that httpx would have written, and its clients are httpx's own."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from rezoom import Bearer, ConfigError, Zoom
from rezoom._http.transport import Clients

BASES = [
    "https://api.zoom.us/v2",
    "http://127.0.0.1:8080/v2",
    "http://[::1]:8080/v2",
    "https://zoom.example.org:8443/behind/a%20proxy/v2",
]
OCCURRENCE = "1648194360000"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """Keep what is handed to httpx, and how, and send nothing."""
    seen: list[httpx.Request] = []

    def send(client: httpx.Client, request: httpx.Request, **how: Any) -> httpx.Response:
        assert how == {"auth": None, "follow_redirects": False, "stream": True}
        seen.append(request)
        if request.method == "GET":
            return httpx.Response(200, json={"id": 85746065})
        return httpx.Response(204)

    monkeypatch.setattr(httpx.Client, "send", send)
    return seen


def zoom_at(base: str = BASES[0]) -> Zoom:
    """Make a client with connections of its own."""
    return Zoom(Bearer("token"), base_url=base, ledger="memory:")


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("occurrence", [None, OCCURRENCE])
def test_an_address_is_the_one_httpx_makes(
    base: str, occurrence: str | None, sent: list[httpx.Request]
) -> None:
    """To the byte, with a query and without."""
    zoom_at(base).get(85746065, occurrence=occurrence)

    query = None if occurrence is None else {"occurrence_id": occurrence}
    wanted = httpx.URL(f"{base}/meetings/85746065", params=query)
    assert (str(sent[0].url), sent[0].url.raw_path) == (str(wanted), wanted.raw_path)


def test_headers_are_those_of_a_client(sent: list[httpx.Request]) -> None:
    """But for what HTTP/1.1 takes for granted, and encodings whose end we could not bound."""
    zoom_at().update(85746065, topic="Grüße")

    with httpx.Client(headers={"User-Agent": "rezoom"}) as client:
        theirs = client.build_request("PATCH", sent[0].url, json={"topic": "Grüße"})
    wanted = dict(theirs.headers) | {
        "accept": "application/json",
        "accept-encoding": "gzip",
        "authorization": "Bearer token",
        "content-type": "application/json",
    }
    del wanted["connection"]
    assert dict(sent[0].headers) == wanted
    assert sent[0].content == theirs.content


def test_a_read_has_no_body(sent: list[httpx.Request]) -> None:
    """And says nothing of one."""
    zoom_at().get(85746065)

    assert sent[0].content == b""
    assert not {"content-length", "content-type"} & sent[0].headers.keys()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSL_CERT_FILE", "/nowhere/certificates.pem"),
        ("HTTPS_PROXY", "gopher://127.0.0.1:70"),
        ("ALL_PROXY", "nonsense://127.0.0.1"),
        ("HTTPS_PROXY", "http://user:pa/ss@127.0.0.1:8080"),
        ("HTTP_PROXY", "http://user:pa#ss@127.0.0.1:8080"),
        ("NO_PROXY", "http://[::1"),
    ],
)
def test_a_connection_that_cannot_be_made_is_a_typed_error(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names what in the environment may be at fault, and no place is spent."""
    monkeypatch.setenv(name, value)
    zoom = zoom_at()

    with pytest.raises(ConfigError, match=r"SSL_CERT_FILE.*PROXY") as caught:
        zoom.update(85746065, topic="x")

    assert caught.value.sent is False
    assert caught.value.__cause__ is None or isinstance(caught.value.__cause__, OSError)
    assert zoom.quota(85746065).used == zoom.quota(85746065).pending == 0


def test_one_request_after_the_other_takes_one_client() -> None:
    """A connection is only useful if it is used again."""
    clients = Clients(lambda: httpx.Client(trust_env=False))

    taken = set()
    for _ in range(20):
        with clients.one() as client:
            taken.add(id(client))

    assert len(taken) == 1


def test_many_requests_at_once_are_spread_over_clients() -> None:
    """Eight in each of a dozen clients, and evenly beyond; a free place is taken first."""
    clients = Clients(lambda: httpx.Client(trust_env=False))
    lent = [clients.one() for _ in range(12 * 8 + 12)]

    names = {
        id(one): number for number, one in enumerate(dict.fromkeys(x.__enter__() for x in lent))
    }
    assert len(names) == len(list(clients)) == 12
    for one in lent[8:16]:
        one.__exit__(None, None, None)
    with clients.one() as free:
        assert names[id(free)] == 1
