"""Addresses that secrets are sent to: https, or http on this machine."""

import ipaddress
from functools import partial
from urllib.parse import urlsplit

from .._secret import hidden
from ..errors import ConfigError


def header_flaw(value: object) -> str | None:
    """Return what keeps a secret from being sent in a header; never the secret."""
    if not isinstance(value, str):
        return f"is {type(value).__name__}, not str"
    if not value.strip():
        return "is empty"
    if not value.isascii():
        return "has characters outside ASCII"
    if not value.isprintable() or " " in value:
        return "has a blank, a line break or a control character in it"
    return None


def safe_address(
    url: str, field: str, *, fix: str, path: str = "", what: str = "token", who: str = "token"
) -> str:
    """Return an address that a secret may be sent to; raise ConfigError, naming the field.

    `path` is how its path ends, `what` is sent there, and the `who` says who calls.
    """
    url = hidden(url)  # there may be a password in it
    wrong = partial(ConfigError, field=field)
    if flaw := header_flaw(url):
        raise wrong(f"{field} {flaw}", next_step=fix)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise wrong(f"{field} is not an address", next_step=fix) from None
    # An empty query or fragment would swallow the path that is put behind it.
    whole = parts.scheme in ("http", "https") and host and not any(char in url for char in "?#\\")
    whole = whole and parts.path.rstrip("/").endswith(path)
    user, plain = "@" in parts.netloc, parts.scheme == "http" and not _loopback(host)
    del parts
    if user:
        step = f"Leave them out: the {who} says who calls."
        raise wrong(f"{field} has a user name or password in it", next_step=step)
    if not whole:
        form = f" that ends in {path}" if path else ""
        raise wrong(f"{field} is not an http address{form}", next_step=fix)
    if plain:
        step = "Use https; plain http is for a simulator on this machine."
        raise wrong(f"{field} would send the {what} unencrypted over a network", next_step=step)
    return str(url)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
