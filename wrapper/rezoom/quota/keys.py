"""The names under which a ledger counts: whose account, which limit, and of what."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

# What an address may leave out, so that both ways to write it are one account.
_PORTS = {"http": 80, "https": 443}


class Key(NamedTuple):
    """A scope's key, taken apart; `name` is a meeting's number, a host's id, or empty."""

    account: str
    scope: str
    name: str


@lru_cache
def account_key(url: str, account: str | None) -> str:
    """Name an account behind the API at `url`: the same id elsewhere is another account."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    origin = f"[{host}]" if ":" in host else host
    if parts.port not in (None, _PORTS.get(parts.scheme)):
        origin += f":{parts.port}"
    return f"{origin}/{quote(account or 'default', safe='@.')}"


def meeting_key(account: str, meeting: int) -> str:
    """Name the updates of a meeting."""
    return f"{account}/meeting/{meeting}"


def host_key(account: str, host: str) -> str:
    """Name the creates and updates of a host."""
    return f"{account}/host/{quote(host, safe='@.')}"


def day_key(account: str) -> str:
    """Name the account's requests of a day."""
    return f"{account}/day"


def pace_key(account: str) -> str:
    """Name the account's requests of a second."""
    return f"{account}/pace"


def account_of(key: str) -> str:
    """Read the account out of any key."""
    return "/".join(key.split("/")[:2])


def read_key(key: str) -> Key | None:
    """Take a key apart; None for what is no counted scope."""
    account = account_of(key)
    match key.split("/")[2:]:
        case ["meeting", number] if number.isascii() and number.isdigit():
            return Key(account, "meeting", number)
        case ["host", host]:
            return Key(account, "host", unquote(host))
        case ["day"]:
            return Key(account, "account", "")
    return None
