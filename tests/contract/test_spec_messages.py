"""The words of Zoom's refusals stand in x-errors and x-throttles, and lead back to their rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from rezoom_wire import facts

BUNDLE: dict[str, Any] = json.loads(files("rezoom_wire").joinpath("openapi.json").read_bytes())
WORDED = [row for row in facts.ERRORS if row.message]
THROTTLED = [row for row in facts.THROTTLES if row.message]


def examples() -> Iterator[tuple[str, int, str]]:
    for name, response in BUNDLE["components"]["responses"].items():
        body = response.get("content", {}).get("application/json", {})
        for example in body.get("examples", {}).values():
            if "message" in example["value"]:
                yield name, example["value"]["code"], example["value"]["message"]


@pytest.mark.parametrize("row", WORDED, ids=lambda row: row.id)
def test_a_refusals_words_lead_back_to_their_row(row: facts.ErrorCode) -> None:
    """A reader of the message finds the row it was written from, and no earlier one."""
    said = row.message.lower()
    first = next(
        other
        for other in facts.ERRORS
        if other.match in said
        and other.code in {None, row.code}
        and other.status in {None, row.status}
    )
    assert first.id == row.id


@pytest.mark.parametrize("row", THROTTLED, ids=lambda row: row.id)
def test_a_limits_words_lead_back_to_their_row(row: facts.Throttle) -> None:
    """Words come before headers, so the misleading ones mislead nobody."""
    first = next(other for other in facts.THROTTLES if other.match in row.message.lower())
    assert first.id == row.id
    assert row.headers.keys() <= facts.HEADERS.keys()


@pytest.mark.parametrize(("response", "code", "message"), [*examples()])
def test_an_example_is_worded_like_its_row(response: str, code: int, message: str) -> None:
    """What stands in braces is the only difference."""
    worded = [(row.message, row.code) for row in WORDED] + [(r.message, 429) for r in THROTTLED]
    patterns = [
        re.sub(r"\\\{\w+\\\}", ".+", re.escape(text)) for text, known in worded if known == code
    ]
    assert any(re.fullmatch(pattern, message) for pattern in patterns), response
