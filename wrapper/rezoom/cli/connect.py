"""A client made from the environment; what is wrong there is said in the environment's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ConfigError

if TYPE_CHECKING:
    from ..client import Zoom

_VARIABLES = {
    "account_id": "ZOOM_ACCOUNT_ID",
    "client_id": "ZOOM_CLIENT_ID",
    "client_secret": "ZOOM_CLIENT_SECRET",
    "token_url": "ZOOM_OAUTH_URL",
    "base_url": "ZOOM_API_URL",
}


def open_zoom() -> Zoom:
    """Make a client from ZOOM_… variables; ConfigError names the one to correct."""
    # The client brings httpx: half a second that --help does not need.
    from ..client import Zoom

    try:
        return Zoom.from_env()
    except ConfigError as error:
        variable = _VARIABLES.get(error.field)
        if variable is None:
            raise
        raise ConfigError(
            f"{variable}: {error.message}", field=variable, next_step=error.next_step
        ) from None
