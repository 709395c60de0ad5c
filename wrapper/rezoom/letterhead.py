"""Requests of our own, written without what is the same in all of them."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

AGENT = {"User-Agent": "rezoom"}
_LENGTHS = 256


class Letterhead:
    """What all requests to one API begin with; `timeout` holds for each phase of each."""

    def __init__(self, base_url: str, timeout: httpx.Timeout) -> None:
        """Parse the address once."""
        self._text, self._base = base_url, httpx.URL(base_url)
        self._quick = quick_address(self._base)
        self._timeout = timeout.as_dict()
        self._headers = _Headers("")

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
        return httpx.Request(
            method, address, headers=self._headers_of(token, content),
            stream=httpx.ByteStream(content or b""),
            extensions={"timeout": self._timeout, **extensions},
        )  # fmt: skip

    def fill(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> httpx.Request:
        """Write a form to POST to another address."""
        return httpx.Request(
            "POST", url, data=dict(form), headers={**AGENT, **headers},
            extensions={"timeout": self._timeout},
        )  # fmt: skip

    def _headers_of(self, token: str, content: bytes | None) -> httpx.Headers:
        """Write the headers, or find those of an earlier request: httpx copies them."""
        kept = self._headers
        if kept.token != token or len(kept.by_length) > _LENGTHS:
            kept = self._headers = _Headers(token)
        length = None if content is None else len(content)
        headers = kept.by_length.get(length)
        if headers is None:
            headers = kept.by_length[length] = httpx.Headers(self._begin(token, length))
        return headers

    def _begin(self, token: str, length: int | None) -> dict[str, str]:
        begun = {
            "Host": self._base.netloc.decode("ascii"),
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            **AGENT,
        }
        if length is None:
            return begun | {"Accept-Encoding": "gzip, deflate"}
        # An update is answered without a body: nothing there to compress.
        return begun | {"Content-Type": "application/json", "Content-Length": str(length)}


class _Headers:
    """Those of the token that was used last, by the length of the body."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.by_length: dict[int | None, httpx.Headers] = {}


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
