"""Members of a meeting that follow from others, and a meeting as a read shows it."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .._store import State

# Links into a reserved domain (RFC 2606): a click on one must not end in a stranger's meeting.
_SITE = "https://zoom.example"


def passcode_members(meeting: int, passcode: str) -> dict[str, Any]:
    """Return every member that changes with the passcode, `join_url` included."""
    link, token, digits = f"{_SITE}/j/{meeting}", "", ""
    if passcode:
        known = f"{meeting}:{passcode}"
        token = f"{_letters(known, 32)}.1"
        digits = f"{int.from_bytes(_digest(known)[:4]) % 1_000_000:06}"
        link += f"?pwd={token}"
    return {
        "join_url": link,
        "encrypted_password": token,
        "h323_password": digits,
        "pstn_password": digits,
    }


def host_members(user: str) -> dict[str, Any]:
    """Return the members that name the host, from an e-mail address or a user ID."""
    if "@" in user:
        return {"host_id": user_id(user), "host_email": user}
    return {"host_id": user, "host_email": f"{user.lower()}@example.com"}


def user_id(email: str) -> str:
    """Return an id in the form of Zoom's user IDs."""
    return _letters(email, 22)


def personal_number(host: str) -> int:
    """Return the personal meeting ID of a host: ten digits."""
    return 10**9 + int.from_bytes(_digest(host)[:4])


def made_passcode(meeting: int, now: datetime) -> str:
    """Return the passcode that the account makes for a meeting which must have one."""
    return _digest(f"{meeting}@{now:%Y-%m-%dT%H:%M:%S}").hex()[:10]


def address_members(meeting: int, host_key: str) -> dict[str, Any]:
    """Return the members that identify a meeting, and the link that makes its reader the host."""
    return {
        "id": meeting,
        "uuid": base64.b64encode(_digest(str(meeting))[:16]).decode(),
        "start_url": f"{_SITE}/s/{meeting}?zak={host_key}",
        "chat_join_url": f"{_SITE}/launch/jc/{meeting}",
    }


def _letters(text: str, length: int) -> str:
    return base64.urlsafe_b64encode(_digest(text)).decode()[:length]


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


OCCURRENCE_MEMBERS = ("occurrence_id", "start_time", "duration", "status")


def occurrence(state: State, occurrence_id: str) -> dict[str, Any]:
    """Return that date of the series, as it is stored; LookupError when there is none."""
    for date in state.get("occurrences", ()):
        if date["occurrence_id"] == occurrence_id and date["status"] != "deleted":
            found: dict[str, Any] = date
            return found
    raise LookupError(occurrence_id)


def view(
    state: State, *, occurrence_id: str | None = None, now: datetime, previous: bool = True
) -> dict[str, Any]:
    """Return a meeting as a GET answers it: of past dates only those that were asked for.

    Deleted dates are shown with that status. Members that begin with an underscore are the
    simulator's own.
    """
    hidden = {name for name in state if name.startswith("_")} | {"occurrences"}
    shown = {name: value for name, value in state.items() if name not in hidden}
    if occurrence_id is not None:
        date = occurrence(state, occurrence_id)
        shown |= {name: date[name] for name in ("start_time", "duration", "agenda") if name in date}
        shown["settings"] = {**shown.get("settings", {}), **date.get("settings", {})}
    if "occurrences" in state:
        shown["occurrences"] = [
            {name: date[name] for name in OCCURRENCE_MEMBERS}
            for date in state["occurrences"]
            if previous or not _is_over(date, now)
        ]
    return shown


def _is_over(date: Mapping[str, Any], now: datetime) -> bool:
    begun = (now - datetime.fromisoformat(date["start_time"])).total_seconds()
    return begun >= 60 * int(date["duration"])
