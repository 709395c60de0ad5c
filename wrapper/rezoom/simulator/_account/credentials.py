"""The token address: one app's credentials, and the tokens that were given out for them."""

import base64
import binascii
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple
from urllib.parse import unquote

from .. import _calls as calls
from .._calls import Answer, token_refused, with_json
from .._quirks import Quirks

SCOPES = ("meeting:read:meeting:admin", "meeting:update:meeting:admin")
_LIFE = timedelta(hours=1)
_CLASSIC = 2  # meeting:write has two parts, meeting:update:meeting three


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a Server-to-Server OAuth app signs in with, and the scopes it was given.

    Scopes may be classic (`meeting:write:admin`) or granular (`meeting:update:meeting:admin`). An
    app whose scopes have no `:admin` acts for one user, `user`.
    """

    account_id: str = "sim-account"
    client_id: str = "sim-client"
    client_secret: str = field(default="sim-secret", repr=False)
    scopes: tuple[str, ...] = SCOPES
    user: str = "ada@example.com"


class _Token(NamedTuple):
    end: datetime
    scopes: frozenset[str]


class TokenDesk:
    """Gives out tokens and knows which of them are still good, and for what."""

    def __init__(self, credentials: Credentials, random: Random) -> None:
        self._credentials = credentials
        self._random = random
        self._lock = threading.Lock()
        self._tokens: dict[str, _Token] = {}
        self.scopes = credentials.scopes

    def grant(
        self,
        form: Mapping[str, str],
        authorization: str,
        now: datetime,
        api_url: str,
        quirks: Quirks,
    ) -> Answer:
        """Answer a request of the account_credentials grant."""
        known = self._credentials
        if _basic(authorization) != (known.client_id, known.client_secret):
            return token_refused("Invalid client_id or client_secret", "invalid_client")
        if form.get("grant_type") != "account_credentials":
            return token_refused("unsupported grant type", "unsupported_grant_type")
        if form.get("account_id") != known.account_id:
            return token_refused("Invalid account_id", "invalid_grant")
        token = f"sim.{self._random.getrandbits(192):048x}"
        with self._lock:
            if quirks.second_grant == "replaces":
                self._tokens.clear()
            # The ended ones of the last hour are kept: Zoom tells expired from invented.
            self._tokens = {k: old for k, old in self._tokens.items() if old.end + _LIFE > now}
            self._tokens[token] = _Token(now + _LIFE, frozenset(self.scopes))
        return with_json(
            200,
            {
                "access_token": token,
                "token_type": "bearer",
                "expires_in": int(quirks.expires_in),
                "scope": " ".join(self.scopes),
                # Never Zoom's own host: a client that follows it must not leave the simulator.
                "api_url": api_url,
            },
        )

    def refuses(
        self, authorization: str, enough: Collection[str], now: datetime, quirks: Quirks
    ) -> Answer | None:
        """Answer a request that has no token, no good one, or none with one of these scopes."""
        scheme, _, text = authorization.partition(" ")
        text = text.strip()
        if not text and quirks.unsigned_code == "4700":
            return calls.refused("token-without-use", status=401)
        with self._lock:
            token = self._tokens.get(text) if scheme.lower() == "bearer" else None
        status = int(quirks.rejected_status)
        if token is None:
            return calls.refused("token-rejected", status=status)
        if now >= token.end:
            return calls.refused("token-expired", status=status)
        if token.scopes.isdisjoint(enough):
            return calls.scopes_missing(_missing(enough, token.scopes))
        return None

    def acts_for_all(self, authorization: str, enough: Collection[str]) -> bool:
        """Tell whether a token that is not refused is good for the meetings of every user."""
        with self._lock:
            token = self._tokens.get(authorization.partition(" ")[2].strip())
        scopes = token.scopes.intersection(enough) if token else frozenset()
        return any(scope.endswith(":admin") for scope in scopes)

    def reset(self) -> None:
        """End every token, and give the app the scopes it had at first."""
        self.revoke()
        self.scopes = self._credentials.scopes

    def revoke(self) -> int:
        """End every token at once; return how many that were."""
        with self._lock:
            count = len(self._tokens)
            self._tokens.clear()
            return count


def _missing(enough: Collection[str], held: Collection[str]) -> list[str]:
    """Pick the names of the kind of scopes that the app has: granular, unless all are classic."""
    parts = {scope: len(scope.removesuffix(":admin").split(":")) for scope in (*enough, *held)}
    classic = bool(held) and all(parts[scope] <= _CLASSIC for scope in held)
    return [scope for scope in enough if (parts[scope] <= _CLASSIC) == classic]


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    # RFC 6749 wants both parts form-encoded; most clients send them as they are.
    return (unquote(user), unquote(secret)) if colon else None
