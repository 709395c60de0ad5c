"""A small program as a user writes it: it moves stand-ups, one by one, in threads, or awaited."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import httpx
from rezoom import TUE, AsyncZoom, Receipt, Recurrence, Series, ServerToServer, Zoom
from rezoom.quota import Guard


def standups(start: datetime) -> Series:
    """Say when the team meets: every other Tuesday in Berlin, ten times."""
    return Recurrence.weekly(TUE, every=2).times(10).starting(start, tz="Europe/Berlin")


def move(number: int, start: datetime) -> Receipt:
    """Plan the move of a series, apply it, and read it back."""
    with Zoom.from_env() as zoom:
        plan = zoom.plan(number, schedule=standups(start), duration=30)
        return plan.apply(verify=True).raise_if_ignored()


def undo(receipt: Receipt) -> Receipt:
    """Bring back what was there."""
    with Zoom.from_env() as zoom:
        return zoom.apply(receipt.undo(), verify=True).raise_if_ignored()


def rename_in_threads(numbers: Iterable[int], topic: str) -> list[Receipt]:
    """Rename meetings, four at a time, with one client for all threads."""
    with Zoom.from_env() as zoom, ThreadPoolExecutor(4) as threads:
        return list(threads.map(lambda number: zoom.update(number, topic=topic), numbers))


def rename_awaited(numbers: Iterable[int], topic: str) -> list[Receipt]:
    """Rename meetings, all at once, on an event loop."""

    async def rename() -> list[Receipt]:
        async with AsyncZoom.from_env() as zoom:
            return await asyncio.gather(*(zoom.update(number, topic=topic) for number in numbers))

    return asyncio.run(rename())


def rename_by_httpx(number: int, topic: str) -> int:
    """Rename a meeting with plain httpx, counted by the same ledger."""
    account, address = os.environ["ZOOM_ACCOUNT_ID"], os.environ["ZOOM_API_URL"]
    auth = ServerToServer(
        account,
        os.environ["ZOOM_CLIENT_ID"],
        os.environ["ZOOM_CLIENT_SECRET"],
        token_url=os.environ["ZOOM_OAUTH_URL"],
    ).as_httpx_auth()
    counted = Guard(account=account).transport()
    with httpx.Client(transport=counted, auth=auth) as client:
        return client.patch(f"{address}/meetings/{number}", json={"topic": topic}).status_code
