"""Where an async call of a SQLite ledger goes that would hold up its event loop."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread

from ..errors import LedgerError
from .sqlite_pool import Pool

T = TypeVar("T")
_limiter: anyio.lowlevel.RunVar[anyio.CapacityLimiter] = anyio.lowlevel.RunVar("rezoom.quota")


async def in_thread(pool: Pool, call: Callable[[], T]) -> T:
    """Run `call` in a thread, one at a time for each loop; and make ready what inline calls use."""
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(1)
        _limiter.set(limiter)

    def waiting() -> T:
        with suppress(LedgerError):  # the call itself says what is wrong
            pool.prepare_inline()
        return call()

    return await anyio.to_thread.run_sync(waiting, limiter=limiter)
