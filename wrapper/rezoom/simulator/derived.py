"""Members of a meeting that follow from others: links from the passcode, ids from an address."""

import base64
import hashlib
from datetime import datetime
from typing import Any

# Links into a reserved domain (RFC 2606): a click on one must not end in a stranger's meeting.
_SITE = "https://zoom.example"


def passcode_members(meeting: int, passcode: str) -> dict[str, Any]:
    """Return every member that changes with the passcode, `join_url` included."""
    if not passcode:
        return {
            "join_url": f"{_SITE}/j/{meeting}",
            "encrypted_password": "",
            "h323_password": "",
            "pstn_password": "",
        }
    token = _letters(f"{meeting}:{passcode}", 32)
    digits = f"{int.from_bytes(_digest(f'{meeting}:{passcode}')[:4]) % 1_000_000:06}"
    return {
        "join_url": f"{_SITE}/j/{meeting}?pwd={token}.1",
        "encrypted_password": f"{token}.1",
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


def made_passcode(meeting: int, now: datetime) -> str:
    """Return the passcode that the account makes for a meeting which must have one."""
    return _digest(f"{meeting}@{now:%Y-%m-%dT%H:%M:%S}").hex()[:10]


def start_url(meeting: int, key: str) -> str:
    """Return the link that makes whoever holds it the host."""
    return f"{_SITE}/s/{meeting}?zak={key}"


def chat_url(meeting: int) -> str:
    """Return the link into the meeting's chat."""
    return f"{_SITE}/launch/jc/{meeting}"


def meeting_uuid(meeting: int) -> str:
    """Return an id in the form of Zoom's meeting UUIDs."""
    return base64.b64encode(_digest(str(meeting))[:16]).decode()


def _letters(text: str, length: int) -> str:
    return base64.urlsafe_b64encode(_digest(text)).decode()[:length]


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
