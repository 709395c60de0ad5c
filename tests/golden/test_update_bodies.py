"""Every update of the table puts exactly the stored request on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from update_cases import UPDATES, Update

from rezoom._wire import facts, update_request
from rezoom.rules import judge

WIRE, REFUSED = Path(__file__).parent / "wire", Path(__file__).parent / "refused"
REFUSALS = {file.stem: json.loads(file.read_bytes()) for file in sorted(REFUSED.glob("*.json"))}


def request_of(update: Update) -> httpx.Request:
    """Take an update the way a client does: judge, build, and stop before sending."""
    body, problems = judge(
        update.change, update.fields, occurrence=update.occurrence is not None
    )
    assert [problem for problem in problems if problem.severity == "error"] == []
    with httpx.Client(base_url=facts.BASE_URL) as client:
        return client.build_request(**update_request(update.meeting, body, update.occurrence))


def as_text(request: httpx.Request) -> str:
    """Write a request so that a person can review it, members in the order they are sent."""
    shown = {
        "method": request.method,
        "url": str(request.url),
        "content-type": request.headers["content-type"],
        "body": json.loads(request.content),
    }
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"


def paths(body: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """List every path of a body, as the spec writes them."""
    for name, value in body.items():
        yield f"{prefix}{name}"
        if isinstance(value, dict):
            yield from paths(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    yield from paths(item, f"{prefix}{name}[].")


@pytest.mark.parametrize("name", UPDATES)
def test_request_is_the_stored_one(name: str, golden: Callable[[Path, str], None]) -> None:
    """Method, address with query, content type, and body are the stored ones, member by member."""
    golden(WIRE / f"{name}.json", as_text(request_of(UPDATES[name])))


def test_every_stored_request_has_its_update(rewriting: bool) -> None:
    """A golden that no update of the table makes is a leftover, and checks nothing."""
    leftovers = {file.stem for file in WIRE.glob("*.json")} - set(UPDATES)
    if rewriting:
        for name in leftovers:
            (WIRE / f"{name}.json").unlink()
        return
    assert leftovers == set()


def test_stored_requests_carry_every_field_of_the_spec() -> None:
    """No member of the body is left that no golden sends."""
    sent: set[str] = set()
    for update in UPDATES.values():
        sent |= set(paths(json.loads(request_of(update).content)))
    assert sorted(set(facts.FIELDS) - sent) == []


def test_nothing_unset_or_null_is_sent() -> None:
    """An update sends what was written and no default beside it."""
    assert json.loads(request_of(UPDATES["unset-is-left-out"]).content) == {
        "topic": "Only this",
        "settings": {},
    }


@pytest.mark.parametrize("name", REFUSALS)
def test_body_that_prism_refuses_is_refused_before_it_is_sent(name: str) -> None:
    """The bodies that scripts/prism_check.py expects to be refused are refused here by name."""
    refusal = REFUSALS[name]
    _, problems = judge(refusal["body"], {})
    assert refusal["rule"] in [problem.rule for problem in problems if problem.severity == "error"]
