"""The token address: one app's credentials, and the tokens that were given out for them."""

import base64
import binascii
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from urllib.parse import unquote

from .answers import Answer, token_refused, with_json
from .quirks import Quirks

SCOPES = ("meeting:read:meeting:admin", "meeting:update:meeting:admin")
_LIFE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a Server-to-Server OAuth app signs in with, and the scopes it was given."""

    account_id: str = "sim-account"
    client_id: str = "sim-client"
    client_secret: str = field(default="sim-secret", repr=False)
    scopes: tuple[str, ...] = SCOPES


class TokenDesk:
    """Gives out tokens and knows which of them are still good."""

    def __init__(self, credentials: Credentials, quirks: Quirks, random: Random) -> None:
        self._credentials = credentials
        self._quirks = quirks
        self._random = random
        self._lock = threading.Lock()
        self._ends: dict[str, datetime] = {}

    def grant(
        self, form: Mapping[str, str], authorization: str, now: datetime, api_url: str
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
            if self._quirks.second_grant == "replaces":
                self._ends.clear()
            self._ends = {old: end for old, end in self._ends.items() if end > now}
            self._ends[token] = now + _LIFE
        return with_json(
            200,
            {
                "access_token": token,
                "token_type": "bearer",
                # One second less than it lives, as seen.
                "expires_in": int(_LIFE.total_seconds()) - 1,
                "scope": " ".join(known.scopes),
                # Never Zoom's own host: a client that follows it must not leave the simulator.
                "api_url": api_url,
            },
        )

    def accepts(self, authorization: str, now: datetime) -> bool:
        """Tell whether a request carries a token that is still good."""
        scheme, _, token = authorization.partition(" ")
        with self._lock:
            end = self._ends.get(token.strip())
        return scheme.lower() == "bearer" and end is not None and now < end

    def revoke(self) -> None:
        """End every token, at once."""
        with self._lock:
            self._ends.clear()


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
