# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""THROTTLES of `facts`, loaded when it is first asked for."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from ..facts import Throttle

THROTTLES: Final[tuple[Throttle, ...]] = (
    Throttle(
        id="host-day",
        match="meeting create/update",
        scope="host-day",
        retry=False,
        resets="utc-midnight",
        meaning="The host of the meeting has used the 100 creates and updates of this UTC day. Other apps of the account count too.",
        next_step="Wait until 00:00 UTC, or spread the meetings over more hosts; send only updates that change something.",
        message="You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular user. You may resume these requests at GMT 00:00:00.",
        headers=MappingProxyType(
            {"category": "Light", "limit": "{limit}", "remaining": "{remaining}"}
        ),
        source="F81149",
    ),
    Throttle(
        id="user-day",
        match="exceeded the daily rate limit",
        scope="host-day",
        retry=False,
        resets="utc-midnight",
        meaning="A user has used up a daily allowance; for an update that is the host's 100 a day.",
        next_step="Wait until 00:00 UTC, or spread the meetings over more hosts.",
        source="DOC-RL",
    ),
    Throttle(
        id="account-day",
        match="maximum daily rate limit",
        scope="account-day",
        retry=False,
        resets="retry-after",
        meaning="The account has used its calls of this kind for the day, over all its users and apps.",
        next_step="Wait until the instant in Retry-After, or move the account to a plan without a daily figure.",
        message="You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request.",
        headers=MappingProxyType(
            {
                "category": "Light",
                "type": "Daily-limit",
                "limit": "{limit}",
                "remaining": "{remaining}",
                "retry_after": "{midnight}",
            }
        ),
        source="F81149",
    ),
    Throttle(
        id="second",
        match="per-second",
        scope="second",
        retry=True,
        resets="short",
        meaning="The account sends more calls of this kind per second than its plan allows. All its apps share the limit.",
        next_step="Wait one to two seconds, then send fewer calls per second.",
        message="You have reached the maximum per-second rate limit for this API. Try again later.",
        headers=MappingProxyType({"category": "Light", "type": "QPS"}),
        source="F81149",
    ),
    Throttle(
        id="lock",
        match="too many concurrent requests",
        scope="lock",
        retry=True,
        resets="short",
        meaning="Another call is working on the same thing at this moment.",
        next_step="Wait a few seconds and send one call at a time for a meeting.",
        message="Too many concurrent requests. Try again later.",
        source="F81149",
    ),
    Throttle(
        id="second-by-type",
        match="",
        type="QPS",
        scope="second",
        retry=True,
        resets="short",
        meaning="The account sends more calls per second than its plan allows; the header says so.",
        next_step="Wait one to two seconds, then send fewer calls per second.",
        source="DOC-RL",
    ),
    Throttle(
        id="host-day-by-type",
        match="",
        type="Daily-limit",
        limit=100,
        scope="host-day",
        retry=False,
        resets="utc-midnight",
        meaning="A daily pool of 100 is empty, and the only pool of that size is the host's.",
        next_step="Wait until 00:00 UTC, or spread the meetings over more hosts.",
        source="DOC-RL",
    ),
    Throttle(
        id="account-day-by-type",
        match="",
        type="Daily-limit",
        scope="account-day",
        retry=False,
        resets="retry-after",
        meaning="A daily limit was met that is not the host's 100, so it is the account's.",
        next_step="Wait until the instant in Retry-After.",
        source="DOC-RL",
    ),
    Throttle(
        id="host-day-by-limit",
        match="",
        limit=100,
        scope="host-day",
        retry=False,
        resets="utc-midnight",
        meaning="The answer speaks of a pool of 100, which is the host's daily creates and updates.",
        next_step="Wait until 00:00 UTC, or spread the meetings over more hosts.",
        source="F59670",
    ),
    Throttle(
        id="day-by-limit",
        match="",
        limit=6000,
        scope="unknown",
        retry=False,
        resets="utc-midnight",
        meaning="Some daily limit was met. The number belongs to a free account's pool, but Zoom has sent it for a host out of updates as well.",
        next_step="Wait until 00:00 UTC; keep the message and headers and compare them with both limits.",
        source="F18928",
    ),
    Throttle(
        id="day-by-word",
        match="daily",
        scope="unknown",
        retry=False,
        resets="utc-midnight",
        meaning="The message speaks of a daily limit in words we do not know.",
        next_step="Wait until 00:00 UTC and report the message, so that it can be told apart next time.",
        source="DOC-RL",
    ),
    Throttle(
        id="unexplained",
        match="",
        scope="unknown",
        retry=True,
        resets="short",
        meaning="A 429 that names no limit, in words or headers; most likely a gateway's short limit. Trying again is safe within a small bound, as each attempt is counted like any other; if it repeats, it is a limit we cannot see.",
        next_step="Wait a few seconds; if it comes again, stop and keep the message and headers.",
        source="RFC6585",
    ),
)
