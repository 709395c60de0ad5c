"""Requests of our own, written without what is the same in all of them."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

AGENT = {"User-Agent": "rezoom"}


class Letterhead:
    """What all requests to one API begin with; `timeout` holds for each phase of each."""

    def __init__(self, base_url: str, timeout: httpx.Timeout) -> None:
        """Parse the address once."""
        self._text, self._base = base_url, httpx.URL(base_url)
        self._quick = quick_address(self._base)
        self._timeout = timeout.as_dict()
        # With the token that was used last: of requests without a body, and with one.
        self._headers = self._begin("")

    def write(
        self,
        method: str,
        path: str,
        token: str,
        *,
        query: Mapping[str, str],
        content: bytes | None,
        extensions: Mapping[str, object],
    ) -> httpx.Request:
        """Write a request below the address."""
        if query or self._quick is None:
            address = httpx.URL(self._text + path, params=dict(query) or None)
        else:
            address = self._quick(self._base, path)
        known, bare, full = self._headers
        if known != token:
            _, bare, full = self._headers = self._begin(token)
        request = httpx.Request(
            method, address, headers=bare if content is None else full,
            stream=httpx.ByteStream(content or b""),
            extensions={"timeout": self._timeout, **extensions},
        )  # fmt: skip
        if content is not None:
            request.headers["Content-Length"] = str(len(content))
        return request

    def fill(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> httpx.Request:
        """Write a form to POST to another address."""
        return httpx.Request(
            "POST", url, data=dict(form), headers={**AGENT, **headers},
            extensions={"timeout": self._timeout},
        )  # fmt: skip

    def _begin(self, token: str) -> tuple[str, httpx.Headers, httpx.Headers]:
        begun = {
            "Host": self._base.netloc.decode("ascii"),
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            **AGENT,
        }
        # An update is answered without a body: nothing there to compress.
        bare = begun | {"Accept-Encoding": "gzip, deflate"}
        full = begun | {"Content-Type": "application/json"}
        return token, httpx.Headers(bare), httpx.Headers(full)


class Address(httpx.URL):
    """An address below one that is parsed already: parsing costs more than the whole request."""

    def __init__(self, base: httpx.URL, path: str) -> None:
        """Take everything but the path from `base`."""
        parsed = base._uri_reference  # noqa: SLF001 - `quick_address` asks this httpx first
        self._uri_reference = parsed._replace(path=parsed.path + path)


def quick_address(base: httpx.URL) -> type[Address] | None:
    """Return Address where it makes of `base` just what httpx makes of the text; else None."""
    path = "/meetings/85746065"
    try:
        made, parsed = Address(base, path), httpx.URL(f"{base}{path}")
        same = (made, str(made), made.raw_path) == (parsed, str(parsed), parsed.raw_path)
    except (AttributeError, TypeError, ValueError):
        return None
    return Address if same else None
