"""Where tokens come from. A source does no I/O: a driver carries its requests.

`peek` gives a usable token or None; then `request` says what to send and `accept` reads the answer.
"""

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

from .._public import public
from .._secret import Secret, SecretBytes, hidden
from ..errors import AuthError, ConfigError
from .addresses import header_flaw, safe_address
from .tokens import Token, TokenRequest, read_token

if TYPE_CHECKING:
    import httpx

# A token that dies on the way costs a 401 and one of the hundred updates.
_RENEW_EARLY = timedelta(seconds=60)


@public("rezoom")
class ServerToServer:
    """The credentials of a Server-to-Server OAuth app, and its present token."""

    account: str | None

    def __init__(
        self, account_id: str, client_id: str, client_secret: str, *, token_url: str | None = None
    ) -> None:
        client_secret, token_url = hidden(client_secret), hidden(token_url)
        self.account = self._account_id = _credential("account_id", account_id)
        user = _credential("client_id", client_id)
        if ":" in user:
            raise ConfigError("client_id has a colon in it", field="client_id")
        secret = _credential("client_secret", client_secret)
        self._basic = Secret(base64.b64encode(f"{user}:{secret}".encode()).decode())
        self._secrets = (self._basic, secret)
        self._token_url = None
        if token_url is not None:
            fix = "Give the whole address, such as https://zoom.us/oauth/token."
            what, who = "client secret", "credentials"
            self._token_url = safe_address(token_url, "token_url", fix=fix, what=what, who=who)
        # One attribute, so that a thread never sees a new token with an old time.
        self._kept: tuple[Token, datetime | None] | None = None
        self._httpx_auth: httpx.Auth | None = None

    def __repr__(self) -> str:
        return f"ServerToServer(account_id={self.account!r})"

    def peek(self, now: datetime, *, rejected: str | None = None) -> Token | None:
        """Return the kept token until a minute before its end."""
        if self._kept is None:
            return None
        token, renew_at = self._kept
        usable = token.value != rejected and (renew_at is None or now < renew_at)
        return token if usable else None

    def request(self) -> TokenRequest:
        """Return the request of the account_credentials grant."""
        from .._wire import facts

        return TokenRequest(
            url=self._token_url or facts.TOKEN_URL,
            form={"grant_type": "account_credentials", "account_id": self._account_id},
            headers={"Authorization": Secret(f"Basic {self._basic}"), "Accept": "application/json"},
        )

    def accept(self, status: int, body: bytes, now: datetime) -> Token:
        """Keep and return the token in the answer; raise the reason if there is none."""
        body = SecretBytes(body)
        token = read_token(status, body, now, secrets=self._secrets)
        renew_at = None
        if token.expires_at is not None:
            # Half of a very short life, or such a token would be renewed before every use.
            renew_at = token.expires_at - min(_RENEW_EARLY, (token.expires_at - now) / 2)
        self._kept = (token, renew_at)
        return token

    def as_httpx_auth(self) -> "httpx.Auth":
        """Return the same tokens for any httpx client: `httpx.Client(auth=...)`."""
        from .httpx_auth import TokenAuth

        # Always the same object: its lock is what makes renewals one at a time.
        self._httpx_auth = self._httpx_auth or TokenAuth(self)
        return self._httpx_auth


@public("rezoom")
class Bearer:
    """A token from elsewhere: the token itself, or a function that returns the present one."""

    def __init__(self, token: str | Callable[[], str], *, account: str | None = None) -> None:
        token = token if callable(token) else hidden(token)
        self.account = account
        self._token = token if callable(token) else _bearer_token(token)

    def __repr__(self) -> str:
        return f"Bearer(account={self.account!r})"

    def peek(self, now: datetime, *, rejected: str | None = None) -> Token | None:  # noqa: ARG002 - a token from elsewhere has no known end
        """Return the token, calling the function each time."""
        value = _bearer_token(self._token()) if callable(self._token) else self._token
        return None if value == rejected else Token(value)

    def request(self) -> TokenRequest:
        """Raise: only the one who made the token can make another."""
        self._cannot_renew()

    def accept(self, status: int, body: bytes, now: datetime) -> Token:  # noqa: ARG002 - no request of ours to answer
        """Raise: only the one who made the token can make another."""
        self._cannot_renew()

    def _cannot_renew(self) -> NoReturn:
        if callable(self._token):
            message = "Zoom rejected the token, and the function returned the same one again"
            next_step = (
                "Let the function passed to Bearer get a new token once the old one expired."
            )
        else:
            message = "Zoom rejected the token, and a fixed one cannot be renewed"
            next_step = "Pass a new token, a function that returns one, or use ServerToServer."
        # Only a rejected token leads here, so the request that carried it did leave.
        raise AuthError(message, status=401, sent=True, next_step=next_step)


def _credential(name: str, value: str) -> str:
    if flaw := header_flaw(value):
        fix = f"Pass the app's {name.replace('_', ' ')} as Zoom's app page shows it."
        raise ConfigError(f"{name} {flaw}", field=name, next_step=fix)
    return value


def _bearer_token(value: str) -> str:
    value = hidden(value)
    if flaw := header_flaw(value):
        fix = "Pass the token alone, without 'Bearer ' before it and without a line break."
        raise ConfigError(f"the token {flaw}", field="token", next_step=fix)
    return value
