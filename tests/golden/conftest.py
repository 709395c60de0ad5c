"""How the goldens are compared, and how `nox -s goldens` writes them anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--golden-update`: what the tests see becomes what they expect."""
    parser.addoption(
        "--golden-update",
        action="store_true",
        default=False,
        help="write tests/golden/wire anew from what rezoom sends now; read the diff before you commit",
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with a stored file, or store it when asked to."""
    rewrite: bool = request.config.getoption("--golden-update")

    def same(file: Path, seen: str) -> None:
        if rewrite:
            file.parent.mkdir(exist_ok=True)
            file.write_text(seen, encoding="utf-8")
            return
        assert file.is_file(), f"{file.name} is missing; write it with `nox -s goldens`"
        expected = file.read_text(encoding="utf-8")
        assert seen == expected, (
            f"{file.name} is not what is sent now; if that is meant, `nox -s goldens` rewrites it"
        )

    return same


@pytest.fixture
def rewriting(request: pytest.FixtureRequest) -> bool:
    """Tell whether the goldens are being written anew."""
    return bool(request.config.getoption("--golden-update"))
