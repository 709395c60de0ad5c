"""The address of the API: whole, and safe to send a token to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from .._auth.tokens import header_flaw
from .._wire import facts
from ..errors import ConfigError


def api_address(url: str) -> str:
    """Check the API address: whole, ending in /v2, and never plain HTTP over a network."""
    fix = f"Give an address such as {facts.BASE_URL}."
    if flaw := header_flaw(url):
        raise ConfigError(f"base_url {flaw}", field="base_url", next_step=fix)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ConfigError("base_url is not an address", field="base_url", next_step=fix) from None
    if "@" in parts.netloc:
        raise ConfigError(
            "base_url has a user name or password in it",
            field="base_url",
            next_step="Leave them out: the token says who calls.",
        )
    path = parts.path.rstrip("/")
    whole = parts.scheme in ("http", "https") and host and not parts.query and not parts.fragment
    if not whole or not path.endswith("/v2"):
        raise ConfigError(
            "base_url is not an http address that ends in /v2", field="base_url", next_step=fix
        )
    if parts.scheme == "http" and not _loopback(host):
        raise ConfigError(
            "base_url would send the token unencrypted over a network",
            field="base_url",
            next_step="Use https; plain http is for a simulator on this machine.",
        )
    return url.rstrip("/")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
