"""Celery tasks that update meetings; needs the extra `celery`, and a Redis server.

    app = rezoom.celery.register(Celery("shop", broker="redis://localhost"))
    update_meeting.delay({"meeting": 85746065, "topic": "Stand-up"})

A row is a mapping of plain JSON data: `meeting`, and if wanted `host`, `occurrence` (an id),
`allow` and `extra`, as `Zoom.update` takes them; every other member is a field of the update.
Celery may deliver a message twice; each task reads the meeting first and sends only what differs.
What a limit stops waits in a table in Redis, and beat picks it up (`update_due`).

The client is made from the environment (`Zoom.from_env`) by the first task of a process. No token
is in any message; a passcode that a row sets is, in the broker and in the table.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ._client.sync import Zoom
from ._clock import SystemClock
from ._times import zulu
from .errors import (
    ConfigError,
    LedgerUnavailable,
    NotSentError,
    RetryLater,
    RezoomError,
    ServerError,
    SlotExpired,
    UnansweredError,
)

try:
    from celery import Celery, current_app, shared_task, signals
    from celery.exceptions import Reject, SoftTimeLimitExceeded
    from redis import RedisError
except ImportError as missing:
    raise ImportError('rezoom.celery needs Celery: pip install "rezoom[celery]"') from missing

if TYPE_CHECKING:
    from redis import Redis

    from ._change.results import Receipt
    from ._ledger.gauge import Quota

__all__ = ["UpdateFailed", "register", "update_due", "update_meeting", "update_meetings"]

# Seconds. After the first, the broker delivers again what no worker has acknowledged; no task may
# take longer, or two would work at once. Threads know no time limit, so the client has its own:
# a token, two reads, an update and all sleeping are less. It does not send again what was not
# answered: the next task reads first.
_VISIBILITY = 120
_CLIENT: dict[str, Any] = {"hosts": "resolve", "wait": 20, "timeout": 15, "retries": 0}
_DELIVERY: dict[str, Any] = {
    "acks_late": True,
    "reject_on_worker_lost": True,
    "serializer": "json",
    "soft_time_limit": _VISIBILITY - 20,
    "time_limit": _VISIBILITY - 10,
}
# What may pass by itself is tried again, this often and this far apart; a limit is not counted.
_PASSING = UnansweredError, ServerError, LedgerUnavailable, SlotExpired, SoftTimeLimitExceeded
_TRIES, _PAUSE = 5, timedelta(minutes=1)
_PICK_UP_EVERY, _PICK_UP_MOST, _WITHOUT_REDIS = 60.0, 2500, 1.0
_OPTIONS = "host", "occurrence", "allow", "extra"

_opening = threading.Lock()
_open: dict[int, Zoom] = {}


class UpdateFailed(Exception):
    """A change was refused, by a rule or by Zoom, or failed too often.

    `str()` says why and what to do; `details` is the error's `to_dict()`. Both survive Celery's
    JSON, which rezoom's own errors do not.
    """

    def __init__(self, message: str, details: Mapping[str, Any]) -> None:
        super().__init__(message, details)
        self.details = details

    def __str__(self) -> str:
        return str(self.args[0])


def register(app: Celery) -> Celery:
    """Configure an app for these tasks, and return it.

    Sets a prefetch of 1, a visibility timeout of 120 seconds where the app has none, and a place in
    the schedule of beat for `update_due`, and makes it the default app of all threads. Whatever
    `app.conf.rezoom_options` holds goes to `Zoom.from_env` as keywords. All tasks of the app are
    treated so: give longer ones an app of their own.
    """
    # Without it, `update_meeting.delay` in another thread would look for a broker of its own.
    app.set_default()
    app.conf.worker_prefetch_multiplier = 1
    app.conf.broker_transport_options = {
        "visibility_timeout": _VISIBILITY,
        **(app.conf.broker_transport_options or {}),
    }
    entry = {"task": "rezoom.update_due", "schedule": _PICK_UP_EVERY}
    app.conf.beat_schedule = {"rezoom-update-due": entry, **(app.conf.beat_schedule or {})}
    return app


@shared_task(name="rezoom.update_meeting", **_DELIVERY)
def update_meeting(row: Mapping[str, Any], verify: bool = False, tries: int = 0) -> dict[str, Any]:
    """Read a meeting, and send what a row changes of it.

    Returns `meeting`, `status` and, where there are such, `retry_at` (UTC), `why`, `ignored` and
    `altered` paths. The status is "unchanged", "accepted", "applied", "altered", "ignored" (the
    last three with `verify`), or "put off". `tries` counts failures that may pass.

    Raises UpdateFailed where trying again would not help.
    """
    text, zoom = _message(row, verify, tries), _zoom()
    try:
        quota = _quota(zoom, row)
        if (until := _spent_until(quota)) is not None:
            if quota.host is not None and quota.host.remaining <= 0:
                text = _message(_with_host(zoom, row), verify, tries)
            return _put_off(row, text, until, "the day's updates are spent")
        return _answer(_updated(zoom, row, verify=verify))
    except RetryLater as limit:
        if limit.scope.startswith("host"):
            text = _message(_with_host(zoom, row), verify, tries)
        return _put_off(row, text, limit.retry_at, str(limit))
    except (RezoomError, SoftTimeLimitExceeded) as error:
        # A bare NotSentError is an unreached host; its kinds concern this update.
        passing = isinstance(error, _PASSING) or type(error) is NotSentError
        if passing and tries < _TRIES:
            text = _message(row, verify, tries + 1)
            return _put_off(row, text, _now() + _PAUSE, str(error))
        details = error.to_dict() if isinstance(error, RezoomError) else {}
        raise UpdateFailed(str(error), details) from error


@shared_task(name="rezoom.update_meetings", **_DELIVERY)
def update_meetings(rows: Sequence[Mapping[str, Any]], verify: bool = False) -> dict[str, int]:
    """Put a message for each row into the queue, and return how many as `queued`."""
    with current_app.producer_or_acquire() as producer:
        for row in rows:
            update_meeting.apply_async((row, verify), producer=producer)
    return {"queued": len(rows)}


@shared_task(name="rezoom.update_due", **_DELIVERY)
def update_due() -> dict[str, int]:
    """Put what is due back into the queue, no more than its host has left; return how many.

    Beat sends it every minute. What is still without quota stays until there is some.
    """
    with _table() as table:
        lock = table.lock(f"{_key()}:lock", timeout=_VISIBILITY)
        if not lock.acquire(blocking=False):
            return {"queued": 0}
        try:
            due = table.zrangebyscore(_key(), "-inf", _now().timestamp(), 0, _PICK_UP_MOST)
            left: dict[str, int] = {}
            return {"queued": sum(_picked_up(table, text, left) for text in due)}
        finally:
            lock.release()


def _picked_up(table: Redis, text: Any, left: dict[str, int]) -> bool:
    """Queue one row, unless its host's share, in `left`, is spent."""
    row, verify, tries = json.loads(text)
    quota = _quota(_zoom(), row)
    if (until := _spent_until(quota)) is not None:
        table.zadd(_key(), {text: until.timestamp()}, xx=True)
        return False
    if "host" in row and quota.host is not None:
        if not left.setdefault(row["host"], quota.host.remaining):
            return False
        left[row["host"]] -= 1
    # In this order a kill between the two queues it twice, and loses nothing.
    update_meeting.delay(row, verify, tries)
    table.zrem(_key(), text)
    return True


def _updated(zoom: Zoom, row: Mapping[str, Any], *, verify: bool) -> Receipt:
    options = {name: row[name] for name in _OPTIONS if name in row}
    fields = {name: row[name] for name in row if name not in ("meeting", *_OPTIONS)}
    meeting = row.get("meeting", "")
    return zoom.update(meeting, fields, verify=verify, skip_unchanged=True, **options)


def _answer(receipt: Receipt) -> dict[str, Any]:
    """Say in plain data what became of an update, without any value that may be secret."""
    found: dict[str, Any] = {"meeting": receipt.meeting}
    if not receipt.sent:
        return found | {"status": "unchanged"}
    if not receipt.verified:
        return found | {"status": "accepted"}
    paths = {"altered": sorted(receipt.altered), "ignored": sorted(receipt.ignored)}
    known = {name: value for name, value in paths.items() if value}
    return found | {"status": next(iter(known), "applied")} | known


def _quota(zoom: Zoom, row: Mapping[str, Any]) -> Quota:
    """Ask the ledger, which costs no call of Zoom's."""
    return zoom.quota(row.get("meeting", ""), host=row.get("host"))


def _spent_until(quota: Quota) -> datetime | None:
    gauges = [gauge for gauge in (quota.meeting, quota.host, quota.account) if gauge is not None]
    return max((g.next_free for g in gauges if g.remaining <= 0 and g.next_free), default=None)


def _with_host(zoom: Zoom, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Name the host that is spent, so that no more is picked up than it has left."""
    if "host" in row:
        return row
    try:
        return {**row, "host": zoom.get(row["meeting"]).host_id}
    except RezoomError:
        return row


def _message(row: Mapping[str, Any], verify: bool, tries: int) -> str:
    """Write what the table keeps; a row that comes twice is there once."""
    try:
        return json.dumps([{**row}, verify, tries], sort_keys=True)
    except TypeError as error:
        step = "Give a JSON object, with text for times, and `timezone`."
        raise UpdateFailed(f"The row is no mapping of plain data ({error}). {step}", {}) from error


def _put_off(row: Mapping[str, Any], text: str, until: datetime, why: str) -> dict[str, Any]:
    try:
        with _table() as table:
            table.zadd(_key(), {text: until.timestamp()})
    except RedisError as error:
        # Nothing may be lost meanwhile, so the message itself goes back, and not at full speed.
        time.sleep(_WITHOUT_REDIS)
        raise Reject(str(error), requeue=True) from error
    found = {"meeting": row.get("meeting"), "status": "put off"}
    return found | {"retry_at": zulu(until), "why": why}


def _options() -> dict[str, Any]:
    return _CLIENT | (current_app.conf.get("rezoom_options") or {})


def _now() -> datetime:
    return (_options().get("clock") or SystemClock()).now()


def _zoom() -> Zoom:
    """Return this process's client, which is made after the worker has forked."""
    with _opening:
        if os.getpid() not in _open:
            _open[os.getpid()] = Zoom.from_env(**_options())
        return _open[os.getpid()]


def _key() -> str:
    """Name the table; two accounts that share a server have two."""
    return f"rezoom.due:{os.environ.get('ZOOM_ACCOUNT_ID', '').strip()}"


def _table() -> Redis:
    """Connect to the server of the table: the ledger's, which forgets nothing, or the broker's."""
    from ._ledger.redis.redis_server import connect

    kinds = "redis:", "rediss:", "valkey:", "valkeys:", "unix:"
    for url in (os.environ.get("REZOOM_LEDGER", ""), str(current_app.conf.broker_url or "")):
        if url.startswith(kinds):
            return connect(url)
    raise ConfigError(
        "neither the ledger nor the broker is a Redis server, and what waits is kept in one",
        field="REZOOM_LEDGER",
        next_step="Set REZOOM_LEDGER to redis://host:6379/0.",
    )


def _close(**_: object) -> None:
    """Close the client of a worker that ends."""
    if (zoom := _open.pop(os.getpid(), None)) is not None:
        zoom.close()


signals.worker_process_shutdown.connect(_close, weak=False)
signals.worker_shutdown.connect(_close, weak=False)
