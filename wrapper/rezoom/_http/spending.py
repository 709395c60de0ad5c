"""What a request of any HTTP client spends, read from its method and address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote

from .._paths import json_object
from .._wire import facts

# Marks a request that somebody counts already: two guards would spend everything twice.
GUARDED = "rezoom.guarded"

# In httpx's order, and wherever the API is: only the end of the path tells.
_MEETING = re.compile(re.sub(r"\{\w+\}", "([^/]+)", facts.OPERATIONS["updateMeeting"].path) + "/*$")
# https://developers.zoom.us/docs/api/rate-limits/: creates count beside updates, webinars too.
_CREATE = re.compile(r"/users/([^/]+)/(?:meetings|webinars)/*$")


@dataclass(frozen=True, slots=True)
class Spending:
    """An update of `meeting`, or a create for `user`; neither where the path names a UUID."""

    meeting: int | None = None
    user: str | None = None


def spent_by(method: str, path: str) -> Spending | None:
    """Tell what a request spends; None: nothing that is counted. `path` is still encoded."""
    if method == facts.OPERATIONS["updateMeeting"].method:
        found = _MEETING.search(_single(path))
        return None if found is None else Spending(meeting=_number(unquote(found[1])))
    if method == "POST":
        found = _CREATE.search(_single(path))
        return None if found is None else Spending(user=_user(unquote(found[1])))
    return None


def read_by(method: str, path: str) -> int | None:
    """Tell which meeting a request reads."""
    found = _MEETING.search(_single(path))
    wanted = facts.OPERATIONS["getMeeting"].method
    return None if found is None or method != wanted else _number(unquote(found[1]))


class Named(NamedTuple):
    """The meeting in an answer: its number, its host's id and e-mail address."""

    meeting: int | None = None
    host: str | None = None
    email: str | None = None


def named_in(body: bytes) -> Named:
    """Read whose meeting is in an answer, as far as that is there."""
    answer = json_object(body) or {}
    number = answer.get("id")
    whole = isinstance(number, int) and not isinstance(number, bool)
    host, email = (answer.get(name) or None for name in ("host_id", "host_email"))
    return Named(
        number if whole else None,
        host if isinstance(host, str) and host.strip() else None,
        email.casefold() if isinstance(email, str) else None,
    )


def _single(path: str) -> str:
    # Servers differ in what several slashes mean; who counts too much is safe.
    return re.sub("//+", "/", path)


def _number(text: str) -> int | None:
    digits = text.isascii() and text.isdigit() and len(text) < 20
    return int(text) if digits else None


def _user(text: str) -> str:
    # An address is the same one however its letters are written; an id is not.
    return text.casefold() if "@" in text else text
