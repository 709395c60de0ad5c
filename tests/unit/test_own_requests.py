"""A request of ours is the one that httpx would have written."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import pytest
from rezoom._http.flow import Outgoing
from rezoom._http.transport import Own

BASES = [
    "https://api.zoom.us/v2",
    "http://127.0.0.1:8080/v2",
    "http://[::1]:8080/v2",
    "https://zoom.example.org:8443/behind/a%20proxy/v2",
]
TIMEOUT = httpx.Timeout(3)


BODY = b'{"topic":"x"}'


def written(
    base: str, *, query: Mapping[str, str] | None = None, content: bytes | None = BODY
) -> httpx.Request:
    """Write a PATCH below `base`, or a GET where there is no content."""
    method = "GET" if content is None else "PATCH"
    wanted = Outgoing(method, "/meetings/85746065", query or {}, content)
    return Own(base, TIMEOUT).write(wanted, "token")


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("query", [{}, {"occurrence_id": "1648194360000"}])
def test_an_address_is_the_one_httpx_makes(base: str, query: dict[str, str]) -> None:
    """To the byte, with a query and without."""
    request = written(base, query=query)

    wanted = httpx.URL(f"{base}/meetings/85746065", params=query or None)
    assert (str(request.url), request.url.raw_path) == (str(wanted), wanted.raw_path)
    assert request.url == wanted


def test_headers_are_those_of_a_client() -> None:
    """But for what HTTP/1.1 takes for granted, and what an answer without a body cannot use."""
    request = written(BASES[0])

    with httpx.Client(headers={"User-Agent": "rezoom"}) as client:
        theirs = client.build_request("PATCH", request.url, content=BODY)
    wanted = dict(theirs.headers) | {
        "accept": "application/json",
        "authorization": "Bearer token",
        "content-type": "application/json",
    }
    del wanted["connection"], wanted["accept-encoding"]
    assert dict(request.headers) == wanted


def test_a_read_may_be_compressed() -> None:
    """In the ways that every httpx can undo."""
    assert written(BASES[0], content=None).headers["accept-encoding"] == "gzip, deflate"


def test_a_read_has_no_body() -> None:
    """And says nothing of one."""
    request = written(BASES[0], content=None)

    assert request.read() == b""
    assert not {"content-length", "content-type"} & request.headers.keys()
