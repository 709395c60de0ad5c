"""Attacks that found nothing, kept as tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from callers import Caller
from rezoom import Bearer, UnansweredError
from wire import Wire, answer

ROUNDS = 60


def test_a_server_that_drops_idle_connections_is_sent_nothing_twice(
    wire: Wire, call: Callable[..., Caller]
) -> None:
    """Where it drops one while an update leaves, that is raised, and the update stays counted."""
    wire.says(*[answer(204, after="close")] * ROUNDS)
    caller = call(Bearer("t0ken"), retries=0)

    for meeting in range(1, ROUNDS + 1):
        with suppress(UnansweredError):
            caller.update(meeting, topic="x")

    assert max(Counter(sent.target for sent in wire.calls).values()) == 1
    left = {caller.quota(meeting).remaining for meeting in range(1, ROUNDS + 1)}
    assert left == {99}
