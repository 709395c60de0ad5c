"""The simulated account: its users, its app's credentials, and the tokens given out for them."""

import base64
import binascii
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Annotated, Any, NamedTuple, Self
from urllib.parse import unquote

from pydantic import Field

from .._public import public
from ._answers import Answer, refused, token_refused, with_json
from ._checked import check, read, wrong
from ._meetings.members import host_members, user_id
from ._quirks import Quirks

SCOPES = ("meeting:read:meeting:admin", "meeting:update:meeting:admin")
_LIFE = timedelta(hours=1)
_CLASSIC = 2  # parts: meeting:write has two, meeting:update:meeting three


@public("rezoom.simulator")
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


class TokenIssuer:
    """Gives out tokens, and knows which are still good and for what; FakeZoom.lock guards it."""

    def __init__(self, credentials: Credentials, random: Random) -> None:
        self._credentials = credentials
        self._random = random
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
            return refused("token-without-use", status=401)
        token = self._tokens.get(text) if scheme.lower() == "bearer" else None
        status = int(quirks.rejected_status)
        if token is None:
            return refused("token-rejected", status=status)
        if now >= token.end:
            return refused("token-expired", status=status)
        if token.scopes.isdisjoint(enough):
            # The status is 400 here, as reported.
            return refused("missing-scope", scopes=", ".join(_missing(enough, token.scopes)))
        return None

    def acts_for_all(self, authorization: str, enough: Collection[str]) -> bool:
        """Tell whether a token that is not refused is good for the meetings of every user."""
        token = self._tokens.get(authorization.partition(" ")[2].strip())
        scopes = token.scopes.intersection(enough) if token else frozenset()
        return any(scope.endswith(":admin") for scope in scopes)

    def revoke(self) -> int:
        """End every token at once; return how many that were."""
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


@public("rezoom.simulator")
@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One user of the account.

    `licensed` False is a Basic user, and `may_host` False one whom the account does not let host
    (code 3161). `scheduled_by` names the users, by e-mail address or ID, to whom this one has
    granted the scheduling privilege; "*" stands for everybody.
    """

    email: Annotated[str, Field(pattern="@")]
    id: str = ""
    licensed: bool = True
    may_host: bool = True
    scheduled_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(User, asdict(self), "user", field="users")
        if not self.id:
            object.__setattr__(self, "id", user_id(self.email))

    @classmethod
    def of(cls, value: Self | Mapping[str, Any] | str) -> Self:
        """Read a user from a mapping such as {"email": "grace@example.com"}, or an address."""
        said = {"email": value} if isinstance(value, str) else value
        return read(cls, said, "user", field="users")

    def to_dict(self) -> dict[str, Any]:
        """Return the user as `of` reads it, ready for JSON."""
        return asdict(self) | {"scheduled_by": list(self.scheduled_by)}


class People:
    """The users that are known, guarded by FakeZoom.lock; other hosts are users all the same."""

    def __init__(self, users: Iterable[User | Mapping[str, Any] | str], *, licensed: bool) -> None:
        self._licensed = licensed
        if isinstance(users, str | Mapping) or not isinstance(users, Iterable):
            raise wrong("users", f"users cannot be {users!r}", "Give a list of users.")
        self._first = tuple(User.of(user) for user in users)
        self.reset()

    def reset(self) -> None:
        """Go back to the users that there were at first."""
        self._known = {user.email.lower(): user for user in self._first}

    def add(self, user: User) -> None:
        """Add a user, or change the one with this e-mail address."""
        self._known[user.email.lower()] = user

    def all(self) -> tuple[User, ...]:
        """Return the users that were added."""
        return tuple(self._known.values())

    def find(self, name: str) -> User | None:
        """Return the user with this e-mail address or ID."""
        found = self._known.get(name.strip().lower())
        by_id = (user for user in self._known.values() if user.id == name.strip())
        return found or next(by_id, None)

    def host(self, state: Mapping[str, Any]) -> User:
        """Return the host of a meeting."""
        email, name = state.get("host_email", ""), state.get("host_id", "")
        found = self.find(email) or self.find(name)
        return found or _unlisted(email or f"{name}@", name, licensed=self._licensed)

    def members(self, name: str) -> dict[str, Any]:
        """Return the members of a meeting that name this user as its host."""
        user = self.find(name)
        return {"host_id": user.id, "host_email": user.email} if user else host_members(name)


@lru_cache
def _unlisted(email: str, name: str, *, licensed: bool) -> User:
    # Remembered: every request asks for its host, and a new user is checked each time.
    # Half a surrogate pair can be sent, and stands in no address.
    address = email.encode("utf-8", "replace").decode()
    return User(email=address, id=name, licensed=licensed)


# For seeds: whoever hosts a meeting there has a licence.
EVERYBODY = People((), licensed=True)
