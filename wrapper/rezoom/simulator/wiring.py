"""How a client is pointed at a simulator: by environment, or as one of rezoom's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..clock import Clock
from .tokens import Credentials

if TYPE_CHECKING:
    from ..auth import ServerToServer


def environment(credentials: Credentials, url: str, token_url: str) -> dict[str, str]:
    """Return the variables that clients read."""
    return {
        "ZOOM_ACCOUNT_ID": credentials.account_id,
        "ZOOM_CLIENT_ID": credentials.client_id,
        "ZOOM_CLIENT_SECRET": credentials.client_secret,
        "ZOOM_API_URL": url,
        "ZOOM_OAUTH_URL": token_url,
    }


def token_source(credentials: Credentials, token_url: str) -> ServerToServer:
    """Return a token source that asks the simulator."""
    from ..auth import ServerToServer

    known = credentials
    return ServerToServer(
        known.account_id, known.client_id, known.client_secret, token_url=token_url
    )


def client_options(options: Mapping[str, Any], url: str, clock: Clock) -> dict[str, Any]:
    """Return the options of a client that talks to the simulator and lives in its time."""
    from ..quota import MemoryLedger

    shared = options.get("clock", clock)
    # A ledger of its own: what a test spends must not count against the real account.
    own = {"base_url": url, "clock": shared, "ledger": MemoryLedger(clock=shared)}
    return own | dict(options)
