"""Whose a meeting is: what reads show and updates change, kept in the ledger."""

from __future__ import annotations

import logging

from .desk import Desk
from .errors import LedgerError
from .intents import Flow, Learn

_log = logging.getLogger("rezoom")


def learn(desk: Desk, meeting: int, host: str | None) -> Flow[None]:
    """Write down whose a meeting is; a ledger that cannot only misses what could be learned."""
    try:
        yield Learn(desk.ledger_account, meeting, host)
    except LedgerError as error:
        _log.warning("the host of a meeting was not written down: %s", error)
