"""The users of the simulated account: who has a licence, and who may schedule for whom."""

import difflib
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from ...errors import ConfigError
from .._meetings.members import host_members, user_id

ANYBODY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One user of the account.

    `licensed` False is a Basic user, and `may_host` False one whom the account does not let host
    (code 3161). `scheduled_by` names the users, by e-mail address or ID, to whom this one has
    granted the scheduling privilege; "*" stands for everybody.
    """

    email: str
    id: str = ""
    licensed: bool = True
    may_host: bool = True
    scheduled_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.email, str) or "@" not in self.email.strip():
            raise _wrong(f"email cannot be {self.email!r}", "Give an e-mail address.")
        for name in ("licensed", "may_host"):
            if not isinstance(getattr(self, name), bool):
                raise _wrong(f"{name} cannot be {getattr(self, name)!r}", "Give true or false.")
        granted = self.scheduled_by
        if not isinstance(granted, tuple) or not all(isinstance(name, str) for name in granted):
            raise _wrong(f"scheduled_by cannot be {granted!r}", "Give a list of users.")
        if not self.id:
            object.__setattr__(self, "id", user_id(self.email))

    @classmethod
    def of(cls, value: Self | Mapping[str, Any] | str) -> Self:
        """Read a user from a mapping such as {"email": "grace@example.com"}, or an address."""
        if isinstance(value, cls):
            return value
        given = {"email": value} if isinstance(value, str) else value
        if not isinstance(given, Mapping):
            raise _wrong(f"{value!r} is no user", "Give an object with an email.")
        known = [field.name for field in fields(cls)]
        for name in given:
            if name not in known:
                near = difflib.get_close_matches(str(name), known, n=2) or known
                raise _wrong(f"there is no member {name!r}", f"Choose from {', '.join(near)}.")
        if "email" not in given:
            raise _wrong("email is missing", "Give an e-mail address.")
        chosen: dict[str, Any] = {
            name: tuple(item) if isinstance(item, list) else item for name, item in given.items()
        }
        return cls(**chosen)

    def to_dict(self) -> dict[str, Any]:
        """Return the user as `of` reads it, ready for JSON."""
        return asdict(self) | {"scheduled_by": list(self.scheduled_by)}


class People:
    """The users that are known; hosts that are not are users of the account all the same."""

    def __init__(self, users: Iterable[User | Mapping[str, Any] | str], *, licensed: bool) -> None:
        self._lock = threading.Lock()
        self._licensed = licensed
        self._known: dict[str, User] = {}
        if isinstance(users, str | Mapping) or not isinstance(users, Iterable):
            raise ConfigError(
                f"users cannot be {users!r}", field="users", next_step="Give a list of users."
            )
        self._first = tuple(User.of(user) for user in users)
        self.reset()

    def reset(self) -> None:
        """Go back to the users that there were at first."""
        with self._lock:
            self._known.clear()
        for user in self._first:
            self.add(user)

    def add(self, user: User) -> None:
        """Add a user, or change the one with this e-mail address."""
        with self._lock:
            self._known[user.email.lower()] = user

    def all(self) -> tuple[User, ...]:
        """Return the users that were added."""
        with self._lock:
            return tuple(self._known.values())

    def find(self, name: str) -> User | None:
        """Return the user with this e-mail address or ID."""
        with self._lock:
            found = self._known.get(name.strip().lower())
            by_id = (user for user in self._known.values() if user.id == name.strip())
            return found or next(by_id, None)

    def host(self, state: Mapping[str, Any]) -> User:
        """Return the host of a meeting."""
        email, name = state.get("host_email", ""), state.get("host_id", "")
        found = self.find(email) or self.find(name)
        return found or User(email=email or f"{name}@", id=name, licensed=self._licensed)

    def members(self, name: str) -> dict[str, Any]:
        """Return the members of a meeting that name this user as its host."""
        user = self.find(name)
        if user is None:
            return host_members(name)
        return {"host_id": user.id, "host_email": user.email}

    def lets_schedule(self, user: User, *others: str) -> bool:
        """Tell whether the user has granted the scheduling privilege to one of the others."""
        granted = {name.lower() for name in user.scheduled_by}
        return ANYBODY in granted or any(name.lower() in granted for name in others if name)


def _wrong(message: str, next_step: str) -> ConfigError:
    return ConfigError(f"user: {message}", field="users", next_step=next_step)
