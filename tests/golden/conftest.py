"""How an update becomes a stored request, and how `nox -s goldens` writes those again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from rezoom._rules.judge import judge
from rezoom._wire import UNSET, facts
from rezoom_wire.api.meetings import update_meeting

WIRE = Path(__file__).parent / "wire"
_OPTION = "--golden-update"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--golden-update`: what is sent now becomes what is expected."""
    parser.addoption(
        _OPTION,
        action="store_true",
        default=False,
        help="write tests/golden/wire again; read the diff before you commit it",
    )


@pytest.fixture
def rewriting(request: pytest.FixtureRequest) -> bool:
    """Tell whether the goldens are being written again."""
    # A run of all tests reads this file too late for the option to exist.
    return bool(request.config.getoption(_OPTION, default=False))


@pytest.fixture
def request_of() -> Callable[..., httpx.Request]:
    """Take an update the way a client does: judge, build the request, and stop before sending."""

    def build(
        change: object = None,
        *,
        meeting: int = 85746065,
        occurrence: str | None = None,
        **fields: Any,
    ) -> httpx.Request:
        body, problems = judge(change, fields, occurrence=occurrence is not None)
        assert [problem for problem in problems if problem.severity == "error"] == []
        with httpx.Client(base_url=facts.BASE_URL) as client:
            written = update_meeting.build_request(
                meeting, body=body, occurrence_id=UNSET if occurrence is None else occurrence
            )
            written["params"] = written["params"] or None
            return client.build_request(**written)

    return build


@pytest.fixture
def golden(rewriting: bool) -> Callable[[str, httpx.Request], None]:
    """Compare a request with the stored one of that name, or store it when asked to."""

    def same(name: str, request: httpx.Request) -> None:
        file, seen = WIRE / f"{name}.json", _as_text(request)
        if rewriting:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(seen, encoding="utf-8")
            return
        assert file.is_file(), f"{file.name} is missing; write it with `nox -s goldens`"
        expected = file.read_text(encoding="utf-8")
        assert seen == expected, f"if {name} is meant to change, `nox -s goldens` rewrites it"

    return same


@pytest.fixture
def no_leftovers(rewriting: bool) -> Callable[[str, set[str]], None]:
    """Check that a stored request still has its update; remove it when rewriting."""

    def check(folder: str, names: set[str]) -> None:
        leftovers = [file for file in (WIRE / folder).glob("*.json") if file.stem not in names]
        if rewriting:
            for file in leftovers:
                file.unlink()
            return
        assert [file.name for file in leftovers] == []

    return check


def _as_text(request: httpx.Request) -> str:
    """Write a request so that a person can review it, members in the order they are sent."""
    shown = {
        "method": request.method,
        "url": str(request.url),
        "content-type": request.headers["content-type"],
        "body": json.loads(request.content),
    }
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"
