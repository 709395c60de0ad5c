"""Zoom's limits as the spec has them today, so that a changed number breaks no test but its own."""

from __future__ import annotations

from rezoom._wire import facts


def most(field: str) -> int:
    """Return the largest number, or the most characters or items, that a field takes."""
    known = facts.BODIES["updateMeeting"][field]
    (limit,) = filter(None, (known.maximum, known.max_length, known.max_items))
    return limit


def rule_most(rule: str) -> int:
    """Return the largest number that a rule of the spec leaves alone."""
    (bounds,) = facts.RULES[rule].bounds.values()
    return bounds["maximum"]


# What a meeting may take in 24 hours, and what its host may have in a day.
UPDATES, OF_A_HOST = (facts.QUOTAS[scope].limit for scope in ("meeting", "host"))


def with_the_limit(stored: str) -> str:
    """Put today's number of updates where a stored text has a hundred."""
    return stored.replace("of the 100 updates", f"of the {UPDATES} updates")
