"""What a process loads for one update: what nobody asked for costs every program memory."""

from __future__ import annotations

import subprocess
import sys

UPDATE = """
import sys, httpx
from rezoom import Bearer, Zoom

answered = httpx.MockTransport(lambda request: httpx.Response(204))
with httpx.Client(transport=answered) as http:
    zoom = Zoom(Bearer("token", account="a"), http=http, ledger="memory:")
    zoom.update(85746065, topic="Stand-up")
print(*sys.modules)
"""
# Spelling help, archives, other ledgers: none of them is in a new topic.
UNASKED = frozenset(
    "difflib zipfile sqlite3 redis pydantic rezoom.recurrence rezoom.simulator".split()
)


def test_a_plain_update_loads_nothing_it_does_not_use() -> None:
    """A new topic, judged and sent, with the ledger in memory: no module without a part in it."""
    done = subprocess.run(
        [sys.executable, "-c", UPDATE], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(done.stdout.split())
    assert "rezoom._http.driver" in loaded
    assert "jsonschema_rs" in loaded
    assert loaded & UNASKED == set()
