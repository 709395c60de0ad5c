"""Open what the environment describes: a client, or only the ledger that it counts in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from ..errors import ConfigError

if TYPE_CHECKING:
    from .._client.options import ZoomOptions
    from .._client.sync import Zoom
    from .._ledger.policy import Policy
    from .._ledger.protocol import Ledger

_VARIABLES = {
    "account_id": "ZOOM_ACCOUNT_ID",
    "client_id": "ZOOM_CLIENT_ID",
    "client_secret": "ZOOM_CLIENT_SECRET",
    "token_url": "ZOOM_OAUTH_URL",
    "base_url": "ZOOM_API_URL",
    "account_plan": "REZOOM_ACCOUNT_PLAN",
    "ledger": "REZOOM_LEDGER",
    "ledger_down": "REZOOM_LEDGER_DOWN",
    "limits": "REZOOM_LIMITS",
}


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """A ledger, the limits that hold, and the account whose requests are counted in it."""

    ledger: Ledger
    policy: Policy
    key: str
    # Whether REZOOM_LEDGER names the ledger, and what REZOOM_LEDGER_DOWN says.
    chosen: bool
    down: str


def open_zoom(**options: Unpack[ZoomOptions]) -> Zoom:
    """Make a client from ZOOM_… variables; ConfigError names the one to correct."""
    # The client brings httpx: half a second that --help does not need.
    from .._client.sync import Zoom

    with _named_by_variable():
        return Zoom.from_env(**options)


@contextmanager
def open_ledger_account() -> Iterator[LedgerAccount]:
    """Open the ledger that a client would use; needs no secret, and asks no network."""
    from .._client.options import api_address
    from .._ledger.model import account_key
    from .._ledger.opening import chosen_down, chosen_limits, open_ledger
    from .._ledger.policy import Policy
    from .._wire import facts

    chosen = os.environ.get("REZOOM_LEDGER") or None
    with _named_by_variable():
        url = api_address(os.environ.get("ZOOM_API_URL") or facts.BASE_URL)
        plan = os.environ.get("REZOOM_ACCOUNT_PLAN") or None
        policy = Policy(chosen_limits(None, os.environ), account_plan=plan)
        down = chosen_down(None, os.environ)
        ledger = open_ledger(chosen, environ=os.environ)
    account = account_key(url, os.environ.get("ZOOM_ACCOUNT_ID", "").strip() or None)
    try:
        yield LedgerAccount(ledger, policy, account, chosen is not None, down)
    finally:
        ledger.close()


@contextmanager
def _named_by_variable() -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        variable = _VARIABLES.get(error.field)
        if variable is None:
            raise
        raise ConfigError(
            f"{variable}: {error.message}", field=variable, next_step=error.next_step
        ) from None
