"""Long texts: what reads them takes ten times as long for ten times as much, not a hundred."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from rezoom import RezoomError
from rezoom._auth.tokens import read_token
from rezoom._http.responses import Reply, read
from rezoom._redaction import masked, without_assignments
from rezoom._rules.meeting_id import meeting_number
from rezoom._visible import visible

NOW = datetime(2027, 1, 4, tzinfo=UTC)
SHORT, LONG = 10_000, 100_000
# Ten is in proportion and a hundred is its square; what the process spends is compared.
MOST = 60
SECRETS = frozenset(f"s3cret{number}" for number in range(500))


def answered(text: str) -> None:
    """Read an answer that says the text."""
    body = json.dumps({"code": 300, "message": text}).encode()
    for status in (400, 429):
        read(Reply(status, {}, body, NOW), secrets=SECRETS, repeatable=False)
        page = f"<p>{text}".encode()
        read(Reply(status, {}, page, NOW), secrets=SECRETS, repeatable=False)


def renewed(text: str) -> None:
    """Read an answer of the token address that says the text."""
    with suppress(RezoomError):
        read_token(400, json.dumps({"reason": text}).encode(), NOW, secrets=SECRETS)


def numbered(text: str) -> None:
    """Take a text for a meeting number."""
    with suppress(RezoomError):
        meeting_number(text)


WORK: dict[str, Callable[[str], object]] = {
    "assignments": without_assignments,
    "masked": masked,
    "visible": visible,
    "answer": answered,
    "token-answer": renewed,
    "meeting-number": numbered,
}
TEXTS = (
    *("a", "passw", " ", "a ", "pwd=", "passw =", "1", "1 ", "-", "zoom", "scopes:["),
    *("<script", "s3cret1 ", "\x1b", "Ł", "%3Dpwd", "https://zoom.us/j/"),
)


def best(work: Callable[[str], object], text: str) -> float:
    """Return the CPU seconds of the faster of two."""
    taken = []
    for _ in range(2):
        start = time.process_time()
        work(text)
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.parametrize("unit", TEXTS)
@pytest.mark.parametrize("name", WORK)
def test_time_grows_with_the_length_and_not_with_its_square(name: str, unit: str) -> None:
    """Of the whole answer of a stranger, and of what is typed."""
    work, times = WORK[name], LONG // len(unit)
    # Below some milliseconds the clock says nothing.
    allowed = MOST * max(best(work, unit * (SHORT // len(unit))), 0.01)

    assert best(work, unit * times) <= allowed
