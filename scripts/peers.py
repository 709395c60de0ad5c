"""Other people's clients, called as their READMEs show: for the scoreboard and the bench alone.

Nothing here is imported by rezoom or its tests; `pip install --group scoreboard` brings the three.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import metadata
from typing import Any, Protocol

import httpx


@dataclass(frozen=True, slots=True)
class Access:
    """Where a client is pointed, and what it signs in with; `api_url` ends in /v2."""

    api_url: str
    token_url: str
    account_id: str = "sim-account"
    client_id: str = "sim-client"
    client_secret: str = field(default="sim-secret", repr=False)


class Peer(Protocol):
    """A client, ready to send. Methods return what it returns and raise what it raises.

    `update` and `update_occurrence` are the calls a reader of its README would write, `patch` the
    plainest way it has to send exactly this body and query, where it has one.
    """

    update_call: str
    occurrence_call: str

    def __init__(self, access: Access) -> None: ...
    def update(self, meeting: int, **fields: Any) -> object: ...
    def update_occurrence(self, meeting: int, occurrence: str, **fields: Any) -> object: ...
    def patch(
        self, meeting: int, body: Mapping[str, Any], query: Mapping[str, str] | None = None
    ) -> object: ...


class Zoomus:
    """`zoomus`: fetches its token in the constructor, and never again by itself."""

    update_call = "client.meeting.update(id=…, …)"
    occurrence_call = "client.meeting.update(id=…, occurrence_id=…, …)"

    def __init__(self, access: Access) -> None:
        from zoomus import ZoomClient  # pyright: ignore[reportMissingImports]  # in no venv but the scoreboard's

        self._client = ZoomClient(
            access.client_id,
            access.client_secret,
            access.account_id,
            base_uri=access.api_url,
            oauth_uri=access.token_url,
        )

    def update(self, meeting: int, **fields: Any) -> object:
        """Update a meeting; it formats the start itself, so that must be a datetime."""
        return self._client.meeting.update(id=meeting, **fields)

    def update_occurrence(self, meeting: int, occurrence: str, **fields: Any) -> object:
        """Update one occurrence the way its keyword interface suggests."""
        return self.update(meeting, occurrence_id=occurrence, **fields)

    def patch(
        self, meeting: int, body: Mapping[str, Any], query: Mapping[str, str] | None = None
    ) -> object:
        """Send a body as it is; the query has to be a part of the path."""
        return self._client.patch_request(_address(meeting, query), data=dict(body))


class Pyzoom:
    """`pyzoom`: takes a token, and asks for topic, start and duration in every update."""

    update_call = "client.meetings.update_meeting(topic, meeting_id=…, start_time=…, …)"
    occurrence_call = "client.raw.patch(…, query={'occurrence_id': …}, body=…)"
    _named = frozenset({"topic", "start_time", "duration", "timezone", "type", "password"})

    def __init__(self, access: Access) -> None:
        from pyzoom import ZoomClient  # pyright: ignore[reportMissingImports]  # in no venv but the scoreboard's

        self._client = ZoomClient(access_token=token(access), base_url=access.api_url)

    def update(self, meeting: int, **fields: Any) -> object:
        """Call `update_meeting`, or, for what it has no argument for, the raw API it documents."""
        start = fields.get("start_time")
        if isinstance(start, datetime):
            # As its README writes every start_time.
            fields["start_time"] = start.isoformat()
        if not self._named.issuperset(fields):
            return self.patch(meeting, fields)
        needed = {"topic", "start_time", "duration"}
        if not needed.issubset(fields):
            now: dict[str, Any] = self._client.raw.get(f"/meetings/{meeting}").json()
            fields = {name: now[name] for name in needed if name in now} | fields
        renamed = {"duration": "duration_min", "type": "type_"}
        given = {renamed.get(name, name): value for name, value in fields.items()}
        return self._client.meetings.update_meeting(meeting_id=meeting, **given)

    def update_occurrence(self, meeting: int, occurrence: str, **fields: Any) -> object:
        """Update one occurrence through the raw API, which has a place for the query."""
        return self.patch(meeting, fields, {"occurrence_id": occurrence})

    def patch(
        self, meeting: int, body: Mapping[str, Any], query: Mapping[str, str] | None = None
    ) -> object:
        """Send a body and a query as they are."""
        return self._client.raw.patch(f"/meetings/{meeting}", query=query, body=dict(body))


class ZoomPythonClient:
    """`zoom-python-client`: has no update of its own; its generic PATCH is what there is."""

    update_call = "client.make_patch_request('/meetings/…', {…})"
    occurrence_call = "client.make_patch_request('/meetings/…?occurrence_id=…', {…})"

    def __init__(self, access: Access) -> None:
        from zoom_python_client.zoom_api_client import ZoomApiClient  # pyright: ignore[reportMissingImports]  # in no venv but the scoreboard's

        # The client keeps its token here, and would use one made for another server.
        for name in ("ZOOM_ACCESS_TOKEN", "ZOOM_ACCESS_TOKEN_EXPIRE"):
            os.environ.pop(name, None)
        self._client = ZoomApiClient(
            access.account_id, access.client_id, access.client_secret, api_endpoint=access.api_url
        )
        signing = self._client.authentication_client.authentication_client
        signing.api_base_url = access.token_url.removesuffix("/token")

    def update(self, meeting: int, **fields: Any) -> object:
        """Send the fields as they are; what JSON has no form for, such as a datetime, cannot be."""
        return self.patch(meeting, fields)

    def update_occurrence(self, meeting: int, occurrence: str, **fields: Any) -> object:
        """Update one occurrence; the query has to be a part of the path."""
        return self.patch(meeting, fields, {"occurrence_id": occurrence})

    def patch(
        self, meeting: int, body: Mapping[str, Any], query: Mapping[str, str] | None = None
    ) -> object:
        """Send a body as it is."""
        return self._client.make_patch_request(_address(meeting, query), dict(body))


PEERS: Mapping[str, type[Peer]] = {
    "zoomus": Zoomus,
    "pyzoom": Pyzoom,
    "zoom-python-client": ZoomPythonClient,
}


def connect(name: str, access: Access) -> Peer:
    """Make the client of that distribution; ModuleNotFoundError when it is not installed."""
    return PEERS[name](access)


def version(name: str) -> str:
    """Tell which release of a distribution is installed; PackageNotFoundError when none is."""
    return metadata.version(name)


def token(access: Access) -> str:
    """Get a Server-to-Server token, for a client that expects to be handed one."""
    answer = httpx.post(
        access.token_url,
        auth=(access.client_id, access.client_secret),
        data={"grant_type": "account_credentials", "account_id": access.account_id},
    )
    answer.raise_for_status()
    granted: str = answer.json()["access_token"]
    return granted


def _address(meeting: int, query: Mapping[str, str] | None) -> str:
    return str(httpx.URL(f"/meetings/{meeting}", params=query or None))
